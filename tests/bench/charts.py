# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bar charts of times as SVG, on a logarithmic axis, readable on light and dark pages; pygal draws them."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pygal
from pygal.style import Style

# pygal's finder of maps, which nobody uses here, is of a kind that pytest's imports stumble over.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

# Seconds that are marked, as far as the bars reach.
MARKS = {"0.1 s": 0.1, "1 s": 1, "10 s": 10, "1 min": 60, "10 min": 600, "1 h": 3600, "10 h": 36_000}
LIGHT = ("#b3261e", "#e5857b", "#5f6368", "#1a73e8", "#7b3fe4", "#0b8043")
DARK = ("#ff7b6e", "#ffb4ab", "#9aa0a6", "#8ab4f8", "#c8a6ff", "#6dd58c")
INK, PAGE = ("#1f2328", "#e6edf3"), ("#ffffff", "#0d1117")
PALE = "opacity: .4; stroke-dasharray: 3 2"
LICENCE = "<!-- SPDX-FileCopyrightText: multiaccount.aws contributors; SPDX-License-Identifier: GPL-3.0-or-later -->"
# What differs from day to day, what reacts to a mouse, and the words of pygal's licence for its style.
LEFT_OUT = re.compile(r"<!--.*?-->|<script.*?</script>|/\*.*?\*/", re.DOTALL)


class Bar(NamedTuple):
    """One time. One that is estimated is drawn pale."""

    seconds: float
    text: str
    estimated: bool = False

    def drawn(self) -> dict[str, object]:
        """Return what pygal draws."""
        text = f"≈ {self.text}" if self.estimated else self.text
        return {"value": self.seconds, "formatter": lambda _seconds: text, "style": PALE if self.estimated else ""}


def draw(title: str, sides: Sequence[str], groups: Mapping[str, Mapping[str, Bar]]) -> str:
    """Return a chart of {case: {side: time}}. Each side keeps its colour, whether it is in the chart or not."""
    shown = [side for side in sides if any(side in bars for bars in groups.values())]
    colours = [sides.index(side) % len(LIGHT) for side in shown]
    times = [each.seconds for bars in groups.values() for each in bars.values()]
    low = max((mark for mark in MARKS.values() if mark < min(times)), default=min(times) / 10)
    style = Style(
        background=PAGE[0], plot_background=PAGE[0], colors=[LIGHT[each] for each in colours], opacity="1",
        foreground=INK[0], foreground_strong=INK[0], foreground_subtle="#d0d7de", font_family="system-ui,sans-serif",
        title_font_size=14, legend_font_size=11, label_font_size=11, major_label_font_size=11, value_font_size=11,
    )  # fmt: skip
    chart = pygal.HorizontalBar(
        title=title, x_title="≈ and pale: estimated", width=860, height=130 + 16 * len(groups) * len(shown), js=(),
        logarithmic=True, zero=low, range=(low, max(times)), print_values=True, print_values_position="top",
        margin=12, margin_right=70, legend_at_bottom=True, legend_box_size=10, truncate_legend=-1,
        disable_xml_declaration=True, style=style,
    )  # fmt: skip
    chart.uuid = "times"
    chart.config.css.append(f"inline:{_rules(colours)}")
    chart.y_labels = [{"label": text, "value": mark} for text, mark in MARKS.items() if low <= mark <= max(times)]
    cases = [*groups][::-1]  # the first one is drawn lowest
    chart.x_labels = cases
    for side in shown:
        chart.add(side, [bars[side].drawn() if side in bars else None for bars in map(groups.__getitem__, cases)])
    return LEFT_OUT.sub("", chart.render(is_unicode=True)).replace(">", f">{LICENCE}", 1) + "\n"


def _rules(colours: Sequence[int]) -> str:
    """What pygal has no setting for: times beside their bars, and dark pages."""
    dark = [
        f"#chart-times .background {{ fill: {PAGE[1]} !important }}",
        f"#chart-times text {{ fill: {INK[1]} !important }}",
        *(
            f"#chart-times .color-{at} {{ fill: {DARK[each]} !important; stroke: {DARK[each]} !important }}"
            for at, each in enumerate(colours)
        ),
    ]
    beside = "#chart-times .text-overlay text.value { text-anchor: start; transform: translate(4px, 0) }"
    return f"{beside} @media (prefers-color-scheme: dark) {{ {' '.join(dark)} }}"
