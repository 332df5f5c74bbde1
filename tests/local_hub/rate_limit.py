# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's limit of calls a second, as AWS documents it: a token bucket for each account and Region."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from .clock import monotonic


@dataclass
class TokenBuckets:
    """Buckets of tokens by key. A bucket is full at first and refills steadily; a call takes one token."""

    clock: Callable[[], float] = monotonic
    _buckets: dict[Hashable, tuple[float, float]] = field(default_factory=dict)

    def take(self, key: Hashable, rate: float, burst: int) -> bool:
        """Take a token; return whether there was one.

        :param rate: tokens that a bucket gets back in a second
        :param burst: the most tokens that it holds
        """
        now = self.clock()
        tokens, since = self._buckets.get(key, (float(burst), now))
        tokens = min(float(burst), tokens + (now - since) * rate)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - allowed, now)
        return allowed
