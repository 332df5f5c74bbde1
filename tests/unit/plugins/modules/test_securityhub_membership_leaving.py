# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it: accounts of a former administrator, Regions that members are denied, who resigned."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_membership as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    EMAIL,
    MEMBER,
    OTHER_ADMINISTRATOR,
    OTHER_MEMBER,
    TIMES,
    run_at,
    seed_members,
    statuses,
    turn_on,
    without,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION, ModuleRun

ROLE = "security/hub-member"
ACCEPT, LEAVE = "AcceptAdministratorInvitation", "DisassociateFromAdministratorAccount"


def take_over(hub: Hub, check: bool = False, **options: Any) -> ModuleRun:
    """Run the module for one account of the former administrator."""
    given = {
        "members": [MEMBER], "member_role": ROLE, "leave_administrator_ids": [OTHER_ADMINISTRATOR], "wait_timeout": 5
    }  # fmt: skip
    return run_at(hub, module, check, **{**given, **options})


def only_row(run: ModuleRun) -> dict[str, Any]:
    (row,) = run.result["memberships"]
    return dict(row)


@pytest.fixture(name="hub_of_two")
def _hub_of_two(hub: Hub) -> Hub:
    """A hub whose administrator finds the member with another one, and may invite it all the same."""
    hub.switches(invite_associated="processed")
    turn_on(hub, ADMINISTRATOR)
    seed_members(hub, {MEMBER: "Enabled"}, administrator_id=OTHER_ADMINISTRATOR)
    return hub


def test_leave_administrator_ids_account_leaves_and_accepts(hub_of_two: Hub) -> None:
    check = take_over(hub_of_two, check=True)
    assert writes(hub_of_two) == {}
    run = take_over(hub_of_two)

    assert without(check.result) == without(run.result)
    row = only_row(run)
    assert (row["actions"], row["reason"]) == (["create", "invite", "leave", "accept"], None)
    assert row["left_administrator_id"] == OTHER_ADMINISTRATOR
    assert statuses(hub_of_two) == {MEMBER: "Enabled"}
    assert statuses(hub_of_two, administrator_id=OTHER_ADMINISTRATOR) == {MEMBER: "Resigned"}
    assert writes(hub_of_two) == {"CreateMembers": 1, "InviteMembers": 1, LEAVE: 1, ACCEPT: 1}
    hub_of_two.reset_counts()
    again = take_over(hub_of_two)
    assert (again.result["changed"], only_row(again)["left_administrator_id"]) == (False, None)
    assert writes(hub_of_two) == {}


@pytest.mark.parametrize("ids", [None, [], ["000000000001"]])
def test_leave_administrator_ids_that_do_not_name_it_leave_it(hub_of_two: Hub, ids: list[str] | None) -> None:
    row = only_row(take_over(hub_of_two, leave_administrator_ids=ids))

    assert (row["actions"], row["reason"], row["left_administrator_id"]) == ([], "other_administrator", None)
    assert writes(hub_of_two) == {}


def test_leave_administrator_ids_invitation_that_is_refused_leaves_nothing(hub_of_two: Hub) -> None:
    hub_of_two.switches(invite_associated="unprocessed")
    run = take_over(hub_of_two)

    row = only_row(run)
    assert (run.failed, row["reason"], row["actions"]) == (True, "other_administrator", ["create"])
    assert "already an associated member of another" in row["processing_result"]
    assert statuses(hub_of_two, administrator_id=OTHER_ADMINISTRATOR) == {MEMBER: "Enabled"}
    assert LEAVE not in writes(hub_of_two)


def test_leave_administrator_ids_invitation_that_does_not_arrive_leaves_nothing(hub_of_two: Hub) -> None:
    hub_of_two.fault(kind="slow_visibility", seconds=60)
    row = only_row(take_over(hub_of_two))

    assert row["reason"] == "unconfirmed"
    assert statuses(hub_of_two, administrator_id=OTHER_ADMINISTRATOR) == {MEMBER: "Enabled"}
    assert LEAVE not in writes(hub_of_two)


def test_leave_administrator_ids_refused_acceptance_says_that_it_has_no_administrator(hub_of_two: Hub) -> None:
    hub_of_two.fault(kind="access_denied", operation=ACCEPT)
    row = only_row(take_over(hub_of_two))

    assert (row["reason"], row["actions"]) == ("rejected", ["create", "invite", "leave"])
    assert row["processing_result"].startswith(
        f"Account {MEMBER} has left administrator {OTHER_ADMINISTRATOR} in {REGION}, and has no administrator now. "
    )
    hub_of_two.clear_faults()
    assert only_row(take_over(hub_of_two))["actions"] == ["accept"]
    assert statuses(hub_of_two) == {MEMBER: "Enabled"}


def test_leave_administrator_ids_lost_acceptance_is_in_doubt(hub_of_two: Hub) -> None:
    seed_members(hub_of_two, {MEMBER: "Invited"})
    hub_of_two.fault(kind="lost_reply", operation=ACCEPT)
    hub_of_two.fault(kind="access_denied", operation="GetAdministratorAccount", account_id=MEMBER, after=3)
    hub_of_two.fault(kind="slow_visibility", operation="GetMembers", seconds=30)
    row = only_row(take_over(hub_of_two, wait_timeout=3))

    assert (row["reason"], row["actions"]) == ("unconfirmed", ["leave", "accept"])
    assert "and may have accepted the invitation, which is not confirmed. " in row["processing_result"]
    assert statuses(hub_of_two) == {MEMBER: "Enabled"}


def test_leave_administrator_ids_other_refusal_is_rejected(hub_of_two: Hub) -> None:
    hub_of_two.fault(kind="quota", limit=0, per_account=True)
    row = only_row(take_over(hub_of_two))

    assert row["reason"] == "rejected"
    assert "maximum number" in row["processing_result"]
    assert statuses(hub_of_two, administrator_id=OTHER_ADMINISTRATOR) == {MEMBER: "Enabled"}


def test_leave_administrator_ids_refused_leaving_changes_nothing_there(hub_of_two: Hub) -> None:
    hub_of_two.fault(kind="access_denied", operation=LEAVE)
    row = only_row(take_over(hub_of_two))

    assert (row["reason"], row["actions"], row["left_administrator_id"]) == ("rejected", ["create", "invite"], None)
    assert "has no administrator" not in row["processing_result"]
    assert statuses(hub_of_two, administrator_id=OTHER_ADMINISTRATOR) == {MEMBER: "Enabled"}


@pytest.mark.parametrize("kind", ["lost_reply", "error_after"])
@pytest.mark.parametrize("operation", [LEAVE, ACCEPT, "InviteMembers"])
def test_leave_administrator_ids_lost_reply_is_found(hub_of_two: Hub, kind: str, operation: str) -> None:
    hub_of_two.fault(kind=kind, operation=operation, times=1)
    row = only_row(take_over(hub_of_two))

    assert (row["reason"], row["actions"]) == (None, ["create", "invite", "leave", "accept"])
    assert statuses(hub_of_two) == {MEMBER: "Enabled"}
    assert writes(hub_of_two)[operation] == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"leave_administrator_ids": ["1234"]}, "leave_administrator_ids: "),
        ({"administrator_id": OTHER_ADMINISTRATOR}, "is this administrator, see administrator_id"),
        ({"member_role": None}, "leave_administrator_ids: there is no role to leave them with in 1 of the accounts"),
        ({"state": "absent"}, "leave_administrator_ids: only with state present."),
    ],
)
def test_leave_administrator_ids_that_can_not_be_are_refused(hub: Hub, options: dict[str, Any], message: str) -> None:
    run = take_over(hub, **options)

    assert run.failed
    assert message in run.result["msg"]
    assert hub.counts()["calls"] == {}


@pytest.mark.parametrize("status", [None, "Created", "Invited"])
def test_region_that_members_are_denied_is_told_and_not_invited(hub: Hub, status: str | None) -> None:
    seed_members(hub, {MEMBER: status} if status else {})
    hub.fault(kind="access_denied", operation="GetAdministratorAccount", account_id=MEMBER, policy="service control")
    members = [MEMBER, OTHER_MEMBER]
    check = run_at(hub, module, check=True, members=members, member_role=ROLE)
    run = run_at(hub, module, members=members, member_role=ROLE)

    denied, other = run.result["memberships"]
    assert (denied["reason"], denied["actions"], denied["member_status"]) == ("region_denied", [], status)
    assert "service control policy" in denied["processing_result"]
    assert "Leave the Region out for these accounts with regions in their rows" in run.result["msg"]
    assert other["member_status"] == "Enabled"
    assert statuses(hub).get(MEMBER) == status
    assert without(check.result["memberships"], (*TIMES, "processing_result")) == without(
        run.result["memberships"], (*TIMES, "processing_result")
    )


def test_region_in_which_enabling_is_denied_is_told(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    hub.fault(kind="access_denied", operation="EnableSecurityHub", account_id=MEMBER, policy="service control")
    row = only_row(run_at(hub, module, members=[MEMBER], member_role=ROLE))

    assert (row["reason"], row["actions"]) == ("region_denied", ["create", "invite"])


def test_role_without_the_permission_is_not_a_denied_region(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    hub.fault(kind="access_denied", operation="GetAdministratorAccount", account_id=MEMBER)
    row = only_row(run_at(hub, module, members=[MEMBER], member_role=ROLE))

    assert (row["reason"], row["actions"]) == ("rejected", ["create", "invite"])


@pytest.mark.parametrize("wait_timeout", [0, 30])
@pytest.mark.parametrize("invite_resigned", ["processed", "already_invited"])
def test_resigned_account_without_a_role_awaits_acceptance(hub: Hub, invite_resigned: str, wait_timeout: int) -> None:
    hub.switches(invite_resigned=invite_resigned)
    seed_members(hub, {MEMBER: "Resigned"})
    options: dict[str, Any] = {"members": [MEMBER], "reinvite": ["resigned"], "wait_timeout": wait_timeout}
    check = only_row(run_at(hub, module, check=True, **options))
    run = run_at(hub, module, **options)

    row = only_row(run)
    assert not run.failed
    assert (row["member_status"], row["reason"]) == ("Invited", "awaiting_acceptance")
    assert row["actions"] == (["invite"] if invite_resigned == "processed" else ["delete", "create", "invite"])
    assert (check["member_status"], check["reason"]) == (row["member_status"], row["reason"])
    assert statuses(hub) == {MEMBER: "Invited"}
    assert check["email"] == row["email"] == EMAIL
    hub.reset_counts()
    again = run_at(hub, module, **options)
    assert (again.result["changed"], only_row(again)["reason"]) == (False, "awaiting_acceptance")
    assert writes(hub) == {}


def test_resigned_account_that_can_not_be_created_again_is_told(hub: Hub) -> None:
    hub.switches(invite_resigned="already_invited")
    seed_members(hub, {MEMBER: "Resigned"})
    hub.fault(kind="reject", operation="CreateMembers", account_ids=[MEMBER], message="No more members.")
    options: dict[str, Any] = {"members": [MEMBER], "reinvite": ["resigned"]}
    run = run_at(hub, module, **options)

    row = only_row(run)
    assert (row["reason"], row["actions"], row["member_status"]) == ("rejected", ["delete"], None)
    assert row["processing_result"] == "No more members."
    hub.clear_faults()
    assert only_row(run_at(hub, module, **options))["actions"] == ["create", "invite"]
    assert statuses(hub) == {MEMBER: "Invited"}
