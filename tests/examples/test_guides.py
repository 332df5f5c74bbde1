# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides name everything of a kind: each reason, each variable, each playbook, each parameter of the template."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.global_controls import (
    DATE,
    GLOBAL_CONTROLS,
    SOURCE,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.reasons import REASONS
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_membership
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.variables import DEFAULTS
from run.layout import ROOT

GUIDES = ROOT / "docs" / "docsite" / "rst"
PLAYBOOKS = {f"multiaccount.aws.{path.stem}" for path in (ROOT / "playbooks").glob("*.yml")}
TEMPLATE = yaml.safe_load((ROOT / "docs" / "templates" / "member-role.yaml").read_text(encoding="utf-8"))
POLICIES = {path.name for path in (ROOT / "docs" / "policies").glob("*.json")}


def names_in(guide: str) -> set[str]:
    """Return what a guide has in double backquotes."""
    return set(re.findall(r"``([^`]+)``", (GUIDES / f"{guide}.rst").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("guide", "names"),
    [
        ("troubleshooting", set(REASONS)),
        ("playbooks", {*DEFAULTS, *PLAYBOOKS}),
        ("permissions", {*TEMPLATE["Parameters"], *POLICIES}),
    ],
)
def test_guide_names_all(guide: str, names: set[str]) -> None:
    assert names, "nothing to be named"
    assert sorted(names - names_in(guide)) == []


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
