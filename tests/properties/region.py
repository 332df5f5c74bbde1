# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pure model of Security Hub in one Region: dictionaries that behave as AWS documents, behind the SDK's methods.

It has no network, no faults and no delays but those of the service itself. Every account of it is called through the
same object; `caller` says whose credentials are used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.tests.unit.scripted import error
from properties.account_services import AccountServices

REGION = "eu-west-1"
ADMINISTRATOR, OTHER_ADMINISTRATOR = "999988887777", "777766665555"
TIME = datetime(2026, 1, 31, 8, 15, 30, tzinfo=UTC)

NOT_FOUND = "The request is rejected since no such resource found."
ALREADY_MEMBER = "The request is rejected because the given account ID is already a member of the current account."
ALREADY_INVITED = "The request is rejected because the current account has already invited the given account ID."
STILL_ASSOCIATED = "The request is rejected because the given account ID is still associated to it."
ORGANIZATION = "The request is rejected because the account belongs to the organization."
OWN_ACCOUNT_INVITED = "The request is rejected because the current account cannot invite itself."
OWN_ACCOUNT_CREATED = "The request is rejected because an account cannot become a member of itself."
REFUSED = "The request is rejected."


@dataclass
class Entry:
    """An entry of the administrator's member list. An account of the organization is a member without an invitation."""

    status: str
    is_invited: bool = True
    email: str | None = None

    @property
    def is_of_organization(self) -> bool:
        return not self.is_invited and self.status in ("Enabled", "Removed")


@dataclass
class Account(AccountServices):
    """What an account has itself: its hub, its administrator, invitations {administrator: status}, own members."""

    administrator: str | None = None
    invitations: dict[str, str] = field(default_factory=dict)
    has_members: bool = False

    def join(self, administrator_id: str) -> None:
        """Become a member, with Security Hub enabled."""
        self.is_hub_enabled, self.administrator = True, administrator_id


class Region:
    """Security Hub of all accounts in one Region.

    :param entries: the administrator's member list
    :param accounts: the member accounts; one that is not named has Security Hub disabled
    :param unreadable: accounts that GetMembers refuses to look up, and ListMembers is denied
    """

    def __init__(
        self, entries: dict[str, Entry], accounts: dict[str, Account] | None = None, unreadable: Iterable[str] = ()
    ) -> None:
        self.entries = entries
        self.accounts = {ADMINISTRATOR: Account(), **(accounts or {})}
        self.unreadable = frozenset(unreadable)
        self.caller = ADMINISTRATOR
        self.writes: list[tuple[str, tuple[str, ...]]] = []

    def __repr__(self) -> str:
        return f"Region({self.entries}, {self.accounts}, {sorted(self.unreadable)})"

    @property
    def client(self) -> RegionClient:
        """What the functions of `api` take."""
        return RegionClient(REGION, self, read_attempts=1, account_id=lambda: ADMINISTRATOR)

    def statuses(self) -> dict[str, str]:
        """The administrator's member list."""
        return {account_id: entry.status for account_id, entry in self.entries.items()}

    def account(self, account_id: str = "") -> Account:
        """An account, the caller's if none is named."""
        return self.accounts.setdefault(account_id or self.caller, Account(is_hub_enabled=False))

    def __getattr__(self, operation: str) -> Any:
        """The operations of the account itself: its hub and its standards."""
        if operation.startswith("_"):
            raise AttributeError(operation)
        return getattr(self.account(), operation)

    # the administrator's side

    def get_members(self, **request: Any) -> dict[str, Any]:
        self.account().require_hub(self.caller)
        found = [each for each in request["AccountIds"] if each in self.entries and each not in self.unreadable]
        left = {each: NOT_FOUND for each in request["AccountIds"] if each not in self.entries}
        left |= {each: REFUSED for each in request["AccountIds"] if each in self.unreadable}
        rows = [self._entry(each) for each in found]
        for account_id in found:
            self._catch_up(account_id)
        return {"Members": rows, **unprocessed(left)}

    def _catch_up(self, account_id: str) -> None:
        """What a member did some time before the first look is shown from the second one on."""
        entry = self.entries[account_id]
        if entry.status == "Invited" and self.account(account_id).administrator == ADMINISTRATOR:
            entry.status = "Enabled"

    def list_members(self, **request: Any) -> dict[str, Any]:
        self.account().require_hub(self.caller)
        if self.caller != ADMINISTRATOR:
            own = {"AccountId": "123123123123", "MemberStatus": "Enabled"}
            return {"Members": [own] if self.account().has_members else []}
        if self.unreadable:
            raise error("AccessDeniedException", 403, "User: x is not authorized to perform: securityhub:ListMembers")
        shown = [each for each in self.entries if not request["OnlyAssociated"] or self._is_enabled(each)]
        return {"Members": [self._entry(each) for each in shown]}

    def _is_enabled(self, account_id: str) -> bool:
        return account_id in self.entries and self.entries[account_id].status == "Enabled"

    def _entry(self, account_id: str) -> dict[str, Any]:
        entry = self.entries[account_id]
        row = {"AccountId": account_id, "MemberStatus": entry.status, "AdministratorId": ADMINISTRATOR}
        row |= {"Email": entry.email} if entry.email else {}
        invited = entry.is_invited and entry.status != "Created"
        return {**row, "UpdatedAt": TIME, **({"InvitedAt": TIME} if invited else {})}

    def create_members(self, **request: Any) -> dict[str, Any]:
        emails = {each["AccountId"]: each.get("Email") for each in request["AccountDetails"]}
        self._write("create_members", emails)
        return unprocessed({each: self._create(each, email) for each, email in emails.items()})

    def _create(self, account_id: str, email: str | None) -> str:
        if account_id == ADMINISTRATOR:
            return OWN_ACCOUNT_CREATED
        entry = self.entries.get(account_id)
        if entry and entry.is_of_organization and entry.status == "Removed":
            # An account of the organization becomes a member at once, and gets Security Hub.
            entry.status = "Enabled"
            self.account(account_id).join(ADMINISTRATOR)
            return ""
        if entry and entry.status != "Deleted":
            return ALREADY_MEMBER
        self.entries[account_id] = Entry("Created", email=email)
        return ""

    def invite_members(self, **request: Any) -> dict[str, Any]:
        return self._write_each("invite_members", request["AccountIds"], self._invite)

    def _invite(self, account_id: str) -> str:
        if account_id == ADMINISTRATOR:
            return OWN_ACCOUNT_INVITED
        if account_id not in self.entries or self.entries[account_id].status == "Deleted":
            return NOT_FOUND
        entry = self.entries[account_id]
        if entry.is_of_organization:
            return ORGANIZATION
        if entry.status in ("Invited", "Enabled"):
            return ALREADY_INVITED
        if entry.status not in ("Created", "Removed", "Resigned"):
            return REFUSED
        entry.status, entry.is_invited = "Invited", True
        self.account(account_id).invitations[ADMINISTRATOR] = "Invited"
        return ""

    def disassociate_members(self, **request: Any) -> dict[str, Any]:
        self._write("disassociate_members", request["AccountIds"])
        for account_id in filter(self._is_enabled, request["AccountIds"]):
            self.entries[account_id].status = "Removed"
            self.account(account_id).administrator = None
        return {}  # this operation names no unprocessed accounts

    def delete_members(self, **request: Any) -> dict[str, Any]:
        return self._write_each("delete_members", request["AccountIds"], self._delete)

    def _delete(self, account_id: str) -> str:
        if account_id not in self.entries:
            return NOT_FOUND
        if self._is_enabled(account_id):
            return STILL_ASSOCIATED
        if self.entries[account_id].is_of_organization:
            return ORGANIZATION
        del self.entries[account_id]
        return ""

    def _write_each(self, operation: str, account_ids: list[str], work: Any) -> dict[str, Any]:
        self._write(operation, account_ids)
        return unprocessed({each: work(each) for each in account_ids})

    def _write(self, operation: str, account_ids: Iterable[str]) -> None:
        self.account().require_hub(self.caller)
        self.writes.append((operation, tuple(account_ids)))

    # the member's side

    def get_administrator_account(self) -> dict[str, Any]:
        self.account().require_hub(self.caller)
        administrator = self.account().administrator
        return {"Administrator": {"AccountId": administrator, "MemberStatus": "Enabled"}} if administrator else {}

    def list_invitations(self, **_request: Any) -> dict[str, Any]:
        self.account().require_hub(self.caller)
        found = self.account().invitations.items()
        return {
            "Invitations": [{"AccountId": each, "InvitationId": "1", "MemberStatus": status} for each, status in found]
        }

    def accept_administrator_invitation(self, **request: Any) -> None:
        self._write("accept_administrator_invitation", [self.caller])
        account, administrator = self.account(), request["AdministratorId"]
        if account.administrator or account.has_members:
            raise error("InvalidInputException", 400, REFUSED)
        if account.invitations.get(administrator) not in ("Invited", "Resigned"):
            raise error("ResourceNotFoundException", 404, NOT_FOUND)
        account.administrator = administrator
        del account.invitations[administrator]
        self._list_shows("Enabled", administrator)

    def decline_invitations(self, **request: Any) -> dict[str, Any]:
        self._write("decline_invitations", [self.caller])
        (administrator,) = request["AccountIds"]
        if self.account().invitations.get(administrator) != "Invited":
            return unprocessed({administrator: NOT_FOUND})
        self.account().invitations[administrator] = "Resigned"
        self._list_shows("Resigned", administrator)
        return unprocessed({})

    def delete_invitations(self, **request: Any) -> dict[str, Any]:
        self._write("delete_invitations", [self.caller])
        (administrator,) = request["AccountIds"]
        if self.account().invitations.get(administrator) in (None, "Invited"):
            return unprocessed({administrator: REFUSED})
        del self.account().invitations[administrator]
        return unprocessed({})

    def disassociate_from_administrator_account(self) -> None:
        self._write("disassociate_from_administrator_account", [self.caller])
        administrator = self.account().administrator
        if administrator is None:
            raise error("ResourceNotFoundException", 404, NOT_FOUND)
        self.account().administrator = None
        self.account().invitations[administrator] = "Resigned"
        self._list_shows("Resigned", administrator)

    def _list_shows(self, status: str, administrator: str) -> None:
        if administrator == ADMINISTRATOR and self.caller in self.entries:
            self.entries[self.caller].status = status


def unprocessed(messages: dict[str, str]) -> dict[str, Any]:
    """UnprocessedAccounts of a response: those with a message."""
    rows = [{"AccountId": each, "ProcessingResult": message} for each, message in messages.items() if message]
    return {"UnprocessedAccounts": rows}
