# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failed call means, by its code and its message."""

from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    NO_REASON,
    SecurityHubError,
    is_already_done_message,
    is_caller_a_member_message,
    is_not_found_message,
    is_own_account_message,
    is_transient_message,
)

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
        ("Access denied", "securityhub:InviteMembers"),
    ],
)
def test_denied_action(text: str, action: str) -> None:
    assert refusal("AccessDeniedException", text, 403).denied_action == action
