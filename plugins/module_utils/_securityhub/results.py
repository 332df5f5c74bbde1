# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Running a module, and the results and messages that all modules share.

A module's ``main()`` hands over its function, which takes the options and returns the keys of the result, with ``msg``
among them where the module has to fail, and ``warnings`` where there is something to warn of.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, TypeVar, Union

from ansible.module_utils.common.warnings import warn
from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info

from .credentials import ConnectionInfo, Place
from .errors import (
    CREDENTIAL_CODES,
    DENIED_CODES,
    EXPIRED_CODES,
    InvalidInput,
    PreconditionFailed,
    RegionResult,
    SecurityHubError,
)
from .model import StateChange
from .sessions import connection_info

Result = Dict[str, Any]
Failure = Union[SecurityHubError, PreconditionFailed]
# Returns the account that calls in a Region, None where that can't be found out.
AccountLookup = Callable[[str], Optional[str]]
State = TypeVar("State")

# So many accounts are named in msg; all of them are in the result.
NAMED_ACCOUNTS = 10
# Only an administrator has a member list.
_ADMINISTRATOR_OPERATIONS = frozenset(
    ["CreateMembers", "InviteMembers", "GetMembers", "ListMembers", "DisassociateMembers", "DeleteMembers"]
)
_NO_TLS_CODES = frozenset(["SSLError", "SSLValidationFailed"])


class RunMode(NamedTuple):
    """How Ansible runs the module."""

    check: bool
    diff: bool


ModuleFunction = Callable[[Mapping[str, Any], ConnectionInfo, RunMode], Result]


def run_module(module: Any, function: ModuleFunction, keys: Sequence[str], more: Optional[Result] = None) -> None:
    """Run a module's function, and leave with its result.

    :param module: the AnsibleAWSModule
    :param keys: the lists that every result of the module has
    :param more: what else every result has, as it is where nothing was done
    """
    mode = RunMode(module.check_mode, module._diff)
    result = module_result(function, module.params, partial(get_aws_connection_info, module), mode, keys)
    result = {**(more or {}), **result}
    for warning in result.pop("warnings", []):
        warn(warning)  # AnsibleAWSModule's warn makes ansible-core complain of a deprecated way to pass warnings
    if "msg" in result:
        module.fail_json(**result)
    module.exit_json(**result)


def module_result(
    function: ModuleFunction,
    params: Mapping[str, Any],
    connection: Callable[[], Sequence[Any]],
    mode: RunMode,
    keys: Sequence[str],
) -> Result:
    """Return the function's result, or a failure without any call to Security Hub where the options can't be used.

    :param connection: get_aws_connection_info for the module
    """
    try:
        _check_credentials(params)
        return function(params, connection_info(connection, params), mode)
    except InvalidInput as error:
        return {"msg": str(error), "changed": False, **{key: [] for key in keys}}


def _check_credentials(params: Mapping[str, Any]) -> None:
    """Refuse here what amazon.aws would refuse with a result that lacks the module's lists."""
    keys = [name for name in ("access_key", "secret_key", "session_token") if params.get(name)]
    if params.get("profile") and keys:
        raise InvalidInput(
            f"profile and {keys[0]}: both are set, as options or by environment variables. Set one of them."
        )


def region_result(
    by_place: Mapping[Place, RegionResult[StateChange[State]]],
    key: str,
    rows: Callable[[State], Iterable[Mapping[str, Any]]],
    show: Callable[[State], Mapping[str, Any]],
    mode: RunMode,
    account_lookup: AccountLookup,
) -> Result:
    """Build the result of a module that works on the caller's own account, or with ``account_ids`` on many.

    :param key: the result key of the rows
    :param rows: makes the rows of a place, except for what names it
    :param show: makes what the diff shows of a place
    :param account_lookup: returns the account that calls, for messages in which nothing else names it
    """
    changes = {place: result.value for place, result in by_place.items()}
    certain = {place: change for place, change in changes.items() if change.is_certain}
    failed = failed_places({place: result.error for place, result in by_place.items()}, account_lookup)
    result: Result = {
        key: [
            {**place_keys(place), **row}
            for place, change in certain.items()
            if change.after is not None
            for row in rows(change.after)
        ],
        "changed": any(change.changed for change in changes.values()),
        "failed_regions": failed,
    }
    if mode.diff:
        result["diff"] = {
            "before": _shown({place: change.before for place, change in changes.items() if change.is_read}, show),
            "after": _shown({place: change.after for place, change in certain.items() if change.is_read}, show),
        }
    return with_message(result, region_message(failed, len(by_place)))


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


def with_message(result: Result, sentences: Sequence[str]) -> Result:
    """Return the result, with the sentences as its msg if there are any."""
    return {**result, "msg": " ".join(sentences)} if sentences else result


def info_result(
    by_place: Mapping[Place, RegionResult[Sequence[State]]],
    keys: Mapping[str, Callable[[State], Iterable[Mapping[str, Any]]]],
    account_lookup: AccountLookup,
) -> Result:
    """Build the result of a module that only reads.

    :param keys: for each result key, what makes its rows, except for their place, out of something that was found
    :param account_lookup: returns the account that calls, for messages in which nothing else names it
    """
    failed = failed_places({place: found.error for place, found in by_place.items()}, account_lookup)
    result: Result = {
        key: [
            {**place_keys(place), **row}
            for place, found in by_place.items()
            for value in found.value
            for row in rows(value)
        ]
        for key, rows in keys.items()
    }
    result.update(changed=False, failed_regions=failed)
    return with_message(result, region_message(failed, len(by_place)))


def with_failed_accounts(result: Result, errors: Mapping[str, SecurityHubError]) -> Result:
    """Return the result with the accounts whose role could not be taken."""
    rows = [
        {"account_id": account_id, "error_code": error.error_code, "msg": _role_message(account_id, error)}
        for account_id, error in errors.items()
    ]
    sentences = [result["msg"]] if "msg" in result else []
    if rows:
        noun = "The role of 1 account" if len(rows) == 1 else f"The role of {len(rows)} accounts"
        named = " ".join(row["msg"] for row in rows[:NAMED_ACCOUNTS])
        sentences.append(f"{noun} could not be taken. {named}")
    return with_message({**result, "failed_accounts": rows}, sentences)


def _role_message(account_id: str, error: SecurityHubError) -> str:
    return (
        f"AssumeRole for account {account_id} failed in {error.region} with {error.error_code}: "
        f"{error.text.rstrip('.')}. Check member_role, its trust policy, and member_role_external_id."
    )


def nothing_found(error: SecurityHubError) -> RegionResult[Sequence[Any]]:
    """Return the result of a Region that could not be read."""
    return RegionResult([], error)


def failed_places(
    errors: Mapping[Place, Optional[Failure]], account_lookup: AccountLookup, known: Optional[str] = None
) -> List[Dict[str, str]]:
    """Return a row for each Region, with ``account_ids`` for each Region and account, that failed.

    :param errors: by place, None where all went well
    :param known: the account that calls, where something else has told it
    """
    failed = {place: error for place, error in errors.items() if error}
    if not failed:
        return []
    needs_lookup = any(place.account_id is None for place in failed)
    caller = (known or _caller_account_id(errors, account_lookup)) if needs_lookup else None
    return [
        {
            **place_keys(place),
            "error_code": error.error_code,
            "msg": explain(error, place.account_id or caller),
        }
        for place, error in failed.items()
    ]


def failed_regions(
    errors: Mapping[str, Optional[Failure]], account_lookup: AccountLookup, known: Optional[str] = None
) -> List[Dict[str, str]]:
    """Return a row for each Region that failed, as :func:`failed_places` does."""
    return failed_places({Place(region): error for region, error in errors.items()}, account_lookup, known)


def _caller_account_id(errors: Mapping[Place, Optional[Failure]], account_lookup: AccountLookup) -> Optional[str]:
    """Return which account calls: from a message, else from STS in a Region that takes the credentials."""
    told = (error.caller_account_id for error in errors.values() if isinstance(error, SecurityHubError))
    answering = (place.region for place, error in errors.items() if not _takes_no_call(error))
    return next(filter(None, told), None) or next(map(account_lookup, answering), None)


def _takes_no_call(error: Optional[Failure]) -> bool:
    """Whether a Region can't be asked: no connection, or none with these credentials."""
    if not isinstance(error, SecurityHubError):
        return False
    return error.unsent or error.error_code in CREDENTIAL_CODES | EXPIRED_CODES


def region_message(rows: Sequence[Mapping[str, str]], places: int) -> List[str]:
    """Say how many Regions failed and why: a message that several share once, with their names."""
    if not rows:
        return []
    failed: Dict[str, List[str]] = {}
    for row in rows:
        failed.setdefault(row["msg"].replace(row["region"], "{region}"), []).append(row["region"])
    unit = "accounts × Regions" if "account_id" in rows[0] else "Regions"
    count = f"{len(rows)} of {places} {unit} failed." if places > 1 else "The Region failed."
    return [count, *(text.replace("{region}", _listed(names)) for text, names in failed.items())]


class Shortcoming(NamedTuple):
    """Why an account in a Region is not as requested."""

    region: str
    account_id: str
    reason: str
    message: Optional[str]


def shortcomings_in_words(left: Sequence[Shortcoming], said: str = "") -> str:
    """Name what is left, grouped by reason and message whatever the Region in it, with the first of each group.

    :param said: what the message of the task says already, and is not repeated
    """
    regions = {each.region for each in left}
    groups: Dict[str, List[Shortcoming]] = {}
    for each in left:
        words = (each.message or "").replace(each.account_id, "").split()
        key = " ".join(word for word in words if word.strip(".:,") not in regions)
        groups.setdefault(f"{each.reason} {key}", []).append(each)
    return "; ".join(_group_in_words(group, said) for group in groups.values())


def _group_in_words(group: Sequence[Shortcoming], said: str) -> str:
    named = [f"{each.account_id} in {each.region}" for each in group[:NAMED_ACCOUNTS]]
    more = f" and {len(group) - NAMED_ACCOUNTS} more" if len(group) > NAMED_ACCOUNTS else ""
    message = (group[0].message or "").rstrip(".")
    shown = f" ({message})" if message and message not in said else ""
    return f"{', '.join(named)}{more}: {group[0].reason}{shown}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def explain(error: Failure, account_id: Optional[str] = None) -> str:
    """Say what failed, in which account and Region, why in the service's own words, and what to do next."""
    if isinstance(error, PreconditionFailed):
        return _with_account(error.text, account_id)
    account = error.caller_account_id or account_id
    if error.hub_is_disabled:
        where = f"in account {account} in {error.region}" if account else f"in {error.region}"
        return f"Security Hub is not enabled {where}. Enable it with multiaccount.aws.securityhub_hub."
    return f"{_what_failed(error, account)} {_next_step(error)}"


def _with_account(text: str, account_id: Optional[str]) -> str:
    for start in ("The account ", "The calling account "):
        if account_id and text.startswith(start):
            return f"Account {account_id} {text[len(start) :]}"
    return text


def _what_failed(error: SecurityHubError, account: Optional[str]) -> str:
    whom = ""
    if error.account_ids:
        more = len(error.account_ids) - 1
        whom = f" for account {error.account_ids[0]}" + (f" and {more} more" if more else "")
    by = f", called by account {account}," if account else ""
    return f"{error.operation}{whom}{by} failed in {error.region} with {error.error_code}: {error.text.rstrip('.')}."


def _next_step(error: SecurityHubError) -> str:
    fallback = "Fix the cause and run the task again; completed changes are kept."
    steps = (*_steps_for_access(error), *_steps_for_service(error))
    return next((step for applies, step in steps if applies), fallback)


def _steps_for_access(error: SecurityHubError) -> List[Tuple[bool, str]]:
    """Return what to do about credentials, permissions and the kind of account, and whether it applies."""
    code = error.error_code
    return [
        (
            code in CREDENTIAL_CODES,
            f"Check the credentials, and whether the Region {error.region} is enabled (opted in) in the account.",
        ),
        (code in EXPIRED_CODES, "Get new credentials and run the task again; completed changes are kept."),
        (
            code in DENIED_CODES and not error.is_not_found,
            f"Allow {error.denied_action} in the caller's IAM policy, and check for an SCP that denies it.",
        ),
        (
            code == "InvalidAccessException" and error.operation in _ADMINISTRATOR_OPERATIONS,
            "Use the credentials of the Security Hub administrator account.",
        ),
    ]


def _steps_for_service(error: SecurityHubError) -> List[Tuple[bool, str]]:
    """Return what to do about the service and the connection to it, and whether it applies."""
    code = error.error_code
    return [
        (
            code == "LimitExceededException" and error.operation in _ADMINISTRATOR_OPERATIONS,
            "The rate or a quota (1,000 open invitations for each Region) is exceeded. Run the task again later.",
        ),
        (error.throttled, "The service kept throttling. Run the task again later; completed changes are kept."),
        (code in _NO_TLS_CODES, "Check endpoint_url, aws_ca_bundle and validate_certs, then run the task again."),
        (error.unsent, "Check the Region, endpoint_url, aws_ca_bundle, proxy and network, then run the task again."),
        (
            error.in_doubt or error.is_transient,
            "The service or the connection kept failing. Run the task again; completed changes are kept.",
        ),
        (
            error.operation == "DisableSecurityHub",
            "Leave the administrator (multiaccount.aws.securityhub_invitation) or disassociate the members first.",
        ),
    ]
