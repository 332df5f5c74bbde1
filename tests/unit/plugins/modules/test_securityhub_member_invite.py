# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from botocore.client import BaseClient

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member import apply as member_apply
from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_member_invite,
)
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_member_invite as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_ADMINISTRATOR,
    OTHER_MEMBER,
    THREE,
    fail_in,
    failures,
    reasons,
    run_at,
    seed_members,
    statuses,
    unreadable_member,
    without,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    accounts,
    differences_from_return,
    ids,
)

INVITE = "InviteMembers"
NOTHING: dict[str, Any] = {
    "invited_accounts": [],
    "unchanged_accounts": [],
    "unprocessed_accounts": [],
    "failed_regions": [],
}
FIX = "Fix the cause and run the task again; completed changes are kept"


def invite(hub: Hub, account_ids: Any, **options: Any) -> ModuleRun:
    """Run the module with the administrator's keys from the environment."""
    return run_at(hub, module, account_ids=account_ids, **{"access_key": None, "secret_key": None, **options})


def created(hub: Hub, number: int) -> list[str]:
    """Accounts that can be invited."""
    account_ids = accounts(number)
    seed_members(hub, dict.fromkeys(account_ids, "Created"))
    return account_ids


def invitations(hub: Hub, region: str = REGION) -> dict[str, int]:
    """How many invitations each account has got."""
    return hub.counts()["invitations"].get(ADMINISTRATOR, {}).get(region, {})


def lists(result: dict[str, Any]) -> dict[str, list[str]]:
    """The account ids of each list that is not empty, without its _accounts."""
    names = ("invited", "unchanged", "unprocessed")
    return {name: ids(result[f"{name}_accounts"]) for name in names if result[f"{name}_accounts"]}


# status now (None: not in the list), reinvite, list, status afterwards, reason
TABLE = [
    (None, None, "unprocessed", None, "not_a_member"),
    ("Created", None, "invited", "Invited", None),
    ("Enabled", None, "unchanged", "Enabled", None),
    ("Removed", None, "invited", "Invited", None),
    ("Removed", [], "unprocessed", "Removed", "removed"),
    ("Resigned", ["resigned"], "invited", "Invited", None),
    ("Paused", None, "unprocessed", "Paused", "unknown_status"),
]


@pytest.mark.parametrize(("status", "reinvite", "result", "after", "reason"), TABLE)
def test_each_status_in_check_mode_and_in_the_run_and_again(
    hub: Hub, status: str | None, reinvite: list[str] | None, result: str, after: str | None, reason: str | None
) -> None:
    seed_members(hub, {MEMBER: status} if status else {})
    options: dict[str, Any] = {} if reinvite is None else {"reinvite": reinvite}
    foreseen = invite(hub, [MEMBER], check=True, diff=True, **options)
    assert hub.counts()["writes"] == 0
    assert hub.status(ADMINISTRATOR, REGION, MEMBER) == status
    done = invite(hub, [MEMBER], diff=True, **options)
    assert foreseen.failed == done.failed == (result == "unprocessed")
    assert without(foreseen.result) == without(done.result)
    assert lists(done.result) == {result: [MEMBER]}
    row = done.result[f"{result}_accounts"][0]
    assert (row["member_status"], row.get("reason")) == (after, reason)
    assert done.result["changed"] == (result == "invited")
    assert done.result["diff"] == {"before": {REGION: {MEMBER: status}}, "after": {REGION: {MEMBER: after}}}
    assert hub.status(ADMINISTRATOR, REGION, MEMBER) == after
    assert invitations(hub) == ({MEMBER: 1} if result == "invited" else {})

    hub.reset_counts()
    again = invite(hub, [MEMBER], **options)
    assert again.failed == done.failed
    assert not again.result["changed"]
    assert lists(again.result) == {"unchanged" if result == "invited" else result: [MEMBER]}
    assert hub.counts()["calls"] == {"GetMembers": 1}


def test_the_rows_of_an_account(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Created", OTHER_MEMBER: "Resigned"})
    result = invite(hub, [MEMBER, OTHER_MEMBER], fail_on_unprocessed=False).result
    row = result["invited_accounts"][0]
    assert row.pop("invited_at") == row.pop("updated_at")
    assert row == {
        "region": REGION,
        "account_id": MEMBER,
        "member_status": "Invited",
        "previous_member_status": "Created",
        "email": "security@example.com",
        "administrator_id": ADMINISTRATOR,
    }
    left = result["unprocessed_accounts"][0]
    assert left.pop("processing_result").startswith("The account declined the invitation or left")
    assert left == {"region": REGION, "account_id": OTHER_MEMBER, "member_status": "Resigned", "reason": "resigned"}


def test_an_account_that_is_no_member_fails_the_task_after_the_work(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Created"})
    run = invite(hub, [OTHER_MEMBER, MEMBER])
    assert run.failed
    assert run.result["msg"].startswith(f"1 of 2 accounts not invited: {OTHER_MEMBER} in {REGION}: not_a_member (")
    assert "Add it with multiaccount.aws.securityhub_member" in run.result["msg"]
    assert run.result["changed"]
    assert invitations(hub) == {MEMBER: 1}


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
    seed_members(hub, {each: "Created" if number % 2 else "Enabled" for number, each in enumerate(account_ids)})
    assert len(invite(hub, account_ids).result["invited_accounts"]) == 60
    counts = hub.counts()
    assert counts["calls"] == {"GetMembers": 3 + 2, "InviteMembers": 2}
    assert counts["requested_ids"] == {"GetMembers": 120 + 60, "InviteMembers": 60}


def test_many_regions_in_the_order_of_the_request(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Created", OTHER_MEMBER: "Created"}, THREE)
    run = invite(hub, [OTHER_MEMBER, MEMBER], diff=True, regions=THREE)
    rows = [(row["region"], row["account_id"]) for row in run.result["invited_accounts"]]
    assert rows == [(region, account_id) for region in THREE for account_id in (OTHER_MEMBER, MEMBER)]
    assert list(run.result["diff"]["after"]) == THREE
    for region in THREE:
        assert invitations(hub, region) == {MEMBER: 1, OTHER_MEMBER: 1}


@pytest.mark.parametrize("regions", [THREE[1:], f"{THREE[1]}, {THREE[2]}\n{THREE[1]}"])
def test_regions_count_more_than_the_region(hub: Hub, monkeypatch: pytest.MonkeyPatch, regions: Any) -> None:
    seed_members(hub, {MEMBER: "Enabled"}, THREE)
    monkeypatch.setenv("AWS_REGION", THREE[0])
    run = invite(hub, MEMBER, regions=regions)
    assert [row["region"] for row in run.result["unchanged_accounts"]] == THREE[1:]
    assert hub.counts()["by_region"].keys() == set(THREE[1:])


# Refused accounts and service failures


def test_an_account_that_the_service_rejects(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Created", OTHER_MEMBER: "Created"})
    hub.fault(kind="reject", operation="InviteMembers", account_ids=[OTHER_MEMBER], message="The request is rejected.")
    run = invite(hub, [MEMBER, OTHER_MEMBER])
    assert run.failed
    assert (
        run.result["msg"]
        == f"1 of 2 accounts not invited: {OTHER_MEMBER} in {REGION}: rejected (The request is rejected. {FIX})."
    )
    assert lists(run.result) == {"invited": [MEMBER], "unprocessed": [OTHER_MEMBER]}
    assert run.result["unprocessed_accounts"][0]["processing_result"] == "The request is rejected."
    assert hub.counts()["calls"] == {"GetMembers": 2, "InviteMembers": 1}


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


# One Region of three


def test_access_denied_in_one_region_of_three(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Created", OTHER_MEMBER: "Enabled"}, THREE)
    hub.fault(kind="access_denied", region=THREE[1], operation=INVITE)
    run = invite(hub, [MEMBER, OTHER_MEMBER], regions=THREE)
    assert run.failed
    assert run.result["changed"]
    assert [row["region"] for row in run.result["invited_accounts"]] == [THREE[0], THREE[2]]
    left = [(row["region"], row["account_id"], row["reason"]) for row in run.result["unprocessed_accounts"]]
    # a write that was refused is not one that was never sent
    assert left == [(THREE[1], MEMBER, "rejected")]
    row = run.result["failed_regions"][0]
    assert (row["region"], row["error_code"]) == (THREE[1], "AccessDeniedException")
    assert f"called by account {ADMINISTRATOR}, failed in {THREE[1]}" in row["msg"]
    assert f"Allow securityhub:{INVITE} in the caller's IAM policy" in row["msg"]
    assert run.result["msg"].startswith("1 of 3 Regions failed. ")
    assert hub.counts()["by_region"][THREE[1]][INVITE] == 1
    assert [invitations(hub, region) for region in THREE] == [{MEMBER: 1}, {}, {MEMBER: 1}]


@pytest.mark.parametrize("check", [True, False])
def test_invite_hub_disabled_fails(hub: Hub, check: bool) -> None:
    run = invite(hub, [MEMBER, OTHER_MEMBER], check=check, diff=True)
    assert run.failed
    disabled = (
        f"Security Hub is not enabled in account {ADMINISTRATOR} in {REGION}. "
        "Enable it with multiaccount.aws.securityhub_hub."
    )
    assert run.result["failed_regions"] == [{"region": REGION, "error_code": "InvalidAccessException", "msg": disabled}]
    assert run.result["msg"].startswith(f"The Region failed. {disabled} 2 of 2 accounts not invited")
    assert reasons(run.result) == {MEMBER: "not_attempted", OTHER_MEMBER: "not_attempted"}
    assert run.result["diff"] == {"before": {REGION: {}}, "after": {REGION: {}}}
    assert hub.counts()["calls"] == {"GetMembers": 1}


# Bad input: refused before any call


@pytest.mark.parametrize("check", [True, False])
def test_account_ids_invalid_names_each(hub: Hub, check: bool) -> None:
    run = invite(hub, f"{MEMBER}\n12\n{OTHER_MEMBER}\n34", check=check)
    assert run.failed
    assert run.result.pop("msg") == (
        "account_ids: 2 rows are not valid: row 2: '12' is not an AWS account ID; row 4: '34' is not an AWS account "
        "ID. An account ID has exactly 12 digits."
    )
    assert run.result == {"changed": False, **NOTHING}
    assert hub.counts()["calls"] == {}


def test_account_ids_empty_list_does_nothing(hub: Hub) -> None:
    run = invite(hub, [], diff=True)
    assert run == ModuleRun(False, {"changed": False, "diff": {"before": {}, "after": {}}, **NOTHING})
    assert hub.counts()["calls"] == {}


# Credentials and connections


def test_no_credentials(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    run = invite(hub, MEMBER, regions=THREE)
    assert run.failed
    assert run.result.pop("msg").startswith("No AWS credentials: set access_key and secret_key, profile")
    assert run.result == {"changed": False, **NOTHING}
    assert hub.counts()["calls"] == {}


def test_wrong_credentials(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    created(hub, 1)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODYHASTHISKEY")
    run = invite(hub, MEMBER)
    assert run.failed
    row = run.result["failed_regions"][0]
    assert (row["region"], row["error_code"]) == (REGION, "UnrecognizedClientException")
    assert f"GetMembers for account {MEMBER} failed in {REGION} with " in run.result["msg"]
    assert "Check the credentials" in run.result["msg"]
    assert reasons(run.result) == {MEMBER: "not_attempted"}
    assert hub.counts()["calls"] == {"GetMembers": 1}


def test_nobody_listens(hub: Hub) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        run = invite(hub, MEMBER, endpoint_url=f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert run.failed
    assert run.result["failed_regions"][0]["error_code"] == "EndpointConnectionError"
    assert (
        "Check the Region, endpoint_url (AWS_URL), aws_ca_bundle (AWS_CA_BUNDLE), proxy and network"
        in run.result["msg"]
    )
    assert reasons(run.result) == {MEMBER: "not_attempted"}


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
    run = invite(hub, MEMBER, endpoint_url=full_queue, aws_config=config)
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
        {"profile": "nobody"},
    ],
)
def test_connection_options_that_cannot_be_used(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    if "profile" in options:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
    run = invite(hub, MEMBER, **options)
    assert run.failed
    assert "can't be used: " in run.result["msg"] or "without the other" in run.result["msg"]
    assert run.result["unprocessed_accounts"] == run.result["failed_regions"] == []
    assert hub.counts()["calls"] == {}


# Documentation


def test_results_are_as_documented(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Created", OTHER_MEMBER: "Enabled"})
    run = invite(hub, [MEMBER, OTHER_MEMBER, "999900001111"], diff=True, regions=[REGION, THREE[1]])
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
    """From main() to the SDK's call, through each thread: what a thread was given by is part of its way."""
    stacks: list[list[str]] = []
    given_by: dict[int, list[str]] = {}
    make_api_call, submit = BaseClient._make_api_call, ThreadPoolExecutor.submit

    def stack_of(frame: FrameType) -> list[str]:
        return [*own_frames(frame), *given_by.get(threading.get_ident(), [])]

    def count(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "InviteMembers":
            stacks.append(stack_of(sys._getframe()))
        return make_api_call(client, operation, parameters)

    def submitted(pool: Any, work: Any, *args: Any, **options: Any) -> Any:
        giver = stack_of(sys._getframe())

        def run(*args: Any, **options: Any) -> Any:
            given_by[threading.get_ident()] = giver
            return work(*args, **options)

        return submit(pool, run, *args, **options)

    monkeypatch.setattr(BaseClient, "_make_api_call", count)
    monkeypatch.setattr(ThreadPoolExecutor, "submit", submitted)
    seed_members(hub, {MEMBER: "Created"})
    invite(hub, MEMBER)
    (stack,) = stacks
    assert (stack[0], stack[-1]) == ("api.invite_members", "securityhub_member_invite.main")
    assert len(stack) <= 17, stack


@pytest.mark.parametrize(("listed", "reason"), [(True, "not_a_member"), (False, "unreadable")])
def test_account_in_neither_list_of_the_response_is_looked_up(hub: Hub, listed: bool, reason: str) -> None:
    unreadable_member(hub, listed, silent=True)
    run = run_at(hub, module, account_ids=[OTHER_MEMBER, MEMBER])
    assert reasons(run.result) == {OTHER_MEMBER: reason}
    assert ids(run.result["unchanged_accounts"]) == [MEMBER]


@pytest.mark.parametrize(
    ("owner", "name", "written"),
    [
        (securityhub_member_invite, "reconcile_members", False),
        (member_apply, "read_members", False),
        (member_apply, "apply_change", False),
        (member_apply, "_reread", True),
    ],
)
def test_unforeseen_exception_costs_its_region_only(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, written: bool
) -> None:
    broken = THREE[1]
    seed_members(hub, {MEMBER: "Created"}, THREE)
    monkeypatch.setattr(owner, name, fail_in(broken, RuntimeError("unforeseen"), getattr(owner, name)))
    run = run_at(hub, module, account_ids=[MEMBER], regions=THREE)
    assert run.failed
    assert run.result["changed"]
    assert [row["region"] for row in run.result["invited_accounts"]] == [THREE[0], THREE[2]]
    assert failures(run.result) == {broken: "RuntimeError"}
    (row,) = run.result["unprocessed_accounts"]
    assert row["region"] == broken
    assert statuses(hub, broken) == {MEMBER: "Invited" if written else "Created"}
    assert row["reason"] in (["unconfirmed"] if written else ["unconfirmed", "not_attempted"])


# Known before the first write


@pytest.mark.parametrize("check", [True, False])
def test_own_account_is_left_alone_without_failure(hub: Hub, check: bool) -> None:
    seed_members(hub, {MEMBER: "Created"})
    run = run_at(hub, module, account_ids=[ADMINISTRATOR, MEMBER], check=check)
    assert not run.failed
    assert reasons(run.result) == {ADMINISTRATOR: "own_account"}
    assert ids(run.result["invited_accounts"]) == [MEMBER]
    assert writes(hub) == ({} if check else {"InviteMembers": 1})


@pytest.mark.parametrize("check", [True, False])
def test_caller_that_is_a_member_fails_the_region_once(hub: Hub, check: bool) -> None:
    seed_members(hub, {MEMBER: "Created", OTHER_MEMBER: "Enabled"})
    seed_members(hub, {ADMINISTRATOR: "Enabled"}, administrator_id=OTHER_ADMINISTRATOR)
    run = run_at(hub, module, account_ids=[MEMBER, OTHER_MEMBER], check=check)
    assert failures(run.result) == {REGION: "caller_is_member"}
    assert run.result["msg"].startswith(
        f"The Region failed. Account {ADMINISTRATOR} is itself a member of administrator {OTHER_ADMINISTRATOR} in "
        f"{REGION}, so it can't invite accounts. Use the credentials of the administrator account, or leave "
    )
    assert reasons(run.result) == {MEMBER: "caller_is_member"}
    assert ids(run.result["unchanged_accounts"]) == [OTHER_MEMBER]
    assert not run.result["changed"]
    assert statuses(hub)[MEMBER] == "Created"


def test_check_mode_without_permission_to_read_the_administrator_expects_no_failure(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Created"})
    hub.fault(kind="access_denied", operation="GetAdministratorAccount", times=None)
    run = run_at(hub, module, account_ids=[MEMBER], check=True)
    assert not run.failed
    assert ids(run.result["invited_accounts"]) == [MEMBER]


def test_caller_that_only_the_service_knows_as_a_member_fails_the_region_once(hub: Hub) -> None:
    seed_members(hub, dict.fromkeys((MEMBER, OTHER_MEMBER), "Created"))
    message = "The account cannot invite other accounts since it is already a member of another master account."
    hub.fault(kind="reject", operation=INVITE, message=message)
    run = invite(hub, [MEMBER, OTHER_MEMBER])
    assert failures(run.result) == {REGION: "caller_is_member"}
    assert "is itself a member of another administrator" in run.result["msg"]
    assert not run.result["changed"]
