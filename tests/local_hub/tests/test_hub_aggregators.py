# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The finding aggregator: made, changed, deleted, and where that is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from local_hub.control import DEFAULT_REGION, Hub
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of, message_of
from local_hub.tests.world import ADMINISTRATOR, MEMBER

VIRGINIA = "us-east-1"
REFUSED = ("InvalidInputException", 400)


@pytest.fixture(autouse=True)
def hubs(hub: Hub) -> None:
    """Security Hub in two Regions."""
    hub.seed(hubs=[{"account_id": ADMINISTRATOR, "regions": [DEFAULT_REGION, VIRGINIA]}])


def arns(client: Client, region: str = DEFAULT_REGION) -> list[str]:
    """What ListFindingAggregators shows."""
    rows = client(region_name=region).list_finding_aggregators()["FindingAggregators"]
    return [row["FindingAggregatorArn"] for row in rows]


class TestCreate:
    """CreateFindingAggregator."""

    @pytest.mark.parametrize(
        ("mode", "regions"),
        [
            ("ALL_REGIONS", []),
            ("ALL_REGIONS_EXCEPT_SPECIFIED", ["us-west-2"]),
            ("SPECIFIED_REGIONS", ["us-east-1", "us-west-2"]),
            ("NO_REGIONS", []),
        ],
    )
    def test_linking_modes(self, hub: Hub, client: Client, mode: str, regions: list[str]) -> None:
        parameters: dict[str, Any] = {"Regions": regions} if regions else {}
        made = client().create_finding_aggregator(RegionLinkingMode=mode, **parameters)
        assert (made["FindingAggregationRegion"], made["RegionLinkingMode"]) == (DEFAULT_REGION, mode)
        assert made.get("Regions", []) == regions
        arn = made["FindingAggregatorArn"]
        assert arns(client, VIRGINIA) == [arn]
        shown = client(region_name=VIRGINIA).get_finding_aggregator(FindingAggregatorArn=arn)
        assert {key: shown[key] for key in parameters} == parameters
        (row,) = hub.state()["finding_aggregators"]
        assert row == {
            "account_id": ADMINISTRATOR,
            "home_region": DEFAULT_REGION,
            "linking_mode": mode,
            "regions": regions,
            "arn": arn,
        }

    @pytest.mark.parametrize(
        ("mode", "regions", "words"),
        [
            ("SOME_REGIONS", [], "can be ALL_REGIONS"),
            ("NO_REGIONS", [VIRGINIA], "Regions belong to"),
            ("ALL_REGIONS", [VIRGINIA], "Regions belong to"),
            ("SPECIFIED_REGIONS", [], "Regions belong to"),
            ("SPECIFIED_REGIONS", [DEFAULT_REGION], "cannot be linked"),
            ("SPECIFIED_REGIONS", ["cn-north-1"], "cannot be linked"),
        ],
    )
    def test_what_does_not_fit(self, client: Client, mode: str, regions: list[str], words: str) -> None:
        parameters = {"RegionLinkingMode": mode, "Regions": regions}
        assert words in message_of(client().create_finding_aggregator, **parameters)
        assert error_of(client().create_finding_aggregator, **parameters) == REFUSED
        assert arns(client) == []

    @pytest.mark.parametrize(
        ("position", "expected"),
        [("limit_exceeded", ("LimitExceededException", 429)), ("invalid_input", REFUSED)],
    )
    def test_one_for_each_account(self, hub: Hub, client: Client, position: str, expected: tuple[str, int]) -> None:
        hub.switches(second_aggregator=position)
        client().create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
        for region in (DEFAULT_REGION, VIRGINIA):
            call = client(region_name=region).create_finding_aggregator
            assert error_of(call, RegionLinkingMode="ALL_REGIONS") == expected

    def test_not_by_a_member(self, client: Client, seed_member: Callable[..., None]) -> None:
        seed_member("Enabled")
        answer = error_of(client(MEMBER).create_finding_aggregator, RegionLinkingMode="ALL_REGIONS")
        assert answer == ("InvalidInputException", 401)

    def test_security_hub_has_to_be_enabled(self, client: Client) -> None:
        answer = error_of(client(MEMBER).create_finding_aggregator, RegionLinkingMode="ALL_REGIONS")
        assert answer == ("InvalidAccessException", 401)


class TestChange:
    """UpdateFindingAggregator and DeleteFindingAggregator."""

    @pytest.fixture
    def arn(self, client: Client) -> str:
        made = client().create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
        return str(made["FindingAggregatorArn"])

    def test_update(self, client: Client, arn: str) -> None:
        parameters = {"RegionLinkingMode": "SPECIFIED_REGIONS", "Regions": [VIRGINIA]}
        changed = client().update_finding_aggregator(FindingAggregatorArn=arn, **parameters)
        assert (changed["FindingAggregatorArn"], changed["Regions"]) == (arn, [VIRGINIA])
        assert client().get_finding_aggregator(FindingAggregatorArn=arn)["Regions"] == [VIRGINIA]

    def test_delete_and_make_again_elsewhere(self, client: Client, arn: str) -> None:
        client().delete_finding_aggregator(FindingAggregatorArn=arn)
        assert arns(client) == []
        assert error_of(client().delete_finding_aggregator, FindingAggregatorArn=arn)[0] == "ResourceNotFoundException"
        made = client(region_name=VIRGINIA).create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
        assert made["FindingAggregationRegion"] == VIRGINIA
        assert arns(client) == [made["FindingAggregatorArn"]]

    def test_only_in_the_home_region(self, client: Client, arn: str) -> None:
        there = client(region_name=VIRGINIA)
        parameters = {"FindingAggregatorArn": arn}
        assert "home Region eu-west-1" in message_of(there.delete_finding_aggregator, **parameters)
        assert error_of(there.update_finding_aggregator, RegionLinkingMode="NO_REGIONS", **parameters) == REFUSED
        assert arns(client) == [arn]

    def test_slow_visibility(self, hub: Hub, client: Client, arn: str) -> None:
        hub.fault(kind="slow_visibility", seconds=600)
        assert arns(client) == []
        hub.clear_faults()
        assert arns(client) == [arn]
