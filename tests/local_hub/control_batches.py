# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the batches of controls share: their size, and what is refused in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .calls import Answer, Call
from .errors import ServiceError, UnprocessedControl, access_denied, invalid_input, limit_exceeded, not_found

MOST_CONTROLS = 100
# What a refusal of one control is called where it is that of the whole call.
EXCEPTIONS: dict[str, Callable[[str], ServiceError]] = {
    "INVALID_INPUT": invalid_input,
    "ACCESS_DENIED": access_denied,
    "NOT_FOUND": not_found,
    "RESOURCE_NOT_FOUND": not_found,
    "LIMIT_EXCEEDED": limit_exceeded,
}


def each_control(call: Call, asked: list[Any], act: Callable[[Any], None], key: str) -> list[Answer]:
    """Act on item after item of a batch; those refused become rows, which name the item under `key`."""
    if len(asked) > MOST_CONTROLS and call.switches["over_100"] == "error":
        raise invalid_input(f"Invalid parameter: at most {MOST_CONTROLS} items are allowed, not {len(asked)}")
    rows = []
    for item in asked[:MOST_CONTROLS]:
        try:
            act(item)
        except UnprocessedControl as refusal:
            rows.append({key: item, "ErrorCode": refusal.code, "ErrorReason": str(refusal)})
    surplus = {"ErrorCode": "LIMIT_EXCEEDED", "ErrorReason": "Maximum number of results exceeded"}
    return rows + [{key: item, **surplus} for item in asked[MOST_CONTROLS:]]


def refuse_by_fault(call: Call, control_id: str, standard: str | None = None) -> None:
    """UnprocessedControl where the fault reject_controls is about this control, in this standard if there is one."""
    fault = call.acting.fault
    if fault is None or fault.kind != "reject_controls":
        return
    chosen, standards = fault.parameters["controls"], fault.parameters["standards"]
    if (chosen == "all" or control_id in chosen) and (standards == "all" or standard in standards):
        call.faulted = True
        raise UnprocessedControl(fault.parameters["code"], fault.parameters["message"])
