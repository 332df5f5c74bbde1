# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_member_info,
)
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_member_info as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    EMAIL,
    MEMBER,
    OTHER_MEMBER,
    look_at,
    run_at,
    seed_members,
    turn_on,
    unreadable_member,
    without,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    accounts,
    ids,
)

INTERNAL = "internal error"

NOTHING: dict[str, Any] = {"changed": False, "members": [], "failed_regions": []}
STATUSES = ["Created", "Invited", "Enabled", "Removed", "Resigned", "Deleted", "AccountSuspended", "Paused"]
ONE_EACH = dict(zip(accounts(len(STATUSES)), STATUSES, strict=True))


def look(hub: Hub, **options: Any) -> ModuleRun:
    return look_at(hub, module, **options)


def found(run: ModuleRun) -> dict[str, str]:
    return {row["account_id"]: row["member_status"] for row in run.result["members"]}


@pytest.mark.parametrize("options", [{}, {"account_ids": [MEMBER]}, {"member_status": "Enabled"}])
def test_nobody_is_an_empty_list(hub: Hub, options: dict[str, Any]) -> None:
    turn_on(hub, ADMINISTRATOR)
    assert look(hub, **options) == ModuleRun(False, NOTHING)


def test_the_row_of_a_member(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    (row,) = look(hub).result["members"]
    assert row["invited_at"].startswith("20")
    assert row["updated_at"] == row["invited_at"]
    assert without(row) == {
        "region": REGION,
        "account_id": MEMBER,
        "member_status": "Invited",
        "email": EMAIL,
        "administrator_id": ADMINISTRATOR,
    }


def test_an_account_of_the_organization_has_no_address(hub: Hub) -> None:
    hub.seed(organization_accounts=[MEMBER])
    seed_members(hub, {MEMBER: "Enabled"})
    (row,) = look(hub).result["members"]
    assert (row["email"], row["invited_at"]) == (None, None)


def test_120_members_are_three_pages(hub: Hub) -> None:
    account_ids = accounts(120)
    seed_members(hub, dict.fromkeys(account_ids, "Created"))
    assert ids(run_at(hub, module).result["members"]) == account_ids
    assert hub.counts()["calls"] == {"ListMembers": 3}


def test_120_members_by_name_are_three_calls(hub: Hub) -> None:
    account_ids = accounts(121)
    seed_members(hub, dict.fromkeys(account_ids[:120], "Created"))
    run = run_at(hub, module, account_ids=account_ids)
    assert ids(run.result["members"]) == account_ids[:120]
    assert hub.counts()["calls"] == {"GetMembers": 3}
    assert hub.counts()["max_ids"] == {"GetMembers": 50}


@pytest.mark.parametrize(
    ("asked", "statuses"),
    [
        *(([status], [status]) for status in STATUSES[:-1]),
        (["enabled"], ["Enabled"]),
        (["ASSOCIATED"], ["Enabled"]),
        ("invited, Created", ["Created", "Invited"]),
        ("removed\nRESIGNED", ["Removed", "Resigned"]),
        (["accountsuspended"], ["AccountSuspended"]),
        ([], STATUSES),
    ],
)
@pytest.mark.parametrize("by_name", [False, True])
def test_a_filter_of_statuses(hub: Hub, asked: Any, statuses: list[str], by_name: bool) -> None:
    seed_members(hub, ONE_EACH)
    more = {"account_ids": list(ONE_EACH)} if by_name else {}
    assert list(found(look(hub, member_status=asked, **more)).values()) == statuses


@pytest.mark.parametrize("spelling", [{"status_case": "upper"}, {"enabled_name": "Associated"}])
def test_statuses_come_in_the_documented_spelling(hub: Hub, spelling: dict[str, str]) -> None:
    documented = {account_id: status for account_id, status in ONE_EACH.items() if status != "Paused"}
    seed_members(hub, documented)
    hub.switches(**spelling)
    assert found(look(hub)) == documented
    assert list(found(look(hub, member_status="enabled")).values()) == ["Enabled"]


@pytest.mark.parametrize(
    "account_ids", [[OTHER_MEMBER, MEMBER, "999900001111"], f"{OTHER_MEMBER}\n{MEMBER},{MEMBER} 999900001111"]
)
@pytest.mark.parametrize("answer", ["unprocessed", "not_found", "bad_request", "access_denied"])
def test_only_those_that_are_asked_for_and_there(hub: Hub, account_ids: Any, answer: str) -> None:
    seed_members(hub, {MEMBER: "Enabled", OTHER_MEMBER: "Removed", "333344445555": "Enabled"})
    hub.switches(get_members_unknown=answer)
    run = look(hub, account_ids=account_ids)
    assert list(found(run).items()) == [(OTHER_MEMBER, "Removed"), (MEMBER, "Enabled")]


def test_account_ids_empty_list_does_nothing(hub: Hub) -> None:
    assert look(hub, account_ids=[]) == ModuleRun(False, NOTHING)
    assert hub.counts()["calls"] == {}


@pytest.mark.parametrize(("options", "operation"), [({}, "ListMembers"), ({"account_ids": [MEMBER]}, "GetMembers")])
def test_reads_are_repeated(hub: Hub, options: dict[str, Any], operation: str) -> None:
    seed_members(hub, {MEMBER: "Enabled"})
    for kind, times in (("throttle", 5), ("error", 1), ("lost_reply", 1)):
        hub.fault(kind=kind, operation=operation, times=times)
    assert found(run_at(hub, module, **options)) == {MEMBER: "Enabled"}
    assert hub.counts()["calls"] == {operation: 8}


def test_info_module_reports_an_unreadable_member(hub: Hub) -> None:
    unreadable_member(hub, listed=False)
    run = run_at(hub, securityhub_member_info, account_ids=[MEMBER])
    assert run.failed
    assert INTERNAL in run.result["msg"]
    assert MEMBER in run.result["msg"]
