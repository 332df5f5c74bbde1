# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for a fleet whose members are to have standards."""

from __future__ import annotations

from hypothesis import assume, given

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import status_of
from properties.fleet import FLEETS_WITH_STANDARDS, Fleet, check_and_run, run, shown
from properties.region import ADMINISTRATOR, Region
from properties.strategies import STANDARDS, regions


@given(regions(STANDARDS, late=True), FLEETS_WITH_STANDARDS)
def test_check_mode_shows_what_a_run_does(region: Region, fleet: Fleet) -> None:
    # What a Region offers, and enables by default, can't be read before the administrator enables Security Hub.
    assume(region.copy().account(ADMINISTRATOR).is_hub_enabled or not fleet.with_default_standards)
    expected, done = check_and_run(region, fleet)
    assert list(map(shown, expected.rows)) == list(map(shown, done.rows))


@given(regions(STANDARDS, late=True), FLEETS_WITH_STANDARDS)
def test_second_run_has_nothing_to_do(region: Region, fleet: Fleet) -> None:
    refused = {row.account_id for row in run(region, fleet).value.rows if row.reason == "rejected"}
    second = run(region, fleet)
    assert not any(row.changed for row in second.value.rows)
    assert all(named and refused.issuperset(named) for _operation, _caller, named in region.writes)


@given(regions(STANDARDS, late=True), FLEETS_WITH_STANDARDS)
def test_run_ends_as_desired_or_says_why_not(region: Region, fleet: Fleet) -> None:
    for row in run(region, fleet).value.rows:
        standards = region.account(row.account_id).standards
        if row.reason is None:
            assert status_of(row.after) == "Enabled"
            assert {standards.get(name) for name in fleet.standards} == {"READY"}
        else:
            assert row.processing_result
