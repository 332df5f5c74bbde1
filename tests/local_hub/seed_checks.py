# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of what a seed is made of. Each raises ValueError or TypeError with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .calls import ACCOUNT_ID
from .control_catalogue import controls


def known(row: Mapping[str, Any], keys: tuple[str, ...], what: str) -> None:
    """Refuse keys that a row does not have."""
    unknown = sorted(set(row) - set(keys))
    if unknown:
        raise ValueError(f"{what} has no {', '.join(unknown)}, only {', '.join(keys)}")


def regions_of(row: Mapping[str, Any]) -> list[str]:
    """The Regions of a row, from `region` or `regions`."""
    regions = row.get("regions", [row["region"]] if "region" in row else [])
    if not isinstance(regions, list) or not regions or not all(isinstance(region, str) for region in regions):
        raise ValueError(f"region (a text) or regions (a list of texts) is missing in {dict(row)}")
    return regions


def account_ids(values: list[Any]) -> list[str]:
    """A list of account ids."""
    return [account_id(value) for value in values]


def control_ids(values: Any) -> list[str]:
    """A list of ids of controls that there are."""
    if not isinstance(values, list):
        raise TypeError(f"controls are a list of ids such as IAM.6, not {values!r}")
    unknown = [str(value) for value in values if value not in controls()]
    if unknown:
        raise ValueError(f"there is no control {', '.join(unknown)}")
    return values


def account_id(value: Any) -> str:
    """One account id."""
    if not isinstance(value, str) or not ACCOUNT_ID.fullmatch(value):
        raise ValueError(f"an account id is a text of 12 digits, not {value!r}")
    return value


def choice(row: Mapping[str, Any], name: str, choices: tuple[str, ...], default: str) -> str:
    """One of the values that a key can have."""
    value = row.get(name, default)
    if value not in choices:
        raise ValueError(f"{name} can be {', '.join(choices)}, not {value!r}")
    return str(value)
