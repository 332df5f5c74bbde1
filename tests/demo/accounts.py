# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The made-up company of the demonstration: an administrator and a dozen accounts in two Regions."""

from __future__ import annotations

from dataclasses import dataclass

ADMINISTRATOR = "999988887777"
REGIONS = ("eu-west-1", "eu-central-1")


@dataclass(frozen=True)
class Account:
    """An account: what it is for, and its status in each of REGIONS (None: not in the member list)."""

    account_id: str
    name: str
    statuses: tuple[str | None, str | None]


ACCOUNTS = (
    Account("111122220001", "shop-prod", ("Created", "Created")),
    Account("111122220002", "shop-staging", ("Created", "Created")),
    Account("012345670003", "payments", ("Created", "Invited")),
    Account("111122220004", "data-lake", ("Invited", "Invited")),
    Account("111122220005", "machine-learning", ("Invited", "Created")),
    Account("111122220006", "website", ("Enabled", "Enabled")),
    Account("111122220007", "identity (org)", ("Enabled", "Enabled")),
    Account("111122220008", "logistics", ("Enabled", "Removed")),
    Account("111122220009", "acquired-company", ("Removed", "Removed")),
    Account("111122220010", "research-lab", ("Resigned", "Resigned")),
    Account("111122220011", "intranet (org)", ("AccountSuspended", "AccountSuspended")),
    Account("111122220012", "new-startup", (None, None)),
)
# These belong to the organization: enabled by it without an invitation.
ORGANIZATION = ["111122220007", "111122220011"]


def seed_rows() -> list[dict[str, str]]:
    """The member lists as the hub's control API takes them."""
    return [
        {
            "administrator_id": ADMINISTRATOR,
            "region": region,
            "account_id": account.account_id,
            "member_status": status,
            "email": f"security+{account.name.split()[0]}@example.com",
        }
        for account in ACCOUNTS
        for region, status in zip(REGIONS, account.statuses, strict=True)
        if status
    ]
