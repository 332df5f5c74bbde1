# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Sending with retries, waiting, and keeping track of what may have been written."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Callable, Iterator, Optional

from .errors import AwsFailure

# A write is sent at most this often: enough for five throttles, an error, a lost reply and an error after the work.
SEND_ATTEMPTS = 10
BACKOFF_BASE = 0.5
BACKOFF_CAP = 20.0
# The first look comes at once, then the pauses grow.
POLL_PAUSES = (0.5, 1.0, 2.0)
POLL_PAUSE_AFTERWARDS = 3.0


class Patience:
    """How long to look for something: pauses that grow, until ``seconds`` after the first of them. 0 is none at all."""

    def __init__(self, seconds: float) -> None:
        self.wanted = seconds > 0
        self._seconds = seconds
        self._deadline: Optional[float] = None
        self._pauses = iter(POLL_PAUSES)

    def pause(self) -> bool:
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
class Traces:
    """Whether anything was written in a Region.

    :param written: something was
    :param in_doubt: something may have been, as a reply was lost and the effect was not seen yet
    """

    written: bool = False
    in_doubt: bool = False

    @property
    def any(self) -> bool:
        """Whether something was, or may have been, written."""
        return self.written or self.in_doubt

    def watch(self, send: Callable[[], None]) -> None:
        """Send a write, and note what came of it."""
        try:
            send()
        except AwsFailure as failure:
            self.in_doubt = self.in_doubt or failure.in_doubt
            raise
        self.settle()

    def settle(self) -> None:
        """Note that a write is known to be done."""
        self.written, self.in_doubt = True, False


def persist(send: Callable[[], None], settled: Callable[[AwsFailure], bool]) -> None:
    """Send a write until the service takes it.

    :param settled: reads again after a reply was lost, or after the service found the state other than it was read,
        and says whether there is nothing left to send
    :raises AwsFailure: that can't be mended by sending again, or didn't stop
    """
    for pause in _send_pauses():
        try:
            send()
        except AwsFailure as failure:
            if pause is None or not (failure.retryable or failure.stale):
                raise
            time.sleep(pause)
            if (failure.in_doubt or failure.stale) and settled(failure):
                return
        else:
            return


def _send_pauses() -> Iterator[Optional[float]]:
    """Yield the seconds to wait after each failed attempt: exponential with full jitter; None after the last one."""
    for attempt in range(SEND_ATTEMPTS - 1):
        yield random.uniform(0, min(BACKOFF_CAP, BACKOFF_BASE * 2**attempt))
    yield None
