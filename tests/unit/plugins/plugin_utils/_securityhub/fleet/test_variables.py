# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, defaults and values of the playbooks' variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.multiaccount.aws import plugins
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.variables import (
    DEFAULTS,
    NOT_USED,
    first_region,
    module_options,
    name_errors,
    settings_of,
    with_variables,
)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("securityhub_region", "securityhub_regions"),
        ("securityhub_account", "securityhub_accounts"),
        ("securityhub_account_ids", "securityhub_accounts"),
        ("securityhub_account_id", "securityhub_accounts_file"),
        ("securityhub_account_file", "securityhub_accounts_file"),
        ("securityhub_Member_Role", "securityhub_member_role"),
        ("securityhub_fail_on_unprocesed", "securityhub_fail_on_unprocessed"),
        ("securityhub_member_external_id", "securityhub_member_role_external_id"),
    ],
)
def test_name_errors_mistyped_names_the_nearest(name: str, nearest: str) -> None:
    assert name_errors([name]) == [f"{name} is not a variable of the role. Did you mean {nearest}?"]


def test_name_errors_other_names_are_the_users_own() -> None:
    own = ["webhook", "region_of_mine", "report", "members", "slack_channel", "xyz", "result"]
    assert name_errors([*DEFAULTS, *(f"securityhub_{name}" for name in own), "securityhubble", "aws_region"]) == []


def test_name_errors_names_of_the_role_itself() -> None:
    message = "{} can't be set: names with securityhub__ are the role's own. Remove it."
    assert name_errors(["securityhub__state"]) == [message.format("securityhub__state")]
    assert name_errors(["securityhub__run"]) == [], "an earlier run of the role has registered it"
    assert name_errors(["securityhub__run"], ["securityhub__run"]) == [message.format("securityhub__run")]


@pytest.mark.parametrize("purpose", ["invite", "offboard"])
def test_settings_of_refuses_what_the_entry_point_does_not_use(purpose: str) -> None:
    given = {"securityhub_standards": ["pci-dss/v/4.0.1"], "securityhub_surplus": "ignore"}
    assert settings_of(given, purpose).errors == [
        f"securityhub_standards has no effect: the entry point {purpose} does not use it. Remove it."
    ]
    assert settings_of(given, "verify").errors == []
    assert settings_of(dict.fromkeys(DEFAULTS, ""), purpose).errors == []


def test_module_options_are_those_that_are_set_and_used() -> None:
    values = {**DEFAULTS, "securityhub_regions": "eu-west-1", "securityhub_member_role": "Onboarding"}
    invite = {"regions": "eu-west-1", "reinvite": ["removed"], "wait_timeout": 30}
    assert module_options(values, "invite") == invite
    assert module_options(values, "offboard") == {
        "regions": "eu-west-1",
        "member_role": "Onboarding",
        "wait_timeout": 30,
    }
    onboard = {
        "enable_administrator_hub": True,
        "enable_default_standards": False,
        "surplus": "ignore",
        "surplus_limit": 10,
        "closed_accounts": "ignore",
        "config_recorder": False,
    }
    assert module_options(values, "onboard") == {**invite, **onboard, "member_role": "Onboarding"}


@pytest.mark.parametrize(
    ("regions", "first"),
    [
        (None, None),
        ("all", None),
        (["linked"], None),
        ("eu-west-1,\neu-central-1", "eu-west-1"),
        (["us-east-1", "eu-west-1"], "us-east-1"),
    ],
)
def test_first_region_of_list_or_text_is_no_word(regions: Any, first: str | None) -> None:
    assert first_region(regions) == first


COLLECTION = Path(next(iter(plugins.__path__))).parent


def test_defaults_are_those_of_the_argument_specs() -> None:
    text = (COLLECTION / "roles" / "securityhub" / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    specs = yaml.safe_load(text)["argument_specs"]
    assert set(specs) == {"main", "invite", "verify", "report", "offboard"}
    for entry_point, spec in specs.items():
        expected = {name: value for name, value in DEFAULTS.items() if name not in NOT_USED.get(entry_point, ())}
        assert {name: option.get("default") for name, option in spec["options"].items()} == expected


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_settings_of_empty_box_is_the_default(nothing: str | None) -> None:
    found = settings_of(dict.fromkeys(DEFAULTS, nothing), "onboard")
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
def test_settings_of_text_or_value_has_the_type_of_the_default(name: str, given: Any, value: Any) -> None:
    found = settings_of({name: given}, "onboard")
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
def test_settings_of_unusable_value_is_an_error(name: str, given: Any, message: str) -> None:
    assert settings_of({name: given}, "onboard").errors == [f"{name} {message}"]


def test_settings_of_many_errors_names_all() -> None:
    given = {
        "securityhub_batch_size": 0,
        "securityhub_accounts": ["111122223333"],
        "securityhub_accounts_file": "accounts.csv",
    }
    errors = settings_of(given, "onboard").errors
    assert [error.split(" ")[0] for error in errors] == ["securityhub_batch_size", "securityhub_accounts"]
    assert errors[1] == "securityhub_accounts and securityhub_accounts_file are both set. Set only one of them."
    assert settings_of({**given, "securityhub_accounts": ""}, "onboard").errors == errors[:1]


@pytest.mark.parametrize(
    ("one", "other"),
    [("policy", "policy_file"), ("standards", "policy"), ("standards", "policy_file")],
)
def test_settings_of_refuses_two_that_exclude_each_other(one: str, other: str) -> None:
    given = {f"securityhub_{one}": "a", f"securityhub_{other}": "b"}
    assert settings_of(given, "verify").errors == [
        f"securityhub_{one} and securityhub_{other} are both set. Set only one of them."
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("policy: unknown key 'x'.", "securityhub_policy: unknown key 'x'."),
        ("regions: no such Region.", "securityhub_regions: no such Region."),
        ("No Region: set regions or region, or a profile.", "No Region: set securityhub_regions, or a profile."),
        ("members: no account ID.", "securityhub_accounts: no account ID."),
        ("Set wait_timeout to more.", "Set securityhub_wait_timeout to more."),
        ("In two regions: denied.", "In two regions: denied."),
        ("not authorized on arn:aws:iam::111122223333:role/member_role", None),
        ("Set securityhub_member_role.", None),
    ],
)
def test_with_variables_names_variables_and_leaves_other_words(text: str, expected: str | None) -> None:
    assert with_variables(text) == (expected or text)
