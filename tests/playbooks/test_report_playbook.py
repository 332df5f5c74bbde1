# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_report: reads, writes the page and its JSON, and changes nothing."""

from __future__ import annotations

import json
from typing import Any

from playbooks.fleet import MEMBER_ROLE, ONE, OTHER_ADMINISTRATOR, REGIONS, THREE, ZERO, Fleet, recap
from playbooks.scene import ADMINISTRATOR, OTHER_REGION, REGION

NOT_A_MEMBER = "111122220009"


def test_the_whole_member_list_in_the_linked_regions(fleet: Fleet) -> None:
    """In a folder that is not there before; relative to where the command runs."""
    fleet.seed({ONE: "Enabled", ZERO: "Invited", THREE: "Resigned"}, REGION)
    fleet.seed({ONE: "Enabled"}, OTHER_REGION)
    fleet.seed({THREE: "Enabled"}, "eu-north-1")
    fleet.scene.hub.seed(finding_aggregators=[aggregator(OTHER_REGION, "eu-north-1")])
    before = fleet.scene.hub.state()
    run = fleet.play("report", regions="linked", report_path="new/fleet.html")
    assert run.code == 0, run.output
    assert recap(run) == {"localhost": (0, 0)}
    assert run.summary[0].endswith("3 Enabled, 1 Invited, 1 Resigned, 4 not_a_member")
    assert not any("finding aggregator" in line for line in run.summary)
    assert files(fleet) == {"new/fleet.html", "new/fleet.json"}
    document = document_of(fleet, "new/fleet.json")
    seen = {
        row["account_id"]: {region: each["member_status"] for region, each in row["memberships"].items()}
        for row in document["accounts"]
    }
    assert seen == {
        ONE: {REGION: "Enabled", OTHER_REGION: "Enabled", "eu-north-1": None},
        ZERO: {REGION: "Invited", OTHER_REGION: None, "eu-north-1": None},
        THREE: {REGION: "Resigned", OTHER_REGION: None, "eu-north-1": "Enabled"},
    }
    page = fleet.scene.folder / "new" / "fleet.html"
    text = page.read_text(encoding="utf-8")
    assert all(words in text for words in (ONE, ZERO, THREE, *REGIONS, "Resigned"))
    assert page.stat().st_mode & 0o777 == 0o640
    assert fleet.scene.writes() == 0
    assert fleet.scene.hub.state() == before


def test_the_true_reasons_without_a_run_before_and_a_region_that_fails(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", ZERO: "Invited"})
    fleet.seed({THREE: "Enabled"}, administrator_id=OTHER_ADMINISTRATOR)
    fleet.scene.hub.seed(denied_roles=[ZERO])
    fleet.scene.hub.fault(kind="access_denied", operation="GetMembers", region=OTHER_REGION)
    asked = ",".join((ONE, ZERO, THREE, NOT_A_MEMBER))
    run = fleet.play("report", accounts=asked, member_role=MEMBER_ROLE, report_path=fleet.page)
    assert run.code == 2
    assert run.summary[0].endswith("1 Enabled, 1 Invited, 2 not_a_member, 4 unreadable")
    assert run.error.startswith(f"{OTHER_REGION} failed (AccessDeniedException): GetMembers ")
    report = fleet.report()
    reasons = {account_id: by[REGION]["reason"] for account_id, by in report.items()}
    assert reasons == {ONE: None, ZERO: "role_not_assumed", THREE: "other_administrator", NOT_A_MEMBER: None}
    assert report[NOT_A_MEMBER][REGION]["next_step"].startswith(
        "Run multiaccount.aws.securityhub_onboard for these steps: "
    )
    assert report[ZERO][OTHER_REGION]["readable"] is False
    assert document_of(fleet, "report.json")["administrator_id"] == ADMINISTRATOR
    assert fleet.scene.writes() == 0


def test_regions_of_the_aggregator_that_nobody_asked_for_are_named(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled"})
    fleet.scene.hub.seed(finding_aggregators=[aggregator(OTHER_REGION, "eu-north-1")])
    run = fleet.play("report")
    assert run.code == 0, run.output
    assert "Regions of the finding aggregator that are not in this report: eu-north-1" in run.summary
    assert "  Next: Set securityhub_regions to linked, or add the Regions to it. The" in "\n".join(run.summary)


def test_second_report_says_what_changed_since_the_first(fleet: Fleet) -> None:
    """Neither of them fails because the finding aggregator can't be read. The JSON lies beside a page of any name."""
    fleet.seed({ONE: "Enabled", ZERO: "Invited"})
    fleet.scene.hub.seed(finding_aggregators=[aggregator(OTHER_REGION, "eu-north-1")])
    fleet.scene.hub.fault(kind="access_denied", operation="ListFindingAggregators", times=None)
    given: dict[str, Any] = {"accounts": [ONE, ZERO], "report_path": "fleet.page"}
    first = fleet.play("report", **given, member_role=MEMBER_ROLE)
    assert first.code == 0, first.output
    assert fleet.count("ListFindingAggregators") == 1
    document = document_of(fleet, "fleet.page.json")
    assert document["since"] is None
    fleet.seed({ONE: "Resigned", ZERO: "Enabled"})
    run = fleet.play("report", **given)
    assert run.code == 0, run.output
    (unchecked,) = [line for line in run.summary if line.startswith("Linked Regions were not checked: ")]
    assert "securityhub:ListFindingAggregators" in unchecked
    assert document["aggregator_problem"] in unchecked
    assert not any(line.startswith("Regions of the finding aggregator") for line in run.summary)
    assert files(fleet) == {"fleet.page", "fleet.page.json"}
    since = document_of(fleet, "fleet.page.json")["since"]
    assert since["generated_at"] == document["generated_at"]
    assert {kind: [row["account_id"] for row in since[kind]] for kind in ("newly_enabled", "newly_left")} == {
        "newly_enabled": [ZERO],
        "newly_left": [ONE],
    }
    page = (fleet.scene.folder / "fleet.page").read_text(encoding="utf-8")
    assert "Linked Regions were not checked" in page
    assert f'Since the report of <time datetime="{document["generated_at"]}">' in page
    (command,) = document["to_do"][0]["commands"]
    assert f"-e securityhub_accounts={ZERO} " in command
    assert f"-e securityhub_member_role={MEMBER_ROLE}" in command


def aggregator(*regions: str) -> dict[str, Any]:
    """Return a finding aggregator of REGION that links these Regions."""
    row = {"account_id": ADMINISTRATOR, "home_region": REGION, "linking_mode": "SPECIFIED_REGIONS"}
    return {**row, "regions": list(regions)}


def document_of(fleet: Fleet, name: str) -> dict[str, Any]:
    """Return the JSON of a report in the folder where the commands run."""
    return dict(json.loads((fleet.scene.folder / name).read_text(encoding="utf-8")))


def files(fleet: Fleet) -> set[str]:
    """Return the files in the folder where the commands run, and in those below."""
    return {str(file.relative_to(fleet.scene.folder)) for file in fleet.scene.folder.rglob("*") if file.is_file()}
