# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""POST /_hub/seed: states written down directly, but consistently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .administrator_side import new_invitation_id
from .calls import ACCOUNT_ID, timestamp
from .hubs import new_hub
from .model import ALWAYS, ENABLED, INVITED, REMOVED, RESIGNED, Member, Place, Store

# Statuses that follow an invitation, which the member still has.
AFTER_INVITATION = (INVITED, ENABLED, REMOVED, RESIGNED)
KEYS = ("hubs", "members", "organization_accounts", "denied_roles", "allowed_roles")
MEMBER_KEYS = ("administrator_id", "region", "regions", "account_id", "member_status", "email")


def seed(store: Store, body: Mapping[str, Any]) -> None:
    """Add hubs, members, organization accounts and role denials. Raises ValueError on what cannot be."""
    _known(body, KEYS, "a seed")
    store.organization_accounts.update(_account_ids(body.get("organization_accounts", [])))
    store.denied_roles.update(_account_ids(body.get("denied_roles", [])))
    store.denied_roles.difference_update(_account_ids(body.get("allowed_roles", [])))
    for row in body.get("hubs", []):
        _known(row, ("account_id", "region", "regions"), "a hub")
        for region in _regions(row):
            _turn_on(store, (_account_id(row.get("account_id")), region))
    for row in body.get("members", []):
        _known(row, MEMBER_KEYS, "a member")
        for region in _regions(row):
            _seed_member(store, region, row)


def _seed_member(store: Store, region: str, row: Mapping[str, Any]) -> None:
    administrator_id, account_id = _account_id(row.get("administrator_id")), _account_id(row.get("account_id"))
    status = row.get("member_status", "Created")
    if not isinstance(status, str) or not status:
        raise ValueError(f"member_status must be a text, not {status!r}")
    place: Place = (administrator_id, region)
    _turn_on(store, place)
    organization = account_id in store.organization_accounts and status == ENABLED
    if status == ENABLED:
        other = store.look().administrator((account_id, region))
        if other and other[0] != administrator_id:
            raise ValueError(f"{account_id} is already administered by {other[0]} in {region}")
        _turn_on(store, (account_id, region))
    invited = status in AFTER_INVITATION and not organization
    now = timestamp()
    member = Member(
        account_id,
        status,
        now,
        email=None if organization else row.get("email"),
        invited_at=now if invited else None,
        invitation_id=new_invitation_id() if invited else None,
        organization=organization,
    )
    store.put_member(place, account_id, member, ALWAYS)


def _turn_on(store: Store, place: Place) -> None:
    if store.look().hub(place) is None:
        store.put_hub(place, new_hub(*place), ALWAYS)


def _known(row: Mapping[str, Any], keys: tuple[str, ...], what: str) -> None:
    unknown = sorted(set(row) - set(keys))
    if unknown:
        raise ValueError(f"{what} has no {', '.join(unknown)}, only {', '.join(keys)}")


def _regions(row: Mapping[str, Any]) -> list[str]:
    regions = row.get("regions", [row["region"]] if "region" in row else [])
    if not isinstance(regions, list) or not regions or not all(isinstance(region, str) for region in regions):
        raise ValueError(f"region (a text) or regions (a list of texts) is missing in {dict(row)}")
    return regions


def _account_ids(values: list[Any]) -> list[str]:
    return [_account_id(value) for value in values]


def _account_id(value: Any) -> str:
    if not isinstance(value, str) or not ACCOUNT_ID.fullmatch(value):
        raise ValueError(f"an account id is a text of 12 digits, not {value!r}")
    return value
