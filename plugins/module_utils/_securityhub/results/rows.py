# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The rows and failed Regions that all modules share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Collection, Dict, Iterable, List, Mapping, Optional, Sequence, TypeVar

from ..aws.credentials import Place
from ..errors import CREDENTIAL_CODES, EXPIRED_CODES, Failure, RegionResult, SecurityHubError
from ..model import StateChange
from .messages import Result, explain, failures_in_words, region_message, role_message, with_message
from .run import RunMode

State = TypeVar("State")


def region_result(
    by_place: Mapping[Place, RegionResult[StateChange[State]]],
    key: str,
    rows: Callable[[State], Iterable[Mapping[str, Any]]],
    show: Callable[[State], Mapping[str, Any]],
    mode: RunMode,
) -> Result:
    """Build the result of a module that works on the caller's own account, or with ``account_ids`` on many.

    :param key: the result key of the rows
    :param rows: makes the rows of a place, except for what names it
    :param show: makes what the diff shows of a place
    """
    changes = {place: result.value for place, result in by_place.items()}
    certain = {place: change for place, change in changes.items() if change.is_certain}
    failed = failed_places(by_place)
    result: Result = {
        key: _rows({place: [change.after] for place, change in certain.items() if change.after is not None}, rows),
        "changed": any(change.changed for change in changes.values()),
        "failed_regions": failed,
    }
    if mode.diff:
        result["diff"] = {
            "before": _shown({place: change.before for place, change in changes.items() if change.is_read}, show),
            "after": _shown({place: change.after for place, change in certain.items() if change.is_read}, show),
        }
    return with_message(result, region_message(failed, len(by_place)))


def _rows(
    found: Mapping[Place, Sequence[State]], rows: Callable[[State], Iterable[Mapping[str, Any]]]
) -> List[Dict[str, Any]]:
    return [{**place_keys(place), **row} for place, values in found.items() for value in values for row in rows(value)]


def place_keys(place: Place) -> Dict[str, str]:
    """Return what names a place in a row."""
    return {key: value for key, value in place._asdict().items() if value is not None}


def _shown(states: Mapping[Place, Optional[State]], show: Callable[[State], Mapping[str, Any]]) -> Dict[str, Any]:
    """Return what the diff shows: by Region, with ``account_ids`` by Region and account."""
    shown: Dict[str, Any] = {}
    for place, state in states.items():
        value = None if state is None else show(state)
        if place.account_id is None:
            shown[place.region] = value
        else:
            shown.setdefault(place.region, {})[place.account_id] = value
    return shown


def info_result(
    by_place: Mapping[Place, RegionResult[Sequence[State]]],
    keys: Mapping[str, Callable[[State], Iterable[Mapping[str, Any]]]],
) -> Result:
    """Build the result of a module that only reads.

    :param keys: for each result key, what makes its rows, except for their place, out of something that was found
    """
    failed = failed_places(by_place)
    found = {place: result.value for place, result in by_place.items()}
    result: Result = {key: _rows(found, rows) for key, rows in keys.items()}
    result.update(changed=False, failed_regions=failed)
    return with_message(result, region_message(failed, len(by_place)))


def accounts_info_result(
    by_place: Mapping[Place, RegionResult[Optional[Sequence[State]]]],
    keys: Mapping[str, Callable[[State], Iterable[Mapping[str, Any]]]],
    errors: Mapping[str, SecurityHubError],
) -> Result:
    """Build the result of a module that reads in accounts with ``account_ids``.

    :param by_place: what was found, None where Security Hub is disabled
    :param errors: why the roles of accounts could not be assumed
    """
    found: Dict[Place, RegionResult[Any]] = {
        place: replace(result, value=result.value or ()) for place, result in by_place.items()
    }
    disabled = [place_keys(place) for place, result in by_place.items() if result.value is None]
    return with_failed_accounts({**info_result(found, keys), "disabled_regions": disabled}, errors)


def with_failed_accounts(result: Result, errors: Mapping[str, SecurityHubError]) -> Result:
    """Return the result with the accounts whose role could not be taken."""
    rows = [
        {"account_id": account_id, "error_code": error.error_code, "msg": role_message(account_id, error)}
        for account_id, error in errors.items()
    ]
    sentences = [result["msg"]] if "msg" in result else []
    if rows:
        noun = "The role of 1 account" if len(rows) == 1 else f"The role of {len(rows)} accounts"
        sentences += [f"{noun} could not be assumed.", *failures_in_words(rows)]
    return with_message({**result, "failed_accounts": rows}, sentences)


def nothing_found(error: SecurityHubError) -> RegionResult[Any]:
    """Return the result of a Region that could not be read."""
    return RegionResult([], error)


def not_started(error: SecurityHubError) -> RegionResult[StateChange[Any]]:
    """Return the result of a Region in which nothing could be done."""
    return RegionResult(StateChange(is_read=False), error)


def failed_places(by_place: Mapping[Place, RegionResult[Any]], known: Optional[str] = None) -> List[Dict[str, str]]:
    """Return a row for each Region, with ``account_ids`` for each Region and account, that failed.

    :param known: the account that calls, where something else has told it
    """
    failed = {place: result.error for place, result in by_place.items() if result.error}
    needs_lookup = any(place.account_id is None for place in failed)
    caller = (known or _caller_account_id(by_place.values())) if needs_lookup else None
    return [
        {**place_keys(place), "error_code": error.error_code, "msg": explain(error, place.account_id or caller)}
        for place, error in failed.items()
    ]


def failed_regions(by_region: Mapping[str, RegionResult[Any]], known: Optional[str] = None) -> List[Dict[str, str]]:
    """Return a row for each Region that failed, as :func:`failed_places` does."""
    return failed_places({Place(region): result for region, result in by_region.items()}, known)


def _caller_account_id(results: Collection[RegionResult[Any]]) -> Optional[str]:
    """Return which account calls: from a message, else from STS in a Region that takes the credentials."""
    told = (each.error.caller_account_id for each in results if isinstance(each.error, SecurityHubError))
    answering = (each.account_id() for each in results if not _takes_no_call(each.error))
    return next(filter(None, told), None) or next(answering, None)


def _takes_no_call(error: Optional[Failure]) -> bool:
    """Whether a Region can't be asked: no connection, no response, or none with these credentials."""
    if not isinstance(error, SecurityHubError):
        return False
    return error.unsent or error.is_silence or error.error_code in CREDENTIAL_CODES | EXPIRED_CODES
