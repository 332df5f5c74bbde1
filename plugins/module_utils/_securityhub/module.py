# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Options, results and messages that the modules share.

A module's ``main()`` hands its options to a task and leaves with what the task returns: the keys of the result, with
``msg`` among them where the module has to fail.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, TypeVar, Union

from .api import AwsFailure, Observed
from .apply import Converged, Settled
from .model import InvalidInput, Member, Obstacle, status_of
from .plan import NOT_ATTEMPTED, UNPROCESSED, Outcome
from .regions import ConnectionInfo, connection_info

Result = Dict[str, Any]
Failure = Union[AwsFailure, Obstacle]
Caller = Callable[[str], Optional[str]]
State = TypeVar("State")

REGIONS_SPEC: Dict[str, Any] = {"type": "list", "elements": "str"}
WAIT_TIMEOUT_SPEC: Dict[str, Any] = {"type": "int", "default": 30}
FAIL_ON_UNPROCESSED_SPEC: Dict[str, Any] = {"type": "bool", "default": True}

# So many unprocessed accounts are named in msg; all of them are in the result.
NAMED_ACCOUNTS = 10

_CREDENTIAL_CODES = frozenset(
    ["UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch"]
)
_EXPIRED_CODES = frozenset(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"])
_DENIED_CODES = frozenset(["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
# Only an administrator has a member list.
_ADMINISTRATOR_OPERATIONS = frozenset(
    ["CreateMembers", "InviteMembers", "GetMembers", "ListMembers", "DisassociateMembers", "DeleteMembers"]
)


# What a row tells of a member besides its status.
_NO_DETAILS: Dict[str, Optional[str]] = dict.fromkeys(("email", "administrator_id", "invited_at", "updated_at"))


class Mode(NamedTuple):
    """How Ansible runs the module."""

    check: bool
    diff: bool


Task = Callable[[Mapping[str, Any], ConnectionInfo, Mode], Result]


def answer(
    task: Task, params: Mapping[str, Any], connection: Callable[[], Sequence[Any]], mode: Mode, keys: Sequence[str]
) -> Result:
    """Return the task's result, or a failure without any call to AWS where the options can't be used.

    :param connection: get_aws_connection_info for the module
    :param keys: the lists that every result of the module has
    """
    try:
        return task(params, connection_info(connection), mode)
    except InvalidInput as error:
        return {"msg": str(error), "changed": False, **{key: [] for key in keys}}


def account_keys(lists: Sequence[str]) -> List[str]:
    """Return the result keys of a module that brings accounts somewhere."""
    return [*(f"{name}_accounts" for name in lists), "failed_regions"]


def checked_wait_timeout(seconds: int) -> int:
    """Return the option ``wait_timeout``.

    :raises InvalidInput: if it is negative
    """
    if seconds < 0:
        raise InvalidInput(f"wait_timeout: {seconds} is less than 0. Give a number of seconds, or 0 to not look again.")
    return seconds


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
    result["failed_regions"] = failed_regions(failures, caller, _administrator(by_region))
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


def _administrator(by_region: Mapping[str, Converged]) -> Optional[str]:
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


def region_result(
    by_region: Mapping[str, Settled[State]],
    key: str,
    row: Callable[[State], Mapping[str, Any]],
    show: Callable[[State], Mapping[str, Any]],
    mode: Mode,
    caller: Caller,
) -> Result:
    """Build the result of a module that works on the caller's own account.

    :param by_region: how it ended, or in check mode would end, in each Region
    :param key: the result key of the rows
    :param row: makes a row, but for its Region
    :param show: makes what the diff shows of a Region
    :param caller: finds the account that calls, for messages in which nothing else names it
    """
    rows = {region: settled.after for region, settled in by_region.items() if settled.after is not None}
    failures = {region: settled.failure for region, settled in by_region.items()}
    result: Result = {
        key: [{"region": region, **row(after)} for region, after in rows.items()],
        "changed": any(settled.changed for settled in by_region.values()),
        "failed_regions": failed_regions(failures, caller),
    }
    if mode.diff:
        result["diff"] = {
            side: {
                region: None if getattr(settled, side) is None else show(getattr(settled, side))
                for region, settled in by_region.items()
                if settled.read
            }
            for side in ("before", "after")
        }
    return with_message(result, _region_message(result["failed_regions"], len(by_region)))


def with_message(result: Result, sentences: Sequence[str]) -> Result:
    """Return the result, with the sentences as its msg if there are any."""
    return {**result, "msg": " ".join(sentences)} if sentences else result


def info_result(
    by_region: Mapping[str, Observed[State]],
    keys: Mapping[str, Callable[[State], Iterable[Mapping[str, Any]]]],
    caller: Caller,
) -> Result:
    """Build the result of a module that only reads.

    :param keys: for each result key, what makes its rows, but for their Region, out of something that was found
    :param caller: finds the account that calls, for messages in which nothing else names it
    """
    failures = {region: observed.failure for region, observed in by_region.items()}
    failed = failed_regions(failures, caller)
    result: Result = {
        key: [
            {"region": region, **row}
            for region, observed in by_region.items()
            for found in observed.found
            for row in rows(found)
        ]
        for key, rows in keys.items()
    }
    result.update(changed=False, failed_regions=failed)
    return with_message(result, _region_message(failed, len(by_region)))


def failed_regions(
    failures: Mapping[str, Optional[Failure]], caller: Caller, known: Optional[str] = None
) -> List[Dict[str, str]]:
    """Return a row for each Region that failed.

    :param failures: by Region, None where all went well
    :param caller: asks, in a Region, which account calls
    :param known: the account that calls, where something else has told it
    """
    failed = {region: failure for region, failure in failures.items() if failure}
    account_id = (known or _caller_account_id(failures, caller)) if failed else None
    return [
        {"region": region, "error_code": failure.error_code, "msg": explain(failure, account_id)}
        for region, failure in failed.items()
    ]


def _caller_account_id(failures: Mapping[str, Optional[Failure]], caller: Caller) -> Optional[str]:
    """Return which account calls: as a failure tells it, else as it is told in a Region that takes the credentials."""
    told = (failure.caller_account_id for failure in failures.values() if isinstance(failure, AwsFailure))
    answering = (region for region, failure in failures.items() if not _is_mute(failure))
    return next(filter(None, told), None) or next(map(caller, answering), None)


def _is_mute(failure: Optional[Failure]) -> bool:
    """Whether there is nobody to ask in a Region: no connection, or none with these credentials."""
    if not isinstance(failure, AwsFailure):
        return False
    return failure.unsent or failure.error_code in _CREDENTIAL_CODES | _EXPIRED_CODES


def _region_message(rows: Sequence[Mapping[str, str]], regions: int) -> List[str]:
    if not rows:
        return []
    return [f"{len(rows)} of {regions} Regions failed."] + [row["msg"] for row in rows]


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


def explain(failure: Failure, account_id: Optional[str] = None) -> str:
    """Say what failed, in which account and Region, in whose words, and what to do next."""
    if isinstance(failure, Obstacle):
        return f"Account {account_id}: {failure.text}" if account_id else failure.text
    account = failure.caller_account_id or account_id
    if failure.hub_is_off:
        where = f"in {account} in {failure.region}" if account else f"in {failure.region}"
        return f"Security Hub is off {where}: turn it on with multiaccount.aws.securityhub_hub."
    return f"{_what_failed(failure, account)} {_next_step(failure)}"


def _what_failed(failure: AwsFailure, account: Optional[str]) -> str:
    whom = ""
    if failure.account_ids:
        more = len(failure.account_ids) - 1
        whom = f" of {failure.account_ids[0]}" + (f" and {more} more" if more else "")
    by = f" by {account}" if account else ""
    words = failure.text.rstrip(".")
    return f"{failure.operation}{whom}{by} failed in {failure.region} with {failure.error_code}: {words}."


def _next_step(failure: AwsFailure) -> str:
    code = failure.error_code
    steps = (
        (
            code in _CREDENTIAL_CODES,
            f"Check the credentials, and whether the Region {failure.region} is enabled (opted in) in the account.",
        ),
        (code in _EXPIRED_CODES, "Get new credentials and run again."),
        (
            code in _DENIED_CODES,
            f"Allow {failure.denied_action} in the caller's IAM policy, and look for an SCP that denies it.",
        ),
        (
            code == "LimitExceededException",
            "The rate or a quota is used up (1,000 open invitations for each Region): run again later, or make room.",
        ),
        (failure.throttled, "The service kept throttling: run again later; what is done stays done."),
        (failure.unsent, "No connection: check the Region, endpoint_url, proxy and network, then run again."),
        (failure.in_doubt, "The service or the connection kept failing: run again; what is done stays done."),
        (
            failure.operation == "DisableSecurityHub",
            "Leave the administrator (multiaccount.aws.securityhub_invitation) or disassociate the members first.",
        ),
        (
            code == "InvalidAccessException" and failure.operation in _ADMINISTRATOR_OPERATIONS,
            "Run it with the credentials of the Security Hub administrator account.",
        ),
    )
    return next((step for applies, step in steps if applies), "Mend this and run again; what is done stays done.")
