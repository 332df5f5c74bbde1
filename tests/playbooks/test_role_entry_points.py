# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role by itself, as in the plays of its users."""

from __future__ import annotations

import json
from typing import Any

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, REGIONS, THREE, ZERO, Fleet, everywhere, recap
from playbooks.scene import REGION
from run.layout import ROOT

ENTRY_POINTS = ("main", "verify", "report", "invite", "offboard")


def test_verify_is_a_plan_before_and_green_after(fleet: Fleet) -> None:
    given: dict[str, Any] = {"accounts": ACCOUNTS, "member_role": MEMBER_ROLE}
    # the last one has no accounts: the whole member list
    plan, main, fine = fleet.steps(("verify", given), ("main", given), ("verify", {}))
    assert plan.run.code == 2
    assert plan.run.error.startswith("6 of 6 memberships are not Enabled: 6 not_a_member (")
    assert "An onboarding run would do: enable Security Hub in 6, add 6, invite 6, accept 6" in plan.run.summary
    assert plan.writes == 0

    assert main.run.code == 0, main.run.output
    assert fleet.statuses() == everywhere("Enabled")
    assert fine.run.code == 0, fine.run.output
    assert fine.run.summary[0] == "3 accounts \u00d7 2 Regions = 6 memberships: 6 Enabled"
    assert recap(fine.run) == {"localhost": (1, 0)}, "the change of the role's main"
    assert fine.writes == 0


def test_verify_and_main_fail_for_an_account_that_left(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", THREE: "Enabled"})
    fleet.seed({ZERO: "Resigned"}, REGION)
    fleet.seed({ZERO: "Enabled"}, REGIONS[1])
    verify, main, named = (
        step.run for step in fleet.steps(("verify", {}), ("main", {}), ("main", {"fail_on_unprocessed": "no"}),
                                         accounts=ACCOUNTS)
    )  # fmt: skip
    assert verify.code == main.code == 2
    assert verify.error.startswith("1 of 6 memberships is not Enabled: 1 resigned (")
    assert f"  Account: {ZERO}" in verify.summary
    assert main.error.startswith("1 of 6 memberships was not processed: 1 resigned (")
    assert named.code == 0
    assert f"  Account: {ZERO}" in named.summary


VARIABLES = (
    "accounts_file", "regions", "exclude_regions", "member_role", "member_role_external_id",
    "member_role_session_name", "member_role_duration", "member_role_policy", "assume_role_arn",
    "assume_role_external_id", "assume_role_session_name", "administrator_id", "enable_administrator_hub",
    "enable_default_standards", "standards", "config_recorder", "leave_administrator_ids", "reinvite", "surplus",
    "surplus_limit", "closed_accounts", "wait_timeout", "batch_size", "report_path", "fail_on_unprocessed",
)  # fmt: skip


def test_empty_boxes_for_all_variables_are_the_defaults(fleet: Fleet) -> None:
    """Each variable is empty as AWX has it ("") and as YAML has it (null): settings_of makes one default of both.

    And a variable of the user's own is no error: securityhub_region_of_mine looks like none of the role's.
    """
    fleet.seed({ONE: "Enabled"}, REGION)
    boxes = {name: "" if number % 2 else None for number, name in enumerate(VARIABLES)}
    steps = fleet.steps(*((entry_point, {}) for entry_point in ENTRY_POINTS), accounts=ONE, region_of_mine="x", **boxes)
    for step in steps:
        assert step.run.code == 0, step.run.output
        assert step.run.summary[0].startswith("1 account \u00d7 1 Region = 1 membership: ")
    assert [step.writes > 0 for step in steps] == [entry_point == "offboard" for entry_point in ENTRY_POINTS]
    assert recap(steps[-1].run) == {"localhost": (1, 0)}


def test_variables_of_the_users_own_are_not_evaluated(fleet: Fleet) -> None:
    """One is undefined, and one fails; the role runs in a loop of the user's, too."""
    fleet.seed({ONE: "Enabled", ZERO: "Enabled"}, REGION)
    own = {
        "securityhub_webhook": "{{ nowhere }}",
        "securityhub_secret": "{{ lookup('ansible.builtin.file', '/nowhere') }}",
    }
    role = {"ansible.builtin.include_role": {"name": "multiaccount.aws.securityhub", "tasks_from": "verify"}}
    given = {"securityhub_accounts": "{{ item }}", "securityhub_regions": REGION}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {**own, "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [{**role, "vars": given, "loop": [ONE, ZERO]}],
    }
    (fleet.scene.folder / "loop.json").write_text(json.dumps([play]), encoding="utf-8")
    run = fleet.scene.run("ansible-playbook", "loop.json")
    assert run.code == 0, run.output
    assert run.output.count("1 account \u00d7 1 Region = 1 membership: 1 Enabled") == 2
    assert "[WARNING]: TASK" not in run.output


def test_mistyped_variable_is_refused_where_the_role_is_used(fleet: Fleet) -> None:
    (step,) = fleet.steps(("verify", {"account": ONE}))
    assert step.run.code == 2
    assert step.run.error == "securityhub_account is not a variable of the role. Did you mean securityhub_accounts?"
    assert fleet.scene.calls() == 0


MISTAKES: dict[str, dict[str, Any]] = {
    "main": {"wait_timeout": "soon"},
    "invite": {"batch_size": 0},
    "verify": {"surplus": "perhaps"},
    "report": {"reinvite": [1]},
    "offboard": {"fail_on_unprocessed": "perhaps"},
}


def test_each_entry_point_checks_its_variables_first(fleet: Fleet) -> None:
    steps = fleet.steps(*MISTAKES.items(), accounts=ONE)
    for step, mistake in zip(steps, MISTAKES.values(), strict=True):
        assert step.run.code == 2
        ((name, value),) = mistake.items()
        assert step.run.error.startswith(f"securityhub_{name} is "), step.run.error
        assert str(value).strip("[]") in step.run.error
    assert fleet.scene.calls() == 0


def test_tasks_are_calls_and_logic_is_python() -> None:
    """The YAML of role and playbooks stays short, and has no expression that goes over more than a line."""
    files = [file for folder in ("roles", "playbooks") for file in (ROOT / folder).rglob("*.yml")]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) < 350
    assert all(line.count("{{") == line.count("}}") for line in lines)
