# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private action that reads the role's variables and accounts."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import context
from ansible.errors import AnsibleError

from ansible_collections.multiaccount.aws.plugins.action import _securityhub_prepare as module

ONE, OTHER = "111122220001", "012345670002"


class Templar:
    """Evaluates nothing, and notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def template(self, value: Any) -> Any:
        self.asked.append(value)
        if value == "{{ nowhere }}":
            raise AnsibleError("'nowhere' is undefined")
        return value


@pytest.fixture(name="action")
def _action(monkeypatch: pytest.MonkeyPatch) -> module.ActionModule:
    """The action, without what only a run of Ansible has."""
    monkeypatch.setattr(module, "load_extra_vars", lambda _loader: {})
    monkeypatch.setattr(context, "CLIARGS", {})
    task: Any = SimpleNamespace(_role=None)
    return module.ActionModule(task, None, None, None, Templar(), None)


def request(action: Any, purpose: str, use_member_list: bool = False, **variables: Any) -> dict[str, Any]:
    folder = str(variables.pop("playbook_dir", "/srv"))
    given = {f"securityhub_{name}": value for name, value in variables.items()}
    action._variables = {"playbook_dir": folder, "groups": {"all": []}, "hostvars": {}, **given}
    return dict(action._request(purpose, use_member_list))


def test_request_evaluates_only_the_variables_of_the_role(action: Any) -> None:
    found = request(action, "onboard", accounts=[ONE], webhook="{{ nowhere }}", regions="eu-west-1")
    assert found["errors"] == []
    assert "{{ nowhere }}" not in action._templar.asked


def test_request_undefined_variable_is_named(action: Any) -> None:
    (error,) = request(action, "onboard", accounts=[ONE], regions="{{ nowhere }}")["errors"]
    assert error == "securityhub_regions can't be evaluated: 'nowhere' is undefined"


def test_request_batches_for_memberships(action: Any) -> None:
    rows = [{"account_id": ONE, "email": "one@example.com"}, OTHER]
    found = request(action, "onboard", accounts=rows, batch_size="1")
    assert found["labels"] == ["batch 1 of 2, accounts: 1", "batch 2 of 2, accounts: 1"]
    assert [json.loads(batch["members"]) for batch in found["batches"]] == [
        [{"account_id": ONE, "email": "one@example.com"}],
        [{"account_id": OTHER}],
    ]
    assert (found["state"], found["looks"], found["lists_members"]) == ("present", False, False)


def test_request_rows_left_out_are_named_to_a_module_that_removes(action: Any) -> None:
    rows = [ONE, {"account_id": OTHER, "status": "SUSPENDED"}, "111122220003"]
    found = request(action, "onboard", accounts=rows, surplus="remove", batch_size=1)
    assert found["errors"] == []
    assert [json.loads(batch["members"]) for batch in found["batches"]] == [
        [{"account_id": ONE}, {"account_id": "111122220003"}, {"account_id": OTHER, "status": "SUSPENDED"}]
    ]
    assert found["labels"] == ["batch 1 of 1, accounts: 2"]


SLICE = {"awx_workflow_job_name": "Onboard", "awx_job_template_name": "Onboard"}
NODE = {"awx_workflow_job_name": "Every night", "awx_job_template_name": "Onboard"}


def test_request_closed_accounts_are_named_to_the_last_call(action: Any) -> None:
    rows = [ONE, OTHER, {"account_id": "000000000003", "status": "CLOSED", "regions": "eu-west-1"}]
    found = request(action, "onboard", accounts=rows, closed_accounts="remove", batch_size=1)

    calls = [json.loads(each["members"]) for each in found["batches"]]
    assert found["errors"] == []
    closed = {"account_id": "000000000003", "status": "CLOSED", "regions": ["eu-west-1"]}
    assert calls == [[{"account_id": ONE}], [{"account_id": OTHER}, closed]]


def test_request_closed_accounts_alone_are_one_call(action: Any) -> None:
    rows = [{"account_id": ONE, "status": "CLOSED"}]

    assert request(action, "onboard", accounts=rows)["batches"] == []
    (call,) = request(action, "onboard", accounts=rows, closed_accounts="remove")["batches"]
    assert json.loads(call["members"]) == rows


@pytest.mark.parametrize(
    ("source", "limit", "more", "cause"),
    [
        ({"accounts": [ONE]}, None, {}, None),
        ({"accounts": []}, None, {}, None),
        ({"accounts": [ONE]}, None, NODE, None),
        ({"accounts": [ONE]}, "localhost", {}, "the run has --limit localhost"),
        ({"accounts": [ONE]}, None, SLICE, "the job is a slice"),
        ({"accounts": [ONE]}, None, {key.replace("awx", "tower"): name for key, name in SLICE.items()}, "the job is a"),
        ({}, None, {}, "no accounts are given"),
        ({"accounts": "\n"}, None, {"groups": {"all": [ONE]}}, "the accounts come from the inventory"),
    ],
)
def test_request_removes_nobody_whom_only_this_run_does_not_name(
    action: Any,
    monkeypatch: pytest.MonkeyPatch,
    source: dict[str, Any],
    limit: str | None,
    more: Any,
    cause: str | None,
) -> None:
    monkeypatch.setattr(context, "CLIARGS", {"subset": limit})
    hosts = {ONE: {"account_id": ONE}}

    def errors_of(purpose: str, surplus: str) -> list[str]:
        given = {f"securityhub_{name}": value for name, value in {**source, "surplus": surplus}.items()}
        action._variables = {"playbook_dir": "/srv", "groups": {"all": []}, "hostvars": hosts, **given, **more}
        return list(action._request(purpose, use_member_list=False)["errors"])

    errors = errors_of("onboard", "remove")
    assert [error.startswith(f"securityhub_surplus is remove, and {cause}") for error in errors] == [True] * bool(cause)
    assert errors_of("onboard", "report") == errors_of("verify", "remove") == []


def test_request_batches_for_inviting_have_the_regions_of_their_accounts(action: Any) -> None:
    rows = [{"account_id": ONE, "regions": ["eu-north-1"]}, OTHER]
    assert request(action, "invite", accounts=rows, regions="eu-west-1, eu-north-1")["batches"] == [
        {"account_ids": ONE, "regions": ["eu-north-1"]},
        {"account_ids": OTHER, "regions": "eu-west-1, eu-north-1"},
    ]


@pytest.mark.parametrize(
    ("row", "options"),
    [
        ("eu-north-1", {"regions": "eu-west-1"}),
        ("eu-north-1", {"regions": ["eu-west-1", "eu-north-1"], "exclude_regions": "eu-north-1"}),
        ("eu-north-1", {"regions": "all", "exclude_regions": ["eu-north-1"]}),
        ("all", {"regions": "eu-west-1"}),
        ("all", {"regions": "all"}),
        ("linked", {}),
    ],
)
def test_request_inviting_in_regions_of_a_row_alone_is_refused(action: Any, row: str, options: dict[str, Any]) -> None:
    """As the module of the onboarding does it, which sees all Regions of the run."""
    errors = request(action, "invite", accounts=[{"account_id": ONE, "regions": row}, OTHER], **options)["errors"]
    refusal = f"securityhub_accounts: the row of {ONE} has regions that the task does not work in: {row}. "
    assert [error.startswith(refusal) for error in errors] == [True]


def test_request_accounts_that_cannot_be_read_are_not_missing(action: Any) -> None:
    errors = request(action, "onboard", accounts=["1"], surplus="remove")["errors"]
    assert [error.startswith("securityhub_accounts: 1 row is not valid") for error in errors] == [True]


def test_request_options_of_the_role_are_for_batches_with_a_role(action: Any) -> None:
    """Without any role, the module says that they are for nothing."""
    rows = [{"account_id": ONE, "member_role": "Onboarding"}, OTHER]
    given: dict[str, Any] = {"batch_size": 1, "member_role_policy": "{}"}
    policy = {"member_role_policy": "{}"}
    found = request(action, "onboard", accounts=rows, **given)
    assert [batch["role"] for batch in found["batches"]] == [policy, {}]
    found = request(action, "onboard", accounts=[ONE, OTHER], **given)
    assert [batch["role"] for batch in found["batches"]] == [policy, policy]
    found = request(action, "onboard", accounts=[ONE, OTHER], member_role="Onboarding", **given)
    assert [batch["role"] for batch in found["batches"]] == [policy, policy]


def test_request_offboarding_needs_accounts(action: Any) -> None:
    found = request(action, "offboard")
    assert found["errors"][0].startswith("No accounts are given. ")
    assert found["state"] == "absent"


def test_request_looking_without_accounts_lists_the_members(action: Any) -> None:
    found = request(action, "verify")
    assert (found["lists_members"], found["batches"], found["errors"]) == (True, [], [])
    action._variables["securityhub__listing"] = {"members": [{"account_id": ONE}, {"account_id": ONE}]}
    found = action._request("verify", use_member_list=False)
    assert found["lists_members"] is True
    assert json.loads(action._request("verify", use_member_list=True)["batches"][0]["members"]) == [{"account_id": ONE}]


@pytest.mark.parametrize(
    ("playbook_dir", "folder"),
    [("/srv/site", Path("/srv/site")), ("/opt/ansible_collections/multiaccount/aws/playbooks", Path.cwd())],
)
def test_folder(action: Any, playbook_dir: str, folder: Path) -> None:
    action._variables = {"playbook_dir": playbook_dir}
    assert action._folder() == folder


POLICY = {"enabled_standards": ["pci-dss/v/4.0.1"], "disabled_controls": ["IAM.6"]}


@pytest.mark.parametrize("given", [POLICY, json.dumps(POLICY), "disabled_controls: [IAM.6]\nenabled_standards: []"])
def test_request_policy_is_an_option_as_text(action: Any, given: Any) -> None:
    found = request(action, "onboard", accounts=[ONE], policy=given)
    assert found["errors"] == []
    assert found["options"]["policy"] == (given if isinstance(given, str) else json.dumps(POLICY))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_request_policy_file_is_read(action: Any, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "policy.json").write_text(json.dumps(POLICY), encoding=encoding)
    found = request(action, "verify", accounts=[ONE], policy_file="policy.json", playbook_dir=tmp_path)
    assert found["errors"] == []
    assert json.loads(found["options"]["policy"]) == POLICY
    assert "policy_file" not in found["options"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "policy.json can't be read: No such file or directory."),
        (
            "$ANSIBLE_VAULT;1.1;AES256\n31",
            "Set securityhub_policy to \"{{ lookup('ansible.builtin.file', ...) }}\" instead.",
        ),
        ('{"DisabledControl": []}', "policy.json: unknown key 'DisabledControl'"),
        ('{"ServiceEnabled": false}', "policy.json: ServiceEnabled is False: a policy does not disable Security Hub"),
        ("", "policy.json: is no mapping. Write a configuration policy as JSON or YAML."),
    ],
)
def test_request_policy_file_that_is_none_is_named(action: Any, tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "policy.json").write_text(text, encoding="utf-8")
    (error,) = request(action, "onboard", accounts=[ONE], policy_file=str(tmp_path / "policy.json"))["errors"]
    assert message in error


def test_request_policy_that_is_none_is_named_by_its_variable(action: Any) -> None:
    (error,) = request(action, "report", accounts=[ONE], policy={})["errors"]
    assert error.startswith("securityhub_policy: has no list of controls. ")


def test_request_inviting_refuses_a_policy(action: Any) -> None:
    assert request(action, "invite", accounts=[ONE], policy="{")["errors"] == [
        "securityhub_policy has no effect: the entry point invite does not use it. Remove it."
    ]
