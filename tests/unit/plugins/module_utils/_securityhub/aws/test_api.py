# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls, checked against botocore's service model by its Stubber."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ReadTimeoutError
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub import errors
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import api, calls
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    AssociationUpdate,
    ControlAssociation,
    ControlDefinition,
    ControlRefusal,
    Member,
    MemberList,
    ParameterDefinition,
    ParameterUpdate,
    ParameterValue,
    SecurityControl,
)
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, accounts, error

NO_SUCH_RESOURCE = "The request is rejected since no such resource found."


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


def hub_client(stubber: Stubber, read_attempts: int = 1) -> calls.RegionClient:
    return calls.RegionClient("eu-west-1", stubber.client, read_attempts)


def entry(account_id: str, status: str = "Created", **more: Any) -> dict[str, Any]:
    return {"AccountId": account_id, "MemberStatus": status, "AdministratorId": ADMINISTRATOR, **more}


def known(*account_ids: str) -> dict[str, Member | None]:
    return {account_id: Member(account_id, "Created", administrator_id=ADMINISTRATOR) for account_id in account_ids}


def get_members(
    stubber: Stubber,
    account_ids: list[str],
    members: list[dict[str, Any]],
    unprocessed: Mapping[str, str] | None = None,
) -> None:
    left = [{"AccountId": each, "ProcessingResult": message} for each, message in (unprocessed or {}).items()]
    reply = {"Members": members, "UnprocessedAccounts": left}
    stubber.add_response("get_members", reply, {"AccountIds": account_ids})


def list_members(
    stubber: Stubber, members: list[dict[str, Any]], token: str | None = None, next_token: str | None = None
) -> None:
    parameters = {"OnlyAssociated": False, "MaxResults": 50, **({"NextToken": token} if token else {})}
    reply = {"Members": members, **({"NextToken": next_token} if next_token else {})}
    stubber.add_response("list_members", reply, parameters)


@pytest.mark.parametrize(
    ("number", "sizes"), [(0, []), (1, [1]), (49, [49]), (50, [50]), (51, [50, 1]), (120, [50, 50, 20])]
)
def test_batches(number: int, sizes: list[int]) -> None:
    pieces = list(calls.batches(accounts(number)))
    assert [len(piece) for piece in pieces] == sizes
    assert [account_id for piece in pieces for account_id in piece] == accounts(number)


def test_no_account_needs_no_call(stubber: Stubber) -> None:
    assert api.read_members(hub_client(stubber), []) == RegionResult(MemberList())


# what GetMembers says of an account that it does not show; nothing at all for None
@pytest.mark.parametrize("message", ["Internal error", "", None])
@pytest.mark.parametrize("listed", [True, False])
def test_member_list_settles_what_get_members_leaves_open(stubber: Stubber, message: str | None, listed: bool) -> None:
    member, stranger, open_one = accounts(3)
    left_open = {} if message is None else {open_one: message}
    get_members(stubber, [member, stranger, open_one], [entry(member)], {stranger: NO_SUCH_RESOURCE, **left_open})
    list_members(stubber, [entry(member), *([entry(open_one)] if listed else [])])
    seen = {**known(member), stranger: None, **(known(open_one) if listed else {open_one: None})}
    assert api.read_members(hub_client(stubber), [member, stranger, open_one]) == RegionResult(MemberList(seen))


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Internal error", "Internal error"),
        ("\x1b[31mInternal\r\nerror", "Internal error"),
        ("", errors.NO_REASON),
        (None, errors.NO_REASON),
    ],
)
def test_account_that_neither_call_shows_is_unreadable(stubber: Stubber, message: str | None, told: str) -> None:
    member, open_one = accounts(2)
    get_members(stubber, [member, open_one], [entry(member)], {} if message is None else {open_one: message})
    stubber.add_client_error("list_members", "AccessDeniedException", "User: x is not authorized", 403)
    client = hub_client(stubber)
    found = api.read_members(client, [member, open_one])
    assert found == RegionResult(MemberList(known(member), {open_one: told}))
    failed = api.unreadable_error(client, found.value)
    assert failed
    assert (failed.operation, failed.account_ids, failed.text) == ("GetMembers", (open_one,), told)


def test_accounts_that_can_be_read_are_no_failure(stubber: Stubber) -> None:
    assert api.unreadable_error(hub_client(stubber), MemberList(known(*accounts(2)))) is None


def test_a_member_that_nobody_asked_for_is_left_out(stubber: Stubber) -> None:
    asked, other = accounts(2)
    get_members(stubber, [asked], [entry(asked), entry(other)])
    assert api.read_members(hub_client(stubber), [asked]) == RegionResult(MemberList(known(asked)))


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
    assert api.read_members(hub_client(stubber), wanted) == RegionResult(MemberList(seen))


def test_what_was_read_before_a_failure_is_kept(stubber: Stubber) -> None:
    wanted = accounts(70)
    get_members(stubber, wanted[:50], [entry(account_id) for account_id in wanted[:50]])
    stubber.add_client_error("get_members", "AccessDeniedException", "User: x is not authorized", 403)
    found = api.read_members(hub_client(stubber), wanted)
    assert found.value.members == known(*wanted[:50])
    assert isinstance(found.error, errors.SecurityHubError)
    assert (found.error.operation, found.error.account_ids) == ("GetMembers", tuple(wanted[50:]))


def test_a_member_list_that_fails_leaves_the_accounts_unknown(stubber: Stubber) -> None:
    stubber.add_client_error("get_members", "ResourceNotFoundException", "Not found", 404)
    stubber.add_client_error("list_members", "AccessDeniedException", "User: x is not authorized", 403)
    found = api.read_members(hub_client(stubber), accounts(2))
    assert found.value.members == {}
    assert isinstance(found.error, errors.SecurityHubError)
    assert (found.error.operation, found.error.error_code) == ("ListMembers", "AccessDeniedException")


def test_a_page_that_fails_is_a_failure_of_the_list(stubber: Stubber) -> None:
    list_members(stubber, [entry(accounts(1)[0])], next_token="page-2")
    stubber.add_client_error("list_members", "TooManyRequestsException", "Rate exceeded", 429)
    with pytest.raises(errors.SecurityHubError, match=r"^ListMembers failed in eu-west-1: TooManyRequestsException"):
        api.list_members(hub_client(stubber))


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
    member = api.read_members(hub_client(stubber), [account_id]).value.members[account_id]
    assert {name: getattr(member, name) for name in attributes} == attributes


def test_an_invitation_returns_the_unprocessed_accounts(stubber: Stubber) -> None:
    first, second, third = accounts(3)
    rows = [{"AccountId": second, "ProcessingResult": "Already invited."}, {"AccountId": third}]
    stubber.add_response("invite_members", {"UnprocessedAccounts": rows}, {"AccountIds": [first, second, third]})
    assert api.invite_members(hub_client(stubber), [first, second, third]) == {
        second: "Already invited.",
        third: "The service gave no reason.",
    }


class NotUnderstood:
    """A client of the SDK that does not understand the response, or does not get so far."""

    def __init__(self, response: Any) -> None:
        self._response = response

    def __getattr__(self, _operation: str) -> Any:
        def call(**_parameters: Any) -> Any:
            if isinstance(self._response, Exception):
                raise self._response
            return self._response

        return call


def not_understood(response: Any) -> calls.RegionClient:
    return calls.RegionClient("eu-west-1", NotUnderstood(response), 1)


ODD = [
    (ResponseParserError("Unable to parse response"), "ResponseParserError", True),
    (ValueError("no JSON"), "ValueError", True),
    ({"Members": [{}], "UnprocessedAccounts": [{}]}, "KeyError", True),
    ([], "AttributeError", True),
    (FileNotFoundError(2, "No such file or directory", "/no/token"), "FileNotFoundError", False),
]


@pytest.mark.parametrize(("answer", "code", "in_doubt"), ODD)
def test_a_reply_that_is_none_is_a_failure_of_this_region(answer: Any, code: str, in_doubt: bool) -> None:
    odd = not_understood(answer)
    read = api.read_members(odd, accounts(2)).error
    assert isinstance(read, errors.SecurityHubError)
    with pytest.raises(errors.SecurityHubError) as written:
        api.invite_members(odd, accounts(2))
    for failed, operation in ((read, "GetMembers"), (written.value, "InviteMembers")):
        assert (failed.error_code, failed.in_doubt, failed.operation) == (code, in_doubt, operation)
        assert failed.account_ids == tuple(accounts(2))


class Throttled:
    """A client of the SDK, throttled; calls are the methods that were called."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, method: str) -> Any:
        def call(**_parameters: Any) -> Any:
            self.calls.append(method)
            raise error("TooManyRequestsException", 429, "Rate exceeded")

        return call


OPERATIONS = sorted(name for name, value in vars(api).items() if hasattr(value, "__wrapped__"))
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "create_members": ({},),
    "enable_hub": ({},),
    "update_hub": ({},),
    "assume_role": ({},),
    "accept_invitation": (ADMINISTRATOR, "0123"),
    "tag_hub": ("arn", {}),
    "untag_hub": ("arn", []),
    "get_associations": ([],),
    "update_associations": ([],),
    "update_security_control": (ParameterUpdate("ACM.1", {}),),
}
READS = ("get_", "_get_", "list_", "_list_", "describe_", "_describe_", "has_", "assume_role")


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_is_the_call_that_it_names_and_retried_only_if_it_reads(name: str, clock: Clock) -> None:
    function, sdk = getattr(api, name), Throttled()
    more = list(inspect.signature(function).parameters.values())[1:]
    required = [each for each in more if each.kind is not inspect.Parameter.VAR_KEYWORD]
    arguments = ARGUMENTS.get(name, tuple("any" for _each in required))
    with pytest.raises(errors.SecurityHubError, match="TooManyRequests") as failed:
        function(calls.RegionClient("eu-west-1", sdk, read_attempts=2), *arguments)
    assert sdk.calls == [xform_name(failed.value.operation)] * (2 if name.startswith(READS) else 1)


def test_a_hub_that_does_not_say_its_arn_is_a_failure() -> None:
    with pytest.raises(errors.SecurityHubError, match="DescribeHub failed in eu-west-1: KeyError"):
        api.describe_hub(not_understood({}), with_tags=False)


@pytest.mark.parametrize("status", ["Created", "Invited", "Removed", "Resigned", "Deleted"])
def test_an_administrator_that_is_none_is_nobody(stubber: Stubber, status: str) -> None:
    stubber.add_response(
        "get_administrator_account", {"Administrator": {"AccountId": ADMINISTRATOR, "MemberStatus": status}}
    )
    assert api.get_administrator(hub_client(stubber)) is None


def test_page_that_is_tried_again_does_not_begin_the_list_again(stubber: Stubber, clock: Clock) -> None:
    first, second = accounts(2)
    list_members(stubber, [entry(first)], next_token="page-2")
    stubber.add_client_error("list_members", "TooManyRequestsException", "Rate exceeded", 429)
    list_members(stubber, [entry(second)], token="page-2")
    assert [member.account_id for member in api.list_members(hub_client(stubber, 2))] == [first, second]
    assert len(clock.pauses) == 1


def test_list_that_repeats_its_page_is_a_failure(stubber: Stubber) -> None:
    list_members(stubber, [entry(accounts(1)[0])], next_token="page-2")
    list_members(stubber, [], token="page-2", next_token="page-2")
    with pytest.raises(errors.SecurityHubError, match="NextToken is repeated"):
        api.list_members(hub_client(stubber))


class Pages:
    """A service whose list is told by a function: from a token, or none, to rows and the next token."""

    def __init__(self, page: Callable[[str], tuple[list[Any], str]]) -> None:
        self.page = page
        self.calls = 0

    def list_invitations(self, NextToken: str = "", **_parameters: Any) -> dict[str, Any]:  # noqa: N803
        self.calls += 1
        rows, token = self.page(NextToken)
        return {"Invitations": rows, "NextToken": token}


ROW = {"AccountId": ADMINISTRATOR, "MemberStatus": "Invited"}


@pytest.mark.parametrize(
    ("page", "calls_made", "message"),
    [
        (lambda _token: ([ROW], "a"), 2, "NextToken is repeated"),
        (lambda token: ([ROW], "b" if token == "a" else "a"), 3, "NextToken is repeated"),
        (lambda token: ([], f"{token}x"), calls.MAX_EMPTY_PAGES + 1, "no end after 101 pages"),
        (lambda token: ([ROW], f"{token}x"), calls.MAX_PAGES + 1, "no end after 1001 pages"),
    ],
)
def test_list_that_does_not_end_is_a_failure(page: Any, calls_made: int, message: str) -> None:
    service = Pages(page)
    with pytest.raises(errors.SecurityHubError, match=message) as failed:
        api.list_invitations(calls.RegionClient("eu-west-1", service))
    assert (failed.value.operation, failed.value.error_code) == ("ListInvitations", "PaginationError")
    assert service.calls == calls_made


def test_list_with_empty_pages_is_read_to_its_end() -> None:
    service = Pages(lambda token: ([ROW] if len(token) % 60 == 59 else [], f"{token}x" if len(token) < 179 else ""))
    assert len(api.list_invitations(calls.RegionClient("eu-west-1", service))) == 3
    assert service.calls == 180


class Silent:
    """A service that connects, and responds only while it is asked for after so many calls."""

    def __init__(self, responds_at: int = 1000) -> None:
        self.calls, self.responds_at = 0, responds_at

    def get_members(self, **_parameters: Any) -> dict[str, Any]:
        self.calls += 1
        if self.calls < self.responds_at:
            raise ReadTimeoutError(endpoint_url="https://securityhub.example")
        return {}


def test_region_that_does_not_respond_is_given_up_and_then_asked_once(clock: Clock) -> None:
    service = Silent(responds_at=6)
    client = calls.RegionClient("eu-west-1", service)
    made = []
    for _read in range(4):
        with contextlib.suppress(errors.SecurityHubError):
            api.get_members(client, accounts(1))
        made.append(service.calls)
    assert made == [3, 4, 5, 6]
    service.responds_at = 1000
    assert api.read_members(client, accounts(1)).error
    assert service.calls == 9
    assert len(clock.pauses) == 4


def test_region_that_does_not_respond_is_asked_by_one_read_at_a_time(clock: Clock) -> None:
    service = Silent()
    client = calls.RegionClient("eu-west-1", service, 1)
    asked_meanwhile: list[errors.SecurityHubError] = []

    def ask_meanwhile(**_parameters: Any) -> None:
        with pytest.raises(errors.SecurityHubError) as failed:
            api.list_invitations(client)
        asked_meanwhile.append(failed.value)
        raise ReadTimeoutError(endpoint_url="https://securityhub.example")

    with pytest.raises(errors.SecurityHubError):
        api.get_members(client, accounts(1))
    service.get_members = ask_meanwhile  # type: ignore[method-assign,assignment]
    with pytest.raises(errors.SecurityHubError):
        api.get_members(client, accounts(1))
    assert [(each.error_code, each.is_retryable) for each in asked_meanwhile] == [("ReadTimeoutError", False)]
    assert clock.pauses == []


def invitation(stubber: Stubber) -> None:
    stubber.add_response("get_administrator_account", {})
    rows = [{"AccountId": ADMINISTRATOR, "MemberStatus": "Invited", "InvitationId": "0123"}]
    stubber.add_response("list_invitations", {"Invitations": rows}, {"MaxResults": 50})


def test_members_that_cannot_be_listed_are_a_failure(stubber: Stubber) -> None:
    invitation(stubber)
    stubber.add_client_error("list_members", "InternalException", "Internal error", 500)
    with pytest.raises(errors.SecurityHubError, match="ListMembers failed"):
        api.read_member_side(hub_client(stubber), ADMINISTRATOR, to_accept=True)


FOUNDATIONAL_ARN = "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0"
FOUNDATIONAL = "aws-foundational-security-best-practices/v/1.0.0"
ABOUT_CONTROL = {"Title": "A title", "Description": "", "RemediationUrl": "https://example.com"}


def definition_row(options: dict[str, Any]) -> dict[str, Any]:
    parameter = {"Description": "", "ConfigurationOptions": options}
    return {
        "SecurityControlId": "ACM.1", **ABOUT_CONTROL, "SeverityRating": "HIGH",
        "CurrentRegionAvailability": "UNAVAILABLE", "ParameterDefinitions": {"days": parameter},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "definition"),
    [
        ({"Integer": {"DefaultValue": 30, "Min": 14, "Max": 365}}, ParameterDefinition("Integer", 30, 14, 365)),
        ({"Boolean": {"DefaultValue": False}}, ParameterDefinition("Boolean", False)),
        ({"Double": {"DefaultValue": 0.5, "Min": 0.0}}, ParameterDefinition("Double", 0.5, 0.0)),
        (
            {"EnumList": {"DefaultValue": ["a"], "MaxItems": 2, "AllowedValues": ["a", "b"]}},
            ParameterDefinition("EnumList", ["a"], allowed=("a", "b"), max_items=2),
        ),
        (
            {"String": {"Re2Expression": "^a", "ExpressionDescription": "begins with a"}},
            ParameterDefinition("String", pattern="^a", pattern_description="begins with a"),
        ),
    ],
)
def test_list_control_definitions_parameter_types(
    stubber: Stubber, options: dict[str, Any], definition: ParameterDefinition
) -> None:
    stubber.add_response(
        "list_security_control_definitions",
        {"SecurityControlDefinitions": [definition_row(options)]},
        {"StandardsArn": FOUNDATIONAL_ARN, "MaxResults": 100},
    )
    found = api.list_control_definitions(hub_client(stubber), StandardsArn=FOUNDATIONAL_ARN)
    assert found == [ControlDefinition("ACM.1", "A title", "HIGH", False, {"days": definition})]


def test_get_associations_shown_and_unprocessed(stubber: Stubber) -> None:
    ids = [{"StandardsArn": FOUNDATIONAL_ARN, "SecurityControlId": each} for each in ("IAM.6", "IAM.7")]
    stubber.add_response(
        "batch_get_standards_control_associations",
        {
            "StandardsControlAssociationDetails": [
                {
                    **ids[0], "SecurityControlArn": "arn", "AssociationStatus": "DISABLED",
                    "UpdatedReason": "None here", "StandardsControlArns": ["arn/1.14"],
                }
            ],
            "UnprocessedAssociations": [{"StandardsControlAssociationId": ids[1], "ErrorCode": "NOT_FOUND"}],
        },
        {"StandardsControlAssociationIds": ids},
    )  # fmt: skip
    pairs = [(FOUNDATIONAL_ARN, "IAM.6"), (FOUNDATIONAL_ARN, "IAM.7")]
    assert api.get_associations(hub_client(stubber), pairs) == (
        [ControlAssociation(FOUNDATIONAL, "IAM.6", "DISABLED", "None here", ("arn/1.14",))],
        {(FOUNDATIONAL_ARN, "IAM.7"): ControlRefusal("NOT_FOUND", errors.NO_REASON)},
    )


@pytest.mark.parametrize("reason", [None, "Not used here"])
def test_update_associations_unprocessed(stubber: Stubber, reason: str | None) -> None:
    update = {"StandardsArn": FOUNDATIONAL_ARN, "SecurityControlId": "IAM.6", "AssociationStatus": "DISABLED"}
    sent = {**update, "UpdatedReason": reason} if reason else update
    row = {"StandardsControlAssociationUpdate": sent, "ErrorCode": "LIMIT_EXCEEDED", "ErrorReason": "Too many"}
    stubber.add_response(
        "batch_update_standards_control_associations",
        {"UnprocessedAssociationUpdates": [row]},
        {"StandardsControlAssociationUpdates": [sent]},
    )
    updates = [AssociationUpdate(FOUNDATIONAL, FOUNDATIONAL_ARN, "IAM.6", "DISABLED", reason)]
    assert api.update_associations(hub_client(stubber), updates) == {
        (FOUNDATIONAL_ARN, "IAM.6"): ControlRefusal("LIMIT_EXCEEDED", "Too many")
    }


def test_get_security_controls_values_and_unprocessed(stubber: Stubber) -> None:
    row = {
        "SecurityControlId": "ACM.1", "SecurityControlArn": "arn", **ABOUT_CONTROL, "SeverityRating": "HIGH",
        "SecurityControlStatus": "ENABLED", "UpdateStatus": "UPDATING",
        "Parameters": {
            "days": {"ValueType": "CUSTOM", "Value": {"Integer": 15}},
            "ports": {"ValueType": "DEFAULT", "Value": {"IntegerList": [80, 443]}},
            "name": {"ValueType": "DEFAULT"},
        },
    }  # fmt: skip
    refused = {"SecurityControlId": "IAM.6", "ErrorCode": "ACCESS_DENIED", "ErrorReason": "No"}
    stubber.add_response(
        "batch_get_security_controls",
        {"SecurityControls": [row], "UnprocessedIds": [refused]},
        {"SecurityControlIds": ["ACM.1", "IAM.6"]},
    )
    values = {
        "days": ParameterValue(15, True), "ports": ParameterValue([80, 443]), "name": ParameterValue(None)
    }  # fmt: skip
    assert api.get_security_controls(hub_client(stubber), ["ACM.1", "IAM.6"]) == (
        [SecurityControl("ACM.1", values, True)],
        {"IAM.6": ControlRefusal("ACCESS_DENIED", "No")},
    )


def test_update_security_control_request(stubber: Stubber) -> None:
    parameters = {"days": {"ValueType": "CUSTOM", "Value": {"Integer": 15}}}
    request = {"SecurityControlId": "ACM.1", "Parameters": parameters, "LastUpdateReason": "Shorter"}
    stubber.add_response("update_security_control", {}, request)
    api.update_security_control(hub_client(stubber), ParameterUpdate("ACM.1", parameters, "Shorter"))


@pytest.mark.parametrize(
    ("shown", "is_updatable"),
    [({}, True), ({"StandardsControlsUpdatable": "READY_FOR_UPDATES"}, True),
     ({"StandardsControlsUpdatable": "NOT_READY_FOR_UPDATES"}, False)],
)  # fmt: skip
def test_get_enabled_standards_updatable(stubber: Stubber, shown: dict[str, str], is_updatable: bool) -> None:
    row = {
        "StandardsArn": FOUNDATIONAL_ARN, "StandardsSubscriptionArn": "arn", "StandardsInput": {},
        "StandardsStatus": "READY", **shown,
    }  # fmt: skip
    stubber.add_response("get_enabled_standards", {"StandardsSubscriptions": [row]})
    assert [each.is_updatable for each in api.get_enabled_standards(hub_client(stubber))] == [is_updatable]
