# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the design, one row a case: what is done about an account, decided from both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import PreconditionFailed
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.plan import (
    MemberLook,
    SideResult,
    expected_row,
    final_row,
    is_member_side_left,
    is_member_side_wanted,
    plan_again,
    plan_membership,
    plan_offboarding,
    plan_surplus,
    why_not_to_remove,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member, Outcome, status_of

ACCOUNT, ADMINISTRATOR, OTHER, REGION = "111122223333", "999988887777", "777766665555", "eu-west-1"
INVITED_AT = "2026-01-31T08:15:30+00:00"

NO_ROLE = MemberLook()
DISABLED = MemberLook("hub_disabled")
HUB = MemberLook("hub_enabled")
OURS = MemberLook("hub_enabled", ADMINISTRATOR)
OTHERS = MemberLook("hub_enabled", OTHER)
HAS_MEMBERS = MemberLook("hub_enabled", None, True)
NO_ACCESS = MemberLook("role_not_assumed", message="AssumeRole failed.")
CLOSED = MemberLook("region_not_enabled", message="Not opted in.")
FAILED = MemberLook("failed", message="Access denied.")
DENIED = MemberLook("region_denied", message="A service control policy denies it.")
LOOKS = (NO_ROLE, DISABLED, HUB, OURS, OTHERS, HAS_MEMBERS, NO_ACCESS, CLOSED, DENIED, FAILED)

NEITHER: list[str] = []
REMOVED, RESIGNED, BOTH = ["removed"], ["resigned"], ["removed", "resigned"]
ORGANIZATIONS = "Removed without an invitation"


def member(status: str | None) -> Member | None:
    if status is None:
        return None
    if status == ORGANIZATIONS:
        return Member(ACCOUNT, "Removed", None, ADMINISTRATOR)
    return Member(ACCOUNT, status, "security@example.com", ADMINISTRATOR, INVITED_AT)


# the administrator's steps, by status and reinvite
STEPS: list[tuple[str | None, list[str], tuple[str, ...]]] = [
    (None, NEITHER, ("create", "invite")),
    ("Deleted", NEITHER, ("create", "invite")),
    ("Created", NEITHER, ("invite",)),
    ("Invited", NEITHER, ()),
    ("Removed", REMOVED, ("invite",)),
    ("Removed", BOTH, ("invite",)),
    ("Resigned", RESIGNED, ("invite",)),
    ("Resigned", BOTH, ("invite",)),
]
# what is seen on the member's side, whether the administrator's steps are taken, the account's, status, reason
SIDES: list[tuple[MemberLook, bool, tuple[str, ...], str | None, str | None]] = [
    (NO_ROLE, True, (), "Invited", "awaiting_acceptance"),
    (DISABLED, True, ("enable_hub", "accept"), "Enabled", None),
    (HUB, True, ("accept",), "Enabled", None),
    (OTHERS, False, (), None, "other_administrator"),
    (HAS_MEMBERS, False, (), None, "has_members"),
    (NO_ACCESS, True, (), "Invited", "role_not_assumed"),
    (CLOSED, True, (), "Invited", "region_not_enabled"),
    (DENIED, False, (), None, "region_denied"),
    (FAILED, True, (), "Invited", "rejected"),
]


def planned(status: str | None, reinvite: list[str], look: MemberLook) -> Any:
    return plan_membership(ACCOUNT, member(status), "new@example.com", reinvite, look, ADMINISTRATOR, REGION)


@pytest.mark.parametrize(("status", "reinvite", "steps"), STEPS)
@pytest.mark.parametrize(("look", "taken", "side", "after", "reason"), SIDES)
def test_account_that_joins(
    status: str | None,
    reinvite: list[str],
    steps: tuple[str, ...],
    look: MemberLook,
    taken: bool,
    side: tuple[str, ...],
    after: str | None,
    reason: str | None,
) -> None:
    plan = planned(status, reinvite, look)
    assert (plan.member.actions, plan.member_side, plan.member.reason) == (steps if taken else (), side, reason)
    row = expected_row(plan, joins=True)
    assert row.actions == plan.member.actions + side
    assert status_of(row.after) == (after if taken else status)
    assert (row.changed, row.reason, bool(row.processing_result)) == (bool(row.actions), reason, reason is not None)
    assert is_member_side_wanted(member(status), reinvite)


@pytest.mark.parametrize(
    ("status", "reinvite", "reason"),
    [
        ("Enabled", NEITHER, None),
        ("Enabled", BOTH, None),
        ("Removed", NEITHER, "removed"),
        ("Removed", RESIGNED, "removed"),
        (ORGANIZATIONS, NEITHER, "removed"),
        ("Resigned", NEITHER, "resigned"),
        ("Resigned", REMOVED, "resigned"),
        ("AccountSuspended", BOTH, "suspended"),
        ("Paused", BOTH, "unknown_status"),
        ("", BOTH, "unknown_status"),
    ],
)
@pytest.mark.parametrize("look", LOOKS)
def test_account_that_is_left_whatever_its_side_shows(
    status: str, reinvite: list[str], reason: str | None, look: MemberLook
) -> None:
    plan = planned(status, reinvite, look)
    row = expected_row(plan, joins=True)
    assert (row.actions, row.changed, row.reason, row.after) == ((), False, reason, member(status))
    assert not is_member_side_wanted(member(status), reinvite)


@pytest.mark.parametrize("look", [NO_ROLE, DISABLED, HUB, NO_ACCESS, CLOSED, FAILED])
def test_removed_account_of_an_organization_is_created_again(look: MemberLook) -> None:
    plan = planned(ORGANIZATIONS, REMOVED, look)
    assert (plan.member.actions, plan.member_side, plan.expects_enabled) == (("create",), (), True)
    assert status_of(expected_row(plan, joins=True).after) == "Enabled"


@pytest.mark.parametrize("status", [None, "Created", "Invited", "Removed", ORGANIZATIONS])
def test_account_that_sees_itself_as_a_member_is_waited_for(status: str | None) -> None:
    plan = planned(status, REMOVED, OURS)
    assert (plan.member.actions, plan.member_side, plan.member.reason, plan.expects_enabled) == ((), (), None, True)


def test_own_administrator_that_is_not_known_is_another_one() -> None:
    plan = plan_membership(ACCOUNT, None, None, REMOVED, OURS, None, REGION)
    assert plan.member.reason == "other_administrator"


def test_email_is_that_of_the_request_for_a_new_account() -> None:
    after = expected_row(planned(None, REMOVED, HUB), joins=True).after
    assert after == Member(ACCOUNT, "Enabled", "new@example.com")


# status, what the account does itself, all actions, status afterwards, reason
LEAVING: list[tuple[str | None, tuple[str, ...], tuple[str, ...], str | None, str | None]] = [
    (None, (), (), None, None),
    ("Deleted", (), (), "Deleted", None),
    ("Created", (), ("delete",), None, None),
    ("Invited", (), ("delete",), None, None),
    ("Invited", ("decline",), ("decline", "delete"), None, None),
    ("Enabled", (), ("disassociate", "delete"), None, None),
    ("Enabled", ("leave",), ("leave", "delete"), None, None),
    ("Removed", (), ("delete",), None, None),
    ("Resigned", (), ("delete",), None, None),
    ("AccountSuspended", (), ("delete",), None, None),
    (ORGANIZATIONS, (), (), "Removed", "rejected"),
    ("Paused", (), (), "Paused", "unknown_status"),
    ("Paused", ("leave",), (), "Paused", "unknown_status"),
]


@pytest.mark.parametrize(("status", "side", "actions", "after", "reason"), LEAVING)
def test_account_that_leaves(
    status: str | None, side: tuple[str, ...], actions: tuple[str, ...], after: str | None, reason: str | None
) -> None:
    row = expected_row(plan_offboarding(ACCOUNT, member(status), side), joins=False)
    assert (row.actions, status_of(row.after), row.reason) == (actions, after, reason)
    assert row.changed == bool(actions)


@pytest.mark.parametrize(
    ("status", "left"),
    [
        (None, False),
        ("Deleted", False),
        ("Created", False),
        ("Paused", False),
        (ORGANIZATIONS, False),
        ("Invited", True),
        ("Enabled", True),
        ("Removed", True),
        ("Resigned", True),
        ("AccountSuspended", True),
    ],
)
def test_what_has_something_to_leave(status: str | None, left: bool) -> None:
    assert is_member_side_left(member(status)) == left


def outcome(after: str | None = "Invited", **more: Any) -> Outcome:
    return Outcome(ACCOUNT, member("Created"), member(after), **more)


JOINING = planned("Created", REMOVED, HUB)
REJECTED = SideResult((), "rejected", "Access denied.")
MAYBE = SideResult(("accept",), "unconfirmed", "No reply.")


@pytest.mark.parametrize(
    ("outcome", "side", "after", "actions", "reason"),
    [
        (outcome(actions=("invite",)), SideResult(("accept",)), "Enabled", ("invite", "accept"), None),
        (outcome(actions=("invite",)), SideResult(("accept",)), "Invited", ("invite", "accept"), "unconfirmed"),
        (outcome(actions=("invite",)), REJECTED, "Invited", ("invite",), "rejected"),
        (outcome(actions=("invite",)), REJECTED, "Enabled", ("invite",), None),
        (outcome(actions=("invite",)), MAYBE, "Enabled", ("invite", "accept"), None),
        (outcome(actions=("invite",)), MAYBE, "Invited", ("invite", "accept"), "unconfirmed"),
        (outcome("Created", reason="rejected"), SideResult(), "Created", (), "rejected"),
        (outcome("Created", reason="not_attempted"), SideResult(), None, (), "not_attempted"),
    ],
)
def test_row_of_a_run_that_joins(
    outcome: Outcome, side: SideResult, after: str | None, actions: tuple[str, ...], reason: str | None
) -> None:
    row = final_row(JOINING, outcome, side, member(after), joins=True)
    assert (row.actions, row.reason, row.after) == (actions, reason, member(after))
    assert row.changed == bool(actions)


def test_row_of_a_run_says_why_nothing_could_be_done() -> None:
    plan = planned("Created", REMOVED, OTHERS)
    row = final_row(plan, plan.member, SideResult(), member("Created"), joins=True)
    assert (row.changed, row.reason) == (False, "other_administrator")
    assert f"a member of administrator {OTHER}" in str(row.processing_result)


@pytest.mark.parametrize(
    ("outcome", "side", "actions", "reason", "message"),
    [
        (outcome(None, actions=("delete",)), SideResult(("leave",)), ("leave", "delete"), None, None),
        (outcome(None, actions=("delete",)), REJECTED, ("delete",), None, "Access denied."),
        (
            outcome("Enabled", reason="rejected", processing_result="No."),
            SideResult(("leave",)),
            ("leave",),
            "rejected",
            "No.",
        ),
    ],
)
def test_row_of_a_run_that_leaves(
    outcome: Outcome, side: SideResult, actions: tuple[str, ...], reason: str | None, message: str | None
) -> None:
    plan = plan_offboarding(ACCOUNT, member("Enabled"), ("leave",))
    row = final_row(plan, outcome, side, outcome.after, joins=False)
    assert (row.actions, row.reason, row.processing_result) == (actions, reason, message)


def test_plan_names_its_account() -> None:
    plan = planned(None, REMOVED, HUB)
    assert plan.account_id == ACCOUNT


@pytest.mark.parametrize(
    ("status", "removes", "obstacle", "expected"),
    [
        ("Enabled", True, None, (None, ("disassociate", "delete"), None)),
        ("Created", True, None, (None, ("delete",), None)),
        ("Enabled", True, "Something failed.", ("Enabled", (), "not_attempted")),
        ("Paused", True, "Something failed.", ("Paused", (), "unknown_status")),
        ("Enabled", False, "Something failed.", ("Enabled", (), None)),
        ("Enabled", False, None, ("Enabled", (), None)),
    ],
)
def test_plan_surplus(status: str, removes: bool, obstacle: str | None, expected: tuple[Any, ...]) -> None:
    surplus = member(status)
    assert surplus
    plan = plan_surplus(surplus, removes, obstacle)
    assert (status_of(plan.after), plan.actions, plan.reason) == expected
    assert plan.before == surplus
    if plan.reason == "not_attempted":
        assert plan.processing_result == obstacle


ERROR = PreconditionFailed("has_members", "{account} has members.")
LAST = "Members are removed last, and only in a Region where nothing failed: "


@pytest.mark.parametrize(
    ("reasons", "error", "said"),
    [
        ([], None, None),
        ([None, "own_account"], None, None),
        (["rejected", None], None, f"{LAST}1 account failed in {REGION}."),
        (["rejected", "unconfirmed"], None, f"{LAST}2 accounts failed in {REGION}."),
        ([], ERROR, f"{LAST}The account has members."),
        (["rejected"], ERROR, f"{LAST}The account has members."),
    ],
)
def test_why_not_to_remove(reasons: list[str | None], error: PreconditionFailed | None, said: str | None) -> None:
    rows = [Outcome(ACCOUNT, None, None, reason=reason) for reason in reasons]
    assert why_not_to_remove(rows, error, REGION) == said


def test_plan_membership_obstacle_names_the_region() -> None:
    plan = plan_membership(ACCOUNT, None, None, REMOVED, HAS_MEMBERS, ADMINISTRATOR, REGION)
    assert REGION in str(plan.member.processing_result)


@pytest.mark.parametrize(("status", "reinvite", "steps"), STEPS)
def test_plan_membership_of_a_member_that_may_leave_its_administrator(
    status: str | None, reinvite: list[str], steps: tuple[str, ...]
) -> None:
    plan = plan_membership(
        ACCOUNT, member(status), "new@example.com", reinvite, OTHERS, ADMINISTRATOR, REGION, [OTHER, "000000000001"]
    )

    assert (plan.member.actions, plan.member_side, plan.member.reason) == (steps, ("leave", "accept"), None)
    assert (plan.expects_enabled, plan.left_administrator_id) == (True, OTHER)
    row = expected_row(plan, joins=True)
    assert (row.actions, row.left_administrator_id) == ((*steps, "leave", "accept"), OTHER)


@pytest.mark.parametrize("look", [HUB, DISABLED, NO_ROLE, OURS, HAS_MEMBERS, DENIED])
def test_plan_membership_of_others_leaves_no_administrator(look: MemberLook) -> None:
    plan = plan_membership(ACCOUNT, None, None, REMOVED, look, ADMINISTRATOR, REGION, [OTHER])

    assert plan.left_administrator_id is None
    assert "leave" not in plan.member_side


ELSEWHERE = "The given account ID is already an associated member of another administrator account."
REFUSED = Outcome(ACCOUNT, member("Created"), member("Created"), (), "rejected", ELSEWHERE)


@pytest.mark.parametrize(("actions", "left"), [(("leave",), OTHER), ((), None)])
def test_final_row_of_a_member_that_was_to_leave(actions: tuple[str, ...], left: str | None) -> None:
    plan = plan_membership(ACCOUNT, member("Created"), None, REMOVED, OTHERS, ADMINISTRATOR, REGION, [OTHER])
    row = final_row(plan, REFUSED, SideResult(actions), member("Created"), joins=True)

    assert (row.left_administrator_id, row.reason) == (left, "other_administrator")
    assert row.processing_result == REFUSED.processing_result
    unseen = final_row(plan, replace(REFUSED, reason="unconfirmed"), SideResult(), member("Created"), joins=True)
    assert unseen.reason == "unconfirmed"


def test_final_row_of_a_member_that_is_not_expected_to_be_enabled_lacks_nothing() -> None:
    plan = planned("Invited", NEITHER, NO_ROLE)
    row = final_row(plan, replace(plan.member, reason=None), SideResult(), member("Invited"), joins=True)
    assert row.reason is None


ALREADY = "The current account has already invited the given member account."


@pytest.mark.parametrize(
    ("look", "status", "reason", "said", "steps"),
    [
        (NO_ROLE, "Resigned", "rejected", ALREADY, ("delete", "create", "invite")),
        (NO_ACCESS, "Resigned", "rejected", ALREADY, ("delete", "create", "invite")),
        (HUB, "Resigned", "rejected", ALREADY, None),
        (NO_ROLE, "Resigned", "rejected", "No.", None),
        (NO_ROLE, "Resigned", "rejected", None, None),
        (NO_ROLE, "Resigned", "unconfirmed", ALREADY, ("delete", "create", "invite")),
        (NO_ROLE, "Resigned", "unconfirmed", "Not in time.", None),
        (NO_ROLE, "Resigned", "not_attempted", ALREADY, None),
        (NO_ROLE, "Removed", "rejected", "It belongs to an organization.", ("create",)),
        (NO_ROLE, "Removed", "unconfirmed", "It belongs to an organization.", None),
        (NO_ROLE, "Created", "rejected", ALREADY, None),
        (NO_ROLE, None, "rejected", ALREADY, None),
    ],
)
def test_plan_again_of_a_refused_invitation(
    look: MemberLook, status: str | None, reason: str, said: str | None, steps: tuple[str, ...] | None
) -> None:
    plan = planned("Resigned", RESIGNED, look)
    again = plan_again(plan, Outcome(ACCOUNT, member("Resigned"), member(status), (), reason, said))

    assert (again.actions if again else None) == steps
    if again:
        assert status_of(again.after) == ("Enabled" if steps == ("create",) else "Invited")
        assert (again.account_id, again.before) == (ACCOUNT, member("Resigned"))
        assert again.reason == (None if steps == ("create",) else plan.member.reason)
