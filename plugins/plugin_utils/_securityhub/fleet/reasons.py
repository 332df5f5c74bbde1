# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""Why a membership is not Enabled, how bad that is, and what to do next, in the variables of the playbooks."""

from __future__ import annotations

from typing import Dict, Iterable, List, Optional, Tuple

from ....module_utils._securityhub.model import (
    ACCEPT,
    CREATE,
    CREATED,
    DECLINE,
    DELETE,
    DELETED,
    DIFFERS,
    DISABLE_CONTROLS,
    DISABLE_STANDARDS,
    DISASSOCIATE,
    ENABLE_CONTROLS,
    ENABLE_HUB,
    ENABLE_STANDARDS,
    ENABLED,
    INVITE,
    INVITED,
    LEAVE,
    RECORDER_UNREADABLE,
    REMOVED,
    RESIGNED,
    SET_PARAMETERS,
    SUSPENDED,
)
from ....module_utils._securityhub.reasons import (
    AWAITING_ACCEPTANCE,
    NOT_A_MEMBER,
    NOT_INVITED,
    OWN_ACCOUNT,
    REASONS,
    REMOVED_REASON,
    RESIGNED_REASON,
    SUSPENDED_REASON,
    UNKNOWN_STATUS,
    Reason,
    is_failure,
)
from ....module_utils._securityhub.results.messages import Group, grouped, sentence
from .fleet import Fleet, Membership

MISSING_REGIONS_STEP = (
    "Set securityhub_regions to linked, or add the Regions to it. The findings of an account arrive only from Regions "
    "in which it is an enabled member."
)

_RECORDER_STEP = (
    "Turn on AWS Config in these accounts and Regions, or enable the new Security Hub beside Security Hub CSPM, which "
    "then makes a recorder of its own."
)
_UNREADABLE_RECORDER_STEP = (
    "Warnings say why AWS Config could not be read. The member role needs config:DescribeConfigurationRecorderStatus."
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
    ENABLE_HUB: ("Security Hub enabled", "enable Security Hub"),
    CREATE: ("added", "add"),
    INVITE: ("invited", "invite"),
    ACCEPT: ("accepted", "accept"),
    ENABLE_STANDARDS: ("standards enabled", "enable standards"),
    DISABLE_STANDARDS: ("standards disabled", "disable standards"),
    ENABLE_CONTROLS: ("controls enabled", "enable controls"),
    DISABLE_CONTROLS: ("controls disabled", "disable controls"),
    SET_PARAMETERS: ("parameters set", "set parameters"),
    LEAVE: ("left", "leave"),
    DECLINE: ("declined", "decline"),
    DISASSOCIATE: ("disassociated", "disassociate"),
    DELETE: ("deleted", "delete"),
}
Severity = Tuple[bool, int]  # the smaller, the worse
# A status that is not known comes before all of these.
_WORST_FIRST = (REMOVED, RESIGNED, DELETED, SUSPENDED, NOT_A_MEMBER, CREATED, INVITED, ENABLED)
_FINE: Severity = (True, len(_WORST_FIRST))


def explanation(row: Membership) -> str:
    """Return why a membership is not Enabled: the service's own words where it gave any."""
    if row.processing_result:
        return sentence(row.processing_result)
    if row.is_of_failed_region:
        return "The Region could not be read."
    if row.status == ENABLED and not row.reason:
        missing = ", and does not have all of securityhub_standards yet"
        missing = " and differs from the policy" if row.policy_state == DIFFERS else missing
        return "The account is a member." if row.is_as_requested else f"The account is a member{missing}."
    return _known_reason(row).explanation


def next_step(row: Membership) -> str:
    """Return what to do about a membership, empty for nothing."""
    if row.is_of_failed_region:
        return "Fix the cause of the failed Region and run the playbook again."
    if not row.reason and row.policy_state == DIFFERS:
        return "Run multiaccount.aws.securityhub_onboard with the same policy, which configures the accounts."
    if not row.reason and row.is_plan and row.actions:
        steps = ", ".join([_step(action, row) for action in row.actions])
        return f"Run multiaccount.aws.securityhub_onboard for these steps: {steps}."
    return "" if row.status == ENABLED and not row.reason else _known_reason(row).playbook_step


def _step(action: str, row: Membership) -> str:
    plan = ACTIONS.get(action, ("", action))[1]
    return (
        f"{plan} administrator {row.left_administrator_id}" if action == LEAVE and row.left_administrator_id else plan
    )


def recorder_step(rows: Iterable[Membership]) -> str:
    """Return what to do about memberships in which no recorder of AWS Config is known to record."""
    states = {row.recorder_state for row in rows if row.lacks_recorder}
    steps = [_RECORDER_STEP] if states - {RECORDER_UNREADABLE} else []
    return " ".join([*steps, *([_UNREADABLE_RECORDER_STEP] if RECORDER_UNREADABLE in states else [])])


def reason_of(row: Membership) -> Optional[str]:
    """Return the reason of a membership, or the one that its status stands for; None where the next run acts."""
    implied = None if row.actions or row.status == ENABLED else _REASONS_OF_STATUSES.get(row.status, UNKNOWN_STATUS)
    return row.reason or implied


def _known_reason(row: Membership) -> Reason:
    return REASONS.get(row.reason or _REASONS_OF_STATUSES.get(row.status, UNKNOWN_STATUS), _OTHER)


def groups(rows: Iterable[Membership]) -> List[Group[Membership]]:
    """Return the memberships grouped by reason, explanation and next step, the most accounts first."""
    found = grouped(rows, lambda row: (row.status, row.reason, next_step(row)), explanation)
    return sorted(found, key=lambda group: -len(group.account_ids))


def severity(row: Membership) -> Severity:
    """Return how bad a membership is: failures first, then by status. What could not be read is its Region's fault."""
    if row.is_as_requested or row.is_of_failed_region or row.status == OWN_ACCOUNT:
        return _FINE
    place = _WORST_FIRST.index(row.status) if row.status in _WORST_FIRST else -1
    return not is_failure(row.reason), place


def worst_accounts_first(fleet: Fleet) -> List[str]:
    """Return the account IDs with the worst first, and of equals the one with the most Regions."""
    found: Dict[str, List[Severity]] = {account_id: [] for account_id in fleet.account_ids}
    for row in fleet.memberships:
        found[row.account_id].append(severity(row))
    return sorted(found, key=lambda each: (min(found[each]), -sum(one != _FINE for one in found[each])))
