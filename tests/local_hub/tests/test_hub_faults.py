# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault, as a client meets it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import boto3
import botocore.config
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from local_hub.control import DEFAULT_REGION, SECRET_KEY, Hub, HubError, access_key
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of
from local_hub.tests.world import ADMINISTRATOR, MEMBER

SeedMember = Callable[..., None]
SECOND = "333344445555"
THIRD = "444455556666"


@pytest.fixture(autouse=True)
def created(seed_member: SeedMember) -> None:
    """Three accounts that can be invited."""
    for account_id in (MEMBER, SECOND, THIRD):
        seed_member("Created", account_id=account_id)


def status(hub: Hub, account_id: str = MEMBER) -> str | None:
    """The status in the administrator's list."""
    return hub.status(ADMINISTRATOR, DEFAULT_REGION, account_id)


@pytest.mark.parametrize(
    ("fault", "code", "http_status"),
    [
        ({"kind": "throttle"}, "TooManyRequestsException", 429),
        ({"kind": "throttle", "code": "ThrottlingException", "status": 400}, "ThrottlingException", 400),
        ({"kind": "error"}, "InternalException", 500),
        ({"kind": "error", "code": "ServiceUnavailable", "status": 503}, "ServiceUnavailable", 503),
        ({"kind": "not_opted_in"}, "UnrecognizedClientException", 403),
        ({"kind": "access_denied"}, "AccessDeniedException", 403),
    ],
)
def test_before_any_work(hub: Hub, client: Client, fault: dict[str, Any], code: str, http_status: int) -> None:
    hub.fault(operation="InviteMembers", **fault)
    assert error_of(client().invite_members, AccountIds=[MEMBER]) == (code, http_status)
    assert status(hub) == "Created"
    counts = hub.counts()
    assert counts["calls"] == counts["faulted"] == {"InviteMembers": 1}


def test_where_an_account_has_not_opted_in_no_service_answers(hub: Hub, client: Client) -> None:
    hub.fault(kind="not_opted_in", region="eu-south-1")
    for service, operation, code in (
        ("securityhub", "describe_hub", "UnrecognizedClientException"),
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("ec2", "describe_regions", "AuthFailure"),
    ):
        there = client(service=service, region_name="eu-south-1")
        assert error_of(getattr(there, operation))[0] == code
    assert client(service="iam", region_name="eu-south-1").list_users()["Users"] == []
    assert client(service="sts").get_caller_identity()["Account"] == ADMINISTRATOR


def test_access_denied_names_caller_action_and_resource(hub: Hub, client: Client) -> None:
    hub.fault(kind="access_denied")
    with pytest.raises(ClientError) as caught:
        client().get_members(AccountIds=[MEMBER])
    text = str(caught.value)
    for words in (
        f"User: arn:aws:iam::{ADMINISTRATOR}:user/hub is not authorized",
        "securityhub:GetMembers",
        f"arn:aws:securityhub:eu-west-1:{ADMINISTRATOR}:hub/default",
    ):
        assert words in text


def test_error_after_the_work(hub: Hub, client: Client) -> None:
    hub.fault(kind="error_after", operation="InviteMembers")
    assert error_of(client().invite_members, AccountIds=[MEMBER]) == ("InternalException", 500)
    assert status(hub) == "Invited"
    assert "already invited" in str(client().invite_members(AccountIds=[MEMBER])["UnprocessedAccounts"])


@pytest.mark.parametrize(("kind", "after"), [("lost_reply", "Invited"), ("lost_request", "Created")])
def test_lost(hub: Hub, client: Client, kind: str, after: str) -> None:
    hub.fault(kind=kind)
    with pytest.raises(ConnectionClosedError):
        client().invite_members(AccountIds=[MEMBER])
    assert status(hub) == after


def test_lost_reply_and_a_client_that_tries_again(hub: Hub, boto_session: boto3.Session) -> None:
    hub.fault(kind="lost_reply")
    securityhub = boto_session.client(
        "securityhub",
        endpoint_url=hub.url,
        aws_access_key_id=access_key(ADMINISTRATOR),
        aws_secret_access_key=SECRET_KEY,
        config=botocore.config.Config(retries={"total_max_attempts": 2}),
    )
    rows = securityhub.invite_members(AccountIds=[MEMBER])["UnprocessedAccounts"]
    assert "already invited" in rows[0]["ProcessingResult"]
    assert hub.counts()["invitations"] == {ADMINISTRATOR: {DEFAULT_REGION: {MEMBER: 1}}}


@pytest.fixture
def impatient(hub: Hub, boto_session: boto3.Session) -> Any:
    """A client that waits for less than a second."""
    settings = botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=0.3)
    return boto_session.client("securityhub", endpoint_url=hub.url, config=settings)


def test_hang(hub: Hub, impatient: Any) -> None:
    hub.fault(kind="hang", seconds=60)
    with pytest.raises(ReadTimeoutError):
        impatient.invite_members(AccountIds=[MEMBER])
    assert status(hub) == "Created"


def test_latency(hub: Hub, client: Client, impatient: Any) -> None:
    hub.fault(kind="latency", operation="ListMembers", seconds=10)  # beyond the patience of the first client
    with pytest.raises(ReadTimeoutError):
        impatient.list_members()
    assert client().list_members()["Members"] == []


def test_latency_combines_with_another_fault(hub: Hub, client: Client) -> None:
    hub.fault(kind="latency", seconds=0.05)
    hub.fault(kind="throttle")
    securityhub = client()
    assert error_of(securityhub.invite_members, AccountIds=[MEMBER])[0] == "TooManyRequestsException"
    securityhub.invite_members(AccountIds=[MEMBER])
    assert [fault["used"] for fault in hub.faults()] == [2, 1]
    assert hub.counts()["faulted"] == {"InviteMembers": 1}


def test_reject_some(hub: Hub, client: Client) -> None:
    hub.fault(kind="reject", account_ids=[SECOND], message="Not this one.")
    rows = client().invite_members(AccountIds=[MEMBER, SECOND])["UnprocessedAccounts"]
    assert rows == [{"AccountId": SECOND, "ProcessingResult": "Not this one."}]
    assert (status(hub), status(hub, SECOND)) == ("Invited", "Created")
    assert len(client().list_members(OnlyAssociated=False)["Members"]) == 3
    assert hub.counts()["faulted"] == {"InviteMembers": 1}


def test_reject_all_of_one_operation(hub: Hub, client: Client) -> None:
    hub.fault(kind="reject", operation="DeleteMembers")
    rows = client().delete_members(AccountIds=[MEMBER, SECOND])["UnprocessedAccounts"]
    assert [row["AccountId"] for row in rows] == [MEMBER, SECOND]
    assert (status(hub), status(hub, SECOND)) == ("Created", "Created")


def test_slow_visibility(hub: Hub, client: Client) -> None:
    hub.fault(kind="slow_visibility", seconds=600)
    securityhub = client()

    def seen() -> str:
        return str(securityhub.get_members(AccountIds=[MEMBER])["Members"][0]["MemberStatus"])

    assert seen() == "Created"
    securityhub.invite_members(AccountIds=[MEMBER])
    assert seen() == "Created"
    # Writes decide upon what is, not upon what can be seen.
    assert "already invited" in str(securityhub.invite_members(AccountIds=[MEMBER])["UnprocessedAccounts"])
    hub.clear_faults()
    assert seen() == "Invited"


def test_slow_visibility_ends_by_itself(hub: Hub, client: Client) -> None:
    hub.fault(kind="slow_visibility", seconds=0.2)
    client().invite_members(AccountIds=[MEMBER])
    deadline = time.monotonic() + 60
    while client().get_members(AccountIds=[MEMBER])["Members"][0]["MemberStatus"] != "Invited":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_slow_visibility_of_the_other_side(hub: Hub, client: Client) -> None:
    hub.seed(hubs=[{"account_id": MEMBER, "region": DEFAULT_REGION}])
    hub.fault(kind="slow_visibility", seconds=30)
    client().invite_members(AccountIds=[MEMBER])
    assert client(MEMBER).list_invitations()["Invitations"] == []
    hub.clear_faults()
    assert len(client(MEMBER).list_invitations()["Invitations"]) == 1


def test_quota_of_the_call(hub: Hub, client: Client) -> None:
    hub.fault(kind="quota", limit=2)
    client().invite_members(AccountIds=[MEMBER])
    answer = error_of(client().invite_members, AccountIds=[SECOND, THIRD])
    assert answer == ("LimitExceededException", 429)
    assert (status(hub, SECOND), status(hub, THIRD)) == ("Created", "Created")
    # Those that are invited already take no room.
    client().invite_members(AccountIds=[MEMBER, SECOND])
    assert status(hub, SECOND) == "Invited"
    assert hub.counts()["faulted"] == {"InviteMembers": 1}


def test_quota_per_account(hub: Hub, client: Client) -> None:
    hub.fault(kind="quota", limit=2, per_account=True)
    rows = client().invite_members(AccountIds=[MEMBER, SECOND, THIRD])["UnprocessedAccounts"]
    assert [row["AccountId"] for row in rows] == [THIRD]
    assert (status(hub, SECOND), status(hub, THIRD)) == ("Invited", "Created")


def test_times_and_after(hub: Hub, client: Client) -> None:
    hub.fault(kind="throttle", times=2, after=1)
    outcomes = []
    for _attempt in range(5):
        try:
            client().get_members(AccountIds=[MEMBER])
            outcomes.append("answered")
        except ClientError:
            outcomes.append("throttled")
    assert outcomes == ["answered", "throttled", "throttled", "answered", "answered"]


def test_for_ever(hub: Hub, client: Client) -> None:
    hub.fault(kind="throttle", times=None)
    for _attempt in range(4):
        assert error_of(client().get_members, AccountIds=[MEMBER])[0] == "TooManyRequestsException"
    assert hub.faults()[0]["used"] == 4
    hub.clear_faults()
    assert client().get_members(AccountIds=[MEMBER])["Members"]


@pytest.mark.parametrize(
    ("matcher", "acts"),
    [
        ({"operation": "GetMembers"}, True),
        ({"operation": ["ListMembers", "GetMembers"]}, True),
        ({"operation": "ListMembers"}, False),
        ({"region": DEFAULT_REGION}, True),
        ({"region": "us-east-1"}, False),
        ({"account_id": ADMINISTRATOR}, True),
        ({"account_id": MEMBER}, False),
    ],
)
def test_matching(hub: Hub, client: Client, matcher: dict[str, Any], acts: bool) -> None:
    hub.fault(kind="throttle", **matcher)
    if acts:
        assert error_of(client().get_members, AccountIds=[MEMBER])[0] == "TooManyRequestsException"
    else:
        assert client().get_members(AccountIds=[MEMBER])["Members"]


def test_the_first_that_matches_acts(hub: Hub, client: Client) -> None:
    hub.fault(kind="error")
    hub.fault(kind="throttle")
    assert error_of(client().get_members, AccountIds=[MEMBER])[0] == "InternalException"
    assert error_of(client().get_members, AccountIds=[MEMBER])[0] == "TooManyRequestsException"
    assert client().get_members(AccountIds=[MEMBER])["Members"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "earthquake"}, "earthquake"),
        ({}, "kind"),
        ({"kind": "throttle", "seconds": 1}, "no seconds"),
        ({"kind": "latency"}, "seconds"),
        ({"kind": "latency", "seconds": "long"}, "seconds"),
        ({"kind": "throttle", "times": "often"}, "times"),
        ({"kind": "throttle", "after": -1}, "after"),
        ({"kind": "throttle", "region": []}, "region"),
    ],
)
def test_malformed_faults_are_refused(hub: Hub, fault: dict[str, Any], words: str) -> None:
    with pytest.raises(HubError, match=words):
        hub.fault(**fault)
    assert hub.faults() == []
