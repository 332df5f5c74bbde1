# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides name everything of a kind: each playbook, each policy, each global control."""

from __future__ import annotations

import re

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.global_controls import (
    DATE,
    GLOBAL_CONTROLS,
    SOURCE,
)
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_membership
from run.layout import ROOT

GUIDES = ROOT / "docs" / "docsite" / "rst"
PLAYBOOKS = {f"multiaccount.aws.{path.stem}" for path in (ROOT / "playbooks").glob("*.yml")}
POLICIES = {path.name for path in (ROOT / "docs" / "policies").glob("*.json")}


def first_cells(guide: str, table: str) -> list[str]:
    """Return the code in the first column of a table of a guide, by the heading of that column."""
    text = (GUIDES / f"{guide}.rst").read_text(encoding="utf-8")
    rows = text.partition(f"   * - {table}\n")[2].partition("\n\n")[0]
    return re.findall(r"^   \* - ``([^`]+)``$", rows, re.MULTILINE)


def test_permissions_guide_has_a_row_for_each_policy() -> None:
    assert sorted(first_cells("permissions", "Policy")) == sorted(POLICIES)


def test_playbooks_guide_has_a_row_for_each_playbook() -> None:
    assert sorted(first_cells("playbooks", "Playbook")) == sorted(PLAYBOOKS)


def test_policy_guide_has_the_list_of_global_controls_with_its_source_and_date() -> None:
    text = " ".join((GUIDES / "policy.rst").read_text(encoding="utf-8").split())
    told = re.search(rf"<{re.escape(SOURCE)}>`_ lists for all Regions, as of {DATE}: ([^_]*)\. A list of", text)
    assert told
    found: list[str] = []
    for first, last in re.findall(r"(\w+\.\d+)(?: to \w+\.(\d+))?", told[1]):
        service, number = first.split(".")
        found += [f"{service}.{each}" for each in range(int(number), int(last or number) + 1)]
    assert found == list(GLOBAL_CONTROLS)
    assert f"as of {DATE}." in " ".join(securityhub_membership.DOCUMENTATION.split())
