# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain program that onboards accounts: boto3 as its documentation shows it, with 50 threads and one session.

Usage: plain_onboarding.py ADMINISTRATOR ROLE ACCOUNTS REGIONS, with the last two separated by commas.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3

THREADS = 50
BATCH = 50


SESSION = boto3.session.Session()
LOCK = threading.Lock()  # sessions are not safe for threads, the clients that they make are


def client(service: str, region: str, **keys: str) -> Any:
    """Return a client with the caller's credentials, or with those of a role."""
    with LOCK:
        return SESSION.client(service, region_name=region, **keys)


def batches(accounts: Sequence[str]) -> list[list[str]]:
    """The accounts in lists that one call takes."""
    return [list(accounts[start : start + BATCH]) for start in range(0, len(accounts), BATCH)]


def invite(region: str, accounts: Sequence[str]) -> None:
    """Work as the administrator in a Region."""
    hub = client("securityhub", region)
    hub.enable_security_hub(EnableDefaultStandards=False)
    for batch in batches(accounts):
        hub.get_members(AccountIds=batch)
        hub.create_members(AccountDetails=[{"AccountId": account} for account in batch])
        hub.invite_members(AccountIds=batch)


def accept(account: str, role: str, regions: Sequence[str], administrator: str) -> None:
    """Work as a member, in each Region."""
    arn = f"arn:aws:iam::{account}:role/{role}"
    taken = client("sts", regions[0]).assume_role(RoleArn=arn, RoleSessionName="plain")["Credentials"]
    keys = {
        "aws_access_key_id": taken["AccessKeyId"],
        "aws_secret_access_key": taken["SecretAccessKey"],
        "aws_session_token": taken["SessionToken"],
    }
    for region in regions:
        hub = client("securityhub", region, **keys)
        hub.enable_security_hub(EnableDefaultStandards=False)
        (found,) = [each for each in hub.list_invitations()["Invitations"] if each["AccountId"] == administrator]
        hub.accept_administrator_invitation(AdministratorId=administrator, InvitationId=found["InvitationId"])


def not_enabled(region: str, accounts: Sequence[str]) -> list[str]:
    """The accounts that are not members in a Region afterwards."""
    hub = client("securityhub", region)
    members = [row for batch in batches(accounts) for row in hub.get_members(AccountIds=batch)["Members"]]
    return [row["AccountId"] for row in members if row["MemberStatus"] != "Enabled"]


def main() -> int:
    """Onboard the accounts of the command line."""
    administrator, role, account_list, region_list = sys.argv[1:]
    accounts, regions = account_list.split(","), region_list.split(",")

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda region: invite(region, accounts), regions))
        list(pool.map(lambda account: accept(account, role, regions, administrator), accounts))
        left = list(pool.map(lambda region: not_enabled(region, accounts), regions))
    return 1 if any(left) else 0


if __name__ == "__main__":
    sys.exit(main())
