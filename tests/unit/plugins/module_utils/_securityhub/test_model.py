# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    STATUSES,
    Member,
    by_account,
    canonical_status,
    status_of,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.options import (
    parse_account_ids,
    parse_members,
    parse_regions,
    parse_tags,
    split_text,
)

ONE, TWO, ZERO = "111122223333", "444455556666", "012345670123"
KNOWN = ("eu-west-1", "eu-central-1", "us-gov-west-1")


def test_the_documented_statuses_are_known() -> None:
    documented = {"Created", "Invited", "Enabled", "Removed", "Resigned", "Deleted", "AccountSuspended"}
    assert set(STATUSES) == documented


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("spell", [str, str.upper, str.lower, str.swapcase])
def test_a_status_in_any_case_gets_the_documented_spelling(status: str, spell: Callable[[str], str]) -> None:
    assert canonical_status(spell(status)) == status


@pytest.mark.parametrize("text", ["Associated", "ASSOCIATED", "associated"])
def test_associated_is_the_old_name_of_enabled(text: str) -> None:
    assert canonical_status(text) == "Enabled"


@pytest.mark.parametrize("text", ["", "RegionDisabled", "Removed (Disassociated)", "Enabled "])
def test_an_unknown_status_stays_as_it_is(text: str) -> None:
    assert canonical_status(text) == text


def test_status_of() -> None:
    assert status_of(Member(ONE, "Resigned")) == "Resigned"
    assert status_of(None) is None


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
        ([""], []),
        ([ONE], [ONE]),
        ([TWO, ONE], [TWO, ONE]),
        ([int(ONE)], [ONE]),
        ([ZERO], [ZERO]),
        (["000000000000"], ["000000000000"]),
        ([f"{ONE},{TWO}"], [ONE, TWO]),
        ([f"{ONE} {TWO}"], [ONE, TWO]),
        ([f"{ONE}\n{ZERO}\n{TWO}\n"], [ONE, ZERO, TWO]),
        ([f" {ONE}\r\n"], [ONE]),
        ([ONE, TWO, ONE], [ONE, TWO]),
        ([ONE, int(ONE), f"{ONE},{ONE}"], [ONE]),
    ],
)
def test_account_ids_are_taken(values: list[Any], account_ids: list[str]) -> None:
    assert parse_account_ids(values, "account_ids") == account_ids


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("11112222333", ["'11112222333'"]),
        ("1111222233334", ["'1111222233334'"]),
        ("11112222333x", ["'11112222333x'"]),
        ("aaaabbbbcccc", ["'aaaabbbbcccc'"]),
        ("1111-2222-3333", ["'1111-2222-3333'"]),
        ("+11112222333", ["'+11112222333'"]),
        ("١١١١٢٢٢٢٣٣٣٣", ["'١١١١٢٢٢٢٣٣٣٣'"]),
        ("１１１１２２２２３３３３", ["'１１１１２２２２３３３３'"]),  # noqa: RUF001
        ("111122\n223333", ["'111122'", "'223333'"]),
        (111122223333.0, ["'111122223333.0'"]),
        (True, ["'True'"]),
        (None, ["'None'"]),
        (yaml.safe_load("012345670123"), ["'1402433619'"]),
    ],
)
def test_what_is_no_account_id_is_refused_by_name(value: Any, named: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_account_ids([ONE, value, TWO], "account_ids")
    text = str(refusal.value)
    assert text.startswith(f"account_ids: not an AWS account id: {', '.join(named)}. ")
    assert "exactly 12 digits" in text
    assert "012345670123" in text
    assert "octal" in text
    assert repr(ONE) not in text
    assert repr(TWO) not in text


def test_all_wrong_account_ids_are_named_with_their_option() -> None:
    with pytest.raises(InvalidInput, match=r"^administrator_id: not an AWS account id: '1', 'two', '33'\. "):
        parse_account_ids(["1", ONE, "two, 33"], "administrator_id")


@pytest.mark.parametrize(
    ("values", "regions"),
    [
        (["eu-west-1"], ["eu-west-1"]),
        (["eu-west-1", "eu-central-1"], ["eu-west-1", "eu-central-1"]),
        (["us-gov-west-1, eu-west-1\neu-central-1"], ["us-gov-west-1", "eu-west-1", "eu-central-1"]),
        (["eu-west-1", "eu-west-1 eu-west-1"], ["eu-west-1"]),
    ],
)
def test_regions_are_taken(values: list[Any], regions: list[str]) -> None:
    assert parse_regions(values, KNOWN, "regions") == regions


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (["eu-west-9"], "'eu-west-9'"),
        (["EU-WEST-1"], "'EU-WEST-1'"),
        (["eu-west-1", "Ireland, eu-west-1a"], "'Ireland', 'eu-west-1a'"),
        (["eu-west-1;eu-central-1"], "'eu-west-1;eu-central-1'"),
    ],
)
def test_unknown_regions_are_refused_by_name(values: list[Any], named: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_regions(values, KNOWN, "regions")
    assert f"knows Security Hub: {named}. " in str(refusal.value)
    assert "update botocore" in str(refusal.value)


@pytest.mark.parametrize("values", [[], [""], [" ,\n"]])
def test_an_empty_list_of_regions_is_refused(values: list[Any]) -> None:
    with pytest.raises(InvalidInput, match=r"^regions: empty"):
        parse_regions(values, KNOWN, "regions")


def test_by_account() -> None:
    members = [Member(ONE, "Created"), Member(TWO, "Enabled")]
    assert by_account(members) == {ONE: members[0], TWO: members[1]}


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
