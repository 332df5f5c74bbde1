# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_onboard where accounts and Regions fail: each is named, and stops no other."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, OTHER_ADMINISTRATOR, THREE, ZERO, Fleet, everywhere, recap
from playbooks.scene import ADMINISTRATOR, OTHER_REGION, REGION

NO_ROLE, SCP, TAKEN, LEFT = "333300000001", "333300000002", "333300000003", "333300000004"
REASONS = {
    NO_ROLE: "is not authorized to perform: sts:AssumeRole",
    SCP: "Allow securityhub:EnableSecurityHub in the caller's IAM policy, and look for an SCP that denies it",
    TAKEN: f"The account is administered by {OTHER_ADMINISTRATOR} in {OTHER_REGION}",
    LEFT: "The member declined the invitation or left",
}


def test_accounts_that_fail_are_named_and_stop_no_other(fleet: Fleet) -> None:
    hub = fleet.scene.hub
    hub.seed(denied_roles=[NO_ROLE])
    hub.fault(kind="access_denied", operation="EnableSecurityHub", account_id=SCP)
    fleet.seed({TAKEN: "Enabled"}, administrator_id=OTHER_ADMINISTRATOR)
    fleet.seed({TAKEN: "Invited"}, OTHER_REGION)  # before the other administrator was faster; in REGION it is rejected
    fleet.seed({LEFT: "Resigned"}, OTHER_REGION)

    accounts = [NO_ROLE, ONE, SCP, TAKEN, ZERO, LEFT, THREE]
    run = fleet.play(
        "onboard", "-vvv", "--forks", "4", accounts=accounts, member_role=MEMBER_ROLE, report_path=fleet.page
    )
    assert run.code == 2, run.output
    assert fleet.statuses() == everywhere("Enabled")
    assert fleet.scene.statuses(REGION)[LEFT] == "Enabled"
    assert fleet.scene.statuses(OTHER_REGION)[LEFT] == "Resigned", "who left is not brought back by an old invitation"
    assert recap(run)["localhost"] == (3, 1)
    assert {host: failed for host, (_changed, failed) in recap(run).items() if failed} == {"localhost": 1}
    assert "4 of 7 accounts are not enabled everywhere, 0 of 2 Regions failed: see the summary." in run.output

    named = {line[:12]: line for line in run.summary if line[:12].isdigit()}
    assert set(named) == set(REASONS)
    report, page = fleet.report(), unescape(Path(fleet.page).read_text(encoding="utf-8"))
    for account_id, reason in REASONS.items():
        assert any(reason in line for line in run.summary if line.startswith(account_id))
        assert reason in report[account_id][OTHER_REGION]["reason"]
        assert report[account_id][OTHER_REGION]["advice"]
        assert reason in page
    assert report[TAKEN][REGION]["member_status"] == "Created"
    assert report[TAKEN][REGION]["advice"] == "Settle the reason, then run the onboarding again."
    assert not any(".." in line for line in run.summary)


def test_a_region_that_is_not_opted_in(fleet: Fleet) -> None:
    """It is named, the other one completes, and nothing is turned on in members there, nor waited for."""
    fleet.scene.hub.fault(kind="not_opted_in", region=OTHER_REGION, account_id=ADMINISTRATOR)
    run = fleet.play("onboard", accounts=ACCOUNTS, member_role=MEMBER_ROLE, report_path=fleet.page, wait_timeout=30)
    assert run.code == 2, run.output
    assert fleet.scene.statuses(REGION) == dict.fromkeys(ACCOUNTS, "Enabled")
    assert run.summary[0] == "Enabled: 3"
    assert run.summary[1].startswith(
        f"{OTHER_REGION} failed: DescribeHub by {ADMINISTRATOR} failed in {OTHER_REGION} with Unrecogn"
    )
    assert len(run.summary) == 2
    assert {failed for host, (_changed, failed) in recap(run).items() if host != "localhost"} == {0}
    hubs = fleet.scene.hub.state()["hubs"]
    assert {region for account_id in ACCOUNTS for region in hubs[account_id]} == {REGION}
    for by_region in fleet.report().values():
        assert by_region[REGION]["member_status"] == "Enabled"
        assert by_region[OTHER_REGION]["member_status"] is None
        assert by_region[OTHER_REGION]["reason"].startswith("Region failed: ")


def test_a_region_that_fails_while_owners_are_waited_for(fleet: Fleet) -> None:
    """One look that fails ends nothing; the report says what the last one found."""
    fleet.seed(dict.fromkeys(ACCOUNTS, "Invited"))
    # the first look is let through, the second is the first of those that wait
    fleet.scene.hub.fault(kind="access_denied", operation="GetMembers", region=OTHER_REGION, after=1, times=1)
    run = fleet.role("verify", accounts=ACCOUNTS, wait_timeout=5)
    assert run.code == 2, run.output
    assert run.summary[0] == "Invited: 6"
    assert "3 of 3 accounts are not enabled everywhere, 0 of 2 Regions failed" in run.output

    fleet.scene.hub.fault(kind="access_denied", operation="GetMembers", region=OTHER_REGION, after=1, times=None)
    run = fleet.role("verify", accounts=ACCOUNTS, wait_timeout=1)
    assert run.code == 2, run.output
    assert run.summary[0] == "Invited: 3"
    assert run.summary[1].startswith(f"{OTHER_REGION} failed: GetMembers ")
    assert "1 of 2 Regions failed" in run.output


WRONG = {
    "two sources": ({"accounts": ACCOUNTS, "accounts_file": "accounts.csv"}, "at most one of"),
    "no Region": ({"accounts": ACCOUNTS, "regions": " \n"}, "Set securityhub_membership_regions"),
    "Regions not set": (
        {"accounts": ACCOUNTS, "regions": None},
        "missing required arguments: securityhub_membership_regions",
    ),
    "wrong ids": ({"accounts": f"{ONE}\n11112222333, 1234-5678-9012"}, "'11112222333', '1234-5678-9012'"),
    "wrong lines": ({"accounts_file": "wrong.csv"}, "line 2: '1.23457E+11' is not an account id"),
    "no file": ({"accounts_file": "missing.csv"}, "missing.csv"),
    "no Region of that name": ({"accounts": ACCOUNTS, "regions": "eu-west-99"}, "not a Region where"),
    "no such reason": ({"accounts": ACCOUNTS, "reinvite": "everybody"}, "must be one or more of: removed, resigned"),
    "no such time": ({"accounts": ACCOUNTS, "wait_timeout": -1}, "must not be less than 0"),
}


@pytest.mark.parametrize(("variables", "words"), WRONG.values(), ids=WRONG)
def test_a_request_that_cannot_be_is_refused_before_any_call(
    fleet: Fleet, variables: dict[str, Any], words: str
) -> None:
    (fleet.scene.folder / "wrong.csv").write_text(f"{ONE},a@example.com\n1.23457E+11,b@example.com\n", encoding="utf-8")
    fleet.seed(dict.fromkeys(ACCOUNTS, "Created"))
    run = fleet.play("onboard", member_role=MEMBER_ROLE, **variables)
    assert run.code == 2
    assert words in run.output
    assert recap(run)["localhost"][1] == 1
    assert fleet.scene.calls() == 0


@pytest.mark.parametrize("source", ["inventory", "file", "box"])
def test_no_account_is_nothing_to_do(fleet: Fleet, source: str) -> None:
    """As in a scheduled job once everybody has accepted; those that nobody asked for are not looked at."""
    fleet.seed({ONE: "Enabled", ZERO: "Resigned"})
    (fleet.scene.folder / "nobody.csv").write_text("Account ID,Email\n", encoding="utf-8")
    (fleet.scene.folder / "nobody.json").write_text('{"all": {"hosts": {"localhost": {}}}}', encoding="utf-8")
    options = ("--inventory", "nobody.json") if source == "inventory" else ()
    sources: dict[str, dict[str, Any]] = {
        "inventory": {},
        "file": {"accounts_file": "nobody.csv"},
        "box": {"accounts": "\n"},
    }
    run = fleet.play("onboard", *options, member_role=MEMBER_ROLE, report_path=fleet.page, **sources[source])
    assert run.code == 0, run.output
    assert run.summary == ["No account: nothing to do"]
    assert fleet.report() == {}
    assert fleet.scene.writes() == 0


def test_more_accounts_than_the_output_names(fleet: Fleet) -> None:
    accounts = [f"3333{number:08d}" for number in range(53)]
    fleet.seed(dict.fromkeys(accounts, "Resigned"))
    run = fleet.play("onboard", accounts=accounts)
    assert run.code == 2, run.output
    assert [line[:12] for line in run.summary if line[:4] == "3333"] == accounts[:50]
    assert run.summary[-1] == (
        "And 3 accounts more: all are in the report, which is written with securityhub_membership_report_path"
    )
    alone = fleet.role("main", accounts=accounts)
    assert "And 56 more." in alone.output  # 53 in two Regions, of which 50 are named


@pytest.mark.parametrize("named", ["by the inventory", "by a variable"])
def test_members_that_the_limit_leaves_out_are_named(fleet: Fleet, named: str) -> None:
    """Hosts that are lined up are called by their account id, which a limit may not have."""
    inventory = {"all": {"hosts": {"one.example.com": {"account_id": ONE}}}}
    (fleet.scene.folder / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
    ways: dict[str, tuple[list[str], dict[str, Any]]] = {
        "by the inventory": (["--inventory", "hosts.json", "--limit", "localhost,one.example.com"], {}),
        "by a variable": (["--limit", "localhost"], {"accounts": ONE}),
    }
    options, given = ways[named]
    run = fleet.play("onboard", *options, member_role=MEMBER_ROLE, regions=REGION, **given)
    assert run.code == 2
    assert run.summary[0] == "Invited: 1"
    assert run.summary[1].startswith(
        f"{ONE} in {REGION}: Invited. The limit of this run leaves the account out: name its"
    )
    assert fleet.count("sts:AssumeRole") == 0


def test_a_list_that_is_late_is_waited_for_with_a_role_too(fleet: Fleet) -> None:
    fleet.seed({ONE: "Invited", ZERO: "Invited"}, REGION)
    fleet.scene.hub.seed(denied_roles=[ZERO])
    fleet.scene.hub.fault(kind="slow_visibility", seconds=6, account_id=ADMINISTRATOR)
    run = fleet.play("onboard", accounts=[ONE, ZERO], member_role=MEMBER_ROLE, regions=REGION, wait_timeout=60)
    assert run.summary[:2] == ["Enabled: 1", "Invited: 1"]
    assert "1 of 2 accounts are not enabled everywhere" in run.output
    assert run.output.count("FAILED - RETRYING") < 5, "waited for one that has failed"


def test_a_region_that_fails_midway_keeps_what_is_known(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled"})
    fleet.scene.hub.fault(kind="access_denied", operation="CreateMembers", region=OTHER_REGION)
    run = fleet.play("onboard", accounts=[ONE, ZERO], member_role=MEMBER_ROLE, report_path=fleet.page)
    assert run.code == 2
    assert run.summary[0] == "Enabled: 3"
    assert run.summary[1].startswith(f"{OTHER_REGION} failed: CreateMembers of {ZERO} by {ADMINISTRATOR} failed")
    assert "1 of 2 accounts are not enabled everywhere, 1 of 2 Regions failed" in run.output
    assert fleet.report()[ONE][OTHER_REGION]["member_status"] == "Enabled"


@pytest.mark.parametrize("playbook", ["onboard", "report"])
def test_a_report_that_cannot_be_written_loses_no_summary(fleet: Fleet, playbook: str) -> None:
    fleet.seed({ONE: "Enabled", ZERO: "Resigned"})
    run = fleet.play(playbook, accounts=[ONE, ZERO], report_path="/proc/nowhere/report.html")
    assert run.code == 2
    assert run.summary[:2] == ["Enabled: 2", "Resigned: 2"]
