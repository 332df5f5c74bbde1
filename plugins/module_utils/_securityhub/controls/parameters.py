# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The parameters of a security control: which values they take, and what differs. Pure: neither boto3 nor Ansible.

=================  ==========================  =====================================
value now          requested                   what is sent
=================  ==========================  =====================================
default            null                        nothing
default            a value, the default's too  CUSTOM with the value
custom             null                        DEFAULT
custom             the same value              nothing; a list in any order is the same
custom             another value               CUSTOM with the value
any                not named                   nothing; with a policy, as for null
any                not taken                   nothing: refused before any write
=================  ==========================  =====================================

A custom value that is the same as the default one stays when AWS changes the default, so the two are not the same.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, Mapping, Optional

from ..inputs.controls import Parameters
from ..inputs.options import named_with_nearest, split_text
from ..model import ControlDefinition, ParameterDefinition, ParameterValue

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def parameter_problems(control: ControlDefinition, given: Parameters) -> List[str]:
    """Return what is wrong with the parameters of a control: names that it does not have, and values not taken."""
    unknown = [name for name in given if name not in control.parameters]
    if given and not control.parameters:
        return [f"{control.control_id} has no parameters"]
    problems = [
        f"{control.control_id} has no parameter {named_with_nearest([name], control.parameters)}: it has "
        f"{', '.join(sorted(control.parameters))}"
        for name in unknown
    ]
    for name, value in given.items():
        definition = control.parameters.get(name)
        if definition and value is not None and typed_value(value, definition) is None:
            problems.append(f"{control.control_id}: {name} takes {_in_words(definition)}, not {value!r}")
    return problems


def parameters_to_send(
    control: ControlDefinition, wanted: Parameters, now: Mapping[str, ParameterValue]
) -> Dict[str, Dict[str, Any]]:
    """Return the parameters that differ, in the form of UpdateSecurityControl.

    :param wanted: by name, None for the default value; values that are taken
    """
    sent: Dict[str, Dict[str, Any]] = {}
    for name, value in wanted.items():
        definition, current = control.parameters[name], now.get(name, ParameterValue(None))
        if value is None and current.is_custom:
            sent[name] = {"ValueType": "DEFAULT"}
        if value is None:
            continue
        typed = typed_value(value, definition)
        if not current.is_custom or not _is_same(typed, current.value):
            sent[name] = {"ValueType": "CUSTOM", "Value": {definition.data_type: typed}}
    return sent


def after_sending(
    control: ControlDefinition, now: Mapping[str, ParameterValue], sent: Mapping[str, Mapping[str, Any]]
) -> Dict[str, ParameterValue]:
    """Return the parameters as they are once what was sent is done."""
    after = dict(now)
    for name, each in sent.items():
        definition = control.parameters[name]
        is_custom = each["ValueType"] == "CUSTOM"
        after[name] = ParameterValue(
            each["Value"][definition.data_type] if is_custom else definition.default, is_custom
        )
    return after


def typed_value(value: object, definition: ParameterDefinition) -> object:
    """Return a value in the type of a parameter, None for a value that it does not take."""
    is_list = definition.data_type.endswith("List")
    convert = _CONVERSIONS.get(definition.data_type[: -len("List")] if is_list else definition.data_type)
    if convert is None:
        return None
    if not is_list:
        return _checked(convert(value), definition)
    scalar = [value] if isinstance(value, (str, int, float)) else []
    parts = value if isinstance(value, list) else split_text(scalar)
    items = [_checked(convert(part), definition) for part in parts]
    unique = [item for number, item in enumerate(items) if item not in items[:number]]
    fits = bool(unique) and None not in unique and (definition.max_items is None or len(unique) <= definition.max_items)
    return unique if fits else None


def _integer(value: object) -> Optional[int]:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    return int(text) if _INTEGER.fullmatch(text) else None


def _double(value: object) -> Optional[float]:
    text = str(value).strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def _boolean(value: object) -> Optional[bool]:
    return {"true": True, "false": False}.get(str(value).strip().lower())


def _string(value: object) -> Optional[str]:
    if isinstance(value, bool):
        return str(value).lower()
    return (str(value).strip() or None) if isinstance(value, (int, float, str)) else None


_CONVERSIONS: Mapping[str, Callable[[object], object]] = {
    "Integer": _integer,
    "Double": _double,
    "Boolean": _boolean,
    "String": _string,
    "Enum": _string,
}


def _checked(value: object, definition: ParameterDefinition) -> object:
    """Return a value of the right type, None for one that is out of range."""
    if isinstance(value, (int, float)):
        is_low = definition.minimum is not None and value < definition.minimum
        is_high = definition.maximum is not None and value > definition.maximum
        return None if is_low or is_high else value
    if isinstance(value, str):
        is_allowed = not definition.allowed or value in definition.allowed
        return value if is_allowed and _matches(value, definition.pattern) else None
    return None


def _matches(value: str, pattern: Optional[str]) -> bool:
    """Whether a text matches a pattern; a pattern in RE2's own syntax is left to the service."""
    try:
        return pattern is None or re.search(pattern, value) is not None
    except re.error:
        return True


def _is_same(one: object, other: object) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(str, one)) == sorted(map(str, other))
    return one == other


_TYPES_IN_WORDS = {
    "Integer": "an integer",
    "Double": "a number",
    "Boolean": "true or false",
    "String": "a text",
    "Enum": "a text",
    "IntegerList": "a list of integers",
    "StringList": "a list of texts",
    "EnumList": "a list",
}


def _in_words(definition: ParameterDefinition) -> str:
    """Say which values a parameter takes."""
    words = [_TYPES_IN_WORDS.get(definition.data_type, f"a value of the type {definition.data_type}, not known here,")]
    low, high = definition.minimum, definition.maximum
    if low is not None and high is not None:
        words.append(f"from {low:.15g} to {high:.15g}")
    elif low is not None or high is not None:
        words.append(f"of at least {low:.15g}" if low is not None else f"of at most {high:.15g}")
    if definition.allowed:
        words.append(f"of {', '.join(definition.allowed)}")
    if definition.max_items is not None:
        words.append(f"with at most {definition.max_items} items")
    if definition.pattern:
        words.append(f"({definition.pattern_description or definition.pattern})")
    return " ".join(words)
