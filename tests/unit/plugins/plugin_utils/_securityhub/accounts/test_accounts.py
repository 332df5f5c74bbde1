# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of a variable or a file: every form that is read, what is left out, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.rows import AccountRow
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.accounts.accounts import (
    AccountList,
    batches,
    check_given,
    is_given,
    read_accounts,
    read_accounts_file,
    read_hosts,
)

ONE, ZERO, OLD, ADMINISTRATOR = "111122223333", "012345670123", "444455556666", "999988887777"
BOTH = [AccountRow(ONE, "one@example.com"), AccountRow(ZERO)]
NAMED = [
    AccountRow(ONE, "one@example.com", "One, Inc.", status="ACTIVE"),
    AccountRow(ZERO, "zero@example.com", "Zero", status="ACTIVE"),
]
OWN = AccountRow(ADMINISTRATOR, "security@example.com", "Security", status="ACTIVE")

EXPORT = f"""\
"Name","Id","OU Path","OU ID","Email","State","Joined method","Joined timestamp"
"One, Inc.","{ONE}","Root","r-1","one@example.com","ACTIVE","CREATED","2024-01-02"
"Old","{OLD}","Root","r-1","old@example.com","SUSPENDED","CREATED","2020-01-02"
"Security","{ADMINISTRATOR}","Root","r-1","security@example.com","ACTIVE","CREATED","2020-01-02"
"Zero","{ZERO}","Root","r-1","zero@example.com","ACTIVE","INVITED","2025-01-02"
"""
ROWS = [
    {"Id": ONE, "Email": "one@example.com", "Name": "One, Inc.", "Status": "ACTIVE", "State": "ACTIVE", "Arn": "a"},
    {"Id": OLD, "Email": "old@example.com", "Name": "Old", "Status": "SUSPENDED", "State": "PENDING_CLOSURE"},
    {"Id": ADMINISTRATOR, "Email": "security@example.com", "Name": "Security", "Status": "ACTIVE"},
    {"Id": ZERO, "Email": "zero@example.com", "Name": "Zero", "Status": "ACTIVE"},
]
CLI_TEXT = f"""\
ACCOUNTS\tarn:aws:organizations::1:account/o-1/{ONE}\tone@example.com\t{ONE}\tCREATED\t1.5\tOne, Inc.\tACTIVE\tACTIVE
PATHS\to-1/r-1/{ONE}/
ACCOUNTS\tarn:aws:organizations::1:account/o-1/{OLD}\told@example.com\t{OLD}\tCREATED\t1.5\tOld\tSUSPENDED
ACCOUNTS\tarn:aws:organizations::1:account/o-1/9\tsecurity@example.com\t{ADMINISTRATOR}\tCREATED\t1.5\tSecurity\tACTIVE
ACCOUNTS\tarn:aws:organizations::1:account/o-1/{ZERO}\tzero@example.com\t{ZERO}\tINVITED\t1.5\tZero\tACTIVE
"""


def read_file(text: str | bytes, folder: Path) -> AccountList:
    """Return the accounts of a file named accounts.csv."""
    file = folder / "accounts.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_accounts_file(file)


FILES = {
    "console": f"Account ID,Email\n{ONE},one@example.com\n{ZERO},\n",
    "no header": f"{ONE},one@example.com\n{ZERO}\n",
    "other header": f"aws_account-id,E-Mail Address\n{ONE},one@example.com\n{ZERO}\n",
    "spaces": f"  Account ID , Email \n {ONE} ,\tone@example.com  \n\t{ZERO} , \n".replace("\t", " "),
    "byte-order mark": f"\ufeffAccount ID,Email\n{ONE},one@example.com\n{ZERO},\n",
    "byte-order mark, no header": f"\ufeff{ONE},one@example.com\n{ZERO}\n",
    "UTF-16 with tabs": f"Account ID\tEmail\n{ONE}\tone@example.com\n{ZERO}\t\n".encode("utf-16"),
    "Windows line ends": f"Account ID,Email\r\n{ONE},one@example.com\r\n{ZERO},\r\n",
    "old Macintosh line ends": f"Account ID,Email\r{ONE},one@example.com\r{ZERO},\r",
    "no newline at the end": f"Account ID,Email\n{ONE},one@example.com\n{ZERO}",
    "semicolons": f"Account ID;Email\n{ONE};one@example.com\n{ZERO};\n",
    "tabs": f"Account ID\tEmail\n{ONE}\tone@example.com\n{ZERO}\t\n",
    "quoted": f'"Account ID","Email"\n"{ONE}","one@example.com"\n"{ZERO}",""\n',
    "further columns": f"OU,Email,Account ID,Cost 2026\na,one@example.com,{ONE},1\nb,,{ZERO},2\n",
    "comma in a further column": f'Account ID,Email,Owner\n{ONE},one@example.com,"One, Inc."\n{ZERO},,Zero\n',
    "Account is not the ID": f"Account,Account ID,Email\nOne,{ONE},one@example.com\nZero,{ZERO},\n",
    "account number": f"Account number,Mail\n{ONE},one@example.com\n{ZERO},\n",
    "blank lines": f"\n\nAccount ID,Email\n\n{ONE},one@example.com\n  \n,,\n{ZERO},\n\n",
    "account twice": f"{ONE},one@example.com\n{ZERO}\n{ONE},one@example.com\n{ONE},\n",
    "email in a later row": f"{ONE},\n{ZERO},\n{ONE},ONE@example.com\n".replace("ONE@", "one@"),
    "email in the third column": f"{ONE},prod,one@example.com\n{ZERO},test,\n",
    "member status": f"Account ID,Email,Status\n{ONE},one@example.com,Enabled\n{ZERO},,Resigned\n",
    "JSON rows": json.dumps([{"AccountId": ONE, "Email": "one@example.com"}, {"AccountId": ZERO}]),
    "JSON map": json.dumps({ONE: "one@example.com", ZERO: None}),
    "YAML": f"# our accounts\n- account_id: '{ONE}'\n  email: one@example.com\n- account_id: '{ZERO}'\n",
    "YAML map": f"'{ONE}': one@example.com\n'{ZERO}':\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_read_file_forms(text: str | bytes, tmp_path: Path) -> None:
    found = read_file(text, tmp_path)
    assert found == AccountList("accounts.csv", BOTH, [])


@pytest.mark.parametrize("text", [EXPORT, json.dumps({"Accounts": ROWS}), json.dumps(ROWS), CLI_TEXT],
                         ids=["console export", "list-accounts JSON", "JSON rows", "list-accounts text"])  # fmt: skip
def test_read_organizations_export(text: str, tmp_path: Path) -> None:
    found = read_file(text, tmp_path)
    assert found.accounts == [NAMED[0], OWN, NAMED[1]]
    (left_out,) = found.skipped
    assert (left_out.account_id, left_out.name) == (OLD, "Old")
    assert left_out.status in ("SUSPENDED", "PENDING_CLOSURE")


def test_accounts_that_are_left_out_as_plain_data(tmp_path: Path) -> None:
    assert read_file(EXPORT, tmp_path).as_dict()["skipped"] == [
        {"row": 3, "account_id": OLD, "name": "Old", "status": "SUSPENDED", "reason": "is SUSPENDED"}
    ]


C7N = {
    "accounts": [
        {"account_id": ONE, "email": "one@example.com", "name": "one", "regions": ["eu-west-1", "eu-west-1"],
         "role": f"arn:aws:iam::{ONE}:role/Custodian", "external_id": "secret-word", "tags": ["type:prod"]},
        {"account_id": ZERO, "name": "zero", "role": "Custodian"},
    ]
}  # fmt: skip


def test_read_c7n_org_rows() -> None:
    first = AccountRow(
        ONE, "one@example.com", "one", f"arn:aws:iam::{ONE}:role/Custodian", "secret-word", ("eu-west-1",)
    )
    assert read_accounts(C7N, "x").accounts == [first, AccountRow(ZERO, None, "zero", "Custodian")]
    assert read_accounts(C7N["accounts"], "x").accounts == [first, AccountRow(ZERO, None, "zero", "Custodian")]


def test_read_csv_roles_and_regions(tmp_path: Path) -> None:
    text = f"Account ID,Role,Regions,Account name\n{ONE},org/Onboarding,eu-west-1; eu-central-1,One\n{ZERO},,,\n"
    assert read_file(text, tmp_path).accounts == [
        AccountRow(ONE, None, "One", "org/Onboarding", None, ("eu-west-1", "eu-central-1")),
        AccountRow(ZERO),
    ]


@pytest.mark.parametrize("value", [None, "", " \n"], ids=repr)
def test_is_given_null_or_blank_is_no_source(value: Any) -> None:
    assert not is_given(value)
    assert read_accounts(value, "x") == AccountList(None, [], [])


@pytest.mark.parametrize("value", [[], (), {}, "[]"], ids=repr)
def test_is_given_empty_list_is_a_source(value: Any) -> None:
    assert is_given(value)
    assert read_accounts(value, "x") == AccountList("x", [], [])


WRONG_FILES: dict[str, tuple[str, str]] = {
    "empty": ("", r"accounts\.csv has no accounts: it is empty, or has only a header row\."),
    "blank": ("\ufeff \n\n", r"accounts\.csv has no accounts: it is empty"),
    "only a header": ("Account ID,Email\n", r"accounts\.csv has no accounts: it is empty, or has only a header row\."),
    "empty JSON": ('{"Accounts": []}', r"accounts\.csv has no accounts: it is empty"),
    "nobody is active": (
        f"Id,Name,State\n{OLD},Old,SUSPENDED\n",
        rf"accounts\.csv has no accounts to work on: row 2: {OLD} is SUSPENDED\.",
    ),
    "wrong ID": (
        f"Account ID,Email\n1.23457E+11,a@example.com\n{ONE},\n",
        r"accounts\.csv: 1 row is not valid: row 2: '1\.23457E\+11' is not .* \(a spreadsheet has rounded",
    ),
    "rounded, with a comma": (f"{ONE};a@x.example\n1,2E+11;b@x.example\n", r"row 2: '1,2E\+11' is not .*rounded"),
    "lost zero": (f"Account ID\n12345670123\n{ONE}\n", r"row 2: '12345670123' is not .* \(a leading"),
    "lost zeros in JSON": ("[1402433619]", r"row 1: .1402433619. is not .*; otherwise 2 leading zeros"),
    "counted with the blank rows": (f"\n\nAccount ID\n\r\n{ONE}\n\nx\n", r"row 7: 'x' is not an AWS account ID"),
    "address alone": (f"{ONE}\n,a@example.com\n", r"row 2: '' is not an AWS account ID"),
    "not an address": (f"Account ID,Email\n{ONE},n/a\n", r"row 2: 'n/a' is not an email address"),
    "quotation mark": (
        f'Account ID,Email\n{ONE},"a@example.com\n{ZERO},b@example.com\n',
        r"accounts\.csv: can't be read: row 2 is not CSV: .*quotation marks are closed",
    ),
    "quotation mark in the last row": (f'Account ID,Email\n{ONE},"a@example.com', r"row 2 is not CSV"),
    "vault": ("$ANSIBLE_VAULT;1.1;AES256\n3131\n", r"can't be read: it is encrypted with Ansible Vault\."),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_read_accounts_file_without_usable_accounts_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_file(text, tmp_path)


def test_read_accounts_file_of_closed_accounts_alone_is_read_where_they_are_removed(tmp_path: Path) -> None:
    (tmp_path / "closed.csv").write_text(f"Account ID,State\n{ONE},CLOSED\n", encoding="utf-8")
    found = read_accounts_file(tmp_path / "closed.csv", needs_active=False)
    assert (found.accounts, [row.account_id for row in found.skipped]) == ([], [ONE])


@pytest.mark.parametrize("line", [b"111122223333,j\xfcrgen@example.com", "111122223333,a".encode("utf-16-le")])
def test_read_accounts_file_not_in_utf_8_is_refused(line: bytes, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"row 2 is not in UTF-8\. Save the file as CSV UTF-8"):
        read_file(b"Account ID,Email\n" + line + b"\n", tmp_path)


def test_read_accounts_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"^/.*/missing\.csv can't be read: No such file or directory\."):
        read_accounts_file(tmp_path / "missing.csv")


def test_read_hosts_takes_id_and_email_alone() -> None:
    hosts = [{"account_id": ONE, "email": "one@example.com", "regions": "x", "status": "in use"}, {"email": "x"}, {}]
    assert read_hosts(hosts) == AccountList("the inventory", BOTH[:1], [])
    assert read_hosts(hosts[1:]) == AccountList(None, [], [])


def test_check_given_without_accounts() -> None:
    check_given(AccountList(None, [], []), required=False)
    check_given(AccountList("x", [], []), required=True)
    with pytest.raises(InvalidInput, match=r"^No accounts are given\. Set securityhub_accounts or "):
        check_given(AccountList(None, [], []), required=True)


ACCOUNTS: list[dict[str, Any]] = [
    {"account_id": f"{n:012d}", "name": "x", "email": None, "regions": []} for n in range(5)
]


@pytest.mark.parametrize(
    ("size", "surplus", "sizes"),
    [(2, "ignore", [2, 2, 1]), (2, "report", [2, 2, 1]), (5, "ignore", [5]), (200, "ignore", [5]), (2, "remove", [5])],
)
def test_batches_have_at_most_the_size_and_all_accounts(size: int, surplus: str, sizes: list[int]) -> None:
    found = batches(ACCOUNTS, size, surplus)
    assert [len(batch) for batch in found] == sizes
    assert [row for batch in found for row in batch] == [{"account_id": row["account_id"]} for row in ACCOUNTS]


def test_batches_without_accounts_are_none() -> None:
    assert batches([], 200) == batches([], 200, "remove") == []


def test_batches_keep_what_the_module_takes() -> None:
    (batch,) = batches(read_accounts(C7N, "x").as_dict()["accounts"], 10)
    assert batch == [
        {"account_id": ONE, "email": "one@example.com", "member_role": f"arn:aws:iam::{ONE}:role/Custodian",
         "member_role_external_id": "secret-word", "regions": ["eu-west-1"]},
        {"account_id": ZERO, "member_role": "Custodian"},
    ]  # fmt: skip
