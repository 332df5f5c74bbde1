# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""What results say: what failed, where, why in the service's own words, and what to do next."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from ..errors import CHECK_CLOCK, CREDENTIAL_CODES, DENIED_CODES, EXPIRED_CODES, PreconditionFailed, SecurityHubError

Result = Dict[str, Any]
Failure = Union[SecurityHubError, PreconditionFailed]

# So many accounts are named in msg; all of them are in the result.
NAMED_ACCOUNTS = 10
# Only an administrator has a member list.
_ADMINISTRATOR_OPERATIONS = frozenset(
    ["CreateMembers", "InviteMembers", "GetMembers", "ListMembers", "DisassociateMembers", "DeleteMembers"]
)
_NO_TLS_CODES = frozenset(["SSLError", "SSLValidationFailed"])


def with_message(result: Result, sentences: Sequence[str]) -> Result:
    """Return the result, with the sentences as its msg if there are any."""
    return {**result, "msg": " ".join(sentences)} if sentences else result


def role_message(account_id: str, error: SecurityHubError) -> str:
    step = "Check member_role, its trust policy, and member_role_external_id."
    return (
        f"AssumeRole for account {account_id} failed in {error.region} with {error.error_code}: "
        f"{error.text.rstrip('.')}. {CHECK_CLOCK if error.clock_is_off else step}"
    )


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
        (error.clock_is_off, CHECK_CLOCK),
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
