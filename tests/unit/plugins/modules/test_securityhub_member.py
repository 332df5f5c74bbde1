# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.clients import Clients
from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_member,
    securityhub_member_info,
    securityhub_member_invite,
)
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_member as module
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_member_invite as invite_module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    EMAIL,
    MEMBER,
    OTHER_MEMBER,
    THREE,
    failures,
    reasons,
    run_at,
    seed_members,
    statuses,
    turn_on,
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

PAIR = [MEMBER, OTHER_MEMBER]
INTERNAL = "internal error"

LISTS = ("created", "disassociated", "deleted", "unchanged", "unprocessed")
NOTHING: dict[str, Any] = {**{f"{name}_accounts": [] for name in LISTS}, "failed_regions": []}
STEPS = {"CreateMembers": "present", "DisassociateMembers": "disassociated", "DeleteMembers": "absent"}
FIX = "Fix the cause and run the task again; completed changes are kept"


def manage(hub: Hub, members: Any, state: str = "present", **options: Any) -> ModuleRun:
    """Run the module as the administrator."""
    return run_at(hub, module, members=members, state=state, **options)


def lists(result: dict[str, Any]) -> dict[str, list[str]]:
    """The account ids of each list that is not empty, without its _accounts."""
    return {name: ids(result[f"{name}_accounts"]) for name in LISTS if result[f"{name}_accounts"]}


def ready_for(hub: Hub, state: str, account_ids: list[str], regions: list[str] | None = None) -> None:
    """Seed so that each account takes exactly one write to get to a state."""
    seed_members(hub, {}, regions)
    if state != "present":
        seed_members(hub, dict.fromkeys(account_ids, "Enabled" if state == "disassociated" else "Created"), regions)


DONE = {"present": "created", "disassociated": "disassociated", "absent": "deleted"}
AFTER = {"present": "Created", "disassociated": "Removed", "absent": None}


# state, status now (None: not in the list), list, status afterwards, calls that write
TABLE = [
    ("present", None, "created", "Created", ["CreateMembers"]),
    ("present", "Deleted", "created", "Created", ["CreateMembers"]),
    ("present", "Resigned", "unchanged", "Resigned", []),
    ("disassociated", "Enabled", "disassociated", "Removed", ["DisassociateMembers"]),
    ("disassociated", None, "unchanged", None, []),
    ("absent", "Enabled", "deleted", None, ["DisassociateMembers", "DeleteMembers"]),
    ("absent", "Invited", "deleted", None, ["DeleteMembers"]),
    ("absent", "Paused", "unprocessed", "Paused", []),
]


@pytest.mark.parametrize(("state", "status", "result", "after", "calls"), TABLE)
def test_each_status_in_check_mode_and_in_the_run_and_again(
    hub: Hub, state: str, status: str | None, result: str, after: str | None, calls: list[str]
) -> None:
    seed_members(hub, {MEMBER: status} if status else {})
    foreseen = manage(hub, [{"account_id": MEMBER, "email": EMAIL}], state, check=True, diff=True)
    assert writes(hub) == {}
    assert statuses(hub).get(MEMBER) == status
    done = manage(hub, [{"account_id": MEMBER, "email": EMAIL}], state, diff=True)
    assert foreseen.failed == done.failed == (result == "unprocessed")
    # who administers an account that is added is in the list once it is there
    keys = ("invited_at", "updated_at", "administrator_id")
    assert without(foreseen.result, keys) == without(done.result, keys)
    assert lists(done.result) == {result: [MEMBER]}
    row = done.result[f"{result}_accounts"][0]
    assert row["member_status"] == after
    assert row.get("previous_member_status", status) == status
    assert done.result["changed"] == bool(calls)
    assert done.result["diff"] == {"before": {REGION: {MEMBER: status}}, "after": {REGION: {MEMBER: after}}}
    assert statuses(hub).get(MEMBER) == after
    assert writes(hub) == dict.fromkeys(calls, 1)

    hub.reset_counts()
    again = manage(hub, [MEMBER], state)
    assert again.failed == done.failed
    assert not again.result["changed"]
    assert lists(again.result) == {"unchanged" if calls else result: [MEMBER]}
    assert hub.counts()["calls"] == {"GetMembers": 1}


def test_the_row_of_an_account_that_was_added(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    row = manage(hub, [{"account_id": MEMBER, "email": EMAIL}]).result["created_accounts"][0]
    assert row.pop("updated_at").startswith("20")
    assert row == {
        "region": REGION,
        "account_id": MEMBER,
        "member_status": "Created",
        "previous_member_status": None,
        "email": EMAIL,
        "administrator_id": ADMINISTRATOR,
        "invited_at": None,
    }


def test_the_row_of_an_account_that_was_deleted_says_what_is_gone(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    row = manage(hub, [MEMBER], "absent").result["deleted_accounts"][0]
    assert (row["member_status"], row["previous_member_status"]) == (None, "Invited")
    assert (row["email"], row["administrator_id"]) == (EMAIL, ADMINISTRATOR)
    assert row["invited_at"]


# email addresses


@pytest.mark.parametrize("check", [True, False])
def test_another_address_than_the_listed_one_is_a_warning(hub: Hub, check: bool) -> None:
    seed_members(hub, {MEMBER: "Enabled", OTHER_MEMBER: "Created"}, THREE[:2])
    members = [
        {"account_id": MEMBER, "email": "other@example.com"},
        {"account_id": OTHER_MEMBER, "email": EMAIL.upper()},
    ]
    run = manage(hub, members, check=check, regions=THREE[:2])
    assert not run.failed
    assert not run.result["changed"]
    assert len(run.result["warnings"]) == 1
    assert run.result["warnings"][0].startswith(
        f"{MEMBER} is listed with the email address {EMAIL} in {THREE[0]}, {THREE[1]}, not other@example.com. "
    )
    assert writes(hub) == {}


@pytest.mark.parametrize("state", ["disassociated", "absent"])
def test_addresses_count_only_when_accounts_are_added(hub: Hub, state: str) -> None:
    seed_members(hub, {MEMBER: "Enabled"})
    run = manage(hub, [{"account_id": MEMBER, "email": "other@example.com"}], state)
    assert not run.failed
    assert "warnings" not in run.result


# Accounts of the organization


def test_an_account_of_the_organization_is_enabled_at_once(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    hub.seed(organization_accounts=[MEMBER])
    run = manage(hub, [MEMBER], diff=True)
    assert not run.failed
    assert lists(run.result) == {"created": [MEMBER]}
    assert run.result["created_accounts"][0]["member_status"] == "Enabled"
    assert run.result["created_accounts"][0]["email"] is None
    assert run.result["diff"]["after"] == {REGION: {MEMBER: "Enabled"}}
    assert not manage(hub, [{"account_id": MEMBER, "email": EMAIL}]).result["changed"]


def test_absent_organization_account_is_disassociated_and_rejected(hub: Hub) -> None:
    hub.seed(organization_accounts=[MEMBER])
    seed_members(hub, {MEMBER: "Enabled", OTHER_MEMBER: "Enabled"})
    foreseen = manage(hub, [MEMBER, OTHER_MEMBER], "absent", check=True, diff=True)
    words = "The request is rejected because the given account ID belongs to an organization and cannot be deleted."
    run = manage(hub, [MEMBER, OTHER_MEMBER], "absent", wait_timeout=1, diff=True)
    assert run.failed
    # it has been disassociated, so something has changed
    assert run.result["changed"]
    ended = "The account was disassociated, so its monitoring by this administrator has ended."
    assert lists(run.result) == {"deleted": [OTHER_MEMBER], "unprocessed": [MEMBER]}
    assert run.result["unprocessed_accounts"] == [
        {
            "region": REGION,
            "account_id": MEMBER,
            "member_status": "Removed",
            "reason": "rejected",
            "processing_result": f"{words} {ended}",
        }
    ]
    assert run.result["msg"] == (
        f"1 of 2 accounts not deleted: {MEMBER} in {REGION}: rejected ({words} {ended} {FIX})."
    )
    assert run.result["diff"]["after"] == {REGION: {MEMBER: "Removed", OTHER_MEMBER: None}}
    for result in (foreseen.result, run.result):
        assert [warning.split(",")[0] for warning in result["warnings"]] == [
            f"{MEMBER} is Enabled without an invitation in {REGION}"
        ]
    # check mode knows all but the service's words
    expected = "It is disassociated all the same, which ends its monitoring by this administrator."
    assert foreseen.result["unprocessed_accounts"][0]["processing_result"].endswith(expected)
    words_left_out = ("msg", "processing_result", "updated_at")
    assert without(foreseen.result, words_left_out) == without(run.result, words_left_out)
    hub.reset_counts()
    again = manage(hub, [MEMBER], "absent", fail_on_unprocessed=False)
    assert not again.failed
    assert not again.result["changed"]
    assert reasons(again.result) == {MEMBER: "rejected"}
    assert writes(hub) == {"DeleteMembers": 1}


# Many accounts


def test_only_those_that_need_a_write_are_sent_and_looked_for(hub: Hub) -> None:
    account_ids = accounts(120)
    seed_members(hub, {each: "Enabled" if number % 2 else "Removed" for number, each in enumerate(account_ids)})
    assert lists(manage(hub, account_ids, "absent").result) == {"deleted": account_ids}
    assert hub.counts()["calls"] == {"GetMembers": 3 + 2 + 3, "DisassociateMembers": 2, "DeleteMembers": 3}
    assert hub.counts()["requested_ids"] == {
        "GetMembers": 120 + 60 + 120,
        "DisassociateMembers": 60,
        "DeleteMembers": 120,
    }


@pytest.mark.parametrize("state", DONE)
def test_without_wait_timeout_there_is_no_second_look(hub: Hub, state: str) -> None:
    account_ids = accounts(60)
    ready_for(hub, state, account_ids)
    run = manage(hub, account_ids, state, wait_timeout=0)
    assert not run.failed
    assert lists(run.result) == {DONE[state]: account_ids}
    assert {row["member_status"] for row in run.result[f"{DONE[state]}_accounts"]} == {AFTER[state]}
    # DisassociateMembers answers nothing, so one look is needed to know
    assert hub.counts()["reads"] == (4 if state == "disassociated" else 2)


@pytest.mark.parametrize("state", ["disassociated", "absent"])
def test_without_wait_timeout_a_disassociation_that_does_not_happen_is_found_out_too(hub: Hub, state: str) -> None:
    seed_members(hub, {MEMBER: "Enabled"})
    hub.fault(kind="reject", operation="DisassociateMembers")
    run = manage(hub, [MEMBER], state, wait_timeout=0)
    assert reasons(run.result) == {MEMBER: "unconfirmed"}
    assert run.result["msg"].startswith(f"1 account not {DONE[state]}: ")
    assert run.result["unprocessed_accounts"][0]["member_status"] == "Enabled"
    assert statuses(hub) == {MEMBER: "Enabled"}


def test_without_wait_timeout_enabled_accounts_are_deleted_too(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Enabled"})
    run = manage(hub, [MEMBER], "absent", wait_timeout=0)
    assert lists(run.result) == {"deleted": [MEMBER]}
    assert hub.counts()["calls"] == {"GetMembers": 2, "DisassociateMembers": 1, "DeleteMembers": 1}


def test_120_members_are_created_invited_and_deleted(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    account_ids = accounts(120)
    assert lists(manage(hub, account_ids).result) == {"created": account_ids}
    invited = run_at(hub, invite_module, account_ids=account_ids)
    assert ids(invited.result["invited_accounts"]) == account_ids
    assert lists(manage(hub, account_ids, "absent").result) == {"deleted": account_ids}
    counts = hub.counts()
    batches = {"GetMembers": 3 * (3 + 3), "CreateMembers": 3, "InviteMembers": 3, "DeleteMembers": 3}
    assert counts["calls"] == batches
    assert set(counts["max_ids"].values()) == {50}
    assert statuses(hub) == {}


# Faults


@pytest.mark.parametrize(("operation", "state"), STEPS.items())
def test_a_reply_that_is_lost_while_the_list_is_late(hub: Hub, operation: str, state: str) -> None:
    account_ids = accounts(2)
    ready_for(hub, state, account_ids)
    hub.fault(kind="slow_visibility", seconds=0.7)
    hub.fault(kind="lost_reply", operation=operation)
    run = manage(hub, account_ids, state)
    assert not run.failed
    assert run.result["changed"]
    assert lists(run.result) == {DONE[state]: account_ids}


def test_a_deletion_that_is_refused_for_a_moment_after_disassociating(hub: Hub) -> None:
    account_ids = accounts(60)
    seed_members(hub, dict.fromkeys(account_ids, "Enabled"))
    still = "The request is rejected because the current account is still associated to it."
    hub.fault(kind="reject", operation="DeleteMembers", account_ids=account_ids[:3], message=still, times=2)
    run = manage(hub, account_ids, "absent")
    assert not run.failed
    assert lists(run.result) == {"deleted": account_ids}
    # the first three are refused in the first batch; the second batch, which has none of them, uses the fault up
    assert writes(hub) == {"DisassociateMembers": 2, "DeleteMembers": 3}
    assert hub.counts()["requested_ids"]["DeleteMembers"] == 60 + 3


def test_an_account_that_was_not_just_disassociated_is_not_tried_again(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Removed"})
    hub.fault(kind="reject", operation="DeleteMembers", message="No.")
    run = manage(hub, [MEMBER], "absent")
    assert run.result["unprocessed_accounts"][0]["processing_result"] == "No."
    assert not run.result["changed"]
    assert writes(hub) == {"DeleteMembers": 1}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("state", DONE)
def test_own_account_is_left_alone_without_failure(hub: Hub, check: bool, state: str) -> None:
    ready_for(hub, state, [MEMBER])
    run = manage(hub, [ADMINISTRATOR, MEMBER], state, check=check)
    assert not run.failed
    assert reasons(run.result) == {ADMINISTRATOR: "own_account"}
    assert lists(run.result) == {DONE[state]: [MEMBER], "unprocessed": [ADMINISTRATOR]}
    row = run.result["unprocessed_accounts"][0]
    assert row["member_status"] is None
    assert row["processing_result"] == ("This is the administrator's own account.")


def test_refused_account_is_rejected_in_the_words_of_the_service(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    hub.fault(kind="reject", operation="CreateMembers", account_ids=[OTHER_MEMBER], message="No such account.")
    run = manage(hub, [OTHER_MEMBER, MEMBER])
    assert run.failed
    assert (
        run.result["msg"]
        == f"1 of 2 accounts not added: {OTHER_MEMBER} in {REGION}: rejected (No such account. {FIX})."
    )
    assert lists(run.result) == {"created": [MEMBER], "unprocessed": [OTHER_MEMBER]}
    assert run.result["unprocessed_accounts"][0]["processing_result"] == "No such account."


@pytest.mark.parametrize(("answer", "reason"), [("unprocessed", "own_account"), ("invalid_input", "rejected")])
def test_own_account_unknown_to_sts_does_not_hold_up_others(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, answer: str, reason: str
) -> None:
    monkeypatch.setattr(Clients, "caller_account_id", lambda *_arguments: None)
    seed_members(hub, {})
    hub.switches(own_id=answer)
    run = manage(hub, [MEMBER, ADMINISTRATOR, OTHER_MEMBER])
    assert run.failed == (reason == "rejected")
    assert reasons(run.result) == {ADMINISTRATOR: reason}
    assert lists(run.result)["created"] == [MEMBER, OTHER_MEMBER]
    assert run.result["failed_regions"] == []
    assert statuses(hub) == {MEMBER: "Created", OTHER_MEMBER: "Created"}


def test_region_that_fails_while_others_are_disassociated_deletes_nobody(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Enabled", OTHER_MEMBER: "Removed"})
    hub.fault(kind="access_denied", operation="DisassociateMembers")
    run = manage(hub, [MEMBER, OTHER_MEMBER], "absent")
    assert not run.result["changed"]
    assert reasons(run.result) == {MEMBER: "rejected", OTHER_MEMBER: "not_attempted"}
    assert [row["member_status"] for row in run.result["unprocessed_accounts"]] == ["Enabled", "Removed"]
    assert failures(run.result) == {REGION: "AccessDeniedException"}


def test_a_failure_between_disassociating_and_deleting_loses_nothing(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Enabled", OTHER_MEMBER: "Enabled"})
    hub.fault(kind="access_denied", operation="DeleteMembers")
    run = manage(hub, [MEMBER, OTHER_MEMBER], "absent", diff=True)
    assert run.failed
    assert run.result["changed"]
    assert reasons(run.result) == {MEMBER: "rejected", OTHER_MEMBER: "rejected"}
    assert {row["member_status"] for row in run.result["unprocessed_accounts"]} == {"Removed"}
    assert all(
        "monitoring by this administrator" in row["processing_result"] for row in run.result["unprocessed_accounts"]
    )
    assert run.result["diff"]["after"] == {REGION: {MEMBER: "Removed", OTHER_MEMBER: "Removed"}}
    assert "Allow securityhub:DeleteMembers in the caller's IAM policy" in run.result["msg"]
    assert writes(hub) == {"DisassociateMembers": 1, "DeleteMembers": 1}


# Bad input: refused before any call


def test_members_invalid_is_refused(hub: Hub) -> None:
    run = manage(hub, [MEMBER, {"account_id": OTHER_MEMBER, "member_role": "hub"}])
    assert run.failed
    assert run.result.pop("msg").startswith(
        "members: 1 row is not valid: row 2: member_role can't be set for one account here, only in"
    )
    assert run.result == {"changed": False, **NOTHING}
    assert hub.counts()["calls"] == {}


def test_members_empty_does_nothing(hub: Hub) -> None:
    run = manage(hub, [], diff=True)
    assert run == ModuleRun(False, {"changed": False, "diff": {"before": {}, "after": {}}, **NOTHING})
    assert hub.counts()["calls"] == {}


def test_members_are_added_with_address(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    run = manage(hub, f"Account ID,Email\n{MEMBER},{EMAIL}\n{OTHER_MEMBER},\n")
    assert lists(run.result) == {"created": [MEMBER, OTHER_MEMBER]}
    rows = hub.state()["members"][ADMINISTRATOR][REGION]
    assert {account_id: row["email"] for account_id, row in rows.items()} == {MEMBER: EMAIL, OTHER_MEMBER: None}


def test_results_are_as_documented(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Enabled", OTHER_MEMBER: "Enabled"}, THREE[:2])
    hub.fault(kind="reject", operation="CreateMembers", account_ids=["999900001111"])
    shown: set[str] = set()
    for state in ("present", "disassociated", "absent"):
        run = manage(hub, [MEMBER, "999900001111"], state, diff=True, regions=THREE)
        result = {key: value for key, value in run.result.items() if key not in ("changed", "msg")}
        assert differences_from_return(module, result) == []
        shown.update(key for key, value in result.items() if value)
    assert shown == {*NOTHING, "diff"} - {"created_accounts"}
    added = manage(hub, ["888877776666"], regions=THREE, diff=True).result
    assert added["created_accounts"]
    assert differences_from_return(module, {key: added[key] for key in (*NOTHING, "diff")}) == []


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


def test_deletion_is_not_confirmed_by_silence(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Created"})
    hub.fault(kind="slow_visibility", seconds=3600)
    hub.fault(kind="reject", operation="GetMembers", message=INTERNAL, after=1)
    run = run_at(hub, securityhub_member, members=[MEMBER], state="absent", wait_timeout=3)
    assert reasons(run.result) == {MEMBER: "unconfirmed"}
    assert run.result["changed"]


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
