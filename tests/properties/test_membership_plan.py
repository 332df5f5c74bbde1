# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for a fleet: the administrator's list and the member accounts together."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    RegionResult,
    SecurityHubError,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import DesiredHub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.apply import (
    DesiredMemberships,
    RegionMemberships,
    RegionRun,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.member_side import MemberAccounts
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.plan import MembershipRow
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member, status_of
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.apply import Offers
from properties.region import ADMINISTRATOR, REGION, Account, Entry, Region
from properties.strategies import ACCOUNT_IDS, REINVITE, REQUESTS, UNKNOWN_STATUSES, regions

T = TypeVar("T")
# What no further run changes by itself.
ENDS_SHORT = {
    "administrator_account",
    "awaiting_acceptance",
    "is_administrator",
    "other_administrator",
    "rejected",
    "removed",
    "resigned",
    "role_not_assumed",
    "suspended",
    "unknown_status",
}


class Roles(MemberAccounts):
    """Works in the accounts that have a role, one after the other; some roles can't be assumed."""

    def __init__(self, region: Region, roles: Collection[str], refused: Collection[str]) -> None:
        super().__init__({}, lambda work, account_ids: list(map(work, account_ids)))
        self._region, self._roles, self._refused = region, roles, refused

    def with_role(self, account_ids: Sequence[str]) -> list[str]:
        return [each for each in account_ids if each in self._roles]

    def role_error(self, account_id: str, region: str) -> SecurityHubError | None:
        denied = SecurityHubError("AccessDenied", "Not authorized.", "AssumeRole", region, status=403)
        return denied if account_id in self._refused else None

    def map(self, account_ids: Sequence[str], work: Callable[[str], T]) -> dict[str, T]:
        found = {}
        for account_id in account_ids:
            self._region.caller = account_id
            found[account_id] = work(account_id)
            self._region.caller = ADMINISTRATOR
        return found


@dataclass(frozen=True)
class Fleet:
    """What is asked for, and with which roles."""

    account_ids: tuple[str, ...]
    joins: bool
    reinvite: tuple[str, ...]
    roles: frozenset[str]
    refused: frozenset[str]


FLEETS = st.builds(
    Fleet,
    REQUESTS.map(tuple),
    st.booleans(),
    REINVITE.map(tuple),
    st.frozensets(ACCOUNT_IDS),
    st.frozensets(ACCOUNT_IDS, max_size=2),
)


def run(region: Region, fleet: Fleet, check: bool = False) -> RegionResult[RegionMemberships]:
    region.writes.clear()
    region.account(ADMINISTRATOR).requests.clear()
    emails = {REGION: dict.fromkeys(fleet.account_ids)}
    desired = DesiredMemberships(emails, fleet.joins, fleet.reinvite, DesiredHub(), 30, "ignore", check)
    roles = Roles(region, fleet.roles, fleet.refused)
    return RegionRun(region.client, desired, roles, lambda: ADMINISTRATOR, Offers()).run()


def shown(row: MembershipRow) -> dict[str, Any]:
    """What is known of a row before the first write: all but times and the service's own words."""
    return {
        "before": status_of(row.before),
        "after": status_of(row.after),
        "actions": row.actions,
        "changed": row.changed,
        "reason": row.reason,
        "is_explained": row.processing_result is not None,
    }


@given(regions(), FLEETS, st.booleans())
def test_each_account_is_in_exactly_one_row(region: Region, fleet: Fleet, check: bool) -> None:
    found = run(region, fleet, check)
    assert [row.account_id for row in found.value.rows] == list(fleet.account_ids)


@given(regions(), FLEETS)
def test_check_mode_shows_what_a_run_does(region: Region, fleet: Fleet) -> None:
    expected = run(copy.deepcopy(region), fleet, check=True)
    done = run(region, fleet)
    assert expected.value.is_hub_enabled == done.value.is_hub_enabled
    assert list(map(shown, expected.value.rows)) == list(map(shown, done.value.rows))


@given(regions(), FLEETS)
def test_check_mode_changes_nothing(region: Region, fleet: Fleet) -> None:
    before = copy.deepcopy(region.accounts)
    run(region, fleet, check=True)
    assert region.writes == []
    assert {each: region.accounts[each] for each in before} == before


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
    assert {each for _operation, sent in region.writes for each in sent} <= refused


@given(ACCOUNT_IDS, UNKNOWN_STATUSES, FLEETS, st.booleans())
def test_unknown_status_is_never_acted_upon(account_id: str, status: str, fleet: Fleet, check: bool) -> None:
    region = Region({account_id: Entry(status)}, {account_id: Account(invitations={ADMINISTRATOR: "Invited"})})
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
    alone = run(copy.deepcopy(region), replace(fleet, account_ids=(account_id,)), check).value.rows
    among = run(region, replace(fleet, account_ids=(*fillers, *fleet.account_ids)), check).value.rows
    assert [row for row in among if row.account_id == account_id] == alone
