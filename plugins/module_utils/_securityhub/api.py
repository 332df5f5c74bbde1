# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The calls to Security Hub, one function each, and what their failures mean.

Functions that read take the reader of a Region (see :mod:`regions`), which repeats a failed call by itself; functions
that write take the writer, which sends every request exactly once: whether a write may be sent again is decided in
:mod:`apply`. Every failure is an :class:`AwsFailure`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence

from .model import Member, by_account, canonical_status

try:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        HTTPClientError,
        ProxyConnectionError,
        SSLError,
    )
except ImportError:
    pass  # AnsibleAWSModule reports it

# AccountDetailsList allows 50. AccountIdList has no documented maximum, but 50 is what every list has been seen to
# take.
BATCH_SIZE = 50

# TooManyRequestsException and LimitExceededException (a quota or a throttle) have been seen from Security Hub; the
# others are AWS's general codes.
_THROTTLING_CODES = frozenset(
    ["LimitExceededException", "TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded"]
)
# GetMembers and DeleteMembers have been seen to say it with other codes than ResourceNotFoundException.
_NOT_FOUND_TEXT = "no such resource found"
_NOT_FOUND_CODES = frozenset(["AccessDeniedException", "BadRequestException"])
_ACCOUNT_ID = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


class AwsFailure(Exception):
    """A call to Security Hub that failed.

    :param error_code: the service's code, or the name of the SDK's exception where no answer came
    :param text: the service's or the SDK's own words
    :param operation: the API operation, such as InviteMembers
    :param region: the Region that was called
    :param account_ids: the accounts that the call was about
    :param throttled: refused for the rate of requests or a quota; nothing was done
    :param unsent: no connection was made; nothing was done
    :param in_doubt: the request went out, and whether it was carried out is not known
    """

    def __init__(
        self,
        error_code: str,
        text: str,
        operation: str,
        region: str,
        account_ids: Sequence[str] = (),
        throttled: bool = False,
        unsent: bool = False,
        in_doubt: bool = False,
    ) -> None:
        super().__init__(f"{operation} failed in {region}: {error_code}: {text}")
        self.error_code = error_code
        self.text = text
        self.operation = operation
        self.region = region
        self.account_ids = tuple(account_ids)
        self.throttled = throttled
        self.unsent = unsent
        self.in_doubt = in_doubt

    @property
    def retryable(self) -> bool:
        """Whether another try may succeed."""
        return self.throttled or self.unsent or self.in_doubt

    @property
    def not_found(self) -> bool:
        """Whether the service says that there is no such member."""
        if self.error_code == "ResourceNotFoundException":
            return True
        return self.error_code in _NOT_FOUND_CODES and _NOT_FOUND_TEXT in self.text.lower()

    @property
    def stale(self) -> bool:
        """Whether the service says that the state is not what it was when it was read."""
        return self.not_found or self.error_code == "ResourceConflictException"

    @property
    def caller_account_id(self) -> Optional[str]:
        """The account that the service names in its words, which is the caller's, None where it names none."""
        found = _ACCOUNT_ID.search(self.text)
        return found.group() if found else None


@dataclass(frozen=True)
class Observation:
    """What was read of the member list: each account that was seen (None: not in the list), and what broke it off."""

    members: Dict[str, Optional[Member]]
    failure: Optional[AwsFailure] = None


def batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut a list into pieces that one call may carry."""
    return (items[start : start + BATCH_SIZE] for start in range(0, len(items), BATCH_SIZE))


def _call(client: Any, operation: str, send: Callable[[], Any], account_ids: Sequence[str] = ()) -> Any:
    """Send a request; whatever the SDK raises becomes an AwsFailure."""
    try:
        return send()
    except ClientError as error:
        raise _refused(error, operation, client.meta.region_name, account_ids) from error
    except BotoCoreError as error:
        raise _unanswered(error, operation, client.meta.region_name, account_ids) from error


def _refused(error: Any, operation: str, region: str, account_ids: Sequence[str]) -> AwsFailure:
    code = error.response.get("Error", {}).get("Code", "Unknown")
    text = error.response.get("Error", {}).get("Message") or str(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    throttled = status == 429 or code in _THROTTLING_CODES
    in_doubt = not throttled and (status >= 500 or code == "InternalException")
    return AwsFailure(code, text, operation, region, account_ids, throttled=throttled, in_doubt=in_doubt)


def _unanswered(error: Any, operation: str, region: str, account_ids: Sequence[str]) -> AwsFailure:
    unsent = isinstance(error, (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError))
    in_doubt = isinstance(error, HTTPClientError) and not unsent and not isinstance(error, SSLError)
    return AwsFailure(
        type(error).__name__, str(error), operation, region, account_ids, unsent=unsent, in_doubt=in_doubt
    )


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
    reply = _call(reader, "GetMembers", lambda: reader.get_members(AccountIds=list(account_ids)), account_ids)
    found = by_account(map(_member, reply.get("Members", [])))
    return {account_id: found.get(account_id) for account_id in account_ids}


def _look_up_in_list(reader: Any, account_ids: Sequence[str], seen: Dict[str, Optional[Member]]) -> Observation:
    try:
        listed = by_account(list_members(reader))
    except AwsFailure as failure:
        return Observation(seen, failure)
    return Observation({account_id: listed.get(account_id) for account_id in account_ids})


def list_members(reader: Any) -> List[Member]:
    """Return the whole member list, whatever the status (OnlyAssociated would leave out all but Enabled)."""
    return [_member(entry) for entry in _pages(reader, "ListMembers", "list_members", "Members", OnlyAssociated=False)]


def _pages(reader: Any, operation: str, method: str, key: str, **parameters: Any) -> List[Mapping[str, Any]]:
    pages = reader.get_paginator(method).paginate(PaginationConfig={"PageSize": BATCH_SIZE}, **parameters)
    return _call(reader, operation, lambda: [entry for page in pages for entry in page.get(key, [])])


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


def invite_members(writer: Any, account_ids: Sequence[str]) -> Dict[str, str]:
    """Invite at most BATCH_SIZE accounts; return the unprocessed ones with the service's words."""
    ids = list(account_ids)
    return _unprocessed(_call(writer, "InviteMembers", lambda: writer.invite_members(AccountIds=ids), ids))


def _unprocessed(reply: Mapping[str, Any]) -> Dict[str, str]:
    """Return {account_id: ProcessingResult}; the service gives no code for it."""
    results: Iterable[Mapping[str, str]] = reply.get("UnprocessedAccounts", [])
    return {result["AccountId"]: result.get("ProcessingResult", "") for result in results}
