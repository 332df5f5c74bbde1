# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts in every situation that securityhub_membership knows, and what becomes of each of them."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import EMAIL, OTHER_ADMINISTRATOR, seed_members
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR

ROLE = "security/hub-member"
LAST_REGION = "eu-south-1"
Ending = tuple[str | None, tuple[str, ...], str | None]


class Animal(NamedTuple):
    """One account: how it is seeded, and status, actions and reason in the end.

    ``hub``: Security Hub is enabled in it. ``role``: what is seeded of its role, "denied" for none that can be assumed.
    ``has``: another administrator, members of its own, an organization, or nothing of that. ``closed``: Regions in
    which it has not opted in. ``ends`` is for state present, ``leaves`` for state absent; ``row`` is what its row says.
    """

    status: str | None
    ends: Ending
    leaves: Ending
    hub: bool = False
    has: str = ""
    role: str = ""
    closed: str = ""
    row: tuple[tuple[str, Any], ...] = ()


NEW = ("create", "invite", "enable_hub", "accept")
GONE: Ending = (None, ("delete",), None)
NEVER_THERE: Ending = (None, (), None)
DECLINED: Ending = (None, ("decline", "delete"), None)
LEFT: Ending = (None, ("leave", "delete"), None)


def enabled(*actions: str) -> Ending:
    return "Enabled", actions, None


def invited(reason: str, *actions: str) -> Ending:
    return "Invited", actions, reason


ZOO = {
    "not listed": Animal(None, enabled(*NEW), NEVER_THERE),
    "not listed, hub": Animal(None, enabled("create", "invite", "accept"), NEVER_THERE, hub=True),
    "deleted": Animal("Deleted", enabled(*NEW), ("Deleted", (), None)),
    "created": Animal("Created", enabled("invite", "enable_hub", "accept"), GONE),
    "created, hub": Animal("Created", enabled("invite", "accept"), GONE, hub=True),
    "invited": Animal("Invited", enabled("enable_hub", "accept"), GONE),
    "invited, hub": Animal("Invited", enabled("accept"), DECLINED, hub=True),
    "enabled": Animal("Enabled", enabled(), LEFT),
    "removed": Animal("Removed", enabled("invite", "enable_hub", "accept"), GONE),
    "removed, hub": Animal("Removed", enabled("invite", "accept"), GONE, hub=True),
    "resigned": Animal("Resigned", ("Resigned", (), "resigned"), GONE, hub=True),
    "suspended": Animal("AccountSuspended", ("AccountSuspended", (), "suspended"), GONE),
    "unknown": Animal("Paused", ("Paused", (), "unknown_status"), ("Paused", (), "unknown_status"), hub=True),
    "organization, removed": Animal("Removed", enabled("create"), ("Removed", (), "rejected"), True, "organization"),
    "organization, enabled": Animal(
        "Enabled", enabled(), ("Removed", ("disassociate",), "rejected"), True, "organization"
    ),
    "other's": Animal(None, (None, (), "other_administrator"), NEVER_THERE, has="administrator"),
    "other's, created": Animal("Created", ("Created", (), "other_administrator"), GONE, has="administrator"),
    "other's, invited": Animal("Invited", invited("other_administrator"), DECLINED, has="administrator"),
    "other's, removed": Animal("Removed", ("Removed", (), "other_administrator"), GONE, has="administrator"),
    "administrator": Animal(None, (None, (), "has_members"), NEVER_THERE, has="members"),
    "administrator, created": Animal("Created", ("Created", (), "has_members"), GONE, has="members"),
    "administrator, invited": Animal("Invited", invited("has_members"), DECLINED, has="members"),
    "denied": Animal(None, invited("role_not_assumed", "create", "invite"), NEVER_THERE, role="denied"),
    "denied, created": Animal("Created", invited("role_not_assumed", "invite"), GONE, role="denied"),
    "denied, invited": Animal("Invited", invited("role_not_assumed"), GONE, role="denied"),
    "denied, removed": Animal("Removed", invited("role_not_assumed", "invite"), GONE, role="denied"),
    "denied, resigned": Animal("Resigned", ("Resigned", (), "resigned"), GONE, role="denied"),
    "denied, enabled": Animal("Enabled", enabled(), (None, ("disassociate", "delete"), None), role="denied"),
    "closed": Animal(None, invited("region_not_enabled", "create", "invite"), NEVER_THERE, closed="all"),
    "closed, invited": Animal("Invited", invited("region_not_enabled"), GONE, closed="all"),
    "closed in one": Animal("Created", enabled("invite", "enable_hub", "accept"), GONE, closed=LAST_REGION),
    "may not look": Animal(None, invited("rejected", "create", "invite"), NEVER_THERE, role="may not look"),
    "may not look, invited": Animal("Invited", invited("rejected"), GONE, role="may not look"),
    "may not look, enabled": Animal(
        "Enabled", enabled(), (None, ("disassociate", "delete"), None), role="may not look"
    ),
    "role by path": Animal(None, enabled(*NEW), NEVER_THERE, role="path", row=(("member_role", "own/path/hub"),)),
    "role by ARN": Animal(None, enabled(*NEW), NEVER_THERE, role="path", row=(("member_role", "ARN"),)),
    "wrong role name": Animal(
        None, invited("role_not_assumed", "create", "invite"), NEVER_THERE, row=(("member_role", "own/path/hub"),)
    ),
    "external id": Animal(
        None, enabled(*NEW), NEVER_THERE, role="external id", row=(("member_role_external_id", "a-long-external-id"),)
    ),
    "no external id": Animal(None, invited("role_not_assumed", "create", "invite"), NEVER_THERE, role="external id"),
    "e-mail": Animal(None, enabled(*NEW), NEVER_THERE, row=(("email", EMAIL),)),
    "one Region": Animal(None, enabled(*NEW), NEVER_THERE, row=(("regions", [LAST_REGION]),)),
}
IDS = {name: f"{number:012d}" for number, name in enumerate(ZOO, 10)}
NAMES = {account_id: name for name, account_id in IDS.items()}
# An account of an organization that was never there: that it is one shows only when it is created.
NEW_OF_ORGANIZATION = "000000000009"


def rows() -> list[Any]:
    """The option members: one row an account, in several forms, with a duplicate and the administrator itself."""
    given = [{"account_id": IDS[name], **dict(animal.row)} for name, animal in ZOO.items()]
    for row in given:
        if row.get("member_role") == "ARN":
            row["member_role"] = f"arn:aws:iam::{row['account_id']}:role/own/path/hub"
    plain = [row["account_id"] if len(row) == 1 else row for row in given]
    return [*plain, ADMINISTRATOR, NEW_OF_ORGANIZATION, IDS["not listed"], f" {IDS['created']}, {IDS['enabled']}"]


def seed(hub: Hub, regions: list[str]) -> None:
    """Write all of it down."""
    organization = [IDS[name] for name, animal in ZOO.items() if animal.has == "organization"]
    hub.seed(organization_accounts=[*organization, NEW_OF_ORGANIZATION])
    seed_members(hub, {IDS[name]: animal.status for name, animal in ZOO.items() if animal.status}, regions)
    for name, animal in ZOO.items():
        _seed_account(hub, IDS[name], animal, regions)
        _seed_role(hub, IDS[name], animal.role)


def _seed_account(hub: Hub, account_id: str, animal: Animal, regions: list[str]) -> None:
    if animal.hub:
        hub.seed(hubs=[{"account_id": account_id, "regions": regions}])
    if animal.has == "administrator":
        seed_members(hub, {account_id: "Enabled"}, regions, OTHER_ADMINISTRATOR)
    if animal.has == "members":
        seed_members(hub, {f"5555{account_id[4:]}": "Enabled"}, regions, account_id)
    if animal.closed:
        closed = regions if animal.closed == "all" else [animal.closed]
        hub.seed(disabled_regions=[{"account_id": account_id, "regions": closed}])


def _seed_role(hub: Hub, account_id: str, role: str) -> None:
    if role == "denied":
        hub.seed(denied_roles=[account_id])
    elif role == "path":
        hub.seed(roles=[{"account_id": account_id, "role": "own/path/hub"}])
    elif role == "external id":
        hub.seed(roles=[{"account_id": account_id, "role": ROLE, "external_id": "a-long-external-id"}])
    elif role == "may not look":
        hub.seed(policies=[{"account_id": account_id, "allowed_actions": ["securityhub:EnableSecurityHub"]}])
    else:
        hub.seed(roles=[{"account_id": account_id, "role": ROLE}])


def ending(account_id: str, region: str, state: str) -> Ending:
    """What the table says of an account: status, actions, reason."""
    if account_id == ADMINISTRATOR:
        return None, (), "own_account"
    if account_id == NEW_OF_ORGANIZATION:
        return enabled("create") if state == "present" else NEVER_THERE
    animal = ZOO[NAMES[account_id]]
    if state == "present" and animal.closed == region:
        return invited("region_not_enabled", "invite")
    return animal.ends if state == "present" else animal.leaves
