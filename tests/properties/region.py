# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security Hub of all accounts in one Region, as hypothesis draws it, in the local hub of this process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import botocore.session

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from local_hub import clock
from local_hub.catalogue import short_name, standards_arn
from local_hub.control import SECRET_KEY, access_key
from local_hub.counts import READ_PREFIXES
from local_hub.hubs import hub_arn
from local_hub.in_process import URL, InProcessHub
from local_hub.model import ALWAYS, CREATED, DELETING, ENABLED, PENDING, Hub, Member, Store, Subscription

REGION = "eu-west-1"
ADMINISTRATOR, OTHER_ADMINISTRATOR = "999988887777", "777766665555"
TIME = "2026-01-31T08:15:30.000Z"
PCI, NIST, CIS = "pci-dss/v/4.0.1", "nist-800-53/v/5.0.0", "cis-aws-foundations-benchmark/v/1.2.0"
FOUNDATIONAL = "aws-foundational-security-best-practices/v/1.0.0"
CONTROL_TOWER = "service-managed-aws-control-tower/v/1.0.0"
# How long what goes on takes (seconds), and what is never over.
MOMENT, MANY = 1, 3600

HUB = InProcessHub()
SESSION = botocore.session.Session()
HUB.attach(SESSION)
SESSION.set_credentials(access_key(ADMINISTRATOR), SECRET_KEY)
SDK = SESSION.create_client("securityhub", region_name=REGION, endpoint_url=URL)


@dataclass(frozen=True)
class Entry:
    """An entry of the administrator's member list.

    ``invited``: the account has an invitation. ``accepted``: it accepted a moment ago, which no list shows yet.
    """

    status: str
    email: str | None = None
    invited: bool = False
    accepted: bool = False
    organization: bool = False


@dataclass
class Account:
    """What an account has itself: its hub with standards {short name: status}, its administrator, own members."""

    is_hub_enabled: bool = True
    auto_enable_controls: bool = True
    control_finding_generator: str = "SECURITY_CONTROL"
    tags: dict[str, str] = field(default_factory=dict)
    standards: dict[str, str] = field(default_factory=dict)
    administrator: str | None = None
    invitations: dict[str, str] = field(default_factory=dict)
    has_members: bool = False


class Region:
    """Security Hub of all accounts. Their administrator's is enabled unless `accounts` has it otherwise.

    :param entries: the administrator's member list
    :param accounts: accounts with Security Hub, or without; one that is not named has it disabled
    :param unreadable: accounts that GetMembers refuses to look up, and ListMembers is denied
    """

    active: Region

    def __init__(
        self, entries: dict[str, Entry], accounts: dict[str, Account] | None = None, unreadable: Iterable[str] = ()
    ) -> None:
        self._drawn = (entries, {ADMINISTRATOR: Account(), **(accounts or {})}, list(unreadable))
        self.account_ids = [*dict.fromkeys([ADMINISTRATOR, *entries, *(accounts or {})])]
        self.writes: list[tuple[str, str, tuple[str, ...]]] = []
        self._has_run = False

    def __repr__(self) -> str:
        return f"Region{self._drawn}"

    def copy(self) -> Region:
        """The same, as it was drawn."""
        return Region(*self._drawn)

    @cached_property
    def store(self) -> Store:
        """What the hub has. It is made when it is needed first, so that what is on its way has still to come."""
        entries, accounts, _unreadable = self._drawn
        store = Store()
        for account_id, account in accounts.items():
            _put_account(store, account_id, account)
        for account_id, entry in entries.items():
            _put_entry(store, account_id, entry)
        return store

    def client(self, looks: int = 1) -> RegionClient:
        """What the functions of `api` take, for a new run of the administrator: the hub is in this state now.

        :param looks: the calls that look at the member list at first, and do not see who has accepted just now
        """
        entries, _accounts, unreadable = self._drawn
        Region.active, HUB.service.store = self, self.store
        self.writes = []
        HUB.clear_faults()
        if unreadable:
            listed = [each for each in unreadable if each in entries]
            HUB.fault(kind="reject", operation="GetMembers", account_ids=listed)
            HUB.fault(kind="access_denied", operation="ListMembers", account_id=ADMINISTRATOR)
        if not self._has_run and any(entry.accepted for entry in entries.values()):
            HUB.fault(kind="slow_visibility", operation="GetMembers", seconds=MANY, times=looks)
            HUB.fault(kind="slow_visibility", operation="ListMembers", seconds=MANY, times=1)
        self._has_run = True
        act_as(ADMINISTRATOR)
        return RegionClient(REGION, SDK, read_attempts=1, account_id=acting)

    def statuses(self) -> dict[str, str]:
        """The administrator's member list."""
        return {each: member.status for each, member in self.store.look().members((ADMINISTRATOR, REGION))}

    def account(self, account_id: str) -> Account:
        """What an account has now."""
        view, place, now = self.store.look(), (account_id, REGION), clock.monotonic()
        administrator, hub = view.administrator(place), view.hub(place)
        found = Account(
            is_hub_enabled=hub is not None,
            administrator=administrator[0] if administrator else None,
            invitations={each: member.status for each, member in view.invitations(place) if member.status != ENABLED},
            has_members=any(member.status == ENABLED for _each, member in view.members(place)),
        )
        if hub is not None:
            found.auto_enable_controls, found.tags = hub.auto_enable_controls, hub.tags
            found.control_finding_generator = hub.control_finding_generator
            found.standards = {str(short_name(each.arn)): each.status_at(now) for each in hub.live(now)}
        return found

    def accounts(self) -> dict[str, Account]:
        """What each of them has now."""
        return {account_id: self.account(account_id) for account_id in self.account_ids}


def acting() -> str:
    """Return the account whose keys sign requests."""
    return str(SESSION.get_credentials().access_key[-12:])


def act_as(account_id: str) -> None:
    """Sign requests with the keys of an account."""
    SESSION.get_credentials().access_key = access_key(account_id)


def _put_account(store: Store, account_id: str, account: Account) -> None:
    if account.is_hub_enabled:
        hub = Hub(
            hub_arn(account_id, REGION),
            TIME,
            account.auto_enable_controls,
            account.control_finding_generator,
            dict(account.tags),
            tuple(_subscription(name, status) for name, status in account.standards.items()),
        )
        store.put_hub((account_id, REGION), hub, ALWAYS)
    administrator = {account.administrator: ENABLED} if account.administrator else {}
    for administrator_id, status in {**account.invitations, **administrator}.items():
        _put_member(store, administrator_id, Member(account_id, status, TIME, invitation_id="1"))
    if account.has_members:
        _put_member(store, account_id, Member("123123123123", ENABLED, TIME))


def _put_entry(store: Store, account_id: str, entry: Entry) -> None:
    if entry.organization:
        store.organization_accounts.add(account_id)
    invited_at = None if entry.organization or entry.status == CREATED else TIME
    invitation = "1" if entry.invited else None
    member = Member(account_id, entry.status, TIME, entry.email, invited_at, invitation, entry.organization)
    _put_member(store, ADMINISTRATOR, member)
    if entry.accepted:
        _put_member(store, ADMINISTRATOR, replace(member, status=ENABLED), clock.monotonic())


def _put_member(store: Store, administrator_id: str, member: Member, when: float = ALWAYS) -> None:
    store.put_member((administrator_id, REGION), member.account_id, member, when)


def _subscription(name: str, status: str) -> Subscription:
    arn, soon = standards_arn(name, REGION), clock.monotonic() + MOMENT
    if status == PENDING:
        return Subscription(arn, soon)
    return Subscription(arn, gone_at=soon) if status == DELETING else Subscription(arn, status=status)


def _record(params: dict[str, Any], model: Any, **_more: Any) -> None:
    """Note each write that is sent: operation, caller, the accounts that it names."""
    if not model.name.startswith(READ_PREFIXES):
        named = params.get("AccountIds") or [row["AccountId"] for row in params.get("AccountDetails", [])]
        Region.active.writes.append((model.name, acting(), tuple(named)))


SDK.meta.events.register("provide-client-params", _record)
