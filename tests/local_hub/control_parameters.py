# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a control's parameter can have a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .control_catalogue import Parameter


def problems_of_value(parameter: Parameter, value: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the Value of a parameter, such as {"Integer": 15}; nothing where it can be so."""
    if set(value) != {parameter.kind}:
        yield f"a value of the type {parameter.kind} is required"
        return
    given, limits = value[parameter.kind], parameter.limits
    items = given if isinstance(given, list) else [given]
    if not items:
        yield "the list is empty"
    if len(items) > limits.get("MaxItems", len(items)):
        yield f"at most {limits['MaxItems']} items are allowed"
    for item in items:
        yield from _problems_of_item(item, limits)


def _problems_of_item(item: Any, limits: dict[str, Any]) -> Iterator[str]:
    if "Min" in limits and item < limits["Min"]:
        yield f"{item} is less than {limits['Min']}"
    if "Max" in limits and item > limits["Max"]:
        yield f"{item} is more than {limits['Max']}"
    if "AllowedValues" in limits and item not in limits["AllowedValues"]:
        yield f"{item} is not one of {', '.join(limits['AllowedValues'])}"
    if "Re2Expression" in limits and not re.fullmatch(limits["Re2Expression"], item):
        yield f"{item} does not match {limits['Re2Expression']}"
