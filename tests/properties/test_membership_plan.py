# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for a fleet: the administrator's list and the member accounts together."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.apply import RegionMemberships
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member, status_of
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.reasons import is_failure
from properties.fleet import FLEETS, FLEETS_WITH_SURPLUS, Fleet, check_and_run, run, shown
from properties.region import ADMINISTRATOR, Account, Entry, Region
from properties.strategies import ACCOUNT_IDS, UNKNOWN_STATUSES, regions

# What no further run changes by itself.
ENDS_SHORT = {
    "own_account",
    "awaiting_acceptance",
    "has_members",
    "other_administrator",
    "rejected",
    "removed",
    "resigned",
    "role_not_assumed",
    "suspended",
    "unknown_status",
}


@given(regions(), FLEETS, st.booleans())
def test_each_account_is_in_exactly_one_row(region: Region, fleet: Fleet, check: bool) -> None:
    found = run(region, fleet, check)
    assert [row.account_id for row in found.value.rows] == list(fleet.account_ids)


@given(regions(), FLEETS)
def test_check_mode_shows_what_a_run_does(region: Region, fleet: Fleet) -> None:
    expected, done = check_and_run(region, fleet)
    assert expected.is_hub_enabled == done.is_hub_enabled
    assert list(map(shown, expected.rows)) == list(map(shown, done.rows))


@given(regions(), FLEETS)
def test_check_mode_changes_nothing(region: Region, fleet: Fleet) -> None:
    before = region.accounts()
    run(region, fleet, check=True)
    assert region.writes == []
    assert region.accounts() == before


@given(regions(), FLEETS)
def test_rows_say_what_the_member_list_shows(region: Region, fleet: Fleet) -> None:
    rows = run(region, fleet).value.rows
    assert {row.account_id: status_of(row.after) for row in rows} == {
        each: region.statuses().get(each) for each in fleet.account_ids
    }
    assert all(row.changed == bool(row.actions) for row in rows)


@given(regions(), FLEETS)
def test_run_ends_as_desired_or_says_why_not(region: Region, fleet: Fleet) -> None:
    for row in run(region, fleet).value.rows:
        if row.reason is None:
            assert status_of(row.after) in (("Enabled",) if fleet.joins else (None, "Deleted"))
        else:
            assert row.reason in ENDS_SHORT
            assert row.processing_result


@given(regions(), FLEETS)
def test_second_run_has_nothing_to_do(region: Region, fleet: Fleet) -> None:
    first = run(region, fleet)
    refused = {row.account_id for row in first.value.rows if row.reason == "rejected"}
    second = run(region, fleet)
    assert not any(row.changed for row in second.value.rows)
    assert not second.value.is_hub_enabled
    assert all(named and refused.issuperset(named) for _operation, _caller, named in region.writes)


@given(ACCOUNT_IDS, UNKNOWN_STATUSES, FLEETS, st.booleans())
def test_unknown_status_is_never_acted_upon(account_id: str, status: str, fleet: Fleet, check: bool) -> None:
    region = Region({account_id: Entry(status, invited=True)}, {account_id: Account()})
    everything = replace(fleet, account_ids=(account_id,), roles=frozenset({account_id}), refused=frozenset())
    (row,) = run(region, everything, check).value.rows
    assert region.writes == []
    assert (row.actions, row.changed, row.reason) == ((), False, "unknown_status")
    assert repr(status) in str(row.processing_result)
    assert row.after == row.before
    assert isinstance(row.after, Member)


@given(regions(), FLEETS, st.booleans(), st.data())
def test_more_accounts_change_nothing_for_one(region: Region, fleet: Fleet, check: bool, data: st.DataObject) -> None:
    account_id = data.draw(st.sampled_from(fleet.account_ids))
    fillers = tuple(f"9{number:011d}" for number in range(data.draw(st.sampled_from([0, 1, 49, 50, 120]))))
    alone = run(region.copy(), replace(fleet, account_ids=(account_id,)), check).value.rows
    among = run(region, replace(fleet, account_ids=(*fillers, *fleet.account_ids)), check).value.rows
    assert [shown(row) for row in among if row.account_id == account_id] == list(map(shown, alone))


@given(regions(), FLEETS_WITH_SURPLUS, st.booleans())
def test_each_other_member_is_in_exactly_one_row_of_the_surplus(region: Region, fleet: Fleet, check: bool) -> None:
    others = [each for each in region.statuses() if each not in fleet.account_ids]
    found = run(region, fleet, check).value
    assert [row.account_id for row in found.surplus] == (others if region.account(ADMINISTRATOR).is_hub_enabled else [])
    assert [row.account_id for row in found.rows] == list(fleet.account_ids)


@given(regions(), FLEETS_WITH_SURPLUS)
def test_check_mode_shows_what_a_run_does_to_the_surplus(region: Region, fleet: Fleet) -> None:
    """Unless something fails in the run that nobody could foresee: then it removes nobody."""
    expected = run(region.copy(), fleet, check=True)
    found = run(region, fleet)
    done = found.value.surplus
    if fleet.surplus == "report" or has_failed(expected) == has_failed(found):
        assert list(map(shown, expected.value.surplus)) == list(map(shown, done))
    assert {row.account_id: status_of(row.after) for row in done} == {
        row.account_id: region.statuses().get(row.account_id) for row in done
    }
    assert fleet.surplus == "remove" or not any(row.changed for row in done)


@given(regions(), FLEETS_WITH_SURPLUS, st.booleans())
def test_nobody_is_removed_where_something_failed(region: Region, fleet: Fleet, check: bool) -> None:
    found = run(region, fleet, check)
    assert not (has_failed(found) and any(row.changed for row in found.value.surplus))


def has_failed(found: RegionResult[RegionMemberships]) -> bool:
    """Whether the Region failed, or an account that was requested."""
    return bool(found.error) or any(is_failure(row.reason) for row in found.value.rows)
