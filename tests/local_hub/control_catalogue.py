# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A selection of AWS's controls (controls.json): their standards, severities and parameters."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .catalogue import short_name

# In these standards a control has the number of the requirement as its id (the user guide).
NUMBERED = ("cis-aws-foundations-benchmark/v/1.2.0", "cis-aws-foundations-benchmark/v/1.4.0")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a control: its type, such as Integer, and the limits of that type."""

    description: str
    kind: str
    limits: dict[str, Any]

    @property
    def default(self) -> dict[str, Any] | None:
        """The value that it has unless one customizes it; None where the default is to have none."""
        return {self.kind: self.limits["DefaultValue"]} if "DefaultValue" in self.limits else None


@dataclass(frozen=True)
class Control:
    """A control. `standards` has the requirement, or None, by the short name of the standard."""

    id: str
    title: str
    severity: str
    standards: dict[str, str | None]
    parameters: dict[str, Parameter] = field(default_factory=dict)
    regions: tuple[str, ...] | None = None

    @property
    def description(self) -> str:
        """What it checks, in general terms."""
        return f"This control checks the following: {self.title}."

    @property
    def remediation_url(self) -> str:
        """Where AWS says how to fix it."""
        return f"https://docs.aws.amazon.com/console/securityhub/{self.id}/remediation"

    def arn(self, hub_arn: str) -> str:
        """Its ARN, in the account and Region of a hub."""
        return hub_arn.replace(":hub/default", f":security-control/{self.id}")

    def arn_in(self, standards_arn: str, hub_arn: str) -> str:
        """The ARN that it has in a standard."""
        standard = short_name(standards_arn) or ""
        own_id = self.standards[standard] if standard in NUMBERED else self.id
        return hub_arn.replace(":hub/default", f":control/{standard}/{own_id}")


def _parameter(row: dict[str, Any]) -> Parameter:
    (kind,) = set(row) - {"description"}
    return Parameter(row["description"], kind, row[kind])


def _control(row: dict[str, Any], standards: dict[str, str]) -> Control:
    return Control(
        row["id"],
        row["title"],
        row["severity"],
        {standards[key]: requirement for key, requirement in row["standards"].items()},
        {name: _parameter(parameter) for name, parameter in row.get("parameters", {}).items()},
        tuple(row["regions"]) if "regions" in row else None,
    )


@functools.cache
def controls() -> dict[str, Control]:
    """All controls, by id."""
    document = json.loads(Path(__file__).with_name("controls.json").read_text(encoding="utf-8"))
    return {row["id"]: _control(row, document["standards"]) for row in document["controls"]}


@functools.cache
def controls_of(standards_arn: str) -> tuple[Control, ...]:
    """The controls of a standard; nothing for one that has none here, and for what is no standard."""
    return tuple(control for control in controls().values() if short_name(standards_arn) in control.standards)
