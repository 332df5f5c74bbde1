# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Sending with retries, waiting, the guard for the unforeseen, and keeping track of what may have been written."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence, TypeVar

from ansible_collections.amazon.aws.plugins.module_utils.cloud import BackoffIterator

from ..errors import FAILURES, Failure, SecurityHubError

# Attempts for a read, unless "retries" in aws_config says otherwise.
READ_ATTEMPTS = 8
# Of these, attempts that a Region may leave without a response: with READ_TIMEOUT about a minute.
SILENT_READS = 3
# Attempts for a write: enough for five throttles, an error, a lost response and an error after the work.
SEND_ATTEMPTS = 10
BACKOFF_BASE = 0.5
BACKOFF_CAP = 20.0
# The first read comes at once, then the pauses grow (seconds).
POLL_PAUSES = (0.5, 1.0, 2.0)
POLL_PAUSE_AFTERWARDS = 3.0

T = TypeVar("T")
Run = TypeVar("Run", bound="ReconcileRun")


class Waiter:
    """Pauses that grow, until ``seconds`` after the first of them. With 0 there is none."""

    def __init__(self, seconds: float) -> None:
        self.is_wanted = seconds > 0
        self._seconds = seconds
        self._deadline: Optional[float] = None
        self._pauses = iter(POLL_PAUSES)

    def sleep(self) -> bool:
        """Sleep a little; return False without sleeping once time is up."""
        now = time.monotonic()
        if self._deadline is None:
            self._deadline = now + self._seconds
        remaining = self._deadline - now
        if remaining <= 0:
            return False
        time.sleep(min(next(self._pauses, POLL_PAUSE_AFTERWARDS), remaining))
        return True


@dataclass
class WriteTracker:
    """Whether anything was written in a Region.

    ``written``: something was. ``in_doubt``: something may have been, as a response was lost and the effect has not
    been seen.
    """

    written: bool = False
    in_doubt: bool = False

    @property
    def any(self) -> bool:
        """Whether something was, or may have been, written."""
        return self.written or self.in_doubt

    def send(self, request: Callable[[], None], is_done: Callable[[SecurityHubError], bool]) -> None:
        """Send a write as :func:`send_with_retries` does. What somebody else has done is not recorded."""
        send_with_retries(partial(self._track, request), is_done)
        if self.in_doubt:
            self.confirm()

    def _track(self, request: Callable[[], None]) -> None:
        try:
            request()
        except SecurityHubError as error:
            self.in_doubt = self.in_doubt or error.in_doubt
            raise
        self.confirm()

    def confirm(self) -> None:
        """Record that the last write is known to be done."""
        self.written, self.in_doubt = True, False


def poll(
    look: Callable[[], T],
    is_done: Callable[[T], bool],
    waiter: Waiter,
    passes: Callable[[Failure], bool] = lambda _error: False,
) -> T:
    """Look until it is done or time is up; return what was seen last.

    :param passes: whether a failure may pass, so that it counts as not done yet
    :raises SecurityHubError: that does not pass, or did not in time
    :raises PreconditionFailed: likewise
    """
    while True:
        try:
            seen = look()
        except FAILURES as error:
            if not passes(error) or not waiter.sleep():
                raise
        else:
            if is_done(seen) or not waiter.sleep():
                return seen


@contextmanager
def guarded(step: str, region: str, account_ids: Sequence[str] = ()) -> Iterator[None]:
    """Make whatever nobody foresaw a failure of one Region or account, so that what was done stays in the result.

    :raises SecurityHubError: for it; failures that are foreseen pass as they are
    """
    try:
        yield
    except FAILURES:
        raise
    except Exception as error:
        raise unexpected_error(error, step, region, account_ids) from error


def send_with_retries(send: Callable[[], None], is_done: Callable[[SecurityHubError], bool]) -> None:
    """Send a write until the service takes it.

    :param is_done: reads again, and returns whether there is nothing left to send. It is called after a response was
        lost, and where the service found another state than the one that was read; it raises what ends the attempts
    :raises SecurityHubError: that another attempt can't help, or that did not stop
    """
    pauses = _pauses(SEND_ATTEMPTS)
    while True:
        try:
            return send()
        except SecurityHubError as error:
            pause = next(pauses)
            if pause is None or not (error.is_retryable or error.is_stale):
                raise
            time.sleep(pause)
            if (error.in_doubt or error.is_stale) and is_done(error):
                return None


class ReconcileRun:
    """Resources of one account and Region while they are brought to their desired state.

    ``error`` is what ended the work, None while nothing has. ``step_name`` is what is done, for messages.
    """

    client: Any
    error: Optional[Failure]
    step_name: str

    def attempt(self: Run, step: Callable[[Run], None]) -> None:
        """Do a step; whatever goes wrong ends the work here."""
        try:
            with guarded(self.step_name, self.client.region):
                step(self)
        except FAILURES as error:
            self.error = error

    @property
    def has_writes(self) -> bool:
        """Whether there is anything to write that was not sent yet."""
        raise NotImplementedError

    def is_open(self, check_mode: bool) -> bool:
        """Whether something is left to write, which check mode does not, or to wait for."""
        raise NotImplementedError

    def advance(self) -> None:
        """Write what is planned, and read again, unless nothing is to be waited for."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Read again, and plan what is left."""
        raise NotImplementedError


def advance_all(
    runs: Mapping[str, Run],
    attempt: Callable[[Sequence[str], Callable[[Run], None]], None],
    wait_timeout: float,
    check_mode: bool,
) -> None:
    """Bring resources to their desired state: write, and read until nothing is left, or time is up after a write.

    In check mode wait for what is on its way without this run, as the run does, so that what comes then is shown.

    :param runs: by account
    :param attempt: attempts a step in some of these accounts
    """

    def step(run: Run) -> None:
        run.refresh() if check_mode else run.advance()

    waiter = Waiter(wait_timeout)
    while True:
        left = [account_id for account_id, run in runs.items() if run.is_open(check_mode)]
        if not check_mode and any(runs[each].has_writes for each in left):
            waiter = Waiter(wait_timeout)
        elif not left or not waiter.sleep():
            return
        attempt(left, step)
        if not waiter.is_wanted:
            return


def unexpected_error(
    error: Exception, operation: str, region: str, account_ids: Sequence[str] = ()
) -> SecurityHubError:
    """Return an exception that nobody foresaw as a failure of its Region.

    The SDK lets some through: a credentials file that can't be read, a response that is none.
    """
    sent = not isinstance(error, OSError)
    return SecurityHubError(type(error).__name__, str(error), operation, region, account_ids, in_doubt=sent)


class ReadAttempts:
    """The attempts of a read.

    :param attempts: how many there are at most
    :param silent_reads: how many if the service connects and does not respond
    """

    def __init__(self, attempts: int, silent_reads: int = SILENT_READS) -> None:
        self._pauses = _pauses(attempts)
        self._silent_reads = silent_reads

    def sleep(self, error: SecurityHubError) -> bool:
        """Sleep before the next attempt; return False without sleeping if there is none, or it can't help."""
        pause = next(self._pauses)
        self._silent_reads -= error.is_silence
        if pause is None or self._silent_reads <= 0 or not error.is_retryable:
            return False
        time.sleep(pause)
        return True


def _pauses(attempts: int) -> Iterator[Optional[float]]:
    """Yield the seconds to wait after each failed attempt: exponential with full jitter; None after the last one."""
    pauses = BackoffIterator(BACKOFF_BASE, 2, BACKOFF_CAP, jitter=True)
    yield from islice(pauses, max(attempts, 1) - 1)
    yield None
