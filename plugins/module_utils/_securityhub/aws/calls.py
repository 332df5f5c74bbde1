# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""How the operations in api.py are called: the client of a Region, retried reads, pages, botocore's exceptions."""

from __future__ import annotations

import threading
from collections import defaultdict
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import (
    Any,
    Callable,
    ContextManager,
    Dict,
    Generic,
    Iterable,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Set,
    Tuple,
    TypeVar,
    cast,
)

from ..errors import (
    EXPIRED_CODES,
    NO_REASON,
    SILENCE,
    THROTTLING_CODES,
    UNPROCESSED_ACCOUNTS,
    RegionResult,
    SecurityHubError,
    printable,
)
from ..inputs.account_ids import is_account_id
from .pace import NO_PACE, Pace
from .retry import READ_ATTEMPTS, SILENT_READS, ReadAttempts, Waiter, unexpected_error

try:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        HTTPClientError,
        PaginationError,
        ProxyConnectionError,
    )
except ImportError:
    pass  # AnsibleAWSModule reports it

T = TypeVar("T")
Operation = TypeVar("Operation", bound=Callable[..., Any])
# The rows of a page, and the token of the next one.
Page = Tuple[Sequence[T], Optional[str]]

# AccountDetailsList allows 50. AccountIdList has no documented maximum, but 50 is what every list has been seen to
# take.
BATCH_SIZE = 50
# A list is given up that has more pages than this, or this many pages without a row one after the other.
MAX_PAGES = 1000
MAX_EMPTY_PAGES = 100


@dataclass(frozen=True)
class RegionClient:
    """How to call a service in one Region: Security Hub, STS or EC2.

    ``sdk`` is the botocore client, which sends each request once. ``read_attempts`` is how often a read is tried at
    most, ``silent_reads`` how often if the Region connects and does not respond. ``renew`` gets new credentials after
    the service found them expired, and returns whether there are any. ``account_id`` returns whose credentials sign
    its requests, None if that can't be found out. ``is_silent`` is set while the Region does not respond: then it is
    asked by one read at a time, ``probing``, so that what many accounts ask there is given up soon. ``new_hub`` has the
    pauses while a hub that was just enabled answers as if it were not; without one there are none. ``pace`` keeps the
    limit of the session's account.
    """

    region: str
    sdk: Any
    read_attempts: int = READ_ATTEMPTS
    renew: Callable[[], bool] = lambda: False
    account_id: Callable[[], Optional[str]] = lambda: None
    silent_reads: int = SILENT_READS
    is_silent: threading.Event = field(default_factory=threading.Event, compare=False)
    probing: threading.Lock = field(default_factory=threading.Lock, compare=False)
    new_hub: Optional[Waiter] = None
    pace: Pace = field(default=NO_PACE, compare=False)


def _never(_error: SecurityHubError) -> bool:
    return False


def writes(operation: str, none_if: Callable[[SecurityHubError], bool] = _never) -> Callable[[Operation], Operation]:
    """Make a function, whose body is the call, an operation that is sent once.

    It is sent once more with new credentials where the service found them expired, and did nothing.

    :param none_if: for which failures the operation returns None
    """
    return _operation(operation, none_if, lambda _client, _operation: nullcontext())


def reads(operation: str, none_if: Callable[[SecurityHubError], bool] = _never) -> Callable[[Operation], Operation]:
    """Make a function, whose body is the call, an operation that is sent with retries; otherwise as ``writes``."""
    return _operation(operation, none_if, _read_attempts)


def _operation(
    operation: str,
    none_if: Callable[[SecurityHubError], bool],
    attempts_of: Callable[[RegionClient, str], ContextManager[Optional[ReadAttempts]]],
) -> Callable[[Operation], Operation]:
    def decorate(function: Operation) -> Operation:
        @wraps(function)
        def call(client: RegionClient, *arguments: Any, **parameters: Any) -> Any:
            is_renewed = False
            with attempts_of(client, operation) as attempts:
                while True:
                    sent = client.pace.take()
                    try:
                        response = function(client, *arguments, **parameters)
                        client.pace.responded(sent)
                        return response
                    except Exception as raised:  # noqa: BLE001
                        # Whatever it is: it is a failure of its Region, so that it stops no other.
                        error = as_service_error(raised, operation, client.region, _account_ids(arguments))
                    client.pace.failed(sent, error.throttled)
                    if error.hub_is_disabled and client.new_hub and client.new_hub.sleep():
                        continue
                    if none_if(error):
                        return None
                    if error.error_code in EXPIRED_CODES and not is_renewed and client.renew():
                        is_renewed = True
                    elif not attempts or not attempts.sleep(error):
                        raise error

        return cast(Operation, call)

    return decorate


@contextmanager
def _read_attempts(client: RegionClient, operation: str) -> Iterator[ReadAttempts]:
    """Give the attempts of a read. While the Region does not respond, one read at a time has one, the others none."""
    is_probe = client.is_silent.is_set()
    if is_probe and not client.probing.acquire(blocking=False):
        raise SecurityHubError(SILENCE, "The Region does not respond", operation, client.region)
    try:
        yield ReadAttempts(1 if is_probe else client.read_attempts, client.silent_reads)
        client.is_silent.clear()
    except SecurityHubError as error:
        if error.is_silence:
            client.is_silent.set()
        raise
    finally:
        if is_probe:
            client.probing.release()


def _account_ids(arguments: Sequence[Any]) -> List[str]:
    """Return the accounts that a call is about: the account IDs in its first argument, if that is one, or has some."""
    first = arguments[0] if arguments else ()
    given = [first] if isinstance(first, str) else first
    return [each for each in given if isinstance(each, str) and is_account_id(each)]


def lists(operation: str, size: int = BATCH_SIZE) -> Callable[[Callable[..., Page[T]]], Callable[..., List[T]]]:
    """Make a function, whose body reads one page, an operation that returns the rows of all pages.

    Not by botocore's paginator: a page that fails ends it, and to begin again would read every page once more. Nor
    does it see tokens that alternate, or pages without rows that do not end.
    """

    def decorate(function: Callable[..., Page[T]]) -> Callable[..., List[T]]:
        read = reads(operation)(function)

        @wraps(function)
        def read_all(client: RegionClient, **request: Any) -> List[T]:
            rows: List[T] = []
            tokens: Set[str] = set()
            page, token = read(client, MaxResults=size, **request)
            empty = 0
            while token:
                rows.extend(page)
                empty = 0 if page else empty + 1
                if token in tokens or empty > MAX_EMPTY_PAGES or len(tokens) >= MAX_PAGES:
                    problem = "NextToken is repeated" if token in tokens else f"no end after {len(tokens) + 1} pages"
                    raise as_service_error(PaginationError(message=problem), operation, client.region)
                tokens.add(token)
                page, token = read(client, MaxResults=size, NextToken=token, **request)
            return [*rows, *page]

        return read_all

    return decorate


def read_or_error(read: Callable[[], Sequence[T]]) -> RegionResult[Sequence[T]]:
    """Read, and return a failure as a value."""
    try:
        return RegionResult(read())
    except SecurityHubError as error:
        return RegionResult([], error)


def batches(items: Sequence[T], size: int = BATCH_SIZE) -> Iterator[Sequence[T]]:
    """Cut a list into pieces that one call may carry."""
    return (items[start : start + size] for start in range(0, len(items), size))


def side_by_side(client: RegionClient, items: Sequence[T], work: Callable[[Sequence[T]], object]) -> None:
    """Do the work for each batch of these items, several at a time as the pace of the Region says.

    What is begun is finished. After a failure nothing more is begun.

    :raises Exception: that of the first batch that failed, in the order of the items
    """
    # While the Region does not respond, only one read at a time may try.
    pace = NO_PACE if client.is_silent.is_set() else client.pace
    left = list(enumerate(batches(items)))[::-1]
    failures: Dict[int, Exception] = {}

    def run(number: int, batch: Sequence[T]) -> None:
        try:
            work(batch)
        except Exception as error:  # noqa: BLE001
            failures[number] = error  # whatever it is, the others go on

    running: Set[Future[None]] = set()
    with ThreadPoolExecutor(max_workers=max(1, len(left))) as pool:
        while running or (left and not failures):
            if left and not failures and len(running) < pace.workers(len(left) + len(running)):
                running.add(pool.submit(copy_context().run, partial(run, *left.pop())))
            else:
                running = set(wait(running, return_when=FIRST_COMPLETED).not_done)
    if failures:
        raise failures[min(failures)]


class ReadOnce(Generic[T]):
    """What is the same for all accounts: read when somebody needs it first, one reading at a time for each key."""

    def __init__(self) -> None:
        self._known: Dict[Any, T] = {}
        self._locks: Dict[Any, threading.Lock] = defaultdict(threading.Lock)

    def get(self, key: Any, read: Callable[[], T]) -> T:
        """Return what has been read.

        :raises SecurityHubError: if it can't be read; the next account tries again
        """
        with self._locks[key]:
            if key not in self._known:
                self._known[key] = read()
            return self._known[key]


def unprocessed_accounts(response: Mapping[str, Any]) -> Dict[str, str]:
    """Return {account_id: ProcessingResult}; the service gives no code for it."""
    results: Iterable[Mapping[str, str]] = response.get("UnprocessedAccounts", [])
    return {result["AccountId"]: printable(result.get("ProcessingResult") or "") or NO_REASON for result in results}


def refuse_unprocessed(response: Mapping[str, Any]) -> None:
    """Raise what the service says of an account that it left unprocessed, as the failure of the call."""
    for message in unprocessed_accounts(response).values():
        raise ClientError({"Error": {"Code": UNPROCESSED_ACCOUNTS, "Message": message}}, "")


def as_service_error(
    error: Exception, operation: str, region: str, account_ids: Sequence[str] = ()
) -> SecurityHubError:
    """Return what a call raised as a SecurityHubError, whatever it is."""
    if isinstance(error, SecurityHubError):
        return error
    if isinstance(error, ClientError):
        found = _refusal(error, operation, region, account_ids)
    elif isinstance(error, BotoCoreError):
        found = _no_response(error, operation, region, account_ids)
    else:
        found = unexpected_error(error, operation, region, account_ids)
    found.__cause__ = error
    return found


def _refusal(error: Any, operation: str, region: str, account_ids: Sequence[str]) -> SecurityHubError:
    code = error.response.get("Error", {}).get("Code", "Unknown")
    text = error.response.get("Error", {}).get("Message") or ""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    throttled = status == 429 or code in THROTTLING_CODES
    in_doubt = not throttled and (status >= 500 or code == "InternalException")
    return SecurityHubError(code, text, operation, region, account_ids, status, throttled=throttled, in_doubt=in_doubt)


def _no_response(error: Any, operation: str, region: str, account_ids: Sequence[str]) -> SecurityHubError:
    unsent = isinstance(error, (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError))
    in_doubt = isinstance(error, HTTPClientError)
    return SecurityHubError(
        type(error).__name__, sdk_message(error), operation, region, account_ids, unsent=unsent, in_doubt=in_doubt
    )


def sdk_message(error: Exception) -> str:
    """Return the message of an exception of the SDK, without what a credential_process printed: it may be a secret."""
    if getattr(error, "kwargs", {}).get("provider") == "custom-process":
        return "the credential_process of the profile failed. Run its command in a shell to see why"
    return str(error)
