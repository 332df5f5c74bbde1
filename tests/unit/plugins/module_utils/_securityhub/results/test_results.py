# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module, and the results and messages that all modules share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    InvalidInput,
    PreconditionFailed,
    RegionResult,
    SecurityHubError,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.reasons import REASONS
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import (
    explain,
    region_message,
    role_message,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.rows import (
    failed_regions,
    with_failed_accounts,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, module_result
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION, accounts

ACCOUNT = "111122223333"
RUN = RunMode(check=False, diff=False)


def failure(
    code: str = "InternalException", text: str = "Internal error", region: str = REGION, **more: Any
) -> SecurityHubError:
    return SecurityHubError(code, text, more.pop("operation", "InviteMembers"), region, **more)


def test_a_task_that_can_be_done_answers_for_itself() -> None:
    def task(params: Any, info: ConnectionInfo, mode: RunMode) -> dict[str, Any]:
        return {"changed": True, "seen": [params["name"], info.region, info.endpoint_url, mode.check]}

    found = module_result(
        task, {"name": "value"}, lambda: [REGION, "http://127.0.0.1:1", {}], RunMode(check=True, diff=False), ["rows"]
    )
    assert found == {"changed": True, "seen": ["value", REGION, "http://127.0.0.1:1", True]}


def test_a_task_with_options_that_cannot_be_used_fails_with_all_result_keys() -> None:
    def task(_params: Any, _info: ConnectionInfo, _mode: RunMode) -> dict[str, Any]:
        raise InvalidInput("account_ids: wrong")

    found = module_result(task, {}, lambda: [REGION, None, {}], RUN, ["rows", "failed_regions"])
    assert found == {
        "msg": "account_ids: wrong",
        "changed": False,
        "rows": [],
        "failed_regions": [],
    }


def results(
    errors: Mapping[str, SecurityHubError | PreconditionFailed | None],
    caller: Callable[[str], str | None] = lambda _region: None,
) -> dict[str, RegionResult[None]]:
    """What came of Regions, of which a function knows who called."""
    return {region: RegionResult(None, error, partial(caller, region)) for region, error in errors.items()}


def test_every_region_that_fails_is_in_the_message() -> None:
    rows = failed_regions(results({"eu-west-3": failure(region="eu-west-3"), "eu-west-2": None, REGION: failure()}))
    assert [row["region"] for row in rows] == ["eu-west-3", REGION]
    assert "failed in eu-west-3 with" in rows[0]["msg"]
    assert "failed in eu-west-1 with" in rows[1]["msg"]


SAID = {
    "Security Hub is not enabled in account 999988887777 in eu-west-1. "
    "Enable it with multiaccount.aws.securityhub_hub.": (
        failure("InvalidAccessException", "Account 999988887777 is not subscribed to AWS Security Hub"),
        None,
    ),
    "Security Hub is not enabled in account 111122223333 in eu-west-1. "
    "Enable it with multiaccount.aws.securityhub_hub.": (
        failure("InvalidAccessException", "Account is not subscribed to AWS Security Hub"),
        ACCOUNT,
    ),
    "Security Hub is not enabled in eu-west-1. Enable it with multiaccount.aws.securityhub_hub.": (
        failure("InvalidAccessException", "Account is not subscribed to AWS Security Hub"),
        None,
    ),
    "InviteMembers failed in eu-west-1 with AnyCode: Any words. "
    "Fix the cause and run the task again; completed changes are kept.": (
        failure("AnyCode", "Any words."),
        None,
    ),
    "InviteMembers for account 111122223333, called by account 999988887777, failed in eu-west-1 with "
    "InternalException: Internal error. The service or the connection kept failing. "
    "Run the task again; completed changes are kept.": (
        failure(account_ids=[ACCOUNT], in_doubt=True),
        ADMINISTRATOR,
    ),
    "InviteMembers for account 000000000001 and 2 more failed in eu-west-1 with TooManyRequestsException: "
    "Rate exceeded. The service kept throttling. Run the task again later; completed changes are kept.": (
        failure("TooManyRequestsException", "Rate exceeded", account_ids=accounts(3), throttled=True),
        None,
    ),
}


@pytest.mark.parametrize(("message", "failed", "account_id"), [(said, *of_what) for said, of_what in SAID.items()])
def test_what_is_said_of_a_failure(message: str, failed: SecurityHubError, account_id: str | None) -> None:
    assert explain(failed, account_id) == message


@pytest.mark.parametrize(
    ("failed", "words"),
    [
        *((failure(code), "Check the credentials, and whether the Region eu-west-1 is enabled") for code in (
            "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch"
        )),
        *((failure(code), "Get new credentials") for code in ("ExpiredToken", "ExpiredTokenException")),
        (failure("AccessDenied", "x is not authorized to perform: sts:AssumeRole"), "check for an SCP that denies it"),
        (failure("AccessDenied", "You don't have permissions."), "Check that this is the right account, and that no"),
        (
            failure("AccessDeniedException", "The account is managed by a configuration policy"),
            "Change the policy in the organization's delegated administrator account, or make this account",
        ),
        (failure("AccessDenied", "x is not authorized to perform: sts:AssumeRole on y"), "Allow sts:AssumeRole in"),
        (
            failure("AccessDeniedException", "x is not authorized to perform: iam:CreateServiceLinkedRole on y"),
            "Allow iam:CreateServiceLinkedRole in",
        ),
        (failure("InvalidAccessException", "No.", operation="AcceptAdministratorInvitation"), "Fix the cause and run"),
        (failure("LimitExceededException", throttled=True), "a quota (1,000 open invitations"),
        (failure("ThrottlingException", throttled=True), "kept throttling"),
        (failure("ConnectTimeoutError", unsent=True), "Check the Region, endpoint_url (AWS_URL), aws_ca"),
        (failure("SSLError", "certificate verify failed"), "Check endpoint_url (AWS_URL), aws_ca_bundle (AWS_CA"),
        (failure("BadRequestException", "", status=400), "The service gave no reason. The service or the connection"),
        (failure("ReadTimeoutError", in_doubt=True), "kept failing. Run the task again"),
        (failure("InvalidAccessException", "not an administrator for this organization"), "the Security Hub administr"),
        (failure("InvalidInputException"), "Fix the cause and run the task again"),
    ],
)  # fmt: skip
def test_what_to_do_next(failed: SecurityHubError, words: str) -> None:
    assert words in explain(failed)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("InvalidSignatureException", "Signature expired: 20231201T000000Z is now earlier than 20261130T235500Z"),
        ("SignatureDoesNotMatch", "Signature not yet current: 20291201T000000Z is still later than 20261201T000500Z"),
        ("RequestExpired", "Request has expired."),
        ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
    ],
)
def test_explain_clock_that_is_off_says_to_check_it(code: str, text: str) -> None:
    error = failure(code, text)
    assert "Check the clock of the machine that runs the task" in explain(error)
    assert "Check the clock" in role_message(ACCOUNT, error)
    assert "Check the clock" not in explain(failure("SignatureDoesNotMatch", "The signature does not match."))


@pytest.mark.parametrize(
    ("failed", "asked"),
    [
        (failure("TooManyRequestsException", "Rate exceeded", throttled=True), True),
        (PreconditionFailed("no_invitation", "{account} has no invitation."), True),
        (failure("AccessDeniedException", f"User: arn:aws:iam::{ACCOUNT}:user/x is not authorized"), False),
        (failure("ExpiredTokenException", "The security token included in the request is expired"), False),
        (failure("UnrecognizedClientException", "The security token included in the request is invalid."), False),
        (failure("ConnectTimeoutError", "Connect timeout", unsent=True), False),
    ],
)
def test_who_calls_is_only_asked_where_nothing_else_tells_it(
    failed: SecurityHubError | PreconditionFailed, asked: bool
) -> None:
    calls = []

    def caller(region: str) -> str:
        calls.append(region)
        return ADMINISTRATOR

    (row,) = failed_regions(results({REGION: failed}, caller))
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
def test_who_calls_is_told_by_the_other_regions(others: dict[str, SecurityHubError | None], asked: list[str]) -> None:
    calls = []

    def caller(region: str) -> str:
        calls.append(region)
        return ADMINISTRATOR

    errors = {REGION: failure("UnrecognizedClientException", "The token is invalid."), **others}
    rows = failed_regions(results(errors, caller))
    assert f"called by account {ADMINISTRATOR}, failed in {REGION}" in rows[0]["msg"]
    assert calls == asked


def test_the_account_of_the_failure_counts_more_than_the_one_that_is_known() -> None:
    assert f"called by account {ACCOUNT}, failed" in explain(
        failure(text=f"User: arn:aws:iam::{ACCOUNT}:user/x may not"), ADMINISTRATOR
    )


def test_explain_precondition_names_the_account_and_the_next_step() -> None:
    failed = PreconditionFailed("caller_is_member", "{account} is itself a member.", account="The calling account")
    step = REASONS["caller_is_member"].module_step
    assert explain(failed, ACCOUNT) == f"Account {ACCOUNT} is itself a member. {step}"
    assert explain(failed) == f"The calling account is itself a member. {step}"


def test_iam_advice_only_where_iam_denied() -> None:
    for text in ("You don't have permissions.", "The account is managed by a configuration policy"):
        assert "IAM policy" not in explain(failure("AccessDeniedException", text, status=403))


def test_equal_failures_of_several_regions_are_told_once() -> None:
    regions = ["eu-west-1", "eu-west-2", "eu-west-3"]
    errors = {region: failure("ExpiredToken", "It is expired.", region) for region in regions}
    other = {"eu-south-1": failure("AnyCode", "Any words.", "eu-south-1"), "eu-south-2": None}
    rows = failed_regions(results({**errors, **other}))
    count, expired, last = region_message(rows, 5)
    assert count == "4 of 5 Regions failed."
    assert expired.startswith(
        "eu-west-1, eu-west-2 and eu-west-3: For example: InviteMembers failed in eu-west-1 with ExpiredToken: It is"
    )
    assert last.startswith("InviteMembers failed in eu-south-1 with AnyCode: Any words. Fix the cause")


def test_profile_with_keys_is_refused_with_the_lists_of_the_module() -> None:
    def function(_params: Any, _info: ConnectionInfo, _mode: RunMode) -> dict[str, Any]:
        pytest.fail("options that can't be used are refused first")

    params = {"profile": "security", "access_key": "of-environment"}
    found = module_result(function, params, lambda: [REGION, None, {}], RUN, ["rows", "failed_regions"])
    assert found["msg"].startswith("profile (AWS_PROFILE) and access_key (AWS_ACCESS_KEY_ID) are both set")
    assert (found["changed"], found["rows"], found["failed_regions"]) == (False, [], [])


def test_failed_accounts_say_the_same_sentence_once() -> None:
    errors = {each: failure("AccessDenied", f"may not take {each}", operation="AssumeRole") for each in accounts(12)}
    msg = with_failed_accounts({}, errors)["msg"]
    assert msg.startswith("The role of 12 accounts could not be assumed. 000000000001, 000000000002, ")
    assert "000000000010 and 2 more accounts: For example: AssumeRole for account 000000000001 failed in " in msg
    assert msg.count(REASONS["role_not_assumed"].module_step) == 1
