# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_offboard: whom it removes, and whom it doesn't."""

from __future__ import annotations

import json
from typing import Any

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, REGIONS, THREE, ZERO, Fleet, everywhere, recap
from playbooks.scene import ADMINISTRATOR

LOCAL: dict[str, Any] = {"hosts": "localhost", "connection": "local", "gather_facts": False}
PYTHON = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
BYSTANDER = "444400000001"
NOT_OPTED_IN = "eu-north-1"


def invitations_left(fleet: Fleet, *account_ids: str) -> list[Any]:
    """What accounts still see of invitations."""
    by_account = fleet.scene.hub.state()["invitations"]
    return [row for account_id in account_ids for rows in by_account.get(account_id, {}).values() for row in rows]


def test_check_run_and_run_again_on_both_sides(fleet: Fleet) -> None:
    fleet.seed(
        {ONE: "Enabled", ZERO: "Enabled", THREE: "Invited", BYSTANDER: "Enabled"}
    )  # THREE is without Security Hub
    before = fleet.scene.hub.state()
    given: dict[str, Any] = {"accounts": ACCOUNTS, "member_role": MEMBER_ROLE}
    check = fleet.play("offboard", "--check", **given)
    assert check.code == 0, check.output
    assert recap(check) == {"localhost": (1, 0)}
    assert check.summary[0] == "3 accounts \u00d7 2 Regions = 6 memberships after a run: 6 removed"
    assert fleet.scene.writes() == 0
    assert fleet.scene.hub.state() == before

    run = fleet.play("offboard", **given)
    assert run.code == 0, run.output
    assert run.summary[0] == "3 accounts \u00d7 2 Regions = 6 memberships: 6 removed"
    assert recap(run) == recap(check)
    assert fleet.statuses() == everywhere(None)
    assert [fleet.scene.statuses(region) for region in REGIONS] == [{BYSTANDER: "Enabled"}] * 2
    assert invitations_left(fleet, ONE, ZERO) == []
    # the members left by themselves, so that there was nothing to disassociate
    calls = ("DisassociateFromAdministratorAccount", "DisassociateMembers", "DeleteMembers")
    assert [fleet.count(name) for name in calls] == [4, 0, 2]

    fleet.scene.hub.reset_counts()
    again = fleet.play("offboard", **given)
    assert again.code == 0, again.output
    assert recap(again) == {"localhost": (0, 0)}
    assert again.summary[0].endswith("6 already not_a_member")
    assert fleet.count("sts:AssumeRole") == fleet.scene.writes() == 0


def test_by_file_on_the_side_of_the_administrator_alone(fleet: Fleet) -> None:
    (fleet.scene.folder / "leavers.csv").write_text(f"Account ID,Email\n{ONE},\n{ZERO},\n", encoding="utf-8")
    fleet.seed({ONE: "Enabled", ZERO: "Invited", THREE: "Enabled"})
    run = fleet.play("offboard", accounts_file="leavers.csv")
    assert run.code == 0, run.output
    assert "[WARNING]" not in run.output
    assert recap(run) == {"localhost": (1, 0)}
    assert fleet.statuses() == {ONE: [None, None], ZERO: [None, None], THREE: ["Enabled", "Enabled"]}
    assert fleet.count("sts:AssumeRole") == 0


def test_nobody_is_taken_from_the_inventory(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled"})
    inventory = {"all": {"hosts": {ONE: {"account_id": ONE}}}}
    (fleet.scene.folder / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
    nobody: dict[str, Any] = {"accounts": " \n", "accounts_file": ""}
    run = fleet.play("offboard", "--inventory", "hosts.json", member_role=MEMBER_ROLE, **nobody)
    assert run.code == 2
    assert run.error.startswith("No accounts are given. Set securityhub_accounts or securityhub_accounts_file")
    assert fleet.scene.calls() == 0


def test_offboard_refuses_accounts_of_inventory_variables(fleet: Fleet) -> None:
    """Of a group, of the host, and of a file beside the playbook; a variable of the command line is above them."""
    fleet.seed({ONE: "Enabled", ZERO: "Enabled"})
    inventory = {"all": {"hosts": {"localhost": {}}, "vars": {"securityhub_accounts": [ONE]}}}
    (fleet.scene.folder / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
    refused = fleet.play("offboard", "--inventory", "hosts.json")
    assert refused.code == 2, refused.output
    assert refused.error.startswith("securityhub_accounts comes from the inventory. ")
    assert fleet.scene.calls() == 0

    run = fleet.play("offboard", "--inventory", "hosts.json", accounts=[ZERO])
    assert run.code == 0, run.output
    assert fleet.statuses() == {ONE: ["Enabled", "Enabled"], ZERO: [None, None], THREE: [None, None]}


def test_offboard_takes_accounts_of_the_play_and_its_tasks(fleet: Fleet) -> None:
    """Also where the inventory has others."""
    fleet.seed(dict.fromkeys(ACCOUNTS, "Enabled"))
    inventory = {"all": {"hosts": {"localhost": {"securityhub_accounts": [THREE]}}}}
    (fleet.scene.folder / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
    leave = {"ansible.builtin.include_role": {"name": "multiaccount.aws.securityhub", "tasks_from": "offboard"}}
    plays = [
        {**LOCAL, "vars": {**PYTHON, "securityhub_accounts": [ONE]}, "tasks": [leave]},
        {
            **LOCAL,
            "vars": PYTHON,
            "tasks": [{"ansible.builtin.set_fact": {"securityhub_accounts": [ZERO]}}, leave],
        },
    ]
    (fleet.scene.folder / "site.json").write_text(json.dumps(plays), encoding="utf-8")
    run = fleet.run("site.json", "--inventory", "hosts.json")
    assert run.code == 0, run.output
    assert fleet.statuses() == {ONE: [None, None], ZERO: [None, None], THREE: ["Enabled", "Enabled"]}


def test_variables_of_the_role_itself_turn_nothing_into_an_offboarding(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled"})
    for name in ("securityhub__state", "securityhub__run"):
        run = fleet.play("onboard", "--extra-vars", json.dumps({name: {"state": "absent"}}), accounts=[ONE])
        assert run.code == 2, run.output
        assert f"{name} can't be set: names with securityhub__ are the role's own." in run.output
    assert fleet.scene.calls() == 0


def test_what_fails_is_named_and_stops_no_other(fleet: Fleet) -> None:
    """An account that the service won't let go in one Region, and a role that can't be assumed.

    And a Region that is not opted in, by which neither Security Hub nor STS answers there.
    """
    fleet.seed(dict.fromkeys(ACCOUNTS, "Enabled"), *REGIONS, NOT_OPTED_IN)
    fleet.scene.hub.fault(kind="not_opted_in", region=NOT_OPTED_IN, account_id=ADMINISTRATOR)
    fleet.scene.hub.fault(
        kind="reject", operation="DeleteMembers", region=REGIONS[0], account_ids=[THREE], message="It has to stay."
    )
    fleet.scene.hub.seed(denied_roles=[ZERO])
    run = fleet.play("offboard", accounts=ACCOUNTS, regions=[NOT_OPTED_IN, *REGIONS], member_role=MEMBER_ROLE)
    assert run.code == 2, run.output
    statuses = fleet.statuses()
    assert statuses.pop(THREE)[1] is None
    assert statuses == {ONE: [None, None], ZERO: [None, None]}
    assert fleet.scene.statuses(NOT_OPTED_IN) == dict.fromkeys(ACCOUNTS, "Enabled")
    assert "3 unreadable" in run.summary[0]
    assert "5 removed" in run.summary[0]
    assert run.error.startswith(f"{NOT_OPTED_IN} failed (UnrecognizedClientException): ")
    assert "1 of 9 memberships was not processed: 1 rejected (" in run.error
    assert f"1 account in {REGIONS[0]} (rejected): It has to stay." in run.summary
    assert f"  Account: {THREE}" in run.summary
    assert fleet.count("DisassociateFromAdministratorAccount") == 4
    assert fleet.count("DisassociateMembers") == len(REGIONS), "for the one that could not leave by itself"
