# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the demonstration looks: colour on a terminal that wants it, plain text elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

WIDEST = 80
BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"


@dataclass(frozen=True)
class Style:
    """Whether to use colour, and how many characters fit on a line."""

    colour: bool
    width: int

    @classmethod
    def of(cls, stream: TextIO, variables: Mapping[str, str]) -> Style:
        """The style for a stream: colour only on a terminal, and not where NO_COLOR is set (https://no-color.org)."""
        colour = stream.isatty() and not variables.get("NO_COLOR") and variables.get("TERM") != "dumb"
        return cls(colour, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))

    def paint(self, text: str, *codes: str) -> str:
        """Return the text in these colours."""
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self.colour and codes else text

    def heading(self, text: str) -> str:
        """Return a heading with a line to the right border."""
        return self.paint(f"── {text} ".ljust(self.width, "─"), BOLD, CYAN)

    def command(self, text: str) -> str:
        """Return a command as the user would type it."""
        return self.paint(text, BOLD)
