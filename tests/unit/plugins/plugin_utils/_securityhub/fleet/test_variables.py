# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, defaults and values of the playbooks' variables."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.variables import (
    DEFAULTS,
    settings_of,
    unknown_variables,
    with_variables,
)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("securityhub_region", "securityhub_regions"),
        ("securityhub_account", "securityhub_accounts"),
        ("securityhub_account_ids", "securityhub_accounts"),
        ("securityhub_account_file", "securityhub_accounts_file"),
        ("securityhub_role", "securityhub_member_role"),
        ("securityhub_Member_Role", "securityhub_member_role"),
        ("securityhub_fail_on_unprocesed", "securityhub_fail_on_unprocessed"),
        ("securityhub_externalid", "securityhub_member_role_external_id"),
    ],
)
def test_unknown_variable_names_the_nearest(name: str, nearest: str) -> None:
    assert unknown_variables([name]) == [f"{name} is not a variable of this playbook. Did you mean {nearest}?"]


def test_unknown_variable_without_a_near_one() -> None:
    (message,) = unknown_variables(["securityhub_xyz"])
    assert message.startswith(
        "securityhub_xyz is not a variable of this playbook. The variables are securityhub_accounts,"
    )


def test_known_and_private_and_other_variables() -> None:
    names = [*DEFAULTS, "securityhub__result", "securityhubble", "aws_region", "securityhub_mine", "securityhub_result"]
    assert unknown_variables(names, ["securityhub_mine"]) == []


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_empty_box_is_the_default(nothing: str | None) -> None:
    found = settings_of(dict.fromkeys(DEFAULTS, nothing))
    assert found.values == DEFAULTS
    assert found.errors == []


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("securityhub_fail_on_unprocessed", "no", False),
        ("securityhub_fail_on_unprocessed", False, False),
        ("securityhub_enable_default_standards", "True", True),
        ("securityhub_wait_timeout", "0", 0),
        ("securityhub_wait_timeout", 600, 600),
        ("securityhub_batch_size", " 50 ", 50),
        ("securityhub_surplus", "Report", "report"),
        ("securityhub_reinvite", "removed, resigned", ["removed", "resigned"]),
        ("securityhub_reinvite", ["Resigned"], ["resigned"]),
        ("securityhub_reinvite", [], []),
        ("securityhub_reinvite", "[]", []),
        ("securityhub_reinvite", "[resigned]", ["resigned"]),
        ("securityhub_regions", "eu-west-1\neu-central-1", "eu-west-1\neu-central-1"),
        ("securityhub_regions", ["all"], ["all"]),
        ("securityhub_standards", "pci-dss/v/4.0.1\n", "pci-dss/v/4.0.1"),
        ("securityhub_standards", ["pci-dss/v/4.0.1"], ["pci-dss/v/4.0.1"]),
        ("securityhub_accounts", [], []),
        ("securityhub_member_role", " Onboarding ", "Onboarding"),
    ],
)
def test_values(name: str, given: Any, value: Any) -> None:
    found = settings_of({name: given})
    assert found.errors == []
    assert found.values == {**DEFAULTS, name: value}


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("securityhub_batch_size", "many", "is 'many'. Set it to a whole number of at least 1."),
        ("securityhub_batch_size", 0, "is 0. Set it to a whole number of at least 1."),
        ("securityhub_wait_timeout", -1, "is -1. Set it to a whole number of at least 0."),
        ("securityhub_surplus_limit", 1.5, "is 1.5. Set it to a whole number of at least 0."),
        ("securityhub_surplus", "delete", "is 'delete'. Set it to one of ignore, report, remove."),
        ("securityhub_reinvite", "removed,gone", "is 'gone'. Set it to one of removed, resigned."),
        ("securityhub_fail_on_unprocessed", "perhaps", "is 'perhaps'. Set it to true or false."),
    ],
)
def test_wrong_values(name: str, given: Any, message: str) -> None:
    assert settings_of({name: given}).errors == [f"{name} {message}"]


def test_all_errors_are_named() -> None:
    given = {
        "securityhub_region": "x",
        "securityhub_batch_size": 0,
        "securityhub_accounts": ["111122223333"],
        "securityhub_accounts_file": "accounts.csv",
    }
    assert [error.split(" ")[0] for error in settings_of(given).errors] == [
        "securityhub_region", "securityhub_batch_size", "securityhub_accounts",
    ]  # fmt: skip
    both = "securityhub_accounts and securityhub_accounts_file are both set. Set only one of them."
    assert both in settings_of(given).errors
    assert settings_of({**given, "securityhub_accounts": ""}).errors == settings_of(given).errors[:2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("regions: no such Region.", "securityhub_regions: no such Region."),
        ("No Region: set regions or region, or a profile.", "No Region: set securityhub_regions, or a profile."),
        ("members: no account ID.", "securityhub_accounts: no account ID."),
        ("Set wait_timeout to more.", "Set securityhub_wait_timeout to more."),
        ("In two regions: denied.", "In two regions: denied."),
        ("not authorized on arn:aws:iam::111122223333:role/member_role", None),
        ("Set securityhub_member_role.", None),
    ],
)
def test_with_variables(text: str, expected: str | None) -> None:
    assert with_variables(text) == (expected or text)
