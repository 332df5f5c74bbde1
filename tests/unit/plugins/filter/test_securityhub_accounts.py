# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter securityhub_accounts: accounts in whatever form they come, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.multiaccount.aws.plugins.filter.securityhub_accounts import FilterModule

ONE, ZERO = "111122223333", "012345670123"
BOTH = {ONE: "one@example.com", ZERO: None}
ROUNDED = "a spreadsheet has rounded it"
SHORTENED = "a spreadsheet may have taken leading zeros away"


def accounts(value: Any, **options: Any) -> dict[str, str | None]:
    """Apply the filter; return its rows as {account id: e-mail address}, after a look at their shape."""
    rows = FilterModule().filters()["securityhub_accounts"](value, **options)
    assert all(set(row) == {"account_id", "email"} for row in rows)
    assert len({row["account_id"] for row in rows}) == len(rows), "an account twice"
    return {row["account_id"]: row["email"] for row in rows}


FILES = {
    "the console's": f"Account ID,Email\n{ONE},one@example.com\n{ZERO},\n",
    "no header": f"{ONE},one@example.com\n{ZERO}\n",
    "header in other words": f"aws_account-id,E-Mail Address\n{ONE},one@example.com\n{ZERO}\n",
    "spaces": f"  Account ID , Email \n {ONE} ,\tone@example.com  \n\t{ZERO} , \n",
    "byte-order mark": f"\ufeffAccount ID,Email\n{ONE},one@example.com\n{ZERO},\n",
    "byte-order mark, no header": f"\ufeff{ONE},one@example.com\n{ZERO}\n",
    "Windows line ends": f"Account ID,Email\r\n{ONE},one@example.com\r\n{ZERO},\r\n",
    "old Macintosh line ends": f"Account ID,Email\r{ONE},one@example.com\r{ZERO},\r",
    "no end of the last line": f"Account ID,Email\n{ONE},one@example.com\n{ZERO}",
    "semicolons": f"Account ID;Email\n{ONE};one@example.com\n{ZERO};\n",
    "quoted": f'"Account ID","Email"\n"{ONE}","one@example.com"\n"{ZERO}",""\n',
    "further columns": f"Name,Email,Account ID,OU\nOne,one@example.com,{ONE},a\nZero,,{ZERO},b\n",
    "a comma in a further column": f'Account ID,Email,Name\n{ONE},one@example.com,"One, Inc."\n{ZERO},,Zero\n',
    "an Account column that is a name": f"Account,Account ID,Email\nOne,{ONE},one@example.com\nZero,{ZERO},\n",
    "blank lines": f"\n\nAccount ID,Email\n\n{ONE},one@example.com\n  \n,,\n{ZERO},\n\n",
    "an account twice": f"{ONE},one@example.com\n{ZERO}\n{ONE},one@example.com\n{ONE},\n",
    "an account without, then with an address": f"{ONE}\n{ZERO}\n{ONE},one@example.com\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_files(text: str) -> None:
    assert list(accounts(text, csv=True).items()) == list(BOTH.items())


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff", "Account ID,Email\n"])
def test_files_without_an_account(text: str) -> None:
    assert accounts(text, csv=True) == {}


def test_file_without_addresses() -> None:
    assert accounts(f"Account ID\n{ONE}\n{ZERO}\n", csv=True) == {ONE: None, ZERO: None}


WRONG_FILES = {
    "rounded by a spreadsheet": (
        "Account ID,Email\n1.23457E+11,a@example.com\n",
        [f"line 2: '1.23457E+11' is not an account id ({ROUNDED}"],
    ),
    "rounded, with a comma": (
        f"{ONE};a@example.com\n1,23457E+11;b@example.com\n",
        [f"line 2: '1,23457E+11' is not an account id ({ROUNDED}"],
    ),
    "a leading zero lost": (f"{ONE}\n12345670123\n", [f"line 2: '12345670123' is not an account id ({SHORTENED}"]),
    "three leading zeros lost": ("123456789\n", [f"line 1: '123456789' is not an account id ({SHORTENED}"]),
    "13 digits": ("1111222233334\n", ["line 1: '1111222233334' is not an account id. "]),
    "hyphens": ("1111-2222-3333\n", ["line 1: '1111-2222-3333' is not an account id. "]),
    "other digits than ASCII's": ("١٢٣٤٥٦٧٨٩٠١٢\n", ["line 1: '١٢٣٤٥٦٧٨٩٠١٢' is not"]),
    "an address alone": (f"{ONE}\n,a@example.com\n", ["line 2: '' is not an account id. "]),
    "a header that tells nothing": (f"Who,Where\n{ONE},a@example.com\n", ["line 1: 'Who' is not an account id. "]),
    "lines counted with the blank ones": (f"\n\nAccount ID\n\r\n{ONE}\n\nx\n", ["line 7: 'x' is not"]),
    "several": (
        f"Account ID\n1\n{ONE}\n12345670123\n1.2E+11\n",
        ["line 2: '1' is", "line 4: '12345670123' is", "line 5: '1.2E+11' is"],
    ),
    "something else than an address": (
        f"Account ID,Email\n{ONE},n/a\n{ZERO},a@example.com b@example.com\n",
        ["line 2: 'n/a' is not an e-mail address", "line 3: 'a@example.com b@example.com' is not"],
    ),
    "two addresses": (
        f"{ONE},a@example.com\n{ONE},b@example.com\nx\n",
        [f"line 2: {ONE} has the e-mail address 'a@example.com' further up, not 'b@example.com'", "line 3: 'x' is"],
    ),
}


@pytest.mark.parametrize(("text", "named"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_files_with_wrong_lines(text: str, named: list[str]) -> None:
    with pytest.raises(AnsibleFilterError) as refusal:
        accounts(text, csv=True)
    message = str(refusal.value)
    assert message.startswith("accounts file: line ")
    assert [words for words in named if words not in message] == []
    assert message.count("line ") == len(named)
    assert message.endswith("An account id is exactly 12 digits, without hyphens.")


@pytest.mark.parametrize("rest", [f"\n{ZERO},b@example.com\n", "", f'\n{ZERO},"b@example.com"\n'])
def test_a_quotation_mark_that_is_not_closed_swallows_nobody(rest: str) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^accounts file: .*line 2.*Is a quotation mark not closed"):
        accounts(f'Account ID,Email\n{ONE},"a@example.com{rest}', csv=True)


def test_a_quotation_mark_that_is_closed_lines_later_swallows_nobody() -> None:
    with pytest.raises(AnsibleFilterError, match=r"^accounts file: line 3: .* is not an e-mail address"):
        accounts(f'Account ID,Email\n{ONE},"a@example.com\n{ZERO},b@example.com"\n', csv=True)


@pytest.mark.parametrize("line", [b"111122223333,j\xfcrgen@example.com", "111122223333,a".encode("utf-16-le")])
def test_a_file_that_is_not_in_utf_8(line: bytes) -> None:
    text = f"Account ID,Email\n{line.decode('utf-8', 'surrogateescape')}\n"
    with pytest.raises(
        AnsibleFilterError, match=r"^accounts file: line 2 is not in UTF-8\. Save the file as CSV UTF-8"
    ):
        accounts(text, csv=True)


@pytest.mark.parametrize(
    "text",
    [
        f'"Account ID", "Email"\n"{ONE}", "one@example.com"\n',
        f"{ONE},prod,one@example.com\n",
        f"{ONE},one@example.com\n{ONE},ONE@example.com\n",
    ],
)
def test_addresses_in_odd_places(text: str) -> None:
    assert accounts(text, csv=True) == {ONE: "one@example.com"}


FORMS = {
    "rows": [{"account_id": ONE, "email": "one@example.com"}, {"account_id": ZERO}],
    "rows with more": [{"account_id": ONE, "email": "one@example.com", "ou": "a"}, {"account_id": ZERO, "email": None}],
    "rows with a number, and one twice": (
        {"account_id": int(ONE)}, {"account_id": ZERO, "email": " "}, {"account_id": ONE, "email": "one@example.com"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("value", FORMS.values(), ids=FORMS)
def test_rows(value: Any) -> None:
    assert list(accounts(value).items()) == list(BOTH.items())


@pytest.mark.parametrize(
    "value",
    [
        [ONE, ZERO],
        [int(ONE), ZERO, ONE],
        f"{ONE},{ZERO}",
        f" {ONE}\r\n\n{ZERO}\t{ONE}\n",
        [f"{ONE} {ZERO}"],
        (ONE, ZERO),
    ],
    ids=repr,
)
def test_ids(value: Any) -> None:
    assert list(accounts(value).items()) == [(ONE, None), (ZERO, None)]


@pytest.mark.parametrize("value", [[], "", " \n", ()], ids=repr)
def test_no_accounts(value: Any) -> None:
    assert accounts(value) == {}


def test_a_number_alone() -> None:
    assert accounts(int(ONE)) == {ONE: None}


WRONG = {
    "ids": ([ONE, "11112222333", "1111222233334"], ["'11112222333', '1111222233334'"]),
    "what YAML makes of an unquoted 012345670123": ([0o12345670123], [f"'{0o12345670123}'", "octal"]),
    "text": (f"{ONE}, abc\n", ["'abc'"]),
    "a row without": ([{"account_id": ONE}, {"email": "a@example.com"}], ["accounts[].account_id", "''"]),
    "rows": ([{"account_id": "x"}, {"account_id": 1}], ["'x', '1'"]),
    "a row among ids": ([ONE, {"account_id": ZERO}], ["account_id"]),
    "two addresses": (
        [{"account_id": ONE, "email": "a@example.com"}, {"account_id": ONE, "email": "b@example.com"}],
        [f"{ONE} is given two e-mail addresses, 'a@example.com' and 'b@example.com'"],
    ),
}


@pytest.mark.parametrize(("value", "named"), WRONG.values(), ids=WRONG)
def test_what_is_no_account_is_named(value: Any, named: list[str]) -> None:
    with pytest.raises(AnsibleFilterError) as refusal:
        accounts(value)
    assert [words for words in named if words not in str(refusal.value)] == []
    assert repr(ONE) not in str(refusal.value), "an account that is right is named"
