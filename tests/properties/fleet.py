# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleets that can be asked for, and how they are run: the administrator's list and the member accounts together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from hypothesis import strategies as st

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import BATCH_SIZE
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.apply import Definitions
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult, SecurityHubError
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import DesiredHub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.apply import (
    DesiredMemberships,
    RegionMemberships,
    RegionRun,
    find_surplus,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.member_side import MemberAccounts
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Outcome, status_of
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.apply import Offers
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.plan import DesiredStandards
from properties.region import ADMINISTRATOR, OTHER_ADMINISTRATOR, REGION, Region, act_as
from properties.strategies import ACCOUNT_IDS, OWN_STANDARDS, REINVITE, REQUESTS

T = TypeVar("T")


class Roles(MemberAccounts):
    """Works in the accounts that have a role, one after the other; some roles can't be assumed."""

    def __init__(self, roles: Collection[str], refused: Collection[str]) -> None:
        super().__init__({}, lambda work, account_ids: list(map(work, account_ids)))
        self._roles, self._refused = roles, refused

    def with_role(self, account_ids: Sequence[str]) -> list[str]:
        return [each for each in account_ids if each in self._roles]

    def role_error(self, account_id: str, region: str) -> SecurityHubError | None:
        denied = SecurityHubError("AccessDenied", "Not authorized.", "AssumeRole", region, status=403)
        return denied if account_id in self._refused else None

    def map(self, account_ids: Sequence[str], work: Callable[[str], T]) -> dict[str, T]:
        found = {}
        for account_id in account_ids:
            act_as(account_id)
            found[account_id] = work(account_id)
            act_as(ADMINISTRATOR)
        return found


@dataclass(frozen=True)
class Fleet:
    """What is asked for, and with which roles."""

    account_ids: tuple[str, ...]
    joins: bool
    reinvite: tuple[str, ...]
    roles: frozenset[str]
    refused: frozenset[str]
    standards: tuple[str, ...] = ()
    with_default_standards: bool = False
    surplus: str = "ignore"


ALL_ACCOUNTS = frozenset(f"{number:012d}" for number in range(1, 9))
FLEETS = st.builds(
    Fleet,
    REQUESTS.map(tuple),
    st.booleans(),
    REINVITE.map(tuple),
    st.frozensets(ACCOUNT_IDS),
    st.frozensets(ACCOUNT_IDS, max_size=2),
)


FLEETS_WITH_STANDARDS = st.builds(
    Fleet,
    REQUESTS.map(tuple),
    st.just(True),
    REINVITE.map(tuple),
    st.just(ALL_ACCOUNTS),
    st.frozensets(ACCOUNT_IDS, max_size=2),
    st.lists(OWN_STANDARDS, min_size=1, unique=True).map(tuple),
    st.booleans(),
)
FLEETS_WITH_SURPLUS = st.builds(replace, FLEETS, joins=st.just(True), surplus=st.sampled_from(["report", "remove"]))


def run(region: Region, fleet: Fleet, check: bool = False) -> RegionResult[RegionMemberships]:
    """Bring the memberships of a Region to their desired state, or in check mode return what that would do."""
    looks = -(-len(fleet.account_ids) // BATCH_SIZE)
    client, roles = region.client(looks), Roles(fleet.roles, fleet.refused)
    surplus = [] if fleet.surplus == "ignore" else find_surplus(client, fleet.account_ids).value
    return RegionRun(client, desired(fleet, check), roles, Offers(), Definitions()).run(surplus)


def desired(fleet: Fleet, check: bool) -> DesiredMemberships:
    """The options of a task for this fleet."""
    return DesiredMemberships(
        emails={REGION: dict.fromkeys(fleet.account_ids)},
        joins=fleet.joins,
        reinvite=fleet.reinvite,
        hub=DesiredHub(enable_default_standards=fleet.with_default_standards),
        wait_timeout=30,
        surplus=fleet.surplus,
        check_mode=check,
        standards=DesiredStandards(fleet.standards) if fleet.standards else None,
    )


def check_and_run(region: Region, fleet: Fleet) -> tuple[RegionMemberships, RegionMemberships]:
    """Run in check mode, which must write nothing, and for real; return both, without the accounts nobody can foresee.

    That is those of which only the service knows that they have another administrator: no role can look.
    """
    looked_at = region.copy()
    blind = {*fleet.account_ids} - {*fleet.roles} | {*fleet.refused}
    unforeseen = {each for each in blind if looked_at.account(each).administrator == OTHER_ADMINISTRATOR}
    expected = run(looked_at, fleet, check=True).value
    assert looked_at.writes == []
    done = run(region, fleet).value
    refused = {row.account_id for row in done.rows if row.reason == "rejected"} & unforeseen
    for found in (expected, done):
        found.rows[:] = [row for row in found.rows if row.account_id not in refused]
    return expected, done


def shown(row: Outcome) -> dict[str, Any]:
    """What is known of a row before the first write: all but times and the service's own words."""
    return {
        "before": status_of(row.before),
        "after": status_of(row.after),
        "actions": row.actions,
        "changed": row.changed,
        "reason": row.reason,
        "is_explained": row.processing_result is not None,
    }
