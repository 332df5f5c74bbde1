# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that fail on either side: nothing is done twice, nothing is lost, and a run without faults converges."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.client import BaseClient

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.apply import RegionRun
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_membership as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    INCIDENTS,
    failures,
    run_at,
    seed_members,
    statuses,
    turn_on,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, ModuleRun

TWO = ["eu-west-1", "eu-central-1"]
FIRST, SECOND = TWO
ROLE = "hub-member"
# New with Security Hub disabled, new with Security Hub enabled, created, invited, enabled.
NEW, WITH_HUB, CREATED, INVITED, ENABLED = ALL = [f"{number:012d}" for number in range(1, 6)]
ADMINISTRATORS = ["GetMembers", "CreateMembers", "InviteMembers"]
MEMBERS = ["GetAdministratorAccount", "EnableSecurityHub", "ListInvitations", "AcceptAdministratorInvitation"]
LEAVING = ["DisassociateFromAdministratorAccount", "DeclineInvitations", "DeleteInvitations"]
REMOVING = ["DisassociateMembers", "DeleteMembers"]


def fleet(hub: Hub, members: Any = ALL, check: bool = False, **options: Any) -> ModuleRun:
    options = {"wait_timeout": 2, "regions": TWO, "member_role": ROLE, **options}
    return run_at(hub, module, check=check, members=members, **options)


def seed(hub: Hub) -> None:
    seed_members(hub, {CREATED: "Created", INVITED: "Invited", ENABLED: "Enabled"}, TWO)
    for account_id in (WITH_HUB, INVITED):
        turn_on(hub, account_id, TWO)


def assert_true(hub: Hub, run: ModuleRun) -> None:
    """Rows show what is at the server, or say that they do not know."""
    for row in run.result["memberships"]:
        if row["reason"] not in ("unconfirmed", "not_attempted"):
            assert row["member_status"] == statuses(hub, row["region"]).get(row["account_id"]), row
        if row["reason"] == "unconfirmed":
            assert run.result["changed"], row


def assert_converges(hub: Hub, **options: Any) -> None:
    """A run without faults leaves nothing, and nobody has been invited twice."""
    hub.clear_faults()
    run = fleet(hub, **options)
    assert not run.failed, run.result["msg"]
    wanted = dict.fromkeys(ALL, "Enabled") if options.get("state") != "absent" else {}
    assert [statuses(hub, region) for region in TWO] == [wanted] * len(TWO)
    hub.reset_counts()
    assert fleet(hub, **options).result["changed"] is False
    assert writes(hub) == {}


def assert_invited_once(hub: Hub) -> None:
    invitations = hub.counts()["invitations"].get(ADMINISTRATOR, {})
    assert {number for region in invitations.values() for number in region.values()} <= {1}


@pytest.mark.parametrize("operation", [*ADMINISTRATORS, *MEMBERS])
@pytest.mark.parametrize("kind", INCIDENTS)
def test_passing_incident_of_each_call_is_got_over(hub: Hub, operation: str, kind: str) -> None:
    seed(hub)
    hub.fault(kind=kind, operation=operation, region=FIRST, times=2)
    run = fleet(hub, wait_timeout=5)
    assert not run.failed, run.result["msg"]
    # A write that was carried out is not sent again.
    assert hub.counts()["faulted"] in ({operation: 1}, {operation: 2})
    assert_true(hub, run)
    assert_invited_once(hub)
    assert [statuses(hub, region) for region in TWO] == [dict.fromkeys(ALL, "Enabled")] * 2


@pytest.mark.parametrize("operation", ["GetMembers", "GetAdministratorAccount", "ListInvitations", *LEAVING, *REMOVING])
@pytest.mark.parametrize("kind", ["throttle", "error_after", "lost_reply"])
def test_passing_incident_of_each_call_that_leaves(hub: Hub, operation: str, kind: str) -> None:
    seed(hub)
    hub.seed(denied_roles=["000000000006"])
    seed_members(hub, {"000000000006": "Enabled"}, TWO)
    hub.fault(kind=kind, operation=operation, region=FIRST, times=2)
    members = [*ALL, "000000000006"]
    run = fleet(hub, members, state="absent", wait_timeout=5)
    assert not run.failed, run.result["msg"]
    assert hub.counts()["faulted"] in ({operation: 1}, {operation: 2})
    assert [statuses(hub, region) for region in TWO] == [{}, {}]
    assert {row["member_status"] for row in run.result["memberships"]} == {None}


@pytest.mark.parametrize("operation", [*ADMINISTRATORS, *MEMBERS])
@pytest.mark.parametrize("kind", ["access_denied", "error"])
def test_lasting_failure_of_each_call_in_one_region(hub: Hub, operation: str, kind: str) -> None:
    seed(hub)
    hub.fault(kind=kind, operation=operation, region=FIRST, times=None)
    run = fleet(hub, wait_timeout=1)
    assert run.failed
    assert_true(hub, run)
    assert statuses(hub, SECOND) == dict.fromkeys(ALL, "Enabled")
    assert {row["reason"] for row in run.result["memberships"] if row["region"] == SECOND} == {None}
    if operation in ADMINISTRATORS:
        assert failures(run.result).keys() == {FIRST}
    else:
        assert failures(run.result) == {}
    assert_converges(hub)


@pytest.mark.parametrize("operation", [*MEMBERS])
@pytest.mark.parametrize("kind", ["access_denied", "lost_request"])
def test_lasting_failure_in_one_account(hub: Hub, operation: str, kind: str) -> None:
    seed(hub)
    hub.fault(kind=kind, operation=operation, account_id=NEW, times=None)
    run = fleet(hub, wait_timeout=1)
    assert_true(hub, run)
    left = {row["account_id"]: row["reason"] for row in run.result["memberships"] if row["reason"]}
    assert left.keys() == {NEW}
    for region in TWO:
        assert {each for each, status in statuses(hub, region).items() if status == "Enabled"} >= set(ALL) - {NEW}
    assert run.result["failed_regions"] == []
    assert_converges(hub)


@pytest.mark.parametrize("operation", [*LEAVING, *REMOVING])
@pytest.mark.parametrize("kind", ["access_denied", "error"])
def test_lasting_failure_of_leaving(hub: Hub, operation: str, kind: str) -> None:
    seed(hub)
    hub.fault(kind=kind, operation=operation, region=FIRST, times=None)
    run = fleet(hub, state="absent", wait_timeout=1)
    assert_true(hub, run)
    assert statuses(hub, SECOND) == {}
    # The administrator deletes what an account could not leave.
    assert (statuses(hub, FIRST) == {}) == (operation != "DeleteMembers")
    assert_converges(hub, state="absent")


def test_accepting_whose_reply_is_lost_is_looked_at_again(hub: Hub) -> None:
    seed(hub)
    hub.fault(kind="lost_reply", operation="AcceptAdministratorInvitation", account_id=INVITED, region=FIRST)
    run = fleet(hub, [INVITED], wait_timeout=0)
    assert not run.failed, run.result["msg"]
    assert [row["actions"] for row in run.result["memberships"]] == [["accept"], ["accept"]]


@pytest.mark.parametrize("kind", ["throttle", "error", "lost_reply", "lost_request"])
def test_assuming_the_role_gets_over_incidents(hub: Hub, kind: str) -> None:
    seed(hub)
    code = {"code": "Throttling", "status": 400} if kind == "throttle" else {}
    hub.fault(kind=kind, operation="AssumeRole", times=4, **code)
    run = fleet(hub)
    assert not run.failed, run.result["msg"]
    assert_invited_once(hub)


def test_role_throttled_for_ever_is_named_and_the_account_invited(hub: Hub) -> None:
    seed(hub)
    hub.fault(kind="refuse_call", operation="AssumeRole", account_ids=[NEW], code="Throttling")
    check = fleet(hub, check=True)
    run = fleet(hub)
    for each in (check, run):
        assert {row["account_id"]: row["reason"] for row in each.result["memberships"] if row["reason"]} == {
            NEW: "role_not_assumed"
        }
    assert [statuses(hub, region)[NEW] for region in TWO] == ["Invited", "Invited"]
    assert_converges(hub)


@pytest.mark.parametrize("after", [0, 5, 10, 15])
def test_session_that_expires_midway_is_taken_again(hub: Hub, after: int) -> None:
    seed(hub)
    hub.fault(kind="expired_session", after=after)
    run = fleet(hub)
    assert not run.failed, run.result["msg"]
    assert_invited_once(hub)
    assert hub.counts()["other"]["sts:AssumeRole"] == len(ALL) - 1 + 1


@pytest.mark.parametrize("operation", ["AssumeRole", "InviteMembers"])
def test_base_role_that_expires_midway_is_taken_again(hub: Hub, operation: str) -> None:
    seed(hub)
    base = "111111110000"
    hub.fault(kind="expired_session", operation=operation)
    run = fleet(hub, account_id=base, assume_role_arn=f"arn:aws:iam::{ADMINISTRATOR}:role/security")
    assert not run.failed, run.result["msg"]
    assert hub.counts()["assume_role"][ADMINISTRATOR] == {FIRST: 2}
    assert {each["caller"].split(":")[4] for each in hub.sessions() if f":{NEW}:" in each["role_arn"]} == {
        ADMINISTRATOR
    }


@pytest.mark.parametrize("kind", ["sts_disabled", "sts_token_refused"])
def test_sts_that_is_disabled_in_a_region_is_asked_in_another(hub: Hub, kind: str) -> None:
    seed(hub)
    hub.fault(kind=kind, region=FIRST)
    run = fleet(hub)
    assert not run.failed, run.result["msg"]
    assert [each["region"] for each in hub.sessions()] == [SECOND] * 4


def test_administrator_that_sts_does_not_name_is_found_in_the_list(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR, TWO)
    hub.fault(kind="access_denied", operation="GetCallerIdentity")
    run = fleet(hub, [NEW, WITH_HUB, ADMINISTRATOR])
    assert not run.failed, run.result["msg"]
    assert run.result["administrator_id"] == ADMINISTRATOR
    assert {row["account_id"]: (row["member_status"], row["reason"]) for row in run.result["memberships"]} == {
        NEW: ("Enabled", None),
        WITH_HUB: ("Enabled", None),
        ADMINISTRATOR: (None, "own_account"),
    }


def test_hub_of_the_administrator_whose_enabling_fails(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR, [SECOND])
    hub.fault(kind="access_denied", operation="EnableSecurityHub", account_id=ADMINISTRATOR)
    run = fleet(hub, [NEW])
    assert failures(run.result) == {FIRST: "AccessDeniedException"}
    assert run.result["hub_enabled_regions"] == []
    assert [(row["member_status"], row["reason"]) for row in run.result["memberships"]] == [
        (None, "not_attempted"),
        ("Enabled", None),
    ]


@pytest.mark.parametrize("kind", ["lost_reply", "error_after"])
def test_hub_of_the_administrator_whose_reply_is_lost_is_enabled(hub: Hub, kind: str) -> None:
    hub.fault(kind=kind, operation="EnableSecurityHub", account_id=ADMINISTRATOR, times=1)
    run = fleet(hub, [NEW])
    assert not run.failed, run.result["msg"]
    assert run.result["hub_enabled_regions"] == TWO


def test_slow_visibility_is_waited_for_on_both_sides(hub: Hub) -> None:
    seed(hub)
    hub.fault(kind="slow_visibility", seconds=0.4)
    run = fleet(hub, wait_timeout=20)
    assert not run.failed, run.result["msg"]
    assert_invited_once(hub)
    assert_true(hub, run)


def test_what_is_not_visible_in_time_is_unconfirmed(hub: Hub) -> None:
    seed(hub)
    hub.fault(kind="slow_visibility", seconds=3600)
    run = fleet(hub, wait_timeout=0)
    reasons = {row["account_id"]: row["reason"] for row in run.result["memberships"]}
    assert reasons == {**dict.fromkeys((NEW, WITH_HUB, CREATED, INVITED), "unconfirmed"), ENABLED: None}
    assert run.result["changed"]
    assert_converges(hub)


def test_acceptance_that_cannot_be_read_again_is_unconfirmed(hub: Hub) -> None:
    seed(hub)
    hub.fault(kind="access_denied", operation="GetMembers", region=FIRST, after=1)
    run = fleet(hub, [INVITED])
    assert failures(run.result) == {FIRST: "AccessDeniedException"}
    assert [row["reason"] for row in run.result["memberships"]] == ["unconfirmed", None]


@pytest.mark.parametrize("check", [True, False])
def test_sides_that_disagree_are_unconfirmed_in_check_mode_too(hub: Hub, check: bool) -> None:
    seed(hub)
    fleet(hub, [INVITED])
    hub.fault(kind="slow_visibility", operation="GetMembers", seconds=3600)
    run = fleet(hub, [INVITED], check=check, wait_timeout=1)
    rows = run.result["memberships"]
    assert [(row["member_status"], row["reason"], row["actions"]) for row in rows] == [
        ("Invited", "unconfirmed", [])
    ] * 2
    assert "it shows Invited." in rows[0]["processing_result"]
    assert run.result["changed"] is False


def test_region_that_is_out_of_reach_holds_up_no_other(hub: Hub) -> None:
    seed(hub)
    hub.fault(kind="not_opted_in", region=FIRST)
    run = fleet(hub)
    assert failures(run.result) == {FIRST: "UnrecognizedClientException"}
    assert {row["reason"] for row in run.result["memberships"] if row["region"] == FIRST} == {"not_attempted"}
    assert statuses(hub, SECOND) == dict.fromkeys(ALL, "Enabled")
    assert_converges(hub)


@pytest.mark.parametrize("operation", ["GetMembers", "AcceptAdministratorInvitation", "AssumeRole"])
def test_silence_is_asked_again(hub: Hub, operation: str) -> None:
    seed(hub)
    hub.fault(kind="hang", operation=operation, seconds=0.3, times=2)
    run = fleet(hub)
    assert not run.failed, run.result["msg"]
    assert_invited_once(hub)


def test_unforeseen_exception_after_the_writes_claims_no_less(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(hub)

    def fail(*_arguments: Any) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(RegionRun, "_confirm", fail)
    run = fleet(hub)
    assert failures(run.result) == dict.fromkeys(TWO, "RuntimeError")
    assert run.result["changed"]
    assert {row["account_id"]: row["reason"] for row in run.result["memberships"]} == {
        **dict.fromkeys((NEW, WITH_HUB, CREATED, INVITED), "unconfirmed"),
        ENABLED: None,
    }


@pytest.mark.parametrize(
    "operation",
    [
        *("GetMembers", "CreateMembers", "InviteMembers"),
        *("ListInvitations", "AcceptAdministratorInvitation", "GetEnabledStandards", "BatchEnableStandards"),
    ],
)
def test_hub_that_was_just_enabled_is_borne_with(hub: Hub, operation: str) -> None:
    hub.fault(kind="slow_hub", operation=[operation], seconds=1)
    run = fleet(hub, [NEW], regions=[FIRST], standards=["pci-dss/v/4.0.1"], wait_timeout=2)
    assert not run.failed, run.result["msg"]
    assert hub.counts()["faulted"][operation] >= 2
    (row,) = run.result["memberships"]
    assert (row["member_status"], row["reason"]) == ("Enabled", None)


@pytest.mark.parametrize("account_id", [ADMINISTRATOR, NEW])
def test_hub_that_is_called_enabled_while_it_shows_as_off_is_a_refusal(hub: Hub, account_id: str) -> None:
    if account_id == NEW:
        turn_on(hub, ADMINISTRATOR, [FIRST])
    conflict = {"code": "ResourceConflictException", "status": 409, "message": "conflict"}
    hub.fault(kind="error", operation="EnableSecurityHub", times=None, **conflict)
    run = fleet(hub, [NEW], regions=[FIRST])
    assert run.failed
    assert "conflict" in run.result["msg"]
    assert run.result["hub_enabled_regions"] == []
    (row,) = run.result["memberships"]
    assert "enable_hub" not in row["actions"]
    assert run.result["changed"] == (account_id == NEW)  # the account was invited all the same


def test_account_that_leaves_between_look_and_act_has_left(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(hub)
    looks: list[str] = []
    make_api_call = BaseClient._make_api_call

    def leave_before_the_second_look(client: Any, operation: str, parameters: Any) -> Any:
        looks.append(operation)
        if operation == "GetAdministratorAccount" and looks.count(operation) == 2:
            client.disassociate_from_administrator_account()
            client.delete_invitations(AccountIds=[ADMINISTRATOR])
        return make_api_call(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", leave_before_the_second_look)
    run = fleet(hub, [ENABLED], regions=[FIRST], state="absent")
    assert not run.failed, run.result["msg"]
    (row,) = run.result["memberships"]
    assert (row["actions"], row["member_status"], row["reason"]) == (["delete"], None, None)
    assert ENABLED not in statuses(hub, FIRST)
