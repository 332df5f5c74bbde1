# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call as an operation sees it, and what the operations of both sides share."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from . import clock
from .counts import Counts
from .errors import Unprocessed, invalid_input, not_subscribed
from .faults import Acting
from .model import ENABLED, Hub, Member, Place, Store, View
from .switches import Switches

# Sizes of a batch and of a page: the API's model for CreateMembers and the lists.
MOST_ACCOUNTS = 50
MOST_ROWS = 50
ACCOUNT_ID = re.compile(r"[0-9]{12}", re.ASCII)

Parameters = dict[str, Any]
Answer = dict[str, Any]


@dataclass
class Call:
    """Who calls, where, when, and what it may see and change."""

    operation: str
    account_id: str
    region: str
    store: Store
    switches: Switches
    counts: Counts
    acting: Acting = field(default_factory=Acting)
    now: float = field(default_factory=clock.monotonic)
    faulted: bool = False

    @property
    def place(self) -> Place:
        """The caller's account and Region."""
        return self.account_id, self.region

    @property
    def seen(self) -> View:
        """What reads see: the present, or with the fault slow_visibility the past."""
        return self.store.look(self.seen_at if self.acting.delay("slow_visibility") else None)

    @property
    def seen_at(self) -> float:
        """The time that reads see."""
        return self.now - self.acting.delay("slow_visibility")

    @property
    def truth(self) -> View:
        """What writes decide upon: always the present."""
        return self.store.look()

    @property
    def inviter_word(self) -> str:
        """What the service's texts call the inviting account."""
        return self.switches["wording"]

    def put_member(self, administrator_id: str, account_id: str, member: Member | None) -> None:
        """Write or strike off a record in the caller's Region."""
        self.store.put_member((administrator_id, self.region), account_id, member, self.now)

    def put_hub(self, account_id: str, hub: Hub | None) -> None:
        """Turn a hub on, change it, or turn it off with None, in the caller's Region."""
        self.store.put_hub((account_id, self.region), hub, self.now)


Operation = Callable[[Call, Parameters], Answer]
OPERATIONS: dict[str, Operation] = {}


def operation(*names: str) -> Callable[[Operation], Operation]:
    """Register a function under the operation's name, and its legacy twin's."""

    def register(function: Operation) -> Operation:
        for name in names:
            OPERATIONS[name] = function
        return function

    return register


def timestamp() -> str:
    """Now, as the API writes times."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def need_hub(call: Call) -> Hub:
    """The caller's hub; InvalidAccessException where Security Hub is off. Whether it is on is never seen late."""
    hub = call.truth.hub(call.place)
    if hub is None:
        raise not_subscribed(call.account_id)
    refuse_new_hub(call, hub)
    return hub


def seen_hub(call: Call) -> Hub:
    """The caller's hub as reads see it; InvalidAccessException where Security Hub is off."""
    hub = need_hub(call)
    return call.seen.hub(call.place) or replace(hub, standards=(), control_parameters={})


def refuse_new_hub(call: Call, hub: Hub) -> None:
    """InvalidAccessException while the fault slow_hub has a hub that was enabled just now not answer yet."""
    if call.now < hub.enabled_at + call.acting.delay("slow_hub"):
        call.faulted = True
        raise not_subscribed(call.account_id)


def check_ids(account_ids: Iterable[str]) -> None:
    """Refuse the whole call when an id is not 12 digits."""
    for account_id in account_ids:
        if not ACCOUNT_ID.fullmatch(account_id):
            raise invalid_input(f"Invalid parameter: AccountIds has an invalid or out-of-range value: {account_id}")


def split_batch(call: Call, account_ids: list[str]) -> tuple[list[str], list[Answer]]:
    """The accounts to work on, and UnprocessedAccounts rows for those above 50 (switch over_50)."""
    surplus = account_ids[MOST_ACCOUNTS:]
    if surplus and call.switches["over_50"] == "error":
        raise invalid_input(f"Invalid parameter: at most {MOST_ACCOUNTS} accounts are allowed, not {len(account_ids)}")
    return account_ids[:MOST_ACCOUNTS], [unprocessed(each, "Maximum number of results exceeded") for each in surplus]


def unprocessed(account_id: str, reason: str) -> Answer:
    """A row of UnprocessedAccounts."""
    return {"AccountId": account_id, "ProcessingResult": reason}


def each_account(call: Call, account_ids: list[str], act: Callable[[str], object]) -> list[Answer]:
    """Act on account after account; those refused, by the rules or by the fault reject, become rows."""
    rows = []
    for account_id in account_ids:
        try:
            refuse_by_fault(call, account_id)
            act(account_id)
        except Unprocessed as refusal:
            rows.append(unprocessed(account_id, str(refusal)))
    return rows


def refuse_by_fault(call: Call, account_id: str) -> None:
    """Unprocessed where the fault reject is about this account."""
    fault = call.acting.fault
    if fault and fault.kind == "reject" and fault.concerns(account_id):
        call.faulted = True
        raise Unprocessed(fault.parameters["message"])


def spelled(call: Call, status: str) -> str:
    """A status as the switches have it spelt."""
    if status == ENABLED:
        status = call.switches["enabled_name"]
    return status.upper() if call.switches["status_case"] == "upper" else status


def page(
    call: Call, rows: list[Answer], parameters: Parameters, most: int = MOST_ROWS
) -> tuple[list[Answer], str | None]:
    """One page of rows and the token of the next, None after the last."""
    start = _read_token(call, parameters.get("NextToken"))
    if call.acting.kind == "endless_pages":
        call.faulted = True
        if call.acting.parameter("pages") == "empty":
            return [], _write_token(call, start + 1)
        # The first page again and again, with the tokens 1 and 0 in turn.
        return rows[: parameters.get("MaxResults") or most], _write_token(call, 0 if start else 1)
    size = parameters.get("MaxResults") or most
    end = start + size
    return rows[start:end], _write_token(call, end) if end < len(rows) else None


def _write_token(call: Call, start: int) -> str:
    return base64.urlsafe_b64encode(f"{call.operation}/{call.account_id}/{start}".encode()).decode()


def _read_token(call: Call, token: str | None) -> int:
    if not token:
        return 0
    try:
        name, account_id, start = base64.urlsafe_b64decode(token.encode()).decode().split("/")
        if (name, account_id) == (call.operation, call.account_id):
            return int(start)
    except (binascii.Error, UnicodeError, ValueError):
        pass
    raise invalid_input("Invalid parameter: NextToken")
