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
    MEMBER,
    OTHER_MEMBER,
    THREE,
    failures,
    run_at,
    turn_on,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    differences_from_return,
)

NOTHING: dict[str, Any] = {
    "changed": False,
    "hubs": [],
    "disabled_regions": [],
    "failed_regions": [],
    "failed_accounts": [],
}


def look(hub: Hub, **options: Any) -> ModuleRun:
    """Run the module in check mode and outside: it is the same, and writes nothing."""
    hub.reset_counts()
    foreseen, run = run_at(hub, module, check=True, **options), run_at(hub, module, diff=True, **options)
    assert foreseen == run
    assert not run.result["changed"]
    assert hub.counts()["writes"] == 0
    return run


def test_where_it_is_off_there_is_nothing(hub: Hub) -> None:
    disabled = {"disabled_regions": [{"region": region} for region in THREE]}
    assert look(hub, regions=THREE) == ModuleRun(False, {**NOTHING, **disabled})


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


@pytest.mark.parametrize("operation", ["DescribeHub", "ListTagsForResource"])
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("access_denied", "AccessDeniedException"),
        ("not_opted_in", "UnrecognizedClientException"),
        ("throttle", "TooManyRequestsException"),
    ],
)
def test_one_region_of_three_fails_and_the_rest_is_returned(hub: Hub, operation: str, kind: str, code: str) -> None:
    turn_on(hub, ADMINISTRATOR, THREE)
    hub.fault(kind=kind, region=THREE[1], operation=operation, times=None)
    run = look(hub, regions=THREE)
    assert failures(run.result) == {THREE[1]: code}
    assert run.result["msg"].startswith("1 of 3 Regions failed. ")
    assert f"{operation}, called by account {ADMINISTRATOR}, failed in {THREE[1]} with {code}: " in run.result["msg"]
    assert [row["region"] for row in run.result["hubs"]] == [THREE[0], THREE[2]]


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


def test_reads_are_repeated(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    for operation in ("DescribeHub", "ListTagsForResource"):
        hub.fault(kind="throttle", operation=operation, times=5)
        hub.fault(kind="lost_reply", operation=operation)
    assert not run_at(hub, module).failed
    assert hub.counts()["calls"] == {"DescribeHub": 7, "ListTagsForResource": 7}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"region": None}, "No Region: set regions or region"),
        ({"regions": ["Ireland"]}, "regions: not a Region with Security Hub: 'Ireland'"),
        ({"regions": []}, "regions: empty. Name at least one Region"),
    ],
)
def test_options_that_cannot_be_used(hub: Hub, options: dict[str, Any], words: str) -> None:
    run = look(hub, **options)
    assert run.failed
    assert run.result.pop("msg").startswith(words)
    assert run.result == NOTHING
    assert hub.counts()["calls"] == {}


def test_results_are_as_documented(hub: Hub) -> None:
    run_at(hub, securityhub_hub, tags={"team": "security"}, regions=THREE[:2])
    hub.fault(kind="access_denied", region=THREE[1])
    result = {key: value for key, value in look(hub, regions=THREE).result.items() if key not in ("changed", "msg")}
    assert [key for key, value in result.items() if not value] == ["failed_accounts"]
    assert differences_from_return(module, result) == []


def test_results_of_many_accounts_are_as_documented(hub: Hub) -> None:
    turn_on(hub, MEMBER, THREE[:1])
    hub.fault(kind="access_denied", region=THREE[1])
    hub.seed(denied_roles=[OTHER_MEMBER])
    options: dict[str, Any] = {"account_ids": [MEMBER, OTHER_MEMBER], "member_role": "reader", "regions": THREE}
    result = run_at(hub, module, **options).result
    result = {key: value for key, value in result.items() if key not in ("changed", "msg")}
    assert {key: [row["account_id"] for row in rows] for key, rows in result.items()} == {
        "hubs": [MEMBER],
        "disabled_regions": [MEMBER],
        "failed_regions": [MEMBER],
        "failed_accounts": [OTHER_MEMBER],
    }
    assert differences_from_return(module, result) == []
