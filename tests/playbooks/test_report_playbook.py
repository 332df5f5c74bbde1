# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_report: reads, writes the page and its JSON, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

from playbooks.fleet import ONE, REGIONS, THREE, ZERO, Fleet, recap
from playbooks.scene import ADMINISTRATOR, OTHER_REGION, REGION


def test_the_whole_member_list(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", ZERO: "Invited", THREE: "Resigned"}, REGION)
    fleet.seed({ONE: "Enabled"}, OTHER_REGION)
    before = fleet.scene.hub.state()
    run = fleet.play("report", report_path=fleet.page)
    assert run.code == 0, run.output
    assert recap(run) == {"localhost": (0, 0)}
    assert run.summary[:4] == ["Enabled: 2", "Invited: 1", "not a member: 2", "Resigned: 1"]
    seen = {account_id: [row["member_status"] for row in by.values()] for account_id, by in fleet.report().items()}
    assert seen == {ONE: ["Enabled", "Enabled"], ZERO: ["Invited", None], THREE: ["Resigned", None]}
    page = Path(fleet.page).read_text(encoding="utf-8")
    assert all(text in page for text in (ONE, ZERO, THREE, *REGIONS, "Resigned", "talk to its owner"))
    assert fleet.scene.writes() == 0
    assert fleet.scene.hub.state() == before


def test_the_accounts_asked_for_members_or_not_and_a_region_that_is_off(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", THREE: "Created"}, REGION)
    # relative to where the command runs, which is the folder of fleet.page
    run = fleet.play("report", accounts=f"{ONE},{ZERO}", report_path=Path(fleet.page).name)
    assert run.code == 2
    assert run.summary[:2] == ["Enabled: 1", "not a member: 1"]
    assert run.summary[2].startswith(f"{OTHER_REGION} failed: Security Hub is off in ")
    report = fleet.report()
    assert set(report) == {ONE, ZERO}
    assert report[ZERO][REGION]["advice"] == "Add the account to the member list and invite it: run the onboarding."
    assert report[ZERO][OTHER_REGION]["reason"].startswith("Region failed: Security Hub is off in ")
    assert fleet.scene.writes() == 0


def test_the_administrator_is_named_even_if_nobody_is_listed(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled"}, REGION)
    run = fleet.play("report", accounts=ZERO, report_path=fleet.page)
    assert run.code == 2  # Security Hub is off in the other Region
    assert run.summary[0] == "not a member: 1"
    assert json.loads(Path(fleet.page).with_suffix(".json").read_text("utf-8"))["administrator_id"] == ADMINISTRATOR
