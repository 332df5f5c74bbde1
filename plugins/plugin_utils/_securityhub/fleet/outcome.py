# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""A run as data, for what comes after it: the next node of a workflow, or a notification."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Dict

from ....module_utils._securityhub.results.messages import Group
from .differences import Difference, differences
from .fleet import Fleet, Membership, count_actions, count_by_policy, count_by_status
from .reasons import groups, next_step
from .summary import Request, Summary, open_memberships


def outcome_of(fleet: Fleet, request: Request, summary: Summary) -> Dict[str, Any]:
    """Return what the run did, and which memberships it leaves short of its goal and why.

    Accounts with the same status and reason are one row: AWX keeps the result in its database.
    """
    return {
        "purpose": request.purpose,
        "check_mode": request.is_check,
        "failed": summary.failed,
        "msg": summary.msg,
        "administrator_id": fleet.administrator_id,
        "regions": list(fleet.regions),
        "counts": _counts(fleet),
        "actions": count_actions(fleet.memberships),
        "remaining": [_remaining(group) for group in groups(open_memberships(fleet, request))],
        "policy_differences": [_difference(group) for group in differences(fleet.memberships)],
        "failed_regions": [asdict(row) for row in fleet.failed_regions],
        "report_path": request.report_path,
    }


def _counts(fleet: Fleet) -> Dict[str, Any]:
    return {
        "accounts": len(fleet.account_ids),
        "memberships": len(fleet.memberships),
        "by_status": count_by_status(fleet.memberships),
        "by_policy": count_by_policy(fleet.memberships),
    }


def _difference(group: Group[Difference]) -> Dict[str, Any]:
    return {
        **group.first.as_dict(),
        "memberships": len(group.rows),
        "account_ids": group.account_ids,
        "regions": group.regions,
    }


def _remaining(group: Group[Membership]) -> Dict[str, Any]:
    return {
        "member_status": group.first.status,
        "reason": group.first.reason,
        "explanation": group.explanation,
        "next_step": next_step(group.first),
        "memberships": len(group.rows),
        "account_ids": group.account_ids,
        "regions": group.regions,
    }
