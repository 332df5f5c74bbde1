# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_onboard where accounts and Regions fail: each is named, and stops no other."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import Any

import pytest

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, OTHER_ADMINISTRATOR, THREE, ZERO, Fleet, everywhere, recap
from playbooks.scene import ADMINISTRATOR, OTHER_REGION, REGION

NO_ROLE, SCP, TAKEN, LEFT = "333300000001", "333300000002", "333300000003", "333300000004"
REASONS = {
    NO_ROLE: ("role_not_assumed", "is not authorized to perform: sts:AssumeRole"),
    SCP: ("rejected", "allows the securityhub:EnableSecurityHub action"),
    TAKEN: ("other_administrator", OTHER_ADMINISTRATOR),
    LEFT: ("resigned", "declined the invitation or left"),
}


def test_accounts_that_fail_are_named_and_stop_no_other(fleet: Fleet) -> None:
    hub = fleet.scene.hub
    hub.seed(denied_roles=[NO_ROLE])
    hub.fault(kind="access_denied", operation="EnableSecurityHub", account_id=SCP)
    fleet.seed({TAKEN: "Enabled"}, administrator_id=OTHER_ADMINISTRATOR)
    fleet.seed({LEFT: "Resigned"}, OTHER_REGION)

    accounts = [NO_ROLE, ONE, SCP, TAKEN, ZERO, LEFT, THREE]
    run = fleet.play("onboard", "-vvv", accounts=accounts, member_role=MEMBER_ROLE, report_path=fleet.page)
    assert run.code == 2, run.output
    assert fleet.statuses() == everywhere("Enabled")
    assert fleet.scene.statuses(REGION)[LEFT] == "Enabled"
    assert fleet.scene.statuses(OTHER_REGION)[LEFT] == "Resigned", "who left is not brought back by an old invitation"
    assert TAKEN not in fleet.scene.statuses(REGION)
    assert recap(run) == {"localhost": (1, 1)}
    assert run.error.startswith("7 of 14 memberships were not processed: ")

    report, page = fleet.report(), unescape(Path(fleet.page).read_text(encoding="utf-8"))
    for account_id, (reason, words) in REASONS.items():
        row = report[account_id][OTHER_REGION]
        assert row["reason"] == reason
        assert words in row["explanation"]
        assert row["next_step"]
        assert any(f"({reason})" in line and words in line for line in run.summary), run.summary
        assert any(line.startswith("  Account") and account_id in line for line in run.summary)
        assert account_id in page
    assert not any(".." in line for line in run.summary)
    assert run.summary[-1] == f"Report: file://{fleet.page}"


def test_check_mode_names_the_same_accounts_as_the_run(fleet: Fleet) -> None:
    fleet.scene.hub.seed(denied_roles=[NO_ROLE])
    fleet.seed({TAKEN: "Enabled"}, administrator_id=OTHER_ADMINISTRATOR)
    fleet.seed({LEFT: "Resigned"})
    accounts = [NO_ROLE, ONE, TAKEN, LEFT]
    check = fleet.play("onboard", "--check", accounts=accounts, member_role=MEMBER_ROLE)
    run = fleet.play("onboard", accounts=accounts, member_role=MEMBER_ROLE)
    assert check.code == run.code == 2
    assert check.error == run.error.replace("were not processed", "would not be processed")
    named = [[line for line in ended.summary if line.startswith("  ")] for ended in (check, run)]
    assert named[0] == named[1] != []


def test_a_region_that_is_not_opted_in(fleet: Fleet) -> None:
    """It is named, the other one completes, and nothing is done in members there, nor waited for."""
    fleet.scene.hub.fault(kind="not_opted_in", region=OTHER_REGION, account_id=ADMINISTRATOR)
    run = fleet.play("onboard", accounts=ACCOUNTS, member_role=MEMBER_ROLE, report_path=fleet.page)
    assert run.code == 2, run.output
    assert fleet.scene.statuses(REGION) == dict.fromkeys(ACCOUNTS, "Enabled")
    assert run.summary[0].endswith("3 Enabled, 3 not readable")
    assert run.error.startswith(f"{OTHER_REGION} failed (UnrecognizedClientException): ")
    hubs = fleet.scene.hub.state()["hubs"]
    assert {region for account_id in ACCOUNTS for region in hubs[account_id]} == {REGION}
    for by_region in fleet.report().values():
        assert by_region[REGION]["member_status"] == "Enabled"
        assert by_region[OTHER_REGION]["readable"] is False


WRONG = {
    "two sources": (
        {"accounts": ACCOUNTS, "accounts_file": "accounts.csv"},
        "securityhub_accounts and securityhub_accounts_file are both set.",
    ),
    "a typo": (
        {"accounts": ACCOUNTS, "region": "eu-west-3"},
        "securityhub_region is not a variable of this playbook. Did you mean securityhub_regions?",
    ),
    "wrong ids": (
        {"accounts": f"{ONE}\n11112222333, 1234-5678-9012"},
        "2 rows of securityhub_accounts are not valid: row 2: '11112222333' is not an account ID",
    ),
    "wrong lines": (
        {"accounts_file": "wrong.csv"},
        "1 row of wrong.csv is not valid: row 2: '1.23457E+11' is not an account ID",
    ),
    "a file without accounts": ({"accounts_file": "nobody.csv"}, "nobody.csv has no accounts: "),
    "no file": ({"accounts_file": "missing.csv"}, "{folder}/missing.csv can't be read: "),
    "no Region of that name": ({"accounts": ACCOUNTS, "regions": "eu-west-99"}, "securityhub_regions: "),
    "no such reason": (
        {"accounts": ACCOUNTS, "reinvite": "everybody"},
        "securityhub_reinvite is 'everybody'. Set it to one of removed, resigned.",
    ),
    "no such time": ({"accounts": ACCOUNTS, "wait_timeout": -1}, "securityhub_wait_timeout is -1. Set it to "),
}


@pytest.mark.parametrize(("variables", "words"), WRONG.values(), ids=WRONG)
def test_a_request_that_cannot_be_is_refused_before_any_call(
    fleet: Fleet, variables: dict[str, Any], words: str
) -> None:
    """The message begins with what is wrong."""
    folder = fleet.scene.folder
    (folder / "wrong.csv").write_text(f"{ONE},a@example.com\n1.23457E+11,b@example.com\n", encoding="utf-8")
    (folder / "nobody.csv").write_text("Account ID,Email\n", encoding="utf-8")
    fleet.seed(dict.fromkeys(ACCOUNTS, "Created"))
    run = fleet.play("onboard", member_role=MEMBER_ROLE, **variables)
    assert run.code == 2
    assert run.error.startswith(words.format(folder=folder)), run.error
    assert recap(run) == {"localhost": (0, 1)}
    assert fleet.scene.calls() == 0


@pytest.mark.parametrize("source", ["inventory", "box"])
def test_no_account_is_nothing_to_do(fleet: Fleet, source: str) -> None:
    """As in a scheduled job once everybody has accepted; those that nobody asked for are not looked at."""
    fleet.seed({ONE: "Enabled", ZERO: "Resigned"})
    (fleet.scene.folder / "nobody.json").write_text('{"all": {"hosts": {"localhost": {}}}}', encoding="utf-8")
    options = ("--inventory", "nobody.json") if source == "inventory" else ()
    given: dict[str, Any] = {} if source == "inventory" else {"accounts": "\n"}
    run = fleet.play("onboard", *options, member_role=MEMBER_ROLE, report_path=fleet.page, **given)
    assert run.code == 0, run.output
    assert run.summary[0] == "No accounts: nothing to do."
    assert fleet.report() == {}
    assert fleet.scene.calls() == 0


def test_a_region_that_fails_midway_keeps_what_is_known(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled"})
    fleet.scene.hub.fault(kind="access_denied", operation="CreateMembers", region=OTHER_REGION)
    run = fleet.play("onboard", accounts=[ONE, ZERO], member_role=MEMBER_ROLE, report_path=fleet.page)
    assert run.code == 2
    assert "3 Enabled" in run.summary[0]
    assert any(line.startswith(f"{OTHER_REGION} failed (AccessDeniedException): CreateMembers") for line in run.summary)
    assert fleet.report()[ONE][OTHER_REGION]["member_status"] == "Enabled"


@pytest.mark.parametrize("playbook", ["onboard", "report"])
def test_a_report_that_cannot_be_written_loses_no_summary(fleet: Fleet, playbook: str) -> None:
    fleet.seed({ONE: "Enabled", ZERO: "Resigned"})
    run = fleet.play(playbook, accounts=[ONE, ZERO], report_path="/proc/nowhere/report.html")
    assert run.code == 2
    assert run.summary[0].endswith("2 Enabled, 2 Resigned")
    assert not any(line.startswith("Report:") for line in run.summary)
