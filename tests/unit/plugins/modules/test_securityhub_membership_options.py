# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options, calls and messages of the module, against the local Security Hub."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.apply import RegionRun
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_membership as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    EMAIL,
    OTHER_ADMINISTRATOR,
    THREE,
    run_at,
    seed_members,
    statuses,
    turn_on,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    accounts,
    differences_from_return,
)

ROLE = "hub-member"
ONE, TWO, OTHERS = "111122223333", "012345670123", accounts(3, first=100)
REMOVED_TWO = (TWO, None, ["disassociate", "delete"], None)


def fleet(hub: Hub, members: Any, check: bool = False, **options: Any) -> ModuleRun:
    return run_at(hub, module, check=check, members=members, **{"wait_timeout": 2, "member_role": ROLE, **options})


def rows(run: ModuleRun, key: str = "memberships") -> list[tuple[Any, ...]]:
    """(account, status, actions, reason) of each row."""
    return [(row["account_id"], row["member_status"], row["actions"], row["reason"]) for row in run.result[key]]


# Calls


def test_new_fleet_takes_one_role_an_account_and_four_calls_a_pair(hub: Hub) -> None:
    members = accounts(101)
    turn_on(hub, ADMINISTRATOR, THREE)
    run = fleet(hub, members, regions=THREE, wait_timeout=30)
    assert not run.failed, run.result["msg"]
    counts = hub.counts()
    assert counts["other"]["sts:AssumeRole"] == 101
    for region in THREE:
        calls = counts["by_region"][region]
        each_pair = {"EnableSecurityHub", "ListInvitations", "AcceptAdministratorInvitation"}
        assert {calls.pop(name) for name in each_pair} == {101}
        # One of them looks whether the administrator is a member itself.
        assert calls.pop("GetAdministratorAccount") == 102
        # Planned, created, invited, and accepted ones are looked at, 50 a call; what is not seen at once, again.
        assert calls.pop("GetMembers") <= 4 * 3 + 3
        assert calls == {"CreateMembers": 3, "InviteMembers": 3}
    assert max(counts["max_ids"].values()) == 50
    hub.reset_counts()
    assert fleet(hub, members, regions=THREE).result["changed"] is False
    assert hub.counts()["by_region"] == {region: {"GetMembers": 3} for region in THREE}
    assert hub.counts()["other"].get("sts:AssumeRole") is None


def test_account_in_no_list_has_nothing_to_leave(hub: Hub) -> None:
    seed_members(hub, {TWO: "Created"})
    run = fleet(hub, [ONE, TWO], state="absent")
    assert rows(run) == [(ONE, None, [], None), (TWO, None, ["delete"], None)]
    assert hub.counts()["other"].get("sts:AssumeRole") is None


def test_account_that_leaves_has_no_invitation_any_more(hub: Hub) -> None:
    seed_members(hub, {ONE: "Enabled", TWO: "Invited"}, THREE)
    turn_on(hub, TWO, THREE)
    run = fleet(hub, [ONE, TWO], state="absent", regions=THREE)
    assert {tuple(row["actions"]) for row in run.result["memberships"]} == {("leave", "delete"), ("decline", "delete")}
    invitations = hub.state()["invitations"]
    assert [invitations.get(each, {}).get(region, []) for each in (ONE, TWO) for region in THREE] == [[]] * 6


@pytest.mark.parametrize("members", [[], "", {}, "[]"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_empty_list_is_nothing_to_do(hub: Hub, members: Any, state: str) -> None:
    run = run_at(hub, module, members=members, state=state, diff=True)
    assert run == ModuleRun(
        False,
        {
            "changed": False,
            "memberships": [],
            "surplus_members": [],
            "administrator_id": None,
            "hub_enabled_regions": [],
            "failed_regions": [],
            "counts": {"accounts": 0, "memberships": 0, "by_status": {}},
            "diff": {"before": {}, "after": {}},
        },
    )
    assert hub.counts()["calls"] == hub.counts()["other"] == {}


# Surplus


@pytest.mark.parametrize("check", [True, False])
def test_surplus_is_reported_and_left(hub: Hub, check: bool) -> None:
    seed_members(hub, {ONE: "Enabled", TWO: "Enabled", OTHERS[0]: "Created"})
    run = fleet(hub, [ONE], check=check, surplus="report")
    assert not run.failed
    assert rows(run, "surplus_members") == [(TWO, "Enabled", [], None), (OTHERS[0], "Created", [], None)]
    assert run.result["changed"] is False
    assert writes(hub) == {}


def test_surplus_is_removed(hub: Hub) -> None:
    seed_members(hub, {ONE: "Enabled", TWO: "Enabled", OTHERS[0]: "Created", OTHERS[1]: "Paused"})
    check = fleet(hub, [ONE], check=True, surplus="remove", diff=True)
    assert writes(hub) == {}
    run = fleet(hub, [ONE], surplus="remove", diff=True)
    expected = [
        (TWO, None, ["disassociate", "delete"], None),
        (OTHERS[0], None, ["delete"], None),
        (OTHERS[1], "Paused", [], "unknown_status"),
    ]
    assert sorted(rows(run, "surplus_members")) == sorted(rows(check, "surplus_members")) == sorted(expected)
    assert statuses(hub) == {ONE: "Enabled", OTHERS[1]: "Paused"}
    assert check.result["diff"] == run.result["diff"]
    assert run.failed
    assert f"{OTHERS[1]} in {REGION}: unknown_status" in run.result["msg"]
    hub.reset_counts()
    assert fleet(hub, [ONE], surplus="remove").result["changed"] is False
    assert writes(hub) == {}


@pytest.mark.parametrize("check", [True, False])
def test_surplus_over_the_limit_is_refused_before_any_write(hub: Hub, check: bool) -> None:
    seed_members(hub, dict.fromkeys(OTHERS, "Enabled"), THREE)
    run = fleet(hub, [ONE], check=check, surplus="remove", surplus_limit=2, regions=THREE)
    assert run.failed
    assert run.result["msg"].startswith("surplus_limit: 3 accounts in the member list were not requested, more than")
    assert OTHERS[2] in run.result["msg"]
    assert writes(hub) == {}
    assert not fleet(hub, [ONE], surplus="remove", surplus_limit=3, regions=THREE).failed
    assert [statuses(hub, region) for region in THREE] == [{ONE: "Enabled"}] * 3


def test_surplus_account_that_the_list_names_is_none(hub: Hub) -> None:
    """Neither one of other Regions, nor one that is left out for its status."""
    seed_members(hub, {ONE: "Enabled", TWO: "Enabled"}, THREE)
    named = [{"account_id": ONE, "regions": [REGION]}, {"Id": TWO, "Status": "SUSPENDED"}]
    run = fleet(hub, named, regions=THREE, surplus="remove")
    assert run.result["surplus_members"] == []
    assert [row["account_id"] for row in run.result["memberships"]] == [ONE]
    assert run.result["warnings"] == [f"members: accounts that are not active are left out: {TWO} is SUSPENDED."]
    assert [statuses(hub, region) for region in THREE] == [{ONE: "Enabled", TWO: "Enabled"}] * 3


CLOSED_ROWS = [ONE, {"Id": TWO, "Status": "CLOSED"}, {"Id": OTHERS[0], "Status": "SUSPENDED"}]


@pytest.mark.parametrize("surplus", ["ignore", "report"])
def test_closed_accounts_are_removed(hub: Hub, surplus: str) -> None:
    seed_members(hub, {ONE: "Enabled", TWO: "Enabled", OTHERS[0]: "Enabled", OTHERS[1]: "Created"})
    options: dict[str, Any] = {"closed_accounts": "remove", "surplus": surplus}
    check = fleet(hub, CLOSED_ROWS, check=True, diff=True, **options)
    assert writes(hub) == {}
    run = fleet(hub, CLOSED_ROWS, diff=True, **options)
    reported: list[Any] = [(OTHERS[1], "Created", [], None)] if surplus == "report" else []
    expected = sorted([(TWO, None, ["disassociate", "delete"], None), *reported])
    assert sorted(rows(run, "surplus_members")) == sorted(rows(check, "surplus_members")) == expected
    assert check.result["diff"] == run.result["diff"]
    assert statuses(hub) == {ONE: "Enabled", OTHERS[0]: "Enabled", OTHERS[1]: "Created"}
    hub.reset_counts()
    again = fleet(hub, CLOSED_ROWS, **options)
    assert again.result["changed"] is False
    assert TWO not in [row["account_id"] for row in again.result["surplus_members"]]
    assert writes(hub) == {}


def test_closed_accounts_are_removed_in_the_regions_of_their_rows(hub: Hub) -> None:
    seed_members(hub, {TWO: "Enabled"}, THREE)
    closed = [{"Id": TWO, "Status": "CLOSED", "regions": THREE[0]}]
    options: dict[str, Any] = {"closed_accounts": "remove", "surplus": "remove", "regions": THREE}
    check = fleet(hub, [ONE, *closed], check=True, **options)
    run = fleet(hub, [ONE, *closed], **options)
    assert [row["region"] for row in check.result["surplus_members"]] == [THREE[0]]
    assert [row["region"] for row in run.result["surplus_members"]] == [THREE[0]]
    assert [TWO in statuses(hub, region) for region in THREE] == [False, True, True]


def test_closed_accounts_alone_are_removed(hub: Hub) -> None:
    seed_members(hub, {ONE: "Enabled", TWO: "Created"}, THREE)
    run = fleet(hub, [{"Id": TWO, "Status": "CLOSED"}], closed_accounts="remove", regions=THREE)
    assert [row[2] for row in rows(run, "surplus_members")] == [["delete"]] * 3
    assert run.result["memberships"] == []
    assert [statuses(hub, region) for region in THREE] == [{ONE: "Enabled"}] * 3


@pytest.mark.parametrize("surplus", ["ignore", "remove"])
def test_closed_accounts_over_the_limit_are_refused_before_any_write(hub: Hub, surplus: str) -> None:
    seed_members(hub, {TWO: "Enabled", OTHERS[1]: "Enabled"})
    limit = {"ignore": 0, "remove": 1}[surplus]
    options: dict[str, Any] = {"closed_accounts": "remove", "surplus": surplus}
    run = fleet(hub, CLOSED_ROWS, surplus_limit=limit, **options)
    assert run.result["msg"].startswith(
        "surplus_limit: 1 account in the member list was not requested or is closed, more than"
        if limit == 0
        else "surplus_limit: 2 accounts in the member list were not requested or are closed, more than"
    )
    assert writes(hub) == {}
    assert not fleet(hub, CLOSED_ROWS, surplus_limit=limit + 1, **options).failed


def test_closed_accounts_of_a_region_that_failed_are_not_attempted(hub: Hub) -> None:
    seed_members(hub, {ONE: "Created", TWO: "Enabled"}, THREE)
    hub.fault(kind="access_denied", operation="InviteMembers", region=REGION)
    run = fleet(hub, CLOSED_ROWS, closed_accounts="remove", regions=THREE)
    assert {row["region"]: row["reason"] for row in run.result["surplus_members"]} == {
        each: "not_attempted" if each == REGION else None for each in THREE
    }
    assert TWO in statuses(hub)


def test_closed_accounts_are_left_where_nobody_asked(hub: Hub) -> None:
    seed_members(hub, {ONE: "Enabled", TWO: "Enabled"})
    assert fleet(hub, CLOSED_ROWS).result["surplus_members"] == []
    assert statuses(hub) == {ONE: "Enabled", TWO: "Enabled"}


@pytest.mark.parametrize("operation", ["GetMembers", "InviteMembers"])
def test_surplus_of_a_region_that_failed_is_not_attempted(hub: Hub, operation: str) -> None:
    seed_members(hub, {ONE: "Created", TWO: "Enabled"}, THREE)
    hub.fault(kind="access_denied", operation=operation, region=REGION)
    run = fleet(hub, [ONE], surplus="remove", regions=THREE)
    assert [row["region"] for row in run.result["failed_regions"]] == [REGION]
    expected = [(TWO, "Enabled", [], "not_attempted") if each == REGION else REMOVED_TWO for each in THREE]
    assert rows(run, "surplus_members") == expected
    assert run.result["surplus_members"][THREE.index(REGION)]["processing_result"]
    assert [len(statuses(hub, region)) for region in THREE] == [2 if region == REGION else 1 for region in THREE]
    assert {"DisassociateMembers", "DeleteMembers"}.isdisjoint(hub.counts()["by_region"][REGION])


@pytest.mark.parametrize("check", [True, False])
def test_surplus_is_not_attempted_where_an_account_failed(hub: Hub, check: bool) -> None:
    seed_members(hub, {TWO: "Enabled", OTHERS[0]: "AccountSuspended"})
    run = fleet(hub, [ONE, OTHERS[0]], check=check, surplus="remove")
    assert rows(run, "surplus_members") == [(TWO, "Enabled", [], "not_attempted")]
    assert run.result["surplus_members"][0]["processing_result"] == (
        f"Members are removed last, and only in a Region where nothing failed: 1 account failed in {REGION}."
    )
    assert f"{TWO} in {REGION}: not_attempted" in run.result["msg"]
    assert {"DisassociateMembers", "DeleteMembers"}.isdisjoint(writes(hub))


@pytest.mark.parametrize("check", [True, False])
def test_surplus_is_removed_where_an_owner_has_yet_to_accept(hub: Hub, check: bool) -> None:
    seed_members(hub, {TWO: "Enabled"})
    run = fleet(hub, [ONE], check=check, surplus="remove", member_role=None)
    assert [row[3] for row in rows(run)] == ["awaiting_acceptance"]
    assert rows(run, "surplus_members") == [REMOVED_TWO]


def test_surplus_is_not_attempted_after_the_unforeseen(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise KeyError("unforeseen")

    monkeypatch.setattr(RegionRun, "_join", fail)
    seed_members(hub, {ONE: "Created", TWO: "Enabled"})
    run = fleet(hub, [ONE], surplus="remove")
    assert run.failed
    assert rows(run, "surplus_members") == [(TWO, "Enabled", [], "not_attempted")]
    assert writes(hub) == {}


@pytest.mark.parametrize("check", [True, False])
def test_surplus_account_of_an_organization_is_warned_of(hub: Hub, check: bool) -> None:
    hub.seed(organization_accounts=[TWO])
    seed_members(hub, {TWO: "Enabled"})
    run = fleet(hub, [ONE], check=check, surplus="remove")
    assert rows(run, "surplus_members") == [(TWO, "Removed", ["disassociate"], "rejected")]
    (warning,) = run.result["warnings"]
    assert warning.startswith(f"{TWO} is Enabled without an invitation in {REGION}, so it is probably an account of")
    assert "its monitoring by this administrator" in run.result["surplus_members"][0]["processing_result"]


def test_region_whose_list_cannot_be_read_removes_nothing(hub: Hub) -> None:
    seed_members(hub, {ONE: "Enabled", TWO: "Enabled"}, THREE)
    hub.fault(kind="access_denied", operation="ListMembers", region=REGION)
    run = fleet(hub, [ONE], surplus="remove", regions=THREE)
    assert [row["region"] for row in run.result["failed_regions"]] == [REGION]
    assert [len(statuses(hub, region)) for region in THREE] == [2 if region == REGION else 1 for region in THREE]


# The administrator


@pytest.mark.parametrize("check", [True, False])
def test_hub_of_the_administrator_is_enabled_where_it_is_disabled(hub: Hub, check: bool) -> None:
    turn_on(hub, ADMINISTRATOR, THREE[1:])
    run = fleet(hub, [ONE], check=check, regions=THREE, surplus="report")
    assert not run.failed, run.result["msg"]
    assert run.result["hub_enabled_regions"] == THREE[:1]
    assert [row[1] for row in rows(run)] == ["Enabled"] * 3
    assert (THREE[0] in hub.state()["hubs"][ADMINISTRATOR]) != check


def test_hub_of_the_administrator_is_not_enabled_to_leave(hub: Hub) -> None:
    run = fleet(hub, [ONE], state="absent")
    assert rows(run) == [(ONE, None, [], None)]
    assert not run.failed
    assert run.result["changed"] is False
    assert writes(hub) == {}


@pytest.mark.parametrize("check", [True, False])
def test_administrator_that_is_a_member_itself_invites_nobody(hub: Hub, check: bool) -> None:
    seed_members(hub, {ADMINISTRATOR: "Enabled"}, [REGION], OTHER_ADMINISTRATOR)
    seed_members(hub, {ONE: "Created", TWO: "Enabled"}, THREE)
    run = fleet(hub, [ONE, TWO], check=check, regions=THREE)
    assert [(row["region"], row["error_code"]) for row in run.result["failed_regions"]] == [
        (REGION, "caller_is_member")
    ]
    assert [row[2:] for row in rows(run)] == [
        ([], "caller_is_member"),
        ([], None),
        *([(["invite", "enable_hub", "accept"], None), ([], None)] * 2),
    ]


@pytest.mark.parametrize("enable", [True, False])
def test_standards_of_hubs_that_are_enabled(hub: Hub, enable: bool) -> None:
    assert not fleet(hub, [ONE], enable_default_standards=enable).failed
    hubs = hub.state()["hubs"]
    assert [bool(hubs[each][REGION]["standards"]) for each in (ADMINISTRATOR, ONE)] == [enable] * 2


# Rows


def test_email_of_a_row_is_in_the_list(hub: Hub) -> None:
    run = fleet(hub, [{"AccountId": ONE, "Email": EMAIL}, TWO])
    assert [row["email"] for row in run.result["memberships"]] == [EMAIL, None]
    assert hub.state()["members"][ADMINISTRATOR][REGION][ONE]["email"] == EMAIL


def test_roles_of_rows_and_options_of_the_session(hub: Hub) -> None:
    hub.seed(
        roles=[
            {"account_id": ONE, "role": "own/path/hub", "external_id": "an-id-of-its-own"},
            {"account_id": TWO, "role": ROLE, "external_id": "the-usual-external-id", "max_session_duration": 7200},
            {"account_id": OTHERS[0], "role": "by-arn", "external_id": "the-usual-external-id"},
        ]
    )
    members = [
        {"account_id": ONE, "member_role": "own/path/hub", "member_role_external_id": "an-id-of-its-own"},
        TWO,
        {"account_id": OTHERS[0], "member_role": f"arn:aws:iam::{OTHERS[0]}:role/by-arn"},
    ]
    run = fleet(
        hub,
        members,
        member_role_external_id="the-usual-external-id",
        member_role_session_name="onboarding",
        member_role_duration=1800,
        member_role_policy={
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
        },
    )
    assert not run.failed, run.result["msg"]
    assert {(each["role_arn"], each["external_id"]) for each in hub.sessions()} == {
        (f"arn:aws:iam::{ONE}:role/own/path/hub", "an-id-of-its-own"),
        (f"arn:aws:iam::{TWO}:role/{ROLE}", "the-usual-external-id"),
        (f"arn:aws:iam::{OTHERS[0]}:role/by-arn", "the-usual-external-id"),
    }
    assert {(each["session_name"], each["duration_seconds"]) for each in hub.sessions()} == {("onboarding", 1800)}
    assert all("2012-10-17" in str(each["policy"]) for each in hub.sessions())


def test_role_of_a_row_alone(hub: Hub) -> None:
    run = fleet(hub, [{"account_id": ONE, "member_role": "only-here"}, TWO], member_role=None)
    assert [row[1::2] for row in rows(run)] == [("Enabled", None), ("Invited", "awaiting_acceptance")]


def test_partition_of_the_regions_is_that_of_the_roles(hub: Hub) -> None:
    run = fleet(hub, [ONE], region="us-gov-west-1")
    assert not run.failed, run.result["msg"]
    assert [each["role_arn"] for each in hub.sessions()] == [f"arn:aws-us-gov:iam::{ONE}:role/{ROLE}"]


# Refused before any call


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"members": ["1402433619"]}, "members: 1 row is not valid: row 1: '1402433619' is not an AWS account ID"),
    ({"members": [{"account_id": ONE, "regions": ["us-east-1"]}]}, f"members: the row of {ONE} has regions that"),
    (
        {"members": [{"account_id": ONE, "member_role": "/slash"}]},
        "member_role of members: '/slash' begins with a slash",
    ),
    ({"member_role": "two words"}, "member_role: 'two words' can't be the name of a role"),
    ({"member_role": "/slash/role"}, "member_role: '/slash/role' begins with a slash"),
    ({"member_role": f"arn:aws:iam::{ONE}:role/x"}, f"member_role: 'arn:aws:iam::{ONE}:role/x' is an ARN"),
    ({"member_role": "x" * 65}, "member_role: 'xxx"),
    ({"assume_role_arn": "security"}, "assume_role_arn: 'security' is not the ARN of a role"),
    ({"assume_role_external_id": "an-external-id"}, "assume_role_external_id: there is no role to take"),
    ({"member_role_session_name": "two words"}, "member_role_session_name: 'two words' can't be a session name"),
    ({"wait_timeout": -1}, "wait_timeout: -1 is less than 0"),
    ({"concurrency": 0}, "concurrency: 0 is less than 1"),
    ({"closed_accounts": "remove", "state": "absent"}, "closed_accounts: only with state present. Leave it out."),
    ({"surplus": "remove", "surplus_limit": -1}, "surplus_limit: -1 is less than 0"),
    ({"surplus": "remove", "state": "absent"}, "surplus: only with state present"),
    ({"regions": ["eu-west-9"]}, "regions: not a Region with"),
    ({"regions": []}, "regions: empty"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED, ids=lambda each: each if isinstance(each, str) else "")
def test_options_that_cannot_be_used_are_refused_before_any_call(
    hub: Hub, options: dict[str, Any], message: str
) -> None:
    run = fleet(hub, **{"members": [ONE], **options})
    assert run.failed
    assert run.result["msg"].startswith(message)
    assert hub.counts()["calls"] == hub.counts()["other"] == {}
    returned = {key: value for key, value in run.result.items() if key not in ("changed", "msg")}
    assert [each for each in differences_from_return(module, returned) if each != "diff: not returned"] == []


def test_assume_role_that_is_refused_ends_the_task(hub: Hub) -> None:
    hub.seed(denied_roles=[ONE])
    arn = f"arn:aws:iam::{ONE}:role/security"
    run = fleet(hub, [TWO], assume_role_arn=arn)
    assert run.failed
    assert run.result["msg"].startswith(f"assume_role_arn: AssumeRole of {arn} failed in {REGION} with AccessDenied: ")
    assert hub.counts()["calls"] == {}


# Result


def test_diff_names_every_account_that_was_read(hub: Hub) -> None:
    seed_members(hub, {ONE: "Created", TWO: "Enabled"}, THREE)
    hub.fault(kind="access_denied", operation="GetMembers", region=THREE[0])
    run = fleet(hub, [ONE, TWO, OTHERS[0]], diff=True, regions=THREE)
    after = dict.fromkeys((ONE, TWO, OTHERS[0]), "Enabled")
    before = {ONE: "Created", TWO: "Enabled", OTHERS[0]: None}
    assert run.result["diff"] == {
        "before": {THREE[0]: {}, **dict.fromkeys(THREE[1:], before)},
        "after": {THREE[0]: {}, **dict.fromkeys(THREE[1:], after)},
    }
    assert run.result["counts"]["by_status"] == {"Enabled": 6, "unreadable": 3}


def test_failure_of_a_region_is_said_once(hub: Hub) -> None:
    seed_members(hub, {ONE: "Created"}, THREE)
    hub.fault(kind="access_denied", operation="GetMembers", region=THREE[0])
    run = fleet(hub, [ONE, TWO], regions=THREE)
    assert run.result["msg"].count("not authorized to perform") == 1
    assert (
        f"2 of 6 memberships are not as requested: {ONE} in {THREE[0]}, {TWO} in {THREE[0]}: not_attempted."
        in (run.result["msg"])
    )


def test_fail_on_unprocessed_false_leaves_only_failed_regions(hub: Hub) -> None:
    hub.seed(denied_roles=[ONE])
    turn_on(hub, ADMINISTRATOR)
    assert fleet(hub, [ONE]).failed
    run = fleet(hub, [ONE], fail_on_unprocessed=False)
    assert not run.failed
    assert [row[3] for row in rows(run)] == ["role_not_assumed"]


@pytest.mark.parametrize("check", [False, True])
def test_administrator_hub_is_not_enabled_where_that_is_switched_off(hub: Hub, check: bool) -> None:
    turn_on(hub, ADMINISTRATOR, [REGION])
    run = fleet(hub, [ONE], check, regions=[REGION, "us-east-1"], enable_administrator_hub=False)
    assert run.failed
    assert run.result["hub_enabled_regions"] == []
    (failed,) = run.result["failed_regions"]
    assert failed["region"] == "us-east-1"
    assert f"Security Hub is not enabled in account {ADMINISTRATOR} in us-east-1. Enable it" in failed["msg"]
    assert [(row["region"], row["reason"]) for row in run.result["memberships"]] == [
        (REGION, None),
        ("us-east-1", "not_attempted"),
    ]
    assert "us-east-1" not in hub.state()["hubs"].get(ADMINISTRATOR, {})


def test_administrator_hub_that_is_disabled_has_no_member_to_take_out(hub: Hub) -> None:
    run = fleet(hub, [ONE], state="absent", enable_administrator_hub=False)
    assert not run.failed
    assert rows(run) == [(ONE, None, [], None)]
