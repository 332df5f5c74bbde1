# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests about controls share: names, seeds, and what the server has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION

STANDARDS, DEFINITIONS = "GetEnabledStandards", "ListSecurityControlDefinitions"
ASSOCIATIONS, UPDATE = "BatchGetStandardsControlAssociations", "BatchUpdateStandardsControlAssociations"
PARAMETERS, SET = "BatchGetSecurityControls", "UpdateSecurityControl"
FSBP, CIS = "aws-foundational-security-best-practices/v/1.0.0", "cis-aws-foundations-benchmark/v/3.0.0"
NIST, PCI = "nist-800-53/v/5.0.0", "pci-dss/v/4.0.1"

Disabled = Mapping[str, Mapping[str, str | None]]


def seed_controls(
    hub: Hub,
    disabled: Disabled,
    parameters: Mapping[str, Any] | None = None,
    regions: list[str] | None = None,
    account_id: str = ADMINISTRATOR,
    **more: Any,
) -> None:
    """Enable Security Hub with these standards, of which these controls are disabled, with their reasons."""
    rows = [{"standards": name, "disabled_controls": dict(controls), **more} for name, controls in disabled.items()]
    place = {"account_id": account_id, "regions": regions or [REGION]}
    hub.seed(hubs=[{**place, "standards": rows, "control_parameters": dict(parameters or {})}])


def controls_at_server(
    hub: Hub, region: str = REGION, account_id: str = ADMINISTRATOR
) -> tuple[dict[str, dict[str, str | None]], dict[str, Any]]:
    """The controls that are disabled in each standard, with their reasons, and the parameters that are custom."""
    found = hub.state()["hubs"][account_id][region]
    disabled = {
        arn.rpartition(":")[2].partition("/")[2]: controls for arn, controls in found["disabled_controls"].items()
    }
    return {name: controls for name, controls in disabled.items() if controls}, found["control_parameters"]


def control_rows(result: Mapping[str, Any], region: str = REGION) -> dict[str, dict[str, Any]]:
    """The rows of a result, by control."""
    return {row["control_id"]: row for row in result["controls"] if row["region"] == region}


def control_reasons(result: Mapping[str, Any], region: str = REGION) -> dict[str, str]:
    """Why controls are not as requested."""
    rows = control_rows(result, region)
    return {each: row["unprocessed_reason"] for each, row in rows.items() if row["unprocessed_reason"]}
