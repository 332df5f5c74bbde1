# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls in an account and Region: their state over all standards, and the values of their parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .calls import Answer, Call, Parameters, need_hub, operation, seen_hub
from .catalogue import short_name
from .control_batches import EXCEPTIONS, each_control, refuse_by_fault
from .control_catalogue import Control
from .control_definitions import find_control, is_available
from .control_parameters import problems_of_value
from .errors import UnprocessedControl, in_use, invalid_input, not_found
from .managed import refuse_managed
from .model import CONTROL_DISABLED, CONTROL_ENABLED, ControlParameters, Hub

NOTHING_CUSTOM = ControlParameters({})


@operation("BatchGetSecurityControls")
def batch_get_security_controls(call: Call, parameters: Parameters) -> Answer:
    """State and parameters of controls."""
    hub = seen_hub(call)
    found: list[Answer] = []

    def get(control_id: str) -> None:
        control = find_control(control_id)
        if control is None:
            raise UnprocessedControl("RESOURCE_NOT_FOUND", f"No control {control_id} has been found")
        refuse_by_fault(call, control.id)
        found.append(_row(call, hub, control))

    rows = each_control(call, parameters["SecurityControlIds"], get, "SecurityControlId")
    return {"SecurityControls": found, "UnprocessedIds": rows}


def _row(call: Call, hub: Hub, control: Control) -> Answer:
    custom = hub.control_parameters.get(control.id, NOTHING_CUSTOM)
    values = {
        name: {"ValueType": "CUSTOM", "Value": custom.values[name]}
        if name in custom.values
        else {"ValueType": "DEFAULT", "Value": parameter.default}
        for name, parameter in control.parameters.items()
    }
    return {
        "SecurityControlId": control.id,
        "SecurityControlArn": control.arn(hub.arn),
        "Title": control.title,
        "Description": control.description,
        "RemediationUrl": control.remediation_url,
        "SeverityRating": control.severity,
        "SecurityControlStatus": _status(call, hub, control),
        "UpdateStatus": "UPDATING" if call.seen_at < custom.updating_until else "READY",
        "Parameters": values,
        "LastUpdateReason": custom.reason,
        "Provider": "AWS",
    }


def _status(call: Call, hub: Hub, control: Control) -> str:
    """Enabled where it is enabled in any standard."""
    states = [
        each.association(control.id).status
        for each in hub.live(call.seen_at)
        if short_name(each.arn) in control.standards and is_available(call, control)
    ]
    return CONTROL_ENABLED if CONTROL_ENABLED in states else CONTROL_DISABLED


@operation("UpdateSecurityControl")
def update_security_control(call: Call, parameters: Parameters) -> Answer:
    """Customize the named parameters of a control, or give them their defaults back; others stay as they are."""
    hub = need_hub(call)
    refuse_managed(call)
    control = find_control(parameters["SecurityControlId"])
    if control is None:
        raise not_found()
    try:
        refuse_by_fault(call, control.id)
    except UnprocessedControl as refusal:
        raise EXCEPTIONS[refusal.code](str(refusal)) from refusal
    custom = hub.control_parameters.get(control.id, NOTHING_CUSTOM)
    _check(call, control, parameters["Parameters"])
    if call.now < custom.updating_until:
        raise in_use(f"The control {control.id} is being updated")
    values = dict(custom.values)
    for name, configuration in parameters["Parameters"].items():
        values.pop(name, None)
        if configuration["ValueType"] == "CUSTOM":
            values[name] = configuration["Value"]
    until = call.now + call.acting.delay("slow_parameters")
    changed = ControlParameters(values, parameters.get("LastUpdateReason"), until)
    call.put_hub(call.account_id, replace(hub, control_parameters={**hub.control_parameters, control.id: changed}))
    return {}


def _check(call: Call, control: Control, configurations: dict[str, Any]) -> None:
    """Refuse parameters that a control does not have, or that cannot be so, as InvalidInputException."""
    if not is_available(call, control):
        raise invalid_input(f"Invalid parameter: the control {control.id} is not available in {call.region}")
    if not configurations:
        raise invalid_input("Invalid parameter: Parameters has no parameter")
    for name, configuration in configurations.items():
        if name not in control.parameters:
            raise invalid_input(f"Invalid parameter: the control {control.id} has no parameter {name}")
        if configuration["ValueType"] == "DEFAULT":
            continue
        problems = list(problems_of_value(control.parameters[name], configuration.get("Value", {})))
        if problems:
            raise invalid_input(f"Invalid parameter: {name} of {control.id}: {'; '.join(problems)}")
