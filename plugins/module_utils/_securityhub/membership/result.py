# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The result of securityhub_membership: rows, surplus members, counts, diff and message."""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict, List, Mapping

from ..errors import RegionResult
from ..member.result import diff_of, organization_warnings, unprocessed_message
from ..model import as_row
from ..results.messages import Result, recorder_warnings, region_message, status_in_words, with_message
from ..results.rows import failed_regions
from ..results.run import RunMode
from .apply import RegionMemberships

ByRegion = Mapping[str, RegionResult[RegionMemberships]]

KEYS = ("memberships", "surplus_members", "hub_enabled_regions", "failed_regions")


def membership_result(by_region: ByRegion, fail_on_unprocessed: bool, mode: RunMode) -> Result:
    """Build the result of securityhub_membership."""
    rows = [(region, row) for region, found in by_region.items() for row in found.value.rows]
    surplus = [(region, row) for region, found in by_region.items() for row in found.value.surplus]
    administrator_id = next(
        (each.value.administrator_id for each in by_region.values() if each.value.administrator_id), None
    )
    failed = failed_regions(by_region, administrator_id)
    hub_enabled = [region for region, found in by_region.items() if found.value.is_hub_enabled]
    result: Result = {
        "memberships": [as_row(region, row) for region, row in rows],
        "surplus_members": [as_row(region, row) for region, row in surplus],
        "administrator_id": administrator_id,
        "hub_enabled_regions": hub_enabled,
        "failed_regions": failed,
        "counts": _counts(rows),
        "changed": bool(hub_enabled) or any(row.changed for _region, row in rows + surplus),
    }
    recorders = [(region, row.account_id, row.config_recorder) for region, row in rows if row.config_recorder]
    warnings = [*organization_warnings(rows + surplus), *recorder_warnings(recorders)]
    if warnings:
        result["warnings"] = warnings
    if mode.diff:
        result["diff"] = diff_of({key: [*each.value.rows, *each.value.surplus] for key, each in by_region.items()})
    message = region_message(failed, len(by_region))
    if fail_on_unprocessed:
        remaining = [pair for pair in surplus if pair[1].reason]
        judged = rows + remaining
        noun = ("membership" if len(judged) == 1 else "memberships") + (", surplus ones included," if remaining else "")
        message += unprocessed_message(
            judged,
            message,
            lambda left: f"{left} of {len(judged)} {noun} {'is' if left == 1 else 'are'} not as requested",
        )
    return with_message(result, message)


def no_memberships() -> Result:
    """Return what every result has besides the lists, as it is where nothing was done."""
    return {"administrator_id": None, "counts": _counts([])}


def _counts(rows: List[Any]) -> Dict[str, Any]:
    by_status = Counter(status_in_words(row) for _region, row in rows)
    by_policy = Counter(row.policy.state for _region, row in rows if row.policy)
    return {
        "accounts": len({row.account_id for _region, row in rows}),
        "memberships": len(rows),
        "by_status": dict(sorted(by_status.items())),
        **({"by_policy": dict(sorted(by_policy.items()))} if by_policy else {}),
    }
