# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The older way to the state of a control in a standard, one control a call, which published scripts go."""

from __future__ import annotations

from dataclasses import replace

from .associations import association_row, find_association
from .calls import Answer, Call, Parameters, need_hub, operation, page, seen_hub, timestamp
from .catalogue import short_name
from .control_batches import EXCEPTIONS
from .control_catalogue import Control, controls_of
from .control_definitions import is_available
from .errors import UnprocessedControl, invalid_input, not_found
from .managed import refuse_managed
from .model import CONTROL_DISABLED, Association, Hub, Subscription

MOST_CONTROLS = 100


@operation("DescribeStandardsControls")
def describe_standards_controls(call: Call, parameters: Parameters) -> Answer:
    """The controls of an enabled standard, by the ARN of its subscription."""
    hub = seen_hub(call)
    for subscription in hub.live(call.seen_at):
        arn = hub.arn.replace(":hub/default", f":subscription/{short_name(subscription.arn)}")
        if arn != parameters["StandardsSubscriptionArn"] or not subscription.is_updatable(call.seen_at):
            continue
        there = [control for control in controls_of(subscription.arn) if is_available(call, control)]
        rows = [_row(hub, subscription, control) for control in there]
        controls, token = page(call, rows, parameters, most=MOST_CONTROLS)
        return {"Controls": controls, "NextToken": token}
    raise not_found()


def _row(hub: Hub, subscription: Subscription, control: Control) -> Answer:
    arn, association = control.arn_in(subscription.arn, hub.arn), association_row(hub, subscription, control)
    return {
        "StandardsControlArn": arn,
        "ControlStatus": association["AssociationStatus"],
        "DisabledReason": association["UpdatedReason"],
        "ControlStatusUpdatedAt": association["UpdatedAt"],
        "ControlId": arn.rpartition("/")[2],
        "Title": control.title,
        "Description": control.description,
        "RemediationUrl": control.remediation_url,
        "SeverityRating": control.severity,
        "RelatedRequirements": association["RelatedRequirements"],
    }


@operation("UpdateStandardsControl")
def update_standards_control(call: Call, parameters: Parameters) -> Answer:
    """Enable or disable a control in a standard. Disabling needs a reason (the API's model)."""
    hub = need_hub(call)
    refuse_managed(call)
    subscription, control = _find(hub, call.now, parameters["StandardsControlArn"])
    pair = {"SecurityControlId": control.id, "StandardsArn": subscription.arn}
    try:
        find_association(call, hub.live(call.now), call.now, pair)
    except UnprocessedControl as refusal:
        raise EXCEPTIONS[refusal.code](str(refusal)) from refusal
    status, reason = parameters.get("ControlStatus"), parameters.get("DisabledReason")
    if status == CONTROL_DISABLED and not reason:
        raise invalid_input("Invalid parameter: DisabledReason is missing")
    before = subscription.association(control.id)
    changed = subscription.with_associations({control.id: Association(status or before.status, reason, timestamp())})
    standards = tuple(changed if each is subscription else each for each in hub.standards)
    call.put_hub(call.account_id, replace(hub, standards=standards))
    return {}


def _find(hub: Hub, when: float, arn: str) -> tuple[Subscription, Control]:
    """The standard and the control of a standards control's ARN; ResourceNotFoundException where there is none."""
    for subscription in hub.live(when):
        for control in controls_of(subscription.arn):
            if control.arn_in(subscription.arn, hub.arn) == arn:
                return subscription, control
    raise not_found("StandardsControl not found")
