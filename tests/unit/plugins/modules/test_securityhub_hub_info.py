# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_hub
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_hub_info as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    THREE,
    look_at,
    run_at,
    turn_on,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    differences_from_return,
)


def look(hub: Hub, **options: Any) -> ModuleRun:
    return look_at(hub, module, **options)


def test_settings_and_tags(hub: Hub) -> None:
    set_up: dict[str, Any] = {"tags": {"team": "security"}, "auto_enable_controls": False}
    run_at(hub, securityhub_hub, control_finding_generator="STANDARD_CONTROL", **set_up)
    stored = hub.state()["hubs"][ADMINISTRATOR][REGION]
    assert look(hub).result["hubs"] == [
        {
            "region": REGION,
            "hub_arn": f"arn:aws:securityhub:{REGION}:{ADMINISTRATOR}:hub/default",
            "subscribed_at": stored["subscribed_at"],
            "control_finding_generator": "STANDARD_CONTROL",
            "config_recorder": None,
            "config_recorder_name": None,
            "finding_aggregator": None,
            **set_up,
        }
    ]


def test_regions_where_it_is_off_are_named(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR, [THREE[2], THREE[0]])
    run = look(hub, regions=THREE)
    assert not run.failed
    assert [row["region"] for row in run.result["hubs"]] == [THREE[0], THREE[2]]
    assert run.result["disabled_regions"] == [{"region": THREE[1]}]
    assert hub.counts()["calls"] == {"DescribeHub": 2 * 3, "ListTagsForResource": 2 * 2}


@pytest.mark.parametrize(
    ("mode", "regions", "linked"),
    [
        ("ALL_REGIONS", None, [THREE[2], "mars-north-1", "us-east-1"]),
        ("ALL_REGIONS_EXCEPT_SPECIFIED", ["us-east-1"], [THREE[2], "mars-north-1"]),
        ("SPECIFIED_REGIONS", ["us-east-1"], ["us-east-1"]),
        ("NO_REGIONS", None, []),
    ],
)
def test_finding_aggregator_is_read_from_any_region(hub: Hub, mode: str, regions: Any, linked: list[str]) -> None:
    enabled = [REGION, THREE[2], "us-east-1", "mars-north-1"]
    row = {"account_id": ADMINISTRATOR, "home_region": REGION, "linking_mode": mode}
    hub.seed(
        enabled_regions=[{"account_id": ADMINISTRATOR, "regions": enabled}],
        finding_aggregators=[{**row, "regions": regions} if regions else row],
    )
    turn_on(hub, ADMINISTRATOR, [THREE[2]])
    result = look(hub, regions=THREE[2:], finding_aggregator=True).result
    assert differences_from_return(module, {key: result[key] for key in module.KEYS}) == []
    found = result["hubs"][0]["finding_aggregator"]
    assert found.pop("finding_aggregator_arn").startswith(f"arn:aws:securityhub:{REGION}:{ADMINISTRATOR}:")
    assert found == {
        "finding_aggregation_region": REGION,
        "region_linking_mode": mode,
        "regions": regions or [],
        "linked_regions": linked,
    }


def test_account_without_a_finding_aggregator(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    assert look(hub, finding_aggregator=True).result["hubs"][0]["finding_aggregator"] is None
    hub.reset_counts()
    assert look(hub).result["hubs"][0]["finding_aggregator"] is None
    assert "ListFindingAggregators" not in hub.counts()["calls"]


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("ListFindingAggregators", "securityhub:ListFindingAggregators"),
        ("GetFindingAggregator", "securityhub:GetFindingAggregator"),
        ("DescribeRegions", "ec2:DescribeRegions"),
    ],
)
def test_finding_aggregator_that_cannot_be_read(hub: Hub, operation: str, action: str) -> None:
    hub.seed(finding_aggregators=[{"account_id": ADMINISTRATOR, "home_region": REGION}])
    hub.fault(kind="access_denied", operation=operation, times=None)
    run = look(hub, finding_aggregator=True)
    assert run.failed
    assert run.result["hubs"] == []
    assert f"{operation}, called by account {ADMINISTRATOR}, failed in {REGION} with " in run.result["msg"]
    assert f"Allow {action} in the caller's IAM policy" in run.result["msg"]


OWN_RECORDER = "AWSConfigurationRecorderForSecurityHubCSPM"
STATUS = "config:StarlingDoveService.DescribeConfigurationRecorderStatus"


@pytest.mark.parametrize(
    ("recorders", "state", "name"),
    [
        ([], "none", None),
        ([{}], "recording", "default"),
        ([{"recording": False}], "off", "default"),
        ([{"service_linked": True}], "recording", OWN_RECORDER),
        ([{}, {"service_linked": True, "recording": False}], "off", OWN_RECORDER),
        ([{"recording": False}, {"service_linked": True}], "recording", OWN_RECORDER),
    ],
)
def test_config_recorder_is_the_one_that_is_used(
    hub: Hub, recorders: list[dict[str, Any]], state: str, name: str | None
) -> None:
    turn_on(hub, ADMINISTRATOR)
    hub.seed(config_recorders=[{"account_id": ADMINISTRATOR, "region": REGION, **row} for row in recorders])
    run = look(hub, config_recorder=True)
    (row,) = run.result["hubs"]
    assert (row["config_recorder"], row["config_recorder_name"]) == (state, name)
    assert "warnings" not in run.result
    assert hub.counts()["other"] == {STATUS: 2 * (1 if name == OWN_RECORDER else 2)}


def test_config_recorder_nobody_asked_for_is_not_read(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    assert look(hub).result["hubs"][0]["config_recorder"] is None
    assert STATUS not in hub.counts()["other"]


def test_config_recorder_that_is_denied_is_unreadable_and_told_once(hub: Hub) -> None:
    accounts = ["012345670123", "111122223333"]
    for account_id in accounts:
        turn_on(hub, account_id, THREE)
    hub.fault(kind="access_denied", operation="DescribeConfigurationRecorderStatus")
    run = look(hub, config_recorder=True, regions=THREE, account_ids=accounts, member_role="hub-member")
    assert not run.failed
    assert {row["config_recorder"] for row in run.result["hubs"]} == {"unreadable"}
    (warning,) = run.result["warnings"]
    assert warning.startswith(f"AWS Config could not be read in {accounts[0]} in {min(THREE)} and 2 more Regions, ")
    assert "Allow config:DescribeConfigurationRecorderStatus in the caller's IAM policy" in warning
