# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service says right after a change, or for ever: not yet, already, in progress, one more page."""

from __future__ import annotations

from typing import Any

import pytest

from local_hub.control import DEFAULT_REGION, Hub, HubError
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of, message_of
from local_hub.tests.world import ADMINISTRATOR, MEMBER

NOT_SUBSCRIBED = ("InvalidAccessException", 401)
PCI = f"arn:aws:securityhub:{DEFAULT_REGION}::standards/pci-dss/v/4.0.1"


class TestSlowHub:
    """Security Hub that has just been enabled."""

    def test_it_is_not_subscribed_yet(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="slow_hub", seconds=600)
        new = client()
        new.enable_security_hub()
        for call in (new.describe_hub, new.list_members, new.get_enabled_standards, new.list_invitations):
            assert error_of(call) == NOT_SUBSCRIBED
        assert error_of(new.enable_security_hub) == ("ResourceConflictException", 409)
        assert hub.counts()["faulted"]["ListMembers"] == 1
        hub.clear_faults()
        assert new.list_members()["Members"] == []

    def test_it_can_be_for_some_operations(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="slow_hub", seconds=600, operation=["BatchEnableStandards"])
        new = client()
        new.enable_security_hub()
        assert new.describe_hub()["HubArn"]
        request = {"StandardsSubscriptionRequests": [{"StandardsArn": PCI}]}
        assert error_of(new.batch_enable_standards, **request) == NOT_SUBSCRIBED

    def test_hubs_of_seeds_have_always_been_there(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="slow_hub", seconds=600)
        hub.seed(hubs=[{"account_id": ADMINISTRATOR, "region": DEFAULT_REGION}])
        assert client().list_members()["Members"] == []


def test_already_subscribed_while_it_shows_as_off(hub: Hub, client: Client) -> None:
    message = "Account is already subscribed to Security Hub"
    conflict = {"code": "ResourceConflictException", "status": 409, "message": message}
    hub.fault(kind="error", operation="EnableSecurityHub", times=None, **conflict)
    assert message_of(client().enable_security_hub) == message
    assert error_of(client().describe_hub) == NOT_SUBSCRIBED


def test_no_control_finding_generator(hub: Hub, client: Client) -> None:
    hub.switches(control_finding_generator="omitted")
    client().enable_security_hub()
    assert "ControlFindingGenerator" not in client().describe_hub()


class TestPendingStandards:
    """Standards that are PENDING."""

    @pytest.fixture
    def pending(self, hub: Hub) -> dict[str, list[str]]:
        row = {"standards": PCI, "status": "PENDING"}
        hub.seed(hubs=[{"account_id": ADMINISTRATOR, "region": DEFAULT_REGION, "standards": [row]}])
        arn = f"arn:aws:securityhub:{DEFAULT_REGION}:{ADMINISTRATOR}:subscription/pci-dss/v/4.0.1"
        return {"StandardsSubscriptionArns": [arn]}

    def test_disabled_by_default(self, client: Client, pending: dict[str, list[str]]) -> None:
        client().batch_disable_standards(**pending)
        assert client().get_enabled_standards()["StandardsSubscriptions"] == []

    def test_refused_for_now(self, hub: Hub, client: Client, pending: dict[str, list[str]]) -> None:
        hub.switches(disable_pending_standard="invalid_input")
        assert "Please try again later" in message_of(client().batch_disable_standards, **pending)
        (row,) = client().get_enabled_standards()["StandardsSubscriptions"]
        assert row["StandardsStatus"] == "PENDING"


class TestEndlessPages:
    """Lists without an end."""

    def walk(self, client: Client, pages: int) -> tuple[list[str], list[int]]:
        """Tokens and sizes of the first pages."""
        tokens, sizes, parameters = [], [], {"OnlyAssociated": False}
        for _page in range(pages):
            answer = client().list_members(**parameters)
            tokens.append(answer["NextToken"])
            sizes.append(len(answer["Members"]))
            parameters["NextToken"] = answer["NextToken"]
        return tokens, sizes

    @pytest.fixture(autouse=True)
    def member(self, seed_member: Any) -> None:
        seed_member("Created")

    def test_alternating(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="endless_pages", pages="alternating")
        tokens, sizes = self.walk(client, 5)
        assert tokens[0] == tokens[2] == tokens[4]
        assert tokens[0] != tokens[1] == tokens[3]
        assert sizes == [1] * 5

    def test_empty(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="endless_pages", pages="empty", operation="ListMembers")
        tokens, sizes = self.walk(client, 5)
        assert len(set(tokens)) == 5
        assert sizes == [0] * 5
        assert hub.counts()["faulted"] == {"ListMembers": 5}

    def test_other_values_are_refused(self, hub: Hub) -> None:
        with pytest.raises(HubError, match="alternating, empty"):
            hub.fault(kind="endless_pages", pages="many")


def test_a_region_that_an_scp_denies_to_members(hub: Hub, client: Client) -> None:
    hub.seed(hubs=[{"account_id": each, "region": "eu-south-1"} for each in (ADMINISTRATOR, MEMBER)])
    hub.fault(kind="access_denied", region="eu-south-1", account_id=[MEMBER], policy="service control")
    assert client(region_name="eu-south-1").list_members()["Members"] == []
    message = message_of(client(MEMBER, region_name="eu-south-1").describe_hub)
    assert message.endswith("with an explicit deny in a service control policy")
    assert error_of(client(MEMBER).describe_hub) == NOT_SUBSCRIBED
    with pytest.raises(HubError, match="identity-based, service control"):
        hub.fault(kind="access_denied", policy="bucket")
