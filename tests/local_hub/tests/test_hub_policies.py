# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM policies: an action that is not allowed is denied."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_hub.control import DEFAULT_REGION, Hub, HubError
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of, message_of
from local_hub.tests.world import ADMINISTRATOR, MEMBER

DENIED = ("AccessDeniedException", 403)
ROLE = {"RoleArn": f"arn:aws:iam::{MEMBER}:role/audit/Onboarding", "RoleSessionName": "onboard"}


def session(client: Client, **more: Any) -> dict[str, str]:
    """Client options with the temporary keys of a role in MEMBER's account."""
    keys = client(service="sts").assume_role(**ROLE, **more)["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


def allow(hub: Hub, *actions: str, account_id: str = ADMINISTRATOR, **fields: str) -> None:
    """Set the policy of an account, or of a role."""
    hub.seed(policies=[{"account_id": account_id, "allowed_actions": list(actions), **fields}])


@pytest.fixture(autouse=True)
def hubs(hub: Hub) -> None:
    """Security Hub in both accounts."""
    hub.seed(hubs=[{"account_id": account_id, "region": DEFAULT_REGION} for account_id in (ADMINISTRATOR, MEMBER)])


class TestActions:
    """Which actions a policy allows."""

    @pytest.mark.parametrize(
        ("pattern", "allowed"),
        [
            ("securityhub:GetMembers", True),
            ("securityhub:getmembers", True),
            ("securityhub:Get*", True),
            ("securityhub:?etMembers", True),
            ("*", True),
            ("securityhub:ListMembers", False),
            ("securityhub:GetMember", False),
            ("guardduty:GetMembers", False),
        ],
    )
    def test_patterns(self, hub: Hub, client: Client, pattern: str, allowed: bool) -> None:
        allow(hub, pattern)
        if allowed:
            assert client().get_members(AccountIds=[MEMBER])["Members"] == []
        else:
            assert error_of(client().get_members, AccountIds=[MEMBER]) == DENIED

    @pytest.mark.parametrize(
        ("resource", "allowed"),
        [("*", True), ("arn:aws:iam::*:role/audit/Onboarding", True), ("arn:aws:iam::*:role/Onboarding", False)],
    )
    def test_resources(self, hub: Hub, client: Client, resource: str, allowed: bool) -> None:
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": resource}
        hub.seed(policies=[{"account_id": ADMINISTRATOR, "policy": {"Statement": [statement]}}])
        if allowed:
            assert session(client)["aws_session_token"]
        else:
            assert error_of(client(service="sts").assume_role, **ROLE) == ("AccessDenied", 403)

    def test_the_denial_names_caller_action_and_resource(self, hub: Hub, client: Client) -> None:
        allow(hub, "securityhub:Get*")
        message = message_of(client().list_members)
        action = "securityhub:ListMembers"
        assert message == (
            f"User: arn:aws:iam::{ADMINISTRATOR}:user/hub is not authorized to perform: {action} on resource: "
            f"arn:aws:securityhub:{DEFAULT_REGION}:{ADMINISTRATOR}:hub/default "
            f"because no identity-based policy allows the {action} action"
        )

    def test_nothing_is_done(self, hub: Hub, client: Client) -> None:
        allow(hub)
        assert error_of(client().create_members, AccountDetails=[{"AccountId": MEMBER}]) == DENIED
        assert hub.state()["members"] == {}
        allow(hub, "*")
        client().create_members(AccountDetails=[{"AccountId": MEMBER}])
        assert hub.status(ADMINISTRATOR, DEFAULT_REGION, MEMBER) == "Created"

    def test_a_policy_document(self, hub: Hub, client: Client) -> None:
        statements = [
            {"Effect": "Allow", "Action": ["securityhub:Get*", "securityhub:List*"], "Resource": "*"},
            {"Effect": "Deny", "Action": "securityhub:ListMembers", "Resource": "*"},
        ]
        hub.seed(policies=[{"account_id": ADMINISTRATOR, "policy": {"Version": "2012-10-17", "Statement": statements}}])
        assert client().list_invitations()["Invitations"] == []
        assert error_of(client().list_members) == DENIED
        (shown,) = hub.state()["policies"]
        assert shown["denied_actions"] == ["securityhub:ListMembers"]

    def test_other_services(self, hub: Hub, client: Client) -> None:
        allow(hub, "securityhub:*")
        assert error_of(client(service="ec2").describe_regions) == ("UnauthorizedOperation", 403)
        assert "ec2:DescribeRegions" in message_of(client(service="ec2").describe_regions)
        assert error_of(client(service="iam").list_users) == ("AccessDenied", 403)
        assert error_of(client(service="organizations").list_accounts) == DENIED
        assert error_of(client(service="sts").assume_role, **ROLE) == ("AccessDenied", 403)
        assert f"sts:AssumeRole on resource: {ROLE['RoleArn']}" in message_of(client(service="sts").assume_role, **ROLE)
        assert client(service="sts").get_caller_identity()["Account"] == ADMINISTRATOR
        allow(hub, "sts:AssumeRole", "iam:List*", "ec2:DescribeRegions")
        assert session(client)
        assert client(service="iam").list_users()["Users"] == []
        assert client(service="ec2").describe_regions()["Regions"]


class TestWhose:
    """Policies of accounts, roles and sessions."""

    def test_other_accounts_have_none(self, hub: Hub, client: Client) -> None:
        allow(hub, "securityhub:DescribeHub", account_id=MEMBER)
        assert client().list_members()["Members"] == []
        assert error_of(client(MEMBER).list_members) == DENIED

    def test_a_role_has_its_accounts_policy(self, hub: Hub, client: Client) -> None:
        allow(hub, "securityhub:DescribeHub", account_id=MEMBER)
        keys = session(client)
        assert client(**keys).describe_hub()
        assert error_of(client(**keys).list_members) == DENIED

    def test_or_its_own(self, hub: Hub, client: Client) -> None:
        allow(hub, "securityhub:DescribeHub", account_id=MEMBER)
        allow(hub, "securityhub:ListMembers", account_id=MEMBER, role="audit/Onboarding")
        keys = session(client)
        assert client(**keys).list_members()["Members"] == []
        assert error_of(client(**keys).describe_hub) == DENIED
        assert client(MEMBER).describe_hub()
        assert "assumed-role/Onboarding/onboard is not authorized" in message_of(client(**keys).describe_hub)

    def test_a_session_policy_narrows_down(self, hub: Hub, client: Client) -> None:
        statement = {"Effect": "Allow", "Action": ["securityhub:DescribeHub"], "Resource": "*"}
        keys = session(client, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        assert client(**keys).describe_hub()
        assert "no session policy allows the securityhub:ListMembers action" in message_of(client(**keys).list_members)
        assert client(service="sts", **keys).get_caller_identity()["Account"] == MEMBER
        allow(hub, "securityhub:List*", account_id=MEMBER)
        assert error_of(client(**keys).describe_hub) == DENIED

    def test_a_session_policy_without_actions(self, client: Client) -> None:
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*"}]})
        answer = error_of(client(service="sts").assume_role, **ROLE, Policy=policy)
        assert answer == ("MalformedPolicyDocument", 400)


def test_enabling_for_the_first_time_makes_the_service_linked_role(hub: Hub, client: Client) -> None:
    hub.reset()
    allow(hub, "securityhub:*")
    message = message_of(client().enable_security_hub)
    assert "iam:CreateServiceLinkedRole on resource" in message
    assert "AWSServiceRoleForSecurityHub" in message
    assert hub.state()["hubs"] == {}
    allow(hub, "securityhub:*", "iam:CreateServiceLinkedRole")
    client().enable_security_hub()
    allow(hub, "securityhub:*")
    client(region_name="us-east-1").enable_security_hub()
    assert sorted(hub.state()["hubs"][ADMINISTRATOR]) == [DEFAULT_REGION, "us-east-1"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "allowed_actions"),
        ({"allowed_actions": "*"}, "allowed_actions"),
        ({"allowed_actions": ["*"], "policy": {"Statement": []}}, "allowed_actions"),
        ({"policy": {"Statement": [{"Effect": "Allow"}]}}, "Action"),
        ({"policy": {"Statement": [{"Effect": "Perhaps", "Action": "*"}]}}, "Effect"),
        ({"allowed_actions": ["*"], "role": "/a"}, "role is"),
    ],
)
def test_bad_seeds(hub: Hub, row: dict[str, Any], words: str) -> None:
    with pytest.raises(HubError, match=words):
        hub.seed(policies=[{"account_id": ADMINISTRATOR, **row}])
