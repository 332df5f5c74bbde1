# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules are compared with: invite by a plain boto3 loop, Region by Region, with the same calls.

python region_loop.py REGION,REGION,... ACCOUNT,ACCOUNT,...
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import boto3

BATCH = 50


def invite(region: str, accounts: Sequence[str]) -> int:
    """Read where the accounts stand, invite those that are not yet invited, read again; return how many are invited."""
    client = boto3.client("securityhub", region_name=region)
    batches = [list(accounts[start : start + BATCH]) for start in range(0, len(accounts), BATCH)]

    def members() -> list[dict[str, str]]:
        return [member for batch in batches for member in client.get_members(AccountIds=batch)["Members"]]

    found = members()
    created = [member["AccountId"] for member in found if member["MemberStatus"] == "Created"]
    for start in range(0, len(created), BATCH):
        client.invite_members(AccountIds=created[start : start + BATCH])
    return sum(member["MemberStatus"] == "Invited" for member in (members() if created else found))


if __name__ == "__main__":
    print(sum(invite(region, sys.argv[2].split(",")) for region in sys.argv[1].split(",")))
