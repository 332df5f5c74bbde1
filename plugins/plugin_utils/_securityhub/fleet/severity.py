# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""What is worst: the order of the accounts and of what is to be done."""

from __future__ import annotations

from typing import Dict, List, Tuple

from ....module_utils._securityhub.model import CREATED, DELETED, ENABLED, INVITED, REMOVED, RESIGNED, SUSPENDED
from ....module_utils._securityhub.reasons import NOT_A_MEMBER, OWN_ACCOUNT, is_failure
from ....module_utils._securityhub.results.messages import Group
from .fleet import Fleet, Membership

Severity = Tuple[bool, int]  # the smaller, the worse
# A status that is not known comes before all of these.
_WORST_FIRST = (REMOVED, RESIGNED, DELETED, SUSPENDED, NOT_A_MEMBER, CREATED, INVITED, ENABLED)
_FINE: Severity = (True, len(_WORST_FIRST))


def severity(row: Membership) -> Severity:
    """Return how bad a membership is: failures first, then by status. What could not be read is its Region's fault."""
    if row.is_as_requested or row.is_of_failed_region or row.status == OWN_ACCOUNT:
        return _FINE
    place = _WORST_FIRST.index(row.status) if row.status in _WORST_FIRST else -1
    return not is_failure(row.reason), place


def worst_groups_first(groups: List[Group[Membership]]) -> List[Group[Membership]]:
    """Return groups with the worst first, and of equals the one with the most accounts."""
    return sorted(groups, key=lambda group: (severity(group.first), -len(group.account_ids)))


def worst_accounts_first(fleet: Fleet) -> List[str]:
    """Return the account IDs with the worst first, and of equals the one with the most Regions."""
    found: Dict[str, List[Severity]] = {account_id: [] for account_id in fleet.account_ids}
    for row in fleet.memberships:
        found[row.account_id].append(severity(row))
    return sorted(found, key=lambda account_id: _place(found[account_id]))


def _place(severities: List[Severity]) -> Tuple[Severity, int]:
    return min(severities), -sum(each != _FINE for each in severities)
