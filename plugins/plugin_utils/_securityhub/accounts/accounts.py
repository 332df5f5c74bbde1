# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""Accounts of a playbook's variable or file as typed records, and in batches."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from ....module_utils._securityhub.inputs.account_ids import account_id_hint, account_id_of
from ....module_utils._securityhub.results.messages import count
from .tables import InvalidAccounts, RawRow, rows_of

# Only what becomes of a file that was read wrongly is refused: which addresses there are is the service's business.
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+")
_SEPARATORS = re.compile(r"[,;\s]+")
# Member statuses of Security Hub in a column "Status": they say nothing about the account itself.
_MEMBER_STATUSES = frozenset(
    ["enabled", "associated", "invited", "created", "removed", "resigned", "deleted", "accountsuspended"]
)
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_VAULT = "$ANSIBLE_VAULT"
INVENTORY = "the inventory"


@dataclass(frozen=True)
class Account:
    """An account that was asked for.

    :param member_role: the role to assume in this account, where its row has one
    :param regions: the Regions for this account, empty for those of the run
    """

    account_id: str
    email: Optional[str] = None
    name: Optional[str] = None
    member_role: Optional[str] = None
    member_role_external_id: Optional[str] = None
    regions: Tuple[str, ...] = ()

    def member(self) -> Dict[str, Any]:
        """Return the row for the module's option ``members``: what is not known is left out."""
        fields = {**asdict(self), "regions": list(self.regions)}
        return {key: value for key, value in fields.items() if key != "name" and value}


@dataclass(frozen=True)
class Skipped:
    """A row that was left out, and why."""

    row: int
    account_id: str
    name: Optional[str]
    reason: str


@dataclass(frozen=True)
class AccountList:
    """The accounts of a source.

    :param source: the name of the file, or of the variable; None if neither was given
    """

    source: Optional[str]
    accounts: List[Account]
    skipped: List[Skipped]

    def as_dict(self) -> Dict[str, Any]:
        """Return the list as plain data."""
        accounts = [{**asdict(account), "regions": list(account.regions)} for account in self.accounts]
        return {"source": self.source, "accounts": accounts, "skipped": [asdict(row) for row in self.skipped]}


def is_given(value: Any) -> bool:
    """Return whether a variable has a value: null and a blank text, such as an empty box of a survey, are none."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def read_accounts(value: Any, source: str, administrator_id: Optional[str] = None) -> AccountList:
    """Return the accounts of a variable.

    :param source: the name of the variable, for messages
    :raises InvalidAccounts: naming every row that can't be used
    """
    if not is_given(value):
        return AccountList(None, [], [])
    return _account_list(_named_rows(value, source, is_file=False), source, administrator_id)


def read_accounts_file(path: Path, administrator_id: Optional[str] = None) -> AccountList:
    """Return the accounts of a file.

    :raises InvalidAccounts: naming every row that can't be used; if the file can't be read or has no account
    """
    rows = _named_rows(_read_text(path), path.name, is_file=True)
    if not rows:
        raise InvalidAccounts(f"{path.name} has no accounts: it is empty, or has only a header row.")
    found = _account_list(rows, path.name, administrator_id)
    if not found.accounts:
        reasons = "; ".join(f"row {row.row}: {row.account_id} {row.reason}" for row in found.skipped)
        raise InvalidAccounts(f"{path.name} has no accounts to work on: {reasons}.")
    return found


def read_hosts(hosts: Iterable[Mapping[str, Any]], administrator_id: Optional[str] = None) -> AccountList:
    """Return the accounts of hosts of an inventory: of their variables, only these two are about the account.

    :raises InvalidAccounts: naming every account ID that can't be used
    """
    rows = [{name: host.get(name) for name in ("account_id", "email")} for host in hosts]
    rows = [row for row in rows if is_given(row["account_id"])]
    return read_accounts(rows or None, INVENTORY, administrator_id)


def check_given(found: AccountList, required: bool) -> None:
    """Check that there is a source of accounts.

    :raises InvalidAccounts: if one is required and there is none
    """
    if required and not found.source:
        raise InvalidAccounts(
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
    rows = [_account_of_row(row).member() for row in accounts]
    step = max(size, 1) if surplus != "remove" else max(len(rows), 1)
    groups: Dict[Tuple[str, ...], List[Dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get("regions", ())) if same_regions else (), []).append(row)
    return [group[start : start + step] for group in groups.values() for start in range(0, len(group), step)]


def _account_of_row(row: Mapping[str, Any]) -> Account:
    fields = {key: value for key, value in row.items() if key in Account.__dataclass_fields__}
    return Account(**{**fields, "regions": tuple(row.get("regions") or ())})


def _named_rows(value: Any, source: str, is_file: bool) -> List[RawRow]:
    try:
        return rows_of(value, is_file)
    except InvalidAccounts as error:
        raise InvalidAccounts(f"{source} can't be read: {error}") from error


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidAccounts(f"{path} can't be read: {error.strerror}.") from error
    text = data.decode(_BYTE_ORDER_MARKS.get(data[:2], "utf-8"), "surrogateescape")
    if text.startswith(_VAULT):
        raise InvalidAccounts(
            f"{path.name} can't be read: it is encrypted with Ansible Vault. "
            "Set securityhub_accounts to \"{{ lookup('ansible.builtin.file', ...) }}\" instead."
        )
    return text


def _account_list(rows: Iterable[RawRow], source: str, administrator_id: Optional[str]) -> AccountList:
    accounts: Dict[str, Account] = {}
    skipped: List[Skipped] = []
    wrong: List[str] = []
    for row in rows:
        problem = _problem(row.fields)
        reason = None if problem else _reason_to_skip(row.fields, administrator_id)
        account = None if problem else _account(row.fields)
        problem = problem or (_conflict(accounts.get(account.account_id), account) if account and not reason else None)
        if problem:
            wrong.append(f"row {row.number}: {problem}")
        elif account and reason:
            skipped.append(Skipped(row.number, account.account_id, account.name, reason))
        elif account:
            accounts[account.account_id] = _merged(accounts.get(account.account_id, account), account)
    if wrong:
        raise InvalidAccounts(_wrong_rows(source, wrong))
    return AccountList(source, list(accounts.values()), skipped)


def _wrong_rows(source: str, wrong: Sequence[str]) -> str:
    verb = "is" if len(wrong) == 1 else "are"
    rows = "; ".join(wrong)
    return f"{count(len(wrong), 'row')} of {source} {verb} not valid: {rows}. An account ID has exactly 12 digits."


def _problem(fields: Mapping[str, Any]) -> Optional[str]:
    """Return why a row can't be used, None if it can."""
    if "account_id" not in fields:
        return "it has no account_id"
    if not account_id_of(fields["account_id"]):
        return _not_an_account_id(fields["account_id"])
    email = _text(fields.get("email"))
    if email and not _EMAIL.fullmatch(email):
        return f"{email!r} is not an email address"
    if isinstance(fields.get("member_role"), (list, tuple, Mapping)):
        return "its role is not a text"
    return None


def _not_an_account_id(value: object) -> str:
    shown = "null" if value is None else repr(str(value).strip())
    hint = account_id_hint(value, is_yaml=isinstance(value, int))
    return f"{shown} is not an account ID{hint and f' ({hint})'}"


def _account(fields: Mapping[str, Any]) -> Account:
    regions = fields.get("regions") or ()
    parts = _SEPARATORS.split(regions) if isinstance(regions, str) else regions
    names = ("email", "name", "member_role", "member_role_external_id")
    return Account(
        account_id=str(account_id_of(fields["account_id"])),
        regions=tuple(dict.fromkeys(str(part).strip() for part in parts if str(part).strip())),
        **{name: _text(fields.get(name)) for name in names},
    )


def _text(value: Any) -> Optional[str]:
    return None if value is None else " ".join(str(value).split()) or None


def _reason_to_skip(fields: Mapping[str, Any], administrator_id: Optional[str]) -> Optional[str]:
    """Return why an account is left out, None if it is not."""
    status = _text(fields.get("status")) or "ACTIVE"
    if account_id_of(fields["account_id"]) == administrator_id:
        return "is the administrator's own account"
    if status.upper() != "ACTIVE" and status.lower() not in _MEMBER_STATUSES:
        return f"is {status}"
    return None


def _conflict(first: Optional[Account], second: Account) -> Optional[str]:
    """Return what two rows of one account disagree about, None for nothing."""
    if first is None:
        return None
    if first.email and second.email and first.email.lower() != second.email.lower():
        return f"{first.account_id} has the email address {first.email!r} in an earlier row, not {second.email!r}"
    for field in ("member_role", "member_role_external_id", "regions"):
        one, other = getattr(first, field), getattr(second, field)
        if one and other and one != other:
            return f"{first.account_id} has a different {field} in an earlier row"
    return None


def _merged(first: Account, second: Account) -> Account:
    """Return an account with what either row says; the first counts."""
    values = {key: getattr(first, key) or getattr(second, key) for key in Account.__dataclass_fields__}
    return replace(first, **values)
