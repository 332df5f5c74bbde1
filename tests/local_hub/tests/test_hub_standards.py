# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Standards: what is offered, what is enabled, and the states between."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from local_hub.control import DEFAULT_REGION, Hub, HubError
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of, message_of
from local_hub.tests.world import ADMINISTRATOR

FOUNDATIONAL = "aws-foundational-security-best-practices/v/1.0.0"
CIS_1 = "cis-aws-foundations-benchmark/v/1.2.0"
PCI = "pci-dss/v/4.0.1"
NIST = "nist-800-53/v/5.0.0"


def arn_of(name: str, region: str = DEFAULT_REGION) -> str:
    """The ARN of a standard in the partition aws."""
    return f"arn:aws:securityhub:{region}::standards/{name}"


def subscription_arn(name: str) -> str:
    """The ARN of a standard that the administrator has enabled."""
    return f"arn:aws:securityhub:{DEFAULT_REGION}:{ADMINISTRATOR}:subscription/{name}"


def requests(*names: str) -> list[dict[str, str]]:
    """The parameter of BatchEnableStandards."""
    return [{"StandardsArn": arn_of(name)} for name in names]


@pytest.fixture
def seed_hub(hub: Hub) -> Callable[..., None]:
    """Enables Security Hub in the administrator's account, with these standards."""

    def seed(*standards: Any, region: str = DEFAULT_REGION) -> None:
        hub.seed(hubs=[{"account_id": ADMINISTRATOR, "region": region, "standards": list(standards)}])

    return seed


SeedHub = Callable[..., None]


def states(client: Client, **parameters: Any) -> dict[str, str]:
    """State by short name, of what GetEnabledStandards lists."""
    rows = client().get_enabled_standards(**parameters)["StandardsSubscriptions"]
    return {row["StandardsSubscriptionArn"].partition(":subscription/")[2]: row["StandardsStatus"] for row in rows}


def enable(client: Client, *names: str) -> list[str]:
    """Enable standards; the states that the answer shows."""
    rows = client().batch_enable_standards(StandardsSubscriptionRequests=requests(*names))["StandardsSubscriptions"]
    return [row["StandardsStatus"] for row in rows]


def disable(client: Client, *names: str) -> list[str]:
    """Disable standards; the states that the answer shows."""
    arns = [subscription_arn(name) for name in names]
    rows = client().batch_disable_standards(StandardsSubscriptionArns=arns)["StandardsSubscriptions"]
    return [row["StandardsStatus"] for row in rows]


def wait_for(look: Callable[[], object], expected: object) -> None:
    """Look again until it is so."""
    deadline = time.monotonic() + 60
    while look() != expected:
        assert time.monotonic() < deadline
        time.sleep(0.05)


class TestOffered:
    """DescribeStandards."""

    def test_rows(self, client: Client, seed_hub: SeedHub) -> None:
        seed_hub()
        rows = {row["StandardsArn"]: row for row in client().describe_standards()["Standards"]}
        row = rows[arn_of(FOUNDATIONAL)]
        assert (row["Name"], row["EnabledByDefault"]) == ("AWS Foundational Security Best Practices v1.0.0", True)
        assert row["StandardsManagedBy"] == {"Company": "AWS", "Product": "Security Hub"}
        assert rows[arn_of(PCI)]["EnabledByDefault"] is False
        assert f"arn:aws:securityhub:::ruleset/{CIS_1}" in rows
        shape = client().meta.service_model.shape_for("Standard")
        assert set(row) == set(shape.members)

    @pytest.mark.parametrize(
        ("region", "partition", "tagging"),
        [("eu-west-1", "aws", True), ("us-gov-west-1", "aws-us-gov", False), ("cn-north-1", "aws-cn", False)],
    )
    def test_partitions(self, client: Client, seed_hub: SeedHub, region: str, partition: str, tagging: bool) -> None:
        seed_hub(region=region)
        arns = [row["StandardsArn"] for row in client(region_name=region).describe_standards()["Standards"]]
        assert all(arn.startswith(f"arn:{partition}:securityhub:") for arn in arns)
        assert f"arn:{partition}:securityhub:{region}::standards/{FOUNDATIONAL}" in arns
        assert any("resource-tagging" in arn for arn in arns) == tagging

    def test_a_region_that_offers_less(self, hub: Hub, client: Client, seed_hub: SeedHub) -> None:
        hub.seed(offered_standards=[{"region": DEFAULT_REGION, "standards": [FOUNDATIONAL]}])
        client().enable_security_hub()
        assert [row["StandardsArn"] for row in client().describe_standards()["Standards"]] == [arn_of(FOUNDATIONAL)]
        assert list(states(client)) == [FOUNDATIONAL]
        batch = client().batch_enable_standards
        assert error_of(batch, StandardsSubscriptionRequests=requests(PCI)) == ("InvalidInputException", 400)

    def test_pages_and_providers(self, client: Client, seed_hub: SeedHub) -> None:
        seed_hub()
        pages = list(client().get_paginator("describe_standards").paginate(PaginationConfig={"PageSize": 4}))
        assert [len(page["Standards"]) for page in pages][:2] == [4, 4]
        everything = client().describe_standards()["Standards"]
        assert [row for page in pages for row in page["Standards"]] == everything
        assert client().describe_standards(Providers=["Azure"])["Standards"] == []

    def test_security_hub_has_to_be_enabled(self, client: Client) -> None:
        assert error_of(client().describe_standards) == ("InvalidAccessException", 401)


class TestStates:
    """From PENDING on."""

    def test_at_once(self, client: Client, seed_hub: SeedHub) -> None:
        seed_hub()
        assert enable(client, PCI, NIST) == ["PENDING", "PENDING"]
        assert states(client) == {PCI: "READY", NIST: "READY"}
        assert enable(client, PCI) == ["READY"]
        assert disable(client, PCI, FOUNDATIONAL) == ["DELETING"]
        assert states(client) == {NIST: "READY"}

    def test_slowly(self, hub: Hub, client: Client, seed_hub: SeedHub) -> None:
        seed_hub(NIST)
        hub.fault(kind="slow_standards", seconds=600)
        enable(client, PCI)
        assert states(client) == {NIST: "READY", PCI: "PENDING"}
        assert enable(client, PCI) == ["PENDING"]
        assert disable(client, NIST) == ["DELETING"]
        assert states(client) == {NIST: "DELETING", PCI: "PENDING"}
        batch = client().batch_enable_standards
        assert "is being disabled" in message_of(batch, StandardsSubscriptionRequests=requests(NIST))

    def test_slow_ones_are_done_in_the_end(self, hub: Hub, client: Client, seed_hub: SeedHub) -> None:
        seed_hub(NIST)
        hub.fault(kind="slow_standards", seconds=0.2)
        enable(client, PCI)
        wait_for(lambda: states(client), {NIST: "READY", PCI: "READY"})
        disable(client, NIST)
        wait_for(lambda: states(client), {PCI: "READY"})
        assert enable(client, NIST) == ["PENDING"]

    def test_default_standards_are_slow_too(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="slow_standards", seconds=600)
        client().enable_security_hub()
        assert states(client) == {FOUNDATIONAL: "PENDING", CIS_1: "PENDING"}
        shown = hub.state()["hubs"][ADMINISTRATOR][DEFAULT_REGION]["standards_status"]
        assert shown[arn_of(FOUNDATIONAL)] == "PENDING"

    @pytest.mark.parametrize("outcome", ["INCOMPLETE", "FAILED"])
    def test_that_ends_badly(self, hub: Hub, client: Client, seed_hub: SeedHub, outcome: str) -> None:
        seed_hub()
        reason = "NO_AVAILABLE_CONFIGURATION_RECORDER"
        hub.fault(kind="standards_outcome", outcome=outcome, standards=[PCI], reason=reason)
        assert enable(client, PCI, NIST) == ["PENDING", "PENDING"]
        rows = client().get_enabled_standards()["StandardsSubscriptions"]
        assert [row["StandardsStatus"] for row in rows] == [outcome, "READY"]
        assert rows[0]["StandardsStatusReason"] == {"StatusReasonCode": reason}
        assert "StandardsStatusReason" not in rows[1]
        hub.clear_faults()
        assert enable(client, PCI) == ["PENDING"]
        assert states(client)[PCI] == "READY"

    @pytest.mark.parametrize("seconds", [0, 600])
    def test_that_cannot_be_disabled(self, hub: Hub, client: Client, seed_hub: SeedHub, seconds: float) -> None:
        seed_hub(PCI, NIST)
        hub.fault(kind="slow_standards", seconds=seconds)
        hub.fault(kind="standards_outcome", outcome="FAILED", standards=[PCI], reason="INTERNAL_ERROR")
        assert disable(client, PCI, NIST) == ["DELETING", "DELETING"]
        assert states(client) == ({PCI: "DELETING", NIST: "DELETING"} if seconds else {PCI: "FAILED"})

    def test_slow_visibility(self, hub: Hub, client: Client, seed_hub: SeedHub) -> None:
        seed_hub()
        hub.fault(kind="slow_visibility", seconds=600)
        enable(client, PCI)
        assert states(client) == {}


class TestSeeds:
    """States that have always been so."""

    @pytest.mark.parametrize("status", ["PENDING", "READY", "INCOMPLETE", "FAILED", "DELETING"])
    def test_states(self, client: Client, seed_hub: SeedHub, status: str) -> None:
        seed_hub({"standards": PCI, "status": status, "reason": "INTERNAL_ERROR"}, arn_of(NIST))
        row, other = client().get_enabled_standards()["StandardsSubscriptions"]
        assert (row["StandardsArn"], row["StandardsStatus"]) == (arn_of(PCI), status)
        assert ("StandardsStatusReason" in row) == (status != "PENDING")
        updatable = "READY_FOR_UPDATES" if status in ("READY", "INCOMPLETE") else "NOT_READY_FOR_UPDATES"
        assert row["StandardsControlsUpdatable"] == updatable
        assert other["StandardsArn"] == arn_of(NIST)

    @pytest.mark.parametrize(
        ("standards", "words"),
        [
            (["pci"], "short name"),
            ([{"standards": PCI, "status": "GONE"}], "status can be"),
            ([{"standards": PCI, "reason": "RAIN"}], "reason can be"),
            ([{"standards": PCI, "state": "READY"}], "no state"),
        ],
    )
    def test_bad_seeds(self, seed_hub: SeedHub, standards: list[Any], words: str) -> None:
        with pytest.raises(HubError, match=words):
            seed_hub(*standards)

    def test_bad_faults(self, hub: Hub) -> None:
        with pytest.raises(HubError, match="outcome can be"):
            hub.fault(kind="standards_outcome", outcome="GONE")


class TestCalls:
    """Limits, filters, what is refused."""

    def test_filter_and_pages(self, client: Client, seed_hub: SeedHub) -> None:
        seed_hub(PCI, NIST, FOUNDATIONAL)
        wanted = [subscription_arn(NIST), subscription_arn("pci-dss/v/3.2.1")]
        assert states(client, StandardsSubscriptionArns=wanted) == {NIST: "READY"}
        first = client().get_enabled_standards(MaxResults=2)
        assert len(first["StandardsSubscriptions"]) == 2
        second = client().get_enabled_standards(MaxResults=2, NextToken=first["NextToken"])
        assert len(second["StandardsSubscriptions"]) == 1
        assert "NextToken" not in second
        assert states(client, Providers=["GCP"]) == {}

    def test_25_at_most(self, client: Client, seed_hub: SeedHub) -> None:
        seed_hub()
        many = [f"pci-dss/v/{number}.0" for number in range(26)]
        arns = [subscription_arn(name) for name in many]
        refusal = ("InvalidInputException", 400)
        assert error_of(client().batch_enable_standards, StandardsSubscriptionRequests=requests(*many)) == refusal
        assert error_of(client().batch_disable_standards, StandardsSubscriptionArns=arns) == refusal
        assert error_of(client().get_enabled_standards, StandardsSubscriptionArns=arns) == refusal

    @pytest.mark.parametrize(
        "arn",
        [
            arn_of(PCI, "us-east-1"),
            arn_of("pci-dss/v/9.9.9"),
            arn_of("service-managed-aws-control-tower/v/1.0.0"),
            "cis",
        ],
    )
    def test_what_cannot_be_enabled_here(self, client: Client, seed_hub: SeedHub, arn: str) -> None:
        seed_hub()
        batch = [*requests(PCI), {"StandardsArn": arn}]
        message = message_of(client().batch_enable_standards, StandardsSubscriptionRequests=batch)
        assert arn in message
        assert states(client) == {}
