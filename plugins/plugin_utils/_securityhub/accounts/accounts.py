# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""Accounts of a playbook's variable, file or inventory: which are worked on, which are left out, and in batches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from ....module_utils._securityhub.errors import InvalidInput
from ....module_utils._securityhub.inputs.rows import ROW_OPTIONS, AccountRow, at_most, read_rows

_VAULT = "$ANSIBLE_VAULT"
INVENTORY = "the inventory"


@dataclass(frozen=True)
class AccountList:
    """The accounts of a source.

    :param source: the name of the file, or of the variable; None if neither was given
    :param skipped: those that are left out for their status
    """

    source: Optional[str]
    accounts: List[AccountRow]
    skipped: List[AccountRow]

    def as_dict(self) -> Dict[str, Any]:
        """Return the list as plain data."""
        names = ("account_id", "email", "name", *ROW_OPTIONS)
        accounts = [
            {**{name: getattr(row, name) for name in names}, "regions": [*row.regions]} for row in self.accounts
        ]
        skipped = [
            {**{name: getattr(row, name) for name in ("row", "account_id", "name", "status")}, "reason": _reason(row)}
            for row in self.skipped
        ]
        return {"source": self.source, "accounts": accounts, "skipped": skipped}


def _reason(row: AccountRow) -> str:
    return f"is {row.status}"


def is_given(value: Any) -> bool:
    """Return whether a variable has a value: null and a blank text, such as an empty box of a survey, are none."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def read_accounts(value: Any, source: str) -> AccountList:
    """Return the accounts of a variable.

    :param source: the name of the variable, for messages
    :raises InvalidInput: naming rows that can't be used
    """
    found = AccountList(source if is_given(value) else None, [], [])
    for row in read_rows(value, source).values() if found.source else ():
        (found.accounts if row.is_active else found.skipped).append(row)
    return found


def read_accounts_file(path: Path, needs_active: bool = True) -> AccountList:
    """Return the accounts of a file.

    :param needs_active: whether there is nothing to do for accounts that are left out
    :raises InvalidInput: naming rows that can't be used; if the file can't be read or has no account
    """
    found = read_accounts(read_text(path, "securityhub_accounts"), path.name)
    if not found.accounts and not found.skipped:
        raise InvalidInput(f"{path.name} has no accounts: it is empty, or has only a header row.")
    if not found.accounts and needs_active:
        reasons = at_most([f"row {row.row}: {row.account_id} {_reason(row)}" for row in found.skipped], "; ")
        raise InvalidInput(f"{path.name} has no accounts to work on: {reasons}.")
    return found


def read_hosts(hosts: Iterable[Mapping[str, Any]]) -> AccountList:
    """Return the accounts of hosts of an inventory: of their variables, only these two are about the account.

    :raises InvalidInput: naming account IDs that can't be used
    """
    rows = [{name: host.get(name) for name in ("account_id", "email")} for host in hosts]
    rows = [row for row in rows if is_given(row["account_id"])]
    return read_accounts(rows or None, INVENTORY)


def check_given(found: AccountList, required: bool) -> None:
    """Check that there is a source of accounts.

    :raises InvalidInput: if one is required and there is none
    """
    if required and not found.source:
        raise InvalidInput(
            "No accounts are given. Set securityhub_accounts or securityhub_accounts_file; accounts that are to leave "
            "are never taken from the inventory."
        )


def batches(
    accounts: Sequence[Mapping[str, Any]], size: int, surplus: str = "ignore", same_regions: bool = False
) -> List[List[Dict[str, Any]]]:
    """Return rows for the module's option ``members``, at most ``size`` a batch.

    With ``surplus=remove`` there is one batch: the module removes what its call does not name.

    :param same_regions: whether all accounts of a batch have the same Regions
    """
    names = ("account_id", "email", *ROW_OPTIONS)
    rows = [{name: row[name] for name in names if row.get(name)} for row in accounts]
    step = max(size, 1) if surplus != "remove" else max(len(rows), 1)
    groups: Dict[Tuple[str, ...], List[Dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get("regions", ())) if same_regions else (), []).append(row)
    return [group[start : start + step] for group in groups.values() for start in range(0, len(group), step)]


def read_text(path: Path, variable: str) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 with a byte-order mark.

    :param variable: what to set instead of the file
    :raises InvalidInput: if it can't be read
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} can't be read: {error.strerror}.") from error
    is_utf_16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = data.decode("utf-16", "replace") if is_utf_16 else data.decode("utf-8-sig", "surrogateescape")
    if text.startswith(_VAULT):
        raise InvalidInput(
            f"{path.name} can't be read: it is encrypted with Ansible Vault. "
            f"Set {variable} to \"{{{{ lookup('ansible.builtin.file', ...) }}}}\" instead."
        )
    return text
