# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regions that accounts have enabled, and the finding aggregator that links them."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from local_hub.control import DEFAULT_REGION, Hub, HubError
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of
from local_hub.tests.world import ADMINISTRATOR, MEMBER


def regions(client: Client, account_id: str = ADMINISTRATOR, **parameters: Any) -> dict[str, str]:
    """Opt-in status by Region, of what DescribeRegions lists."""
    region = parameters.pop("region_name", DEFAULT_REGION)
    rows = client(account_id, "ec2", region_name=region).describe_regions(**parameters)["Regions"]
    return {row["RegionName"]: row["OptInStatus"] for row in rows}


class TestDescribeRegions:
    """EC2's list."""

    @pytest.mark.parametrize(
        ("region", "partition"),
        [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")],
    )
    def test_default_is_what_the_sdk_knows(self, client: Client, region: str, partition: str) -> None:
        known = botocore.session.get_session().get_available_regions("ec2", partition_name=partition)
        listed = regions(client, region_name=region)
        assert sorted(listed) == sorted(known)
        assert listed[region] == "opt-in-not-required"
        assert "not-opted-in" not in listed.values()

    def test_only_these(self, hub: Hub, client: Client) -> None:
        enabled = ["eu-west-1", "eu-south-1", "mars-north-1"]
        hub.seed(enabled_regions=[{"account_id": ADMINISTRATOR, "regions": enabled}])
        assert regions(client) == {
            "eu-south-1": "opted-in",
            "eu-west-1": "opt-in-not-required",
            "mars-north-1": "opted-in",
        }
        everything = regions(client, AllRegions=True)
        assert everything["af-south-1"] == "not-opted-in"
        assert set(regions(client, MEMBER)) < set(everything)
        assert hub.state()["enabled_regions"] == {ADMINISTRATOR: sorted(enabled)}

    def test_all_but_these(self, hub: Hub, client: Client) -> None:
        before = regions(client)
        hub.seed(disabled_regions=[{"account_id": ADMINISTRATOR, "regions": ["eu-south-1", "af-south-1"]}])
        assert set(before) - set(regions(client)) == {"eu-south-1", "af-south-1"}
        assert set(regions(client, region_name="cn-north-1")) == {"cn-north-1", "cn-northwest-1"}

    def test_names_and_filters(self, hub: Hub, client: Client) -> None:
        hub.seed(disabled_regions=[{"account_id": ADMINISTRATOR, "region": "eu-south-1"}])
        assert list(regions(client, RegionNames=["us-east-1", "eu-west-1"])) == ["eu-west-1", "us-east-1"]
        not_opted_in = [{"Name": "opt-in-status", "Values": ["not-opted-in"]}]
        assert list(regions(client, AllRegions=True, Filters=not_opted_in)) == ["eu-south-1"]
        assert regions(client, Filters=not_opted_in) == {}
        of_europe = [{"Name": "endpoint", "Values": ["ec2.eu-west-*"]}]
        assert list(regions(client, Filters=of_europe)) == ["eu-west-1", "eu-west-2", "eu-west-3"]
        ec2 = client(service="ec2")
        refusal = ("InvalidParameterValue", 400)
        assert error_of(ec2.describe_regions, RegionNames=["eu-west-9"]) == refusal
        assert error_of(ec2.describe_regions, Filters=[{"Name": "colour", "Values": ["red"]}]) == refusal

    def test_no_service_answers_where_an_account_has_not_opted_in(self, hub: Hub, client: Client) -> None:
        hub.seed(disabled_regions=[{"account_id": ADMINISTRATOR, "region": "eu-south-1"}])
        for service, operation, code in (
            ("securityhub", "describe_hub", "UnrecognizedClientException"),
            ("sts", "get_caller_identity", "InvalidClientTokenId"),
            ("ec2", "describe_regions", "AuthFailure"),
        ):
            there = client(service=service, region_name="eu-south-1")
            assert error_of(getattr(there, operation))[0] == code
        client(MEMBER, region_name="eu-south-1").enable_security_hub()
        assert client(service="iam", region_name="eu-south-1").list_users()["Users"] == []

    def test_sessions_have_the_regions_of_their_account(self, hub: Hub, client: Client) -> None:
        hub.seed(disabled_regions=[{"account_id": MEMBER, "region": "eu-south-1"}])
        role = {"RoleArn": f"arn:aws:iam::{MEMBER}:role/Onboarding", "RoleSessionName": "onboard"}
        keys = client(service="sts", region_name="eu-south-1").assume_role(**role)["Credentials"]
        session = {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }
        there = client(region_name="eu-south-1", **session)
        assert error_of(there.enable_security_hub) == ("UnrecognizedClientException", 403)
        client(**session).enable_security_hub()

    @pytest.mark.parametrize(
        ("row", "words"), [({"account_id": MEMBER}, "region"), ({"account_id": "1", "region": "eu-west-1"}, "12")]
    )
    def test_bad_seeds(self, hub: Hub, row: dict[str, Any], words: str) -> None:
        with pytest.raises(HubError, match=words):
            hub.seed(disabled_regions=[row])


class TestFindingAggregator:
    """Cross-Region aggregation of an administrator."""

    @pytest.mark.parametrize(
        ("mode", "linked"),
        [
            ("ALL_REGIONS", None),
            ("ALL_REGIONS_EXCEPT_SPECIFIED", ["eu-west-3"]),
            ("SPECIFIED_REGIONS", ["eu-west-2", "us-east-1"]),
            ("NO_REGIONS", None),
        ],
    )
    def test_modes(self, hub: Hub, client: Client, mode: str, linked: list[str] | None) -> None:
        row: dict[str, Any] = {"account_id": ADMINISTRATOR, "home_region": DEFAULT_REGION, "linking_mode": mode}
        hub.seed(finding_aggregators=[{**row, "regions": linked} if linked else row])
        (found,) = client().list_finding_aggregators()["FindingAggregators"]
        arn = found["FindingAggregatorArn"]
        assert arn.startswith(f"arn:aws:securityhub:{DEFAULT_REGION}:{ADMINISTRATOR}:finding-aggregator/")
        answer = client().get_finding_aggregator(FindingAggregatorArn=arn)
        assert (answer["FindingAggregationRegion"], answer["RegionLinkingMode"]) == (DEFAULT_REGION, mode)
        assert (answer["FindingAggregatorArn"], answer.get("Regions")) == (arn, linked)

    def test_from_another_region(self, hub: Hub, client: Client) -> None:
        hub.seed(
            finding_aggregators=[{"account_id": ADMINISTRATOR, "home_region": DEFAULT_REGION}],
            hubs=[{"account_id": ADMINISTRATOR, "regions": ["us-east-1", "cn-north-1"]}],
        )
        there = client(region_name="us-east-1")
        (found,) = there.list_finding_aggregators()["FindingAggregators"]
        answer = there.get_finding_aggregator(**found)
        assert (answer["FindingAggregationRegion"], answer["RegionLinkingMode"]) == (DEFAULT_REGION, "ALL_REGIONS")
        assert client(region_name="cn-north-1").list_finding_aggregators()["FindingAggregators"] == []

    def test_none(self, hub: Hub, client: Client) -> None:
        assert error_of(client().list_finding_aggregators) == ("InvalidAccessException", 401)
        hub.seed(
            hubs=[{"account_id": MEMBER, "region": DEFAULT_REGION}],
            finding_aggregators=[{"account_id": ADMINISTRATOR, "home_region": DEFAULT_REGION}],
        )
        assert client(MEMBER).list_finding_aggregators()["FindingAggregators"] == []
        (other,) = client().list_finding_aggregators()["FindingAggregators"]
        assert error_of(client(MEMBER).get_finding_aggregator, **other) == ("ResourceNotFoundException", 404)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"linking_mode": "SOME_REGIONS"}, "linking_mode can be"),
            ({"linking_mode": "SPECIFIED_REGIONS"}, "regions belong"),
            ({"linking_mode": "NO_REGIONS", "regions": ["eu-west-1"]}, "regions belong"),
            ({"home_region": ""}, "home_region"),
        ],
    )
    def test_bad_seeds(self, hub: Hub, fields: dict[str, Any], words: str) -> None:
        row = {"account_id": ADMINISTRATOR, "home_region": DEFAULT_REGION, **fields}
        with pytest.raises(HubError, match=words):
            hub.seed(finding_aggregators=[row])
