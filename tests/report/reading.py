# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the page as a parser of HTML does, and its style sheet as far as colours go."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class Reader(HTMLParser):
    """The elements of a page, its text, and the rows of its tables."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.tables: list[list[list[str]]] = []
        self._in_cell = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element; a cell begins with its tag, and ends with the next cell, row or table."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in {"table", "tr", "td", "th"}:
            self._in_cell = tag in {"td", "th"}
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if self._in_cell and tag in {"td", "th"}:
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a cell."""
        if tag in {"table", "tr", "td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.texts.append(data)
        if self._in_cell:
            self.tables[-1][-1][-1] += data.replace("\u00a0", " ").strip("\n")

    def tags(self, name: str) -> list[dict[str, str]]:
        """Return the attributes of each element of this name."""
        return [attributes for tag, attributes in self.elements if tag == name]


def themes(css: str) -> dict[str, dict[str, str]]:
    """Return the colours of the light and the dark theme by name."""
    light, dark = (
        re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block) for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    )
    return {"light": dict(light), "dark": dict(dark)}


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
