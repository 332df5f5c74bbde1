# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry points of the role by themselves, as in a member's own pipeline or a nightly check."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playbooks.fleet import ACCOUNTS, ONE, OTHER_ADMINISTRATOR, REGIONS, THREE, ZERO, Fleet, recap
from playbooks.scene import ADMINISTRATOR, OTHER_REGION, REGION


def test_a_member_accepts_with_its_own_credentials(fleet: Fleet) -> None:
    fleet.seed({ONE: "Invited", ZERO: "Invited"})
    run = fleet.role("accept", caller=ONE, administrator_id=ADMINISTRATOR)
    assert run.code == 0, run.output
    assert recap(run) == {"localhost": (1, 0)}
    assert fleet.statuses() == {ONE: ["Enabled"] * 2, ZERO: ["Invited"] * 2, THREE: [None] * 2}
    assert fleet.count("sts:AssumeRole") == 0
    assert set(fleet.scene.hub.state()["hubs"]) == {ADMINISTRATOR, ONE}

    fleet.scene.hub.reset_counts()
    again = fleet.role("accept", caller=ONE, administrator_id=ADMINISTRATOR)
    assert recap(again) == {"localhost": (0, 0)}
    assert fleet.scene.writes() == 0


def test_a_member_that_cannot_accept_everywhere_says_why(fleet: Fleet) -> None:
    fleet.seed({ONE: "Invited"}, REGION)
    fleet.seed({ONE: "Invited"}, OTHER_REGION, administrator_id=OTHER_ADMINISTRATOR)
    run = fleet.role("accept", caller=ONE, administrator_id=ADMINISTRATOR)
    assert run.code == 2
    assert f"There is no invitation from {ADMINISTRATOR} in {OTHER_REGION}" in run.output
    assert recap(run) == {"localhost": (1, 1)}
    assert fleet.statuses()[ONE] == ["Enabled", None]
    assert fleet.scene.hub.status(OTHER_ADMINISTRATOR, OTHER_REGION, ONE) == "Invited", "accepted another administrator"


def test_leave_and_verify(fleet: Fleet) -> None:
    fleet.seed(dict.fromkeys(ACCOUNTS, "Enabled"))
    fine = fleet.role("verify")  # no accounts: the whole member list
    assert fine.code == 0, fine.output
    assert fine.summary == ["Enabled: 6"]
    assert recap(fine) == {"localhost": (0, 0)}

    left = fleet.role("leave", caller=ZERO, administrator_id=ADMINISTRATOR, regions=[REGION])
    assert left.code == 0, left.output
    assert recap(left) == {"localhost": (1, 0)}
    assert fleet.statuses() == {ONE: ["Enabled"] * 2, ZERO: ["Resigned", "Enabled"], THREE: ["Enabled"] * 2}
    fleet.scene.hub.reset_counts()
    assert recap(fleet.role("leave", caller=ZERO, administrator_id=ADMINISTRATOR, regions=[REGION])) == {
        "localhost": (0, 0)
    }
    assert fleet.scene.writes() == 0

    assert fleet.role("verify", "--check", accounts=ACCOUNTS).code == 2
    alarm = fleet.role("verify", accounts=ACCOUNTS)
    assert alarm.code == 2
    assert alarm.summary[:2] == ["Enabled: 5", "Resigned: 1"]
    assert alarm.summary[2].startswith(f"{ZERO} in {REGION}: Resigned. The account declined or left")
    assert "1 of 3 accounts are not enabled everywhere, 0 of 2 Regions failed: see the summary." in alarm.output


def test_main_fails_for_whom_it_could_not_invite(fleet: Fleet) -> None:
    fleet.seed({ZERO: "Resigned"}, REGION)
    fleet.scene.hub.fault(kind="not_opted_in", region=OTHER_REGION)
    run = fleet.role("main", accounts=ACCOUNTS)
    assert run.code == 2
    message = run.output.rpartition("fatal: [localhost]")[2]
    assert f"{ZERO} in {REGION}: resigned (The member declined the invitation or left" in message
    assert f"DescribeHub by {ADMINISTRATOR} failed in {OTHER_REGION} with UnrecognizedClientException" in message
    assert fleet.scene.statuses(REGION) == {ONE: "Invited", ZERO: "Resigned", THREE: "Invited"}


# What is wrong with the variables of each entry point, and what is said about it.
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "main": ({"wait_timeout": "soon"}, "'soon'"),
    "accept": ({}, "missing required arguments: securityhub_membership_administrator_id"),
    "leave": ({}, "missing required arguments: securityhub_membership_administrator_id"),
    "verify": ({"keep_going": "perhaps"}, "not a valid boolean"),
    "report": ({}, "missing required arguments: securityhub_membership_status"),
    "offboard": ({"accounts": ONE, "wait_timeout": [1]}, "int"),
}


def test_each_entry_point_checks_its_variables_first(fleet: Fleet) -> None:
    def attempt(entry_point: str, given: dict[str, Any]) -> dict[str, Any]:
        variables = {"regions": list(REGIONS), **given}
        include = {"name": "multiaccount.aws.securityhub_membership", "tasks_from": entry_point}
        message = {"msg": f"{entry_point} says: {{{{ ansible_failed_result.msg }}}}"}
        return {
            "vars": {f"securityhub_membership_{name}": value for name, value in variables.items()},
            "block": [{"ansible.builtin.include_role": include}],
            "rescue": [{"ansible.builtin.debug": message}],
        }

    tasks = [attempt(entry_point, given) for entry_point, (given, _words) in MISTAKES.items()]
    play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
    (fleet.scene.folder / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    run = fleet.scene.run("ansible-playbook", "play.yml")
    for entry_point, (_given, words) in MISTAKES.items():
        said = run.output.partition(f"{entry_point} says: ")[2].partition('"\n')[0]
        assert said.startswith("Validation of arguments failed:"), run.output
        assert words in said
    assert fleet.scene.calls() == 0


@pytest.mark.parametrize("mistake", [{"regions": ""}, {"member_role": "Any"}, {"administrator_id": "99998888777"}])
@pytest.mark.parametrize("entry_point", ["accept", "leave"])
def test_a_member_needs_a_region_and_an_account_for_its_role(
    fleet: Fleet, entry_point: str, mistake: dict[str, Any]
) -> None:
    run = fleet.role(entry_point, **{"administrator_id": ADMINISTRATOR, **mistake})
    assert run.code == 2
    assert "with securityhub_membership_member_role also securityhub_membership_account_id" in run.output
    assert fleet.scene.calls() == 0
