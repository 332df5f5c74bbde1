# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all modules share, against the local Security Hub: their Regions, and what fails in one of them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore import __version__ as botocore_version

from ansible_collections.multiaccount.aws.plugins import modules
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.sessions import AwsSession
from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_hub,
    securityhub_hub_info,
    securityhub_member_info,
    securityhub_member_invite,
    securityhub_membership,
)
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import InProcessHub
from ansible_collections.multiaccount.aws.tests.local_hub.model import ALWAYS, Aggregator
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_ADMINISTRATOR,
    THREE,
    fail_in,
    failures,
    run_at,
    seed_members,
    turn_on,
    without,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    differences_from_return,
)

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
# Modules that work in member accounts, and those that wait.
IN_ACCOUNTS = [name for name in OPTIONS if name.startswith(("securityhub_hub", "securityhub_inv", "securityhub_st"))]
WAITING = [name for name in OPTIONS if not name.endswith("info") and name != "securityhub_hub"]
# Modules for which a Region with Security Hub disabled is a failure.
NEED_HUB = [
    *("securityhub_invitation", "securityhub_member", "securityhub_member_info", "securityhub_member_invite"),
    "securityhub_standards",
]
# Keys that are returned in diff mode, or with enable_hub.
NOT_ALWAYS = {"diff: not returned", "hub_enabled_regions: not returned"}
LINKED_ACTIONS = ("ListFindingAggregators", "GetFindingAggregator")


def module_of(name: str) -> Any:
    return importlib.import_module(f"ansible_collections.multiaccount.aws.plugins.modules.{name}")


def returned(name: str, run: ModuleRun) -> dict[str, Any]:
    """The result without Ansible's own keys; it is as documented."""
    result = {key: value for key, value in run.result.items() if key not in ("changed", "msg")}
    assert {*differences_from_return(module_of(name), result)} <= NOT_ALWAYS
    return result


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
    one_region = {"securityhub_finding_aggregator"}
    public = {each.name for each in pkgutil.iter_modules(modules.__path__) if not each.name.startswith("_")}
    assert set(OPTIONS) | one_region == public


def seed_rows(hub: Hub, regions: list[str]) -> None:
    """Let each module have a row in each of these Regions."""
    seed_members(hub, {MEMBER: "Created"}, regions)
    seed_members(hub, {ADMINISTRATOR: "Resigned"}, regions, OTHER_ADMINISTRATOR)
    hub.seed(hubs=[{"account_id": ADMINISTRATOR, "regions": regions, "standards": ["nist-800-53/v/5.0.0"]}])


FAILURES = [
    ("access_denied", "AccessDeniedException", OPTIONS),
    ("not_opted_in", "UnrecognizedClientException", OPTIONS),
    ("throttle", "TooManyRequestsException", OPTIONS),
    ("no client", "OSError", OPTIONS),
    ("off", "InvalidAccessException", NEED_HUB),
]


@pytest.mark.parametrize(
    ("name", "kind", "code"), [(name, kind, code) for kind, code, names in FAILURES for name in names]
)
def test_module_region_that_fails_costs_only_its_rows(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, name: str, kind: str, code: str
) -> None:
    broken = THREE[0] if kind == "no client" else THREE[1]
    others = [region for region in THREE if region != broken]
    seed_rows(hub, others if kind == "off" else THREE)
    if kind == "no client":
        monkeypatch.setattr(
            AwsSession, "client", fail_in(broken, OSError(24, "Too many open files"), AwsSession.client)
        )
    elif kind != "off":
        hub.fault(kind=kind, account_id=ADMINISTRATOR, region=broken, times=None)
    run = run_at(hub, module_of(name), regions=THREE, diff=True, **OPTIONS[name])
    result = returned(name, run)
    rows = [
        row for key, value in result.items() if isinstance(value, list) and key != "failed_regions" for row in value
    ]
    done = [row["region"] for row in rows if isinstance(row, dict) and row.get("reason") != "not_attempted"]
    assert list(dict.fromkeys(done)) == others
    assert failures(run.result) == {broken: code}
    assert run.result["msg"].startswith("1 of 3 Regions failed. ")
    assert run.result["failed_regions"][0]["msg"] in run.result["msg"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"region": None}, "No Region: set regions or region"),
    ({"regions": ["Ireland"]}, "regions: not a Region with Security Hub: 'Ireland'"),
    ({"regions": []}, "regions: empty. Name at least one Region"),
    ({"regions": " "}, "regions: empty. Name at least one Region"),
]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        *((name, *refused) for refused in REFUSED for name in OPTIONS),
        *((name, {"wait_timeout": -1}, "wait_timeout: -1 is less than 0") for name in WAITING),
    ],
)
def test_module_options_that_cannot_be_used_are_refused_before_any_call(
    hub: Hub, name: str, options: dict[str, Any], message: str
) -> None:
    run = run_at(hub, module_of(name), **{**OPTIONS[name], **options})
    assert (run.failed, run.result["changed"]) == (True, False)
    assert run.result["msg"].startswith(message)
    assert not any(value for value in returned(name, run).values() if isinstance(value, list))
    assert (hub.counts()["calls"], hub.counts()["other"]) == ({}, {})


@pytest.mark.parametrize("name", IN_ACCOUNTS)
def test_module_role_that_cannot_be_assumed_costs_only_its_account(hub: Hub, name: str) -> None:
    allowed, denied = MEMBERS[:2]
    seed_members(hub, {allowed: "Resigned"}, THREE)
    hub.seed(
        hubs=[{"account_id": allowed, "regions": THREE, "standards": ["nist-800-53/v/5.0.0"]}], denied_roles=[denied]
    )
    hub.fault(kind="access_denied", region=THREE[1])
    options: dict[str, Any] = {"account_ids": [allowed, denied], "member_role": ROLE, "regions": THREE[:2]}
    run = run_at(hub, module_of(name), diff=True, **{**OPTIONS[name], **options})
    result = returned(name, run)
    assert run.failed
    assert [row["account_id"] for row in result.pop("failed_accounts")] == [denied]
    assert {row["account_id"] for value in result.values() if isinstance(value, list) for row in value} == {allowed}
    assert failures(result) == {THREE[1]: "AccessDeniedException"}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("name", OPTIONS)
def test_every_module_takes_all(hub: Hub, name: str, check: bool) -> None:
    hub.seed(enabled_regions=[{"account_id": ADMINISTRATOR, "regions": [REGION, "eu-south-1", "us-east-1"]}])
    turn_on(hub, ADMINISTRATOR, [REGION, "eu-south-1", "us-east-1"])
    options = {**OPTIONS[name], "regions": ["all"], "exclude_regions": "us-east-1"}
    run = run_at(hub, module_of(name), check=check, **options)
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
        ("SPECIFIED_REGIONS", ["us-east-1", "eu-north-1", NEW[0]], ["eu-north-1", REGION, "us-east-1"]),
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


def deny(hub: Hub, action: str) -> None:
    """Deny the administrator, who links all Regions, one action."""
    link(hub, "ALL_REGIONS")
    statement = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    statement.append({"Effect": "Deny", "Action": action, "Resource": "*"})
    hub.seed(policies=[{"account_id": ADMINISTRATOR, "policy": {"Version": "2012-10-17", "Statement": statement}}])


def fail_describe(hub: Hub, code: str, status: int) -> None:
    hub.fault(kind="error", operation="DescribeRegions", code=code, status=status, message="No.", times=None)


def link_oddly(hub: InProcessHub) -> None:
    odd = Aggregator(ADMINISTRATOR, REGION, "SOME_REGIONS", ())
    hub.service.store.put_aggregator(ADMINISTRATOR, "aws", odd, ALWAYS)


AGGREGATOR = "regions: linked: the finding aggregator has the linking mode SOME_REGIONS, which this version"
DENIED = ("securityhub:ListFindingAggregators", "securityhub:GetFindingAggregator", "ec2:DescribeRegions")
UNREADABLE: list[tuple[dict[str, Any], Callable[[Any], object], str, str]] = [
    ({"regions": "linked"}, lambda hub: None, "regions: linked: the account has no finding aggregator, as ", "name"),
    (
        {"regions": "linked"},
        lambda hub: link(hub, "ALL_REGIONS", home="us-east-1"),
        "regions: linked: eu-west-1, the Region from the connection options, is not the home Region of the finding ",
        "Its home Region is us-east-1. Set region, or the environment variable AWS_REGION, to us-east-1.",
    ),
    ({"regions": "linked"}, link_oddly, AGGREGATOR, "Name the Regions."),
    (
        {"regions": "linked", "region": "eu-north-1"},
        lambda hub: None,
        "regions: linked: Security Hub is not enabled in eu-north-1, so the finding aggregator can't be read",
        "to the home Region",
    ),
    *(
        (
            {"regions": "linked"},
            partial(deny, action=action),
            f"regions: linked: {action.partition(':')[2]} failed in eu-west-1 with ",
            f"Allow {action} in the caller's IAM policy, or name the Regions.",
        )
        for action in DENIED
    ),
    (
        {"regions": "all"},
        partial(fail_describe, code="AuthFailure", status=401),
        "regions: all: DescribeRegions failed in eu-west-1 with AuthFailure: No. Check the credentials, and ",
        "whether the Region eu-west-1 is enabled (opted in) in the account, or",
    ),
    (
        {"regions": "all"},
        partial(fail_describe, code="RequestLimitExceeded", status=503),
        "regions: all: DescribeRegions failed in eu-west-1 with RequestLimitExceeded: No. ",
        "Fix the cause and run the task again, or name the Regions",
    ),
    (
        {"regions": "all"},
        partial(fail_describe, code="RequestExpired", status=400),
        "regions: all: DescribeRegions failed in eu-west-1 with RequestExpired: No. Check the clock ",
        ", or name the Regions.",
    ),
    ({"regions": "all", "exclude_regions": SEVENTEEN}, lambda hub: None, "exclude_regions: no Region is left of ", ""),
]


@pytest.mark.parametrize(("options", "happen", "begin", "end"), UNREADABLE)
def test_word_that_cannot_be_looked_up_fails_before_anything_is_done(
    hub: InProcessHub, options: dict[str, Any], happen: Callable[[Any], object], begin: str, end: str
) -> None:
    hub.seed(enabled_regions=[ENABLED_REGIONS])
    turn_on(hub, ADMINISTRATOR)
    happen(hub)
    run = fleet(hub, **options)
    assert (run.failed, run.result["memberships"], run.result["changed"]) == (True, [], False)
    assert run.result["msg"].startswith(begin)
    assert end in run.result["msg"]
    assert set(hub.counts()["calls"]) <= set(LINKED_ACTIONS)
    assert hub.counts()["other"].get("sts:AssumeRole") is None


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


def test_row_with_a_region_that_all_does_not_have(hub: Hub) -> None:
    hub.seed(enabled_regions=[{"account_id": ADMINISTRATOR, "regions": [REGION, "us-east-1"]}])
    run = fleet(hub, members=[{"account_id": MEMBER, "regions": ["eu-south-1"]}])
    assert run.result["msg"] == (
        f"members: the row of {MEMBER} has regions that the task does not work in: eu-south-1. regions: all is "
        "eu-west-1, us-east-1."
    )
    assert (hub.counts()["calls"], writes(hub)) == ({}, {})
