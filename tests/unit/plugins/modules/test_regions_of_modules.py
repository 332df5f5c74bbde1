# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""regions: all and regions: linked in the modules, against the local Security Hub."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest
from botocore import __version__ as botocore_version

from ansible_collections.multiaccount.aws.plugins import modules
from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_hub,
    securityhub_hub_info,
    securityhub_member_info,
    securityhub_member_invite,
    securityhub_membership,
)
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_ADMINISTRATOR,
    failures,
    run_at,
    seed_members,
    turn_on,
    without,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION, ModuleRun

ROLE = "hub-member"
MEMBERS = [MEMBER, "012345670123", "222233334444"]
CLOSED = ["ap-south-1", "sa-east-1"]
SEVENTEEN = [
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
    "us-east-1", "us-east-2", "us-west-1", "us-west-2",
]  # fmt: skip
# Regions that are newer than any botocore.
NEW = ["mars-north-1", "mars-south-1"]
ENABLED_REGIONS = {"account_id": ADMINISTRATOR, "regions": [*SEVENTEEN, *NEW]}
# What each module takes beside Regions.
OPTIONS: dict[str, dict[str, Any]] = {
    "securityhub_hub": {"state": "present"},
    "securityhub_hub_info": {},
    "securityhub_invitation": {"administrator_id": OTHER_ADMINISTRATOR, "state": "absent"},
    "securityhub_invitation_info": {},
    "securityhub_member": {"members": MEMBERS},
    "securityhub_member_info": {},
    "securityhub_member_invite": {"account_ids": MEMBERS},
    "securityhub_membership": {"members": MEMBERS},
    "securityhub_controls": {"controls": ["IAM.6"], "state": "disabled"},
    "securityhub_controls_info": {},
    "securityhub_standards": {"standards": ["pci-dss/v/4.0.1"]},
    "securityhub_standards_info": {},
}
LINKED_ACTIONS = ("ListFindingAggregators", "GetFindingAggregator")


def fleet(hub: Hub, check: bool = False, **options: Any) -> ModuleRun:
    given = {"members": MEMBERS, "regions": "all", "member_role": ROLE, "wait_timeout": 2, **options}
    return run_at(hub, securityhub_membership, check=check, **given)


def link(hub: Hub, mode: str, regions: list[str] | None = None, home: str = REGION) -> None:
    """Give the administrator a finding aggregator."""
    row = {"account_id": ADMINISTRATOR, "home_region": home, "linking_mode": mode}
    hub.seed(finding_aggregators=[{**row, "regions": regions} if regions else row])


def regions_listed(hub: Hub, **options: Any) -> list[str]:
    """The Regions whose member lists securityhub_member_info reads, told by the server."""
    hub.reset_counts()
    run = run_at(hub, securityhub_member_info, **options)
    assert not run.failed, run.result["msg"]
    return sorted(region for region, calls in hub.counts()["by_region"].items() if "ListMembers" in calls)


def test_all_of_nineteen_regions_of_which_seventeen_are_known(hub: Hub) -> None:
    hub.seed(enabled_regions=[ENABLED_REGIONS], disabled_regions=[{"account_id": MEMBERS[1], "regions": CLOSED}])
    turn_on(hub, ADMINISTRATOR, SEVENTEEN)
    left = [(region, MEMBERS[1], "region_not_enabled") for region in CLOSED]

    check = fleet(hub, check=True)
    assert writes(hub) == {}
    run = fleet(hub)
    rows = run.result["memberships"]
    assert [(row["region"], row["account_id"]) for row in rows] == [
        (region, account_id) for region in SEVENTEEN for account_id in MEMBERS
    ]
    assert [(row["region"], row["account_id"], row["reason"]) for row in rows if row["reason"]] == left
    assert {row["member_status"] for row in rows if not row["reason"]} == {"Enabled"}
    assert run.result["failed_regions"] == []
    assert run.failed
    assert f"{MEMBERS[1]} in {CLOSED[0]} and {CLOSED[1]}: region_not_enabled" in run.result["msg"]
    assert without(check.result) == without(run.result)

    hub.reset_counts()
    again = fleet(hub)
    assert writes(hub) == {}
    assert again.result["changed"] is False
    assert [(each["region"], each["account_id"]) for each in again.result["memberships"] if each["reason"]] == [
        (region, account_id) for region, account_id, _reason in left
    ]
    assert hub.counts()["other"]["ec2:DescribeRegions"] == 1


def test_region_that_botocore_does_not_know_is_named(hub: Hub) -> None:
    hub.seed(enabled_regions=[ENABLED_REGIONS])
    turn_on(hub, ADMINISTRATOR, SEVENTEEN)
    run = run_at(hub, securityhub_member_info, regions="all")
    assert run.result["warnings"] == [
        (
            f"regions: all leaves out mars-north-1, mars-south-1: the installed botocore, {botocore_version}, knows no "
            "Security Hub there. Update botocore."
        )
    ]


def test_no_module_is_left_out() -> None:
    assert set(OPTIONS) == {each.name for each in pkgutil.iter_modules(modules.__path__)}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("name", OPTIONS)
def test_every_module_takes_all(hub: Hub, name: str, check: bool) -> None:
    hub.seed(enabled_regions=[{"account_id": ADMINISTRATOR, "regions": [REGION, "eu-south-1", "us-east-1"]}])
    turn_on(hub, ADMINISTRATOR, [REGION, "eu-south-1", "us-east-1"])
    module = importlib.import_module(f"ansible_collections.multiaccount.aws.plugins.modules.{name}")
    options = {**OPTIONS[name], "regions": ["all"], "exclude_regions": "us-east-1"}
    run = run_at(hub, module, check=check, **options)
    counts = hub.counts()
    assert set(counts["by_region"]) == {REGION, "eu-south-1"}
    assert counts["other"]["ec2:DescribeRegions"] == 1
    assert run.result["failed_regions"] == []


def test_all_asks_for_the_regions_of_the_role(hub: Hub) -> None:
    hub.seed(enabled_regions=[{"account_id": ADMINISTRATOR, "regions": [REGION, "eu-south-1"]}])
    seed_members(hub, {MEMBER: "Enabled"}, [REGION, "eu-south-1"])
    role = f"arn:aws:iam::{ADMINISTRATOR}:role/security"
    run = run_at(hub, securityhub_member_info, account_id=OTHER_ADMINISTRATOR, regions="all", assume_role_arn=role)
    assert [row["region"] for row in run.result["members"]] == ["eu-south-1", REGION]
    assert hub.counts()["other"] == {"sts:AssumeRole": 1, "ec2:DescribeRegions": 1}


def test_all_in_accounts_is_what_the_caller_has_enabled(hub: Hub) -> None:
    hub.seed(
        enabled_regions=[{"account_id": ADMINISTRATOR, "regions": [REGION, "eu-south-1"]}],
        disabled_regions=[{"account_id": MEMBER, "region": "eu-south-1"}],
        hubs=[{"account_id": each, "regions": [REGION, "eu-south-1"]} for each in MEMBERS[:2]],
    )
    run = run_at(hub, securityhub_hub_info, regions="all", account_ids=MEMBERS[:2], member_role=ROLE)
    assert failures(run.result) == {"eu-south-1": "UnrecognizedClientException"}
    assert [row["account_id"] for row in run.result["failed_regions"]] == [MEMBER]
    assert "whether the Region eu-south-1 is enabled (opted in) in the account" in run.result["msg"]
    assert [(row["account_id"], row["region"]) for row in run.result["hubs"]] == [
        (MEMBERS[0], REGION), (MEMBERS[1], "eu-south-1"), (MEMBERS[1], REGION)
    ]  # fmt: skip
    assert hub.counts()["other"]["ec2:DescribeRegions"] == 1


@pytest.mark.parametrize(
    ("mode", "given", "expected"),
    [
        ("ALL_REGIONS", None, SEVENTEEN),
        ("ALL_REGIONS_EXCEPT_SPECIFIED", CLOSED, [region for region in SEVENTEEN if region not in CLOSED]),
        ("SPECIFIED_REGIONS", ["us-east-1", "eu-north-1"], ["eu-north-1", REGION, "us-east-1"]),
        ("NO_REGIONS", None, [REGION]),
    ],
)
def test_linked_in_each_linking_mode(hub: Hub, mode: str, given: Any, expected: list[str]) -> None:
    hub.seed(enabled_regions=[ENABLED_REGIONS])
    turn_on(hub, ADMINISTRATOR, SEVENTEEN)
    link(hub, mode, given)
    assert regions_listed(hub, regions="linked") == expected
    counts = hub.counts()
    assert [counts["calls"][name] for name in LINKED_ACTIONS] == [1, 1]
    assert counts["other"].get("ec2:DescribeRegions", 0) == mode.startswith("ALL")


def test_linked_comes_with_the_home_region_first(hub: Hub) -> None:
    link(hub, "SPECIFIED_REGIONS", ["us-east-1", "eu-central-1"])
    run = fleet(hub, regions="linked", members=MEMBERS[:1])
    assert [row["region"] for row in run.result["memberships"]] == [REGION, "eu-central-1", "us-east-1"]
    assert run.result["hub_enabled_regions"] == ["eu-central-1", "us-east-1"]
    assert not run.failed


def test_linked_from_another_region_than_the_home_region(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR, ["us-east-1"])
    link(hub, "ALL_REGIONS")
    run = fleet(hub, regions="linked", region="us-east-1")
    assert run.result["msg"] == (
        "regions: linked: us-east-1, the Region from the connection options, is not the home Region of the finding "
        "aggregator. Its home Region is eu-west-1. Set region, or the environment variable AWS_REGION, to eu-west-1."
    )
    assert (run.result["memberships"], run.result["changed"]) == ([], False)
    assert hub.counts()["calls"] == {"ListFindingAggregators": 1}


def test_linked_without_an_aggregator(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    run = fleet(hub, regions="linked")
    assert run.failed
    assert run.result["msg"].startswith("regions: linked: the account has no finding aggregator, as ")
    assert writes(hub) == {}


def test_linked_where_security_hub_is_disabled(hub: Hub) -> None:
    run = fleet(hub, regions="linked")
    assert run.failed
    assert run.result["msg"].startswith("regions: linked: Security Hub is not enabled in eu-west-1, so ")
    assert writes(hub) == {}


@pytest.mark.parametrize(
    ("word", "denied"),
    [
        ("all", "ec2:DescribeRegions"),
        ("linked", "ec2:DescribeRegions"),
        ("linked", "securityhub:ListFindingAggregators"),
        ("linked", "securityhub:GetFindingAggregator"),
    ],
)
def test_denied_read_is_one_failure_before_anything_is_done(hub: Hub, word: str, denied: str) -> None:
    link(hub, "ALL_REGIONS")
    statement = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    statement.append({"Effect": "Deny", "Action": denied, "Resource": "*"})
    policy = {"Version": "2012-10-17", "Statement": statement}
    hub.seed(policies=[{"account_id": ADMINISTRATOR, "policy": policy}])
    run = fleet(hub, regions=word)
    assert run.failed
    assert run.result["msg"].startswith(f"regions: {word}: {denied.partition(':')[2]} failed in eu-west-1 with ")
    assert f"Allow {denied} in the caller's IAM policy, or name the Regions." in run.result["msg"]
    assert set(hub.counts()["calls"]) <= set(LINKED_ACTIONS)
    assert hub.counts()["other"].get("sts:AssumeRole") is None


@pytest.mark.parametrize("kind", ["throttle", "error", "lost_reply"])
def test_reads_of_regions_are_retried(hub: Hub, kind: str) -> None:
    hub.seed(enabled_regions=[{"account_id": ADMINISTRATOR, "regions": [REGION, "us-east-1"]}])
    turn_on(hub, ADMINISTRATOR, ["us-east-1"])
    link(hub, "ALL_REGIONS")
    for operation in ("DescribeRegions", *LINKED_ACTIONS):
        hub.fault(kind=kind, operation=operation, times=2)
    assert regions_listed(hub, regions="linked") == [REGION, "us-east-1"]


def test_all_in_another_partition(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR, ["us-gov-west-1", "us-gov-east-1"])
    assert regions_listed(hub, regions="all", region="us-gov-west-1") == ["us-gov-east-1", "us-gov-west-1"]


@pytest.mark.parametrize("word", ["all", "linked"])
def test_nothing_to_do_takes_no_call(hub: Hub, word: str) -> None:
    assert not fleet(hub, members=[], regions=word).failed
    run = run_at(hub, securityhub_member_invite, account_ids=[], regions=word)
    assert not run.failed
    assert not run_at(hub, securityhub_hub, account_ids=[], member_role=ROLE, regions=word).failed
    assert (hub.counts()["calls"], hub.counts()["other"]) == ({}, {})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"regions": "eu-wset-1"}, "'eu-wset-1' (did you mean eu-west-1?). If eu-wset-1 is a new Region, update"),
        ({"regions": [REGION, "mars-north-1"]}, f"update botocore ({botocore_version} is installed)."),
        ({"regions": [REGION, "all"]}, "regions: all can't be combined with 'eu-west-1'."),
        ({"regions": "all", "exclude_regions": "eu-wset-1"}, "exclude_regions: not a Region"),
        ({"regions": "all", "region": None}, "regions: all is looked up in the Region from the connection options"),
        ({"region": "linked"}, "region: 'linked' is not one Region. Set regions to linked, and region to a Region."),
    ],
)
def test_wrong_regions_are_refused_before_any_call(hub: Hub, options: dict[str, Any], message: str) -> None:
    run = fleet(hub, **{"regions": None, **options})
    assert run.failed
    assert message in run.result["msg"]
    assert (hub.counts()["calls"], hub.counts()["other"]) == ({}, {})


def test_row_with_a_region_that_all_does_not_have(hub: Hub) -> None:
    hub.seed(enabled_regions=[{"account_id": ADMINISTRATOR, "regions": [REGION, "us-east-1"]}])
    run = fleet(hub, members=[{"account_id": MEMBER, "regions": ["eu-south-1"]}])
    assert run.result["msg"] == (
        f"members: the row of {MEMBER} has regions that the task does not work in: eu-south-1. regions: all is "
        "eu-west-1, us-east-1."
    )
    assert (hub.counts()["calls"], writes(hub)) == ({}, {})
