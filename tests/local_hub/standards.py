# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Standards of a hub: which are on, and nothing of what they would check. Published onboarding scripts turn them on."""

from __future__ import annotations

import re
from dataclasses import replace

from .calls import Answer, Call, Parameters, need_hub, operation, page
from .errors import invalid_input
from .model import Hub

MOST_STANDARDS = 100
# EnableSecurityHub turns these on unless told otherwise (the API's model).
DEFAULT_STANDARDS = (
    "arn:{partition}:securityhub:{region}::standards/aws-foundational-security-best-practices/v/1.0.0",
    "arn:{partition}:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0",
)
STANDARD = re.compile(r"arn:[a-z-]+:securityhub:[a-z0-9-]*::(?:standards|ruleset)/([a-z0-9-]+/v/[0-9.]+)")


def partition(region: str) -> str:
    """The partition of a Region, as ARNs name it."""
    for start, name in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc")):
        if region.startswith(start):
            return name
    return "aws"


def default_standards(region: str) -> tuple[str, ...]:
    """The ARNs of the standards that are on in a new hub."""
    return tuple(arn.format(partition=partition(region), region=region) for arn in DEFAULT_STANDARDS)


def _subscription_arn(hub: Hub, standard: str) -> str:
    """The ARN of a standard as it is on in a hub."""
    found = STANDARD.fullmatch(standard)
    if not found:
        raise invalid_input(f"Invalid parameter: StandardsArn {standard} is no standard")
    return hub.arn.replace(":hub/default", f":subscription/{found.group(1)}")


def _row(hub: Hub, standard: str, status: str) -> Answer:
    return {
        "StandardsSubscriptionArn": _subscription_arn(hub, standard),
        "StandardsArn": standard,
        "StandardsInput": {},
        "StandardsStatus": status,
    }


@operation("GetEnabledStandards")
def get_enabled_standards(call: Call, parameters: Parameters) -> Answer:
    """The standards that are on, or those of the named ones that are."""
    hub = need_hub(call)
    wanted = parameters.get("StandardsSubscriptionArns")
    rows = [_row(hub, standard, "READY") for standard in hub.standards]
    chosen = [row for row in rows if not wanted or row["StandardsSubscriptionArn"] in wanted]
    standards, token = page(call, chosen, parameters, most=MOST_STANDARDS)
    return {"StandardsSubscriptions": standards, "NextToken": token}


@operation("BatchEnableStandards")
def batch_enable_standards(call: Call, parameters: Parameters) -> Answer:
    """Turn standards on; the next look shows them ready."""
    hub = need_hub(call)
    asked = [request["StandardsArn"] for request in parameters["StandardsSubscriptionRequests"]]
    rows = [_row(hub, standard, "PENDING") for standard in asked]
    call.put_hub(call.account_id, replace(hub, standards=tuple(dict.fromkeys([*hub.standards, *asked]))))
    return {"StandardsSubscriptions": rows}


@operation("BatchDisableStandards")
def batch_disable_standards(call: Call, parameters: Parameters) -> Answer:
    """Turn standards off, by the ARNs of their subscriptions."""
    hub = need_hub(call)
    gone = [
        standard
        for standard in hub.standards
        if _subscription_arn(hub, standard) in parameters["StandardsSubscriptionArns"]
    ]
    kept = tuple(standard for standard in hub.standards if standard not in gone)
    call.put_hub(call.account_id, replace(hub, standards=kept))
    return {"StandardsSubscriptions": [_row(hub, standard, "DELETING") for standard in gone]}
