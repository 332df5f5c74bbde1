# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of members that say more than an account and an e-mail address."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    MemberEntry,
    emails_by_region,
    parse_member_entries,
)

ONE, TWO = "111122223333", "012345670123"
EMAIL = "security@example.com"
WHOLE = MemberEntry(ONE, EMAIL, ("eu-west-1", "eu-central-1"), "security/hub", "an-external-id")
CSV = f"""Account ID,Email,Regions,Member Role,External ID
{ONE},{EMAIL},eu-west-1 eu-central-1,security/hub,an-external-id
"""
JSON = f"""[{{"Id": "{ONE}", "Email": "{EMAIL}", "regions": ["eu-west-1,eu-central-1"], "member_role": "security/hub",
"externalId": "an-external-id"}}]"""
REGIONS = ["eu-west-1", "eu-central-1", "eu-south-1"]


@pytest.mark.parametrize(
    "value",
    [
        [
            {
                "account_id": ONE,
                "email": EMAIL,
                "regions": ["eu-west-1", "eu-central-1"],
                "member_role": "security/hub",
                "member_role_external_id": "an-external-id",
            }
        ],
        {"AccountId": ONE, "Email": EMAIL, "Regions": "eu-west-1, eu-central-1", "role": "security/hub",
         "external_id": "an-external-id"},
        CSV,
        JSON,
    ],
)  # fmt: skip
def test_row_with_everything(value: Any) -> None:
    assert parse_member_entries(value, "members") == {ONE: WHOLE}


@pytest.mark.parametrize(
    "value",
    [
        [ONE, TWO],
        f"{ONE},{TWO}",
        f"{ONE}\n{TWO} {ONE}",
        [{"account_id": ONE}, TWO, ONE],
        {ONE: None, TWO: ""},
        [{"account_id": ONE, "email": "", "regions": None, "member_role": " ", "external_id": ""}, TWO],
        f"account_id,email,regions,member_role\n{ONE},,,\n{TWO},,,\n",
    ],
)
def test_rows_that_say_no_more_than_the_account(value: Any) -> None:
    assert parse_member_entries(value, "members") == {ONE: MemberEntry(ONE), TWO: MemberEntry(TWO)}


@pytest.mark.parametrize("empty", [[], "", " \n", {}, "[]", "{}", ()])
def test_nothing_is_no_account(empty: Any) -> None:
    assert parse_member_entries(empty, "members") == {}


@pytest.mark.parametrize("more", [{"regions": ["eu-west-1"]}, {"member_role": "hub"}, {"external_id": "another"}])
def test_rows_of_one_account_that_differ_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=rf"^members: {ONE} has two rows that differ\. Keep one of them\.$"):
        parse_member_entries([ONE, {"account_id": ONE, **more}], "members")


def test_equal_rows_of_one_account_are_one() -> None:
    row = {"account_id": ONE, "regions": ["eu-west-1"], "member_role": "hub"}
    entry = MemberEntry(ONE, EMAIL, ("eu-west-1",), "hub")
    assert parse_member_entries([row, {**row, "email": EMAIL}], "members") == {ONE: entry}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([ONE, 12345670123], "not an AWS account ID: 12345670123 (a leading zero is missing: '012345670123')"),
        ([{"account_id": 1402433619}], "1402433619 (YAML reads an unquoted 012345670123 as this octal number"),
        (["1.23457E+11"], "a spreadsheet has rounded it"),
        ([None, ""], "not AWS account IDs: null; ''"),
        ([True], "not an AWS account ID: True"),
        ([{"name": "x"}], "row 1 has no account_id. It has the keys name"),
        ('[{"account_id": ', "the text begins like JSON, but is none"),
        ("account_id,email\n1111,a@example.com", "not an AWS account ID: '1111'"),
    ],
)
def test_what_is_no_member(value: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_member_entries(value, "members")
    assert str(refusal.value).startswith("members: ")
    assert message in str(refusal.value)


def test_accounts_of_each_region() -> None:
    entries = {ONE: WHOLE, TWO: MemberEntry(TWO)}
    assert emails_by_region(entries, REGIONS, "members") == {
        "eu-west-1": {ONE: EMAIL, TWO: None},
        "eu-central-1": {ONE: EMAIL, TWO: None},
        "eu-south-1": {TWO: None},
    }


def test_regions_of_a_row_are_among_those_of_the_task() -> None:
    with pytest.raises(InvalidInput, match=rf"^members: the row of {ONE} has regions that .* not work in: eu-west-1\."):
        emails_by_region({ONE: WHOLE}, REGIONS[1:], "members")
