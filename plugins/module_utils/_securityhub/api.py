# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The calls to Security Hub, one function an operation: replies to records, failures to SecurityHubError."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, Generic, Iterable, Iterator, List, Mapping, Optional, Sequence, TypeVar, Union

from .errors import _THROTTLING_CODES, UNPROCESSED_ACCOUNTS, AwsFailure, Obstacle
from .model import (
    CREATED,
    DEFAULT_AUTO_ENABLE_CONTROLS,
    DEFAULT_CONTROL_FINDING_GENERATOR,
    DELETED,
    INVITED,
    REMOVED,
    RESIGNED,
    Hub,
    Invitation,
    Member,
    Standing,
    by_account,
    canonical_status,
)

try:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        HTTPClientError,
        ProxyConnectionError,
    )
except ImportError:
    pass  # AnsibleAWSModule reports it

Found = TypeVar("Found")
State = TypeVar("State")

# AccountDetailsList allows 50. AccountIdList has no documented maximum, but 50 is what every list has been seen to
# take.
BATCH_SIZE = 50
# An administrator in one of these relationships administers nothing.
_NOT_ASSOCIATED = frozenset([CREATED, INVITED, REMOVED, RESIGNED, DELETED])
_NO_REASON = "The service gave no reason."


@dataclass(frozen=True)
class Observation:
    """What was read of the member list: each account that was seen (None: not in the list), and what broke it off."""

    members: Dict[str, Optional[Member]]
    failure: Optional[AwsFailure] = None


@dataclass(frozen=True)
class Observed(Generic[Found]):
    """What was read in a Region, as far as it could be."""

    found: Sequence[Found]
    failure: Optional[AwsFailure] = None


def observe(read: Callable[[], Sequence[Found]]) -> Observed[Found]:
    """Read, and keep a failure as a value."""
    try:
        return Observed(read())
    except AwsFailure as failure:
        return Observed([], failure)


def batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut a list into pieces that one call may carry."""
    return (items[start : start + BATCH_SIZE] for start in range(0, len(items), BATCH_SIZE))


def _call(client: Any, operation: str, send: Callable[[], Found], account_ids: Sequence[str] = ()) -> Found:
    """Send a request and read the reply; whatever that raises becomes an AwsFailure, which stops no other Region."""
    try:
        return send()
    except ClientError as error:
        raise _refused(error, operation, client.meta.region_name, account_ids) from error
    except BotoCoreError as error:
        raise _unanswered(error, operation, client.meta.region_name, account_ids) from error
    except Exception as error:
        raise _not_understood(error, operation, client.meta.region_name, account_ids) from error


def _refused(error: Any, operation: str, region: str, account_ids: Sequence[str]) -> AwsFailure:
    code = error.response.get("Error", {}).get("Code", "Unknown")
    text = error.response.get("Error", {}).get("Message") or str(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    throttled = status == 429 or code in _THROTTLING_CODES
    in_doubt = not throttled and (status >= 500 or code == "InternalException")
    return AwsFailure(code, text, operation, region, account_ids, throttled=throttled, in_doubt=in_doubt)


def _unanswered(error: Any, operation: str, region: str, account_ids: Sequence[str]) -> AwsFailure:
    unsent = isinstance(error, (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError))
    in_doubt = isinstance(error, HTTPClientError) and not unsent
    return AwsFailure(
        type(error).__name__, str(error), operation, region, account_ids, unsent=unsent, in_doubt=in_doubt
    )


def _not_understood(error: Exception, operation: str, region: str, account_ids: Sequence[str]) -> AwsFailure:
    """Take in what the SDK lets through: a file of the credentials that can't be read, a reply that is none."""
    sent = not isinstance(error, OSError)
    return AwsFailure(type(error).__name__, str(error), operation, region, account_ids, in_doubt=sent)


def read_members(reader: Any, account_ids: Sequence[str]) -> Observation:
    """Look accounts up in the member list: one GetMembers call for each batch.

    An account that GetMembers doesn't know may be named in UnprocessedAccounts, or make the whole call fail as not
    found; in the second case ListMembers tells who is there.
    """
    seen: Dict[str, Optional[Member]] = {}
    try:
        for batch in batches(account_ids):
            seen.update(_get_members(reader, batch))
    except AwsFailure as failure:
        if not failure.not_found:
            return Observation(seen, failure)
        return _look_up_in_list(reader, account_ids, seen)
    return Observation(seen)


def _get_members(reader: Any, account_ids: Sequence[str]) -> Dict[str, Optional[Member]]:
    def send() -> Dict[str, Member]:
        return by_account(map(_member, reader.get_members(AccountIds=list(account_ids)).get("Members", [])))

    found = _call(reader, "GetMembers", send, account_ids)
    return {account_id: found.get(account_id) for account_id in account_ids}


def _look_up_in_list(reader: Any, account_ids: Sequence[str], seen: Dict[str, Optional[Member]]) -> Observation:
    try:
        listed = by_account(list_members(reader))
    except AwsFailure as failure:
        return Observation(seen, failure)
    return Observation({account_id: listed.get(account_id) for account_id in account_ids})


def list_members(reader: Any) -> List[Member]:
    """Return the whole member list, whatever the status (OnlyAssociated would leave out all but Enabled)."""
    return _list_members(reader, only_associated=False)


def list_enabled_members(reader: Any) -> List[Member]:
    """Return the members that are associated."""
    return _list_members(reader, only_associated=True)


def _list_members(reader: Any, only_associated: bool) -> List[Member]:
    pages = _pages(reader, "list_members", OnlyAssociated=only_associated)
    return _call(reader, "ListMembers", lambda: [_member(entry) for page in pages for entry in page.get("Members", [])])


def _pages(reader: Any, method: str, **parameters: Any) -> Iterable[Mapping[str, Any]]:
    """Prepare a call for each page: they are made while the pages are gone through."""
    pages: Iterable[Mapping[str, Any]] = reader.get_paginator(method).paginate(
        PaginationConfig={"PageSize": BATCH_SIZE}, **parameters
    )
    return pages


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


def create_members(writer: Any, emails: Mapping[str, Optional[str]]) -> Dict[str, str]:
    """Add at most BATCH_SIZE accounts to the member list; return the unprocessed ones with the service's words.

    :param emails: {account id: e-mail address or None}
    """
    details = [{"AccountId": key, "Email": email} if email else {"AccountId": key} for key, email in emails.items()]
    return _call(
        writer, "CreateMembers", lambda: _unprocessed(writer.create_members(AccountDetails=details)), list(emails)
    )


def invite_members(writer: Any, account_ids: Sequence[str]) -> Dict[str, str]:
    """Invite at most BATCH_SIZE accounts; return the unprocessed ones with the service's words."""
    return _call_on(writer, "InviteMembers", writer.invite_members, account_ids)


def disassociate_members(writer: Any, account_ids: Sequence[str]) -> Dict[str, str]:
    """Disassociate at most BATCH_SIZE accounts; the service names no unprocessed ones."""
    return _call_on(writer, "DisassociateMembers", writer.disassociate_members, account_ids)


def delete_members(writer: Any, account_ids: Sequence[str]) -> Dict[str, str]:
    """Delete at most BATCH_SIZE accounts from the list; return the unprocessed ones with the service's words."""
    return _call_on(writer, "DeleteMembers", writer.delete_members, account_ids)


def _call_on(client: Any, operation: str, method: Callable[..., Any], account_ids: Sequence[str]) -> Dict[str, str]:
    return _call(client, operation, lambda: _unprocessed(method(AccountIds=list(account_ids))), account_ids)


def _unprocessed(reply: Mapping[str, Any]) -> Dict[str, str]:
    """Return {account_id: ProcessingResult}; the service gives no code for it."""
    results: Iterable[Mapping[str, str]] = reply.get("UnprocessedAccounts", [])
    return {result["AccountId"]: result.get("ProcessingResult") or _NO_REASON for result in results}


def read_standing(reader: Any, administrator_id: str) -> Standing:
    """Look up where the caller's account stands as a member.

    ListInvitations is only asked where the administrator is another one, or nobody.
    """
    administrator = get_administrator(reader)
    if administrator and administrator.administrator_id == administrator_id:
        return Standing(administrator, administrator)
    return Standing(administrator, find_invitation(reader, administrator_id))


def get_administrator(reader: Any) -> Optional[Invitation]:
    """Return who administers the caller's account now, None for nobody."""
    try:
        found = _call(reader, "GetAdministratorAccount", lambda: _administrator(reader.get_administrator_account()))
    except AwsFailure as failure:
        if failure.not_found:
            return None
        raise
    return found if found and found.member_status not in _NOT_ASSOCIATED else None


def is_hub_on(reader: Any) -> bool:
    """Whether Security Hub is on, by a read that an account makes as a member anyway."""
    try:
        get_administrator(reader)
    except AwsFailure as failure:
        if failure.hub_is_off:
            return False
        raise
    return True


def _administrator(reply: Mapping[str, Any]) -> Optional[Invitation]:
    administrator = reply.get("Administrator") or {}
    return _invitation(administrator) if administrator.get("AccountId") else None


def find_invitation(reader: Any, administrator_id: str) -> Optional[Invitation]:
    """Return the invitation of one administrator, a pending one rather than an older one."""
    found = [invitation for invitation in list_invitations(reader) if invitation.administrator_id == administrator_id]
    pending = [invitation for invitation in found if invitation.member_status == INVITED]
    return next(iter(pending + found), None)


def list_invitations(reader: Any) -> List[Invitation]:
    """Return all invitations to the caller's account, whoever sent them and whatever became of them."""
    pages = _pages(reader, "list_invitations")
    return _call(
        reader,
        "ListInvitations",
        lambda: [_invitation(entry) for page in pages for entry in page.get("Invitations", [])],
    )


def _invitation(entry: Mapping[str, Any]) -> Invitation:
    return Invitation(
        administrator_id=entry["AccountId"],
        member_status=canonical_status(entry.get("MemberStatus", "")),
        invitation_id=entry.get("InvitationId"),
        invited_at=_iso(entry.get("InvitedAt")),
    )


def accept_invitation(writer: Any, invitation: Invitation) -> None:
    """Become a member of the administrator whose invitation it is."""
    ids = {"AdministratorId": invitation.administrator_id, "InvitationId": invitation.invitation_id}
    _call(
        writer,
        "AcceptAdministratorInvitation",
        lambda: writer.accept_administrator_invitation(**ids),
        [invitation.administrator_id],
    )


def decline_invitation(writer: Any, administrator_id: str) -> None:
    """Decline the invitation of an administrator: AccountIds are the administrators' here, says the user guide."""
    _refuse_unprocessed(writer, "DeclineInvitations", writer.decline_invitations, administrator_id)


def delete_invitation(writer: Any, administrator_id: str) -> None:
    """Delete the invitation of an administrator, on the member's side."""
    _refuse_unprocessed(writer, "DeleteInvitations", writer.delete_invitations, administrator_id)


def _refuse_unprocessed(writer: Any, operation: str, method: Callable[..., Any], administrator_id: str) -> None:
    left = _call_on(writer, operation, method, [administrator_id])
    if left:
        words = left.get(administrator_id, _NO_REASON)
        raise AwsFailure(UNPROCESSED_ACCOUNTS, words, operation, writer.meta.region_name, [administrator_id])


def leave_administrator(writer: Any) -> None:
    """End the membership of the caller's account."""
    _call(writer, "DisassociateFromAdministratorAccount", writer.disassociate_from_administrator_account)


def describe_hub(reader: Any) -> Optional[Hub]:
    """Return the hub with its tags, None where Security Hub is off."""
    try:
        hub = _call(reader, "DescribeHub", lambda: _hub(reader.describe_hub()))
        tags = _call(
            reader,
            "ListTagsForResource",
            lambda: dict(reader.list_tags_for_resource(ResourceArn=hub.hub_arn).get("Tags", {})),
        )
    except AwsFailure as failure:
        if failure.hub_is_off or failure.not_found:
            return None
        raise
    return replace(hub, tags=tags)


def _hub(reply: Mapping[str, Any]) -> Hub:
    return Hub(
        hub_arn=reply["HubArn"],
        subscribed_at=reply.get("SubscribedAt"),
        auto_enable_controls=reply.get("AutoEnableControls", DEFAULT_AUTO_ENABLE_CONTROLS),
        control_finding_generator=reply.get("ControlFindingGenerator", DEFAULT_CONTROL_FINDING_GENERATOR),
        tags={},
    )


def enable_hub(writer: Any, parameters: Mapping[str, Any]) -> None:
    """Turn Security Hub on, with parameters of EnableSecurityHub; one that is on by now is left as it is."""
    try:
        _call(writer, "EnableSecurityHub", lambda: writer.enable_security_hub(**parameters))
    except AwsFailure as failure:
        if failure.error_code != "ResourceConflictException":
            raise


def update_hub(writer: Any, settings: Mapping[str, Any]) -> None:
    """Change settings, named as the fields of Hub."""
    names = {"auto_enable_controls": "AutoEnableControls", "control_finding_generator": "ControlFindingGenerator"}
    parameters = {names[key]: value for key, value in settings.items()}
    _call(writer, "UpdateSecurityHubConfiguration", lambda: writer.update_security_hub_configuration(**parameters))


def tag_hub(writer: Any, arn: str, tags: Mapping[str, str]) -> None:
    """Add tags, or change them."""
    _call(writer, "TagResource", lambda: writer.tag_resource(ResourceArn=arn, Tags=dict(tags)))


def untag_hub(writer: Any, arn: str, keys: Sequence[str]) -> None:
    """Remove tags."""
    _call(writer, "UntagResource", lambda: writer.untag_resource(ResourceArn=arn, TagKeys=list(keys)))


def disable_hub(writer: Any) -> None:
    """Turn Security Hub off, if it is not by now."""
    try:
        _call(writer, "DisableSecurityHub", writer.disable_security_hub)
    except AwsFailure as failure:
        if not failure.hub_is_off:
            raise


@dataclass(frozen=True)
class Settled(Generic[State]):
    """How one Region of a module that works on the caller's own account ended, or in check mode would end.

    :param read: whether the state could be read; without it ``before`` and ``after`` say nothing
    """

    before: Optional[State] = None
    after: Optional[State] = None
    changed: bool = False
    failure: Union[AwsFailure, Obstacle, None] = None
    read: bool = True
