# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a control is enabled in a standard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .calls import Answer, Call, Parameters, need_hub, operation, page, seen_hub, timestamp
from .catalogue import short_name
from .control_batches import each_control, refuse_by_fault
from .control_catalogue import Control
from .control_definitions import USUAL_PAGE, find_control, is_available
from .errors import UnprocessedControl
from .managed import refuse_managed
from .model import Association, Hub, Subscription

NOT_FOUND = "RESOURCE_NOT_FOUND"


def find_association(
    call: Call, enabled: Iterable[Subscription], when: float, pair: dict[str, Any]
) -> tuple[Subscription, Control]:
    """Of the enabled standards, and of all controls, those that a pair of ids names. Raises UnprocessedControl."""
    control, arn = find_control(pair["SecurityControlId"]), pair["StandardsArn"]
    if control is None:
        raise UnprocessedControl(NOT_FOUND, f"No control {pair['SecurityControlId']} has been found")
    refuse_by_fault(call, control.id, short_name(arn))
    subscription = next((each for each in enabled if each.arn == arn), None)
    if subscription is None:
        raise UnprocessedControl(NOT_FOUND, f"The standard {arn} is not enabled")
    if not subscription.is_updatable(when):
        raise UnprocessedControl(NOT_FOUND, f"The controls of the standard {arn} are not ready for updates")
    if short_name(arn) not in control.standards:
        raise UnprocessedControl(NOT_FOUND, f"The control {control.id} is not part of the standard {arn}")
    if not is_available(call, control):
        code = "INVALID_INPUT" if call.switches["unavailable_control"] == "invalid_input" else NOT_FOUND
        raise UnprocessedControl(code, f"The control {control.id} is not available in {call.region}")
    return subscription, control


def association_row(hub: Hub, subscription: Subscription, control: Control) -> Answer:
    """A control in a standard."""
    association = subscription.association(control.id)
    requirement = control.standards[short_name(subscription.arn) or ""]
    return {
        "StandardsArn": subscription.arn,
        "SecurityControlId": control.id,
        "SecurityControlArn": control.arn(hub.arn),
        "AssociationStatus": association.status,
        "RelatedRequirements": [requirement] if requirement else [],
        "UpdatedAt": association.updated_at or hub.subscribed_at,
        "UpdatedReason": association.reason,
        "StandardsControlTitle": control.title,
        "StandardsControlDescription": control.description,
    }


@operation("BatchGetStandardsControlAssociations")
def batch_get_standards_control_associations(call: Call, parameters: Parameters) -> Answer:
    """The state of each pair of control and standard."""
    hub = seen_hub(call)
    details: list[Answer] = []

    def get(pair: dict[str, Any]) -> None:
        subscription, control = find_association(call, hub.live(call.seen_at), call.seen_at, pair)
        row = association_row(hub, subscription, control)
        details.append({**row, "StandardsControlArns": [control.arn_in(subscription.arn, hub.arn)]})

    asked = parameters["StandardsControlAssociationIds"]
    rows = each_control(call, asked, get, "StandardsControlAssociationId")
    return {"StandardsControlAssociationDetails": details, "UnprocessedAssociations": rows}


@operation("ListStandardsControlAssociations")
def list_standards_control_associations(call: Call, parameters: Parameters) -> Answer:
    """The state of one control in each enabled standard that is ready for updates (the API's model)."""
    hub = seen_hub(call)
    control = find_control(parameters["SecurityControlId"])
    rows = [
        association_row(hub, each, control)
        for each in hub.live(call.seen_at)
        if control and short_name(each.arn) in control.standards and each.is_updatable(call.seen_at)
        if is_available(call, control)
    ]
    summaries, token = page(call, rows, parameters, most=USUAL_PAGE)
    return {"StandardsControlAssociationSummaries": summaries, "NextToken": token}


@operation("BatchUpdateStandardsControlAssociations")
def batch_update_standards_control_associations(call: Call, parameters: Parameters) -> Answer:
    """Enable or disable each control in its standard."""
    hub = need_hub(call)
    refuse_managed(call)
    standards = hub.live(call.now)
    changes: dict[str, dict[str, Association]] = {each.arn: {} for each in standards}

    def update(row: dict[str, Any]) -> None:
        subscription, control = find_association(call, standards, call.now, row)
        association = Association(row["AssociationStatus"], row.get("UpdatedReason"), timestamp())
        changes[subscription.arn][control.id] = association

    asked = parameters["StandardsControlAssociationUpdates"]
    rows = each_control(call, asked, update, "StandardsControlAssociationUpdate")
    changed = tuple(each.with_associations(changes[each.arn]) for each in standards)
    call.put_hub(call.account_id, replace(hub, standards=changed))
    return {"UnprocessedAssociationUpdates": rows}
