# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a member does with invitations and with its administrator.

AccountIds are administrators' ids here, as the user guide has it; the API's model says otherwise of DeclineInvitations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .calls import (
    Answer,
    Call,
    Parameters,
    check_ids,
    each_account,
    need_hub,
    operation,
    page,
    spelled,
    split_batch,
    timestamp,
)
from .errors import Unprocessed, invalid_input, not_found
from .model import ENABLED, INVITED, RESIGNED, Member

REJECTED = "The request is rejected because"


@operation("ListInvitations")
def list_invitations(call: Call, parameters: Parameters) -> Answer:
    """Every invitation that has not been deleted, whatever became of it."""
    need_hub(call)
    rows = [_invitation_row(call, *invitation) for invitation in call.seen.invitations(call.place)]
    invitations, token = page(call, rows, parameters)
    return {"Invitations": invitations, "NextToken": token}


@operation("GetInvitationsCount")
def get_invitations_count(call: Call, _parameters: Parameters) -> Answer:
    """How many invitations there are, not counting the accepted one (the API's model says so)."""
    need_hub(call)
    invitations = call.seen.invitations(call.place)
    return {"InvitationsCount": sum(member.status != ENABLED for _inviter, member in invitations)}


def _invitation_row(call: Call, administrator_id: str, member: Member) -> Answer:
    return {
        "AccountId": administrator_id,
        "InvitationId": member.invitation_id,
        "InvitedAt": member.invited_at,
        "MemberStatus": spelled(call, member.status),
    }


@operation("AcceptAdministratorInvitation")
def accept_administrator_invitation(call: Call, parameters: Parameters) -> Answer:
    """Become a member of the administrator whose invitation it is."""
    return _accept(call, parameters["AdministratorId"], parameters["InvitationId"])


@operation("AcceptInvitation")
def accept_invitation(call: Call, parameters: Parameters) -> Answer:
    """The legacy twin, which published clients still call."""
    return _accept(call, parameters["MasterId"], parameters["InvitationId"])


def _accept(call: Call, administrator_id: str, invitation_id: str) -> Answer:
    need_hub(call)
    check_ids([administrator_id])
    if call.truth.administrator(call.place):
        raise invalid_input(
            f"{REJECTED} the current account is already an associated member of a {call.inviter_word} account."
        )
    if any(member.status == ENABLED for _key, member in call.truth.members(call.place)):
        raise invalid_input(f"{REJECTED} the current account has enabled members of its own.")
    member = _invitation(call, administrator_id)
    # "You can accept the invitation again" after having left, says the user guide; not after having been removed.
    if member is None or member.invitation_id != invitation_id or member.status not in (INVITED, RESIGNED):
        raise not_found()
    call.put_member(administrator_id, call.account_id, replace(member, status=ENABLED, updated_at=timestamp()))
    return {}


def _invitation(call: Call, administrator_id: str) -> Member | None:
    return dict(call.truth.invitations(call.place)).get(administrator_id)


@operation("GetAdministratorAccount")
def get_administrator_account(call: Call, _parameters: Parameters) -> Answer:
    """The administrator that the caller is associated with; an empty answer where there is none."""
    return _administrator(call, "Administrator")


@operation("GetMasterAccount")
def get_master_account(call: Call, _parameters: Parameters) -> Answer:
    """The legacy twin of GetAdministratorAccount."""
    return _administrator(call, "Master")


def _administrator(call: Call, key: str) -> Answer:
    need_hub(call)
    administrator = call.seen.administrator(call.place)
    return {key: _invitation_row(call, *administrator)} if administrator else {}


@operation("DisassociateFromAdministratorAccount", "DisassociateFromMasterAccount")
def disassociate_from_administrator(call: Call, _parameters: Parameters) -> Answer:
    """Leave the administrator, which then sees Resigned. Accounts of the organization cannot (the API's model)."""
    need_hub(call)
    administrator = call.truth.administrator(call.place)
    if administrator is None:
        raise not_found(f"{REJECTED} the current account is not associated to any {call.inviter_word} account.")
    administrator_id, member = administrator
    if member.organization:
        raise invalid_input(f"{REJECTED} an organization account cannot disassociate itself.")
    call.put_member(administrator_id, call.account_id, replace(member, status=RESIGNED, updated_at=timestamp()))
    return {}


@operation("DeclineInvitations")
def decline_invitations(call: Call, parameters: Parameters) -> Answer:
    """Say no to administrators, who then see Resigned."""

    def decline(administrator_id: str, member: Member) -> None:
        if member.status != INVITED:
            raise Unprocessed(f"{REJECTED} the invitation of the given account ID is not pending.")
        declined = replace(member, status=RESIGNED, updated_at=timestamp())
        call.put_member(administrator_id, call.account_id, declined)

    return _each_invitation(call, parameters["AccountIds"], decline)


@operation("DeleteInvitations")
def delete_invitations(call: Call, parameters: Parameters) -> Answer:
    """Delete invitations on the member's side; the administrator's list stays as it is."""

    def delete(administrator_id: str, member: Member) -> None:
        if member.status in (ENABLED, INVITED):
            raise Unprocessed(
                f"{REJECTED} the current account cannot delete the invitation of the given account ID "
                f"({administrator_id}) since it is still associated or has not declined yet."
            )
        call.put_member(administrator_id, call.account_id, replace(member, invitation_id=None))

    return _each_invitation(call, parameters["AccountIds"], delete)


def _each_invitation(call: Call, administrator_ids: list[str], act: Callable[[str, Member], None]) -> Answer:
    need_hub(call)
    administrator_ids, rows = split_batch(call, administrator_ids)
    check_ids(administrator_ids)

    def act_on(administrator_id: str) -> None:
        member = _invitation(call, administrator_id)
        if member is None:
            raise Unprocessed(f"{REJECTED} no invitation of the given account ID has been found.")
        act(administrator_id, member)

    rows += each_account(call, administrator_ids, act_on)
    return {"UnprocessedAccounts": rows}
