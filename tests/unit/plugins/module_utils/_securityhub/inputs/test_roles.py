# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import (
    DEFAULT_SESSION_NAME,
    READ_ONLY_POLICY,
    Role,
    account_roles,
    assume_role,
    check_role_arn,
    check_role_name,
    check_session_name,
    member_role,
    member_roles,
    role_of_row,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.rows import AccountRow

ACCOUNT, OTHER = "111122223333", "012345670123"
ARN = f"arn:aws:iam::{ACCOUNT}:role/security/hub-member"
NAMES = ["r", "Hub+=,.@_-Member", "x" * 64, "security/hub", "a/b/c/hub", "team!$/hub"]


@pytest.mark.parametrize("name", NAMES)
def test_role_names(name: str) -> None:
    assert check_role_name(name, "member_role", allow_arn=False) == name
    assert Role(name).arn(ACCOUNT, "aws-cn") == f"arn:aws-cn:iam::{ACCOUNT}:role/{name}"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "'' can't be the name of a role"),
        (" ", "can't be the name"),
        ("two words", "without blanks"),
        ("hub ", "can't be the name"),
        ("hub\n", "can't be the name"),
        ("/hub", "begins with a slash. Write a path without it: 'hub'"),
        ("/a/hub", "Write a path without it: 'a/hub'"),
        ("hub/", "can't be the name"),
        ("a//hub", "can't be the name"),
        ("x" * 65, "1 to 64 letters"),
        ("a/" + "x" * 65, "1 to 64 letters"),
        ("hüb", "can't be the name"),
        ("hub:member", "can't be the name"),
        (ARN, "is an ARN. Set the name of the role"),
    ],
)
def test_what_is_no_role_name(name: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^member_role: .*{message}"):
        check_role_name(name, "member_role", allow_arn=False)


@pytest.mark.parametrize("arn", [ARN, f"arn:aws-us-gov:iam::{ACCOUNT}:role/hub"])
def test_arn_of_a_row_is_taken_as_it_is(arn: str) -> None:
    assert check_role_name(arn, "members", allow_arn=True) == check_role_arn(arn, "assume_role_arn") == arn
    assert Role(arn).arn(OTHER, arn.split(":")[1]) == arn


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "hub",
        f"arn:aws:iam::{ACCOUNT}:user/hub",
        "arn:aws:iam::1111:role/hub",
        f"arn:aws:iam::{ACCOUNT}:role/",
        ARN + " ",
        "x" + ARN,
        f"arn:aws:iam:eu-west-1:{ACCOUNT}:role/hub",
        f"arn:other:arn:aws:iam::{ACCOUNT}:role/hub",
    ],
)
def test_what_is_no_arn(arn: str) -> None:
    with pytest.raises(InvalidInput, match=r"^assume_role_arn: .* is not the ARN of a role"):
        check_role_arn(arn, "assume_role_arn")
    if arn.startswith("arn:"):
        with pytest.raises(InvalidInput, match=r"^members: "):
            check_role_name(arn, "members", allow_arn=True)


@pytest.mark.parametrize("name", ["", "x", "x" * 65, "two words"])
def test_what_is_no_session_name(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"^member_role_session_name: .* can't be a session name"):
        check_session_name(name, "member_role_session_name")


def test_request_has_what_is_given() -> None:
    assert Role("hub").request(ARN) == {"RoleArn": ARN, "RoleSessionName": DEFAULT_SESSION_NAME}
    assert Role("hub", "external", "session", 900, "{}").request(ARN) == {
        "RoleArn": ARN,
        "RoleSessionName": "session",
        "ExternalId": "external",
        "DurationSeconds": 900,
        "Policy": "{}",
    }


def test_role_of_the_options() -> None:
    assert member_role({}) == Role("")
    assert assume_role({}) is None
    assert member_role({"member_role": "hub", "member_role_external_id": "external", "member_role_duration": 900}) == (
        Role("hub", "external", DEFAULT_SESSION_NAME, 900)
    )
    assert assume_role({"assume_role_arn": ARN, "assume_role_session_name": "pipeline"}) == Role(ARN, None, "pipeline")


@pytest.mark.parametrize("option", ["assume_role_external_id", "assume_role_session_name"])
def test_companions_without_a_role_to_assume(option: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^{option}: there is no role to take"):
        assume_role({option: "something"})


NONE = Role("")
USUAL = Role("hub", "usual", "session", 900)
# How roles of rows are taken where the options name none.
COMPANIONS = Role("", "usual", "session", 900, "{}")


@pytest.mark.parametrize(
    ("name", "external_id", "usual", "role"),
    [
        (None, None, NONE, None),
        (None, None, COMPANIONS, None),
        (None, None, USUAL, USUAL),
        ("own", None, USUAL, Role("own", "usual", "session", 900)),
        ("own", "its", USUAL, Role("own", "its", "session", 900)),
        (None, "its", USUAL, Role("hub", "its", "session", 900)),
        (ARN, None, NONE, Role(ARN)),
        ("own", "its", NONE, Role("own", "its")),
        ("own", None, COMPANIONS, replace(COMPANIONS, name="own")),
        (ARN, "its", COMPANIONS, replace(COMPANIONS, name=ARN, external_id="its")),
    ],
)
def test_role_of_a_row(name: str | None, external_id: str | None, usual: Role, role: Role | None) -> None:
    assert role_of_row(ACCOUNT, name, external_id, usual) == role


def test_external_id_of_a_row_without_a_role() -> None:
    with pytest.raises(InvalidInput, match=r"^members: a row has member_role_external_id, but there is no role"):
        role_of_row(ACCOUNT, None, "its", NONE)


@pytest.mark.parametrize("arn", [ARN, f"arn:aws:iam::{ACCOUNT}:role/::{OTHER}:/x"])
def test_role_of_row_of_another_account_is_refused(arn: str) -> None:
    with pytest.raises(InvalidInput, match=f"is not a role of account {OTHER}"):
        role_of_row(OTHER, arn, None, USUAL)


def test_role_arn_of_another_partition_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^member_role of members: .* is not in the partition aws-us-gov"):
        Role(ARN).arn(ACCOUNT, "aws-us-gov")


GIVEN = {"external_id": "its", "session_name": "session", "duration": 900, "policy": "{}"}
OPTIONS = {f"member_role_{name}": value for name, value in GIVEN.items()}


def test_member_roles_options_apply_to_rows_with_a_role() -> None:
    entries = {ACCOUNT: AccountRow(ACCOUNT, member_role="own"), OTHER: AccountRow(OTHER)}
    assert member_roles(entries, OPTIONS) == {ACCOUNT: Role("own", "its", "session", 900, "{}")}


@pytest.mark.parametrize("option", OPTIONS)
def test_member_role_options_without_any_role_are_refused(option: str) -> None:
    given = {option: OPTIONS[option], "account_ids": None}
    with pytest.raises(InvalidInput, match=rf"^{option}: there is no role to take\. Set member_role, or the role of"):
        member_roles({ACCOUNT: AccountRow(ACCOUNT)}, given)
    assert member_roles({}, given) == {}
    for account_ids in (None, [], [ACCOUNT]):
        with pytest.raises(InvalidInput, match=rf"^{option}: there is no role to take\. Set member_role too"):
            account_roles({**given, "account_ids": account_ids})


def test_roles_of_account_ids() -> None:
    assert account_roles({"account_ids": None}) is None
    assert account_roles({"account_ids": []}) == {}
    assert account_roles({"account_ids": [ACCOUNT, OTHER], "member_role": "hub"}) == dict.fromkeys(
        (ACCOUNT, OTHER), Role("hub")
    )
    with pytest.raises(InvalidInput, match=r"^account_ids: there is no role"):
        account_roles({"account_ids": [ACCOUNT]})
    with pytest.raises(InvalidInput, match=r"^member_role: there is no account"):
        account_roles({"account_ids": None, "member_role": "hub"})


def test_role_request_only_reads_sends_a_policy_unless_there_is_one() -> None:
    own = '{"Statement": []}'
    assert "Policy" not in Role("hub").request(ARN)
    assert Role("hub").request(ARN, only_reads=True)["Policy"] == READ_ONLY_POLICY
    assert Role("hub", policy=own).request(ARN, only_reads=True)["Policy"] == own
