# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option policy: AWS's JSON, CloudFormation and snake_case come to the same; all else is refused."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs import policy as policy_file
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.policy import Policy, parse_policy
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.regions import KnownRegions

KNOWN = KnownRegions(("eu-west-1", "eu-central-1", "us-east-1"), "1.44.5")
FOUNDATIONAL, CIS = "aws-foundational-security-best-practices/v/1.0.0", "cis-aws-foundations-benchmark/v/1.2.0"

# The example of the AWS user guide, "Creating and associating configuration policies", unchanged.
EXAMPLE = (Path(__file__).parents[5] / "configuration_policy.json").read_text(encoding="utf-8")
PARSED = Policy((FOUNDATIONAL, CIS), ("CloudTrail.2",), False, {"ACM.1": {"daysToExpiration": 15}})
SNAKE = {
    "enabled_standards": [FOUNDATIONAL, CIS],
    "disabled_controls": ["CloudTrail.2"],
    "control_parameters": {"ACM.1": {"daysToExpiration": 15}},
}


def example() -> dict[str, Any]:
    return json.loads(EXAMPLE)


def hub() -> dict[str, Any]:
    return example()["ConfigurationPolicy"]["SecurityHub"]


def resource() -> dict[str, Any]:
    properties = {**example(), "Tags": {"team": "security"}}
    attributes = dict.fromkeys(["DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"], "x")
    return {"Type": "AWS::SecurityHub::ConfigurationPolicy", **attributes, "Properties": properties}


AS_THE_CLI_PRINTS_IT = {
    "Arn": "arn:aws:securityhub:us-east-1:111122223333:configuration-policy/a1b2c3d4",
    "Id": "a1b2c3d4",
    "UpdatedAt": "2026-03-01T00:00:00+00:00",
    "CreatedAt": "2026-03-01T00:00:00+00:00",
    **json.loads(EXAMPLE),
}
SNAKE_OF_AWS = {
    "security_hub": {
        "service_enabled": True,
        "enabled_standard_identifiers": [FOUNDATIONAL, CIS],
        "security_controls_configuration": {
            "disabled_security_control_identifiers": "CloudTrail.2",
            "security_control_custom_parameters": [
                {
                    "security_control_id": "ACM.1",
                    "parameters": {"daysToExpiration": {"value_type": "CUSTOM", "value": {"integer": 15}}},
                }
            ],
        },
    }
}


@pytest.mark.parametrize(
    "value",
    [
        EXAMPLE,
        json.loads(EXAMPLE),
        AS_THE_CLI_PRINTS_IT,
        json.loads(EXAMPLE)["ConfigurationPolicy"],
        hub(),
        resource(),
        {"Resources": {"Hub": {"Type": "AWS::SecurityHub::Hub"}, "Policy": resource()}, "Description": "ours"},
        yaml.safe_dump({"Resources": {"Policy": resource()}}),
        SNAKE_OF_AWS,
        SNAKE,
        yaml.safe_dump(SNAKE),
        json.dumps(SNAKE),
        {**SNAKE, "enabled_standards": f"{FOUNDATIONAL}, {CIS}", "disabled_controls": "CloudTrail.2"},
        {"Resources": {"Nothing": "of ours", "Policy": resource()}},
        {**example(), "ConfigurationPolicy": {**example()["ConfigurationPolicy"], "Name": "the same again"}},
        {**SNAKE, "service_enabled": "true"},
        {**SNAKE, "ServiceEnabled": "True"},
        {**SNAKE, "enabled_controls": None, "service_enabled": None, "name": "ours", "description": "x"},
    ],
)
def test_policy_every_form_is_the_same(value: object) -> None:
    assert parse_policy(value, "policy", KNOWN) == PARSED


def test_policy_is_not_changed_by_parsing() -> None:
    given = resource()
    parse_policy(given, "policy", KNOWN)
    assert given == resource()


def changed(**parts: object) -> dict[str, Any]:
    return {**copy.deepcopy(SNAKE), **parts}


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        (
            {"enabled_standards": [], "enabled_controls": ["IAM.6"]},
            Policy((), ("IAM.6",), True),
        ),
        ({"enabled_standards": [CIS], "disabled_controls": []}, Policy((CIS,), (), False)),
        ({"EnabledStandardIdentifiers": [CIS], "EnabledSecurityControlIdentifiers": []}, Policy((CIS,), (), True)),
        (
            {"enabled_standards": [CIS], "disabled_controls": [], "global_controls_region": "eu-west-1"},
            Policy((CIS,), (), False, {}, "eu-west-1"),
        ),
        (
            {
                "enabled_standards": [CIS],
                "disabled_controls": [],
                "global_controls_region": "eu-west-1",
                "global_controls": ["IAM.6"],
            },
            Policy((CIS,), (), False, {}, "eu-west-1", ("IAM.6",)),
        ),
        (
            changed(control_parameters={"IAM.7": {"RequireSymbols": None, "MaxPasswordAge": "60"}}),
            Policy(
                (FOUNDATIONAL, CIS),
                ("CloudTrail.2",),
                False,
                {"IAM.7": {"RequireSymbols": None, "MaxPasswordAge": "60"}},
            ),
        ),
        ({**example(), "global_controls_region": "eu-west-1"}, replace(PARSED, global_region="eu-west-1")),
    ],
)
def test_policy_parts(value: object, parsed: Policy) -> None:
    assert parse_policy(value, "policy", KNOWN) == parsed


@pytest.mark.parametrize("region", ["eu-west-1", "of-a-newer-sdk"])
def test_policy_global_region_where_a_module_checks_it_later(region: str) -> None:
    assert parse_policy(changed(global_controls_region=region), "policy", None).global_region == region


@pytest.mark.parametrize(
    ("given", "known"), [("eu-west-1, us-east-1", KNOWN), ("eu-west-1, us-east-1", None), (" ", None)]
)
def test_policy_global_region_that_is_not_one_is_refused(given: str, known: KnownRegions | None) -> None:
    with pytest.raises(InvalidInput, match=f"^policy: global_controls_region: '{given}' is not one Region"):
        parse_policy(changed(global_controls_region=given), "policy", known)


def test_policy_names_its_controls_each_once() -> None:
    policy = Policy((), ("IAM.6", "ACM.1"), True, {"ACM.1": {}, "EC2.18": {}}, "eu-west-1", ("IAM.6", "KMS.1"))
    assert policy.named == ("IAM.6", "ACM.1", "EC2.18", "KMS.1")
    assert Policy((), ("IAM.6",), True).named == ("IAM.6",)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in SNAKE.items() if key != name}


def in_hub(**parts: object) -> dict[str, Any]:
    return {"SecurityHub": {**hub(), **parts}}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            changed(disabled_control=["IAM.6"]),
            (
                "policy: unknown key 'disabled_control' (did you mean disabled_controls?). The keys are those of AWS's "
                "configuration policies, or service_enabled, enabled_standards, enabled_controls, disabled_controls, "
                "control_parameters, global_controls_region, global_controls."
            ),
        ),
        (
            {"SecurityHub": {**hub(), "EnabledStandardIdentifier": [], "Surprise": 1}},
            "policy: unknown keys 'EnabledStandardIdentifier' (did you mean EnabledStandardIdentifiers?), 'Surprise'. ",
        ),
        ({"ServiceEnable": True}, "policy: unknown key 'ServiceEnable' (did you mean ServiceEnabled?). "),
        ({"SecurityHubs": {}}, "policy: unknown key 'SecurityHubs' (did you mean SecurityHub?). "),
        ({"Descriptions": ""}, "policy: unknown key 'Descriptions' (did you mean Description?). "),
        ({"DeletionPolicies": ""}, "policy: unknown key 'DeletionPolicies' (did you mean DeletionPolicy?). "),
        ({"none": 1}, "policy: unknown key 'none'. "),
        (
            changed(enabled_controls=[]),
            "policy: has both enabled_controls and disabled_controls. Set disabled_controls ",
        ),
        (
            without("disabled_controls"),
            (
                "policy: has no list of controls. Set disabled_controls to enable all others, or enabled_controls to "
                "disable all others; disabled_controls: [] enables all."
            ),
        ),
        (without("enabled_standards"), "policy: names no standards. Set enabled_standards; all other standards are "),
        (
            in_hub(ServiceEnabled=False),
            (
                "policy: ServiceEnabled is False: a policy does not disable Security Hub, that is offboarding. Use "
                "state: absent, or the playbook securityhub_offboard, for these accounts."
            ),
        ),
        ({"service_enabled": False}, "policy: ServiceEnabled is False: "),
        ({"ServiceEnabled": "false"}, "policy: ServiceEnabled is 'false': "),
        (changed(EnabledStandardIdentifiers=[CIS]), "policy: enabled_standards is given twice. Keep one of them."),
        (changed(enabled_standards=["cis"]), "policy: enabled_standards: not a standard: 'cis'. "),
        (changed(enabled_standards={"cis": 1}), "policy: enabled_standards: {'cis': 1} is no list."),
        (changed(disabled_controls=["IAM"]), "policy: disabled_controls: not a security control: 'IAM'. "),
        (changed(disabled_controls=6), "policy: disabled_controls: 6 is no list."),
        (changed(control_parameters={"ACM": {}}), "policy: control_parameters: not a security control: 'ACM'. "),
        (changed(control_parameters=6), "policy: control_parameters: 6 is no list."),
        (changed(control_parameters={"ACM.1": 15}), "policy: control_parameters: ACM.1: 15 is no mapping. "),
        (
            changed(control_parameters=[{"SecurityControlId": "ACM.1"}]),
            "policy: control_parameters: row 1: has no Parameters.",
        ),
        (changed(control_parameters=[{}]), "policy: control_parameters: row 1: has no SecurityControlId or no Param"),
        (
            changed(control_parameters=["ACM.1"]),
            "policy: control_parameters: row 1: 'ACM.1' is no mapping with SecurityControlId and Parameters.",
        ),
        (
            changed(control_parameters=[{"SecurityControlId": "ACM.1", "Parameter": {}}]),
            (
                "policy: control_parameters: row 1: unknown key 'Parameter' (did you mean Parameters?). The keys are "
                "SecurityControlId, Parameters."
            ),
        ),
        (
            changed(control_parameters=[{"SecurityControlId": "ACM.1", "Parameters": {}}] * 2),
            "policy: control_parameters: ACM.1 is named twice. Keep one of them.",
        ),
        (
            changed(global_controls_region="eu-west-1", global_controls=["IAM"]),
            "policy: global_controls: not a security control: 'IAM'. ",
        ),
        (changed(global_controls=["IAM.6"]), "policy: global_controls needs global_controls_region: the Region that "),
        (
            changed(global_controls_region="eu-wst-1"),
            "policy: global_controls_region: not a Region with Security Hub: 'eu-wst-1' (did you mean eu-west-1?).",
        ),
        ([SNAKE], "policy: is no mapping. Write a configuration policy as JSON or YAML."),
        ("just a text", "policy: is no mapping. "),
        (None, "policy: is no mapping. "),
        ({"ConfigurationPolicy": []}, "policy: ConfigurationPolicy: is no mapping. "),
        ({"Resources": {}}, "policy: the template has 0 resources of type AWS::SecurityHub::ConfigurationPolicy. "),
        ({"Resources": {"A": resource(), "B": resource()}}, "policy: the template has 2 resources of type "),
        (
            {**resource(), "Type": "AWS::SecurityHub::Hub"},
            "policy: the resource is of type AWS::SecurityHub::Hub, not AWS::SecurityHub::ConfigurationPolicy.",
        ),
        (
            "enabled_standards: !Ref Standards",
            "policy: the text is neither JSON nor plain YAML: could not determine a constructor for the tag '!Ref' in ",
        ),
        (changed(Type="AWS::SecurityHub::Hub"), "policy: the resource is of type AWS::SecurityHub::Hub, not "),
    ],
)
def test_policy_what_is_wrong_is_refused(value: object, message: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_policy(value, "policy", KNOWN)
    assert str(refusal.value).startswith(message)


def test_policy_as_text_without_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_file, "HAS_YAML", False)
    assert parse_policy(EXAMPLE, "policy", KNOWN) == PARSED
    with pytest.raises(InvalidInput, match=r"^policy: the text is no JSON: .* Write it as JSON: there is no PyYAML "):
        parse_policy(yaml.safe_dump(SNAKE), "policy", KNOWN)


def test_parse_policy_within_itself_is_refused() -> None:
    policy: dict[str, Any] = {}
    policy["ConfigurationPolicy"] = policy
    with pytest.raises(InvalidInput, match="is given twice"):
        parse_policy(policy, "policy", None)
