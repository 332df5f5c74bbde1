# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""Why a membership is not Enabled, and what to do next, for a reader who sets the variables of the playbooks."""

from __future__ import annotations

from typing import Dict, Iterable, List, Optional, Tuple

from ....module_utils._securityhub.model import CREATED, DELETED, ENABLED, INVITED, REMOVED, RESIGNED, SUSPENDED
from ....module_utils._securityhub.reasons import (
    AWAITING_ACCEPTANCE,
    NOT_A_MEMBER,
    NOT_INVITED,
    REASONS,
    REMOVED_REASON,
    RESIGNED_REASON,
    SUSPENDED_REASON,
    UNKNOWN_STATUS,
    Reason,
)
from ....module_utils._securityhub.results.messages import Group, grouped, sentence
from .fleet import DIFFERS, Membership

MISSING_REGIONS_STEP = (
    "Set securityhub_regions to linked, or add the Regions to it. The findings of an account arrive only from Regions "
    "in which it is an enabled member."
)

_OTHER = Reason("The account was not processed.", "", "Fix the cause and run the playbook again.")
_REASONS_OF_STATUSES = {
    NOT_A_MEMBER: NOT_A_MEMBER,
    DELETED: NOT_A_MEMBER,
    CREATED: NOT_INVITED,
    INVITED: AWAITING_ACCEPTANCE,
    REMOVED: REMOVED_REASON,
    RESIGNED: RESIGNED_REASON,
    SUSPENDED: SUSPENDED_REASON,
}
# {action: (as something done, as something to do)}
ACTIONS: Dict[str, Tuple[str, str]] = {
    "enable_hub": ("Security Hub enabled", "enable Security Hub"),
    "create": ("added", "add"),
    "invite": ("invited", "invite"),
    "accept": ("accepted", "accept"),
    "enable_standards": ("standards enabled", "enable standards"),
    "disable_standards": ("standards disabled", "disable standards"),
    "enable_controls": ("controls enabled", "enable controls"),
    "disable_controls": ("controls disabled", "disable controls"),
    "set_parameters": ("parameters set", "set parameters"),
    "leave": ("left", "leave"),
    "decline": ("declined", "decline"),
    "disassociate": ("disassociated", "disassociate"),
    "delete": ("deleted", "delete"),
}


def explanation(row: Membership) -> str:
    """Return why a membership is not Enabled: the service's own words where it gave any."""
    if row.processing_result:
        return sentence(row.processing_result)
    if row.is_of_failed_region:
        return "The Region could not be read."
    reason = reason_of(row) or _implied_reason(row.status)
    if row.status == ENABLED and not row.reason:
        missing = ", and does not have all of securityhub_standards yet"
        missing = " and differs from the policy" if row.policy == DIFFERS else missing
        return "The account is a member." if row.is_as_requested else f"The account is a member{missing}."
    return REASONS.get(reason, _OTHER).explanation


def next_step(row: Membership) -> str:
    """Return what to do about a membership, empty for nothing."""
    if row.is_of_failed_region:
        return "Fix the cause of the failed Region and run the playbook again."
    if not row.reason and row.policy == DIFFERS:
        return "Run multiaccount.aws.securityhub_onboard with the same policy, which configures the accounts."
    if not row.reason and row.is_plan and row.actions:
        steps = ", ".join([ACTIONS.get(action, ("", action))[1] for action in row.actions])
        return f"Run multiaccount.aws.securityhub_onboard for these steps: {steps}."
    reason = reason_of(row) or _implied_reason(row.status)
    return "" if row.status == ENABLED and not row.reason else REASONS.get(reason, _OTHER).playbook_step


def reason_of(row: Membership) -> Optional[str]:
    """Return the reason of a membership, or the one that its status stands for; None where the next run acts."""
    return row.reason or (None if row.actions or row.status == ENABLED else _implied_reason(row.status))


def _implied_reason(status: str) -> str:
    """Return the reason that a status alone stands for."""
    return _REASONS_OF_STATUSES.get(status, UNKNOWN_STATUS)


def groups(rows: Iterable[Membership]) -> List[Group[Membership]]:
    """Return the memberships grouped by reason, explanation and next step, the most accounts first."""
    found = grouped(rows, lambda row: (row.status, row.reason, next_step(row)), explanation)
    return sorted(found, key=lambda group: -len(group.account_ids))
