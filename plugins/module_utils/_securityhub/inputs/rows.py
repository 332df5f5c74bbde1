# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The one grammar of account lists: IDs, rows, maps, CSV, JSON, YAML and the output of the AWS CLI."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from ansible.module_utils.common.warnings import warn

from ..errors import InvalidInput
from ..model import STATUSES, canonical_status
from .account_ids import ACCOUNT_ID_RULE, account_id_hint, account_id_of, not_an_account_id, shown

# What a row may set for its account, beside its email address; and what is set for all accounts alone.
ROW_OPTIONS = ("regions", "member_role", "member_role_external_id")
TASK_OPTIONS = (
    "standards", "policy", "exclude_regions", "enable_default_standards", "enable_administrator_hub", "reinvite",
    "member_role_session_name", "member_role_duration", "member_role_policy", "leave_administrator_ids",
    "config_recorder", "surplus", "surplus_limit", "closed_accounts", "concurrency", "wait_timeout",
    "fail_on_unprocessed", "assume_role_arn", "assume_role_external_id", "assume_role_session_name", "profile",
)  # fmt: skip
# What keys and headers may be called, without capitals, spaces and signs; the surest name first.
_NAMES: Dict[str, Tuple[str, ...]] = {
    "account_id": (
        "accountid", "awsaccountid", "memberaccountid", "accountnumber", "awsaccountnumber",
        "awsaccount", "account", "id",
    ),
    "email": ("email", "emailaddress", "accountemail", "rootemail", "mail"),
    "name": ("name", "accountname", "awsaccountname", "accountalias", "alias", "displayname"),
    "status": ("state", "status", "accountstate", "accountstatus"),
    "member_role": (
        "memberrole", "memberrolearn", "memberrolename", "role", "rolearn", "rolename", "iamrole", "iamrolearn",
        "iamrolename",
    ),
    "member_role_external_id": ("memberroleexternalid", "roleexternalid", "externalid"),
    "regions": ("regions", "region", "regionname", "awsregions", "awsregion"),
    "task": (
        *(name.replace("_", "") for name in TASK_OPTIONS), "rolesessionname", "sessionname", "durationseconds",
        "rolepolicy", "sessionpolicy",
    ),
}  # fmt: skip
_FIELDS = {name: each for each, names in _NAMES.items() for name in names}
# Names that tools also use for other things than account IDs, such as a row's number or the account's name.
_LOOSE_NAMES = ("awsaccount", "account", "id")
# A key that looks like one of these is a mistyped one.
_OURS = {name.replace("_", ""): name for name in (
    "account_id", "email", "status", "region", *ROW_OPTIONS, "role", "role_arn", "external_id", *TASK_OPTIONS
)}  # fmt: skip
_SIMILAR = 0.8
_UNSHOWN = "member_role_external_id"
KNOWN_HEADERS = "Account ID (or Id, AccountId, Account, Account number), Email, Name, Status or State, Role, Regions"
ACTIVE, CLOSED = "ACTIVE", "CLOSED"
# AWS Organizations' words for accounts that are not active. State, the successor of Status, has more of them.
_PENDING = "PENDING_ACTIVATION"
_INACTIVE = ("SUSPENDED", "PENDING_CLOSURE", CLOSED, _PENDING)
# Only what becomes of a file that was read wrongly is refused: which addresses there are is the service's business.
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+")
_SEPARATORS = re.compile(r"[,;\s\"']+")
# The keys under which the AWS CLI and c7n-org keep their rows.
_LIST_KEYS = ("accounts", "members")
_CLI_TEXT = {"ACCOUNTS": ("Arn", "Email", "Id", "", "", "Name", "State", "Status"), "MEMBERS": ("AccountId",)}
_REGION = re.compile(r"[a-z]{2}(-[a-z]+){1,2}-[0-9]")
_YAML_START = re.compile(r"---(\s|$)|-\s|%YAML|[\"']?\w[\w -]*[\"']?:(\s|$)")
# What can be recognized, and can't be read.
_UNREADABLE = {
    re.compile(r"[-+|=]{4}|\+-|\| "): "this is a table for people. Export it with --output json.",
    re.compile(r"<"): "this is HTML or XML. Export the list as CSV or JSON.",
    re.compile("PK\x03\x04"): "this is a spreadsheet. Save it as CSV UTF-8.",
}
# What Python makes of bytes that are not UTF-8, and what UTF-16 has between ASCII letters.
_NOT_TEXT = re.compile("[\udc80-\udcff\x00\ufffd]")
# An account ID, or what became of one: no header has it.
_LIKE_AN_ID = re.compile(r"[0-9]{8}|[0-9]{4}-[0-9]{4}|[0-9]E\+")
_YAML_DEPTH = 10
# One account as it was given: its row, with the row's keys and values.
_Given = Tuple[int, Sequence[Tuple[Any, object]]]
# The keys and values of a row for each field.
_Found = Dict[str, List[Tuple[str, object]]]
_NAMED_ROWS = 20


@dataclass(frozen=True)
class AccountRow:
    """An account that was asked for, and what its rows say of it; None, or no Regions, where they say nothing.

    :param status: the account's status in AWS Organizations
    :param row: the row in the file, or the place in the list, from 1
    """

    account_id: str
    email: Optional[str] = None
    name: Optional[str] = None
    member_role: Optional[str] = None
    member_role_external_id: Optional[str] = None
    regions: Tuple[str, ...] = ()
    status: Optional[str] = None
    row: int = field(default=1, compare=False)

    @property
    def is_active(self) -> bool:
        """Whether the account is to be worked on."""
        return self.status in (None, ACTIVE)


def read_rows(value: object, source: str, row_options: Sequence[str] = ROW_OPTIONS) -> Dict[str, AccountRow]:
    """Return the accounts of a list, a map or a text, each once, in order.

    :param source: the option, the variable or the file, for messages
    :param row_options: what a row may set for its account
    :raises InvalidInput: naming rows that can't be used, or if nothing can be read
    """
    try:
        given = _given(value)
    except RecursionError as error:
        raise InvalidInput(f"{source}: can't be read: it has too many levels.") from error
    except ValueError as error:
        raise InvalidInput(f"{source}: can't be read: {str(error).rstrip('.')}.") from error
    rows: Dict[str, AccountRow] = {}
    wrong: List[str] = []
    for number, pairs in given:
        try:
            row = _row(number, pairs, row_options)
            rows[row.account_id] = _merged(rows[row.account_id], row) if row.account_id in rows else row
        except ValueError as error:  # also what Python says of numbers that are too long
            wrong.append(f"row {number}: {error}")
    if wrong:
        raise InvalidInput(f"{source}: {_wrong_rows(wrong)}")
    return rows


def active_rows(rows: Mapping[str, AccountRow], option: str) -> Dict[str, AccountRow]:
    """Return the rows of accounts that are to be worked on, and warn of the others."""
    left_out = [f"{row.account_id} is {row.status}" for row in rows.values() if not row.is_active]
    if left_out:
        warn(f"{option}: accounts that are not active are left out: {at_most(left_out, ', ')}.")
    return {account_id: row for account_id, row in rows.items() if row.is_active}


def parse_account_ids(value: object, option: str) -> List[str]:
    """Return the account IDs in a list of accounts, each once, in order.

    :raises InvalidInput: for what can't be used, null and the empty text included
    """
    is_blank = isinstance(value, str) and not value.strip()
    return list(active_rows(read_rows([value] if is_blank else value, option, ()), option))


def parse_account_id(value: str, option: str) -> str:
    """Return the one account ID in a text.

    :raises InvalidInput: if it is none
    """
    account_id = account_id_of(value)
    if not account_id:
        raise InvalidInput(f"{option}: {not_an_account_id(value)}. {ACCOUNT_ID_RULE}")
    return account_id


def emails_by_region(
    rows: Mapping[str, AccountRow], regions: Sequence[str], option: str, word: Optional[str] = None
) -> Dict[str, Dict[str, Optional[str]]]:
    """Return the requested accounts of each Region with their email addresses.

    :param word: what the option ``regions`` is where it is no list of names
    :raises InvalidInput: for a row with Regions that the task does not work in
    """
    for row in rows.values():
        others = [region for region in row.regions if region not in regions]
        if others:
            raise InvalidInput(
                f"{option}: the row of {row.account_id} has regions that the task does not work in: "
                f"{', '.join(others)}. "
                + (f"regions: {word} is {', '.join(regions)}." if word else "Add them to regions.")
            )
    return {
        region: {row.account_id: row.email for row in rows.values() if not row.regions or region in row.regions}
        for region in regions
    }


def _wrong_rows(wrong: Sequence[str]) -> str:
    number = "1 row is" if len(wrong) == 1 else f"{len(wrong):,} rows are"
    rule = f" {ACCOUNT_ID_RULE}" if any("account ID" in each for each in wrong) else ""
    return f"{number} not valid: {at_most(wrong, '; ')}.{rule}"


def at_most(parts: Sequence[str], separator: str) -> str:
    """Return the first twenty parts, and how many more there are."""
    more = f" and {len(parts) - _NAMED_ROWS:,} more" if len(parts) > _NAMED_ROWS else ""
    return separator.join(parts[:_NAMED_ROWS]) + more


# Lists and maps


def _given(value: object, is_inner: bool = False) -> List[_Given]:
    """Return the rows of a value.

    :param is_inner: whether the value was found in a text, or below a key of the AWS CLI
    """
    if isinstance(value, Mapping):
        return _given_map(value, is_inner) if value else []
    if isinstance(value, str) and not is_inner:
        return _given_text(value)
    if not isinstance(value, (list, tuple)):
        value = _parts(value)
    rows: List[_Given] = []
    for number, item in enumerate(value, 1):
        if isinstance(item, Mapping):
            rows += [(number, pairs) for _number, pairs in _given_map(item, is_inner)]
        else:
            rows += [(number, [("account_id", part)]) for part in _parts(item)]
    return rows


def _given_map(value: Mapping[Any, object], is_inner: bool) -> List[_Given]:
    if value.get("NextToken"):
        raise InvalidInput("this is only a part of the list: it has NextToken. Export the list without --max-items.")
    fields = {_FIELDS.get(_plain(key)) for key in value if isinstance(key, str)}
    lists = [key for key in value if isinstance(key, str) and key.lower() in _LIST_KEYS]
    if len(lists) == 1 and "account_id" not in fields and not is_inner:
        for key in value:
            if key != lists[0] and _field(str(key)) in ("task", *ROW_OPTIONS):
                raise InvalidInput(
                    f"{key} can't be set beside {shown(lists[0])}. Use the option of the task, or set it in rows."
                )
        return [] if value[lists[0]] is None else _given(value[lists[0]], is_inner=True)
    is_map = any(_LIKE_AN_ID.search(str(key)) for key in value if isinstance(key, (str, int)))
    if fields - {None} or not is_map:
        return [(1, list(value.items()))]
    return [
        (number, [("account_id", key), *(row.items() if isinstance(row, Mapping) else [("email", row)])])
        for number, (key, row) in enumerate(value.items(), 1)
    ]


def _parts(value: object) -> Sequence[object]:
    """Return the account IDs in a text; what has none is kept, to be refused."""
    return [part for part in _SEPARATORS.split(value) if part] or [value] if isinstance(value, str) else [value]


# One row


def _row(number: int, pairs: Sequence[Tuple[Any, object]], row_options: Sequence[str]) -> AccountRow:
    """Return what a row says, whatever its keys are called."""
    found: _Found = {}
    for key, value in pairs:
        name = _field(key if isinstance(key, str) else shown(key))
        if name and (name == "account_id" or not _is_empty(value)):
            found.setdefault(name, []).append((str(key), value))
    account_id = _account_id(found.get("account_id", []), pairs)
    for name in {"task", *ROW_OPTIONS} & found.keys() - {*row_options}:
        where = ". Use the option of the task" if name == "task" else " here, only in members of securityhub_membership"
        raise InvalidInput(f"{found[name][0][0]} can't be set for one account{where}")
    return AccountRow(
        account_id,
        email=_email(found, pairs),
        name=next((_text(value) for _key, value in found.get("name", []) if isinstance(value, str)), None),
        member_role=_one("member_role", found),
        member_role_external_id=_one("member_role_external_id", found),
        regions=_one("regions", found, _regions, frozenset) or (),
        status=_status(found.get("status", [])),
        row=number,
    )


@lru_cache(maxsize=4096)
def _field(key: str) -> Optional[str]:
    """Return the field that a key or a header names, None for those of other tools; refuse a mistyped one of ours."""
    name = _plain(key)
    if name in _FIELDS:
        return _FIELDS[name]
    for near in get_close_matches(name, _OURS, 1, _SIMILAR):
        if abs(len(name) - len(near)) <= max(1, len(near) // 6):  # payerAccountId is no mistyped account_id
            raise InvalidInput(f"{shown(key)} is not a known key (did you mean {_OURS[near]}?)")
    return None


@lru_cache(maxsize=4096)
def _plain(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.lower())


def _is_empty(value: object) -> bool:
    return value in (None, [], {}) or (isinstance(value, str) and not value.strip())


def _account_id(found: Sequence[Tuple[str, object]], pairs: Sequence[Tuple[Any, object]]) -> str:
    ids = {account_id: key for key, value in found for account_id in [account_id_of(value)] if account_id}
    ids.update({str(key): "a key" for key, _value in pairs if found and account_id_of(key)})
    if len(ids) > 1:
        named = " and ".join(f"{account_id} ({key})" for account_id, key in ids.items())
        raise InvalidInput(f"it has {len(ids)} account IDs: {named}. Keep one of them")
    # an ID that lost a digit is no reason to take another column's
    wrong = [
        value
        for key, value in found
        if not account_id_of(value) and not _is_empty(value)
        and (_plain(key) not in _LOOSE_NAMES or account_id_hint(value))
    ]  # fmt: skip
    if ids and not wrong:
        return next(iter(ids))
    if found:
        raise InvalidInput(not_an_account_id([*wrong, *(value for _key, value in found)][0]))
    keys = [shown(key) for key, _value in pairs]
    raise InvalidInput(f"it has no account_id, but {at_most(keys, ', ') or 'nothing'}")


def _text(value: object) -> str:
    if not isinstance(value, (str, int, float)):
        raise TypeError(shown(value))
    return " ".join(str(value).split())


def _regions(value: object) -> Tuple[str, ...]:
    items = value if isinstance(value, (list, tuple)) else [value]
    return tuple(dict.fromkeys(part for item in items for part in _SEPARATORS.split(_text(item)) if part))


def _one(name: str, found: _Found, parse: Callable[[object], Any] = _text, same: Callable[[Any], object] = str) -> Any:
    """Return the value of a field, None where the row has none; refuse keys that disagree.

    :param same: what is equal for values that mean the same
    """
    values: Dict[object, Tuple[Any, str]] = {}
    for key, value in found.get(name, []):
        try:
            parsed = parse(value)
        except TypeError as error:
            raise InvalidInput(f"{key} is not text, but {error}") from error
        values.setdefault(same(parsed), (parsed, key))
    if len(values) > 1:
        named = [
            # an external ID may be a secret
            key if name == _UNSHOWN else f"{shown(parsed if isinstance(parsed, str) else ' '.join(parsed))} ({key})"
            for parsed, key in values.values()
        ]
        raise InvalidInput(f"it has different values for {name}: {' and '.join(named)}. Keep one of them")
    return next((parsed for parsed, _key in values.values()), None)


def _email(found: _Found, pairs: Sequence[Tuple[Any, object]]) -> Optional[str]:
    """Return the email address, if need be of a key such as "Root account mail"."""
    if "email" not in found:
        others = [(key, value) for key, value in pairs if "mail" in _plain(str(key)) and isinstance(value, str)]
        found = {"email": [(key, value) for key, value in others if _EMAIL.fullmatch(value.strip())]}
    email: Optional[str] = _one("email", found, same=str.lower)
    if email and not _EMAIL.fullmatch(email):
        raise InvalidInput(f"{shown(email)} is not an email address")
    return email


def _status(found: Sequence[Tuple[str, object]]) -> Optional[str]:
    """Return Organizations' word for the account; a member status says nothing of it. Refuse any other word.

    Where both are there, State decides: of a closed account, Status says SUSPENDED.
    """
    words: Dict[str, str] = {}
    for key, value in sorted(found, key=lambda pair: "state" not in _plain(pair[0])):
        text = _text(value) if isinstance(value, str) else ""
        if text.upper() in (ACTIVE, *_INACTIVE):
            words[text.upper()] = key
        elif canonical_status(text) not in STATUSES:
            raise InvalidInput(
                f"{shown(value)} ({key}) is not a status of an account: {', '.join((ACTIVE, *_INACTIVE))}. "
                "Correct it, or rename the column if it means something else"
            )
    inactive = [word for word in words if word != ACTIVE]
    if ACTIVE in words and set(inactive) - {_PENDING}:
        named = " and ".join(f"{word} ({key})" for word, key in words.items())
        raise InvalidInput(f"it has different values for status: {named}. Keep one of them")
    return next(iter([*inactive, *words]), None)


def _merged(first: AccountRow, second: AccountRow) -> AccountRow:
    """Return two rows of one account as one: where one says nothing, the other counts. Refuse a contradiction."""
    for name in ("email", *ROW_OPTIONS, "status"):
        one, other = getattr(first, name) or "", getattr(second, name) or ""
        if name == "email":
            one, other = one.lower(), other.lower()
        if one and other and (set(one) != set(other) if name == "regions" else one != other):
            raise InvalidInput(f"{first.account_id} has another {name} in row {first.row}. Keep one of them")
    return replace(first, **{name: value or getattr(second, name) for name, value in vars(first).items()})


# Text


def _given_text(text: str) -> List[_Given]:
    text = text.lstrip("\ufeff")
    lines = [line.strip() for line in text.splitlines()]
    first = next(filter(None, lines), "")
    for known, problem in _UNREADABLE.items():
        if known.match(first):
            raise InvalidInput(problem)
    not_text = next((number for number, line in enumerate(text.splitlines(), 1) if _NOT_TEXT.search(line)), None)
    if not_text:
        raise InvalidInput(f"row {not_text} is not in UTF-8. Save the file as CSV UTF-8.")
    if first.startswith(("[", "{")):
        return _given_json(text)
    if _YAML_START.match(next((line for line in lines if line and not line.startswith("#")), "")):
        return _given_yaml(text)
    cells = [cell.strip().strip('"') for cell in first.split(_delimiter(first))]
    is_cli_text = cells[0] in (*_CLI_TEXT, "NEXTTOKEN")
    has_header = _is_header(cells) or (len(cells) > 1 and not is_cli_text and not any(map(_LIKE_AN_ID.search, cells)))
    if has_header or "@" in text or ("\t" in first and re.search(r"[^0-9\s]", text)):
        return _given_table(text, _delimiter(first), has_header)
    return _given(text, is_inner=True) if first else []


def _delimiter(line: str) -> str:
    return next((sign for sign in "\t,;" if sign in line), ",")


def _is_header(cells: Sequence[str]) -> bool:
    return not any(map(_LIKE_AN_ID.search, cells)) and any(_FIELDS.get(_plain(cell)) == "account_id" for cell in cells)


def _given_json(text: str) -> List[_Given]:
    try:
        value = json.loads(text, parse_int=str, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        try:
            return _given_yaml(text)  # such as [012345670123]
        except InvalidInput as refusal:
            raise InvalidInput(f"this is not JSON: {error}; {refusal}") from error
    return _given(value, is_inner=isinstance(value, str))


def _unique(pairs: Sequence[Tuple[Any, object]]) -> Dict[Any, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (twice, _number), *_others = Counter(key for key, _value in pairs).most_common(1)
        raise InvalidInput(f"the key {shown(twice)} is there twice.")
    return found


def _given_yaml(text: str) -> List[_Given]:
    try:
        import yaml  # noqa: PLC0415 - slow to import, seldom needed, and no dependency of modules
    except ImportError as error:
        problem = "this is YAML, and PyYAML is not installed for this Python. Pass JSON, CSV or a list."
        raise InvalidInput(problem) from error

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            _unique([(key.value, None) for key, _value in node.value if isinstance(key.value, str)])
            return super().construct_mapping(node, deep)

    depth = 0
    try:
        for token in yaml.scan(text, Loader=Loader):
            kind = type(token).__name__
            depth += kind.endswith(("SequenceStartToken", "MappingStartToken"))
            depth -= kind in ("BlockEndToken", "FlowSequenceEndToken", "FlowMappingEndToken")
            if depth > _YAML_DEPTH or kind == "AliasToken":
                problem = "it has too many levels" if depth > _YAML_DEPTH else "aliases (*name) are not read"
                raise InvalidInput(f"row {token.start_mark.line + 1}: {problem}.")
        value = yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        row = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidInput(f"row {row} is not YAML: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise InvalidInput(f"this is not YAML: {error}.") from error
    return _given(value, is_inner=isinstance(value, str))


def _given_table(text: str, delimiter: str, has_header: bool) -> List[_Given]:
    rows = _csv_rows(text, delimiter)
    if not has_header:
        return [(number, _pairs_of_cells(number, cells)) for number, cells in rows if cells[0] != "PATHS"]
    header = rows[0][1]
    if not _is_header(header):
        named = at_most([shown(name) for name in header], ", ")
        raise InvalidInput(f"the header row has no column with account IDs: {named}. Known headers: {KNOWN_HEADERS}.")
    for name in header:
        _field(name)
    for number, cells in rows[1:]:
        if any(cells[len(header) :]):
            raise InvalidInput(f"row {number} has more cells than the header row.")
    return [(number, [*zip(header, [*cells, *[""] * len(header)])]) for number, cells in rows[1:]]


def _pairs_of_cells(number: int, cells: Sequence[str]) -> Sequence[Tuple[str, str]]:
    """Return a row of a table without a header: an account ID, and perhaps an email address."""
    if cells[0] == "NEXTTOKEN":
        raise InvalidInput("this is only a part of the list. Export the list without --max-items.")
    emails = [("email", cell) for cell in cells if "@" in cell][:1]
    if cells[0] in _CLI_TEXT:
        known = list(zip(_CLI_TEXT[cells[0]], cells[1:]))
        return known if cells[0] == "ACCOUNTS" else known + emails
    ids = dict.fromkeys(cell for cell in cells if "@" not in cell and _LIKE_AN_ID.search(cell))
    if len(ids) > 1:
        named = at_most([shown(each) for each in ids], ", ")
        raise InvalidInput(f"row {number} has {len(ids)} account IDs: {named}. Add a header row: {KNOWN_HEADERS}.")
    for cell in filter(_REGION.fullmatch, cells):
        raise InvalidInput(f"row {number} has a Region: {shown(cell)}. Add a header row: {KNOWN_HEADERS}.")
    statuses = [("status", cell) for cell in cells if cell.upper() in (ACTIVE, *_INACTIVE)]
    return [("account_id", next(iter(ids), cells[0])), *emails, *statuses]


def _csv_rows(text: str, delimiter: str) -> List[Tuple[int, List[str]]]:
    """Return the rows that are not empty, each with its number; refuse a quotation mark that is not closed."""
    lines = (f"{line}\n" for line in text.splitlines())
    rows: List[Tuple[int, List[str]]] = []
    last = 0
    try:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
        for cells in reader:
            # an account ID in a later line of a cell: the quotation mark was to end before it
            if any(re.search(r"[0-9]{11}", cell.partition("\n")[2]) for cell in cells):
                raise InvalidInput(
                    f"rows {last + 1} to {reader.line_num} are one row, because a quotation mark is not closed. Check "
                    "the quotation marks."
                )
            last = reader.line_num
            rows.append((last, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise InvalidInput(f"row {last + 1} is not CSV: {error}. Check that its quotation marks are closed.") from error
    return [(number, cells) for number, cells in rows if any(cells)]
