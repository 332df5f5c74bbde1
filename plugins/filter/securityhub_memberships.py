# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: securityhub_memberships
version_added: 1.0.0
short_description: Tell for each account and Region where it stands, why, and what to do next
description:
  - Joins the accounts that should be members with what M(multiaccount.aws.securityhub_member_info) has found, and
    with what is known of failures, into one row for each account and Region.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  _input:
    description: The RV(multiaccount.aws.securityhub_member_info#module:members) that were found.
    type: list
    elements: dict
    required: true
  accounts:
    description:
      - The accounts that should be members, rows with C(account_id) and perhaps C(email).
      - Without any, the accounts that were found are taken.
    type: list
    elements: dict
    default: []
  regions:
    description: The Regions.
    type: list
    elements: str
    required: true
  failed_regions:
    description: The Regions that failed, as the modules return them.
    type: list
    elements: dict
    default: []
  unprocessed:
    description: The accounts that could not be processed, as the modules return them in C(unprocessed_accounts).
    type: list
    elements: dict
    default: []
  errors:
    description: What went wrong on the side of a member account, text by account ID.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Read the member list
  multiaccount.aws.securityhub_member_info:
    regions: [eu-west-1, eu-central-1]
  register: found

- name: Name the accounts that are not enabled, and what to do about it
  ansible.builtin.debug:
    msg: "{{ item.account_id }} in {{ item.region }}: {{ item.advice }}"
  loop: "{{ rows | rejectattr('member_status', 'eq', 'Enabled') }}"
  vars:
    rows: "{{ found.members | multiaccount.aws.securityhub_memberships(regions=['eu-west-1', 'eu-central-1']) }}"
"""

RETURN = r"""
_value:
  description: A row for each account and Region.
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-west-1
    account_id:
      description: The account.
      returned: always
      type: str
      sample: "111122223333"
    email:
      description: Its e-mail address, V(null) where none is known.
      returned: always
      type: str
      sample: security@example.com
    member_status:
      description: Where the account stands, V(null) if it is not in the member list or could not be read.
      returned: always
      type: str
      sample: Invited
    reason:
      description: Why it is not enabled, V(null) where nothing but the status is known.
      returned: always
      type: str
      sample: The role can't be assumed.
    advice:
      description: What to do next, V(null) for an account that is enabled.
      returned: always
      type: str
      sample: The account has to accept the invitation.
"""

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    CREATED,
    DELETED,
    ENABLED,
    INVITED,
    REMOVED,
    RESIGNED,
    SUSPENDED,
)

Row = Dict[str, Optional[str]]

_ADVICE = {
    None: "Add the account to the member list and invite it: run the onboarding.",
    DELETED: "Add the account to the member list and invite it: run the onboarding.",
    CREATED: "Invite the account: run the onboarding.",
    INVITED: "The account has to turn Security Hub on and accept the invitation in this Region.",
    REMOVED: "The administrator removed it: run the onboarding to invite it again.",
    RESIGNED: "The account declined or left: talk to its owner, then run the onboarding with 'resigned' in reinvite.",
    SUSPENDED: "Reactivate the account in its organization first.",
}
_UNKNOWN_STATUS_ADVICE = "This status is not known: look at the account in the Security Hub console."
# An account that stands here although the onboarding ran, and has an error, needs more than another run.
_HELD_UP = (None, DELETED, CREATED, INVITED)
_OBSTACLE_ADVICE = "Settle the reason, then run the onboarding again."
_REGION_ADVICE = "Mend the Region and run again."


def securityhub_memberships(
    members: Sequence[Mapping[str, Any]],
    regions: Sequence[str],
    accounts: Sequence[Mapping[str, Any]] = (),
    failed_regions: Sequence[Mapping[str, Any]] = (),
    unprocessed: Sequence[Mapping[str, Any]] = (),
    errors: Optional[Mapping[str, str]] = None,
) -> List[Row]:
    """Return a row for each account and Region, account by account."""
    found = {(row["account_id"], row["region"]): row for row in members}
    emails: Dict[str, Optional[str]] = {}
    for row in accounts or members:
        emails[row["account_id"]] = emails.get(row["account_id"]) or row.get("email")
    failed = {row["region"]: row["msg"] for row in failed_regions}
    said = {(row["account_id"], row["region"]): row["processing_result"] for row in unprocessed}
    rows = []
    for account_id, email in emails.items():
        for region in regions:
            member = found.get((account_id, region), {})
            error = said.get((account_id, region)) or (errors or {}).get(account_id)
            rows.append(
                {
                    "region": region,
                    "account_id": account_id,
                    "email": member.get("email") or email,
                    **_standing(member.get("member_status"), failed.get(region), error),
                }
            )
    return rows


def _standing(status: Optional[str], region_failure: Optional[str], error: Optional[str]) -> Row:
    if status == ENABLED:
        return {"member_status": status, "reason": None, "advice": None}
    if region_failure and not (status and error):
        return {"member_status": status, "reason": f"Region failed: {region_failure}", "advice": _REGION_ADVICE}
    if error and status in _HELD_UP:
        return {"member_status": status, "reason": error, "advice": _OBSTACLE_ADVICE}
    return {"member_status": status, "reason": error, "advice": _ADVICE.get(status, _UNKNOWN_STATUS_ADVICE)}


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"securityhub_memberships": securityhub_memberships}
