# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failed call means, by its code and its message."""

from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub import errors
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    NO_REASON,
    PreconditionFailed,
    RegionResult,
    SecurityHubError,
    is_already_done_message,
    is_caller_a_member_message,
    is_not_found_message,
    is_own_account_message,
    is_transient_message,
    printable,
)


def test_codes_that_playbooks_compare_with() -> None:
    assert errors.UNPROCESSED_ACCOUNTS == "UnprocessedAccounts"
    assert NO_REASON == "The service gave no reason."


NO_SUCH_RESOURCE = "The request is rejected since no such resource found."


@pytest.mark.parametrize(
    ("code", "text", "is_not_found"),
    [
        ("ResourceNotFoundException", "anything", True),
        ("AccessDeniedException", NO_SUCH_RESOURCE, True),
        ("BadRequestException", NO_SUCH_RESOURCE, True),
        ("BadRequestException", NO_SUCH_RESOURCE.upper(), True),
        ("AccessDeniedException", "User: someone is not authorized to perform: securityhub:GetMembers", False),
        ("BadRequestException", "The request is malformed.", False),
        ("InvalidInputException", NO_SUCH_RESOURCE, False),
        ("InternalException", "Internal error", False),
    ],
)
def test_what_says_that_there_is_no_such_member(code: str, text: str, is_not_found: bool) -> None:
    assert SecurityHubError(code, text, "GetMembers", "eu-west-1").is_not_found == is_not_found


@pytest.mark.parametrize(
    ("code", "text", "is_stale"),
    [
        ("ResourceNotFoundException", "anything", True),
        ("BadRequestException", NO_SUCH_RESOURCE, True),
        ("ResourceConflictException", "anything", True),
        ("InvalidInputException", "anything", False),
        ("InternalException", "anything", False),
    ],
)
def test_what_says_that_the_state_is_another_by_now(code: str, text: str, is_stale: bool) -> None:
    assert SecurityHubError(code, text, "InviteMembers", "eu-west-1").is_stale == is_stale


@pytest.mark.parametrize("code", ["LimitExceededException", "InvalidInputException"])
@pytest.mark.parametrize(
    ("operation", "text", "is_stale"),
    [
        ("CreateFindingAggregator", "A finding aggregator already exists", True),
        ("CreateFindingAggregator", "Rate exceeded", False),
        ("UpdateFindingAggregator", "A finding aggregator already exists", False),
    ],
)
def test_is_stale_second_aggregator_whatever_its_code(code: str, operation: str, text: str, is_stale: bool) -> None:
    assert SecurityHubError(code, text, operation, "eu-west-1").is_stale == is_stale


@pytest.mark.parametrize(
    ("text", "account_id"),
    [
        ("Account 111122223333 is not subscribed to AWS Security Hub", "111122223333"),
        ("User: arn:aws:iam::012345670123:user/hub is not authorized", "012345670123"),
        ("Request 1111222233334 was refused", None),
        ("Rate exceeded", None),
    ],
)
def test_the_account_that_a_failure_names(text: str, account_id: str | None) -> None:
    assert SecurityHubError("Any", text, "GetMembers", "eu-west-1").caller_account_id == account_id


def test_a_password_in_an_address_is_not_repeated() -> None:
    text = 'Could not connect to the endpoint URL: "https://user:secret@proxy.example/members/get"'
    failure = SecurityHubError("EndpointConnectionError", text, "GetMembers", "eu-west-1")
    assert "https://***@proxy.example/members/get" in failure.text
    assert "secret" not in failure.text + str(failure)


@pytest.mark.parametrize(
    ("words", "already", "not_there"),
    [
        (
            "... because the current account has already invited or is already the SecurityHub master of ...",
            True,
            False,
        ),
        ("... because the given account ID is already a member or associated member of the current ...", True, False),
        ("... the given account ID is already an associated member of another master account.", False, False),
        ("The request is rejected since no such resource found.", False, True),
        ("The request is rejected.", False, False),
    ],
)
def test_what_words_say(words: str, already: bool, not_there: bool) -> None:
    assert (is_already_done_message(words), is_not_found_message(words)) == (already, not_there)


def refusal(code: str, text: str, status: int = 400, throttled: bool = False) -> SecurityHubError:
    return SecurityHubError(code, text, "InviteMembers", "eu-west-1", status=status, throttled=throttled)


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_empty_message_reads_as_no_reason(text: str) -> None:
    failed = refusal("BadRequestException", text)
    assert failed.text == NO_REASON
    assert failed.is_transient
    assert str(failed) == f"InviteMembers failed in eu-west-1: BadRequestException: {NO_REASON}"


@pytest.mark.parametrize(
    ("message", "transient"),
    [
        (NO_REASON, True),
        ("Internal error", True),
        ("internal server error", True),
        ("Please try again later.", True),
        ("Please try later.", True),
        ("Another operation is in progress.", True),
        ("The standard is PENDING and can't be changed.", True),
        ("The account has a pending invitation.", False),
        ("Rate exceeded", True),
        ("The request timed out", True),
        ("The service is temporarily unavailable", True),
        ("The request is rejected.", False),
        (NO_SUCH_RESOURCE, False),
        ("Internal users are not supported", False),
    ],
)
def test_message_is_transient(message: str, transient: bool) -> None:
    assert is_transient_message(message) == transient


# the code, the message, the HTTP status, whether it may pass, whether one account may be the cause
@pytest.mark.parametrize(
    ("code", "text", "status", "transient", "refuses_request"),
    [
        ("BadRequestException", "Internal error", 400, True, False),
        ("InvalidInputException", "The account is invalid.", 400, False, True),
        ("ResourceNotFoundException", "anything", 404, False, True),
        ("ResourceConflictException", "anything", 409, False, True),
        ("AccessDeniedException", NO_SUCH_RESOURCE, 403, False, True),
        ("AccessDeniedException", "User: someone is not authorized", 403, False, False),
        ("AccessDeniedException", "The service is unavailable to you", 403, False, False),
        ("ExpiredTokenException", "", 403, False, False),
        ("UnrecognizedClientException", "The token is invalid.", 403, False, False),
        ("InvalidAccessException", "Account 111122223333 is not subscribed", 401, False, False),
        ("InternalException", "Internal error", 500, False, False),
        ("ConnectTimeoutError", "timed out", 0, False, False),
    ],
)
def test_refusal_of_a_request(code: str, text: str, status: int, transient: bool, refuses_request: bool) -> None:
    failed = refusal(code, text, status)
    assert (failed.is_transient, failed.refuses_request) == (transient, refuses_request)


@pytest.mark.parametrize(("text", "passes"), [("Please try later.", True), ("The request is rejected.", False)])
def test_account_that_is_named_with_a_passing_reason_may_be_sent_again(text: str, passes: bool) -> None:
    failed = refusal("UnprocessedAccounts", text, 0)
    assert (failed.is_transient, failed.is_retryable, failed.refuses_request) == (passes, passes, False)


@pytest.mark.parametrize(
    "code",
    [
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "TokenRefreshRequired",
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "InvalidAccessException",
        "OptInRequired",
    ],
)
def test_refusal_of_the_caller_is_not_about_one_account(code: str) -> None:
    failed = refusal(code, "The request was refused. Try again.", 403)
    assert (failed.refuses_request, failed.is_retryable) == (False, False)


def test_precondition_has_a_code_and_a_text() -> None:
    failed = PreconditionFailed("no_invitation", "There is no invitation.")
    assert (failed.error_code, str(failed)) == ("no_invitation", "There is no invitation.")


def test_precondition_worded_names_the_account_and_keeps_braces_of_parts() -> None:
    failed = PreconditionFailed(
        "no_invitation", "{account} has the status {status} in {region}.", status="{x}", region="r"
    )
    assert str(failed) == "The account has the status {x} in r."
    assert failed.worded(account="Account 7") == "Account 7 has the status {x} in r."


def test_failure_without_a_response_has_no_status() -> None:
    failed = SecurityHubError("ConnectTimeoutError", "Timed out.", "GetMembers", "eu-west-1")
    assert (failed.status, failed.account_ids) == (0, ())
    assert (failed.throttled, failed.unsent, failed.in_doubt) == (False, False, False)


@pytest.mark.parametrize(("code", "names"), [("UnprocessedAccounts", True), ("InvalidInputException", False)])
def test_failure_that_names_accounts(code: str, names: bool) -> None:
    assert refusal(code, "The request is rejected.", 0).names_accounts == names


@pytest.mark.parametrize(
    ("code", "text", "disabled"),
    [
        ("InvalidAccessException", "Account 111122223333 is not subscribed to AWS Security Hub", True),
        ("InvalidAccessException", "Account 111122223333 is not an administrator for this organization", False),
        ("InvalidInputException", "Account 111122223333 is not subscribed to AWS Security Hub", False),
    ],
)
def test_hub_is_disabled(code: str, text: str, disabled: bool) -> None:
    assert refusal(code, text, 401).hub_is_disabled == disabled


def test_throttling_is_retried_but_is_no_transient_refusal() -> None:
    failed = refusal("TooManyRequestsException", "Rate exceeded", 429, throttled=True)
    assert (failed.is_retryable, failed.is_transient, failed.refuses_request) == (True, False, False)


@pytest.mark.parametrize(
    ("message", "own_account", "caller_is_member"),
    [
        ("The request is rejected because the current account cannot invite itself.", True, False),
        ("The request is rejected because an account cannot become a member of itself.", True, False),
        ("... cannot invite other accounts since it is already a member of another master account.", False, True),
        ("... is already an associated member of another master account.", False, False),
    ],
)
def test_message_about_the_caller(message: str, own_account: bool, caller_is_member: bool) -> None:
    assert (is_own_account_message(message), is_caller_a_member_message(message)) == (own_account, caller_is_member)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("User: x is not authorized to perform: iam:CreateServiceLinkedRole on y", "iam:CreateServiceLinkedRole"),
        ("You are not authorized to perform this operation.", "securityhub:InviteMembers"),
        ("Access denied", None),
        ("You don't have permissions to do that.", None),
        ("Account 111122223333 is managed by a configuration policy", None),
    ],
)
def test_denied_action(text: str, action: str | None) -> None:
    assert refusal("AccessDeniedException", text, 403).denied_action == action


@pytest.mark.parametrize(
    ("operation", "service"), [("DescribeRegions", "ec2"), ("DescribeConfigurationRecorderStatus", "config")]
)
def test_denied_action_of_a_call_to_another_service(operation: str, service: str) -> None:
    text = "You are not authorized to perform this operation."
    denied = SecurityHubError("UnauthorizedOperation", text, operation, "eu-west-1")
    assert denied.denied_action == f"{service}:{operation}"


@pytest.mark.parametrize(
    ("code", "text", "is_denied"),
    [
        ("AccessDeniedException", "... with an explicit deny in a service control policy", True),
        ("AccessDeniedException", "... because no identity-based policy allows it", False),
        ("InvalidInputException", "... with an explicit deny in a service control policy", False),
    ],
)
def test_is_denied_by_organization_by_code_and_message(code: str, text: str, is_denied: bool) -> None:
    assert refusal(code, text, 403).is_denied_by_organization is is_denied


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("plain \u00e9\u4e2d words", "plain \u00e9\u4e2d words"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;a title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bcreset", "reset"),
        ("two\r\nlines\x08\x00", "two lines"),
        ("\x85next", "next"),
    ],
)
def test_printable(text: str, clean: str) -> None:
    assert printable(text) == clean


def test_message_of_the_service_reaches_no_terminal_as_an_escape_sequence() -> None:
    failed = refusal("AccessDeniedException", "\x1b[2Jno\x07", 403)
    assert (failed.text, "\x1b" in str(failed)) == ("no", False)


@pytest.mark.parametrize(
    ("code", "text", "is_off"),
    [
        ("RequestExpired", "", True),
        ("RequestTimeTooSkewed", "", True),
        ("RequestInTheFuture", "", True),
        ("InvalidSignatureException", "Signature expired: 20261201T060000Z is now earlier than ...", True),
        ("AuthFailure", "The request signature has expired.", True),
        ("InvalidSignatureException", "Signature not yet current: 20261201T060000Z is still later than ...", True),
        ("InvalidSignatureException", "The request signature we calculated does not match", False),
        ("ExpiredTokenException", "The security token included in the request is expired", False),
    ],
)
def test_clock_is_off_of_a_refused_time(code: str, text: str, is_off: bool) -> None:
    assert SecurityHubError(code, text, "GetMembers", "eu-west-1").clock_is_off is is_off


def test_check_clock_names_clock_and_credentials() -> None:
    assert errors.CHECK_CLOCK.startswith("Check the clock of the machine that runs the task")
    assert "whether the credentials have expired" in errors.CHECK_CLOCK


@pytest.mark.parametrize(
    ("text", "is_managed"),
    [
        ("This standard is managed by a Configuration Policy", True),
        ("Account id 111122223333 is not authorized to perform this operation", True),
        (
            "User: arn:aws:iam::111122223333:user/hub is not authorized to perform: securityhub:UpdateSecurityControl",
            False,
        ),
        ("Rate exceeded", False),
    ],
)
def test_is_managed_centrally_of_a_refusal(text: str, is_managed: bool) -> None:
    assert (
        SecurityHubError("AccessDeniedException", text, "UpdateSecurityControl", "eu-west-1").is_managed_centrally
        is is_managed
    )


def test_precondition_next_step_is_kept() -> None:
    assert PreconditionFailed("code", "Text.", next_step="Do this.").next_step == "Do this."
    assert PreconditionFailed("code", "Text.").next_step is None


def test_region_results_of_other_callers_are_equal() -> None:
    assert RegionResult(1, account_id=lambda: "111122223333") == RegionResult(1)
    assert RegionResult(1).account_id() is None
