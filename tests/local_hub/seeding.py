# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""POST /_hub/seed: states written down directly, but consistently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .administrator_side import new_invitation_id
from .calls import timestamp
from .hubs import default_standards, new_hub
from .model import ALWAYS, ENABLED, INVITED, REMOVED, RESIGNED, Member, Place, Store
from .seed_checks import account_id, known, regions_of
from .seed_hubs import control_parameters, subscription
from .seed_settings import seed_settings

# Statuses that follow an invitation, which the member still has.
AFTER_INVITATION = (INVITED, ENABLED, REMOVED, RESIGNED)
KEYS = (
    "hubs",
    "members",
    "organization_accounts",
    "roles",
    "denied_roles",
    "allowed_roles",
    "policies",
    "enabled_regions",
    "disabled_regions",
    "finding_aggregators",
    "offered_standards",
    "unavailable_controls",
    "policy_managed_accounts",
    "config_recorders",
)
HUB_KEYS = ("account_id", "region", "regions", "standards", "control_parameters")
MEMBER_KEYS = ("administrator_id", "region", "regions", "account_id", "member_status", "email")


def seed(store: Store, body: Mapping[str, Any]) -> None:
    """Add what a seed has. Raises ValueError or TypeError on what cannot be."""
    known(body, KEYS, "a seed")
    seed_settings(store, body)
    for row in body.get("finding_aggregators", []):
        _turn_on(store, (row["account_id"], row["home_region"]))
    for row in body.get("hubs", []):
        known(row, HUB_KEYS, "a hub")
        for region in regions_of(row):
            _seed_hub(store, (account_id(row.get("account_id")), region), row)
    for row in body.get("members", []):
        known(row, MEMBER_KEYS, "a member")
        for region in regions_of(row):
            _seed_member(store, region, row)


def _seed_hub(store: Store, place: Place, row: Mapping[str, Any]) -> None:
    _turn_on(store, place)
    hub = store.look().hub(place) or new_hub(*place)
    if "standards" in row:
        hub = replace(hub, standards=tuple(subscription(value, place[1]) for value in row["standards"]))
    if "control_parameters" in row:
        hub = replace(hub, control_parameters=control_parameters(row["control_parameters"]))
    store.put_hub(place, hub, ALWAYS)


def _seed_member(store: Store, region: str, row: Mapping[str, Any]) -> None:
    administrator_id, member_id = account_id(row.get("administrator_id")), account_id(row.get("account_id"))
    status = row.get("member_status", "Created")
    if not isinstance(status, str) or not status:
        raise ValueError(f"member_status must be a text, not {status!r}")
    place: Place = (administrator_id, region)
    _turn_on(store, place)
    organization = member_id in store.organization_accounts and status in (ENABLED, REMOVED)
    if status == ENABLED:
        other = store.look().administrator((member_id, region))
        if other and other[0] != administrator_id:
            raise ValueError(f"{member_id} is already administered by {other[0]} in {region}")
        _turn_on(store, (member_id, region))
    invited = status in AFTER_INVITATION and not organization
    now = timestamp()
    member = Member(
        member_id,
        status,
        now,
        email=None if organization else row.get("email"),
        invited_at=now if invited else None,
        invitation_id=new_invitation_id() if invited else None,
        organization=organization,
    )
    store.put_member(place, member_id, member, ALWAYS)


def _turn_on(store: Store, place: Place) -> None:
    if store.look().hub(place) is None:
        store.put_hub(place, new_hub(*place, default_standards(place[1])), ALWAYS)
