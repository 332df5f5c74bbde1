# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""make screenshots: a picture of the demonstration's terminal, from what it prints."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from pathlib import Path

# Started as a script, from wherever.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from demo.run import COLOUR, FOLDER, Demo
from demo.style import WIDEST, Style
from local_hub.control import running_hub
from run.layout import ROOT

PICTURE = ROOT / "docs" / "images" / "demo.svg"
SHOWN = "5. Members accept"
# The fonts of the reader's machine: the picture loads nothing.
FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def printed() -> str:
    """Return what the demonstration prints on a terminal with colours."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_hub() as hub, contextlib.redirect_stdout(io.StringIO()) as output:
        Demo(hub, Style(colour=True, width=WIDEST), FOLDER).play()
    return output.getvalue()


def shown(text: str) -> str:
    """Return the step SHOWN."""
    lines = text.splitlines()
    plain = [COLOUR.sub("", line) for line in lines]
    start = next(number for number, line in enumerate(plain) if SHOWN in line)
    end = next(number for number, line in enumerate(plain) if number > start and line.startswith("── "))
    return "\n".join(lines[start:end]).strip()


def picture(text: str) -> str:
    """Return a terminal with this text as SVG."""
    console = Console(record=True, width=WIDEST, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text))
    return console.export_svg(title="make demo", code_format=FORMAT, unique_id="demo")


def main() -> int:
    """Write the picture; return the exit code."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(picture(shown(printed())), encoding="utf-8")
    print(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
