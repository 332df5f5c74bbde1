# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an administrator does with its member list. Where a fact is unknown, a switch decides (switches.py)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from .calls import (
    Answer,
    Call,
    Parameters,
    check_ids,
    each_account,
    need_hub,
    operation,
    page,
    refuse_by_fault,
    spelled,
    split_batch,
    timestamp,
    unprocessed,
)
from .errors import NO_SUCH_RESOURCE, ServiceError, Unprocessed, invalid_input, limit_exceeded, not_found
from .hubs import enabled_standards, new_hub
from .model import CREATED, DELETED, ENABLED, INVITED, REMOVED, RESIGNED, SUSPENDED, Member

REJECTED = "The request is rejected because"
ALREADY_MEMBER = f"{REJECTED} the given account ID is already a member or associated member of the current account."
ORGANIZATION = f"{REJECTED} the given account ID is an organization account and does not receive invitations."


def new_invitation_id() -> str:
    """An id as the service makes them: 32 hexadecimal digits."""
    return uuid.uuid4().hex


@operation("CreateMembers")
def create_members(call: Call, parameters: Parameters) -> Answer:
    """Add accounts: Created, or Enabled at once when they belong to the organization."""
    need_hub(call)
    details = parameters["AccountDetails"]
    emails = {row["AccountId"]: row.get("Email") for row in reversed(details)}
    account_ids, rows = split_batch(call, [row["AccountId"] for row in details])
    check_ids(account_ids)
    _check_own_id(call, account_ids)
    rows += each_account(call, account_ids, lambda account_id: _create(call, account_id, emails[account_id]))
    return {"UnprocessedAccounts": rows}


def _create(call: Call, account_id: str, email: str | None) -> None:
    if account_id == call.account_id:
        raise Unprocessed(f"{REJECTED} an account cannot become a member of itself.")
    organization = account_id in call.store.organization_accounts
    listed = call.truth.member(call.place, account_id)
    again = listed is not None and (listed.status == DELETED or (organization and listed.status == REMOVED))
    if listed is not None and not again:
        raise Unprocessed(ALREADY_MEMBER)
    if not organization:
        call.put_member(call.account_id, account_id, Member(account_id, CREATED, timestamp(), email=email))
        return
    _refuse_associated(call, account_id)
    # The organization's accounts have no email in the API, and Security Hub is turned on in them.
    call.put_member(call.account_id, account_id, Member(account_id, ENABLED, timestamp(), organization=True))
    if call.truth.hub((account_id, call.region)) is None:
        call.put_hub(account_id, new_hub(account_id, call.region, enabled_standards(call)))


@operation("InviteMembers")
def invite_members(call: Call, parameters: Parameters) -> Answer:
    """Send invitations to accounts of the member list."""
    need_hub(call)
    account_ids, rows = split_batch(call, parameters["AccountIds"])
    check_ids(account_ids)
    _check_invitable(call, account_ids)
    _count_invited(call, account_ids)
    quota = _Quota(call, account_ids)

    def invite(account_id: str) -> None:
        member = _invitable(call, account_id)
        quota.take()
        now = timestamp()
        changed = replace(member, status=INVITED, invited_at=now, updated_at=now, invitation_id=new_invitation_id())
        call.put_member(call.account_id, account_id, changed)
        call.counts.invitation(*call.place, account_id)

    rows += each_account(call, account_ids, invite)
    return {"UnprocessedAccounts": rows}


def _count_invited(call: Call, account_ids: list[str]) -> None:
    """Count the accounts that have been invited already."""
    for account_id in dict.fromkeys(account_ids):
        member = call.truth.member(call.place, account_id)
        if member is not None and member.status in (INVITED, ENABLED):
            call.counts.invited_again(*call.place, account_id)


def _check_own_id(call: Call, account_ids: list[str]) -> None:
    if call.account_id in account_ids and call.switches["own_id"] == "invalid_input":
        raise invalid_input(f"Invalid parameter: AccountIds has the caller's own account: {call.account_id}")


def _check_invitable(call: Call, account_ids: list[str]) -> None:
    """Refuse the whole call before any work, where the switches say so."""
    _check_own_id(call, account_ids)
    organization = call.store.organization_accounts.intersection(account_ids)
    if organization and call.switches["invite_organization"] == "invalid_input":
        raise invalid_input(ORGANIZATION)
    if call.switches["invite_non_member"] == "not_found":
        for account_id in account_ids:
            member = call.truth.member(call.place, account_id)
            if account_id != call.account_id and (member is None or member.status == DELETED):
                raise not_found()


def _invitable(call: Call, account_id: str) -> Member:
    """The record of an account that may be invited now; Unprocessed with the service's words otherwise."""
    if account_id == call.account_id:
        raise Unprocessed(f"{REJECTED} the current account cannot invite itself.")
    if account_id in call.store.organization_accounts:
        raise Unprocessed(ORGANIZATION)
    member = call.truth.member(call.place, account_id)
    if member is None or member.status == DELETED:
        raise Unprocessed(f"{REJECTED} the given account ID is not a member of the current account.")
    if call.truth.administrator(call.place):
        raise Unprocessed(
            f"{REJECTED} the current account cannot invite other accounts since it is "
            f"already an associated member of another {call.inviter_word} account."
        )
    resigned_stays = call.switches["invite_resigned"] == "already_invited"
    if member.status in (INVITED, ENABLED) or (member.status == RESIGNED and resigned_stays):
        raise Unprocessed(
            f"{REJECTED} the current account has already invited or is already the SecurityHub "
            f"{call.inviter_word} of the given member account ({account_id})."
        )
    if call.switches["invite_associated"] == "unprocessed":
        _refuse_associated(call, account_id)
    if member.status == SUSPENDED:
        raise Unprocessed(f"{REJECTED} the given account ID is suspended.")
    if member.status not in (CREATED, REMOVED, RESIGNED):
        raise Unprocessed(f"{REJECTED} of the given account's current member status.")
    return member


def _refuse_associated(call: Call, account_id: str) -> None:
    administrator = call.truth.administrator((account_id, call.region))
    if administrator and administrator[0] != call.account_id:
        raise Unprocessed(
            f"{REJECTED} the given account ID is already an associated member of another {call.inviter_word} account."
        )


class _Quota:
    """The fault quota: how many invitations may be outstanding. Without the fault there is no limit."""

    def __init__(self, call: Call, account_ids: list[str]) -> None:
        self._call = call
        self._left: int | None = None
        if call.acting.kind != "quota":
            return
        self._limit = call.acting.parameter("limit")
        outstanding = sum(member.status == INVITED for _key, member in call.truth.members(call.place))
        self._left = self._limit - outstanding
        if not call.acting.parameter("per_account") and self._wanted(account_ids) > self._left:
            call.faulted = True
            raise limit_exceeded(self._message)

    @property
    def _message(self) -> str:
        return f"{REJECTED} the maximum number of outstanding invitations ({self._limit}) has been reached."

    def _wanted(self, account_ids: list[str]) -> int:
        wanted = 0
        for account_id in set(account_ids):
            try:
                _invitable(self._call, account_id)
            except Unprocessed:
                continue
            wanted += 1
        return wanted

    def take(self) -> None:
        """One more invitation; Unprocessed when that is too many."""
        if self._left is None:
            return
        if self._left <= 0:
            self._call.faulted = True
            raise Unprocessed(self._message)
        self._left -= 1


@operation("GetMembers")
def get_members(call: Call, parameters: Parameters) -> Answer:
    """The named accounts of the member list; what happens to others is a switch."""
    need_hub(call)
    account_ids, rows = split_batch(call, parameters["AccountIds"])
    check_ids(account_ids)
    members: list[Answer] = []

    def get(account_id: str) -> None:
        member = call.seen.member(call.place, account_id)
        if member is None:
            _unknown_member(call)
            return
        refuse_by_fault(call, account_id)
        members.append(_member_row(call, member))

    for account_id in dict.fromkeys(account_ids):
        try:
            get(account_id)
        except Unprocessed as refusal:
            rows.append(unprocessed(account_id, str(refusal)))
    return {"Members": members, "UnprocessedAccounts": rows}


def _unknown_member(call: Call) -> None:
    answer = call.switches["get_members_unknown"]
    if answer == "not_found":
        raise not_found()
    if answer == "bad_request":
        raise ServiceError("BadRequestException", 400, NO_SUCH_RESOURCE)
    if answer == "access_denied":
        raise ServiceError("AccessDeniedException", 403, NO_SUCH_RESOURCE)
    if answer == "unprocessed":
        raise Unprocessed(NO_SUCH_RESOURCE)


@operation("ListMembers")
def list_members(call: Call, parameters: Parameters) -> Answer:
    """The member list, by default only the associated, which are the Enabled, accounts."""
    need_hub(call)
    only_associated = parameters.get("OnlyAssociated", True)
    rows = [
        _member_row(call, member)
        for _key, member in call.seen.members(call.place)
        if member.status == ENABLED or not only_associated
    ]
    members, token = page(call, rows, parameters)
    return {"Members": members, "NextToken": token}


def _member_row(call: Call, member: Member) -> dict[str, Any]:
    return {
        "AccountId": member.account_id,
        "Email": member.email,
        "MasterId": call.account_id,
        "AdministratorId": call.account_id,
        "MemberStatus": spelled(call, member.status),
        "InvitedAt": member.invited_at,
        "UpdatedAt": member.updated_at,
    }


@operation("DisassociateMembers")
def disassociate_members(call: Call, parameters: Parameters) -> Answer:
    """End the association of Enabled members. The reply says nothing, so others stay as they are in silence."""
    need_hub(call)
    account_ids, _surplus = split_batch(call, parameters["AccountIds"])
    check_ids(account_ids)
    if any(call.truth.member(call.place, account_id) is None for account_id in account_ids):
        raise not_found()
    each_account(call, account_ids, lambda account_id: _disassociate(call, account_id))
    return {}


def _disassociate(call: Call, account_id: str) -> None:
    member = call.truth.member(call.place, account_id)
    if member is not None and member.status == ENABLED:
        call.put_member(call.account_id, account_id, replace(member, status=REMOVED, updated_at=timestamp()))


@operation("DeleteMembers")
def delete_members(call: Call, parameters: Parameters) -> Answer:
    """Strike accounts off the list, and their invitations with them."""
    need_hub(call)
    account_ids, rows = split_batch(call, parameters["AccountIds"])
    check_ids(account_ids)
    rows += each_account(call, account_ids, lambda account_id: _delete(call, account_id))
    return {"UnprocessedAccounts": rows}


def _delete(call: Call, account_id: str) -> None:
    member = call.truth.member(call.place, account_id)
    if member is None:
        raise Unprocessed(NO_SUCH_RESOURCE)
    if account_id in call.store.organization_accounts:
        raise Unprocessed(f"{REJECTED} the given account ID belongs to an organization and cannot be deleted.")
    if member.status == ENABLED:
        raise Unprocessed(
            f"{REJECTED} the current account cannot delete the given member account ({account_id}) "
            "since it is still associated to it."
        )
    call.put_member(call.account_id, account_id, None)
