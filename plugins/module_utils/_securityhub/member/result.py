# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Results of the modules for the member list."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from ..errors import RegionResult
from ..model import DISASSOCIATE, Member, Outcome, status_of
from ..reasons import is_failure
from ..results.messages import Result, Shortcoming, region_message, shortcomings_in_words, with_message
from ..results.rows import failed_regions
from ..results.run import RunMode
from .apply import administrator_of
from .plan import is_without_invitation, list_of

ByRegion = Mapping[str, RegionResult[List[Outcome]]]

# What a row shows of a member besides its status.
_NO_DETAILS: Dict[str, Optional[str]] = dict.fromkeys(("email", "administrator_id", "invited_at", "updated_at"))


def account_keys(lists: Sequence[str]) -> List[str]:
    """Return the result keys of a module for the member list."""
    return [*(f"{name}_accounts" for name in lists), "failed_regions"]


def account_result(
    by_region: ByRegion, lists: Sequence[str], verb: str, fail_on_unprocessed: bool, mode: RunMode
) -> Result:
    """Build the result of a module for the member list.

    :param lists: the result lists without "_accounts", in order; ``unprocessed`` is the last of them
    :param verb: what the module does to accounts, for the message, such as "invited"
    """
    result: Result = {key: [] for key in account_keys(lists)}
    outcomes = [(region, outcome) for region, found in by_region.items() for outcome in found.value]
    for region, outcome in outcomes:
        result[f"{list_of(outcome)}_accounts"].append(_row(region, outcome))
    result["changed"] = any(outcome.changed for _region, outcome in outcomes)
    result["failed_regions"] = failed_regions(
        by_region, administrator_of({outcome.account_id: outcome.before for _region, outcome in outcomes})
    )
    if mode.diff:
        result["diff"] = diff_of({region: found.value for region, found in by_region.items()})
    message = region_message(result["failed_regions"], len(by_region))
    if fail_on_unprocessed:
        message += unprocessed_message(
            outcomes, message, lambda left: f"{_how_many(left, outcomes, len(by_region))} not {verb}"
        )
    return with_message(result, message)


def _row(region: str, outcome: Outcome) -> Dict[str, Any]:
    row: Dict[str, Any] = {
        "region": region,
        "account_id": outcome.account_id,
        "member_status": status_of(outcome.after),
    }
    if outcome.reason:
        return {**row, "reason": outcome.reason, "processing_result": outcome.processing_result}
    row["previous_member_status"] = status_of(outcome.before)
    known = outcome.after or outcome.before
    return {**row, **_details(known)} if known else {**row, **_NO_DETAILS}


def member_row(member: Member) -> Dict[str, Any]:
    """Return the row of an entry of the member list, except for its Region."""
    return {"account_id": member.account_id, "member_status": member.member_status, **_details(member)}


def _details(member: Member) -> Dict[str, Optional[str]]:
    return {key: getattr(member, key) for key in _NO_DETAILS}


def diff_of(outcomes: Mapping[str, Sequence[Outcome]]) -> Dict[str, Dict[str, Dict[str, Optional[str]]]]:
    """Return each account's status before and after, by Region; accounts that could not be looked up are left out."""
    return {
        side: {
            region: {each.account_id: status_of(getattr(each, side)) for each in found if each.is_seen}
            for region, found in outcomes.items()
        }
        for side in ("before", "after")
    }


def unprocessed_message(
    outcomes: Sequence[Tuple[str, Outcome]], said: Sequence[str], how_many: Callable[[int], str]
) -> List[str]:
    """Count the accounts for which the task fails, and name the first of each reason.

    :param said: what the message of the task says already
    :param how_many: puts their number in words
    """
    left = [
        Shortcoming(region, each.account_id, each.reason, each.processing_result)
        for region, each in outcomes
        if each.reason and is_failure(each.reason)
    ]
    return [f"{how_many(len(left))}: {shortcomings_in_words(left, ' '.join(said))}."] if left else []


def organization_warnings(outcomes: Sequence[Tuple[str, Outcome]]) -> List[str]:
    """Return a warning for each account whose disassociation ends a membership without an invitation."""
    regions: Dict[str, List[str]] = {}
    for region, outcome in outcomes:
        before = outcome.before
        if DISASSOCIATE in outcome.actions and before and is_without_invitation(before):
            regions.setdefault(outcome.account_id, []).append(region)
    return [
        f"{account_id} is Enabled without an invitation in {', '.join(names)}, so it is probably an account of an "
        "organization. Disassociating it ends its monitoring by this administrator, and it can't be invited again: "
        "only the delegated administrator of the organization can add it."
        for account_id, names in regions.items()
    ]


def _how_many(left: int, outcomes: Sequence[Tuple[str, Outcome]], regions: int) -> str:
    """Return the count of what is left, with units."""
    if regions == 1:
        return "1 account" if len(outcomes) == 1 else f"{left} of {len(outcomes)} accounts"
    accounts = len({outcome.account_id for _region, outcome in outcomes})
    unit = "account" if accounts == 1 else "accounts"
    return f"{left} of {len(outcomes)} memberships ({accounts} {unit} × {regions} Regions)"
