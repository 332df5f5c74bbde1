# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: securityhub_accounts
version_added: 1.0.0
short_description: Turn a list, a text or a CSV file of accounts into rows
description:
  - Takes the accounts of a playbook, a survey or a file in whatever form they come, and returns rows as
    O(multiaccount.aws.securityhub_member#module:members) takes them.
  - Everything that is no account ID is refused, all of it named.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  _input:
    description:
      - A list of rows with C(account_id) and perhaps C(email), a list of account IDs, or a text with commas, spaces or
        newlines between account IDs.
      - With O(csv), the text of a CSV file such as the Security Hub console takes, with the header C(Account
        ID,Email) or without a header. A byte-order mark, Windows line ends, spaces, empty lines, further columns and
        semicolons instead of commas do no harm. It has to be in UTF-8.
    type: raw
    required: true
  csv:
    description: Whether the input is the text of a CSV file.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Add the accounts of a survey's text box
  multiaccount.aws.securityhub_member:
    members: "{{ survey_accounts | multiaccount.aws.securityhub_accounts }}"
    region: eu-west-1

- name: Add the accounts of a CSV file
  multiaccount.aws.securityhub_member:
    members: "{{ lookup('ansible.builtin.file', 'accounts.csv') | multiaccount.aws.securityhub_accounts(csv=true) }}"
    region: eu-west-1
"""

RETURN = r"""
_value:
  description: The accounts, each once, in order.
  type: list
  elements: dict
  contains:
    account_id:
      description: The account.
      returned: always
      type: str
      sample: "111122223333"
    email:
      description: Its e-mail address, V(null) where none is given.
      returned: always
      type: str
      sample: security@example.com
"""

import csv as csv_format
import re
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from ansible.errors import AnsibleFilterError

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.options import (
    is_account_id,
    parse_account_ids,
    parse_members,
)

Emails = Dict[str, Optional[str]]

# The surest first: beside "Account ID", a column "Account" holds names.
_ID_HEADERS = ("accountid", "awsaccountid", "account", "id")
_NO_HEADER = -1
# Only what becomes of a file that was read wrongly is refused: which addresses there are is the service's business.
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+")
# What Ansible makes of bytes that are not UTF-8, and what UTF-16 has between ASCII letters.
_NO_TEXT = re.compile("[\udc80-\udcff\x00]")


def securityhub_accounts(value: Any, csv: bool = False) -> List[Dict[str, Optional[str]]]:
    """Return rows of account_id and email.

    :raises AnsibleFilterError: naming everything that is no account id
    """
    try:
        emails = parse_csv(str(value)) if csv else parse_accounts(value)
    except InvalidInput as error:
        raise AnsibleFilterError(str(error)) from error
    return [{"account_id": account_id, "email": email} for account_id, email in emails.items()]


def parse_accounts(value: Any) -> Emails:
    """Return {account id: e-mail address or None} of rows, of a list of ids, or of a text.

    :raises InvalidInput: naming everything that is no account id
    """
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    rows = [row for row in values if isinstance(row, Mapping)]
    if len(rows) == len(values):
        return parse_members([{**row, "account_id": str(row.get("account_id", ""))} for row in rows], "accounts")
    return dict.fromkeys(parse_account_ids(values, "accounts"))


def parse_csv(text: str) -> Emails:
    """Return {account id: e-mail address or None} of the text of a CSV file.

    :raises InvalidInput: naming every line without an account id, with something else than an e-mail address beside it,
        or with a second address for an account; or for what is no CSV in UTF-8
    """
    rows = _rows(text)
    id_column, email_column = 0, _NO_HEADER
    if rows and any(_plain(cell) in _ID_HEADERS for cell in rows[0][1]):
        id_column, email_column = _columns(rows.pop(0)[1])
    emails: Emails = {}
    wrong = []
    for line, cells in rows:
        account_id, email = _cell(cells, id_column), _email(cells, email_column)
        known = emails.get(account_id)
        if not is_account_id(account_id):
            wrong.append(f"line {line}: {account_id!r} is not an account id{_hint(account_id)}")
        elif email and not _EMAIL.fullmatch(email):
            wrong.append(f"line {line}: {email!r} is not an e-mail address")
        elif email and known and email.lower() != known.lower():
            wrong.append(f"line {line}: {account_id} has the e-mail address {known!r} further up, not {email!r}")
        else:
            emails[account_id] = known or email or None
    if wrong:
        raise InvalidInput(f"accounts file: {'; '.join(wrong)}. An account id is exactly 12 digits, without hyphens.")
    return emails


def _rows(text: str) -> List[Tuple[int, List[str]]]:
    """Return the rows that are not empty, each with its line number."""
    lines = text.lstrip("\ufeff").splitlines()
    for number, line in enumerate(lines, 1):
        if _NO_TEXT.search(line):
            raise InvalidInput(f"accounts file: line {number} is not in UTF-8. Save the file as CSV UTF-8.")
    first = next((line for line in lines if line.strip()), "")
    delimiter = ";" if ";" in first and "," not in first else ","
    reader = csv_format.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    rows: List[Tuple[int, List[str]]] = []
    try:
        rows.extend((reader.line_num, [cell.strip() for cell in cells]) for cells in reader)
    except csv_format.Error as error:
        begun = rows[-1][0] + 1 if rows else 1
        raise InvalidInput(
            f"accounts file: what begins in line {begun} is not CSV: {error}. Is a quotation mark not closed?"
        ) from error
    return [(line, cells) for line, cells in rows if any(cells)]


def _plain(header: str) -> str:
    return re.sub(r"[^a-z]", "", header.lower())


def _columns(headers: List[str]) -> Tuple[int, int]:
    names = [_plain(header) for header in headers]
    id_column = next(names.index(name) for name in _ID_HEADERS if name in names)
    return id_column, next((column for column, name in enumerate(names) if "mail" in name), len(names))


def _email(cells: List[str], column: int) -> str:
    """Return the e-mail address of a row; without a header it is the first cell that may be one."""
    if column == _NO_HEADER:
        return next((cell for cell in cells[1:] if "@" in cell), "")
    return _cell(cells, column)


def _cell(cells: List[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""


def _hint(text: str) -> str:
    """Say what a spreadsheet has done to a number."""
    if re.fullmatch(r"[0-9.,]+E\+?[0-9]+", text, re.IGNORECASE):
        return " (a spreadsheet has rounded it: format the column as text and enter the id again)"
    if re.fullmatch(r"[0-9]{9,11}", text):
        return " (a spreadsheet may have taken leading zeros away: format the column as text)"
    return ""


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"securityhub_accounts": securityhub_accounts}
