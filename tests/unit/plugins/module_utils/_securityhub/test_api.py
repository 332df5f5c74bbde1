# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls, checked against botocore's service model by its Stubber."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub import api, errors
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, accounts

NO_SUCH_RESOURCE = "The request is rejected since no such resource found."
ENDPOINT = {"endpoint_url": "https://securityhub.example"}


@pytest.fixture(name="client", scope="module")
def _client() -> Any:
    return boto3.client(
        "securityhub", region_name="eu-west-1", aws_access_key_id="unit-tests", aws_secret_access_key="no-secret-at-all"
    )


@pytest.fixture(name="stubber")
def _stubber(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def entry(account_id: str, status: str = "Created", **more: Any) -> dict[str, Any]:
    return {"AccountId": account_id, "MemberStatus": status, "AdministratorId": ADMINISTRATOR, **more}


def known(*account_ids: str) -> dict[str, Member | None]:
    return {account_id: Member(account_id, "Created", administrator_id=ADMINISTRATOR) for account_id in account_ids}


def get_members(
    stubber: Stubber, account_ids: list[str], members: list[dict[str, Any]], unprocessed: Sequence[str] = ()
) -> None:
    reply = {
        "Members": members,
        "UnprocessedAccounts": [{"AccountId": each, "ProcessingResult": NO_SUCH_RESOURCE} for each in unprocessed],
    }
    stubber.add_response("get_members", reply, {"AccountIds": account_ids})


def list_members(
    stubber: Stubber, members: list[dict[str, Any]], token: str | None = None, next_token: str | None = None
) -> None:
    parameters = {"OnlyAssociated": False, "MaxResults": 50, **({"NextToken": token} if token else {})}
    reply = {"Members": members, **({"NextToken": next_token} if next_token else {})}
    stubber.add_response("list_members", reply, parameters)


THROTTLED, IN_DOUBT, FINAL = "throttled", "in_doubt", ""


@pytest.mark.parametrize(
    ("code", "http_status", "kind"),
    [
        ("LimitExceededException", 429, THROTTLED),
        ("LimitExceededException", 400, THROTTLED),
        ("TooManyRequestsException", 429, THROTTLED),
        ("TooManyRequestsException", 400, THROTTLED),
        ("ThrottlingException", 429, THROTTLED),
        ("ThrottlingException", 400, THROTTLED),
        ("Throttling", 400, THROTTLED),
        ("RequestLimitExceeded", 503, THROTTLED),
        ("AnyCode", 429, THROTTLED),
        ("InternalException", 500, IN_DOUBT),
        ("InternalException", 400, IN_DOUBT),
        ("ServiceUnavailable", 503, IN_DOUBT),
        ("502", 502, IN_DOUBT),
        ("504", 504, IN_DOUBT),
        ("InvalidAccessException", 401, FINAL),
        ("AccessDeniedException", 403, FINAL),
        ("InvalidInputException", 400, FINAL),
        ("BadRequestException", 400, FINAL),
        ("ResourceNotFoundException", 404, FINAL),
        ("ResourceConflictException", 409, FINAL),
        ("UnrecognizedClientException", 403, FINAL),
        ("ExpiredTokenException", 403, FINAL),
    ],
)
def test_what_a_refusal_means(stubber: Stubber, code: str, http_status: int, kind: str) -> None:
    stubber.add_client_error("invite_members", code, "The service's words", http_status)
    with pytest.raises(errors.AwsFailure) as failed:
        api.invite_members(stubber.client, accounts(2))
    failure = failed.value
    assert (failure.throttled, failure.in_doubt, failure.unsent) == (kind == THROTTLED, kind == IN_DOUBT, False)
    assert failure.retryable == (kind != FINAL)
    assert (failure.error_code, failure.text) == (code, "The service's words")
    assert (failure.operation, failure.region, failure.account_ids) == (
        "InviteMembers",
        "eu-west-1",
        tuple(accounts(2)),
    )
    assert str(failure) == f"InviteMembers failed in eu-west-1: {code}: The service's words"


UNSENT = "unsent"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.ConnectTimeoutError(**ENDPOINT), UNSENT),
        (exceptions.EndpointConnectionError(**ENDPOINT), UNSENT),
        (exceptions.ProxyConnectionError(proxy_url="http://proxy.example"), UNSENT),
        (exceptions.ReadTimeoutError(**ENDPOINT), IN_DOUBT),
        (exceptions.ConnectionClosedError(**ENDPOINT), IN_DOUBT),
        (exceptions.HTTPClientError(error="broken pipe"), IN_DOUBT),
        (exceptions.SSLError(**ENDPOINT, error="certificate verify failed"), FINAL),
        (exceptions.NoCredentialsError(), FINAL),
        (exceptions.ParamValidationError(report="AccountIds"), FINAL),
    ],
)
def test_what_no_answer_means(client: Any, error: Exception, kind: str) -> None:
    def fail(**_event: Any) -> None:
        raise error

    client.meta.events.register("before-call.securityhub", fail)
    try:
        with pytest.raises(errors.AwsFailure) as failed:
            api.invite_members(client, accounts(1))
    finally:
        client.meta.events.unregister("before-call.securityhub", fail)
    failure = failed.value
    assert (failure.unsent, failure.in_doubt, failure.throttled) == (kind == UNSENT, kind == IN_DOUBT, False)
    assert failure.retryable == (kind != FINAL)
    assert (failure.error_code, failure.text) == (type(error).__name__, str(error))
    assert failure.region == "eu-west-1"


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
    assert errors.AwsFailure(code, text, "GetMembers", "eu-west-1").not_found == is_not_found


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
    assert errors.AwsFailure(code, text, "InviteMembers", "eu-west-1").stale == is_stale


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
    assert errors.AwsFailure("Any", text, "GetMembers", "eu-west-1").caller_account_id == account_id


@pytest.mark.parametrize(
    ("number", "sizes"), [(0, []), (1, [1]), (49, [49]), (50, [50]), (51, [50, 1]), (120, [50, 50, 20])]
)
def test_batches(number: int, sizes: list[int]) -> None:
    pieces = list(api.batches(accounts(number)))
    assert [len(piece) for piece in pieces] == sizes
    assert [account_id for piece in pieces for account_id in piece] == accounts(number)


def test_no_account_needs_no_call(stubber: Stubber) -> None:
    assert api.read_members(stubber.client, []) == api.Observation({})


def test_members_are_read_fifty_at_a_time(stubber: Stubber) -> None:
    wanted = accounts(51)
    get_members(stubber, wanted[:50], [entry(account_id) for account_id in reversed(wanted[:50])])
    get_members(stubber, wanted[50:], [entry(wanted[50])])
    observation = api.read_members(stubber.client, wanted)
    assert observation == api.Observation(known(*wanted))
    assert list(observation.members) == wanted


def test_an_account_that_is_named_as_unprocessed_is_no_member(stubber: Stubber) -> None:
    member, stranger, passed_over = accounts(3)
    get_members(stubber, [member, stranger, passed_over], [entry(member)], [stranger])
    seen = {**known(member), stranger: None, passed_over: None}
    assert api.read_members(stubber.client, [member, stranger, passed_over]) == api.Observation(seen)


def test_a_member_that_nobody_asked_for_is_left_out(stubber: Stubber) -> None:
    asked, other = accounts(2)
    get_members(stubber, [asked], [entry(asked), entry(other)])
    assert api.read_members(stubber.client, [asked]) == api.Observation(known(asked))


@pytest.mark.parametrize(
    ("code", "text", "http_status"),
    [
        ("ResourceNotFoundException", "Not found", 404),
        ("BadRequestException", NO_SUCH_RESOURCE, 400),
        ("AccessDeniedException", NO_SUCH_RESOURCE, 403),
    ],
)
def test_the_member_list_settles_what_a_not_found_leaves_open(
    stubber: Stubber, code: str, text: str, http_status: int
) -> None:
    wanted = accounts(60)
    elsewhere = "999900001111"
    get_members(stubber, wanted[:50], [entry(account_id) for account_id in wanted[:50]])
    stubber.add_client_error("get_members", code, text, http_status, expected_params={"AccountIds": wanted[50:]})
    list_members(stubber, [entry(account_id) for account_id in (elsewhere, *wanted[:49])], next_token="page-2")
    list_members(stubber, [entry(wanted[50], "REMOVED")], token="page-2")
    removed = Member(wanted[50], "Removed", administrator_id=ADMINISTRATOR)
    seen = {**known(*wanted[:49]), wanted[49]: None, wanted[50]: removed, **dict.fromkeys(wanted[51:])}
    assert api.read_members(stubber.client, wanted) == api.Observation(seen)


def test_what_was_read_before_a_failure_is_kept(stubber: Stubber) -> None:
    wanted = accounts(70)
    get_members(stubber, wanted[:50], [entry(account_id) for account_id in wanted[:50]])
    stubber.add_client_error("get_members", "AccessDeniedException", "User: x is not authorized", 403)
    observation = api.read_members(stubber.client, wanted)
    assert observation.members == known(*wanted[:50])
    assert observation.failure
    assert (observation.failure.operation, observation.failure.account_ids) == ("GetMembers", tuple(wanted[50:]))


def test_a_member_list_that_fails_leaves_the_accounts_unknown(stubber: Stubber) -> None:
    stubber.add_client_error("get_members", "ResourceNotFoundException", "Not found", 404)
    stubber.add_client_error("list_members", "AccessDeniedException", "User: x is not authorized", 403)
    observation = api.read_members(stubber.client, accounts(2))
    assert observation.members == {}
    assert observation.failure
    assert (observation.failure.operation, observation.failure.error_code) == ("ListMembers", "AccessDeniedException")


def test_the_whole_member_list_is_read_page_by_page(stubber: Stubber) -> None:
    first, second, third = accounts(3)
    list_members(stubber, [entry(first), entry(second, "Enabled")], next_token="page-2")
    list_members(stubber, [], token="page-2", next_token="page-3")
    list_members(stubber, [entry(third, "Resigned")], token="page-3")
    found = [(member.account_id, member.member_status) for member in api.list_members(stubber.client)]
    assert found == [(first, "Created"), (second, "Enabled"), (third, "Resigned")]


def test_a_page_that_fails_is_a_failure_of_the_list(stubber: Stubber) -> None:
    list_members(stubber, [entry(accounts(1)[0])], next_token="page-2")
    stubber.add_client_error("list_members", "TooManyRequestsException", "Rate exceeded", 429)
    with pytest.raises(errors.AwsFailure, match=r"^ListMembers failed in eu-west-1: TooManyRequestsException"):
        api.list_members(stubber.client)


TIME = datetime(2026, 1, 31, 8, 15, 30, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "attributes"),
    [
        ({"MemberStatus": "INVITED"}, {"member_status": "Invited"}),
        ({"MemberStatus": "Associated"}, {"member_status": "Enabled"}),
        ({"MemberStatus": "Paused"}, {"member_status": "Paused"}),
        ({}, {"member_status": ""}),
        ({"Email": "security@example.com"}, {"email": "security@example.com"}),
        ({"Email": ""}, {"email": None}),
        ({"AdministratorId": ADMINISTRATOR, "MasterId": "000000000001"}, {"administrator_id": ADMINISTRATOR}),
        ({"MasterId": ADMINISTRATOR}, {"administrator_id": ADMINISTRATOR}),
        ({"InvitedAt": TIME, "UpdatedAt": TIME}, dict.fromkeys(["invited_at", "updated_at"], TIME.isoformat())),
        ({}, dict.fromkeys(["email", "administrator_id", "invited_at", "updated_at"])),
    ],
)
def test_an_entry_of_the_member_list(stubber: Stubber, fields: dict[str, Any], attributes: dict[str, Any]) -> None:
    account_id = accounts(1)[0]
    get_members(stubber, [account_id], [{"AccountId": account_id, **fields}])
    member = api.read_members(stubber.client, [account_id]).members[account_id]
    assert {name: getattr(member, name) for name in attributes} == attributes


def test_times_are_iso_8601(stubber: Stubber) -> None:
    account_id = accounts(1)[0]
    get_members(stubber, [account_id], [entry(account_id, InvitedAt=TIME)])
    member = api.read_members(stubber.client, [account_id]).members[account_id]
    assert member
    assert member.invited_at == "2026-01-31T08:15:30.123000+00:00"


def test_an_invitation_returns_the_unprocessed_accounts(stubber: Stubber) -> None:
    first, second, third = accounts(3)
    rows = [{"AccountId": second, "ProcessingResult": "Already invited."}, {"AccountId": third}]
    stubber.add_response("invite_members", {"UnprocessedAccounts": rows}, {"AccountIds": [first, second, third]})
    assert api.invite_members(stubber.client, [first, second, third]) == {
        second: "Already invited.",
        third: "The service gave no reason.",
    }


@pytest.mark.parametrize("reply", [{}, {"UnprocessedAccounts": []}])
def test_an_invitation_of_all(stubber: Stubber, reply: dict[str, Any]) -> None:
    stubber.add_response("invite_members", reply, {"AccountIds": accounts(2)})
    assert api.invite_members(stubber.client, tuple(accounts(2))) == {}


class NotUnderstood:
    """A client whose replies the SDK does not understand, or that does not get so far."""

    def __init__(self, client: Any, answer: Any) -> None:
        self.meta = client.meta
        self._answer = answer

    def __getattr__(self, _operation: str) -> Any:
        def call(**_parameters: Any) -> Any:
            if isinstance(self._answer, Exception):
                raise self._answer
            return self._answer

        return call


ODD = [
    (ResponseParserError("Unable to parse response"), "ResponseParserError", True),
    (ValueError("no JSON"), "ValueError", True),
    ({"Members": [{}], "UnprocessedAccounts": [{}]}, "KeyError", True),
    ([], "AttributeError", True),
    (FileNotFoundError(2, "No such file or directory", "/no/token"), "FileNotFoundError", False),
]


@pytest.mark.parametrize(("answer", "code", "in_doubt"), ODD)
def test_a_reply_that_is_none_is_a_failure_of_this_region(client: Any, answer: Any, code: str, in_doubt: bool) -> None:
    odd = NotUnderstood(client, answer)
    read = api.read_members(odd, accounts(2)).failure
    assert read is not None
    with pytest.raises(errors.AwsFailure) as written:
        api.invite_members(odd, accounts(2))
    for failure, operation in ((read, "GetMembers"), (written.value, "InviteMembers")):
        assert (failure.error_code, failure.in_doubt, failure.operation) == (code, in_doubt, operation)
        assert failure.account_ids == tuple(accounts(2))


def test_a_hub_that_does_not_say_its_arn_is_a_failure(client: Any) -> None:
    with pytest.raises(errors.AwsFailure, match="DescribeHub failed in eu-west-1: KeyError"):
        api.describe_hub(NotUnderstood(client, {}))


def test_a_password_in_an_address_is_not_repeated() -> None:
    text = 'Could not connect to the endpoint URL: "https://user:secret@proxy.example/members/get"'
    failure = errors.AwsFailure("EndpointConnectionError", text, "GetMembers", "eu-west-1")
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
    assert (errors.says_already(words), errors.says_not_there(words)) == (already, not_there)


@pytest.mark.parametrize("status", ["Created", "Invited", "Removed", "Resigned", "Deleted"])
def test_an_administrator_that_is_none_is_nobody(stubber: Stubber, status: str) -> None:
    stubber.add_response(
        "get_administrator_account", {"Administrator": {"AccountId": ADMINISTRATOR, "MemberStatus": status}}
    )
    assert api.get_administrator(stubber.client) is None
