# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from botocore.client import BaseClient

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.sessions import AwsSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member import apply as member_apply
from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_member_invite,
)
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_member_invite as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import SECRET_KEY, Hub, access_key
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_MEMBER,
    THREE,
    failures,
    reasons,
    run_at,
    seed_members,
    statuses,
    unreadable_member,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    accounts,
    differences_from_return,
    ids,
    run_module,
)

PAIR = [MEMBER, OTHER_MEMBER]

ACCOUNT, OTHER = "111122223333", "012345670123"
NOTHING: dict[str, Any] = {
    "invited_accounts": [],
    "unchanged_accounts": [],
    "unprocessed_accounts": [],
    "failed_regions": [],
}
FIX = "Fix the cause and run the task again; completed changes are kept"


def invite(hub: Hub, account_ids: Any, check: bool = False, diff: bool = False, **options: Any) -> ModuleRun:
    """Run the module; neither a traceback nor a secret may ever come out of it. An option of None is left out."""
    given = {"account_ids": account_ids, "endpoint_url": hub.url, "region": REGION, **options}
    run = run_module(module.main, check, diff, **{name: value for name, value in given.items() if value is not None})
    text = json.dumps(run.result)
    assert "Traceback" not in text
    assert SECRET_KEY not in text
    assert run.failed == ("msg" in run.result)
    return run


def seed(hub: Hub, statuses: dict[str, str], regions: list[str] | None = None) -> None:
    """Turn Security Hub on, and write members down."""
    place = {"regions": regions or [REGION]}
    rows = [{"account_id": each, "member_status": status, **place} for each, status in statuses.items()]
    hub.seed(
        hubs=[{"account_id": ADMINISTRATOR, **place}],
        members=[{"administrator_id": ADMINISTRATOR, "email": "security@example.com", **row} for row in rows],
    )


def created(hub: Hub, number: int) -> list[str]:
    """Accounts that can be invited."""
    account_ids = accounts(number)
    seed(hub, dict.fromkeys(account_ids, "Created"))
    return account_ids


def invitations(hub: Hub, region: str = REGION) -> dict[str, int]:
    """How many invitations each account has got."""
    return hub.counts()["invitations"].get(ADMINISTRATOR, {}).get(region, {})


def lists(result: dict[str, Any]) -> dict[str, list[str]]:
    """The account ids of each list that is not empty, without its _accounts."""
    names = ("invited", "unchanged", "unprocessed")
    return {name: ids(result[f"{name}_accounts"]) for name in names if result[f"{name}_accounts"]}


def without_times(result: dict[str, Any]) -> dict[str, Any]:
    """A result without what an invitation sets at the moment when it is sent."""
    rows = [{**row, "invited_at": None, "updated_at": None} for row in result["invited_accounts"]]
    return {**result, "invited_accounts": rows}


# status now (None: not in the list), reinvite, list, status afterwards, reason
TABLE = [
    (None, None, "unprocessed", None, "not_a_member"),
    ("Deleted", None, "unprocessed", "Deleted", "not_a_member"),
    ("Created", None, "invited", "Invited", None),
    ("Invited", None, "unchanged", "Invited", None),
    ("Enabled", None, "unchanged", "Enabled", None),
    ("Removed", None, "invited", "Invited", None),
    ("Removed", [], "unprocessed", "Removed", "removed"),
    ("Removed", ["resigned"], "unprocessed", "Removed", "removed"),
    ("Resigned", None, "unprocessed", "Resigned", "resigned"),
    ("Resigned", ["resigned"], "invited", "Invited", None),
    ("Resigned", ["removed", "resigned"], "invited", "Invited", None),
    ("AccountSuspended", None, "unprocessed", "AccountSuspended", "suspended"),
    ("Paused", None, "unprocessed", "Paused", "unknown_status"),
]


@pytest.mark.parametrize(("status", "reinvite", "result", "after", "reason"), TABLE)
def test_each_status_in_check_mode_and_in_the_run(
    hub: Hub, status: str | None, reinvite: list[str] | None, result: str, after: str | None, reason: str | None
) -> None:
    seed(hub, {ACCOUNT: status} if status else {})
    options: dict[str, Any] = {} if reinvite is None else {"reinvite": reinvite}
    foreseen = invite(hub, [ACCOUNT], check=True, diff=True, **options)
    assert hub.counts()["writes"] == 0
    assert hub.status(ADMINISTRATOR, REGION, ACCOUNT) == status
    done = invite(hub, [ACCOUNT], diff=True, **options)
    assert foreseen.failed == done.failed == (result == "unprocessed")
    assert without_times(foreseen.result) == without_times(done.result)
    assert lists(done.result) == {result: [ACCOUNT]}
    row = done.result[f"{result}_accounts"][0]
    assert (row["member_status"], row.get("reason")) == (after, reason)
    assert done.result["changed"] == (result == "invited")
    assert done.result["diff"] == {"before": {REGION: {ACCOUNT: status}}, "after": {REGION: {ACCOUNT: after}}}
    assert hub.status(ADMINISTRATOR, REGION, ACCOUNT) == after
    assert invitations(hub) == ({ACCOUNT: 1} if result == "invited" else {})


@pytest.mark.parametrize(("status", "reinvite", "result", "after", "reason"), TABLE)
def test_a_second_run_does_not_write(
    hub: Hub, status: str | None, reinvite: list[str] | None, result: str, after: str | None, reason: str | None
) -> None:
    seed(hub, {ACCOUNT: status} if status else {})
    options: dict[str, Any] = {} if reinvite is None else {"reinvite": reinvite}
    first = invite(hub, [ACCOUNT], **options)
    hub.reset_counts()
    second = invite(hub, [ACCOUNT], **options)
    assert second.failed == first.failed
    assert not second.result["changed"]
    assert lists(second.result) == {"unchanged" if result == "invited" else result: [ACCOUNT]}
    assert hub.counts()["calls"] == {"GetMembers": 1}


def test_the_rows_of_an_account(hub: Hub) -> None:
    seed(hub, {ACCOUNT: "Created", OTHER: "Resigned"})
    result = invite(hub, [ACCOUNT, OTHER], fail_on_unprocessed=False).result
    row = result["invited_accounts"][0]
    assert row.pop("invited_at") == row.pop("updated_at") == hub_time(hub, ACCOUNT)
    assert row == {
        "region": REGION,
        "account_id": ACCOUNT,
        "member_status": "Invited",
        "previous_member_status": "Created",
        "email": "security@example.com",
        "administrator_id": ADMINISTRATOR,
    }
    left = result["unprocessed_accounts"][0]
    assert left.pop("processing_result").startswith("The account declined the invitation or left")
    assert left == {"region": REGION, "account_id": OTHER, "member_status": "Resigned", "reason": "resigned"}


def hub_time(hub: Hub, account_id: str) -> str:
    """When the hub says that an account was invited, as the module writes times."""
    invited_at = hub.state()["members"][ADMINISTRATOR][REGION][account_id]["invited_at"]
    moment, milliseconds = invited_at.rstrip("Z").split(".")
    return moment + (f".{milliseconds}000" if int(milliseconds) else "") + "+00:00"


@pytest.mark.parametrize("spelling", [{"status_case": "upper"}, {"enabled_name": "Associated"}])
def test_statuses_are_understood_however_they_are_spelt(hub: Hub, spelling: dict[str, str]) -> None:
    seed(hub, {ACCOUNT: "Enabled", OTHER: "Created"})
    hub.switches(**spelling)
    run = invite(hub, [ACCOUNT, OTHER])
    assert not run.failed
    assert lists(run.result) == {"unchanged": [ACCOUNT], "invited": [OTHER]}
    assert run.result["unchanged_accounts"][0]["member_status"] == "Enabled"
    assert run.result["invited_accounts"][0]["member_status"] == "Invited"


@pytest.mark.parametrize("answer", ["unprocessed", "not_found", "bad_request", "access_denied"])
def test_an_account_that_is_no_member_is_found_out_however_it_is_said(hub: Hub, answer: str) -> None:
    seed(hub, {ACCOUNT: "Created"})
    hub.switches(get_members_unknown=answer)
    run = invite(hub, [OTHER, ACCOUNT], fail_on_unprocessed=False)
    assert not run.failed
    assert lists(run.result) == {"unprocessed": [OTHER], "invited": [ACCOUNT]}
    assert reasons(run.result) == {OTHER: "not_a_member"}
    assert hub.counts()["calls"].get("ListMembers", 0) == (0 if answer == "unprocessed" else 1)


def test_an_account_that_is_no_member_fails_the_task_after_the_work(hub: Hub) -> None:
    seed(hub, {ACCOUNT: "Created"})
    run = invite(hub, [OTHER, ACCOUNT])
    assert run.failed
    assert run.result["msg"].startswith(f"1 of 2 accounts not invited: {OTHER} in {REGION}: not_a_member (")
    assert "Add it with multiaccount.aws.securityhub_member" in run.result["msg"]
    assert run.result["changed"]
    assert invitations(hub) == {ACCOUNT: 1}


def test_a_thousand_accounts_are_sixty_calls(hub: Hub) -> None:
    account_ids = created(hub, 1000)
    run = invite(hub, account_ids)
    assert ids(run.result["invited_accounts"]) == account_ids
    counts = hub.counts()
    assert counts["calls"] == {"GetMembers": 40, "InviteMembers": 20}
    assert counts["max_ids"] == {"GetMembers": 50, "InviteMembers": 50}
    assert invitations(hub) == dict.fromkeys(account_ids, 1)
    hub.reset_counts()
    assert not invite(hub, account_ids).result["changed"]
    assert hub.counts()["calls"] == {"GetMembers": 20}


def test_only_those_that_are_to_be_invited_are_sent_and_looked_for(hub: Hub) -> None:
    account_ids = accounts(120)
    seed(hub, {each: "Created" if number % 2 else "Enabled" for number, each in enumerate(account_ids)})
    assert len(invite(hub, account_ids).result["invited_accounts"]) == 60
    counts = hub.counts()
    assert counts["calls"] == {"GetMembers": 3 + 2, "InviteMembers": 2}
    assert counts["requested_ids"] == {"GetMembers": 120 + 60, "InviteMembers": 60}


def test_without_wait_timeout_there_is_no_second_look(hub: Hub) -> None:
    run = invite(hub, created(hub, 60), wait_timeout=0)
    assert not run.failed
    assert {row["member_status"] for row in run.result["invited_accounts"]} == {"Invited"}
    assert hub.counts()["calls"] == {"GetMembers": 2, "InviteMembers": 2}


def test_many_regions_in_the_order_of_the_request(hub: Hub) -> None:
    seed(hub, {ACCOUNT: "Created", OTHER: "Created"}, THREE)
    run = invite(hub, [OTHER, ACCOUNT], diff=True, regions=THREE)
    rows = [(row["region"], row["account_id"]) for row in run.result["invited_accounts"]]
    assert rows == [(region, account_id) for region in THREE for account_id in (OTHER, ACCOUNT)]
    assert list(run.result["diff"]["after"]) == THREE
    for region in THREE:
        assert invitations(hub, region) == {ACCOUNT: 1, OTHER: 1}


@pytest.mark.parametrize("regions", [THREE[1:], f"{THREE[1]}, {THREE[2]}\n{THREE[1]}"])
def test_regions_count_more_than_the_region(hub: Hub, monkeypatch: pytest.MonkeyPatch, regions: Any) -> None:
    seed(hub, {ACCOUNT: "Enabled"}, THREE)
    monkeypatch.setenv("AWS_REGION", THREE[0])
    run = invite(hub, ACCOUNT, regions=regions)
    assert [row["region"] for row in run.result["unchanged_accounts"]] == THREE[1:]
    assert hub.counts()["by_region"].keys() == set(THREE[1:])


def test_the_region_of_the_environment(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(hub, {ACCOUNT: "Enabled"}, THREE)
    monkeypatch.setenv("AWS_REGION", THREE[1])
    run = invite(hub, ACCOUNT, region=None)
    assert [row["region"] for row in run.result["unchanged_accounts"]] == [THREE[1]]


# Refused accounts and service failures


def test_everything_that_can_happen_to_a_write(hub: Hub) -> None:
    account_ids = created(hub, 60)
    for kind, times in (("throttle", 5), ("error", 1), ("lost_reply", 1), ("error_after", 1)):
        hub.fault(kind=kind, operation="InviteMembers", times=times)
    run = invite(hub, account_ids)
    assert not run.failed
    assert ids(run.result["invited_accounts"]) == account_ids
    assert invitations(hub) == dict.fromkeys(account_ids, 1)
    # the lost reply is the seventh try of the first batch, the error after the work the first of the second
    assert [fault["used"] for fault in hub.faults()] == [5, 1, 1, 1]
    assert hub.counts()["calls"]["InviteMembers"] == 5 + 1 + 1 + 1


def test_everything_that_can_happen_to_a_read(hub: Hub) -> None:
    account_ids = created(hub, 60)
    for kind, times in (("throttle", 5), ("error", 1), ("lost_reply", 1)):
        hub.fault(kind=kind, operation="GetMembers", times=times)
    run = invite(hub, account_ids)
    assert not run.failed
    assert ids(run.result["invited_accounts"]) == account_ids
    assert hub.counts()["calls"] == {"GetMembers": 4 + 7, "InviteMembers": 2}


@pytest.mark.parametrize("kind", ["throttle", "error", "error_after", "lost_reply", "lost_request"])
@pytest.mark.parametrize("batch", [0, 1])
def test_one_incident_in_either_batch(hub: Hub, kind: str, batch: int) -> None:
    account_ids = created(hub, 60)
    hub.fault(kind=kind, operation="InviteMembers", times=1, after=batch)
    run = invite(hub, account_ids)
    assert not run.failed
    assert ids(run.result["invited_accounts"]) == account_ids
    assert invitations(hub) == dict.fromkeys(account_ids, 1)
    carried_out = kind in ("error_after", "lost_reply")
    assert hub.counts()["calls"]["InviteMembers"] == (2 if carried_out else 3)


def test_an_account_that_the_service_rejects(hub: Hub) -> None:
    seed(hub, {ACCOUNT: "Created", OTHER: "Created"})
    hub.fault(kind="reject", operation="InviteMembers", account_ids=[OTHER], message="The request is rejected.")
    run = invite(hub, [ACCOUNT, OTHER])
    assert run.failed
    assert (
        run.result["msg"]
        == f"1 of 2 accounts not invited: {OTHER} in {REGION}: rejected (The request is rejected. {FIX})."
    )
    assert lists(run.result) == {"invited": [ACCOUNT], "unprocessed": [OTHER]}
    assert run.result["unprocessed_accounts"][0]["processing_result"] == "The request is rejected."
    assert hub.counts()["calls"] == {"GetMembers": 2, "InviteMembers": 1}


@pytest.mark.parametrize("answer", ["unprocessed", "invalid_input"])
def test_an_account_of_an_organization_does_not_hold_up_the_others(hub: Hub, answer: str) -> None:
    account_ids = created(hub, 60)
    hub.seed(organization_accounts=[account_ids[7]])
    hub.switches(invite_organization=answer)
    run = invite(hub, account_ids)
    assert reasons(run.result) == {account_ids[7]: "rejected"}
    assert "organization" in run.result["unprocessed_accounts"][0]["processing_result"]
    assert run.result["failed_regions"] == []
    assert invitations(hub) == {each: 1 for each in account_ids if each != account_ids[7]}


def test_an_account_that_declined_and_still_counts_as_invited(hub: Hub) -> None:
    seed(hub, {ACCOUNT: "Resigned"})
    hub.switches(invite_resigned="already_invited")
    run = invite(hub, ACCOUNT, reinvite=["resigned"])
    assert reasons(run.result) == {ACCOUNT: "rejected"}
    assert "already invited" in run.result["unprocessed_accounts"][0]["processing_result"]
    assert not run.result["changed"]


def test_slow_visibility_is_waited_for(hub: Hub) -> None:
    account_ids = created(hub, 60)
    hub.fault(kind="slow_visibility", seconds=0.5)
    run = invite(hub, account_ids)
    assert not run.failed
    assert {row["member_status"] for row in run.result["invited_accounts"]} == {"Invited"}
    assert len(run.result["invited_accounts"]) == 60
    assert invitations(hub) == dict.fromkeys(account_ids, 1)


def test_what_is_not_visible_in_time_is_unconfirmed(hub: Hub) -> None:
    account_ids = created(hub, 2)
    hub.fault(kind="slow_visibility", seconds=600)
    run = invite(hub, account_ids, diff=True, wait_timeout=1)
    assert run.failed
    assert run.result["changed"]
    assert reasons(run.result) == dict.fromkeys(account_ids, "unconfirmed")
    assert "in time. Run the task again, or raise wait_timeout" in run.result["msg"]
    assert run.result["failed_regions"] == []
    assert invitations(hub) == dict.fromkeys(account_ids, 1)


@pytest.mark.parametrize("fail_on_unprocessed", [True, False])
def test_a_quota_that_is_reached_midway(hub: Hub, fail_on_unprocessed: bool) -> None:
    account_ids = created(hub, 120)
    hub.fault(kind="quota", operation="InviteMembers", limit=60)
    run = invite(hub, account_ids, fail_on_unprocessed=fail_on_unprocessed)
    assert run.failed
    assert run.result["changed"]
    assert ids(run.result["invited_accounts"]) == account_ids[:50]
    refused, never_sent = account_ids[50:100], account_ids[100:]
    expected = {**dict.fromkeys(refused, "rejected"), **dict.fromkeys(never_sent, "not_attempted")}
    assert reasons(run.result) == expected
    row = run.result["failed_regions"][0]
    assert (row["region"], row["error_code"]) == (REGION, "LimitExceededException")
    assert "a quota (1,000 open invitations for each Region) is exceeded" in row["msg"]
    assert row["msg"] in run.result["msg"]
    assert ("70 of 120 accounts not invited" in run.result["msg"]) == fail_on_unprocessed
    assert hub.counts()["calls"]["InviteMembers"] == 1 + retry.SEND_ATTEMPTS
    assert invitations(hub) == dict.fromkeys(account_ids[:50], 1)


def test_a_quota_that_refuses_account_by_account(hub: Hub) -> None:
    account_ids = created(hub, 120)
    hub.fault(kind="quota", operation="InviteMembers", limit=60, per_account=True)
    run = invite(hub, account_ids)
    assert ids(run.result["invited_accounts"]) == account_ids[:60]
    assert reasons(run.result) == dict.fromkeys(account_ids[60:], "rejected")
    assert run.result["msg"].startswith("60 of 120 accounts not invited: ")
    assert [each for each in account_ids if each in run.result["msg"]] == account_ids[60:70]


# kind of the fault, error code, next step, reason of the accounts that were sent
ENDLESS = [
    ("throttle", "TooManyRequestsException", "Run the task again later", "rejected"),
    ("error", "InternalException", "Run the task again", "unconfirmed"),
    ("lost_request", "ConnectionClosedError", "Run the task again", "unconfirmed"),
]


@pytest.mark.parametrize(("kind", "code", "next_step", "reason"), ENDLESS)
def test_invite_endless_failure_ends_after_the_attempts(
    hub: Hub, kind: str, code: str, next_step: str, reason: str
) -> None:
    account_ids = created(hub, 60)
    hub.fault(kind=kind, operation="InviteMembers", times=None)
    run = invite(hub, account_ids, wait_timeout=1)
    assert run.failed
    assert run.result["changed"] == (reason == "unconfirmed")
    expected = {**dict.fromkeys(account_ids[:50], reason), **dict.fromkeys(account_ids[50:], "not_attempted")}
    assert reasons(run.result) == expected
    row = run.result["failed_regions"][0]
    assert (row["region"], row["error_code"]) == (REGION, code)
    whom = f"account {account_ids[0]} and 49 more, called by account {ADMINISTRATOR},"
    assert row["msg"].startswith(f"InviteMembers for {whom} failed in {REGION} with {code}: ")
    assert next_step in row["msg"]
    assert hub.counts()["calls"]["InviteMembers"] == retry.SEND_ATTEMPTS


@pytest.mark.parametrize(("kind", "code", "next_step", "_reason"), ENDLESS)
def test_read_endless_failure_ends_after_the_attempts(
    hub: Hub, kind: str, code: str, next_step: str, _reason: str
) -> None:
    account_ids = created(hub, 2)
    hub.fault(kind=kind, operation="GetMembers", times=None)
    run = invite(hub, account_ids)
    assert run.failed
    assert not run.result["changed"]
    assert reasons(run.result) == dict.fromkeys(account_ids, "not_attempted")
    assert run.result["failed_regions"][0]["error_code"] == code
    assert next_step in run.result["msg"]
    assert hub.counts()["calls"] == {"GetMembers": retry.READ_ATTEMPTS}


@pytest.mark.parametrize("check", [True, False])
def test_a_member_list_that_can_be_read_in_part(hub: Hub, check: bool) -> None:
    account_ids = created(hub, 60)
    seed(hub, {account_ids[0]: "Enabled"})
    hub.fault(kind="error", operation="GetMembers", after=1, times=None, code="InvalidInputException", status=400)
    run = invite(hub, account_ids, check=check, diff=True)
    assert run.failed
    assert not run.result["changed"]
    assert lists(run.result) == {"unchanged": account_ids[:1], "unprocessed": account_ids[1:]}
    assert set(reasons(run.result).values()) == {"not_attempted"}
    assert list(run.result["diff"]["after"][REGION]) == account_ids[:50]
    assert run.result["diff"]["after"] == run.result["diff"]["before"]
    assert hub.counts()["writes"] == 0


# One Region of three


@pytest.mark.parametrize("operation", ["GetMembers", "InviteMembers"])
def test_access_denied_in_one_region_of_three(hub: Hub, operation: str) -> None:
    seed(hub, {ACCOUNT: "Created", OTHER: "Enabled"}, THREE)
    hub.fault(kind="access_denied", region=THREE[1], operation=operation)
    run = invite(hub, [ACCOUNT, OTHER], regions=THREE)
    assert run.failed
    assert run.result["changed"]
    assert [row["region"] for row in run.result["invited_accounts"]] == [THREE[0], THREE[2]]
    left = [(row["region"], row["account_id"], row["reason"]) for row in run.result["unprocessed_accounts"]]
    # a write that was refused is not one that was never sent
    assert left == (
        [(THREE[1], ACCOUNT, "rejected")]
        if operation == "InviteMembers"
        else [(THREE[1], ACCOUNT, "not_attempted"), (THREE[1], OTHER, "not_attempted")]
    )
    row = run.result["failed_regions"][0]
    assert (row["region"], row["error_code"]) == (THREE[1], "AccessDeniedException")
    assert f"called by account {ADMINISTRATOR}, failed in {THREE[1]}" in row["msg"]
    assert f"Allow securityhub:{operation} in the caller's IAM policy" in row["msg"]
    assert run.result["msg"].startswith("1 of 3 Regions failed. ")
    assert hub.counts()["by_region"][THREE[1]][operation] == 1
    assert [invitations(hub, region) for region in THREE] == [{ACCOUNT: 1}, {}, {ACCOUNT: 1}]


def test_a_region_that_is_not_opted_in(hub: Hub) -> None:
    seed(hub, {ACCOUNT: "Created"}, THREE)
    hub.fault(kind="not_opted_in", region=THREE[2], times=None)
    run = invite(hub, ACCOUNT, regions=THREE)
    row = run.result["failed_regions"][0]
    assert (row["region"], row["error_code"]) == (THREE[2], "UnrecognizedClientException")
    assert f"called by account {ADMINISTRATOR}, failed in {THREE[2]}" in row["msg"]
    assert f"whether the Region {THREE[2]} is enabled (opted in)" in row["msg"]
    assert [row["region"] for row in run.result["invited_accounts"]] == THREE[:2]


@pytest.mark.parametrize("check", [True, False])
def test_invite_hub_disabled_fails(hub: Hub, check: bool) -> None:
    run = invite(hub, [ACCOUNT, OTHER], check=check, diff=True)
    assert run.failed
    disabled = (
        f"Security Hub is not enabled in account {ADMINISTRATOR} in {REGION}. "
        "Enable it with multiaccount.aws.securityhub_hub."
    )
    assert run.result["failed_regions"] == [{"region": REGION, "error_code": "InvalidAccessException", "msg": disabled}]
    assert run.result["msg"].startswith(f"The Region failed. {disabled} 2 of 2 accounts not invited")
    assert reasons(run.result) == {ACCOUNT: "not_attempted", OTHER: "not_attempted"}
    assert run.result["diff"] == {"before": {REGION: {}}, "after": {REGION: {}}}
    assert hub.counts()["calls"] == {"GetMembers": 1}


def test_invite_hub_disabled_in_one_region_fails_that_region(hub: Hub) -> None:
    seed(hub, {ACCOUNT: "Created"}, THREE[:2])
    run = invite(hub, ACCOUNT, regions=THREE, fail_on_unprocessed=False)
    assert run.failed
    assert [row["region"] for row in run.result["failed_regions"]] == [THREE[2]]
    assert run.result["msg"].endswith("Enable it with multiaccount.aws.securityhub_hub.")
    assert [row["region"] for row in run.result["invited_accounts"]] == THREE[:2]


# Bad input: refused before any call


NO_ID = "is not an AWS account ID"
HYPHENS = "write it without hyphens: "


@pytest.mark.parametrize(
    ("account_ids", "named"),
    [
        (["1111-2222-3333"], f"1 row is not valid: row 1: '1111-2222-3333' {NO_ID} ({HYPHENS}'111122223333')"),
        (f"{ACCOUNT}\n12\n{OTHER}\n34", f"2 rows are not valid: row 2: '12' {NO_ID}; row 4: '34' {NO_ID}"),
        ([ACCOUNT, None], "1 row is not valid: row 2: null is not an AWS account ID"),
        ("", "1 row is not valid: row 1: '' is not an AWS account ID"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("check", [True, False])
def test_account_ids_invalid_names_each_with_hint(hub: Hub, account_ids: Any, named: str, check: bool) -> None:
    run = invite(hub, account_ids, check=check)
    assert run.failed
    assert run.result.pop("msg") == f"account_ids: {named}. An account ID has exactly 12 digits."
    assert run.result == {"changed": False, **NOTHING}
    assert hub.counts()["calls"] == {}


def test_account_ids_empty_list_does_nothing(hub: Hub) -> None:
    run = invite(hub, [], diff=True)
    assert run == ModuleRun(False, {"changed": False, "diff": {"before": {}, "after": {}}, **NOTHING})
    assert hub.counts()["calls"] == {}


@pytest.mark.parametrize(
    "account_ids",
    [
        [ACCOUNT, OTHER],
        [ACCOUNT, OTHER, ACCOUNT],
        f"{ACCOUNT},{OTHER}",
        f"{ACCOUNT} {OTHER} {ACCOUNT}",
        f"\n{ACCOUNT}\r\n{OTHER}\n",
        [f"{ACCOUNT}\n{OTHER}", OTHER],
    ],
)
def test_the_forms_of_account_ids(hub: Hub, account_ids: Any) -> None:
    seed(hub, {ACCOUNT: "Enabled", OTHER: "Invited"})
    run = invite(hub, account_ids)
    assert not run.failed
    assert lists(run.result) == {"unchanged": [ACCOUNT, OTHER]}
    assert hub.counts()["requested_ids"] == {"GetMembers": 2}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"region": "eu-west-9"}, "region: not a Region with Security Hub: 'eu-west-9'"),
        (
            {"regions": [REGION, "Ireland"]},
            "regions: not a Region with Security Hub: 'Ire",
        ),
        ({"regions": []}, "regions: empty. Name at least one Region"),
        ({"regions": ""}, "regions: empty. Name at least one Region"),
        ({"region": None}, "No Region: set regions or region"),
        ({"wait_timeout": -1}, "wait_timeout: -1 is less than 0"),
        ({"profile": "nobody"}, "The credentials can't be used: "),
    ],
)
def test_options_that_cannot_be_used(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], words: str
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") if "profile" in options else ():
        monkeypatch.delenv(name)
    run = invite(hub, ACCOUNT, **options)
    assert run.failed
    assert run.result.pop("msg").startswith(words)
    assert run.result == {"changed": False, **NOTHING}
    assert hub.counts()["calls"] == {}


@pytest.mark.parametrize(
    "options", [{"reinvite": ["Removed"]}, {"reinvite": ["deleted"]}, {"wait_timeout": "soon"}, {"account_ids": None}]
)
def test_options_that_ansible_refuses(hub: Hub, options: dict[str, Any]) -> None:
    assert invite(hub, **{"account_ids": ACCOUNT, **options}).failed
    assert hub.counts()["calls"] == {}


# Credentials and connections


def test_no_credentials(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    run = invite(hub, ACCOUNT, regions=THREE)
    assert run.failed
    assert run.result.pop("msg").startswith("No AWS credentials: set access_key and secret_key, profile")
    assert run.result == {"changed": False, **NOTHING}
    assert hub.counts()["calls"] == {}


def test_wrong_credentials(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    created(hub, 1)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODYHASTHISKEY")
    run = invite(hub, ACCOUNT)
    assert run.failed
    row = run.result["failed_regions"][0]
    assert (row["region"], row["error_code"]) == (REGION, "UnrecognizedClientException")
    assert f"GetMembers for account {ACCOUNT} failed in {REGION} with " in run.result["msg"]
    assert "Check the credentials" in run.result["msg"]
    assert reasons(run.result) == {ACCOUNT: "not_attempted"}
    assert hub.counts()["calls"] == {"GetMembers": 1}


def test_credentials_among_the_options(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(hub, {ACCOUNT: "Enabled"})
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    run = invite(hub, ACCOUNT, access_key=access_key(ADMINISTRATOR), secret_key=SECRET_KEY)
    assert lists(run.result) == {"unchanged": [ACCOUNT]}


def test_nobody_listens(hub: Hub) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        run = invite(hub, ACCOUNT, endpoint_url=f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert run.failed
    assert run.result["failed_regions"][0]["error_code"] == "EndpointConnectionError"
    assert (
        "Check the Region, endpoint_url (AWS_URL), aws_ca_bundle (AWS_CA_BUNDLE), proxy and network"
        in run.result["msg"]
    )
    assert reasons(run.result) == {ACCOUNT: "not_attempted"}


@pytest.fixture(name="full_queue")
def _full_queue() -> Iterator[str]:
    """The address of a server that accepts no connection any more."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        waiting = [socket.socket() for _number in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for client in waiting:
            client.close()


def test_a_connection_that_never_opens(hub: Hub, full_queue: str) -> None:
    config = {"connect_timeout": 0.2, "retries": {"total_max_attempts": 2, "mode": "standard"}}
    run = invite(hub, ACCOUNT, endpoint_url=full_queue, aws_config=config)
    assert run.failed
    assert run.result["failed_regions"][0]["error_code"] == "ConnectTimeoutError"
    assert (
        "Check the Region, endpoint_url (AWS_URL), aws_ca_bundle (AWS_CA_BUNDLE), proxy and network"
        in run.result["msg"]
    )
    assert not run.result["changed"]


@pytest.mark.parametrize(
    "options",
    [
        {"endpoint_url": "nonsense"},
        {"endpoint_url": ""},
        {"aws_config": {"retries": {"mode": "bogus"}}},
        {"aws_config": {"nonsense": 1}},
        {"aws_config": {"connect_timeout": "soon"}},
        {"access_key": "AKIAEXAMPLEWITHOUTSECRET", "secret_key": ""},
    ],
)
def test_connection_options_that_cannot_be_used(hub: Hub, options: dict[str, Any]) -> None:
    run = invite(hub, ACCOUNT, **options)
    assert run.failed
    assert "can't be used: " in run.result["msg"] or "without the other" in run.result["msg"]
    assert run.result["unprocessed_accounts"] == run.result["failed_regions"] == []
    assert hub.counts()["calls"] == {}


# Documentation


def test_results_are_as_documented(hub: Hub) -> None:
    seed(hub, {ACCOUNT: "Created", OTHER: "Enabled"})
    run = invite(hub, [ACCOUNT, OTHER, "999900001111"], diff=True, regions=[REGION, THREE[1]])
    ansibles_own = ("changed", "msg")
    result = {key: value for key, value in run.result.items() if key not in ansibles_own}
    assert all(result.values())
    assert differences_from_return(module, result) == []


# The way of a call

PLUGINS = str(Path(module.__file__).parents[1])


def own_frames(frame: FrameType | None) -> Iterator[str]:
    """The functions of this collection in a stack, the innermost first."""
    while frame:
        if frame.f_code.co_filename.startswith(PLUGINS):
            yield f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}"
        frame = frame.f_back


def test_invitation_passes_few_functions(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    stacks: list[list[str]] = []
    make_api_call = BaseClient._make_api_call

    def count(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "InviteMembers":
            main = sys._current_frames()[threading.main_thread().ident or 0]
            stacks.append([*own_frames(sys._getframe()), *own_frames(main)])
        return make_api_call(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", count)
    seed(hub, {ACCOUNT: "Created"})
    invite(hub, ACCOUNT)
    (stack,) = stacks
    assert (stack[0], stack[-1]) == ("api.invite_members", "securityhub_member_invite.main")
    assert len(stack) <= 14, stack


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


@pytest.mark.parametrize(("listed", "reason"), [(True, "not_a_member"), (False, "unreadable")])
def test_account_in_neither_list_of_the_response_is_looked_up(hub: Hub, listed: bool, reason: str) -> None:
    unreadable_member(hub, listed, silent=True)
    run = run_at(hub, securityhub_member_invite, account_ids=[OTHER_MEMBER, MEMBER])
    assert reasons(run.result) == {OTHER_MEMBER: reason}
    assert ids(run.result["unchanged_accounts"]) == [MEMBER]


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


def test_passing_error_that_does_not_pass_is_rejected(hub: Hub) -> None:
    seed_members(hub, dict.fromkeys(PAIR, "Created"))
    hub.fault(kind="reject", operation="InviteMembers", account_ids=[MEMBER], message="Internal error")
    run = run_at(hub, securityhub_member_invite, account_ids=PAIR, wait_timeout=3)
    assert reasons(run.result) == {MEMBER: "rejected"}
    assert ids(run.result["invited_accounts"]) == [OTHER_MEMBER]


def test_unknown_status_is_named(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Paused"})
    run = run_at(hub, securityhub_member_invite, account_ids=[MEMBER])
    assert reasons(run.result) == {MEMBER: "unknown_status"}
    assert "'Paused'" in run.result["unprocessed_accounts"][0]["processing_result"]
    assert run.result["msg"].startswith(f"1 account not invited: {MEMBER} in eu-west-1: unknown_status (The member")
    assert ".)." not in run.result["msg"]


def test_refused_write_is_rejected(hub: Hub) -> None:
    seed_members(hub, dict.fromkeys(PAIR, "Created"))
    hub.fault(kind="access_denied", operation="InviteMembers")
    run = run_at(hub, securityhub_member_invite, account_ids=PAIR)
    assert reasons(run.result) == dict.fromkeys(PAIR, "rejected")
    assert all("not authorized" in row["processing_result"] for row in run.result["unprocessed_accounts"])


def test_profile_with_keys_is_refused_with_all_lists(hub: Hub) -> None:
    run = run_at(hub, securityhub_member_invite, account_ids=PAIR, profile="security")
    assert run.failed
    assert run.result["msg"].startswith("profile (AWS_PROFILE) and access_key (AWS_ACCESS_KEY_ID) are both set")
    assert run.result["invited_accounts"] == run.result["unprocessed_accounts"] == run.result["failed_regions"] == []


def test_equal_failures_of_regions_are_told_once(hub: Hub) -> None:
    run = run_at(hub, securityhub_member_invite, account_ids=[MEMBER], regions=THREE)
    assert len(run.result["failed_regions"]) == 3
    assert run.result["msg"].count("Security Hub is not enabled") == 1
    assert "eu-west-1, eu-central-1 and eu-south-1" in run.result["msg"]
