# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Running a module, and the results and messages that all modules share."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, TypeVar, Union

from .api import Observed, Settled
from .clients import ConnectionInfo, connection_info
from .errors import AwsFailure, InvalidInput, Obstacle

State = TypeVar("State")

Result = Dict[str, Any]
Failure = Union[AwsFailure, Obstacle]
Caller = Callable[[str], Optional[str]]
_CREDENTIAL_CODES = frozenset(
    ["UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch"]
)
_EXPIRED_CODES = frozenset(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"])
_DENIED_CODES = frozenset(["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
# Only an administrator has a member list.
_ADMINISTRATOR_OPERATIONS = frozenset(
    ["CreateMembers", "InviteMembers", "GetMembers", "ListMembers", "DisassociateMembers", "DeleteMembers"]
)


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
