# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows, counts, diff and message of securityhub_membership."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult, SecurityHubError
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.apply import RegionMemberships
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.result import (
    KEYS,
    membership_result,
    no_memberships,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member, Outcome
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.reasons import REASONS
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION, accounts

ONE, TWO = "111122223333", "012345670123"
SECOND = "eu-central-1"
RUN, DIFF = RunMode(check=False, diff=False), RunMode(check=False, diff=True)
AT = "2026-01-31T08:15:30+00:00"


def member(status: str, account_id: str = ONE) -> Member:
    return Member(account_id, status, "security@example.com", ADMINISTRATOR, AT, AT)


def row(account_id: str = ONE, reason: str | None = None, words: str | None = None, **more: Any) -> Outcome:
    enabled = member("Enabled", account_id)
    return Outcome(account_id, enabled, enabled, reason=reason, processing_result=words, **more)


def region(*rows: Outcome, error: SecurityHubError | None = None, **more: Any) -> RegionResult[RegionMemberships]:
    return RegionResult(RegionMemberships(list(rows), **more), error)


def result_of(
    by_region: dict[str, RegionResult[RegionMemberships]], fails: bool = True, mode: RunMode = RUN
) -> dict[str, Any]:
    return membership_result(by_region, fails, mode)


def message_of(*rows: Outcome, fails: bool = True) -> str:
    return str(result_of({REGION: region(*rows)}, fails).get("msg", ""))


def test_no_region_is_an_empty_result() -> None:
    assert result_of({}, mode=DIFF) == {
        **{key: [] for key in KEYS},
        **no_memberships(),
        "changed": False,
        "diff": {"before": {}, "after": {}},
    }


def test_row_of_an_account_that_has_become_a_member() -> None:
    change = Outcome(ONE, member("Created"), member("Enabled"), ("invite", "accept"))
    result = result_of({REGION: region(change, administrator_id=ADMINISTRATOR)})
    assert result["memberships"] == [
        {
            "region": REGION,
            "account_id": ONE,
            "email": "security@example.com",
            "member_status": "Enabled",
            "previous_member_status": "Created",
            "invited_at": AT,
            "updated_at": AT,
            "actions": ["invite", "accept"],
            "left_administrator_id": None,
            "config_recorder": None,
            "config_recorder_name": None,
            "reason": None,
            "processing_result": None,
            "policy": None,
            "policy_differences": [],
            "policy_difference_count": 0,
        }
    ]
    assert (result["changed"], result["administrator_id"], "msg" in result) == (True, ADMINISTRATOR, False)


@pytest.mark.parametrize(
    ("before", "after", "email"),
    [(None, None, None), (member("Created"), None, "security@example.com"), (None, Member(ONE, "Invited"), None)],
)
def test_row_of_an_account_that_is_not_in_the_list(
    before: Member | None, after: Member | None, email: str | None
) -> None:
    shown = result_of({REGION: region(Outcome(ONE, before, after))})["memberships"][0]
    assert shown["member_status"] == (after.member_status if after else None)
    assert shown["previous_member_status"] == (before.member_status if before else None)
    assert shown["email"] == email


@pytest.mark.parametrize(
    "more",
    [
        {"is_hub_enabled": True},
        {"surplus": [Outcome(TWO, member("Created", TWO), None, ("delete",))]},
    ],
)
def test_changes_besides_the_rows_count(more: dict[str, Any]) -> None:
    assert result_of({REGION: region(row(), **more)})["changed"] is True


def test_hub_enabled_regions_and_surplus_in_the_order_of_the_regions() -> None:
    surplus = [Outcome(TWO, member("Enabled", TWO), member("Enabled", TWO))]
    result = result_of(
        {REGION: region(row(), is_hub_enabled=True), SECOND: region(row(), is_hub_enabled=True, surplus=surplus)}
    )
    assert result["hub_enabled_regions"] == [REGION, SECOND]
    assert [(each["region"], each["account_id"]) for each in result["surplus_members"]] == [(SECOND, TWO)]
    assert "msg" not in result


def test_counts() -> None:
    unread = Outcome(TWO, None, None, reason="not_attempted", is_seen=False)
    gone = Outcome(TWO, None, None)
    assert result_of({REGION: region(row(), gone), SECOND: region(row(), unread)})["counts"] == {
        "accounts": 2,
        "memberships": 4,
        "by_status": {"Enabled": 2, "not_a_member": 1, "unreadable": 1},
    }


def test_counts_own_account_is_neither_member_nor_not() -> None:
    own = Outcome(TWO, None, None, (), "own_account")
    assert result_of({REGION: region(row(), own)})["counts"]["by_status"] == {"Enabled": 1, "own_account": 1}


def test_message_of_an_account_in_many_regions_names_it_once() -> None:
    regions = {f"xx-test-{number}": region(row(ONE, "rejected", "No.")) for number in range(17)}
    message = result_of(regions)["msg"]
    assert f"not as requested: {ONE} in xx-test-0 and 16 more Regions: rejected (No." in message
    assert message.count(ONE) == 1


def test_message_passes_on_regions_in_the_words_of_the_service() -> None:
    words = "not authorized on arn:aws:securityhub:{}:999988887777:hub/default"
    both = {each: region(row(ONE, "rejected", words.format(each))) for each in (REGION, SECOND)}
    assert f"(For example: {words.format(REGION)}. " in result_of(both)["msg"]


def test_diff_leaves_out_what_was_not_read() -> None:
    unread = Outcome(TWO, None, None, reason="not_attempted", is_seen=False)
    surplus = Outcome(TWO, member("Created", TWO), None, ("delete",))
    diff = result_of({REGION: region(row(), unread), SECOND: region(row(), surplus=[surplus])}, mode=DIFF)["diff"]
    assert diff == {
        "before": {REGION: {ONE: "Enabled"}, SECOND: {ONE: "Enabled", TWO: "Created"}},
        "after": {REGION: {ONE: "Enabled"}, SECOND: {ONE: "Enabled", TWO: None}},
    }


@pytest.mark.parametrize("reason", [None, "awaiting_acceptance", "own_account"])
def test_what_does_not_fail_the_task(reason: str | None) -> None:
    assert message_of(row(reason=reason, words="It is so.")) == ""


@pytest.mark.parametrize("reason", ["removed", "role_not_assumed", "unconfirmed", "unknown_status", "rejected"])
def test_what_fails_the_task_unless_told_otherwise(reason: str) -> None:
    left = row(reason=reason, words="It is so.")
    step = REASONS[reason].module_step
    assert (
        message_of(left)
        == f"1 of 1 membership is not as requested: {ONE} in {REGION}: {reason} (It is so. {step[:-1]})."
    )
    assert message_of(left, fails=False) == ""


def test_message_groups_by_reason_and_words_whatever_the_region() -> None:
    def left(where: str) -> list[Outcome]:
        return [row(each, "rejected", f"A call failed in {where}: no.") for each in (ONE, TWO)]

    message = result_of({REGION: region(*left(REGION)), SECOND: region(*left(SECOND), row(TWO, "removed"))})["msg"]
    assert message == (
        f"5 of 5 memberships are not as requested: {ONE} in {REGION} and {SECOND}, {TWO} in {REGION} and {SECOND}: "
        f"rejected (For example: A call failed in {REGION}: no. {REASONS['rejected'].module_step[:-1]}); "
        f"{TWO} in {SECOND}: removed ({REASONS['removed'].module_step[:-1]})."
    )


def test_message_names_the_first_accounts_of_many() -> None:
    message = message_of(*(row(each, "removed", "It was removed.") for each in accounts(12)), row())
    assert message.startswith("12 of 13 memberships are not as requested: 000000000001 in ")
    assert f"000000000010 in {REGION} and 2 more accounts: removed (It was removed. " in message
    assert "000000000011" not in message


def test_failed_region_is_explained_once() -> None:
    error = SecurityHubError("InternalException", "Internal error.", "GetMembers", REGION, status=500, in_doubt=True)
    unread = Outcome(ONE, None, None, reason="not_attempted", processing_result=str(error), is_seen=False)
    result = result_of({REGION: region(unread, error=error), SECOND: region(row())})
    assert [each["error_code"] for each in result["failed_regions"]] == ["InternalException"]
    assert result["msg"].startswith("1 of 2 Regions failed. GetMembers failed in eu-west-1 with InternalException: ")
    assert result["msg"].endswith(f"1 of 2 memberships is not as requested: {ONE} in {REGION}: not_attempted.")
    assert result["msg"].count("Internal error") == 1


def test_failed_region_fails_the_task_whatever_the_option_says() -> None:
    error = SecurityHubError("AccessDeniedException", "Denied.", "GetMembers", REGION, status=403)
    assert result_of({REGION: region(error=error)}, fails=False)["msg"].startswith("The Region failed. GetMembers")


def test_surplus_member_that_could_not_be_removed_is_named() -> None:
    left = row(TWO, "rejected", "It belongs to an organization.")
    message = result_of({REGION: region(row(), surplus=[left])})["msg"]
    assert message == (
        f"1 of 2 memberships, surplus ones included, is not as requested: {TWO} in {REGION}: rejected "
        "(It belongs to an organization. "
        f"{REASONS['rejected'].module_step[:-1]})."
    )
