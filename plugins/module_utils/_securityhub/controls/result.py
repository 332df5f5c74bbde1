# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The result of securityhub_controls: rows, counts, diff and message."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence, Tuple

from ..aws.credentials import Place
from ..errors import RegionResult
from ..reasons import NOT_ATTEMPTED, NOT_AVAILABLE, is_failure
from ..results.messages import Result, Shortcoming, at_most, count, shortcomings_in_words, with_message
from ..results.rows import region_result
from ..results.run import RunMode
from .apply import ControlsChange, ControlsSummary
from .plan import ControlOutcome

KEYS = ("controls", "failed_regions", "failed_accounts")


def controls_result(by_place: Mapping[Place, RegionResult[ControlsChange]], mode: RunMode) -> Result:
    """Build the result of securityhub_controls."""
    result = region_result(by_place, "controls", _rows, lambda summary: summary.shown, mode)
    certain = [(place, each.value.after) for place, each in by_place.items() if each.value.is_certain]
    seen = [(place, after) for place, after in certain if after]
    result["counts"] = _counts([after for _place, after in seen])
    said = [result["msg"]] if "msg" in result else []
    return with_message(result, said + _unprocessed_message(seen, said))


def no_controls() -> Result:
    """Return what every result has besides the lists, as it is where nothing was done."""
    return {"counts": _counts([])}


def _rows(summary: ControlsSummary) -> List[Dict[str, Any]]:
    return [
        {
            "control_id": each.control_id,
            "title": each.title,
            "severity": each.severity,
            "state": each.state,
            "previous_state": each.previous_state,
            "standards": each.standards,
            "parameters": each.parameters,
            "reason": each.reason,
            "actions": list(each.actions),
            "unprocessed_reason": each.unprocessed.reason if each.unprocessed else None,
            "processing_result": each.unprocessed.message if each.unprocessed else None,
        }
        for each in summary.outcomes
    ]


def _counts(summaries: Sequence[ControlsSummary]) -> Dict[str, int]:
    """Count controls × accounts × Regions: those that were asked about, and what became of them."""
    outcomes = [outcome for summary in summaries for outcome in summary.outcomes]
    requested = sum(summary.requested for summary in summaries)
    reasons = [outcome.unprocessed.reason for outcome in outcomes if outcome.unprocessed]
    return {
        "requested": requested,
        "as_requested": requested - len(reasons),
        "changed": sum(1 for outcome in outcomes if outcome.actions),
        "not_available": reasons.count(NOT_AVAILABLE),
        "unprocessed": sum(map(is_failure, reasons)),
    }


def _unprocessed_message(seen: Sequence[Tuple[Place, ControlsSummary]], said: Sequence[str]) -> List[str]:
    """Count the controls that are not as requested, and name them by reason."""
    left = [(place, each) for place, summary in seen for each in summary.outcomes if _fails(each)]
    if not left:
        return []
    groups: Dict[Tuple[Place, str, str], List[str]] = {}
    for place, each in left:
        if each.unprocessed:
            groups.setdefault((place, *each.unprocessed), []).append(each.control_id)
    named = [
        Shortcoming(place.region, place.account_id, reason, f"{at_most(ids)}: {message}")
        for (place, reason, message), ids in groups.items()
    ]
    total = sum(summary.requested for _place, summary in seen)
    verb = "is" if len(left) == 1 else "are"
    words = shortcomings_in_words(named, " ".join(said))
    return [f"{len(left)} of {count(total, 'control')} {verb} not as requested: {words}."]


def _fails(outcome: ControlOutcome) -> bool:
    """Whether an outcome fails the task; what was not attempted is said of its Region."""
    reason = outcome.unprocessed.reason if outcome.unprocessed else None
    return is_failure(reason) and reason != NOT_ATTEMPTED
