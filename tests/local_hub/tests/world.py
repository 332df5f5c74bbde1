# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state machine without HTTP, for tests that ask what an operation does from a status."""

from __future__ import annotations

from typing import Any

from local_hub.calls import OPERATIONS, Call
from local_hub.control import DEFAULT_REGION
from local_hub.counts import Counts
from local_hub.faults import CallFacts, Faults
from local_hub.model import Member, Store
from local_hub.seeding import seed
from local_hub.service import OPERATION_MODULES
from local_hub.switches import Switches

ADMINISTRATOR = "111122223333"
MEMBER = "222233334444"

# Importing it registers the operations.
assert OPERATION_MODULES


class World:
    """The state machine alone, in one Region, at the time `now`."""

    def __init__(self) -> None:
        self.store = Store()
        self.switches = Switches()
        self.counts = Counts()
        self.faults = Faults()
        self.now = 1000.0

    def seed(self, **body: Any) -> None:
        """Write states down."""
        seed(self.store, body)

    def seed_member(self, status: str | None, **fields: str) -> None:
        """MEMBER in ADMINISTRATOR's list with this status, or not at all."""
        self.seed(hubs=[{"account_id": ADMINISTRATOR, "region": DEFAULT_REGION}])
        if status is not None:
            row = {"administrator_id": ADMINISTRATOR, "region": DEFAULT_REGION, "account_id": MEMBER, **fields}
            self.seed(members=[{**row, "member_status": status}])

    def turn_on(self, account_id: str) -> None:
        """Security Hub on in an account."""
        self.seed(hubs=[{"account_id": account_id, "region": DEFAULT_REGION}])

    def call(self, account_id: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation as an account."""
        acting = self.faults.select(CallFacts(operation, DEFAULT_REGION, account_id))
        rest = (self.store, self.switches, self.counts, acting, self.now)
        context = Call(operation, account_id, DEFAULT_REGION, *rest)
        return OPERATIONS[operation](context, parameters)

    def member(self, account_id: str = MEMBER, administrator_id: str = ADMINISTRATOR) -> Member | None:
        """The record in the administrator's list."""
        return self.store.look().member((administrator_id, DEFAULT_REGION), account_id)

    def status(self, account_id: str = MEMBER, administrator_id: str = ADMINISTRATOR) -> str | None:
        """The status in the administrator's list, None when not listed."""
        member = self.member(account_id, administrator_id)
        return member.status if member else None
