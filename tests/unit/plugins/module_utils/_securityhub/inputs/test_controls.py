# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Standards, controls and parameters in options: what is taken, and what is refused with which words."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.controls import (
    ControlEntry,
    check_control_regions,
    parse_control_ids,
    parse_controls,
    parse_standards,
    plain_value,
)

REGION = "eu-west-1"
PCI, NIST, CIS = "pci-dss/v/4.0.1", "nist-800-53/v/5.0.0", "cis-aws-foundations-benchmark/v/1.2.0"
ARN = f"arn:aws:securityhub:{REGION}:111122223333:security-control/IAM.6"


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([PCI, NIST], (PCI, NIST)),
        ([f"{PCI}, {NIST}\n{CIS}", PCI], (PCI, NIST, CIS)),
        ([f"arn:aws:securityhub:{REGION}::standards/{PCI}", PCI], (PCI,)),
        ([f"arn:aws-cn:securityhub:cn-north-1::standards/{PCI}"], (PCI,)),
        ([f"arn:aws:securityhub:::ruleset/{CIS}"], (CIS,)),
        ([""], ()),
        ([], ()),
    ],
)
def test_names_and_arns(values: list[object], names: tuple[str, ...]) -> None:
    assert parse_standards(values, "standards") == names


@pytest.mark.parametrize(
    "wrong",
    [
        "cis",
        "pci-dss/4.0.1",
        "pci-dss/v/",
        f"controls/{PCI}",
        f"/standards/{PCI}",
        f"arn:aws:securityhub:{REGION}:111122223333:subscription/{PCI}",
        f"arn:aws:config:{REGION}::standards/{PCI}",
        "None",
    ],
)
def test_what_is_no_standard_is_named(wrong: str) -> None:
    with pytest.raises(InvalidInput, match="standards: not a standard: ") as refusal:
        parse_standards([PCI, wrong], "standards")
    assert repr(wrong) in str(refusal.value)
    assert repr(PCI) not in str(refusal.value)
    assert "aws-foundational-security-best-practices/v/1.0.0" in str(refusal.value)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([f"standards/{PCI}", f"ruleset/{CIS}", PCI], (PCI, CIS)),
        ([f"standards/{PCI} ruleset/{CIS}"], (PCI, CIS)),
        (["PCI DSS v4.0.1", f"{NIST}"], ("PCI DSS v4.0.1", NIST)),
        (
            [f" PCI  DSS v4.0.1 ,{PCI} {NIST}\r\nNIST Special Publication 800-53 Revision 5\n"],
            ("PCI DSS v4.0.1", PCI, NIST, "NIST Special Publication 800-53 Revision 5"),
        ),
    ],
)
def test_standards_titles(values: list[object], names: tuple[str, ...]) -> None:
    assert parse_standards(values, "standards", takes_titles=True) == names


def test_standards_titles_are_refused_where_no_region_tells_them() -> None:
    with pytest.raises(InvalidInput, match="standards: not a standard: 'PCI', 'DSS'"):
        parse_standards(["PCI DSS v4.0.1"], "standards")


@pytest.mark.parametrize(
    ("takes_titles", "words"), [(True, "/v/1.0.0, the title, or the"), (False, "/v/1.0.0, or the")]
)
def test_standards_message_says_what_can_be_written(takes_titles: bool, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        parse_standards(["cis"], "standards", takes_titles)


def test_all_that_is_no_standard_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"standards: not a standard: 'cis', 'pci'\. Write a short name"):
        parse_standards(["cis", PCI, "pci"], "standards")


# IDs and ARNs of controls


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        ([], ()),
        ([""], ()),
        (["IAM.6", "Config.1"], ("IAM.6", "Config.1")),
        (["IAM.6, Config.1\nS3.8 IAM.6"], ("IAM.6", "Config.1", "S3.8")),
        ([ARN, "IAM.6"], ("IAM.6",)),
        (["arn:aws-us-gov:securityhub:us-gov-west-1:444455556666:security-control/APIGateway.3"], ("APIGateway.3",)),
        (["CIS.1.14", 1.14], ("CIS.1.14", "1.14")),
    ],
)
def test_control_ids_and_arns(values: list[object], ids: tuple[str, ...]) -> None:
    assert parse_control_ids(values, "controls") == ids


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("IAM", "'IAM'"),
        ("IAM.", "'IAM.'"),
        ("IAM-6", "'IAM-6'"),
        (6, "6"),
        (True, "True"),
        (None, "null"),
        (f"arn:aws:securityhub:{REGION}:111122223333:control/{CIS}/1.14", "1.14'"),
        (f"arn:aws:config:{REGION}:111122223333:security-control/IAM.6", "IAM.6'"),
    ],
)
def test_control_ids_what_is_none_is_named(wrong: object, named: str) -> None:
    with pytest.raises(InvalidInput, match=r"^controls: not a security control: ") as refusal:
        parse_control_ids(["Config.1", wrong], "controls")
    assert named in str(refusal.value)
    assert "Config.1" not in str(refusal.value)
    assert "such as IAM.6" in str(refusal.value)


def test_control_ids_all_that_are_none_are_named() -> None:
    with pytest.raises(InvalidInput, match=r"not a security control: 'one', null\."):
        parse_control_ids(["one", None, "S3.8"], "controls")


# rows


@pytest.mark.parametrize(
    ("value", "entries"),
    [
        ("IAM.6 Config.1", (ControlEntry("IAM.6"), ControlEntry("Config.1"))),
        ([], ()),
        (["IAM.6", {"control_id": "IAM.6"}], (ControlEntry("IAM.6"),)),
        ({"control_id": ARN}, (ControlEntry("IAM.6"),)),
        (
            [{"control_id": "IAM.6", "state": "DISABLED", "reason": " by SSO ", "standards": CIS, "regions": REGION}],
            (ControlEntry("IAM.6", False, "by SSO", (CIS,), (REGION,)),),
        ),
        ([{"control_id": "IAM.6", "state": "enabled", "reason": ""}], (ControlEntry("IAM.6", True),)),
        ([{"control_id": "IAM.6", "state": None, "standards": [], "regions": None}], (ControlEntry("IAM.6"),)),
        (
            [{"control_id": "ACM.1", "parameters": {"daysToExpiration": 15, "other": None}}],
            (ControlEntry("ACM.1", parameters={"daysToExpiration": 15, "other": None}),),
        ),
        (
            [
                {"control_id": "IAM.6", "regions": [REGION]},
                {"control_id": "IAM.6", "state": "disabled", "regions": "eu-west-2 eu-west-3"},
            ],
            (
                ControlEntry("IAM.6", regions=(REGION,)),
                ControlEntry("IAM.6", False, regions=("eu-west-2", "eu-west-3")),
            ),
        ),
    ],
)
def test_controls_ids_and_rows(value: object, entries: tuple[ControlEntry, ...]) -> None:
    assert parse_controls(value, "controls") == entries


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"state": "enabled"}, "controls: row 1 has no control_id. Set it to one ID, such as IAM.6."),
        ({"control_id": "IAM.6 IAM.7"}, "controls: row 1 has no control_id. Set it to one ID, such as IAM.6."),
        ({"control_id": "IAM"}, "controls: not a security control: 'IAM'. Write an ID, such as IAM.6, or "),
        (
            {"control_id": "IAM.6", "standard": CIS},
            "controls: row 1: unknown key 'standard' (did you mean standards?). ",
        ),
        ({"control_id": "IAM.6", "state": "off"}, "controls: row 1: state: 'off' is neither enabled nor disabled."),
        ({"control_id": "IAM.6", "standards": "cis"}, "controls: row 1: standards: not a standard: 'cis'."),
        ({"control_id": "IAM.6", "parameters": [15]}, "controls: row 1: parameters: [15] is no mapping."),
        (
            {"control_id": "IAM.6", "standard": CIS, "because": "x"},
            (
                "controls: row 1: unknown keys 'standard' (did you mean standards?), 'because'. The keys are "
                "control_id, state, reason, standards, regions, parameters."
            ),
        ),
    ],
)
def test_controls_wrong_row_is_refused(row: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_controls([row], "controls")
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"state": "disabled"}),
        ({"regions": [REGION]}, {"reason": "x"}),
        ({"reason": "x"}, {"regions": [REGION]}),
        ({"regions": [REGION, "eu-west-2"]}, {"regions": [REGION]}),
    ],
)
def test_controls_two_rows_for_one_region_are_refused(one: dict[str, Any], other: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"controls: IAM\.6 has two rows that differ\. Keep one of them\."):
        parse_controls([{"control_id": "IAM.6", **one}, "S3.8", {"control_id": "IAM.6", **other}], "controls")


def test_controls_text_that_names_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^controls: not a security control: 'IAM'\."):
        parse_controls(["S3.8", "IAM"], "controls")


@pytest.mark.parametrize(("regions", "is_in"), [(None, True), ((REGION,), True), (("eu-west-2",), False)])
def test_controls_row_is_in_its_regions(regions: tuple[str, ...] | None, is_in: bool) -> None:
    assert ControlEntry("IAM.6", regions=regions).is_in(REGION) is is_in


def test_control_regions_outside_the_task_are_refused() -> None:
    entries = [ControlEntry("S3.8"), ControlEntry("IAM.6", regions=(REGION, "eu-west-2", "eu-west-3"))]
    check_control_regions(entries, [REGION, "eu-west-2", "eu-west-3"], "controls")
    with pytest.raises(InvalidInput) as refusal:
        check_control_regions(entries, [REGION], "controls")
    assert str(refusal.value) == (
        "controls: the row of IAM.6 has regions that the task does not work in: eu-west-2, eu-west-3. Add them to "
        "regions."
    )


# values of parameters


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (15, 15),
        (None, None),
        ([1, 2], [1, 2]),
        ({"ValueType": "CUSTOM", "Value": {"Integer": 15}}, 15),
        ({"ValueType": "CUSTOM", "Value": {"Boolean": False}}, False),
        ({"value_type": "CUSTOM", "value": {"enum_list": ["a"]}}, ["a"]),
        ({"ValueType": "DEFAULT"}, None),
        ({"value_type": "DEFAULT"}, None),
        ({"Value": {"Integer": 15}}, 15),
        ({"ValueType": "DEFAULT", "Value": {"Integer": 30}}, None),
        ({"Integer": 15}, 15),
        ({"ValueType": "CUSTOM"}, {"ValueType": "CUSTOM"}),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}),
    ],
)
def test_plain_value_of_the_api_form(value: object, plain: object) -> None:
    assert plain_value(value) == plain
