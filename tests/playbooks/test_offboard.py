# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_offboard: whom it removes, and whom it doesn't."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, REGIONS, THREE, ZERO, Fleet, everywhere, recap
from playbooks.scene import ADMINISTRATOR

BYSTANDER = "444400000001"


def invitations_left(fleet: Fleet, *account_ids: str) -> list[Any]:
    """What accounts still see of invitations."""
    by_account = fleet.scene.hub.state()["invitations"]
    return [row for account_id in account_ids for rows in by_account.get(account_id, {}).values() for row in rows]


def test_check_run_and_run_again_on_both_sides(fleet: Fleet) -> None:
    fleet.seed(
        {ONE: "Enabled", ZERO: "Enabled", THREE: "Invited", BYSTANDER: "Enabled"}
    )  # THREE is without Security Hub
    before = fleet.scene.hub.state()
    check = fleet.play("offboard", "--check", accounts=ACCOUNTS, member_role=MEMBER_ROLE)
    assert check.code == 0, check.output
    assert recap(check) == {"localhost": (1, 0), ONE: (1, 0), ZERO: (1, 0), THREE: (0, 0)}
    assert fleet.scene.writes() == 0
    assert fleet.scene.hub.state() == before

    assert check.summary[0] == "Would be removed: 6"

    run = fleet.play("offboard", accounts=ACCOUNTS, member_role=MEMBER_ROLE)
    assert run.code == 0, run.output
    assert run.summary == [
        "Removed: 6",
        "Not in the member list: 0",
        "Not removed: 0",
        "Regions that failed: 0",
        "Accounts that failed on their side: 0",
    ]
    assert recap(run) == recap(check)
    assert fleet.statuses() == everywhere(None)
    assert [fleet.scene.statuses(region) for region in REGIONS] == [{BYSTANDER: "Enabled"}] * 2
    assert invitations_left(fleet, ONE, ZERO) == []
    assert "rescued=1" not in run.output
    # the members left by themselves, so that there was nothing to disassociate
    calls = ("DisassociateFromAdministratorAccount", "DeleteInvitations", "DisassociateMembers", "DeleteMembers")
    assert [fleet.count(name) for name in calls] == [4, 4, 0, 2]

    fleet.scene.hub.reset_counts()
    again = fleet.play("offboard", accounts=ACCOUNTS, member_role=MEMBER_ROLE)
    assert again.code == 0, again.output
    assert recap(again) == {"localhost": (0, 0), **dict.fromkeys(ACCOUNTS, (0, 0))}
    assert fleet.scene.writes() == 0


def test_by_file_on_the_side_of_the_administrator_alone(fleet: Fleet) -> None:
    (fleet.scene.folder / "leavers.csv").write_text(f"Account ID,Email\n{ONE},\n{ZERO},\n", encoding="utf-8")
    fleet.seed({ONE: "Enabled", ZERO: "Invited", THREE: "Enabled"})
    run = fleet.play("offboard", accounts_file="leavers.csv")
    assert run.code == 0, run.output
    assert run.summary[-1] == "Regions that failed: 0"
    assert "[WARNING]" not in run.output
    assert recap(run) == {"localhost": (1, 0)}
    assert fleet.statuses() == {ONE: [None, None], ZERO: [None, None], THREE: ["Enabled", "Enabled"]}
    assert fleet.count("sts:AssumeRole") == 0


@pytest.mark.parametrize("nobody", [{}, {"accounts": []}, {"accounts": " \n", "accounts_file": ""}], ids=str)
def test_nobody_is_taken_from_the_inventory(fleet: Fleet, nobody: dict[str, Any]) -> None:
    fleet.seed({ONE: "Enabled"})
    inventory = {"all": {"hosts": {ONE: {"account_id": ONE}}}}
    (fleet.scene.folder / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
    run = fleet.play("offboard", "--inventory", "hosts.json", member_role=MEMBER_ROLE, **nobody)
    assert run.code == 2
    assert "they are never taken from the inventory" in run.output.replace("\n", " ")
    assert fleet.scene.calls() == 0


def test_what_fails_is_named_and_stops_no_other(fleet: Fleet) -> None:
    """A role that can't be assumed, and an account that the service won't let go in one Region."""
    fleet.seed(dict.fromkeys(ACCOUNTS, "Enabled"))
    fleet.scene.hub.seed(denied_roles=[ZERO])
    fleet.scene.hub.fault(
        kind="reject", operation="DeleteMembers", region=REGIONS[0], account_ids=[THREE], message="It has to stay."
    )
    run = fleet.play("offboard", accounts=ACCOUNTS, member_role=MEMBER_ROLE)
    assert run.code == 2, run.output
    statuses = fleet.statuses()
    assert statuses.pop(THREE)[1] is None
    assert statuses == {ONE: [None, None], ZERO: [None, None]}
    assert run.summary[2:] == ["Not removed: 1", "Regions that failed: 0", "Accounts that failed on their side: 1"]
    message = run.output.rpartition("fatal: [localhost]")[2]
    assert f"{THREE} in {REGIONS[0]}: rejected (It has to stay.)" in message
    assert f"{ZERO}: Assume the role in the member account: " in message
    assert ONE not in message.partition("PLAY RECAP")[0]
    assert fleet.count("DisassociateMembers") == len(REGIONS), "for the one that could not leave by itself"
    assert {failed for host, (_changed, failed) in recap(run).items() if host != "localhost"} == {0}


def test_a_region_that_fails_is_named_and_stops_no_other(fleet: Fleet) -> None:
    """The first Region is not opted in, by which neither Security Hub nor STS answers there."""
    fleet.seed(dict.fromkeys(ACCOUNTS, "Enabled"))
    fleet.scene.hub.fault(kind="not_opted_in", region=REGIONS[0])
    run = fleet.play("offboard", accounts=ACCOUNTS, member_role=MEMBER_ROLE)
    assert run.code == 2, run.output
    assert fleet.statuses() == {account_id: ["Enabled", None] for account_id in ACCOUNTS}
    assert run.summary == [
        "Removed: 3",
        "Not in the member list: 0",
        "Not removed: 3",
        "Regions that failed: 1",
        "Accounts that failed on their side: 0",
    ]
    message = run.output.rpartition("fatal: [localhost]")[2]
    assert f"failed in {REGIONS[0]} with UnrecognizedClientException" in message
    assert f"by {ADMINISTRATOR}" in message
    assert fleet.count("DisassociateFromAdministratorAccount") == len(ACCOUNTS)


def test_members_that_are_not_asked_to_leave_are_named(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled"})
    limited = fleet.play("offboard", "--limit", "localhost", accounts=ONE, member_role=MEMBER_ROLE)
    assert limited.code == 2
    assert limited.summary[-1] == "Accounts that failed on their side: 1"
    assert f"{ONE}: The limit of this run leaves the account out" in limited.output
    assert fleet.statuses()[ONE] == [None, None]

    fleet.scene.hub.reset()
    fleet.seed({ONE: "Enabled"})
    fleet.scene.hub.fault(kind="access_denied", operation="DescribeHub", account_id=ADMINISTRATOR, region=REGIONS[0])
    unasked = fleet.play("offboard", accounts=ONE, member_role=MEMBER_ROLE)
    assert unasked.code == 2
    assert unasked.summary[-2:] == ["Regions that failed: 1", "Accounts that failed on their side: 0"]
    assert f"DescribeHub by {ADMINISTRATOR} failed in {REGIONS[0]}" in unasked.output
    assert fleet.count("DisassociateFromAdministratorAccount") == 1
    assert fleet.statuses()[ONE] == [None, None]
