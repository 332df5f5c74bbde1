# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds of what a hub has: standards, their controls, customized parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .catalogue import SHORT_NAME, short_name, standards_arn
from .control_catalogue import controls
from .control_parameters import problems_of_value
from .model import ALWAYS, CONTROL_DISABLED, STANDARDS_STATUSES, Association, ControlParameters, Subscription
from .seed_checks import choice, control_ids, known

REASONS = (
    "",
    "NO_AVAILABLE_CONFIGURATION_RECORDER",
    "MAXIMUM_NUMBER_OF_CONFIG_RULES_EXCEEDED",
    "INTERNAL_ERROR",
)


def subscription(value: Any, region: str) -> Subscription:
    """A standard of a seeded hub: a short name or an ARN, or a row with status, reason and what its controls are."""
    row: Mapping[str, Any] = value if isinstance(value, Mapping) else {"standards": value}
    known(row, ("standards", "status", "reason", "disabled_controls", "controls_updatable"), "a standard")
    name = str(row.get("standards"))
    if not SHORT_NAME.fullmatch(name) and not short_name(name):
        raise ValueError(f"standards is a short name such as pci-dss/v/4.0.1 or an ARN, not {name!r}")
    arn = name if short_name(name) else standards_arn(name, region)
    status = choice(row, "status", STANDARDS_STATUSES, "READY")
    return Subscription(
        arn,
        status=status,
        reason=choice(row, "reason", REASONS, "") or None,
        updatable_from=ALWAYS if row.get("controls_updatable", True) else float("inf"),
        associations=_associations(row.get("disabled_controls", [])),
    )


def _associations(disabled: Any) -> dict[str, Association]:
    """Controls that are disabled: a list, or an object with the reasons."""
    reasons = disabled if isinstance(disabled, Mapping) else {}
    return {each: Association(CONTROL_DISABLED, reasons.get(each)) for each in control_ids(list(disabled))}


def control_parameters(value: Any) -> dict[str, ControlParameters]:
    """The customized parameters of a seeded hub, such as {"ACM.1": {"daysToExpiration": {"Integer": 15}}}."""
    if not isinstance(value, Mapping):
        raise TypeError(f"control_parameters is an object by the ids of controls, not {value!r}")
    for control_id, values in zip(control_ids(list(value)), value.values(), strict=True):
        parameters = controls()[control_id].parameters
        known(values, tuple(parameters), f"the control {control_id}")
        problems = [each for name in values for each in problems_of_value(parameters[name], values[name])]
        if problems:
            raise ValueError(f"{control_id}: {'; '.join(problems)}")
    return {control_id: ControlParameters(dict(values)) for control_id, values in value.items()}
