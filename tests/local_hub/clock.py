# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time that the service goes by. Tests in its own process put a clock that they move in its place."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What is used of the module time."""

    def monotonic(self) -> float:
        """Seconds since some moment."""

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""


source: Clock = time


def monotonic() -> float:
    """Seconds since some moment."""
    return source.monotonic()


def sleep(seconds: float) -> None:
    """Let so many seconds pass."""
    source.sleep(seconds)
