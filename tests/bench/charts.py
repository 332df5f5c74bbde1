# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bar charts of times as SVG, on a logarithmic axis, readable on light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 860, 190, 110
BAR, GAP, TOP = 11, 12, 64
# Seconds that are marked, as far as the bars reach.
MARKS = ((0.1, "0.1 s"), (1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3600, "1 h"), (36_000, "10 h"))
LIGHT = ("#b3261e", "#e5857b", "#5f6368", "#1a73e8", "#7b3fe4", "#0b8043")
DARK = ("#ff7b6e", "#ffb4ab", "#9aa0a6", "#8ab4f8", "#c8a6ff", "#6dd58c")


@dataclass(frozen=True)
class Bar:
    """One time. One that is estimated is drawn as an outline."""

    side: str
    seconds: float
    text: str
    estimated: bool = False


@dataclass(frozen=True)
class Group:
    """The bars of one case."""

    label: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Axis:
    """From seconds to places."""

    low: float
    high: float

    @classmethod
    def over(cls, groups: Sequence[Group]) -> Axis:
        """An axis that holds all bars, from the mark below the shortest."""
        times = [one.seconds for group in groups for one in group.bars]
        low = max((mark for mark, _text in MARKS if mark < min(times)), default=min(times) / 10)
        return cls(low, max(times))

    def place(self, seconds: float) -> float:
        """Where on the page a time is."""
        share = math.log(seconds / self.low) / math.log(self.high / self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def marks(self) -> Iterator[tuple[float, str]]:
        """The marks, by their places."""
        return ((self.place(mark), text) for mark, text in MARKS if self.low <= mark <= self.high)


def draw(title: str, sides: Sequence[str], groups: Sequence[Group]) -> str:
    """Return a chart. Each side keeps its colour, whether it is in the chart or not."""
    axis = Axis.over(groups)
    bottom = TOP + sum(len(group.bars) * BAR + GAP for group in groups)
    shown = [side for side in sides if any(one.side == side for group in groups for one in group.bars)]
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 24}" role="img">',
        "<!-- SPDX-FileCopyrightText: multiaccount.aws contributors; SPDX-License-Identifier: GPL-3.0-or-later -->",
        f"<title>{escape(title)}</title>",
        _style(len(sides)),
        f'<rect class="page" width="{WIDTH}" height="{bottom + 24}"/>',
        f'<text class="title" x="12" y="20">{escape(title)}</text>',
        *_legend([(side, sides.index(side)) for side in shown]),
        *_grid(axis, bottom),
        *_groups(axis, sides, groups),
        "</svg>",
    ]
    return "\n".join(pieces) + "\n"


def _style(number: int) -> str:
    def rules(ink: str, page: str, line: str, colours: Sequence[str]) -> str:
        sides = "".join(f".s{at}{{fill:{colours[at % len(colours)]}}}" for at in range(number))
        strokes = "".join(f".r.s{at}{{stroke:{colours[at % len(colours)]}}}" for at in range(number))
        return f"text{{fill:{ink}}}.page{{fill:{page}}}.grid{{stroke:{line}}}{sides}{strokes}"

    light = rules("#1f2328", "#ffffff", "#d0d7de", LIGHT)
    dark = rules("#e6edf3", "#0d1117", "#30363d", DARK)
    return (
        "<style>text{font:11px system-ui,sans-serif}.title{font-size:14px;font-weight:600}.end{text-anchor:end}"
        ".middle{text-anchor:middle}.r{fill-opacity:.2;stroke-dasharray:3 2}"
        f"{light}@media (prefers-color-scheme:dark){{{dark}}}</style>"
    )


def _legend(entries: Sequence[tuple[str, int]]) -> Iterator[str]:
    step = (WIDTH - 24 - 140) / max(len(entries), 1)
    for at, (side, colour) in enumerate(entries):
        x = 12 + at * step
        yield f'<rect class="s{colour}" x="{x:.1f}" y="32" width="10" height="10"/>'
        yield f'<text x="{x + 14:.1f}" y="41">{escape(side)}</text>'
    yield f'<text class="end" x="{WIDTH - 8}" y="41">≈ and outlined: estimated</text>'


def _grid(axis: Axis, bottom: float) -> Iterator[str]:
    for x, text in axis.marks():
        yield f'<line class="grid" x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{bottom}"/>'
        yield f'<text class="middle" x="{x:.1f}" y="{bottom + 16}">{escape(text)}</text>'


def _groups(axis: Axis, sides: Sequence[str], groups: Sequence[Group]) -> Iterator[str]:
    y = TOP
    for group in groups:
        middle = y + len(group.bars) * BAR / 2 + 4
        yield f'<text class="end" x="{LEFT - 10}" y="{middle:.1f}">{escape(group.label)}</text>'
        for one in group.bars:
            yield from _bar(axis, sides.index(one.side), one, y)
            y += BAR
        y += GAP


def _bar(axis: Axis, colour: int, one: Bar, y: float) -> Iterator[str]:
    end = axis.place(one.seconds)
    kind, about = (" r", "≈ ") if one.estimated else ("", "")
    yield (
        f'<rect class="s{colour}{kind}" x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR - 2}">'
        f"<title>{escape(one.side)}: {about}{escape(one.text)}</title></rect>"
    )
    yield f'<text x="{end + 5:.1f}" y="{y + BAR - 2}">{about}{escape(one.text)}</text>'
