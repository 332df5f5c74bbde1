# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of who stands where."""

from __future__ import annotations

from collections.abc import Mapping

from demo.accounts import ACCOUNTS, REGIONS
from demo.style import BOLD, CYAN, DIM, GREEN, RED, YELLOW, Style

Statuses = Mapping[str, Mapping[str, str | None]]
"""{region: {account_id: status}}; None for an account that is not in the member list."""

NOT_A_MEMBER = "not a member"
COLOURS = {"Enabled": (GREEN,), "Invited": (CYAN,), "Created": (YELLOW,), "Removed": (YELLOW,)}
OTHERS = (RED,)
# What has to happen next, by status; nothing for the statuses that are not here.
NEXT_STEPS = {
    "Created": "to be invited",
    "Removed": "to be invited again",
    "Invited": "has to accept",
    "Resigned": "left: reinvite=resigned",
    "AccountSuspended": "reactivate it first",
    None: "add it as a member first",
}


def lines(before: Statuses, after: Statuses, style: Style) -> list[str]:
    """Return the table as lines: an account a line, a Region a column, changes as `Created > Invited`."""
    rows = []
    for account in ACCOUNTS:
        cells = [_cell(before[region][account.account_id], after[region][account.account_id]) for region in REGIONS]
        rows.append([account.account_id, account.name, *cells])
    heads = ["ACCOUNT", "NAME", *REGIONS]
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    table = [style.paint("  ".join([*_padded(heads, widths), "NEXT"]), BOLD)]
    for account, row in zip(ACCOUNTS, rows, strict=True):
        now = [after[region][account.account_id] for region in REGIONS]
        account_id, name, *cells = _padded(row, widths)
        colours = [COLOURS.get(status or "", OTHERS) for status in now]
        painted = [style.paint(cell, *colour) for cell, colour in zip(cells, colours, strict=True)]
        table.append("  ".join([account_id, name, *painted, style.paint(_next_step(now), DIM)]).rstrip())
    return table


def _cell(old: str | None, new: str | None) -> str:
    return (new or NOT_A_MEMBER) if old == new else f"{old or NOT_A_MEMBER} > {new or NOT_A_MEMBER}"


def _padded(cells: list[str], widths: list[int]) -> list[str]:
    return [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]


def _next_step(statuses: list[str | None]) -> str:
    return ", ".join(dict.fromkeys(NEXT_STEPS[status] for status in statuses if status in NEXT_STEPS))
