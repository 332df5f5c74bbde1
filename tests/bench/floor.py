# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be had at best: a plain program with boto3 and threads that knows what it will find and handles no error.

All Regions at once, one client a Region, batches of 50. It makes the calls that the modules make.

With invite-iso, it also reads times as the modules do, which botocore by itself takes long for.

floor.py invite|invite-iso|onboard ACCOUNT,ACCOUNT,... REGION,REGION,... ADMINISTRATOR ROLE
"""

from __future__ import annotations

import sys
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
    clients = Clients(THREADS, iso_times=mode == "invite-iso")
    if mode == "onboard":
        onboard(clients, accounts, regions, administrator, role)
        return
    with ThreadPoolExecutor(len(regions)) as pool:
        list(pool.map(lambda region: invite(clients("securityhub", region), accounts), regions))


if __name__ == "__main__":
    main()
