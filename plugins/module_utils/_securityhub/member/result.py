# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Results of the modules for the member list."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from ..errors import NOT_ATTEMPTED
from ..model import Member, status_of
from ..results import Caller, Mode, Result, _region_message, failed_regions, with_message
from .apply import Converged
from .plan import UNPROCESSED, Outcome

# So many unprocessed accounts are named in msg; all of them are in the result.
NAMED_ACCOUNTS = 10
# What a row tells of a member besides its status.
_NO_DETAILS: Dict[str, Optional[str]] = dict.fromkeys(("email", "administrator_id", "invited_at", "updated_at"))


def account_keys(lists: Sequence[str]) -> List[str]:
    """Return the result keys of a module that brings accounts somewhere."""
    return [*(f"{name}_accounts" for name in lists), "failed_regions"]


def account_result(
    by_region: Mapping[str, Converged],
    lists: Sequence[str],
    verb: str,
    fail_on_unprocessed: bool,
    mode: Mode,
    caller: Caller,
) -> Result:
    """Build the result of a module that brings accounts somewhere.

    :param by_region: how it ended, or in check mode would end, in each Region
    :param lists: the result lists without "_accounts", in order; ``unprocessed`` is the last of them
    :param verb: what the module does to accounts, for the message, such as "invited"
    :param caller: finds the account that calls, for messages in which nothing else names it
    """
    result: Result = {key: [] for key in account_keys(lists)}
    for region, converged in by_region.items():
        for outcome in converged.outcomes:
            result[f"{outcome.result}_accounts"].append(_row(region, outcome))
    failures = {region: converged.failure for region, converged in by_region.items()}
    result["changed"] = any(outcome.changed for converged in by_region.values() for outcome in converged.outcomes)
    result["failed_regions"] = failed_regions(failures, caller, _calling_administrator(by_region))
    if mode.diff:
        result["diff"] = _account_diff(by_region)
    message = _region_message(result["failed_regions"], len(by_region))
    if fail_on_unprocessed:
        message += _unprocessed_message(by_region, verb)
    return with_message(result, message)


def _row(region: str, outcome: Outcome) -> Dict[str, Any]:
    row: Dict[str, Any] = {
        "region": region,
        "account_id": outcome.account_id,
        "member_status": status_of(outcome.after),
    }
    if outcome.result == UNPROCESSED:
        return {**row, "reason": outcome.reason, "processing_result": outcome.processing_result}
    row["previous_member_status"] = status_of(outcome.before)
    known = outcome.after or outcome.before
    return {**row, **_details(known)} if known else {**row, **_NO_DETAILS}


def member_row(member: Member) -> Dict[str, Any]:
    """Return the row of an entry of the member list, but for its Region."""
    return {"account_id": member.account_id, "member_status": member.member_status, **_details(member)}


def _details(member: Member) -> Dict[str, Optional[str]]:
    return {key: getattr(member, key) for key in _NO_DETAILS}


def _calling_administrator(by_region: Mapping[str, Converged]) -> Optional[str]:
    """Return who administers the accounts, which is who calls, if any Region tells."""
    outcomes = (outcome for converged in by_region.values() for outcome in converged.outcomes)
    return next(
        (each.before.administrator_id for each in outcomes if each.before and each.before.administrator_id), None
    )


def _account_diff(by_region: Mapping[str, Converged]) -> Dict[str, Any]:
    """Show each account's status before and after; accounts whose status could not be read are left out."""
    return {
        key: {
            region: {
                outcome.account_id: status_of(getattr(outcome, key)) for outcome in converged.outcomes if outcome.seen
            }
            for region, converged in by_region.items()
        }
        for key in ("before", "after")
    }


def _unprocessed_message(by_region: Mapping[str, Converged], verb: str) -> List[str]:
    """Count the unprocessed accounts, and name the first: last those whose Region failed, as that is said already."""
    pairs = [(region, outcome) for region, converged in by_region.items() for outcome in converged.outcomes]
    left = [(region, outcome) for region, outcome in pairs if outcome.result == UNPROCESSED]
    if not left:
        return []
    left.sort(key=lambda pair: pair[1].reason == NOT_ATTEMPTED)
    named = [_why(region, outcome) for region, outcome in left[:NAMED_ACCOUNTS]]
    if len(left) > len(named):
        named.append("see unprocessed_accounts for all")
    accounts = len({outcome.account_id for _region, outcome in pairs})
    unit = "account" if accounts == 1 else "accounts"
    how_many = f"{len(left)} of {len(pairs)}"
    if len(by_region) == 1:
        return [f"{how_many} accounts not {verb}: {'; '.join(named)}."]
    return [f"{how_many} not {verb} ({accounts} {unit} in {len(by_region)} Regions): {'; '.join(named)}."]


def _why(region: str, outcome: Outcome) -> str:
    words = "" if outcome.reason == NOT_ATTEMPTED else f" ({outcome.processing_result})"
    return f"{outcome.account_id} in {region}: {outcome.reason}{words}"
