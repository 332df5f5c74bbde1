# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""Open invitations by owner, the oldest first, with a text to send."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence

from ....module_utils._securityhub.model import INVITED
from ....module_utils._securityhub.results.messages import count, in_order

SUBJECT = "Accept the AWS Security Hub invitation"
ACCOUNTS, REGIONS = "<accounts>", "<Regions>"  # what differs from owner to owner
_TEXT = """\
Hello,

The AWS Security Hub CSPM administrator account {administrator_id} has invited these accounts of yours:

{accounts}

Until an account accepts, the security team does not see its findings. Please do two steps in each account and Region. \
AWS charges the account for Security Hub. What you agree to, and how to leave again:
https://multiaccount.github.io/multiaccount.aws/latest/collections/multiaccount/aws/docsite/invited.html

1. Enable Security Hub CSPM, if it is not enabled yet.
2. Accept the invitation.

In the console: Open Security Hub CSPM and enable it. Choose Settings and then Accounts. Under Administrator account, \
check that the account ID is {administrator_id}, turn on Accept, and choose Accept invitation.

With the AWS CLI and the credentials of the account. The first command fails if Security Hub is enabled already, \
which you can ignore:

for region in $(echo {regions} | tr , ' '); do
  aws securityhub enable-security-hub --no-enable-default-standards --region $region
  aws securityhub accept-administrator-invitation --administrator-id {administrator_id} --region $region \\
    --invitation-id $(aws securityhub list-invitations --region $region --output text \\
      --query "Invitations[?AccountId=='{administrator_id}' && MemberStatus=='Invited'].InvitationId | [0]")
done

With Ansible, which does both steps:

ansible localhost -m multiaccount.aws.securityhub_invitation \\
  -a 'administrator_id={administrator_id} state=accepted enable_hub=true regions={regions}'

Thank you!
"""


def letter(administrator_id: Optional[str]) -> str:
    """Return the text to send, with ACCOUNTS and REGIONS where the owner's are to stand."""
    return _TEXT.format(administrator_id=administrator_id or "(not known)", accounts=ACCOUNTS, regions=REGIONS)


def open_invitations(accounts: Sequence[Mapping[str, Any]], administrator_id: Optional[str]) -> List[Dict[str, Any]]:
    """Return each owner (email address) of accounts with an open invitation, the oldest invitation first."""
    owners: Dict[Optional[str], List[Dict[str, Any]]] = {}
    for account in accounts:
        row = _account(account)
        if row["regions"]:
            owners.setdefault(account["email"], []).append(row)
    found = [_owner(email, rows, letter(administrator_id)) for email, rows in owners.items()]
    return sorted(found, key=lambda owner: -_age(owner["invitation_age_days"]))


def _account(account: Mapping[str, Any]) -> Dict[str, Any]:
    """Return the Regions in which an account has an open invitation, and the age of the oldest."""
    rows = {region: row for region, row in account["memberships"].items() if row["member_status"] == INVITED}
    return {
        "account_id": account["account_id"],
        "name": account["name"],
        "regions": list(rows),
        "invitation_age_days": oldest(rows.values()),
    }


def _owner(email: Optional[str], rows: Sequence[Dict[str, Any]], text: str) -> Dict[str, Any]:
    rows = sorted(rows, key=lambda row: -_age(row["invitation_age_days"]))
    lines = "\n".join(line(row) for row in rows)
    regions = in_order(region for row in rows for region in row["regions"])
    return {
        "email": email,
        "invitation_age_days": oldest(rows),
        "accounts": rows,
        "subject": SUBJECT,
        "text": text.replace(REGIONS, ",".join(regions)).replace(ACCOUNTS, lines),
    }


def line(row: Mapping[str, Any]) -> str:
    """Return an account and its Regions as a line of the text to send."""
    name = f" ({row['name']})" if row["name"] else ""
    days = row["invitation_age_days"]
    age = f", invited {count(days, 'day')} ago" if days is not None else ""
    return f"- {row['account_id']}{name} in {', '.join(row['regions'])}{age}"


def oldest(rows: Iterable[Mapping[str, Any]]) -> Optional[int]:
    """Return the most days that an open invitation of these rows is old, None where no age is known."""
    return max((row["invitation_age_days"] for row in rows if row["invitation_age_days"] is not None), default=None)


def _age(days: Optional[int]) -> int:
    """Return an age to sort by; one that is not known comes last."""
    return -1 if days is None else days
