# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""What modules and playbooks say: what failed, where, why in the service's own words, and what to do next.

Accounts and Regions with the same message are one :class:`Group`. Words of the service are passed on as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Generic, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, TypeVar

from ..errors import (
    CHECK_CLOCK,
    CREDENTIAL_CODES,
    DENIED_CODES,
    EXPIRED_CODES,
    Failure,
    PreconditionFailed,
    SecurityHubError,
)
from ..model import ConfigRecorder, Outcome, status_of
from ..reasons import (
    MANAGED_BY_POLICY,
    NOT_A_MEMBER,
    NOT_ATTEMPTED,
    OWN_ACCOUNT,
    REASONS,
    ROLE_NOT_ASSUMED,
    UNREADABLE,
)

Result = Dict[str, Any]
Row = TypeVar("Row")  # has the attributes region and account_id, which may be None

# So many accounts are named in a message; all of them are in the result.
NAMED_ACCOUNTS = 10
NAMED_REGIONS = 4
# Only an administrator has a member list.
_ADMINISTRATOR_OPERATIONS = frozenset(
    ["CreateMembers", "InviteMembers", "GetMembers", "ListMembers", "DisassociateMembers", "DeleteMembers"]
)
_NO_TLS_CODES = frozenset(["SSLError", "SSLValidationFailed"])
# What differs in each message of the service: the ID of the request.
_REQUEST_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def count(number: int, word: str) -> str:
    """Return a number with its unit, such as ``1 account`` or ``2,000 accounts``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def at_most(parts: Sequence[str], limit: int = NAMED_ACCOUNTS) -> str:
    """Return the first parts, and how many more there are."""
    if len(parts) <= limit:
        return listed(parts)
    return f"{', '.join(parts[:limit])} and {len(parts) - limit:,} more"


def all_regions(number: int) -> str:
    """Return ``the one Region``, ``both Regions`` or ``all 17 Regions``."""
    return {1: "the one Region", 2: "both Regions"}.get(number, f"all {number} Regions")


def regions_in_words(regions: Sequence[str], everywhere: Sequence[str]) -> str:
    """Return the names of Regions, short where there are many."""
    others = [region for region in everywhere if region not in regions]
    if len(everywhere) > 1 and not others:
        return all_regions(len(everywhere))
    if len(regions) > NAMED_REGIONS and len(others) <= 2:
        return f"all Regions except for {listed(others)}"
    return listed(regions)


def sentence(text: str) -> str:
    """Return a text with a full stop at its end."""
    stripped = text.strip()
    return stripped if not stripped or stripped.endswith((".", "!", "?")) else f"{stripped}."


def sentences(texts: Iterable[str]) -> str:
    """Return texts as sentences in one line, each once."""
    return " ".join(dict.fromkeys(sentence(text) for text in texts if text.strip()))


def in_order(values: Iterable[str]) -> List[str]:
    """Return each value once, in the order of its first appearance."""
    return list(dict.fromkeys(values))


def with_message(result: Result, texts: Sequence[str]) -> Result:
    """Return the result, with the texts as its msg if there are any."""
    return {**result, "msg": sentences(texts)} if texts else result


def status_in_words(outcome: Outcome) -> str:
    """Return the status, or what stands for none: the administrator itself, nothing known, nothing in the list."""
    if outcome.reason == OWN_ACCOUNT:
        return OWN_ACCOUNT
    return status_of(outcome.after) or (NOT_A_MEMBER if outcome.is_seen else UNREADABLE)


@dataclass
class Group(Generic[Row]):
    """Rows with the same message, except for the account, the Region and the request that it may name."""

    text: str
    is_example: bool = False
    rows: List[Row] = field(default_factory=list)

    @property
    def first(self) -> Row:
        """The first row, whose message is shown."""
        return self.rows[0]

    @property
    def explanation(self) -> str:
        """The message of the first row, as an example where the others' differ."""
        return f"For example: {self.text}" if self.is_example else self.text

    @property
    def accounts(self) -> Dict[str, List[str]]:
        """{account ID: Regions}."""
        found: Dict[str, List[str]] = {}
        for row in self.rows:
            regions = found.setdefault(row.account_id, [])  # type: ignore[attr-defined]
            regions.append(row.region)  # type: ignore[attr-defined]
        return found

    @property
    def account_ids(self) -> List[str]:
        """The accounts, each once."""
        return [account_id for account_id in self.accounts if account_id]

    @property
    def regions(self) -> List[str]:
        """The Regions, each once."""
        return in_order(region for regions in self.accounts.values() for region in regions if region)

    @property
    def places(self) -> str:
        """The first accounts, each once with its Regions; without accounts, the Regions."""
        named = [
            _account_in_regions(account_id, regions) for account_id, regions in self.accounts.items() if account_id
        ]
        more = len(named) - NAMED_ACCOUNTS
        rest = f" and {count(more, 'more account')}" if more > 0 else ""
        return f"{', '.join(named[:NAMED_ACCOUNTS])}{rest}" if named else listed(self.regions)


def grouped(
    rows: Iterable[Row], key_of: Callable[[Row], Tuple[Any, ...]], text_of: Callable[[Row], str]
) -> List[Group[Row]]:
    """Return rows with the same key and message as groups, in the order of their first rows.

    Messages that differ in the account, the Region or the request alone are the same. A role is assumed once for all
    Regions, so a message can name another Region than its row's.
    """
    rows = list(rows)
    names = in_order(row.region for row in rows if row.region)  # type: ignore[attr-defined]
    region = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names)) or '$.'})(?![\w-])")
    found: Dict[Tuple[Any, ...], Group[Row]] = {}
    for row in rows:
        text = text_of(row)
        pattern = text.replace(row.account_id or "\0", "\0a")  # type: ignore[attr-defined]
        key = (*key_of(row), _REQUEST_ID.sub("\0i", region.sub("\0r", pattern)))
        group = found.setdefault(key, Group(text))
        group.rows.append(row)
        group.is_example = group.is_example or text != group.text
    return list(found.values())


def _account_in_regions(account_id: str, regions: Sequence[str]) -> str:
    if len(regions) < 3:
        return f"{account_id} in {listed(regions)}" if all(regions) else account_id
    return f"{account_id} in {regions[0]} and {len(regions) - 1} more Regions"


class Shortcoming(NamedTuple):
    """Why an account in a Region is not as requested."""

    region: Optional[str]
    account_id: Optional[str]
    reason: str
    message: Optional[str]


def shortcomings_in_words(left: Sequence[Shortcoming], said: str = "") -> str:
    """Name what is left, grouped by reason and message, with the next step; last the accounts of failed Regions.

    :param said: what the message of the task says already, and is not repeated
    """
    groups = grouped(left, lambda each: (each.reason,), lambda each: each.message or "")
    groups.sort(key=lambda group: group.first.reason == NOT_ATTEMPTED)
    return "; ".join(_shortcoming_in_words(group, said) for group in groups)


def _shortcoming_in_words(group: Group[Shortcoming], said: str) -> str:
    reason = group.first.reason
    if reason == NOT_ATTEMPTED:  # why a Region failed is said of the Region
        return f"{group.places}: {reason}"
    step = REASONS[reason].module_step if reason in REASONS else ""
    known = "" if group.text in said else group.explanation
    words = sentences(text for text in (known, step) if text not in said)
    return f"{group.places}: {reason} ({words.rstrip('.')})" if words else f"{group.places}: {reason}"


def failures_in_words(rows: Sequence[Mapping[str, str]]) -> List[str]:
    """Return each message of rows that failed once, with the Regions and accounts that share it."""
    failed = [Shortcoming(row.get("region"), row.get("account_id"), "", row["msg"]) for row in rows]
    groups = grouped(failed, lambda _each: (), lambda each: each.message or "")
    return [group.text if len(group.rows) == 1 else f"{group.places}: {group.explanation}" for group in groups]


def region_message(rows: Sequence[Mapping[str, str]], places: int) -> List[str]:
    """Say how many Regions failed and why."""
    if not rows:
        return []
    unit = "accounts × Regions" if "account_id" in rows[0] else "Regions"
    number = f"{len(rows)} of {places} {unit} failed." if places > 1 else "The Region failed."
    return [number, *failures_in_words(rows)]


def recorder_warnings(recorders: Iterable[Tuple[str, Optional[str], ConfigRecorder]]) -> List[str]:
    """Say in which accounts and Regions AWS Config could not be read, why, and what to do next, each reason once.

    :param recorders: Regions, accounts as far as known, and what was seen there
    """
    unread = [
        Shortcoming(region, account_id, "", _recorder_message(account_id, recorder.error))
        for region, account_id, recorder in recorders
        if recorder.error
    ]
    groups = grouped(unread, lambda _each: (), lambda each: each.message or "")
    return [f"AWS Config could not be read in {group.places}: {group.explanation}" for group in groups]


def _recorder_message(account_id: Optional[str], error: SecurityHubError) -> str:
    if account_id and error.operation == "AssumeRole":
        return role_message(account_id, error)
    return explain(error, account_id)


def role_message(account_id: str, error: SecurityHubError) -> str:
    """Say why the role of an account could not be assumed, and what to do next."""
    step = REASONS.get(error.error_code, REASONS[ROLE_NOT_ASSUMED]).module_step
    return (
        f"AssumeRole for account {account_id} failed in {error.region} with {error.error_code}: {sentence(error.text)} "
        f"{CHECK_CLOCK if error.clock_is_off else step}"
    )


def explain(error: Failure, account_id: Optional[str] = None) -> str:
    """Say what failed, in which account and Region, why in the service's own words, and what to do next."""
    if isinstance(error, PreconditionFailed):
        text = error.worded(account=f"Account {account_id}") if account_id else str(error)
        return sentences([text, error.next_step or REASONS[error.error_code].module_step])
    account = error.caller_account_id or account_id
    if error.hub_is_disabled:
        where = f"in account {account} in {error.region}" if account else f"in {error.region}"
        return f"Security Hub is not enabled {where}. Enable it with multiaccount.aws.securityhub_hub."
    return f"{_what_failed(error, account)} {_next_step(error)}"


def _what_failed(error: SecurityHubError, account: Optional[str]) -> str:
    whom = ""
    if error.account_ids:
        more = len(error.account_ids) - 1
        whom = f" for account {error.account_ids[0]}" + (f" and {more} more" if more else "")
    by = f", called by account {account}," if account else ""
    return f"{error.operation}{whom}{by} failed in {error.region} with {error.error_code}: {sentence(error.text)}"


def _next_step(error: SecurityHubError) -> str:
    return next((step for applies, step in _STEPS if applies(error)), f"Fix the cause and {_RESUME}").format(error)


_RESUME = "run the task again; completed changes are kept."
# What to do about a failed call, the first that applies. Connection options are named with the variables of the
# environment, which is what a playbook has.
_STEPS: Sequence[Tuple[Callable[[SecurityHubError], bool], str]] = (
    (lambda error: error.clock_is_off, CHECK_CLOCK),
    (
        lambda error: error.error_code in CREDENTIAL_CODES,
        "Check the credentials, and whether the Region {0.region} is enabled (opted in) in the account.",
    ),
    (lambda error: error.error_code in EXPIRED_CODES, f"Get new credentials and {_RESUME}"),
    (
        lambda error: error.is_managed_centrally,
        REASONS[MANAGED_BY_POLICY].module_step,
    ),
    (
        lambda error: error.denied_action is not None,
        "Allow {0.denied_action} in the caller's IAM policy, and check for an SCP that denies it.",
    ),
    (
        lambda error: error.error_code in DENIED_CODES and not error.is_not_found,
        "Check that this is the right account, and that no organization's administrator manages Security Hub in it.",
    ),
    (
        lambda error: error.error_code == "InvalidAccessException" and error.operation in _ADMINISTRATOR_OPERATIONS,
        "Use the credentials of the Security Hub administrator account.",
    ),
    (
        lambda error: error.error_code == "LimitExceededException" and error.operation in _ADMINISTRATOR_OPERATIONS,
        "The rate or a quota (1,000 open invitations for each Region) is exceeded. Run the task again later.",
    ),
    (
        lambda error: error.has_aggregator,
        "Show it with multiaccount.aws.securityhub_hub_info and finding_aggregator: true, then run the task again.",
    ),
    (
        lambda error: error.throttled,
        "The service kept throttling. Run the task again later; completed changes are kept.",
    ),
    (
        lambda error: error.error_code == "PaginationError",
        "Run the task again later, or leave the Region out with exclude_regions; the service does not end its list.",
    ),
    (
        lambda error: error.error_code in _NO_TLS_CODES,
        "Check endpoint_url (AWS_URL), aws_ca_bundle (AWS_CA_BUNDLE) and validate_certs, then run the task again.",
    ),
    (
        lambda error: error.unsent,
        "Check the Region, endpoint_url (AWS_URL), aws_ca_bundle (AWS_CA_BUNDLE), proxy and network.",
    ),
    (lambda error: error.in_doubt or error.is_transient, f"The service or the connection kept failing. R{_RESUME[1:]}"),
    (
        lambda error: error.operation == "DisableSecurityHub",
        "Leave the administrator (multiaccount.aws.securityhub_invitation) or disassociate the members first.",
    ),
)
