# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of the modules for the member list."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult, SecurityHubError
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.result import (
    ByRegion,
    account_keys,
    account_result,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member, Outcome
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION, accounts

ACCOUNT = "111122223333"
LISTS = ("invited", "unchanged", "unprocessed")
RUN, DIFF = RunMode(check=False, diff=False), RunMode(check=False, diff=True)


def failure(
    code: str = "InternalException", text: str = "Internal error", region: str = REGION, **more: Any
) -> SecurityHubError:
    return SecurityHubError(code, text, more.pop("operation", "InviteMembers"), region, **more)


def member(status: str, account_id: str = ACCOUNT, **more: Any) -> Member:
    return Member(account_id, status, administrator_id=ADMINISTRATOR, **more)


def unprocessed(account_id: str = ACCOUNT, reason: str = "removed", words: str = "It was removed.") -> Outcome:
    left = member("Removed", account_id)
    return Outcome(account_id, left, left, reason=reason, processing_result=words)


INVITED = Outcome(ACCOUNT, member("Created"), member("Invited"), ("invite",))
UNCHANGED = Outcome(ACCOUNT, member("Enabled"), member("Enabled"))


def result_of(by_region: ByRegion, fail_on_unprocessed: bool = True, mode: RunMode = RUN) -> dict[str, Any]:
    return account_result(by_region, LISTS, "invited", fail_on_unprocessed, mode)


def message_of(by_region: ByRegion, fail_on_unprocessed: bool = True) -> str:
    return result_of(by_region, fail_on_unprocessed).get("msg", "")


def test_nothing_requested_is_an_empty_result() -> None:
    assert result_of({}, mode=DIFF) == {
        "changed": False,
        **{key: [] for key in account_keys(LISTS)},
        "diff": {"before": {}, "after": {}},
    }


def test_rows_of_accounts() -> None:
    times = {"invited_at": "2026-01-31T08:15:30+00:00", "updated_at": "2026-01-31T08:15:31+00:00"}
    after = member("Invited", email="security@example.com", **times)
    outcomes = [Outcome(ACCOUNT, member("Created"), after, ("invite",)), UNCHANGED, unprocessed()]
    result = result_of({REGION: RegionResult(outcomes)}, fail_on_unprocessed=False)
    common = {"region": REGION, "account_id": ACCOUNT}
    assert result["invited_accounts"] == [
        {
            **common,
            "member_status": "Invited",
            "previous_member_status": "Created",
            "email": "security@example.com",
            "administrator_id": ADMINISTRATOR,
            **times,
        }
    ]
    assert result["unchanged_accounts"] == [
        {
            **common,
            "member_status": "Enabled",
            "previous_member_status": "Enabled",
            "email": None,
            "administrator_id": ADMINISTRATOR,
            "invited_at": None,
            "updated_at": None,
        }
    ]
    assert result["unprocessed_accounts"] == [
        {**common, "member_status": "Removed", "reason": "removed", "processing_result": "It was removed."}
    ]
    assert result["changed"]
    assert result["failed_regions"] == []
    assert "msg" not in result
    assert "diff" not in result


def test_an_account_that_is_in_no_list_has_no_status() -> None:
    outcome = Outcome(ACCOUNT, None, None, reason="not_a_member", processing_result="Add it.")
    rows = result_of({REGION: RegionResult([outcome])})["unprocessed_accounts"]
    assert rows[0]["member_status"] is None


def test_rows_come_region_by_region_account_by_account() -> None:
    regions = ["eu-west-3", "eu-central-1"]
    outcomes = [Outcome(each, member("Created", each), member("Invited", each), ("invite",)) for each in accounts(3)]
    rows = result_of({region: RegionResult(outcomes) for region in regions})["invited_accounts"]
    wanted = [(region, account_id) for region in regions for account_id in accounts(3)]
    assert [(row["region"], row["account_id"]) for row in rows] == wanted


@pytest.mark.parametrize(
    ("outcomes", "changed"),
    [([UNCHANGED], False), ([INVITED], True), ([UNCHANGED, INVITED], True), ([unprocessed()], False)],
)
def test_changed(outcomes: list[Outcome], changed: bool) -> None:
    result = result_of({"eu-west-3": RegionResult([UNCHANGED]), REGION: RegionResult(outcomes)})
    assert result["changed"] == changed


def test_diff_shows_all_requested_accounts_that_were_seen() -> None:
    never, unseen = accounts(2)
    outcomes = [
        INVITED,
        Outcome(never, None, None, reason="not_a_member"),
        Outcome(unseen, None, None, reason="not_attempted", is_seen=False),
    ]
    by_region = {REGION: RegionResult(outcomes), "eu-central-1": RegionResult([UNCHANGED])}
    assert result_of(by_region, mode=DIFF)["diff"] == {
        "before": {REGION: {ACCOUNT: "Created", never: None}, "eu-central-1": {ACCOUNT: "Enabled"}},
        "after": {REGION: {ACCOUNT: "Invited", never: None}, "eu-central-1": {ACCOUNT: "Enabled"}},
    }


REMOVED = "It was removed. Add 'removed' to reinvite to invite it again"


def test_no_message_where_all_went_well() -> None:
    assert message_of({REGION: RegionResult([INVITED, UNCHANGED])}) == ""


def test_unprocessed_accounts_are_no_failure_where_they_may_be() -> None:
    assert message_of({REGION: RegionResult([unprocessed()])}, fail_on_unprocessed=False) == ""


def test_the_message_names_accounts_with_reason() -> None:
    by_region = {REGION: RegionResult([INVITED, unprocessed(), UNCHANGED])}
    assert message_of(by_region) == f"1 of 3 accounts not invited: {ACCOUNT} in eu-west-1: removed ({REMOVED})."


def test_the_message_counts_accounts_in_all_regions() -> None:
    message = message_of({"eu-west-3": RegionResult([UNCHANGED]), REGION: RegionResult([unprocessed()])})
    assert message.startswith(
        f"1 of 2 memberships (1 account × 2 Regions) not invited: {ACCOUNT} in eu-west-1: removed ("
    )


def test_the_message_counts_accounts_and_regions_apart() -> None:
    outcomes = [unprocessed(each) for each in accounts(3)]
    message = message_of({"eu-west-3": RegionResult([UNCHANGED, *outcomes[1:]]), REGION: RegionResult(outcomes)})
    assert message.startswith("5 of 6 memberships (4 accounts × 2 Regions) not invited: ")


@pytest.mark.parametrize(
    ("number", "more"), [(10, ""), (11, " and 1 more account: "), (500, " and 490 more accounts: ")]
)
def test_the_message_names_the_first_ten(number: int, more: str) -> None:
    message = message_of({REGION: RegionResult([unprocessed(each) for each in accounts(number)])})
    assert message.startswith(f"{number} of {number} accounts not invited: ")
    assert [each for each in accounts(number) if each in message] == accounts(10)
    assert more in message
    assert message.count(" more account") == bool(more)


def test_accounts_that_only_wait_for_their_region_come_last_and_without_its_words() -> None:
    waiting = unprocessed(accounts(1)[0], "not_attempted", "InviteMembers failed")
    assert message_of({REGION: RegionResult([waiting, unprocessed()])}) == (
        f"2 of 2 accounts not invited: {ACCOUNT} in eu-west-1: removed ({REMOVED}); "
        f"{accounts(1)[0]} in eu-west-1: not_attempted."
    )


@pytest.mark.parametrize("fail_on_unprocessed", [True, False])
def test_a_region_that_fails_always_fails_the_task(fail_on_unprocessed: bool) -> None:
    by_region = {
        "eu-west-3": RegionResult([INVITED]),
        REGION: RegionResult([unprocessed(reason="not_attempted")], failure()),
    }
    result = result_of(by_region, fail_on_unprocessed)
    assert result["msg"].startswith(
        "1 of 2 Regions failed. InviteMembers, called by account 999988887777, failed in eu-west-1 with "
    )
    assert ("1 of 2 memberships (1 account × 2 Regions) not invited" in result["msg"]) == fail_on_unprocessed
    assert [row["account_id"] for row in result["invited_accounts"]] == [ACCOUNT]
    assert [(row["region"], row["error_code"]) for row in result["failed_regions"]] == [(REGION, "InternalException")]
    assert result["failed_regions"][0]["msg"] in result["msg"]


def test_message_about_one_account_counts_nothing() -> None:
    message = message_of({REGION: RegionResult([unprocessed()])})
    assert message == f"1 account not invited: {ACCOUNT} in eu-west-1: removed ({REMOVED})."


@pytest.mark.parametrize("others", [[], [INVITED]])
def test_administrator_account_never_fails_the_task(others: list[Outcome]) -> None:
    own = unprocessed(ADMINISTRATOR, "own_account")
    result = result_of({REGION: RegionResult([own, *others])})
    assert "msg" not in result
    assert [row["reason"] for row in result["unprocessed_accounts"]] == ["own_account"]


def test_account_that_may_have_been_written_is_changed() -> None:
    outcome = Outcome(ACCOUNT, member("Created"), member("Created"), ("invite",), "unconfirmed", "Look again.")
    assert result_of({REGION: RegionResult([outcome])})["changed"]
