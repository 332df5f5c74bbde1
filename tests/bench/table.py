# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured, as rows, and as a table to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEADINGS = ("entry", "what", "measured", "target", "")


@dataclass(frozen=True)
class Row:
    """One figure. Without a target it only informs."""

    entry: str
    what: str
    measured: str
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """What is to be said of the target."""
        return {None: "", True: "met", False: "MISSED"}[self.met]

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        return self.entry, self.what, self.measured, self.target, self.verdict


def lines(rows: Sequence[Row]) -> list[str]:
    """The table, with the entry's name where it changes."""
    names = ["" if at and rows[at - 1].entry == row.entry else row.entry for at, row in enumerate(rows)]
    cells = [HEADINGS, *((name, *row.cells()[1:]) for name, row in zip(names, rows, strict=True))]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return [text[0], "  ".join("-" * width for width in widths).rstrip(), *text[1:]]


def conclusion(rows: Sequence[Row]) -> str:
    """One sentence for all targets."""
    judged = [row for row in rows if row.met is not None]
    missed = [f"{row.entry} ({row.what})" for row in judged if not row.met]
    if missed:
        return f"{len(missed)} of {len(judged)} targets MISSED: {', '.join(missed)}."
    return f"All {len(judged)} targets met." if judged else "No targets here."
