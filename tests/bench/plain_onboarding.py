# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain program that onboards accounts: boto3 as its documentation shows it, with 50 threads.

Usage: plain_onboarding.py ADMINISTRATOR ROLE ACCOUNTS REGIONS, with the last two separated by commas.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3

THREADS = 50
BATCH = 50


def batches(accounts: Sequence[str]) -> list[list[str]]:
    """The accounts in lists that one call takes."""
    return [list(accounts[start : start + BATCH]) for start in range(0, len(accounts), BATCH)]


def invite(region: str, accounts: Sequence[str]) -> None:
    """Work as the administrator in a Region."""
    hub = boto3.session.Session().client("securityhub", region_name=region)
    hub.enable_security_hub(EnableDefaultStandards=False)
    for batch in batches(accounts):
        hub.get_members(AccountIds=batch)
        hub.create_members(AccountDetails=[{"AccountId": account} for account in batch])
        hub.invite_members(AccountIds=batch)


def take_role(account: str, role: str, region: str) -> Any:
    """Return a session in a member account."""
    sts = boto3.session.Session().client("sts", region_name=region)
    keys = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/{role}", RoleSessionName="plain")["Credentials"]
    return boto3.session.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def accept(session: Any, region: str, administrator: str) -> None:
    """Work as a member in a Region."""
    hub = session.client("securityhub", region_name=region)
    hub.enable_security_hub(EnableDefaultStandards=False)
    (found,) = [each for each in hub.list_invitations()["Invitations"] if each["AccountId"] == administrator]
    hub.accept_administrator_invitation(AdministratorId=administrator, InvitationId=found["InvitationId"])


def not_enabled(region: str, accounts: Sequence[str]) -> list[str]:
    """The accounts that are not members in a Region afterwards."""
    hub = boto3.session.Session().client("securityhub", region_name=region)
    members = [row for batch in batches(accounts) for row in hub.get_members(AccountIds=batch)["Members"]]
    return [row["AccountId"] for row in members if row["MemberStatus"] != "Enabled"]


def main() -> int:
    """Onboard the accounts of the command line."""
    administrator, role, account_list, region_list = sys.argv[1:]
    accounts, regions = account_list.split(","), region_list.split(",")

    def join(account: str) -> None:
        session = take_role(account, role, regions[0])
        for region in regions:
            accept(session, region, administrator)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda region: invite(region, accounts), regions))
        list(pool.map(join, accounts))
        left = list(pool.map(lambda region: not_enabled(region, accounts), regions))
    return 1 if any(left) else 0


if __name__ == "__main__":
    sys.exit(main())
