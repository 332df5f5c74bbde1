# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the member list, whatever is in it and whatever is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.apply import (
    DELETION,
    DISASSOCIATION,
    INVITATION,
    Planner,
    creation,
    reconcile_members,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    list_of,
    plan_absent,
    plan_disassociated,
    plan_invitation,
    plan_present,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.result import account_result
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member, Outcome, status_of
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode
from properties.region import REGION, Region
from properties.strategies import (
    ACCOUNT_IDS,
    MEMBER_LISTS,
    MEMBER_STATES,
    REINVITE,
    REQUESTS,
    UNKNOWN_STATUSES,
)

EMAIL = "new@example.com"
LISTS = ("invited", "created", "disassociated", "deleted", "unchanged", "unprocessed")
CHANGES = [creation({}), INVITATION, DISASSOCIATION, DELETION]


def planner(state: str, reinvite: Sequence[str]) -> Planner:
    return {
        "invited": lambda account_id, member: plan_invitation(account_id, member, reinvite),
        "present": lambda account_id, member: plan_present(account_id, member, None),
        "disassociated": plan_disassociated,
        "absent": plan_absent,
    }[state]


def run(
    region: Region, account_ids: Sequence[str], state: str, reinvite: Sequence[str] = (), check: bool = False
) -> RegionResult[list[Outcome]]:
    plan = planner(state, reinvite)
    return reconcile_members(region.client(), account_ids, plan, CHANGES, 30, check)


def shown(outcome: Outcome) -> dict[str, Any]:
    """What is known of an outcome before the first write: all but times and the service's own words."""
    sides = {"before": status_of(outcome.before), "after": status_of(outcome.after)}
    email = outcome.after.email if outcome.after else None
    return {
        **sides,
        "email": email,
        "list": list_of(outcome),
        "changed": outcome.changed,
        "reason": outcome.reason,
        "is_explained": bool(outcome.processing_result),
        "actions": outcome.actions,
    }


def refused_invitations(region: Region) -> set[str]:
    """Removed accounts of an organization: what the service does with an invitation of them is not documented."""
    organization = region.store.organization_accounts
    return {each for each, status in region.statuses().items() if each in organization and status == "Removed"}


@given(MEMBER_LISTS, REQUESTS, MEMBER_STATES, REINVITE, st.booleans())
def test_each_account_is_in_exactly_one_list(
    region: Region, account_ids: list[str], state: str, reinvite: list[str], check: bool
) -> None:
    found = run(region, account_ids, state, reinvite, check)
    result = account_result({REGION: found}, LISTS, "changed", True, RunMode(check, False))
    rows = [row["account_id"] for name in LISTS for row in result[f"{name}_accounts"]]
    assert sorted(rows) == sorted(account_ids)
    assert [outcome.account_id for outcome in found.value] == account_ids


@given(MEMBER_LISTS, REQUESTS, MEMBER_STATES, REINVITE)
def test_check_mode_shows_what_a_run_does(
    region: Region, account_ids: list[str], state: str, reinvite: list[str]
) -> None:
    before = region.statuses()
    unknown = refused_invitations(region) if state == "invited" else set()
    expected = run(region, account_ids, state, reinvite, check=True)
    assert region.writes == []
    assert region.statuses() == before
    done = run(region, account_ids, state, reinvite)
    assert expected.error is None is done.error
    for check, real in zip(expected.value, done.value, strict=True):
        if check.account_id not in unknown:
            assert shown(check) == shown(real)


@given(MEMBER_LISTS, REQUESTS, MEMBER_STATES, REINVITE)
def test_rows_say_what_the_member_list_shows(
    region: Region, account_ids: list[str], state: str, reinvite: list[str]
) -> None:
    before = region.statuses()
    for outcome in run(region, account_ids, state, reinvite).value:
        if outcome.is_seen:
            was, now = before.get(outcome.account_id), region.statuses().get(outcome.account_id)
            assert (status_of(outcome.before), status_of(outcome.after)) == (was, now)
            assert outcome.changed == bool(outcome.actions)
        else:
            assert (outcome.changed, outcome.actions, outcome.reason) == (False, (), "unreadable")
    others = set(before) - set(account_ids)
    assert {each: region.statuses()[each] for each in others} == {each: before[each] for each in others}


@given(MEMBER_LISTS, REQUESTS, MEMBER_STATES, REINVITE)
def test_second_run_has_nothing_to_do(region: Region, account_ids: list[str], state: str, reinvite: list[str]) -> None:
    first = run(region, account_ids, state, reinvite)
    refused = {outcome.account_id for outcome in first.value if outcome.reason == "rejected"}
    second = run(region, account_ids, state, reinvite)
    assert not any(outcome.changed for outcome in second.value)
    assert {each for _operation, _caller, sent in region.writes for each in sent} <= refused


@given(ACCOUNT_IDS, UNKNOWN_STATUSES, MEMBER_STATES, REINVITE)
def test_unknown_status_is_never_acted_upon(account_id: str, status: str, state: str, reinvite: list[str]) -> None:
    plan = planner(state, reinvite)(account_id, Member(account_id, status))
    assert plan.actions == ()
    assert plan.after == plan.before
    # Asked to be in the list, it is there; asked not to be enabled, nobody can say that it is.
    left_alone = state in ("present", "disassociated")
    assert (list_of(plan), plan.reason) == (("unchanged", None) if left_alone else ("unprocessed", "unknown_status"))
    assert left_alone or repr(status) in str(plan.processing_result)


@given(MEMBER_LISTS, REQUESTS, MEMBER_STATES, REINVITE, st.booleans(), st.data())
def test_more_accounts_change_nothing_for_one(
    region: Region, account_ids: list[str], state: str, reinvite: list[str], check: bool, data: st.DataObject
) -> None:
    account_id = data.draw(st.sampled_from(account_ids))
    fillers = [f"9{number:011d}" for number in range(data.draw(st.sampled_from([0, 1, 49, 50, 120])))]
    alone = run(region.copy(), [account_id], state, reinvite, check).value[0]
    among = run(region, [*fillers, *account_ids], state, reinvite, check).value
    assert [shown(each) for each in among if each.account_id == account_id] == [shown(alone)]
