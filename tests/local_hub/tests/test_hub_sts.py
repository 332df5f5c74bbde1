# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and sessions: whose, where, for how long, and what goes wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from local_hub.control import DEFAULT_REGION, SESSION_SECRET_PREFIX, Hub, HubError
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of, message_of
from local_hub.tests.world import ADMINISTRATOR, MEMBER

OTHER = "333344445555"
DENIED = ("AccessDenied", 403)
Assume = Callable[..., dict[str, Any]]


def arn_of(role: str = "Onboarding", partition: str = "aws", account_id: str = MEMBER) -> str:
    """A role's ARN."""
    return f"arn:{partition}:iam::{account_id}:role/{role}"


def options(credentials: dict[str, str]) -> dict[str, str]:
    """Client options with temporary credentials."""
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }


def request(role_arn: str = arn_of(), **more: Any) -> dict[str, Any]:
    """Parameters of AssumeRole."""
    return {"RoleArn": role_arn, "RoleSessionName": "onboard", **more}


@pytest.fixture
def assume(client: Client) -> Assume:
    """Assumes a role, and returns client options that act with it."""

    def get(role_arn: str = arn_of(), region: str = DEFAULT_REGION, **more: Any) -> dict[str, str]:
        sts = client(service="sts", region_name=region)
        return options(sts.assume_role(**request(role_arn, **more))["Credentials"])

    return get


class TestRoles:
    """Which roles there are."""

    @pytest.mark.parametrize(
        ("region", "partition"),
        [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")],
    )
    def test_partitions(self, client: Client, assume: Assume, region: str, partition: str) -> None:
        keys = assume(arn_of("security/audit/Onboarding", partition), region)
        identity = client(service="sts", region_name=region, **keys).get_caller_identity()
        assert identity["Arn"] == f"arn:{partition}:sts::{MEMBER}:assumed-role/Onboarding/onboard"
        assert client(service="sts", region_name=region).get_caller_identity()["Arn"].startswith(f"arn:{partition}:iam")
        client(region_name=region, **keys).enable_security_hub()
        hub_arn = client(region_name=region, **keys).describe_hub()["HubArn"]
        assert hub_arn == f"arn:{partition}:securityhub:{region}:{MEMBER}:hub/default"

    def test_secrets_of_sessions_can_be_told(self, assume: Assume) -> None:
        keys = assume()
        secrets = (keys["aws_secret_access_key"], keys["aws_session_token"])
        assert all(secret.startswith(SESSION_SECRET_PREFIX) for secret in secrets)
        assert len(set(secrets)) == 2

    def test_a_role_of_another_partition(self, client: Client) -> None:
        china = client(service="sts", region_name="cn-north-1")
        assert error_of(china.assume_role, **request(arn_of())) == DENIED

    def test_a_session_is_good_in_its_partition_only(self, client: Client, assume: Assume) -> None:
        keys = assume()
        assert client(service="sts", region_name="us-east-1", **keys).get_caller_identity()["Account"] == MEMBER
        china = client(region_name="cn-north-1", **keys)
        assert error_of(china.describe_hub) == ("UnrecognizedClientException", 403)

    def test_seeded_roles_are_all_that_an_account_has(self, hub: Hub, client: Client, assume: Assume) -> None:
        hub.seed(roles=[{"account_id": MEMBER, "role": "security/Onboarding"}])
        assert assume(arn_of("security/Onboarding"))
        sts = client(service="sts")
        assert error_of(sts.assume_role, **request(arn_of("Onboarding"))) == DENIED
        assert error_of(sts.assume_role, **request(arn_of("security/onboarding"))) == DENIED
        assert assume(arn_of("Any", account_id=OTHER))

    def test_denial_names_caller_and_role(self, hub: Hub, client: Client) -> None:
        hub.seed(denied_roles=[MEMBER])
        message = message_of(client(service="sts").assume_role, **request())
        caller = f"arn:aws:iam::{ADMINISTRATOR}:user/hub"
        assert message == f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn_of()}"

    def test_external_id(self, hub: Hub, client: Client, assume: Assume) -> None:
        hub.seed(roles=[{"account_id": MEMBER, "role": "Onboarding", "external_id": "from-the-hub"}])
        sts = client(service="sts")
        assert error_of(sts.assume_role, **request()) == DENIED
        assert error_of(sts.assume_role, **request(ExternalId="another")) == DENIED
        assert assume(ExternalId="from-the-hub")
        assert assume(arn_of(account_id=OTHER), ExternalId="nobody-asked")

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            ({"account_id": MEMBER}, "role is"),
            ({"account_id": MEMBER, "role": "/Onboarding"}, "role is"),
            ({"account_id": MEMBER, "role": "a b"}, "role is"),
            ({"account_id": "1", "role": "a"}, "12 digits"),
            ({"account_id": MEMBER, "role": "a", "external_id": 7}, "external_id"),
            ({"account_id": MEMBER, "role": "a", "path": "/"}, "path"),
        ],
    )
    def test_bad_seeds(self, hub: Hub, row: dict[str, Any], words: str) -> None:
        with pytest.raises(HubError, match=words):
            hub.seed(roles=[row])


class TestRequests:
    """What STS checks before it looks at the role."""

    @pytest.mark.parametrize(
        "parameters",
        [
            request("arn:aws:iam::1:role/Onboarding"),
            request(f"arn:aws:iam::{MEMBER}:user/Onboarding"),
            request(RoleSessionName="a b"),
            request(DurationSeconds=43201),
            request(DurationSeconds=3601),
            request(ExternalId="a b"),
        ],
    )
    def test_malformed(self, hub: Hub, client: Client, parameters: dict[str, Any]) -> None:
        assert error_of(client(service="sts").assume_role, **parameters) == ("ValidationError", 400)
        assert hub.sessions() == []

    def test_a_policy_that_is_no_json(self, client: Client) -> None:
        answer = error_of(client(service="sts").assume_role, **request(Policy="{"))
        assert answer == ("MalformedPolicyDocument", 400)

    def test_a_longer_session_where_the_role_has_it(self, hub: Hub, client: Client, assume: Assume) -> None:
        hub.seed(roles=[{"account_id": MEMBER, "role": "Onboarding", "max_session_duration": 7200}])
        credentials = client(service="sts").assume_role(**request(DurationSeconds=7200))["Credentials"]
        assert credentials["Expiration"] > datetime.now(UTC) + timedelta(seconds=3700)
        chained = client(service="sts", **assume())
        assert error_of(chained.assume_role, **request(DurationSeconds=7200)) == ("ValidationError", 400)
        assert chained.assume_role(**request(DurationSeconds=3600))["Credentials"]

    def test_sessions_are_recorded(self, hub: Hub, client: Client, assume: Assume) -> None:
        statement = {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        first = assume(DurationSeconds=900, Policy=policy, ExternalId="mine")
        client(service="sts", region_name="us-east-1", **first).assume_role(**request(arn_of(account_id=OTHER)))
        one, two = hub.sessions()
        assert one == {
            "region": DEFAULT_REGION,
            "caller": f"arn:aws:iam::{ADMINISTRATOR}:user/hub",
            "role_arn": arn_of(),
            "session_name": "onboard",
            "external_id": "mine",
            "duration_seconds": 900,
            "policy": policy,
        }
        assert (two["region"], two["role_arn"], two["duration_seconds"]) == (
            "us-east-1",
            arn_of(account_id=OTHER),
            3600,
        )
        assert two["caller"] == f"arn:aws:sts::{MEMBER}:assumed-role/Onboarding/onboard"
        assert hub.counts()["assume_role"] == {MEMBER: {DEFAULT_REGION: 1}, OTHER: {"us-east-1": 1}}
        hub.reset_counts()
        assert (hub.sessions(), hub.counts()["assume_role"]) == ([], {})


class TestCredentials:
    """What AssumeRole hands out."""

    def test_secrets_are_long(self, assume: Assume) -> None:
        keys = assume()
        assert len(keys["aws_access_key_id"]) == 20
        assert len(keys["aws_secret_access_key"]) >= 40
        assert len(keys["aws_session_token"]) >= 100
        assert assume()["aws_access_key_id"] != keys["aws_access_key_id"]

    def test_the_token_has_to_be_there(self, client: Client, assume: Assume) -> None:
        keys = assume()
        for token in (None, "another"):
            broken = client(**{**keys, "aws_session_token": token})
            assert error_of(broken.describe_hub) == ("UnrecognizedClientException", 403)


class TestExpiredSession:
    """Credentials that are refused from some call on."""

    def test_until_the_role_is_assumed_again(self, hub: Hub, client: Client, assume: Assume) -> None:
        hub.seed(hubs=[{"account_id": MEMBER, "region": DEFAULT_REGION}])
        hub.fault(kind="expired_session", account_id=MEMBER, after=1)
        keys = assume()
        assert client(**keys).describe_hub()
        for _attempt in range(2):
            assert error_of(client(**keys).describe_hub) == ("ExpiredTokenException", 403)
        assert error_of(client(service="sts", **keys).get_caller_identity) == ("ExpiredToken", 403)
        assert error_of(client(service="ec2", **keys).describe_regions) == ("RequestExpired", 400)
        assert error_of(client(service="iam", **keys).list_users) == ("ExpiredToken", 403)
        assert client(**assume()).describe_hub()
        assert hub.counts()["faulted"] == {"DescribeHub": 1}

    def test_nothing_is_done_by_the_call_that_ends_it(self, hub: Hub, client: Client, assume: Assume) -> None:
        hub.fault(kind="expired_session", operation="EnableSecurityHub")
        assert error_of(client(**assume()).enable_security_hub) == ("ExpiredTokenException", 403)
        assert hub.state()["hubs"] == {}

    def test_keys_of_users_do_not_expire(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="expired_session")
        client().enable_security_hub()
        assert hub.faults()[0]["used"] == 0


class TestFaults:
    """Faults on calls of STS and EC2."""

    def test_account_id_is_also_the_account_of_a_session(self, hub: Hub, client: Client, assume: Assume) -> None:
        hub.fault(kind="throttle", account_id=MEMBER)
        keys = assume()
        client().enable_security_hub()
        assert error_of(client(**keys).enable_security_hub) == ("TooManyRequestsException", 429)

    @pytest.mark.parametrize(
        ("kind", "sts", "ec2"),
        [
            ("throttle", ("Throttling", 400), ("RequestLimitExceeded", 503)),
            ("error", ("InternalFailure", 500), ("InternalError", 500)),
            ("error_after", ("InternalFailure", 500), ("InternalError", 500)),
            ("access_denied", ("AccessDenied", 403), ("UnauthorizedOperation", 403)),
        ],
    )
    def test_codes_are_the_services_own(
        self, hub: Hub, client: Client, kind: str, sts: tuple[str, int], ec2: tuple[str, int]
    ) -> None:
        hub.fault(kind=kind, operation=["AssumeRole", "DescribeRegions", "GetCallerIdentity"], times=3)
        assert error_of(client(service="sts").assume_role, **request()) == sts
        assert error_of(client(service="sts").get_caller_identity) == sts
        assert error_of(client(service="ec2").describe_regions) == ec2
        assert hub.counts()["faulted"] == {"AssumeRole": 1, "GetCallerIdentity": 1, "DescribeRegions": 1}
        assert client(service="sts").assume_role(**request())

    def test_a_given_code_stays(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="error", operation="AssumeRole", code="ServiceUnavailable", status=503)
        assert error_of(client(service="sts").assume_role, **request()) == ("ServiceUnavailable", 503)

    @pytest.mark.parametrize(("kind", "handed_out"), [("lost_reply", 1), ("lost_request", 0)])
    def test_lost(self, hub: Hub, client: Client, kind: str, handed_out: int) -> None:
        hub.fault(kind=kind, operation="AssumeRole")
        with pytest.raises(ConnectionClosedError):
            client(service="sts").assume_role(**request())
        assert len(hub.sessions()) == handed_out

    def test_latency(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="latency", operation="AssumeRole", seconds=0.01)
        client(service="sts").assume_role(**request())
        assert hub.faults()[0]["used"] == 1

    def test_faults_without_an_operation_leave_them_alone(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="throttle", times=None)
        assert client(service="sts").assume_role(**request())
        assert client(service="ec2").describe_regions()["Regions"]

    def test_denial_names_the_role(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="access_denied", operation="AssumeRole")
        message = message_of(client(service="sts").assume_role, **request())
        assert f"sts:AssumeRole on resource: {arn_of()}" in message

    def test_one_role_of_many(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="refuse_call", operation="AssumeRole", account_ids=[OTHER], code="AccessDenied", status=403)
        assert client(service="sts").assume_role(**request())
        assert error_of(client(service="sts").assume_role, **request(arn_of(account_id=OTHER))) == DENIED


class TestStsByRegion:
    """STS that is off in a Region, or refuses its tokens."""

    def test_off(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="sts_disabled", region="ap-northeast-2")
        there = client(service="sts", region_name="ap-northeast-2")
        assert error_of(there.assume_role, **request()) == ("RegionDisabledException", 403)
        assert f"for account:{ADMINISTRATOR}" in message_of(there.assume_role, **request())
        assert there.get_caller_identity()["Account"] == ADMINISTRATOR
        assert client(service="sts").assume_role(**request())
        client(region_name="ap-northeast-2").enable_security_hub()

    def test_tokens_refused(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="sts_token_refused", region="ap-northeast-2")
        there = client(service="sts", region_name="ap-northeast-2")
        assert error_of(there.assume_role, **request()) == ("InvalidClientTokenId", 403)
        assert error_of(there.get_caller_identity) == ("InvalidClientTokenId", 403)
        client(region_name="ap-northeast-2").enable_security_hub()


def test_an_account_that_administers_members_itself(hub: Hub, client: Client, assume: Assume) -> None:
    own = {"administrator_id": MEMBER, "region": DEFAULT_REGION, "account_id": OTHER, "member_status": "Enabled"}
    hub.seed(members=[own])
    member = client(**assume())
    assert [row["AccountId"] for row in member.list_members()["Members"]] == [OTHER]
    assert "Administrator" not in member.get_administrator_account()
