# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides name everything of a kind: each reason, each variable, each playbook, each parameter of the template."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.reasons import REASONS
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
