# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it: AWS Config in the members."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_membership as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_MEMBER,
    run_at,
    seed_members,
    statuses,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import REGION, ModuleRun

ROLE = "hub-member"
STATUS = "config:StarlingDoveService.DescribeConfigurationRecorderStatus"


def fleet(hub: Hub, check: bool = False, **options: Any) -> ModuleRun:
    given = {"members": [MEMBER, OTHER_MEMBER], "member_role": ROLE, "config_recorder": True, "wait_timeout": 5}
    return run_at(hub, module, check, **{**given, **options})


def recorders(run: ModuleRun) -> list[tuple[str | None, str | None]]:
    return [(row["config_recorder"], row["config_recorder_name"]) for row in run.result["memberships"]]


@pytest.mark.parametrize("check", [True, False])
def test_config_recorder_of_enabled_members(hub: Hub, check: bool) -> None:
    seed_members(hub, {MEMBER: "Enabled", OTHER_MEMBER: "Created"})
    hub.seed(config_recorders=[{"account_id": MEMBER, "region": REGION, "recording": False}])
    run = fleet(hub, check)
    assert not run.failed
    assert recorders(run) == [("off", "default"), ("none", None)]
    assert [row["reason"] for row in run.result["memberships"]] == [None, None]
    assert hub.counts()["other"][STATUS] == 4
    hub.reset_counts()
    fleet(hub, check)
    assert check or writes(hub) == {}


def test_config_recorder_of_who_is_no_member_is_not_read(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "AccountSuspended", OTHER_MEMBER: "Enabled"})
    hub.seed(config_recorders=[{"account_id": OTHER_MEMBER, "region": REGION}])
    assert recorders(fleet(hub)) == [(None, None), ("recording", "default")]
    assert hub.counts()["other"][STATUS] == 2


def test_config_recorder_nobody_asked_for_is_not_read(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Enabled"})
    run = fleet(hub, members=[MEMBER], config_recorder=False)
    assert recorders(run) == [(None, None)]
    assert hub.counts()["other"] == {}


@pytest.mark.parametrize(
    ("fault", "step"),
    [
        (
            {"kind": "access_denied", "operation": "DescribeConfigurationRecorderStatus"},
            "Allow config:DescribeConfigurationRecorderStatus in the caller's IAM policy",
        ),
        (
            {"kind": "error", "operation": "DescribeConfigurationRecorderStatus", "times": 100},
            "The service or the connection kept failing. Run the task again",
        ),
        ({"kind": "access_denied", "operation": "AssumeRole"}, "Check member_role, its path, its trust policy"),
    ],
)
def test_config_recorder_that_can_not_be_read_costs_nothing_else(hub: Hub, fault: dict[str, Any], step: str) -> None:
    seed_members(hub, {MEMBER: "Enabled", OTHER_MEMBER: "Enabled"})
    hub.fault(**fault)
    run = fleet(hub)
    assert not run.failed
    assert recorders(run) == [("unreadable", None)] * 2
    (warning,) = run.result["warnings"]
    assert warning.startswith(f"AWS Config could not be read in {MEMBER} in {REGION}, {OTHER_MEMBER} in {REGION}: ")
    assert step in warning
    assert statuses(hub) == {MEMBER: "Enabled", OTHER_MEMBER: "Enabled"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"member_role": None}, "config_recorder: there is no role to look at AWS Config with in 2 of the accounts"),
        ({"state": "absent"}, "config_recorder: only with state present."),
    ],
)
def test_config_recorder_that_can_not_be_read_is_refused(hub: Hub, options: dict[str, Any], message: str) -> None:
    run = fleet(hub, **options)
    assert run.failed
    assert run.result["msg"].startswith(message)
    assert hub.counts()["calls"] == {}
