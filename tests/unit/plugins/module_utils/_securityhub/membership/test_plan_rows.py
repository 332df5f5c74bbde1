# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What plans and rows of memberships say beside the tables of the design: every field, and each name in the results."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import plan_absent
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership import plan as memberships
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.plan import (
    MemberLook,
    MembershipPlan,
    PolicyResult,
    SideResult,
    after_leaving,
    expected_row,
    final_row,
    is_member_side_wanted,
    may_accept,
    may_accept_again,
    plan_membership,
    plan_offboarding,
    with_policy,
    with_standards,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    ACCEPT,
    DECLINE,
    ENABLE_HUB,
    ENABLE_STANDARDS,
    LEAVE,
    Member,
    Outcome,
    PolicyOutcome,
)

ACCOUNT, ADMINISTRATOR = "111122223333", "999988887777"
ENABLED = Member(ACCOUNT, "Enabled", None, ADMINISTRATOR, "2026-01-31T08:15:30+00:00")
CREATED, INVITED = replace(ENABLED, member_status="Created"), replace(ENABLED, member_status="Invited")
RESIGNED, REMOVED = replace(ENABLED, member_status="Resigned"), replace(ENABLED, member_status="Removed")
DELETED = replace(ENABLED, member_status="Deleted")
ORGANIZATIONS = replace(REMOVED, invited_at=None)
HUB, OURS = MemberLook("hub_enabled"), MemberLook("hub_enabled", ADMINISTRATOR)


def planned(
    member: Member | None, look: MemberLook = HUB, administrator_id: str | None = ADMINISTRATOR
) -> MembershipPlan:
    return plan_membership(ACCOUNT, member, None, ["removed"], look, administrator_id, "eu-west-1")


def test_names_in_results_and_looks() -> None:
    assert [ENABLE_HUB, ACCEPT, LEAVE, DECLINE, ENABLE_STANDARDS] == [
        "enable_hub",
        "accept",
        "leave",
        "decline",
        "enable_standards",
    ]
    assert (MemberLook().state, memberships.FAILED) == ("not_looked", "failed")


@pytest.mark.parametrize(
    ("member", "look", "expected"),
    [
        (DELETED, HUB, Outcome(ACCOUNT, DELETED, Member(ACCOUNT, "Invited"), ("create", "invite"))),
        (
            ORGANIZATIONS,
            HUB,
            Outcome(ACCOUNT, ORGANIZATIONS, replace(ORGANIZATIONS, member_status="Enabled"), ("create",)),
        ),
        (CREATED, HUB, Outcome(ACCOUNT, CREATED, INVITED, ("invite",))),
        (INVITED, OURS, Outcome(ACCOUNT, INVITED, INVITED)),
    ],
)
def test_steps_of_the_administrator(member: Member, look: MemberLook, expected: Outcome) -> None:
    assert planned(member, look).member == expected


def test_account_without_administrator_joins_one_that_is_not_known() -> None:
    assert planned(INVITED, administrator_id=None).member_side == ("accept",)


def test_plan_says_why_it_ends_short() -> None:
    plan = planned(RESIGNED).member
    assert plan.reason == "resigned"
    assert "left" in str(plan.processing_result)
    leaving = plan_offboarding(ACCOUNT, replace(ENABLED, member_status="Paused"), ()).member
    assert leaving.reason == "unknown_status"
    assert "'Paused'" in str(leaving.processing_result)


def test_look_that_failed_without_a_message() -> None:
    plan = planned(INVITED, MemberLook("failed"))
    assert (plan.member.reason, plan.member.processing_result) == ("rejected", "")


def test_plan_membership_without_role_awaits_acceptance() -> None:
    words = "The account owner must accept the invitation."
    assert planned(INVITED, MemberLook()).member.processing_result == words


@pytest.mark.parametrize("member", [ENABLED, replace(ENABLED, member_status="AccountSuspended")])
def test_member_side_is_not_wanted(member: Member) -> None:
    assert is_member_side_wanted(member, ["removed"]) is False


STAYS = Outcome(ACCOUNT, ENABLED, ENABLED)


@pytest.mark.parametrize(
    ("plan", "enabled"),
    [
        (MembershipPlan(STAYS), True),
        (MembershipPlan(replace(STAYS, before=CREATED)), False),
        (MembershipPlan(replace(STAYS, before=None)), False),
        (MembershipPlan(replace(STAYS, actions=("delete",))), False),
        (MembershipPlan(replace(STAYS, reason="own_account")), False),
    ],
)
def test_plan_of_an_account_that_is_and_stays_enabled(plan: MembershipPlan, enabled: bool) -> None:
    assert plan.is_enabled is enabled


@pytest.mark.parametrize("seen", [True, False])
def test_row_says_whether_the_account_was_seen(seen: bool) -> None:
    plan = MembershipPlan(replace(STAYS, is_seen=seen))
    outcome = Outcome(ACCOUNT, ENABLED, ENABLED, is_seen=seen)
    assert expected_row(plan, joins=True).is_seen is seen
    assert final_row(plan, outcome, SideResult(), ENABLED, joins=True).is_seen is seen


def test_account_that_is_not_listed_yet_is_not_expected_as_enabled() -> None:
    assert expected_row(planned(None, OURS), joins=True) == Outcome(ACCOUNT, None, None)


def test_row_is_changed_by_what_the_account_did() -> None:
    outcome = Outcome(ACCOUNT, INVITED, INVITED)
    assert final_row(planned(INVITED), outcome, SideResult(("accept",)), ENABLED, joins=True).changed is True
    assert final_row(planned(INVITED), outcome, SideResult(), INVITED, joins=True).changed is False


@pytest.mark.parametrize(("after", "shown"), [(INVITED, "Invited"), (None, "no entry")])
def test_row_says_what_the_list_still_shows(after: Member | None, shown: str) -> None:
    row = final_row(planned(INVITED, OURS), Outcome(ACCOUNT, INVITED, INVITED), SideResult(), after, True)
    assert row.reason == "unconfirmed"
    assert row.processing_result == (
        "The account is a member by what it sees itself, but the member list did not show it in time: "
        f"it shows {shown}."
    )


JOINED = Outcome(ACCOUNT, INVITED, ENABLED, ("accept",))
SET = SideResult(("enable_standards",), "standards_pending", "They are PENDING.")


@pytest.mark.parametrize(
    ("row", "standards", "expected"),
    [
        (JOINED, None, JOINED),
        (
            JOINED,
            SET,
            Outcome(ACCOUNT, INVITED, ENABLED, ("accept", "enable_standards"), SET.reason, SET.message),
        ),
        (JOINED, SideResult(), JOINED),
        (
            Outcome(ACCOUNT, ENABLED, ENABLED),
            SideResult(("enable_standards",)),
            Outcome(ACCOUNT, ENABLED, ENABLED, ("enable_standards",)),
        ),
        (Outcome(ACCOUNT, ENABLED, ENABLED), SideResult(), Outcome(ACCOUNT, ENABLED, ENABLED)),
        (replace(JOINED, reason="rejected"), SET, replace(JOINED, reason="rejected")),
        (replace(JOINED, after=INVITED), SET, replace(JOINED, after=INVITED)),
        (replace(JOINED, after=None), SET, replace(JOINED, after=None)),
    ],
)
def test_row_with_standards(row: Outcome, standards: SideResult | None, expected: Outcome) -> None:
    assert with_standards(row, standards) == expected


DIFFERS = PolicyOutcome("differs")
APPLIED = PolicyResult(DIFFERS, ("update_controls",), "rejected", "IAM.6 was refused.")


@pytest.mark.parametrize(
    ("row", "policy", "expected"),
    [
        (JOINED, None, JOINED),
        (replace(JOINED, after=INVITED), APPLIED, replace(JOINED, after=INVITED)),
        (replace(JOINED, after=None), APPLIED, replace(JOINED, after=None)),
        (
            JOINED,
            APPLIED,
            replace(
                JOINED,
                actions=("accept", "update_controls"),
                reason="rejected",
                processing_result="IAM.6 was refused.",
                policy=DIFFERS,
            ),
        ),
        (
            replace(JOINED, reason="standards_pending", processing_result="PENDING."),
            APPLIED,
            replace(
                JOINED,
                actions=("accept", "update_controls"),
                reason="standards_pending",
                processing_result="PENDING.",
                policy=DIFFERS,
            ),
        ),
    ],
)
def test_row_with_policy(row: Outcome, policy: PolicyResult | None, expected: Outcome) -> None:
    assert with_policy(row, policy) == expected


COULD_NOT = SideResult((), "rejected", "Access denied.")


@pytest.mark.parametrize(
    ("now", "sides", "disassociates"),
    [
        (ENABLED, {ACCOUNT: COULD_NOT}, True),
        (ENABLED, {ACCOUNT: SideResult(("leave",))}, False),
        (ENABLED, {}, False),
        (RESIGNED, {ACCOUNT: COULD_NOT}, False),
        (None, {ACCOUNT: COULD_NOT}, False),
    ],
)
def test_account_that_could_not_leave_is_disassociated(
    now: Member | None, sides: dict[str, SideResult], disassociates: bool
) -> None:
    plan = plan_offboarding(ACCOUNT, ENABLED, ("leave",))
    assert after_leaving(plan, now, sides) == (plan_absent(ACCOUNT, ENABLED) if disassociates else plan.member)


@pytest.mark.parametrize(
    ("after", "reason", "message", "accepts", "again"),
    [
        (INVITED, None, None, True, False),
        (INVITED, "unconfirmed", "It is not shown.", True, False),
        (ENABLED, None, None, False, False),
        (ENABLED, "unconfirmed", None, False, False),
        (CREATED, "rejected", "It is already invited.", False, False),
        (RESIGNED, "rejected", "It is already invited.", True, True),
        (RESIGNED, "rejected", "The request is rejected.", False, False),
        (RESIGNED, "rejected", None, False, False),
        (RESIGNED, "resigned", "It is already invited.", False, False),
        (None, "rejected", "It is already invited.", False, False),
    ],
)
def test_what_may_accept(
    after: Member | None, reason: str | None, message: str | None, accepts: bool, again: bool
) -> None:
    outcome = Outcome(ACCOUNT, CREATED, after, reason=reason, processing_result=message)
    assert (may_accept(outcome), may_accept_again(outcome)) == (accepts, again)
