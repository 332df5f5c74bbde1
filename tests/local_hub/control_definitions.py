# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which controls there are, in a Region and in a standard."""

from __future__ import annotations

from .calls import Answer, Call, Parameters, need_hub, operation, page
from .catalogue import offers, standards_arn
from .control_catalogue import Control, controls, controls_of
from .errors import invalid_input, not_found

# How many a page has unless the call says so (the API's model).
USUAL_PAGE = 25


def is_available(call: Call, control: Control) -> bool:
    """Whether the Region of a call has a control."""
    if control.id in call.store.unavailable_controls.get(call.region, ()):
        return False
    return control.regions is None or call.region in control.regions


def find_control(text: str) -> Control | None:
    """The control with this id, or with this ARN; None where there is none."""
    return controls().get(text.rpartition(":security-control/")[2])


@operation("ListSecurityControlDefinitions")
def list_security_control_definitions(call: Call, parameters: Parameters) -> Answer:
    """The controls of a standard, or all."""
    need_hub(call)
    chosen = list(controls().values())
    arn = parameters.get("StandardsArn")
    if arn is not None:
        offered = offers(call.region, call.store.offered_standards.get(call.region))
        if arn not in [standards_arn(offer.name, call.region) for offer in offered]:
            raise invalid_input(f"Invalid parameter: StandardsArn {arn} is no standard of this Region")
        chosen = list(controls_of(arn))
    if "AWS" not in parameters.get("Providers", ["AWS"]):
        chosen = []
    rows = [_definition(call, control) for control in chosen]
    definitions, token = page(call, rows, parameters, most=USUAL_PAGE)
    return {"SecurityControlDefinitions": definitions, "NextToken": token}


@operation("GetSecurityControlDefinition")
def get_security_control_definition(call: Call, parameters: Parameters) -> Answer:
    """One control."""
    need_hub(call)
    control = find_control(parameters["SecurityControlId"])
    if control is None:
        raise not_found()
    return {"SecurityControlDefinition": _definition(call, control)}


def _definition(call: Call, control: Control) -> Answer:
    definitions = {
        name: {"Description": parameter.description, "ConfigurationOptions": {parameter.kind: parameter.limits}}
        for name, parameter in control.parameters.items()
    }
    return {
        "SecurityControlId": control.id,
        "Title": control.title,
        "Description": control.description,
        "RemediationUrl": control.remediation_url,
        "SeverityRating": control.severity,
        "CurrentRegionAvailability": "AVAILABLE" if is_available(call, control) else "UNAVAILABLE",
        "CustomizableProperties": ["Parameters"] if definitions else [],
        "ParameterDefinitions": definitions,
        "Provider": "AWS",
    }
