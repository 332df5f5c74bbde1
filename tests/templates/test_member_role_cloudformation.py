# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CloudFormation template, deployed to moto: the role has exactly the policies of docs/policies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from run.layout import ROOT
from templates.policies import ADMINISTRATOR, policy

TEMPLATE = ROOT / "docs" / "templates" / "member-role.yaml"
EXTERNAL_ID = "an-external-id"
REGION = "eu-west-1"
ROLE = "SecurityHubOnboarding"


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give an AWS in this process, without accounts or roles."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing-secret")
    with mock_aws():
        yield


def deploy(**parameters: str) -> dict[str, str]:
    """Create the stack and return its outputs."""
    cloudformation = boto3.client("cloudformation", REGION)
    given = {"AdministratorAccountId": ADMINISTRATOR, **parameters}
    cloudformation.create_stack(
        StackName="member-role",
        TemplateBody=TEMPLATE.read_text(encoding="utf-8"),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
    )
    (stack,) = cloudformation.describe_stacks(StackName="member-role")["Stacks"]
    return {row["OutputKey"]: row["OutputValue"] for row in stack["Outputs"]}


def policies() -> dict[str, Any]:
    """The inline policies of the role, by name."""
    iam = boto3.client("iam", REGION)
    names = iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
    return {name: iam.get_role_policy(RoleName=ROLE, PolicyName=name)["PolicyDocument"] for name in names}


def trust() -> Any:
    """The trust policy of the role."""
    return boto3.client("iam", REGION).get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({}, ["member"]),
        ({"AllowStandards": "true"}, ["member", "standards"]),
        ({"AllowControls": "true"}, ["controls", "member"]),
        ({"AllowConfig": "true"}, ["config", "member"]),
        ({"AllowOffboarding": "true"}, ["member", "member-offboarding"]),
        ({"AllowStandards": "true", "AllowOffboarding": "true"}, ["member", "member-offboarding", "standards"]),
    ],
    ids=str,
)
def test_role_has_exactly_the_policies(parameters: dict[str, str], names: list[str]) -> None:
    deploy(**parameters)
    assert policies() == {name: policy(name) for name in names}


def test_trust_policy_requires_the_external_id() -> None:
    deploy(ExternalId=EXTERNAL_ID)
    assert trust() == policy("member-trust", EXTERNAL_ID)


def test_trust_policy_without_an_external_id_has_no_condition() -> None:
    deploy()
    document = policy("member-trust")
    del document["Statement"][0]["Condition"]
    assert trust() == document


@pytest.mark.parametrize(("path", "member_role"), [("/", "Onboarding"), ("/security/hub/", "security/hub/Onboarding")])
def test_outputs_are_what_the_role_is_called(path: str, member_role: str) -> None:
    outputs = deploy(RoleName="Onboarding", RolePath=path)
    assert outputs["MemberRole"] == member_role
    assert outputs["RoleArn"].endswith(f":role/{member_role}")


def test_template_names_no_account_region_or_partition() -> None:
    """A StackSet deploys it everywhere. (moto has AWS::Partition as aws in every Region.)"""
    text = TEMPLATE.read_text(encoding="utf-8")
    assert re.findall(r"[0-9]{12}|arn:aws[a-z-]*:|[a-z]{2}-[a-z]+-[0-9]", text) == []
