# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.

"""Rows of accounts in whatever form they come: text, CSV, JSON, YAML, lists and maps."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Mapping, Sequence, Tuple

import yaml

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.account_ids import account_id_of

# What each field may be called, without capitals, spaces and signs; the surest name first.
FIELD_NAMES: Dict[str, Tuple[str, ...]] = {
    "account_id": ("accountid", "awsaccountid", "accountnumber", "awsaccountnumber", "awsaccount", "account", "id"),
    "email": ("email", "emailaddress", "accountemail", "rootemail", "mail"),
    "name": ("name", "accountname", "awsaccountname", "accountalias", "alias", "displayname"),
    "status": ("state", "status", "accountstate", "accountstatus"),
    "member_role": ("memberrole", "role", "rolearn", "rolename"),
    "member_role_external_id": ("memberroleexternalid", "externalid"),
    "regions": ("regions",),
}
KNOWN_HEADERS = "Account ID (or Id, AccountId, Account, Account number), Email, Name, Status or State, Role, Regions"
# The keys under which the AWS CLI and c7n-org keep their rows.
_LIST_KEYS = ("Accounts", "accounts", "Members", "members")
_SEPARATORS = re.compile(r"[,;\s]+")
_YAML_START = re.compile(r"(?:---|-\s|accounts:|members:|[\"']?[0-9]{8,12}[\"']?:\s)")
# What Python makes of bytes that are not UTF-8, and what UTF-16 has between ASCII letters.
_NOT_TEXT = re.compile("[\udc80-\udcff\x00]")
# An account ID, or what became of one: no header has it.
_LIKE_AN_ID = re.compile(r"[0-9]{8}|[0-9]{4}-[0-9]{4}|[0-9]E\+")
_CLI_TEXT = "ACCOUNTS"  # the first column of `aws organizations list-accounts --output text`
_CLI_STATES = frozenset(["ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "PENDING_ACTIVATION", "CLOSED"])


class InvalidAccounts(ValueError):
    """Accounts that can't be used; the text says which, why and what would be right."""


@dataclass(frozen=True)
class RawRow:
    """One account as it was given.

    :param number: the row in the file, or the place in the list, from 1
    """

    number: int
    fields: Dict[str, Any]


def rows_of(value: Any, is_file: bool = False) -> List[RawRow]:
    """Return the rows of a list, a map, a number or a text.

    :raises InvalidAccounts: if a text can't be read
    """
    if isinstance(value, Mapping):
        return _rows_of_mapping(value)
    if isinstance(value, (list, tuple)):
        return [row for number, item in enumerate(value, 1) for row in _rows_of_item(number, item)]
    if isinstance(value, str):
        return _rows_of_text(value, is_file)
    return _rows_of_item(1, value)


def _rows_of_mapping(mapping: Mapping[str, Any]) -> List[RawRow]:
    if mapping.get("NextToken"):
        raise InvalidAccounts("this is only a part of the list: it has NextToken. Export the list without --max-items.")
    for key in _LIST_KEYS:
        if isinstance(mapping.get(key), (list, tuple)):
            return rows_of(mapping[key])
    fields = _fields(mapping)
    if "account_id" in fields:
        return [RawRow(1, fields)]
    return [RawRow(number, _fields_of_pair(key, value)) for number, (key, value) in enumerate(mapping.items(), 1)]


def _fields_of_pair(key: object, value: Any) -> Dict[str, Any]:
    """Return the fields of an entry {account ID: e-mail address}, or {account ID: row}."""
    return {**(_fields(value) if isinstance(value, Mapping) else {"email": value}), "account_id": key}


def _rows_of_item(number: int, item: Any) -> List[RawRow]:
    if isinstance(item, Mapping):
        return [RawRow(number, _fields(item))]
    parts = _parts(item) if isinstance(item, str) else []
    return [RawRow(number, {"account_id": part}) for part in parts or [item]]


def _fields(mapping: Mapping[Any, Any]) -> Dict[str, Any]:
    """Return the known fields of a row; of several names for a field, the surest that has a value."""
    plain = {_plain(str(key)): value for key, value in mapping.items()}
    found: Dict[str, Any] = {}
    for field, names in FIELD_NAMES.items():
        values = [plain[name] for name in names if name in plain]
        if values:
            found[field] = next((value for value in values if value not in (None, "")), values[0])
    return found


def _plain(header: str) -> str:
    return re.sub(r"[^a-z]", "", header.lower())


def _rows_of_text(text: str, is_file: bool) -> List[RawRow]:
    text = text.lstrip("\ufeff")
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if first.startswith(("[", "{")):
        return _rows_of_json(text)
    lines = (line.strip() for line in text.splitlines())
    if _YAML_START.match(next((line for line in lines if line and not line.startswith("#")), "")):
        return rows_of(_read_yaml(text))
    if is_file or "@" in text or "\t" in first or _header_columns(_cells(first)):
        return _rows_of_csv(text)
    return _rows_of_ids(text)


def _rows_of_ids(text: str) -> List[RawRow]:
    """Return the rows of IDs with commas, spaces or newlines between them."""
    return [RawRow(number, {"account_id": part}) for number, part in enumerate(_parts(text), 1)]


def _parts(text: str) -> List[str]:
    return [part for part in _SEPARATORS.split(text) if part]


def _rows_of_json(text: str) -> List[RawRow]:
    try:
        value = json.loads(text, parse_int=str)
    except ValueError as error:
        value = _read_flow(text, str(error))
    return rows_of(value)


def _read_flow(text: str, json_error: str) -> Any:
    """Return what a text such as [012345670123] is, which is YAML and not JSON."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidAccounts(f"this is not JSON: {json_error}") from error


def _read_yaml(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        row = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidAccounts(f"row {row} is not YAML: {error.problem}.") from error


def _rows_of_csv(text: str) -> List[RawRow]:
    lines = _csv_lines(text)
    columns = _header_columns(lines[0][1]) if lines else {}
    if columns:
        return [RawRow(number, _fields_of_cells(cells, columns)) for number, cells in lines[1:]]
    if all(re.fullmatch(r"[0-9]*", cell) for _number, cells in lines for cell in cells):
        return [RawRow(number, {"account_id": cell}) for number, cells in lines for cell in cells if cell]
    if lines and lines[0][1][0] != _CLI_TEXT and not any(map(_LIKE_AN_ID.search, lines[0][1])):
        raise InvalidAccounts(
            f"the header row has no column with account IDs: {', '.join(lines[0][1])}. Known headers: {KNOWN_HEADERS}."
        )
    return [RawRow(number, _fields_without_header(number, cells)) for number, cells in lines if cells[0] != "PATHS"]


def _fields_of_cells(cells: Sequence[str], columns: Mapping[str, Sequence[int]]) -> Dict[str, Any]:
    found = {}
    for field, places in columns.items():
        values = [cells[place] for place in places if place < len(cells) and cells[place]]
        found[field] = values[0] if values else ""
    return found


def _header_columns(cells: Sequence[str]) -> Dict[str, List[int]]:
    """Return {field: columns, the surest first} of a header row; nothing for a row that is none."""
    names = [_plain(cell) for cell in cells]
    if any(_LIKE_AN_ID.search(cell) for cell in cells) or not set(names) & set(FIELD_NAMES["account_id"]):
        return {}
    columns = {field: [names.index(name) for name in known if name in names] for field, known in FIELD_NAMES.items()}
    columns["email"] = columns["email"] or [place for place, name in enumerate(names) if "mail" in name]
    return {field: places for field, places in columns.items() if places}


def _fields_without_header(number: int, cells: Sequence[str]) -> Dict[str, Any]:
    """Return the fields of a row in a file without a header: an account ID, and perhaps an e-mail address."""
    ids = [cell for cell in cells if account_id_of(cell)]
    if len(set(ids)) > 1:
        raise InvalidAccounts(
            f"row {number} has {len(ids)} account IDs: {', '.join(ids)}. Add a header row. "
            f"Known headers: {KNOWN_HEADERS}."
        )
    fields = {"account_id": ids[0] if ids else cells[0], "email": next((cell for cell in cells if "@" in cell), "")}
    if cells[0] == _CLI_TEXT and len(cells) > 6:
        states = [cell for cell in cells[7:] if cell in _CLI_STATES]
        fields.update(name=cells[6], status=states[0] if states else "")
    return fields


def _cells(line: str) -> List[str]:
    return [cell.strip().strip('"') for cell in line.split(_delimiter(line))]


def _delimiter(line: str) -> str:
    return next((sign for sign in ("\t", ",", ";") if sign in line), ",")


def _csv_lines(text: str) -> List[Tuple[int, List[str]]]:
    """Return the rows that are not empty, each with its number.

    :raises InvalidAccounts: for what is not text, and for a quotation mark that is not closed
    """
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if _NOT_TEXT.search(line):
            raise InvalidAccounts(f"row {number} is not in UTF-8. Save the file as CSV UTF-8.")
    first = next((line for line in lines if line.strip()), "")
    ended = (f"{line}\n" for line in lines)
    reader = csv.reader(ended, delimiter=_delimiter(first), skipinitialspace=True, strict=True)
    rows: List[Tuple[int, List[str]]] = []
    try:
        rows.extend((reader.line_num, [cell.strip() for cell in cells]) for cells in reader)
    except csv.Error as error:
        begun = rows[-1][0] + 1 if rows else 1
        raise InvalidAccounts(f"row {begun} is not CSV: {error}. Check that its quotation marks are closed.") from error
    _check_swallowed(rows)
    return [(number, cells) for number, cells in rows if any(cells)]


def _check_swallowed(rows: Iterable[Tuple[int, Sequence[str]]]) -> None:
    """Refuse a cell that goes over several rows and has an account ID after the first: a quotation mark is missing."""
    begun = 1
    for number, cells in rows:
        if any(_swallows(cell) for cell in cells):
            raise InvalidAccounts(
                f"rows {begun} to {number} are one row, because a quotation mark is not closed. "
                "Check the quotation marks."
            )
        begun = number + 1


def _swallows(cell: str) -> bool:
    _first, _newline, rest = cell.partition("\n")
    return re.search(r"[0-9]{11}", rest) is not None
