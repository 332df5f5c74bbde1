# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Config's recorders, seeded or made by a client."""

from __future__ import annotations

from typing import Any

import pytest

from local_hub.control import DEFAULT_REGION, Hub, HubError
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of, message_of
from local_hub.tests.world import ADMINISTRATOR, MEMBER

LINKED = "AWSConfigurationRecorderForSecurityHubCSPM"
# No other test of this run may use AWS Config as this account: moto forgets nothing.
OWNER = "777788889999"


def recorders(client: Client, account_id: str = MEMBER, **options: Any) -> dict[str, dict[str, Any]]:
    """Recorders by name, with their states."""
    config = client(account_id, "config", **options)
    rows = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    states = {row["name"]: row for row in rows}
    described = config.describe_configuration_recorders()["ConfigurationRecorders"]
    return {row["name"]: {**row, **states[row["name"]]} for row in described}


def test_none_unless_seeded(client: Client) -> None:
    assert recorders(client) == {}


def test_seeded_recorders(hub: Hub, client: Client) -> None:
    place = {"account_id": MEMBER, "region": DEFAULT_REGION}
    hub.seed(config_recorders=[{**place, "recording": False, "last_status": "Failure"}])
    hub.seed(config_recorders=[{**place, "service_linked": True}])
    shown = recorders(client)
    assert {
        name: (row["recording"], row["lastStatus"], row.get("servicePrincipal")) for name, row in shown.items()
    } == {
        "default": (False, "Failure", None),
        LINKED: (True, "Success", "securityhub.amazonaws.com"),
    }
    assert shown[LINKED]["arn"].startswith(f"arn:aws:config:{DEFAULT_REGION}:{MEMBER}:configuration-recorder/{LINKED}/")
    assert recorders(client, ADMINISTRATOR) == recorders(client, region_name="us-east-1") == {}
    assert [row["name"] for row in hub.state()["config_recorders"]] == ["default", LINKED]


def test_filters(hub: Hub, client: Client) -> None:
    place = {"account_id": MEMBER, "region": DEFAULT_REGION}
    hub.seed(config_recorders=[place, {**place, "service_linked": True}])
    config = client(MEMBER, "config")

    def names(**parameters: Any) -> list[str]:
        return [row["name"] for row in config.describe_configuration_recorders(**parameters)["ConfigurationRecorders"]]

    assert names(ConfigurationRecorderNames=["default"]) == ["default"]
    assert names(ServicePrincipal="securityhub.amazonaws.com") == [LINKED]
    unknown = error_of(config.describe_configuration_recorder_status, ConfigurationRecorderNames=["other"])
    assert unknown == ("NoSuchConfigurationRecorderException", 400)


def test_those_that_a_client_makes(hub: Hub, client: Client) -> None:
    config = client(OWNER, "config")
    role = f"arn:aws:iam::{OWNER}:role/config"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "own", "roleARN": role})
    assert list(recorders(client, OWNER)) == ["own"]
    assert recorders(client, OWNER)["own"]["recording"] is False
    hub.seed(config_recorders=[{"account_id": OWNER, "region": DEFAULT_REGION, "service_linked": True}])
    assert sorted(recorders(client, OWNER)) == [LINKED, "own"]


def test_permissions_and_faults(hub: Hub, client: Client) -> None:
    config = client(MEMBER, "config")
    hub.seed(policies=[{"account_id": MEMBER, "allowed_actions": ["config:DescribeConfigurationRecorders"]}])
    assert config.describe_configuration_recorders()["ConfigurationRecorders"] == []
    assert "config:DescribeConfigurationRecorderStatus" in message_of(config.describe_configuration_recorder_status)
    assert error_of(config.describe_configuration_recorder_status) == ("AccessDeniedException", 400)
    hub.fault(kind="throttle", operation="DescribeConfigurationRecorders")
    assert error_of(config.describe_configuration_recorders) == ("ThrottlingException", 400)
    assert hub.counts()["other"]["config:StarlingDoveService.DescribeConfigurationRecorders"] == 2


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"account_id": MEMBER}, "region"),
        ({"account_id": MEMBER, "region": DEFAULT_REGION, "recording": "on"}, "true or false"),
        ({"account_id": MEMBER, "region": DEFAULT_REGION, "last_status": "SUCCESS"}, "last_status can be"),
        ({"account_id": MEMBER, "region": DEFAULT_REGION, "state": "on"}, "no state"),
    ],
)
def test_bad_seeds(hub: Hub, row: dict[str, Any], words: str) -> None:
    with pytest.raises(HubError, match=words):
        hub.seed(config_recorders=[row])
