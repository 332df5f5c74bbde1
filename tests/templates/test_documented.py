# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to permissions names the templates, and both templates have the same parameters."""

from __future__ import annotations

import re
from typing import Any

import yaml

from run.layout import ROOT
from run.tables import snake_case

TEMPLATES = ROOT / "docs" / "templates"
GUIDE = (ROOT / "docs" / "docsite" / "rst" / "permissions.rst").read_text(encoding="utf-8")


def parameters() -> dict[str, Any]:
    """The parameters of the CloudFormation template."""
    return dict(yaml.safe_load((TEMPLATES / "member-role.yaml").read_text(encoding="utf-8"))["Parameters"])


def variables() -> list[str]:
    """The variables of the Terraform configuration."""
    text = (TEMPLATES / "member-role.tf").read_text(encoding="utf-8")
    return re.findall(r'^variable "(\w+)"', text, re.MULTILINE)


def test_both_have_the_same_parameters() -> None:
    assert [snake_case(name) for name in parameters()] == variables()


def test_guide_names_each_template() -> None:
    assert [file.name for file in TEMPLATES.iterdir() if f"`docs/templates/{file.name}\n" not in GUIDE] == []


def test_both_have_the_same_descriptions_and_defaults() -> None:
    text = (TEMPLATES / "member-role.tf").read_text(encoding="utf-8")
    found = re.findall(r'^  description = "(.+)"\n  type +=.+\n(?:  default +=(.+)\n)?', text, re.MULTILINE)
    wanted = [(each["Description"], each.get("Default", "").strip('"')) for each in parameters().values()]
    assert [(description, default.strip(' "')) for description, default in found] == wanted
