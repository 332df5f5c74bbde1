# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_onboard where nothing stands in the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, REGIONS, THREE, ZERO, Fleet, everywhere, once, recap
from playbooks.scene import ADMINISTRATOR, OTHER_REGION, REGION

PLACE = f"Regions: {REGION}, {OTHER_REGION}; administrator: {ADMINISTRATOR}"


def test_check_run_and_run_again(fleet: Fleet) -> None:
    hub = fleet.scene.hub
    rows = [{"account_id": ONE, "email": "one@example.com"}, {"account_id": ZERO}, {"account_id": THREE}]

    check = fleet.play("onboard", "--check", accounts=rows, member_role=MEMBER_ROLE, report_path=fleet.page)
    assert check.code == 0, check.output
    assert check.summary == [
        "3 accounts \u00d7 2 Regions = 6 memberships after a run: 6 Enabled",
        PLACE,
        "To do: enable Security Hub in 6, add 6, invite 6, accept 6",
        "Security Hub is to be enabled in the administrator account in both Regions",
    ]
    assert "[WARNING]" not in check.output
    assert recap(check) == {"localhost": (1, 0)}
    assert fleet.scene.writes() == 0
    assert hub.state()["hubs"] == {}
    assert not Path(fleet.page).exists()

    run = fleet.play("onboard", accounts=rows, member_role=MEMBER_ROLE, report_path=fleet.page)
    assert run.code == 0, run.output
    assert run.summary == [
        "3 accounts \u00d7 2 Regions = 6 memberships: 6 Enabled",
        PLACE,
        "Done: 6 with Security Hub enabled, 6 added, 6 invited, 6 accepted",
        "Security Hub was enabled in the administrator account in both Regions",
        f"Report: file://{fleet.page}",
    ]
    assert recap(run) == {"localhost": (1, 0)}
    assert fleet.statuses() == everywhere("Enabled")
    assert fleet.invitations() == once()
    assert fleet.count("AcceptAdministratorInvitation") == len(ACCOUNTS) * len(REGIONS)
    assert fleet.count("sts:AssumeRole") == len(ACCOUNTS)
    assert not any(region["standards"] for by in hub.state()["hubs"].values() for region in by.values())
    assert hub.state()["members"][ADMINISTRATOR][REGION][ONE]["email"] == "one@example.com"
    assert {row["member_status"] for by_region in fleet.report().values() for row in by_region.values()} == {"Enabled"}

    hub.reset_counts()
    again = fleet.play("onboard", accounts=rows, member_role=MEMBER_ROLE)
    assert again.code == 0, again.output
    assert again.summary == [run.summary[0], PLACE, "Done: nothing"]
    assert recap(again) == {"localhost": (0, 0)}
    assert hub.counts()["other"] == {}, "a role was taken for nothing"
    assert fleet.scene.writes() == 0


def test_check_half_way_and_run(fleet: Fleet) -> None:
    """One is in the member list, one invited, one enabled here and invited there."""
    fleet.seed({ONE: "Created", ZERO: "Invited"})
    fleet.seed({THREE: "Enabled"}, REGION)
    fleet.seed({THREE: "Invited"}, OTHER_REGION)
    before = fleet.scene.hub.state()
    check = fleet.play("onboard", "--check", accounts=",".join(ACCOUNTS), member_role=MEMBER_ROLE)
    assert check.code == 0, check.output
    assert check.summary[2].endswith("invite 2, accept 5")
    assert recap(check) == {"localhost": (1, 0)}
    assert fleet.scene.writes() == 0
    assert fleet.scene.hub.state() == before

    fleet.scene.hub.reset_counts()
    run = fleet.play("onboard", accounts=",".join(ACCOUNTS), member_role=MEMBER_ROLE)
    assert run.code == 0, run.output
    assert fleet.statuses() == everywhere("Enabled")
    assert fleet.invitations() == {region: {ONE: 1} for region in REGIONS}
    assert fleet.count("AcceptAdministratorInvitation") == 5


def test_without_a_role_it_ends_with_the_invitations(fleet: Fleet) -> None:
    """And takes the answers of a survey: texts, and boxes that were left empty."""
    fleet.seed({THREE: "Removed"}, REGION)
    run = fleet.play(
        "onboard",
        accounts=f"{ONE}\r\n {ZERO}\n\n{THREE}\n", regions=f"{REGION},\n{OTHER_REGION} ", reinvite=" ",
        accounts_file="", member_role=None, report_path=fleet.page,
    )  # fmt: skip
    assert run.code == 0, run.output
    assert run.summary[0].endswith("6 Invited")
    where = "6 memberships of 3 accounts in both Regions (awaiting_acceptance)"
    assert any(line.startswith(where) for line in run.summary)
    assert any("Ask the account owners" in line for line in run.summary)
    assert fleet.invitations() == once()
    assert fleet.count("sts:AssumeRole") == 0
    assert set(fleet.scene.hub.state()["hubs"]) == {ADMINISTRATOR}
    reasons = {row["reason"] for by_region in fleet.report().values() for row in by_region.values()}
    assert reasons == {"awaiting_acceptance"}


def test_reinvite_as_text_and_as_list(fleet: Fleet) -> None:
    fleet.seed({ONE: "Removed", ZERO: "Resigned"}, REGION)
    neither = fleet.play("onboard", "--check", accounts=[ONE, ZERO], regions=REGION, reinvite=[])
    assert neither.code == 2, neither.output
    assert "1 removed, 1 resigned" in neither.error

    both = fleet.play(
        "onboard", accounts=[ONE, ZERO], regions=REGION, reinvite="Removed, Resigned\n", member_role="Any"
    )
    assert both.code == 0, both.output
    assert both.summary[0].endswith("2 Enabled")


def test_accounts_of_a_file(fleet: Fleet) -> None:
    text = f"\ufeffAccount ID,Email\r\n{ONE},one@example.com\r\n {ZERO} ,\r\n\r\n{THREE},three@example.com\r\n"
    (fleet.scene.folder / "accounts.csv").write_text(text, encoding="utf-8", newline="")
    fleet.seed({THREE: "Created"}, REGION)
    # relative to where the command runs; an empty box of a survey beside it is no second source
    given: dict[str, Any] = {"accounts_file": "accounts.csv", "accounts": "\n", "regions": [REGION]}
    check = fleet.play("onboard", "--check", **given)
    assert check.code == 0, check.output
    assert check.summary[2].endswith("add 2, invite 3")

    run = fleet.play("onboard", **given, member_role=MEMBER_ROLE)
    assert run.code == 0, run.output
    members = fleet.scene.hub.state()["members"][ADMINISTRATOR][REGION]
    assert {account_id: (row["member_status"], row["email"]) for account_id, row in members.items()} == {
        ONE: ("Enabled", "one@example.com"), ZERO: ("Enabled", None), THREE: ("Enabled", None),  # it was added without
    }  # fmt: skip


def test_rows_of_organizations_that_are_not_active_are_left_out_and_named(fleet: Fleet) -> None:
    rows = f'"Shop","{ONE}","one@example.com","ACTIVE"\n"Old shop","{ZERO}","old@example.com","SUSPENDED"\n'
    (fleet.scene.folder / "organization.csv").write_text(f'"Name","Id","Email","Status"\n{rows}', encoding="utf-8")
    run = fleet.play("onboard", accounts_file="organization.csv", member_role=MEMBER_ROLE)
    assert run.code == 0, run.output
    assert run.summary[-1] == f"1 row of organization.csv left out: row 3 ({ZERO}, Old shop) is SUSPENDED"
    assert fleet.statuses() == {ONE: ["Enabled"] * 2, ZERO: [None] * 2, THREE: [None] * 2}


def test_batches_are_lines_of_progress(fleet: Fleet) -> None:
    run = fleet.play("onboard", accounts=ACCOUNTS, member_role=MEMBER_ROLE, batch_size="2", surplus="report")
    assert run.code == 0, run.output
    for number, size in ((1, 2), (2, 1)):
        assert f"changed: [localhost] => (item=batch {number} of 2, accounts: {size})" in run.output
    assert not any("not in the list of accounts" in line for line in run.summary), "a batch is not surplus to another"
    assert fleet.statuses() == everywhere("Enabled")


def test_surplus_members_are_removed_from_all_batches_as_one(fleet: Fleet) -> None:
    fleet.seed({THREE: "Enabled"})
    run = fleet.play("onboard", accounts=[ONE, ZERO], member_role=MEMBER_ROLE, batch_size=1, surplus="remove")
    assert run.code == 0, run.output
    assert "Surplus members removed: 2" in run.summary
    assert fleet.statuses() == {ONE: ["Enabled"] * 2, ZERO: ["Enabled"] * 2, THREE: [None] * 2}


def test_accounts_of_the_inventory_within_the_limit(fleet: Fleet) -> None:
    # what else the inventory knows of its hosts is not about the account
    hosts = {account_id: {"account_id": account_id, "role": "web", "status": "CLOSED"} for account_id in ACCOUNTS}
    (fleet.scene.folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    run = fleet.play(
        "onboard", "--inventory", "hosts.json", "--limit", f"localhost,{ZERO}", regions=REGION, member_role=MEMBER_ROLE
    )
    assert run.code == 0, run.output
    assert run.summary[0].endswith("1 Enabled")
    assert fleet.scene.statuses() == {ZERO: "Enabled"}


def test_onboard_offboard_and_onboard_in_one_run_touch_only_whom_they_name(fleet: Fleet) -> None:
    fleet.seed({ZERO: "Enabled"})
    names = (("onboard", ONE), ("offboard", ZERO), ("onboard", THREE))
    plays = [
        {"import_playbook": f"multiaccount.aws.securityhub_{name}", "vars": {"securityhub_accounts": account_id}}
        for name, account_id in names
    ]
    (fleet.scene.folder / "site.yml").write_text(json.dumps(plays), encoding="utf-8")
    extra = json.dumps({"securityhub_regions": list(REGIONS), "securityhub_member_role": MEMBER_ROLE})
    run = fleet.scene.run("ansible-playbook", "site.yml", "--extra-vars", extra)
    assert run.code == 0, run.output
    assert run.output.count("1 account \u00d7 2 Regions") == len(names)
    assert fleet.statuses() == {ONE: ["Enabled"] * 2, ZERO: [None] * 2, THREE: ["Enabled"] * 2}
    assert fleet.invitations() == {region: {ONE: 1, THREE: 1} for region in REGIONS}
    assert fleet.count("sts:AssumeRole") == len(names)
