# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""The report as data: what the JSON is, and what the page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from ....module_utils._securityhub.model import ENABLED, INVITED
from ....module_utils._securityhub.reasons import NOT_A_MEMBER, OWN_ACCOUNT, UNREADABLE
from ....module_utils._securityhub.results.messages import Group
from ..fleet.differences import Difference, differences
from ..fleet.fleet import Fleet, Membership, count_by_policy, count_by_recorder, count_by_status, recorder_groups
from ..fleet.reasons import explanation, groups, next_step, reason_of, severity
from ..fleet.summary import OFFBOARD, Request, open_memberships
from .commands import commands
from .comparison import since
from .invitations import open_invitations

STRUCTURE = 1  # the version of the JSON; it grows when a key changes its meaning or is removed

Report = Dict[str, Any]


@dataclass(frozen=True)
class ReportOptions:
    """What the report needs beside the results.

    :param settings: the values of the role's variables, for the commands
    :param previous: the report of an earlier run, as data
    """

    generated_at: str
    collection_version: str
    request: Request
    settings: Mapping[str, Any]
    previous: Optional[Mapping[str, Any]]


def build(fleet: Fleet, options: ReportOptions) -> Report:
    """Return the report as data."""
    report = _present(fleet, options)
    return {
        **report,
        "since": since(report, options.previous),
        "to_do": _to_do(fleet, options),
        "open_invitations": open_invitations(report["accounts"], report["administrator_id"]),
    }


def _present(fleet: Fleet, options: ReportOptions) -> Report:
    """Return what was seen."""
    now = options.generated_at
    return {
        "version": STRUCTURE,
        "collection_version": options.collection_version,
        "generated_at": now,
        "administrator_id": clean(fleet.administrator_id),
        "regions": [clean(region) for region in fleet.regions],
        "counts": _counts(fleet.memberships),
        "accounts": _accounts(fleet, now),
        "policy_differences": [_difference(group) for group in differences(fleet.memberships)],
        "config_recorders": [_recorders(group) for group in recorder_groups(fleet.memberships)],
        "missing_regions": [clean(region) for region in fleet.missing_regions],
        "failed_regions": [
            texts(vars(row), "region", "account_id", "error_code", "msg") for row in fleet.failed_regions
        ],
        "surplus_members": [_surplus_member(row, now) for row in fleet.surplus_members],
        "skipped_rows": [
            {"row": row.get("row"), **texts(row, "account_id", "name", "reason")} for row in options.request.skipped
        ],
    }


def _to_do(fleet: Fleet, options: ReportOptions) -> List[Dict[str, Any]]:
    """Return what to do, the worst first; Regions that could not be read are named by themselves."""
    rows = open_memberships(fleet, options.request)
    requested = {(row.account_id, row.region) for row in fleet.memberships}
    return [
        _group(group, requested, options) for group in sorted(groups(rows), key=lambda group: severity(group.first))
    ]


def _group(group: Group[Membership], requested: Set[Tuple[str, str]], options: ReportOptions) -> Dict[str, Any]:
    reason = reason_of(group.first)
    lines = commands(group, reason, requested, options.settings, options.request.purpose == OFFBOARD)
    return {
        "status": clean(group.first.status),
        "reason": clean(reason),
        "explanation": clean(group.explanation),
        "next_step": clean(next_step(group.first)),
        "commands": [clean(line) for line in lines],
        "accounts": _places(group),
    }


def _places(group: Group[Any]) -> Dict[str, List[Optional[str]]]:
    return {str(clean(key)): [clean(region) for region in regions] for key, regions in group.accounts.items()}


def _recorders(group: Group[Membership]) -> Dict[str, Any]:
    return {"state": group.first.recorder_state, "accounts": _places(group)}


def _difference(group: Group[Difference]) -> Dict[str, Any]:
    """Return a difference from the policy with its accounts; values of parameters keep their types."""
    fields = group.first.fields._asdict()
    fields = {key: clean(value) if isinstance(value, str) else value for key, value in fields.items()}
    return {**fields, "text": clean(group.text), "accounts": _places(group)}


def clean(value: Any) -> Optional[str]:
    """Return a value as plain text that can be written as UTF-8; an empty one is None."""
    return None if value in (None, "") else str(value).encode("utf-8", "replace").decode("utf-8")


def texts(row: Mapping[str, Any], *names: str) -> Dict[str, Optional[str]]:
    """Return these keys of a row as plain text."""
    return {name: clean(row.get(name)) for name in names}


def age_in_days(since: Optional[str], until: str) -> Optional[int]:
    """Return the whole days between two times in ISO 8601, None if one is not a time."""
    try:
        return max((_time(until) - _time(str(since))).days, 0)
    except ValueError:
        return None


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def _counts(rows: Sequence[Membership]) -> Dict[str, Any]:
    """Count accounts and memberships; what could not be read is neither Enabled nor not Enabled."""
    accounts: Dict[str, List[bool]] = {}
    for row in rows:
        accounts.setdefault(row.account_id, []).extend([row.status == ENABLED] if row.is_counted else [])
    return {
        "accounts": len(accounts),
        "accounts_read": sum(bool(seen) for seen in accounts.values()),
        "accounts_enabled": sum(bool(seen) and all(seen) for seen in accounts.values()),
        "memberships": len(rows),
        "memberships_read": sum(row.is_counted for row in rows),
        "by_status": count_by_status(rows),
        "by_policy": count_by_policy(rows),
        "by_config_recorder": count_by_recorder(rows),
    }


def _accounts(fleet: Fleet, generated_at: str) -> List[Dict[str, Any]]:
    found: Dict[str, Dict[str, Any]] = {}
    for row in fleet.memberships:
        name = clean(fleet.names.get(row.account_id))
        empty: Dict[str, Any] = {
            "account_id": str(clean(row.account_id)),
            "email": None,
            "name": name,
            "memberships": {},
        }
        account = found.setdefault(row.account_id, empty)
        account["email"] = account["email"] or clean(row.entry.email)
        account["memberships"][clean(row.region)] = _membership(row, generated_at)
    return list(found.values())


def _membership(row: Membership, generated_at: str) -> Dict[str, Any]:
    """Return a membership: its status is null where the account is not in the member list or was not read."""
    own = row.status in (NOT_A_MEMBER, UNREADABLE, OWN_ACCOUNT)
    return {
        "member_status": None if own else clean(row.status),
        "readable": row.status != UNREADABLE,
        "reason": clean(row.reason),
        "explanation": None if row.is_as_requested else clean(explanation(row)),
        "next_step": None if row.is_as_requested else clean(next_step(row)),
        "invited_at": clean(row.invited_at),
        "invitation_age_days": age_in_days(row.invited_at, generated_at) if row.status == INVITED else None,
        "actions": [clean(action) for action in row.actions],
        "left_administrator_id": clean(row.left_administrator_id),
        "config_recorder": row.recorder_state,
        "policy": row.policy_state,
        "policy_difference_count": row.policy.difference_count if row.policy else 0,
    }


def _surplus_member(row: Membership, generated_at: str) -> Dict[str, Any]:
    return {
        "region": clean(row.region),
        "account_id": clean(row.account_id),
        "email": clean(row.entry.email),
        "invited_at": clean(row.invited_at),
        "member_status": clean(row.status),
        "invitation_age_days": age_in_days(row.invited_at, generated_at),
    }
