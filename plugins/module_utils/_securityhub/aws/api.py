# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The calls to Security Hub, one function an operation: replies to records, failures to SecurityHubError."""

from __future__ import annotations

from dataclasses import replace
from typing import (
    Any,
    Callable,
    Dict,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    TypeVar,
)

from ..errors import (
    DENIED_CODES,
    NO_REASON,
    UNPROCESSED_ACCOUNTS,
    RegionResult,
    SecurityHubError,
    is_not_found_message,
)
from ..model import (
    CREATED,
    DELETED,
    INVITED,
    REMOVED,
    RESIGNED,
    Hub,
    Invitation,
    Member,
    MemberList,
    MemberSide,
    by_account,
    canonical_status,
)
from .calls import (
    RegionClient,
    batches,
    call_once,
    call_with_retries,
    list_pages,
    read_or_error,
    unprocessed_accounts,
    write_accounts,
)

T = TypeVar("T")

# An administrator in one of these relationships administers nothing.
_NOT_ASSOCIATED = frozenset([CREATED, INVITED, REMOVED, RESIGNED, DELETED])


def read_members(client: RegionClient, account_ids: Sequence[str]) -> RegionResult[MemberList]:
    """Look accounts up in the member list: one GetMembers call for each batch.

    GetMembers names an account that is not in the list in UnprocessedAccounts, or refuses the whole call as not found.
    Where its message leaves open whether an account is in the list, ListMembers decides.
    """
    seen = MemberList()
    for batch in batches(account_ids):
        try:
            found = _get_members(client, batch)
        except SecurityHubError as error:
            if not error.is_not_found:
                return RegionResult(MemberList(seen.members), error)
            return _read_from_list(client, account_ids, seen)
        seen.members.update(found.members)
        seen.unreadable.update(found.unreadable)
    return RegionResult(_settle_unreadable(client, seen, account_ids))


def _get_members(client: RegionClient, account_ids: Sequence[str]) -> MemberList:
    def send() -> Tuple[Dict[str, Member], Dict[str, str]]:
        response = client.sdk.get_members(AccountIds=list(account_ids))
        return by_account(map(_member, response.get("Members", []))), unprocessed_accounts(response)

    found, messages = call_with_retries(client, "GetMembers", send, account_ids)
    absent = {account_id: None for account_id, message in messages.items() if is_not_found_message(message)}
    members: Dict[str, Optional[Member]] = {**absent, **found}
    unreadable = {each: messages.get(each, NO_REASON) for each in account_ids if each not in members}
    return MemberList({each: members[each] for each in account_ids if each in members}, unreadable)


def _settle_unreadable(client: RegionClient, seen: MemberList, account_ids: Sequence[str]) -> MemberList:
    """Look up in ListMembers what GetMembers left open; without permission for it, that stays open."""
    if not seen.unreadable:
        return seen
    listed = read_or_error(lambda: list_members(client))
    if listed.error:
        return seen
    by_id = by_account(listed.value)
    known = {each: seen.members[each] if each in seen.members else by_id.get(each) for each in account_ids}
    return MemberList(known)


def _read_from_list(client: RegionClient, account_ids: Sequence[str], seen: MemberList) -> RegionResult[MemberList]:
    listed = read_or_error(lambda: list_members(client))
    if listed.error:
        return RegionResult(MemberList(seen.members), listed.error)
    by_id = by_account(listed.value)
    return RegionResult(MemberList({account_id: by_id.get(account_id) for account_id in account_ids}))


def unreadable_error(client: RegionClient, read: MemberList) -> Optional[SecurityHubError]:
    """Return the failure that accounts could not be looked up, with the message of the first; None if all could."""
    account_ids = list(read.unreadable)
    if not account_ids:
        return None
    message = read.unreadable[account_ids[0]]
    return SecurityHubError(UNPROCESSED_ACCOUNTS, message, "GetMembers", client.region, account_ids)


def list_members(client: RegionClient) -> List[Member]:
    """Return the whole member list, whatever the status (OnlyAssociated would leave out all but Enabled)."""
    pages = list_pages(client, "ListMembers", client.sdk.list_members, OnlyAssociated=False)
    return [_member(entry) for page in pages for entry in page.get("Members", [])]


def has_enabled_members(client: RegionClient) -> bool:
    """Whether the caller's account has associated members, by one page of its member list."""
    parameters = {"OnlyAssociated": True, "MaxResults": 1}
    return call_with_retries(client, "ListMembers", lambda: bool(client.sdk.list_members(**parameters).get("Members")))


def _member(entry: Mapping[str, Any]) -> Member:
    return Member(
        account_id=entry["AccountId"],
        member_status=canonical_status(entry.get("MemberStatus", "")),
        email=entry.get("Email") or None,
        administrator_id=entry.get("AdministratorId") or entry.get("MasterId"),
        invited_at=_iso(entry.get("InvitedAt")),
        updated_at=_iso(entry.get("UpdatedAt")),
    )


def _iso(time: Any) -> Optional[str]:
    return time.isoformat() if time else None


def create_members(client: RegionClient, emails: Mapping[str, Optional[str]]) -> Dict[str, str]:
    """Add at most BATCH_SIZE accounts to the member list; return {account id: message} of the unprocessed ones.

    :param emails: {account id: e-mail address or None}
    """
    details = [{"AccountId": key, "Email": email} if email else {"AccountId": key} for key, email in emails.items()]
    return call_once(
        client,
        "CreateMembers",
        lambda: unprocessed_accounts(client.sdk.create_members(AccountDetails=details)),
        list(emails),
    )


def invite_members(client: RegionClient, account_ids: Sequence[str]) -> Dict[str, str]:
    """Invite at most BATCH_SIZE accounts; return {account id: message} of the unprocessed ones."""
    return write_accounts(client, "InviteMembers", client.sdk.invite_members, account_ids)


def disassociate_members(client: RegionClient, account_ids: Sequence[str]) -> Dict[str, str]:
    """Disassociate at most BATCH_SIZE accounts; the service names no unprocessed ones."""
    return write_accounts(client, "DisassociateMembers", client.sdk.disassociate_members, account_ids)


def delete_members(client: RegionClient, account_ids: Sequence[str]) -> Dict[str, str]:
    """Delete at most BATCH_SIZE accounts from the list; return {account id: message} of the unprocessed ones."""
    return write_accounts(client, "DeleteMembers", client.sdk.delete_members, account_ids)


def read_member_side(client: RegionClient, administrator_id: str, to_accept: bool) -> MemberSide:
    """Look up what the caller's account sees of an administrator.

    :param to_accept: whether the invitation is to be accepted, so that it matters whether the account has members
    """
    administrator = get_administrator(client)
    if administrator and administrator.administrator_id == administrator_id:
        return MemberSide(administrator, administrator)
    invitation = find_invitation(client, administrator_id)
    looks_on = to_accept and invitation is not None and administrator is None
    return MemberSide(administrator, invitation, looks_on and has_visible_members(client))


def has_visible_members(client: RegionClient) -> bool:
    """Whether the caller's account has enabled members; without permission to list them, that stays open."""
    try:
        return has_enabled_members(client)
    except SecurityHubError as error:
        if error.error_code in DENIED_CODES:
            return False
        raise


def get_administrator(client: RegionClient) -> Optional[Invitation]:
    """Return the administrator that the caller's account is associated with, None for none."""
    try:
        found = call_with_retries(
            client, "GetAdministratorAccount", lambda: _administrator(client.sdk.get_administrator_account())
        )
    except SecurityHubError as error:
        if error.is_not_found:
            return None
        raise
    return found if found and found.member_status not in _NOT_ASSOCIATED else None


def is_hub_enabled(client: RegionClient) -> bool:
    """Whether Security Hub is enabled, by a read that a member account makes anyway."""
    try:
        get_administrator(client)
    except SecurityHubError as error:
        if error.hub_is_disabled:
            return False
        raise
    return True


def _administrator(response: Mapping[str, Any]) -> Optional[Invitation]:
    administrator = response.get("Administrator") or {}
    return _invitation(administrator) if administrator.get("AccountId") else None


def find_invitation(client: RegionClient, administrator_id: str) -> Optional[Invitation]:
    """Return the invitation of one administrator, a pending one rather than an older one."""
    found = [invitation for invitation in list_invitations(client) if invitation.administrator_id == administrator_id]
    pending = [invitation for invitation in found if invitation.member_status == INVITED]
    return next(iter(pending + found), None)


def list_invitations(client: RegionClient) -> List[Invitation]:
    """Return all invitations to the caller's account, whoever sent them and whatever became of them."""
    pages = list_pages(client, "ListInvitations", client.sdk.list_invitations)
    return [_invitation(entry) for page in pages for entry in page.get("Invitations", [])]


def _invitation(entry: Mapping[str, Any]) -> Invitation:
    return Invitation(
        administrator_id=entry["AccountId"],
        member_status=canonical_status(entry.get("MemberStatus", "")),
        invitation_id=entry.get("InvitationId"),
        invited_at=_iso(entry.get("InvitedAt")),
    )


def accept_invitation(client: RegionClient, invitation: Invitation) -> None:
    """Become a member of the administrator whose invitation it is."""
    ids = {"AdministratorId": invitation.administrator_id, "InvitationId": invitation.invitation_id}
    call_once(
        client,
        "AcceptAdministratorInvitation",
        lambda: client.sdk.accept_administrator_invitation(**ids),
        [invitation.administrator_id],
    )


def decline_invitation(client: RegionClient, administrator_id: str) -> None:
    """Decline the invitation of an administrator: AccountIds are administrators here, by the user guide."""
    _refuse_unprocessed(client, "DeclineInvitations", client.sdk.decline_invitations, administrator_id)


def delete_invitation(client: RegionClient, administrator_id: str) -> None:
    """Delete the invitation of an administrator, on the member's side."""
    _refuse_unprocessed(client, "DeleteInvitations", client.sdk.delete_invitations, administrator_id)


def _refuse_unprocessed(
    client: RegionClient, operation: str, method: Callable[..., Any], administrator_id: str
) -> None:
    left = write_accounts(client, operation, method, [administrator_id])
    if left:
        words = left.get(administrator_id, NO_REASON)
        raise SecurityHubError(UNPROCESSED_ACCOUNTS, words, operation, client.region, [administrator_id])


def leave_administrator(client: RegionClient) -> None:
    """End the membership of the caller's account."""
    call_once(client, "DisassociateFromAdministratorAccount", client.sdk.disassociate_from_administrator_account)


def describe_hub(client: RegionClient, with_tags: bool) -> Optional[Hub]:
    """Return the hub, None where Security Hub is not enabled.

    :param with_tags: whether to read the tags too, which needs another permission
    """
    try:
        hub = call_with_retries(client, "DescribeHub", lambda: _hub(client.sdk.describe_hub()))
        return replace(hub, tags=_list_tags(client, str(hub.hub_arn))) if with_tags else hub
    except SecurityHubError as error:
        if error.hub_is_disabled or error.is_not_found:
            return None
        raise


def _list_tags(client: RegionClient, arn: str) -> Dict[str, str]:
    def send() -> Dict[str, str]:
        return dict(client.sdk.list_tags_for_resource(ResourceArn=arn).get("Tags", {}))

    return call_with_retries(client, "ListTagsForResource", send)


def _hub(response: Mapping[str, Any]) -> Hub:
    return Hub(
        hub_arn=response["HubArn"],
        subscribed_at=response.get("SubscribedAt"),
        auto_enable_controls=response.get("AutoEnableControls"),
        control_finding_generator=response.get("ControlFindingGenerator"),
        tags=None,
    )


def enable_hub(client: RegionClient, parameters: Mapping[str, Any]) -> None:
    """Enable Security Hub with parameters of EnableSecurityHub."""
    call_once(client, "EnableSecurityHub", lambda: client.sdk.enable_security_hub(**parameters))


def update_hub(client: RegionClient, settings: Mapping[str, Any]) -> None:
    """Change settings, named as the fields of Hub."""
    names = {"auto_enable_controls": "AutoEnableControls", "control_finding_generator": "ControlFindingGenerator"}
    parameters = {names[key]: value for key, value in settings.items()}
    call_once(
        client, "UpdateSecurityHubConfiguration", lambda: client.sdk.update_security_hub_configuration(**parameters)
    )


def tag_hub(client: RegionClient, arn: str, tags: Mapping[str, str]) -> None:
    """Add tags, or change them."""
    call_once(client, "TagResource", lambda: client.sdk.tag_resource(ResourceArn=arn, Tags=dict(tags)))


def untag_hub(client: RegionClient, arn: str, keys: Sequence[str]) -> None:
    """Remove tags."""
    call_once(client, "UntagResource", lambda: client.sdk.untag_resource(ResourceArn=arn, TagKeys=list(keys)))


def disable_hub(client: RegionClient) -> None:
    """Disable Security Hub, unless it is disabled by now."""
    try:
        call_once(client, "DisableSecurityHub", client.sdk.disable_security_hub)
    except SecurityHubError as error:
        if not error.hub_is_disabled:
            raise
