# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for Security Hub in an account, whatever its settings and tags."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.apply import HubChange, reconcile_hub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import (
    DesiredHub,
    plan_hub_absent,
    plan_hub_present,
)
from properties.region import ADMINISTRATOR, Account, Region
from properties.strategies import DESIRED_HUBS, HUB_ACCOUNTS


def run(region: Region, desired: DesiredHub | None, check: bool = False) -> RegionResult[HubChange]:
    """Bring the hub to its desired state, None for disabled."""
    if desired is None:
        return reconcile_hub(region.client(), plan_hub_absent, False, check)
    wanted = desired
    return reconcile_hub(region.client(), lambda hub: plan_hub_present(wanted, hub), wanted.tags is not None, check)


@given(HUB_ACCOUNTS, st.none() | DESIRED_HUBS)
def test_check_mode_shows_what_a_run_does(account: Account, desired: DesiredHub | None) -> None:
    region = Region({}, {ADMINISTRATOR: account})
    before = region.account(ADMINISTRATOR)
    expected = run(region, desired, check=True)
    assert region.account(ADMINISTRATOR) == before
    done = run(region, desired)
    assert expected.error is None is done.error
    assert (expected.value.before, expected.value.changed) == (done.value.before, done.value.changed)
    assert done.value.changed == bool(region.writes)
    after = expected.value.after
    if after and after.hub_arn is None and done.value.after:
        # ARN and time are not known before Security Hub is enabled.
        after = replace(after, hub_arn=done.value.after.hub_arn, subscribed_at=done.value.after.subscribed_at)
    assert after == done.value.after


@given(HUB_ACCOUNTS, st.none() | DESIRED_HUBS)
def test_second_run_has_nothing_to_do(account: Account, desired: DesiredHub | None) -> None:
    region = Region({}, {ADMINISTRATOR: account})
    run(region, desired)
    second = run(region, desired)
    assert (second.value.changed, region.writes) == (False, [])
    assert second.value.before == second.value.after


@given(HUB_ACCOUNTS, DESIRED_HUBS)
def test_hub_ends_as_desired_and_keeps_the_rest(before: Account, desired: DesiredHub) -> None:
    region = Region({}, {ADMINISTRATOR: before})
    run(region, desired)
    account = region.account(ADMINISTRATOR)
    assert account.is_hub_enabled
    if desired.auto_enable_controls is not None:
        assert account.auto_enable_controls == desired.auto_enable_controls
    if desired.control_finding_generator is not None:
        assert account.control_finding_generator == desired.control_finding_generator
    if before.is_hub_enabled:
        kept = {key for key in before.tags if desired.tags is None or key.startswith("aws:") or not desired.purge_tags}
        assert account.tags == {**{key: before.tags[key] for key in kept}, **(desired.tags or {})}
        assert desired.auto_enable_controls is not None or account.auto_enable_controls == before.auto_enable_controls
        assert account.standards == before.standards
    else:
        assert account.tags == (desired.tags or {})
        assert bool(account.standards) == desired.enable_default_standards
