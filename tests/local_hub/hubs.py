# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security Hub on and off in an account and Region, its settings and tags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .calls import Answer, Call, Parameters, need_hub, operation, refuse_new_hub, timestamp
from .catalogue import default_names, standards_arn
from .errors import conflict, invalid_access, invalid_input, not_found, not_subscribed
from .model import ENABLED, Hub, Subscription
from .partitions import partition
from .standards import new_subscription

MOST_TAGS = 50


def hub_arn(account_id: str, region: str) -> str:
    """The ARN of the hub of an account and Region."""
    return f"arn:{partition(region)}:securityhub:{region}:{account_id}:hub/default"


def new_hub(account_id: str, region: str, standards: Iterable[Subscription] = (), **settings: Any) -> Hub:
    """A hub that is turned on now."""
    arn = hub_arn(account_id, region)
    return Hub(arn=arn, subscribed_at=timestamp(), standards=tuple(standards), **settings)


def default_standards(region: str) -> list[Subscription]:
    """The standards of a hub that has always been there."""
    return [Subscription(standards_arn(name, region)) for name in default_names(region)]


def enabled_standards(call: Call) -> list[Subscription]:
    """The standards that are enabled together with Security Hub."""
    names = default_names(call.region, call.store.offered_standards.get(call.region))
    return [new_subscription(call, name) for name in names]


@operation("EnableSecurityHub")
def enable_security_hub(call: Call, parameters: Parameters) -> Answer:
    """Turn Security Hub on; with the default standards unless EnableDefaultStandards is false."""
    if call.truth.hub(call.place):
        raise conflict("Account is already subscribed to Security Hub")
    hub = new_hub(
        *call.place,
        standards=enabled_standards(call) if parameters.get("EnableDefaultStandards", True) else (),
        tags=dict(parameters.get("Tags", {})),
        control_finding_generator=parameters.get("ControlFindingGenerator", "SECURITY_CONTROL"),
        enabled_at=call.now,
    )
    call.put_hub(call.account_id, hub)
    return {}


@operation("DisableSecurityHub")
def disable_security_hub(call: Call, _parameters: Parameters) -> Answer:
    """Turn Security Hub off, and with it the member list. Refused while anybody is associated."""
    need_hub(call)
    members = list(call.truth.members(call.place))
    if any(member.status == ENABLED for _key, member in members):
        raise invalid_access(f"Account {call.account_id} is an administrator with enabled members")
    if call.truth.administrator(call.place):
        raise invalid_access(f"Account {call.account_id} is a member of an administrator account")
    for account_id, _member in members:
        call.put_member(call.account_id, account_id, None)
    call.put_hub(call.account_id, None)
    return {}


@operation("DescribeHub")
def describe_hub(call: Call, parameters: Parameters) -> Answer:
    """The hub's settings."""
    hub = call.seen.hub(call.place)
    if hub is None:
        raise not_subscribed(call.account_id)
    refuse_new_hub(call, hub)
    shows_generator = call.switches["control_finding_generator"] == "shown"
    if parameters.get("HubArn", hub.arn) != hub.arn:
        raise not_found()
    return {
        "HubArn": hub.arn,
        "SubscribedAt": hub.subscribed_at,
        "AutoEnableControls": hub.auto_enable_controls,
        "ControlFindingGenerator": hub.control_finding_generator if shows_generator else None,
    }


@operation("UpdateSecurityHubConfiguration")
def update_security_hub_configuration(call: Call, parameters: Parameters) -> Answer:
    """Change the settings that are given."""
    hub = need_hub(call)
    changed = replace(
        hub,
        auto_enable_controls=parameters.get("AutoEnableControls", hub.auto_enable_controls),
        control_finding_generator=parameters.get("ControlFindingGenerator", hub.control_finding_generator),
    )
    call.put_hub(call.account_id, changed)
    return {}


def _tagged_hub(hub: Hub | None, parameters: Parameters) -> Hub:
    if hub is None or parameters["ResourceArn"] != hub.arn:
        raise not_found()
    return hub


@operation("TagResource")
def tag_resource(call: Call, parameters: Parameters) -> Answer:
    """Add tags to the hub, or change them."""
    hub = _tagged_hub(call.truth.hub(call.place), parameters)
    tags = {**hub.tags, **parameters["Tags"]}
    if len(tags) > MOST_TAGS:
        raise invalid_input(f"Invalid parameter: a resource can have at most {MOST_TAGS} tags")
    call.put_hub(call.account_id, replace(hub, tags=tags))
    return {}


@operation("UntagResource")
def untag_resource(call: Call, parameters: Parameters) -> Answer:
    """Take tags from the hub; names that it does not have are no error."""
    hub = _tagged_hub(call.truth.hub(call.place), parameters)
    tags = {name: value for name, value in hub.tags.items() if name not in parameters["TagKeys"]}
    call.put_hub(call.account_id, replace(hub, tags=tags))
    return {}


@operation("ListTagsForResource")
def list_tags_for_resource(call: Call, parameters: Parameters) -> Answer:
    """The hub's tags."""
    return {"Tags": _tagged_hub(call.seen.hub(call.place), parameters).tags}
