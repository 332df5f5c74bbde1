# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results and messages."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.clients import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    AwsFailure,
    InvalidInput,
    Obstacle,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.apply import Converged
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import Outcome
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.result import (
    account_keys,
    account_result,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.options import checked_wait_timeout
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results import (
    Mode,
    answer,
    explain,
    failed_regions,
)
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION, accounts

ACCOUNT = "111122223333"
LISTS = ("invited", "unchanged", "unprocessed")
RUN, DIFF = Mode(check=False, diff=False), Mode(check=False, diff=True)


def failure(
    code: str = "InternalException", text: str = "Internal error", region: str = REGION, **more: Any
) -> AwsFailure:
    return AwsFailure(code, text, more.pop("operation", "InviteMembers"), region, **more)


def member(status: str, account_id: str = ACCOUNT, **more: Any) -> Member:
    return Member(account_id, status, administrator_id=ADMINISTRATOR, **more)


def unprocessed(account_id: str = ACCOUNT, reason: str = "removed", words: str = "It was removed.") -> Outcome:
    left = member("Removed", account_id)
    return Outcome(account_id, left, left, "unprocessed", reason=reason, processing_result=words)


INVITED = Outcome(ACCOUNT, member("Created"), member("Invited"), "invited", changed=True)
UNCHANGED = Outcome(ACCOUNT, member("Enabled"), member("Enabled"), "unchanged")


def result_of(by_region: dict[str, Converged], fail_on_unprocessed: bool = True, mode: Mode = RUN) -> dict[str, Any]:
    return account_result(by_region, LISTS, "invited", fail_on_unprocessed, mode, lambda _region: None)


def message_of(by_region: dict[str, Converged], fail_on_unprocessed: bool = True) -> str:
    return result_of(by_region, fail_on_unprocessed).get("msg", "")


def test_a_task_that_can_be_done_answers_for_itself() -> None:
    def task(params: Any, info: ConnectionInfo, mode: Mode) -> dict[str, Any]:
        return {"changed": True, "seen": [params["name"], info.region, info.endpoint_url, mode.check]}

    found = answer(
        task, {"name": "value"}, lambda: [REGION, "http://127.0.0.1:1", {}], Mode(check=True, diff=False), ["rows"]
    )
    assert found == {"changed": True, "seen": ["value", REGION, "http://127.0.0.1:1", True]}


def test_a_task_with_options_that_cannot_be_used_fails_with_all_result_keys() -> None:
    def task(_params: Any, _info: ConnectionInfo, _mode: Mode) -> dict[str, Any]:
        raise InvalidInput("account_ids: wrong")

    found = answer(task, {}, lambda: [REGION, None, {}], RUN, account_keys(LISTS))
    assert found == {
        "msg": "account_ids: wrong",
        "changed": False,
        "invited_accounts": [],
        "unchanged_accounts": [],
        "unprocessed_accounts": [],
        "failed_regions": [],
    }


@pytest.mark.parametrize("number", [0, 1, 30, 3600])
def test_wait_timeout(number: int) -> None:
    assert checked_wait_timeout(number) == number


def test_a_negative_wait_timeout_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^wait_timeout: -1 is less than 0\."):
        checked_wait_timeout(-1)


def test_nothing_requested_is_an_empty_result() -> None:
    assert result_of({}, mode=DIFF) == {
        "changed": False,
        **{key: [] for key in account_keys(LISTS)},
        "diff": {"before": {}, "after": {}},
    }


def test_rows_of_accounts() -> None:
    times = {"invited_at": "2026-01-31T08:15:30+00:00", "updated_at": "2026-01-31T08:15:31+00:00"}
    after = member("Invited", email="security@example.com", **times)
    outcomes = [Outcome(ACCOUNT, member("Created"), after, "invited", changed=True), UNCHANGED, unprocessed()]
    result = result_of({REGION: Converged(outcomes)}, fail_on_unprocessed=False)
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
    outcome = Outcome(ACCOUNT, None, None, "unprocessed", reason="not_a_member", processing_result="Add it.")
    rows = result_of({REGION: Converged([outcome])})["unprocessed_accounts"]
    assert rows[0]["member_status"] is None


def test_rows_come_region_by_region_account_by_account() -> None:
    regions = ["eu-west-3", "eu-central-1"]
    outcomes = [Outcome(each, member("Created", each), member("Invited", each), "invited") for each in accounts(3)]
    rows = result_of({region: Converged(outcomes) for region in regions})["invited_accounts"]
    wanted = [(region, account_id) for region in regions for account_id in accounts(3)]
    assert [(row["region"], row["account_id"]) for row in rows] == wanted


@pytest.mark.parametrize(
    ("outcomes", "changed"),
    [([UNCHANGED], False), ([INVITED], True), ([UNCHANGED, INVITED], True), ([unprocessed()], False)],
)
def test_changed(outcomes: list[Outcome], changed: bool) -> None:
    result = result_of({"eu-west-3": Converged([UNCHANGED]), REGION: Converged(outcomes)})
    assert result["changed"] == changed


def test_diff_shows_all_requested_accounts_that_were_seen() -> None:
    never, unseen = accounts(2)
    outcomes = [
        INVITED,
        Outcome(never, None, None, "unprocessed", reason="not_a_member"),
        Outcome(unseen, None, None, "unprocessed", reason="not_attempted", seen=False),
    ]
    by_region = {REGION: Converged(outcomes), "eu-central-1": Converged([UNCHANGED])}
    assert result_of(by_region, mode=DIFF)["diff"] == {
        "before": {REGION: {ACCOUNT: "Created", never: None}, "eu-central-1": {ACCOUNT: "Enabled"}},
        "after": {REGION: {ACCOUNT: "Invited", never: None}, "eu-central-1": {ACCOUNT: "Enabled"}},
    }


def test_no_message_where_all_went_well() -> None:
    assert message_of({REGION: Converged([INVITED, UNCHANGED])}) == ""


def test_unprocessed_accounts_are_no_failure_where_they_may_be() -> None:
    assert message_of({REGION: Converged([unprocessed()])}, fail_on_unprocessed=False) == ""


def test_the_message_names_accounts_with_reason() -> None:
    by_region = {REGION: Converged([INVITED, unprocessed(), UNCHANGED])}
    assert message_of(by_region) == f"1 of 3 accounts not invited: {ACCOUNT} in eu-west-1: removed (It was removed.)."


def test_the_message_counts_accounts_in_all_regions() -> None:
    message = message_of({"eu-west-3": Converged([UNCHANGED]), REGION: Converged([unprocessed()])})
    assert message.startswith(f"1 of 2 not invited (1 account in 2 Regions): {ACCOUNT} in eu-west-1: removed (")


def test_the_message_counts_accounts_and_regions_apart() -> None:
    outcomes = [unprocessed(each) for each in accounts(3)]
    message = message_of({"eu-west-3": Converged([UNCHANGED, *outcomes[1:]]), REGION: Converged(outcomes)})
    assert message.startswith("5 of 6 not invited (4 accounts in 2 Regions): ")


@pytest.mark.parametrize(("number", "named", "more"), [(10, 10, False), (11, 10, True), (500, 10, True)])
def test_the_message_names_the_first_ten(number: int, named: int, more: bool) -> None:
    message = message_of({REGION: Converged([unprocessed(each) for each in accounts(number)])})
    assert message.startswith(f"{number} of {number} accounts not invited: ")
    assert [each for each in accounts(number) if each in message] == accounts(named)
    assert ("see unprocessed_accounts for all" in message) == more


def test_accounts_that_only_wait_for_their_region_come_last_and_without_its_words() -> None:
    waiting = unprocessed(accounts(1)[0], "not_attempted", "InviteMembers failed")
    assert message_of({REGION: Converged([waiting, unprocessed()])}) == (
        f"2 of 2 accounts not invited: {ACCOUNT} in eu-west-1: removed (It was removed.); "
        f"{accounts(1)[0]} in eu-west-1: not_attempted."
    )


@pytest.mark.parametrize("fail_on_unprocessed", [True, False])
def test_a_region_that_fails_always_fails_the_task(fail_on_unprocessed: bool) -> None:
    by_region = {"eu-west-3": Converged([INVITED]), REGION: Converged([unprocessed(reason="not_attempted")], failure())}
    result = result_of(by_region, fail_on_unprocessed)
    assert result["msg"].startswith("1 of 2 Regions failed. InviteMembers by 999988887777 failed in eu-west-1 with ")
    assert ("1 of 2 not invited (1 account in 2 Regions)" in result["msg"]) == fail_on_unprocessed
    assert [row["account_id"] for row in result["invited_accounts"]] == [ACCOUNT]
    assert [(row["region"], row["error_code"]) for row in result["failed_regions"]] == [(REGION, "InternalException")]
    assert result["failed_regions"][0]["msg"] in result["msg"]


def test_every_region_that_fails_is_in_the_message() -> None:
    rows = failed_regions(
        {"eu-west-3": failure(region="eu-west-3"), "eu-west-2": None, REGION: failure()}, lambda _region: None
    )
    assert [row["region"] for row in rows] == ["eu-west-3", REGION]
    assert "failed in eu-west-3 with" in rows[0]["msg"]
    assert "failed in eu-west-1 with" in rows[1]["msg"]


SAID = {
    "Security Hub is off in 999988887777 in eu-west-1: turn it on with multiaccount.aws.securityhub_hub.": (
        failure("InvalidAccessException", "Account 999988887777 is not subscribed to AWS Security Hub"),
        None,
    ),
    "Security Hub is off in 111122223333 in eu-west-1: turn it on with multiaccount.aws.securityhub_hub.": (
        failure("InvalidAccessException", "Account is not subscribed to AWS Security Hub"),
        ACCOUNT,
    ),
    "Security Hub is off in eu-west-1: turn it on with multiaccount.aws.securityhub_hub.": (
        failure("InvalidAccessException", "Account is not subscribed to AWS Security Hub"),
        None,
    ),
    "InviteMembers failed in eu-west-1 with AnyCode: Any words. Mend this and run again; what is done stays done.": (
        failure("AnyCode", "Any words."),
        None,
    ),
    "InviteMembers of 111122223333 by 999988887777 failed in eu-west-1 with InternalException: Internal error. "
    "The service or the connection kept failing: run again; what is done stays done.": (
        failure(account_ids=[ACCOUNT], in_doubt=True),
        ADMINISTRATOR,
    ),
    "InviteMembers of 000000000001 and 2 more failed in eu-west-1 with TooManyRequestsException: Rate exceeded. "
    "The service kept throttling: run again later; what is done stays done.": (
        failure("TooManyRequestsException", "Rate exceeded", account_ids=accounts(3), throttled=True),
        None,
    ),
}


@pytest.mark.parametrize(("message", "failed", "account_id"), [(said, *of_what) for said, of_what in SAID.items()])
def test_what_is_said_of_a_failure(message: str, failed: AwsFailure, account_id: str | None) -> None:
    assert explain(failed, account_id) == message


@pytest.mark.parametrize(
    ("failed", "words"),
    [
        *((failure(code), "Check the credentials, and whether the Region eu-west-1 is enabled") for code in (
            "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch"
        )),
        *((failure(code), "Get new credentials") for code in ("ExpiredToken", "ExpiredTokenException")),
        (failure("AccessDeniedException", operation="GetMembers"), "Allow securityhub:GetMembers in the caller's IAM"),
        (failure("AccessDenied"), "look for an SCP that denies it"),
        (failure("AccessDenied", "x is not authorized to perform: sts:AssumeRole on y"), "Allow sts:AssumeRole in"),
        (
            failure("AccessDeniedException", "x is not authorized to perform: iam:CreateServiceLinkedRole on y"),
            "Allow iam:CreateServiceLinkedRole in",
        ),
        (failure("InvalidAccessException", "No.", operation="AcceptAdministratorInvitation"), "Mend this and run"),
        (failure("LimitExceededException", throttled=True), "a quota is used up"),
        (failure("ThrottlingException", throttled=True), "kept throttling"),
        (failure("ConnectTimeoutError", unsent=True), "No connection: check the Region, endpoint_url, proxy"),
        (failure("ReadTimeoutError", in_doubt=True), "kept failing: run again"),
        (failure("InvalidAccessException", "not an administrator for this organization"), "the Security Hub administr"),
        (failure("InvalidInputException"), "Mend this and run again"),
    ],
)  # fmt: skip
def test_what_to_do_next(failed: AwsFailure, words: str) -> None:
    assert words in explain(failed)


@pytest.mark.parametrize(
    ("failed", "asked"),
    [
        (failure("TooManyRequestsException", "Rate exceeded", throttled=True), True),
        (Obstacle("no_invitation", "There is no invitation."), True),
        (failure("AccessDeniedException", f"User: arn:aws:iam::{ACCOUNT}:user/x is not authorized"), False),
        (failure("ExpiredTokenException", "The security token included in the request is expired"), False),
        (failure("UnrecognizedClientException", "The security token included in the request is invalid."), False),
        (failure("ConnectTimeoutError", "Connect timeout", unsent=True), False),
    ],
)
def test_who_calls_is_only_asked_where_nothing_else_tells_it(failed: AwsFailure | Obstacle, asked: bool) -> None:
    calls = []

    def caller(region: str) -> str:
        calls.append(region)
        return ADMINISTRATOR

    (row,) = failed_regions({REGION: failed}, caller)
    assert calls == ([REGION] if asked else [])
    assert (ADMINISTRATOR in row["msg"]) == asked


@pytest.mark.parametrize(
    ("others", "asked"),
    [
        ({"eu-west-3": None}, ["eu-west-3"]),
        ({"eu-west-3": failure("ExpiredToken"), "eu-west-2": None, "eu-north-1": None}, ["eu-west-2"]),
        ({"eu-west-3": failure("AccessDeniedException", f"User: arn:aws:iam::{ADMINISTRATOR}:user/x may not")}, []),
    ],
)
def test_who_calls_is_told_by_the_other_regions(others: dict[str, AwsFailure | None], asked: list[str]) -> None:
    calls = []

    def caller(region: str) -> str:
        calls.append(region)
        return ADMINISTRATOR

    rows = failed_regions({REGION: failure("UnrecognizedClientException", "The token is invalid."), **others}, caller)
    assert f"by {ADMINISTRATOR} failed in {REGION}" in rows[0]["msg"]
    assert calls == asked


def test_the_account_of_the_failure_counts_more_than_the_one_that_is_known() -> None:
    assert f"by {ACCOUNT} failed" in explain(
        failure(text=f"User: arn:aws:iam::{ACCOUNT}:user/x may not"), ADMINISTRATOR
    )
