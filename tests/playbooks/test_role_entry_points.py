# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role by itself, as in the plays of its users."""

from __future__ import annotations

from typing import Any

import pytest

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, REGIONS, THREE, ZERO, Fleet, everywhere, recap
from playbooks.scene import REGION
from run.layout import ROOT

ENTRY_POINTS = ("main", "verify", "offboard", "report", "invite")


def test_verify_is_a_plan_before_and_green_after(fleet: Fleet) -> None:
    plan = fleet.role("verify", accounts=ACCOUNTS, member_role=MEMBER_ROLE)
    assert plan.code == 2
    assert plan.error.startswith("6 of 6 memberships are not Enabled: 6 not in the member list.")
    assert "To do: enable Security Hub in 6, add 6, invite 6, accept 6" in plan.summary
    assert fleet.scene.writes() == 0

    assert fleet.role("main", accounts=ACCOUNTS, member_role=MEMBER_ROLE).code == 0
    assert fleet.statuses() == everywhere("Enabled")
    fleet.scene.writes()
    fine = fleet.role("verify")  # no accounts: the whole member list
    assert fine.code == 0, fine.output
    assert fine.summary[0] == "3 accounts \u00d7 2 Regions = 6 memberships: 6 Enabled"
    assert recap(fine) == {"localhost": (0, 0)}
    assert fleet.scene.writes() == 0


def test_verify_names_who_has_left(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", THREE: "Enabled"})
    fleet.seed({ZERO: "Resigned"}, REGION)
    fleet.seed({ZERO: "Enabled"}, REGIONS[1])
    alarm = fleet.role("verify", accounts=ACCOUNTS)
    assert alarm.code == 2
    assert alarm.error.startswith("1 of 6 memberships is not Enabled: 1 resigned.")
    assert f"  Account: {ZERO}" in alarm.summary


def test_main_fails_for_whom_it_could_not_invite(fleet: Fleet) -> None:
    fleet.seed({ZERO: "Resigned"}, REGION)
    run = fleet.role("main", accounts=ACCOUNTS)
    assert run.code == 2
    assert run.error.startswith("1 of 6 memberships was not processed: 1 resigned.")
    named = fleet.role("main", accounts=ACCOUNTS, fail_on_unprocessed="no")
    assert named.code == 0
    assert f"  Account: {ZERO}" in named.summary


def test_variables_of_others_are_no_error(fleet: Fleet) -> None:
    """Unlike in our playbooks: what the user's play registers may begin with securityhub_."""
    fleet.seed({ONE: "Enabled"})
    assert fleet.role("verify", accounts=ONE, region_of_mine="x").code == 0


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
@pytest.mark.parametrize("box", ["", None], ids=str)
def test_empty_boxes_for_all_variables_are_the_defaults(fleet: Fleet, entry_point: str, box: str | None) -> None:
    fleet.seed({ONE: "Enabled"}, REGION)
    names = (
        "accounts_file", "regions", "exclude_regions", "member_role", "member_role_external_id",
        "member_role_session_name", "member_role_duration", "member_role_policy", "assume_role_arn",
        "assume_role_external_id", "assume_role_session_name", "enable_default_standards", "standards", "reinvite",
        "surplus", "surplus_limit", "wait_timeout", "batch_size", "report_path", "fail_on_unprocessed",
    )  # fmt: skip
    run = fleet.role(entry_point, accounts=ONE, **dict.fromkeys(names, box))
    assert run.code == 0, run.output
    assert run.summary[0].startswith("1 account \u00d7 1 Region = 1 membership: ")
    assert recap(run) == {"localhost": (int(entry_point == "offboard"), 0)}


MISTAKES: dict[str, dict[str, Any]] = {
    "main": {"wait_timeout": "soon"},
    "invite": {"batch_size": 0},
    "verify": {"surplus": "perhaps"},
    "report": {"reinvite": [1]},
    "offboard": {"fail_on_unprocessed": "perhaps"},
}


@pytest.mark.parametrize(("entry_point", "mistake"), MISTAKES.items(), ids=MISTAKES)
def test_each_entry_point_checks_its_variables_first(fleet: Fleet, entry_point: str, mistake: dict[str, Any]) -> None:
    run = fleet.role(entry_point, accounts=ONE, **mistake)
    assert run.code == 2
    ((name, value),) = mistake.items()
    assert run.error.startswith(f"securityhub_{name} is "), run.error
    assert str(value).strip("[]") in run.error
    assert fleet.scene.calls() == 0


def test_tasks_are_calls_and_logic_is_python() -> None:
    """The YAML of role and playbooks stays short."""
    files = [file for folder in ("roles", "playbooks") for file in (ROOT / folder).rglob("*.yml")]
    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files) < 350
