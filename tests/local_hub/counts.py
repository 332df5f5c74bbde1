# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts of calls and invitations, for tests that ask how much a client did."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

READ_PREFIXES = ("Get", "BatchGet", "List", "Describe")


class Counts:
    """What has been asked of the server since the last reset."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Everything back to nothing."""
        with self._lock:
            self._calls: Counter[tuple[str, str]] = Counter()
            self._faulted: Counter[str] = Counter()
            self._other: Counter[str] = Counter()
            self._max_ids: dict[str, int] = {}
            self._requested_ids: Counter[str] = Counter()
            self._assumed: Counter[tuple[str, str]] = Counter()
            self._invitations: Counter[tuple[str, str, str]] = Counter()
            self._invited_again: Counter[tuple[str, str, str]] = Counter()
            self._signed: Counter[tuple[str, str]] = Counter()

    def call(self, operation: str, region: str, ids: int | None) -> None:
        """A Security Hub call came in; `ids` is the length of its list of accounts or controls, if any."""
        with self._lock:
            self._calls[operation, region] += 1
            if ids is not None:
                self._max_ids[operation] = max(ids, self._max_ids.get(operation, 0))
                self._requested_ids[operation] += ids

    def fault(self, operation: str) -> None:
        """A call was answered, or left without an answer, by a fault."""
        with self._lock:
            self._faulted[operation] += 1

    def signed(self, caller_id: str, account_id: str) -> None:
        """A call was signed by an account, and said which account it is about."""
        with self._lock:
            self._signed[caller_id, account_id] += 1

    def other(self, name: str) -> None:
        """A call to another service came in, such as sts:AssumeRole."""
        with self._lock:
            self._other[name] += 1

    def assume_role(self, account_id: str, region: str) -> None:
        """STS in this Region was asked for a role of this account, whatever it answered."""
        with self._lock:
            self._assumed[account_id, region] += 1

    def invitation(self, administrator_id: str, region: str, account_id: str) -> None:
        """An account was sent an invitation."""
        with self._lock:
            self._invitations[administrator_id, region, account_id] += 1

    def invited_again(self, administrator_id: str, region: str, account_id: str) -> None:
        """InviteMembers named an account that was invited or enabled already."""
        with self._lock:
            self._invited_again[administrator_id, region, account_id] += 1

    def dump(self) -> dict[str, Any]:
        """All counts, as GET /_hub/counts answers them."""
        with self._lock:
            calls: Counter[str] = Counter()
            by_region: dict[str, dict[str, int]] = {}
            for (operation, region), number in self._calls.items():
                calls[operation] += number
                by_region.setdefault(region, {})[operation] = number
            reads = sum(number for operation, number in calls.items() if operation.startswith(READ_PREFIXES))
            assumed: dict[str, dict[str, int]] = {}
            for (account_id, region), number in self._assumed.items():
                assumed.setdefault(account_id, {})[region] = number
            return {
                "calls": dict(calls),
                "by_region": by_region,
                "reads": reads,
                "writes": calls.total() - reads,
                "invitations": _by_administrator(self._invitations),
                "invited_again": _by_administrator(self._invited_again),
                "max_ids": dict(self._max_ids),
                "requested_ids": dict(self._requested_ids),
                "faulted": dict(self._faulted),
                "other": dict(self._other),
                "assume_role": assumed,
                "signed": {
                    "right": sum(number for (caller, meant), number in self._signed.items() if caller == meant),
                    "wrong": {
                        f"{meant} by {caller}": number
                        for (caller, meant), number in self._signed.items()
                        if caller != meant
                    },
                },
            }


def _by_administrator(counter: Counter[tuple[str, str, str]]) -> dict[str, dict[str, dict[str, int]]]:
    numbers: dict[str, dict[str, dict[str, int]]] = {}
    for (administrator_id, region, account_id), number in counter.items():
        numbers.setdefault(administrator_id, {}).setdefault(region, {})[account_id] = number
    return numbers
