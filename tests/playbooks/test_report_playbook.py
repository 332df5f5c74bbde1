# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_report: reads, writes the page and its JSON, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playbooks.fleet import MEMBER_ROLE, ONE, OTHER_ADMINISTRATOR, REGIONS, THREE, ZERO, Fleet, recap
from playbooks.scene import ADMINISTRATOR, OTHER_REGION, REGION


def test_the_whole_member_list(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", ZERO: "Invited", THREE: "Resigned"}, REGION)
    fleet.seed({ONE: "Enabled"}, OTHER_REGION)
    before = fleet.scene.hub.state()
    run = fleet.play("report", report_path=fleet.page)
    assert run.code == 0, run.output
    assert recap(run) == {"localhost": (0, 0)}
    assert run.summary[0].endswith("2 Enabled, 1 Invited, 1 Resigned, 2 not in the member list")
    seen = {account_id: [row["member_status"] for row in by.values()] for account_id, by in fleet.report().items()}
    assert seen == {ONE: ["Enabled", "Enabled"], ZERO: ["Invited", None], THREE: ["Resigned", None]}
    page = Path(fleet.page).read_text(encoding="utf-8")
    assert all(text in page for text in (ONE, ZERO, THREE, *REGIONS, "Resigned"))
    assert Path(fleet.page).stat().st_mode & 0o777 == 0o640
    assert fleet.scene.writes() == 0
    assert fleet.scene.hub.state() == before


def test_the_true_reasons_without_a_run_before(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", ZERO: "Invited"})
    fleet.seed({THREE: "Enabled"}, administrator_id=OTHER_ADMINISTRATOR)
    fleet.scene.hub.seed(denied_roles=[ZERO])
    run = fleet.play("report", accounts=[ONE, ZERO, THREE], member_role=MEMBER_ROLE, report_path=fleet.page)
    assert run.code == 0, run.output
    reasons = {account_id: by[REGION]["reason"] for account_id, by in fleet.report().items()}
    assert reasons == {ONE: None, ZERO: "role_not_assumed", THREE: "other_administrator"}
    assert fleet.scene.writes() == 0


def test_regions_of_the_aggregator_that_nobody_asked_for_are_named(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled"})
    row = {"account_id": ADMINISTRATOR, "home_region": REGION, "linking_mode": "SPECIFIED_REGIONS"}
    fleet.scene.hub.seed(finding_aggregators=[{**row, "regions": [OTHER_REGION, "eu-north-1"]}])
    run = fleet.play("report", report_path=fleet.page)
    assert run.code == 0, run.output
    assert "Regions of the finding aggregator that are not in this report: eu-north-1" in run.summary
    assert "  Next: Set securityhub_regions to linked, or add the Regions to it. The" in "\n".join(run.summary)
    document = json.loads(Path(fleet.page).with_suffix(".json").read_text("utf-8"))
    assert document["missing_regions"] == ["eu-north-1"]

    linked = fleet.play("report", regions="linked", report_path=fleet.page)
    assert not any("finding aggregator" in line for line in linked.summary)
    assert {account_id: list(by) for account_id, by in fleet.report().items()} == {
        ONE: [REGION, OTHER_REGION, "eu-north-1"]
    }
    assert fleet.report()[ONE]["eu-north-1"]["member_status"] is None


def test_aggregator_that_may_not_be_read_does_not_fail_the_report(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled"})
    fleet.scene.hub.seed(finding_aggregators=[{"account_id": ADMINISTRATOR, "home_region": REGION}])
    fleet.scene.hub.fault(kind="access_denied", operation="ListFindingAggregators", times=None)
    run = fleet.play("report")
    assert run.code == 0, run.output
    assert not any("finding aggregator" in line for line in run.summary)
    assert fleet.count("ListFindingAggregators") == 1


def test_the_accounts_asked_for_members_or_not_and_a_region_that_fails(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", THREE: "Created"})
    fleet.scene.hub.fault(kind="access_denied", operation="GetMembers", region=OTHER_REGION)
    # relative to where the command runs, which is the folder of fleet.page
    run = fleet.play("report", accounts=f"{ONE},{ZERO}", report_path=Path(fleet.page).name)
    assert run.code == 2
    assert run.summary[0].endswith("1 Enabled, 1 not in the member list, 2 not readable")
    assert run.error.startswith(f"{OTHER_REGION} failed (AccessDeniedException): GetMembers ")
    report = fleet.report()
    assert set(report) == {ONE, ZERO}
    assert report[ZERO][REGION]["next_step"] == "Run multiaccount.aws.securityhub_onboard. It will add and invite."
    assert report[ZERO][OTHER_REGION]["readable"] is False
    document = json.loads(Path(fleet.page).with_suffix(".json").read_text("utf-8"))
    assert document["administrator_id"] == ADMINISTRATOR
    assert fleet.scene.writes() == 0


def test_a_list_of_members_that_cannot_be_read_fails(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled"})
    fleet.scene.hub.fault(kind="access_denied", operation="ListMembers")
    run = fleet.play("report")
    assert run.code == 2
    assert "failed (AccessDeniedException): ListMembers" in run.error


@pytest.mark.parametrize(("name", "beside"), [("new/fleet.html", "new/fleet.json"), ("fleet.page", "fleet.page.json")])
def test_json_lies_beside_a_page_of_any_name(fleet: Fleet, name: str, beside: str) -> None:
    fleet.seed({ONE: "Enabled"})
    run = fleet.play("report", report_path=name)
    assert run.code == 0, run.output
    files = {str(file.relative_to(fleet.scene.folder)) for file in fleet.scene.folder.rglob("*") if file.is_file()}
    assert files == {name, beside}


def test_second_report_says_what_changed_since_the_first(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", ZERO: "Invited"})
    fleet.play("report", report_path=fleet.page, member_role=MEMBER_ROLE)
    document = json.loads(Path(fleet.page).with_suffix(".json").read_text("utf-8"))
    assert document["since"] is None
    fleet.seed({ONE: "Resigned", ZERO: "Enabled"})
    run = fleet.play("report", report_path=fleet.page)
    assert run.code == 0, run.output
    since = json.loads(Path(fleet.page).with_suffix(".json").read_text("utf-8"))["since"]
    assert since["generated_at"] == document["generated_at"]
    assert {kind: [row["account_id"] for row in since[kind]] for kind in ("newly_enabled", "newly_left")} == {
        "newly_enabled": [ZERO],
        "newly_left": [ONE],
    }
    page = Path(fleet.page).read_text(encoding="utf-8")
    assert f'Since the report of <time datetime="{document["generated_at"]}">' in page
    (command,) = document["to_do"][0]["commands"]
    assert f"-e securityhub_accounts={ZERO} " in command
    assert f"-e securityhub_member_role={MEMBER_ROLE}" in command
