# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""How to call Security Hub: the client of a Region, reads with retries, writes that are sent once, pages, batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    Mapping,
    Optional,
    Sequence,
    TypeVar,
)

from ..errors import (
    EXPIRED_CODES,
    NO_REASON,
    RegionResult,
    SecurityHubError,
    printable,
)
from .retry import READ_ATTEMPTS, read_with_retries, send_once, unexpected_error

T = TypeVar("T")

# AccountDetailsList allows 50. AccountIdList has no documented maximum, but 50 is what every list has been seen to
# take.
BATCH_SIZE = 50


@dataclass(frozen=True)
class RegionClient:
    """How to call a service in one Region: Security Hub, STS or EC2.

    ``sdk`` is the botocore client, which sends each request once. ``read_attempts`` is how often a read is tried at
    most. ``renew`` gets new credentials after the service found them expired, and returns whether there are any.
    ``account_id`` returns whose credentials sign its requests, None if that can't be found out.
    """

    region: str
    sdk: Any
    read_attempts: int = READ_ATTEMPTS
    renew: Callable[[], bool] = lambda: False
    account_id: Callable[[], Optional[str]] = lambda: None


def read_or_error(read: Callable[[], Sequence[T]]) -> RegionResult[Sequence[T]]:
    """Read, and return a failure as a value."""
    try:
        return RegionResult(read())
    except SecurityHubError as error:
        return RegionResult([], error)


def batches(items: Sequence[T], size: int = BATCH_SIZE) -> Iterator[Sequence[T]]:
    """Cut a list into pieces that one call may carry."""
    return (items[start : start + size] for start in range(0, len(items), size))


def call_with_retries(
    client: RegionClient, operation: str, send: Callable[[], T], account_ids: Sequence[str] = ()
) -> T:
    """Send a read, with retries."""
    return read_with_retries(lambda: call_once(client, operation, send, account_ids), client.read_attempts)


def call_once(client: RegionClient, operation: str, send: Callable[[], T], account_ids: Sequence[str] = ()) -> T:
    """Send a request once; once more with new credentials where the service found them expired, and did nothing."""
    try:
        return send_once(send, operation, client.region, account_ids)
    except SecurityHubError as error:
        if error.error_code not in EXPIRED_CODES or not client.renew():
            raise
        return send_once(send, operation, client.region, account_ids)


def list_pages(
    client: RegionClient, operation: str, method: Callable[..., Any], **parameters: Any
) -> Iterator[Mapping[str, Any]]:
    """Yield the pages of a list. Not by botocore's paginator: that begins anew where one page has to be retried."""
    token: Dict[str, str] = {}
    while True:
        request = {"MaxResults": BATCH_SIZE, **parameters, **token}
        page = call_with_retries(client, operation, lambda request=request: dict(method(**request)))  # type: ignore[misc]
        yield page
        following = {"NextToken": page["NextToken"]} if page.get("NextToken") else {}
        if not following:
            return
        if following == token:
            raise unexpected_error(ValueError("NextToken is repeated"), operation, client.region)
        token = following


def write_accounts(
    client: RegionClient, operation: str, method: Callable[..., Any], account_ids: Sequence[str]
) -> Dict[str, str]:
    return call_once(client, operation, lambda: unprocessed_accounts(method(AccountIds=list(account_ids))), account_ids)


def unprocessed_accounts(response: Mapping[str, Any]) -> Dict[str, str]:
    """Return {account_id: ProcessingResult}; the service gives no code for it."""
    results: Iterable[Mapping[str, str]] = response.get("UnprocessedAccounts", [])
    return {result["AccountId"]: printable(result.get("ProcessingResult") or "") or NO_REASON for result in results}
