# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""That the page about performance shows the figures that were measured, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from bench import publish, results
from bench.sides import INVITING, MODULE, Figure

VERSIONS = {"python": "3.12.1", "ansible-core": "2.21", "boto3": "1.44", "awscli": "1.46"}
MACHINE = {"processors": 2, "load": [1.5, 2.0, 3.0], **VERSIONS}


def document(*figures: Figure) -> dict[str, Any]:
    return {"machine": MACHINE, "figures": [each.dump() for each in figures]}


def test_figures_go_between_their_marks() -> None:
    figure = Figure(INVITING, 50, 1, False, MODULE.name, 1.26, 3, 0.9)
    page = "a\n\n.. begin: machine\n\n.. end: machine\n\nb\n\n.. begin: inviting\n\nold\n\n.. end: inviting\n\nc"
    once = publish.filled(page, document(figure))
    assert '   "50 × 1", "", "1.3 s",' in once
    assert "load at the end 1.5, 2.0, 3.0 (1, 5, 15 minutes); Python 3.12.1, ansible-core 2.21" in once
    assert "old" not in once
    assert once.startswith("a\n")
    assert once.endswith(".. end: inviting\n\nc")
    assert publish.filled(once, document(figure)) == once


def test_a_page_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for machine"):
        publish.filled("nothing", document())


def test_the_page_and_the_charts_are_those_of_the_figures() -> None:
    measured = results.load(publish.FIGURES)
    page = publish.PAGE.read_text(encoding="utf-8")
    assert publish.filled(page, measured) == page
    charts = publish.images(measured)
    assert {file: file.read_text(encoding="utf-8") for file in charts} == charts
    assert all(f"images/{file.name}" in page for file in charts)
