# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Results of the modules for the member list."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from ..errors import RegionResult
from ..model import Member, Outcome, status_of
from ..reasons import is_failure
from ..results.messages import Result, Shortcoming, region_message, shortcomings_in_words, with_message
from ..results.rows import failed_regions
from ..results.run import RunMode
from .plan import list_of

ByRegion = Mapping[str, RegionResult[List[Outcome]]]

# What a row shows of a member besides its status.
_NO_DETAILS: Dict[str, Optional[str]] = dict.fromkeys(("email", "administrator_id", "invited_at", "updated_at"))


def account_keys(lists: Sequence[str]) -> List[str]:
    """Return the result keys of a module for the member list."""
    return [*(f"{name}_accounts" for name in lists), "failed_regions"]


def account_result(
    by_region: ByRegion,
    lists: Sequence[str],
    verb: str,
    fail_on_unprocessed: bool,
    mode: RunMode,
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
    result["failed_regions"] = failed_regions(by_region, _administrator_id(by_region))
    if mode.diff:
        result["diff"] = {side: _statuses(by_region, side) for side in ("before", "after")}
    message = region_message(result["failed_regions"], len(by_region))
    if fail_on_unprocessed:
        message += _unprocessed_message(by_region, verb, message)
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


def _administrator_id(by_region: ByRegion) -> Optional[str]:
    """Return the administrator, which is the account that calls, where an entry of any Region names it."""
    outcomes = (outcome for found in by_region.values() for outcome in found.value)
    return next(
        (each.before.administrator_id for each in outcomes if each.before and each.before.administrator_id), None
    )


def _statuses(by_region: ByRegion, side: str) -> Dict[str, Dict[str, Optional[str]]]:
    """Return each account's status before or after; accounts that could not be looked up are left out."""
    return {
        region: {each.account_id: status_of(getattr(each, side)) for each in found.value if each.is_seen}
        for region, found in by_region.items()
    }


def _unprocessed_message(by_region: ByRegion, verb: str, said: Sequence[str]) -> List[str]:
    """Count the unprocessed accounts and name the first of each reason."""
    pairs = [(region, outcome) for region, found in by_region.items() for outcome in found.value]
    left = [
        Shortcoming(region, outcome.account_id, outcome.reason, outcome.processing_result)
        for region, outcome in pairs
        if outcome.reason and is_failure(outcome.reason)
    ]
    if not left:
        return []
    accounts = len({outcome.account_id for _region, outcome in pairs})
    how_many = _how_many(len(left), len(pairs), accounts, len(by_region))
    named = shortcomings_in_words(left, " ".join(said))
    return [f"{how_many} not {verb}: {named}."]


def _how_many(left: int, pairs: int, accounts: int, regions: int) -> str:
    """Return the count of what is left, with units."""
    if regions == 1:
        return "1 account" if pairs == 1 else f"{left} of {pairs} accounts"
    unit = "account" if accounts == 1 else "accounts"
    return f"{left} of {pairs} memberships ({accounts} {unit} × {regions} Regions)"
