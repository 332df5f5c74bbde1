# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Standards of a hub: which are enabled and in what state, and nothing of what they would check."""

from __future__ import annotations

from dataclasses import replace

from .calls import Answer, Call, Parameters, need_hub, operation, page, seen_hub
from .catalogue import Offer, offers, short_name, standards_arn
from .errors import invalid_input
from .managed import refuse_managed
from .model import CONTROL_DISABLED, CONTROL_ENABLED, DELETING, FAILED, PENDING, READY, UPDATABLE, Hub, Subscription

MOST_STANDARDS = 100


def new_subscription(call: Call, name: str, controls: str = CONTROL_ENABLED) -> Subscription:
    """A standard that is enabled now: pending as long, and then in the state, that the faults have it.

    `controls` is the state in which its controls begin.
    """
    ready_at = call.now + call.acting.delay("slow_standards")
    subscription = Subscription(
        standards_arn(name, call.region),
        pending_until=ready_at,
        updatable_from=ready_at + call.acting.delay("slow_controls"),
        others=controls,
    )
    outcome, reason = _outcome(call, name)
    return replace(subscription, status=outcome, reason=reason) if outcome else subscription


def _outcome(call: Call, name: str | None) -> tuple[str, str | None]:
    """The state in which the faults have a standard end, and its reason; nothing where there is no fault."""
    for fault in call.acting.outcomes:
        if fault.parameters["standards"] == "all" or name in fault.parameters["standards"]:
            return fault.parameters["outcome"], fault.parameters["reason"] or None
    return "", None


def _disabled_subscription(call: Call, subscription: Subscription) -> Subscription:
    """A standard that is disabled now: gone in the end or, as the model says of FAILED, still there."""
    done_at = call.now + call.acting.delay("slow_standards")
    outcome, reason = _outcome(call, short_name(subscription.arn))
    if outcome == FAILED:
        return replace(subscription, pending_until=done_at, pending_as=DELETING, status=FAILED, reason=reason)
    return subscription if subscription.gone_at is not None else replace(subscription, gone_at=done_at)


def _subscription_arn(hub: Hub, arn: str) -> str:
    """The ARN of a standard as it is enabled in a hub."""
    return hub.arn.replace(":hub/default", f":subscription/{short_name(arn)}")


def _row(hub: Hub, subscription: Subscription, status: str, when: float) -> Answer:
    reason = {"StatusReasonCode": subscription.reason} if subscription.reason and status != PENDING else None
    updatable = status in UPDATABLE and when >= subscription.updatable_from
    return {
        "StandardsSubscriptionArn": _subscription_arn(hub, subscription.arn),
        "StandardsArn": subscription.arn,
        "StandardsInput": {},
        "StandardsStatus": status,
        "StandardsControlsUpdatable": "READY_FOR_UPDATES" if updatable else "NOT_READY_FOR_UPDATES",
        "StandardsStatusReason": reason,
        "Provider": "AWS",
    }


@operation("DescribeStandards")
def describe_standards(call: Call, parameters: Parameters) -> Answer:
    """What the Region offers."""
    need_hub(call)
    wanted = parameters.get("Providers", ["AWS"])
    rows = [_offer_row(offer, call.region) for offer in _offers(call) if "AWS" in wanted]
    standards, token = page(call, rows, parameters, most=MOST_STANDARDS)
    return {"Standards": standards, "NextToken": token}


def _offers(call: Call) -> list[Offer]:
    return offers(call.region, call.store.offered_standards.get(call.region))


def _offer_row(offer: Offer, region: str) -> Answer:
    return {
        "StandardsArn": standards_arn(offer.name, region),
        "Name": offer.title,
        "Description": f"The controls of {offer.title}.",
        "EnabledByDefault": offer.by_default,
        "Provider": "AWS",
        "StandardsManagedBy": {"Company": "AWS", "Product": offer.product},
    }


@operation("GetEnabledStandards")
def get_enabled_standards(call: Call, parameters: Parameters) -> Answer:
    """The standards that are enabled, or those of the named ones that are."""
    hub, when = seen_hub(call), call.seen_at
    wanted = parameters.get("StandardsSubscriptionArns")
    rows = [_row(hub, each, each.status_at(when), when) for each in hub.live(when)]
    chosen = [row for row in rows if not wanted or row["StandardsSubscriptionArn"] in wanted]
    if "AWS" not in parameters.get("Providers", ["AWS"]):
        chosen = []
    standards, token = page(call, chosen, parameters, most=MOST_STANDARDS)
    return {"StandardsSubscriptions": standards, "NextToken": token}


@operation("BatchEnableStandards")
def batch_enable_standards(call: Call, parameters: Parameters) -> Answer:
    """Enable standards. Those that are ready or on their way stay as they are, failed ones start again."""
    hub = need_hub(call)
    refuse_managed(call)
    asked = [request["StandardsArn"] for request in parameters["StandardsSubscriptionRequests"]]
    present = {each.arn: each for each in hub.live(call.now)}
    by_setting = call.switches["controls_of_new_standards"] == "auto_enable_controls"
    controls = CONTROL_DISABLED if by_setting and not hub.auto_enable_controls else CONTROL_ENABLED
    rows = []
    for arn in dict.fromkeys(asked):
        name = _offered_name(call, arn)
        old = present.get(arn)
        status = old.status_at(call.now) if old else None
        if status == DELETING:
            raise invalid_input(f"Invalid parameter: StandardsArn {arn} is being disabled")
        if old is None or status not in (PENDING, READY):
            present[arn], status = new_subscription(call, name, controls), PENDING
        rows.append(_row(hub, present[arn], status, call.now))
    call.put_hub(call.account_id, replace(hub, standards=tuple(present.values())))
    return {"StandardsSubscriptions": rows}


def _offered_name(call: Call, arn: str) -> str:
    """The short name of a standard that can be enabled here; InvalidInputException for any other."""
    for offer in _offers(call):
        if standards_arn(offer.name, call.region) == arn and offer.product == "Security Hub":
            return offer.name
    raise invalid_input(f"Invalid parameter: StandardsArn {arn} is no standard that can be enabled here")


@operation("BatchDisableStandards")
def batch_disable_standards(call: Call, parameters: Parameters) -> Answer:
    """Disable standards, by the ARNs of their subscriptions; those that are not enabled are left out of the answer."""
    hub = need_hub(call)
    refuse_managed(call)
    kept, rows = [], []
    for each in hub.live(call.now):
        if _subscription_arn(hub, each.arn) not in parameters["StandardsSubscriptionArns"]:
            kept.append(each)
            continue
        if each.status_at(call.now) == PENDING and call.switches["disable_pending_standard"] == "invalid_input":
            raise invalid_input(f"The standard {each.arn} is being enabled. Please try again later.")
        deleted = _disabled_subscription(call, each)
        kept.append(deleted)
        rows.append(_row(hub, deleted, DELETING, call.now))
    call.put_hub(call.account_id, replace(hub, standards=tuple(kept)))
    return {"StandardsSubscriptions": rows}
