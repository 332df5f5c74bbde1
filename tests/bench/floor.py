# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be had at best: a plain program with boto3 and threads that knows what it will find and handles no error.

All Regions at once, one client a Region, batches of 50. It makes the calls that the modules make.

With invite-iso, it also reads times as the modules do, which botocore by itself takes long for. With invite-paced, it
does that too, and sends the batches of a Region side by side within the service's limit of calls a second.

floor.py invite|invite-iso|invite-paced|onboard ACCOUNT,ACCOUNT,... REGION,REGION,... ADMINISTRATOR ROLE
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

# Started as a script, from wherever.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.shared_clients import Clients

BATCH = 50
THREADS = 50
# The service's limit for each account and Region: calls a second, and calls at once.
RATE, BURST = 10, 30
# Connections of a program with many Regions, shared evenly; each costs processor time.
CONNECTIONS = 34


def batches(accounts: Sequence[str]) -> list[list[str]]:
    """The accounts in lists that one call takes."""
    return [list(accounts[start : start + BATCH]) for start in range(0, len(accounts), BATCH)]


def with_status(hub: Any, accounts: Sequence[str], status: str) -> list[str]:
    """Those of the accounts that are listed with a status."""
    members = [row for batch in batches(accounts) for row in hub.get_members(AccountIds=batch)["Members"]]
    return [row["AccountId"] for row in members if row["MemberStatus"] == status]


def invite(hub: Any, accounts: Sequence[str]) -> None:
    """Read, invite those that are not yet invited, read again."""
    created = with_status(hub, accounts, "Created")
    for batch in batches(created):
        hub.invite_members(AccountIds=batch)
    if created and len(with_status(hub, created, "Invited")) != len(created):
        raise SystemExit("not all accounts are invited")


class Bucket:
    """A bucket of tokens, of which each call takes one. It begins to fill with the first response."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens, self._since = float(BURST), 0.0

    def call(self, send: Any, **request: Any) -> Any:
        """Send a call as soon as there is a token."""
        with self._lock:
            self._fill()
            self._tokens -= 1
            pause = max(0.0, -self._tokens / RATE)
        time.sleep(pause)
        response = send(**request)
        with self._lock:
            self._since = self._since or time.monotonic()
        return response

    def _fill(self) -> None:
        if self._since:
            now = time.monotonic()
            self._tokens, self._since = min(float(BURST), self._tokens + (now - self._since) * RATE), now


def invite_paced(hub: Any, accounts: Sequence[str], connections: int) -> None:
    """The same as invite, with several batches at a time."""
    bucket = Bucket()
    with ThreadPoolExecutor(connections) as pool:

        def with_status_paced(ids: Sequence[str], status: str) -> list[str]:
            replies = pool.map(lambda batch: bucket.call(hub.get_members, AccountIds=batch), batches(ids))
            return [row["AccountId"] for each in replies for row in each["Members"] if row["MemberStatus"] == status]

        created = with_status_paced(accounts, "Created")
        list(pool.map(lambda batch: bucket.call(hub.invite_members, AccountIds=batch), batches(created)))
        if created and len(with_status_paced(created, "Invited")) != len(created):
            raise SystemExit("not all accounts are invited")


def create(hub: Any, accounts: Sequence[str]) -> None:
    """Make accounts members that nobody has heard of."""
    hub.enable_security_hub(EnableDefaultStandards=False)
    for batch in batches(accounts):
        hub.create_members(AccountDetails=[{"AccountId": account} for account in batch])
    invite(hub, accounts)


def accept(hub: Any, administrator: str) -> None:
    """Enable Security Hub in a member account and accept."""
    hub.enable_security_hub(EnableDefaultStandards=False)
    (found,) = [each for each in hub.list_invitations()["Invitations"] if each["AccountId"] == administrator]
    hub.accept_administrator_invitation(AdministratorId=administrator, InvitationId=found["InvitationId"])


def onboard(clients: Clients, accounts: list[str], regions: list[str], administrator: str, role: str) -> None:
    """Both sides, in all Regions."""

    def accept_in(pair: tuple[str, str]) -> None:
        account, region = pair
        with clients.acting_as(keys[account]):
            accept(clients("securityhub", region), administrator)

    with ThreadPoolExecutor(THREADS) as pool:
        roles = [pool.submit(clients.assume_role, account, role, regions[0]) for account in accounts]
        list(pool.map(lambda region: create(clients("securityhub", region), accounts), regions))
        keys = {account: taken.result() for account, taken in zip(accounts, roles, strict=True)}
        list(pool.map(accept_in, product(accounts, regions)))
        enabled = pool.map(lambda region: with_status(clients("securityhub", region), accounts, "Enabled"), regions)
        if any(len(found) != len(accounts) for found in enabled):
            raise SystemExit("not all accounts are enabled")


def main() -> None:
    """Do what the command line says."""
    mode, account_list, region_list, administrator, role = sys.argv[1:]
    accounts, regions = account_list.split(","), region_list.split(",")
    clients = Clients(THREADS, iso_times=mode in ("invite-iso", "invite-paced"))
    if mode == "onboard":
        onboard(clients, accounts, regions, administrator, role)
        return
    connections = max(2, min(8, CONNECTIONS // len(regions)))

    def invite_in(region: str) -> None:
        hub = clients("securityhub", region)
        if mode == "invite-paced":
            invite_paced(hub, accounts, connections)
        else:
            invite(hub, accounts)

    with ThreadPoolExecutor(len(regions)) as pool:
        list(pool.map(invite_in, regions))


if __name__ == "__main__":
    main()
