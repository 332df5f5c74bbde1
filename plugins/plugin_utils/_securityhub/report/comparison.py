# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""What changed since an earlier report: newly enabled, newly left, newly failing, newly differing from the policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

from ....module_utils._securityhub.model import ENABLED
from ....module_utils._securityhub.reasons import is_failure

Report = Mapping[str, Any]
Pair = Tuple[str, str]  # account ID and Region
CHANGES = ("newly_enabled", "newly_left", "newly_failing", "newly_differing")
_UNKNOWN: Mapping[str, Any] = {"member_status": None, "readable": True, "reason": None, "policy": None}


def read_report(path: Path) -> Optional[Report]:
    """Return the report in a file, None where there is none: a first run has nothing to compare with."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def since(report: Report, earlier: Optional[Report]) -> Optional[Dict[str, Any]]:
    """Return what changed since an earlier report of the same administrator, None where there is none.

    A Region is compared where both reports have it, and a membership where both could read it.
    """
    if not earlier or earlier.get("version") != report["version"]:
        return None
    if earlier.get("administrator_id") != report["administrator_id"]:
        return None
    try:
        return {"generated_at": str(earlier["generated_at"]), **_changes(report, earlier)}
    except (AttributeError, KeyError, TypeError):  # a file that something else wrote
        return None


def _changes(report: Report, earlier: Report) -> Dict[str, List[Dict[str, Any]]]:
    found: Dict[str, List[Dict[str, Any]]] = {kind: [] for kind in CHANGES}
    rows: Dict[Tuple[Any, ...], Dict[str, Any]] = {}
    for kind, account, region, before, now in _changed(report, earlier):
        key = (kind, account["account_id"], before["member_status"], now["member_status"], now["reason"])
        if key not in rows:
            rows[key] = _row(account, before, now)
            found[kind].append(rows[key])
        rows[key]["regions"].append(region)
    return found


def _row(account: Report, before: Report, now: Report) -> Dict[str, Any]:
    """Return one account that changed in the same way in some Regions, which are still to be added."""
    return {
        **{name: account[name] for name in ("account_id", "email", "name")},
        "previous_member_status": before["member_status"],
        "member_status": now["member_status"],
        "reason": now["reason"],
        "regions": [],
    }


def _changed(report: Report, earlier: Report) -> Iterator[Tuple[str, Report, str, Report, Report]]:
    """Yield each change: its kind, the account, the Region, the membership before and now."""
    old, new = _memberships(earlier), _memberships(report)
    failed = {row["region"] for row in report["failed_regions"]}
    for (account_id, region), (account, now) in new.items():
        before = old.get((account_id, region), (account, _UNKNOWN))[1]
        kind = _kind(before, now) if region in earlier["regions"] else None
        if kind:
            yield kind, account, region, before, now
    for (account_id, region), (account, before) in old.items():
        is_gone = (account_id, region) not in new and region in report["regions"] and region not in failed
        if is_gone and before["member_status"] == ENABLED:
            yield "newly_left", account, region, before, _UNKNOWN


def _memberships(report: Report) -> Dict[Pair, Tuple[Report, Report]]:
    return {
        (account["account_id"], region): (account, membership)
        for account in report["accounts"]
        for region, membership in account["memberships"].items()
    }


def _kind(before: Report, now: Report) -> Optional[str]:
    """Return which change it is, None for one that nobody has to know."""
    if not before["readable"]:
        return None
    was_enabled, is_enabled = before["member_status"] == ENABLED, now["member_status"] == ENABLED
    if is_enabled and not was_enabled:
        return "newly_enabled"
    if was_enabled and not is_enabled and now["readable"]:
        return "newly_left"
    if _fails(now) and not _fails(before, now["reason"]):
        return "newly_failing"
    # Without a policy before, nothing is known to have been otherwise.
    return "newly_differing" if (before["policy"], now["policy"]) == ("applied", "differs") else None


def _fails(membership: Report, reason: Optional[str] = None) -> bool:
    """Return whether a membership could not be read or processed, or not for this reason."""
    fails = not membership["readable"] or is_failure(membership["reason"])
    return fails and (reason is None or membership["reason"] == reason)
