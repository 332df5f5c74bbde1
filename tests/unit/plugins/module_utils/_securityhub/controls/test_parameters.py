# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values the parameters of controls take, and what is sent of them: one row a case."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.parameters import (
    after_sending,
    parameter_problems,
    parameters_to_send,
    typed_value,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    ControlDefinition,
    ParameterDefinition,
    ParameterValue,
)

DAYS = ParameterDefinition("Integer", 30, minimum=14, maximum=365)
RATIO = ParameterDefinition("Double", 0.5, minimum=0, maximum=1)
SYMBOLS = ParameterDefinition("Boolean", True)
KEY = ParameterDefinition("String", None, pattern="^arn:aws:kms:", pattern_description="the ARN of a KMS key")
RETENTION = ParameterDefinition("Enum", "365", allowed=("365", "400", "731"))
PORTS = ParameterDefinition("IntegerList", [80, 443], minimum=1, maximum=65535, max_items=3)
NAMES = ParameterDefinition("StringList", None, max_items=2)
RUNTIMES = ParameterDefinition("EnumList", ["a", "b"], allowed=("a", "b", "c"))
FUTURE = ParameterDefinition("Matrix")


@pytest.mark.parametrize(
    ("definition", "value", "typed"),
    [
        (DAYS, 15, 15),
        (DAYS, "15", 15),
        (DAYS, 15.0, 15),
        (DAYS, 14, 14),
        (DAYS, 365, 365),
        (DAYS, 13, None),
        (DAYS, 366, None),
        (DAYS, 15.5, None),
        (DAYS, "fifteen", None),
        (DAYS, True, None),
        (DAYS, [15], None),
        (DAYS, {"Integer": 15, "Double": 15}, None),
        (ParameterDefinition("Integer"), -1, -1),
        (ParameterDefinition("Integer", minimum=1), 0, None),
        (ParameterDefinition("Integer", maximum=1), 2, None),
        (RATIO, 0.25, 0.25),
        (RATIO, "0.25", 0.25),
        (RATIO, 1, 1.0),
        (RATIO, 1.01, None),
        (RATIO, float("nan"), None),
        (RATIO, "nan", None),
        (RATIO, False, None),
        (SYMBOLS, False, False),
        (SYMBOLS, "True", True),
        (SYMBOLS, "false", False),
        (SYMBOLS, "no", None),
        (SYMBOLS, 1, None),
        (KEY, "arn:aws:kms:eu-west-1:1:key/2", "arn:aws:kms:eu-west-1:1:key/2"),
        (KEY, "key", None),
        (KEY, "", None),
        (ParameterDefinition("String", pattern=r"\pN+\z"), "left to the service", "left to the service"),
        (ParameterDefinition("String"), 12, "12"),
        (ParameterDefinition("String"), 1.5, "1.5"),
        (ParameterDefinition("String"), " ", None),
        (ParameterDefinition("String"), True, "true"),
        (ParameterDefinition("String"), ["a"], None),
        (RETENTION, 400, "400"),
        (RETENTION, "731", "731"),
        (RETENTION, "30", None),
        (PORTS, [22], [22]),
        (PORTS, "22, 80", [22, 80]),
        (PORTS, 22, [22]),
        (PORTS, ["22", 22, 80], [22, 80]),
        (PORTS, [0], None),
        (PORTS, [22, 65536], None),
        (PORTS, [1, 2, 3, 4], None),
        (PORTS, [], None),
        (PORTS, "", None),
        (NAMES, ["x", "y"], ["x", "y"]),
        (NAMES, 1.5, ["1.5"]),
        (NAMES, ["x", "y", "z"], None),
        (RUNTIMES, ["c", "a"], ["c", "a"]),
        (RUNTIMES, ["c", "d"], None),
        (FUTURE, 1, None),
        (FUTURE, [1], None),
    ],
)
def test_typed_value_each_type(definition: ParameterDefinition, value: object, typed: object) -> None:
    found = typed_value(value, definition)
    assert found == typed
    assert type(found) is type(typed)


def control(**parameters: ParameterDefinition) -> ControlDefinition:
    return ControlDefinition("IAM.7", "Password policies", "MEDIUM", parameters=parameters)


POLICY = control(days=DAYS, ports=PORTS, symbols=SYMBOLS, retention=RETENTION)


def default(definition: ParameterDefinition) -> ParameterValue:
    return ParameterValue(definition.default)


def custom(value: object) -> ParameterValue:
    return ParameterValue(value, is_custom=True)


@pytest.mark.parametrize(
    ("now", "wanted", "sent"),
    [
        # default now
        ({"days": default(DAYS)}, {"days": None}, {}),
        ({"days": default(DAYS)}, {"days": 15}, {"days": {"ValueType": "CUSTOM", "Value": {"Integer": 15}}}),
        ({"days": default(DAYS)}, {"days": 30}, {"days": {"ValueType": "CUSTOM", "Value": {"Integer": 30}}}),
        ({"days": default(DAYS)}, {}, {}),
        # custom now
        ({"days": custom(15)}, {"days": None}, {"days": {"ValueType": "DEFAULT"}}),
        ({"days": custom(15)}, {"days": "15"}, {}),
        ({"days": custom(15)}, {"days": 20}, {"days": {"ValueType": "CUSTOM", "Value": {"Integer": 20}}}),
        ({"days": custom(15)}, {}, {}),
        # not shown
        ({}, {"days": None}, {}),
        ({}, {"days": 15}, {"days": {"ValueType": "CUSTOM", "Value": {"Integer": 15}}}),
        # of another type than documented
        ({"ports": custom(None)}, {"ports": [22]}, {"ports": {"ValueType": "CUSTOM", "Value": {"IntegerList": [22]}}}),
        ({"days": custom([15])}, {"days": 15}, {"days": {"ValueType": "CUSTOM", "Value": {"Integer": 15}}}),
        # lists in any order, and false
        ({"ports": custom([80, 22])}, {"ports": [22, 80]}, {}),
        ({"ports": custom([80])}, {"ports": [22]}, {"ports": {"ValueType": "CUSTOM", "Value": {"IntegerList": [22]}}}),
        (
            {"symbols": default(SYMBOLS)},
            {"symbols": "false"},
            {"symbols": {"ValueType": "CUSTOM", "Value": {"Boolean": False}}},
        ),
        # several
        (
            {"days": custom(15), "retention": default(RETENTION)},
            {"days": None, "retention": 731, "ports": None},
            {"days": {"ValueType": "DEFAULT"}, "retention": {"ValueType": "CUSTOM", "Value": {"Enum": "731"}}},
        ),
    ],
)
def test_parameters_to_send_only_what_differs(
    now: dict[str, ParameterValue], wanted: dict[str, object], sent: dict[str, dict[str, Any]]
) -> None:
    assert parameters_to_send(POLICY, wanted, now) == sent
    assert parameters_to_send(POLICY, wanted, after_sending(POLICY, now, sent)) == {}


def test_after_sending_values_as_they_are_then() -> None:
    now = {"days": custom(15), "ports": custom([22]), "symbols": default(SYMBOLS)}
    sent: dict[str, dict[str, Any]] = {
        "days": {"ValueType": "DEFAULT"},
        "symbols": {"ValueType": "CUSTOM", "Value": {"Boolean": False}},
    }
    assert after_sending(POLICY, now, sent) == {"days": default(DAYS), "ports": custom([22]), "symbols": custom(False)}
    assert now["days"] == custom(15)


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (DAYS, "an integer from 14 to 365"),
        (RATIO, "a number from 0 to 1"),
        (SYMBOLS, "true or false"),
        (KEY, "a text (the ARN of a KMS key)"),
        (ParameterDefinition("String", pattern="^[a-z]+$"), "a text (^[a-z]+$)"),
        (RETENTION, "a text of 365, 400, 731"),
        (PORTS, "a list of integers from 1 to 65535 with at most 3 items"),
        (NAMES, "a list of texts with at most 2 items"),
        (RUNTIMES, "a list of a, b, c"),
        (ParameterDefinition("Integer", minimum=1000000), "an integer of at least 1000000"),
        (ParameterDefinition("Integer", maximum=5), "an integer of at most 5"),
        (ParameterDefinition("Double", minimum=0.0, maximum=100.0), "a number from 0 to 100"),
        (ParameterDefinition("Double", minimum=1.0), "a number of at least 1"),
        (ParameterDefinition("Double", maximum=5.0), "a number of at most 5"),
        (FUTURE, "a value of the type Matrix, not known here,"),
    ],
)
def test_parameter_problems_say_what_is_taken(definition: ParameterDefinition, words: str) -> None:
    assert parameter_problems(control(it=definition), {"it": {}}) == [f"IAM.7: it takes {words}, not {{}}"]


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, []),
        ({"days": 15, "ports": None}, []),
        ({"symbols": False}, []),
        ({"dayz": 15}, ["IAM.7 has no parameter 'dayz' (did you mean days?): it has days, ports, retention, symbols"]),
        (
            {"what": None, "days": 0},
            [
                "IAM.7 has no parameter 'what': it has days, ports, retention, symbols",
                "IAM.7: days takes an integer from 14 to 365, not 0",
            ],
        ),
    ],
)
def test_parameter_problems_are_all_named(given: dict[str, object], problems: list[str]) -> None:
    assert parameter_problems(POLICY, given) == problems


def test_parameter_problems_of_a_control_without_parameters() -> None:
    assert parameter_problems(control(), {"days": 15}) == ["IAM.7 has no parameters"]
    assert parameter_problems(control(), {}) == []
