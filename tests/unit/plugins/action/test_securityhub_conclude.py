# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private action that writes the role's report and sums up."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.action import _securityhub_conclude as module
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.fleet import fleet_of
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.variables import DEFAULTS

ENABLED = {"account_id": "111122220001", "region": "eu-west-1", "member_status": "Enabled", "actions": []}


def conclusion(folder: Path, page: str, problem: str | None = None, is_check: bool = False) -> dict[str, Any]:
    task: Any = SimpleNamespace(check_mode=is_check)
    action = module.ActionModule(task, None, None, None, None, None)
    run = {"purpose": "report", "settings": {**DEFAULTS, "securityhub_report_path": page}, "folder": str(folder)}
    fleet = fleet_of([{"memberships": [ENABLED], "administrator_id": "999988887777"}])
    fleet = replace(fleet, aggregator_problem=problem)
    return dict(action._conclusion(fleet, run, {"source": None, "skipped": []}))


def test_conclusion_writes_page_and_json(tmp_path: Path) -> None:
    found = conclusion(tmp_path, "new/fleet.htm")
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["fleet.htm", "fleet.json"]
    assert json.loads((tmp_path / "new" / "fleet.json").read_text(encoding="utf-8"))["counts"]["accounts"] == 1
    assert found["lines"][-1] == f"Report: file://{tmp_path}/new/fleet.htm"
    assert (found["fails"], found["msg"]) == (False, "")
    assert found["ansible_stats"]["data"]["securityhub_result"]["report_path"] == f"{tmp_path}/new/fleet.htm"


def test_conclusion_check_mode_writes_no_report(tmp_path: Path) -> None:
    assert conclusion(tmp_path, "fleet.html", is_check=True)["lines"][-1] == "Report: not written in check mode"
    assert list(tmp_path.iterdir()) == []


def test_conclusion_report_that_cannot_be_written_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    found = conclusion(tmp_path, "file/fleet.html")
    assert found["fails"] is True
    assert found["msg"].startswith(f"The report {tmp_path}/file/fleet.html can't be written: ")
    assert found["ansible_stats"]["data"]["securityhub_result"]["failed"] is True
    assert found["lines"][0].endswith("1 Enabled")


@pytest.mark.parametrize("problem", [None, "Access denied."])
def test_conclusion_names_an_aggregator_that_could_not_be_read(tmp_path: Path, problem: str | None) -> None:
    found = conclusion(tmp_path, "", problem)
    said = [line for line in found["lines"] if "not checked" in line]
    assert said == (["Linked Regions were not checked: Access denied."] if problem else [])
