# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The options that modules share: argument specs, and what turns their values into ids, rows and tags."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Collection, Dict, Iterable, List, Mapping, Optional, Sequence

from ..errors import InvalidInput
from ..model import STATUSES, canonical_status
from .account_ids import account_id_hint, is_account_id

REGIONS_SPEC: Dict[str, Any] = {"type": "list", "elements": "str"}
# What every module takes: where to work, and a role to take first.
COMMON_SPEC: Dict[str, Any] = {
    "regions": REGIONS_SPEC,
    "exclude_regions": REGIONS_SPEC,
    "assume_role_arn": {"type": "str"},
    "assume_role_external_id": {"type": "str"},
    "assume_role_session_name": {"type": "str"},
}
# What modules take that can work in member accounts.
MEMBER_ROLE_SPEC: Dict[str, Any] = {
    "member_role": {"type": "str"},
    "member_role_external_id": {"type": "str"},
    "member_role_session_name": {"type": "str"},
    "member_role_duration": {"type": "int"},
    "member_role_policy": {"type": "json"},
}
WAIT_TIMEOUT_SPEC: Dict[str, Any] = {"type": "int", "default": 30}
FAIL_ON_UNPROCESSED_SPEC: Dict[str, Any] = {"type": "bool", "default": True}
ACCOUNT_IDS_SPEC: Dict[str, Any] = {"type": "list", "elements": "raw"}
# What modules take that work in the caller's own account, or in many member accounts instead.
ACCOUNTS_SPEC: Dict[str, Any] = {"account_ids": ACCOUNT_IDS_SPEC, **MEMBER_ROLE_SPEC}

_SEPARATORS = re.compile(r"[,\s]+")
# How similar a known name has to be to be suggested, from 0 to 1.
_SIMILAR = 0.75
# The keys of a row, lower case and without blanks, hyphens and underscores: ours, the API's, those of AWS
# Organizations and of the console's CSV.
_ID_KEYS = ("accountid", "id")
_EMAIL_KEYS = ("email", "emailaddress", "accountemail")

AccountEmails = Dict[str, Optional[str]]


@dataclass(frozen=True)
class MemberEntry:
    """A requested account and what its row says of it; None where the row says nothing."""

    account_id: object
    email: Optional[str] = None
    regions: Optional[Sequence[str]] = None
    role: Optional[str] = None
    external_id: Optional[str] = None


def checked_wait_timeout(seconds: int) -> int:
    """Return the option ``wait_timeout`` (seconds).

    :raises InvalidInput: if it is negative
    """
    if seconds < 0:
        raise InvalidInput(f"wait_timeout: {seconds} is less than 0. Set a number of seconds, or 0 not to read again.")
    return seconds


def split_text(values: Iterable[object]) -> List[str]:
    """Return the parts of a list, or of texts with commas, spaces or newlines between them; each once, in order."""
    parts = (part for value in values for part in _SEPARATORS.split(str(value)))
    return list(dict.fromkeys(part for part in parts if part))


def nearest(name: str, candidates: Iterable[str]) -> Optional[str]:
    """Return the candidate that is most similar to a name, whatever its case, None where none is similar."""
    by_lower = {each.lower(): each for each in candidates}
    found = get_close_matches(name.lower(), by_lower, 1, _SIMILAR)
    return by_lower[found[0]] if found else None


def named_with_nearest(names: Iterable[str], candidates: Collection[str]) -> str:
    """Name what is not known, with what was probably meant."""
    hints = {name: nearest(name, candidates) for name in names}
    return ", ".join(f"{name!r} (did you mean {hint}?)" if hint else repr(name) for name, hint in hints.items())


def parse_account_ids(values: Iterable[object], option: str) -> List[str]:
    """Return the account IDs in a list or text, each once, in order.

    :raises InvalidInput: naming every part that is not exactly 12 ASCII digits, null and the empty string included
    """
    parts = [part for value in values for part in _parts(value)]
    return list(dict.fromkeys(check_account_ids(parts, option)))


def _parts(value: object) -> List[object]:
    """Split one element of a list; an element without any part is kept, to be refused."""
    return list(split_text([value])) if isinstance(value, str) and value.strip(", \t\r\n") else [value]


def check_account_ids(values: Sequence[object], option: str) -> List[str]:
    """Return account IDs as they are.

    :raises InvalidInput: naming every value that is not exactly 12 ASCII digits, with what probably happened to it
    """
    wrong = [value for value in values if not _is_account_id(value)]
    if wrong:
        noun = "not an AWS account ID" if len(wrong) == 1 else "not AWS account IDs"
        named = "; ".join(_named_with_hint(value) for value in wrong)
        raise InvalidInput(f"{option}: {noun}: {named}. An account ID has exactly 12 digits.")
    return [str(value) for value in values]


def _is_account_id(value: object) -> bool:
    """Whether a value is an account ID. A number with 12 digits has lost nothing, so it is one too."""
    return isinstance(value, (str, int)) and is_account_id(str(value))


def _named_with_hint(value: object) -> str:
    hint = account_id_hint(value)
    name = "null" if value is None else repr(value)
    return f"{name} ({hint})" if hint else name


def parse_statuses(values: Iterable[object], option: str) -> List[str]:
    """Return the member statuses in a list or text, in the documented spelling.

    :raises InvalidInput: naming every part that is no documented status
    """
    statuses = [canonical_status(part) for part in split_text(values)]
    wrong = [status for status in statuses if status not in STATUSES]
    if wrong:
        raise InvalidInput(
            f"{option}: not a member status: {', '.join(map(repr, wrong))}. The statuses are {', '.join(STATUSES)}."
        )
    return statuses


def parse_members(value: object, option: str) -> AccountEmails:
    """Return {account ID: e-mail address or None}, each account once, in order.

    :param value: a list of IDs or rows, a map of IDs to e-mail addresses, or a text: IDs, CSV with a header, or JSON
    :raises InvalidInput: for what is no account ID, and for an account with two different e-mail addresses
    """
    return {account_id: entry.email for account_id, entry in parse_member_entries(value, option).items()}


def parse_member_entries(value: object, option: str) -> Dict[str, MemberEntry]:
    """Return {account ID: what its row says}, each account once, in order; arguments as for :func:`parse_members`.

    :raises InvalidInput: for what is no account ID, and for an account with two rows that contradict each other
    """
    given = _entries(value, option)
    check_account_ids([entry.account_id for entry in given], option)
    entries: Dict[str, MemberEntry] = {}
    for entry in given:
        account_id = str(entry.account_id)
        entries[account_id] = _merged(entries.get(account_id, entry), entry, option)
    return entries


def emails_by_region(
    entries: Mapping[str, MemberEntry], regions: Sequence[str], option: str, word: Optional[str] = None
) -> Dict[str, AccountEmails]:
    """Return the requested accounts of each Region with their e-mail addresses.

    :param word: what the option ``regions`` is where it is no list of names
    :raises InvalidInput: for a row with Regions that the task does not work in
    """
    for account_id, entry in entries.items():
        others = [region for region in entry.regions or () if region not in regions]
        if others:
            raise InvalidInput(
                f"{option}: the row of {account_id} has regions that the task does not work in: {', '.join(others)}. "
                + (f"regions: {word} is {', '.join(regions)}." if word else "Add them to regions.")
            )
    return {
        region: {
            account_id: entry.email
            for account_id, entry in entries.items()
            if entry.regions is None or region in entry.regions
        }
        for region in regions
    }


def _merged(first: MemberEntry, second: MemberEntry, option: str) -> MemberEntry:
    """Return two rows of an account as one.

    :raises InvalidInput: if they contradict each other
    """
    if first.email and second.email and first.email.lower() != second.email.lower():
        raise InvalidInput(
            f"{option}: {first.account_id} has two e-mail addresses, {first.email!r} and {second.email!r}. Keep one of "
            "them."
        )
    theirs = (first.regions, first.role, first.external_id)
    if theirs != (second.regions, second.role, second.external_id):
        raise InvalidInput(f"{option}: {first.account_id} has two rows that differ. Keep one of them.")
    return replace(first, email=first.email or second.email)


def _entries(value: object, option: str) -> List[MemberEntry]:
    if isinstance(value, str):
        return _entries_in_text(value.strip(), option)
    if isinstance(value, Mapping):
        if _values(value, _ID_KEYS):
            return [_entry_of_row(value, 1, option)]
        return [MemberEntry(account_id, _text(email)) for account_id, email in value.items()]
    if not isinstance(value, (list, tuple)):
        return [MemberEntry(value)]
    return [entry for number, row in enumerate(value, 1) for entry in _entries_of_element(row, number, option)]


def _entries_of_element(element: object, number: int, option: str) -> List[MemberEntry]:
    if isinstance(element, Mapping):
        return [_entry_of_row(element, number, option)]
    return [MemberEntry(part.strip() if isinstance(part, str) else part) for part in _parts(element)]


def _entry_of_row(row: Mapping[Any, object], number: int, option: str) -> MemberEntry:
    """Return what a row says, whatever its keys are called.

    :raises InvalidInput: if no key names the account, or keys disagree
    """
    ids = _values(row, _ID_KEYS[:1]) or _values(row, _ID_KEYS)
    if len(ids) != 1:
        problem = "has no account_id" if not ids else f"names several accounts ({', '.join(map(str, ids))})"
        keys = ", ".join(map(str, row)) or "nothing"
        raise InvalidInput(f"{option}: row {number} {problem}. It has the keys {keys}; set account_id and email.")
    account_id = ids[0].strip() if isinstance(ids[0], str) else ids[0]
    return MemberEntry(
        account_id,
        _text(_first(row, _EMAIL_KEYS)),
        _regions_of_row(_first(row, ("regions",))),
        _text(_first(row, ("memberrole", "role"))),
        _text(_first(row, ("memberroleexternalid", "externalid"))),
    )


def _regions_of_row(value: object) -> Optional[Sequence[str]]:
    parts = split_text(value if isinstance(value, (list, tuple)) else [value or ""])
    return tuple(parts) or None


def _text(value: object) -> Optional[str]:
    return (str(value).strip() or None) if value is not None else None


def _first(row: Mapping[Any, object], names: Sequence[str]) -> object:
    return next(iter(_values(row, names)), None)


def _values(row: Mapping[Any, object], names: Sequence[str]) -> List[object]:
    """Return the different values that a row has under these names."""
    found = [value for key, value in row.items() if _plain(str(key)) in names]
    return [value for number, value in enumerate(found) if value not in found[:number]]


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()


def _entries_in_text(text: str, option: str) -> List[MemberEntry]:
    if text[:1] in ("[", "{"):
        try:
            return _entries(json.loads(text), option)
        except ValueError as error:
            raise InvalidInput(f"{option}: the text begins like JSON, but is none: {error}.") from error
    lines = text.splitlines()
    header = {_plain(name) for name in next(csv.reader(lines[:1]), [])}
    if len(lines) > 1 and header & set(_ID_KEYS):
        rows = csv.DictReader(lines)
        return [_entry_of_row({key: row[key] for key in row if key}, rows.line_num, option) for row in rows]
    return [MemberEntry(part) for part in split_text([text])]


def parse_tags(tags: Mapping[object, object], option: str) -> Dict[str, str]:
    """Return tags as texts; null is an empty value.

    :raises InvalidInput: naming every tag that the service would refuse, by the API reference of TagResource
    """
    texts = {str(key): "" if value is None else str(value) for key, value in tags.items()}
    wrong = [
        key
        for (key, text), value in zip(texts.items(), tags.values())
        if isinstance(value, (dict, list)) or len(text) > 256 or not 0 < len(key) <= 128 or key.startswith("aws:")
    ]
    if wrong:
        raise InvalidInput(
            f"{option}: can't be set: {', '.join(map(repr, wrong))}. A key has 1 to 128 characters and does not begin "
            "with aws:, a value is a text of at most 256 characters."
        )
    return texts
