# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results claim what was seen or what the service said: absence, refusals, one account or Region among many."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.sessions import AwsSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member import apply as member_apply
from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_invitation,
    securityhub_member,
    securityhub_member_info,
    securityhub_member_invite,
)
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_MEMBER,
    THREE,
    failures,
    reasons,
    run_at,
    seed_members,
    statuses,
    turn_on,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.scripted import Clock
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, accounts, ids

PAIR = [MEMBER, OTHER_MEMBER]
INTERNAL = "internal error"


@pytest.fixture(autouse=True)
def _no_time(clock: Clock) -> None:
    """Let pauses take no time."""
    assert clock.pauses == []


# 1. A lost response followed by any other failure


@pytest.mark.parametrize(
    "following",
    [{"kind": "access_denied", "times": 1}, {"kind": "throttle", "times": None}, {"kind": "error", "times": None}],
    ids=lambda fault: fault["kind"],
)
def test_lost_response_followed_by_failure_is_unconfirmed(hub: Hub, following: dict[str, Any]) -> None:
    seed_members(hub, dict.fromkeys(PAIR, "Created"))
    hub.fault(kind="lost_reply", operation="InviteMembers")
    hub.fault(operation="InviteMembers", **following)
    hub.fault(kind="slow_visibility", seconds=120)
    run = run_at(hub, securityhub_member_invite, account_ids=PAIR, wait_timeout=5)
    assert run.failed
    assert run.result["changed"]
    assert reasons(run.result) == dict.fromkeys(PAIR, "unconfirmed")
    assert statuses(hub) == dict.fromkeys(PAIR, "Invited")


# 2. Absence is never inferred from silence


def unreadable_member(hub: Hub, listed: bool, silent: bool = False) -> None:
    """Let GetMembers leave open whether the accounts are in the list, and ListMembers show it or not."""
    seed_members(hub, {MEMBER: "Enabled"})
    if silent:
        hub.switches(get_members_unknown="omitted")
    else:
        hub.fault(kind="reject", operation="GetMembers", account_ids=[MEMBER], message=INTERNAL)
    if not listed:
        hub.fault(kind="access_denied", operation="ListMembers")


def test_member_that_get_members_does_not_show_is_found_in_the_list(hub: Hub) -> None:
    unreadable_member(hub, listed=True)
    invited = run_at(hub, securityhub_member_invite, account_ids=[MEMBER])
    assert ids(invited.result["unchanged_accounts"]) == [MEMBER]
    listed = run_at(hub, securityhub_member_info, account_ids=[MEMBER])
    assert ids(listed.result["members"]) == [MEMBER]
    deleted = run_at(hub, securityhub_member, members=[MEMBER], state="absent")
    assert ids(deleted.result["deleted_accounts"]) == [MEMBER]
    assert statuses(hub) == {}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("module", "options"),
    [
        (securityhub_member_invite, {"account_ids": [MEMBER]}),
        (securityhub_member, {"members": [MEMBER], "state": "present"}),
        (securityhub_member, {"members": [MEMBER], "state": "disassociated"}),
        (securityhub_member, {"members": [MEMBER], "state": "absent"}),
    ],
)
def test_member_that_no_call_shows_is_unreadable(hub: Hub, module: Any, options: dict[str, Any], check: bool) -> None:
    unreadable_member(hub, listed=False)
    run = run_at(hub, module, check=check, diff=True, **options)
    assert run.failed
    assert not run.result["changed"]
    assert reasons(run.result) == {MEMBER: "unreadable"}
    assert run.result["unprocessed_accounts"][0]["processing_result"] == INTERNAL
    assert run.result["unprocessed_accounts"][0]["member_status"] is None
    assert run.result["diff"]["before"] == {"eu-west-1": {}}
    assert writes(hub) == {}


def test_info_module_reports_an_unreadable_member(hub: Hub) -> None:
    unreadable_member(hub, listed=False)
    run = run_at(hub, securityhub_member_info, account_ids=[MEMBER])
    assert run.failed
    assert INTERNAL in run.result["msg"]
    assert MEMBER in run.result["msg"]


@pytest.mark.parametrize(("listed", "reason"), [(True, "not_a_member"), (False, "unreadable")])
def test_account_in_neither_list_of_the_response_is_looked_up(hub: Hub, listed: bool, reason: str) -> None:
    unreadable_member(hub, listed, silent=True)
    run = run_at(hub, securityhub_member_invite, account_ids=[OTHER_MEMBER, MEMBER])
    assert reasons(run.result) == {OTHER_MEMBER: reason}
    assert ids(run.result["unchanged_accounts"]) == [MEMBER]


def test_deletion_is_not_confirmed_by_silence(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Created"})
    hub.fault(kind="slow_visibility", seconds=3600)
    hub.fault(kind="reject", operation="GetMembers", message=INTERNAL, after=1)
    run = run_at(hub, securityhub_member, members=[MEMBER], state="absent", wait_timeout=3)
    assert reasons(run.result) == {MEMBER: "unconfirmed"}
    assert run.result["changed"]


# 3. One Region's unforeseen exception


def fail_in(region: str, error: Exception, original: Any) -> Any:
    """The original, which raises an error in one Region."""

    def work(*args: Any, **options: Any) -> Any:
        if any(region == getattr(each, "region", each) for each in args):
            raise error
        return original(*args, **options)

    return work


@pytest.mark.parametrize(
    ("owner", "name", "error", "code", "written"),
    [
        (AwsSession, "client", OSError(24, "Too many open files"), "OSError", False),
        (securityhub_member_invite, "reconcile_members", RuntimeError("unforeseen"), "RuntimeError", False),
        (member_apply, "read_members", RuntimeError("unforeseen"), "RuntimeError", False),
        (member_apply, "apply_change", RuntimeError("unforeseen"), "RuntimeError", False),
        (member_apply, "_reread", RuntimeError("unforeseen"), "RuntimeError", True),
    ],
)
def test_unforeseen_exception_costs_its_region_only(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, error: Exception, code: str, written: bool
) -> None:
    broken = THREE[1]
    seed_members(hub, {MEMBER: "Created"}, THREE)
    monkeypatch.setattr(owner, name, fail_in(broken, error, getattr(owner, name)))
    run = run_at(hub, securityhub_member_invite, account_ids=[MEMBER], regions=THREE)
    assert run.failed
    assert run.result["changed"]
    assert [row["region"] for row in run.result["invited_accounts"]] == [THREE[0], THREE[2]]
    assert failures(run.result) == {broken: code}
    (row,) = run.result["unprocessed_accounts"]
    assert row["region"] == broken
    assert statuses(hub, broken) == {MEMBER: "Invited" if written else "Created"}
    assert row["reason"] in (["unconfirmed"] if written else ["unconfirmed", "not_attempted"])


# 4. One account stops a Region, or a refusal storms


@pytest.mark.parametrize(
    ("code", "status"),
    [("ResourceNotFoundException", 404), ("ResourceConflictException", 409), ("InvalidInputException", 400)],
)
def test_one_account_that_a_call_is_refused_for_holds_up_nobody(hub: Hub, code: str, status: int) -> None:
    account_ids = accounts(120)
    wrong = account_ids[70]
    seed_members(hub, dict.fromkeys(account_ids, "Created"))
    hub.fault(kind="refuse_call", operation="InviteMembers", account_ids=[wrong], code=code, status=status)
    run = run_at(hub, securityhub_member_invite, account_ids=account_ids)
    assert reasons(run.result) == {wrong: "rejected"}
    assert len(run.result["invited_accounts"]) == 119
    assert run.result["failed_regions"] == []
    assert list(statuses(hub).values()).count("Invited") == 119
    assert writes(hub)["InviteMembers"] <= 16


@pytest.mark.parametrize("number", [50, 200])
def test_refusal_of_every_call_stops_soon(hub: Hub, number: int) -> None:
    account_ids = accounts(number)
    seed_members(hub, dict.fromkeys(account_ids, "Created"))
    hub.fault(kind="refuse_call", operation="InviteMembers")
    run = run_at(hub, securityhub_member_invite, account_ids=account_ids)
    assert not run.result["changed"]
    assert failures(run.result) == {"eu-west-1": "InvalidInputException"}
    assert set(reasons(run.result).values()) <= {"rejected", "not_attempted"}
    assert writes(hub)["InviteMembers"] <= 12


# 5. Check mode promises nothing that is known to fail


@pytest.mark.parametrize("check", [True, False])
def test_account_with_enabled_members_is_told_that_it_cannot_accept(hub: Hub, check: bool) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    seed_members(hub, {OTHER_MEMBER: "Enabled"}, administrator_id=MEMBER)
    run = run_at(hub, securityhub_invitation, check=check, account_id=MEMBER, administrator_id=ADMINISTRATOR)
    assert failures(run.result) == {"eu-west-1": "has_members"}
    assert not run.result["changed"]
    assert writes(hub) == {}
    assert f"Account {MEMBER} has enabled members" in run.result["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_member_that_invites_gets_one_failure(hub: Hub, check: bool) -> None:
    account_ids = accounts(60)
    seed_members(hub, dict.fromkeys(account_ids, "Created"))
    seed_members(hub, {ADMINISTRATOR: "Enabled"}, administrator_id=MEMBER)
    run = run_at(hub, securityhub_member_invite, check=check, account_ids=account_ids)
    assert run.failed
    assert not run.result["changed"]
    assert failures(run.result) == {"eu-west-1": "caller_is_member"}
    assert set(reasons(run.result).values()) <= {"caller_is_member", "not_attempted"}
    assert MEMBER in run.result["msg"]
    assert writes(hub).get("InviteMembers", 0) <= 1


def test_check_mode_expects_that_an_account_of_an_organization_is_not_deleted(hub: Hub) -> None:
    hub.seed(organization_accounts=[MEMBER])
    seed_members(hub, {MEMBER: "Enabled"})
    options: dict[str, Any] = {"members": [MEMBER], "state": "absent"}
    checked = run_at(hub, securityhub_member, check=True, diff=True, **options)
    assert statuses(hub) == {MEMBER: "Enabled"}
    done = run_at(hub, securityhub_member, diff=True, **options)
    assert statuses(hub) == {MEMBER: "Removed"}
    for run in (checked, done):
        assert run.result["changed"]
        (row,) = run.result["unprocessed_accounts"]
        assert (row["reason"], row["member_status"]) == ("rejected", "Removed")
        assert "its monitoring by this administrator" in row["processing_result"]
        (warning,) = run.result["warnings"]
        assert MEMBER in str(warning)
    assert checked.result["diff"] == done.result["diff"]


# 6. The administrator's own account


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("module", "options"),
    [
        (securityhub_member_invite, {"account_ids": [ADMINISTRATOR, MEMBER]}),
        (securityhub_member, {"members": [ADMINISTRATOR, MEMBER], "state": "present"}),
    ],
)
@pytest.mark.parametrize("members", [{MEMBER: "Invited"}, {}])
def test_administrator_account_is_left_alone(
    hub: Hub, module: Any, options: dict[str, Any], check: bool, members: dict[str, str]
) -> None:
    seed_members(hub, members)
    run = run_at(hub, module, check=check, fail_on_unprocessed=bool(members), **options)
    assert not run.failed
    assert reasons(run.result)[ADMINISTRATOR] == "own_account"
    assert ADMINISTRATOR not in statuses(hub)


@pytest.mark.parametrize("check", [True, False])
def test_administrator_that_is_to_accept_its_own_invitation_does_not_wait(hub: Hub, clock: Clock, check: bool) -> None:
    turn_on(hub, ADMINISTRATOR)
    run = run_at(hub, securityhub_invitation, check=check, administrator_id=ADMINISTRATOR)
    assert not run.failed
    assert not run.result["changed"]
    assert [row["reason"] for row in run.result["memberships"]] == ["own_account"]
    assert clock.pauses == []
    assert writes(hub) == {}


# 7. A passing error


@pytest.mark.parametrize("message", ["", "Internal error"])
@pytest.mark.parametrize("times", [1, 10])
def test_passing_error_of_a_read_is_waited_for(hub: Hub, message: str, times: int) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    passing = {"kind": "error", "code": "BadRequestException", "status": 400, "message": message}
    hub.fault(operation="ListInvitations", times=times, **passing)
    run = run_at(hub, securityhub_invitation, account_id=MEMBER, administrator_id=ADMINISTRATOR, enable_hub=True)
    assert not run.failed
    assert run.result["changed"]
    assert statuses(hub) == {MEMBER: "Enabled"}


def test_empty_message_that_does_not_pass_reads_as_one(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    turn_on(hub, MEMBER)
    hub.fault(kind="error", operation="ListInvitations", times=None, code="BadRequestException", status=400, message="")
    run = run_at(hub, securityhub_invitation, account_id=MEMBER, administrator_id=ADMINISTRATOR)
    assert "failed in eu-west-1 with BadRequestException: The service gave no reason. The" in run.result["msg"]
    assert not run.result["changed"]


@pytest.mark.parametrize(
    ("module", "options", "operation", "before", "after"),
    [
        (securityhub_member_invite, {"account_ids": PAIR}, "InviteMembers", "Created", "Invited"),
        (securityhub_member, {"members": PAIR, "state": "absent"}, "DeleteMembers", "Created", None),
        (securityhub_member, {"members": PAIR, "state": "present"}, "CreateMembers", None, "Created"),
    ],
)
def test_passing_error_beside_one_account_is_tried_again(
    hub: Hub, module: Any, options: dict[str, Any], operation: str, before: str | None, after: str | None
) -> None:
    seed_members(hub, dict.fromkeys(PAIR, before) if before else {})
    hub.fault(kind="reject", operation=operation, account_ids=[MEMBER], message="Internal error", times=2)
    run = run_at(hub, module, **options)
    assert not run.failed
    assert run.result["changed"]
    assert statuses(hub) == (dict.fromkeys(PAIR, after) if after else {})
    assert writes(hub)[operation] == 3


def test_passing_error_that_does_not_pass_is_rejected(hub: Hub) -> None:
    seed_members(hub, dict.fromkeys(PAIR, "Created"))
    hub.fault(kind="reject", operation="InviteMembers", account_ids=[MEMBER], message="Internal error")
    run = run_at(hub, securityhub_member_invite, account_ids=PAIR, wait_timeout=3)
    assert reasons(run.result) == {MEMBER: "rejected"}
    assert ids(run.result["invited_accounts"]) == [OTHER_MEMBER]
