# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_onboard where nothing stands in the way."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

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
        "Report: not written in check mode",
    ]
    assert "[WARNING]" not in check.output
    assert recap(check) == {"localhost": (1, 0)}
    assert fleet.scene.writes() == 0
    assert hub.state()["hubs"] == {}
    assert not Path(fleet.page).exists()

    run = fleet.play("onboard", accounts=rows, member_role=MEMBER_ROLE)
    assert run.code == 0, run.output
    assert run.summary == [
        "3 accounts \u00d7 2 Regions = 6 memberships: 6 Enabled",
        PLACE,
        "Done: Security Hub enabled in 6, 6 added, 6 invited, 6 accepted",
        "Security Hub was enabled in the administrator account in both Regions",
    ]
    assert recap(run) == {"localhost": (1, 0)}
    assert fleet.statuses() == everywhere("Enabled")
    assert fleet.invitations() == once()
    assert fleet.count("AcceptAdministratorInvitation") == len(ACCOUNTS) * len(REGIONS)
    assert fleet.count("sts:AssumeRole") == len(ACCOUNTS)
    assert not any(region["standards"] for by in hub.state()["hubs"].values() for region in by.values())
    assert hub.state()["members"][ADMINISTRATOR][REGION][ONE]["email"] == "one@example.com"

    hub.reset_counts()
    again = fleet.play("onboard", accounts=rows, member_role=MEMBER_ROLE)
    assert again.code == 0, again.output
    assert again.summary == [run.summary[0], PLACE, "Done: nothing"]
    assert recap(again) == {"localhost": (0, 0)}
    assert hub.counts()["other"] == {}, "a role was taken for nothing"
    assert fleet.scene.writes() == 0


def test_check_half_way_and_run_with_accounts_of_a_file(fleet: Fleet) -> None:
    """One is in the member list, one invited, one enabled here and invited there; two have left, and two are new."""
    new, named, removed, resigned = (f"22222222000{number}" for number in range(4))
    rows = "".join(f" {account_id} ,\r\n" for account_id in (*ACCOUNTS, removed, resigned, new))
    text = f"\ufeffAccount ID,Email\r\n{named},named@example.com\r\n\r\n{rows}"
    (fleet.scene.folder / "accounts.csv").write_text(text, encoding="utf-8", newline="")
    fleet.seed({ONE: "Created", ZERO: "Invited"})
    fleet.seed({THREE: "Enabled", removed: "Removed", resigned: "Resigned"}, REGION)
    fleet.seed({THREE: "Invited", removed: "Enabled", resigned: "Enabled"}, OTHER_REGION)
    before = fleet.scene.hub.state()
    # relative to where the command runs; an empty box of a survey beside it is no second source
    given: dict[str, Any] = {"accounts_file": "accounts.csv", "accounts": "\n", "reinvite": "Removed, Resigned\n"}
    check = fleet.play("onboard", "--check", **given, member_role=MEMBER_ROLE)
    assert check.code == 0, check.output
    assert check.summary[2] == "To do: enable Security Hub in 11, add 4, invite 8, accept 11"
    assert recap(check) == {"localhost": (1, 0)}
    assert fleet.scene.writes() == 0
    assert fleet.scene.hub.state() == before

    run = fleet.play("onboard", **given, member_role=MEMBER_ROLE)
    assert run.code == 0, run.output
    assert run.summary[0] == "7 accounts \u00d7 2 Regions = 14 memberships: 14 Enabled"
    invited = {ONE: 1, new: 1, named: 1}
    assert fleet.invitations() == {REGION: {**invited, removed: 1, resigned: 1}, OTHER_REGION: invited}
    assert fleet.count("AcceptAdministratorInvitation") == 11
    members = fleet.scene.hub.state()["members"][ADMINISTRATOR][REGION]
    assert {row["member_status"] for row in members.values()} == {"Enabled"}
    assert {row["email"] for row in members.values()} == {"named@example.com", None}
    assert members[named]["email"] == "named@example.com"


def test_without_a_role_it_ends_with_the_invitations(fleet: Fleet) -> None:
    """And takes the answers of a survey: texts, and boxes that were left empty."""
    fleet.seed({THREE: "Removed"}, REGION)
    run = fleet.play(
        "onboard",
        accounts=f"{ONE}\r\n {ZERO}\n\n{THREE}\n", regions=f"{REGION},\n{OTHER_REGION} ", reinvite=" ",
        accounts_file="", member_role=None,
    )  # fmt: skip
    assert run.code == 0, run.output
    assert run.summary[0].endswith("6 Invited")
    where = "6 memberships of 3 accounts in both Regions (awaiting_acceptance)"
    assert any(line.startswith(where) for line in run.summary)
    assert any("Ask the account owners" in line for line in run.summary)
    assert fleet.invitations() == once()
    assert fleet.count("sts:AssumeRole") == 0
    assert set(fleet.scene.hub.state()["hubs"]) == {ADMINISTRATOR}
    assert not any("memberships of" in line for line in run.summary if not line.startswith(where))


def test_surplus_members_are_removed_from_all_batches_as_one(fleet: Fleet) -> None:
    """With rows of AWS Organizations that are not active: they are left out and named, and stay in the list."""
    new, surplus = "222222220001", "222222220002"
    fleet.seed({surplus: "Enabled", THREE: "Enabled"})
    rows = f'"Old shop","{THREE}","old@example.com","SUSPENDED"\n'
    rows += "".join(f'"Shop","{account_id}","{account_id}@example.com","ACTIVE"\n' for account_id in (ONE, ZERO, new))
    (fleet.scene.folder / "organization.csv").write_text(f'"Name","Id","Email","Status"\n{rows}', encoding="utf-8")
    given: dict[str, Any] = {"accounts_file": "organization.csv", "member_role": MEMBER_ROLE, "batch_size": "2"}
    left_out = f"1 row of organization.csv left out: row 2 ({THREE}, Old shop) is SUSPENDED"
    named = f"  Account: {surplus} (Enabled in {REGION} and {OTHER_REGION})"
    report = fleet.play("onboard", "--check", **given, surplus="report")
    assert report.code == 0, report.output
    assert report.summary[-4:] == [
        "Members that this run does not name: 2 memberships of 1 account in both Regions",
        named,
        "  Next: Add the account to the list, or set securityhub_surplus to remove.",
        left_out,
    ]

    check = fleet.play("onboard", "--check", **given, surplus="remove")
    assert check.code == 0, check.output
    assert "To do: enable Security Hub in 6, add 6, invite 6, accept 6, remove 2 surplus memberships" in check.summary
    assert check.summary[-3:] == [
        "Surplus members to remove: 2 memberships of 1 account in both Regions",
        named,
        left_out,
    ]

    run = fleet.play("onboard", **given, surplus="remove")
    assert run.code == 0, run.output
    removed = [
        "Surplus members removed: 2 memberships of 1 account in both Regions",
        named.replace("(", "(was "),
        left_out,
    ]
    assert run.summary[-3:] == removed
    listed = {**dict.fromkeys((ONE, ZERO, THREE, new), "Enabled")}
    assert [fleet.scene.statuses(region) for region in REGIONS] == [listed] * len(REGIONS)

    fleet.seed({surplus: "Created"}, OTHER_REGION)
    again = fleet.play("onboard", **given, surplus="remove")
    assert again.code == 0, again.output
    assert again.summary[2] == "Done: 1 surplus membership removed"
    assert again.summary[3:] == [
        f"Surplus members removed: 1 account in {OTHER_REGION}",
        f"  Account: {surplus} (was Created in {OTHER_REGION})",
        left_out,
    ]


def test_closed_accounts_are_removed_and_named(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", ZERO: "Enabled", THREE: "Enabled"})
    rows = [ONE, {"account_id": ZERO, "status": "CLOSED"}, {"account_id": THREE, "status": "SUSPENDED"}]
    given: dict[str, Any] = {"accounts": rows, "member_role": MEMBER_ROLE, "closed_accounts": "remove"}
    where = f"{REGION} and {OTHER_REGION}"
    check = fleet.play("onboard", "--check", **given)
    assert check.code == 0, check.output
    assert "To do: remove 2 closed memberships" in check.summary
    assert f"  Account: {ZERO} (closed, Enabled in {where})" in check.summary
    run = fleet.play("onboard", **given)
    assert run.code == 0, run.output
    assert f"  Account: {ZERO} (closed, was Enabled in {where})" in run.summary
    left = {ONE: "Enabled", THREE: "Enabled"}
    assert [fleet.scene.statuses(region) for region in REGIONS] == [left] * len(REGIONS)
    fleet.scene.hub.reset_counts()
    assert fleet.play("onboard", **given).code == 0
    assert fleet.scene.writes() == 0


def test_former_administrator_is_left_for_this_one(fleet: Fleet) -> None:
    """Two administrators at one hub, with the role in the accounts."""
    former = "444455556666"
    hub = fleet.scene.hub
    hub.switches(invite_associated="processed")
    places = {"regions": list(REGIONS)}
    hub.seed(
        hubs=[{"account_id": former, **places}],
        members=[{"administrator_id": former, "account_id": ONE, "member_status": "Enabled", **places}],
    )
    given: dict[str, Any] = {"accounts": [ONE], "member_role": MEMBER_ROLE}
    refused = fleet.play("onboard", **given)
    assert refused.code == 2
    assert "securityhub_leave_administrator_ids" in "\n".join(refused.summary)
    given["leave_administrator_ids"] = former
    left = f"  {ONE} leaves administrator {former} in both Regions"
    check = fleet.play("onboard", "--check", **given)
    assert check.code == 0, check.output
    assert left in check.summary
    assert {hub.status(former, region, ONE) for region in REGIONS} == {"Enabled"}
    run = fleet.play("onboard", **given)
    assert run.code == 0, run.output
    assert left.replace("leaves", "left") in run.summary
    assert {hub.status(former, region, ONE) for region in REGIONS} == {"Resigned"}
    assert [fleet.scene.statuses(region) for region in REGIONS] == [{ONE: "Enabled"}] * len(REGIONS)
    hub.reset_counts()
    assert fleet.play("onboard", **given).code == 0
    assert fleet.scene.writes() == 0


def test_members_without_a_recorder_fail_the_verification_that_asks(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", ZERO: "Enabled"}, REGION)
    fleet.scene.hub.seed(config_recorders=[{"account_id": ONE, "region": REGION}])
    given: dict[str, Any] = {"accounts": [ONE, ZERO], "regions": REGION, "member_role": MEMBER_ROLE}
    line = f"AWS Config was not seen to record in 1 membership: 1 none ({ZERO} in {REGION})"
    green, red = fleet.steps(("verify", {}), ("verify", {"config_recorder": True}), **given)
    assert green.run.code == 0, green.run.output
    assert red.run.code == 2
    assert red.run.error.startswith(line)
    run = fleet.play("onboard", **given, config_recorder=True)
    assert run.code == 0, run.output
    assert line in run.summary
    assert fleet.scene.writes() == 0
    report = fleet.play("report", **given, config_recorder=True, report_path="page.html")
    assert report.code == 0, report.output
    data = json.loads((fleet.scene.folder / "page.json").read_text(encoding="utf-8"))
    assert data["config_recorders"] == [{"state": "none", "accounts": {ZERO: [REGION]}}]
    assert data["counts"]["by_config_recorder"] == {"recording": 1, "none": 1}
    assert "AWS Config was not seen to record" in (fleet.scene.folder / "page.html").read_text(encoding="utf-8")


def test_region_that_a_member_is_denied_gets_no_invitation(fleet: Fleet) -> None:
    hub = fleet.scene.hub
    hub.fault(
        kind="access_denied", operation="GetAdministratorAccount", account_id=ONE, region=OTHER_REGION,
        policy="service control", times=None,
    )  # fmt: skip
    given: dict[str, Any] = {"accounts": [ONE, ZERO], "member_role": MEMBER_ROLE}
    check, run = fleet.play("onboard", "--check", **given), fleet.play("onboard", **given)
    for each in (check, run):
        assert each.code == 2
        assert f"1 region_denied ({ONE} in {OTHER_REGION})" in each.error
        assert any(
            "Leave the Region out for these accounts with regions in their rows" in line for line in each.summary
        )
    assert [fleet.scene.statuses(region) for region in REGIONS] == [
        {ONE: "Enabled", ZERO: "Enabled"},
        {ZERO: "Enabled"},
    ]
    hub.reset_counts()
    named = [{"account_id": ONE, "regions": [REGION]}, ZERO]
    assert fleet.play("onboard", **{**given, "accounts": named}).code == 0
    assert fleet.scene.writes() == 0


def test_resigned_account_without_a_role_is_invited_once(fleet: Fleet) -> None:
    fleet.scene.hub.switches(invite_resigned="already_invited")
    fleet.seed({ONE: "Resigned"}, REGION)
    given: dict[str, Any] = {"accounts": [ONE], "regions": REGION, "reinvite": "removed,resigned"}
    run = fleet.play("onboard", **given)
    assert run.code == 0, run.output
    assert "1 account in eu-west-1 (awaiting_acceptance): The account owner must accept the invitation." in run.summary
    assert fleet.scene.statuses() == {ONE: "Invited"}
    fleet.scene.hub.reset_counts()
    assert fleet.play("onboard", **given).code == 0
    assert fleet.scene.writes() == 0


def test_surplus_members_are_not_removed_by_a_run_that_sees_only_some_accounts(fleet: Fleet) -> None:
    """Hosts of one Region of two, hosts within a limit, and a limit beside accounts that are given."""
    members = {**dict.fromkeys(ACCOUNTS, "Enabled"), "222222220001": "Created"}
    fleet.seed(members)
    hosts = {account_id: {"account_id": account_id} for account_id in ACCOUNTS}
    (fleet.scene.folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    runs: list[tuple[str, list[str], dict[str, Any]]] = [
        ("the accounts come from the inventory", ["-i", "hosts.json"], {}),
        ("the accounts come from the inventory", ["-i", "hosts.json", "--limit", f"localhost,{ONE}"], {}),
        (
            f"the run has --limit localhost,{ONE}",
            ["-i", "hosts.json", "--limit", f"localhost,{ONE}"],
            {"accounts": ONE},
        ),
        (
            "the job is a slice",
            ["-e", "awx_workflow_job_name=Onboard awx_job_template_name=Onboard"],
            {"accounts": ONE},
        ),
    ]
    for cause, options, accounts in runs:
        fleet.scene.hub.reset_counts()
        run = fleet.play("onboard", *options, **accounts, member_role=MEMBER_ROLE, surplus="remove", surplus_limit=100)
        assert run.code == 2, run.output
        assert run.error.startswith(f"securityhub_surplus is remove, and {cause}")
        assert fleet.count("GetMembers") == fleet.scene.writes() == 0
    assert [fleet.scene.statuses(region) for region in REGIONS] == [members] * len(REGIONS)
    report = fleet.play("onboard", *runs[1][1], member_role=MEMBER_ROLE, surplus="report")
    assert report.code == 0, report.output
    assert "Members that this run does not name: 6 memberships of 3 accounts in both Regions" in report.summary


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


def test_limit_of_a_file_is_read_as_ansible_reads_it(fleet: Fleet) -> None:
    hosts: dict[str, Any] = {account_id: {"account_id": account_id} for account_id in ACCOUNTS}
    hosts["localhost"] = {"ansible_connection": "local"}
    (fleet.scene.folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    (fleet.scene.folder / "some.txt").write_text(f"localhost\n{ZERO}\n", encoding="utf-8")
    (fleet.scene.folder / "nobody.txt").write_text("localhost\n", encoding="utf-8")
    given: dict[str, Any] = {"regions": REGION, "member_role": MEMBER_ROLE}
    run = fleet.play("onboard", "--inventory", "hosts.json", "--limit", "@some.txt", **given)
    assert run.code == 0, run.output
    assert fleet.scene.statuses() == {ZERO: "Enabled"}

    fleet.scene.hub.reset_counts()
    nobody = fleet.play("onboard", "--inventory", "hosts.json", "--limit", "localhost,@nobody.txt", **given)
    assert nobody.code == 2, nobody.output
    assert nobody.error.startswith("No host within --limit localhost,@nobody.txt has account_id.")
    assert fleet.scene.calls() == 0


@pytest.mark.parametrize("given", ["variable", "file"])
def test_external_ids_are_in_no_output(fleet: Fleet, given: str) -> None:
    fleet.scene.hub.seed(roles=[{"account_id": ONE, "role": MEMBER_ROLE, "external_id": "row-external-id"}])
    rows = [{"account_id": ONE, "member_role": MEMBER_ROLE, "member_role_external_id": "row-external-id"}]
    accounts: dict[str, Any] = {"accounts": rows}
    if given == "file":
        file = fleet.scene.folder / "accounts.csv"
        file.write_text(f"Account ID,Role,External ID\n{ONE},{MEMBER_ROLE},row-external-id\n", encoding="utf-8")
        accounts = {"accounts_file": str(file)}
    run = fleet.play(
        "onboard", "-vvv", member_role=MEMBER_ROLE, member_role_external_id="run-external-id", **accounts,
        assume_role_arn=f"arn:aws:iam::{ADMINISTRATOR}:role/security", assume_role_external_id="first-external-id",
    )  # fmt: skip
    assert fleet.scene.statuses() == {ONE: "Enabled"}, run.output
    assert not [line for line in run.output.splitlines() if re.search("(row|run|first)-external-id", line)]


def test_administrator_that_is_not_the_caller_stops_the_run(fleet: Fleet) -> None:
    for playbook in ("onboard", "offboard", "invite", "report"):
        run = fleet.play(playbook, accounts=ONE, administrator_id=THREE)
        assert run.code == 2, run.output
        assert f"credentials of account {ADMINISTRATOR}, not of {THREE}" in run.error
        assert "or correct securityhub_administrator_id." in run.error
    assert fleet.scene.hub.counts()["calls"].keys() <= {"DescribeHub"}
    run = fleet.play("onboard", accounts=ONE, administrator_id=ADMINISTRATOR, enable_administrator_hub="false")
    assert f"Security Hub is not enabled in account {ADMINISTRATOR}" in run.error
    assert fleet.scene.writes() == 0


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
