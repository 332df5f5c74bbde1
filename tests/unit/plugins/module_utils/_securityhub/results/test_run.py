# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module's run shows of its options: in its result, and in the log of the machine that it runs on."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

import pytest
from ansible.module_utils import basic

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import HIDDEN
from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_hub,
    securityhub_member,
    securityhub_member_invite,
    securityhub_membership,
)
from ansible_collections.multiaccount.aws.tests.local_hub.control import SECRET_KEY
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import InProcessHub
from ansible_collections.multiaccount.aws.tests.unit import support
from ansible_collections.multiaccount.aws.tests.unit.membership import run_at, seed_members
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    accounts,
)

ONE, TWO = accounts(2)
OWN, USUAL, FIRST = SECRETS = ("the-external-id-of-a-row", "the-usual-external-id", "the-first-external-id")
ROW = {"account_id": ONE, "member_role": "hub-member", "External-ID": OWN}
ROLE = {"member_role": "hub-member", "member_role_external_id": USUAL}
FIRST_ROLE = {"assume_role_arn": f"arn:aws:iam::{ADMINISTRATOR}:role/security", "assume_role_external_id": FIRST}


def everything_shown(hub: InProcessHub, module: Any, **options: Any) -> tuple[str, dict[str, Any]]:
    """Run a module; return all that it wrote, the log of the machine included, and its result as printed."""
    logged: list[str] = []
    printed: list[str] = []

    def log(_module: Any, text: str, log_args: Any = None) -> None:
        logged.append(f"{text} {log_args}")

    def loads(text: str) -> Any:
        printed.append(text)
        return json.loads(text)

    with (
        mock.patch.object(support, "json", mock.Mock(wraps=json, loads=loads)),
        mock.patch.object(basic.AnsibleModule, "log", log),
    ):
        run_at(hub, module, **options)
    result = json.loads(printed[-1])
    # what a module of ansible-core 2.22 tells Ansible to mask is shown nowhere
    result.pop("_ansible_new_secrets", None)
    return "\n".join([*logged, json.dumps(result)]), result


@pytest.mark.parametrize(
    "members",
    [
        [ROW, TWO],
        {ONE: {key: value for key, value in ROW.items() if key != "account_id"}, TWO: None},
        f"Account ID,Role,External ID\n{ONE},hub-member,{OWN}\n{TWO},,\n",
        json.dumps([ROW, TWO]),
    ],
    ids=["rows", "map", "CSV", "JSON"],
)
def test_external_ids_are_shown_nowhere(hub: InProcessHub, members: Any) -> None:
    hub.seed(roles=[{"account_id": ONE, "role": "hub-member", "external_id": OWN}])
    hub.seed(roles=[{"account_id": TWO, "role": "hub-member", "external_id": USUAL}])
    text, result = everything_shown(hub, securityhub_membership, members=members, wait_timeout=2, **ROLE, **FIRST_ROLE)
    assert "Invoked with" in text
    assert [(row["account_id"], row["member_status"]) for row in result["memberships"]] == [
        (ONE, "Enabled"),
        (TWO, "Enabled"),
    ]
    assert result["administrator_id"] == ADMINISTRATOR
    assert not [secret for secret in (*SECRETS, SECRET_KEY) if secret in text]


@pytest.mark.parametrize(
    ("module", "options"),
    [
        (securityhub_membership, {"members": [ROW], "wait_timeot": 3}),
        (securityhub_membership, {"members": [ROW], "state": "gone"}),
        (securityhub_membership, {"members": [{**ROW, "role": "another"}]}),
        (securityhub_membership, {"members": [{**ROW, "external_id": f"{OWN}-2"}]}),
        (securityhub_membership, {"members": [ROW, {**ROW, "External-ID": f"{OWN}-2"}]}),
        (securityhub_membership, {"members": [{**ROW, "External-ID": f"{OWN} "}, {"id": TWO, "externl_id": OWN}]}),
        (securityhub_membership, {"members": [{**ROW, "External-ID": f"{OWN}!"}]}),
        (securityhub_membership, {"members": [ROW], "member_role_external_id": f"{USUAL}!"}),
        (securityhub_membership, {"members": [ROW], "assume_role_external_id": FIRST}),
        (securityhub_member, {"members": [ROW]}),
        (securityhub_member_invite, {"account_ids": [ROW]}),
        (securityhub_hub, {"account_ids": [ROW], **ROLE}),
    ],
)
def test_external_ids_are_in_no_refusal(hub: InProcessHub, module: Any, options: dict[str, Any]) -> None:
    text, result = everything_shown(hub, module, **options)
    assert result["failed"]
    assert not [secret for secret in SECRETS if secret in text]
    assert hub.counts()["other"] == {}


@pytest.mark.parametrize("url", ["http://user:the-password@127.0.0.1:1x", "user:the-password@127.0.0.1:5555"])
def test_run_module_password_of_the_endpoint_is_not_in_the_invocation(hub: InProcessHub, url: str) -> None:
    _text, result = everything_shown(hub, securityhub_membership, members=[ONE], endpoint_url=url)
    assert result["failed"]
    assert result.get("invocation", {"module_args": {}})["module_args"].get("endpoint_url", "***@").count("***@") == 1
    assert "the-password" not in json.dumps(result)


def test_external_id_that_is_a_number_hides_no_account(hub: InProcessHub) -> None:
    seed_members(hub, {ONE: "Created"})
    options = {"member_role": "hub-member", "member_role_external_id": ONE, "assume_role_external_id": ADMINISTRATOR}
    given = {**FIRST_ROLE, **options}
    text, result = everything_shown(hub, securityhub_membership, members=[ONE, TWO], wait_timeout=2, **given)
    assert [row["account_id"] for row in result["memberships"]] == [ONE, TWO]
    assert result["administrator_id"] == ADMINISTRATOR
    # from ansible-core 2.22 on, results have no invocation unless somebody asks for it
    shown = result.get("invocation", {"module_args": {}})["module_args"]
    hidden = {shown.get(name, HIDDEN) for name in ("member_role_external_id", "assume_role_external_id", "members")}
    assert hidden == {HIDDEN}
    assert f"external_id={ONE}" not in text
