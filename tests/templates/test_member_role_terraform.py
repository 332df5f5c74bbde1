# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Terraform snippet: its policy documents are those of docs/policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import hcl2
import pytest

from run.layout import ROOT
from templates.policies import ADMINISTRATOR, policy

SNIPPET = ROOT / "docs" / "templates" / "member-role.tf"
PARTITION = "${data.aws_partition.current.partition}"
# What follows from the variables, as hcl2 returns expressions.
VALUES = {PARTITION: "aws", "${var.administrator_account_id}": ADMINISTRATOR, "${condition.value}": "REPLACE-ME"}


@pytest.fixture(scope="module", name="blocks")
def _blocks() -> dict[str, dict[str, Any]]:
    """The blocks of the snippet, {"data.aws_iam_policy_document.member": block}."""
    parsed = hcl2.loads(SNIPPET.read_text(encoding="utf-8"))
    found = [(kind, block) for kind in ("data", "resource") for block in parsed[kind]]
    return {
        f"{kind}.{value(of)}.{value(name)}": block
        for kind, each in found
        for of, named in each.items()
        for name, block in named.items()
    }


def value(text: str) -> str:
    """Return a text of hcl2, without its quotes and with the variables in place."""
    for expression, result in VALUES.items():
        text = text.replace(expression, result)
    return str(json.loads(text)) if text.startswith('"') else text


def values(texts: list[str]) -> str | list[str]:
    """Return texts as a policy has them: one by itself, several as a list."""
    found = [value(text) for text in texts]
    return found if len(found) > 1 else found[0]


def statement(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a statement of aws_iam_policy_document as a policy has it."""
    found: dict[str, Any] = {"Effect": value(block["effect"]), "Action": values(block["actions"])}
    if "sid" in block:
        found["Sid"] = value(block["sid"])
    if "resources" in block:
        found["Resource"] = values(block["resources"])
    for row in block.get("principals", []):
        found["Principal"] = {value(row["type"]): values(row["identifiers"])}
    dynamic = [content for row in block.get("dynamic", []) for content in row['"condition"']["content"]]
    for row in [*block.get("condition", []), *dynamic]:
        found["Condition"] = {value(row["test"]): {value(row["variable"]): values(row["values"])}}
    return found


def normalized(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the statements of a policy; a list of one is that one."""
    return [
        {key: item[0] if isinstance(item, list) and len(item) == 1 else item for key, item in each.items()}
        for each in document["Statement"]
    ]


@pytest.mark.parametrize("name", ["member", "standards", "controls", "config", "member-offboarding", "member-trust"])
def test_statements_are_those_of_the_policy(blocks: dict[str, dict[str, Any]], name: str) -> None:
    document = blocks[f"data.aws_iam_policy_document.{name.replace('-', '_')}"]
    assert [statement(each) for each in document["statement"]] == normalized(policy(name))


def test_role_has_the_policies_that_its_variables_allow(blocks: dict[str, dict[str, Any]]) -> None:
    attached = {
        value(block["name"]): (block["policy"], block.get("count"))
        for name, block in blocks.items()
        if name.startswith("resource.aws_iam_role_policy.")
    }
    assert attached == {
        "member": ("${data.aws_iam_policy_document.member.json}", None),
        "standards": ("${data.aws_iam_policy_document.standards.json}", "${var.allow_standards ? 1 : 0}"),
        "config": ("${data.aws_iam_policy_document.config.json}", "${var.allow_config ? 1 : 0}"),
        "controls": ("${data.aws_iam_policy_document.controls.json}", "${var.allow_controls ? 1 : 0}"),
        "member-offboarding": (
            "${data.aws_iam_policy_document.member_offboarding.json}",
            "${var.allow_offboarding ? 1 : 0}",
        ),
    }
    role = blocks["resource.aws_iam_role.member"]
    assert role["assume_role_policy"] == "${data.aws_iam_policy_document.member_trust.json}"


def test_external_id_is_a_condition_only_where_it_is_given(blocks: dict[str, dict[str, Any]]) -> None:
    (each,) = blocks["data.aws_iam_policy_document.member_trust"]["statement"]
    (condition,) = each["dynamic"]
    assert condition['"condition"']["for_each"] == '${var.external_id == "" ? [] : [var.external_id]}'
