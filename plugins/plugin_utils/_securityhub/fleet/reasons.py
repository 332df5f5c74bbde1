# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""Why a membership is not Enabled, and what to do next, for a reader who sets the variables of the playbooks."""

from __future__ import annotations

from typing import Dict, Optional, Tuple

from .fleet import (
    AWAITING_ACCEPTANCE,
    ENABLED,
    INVITED,
    NOT_A_MEMBER,
    NOT_READABLE,
    STANDARDS_PENDING,
    Membership,
)
from .wording import sentence

MISSING_REGIONS_STEP = (
    "Set securityhub_regions to linked, or add the Regions to it. The findings of an account arrive only from Regions "
    "in which it is an enabled member."
)

# {reason: (what it means, what to do next)}
REASONS: Dict[str, Tuple[str, str]] = {
    AWAITING_ACCEPTANCE: (
        "The account owner must accept the invitation.",
        (
            "Ask the account owners to enable Security Hub and accept the invitation in each Region, "
            "or set securityhub_member_role to a role that this run can assume in the accounts."
        ),
    ),
    "not_a_member": (
        "The account is not in the member list.",
        "Run multiaccount.aws.securityhub_onboard to add and invite the accounts.",
    ),
    "not_invited": (
        "The account is in the member list and has not been invited.",
        "Run multiaccount.aws.securityhub_onboard to invite the accounts.",
    ),
    "removed": (
        "The administrator ended the membership.",
        "Add removed to securityhub_reinvite to invite the accounts again.",
    ),
    "resigned": (
        "The account declined the invitation or left the administrator.",
        "Ask the account owners, then set securityhub_reinvite to removed,resigned to invite the accounts again.",
    ),
    "suspended": (
        "AWS suspended the account.",
        "Reactivate the accounts in AWS Organizations, or take them out of the list.",
    ),
    "unknown_status": (
        "The status is not known to this version of the collection.",
        "Look at the accounts in the Security Hub console, and update the collection.",
    ),
    "rejected": (
        "The service refused the account.",
        "Fix the cause that the message names and run the playbook again; completed changes are kept.",
    ),
    "unconfirmed": (
        "The change is not visible yet.",
        "Run the playbook again, or set securityhub_wait_timeout to more seconds.",
    ),
    "role_not_assumed": (
        "The role can't be assumed in the account.",
        (
            "Check securityhub_member_role, the role's trust policy, and if the policy asks for one, "
            "securityhub_member_role_external_id."
        ),
    ),
    "other_administrator": (
        "The account has another administrator.",
        "Disassociate the accounts from the other administrator first, then run the playbook again.",
    ),
    "has_members": (
        "The account is an administrator with members of its own.",
        "Remove the members of these accounts first, or take the accounts out of the list.",
    ),
    "region_not_enabled": (
        "The Region is not enabled in the account.",
        "Enable the Region in the accounts, or add it to securityhub_exclude_regions.",
    ),
    "standards_not_offered": (
        "A standard is not offered in the Region.",
        "Correct securityhub_standards, or add the Region to securityhub_exclude_regions.",
    ),
    "standards_failed": (
        "A standard could not be enabled.",
        "Fix the cause that the message names and run the playbook again; completed changes are kept.",
    ),
    "standards_incomplete": (
        "A standard is enabled, but not completely.",
        "Fix the cause that the message names, such as an AWS Config that does not record in the account and Region.",
    ),
    STANDARDS_PENDING: (
        "The service is still enabling a standard, or adding controls to it.",
        "Look again later, or set securityhub_wait_timeout to more seconds.",
    ),
    "not_attempted": (
        "The Region failed before the account was processed.",
        "Fix the cause of the failure and run the playbook again; completed changes are kept.",
    ),
    "own_account": (
        "This is the administrator's own account.",
        "Take the account out of the list: an administrator can't be its own member.",
    ),
}
# For these, the modules have no words of the service, and their own are about the options of a single task.
_EXPLAINED_HERE = frozenset(
    [AWAITING_ACCEPTANCE, "not_a_member", "removed", "resigned", "suspended", "unknown_status", "own_account"]
)
_UNKNOWN_REASON = ("The account was not processed.", "Fix the cause and run the playbook again.")
_STATUSES = {NOT_READABLE: "The Region could not be read.", ENABLED: "The account is a member."}
_REASONS_OF_STATUSES = {
    NOT_A_MEMBER: "not_a_member",
    "Deleted": "not_a_member",
    "Created": "not_invited",
    INVITED: AWAITING_ACCEPTANCE,
    "Removed": "removed",
    "Resigned": "resigned",
    "AccountSuspended": "suspended",
}
# {action: (as something done, as something to do)}
ACTIONS: Dict[str, Tuple[str, str]] = {
    "enable_hub": ("Security Hub enabled", "enable Security Hub"),
    "create": ("added", "add"),
    "invite": ("invited", "invite"),
    "accept": ("accepted", "accept"),
    "enable_standards": ("standards enabled", "enable standards"),
    "leave": ("left", "leave"),
    "decline": ("declined", "decline"),
    "disassociate": ("disassociated", "disassociate"),
    "delete": ("deleted", "delete"),
}


def explanation(row: Membership) -> str:
    """Return why a membership is not Enabled: the service's own words where it gave any."""
    if row.processing_result and row.reason not in _EXPLAINED_HERE:
        return sentence(row.processing_result)
    if row.reason:
        return REASONS.get(row.reason, _UNKNOWN_REASON)[0]
    if row.status == ENABLED and not row.is_as_requested:
        return "The account is a member, and does not have all of securityhub_standards yet."
    return _STATUSES.get(row.status) or REASONS[_implied_reason(row.status)][0]


def next_step(row: Membership) -> str:
    """Return what to do about a membership, empty for nothing."""
    if row.status == NOT_READABLE:
        return "Fix the cause of the failed Region and run the playbook again."
    if row.reason:
        return REASONS.get(row.reason, _UNKNOWN_REASON)[1]
    if row.is_plan and row.actions:
        steps = ", ".join([ACTIONS.get(action, ("", action))[1] for action in row.actions])
        return f"Run multiaccount.aws.securityhub_onboard for these steps: {steps}."
    return "" if row.status == ENABLED else REASONS[_implied_reason(row.status)][1]


def reason_of(row: Membership) -> Optional[str]:
    """Return the reason of a membership, or the one that its status stands for; None where the next run acts."""
    return row.reason or (None if row.actions or row.status == ENABLED else _implied_reason(row.status))


def _implied_reason(status: str) -> str:
    """Return the reason that a status alone stands for."""
    return _REASONS_OF_STATUSES.get(status, "unknown_status")
