# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_onboard where accounts and Regions fail: each is named, and stops no other."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import Any

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, OTHER_ADMINISTRATOR, THREE, ZERO, Fleet, everywhere, recap
from playbooks.scene import ADMINISTRATOR, OTHER_REGION, REGION, Run

MIDWAY = "eu-north-1"
NO_ROLE, SCP, TAKEN, LEFT, REMOVED = (f"33330000000{number}" for number in range(1, 6))
REASONS = {
    NO_ROLE: ("role_not_assumed", "is not authorized to perform: sts:AssumeRole"),
    SCP: ("rejected", "allows the securityhub:EnableSecurityHub action"),
    TAKEN: ("other_administrator", OTHER_ADMINISTRATOR),
    LEFT: ("resigned", "declined the invitation or left"),
    REMOVED: ("removed", "The administrator ended the membership."),
}


def named(run: Run) -> list[str]:
    """The lines of the summary that name accounts and next steps."""
    return [line for line in run.summary if line.startswith("  ")]


def test_accounts_that_fail_are_named_and_stop_no_other(fleet: Fleet) -> None:
    """And check mode names the same accounts as the run, except for what only the attempt shows."""
    hub = fleet.scene.hub
    hub.seed(denied_roles=[NO_ROLE])
    hub.fault(kind="access_denied", operation="EnableSecurityHub", account_id=SCP)
    fleet.seed({TAKEN: "Enabled"}, administrator_id=OTHER_ADMINISTRATOR)
    fleet.seed({LEFT: "Resigned", REMOVED: "Removed"}, OTHER_REGION)
    given: dict[str, Any] = {"member_role": MEMBER_ROLE, "reinvite": []}

    accounts = [NO_ROLE, ONE, SCP, TAKEN, ZERO, LEFT, THREE, REMOVED]
    check = fleet.play("onboard", "--check", **given, accounts=accounts)
    assert check.code == 2, check.output
    assert check.error.startswith("6 of 16 memberships would not be processed: ")
    assert fleet.scene.writes() == 0

    run = fleet.play("onboard", "-vvv", **given, accounts=accounts, report_path=fleet.page)
    assert run.code == 2, run.output
    assert fleet.statuses() == everywhere("Enabled")
    assert fleet.scene.statuses(REGION)[LEFT] == "Enabled"
    assert fleet.scene.statuses(OTHER_REGION)[LEFT] == "Resigned", "who left is not brought back by an old invitation"
    assert TAKEN not in fleet.scene.statuses(REGION)
    assert recap(run) == {"localhost": (1, 1)}
    assert run.error.startswith("8 of 16 memberships were not processed: ")
    rejected = named(run).index(f"  Account: {SCP}")
    assert named(check) == named(run)[:rejected] + named(run)[rejected + 2 :]

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


def test_regions_that_fail_at_once_and_midway(fleet: Fleet) -> None:
    """The first completes. In one that is not opted in, nothing is done in members, nor waited for."""
    fleet.seed({ONE: "Enabled"})
    fleet.scene.hub.fault(kind="not_opted_in", region=OTHER_REGION, account_id=ADMINISTRATOR)
    fleet.seed({ONE: "Enabled"}, MIDWAY)
    fleet.scene.hub.fault(kind="access_denied", operation="CreateMembers", region=MIDWAY)
    regions = [REGION, OTHER_REGION, MIDWAY]
    run = fleet.play("onboard", accounts=ACCOUNTS, regions=regions, member_role=MEMBER_ROLE)
    assert run.code == 2, run.output
    assert fleet.scene.statuses(REGION) == dict.fromkeys(ACCOUNTS, "Enabled")
    assert run.summary[0] == "3 accounts \u00d7 3 Regions = 9 memberships: 4 Enabled, 2 not_a_member, 3 unreadable"
    assert run.error.startswith(f"{OTHER_REGION} failed (UnrecognizedClientException): ")
    (midway,) = (line for line in run.summary if line.startswith(f"{MIDWAY} failed "))
    assert "failed (AccessDeniedException): CreateMembers " in midway
    assert "securityhub:CreateMembers" in midway
    hubs = fleet.scene.hub.state()["hubs"]
    assert not any(OTHER_REGION in hubs[account_id] for account_id in (ZERO, THREE))


def test_a_request_that_cannot_be_is_refused_before_any_call(fleet: Fleet) -> None:
    """The message begins with what is wrong, and names all of it. What each mistake says: tests of plugin_utils."""
    fleet.seed(dict.fromkeys(ACCOUNTS, "Created"))
    run = fleet.play("onboard", region="eu-west-3", reinvite="everybody", accounts_file="missing.csv")
    assert run.code == 2
    assert run.error.startswith(
        "securityhub_region is not a variable of the role. Did you mean securityhub_regions? "
        "securityhub_reinvite is 'everybody'. Set it to one of removed, resigned. "
        f"{fleet.scene.folder}/missing.csv can't be read: "
    ), run.error
    assert recap(run) == {"localhost": (0, 1)}
    assert fleet.scene.calls() == 0


def test_no_account_is_nothing_to_do(fleet: Fleet) -> None:
    """As in a scheduled job once everybody has accepted; those that nobody asked for are not looked at."""
    fleet.seed({ONE: "Enabled", ZERO: "Resigned"})
    (fleet.scene.folder / "nobody.json").write_text('{"all": {"hosts": {"localhost": {}}}}', encoding="utf-8")
    run = fleet.play("onboard", "--inventory", "nobody.json", accounts="\n", member_role=MEMBER_ROLE)
    assert run.code == 0, run.output
    assert run.summary[0].startswith("No accounts: nothing to do. Set securityhub_accounts ")
    assert fleet.scene.calls() == 0


def test_a_report_that_cannot_be_written_loses_no_summary(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", ZERO: "Resigned"})
    run = fleet.play("onboard", accounts=[ONE, ZERO], report_path="/proc/nowhere/report.html")
    assert run.code == 2
    assert run.summary[0].endswith("2 Enabled, 2 Resigned")
    assert not any(line.startswith("Report:") for line in run.summary)
