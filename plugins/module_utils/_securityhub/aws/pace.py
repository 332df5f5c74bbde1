# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The service's limit of calls in one Region, and how many calls at once use it.

"API throttling limits" of Security Hub: 10 calls a second and a burst of 30 calls, for each account and Region
(https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub_limits.html). Other programs may use the same
limit, so it is narrowed while the service throttles.
"""

from __future__ import annotations

import math
import threading
import time
from time import process_time
from typing import Callable, NamedTuple, Optional

# Calls a second, and calls at once after a while without any.
RATE = 10.0
BURST = 30
# The smallest share of the limit that is used, one call a second; and by how much each response widens it again.
NARROWEST = 0.1
WIDENED = 0.02
# Seconds that a call is taken to last before any response has come.
TYPICAL_SECONDS = 0.1
# Processor time of a new TLS connection, in seconds, measured.
CONNECTION_SECONDS = 0.035


class Sent(NamedTuple):
    """A call that was sent: how often the pace had been narrowed by then, the time, and the processor time so far."""

    narrowed: int
    moment: float
    processor: float


def worker_count(calls: int, seconds: float, tokens: float, rate: float, regions: int = 1) -> int:
    """Return how many of so many calls in one Region to have under way at once.

    No more than use the limit, as each of them opens a connection. And no more than pay: with n connections the calls
    take ``calls * seconds / n``, and connections, which all Regions of a task open at the same time, take
    ``n * regions * CONNECTION_SECONDS``; the sum is smallest for the root below.

    :param seconds: how long a call takes
    :param tokens: how many calls the limit allows at once
    :param rate: how many it allows a second after that
    :param regions: how many Regions do the same
    """
    limit = max(0.0, calls - tokens) / rate
    needed = math.ceil(calls * seconds / limit) if limit else calls
    paying = math.ceil(math.sqrt(calls * seconds / (CONNECTION_SECONDS * regions)))
    return max(1, min(calls, needed, paying))


class Pace:
    """A token bucket for the calls of one account in one Region, and a moving figure of how long a call takes.

    :param is_own: whether the call at hand is one of that account; other calls take no token
    :param regions: how many Regions the task works on at the same time
    :param most: how many connections a Region may have
    """

    def __init__(
        self, is_own: Callable[[], bool] = lambda: True, regions: Callable[[], int] = lambda: 1, most: int = BURST
    ) -> None:
        self._is_own = is_own
        self._regions = regions
        self._most = most
        self._lock = threading.Lock()
        self._share = 1.0
        self._narrowed = 0
        self._tokens = float(BURST)
        self._moment: Optional[float] = None
        self._seconds: Optional[float] = None
        self._under_way = 0
        self._connections = 0

    @property
    def rate(self) -> float:
        """Calls a second at the moment."""
        return RATE * self._share

    def _refill(self, is_response: bool = False) -> None:
        """Add the tokens of the time since the last look, from the first response on.

        Before it the service may have counted nothing, and its full bucket gains nothing.
        """
        now = time.monotonic()
        if self._moment is not None:
            self._tokens = min(BURST * self._share, self._tokens + max(0.0, now - self._moment) * self.rate)
        if self._moment is not None or is_response:
            self._moment = now

    def take(self) -> Optional[Sent]:
        """Wait until the limit allows one more call; return None where the call is none of this account."""
        if not self._is_own():
            return None
        with self._lock:
            self._refill()
            self._tokens -= 1
            pause = -self._tokens / self.rate
        if pause > 0:
            time.sleep(pause)
        with self._lock:
            self._under_way += 1
            self._connections = max(self._connections, self._under_way)
        return Sent(self._narrowed, time.monotonic(), process_time())

    def responded(self, sent: Optional[Sent]) -> None:
        """Note a response: the limit may be wider, and this is how long a call takes.

        What the processor was busy with meanwhile does not count, as more calls at once would not shorten it.
        """
        if sent is None:
            return
        busy = process_time() - sent.processor
        seconds = max(0.0, time.monotonic() - sent.moment - busy)
        with self._lock:
            self._under_way -= 1
            self._refill(is_response=True)
            self._share = min(1.0, self._share + WIDENED)
            self._seconds = seconds if self._seconds is None else (self._seconds + seconds) / 2

    def failed(self, sent: Optional[Sent], throttled: bool) -> None:
        """Note a failure: where the service throttled, halve the pace, once for all calls that were under way."""
        if sent is None:
            return
        with self._lock:
            self._under_way -= 1
            if not throttled:
                return
            self._refill(is_response=True)
            self._tokens = min(self._tokens, 0.0)
            if sent.narrowed == self._narrowed:
                self._share = max(NARROWEST, self._share / 2)
                self._narrowed += 1

    def workers(self, calls: int) -> int:
        """Return how many of so many calls to have under way at once: connections that are open cost nothing more."""
        if not self._is_own():
            return 1
        with self._lock:
            self._refill()
            seconds = TYPICAL_SECONDS if self._seconds is None else self._seconds
            found = worker_count(calls, seconds, self._tokens, self.rate, self._regions())
            return min(max(found, min(calls, self._connections)), self._most)


# For calls that have no limit to keep: one after the other.
NO_PACE = Pace(lambda: False)
