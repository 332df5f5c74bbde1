# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options: what is taken, and what is refused with which words."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    checked_wait_timeout,
    parse_account_ids,
    parse_members,
    parse_statuses,
    parse_tags,
    split_text,
)

ONE, TWO, ZERO = "111122223333", "444455556666", "012345670123"
EMAIL = "security@example.com"
KNOWN = ("eu-west-1", "eu-central-1", "us-gov-west-1")


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ([], []),
        ([""], []),
        ([" , \n,"], []),
        (["one", "two"], ["one", "two"]),
        (["one,two"], ["one", "two"]),
        (["one, two ,three"], ["one", "two", "three"]),
        (["one two\tthree"], ["one", "two", "three"]),
        (["one\ntwo\r\nthree\n"], ["one", "two", "three"]),
        (["\none,\n\ntwo,,"], ["one", "two"]),
        (["two", "one two", "one"], ["two", "one"]),
        ([111, "111", 22], ["111", "22"]),
    ],
)
def test_split_text(values: list[Any], parts: list[str]) -> None:
    assert split_text(values) == parts


@pytest.mark.parametrize(
    ("values", "account_ids"),
    [
        ([], []),
        ([ONE], [ONE]),
        ([TWO, ONE], [TWO, ONE]),
        ([ZERO], [ZERO]),
        (["000000000000"], ["000000000000"]),
        ([f"{ONE},{TWO}"], [ONE, TWO]),
        ([f"{ONE} {TWO}"], [ONE, TWO]),
        ([f"{ONE}\n{ZERO}\n{TWO}\n"], [ONE, ZERO, TWO]),
        ([f" {ONE}\r\n"], [ONE]),
        ([ONE, TWO, ONE], [ONE, TWO]),
        ([ONE, f"{ONE},{ONE}"], [ONE]),
        ([int(ONE)], [ONE]),
    ],
)
def test_account_ids_are_taken(values: list[Any], account_ids: list[str]) -> None:
    assert parse_account_ids(values, "account_ids") == account_ids


# a value that is no account ID, and how the message names it, with what probably happened to it
WRONG = [
    (None, "null"),
    ("", "''"),
    (" \n", "' \\n'"),
    ("11112222333", "'11112222333' (a leading zero is missing: '011112222333')"),
    (11112222333, "11112222333 (a leading zero is missing: '011112222333')"),
    ("1111222233334", "'1111222233334'"),
    ("11112222333x", "'11112222333x'"),
    ("aaaabbbbcccc", "'aaaabbbbcccc'"),
    ("1111-2222-3333", "'1111-2222-3333' (write it without hyphens: '111122223333')"),
    ("+11112222333", "'+11112222333'"),
    ("١١١١٢٢٢٢٣٣٣٣", "'١١١١٢٢٢٢٣٣٣٣'"),
    ("１１１１２２２２３３３３", "'１１１１２２２２３３３３'"),  # noqa: RUF001
    (111122223333.0, "111122223333.0"),
    ("1.11122E+11", "'1.11122E+11' (a spreadsheet has rounded it: format the column as text and export it again)"),
    (True, "True"),
    (["111122223333"], "['111122223333']"),
    (
        yaml.safe_load("012345670123"),
        "1402433619 (YAML reads an unquoted 012345670123 as this octal number: quote it: '012345670123')",
    ),
]


@pytest.mark.parametrize(("value", "named"), WRONG)
def test_value_that_is_no_account_id_is_refused_by_name(value: Any, named: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_account_ids([ONE, value, TWO], "account_ids")
    assert str(refusal.value) == f"account_ids: not an AWS account ID: {named}. An account ID has exactly 12 digits."


def test_all_wrong_account_ids_are_named_with_their_option() -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_account_ids(["1", ONE, "two, 33", None, "111122\n223333"], "administrator_id")
    assert str(refusal.value) == (
        "administrator_id: not AWS account IDs: '1'; 'two'; '33'; null; '111122'; '223333'. "
        "An account ID has exactly 12 digits."
    )


# what people have, and the accounts and addresses in it
MEMBERS: list[tuple[Any, dict[str, str | None]]] = [
    ([], {}),
    ("", {}),
    ([ONE, TWO], {ONE: None, TWO: None}),
    (f"{ONE}, {TWO}\n{ZERO}", {ONE: None, TWO: None, ZERO: None}),
    ([f"{ONE},{TWO}"], {ONE: None, TWO: None}),
    ([{"account_id": ONE, "email": EMAIL}, TWO], {ONE: EMAIL, TWO: None}),
    ([{"AccountId": ONE, "Email": EMAIL}], {ONE: EMAIL}),
    ([{"Id": ONE, "Email": EMAIL, "Name": "production"}], {ONE: EMAIL}),
    ([{"Account ID": ONE, "Email address": EMAIL}], {ONE: EMAIL}),
    ([{"Id": "r-1", "account_id": ONE}], {ONE: None}),
    ([{"account_id": ONE, "email": None}, {"account_id": TWO, "email": " "}], {ONE: None, TWO: None}),
    ({"account_id": ONE, "email": EMAIL}, {ONE: EMAIL}),
    ({ONE: EMAIL, TWO: None}, {ONE: EMAIL, TWO: None}),
    (f"account_id,email\n{ONE},{EMAIL}\n{ZERO},\n", {ONE: EMAIL, ZERO: None}),
    (f"Account ID,Email,Status\n{ONE},{EMAIL},Enabled\n", {ONE: EMAIL}),
    (f'[{{"Id": "{ONE}", "Email": "{EMAIL}"}}]', {ONE: EMAIL}),
    ([{"account_id": ONE}, {"account_id": ONE, "email": EMAIL}], {ONE: EMAIL}),
]


@pytest.mark.parametrize(("value", "emails"), MEMBERS)
def test_members_are_taken(value: Any, emails: dict[str, str | None]) -> None:
    assert parse_members(value, "members") == emails


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([None], "members: not an AWS account ID: null. "),
        ([""], "members: not an AWS account ID: ''. "),
        ([{"account_id": None}], "members: not an AWS account ID: null. "),
        ([{"account_id": 1402433619}], "members: not an AWS account ID: 1402433619 (YAML reads an unquoted 0123"),
        ([ONE, {"name": "x", "email": EMAIL}], "members: row 2 has no account_id. It has the keys name, email; set "),
        ([{}], "members: row 1 has no account_id. It has the keys nothing; set account_id and email."),
        ([{"account_id": ONE, "AccountId": TWO}], f"members: row 1 names several accounts ({ONE}, {TWO}). It has "),
        (
            [{"account_id": ONE, "email": EMAIL}, {"account_id": ONE, "email": "other@example.com"}],
            f"members: {ONE} has two e-mail addresses, '{EMAIL}' and 'other@example.com'. Keep one of them.",
        ),
        ("[not JSON", "members: the text begins like JSON, but is none: "),
        (f"account_id,email\n{ONE},{EMAIL}\nx,\n", "members: not an AWS account ID: 'x'. "),
        ({"name": EMAIL}, "members: not an AWS account ID: 'name'. "),
    ],
)
def test_members_that_cannot_be_used_are_refused_by_name(value: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_members(value, "members")
    assert str(refusal.value).startswith(message)


def test_an_address_is_the_same_in_capitals() -> None:
    rows = [
        {"account_id": "111122223333", "email": "Me@example.com"},
        {"account_id": "111122223333", "email": "me@EXAMPLE.com"},
    ]
    assert parse_members(rows, "members") == {"111122223333": "Me@example.com"}


def test_tags_become_texts() -> None:
    tags = {"team": "security", 1: 2, "flag": True, "empty": None, "k" * 128: "v" * 256}
    assert parse_tags(tags, "tags") == {
        "team": "security", "1": "2", "flag": "True", "empty": "", "k" * 128: "v" * 256
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"),
    [("", "x"), ("k" * 129, "x"), ("aws:owner", "x"), ("long", "v" * 257), ("list", ["a"]), ("dict", {"a": "b"})],
)
def test_tags_that_the_service_would_refuse(key: str, value: Any) -> None:
    with pytest.raises(InvalidInput, match=f"^tags: can't be set: {key!r}\\. A key has 1 to 128 characters"):
        parse_tags({"team": "security", key: value}, "tags")


@pytest.mark.parametrize("number", [0, 1, 30, 3600])
def test_wait_timeout(number: int) -> None:
    assert checked_wait_timeout(number) == number


def test_negative_wait_timeout_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^wait_timeout: -1 is less than 0\."):
        checked_wait_timeout(-1)


def test_statuses_are_taken_in_any_spelling() -> None:
    assert parse_statuses(["CREATED, associated", "Removed"], "member_status") == ["Created", "Enabled", "Removed"]


def test_unknown_statuses_are_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match=r"^member_status: not a member status: 'Pending', 'Nobody'\. The statuses "):
        parse_statuses(["Created", "Pending", "Nobody"], "member_status")
