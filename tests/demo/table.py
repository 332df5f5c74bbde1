# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of accounts and their status in each Region."""

from __future__ import annotations

from collections.abc import Mapping

from demo.accounts import ACCOUNTS, REGIONS
from demo.style import BOLD, CYAN, GREEN, RED, YELLOW, Style

Statuses = Mapping[str, Mapping[str, str | None]]
"""{region: {account_id: status}}; None for an account that is not in the member list."""

NOT_A_MEMBER = "no member"
COLOURS = {"Enabled": (GREEN,), "Invited": (CYAN,), "Created": (YELLOW,), "Removed": (YELLOW,)}
OTHERS = (RED,)
SHORT = {"AccountSuspended": "Suspended"}


def lines(before: Statuses, after: Statuses, style: Style) -> list[str]:
    """Return the table as lines: an account a line, a Region a column, a change as `Created > Invited`."""
    rows = []
    for account in ACCOUNTS:
        cells = [_cell(before[region][account.account_id], after[region][account.account_id]) for region in REGIONS]
        rows.append([account.account_id, account.name, *cells])
    heads = ["ACCOUNT", "NAME", *REGIONS]
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    table = [style.paint("  ".join(_padded(heads, widths)).rstrip(), BOLD)]
    for account, row in zip(ACCOUNTS, rows, strict=True):
        now = [after[region][account.account_id] for region in REGIONS]
        account_id, name, *cells = _padded(row, widths)
        colours = [COLOURS.get(status or "", OTHERS) for status in now]
        painted = [style.paint(cell, *colour) for cell, colour in zip(cells, colours, strict=True)]
        table.append("  ".join([account_id, name, *painted]).rstrip())
    return table


def _cell(old: str | None, new: str | None) -> str:
    return _word(new) if old == new else f"{_word(old)} > {_word(new)}"


def _word(status: str | None) -> str:
    return SHORT.get(status, status) if status else NOT_A_MEMBER


def _padded(cells: list[str], widths: list[int]) -> list[str]:
    return [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
