# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of every filter against what the filter takes."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.multiaccount.aws.plugins import filter as filters

NAMES = sorted(path.stem for path in Path(next(iter(filters.__path__))).glob("securityhub_*.py"))


def load(name: str) -> Any:
    return importlib.import_module(f"ansible_collections.multiaccount.aws.plugins.filter.{name}")


def test_there_are_filters() -> None:
    assert {"securityhub_account_list", "securityhub_summary", "securityhub_membership_report"} < set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_options_are_as_documented(name: str) -> None:
    plugin = load(name)
    documentation = yaml.safe_load(plugin.DOCUMENTATION)
    options = documentation["options"]
    function = plugin.FilterModule().filters()[name]
    (_first, *parameters) = inspect.signature(function).parameters.values()
    assert documentation["name"] == name
    assert options.pop("_input")["required"] is True
    assert set(options) == {parameter.name for parameter in parameters}
    required = {parameter.name for parameter in parameters if parameter.default is inspect.Parameter.empty}
    assert required == {option for option, value in options.items() if value.get("required")}
    defaults = {parameter.name: parameter.default or None for parameter in parameters if parameter.name not in required}
    assert defaults == {option: value.get("default") or None for option, value in options.items() if option in defaults}


@pytest.mark.parametrize("name", NAMES)
def test_examples_and_return_values_are_yaml(name: str) -> None:
    plugin = load(name)
    assert isinstance(yaml.safe_load(plugin.EXAMPLES), list)
    assert set(yaml.safe_load(plugin.RETURN)) == {"_value"}
