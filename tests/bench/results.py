# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of the entry "peers": as a file, as text, as tables and charts of the page about performance."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import charts
from bench.sides import INVITING, NOTHING, ONBOARDING, SIDES, Case, Figure
from run.layout import BUILD

FOLDER = BUILD / "bench"
MINUTE, HOUR = 60, 3600
LIMIT = "the limit, at best"
TITLES = {
    "inviting": "Inviting: accounts × Regions, time on a logarithmic axis",
    "nothing-to-do": "Nothing to do: accounts × Regions, time on a logarithmic axis",
    "onboarding": "Onboarding, and the service's own limit: accounts × Regions, time on a logarithmic axis",
}


def duration(seconds: float) -> str:
    """A time for people."""
    if seconds < 2 * MINUTE:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / MINUTE:.0f} min" if seconds < 2 * HOUR else f"{seconds / HOUR:.1f} h"


def said(figure: Figure) -> str:
    """A figure in the table of `make bench`."""
    how = f"estimated for {figure.calls:,} calls" if figure.estimated else f"{figure.calls:,} calls"
    return f"{figure.side} {duration(figure.seconds)} ({how})"


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "processors": os.cpu_count(),
        "load": [round(each, 1) for each in os.getloadavg()],
        "python": platform.python_version(),
        **{name: version(name) for name in ("ansible-core", "boto3", "awscli")},
    }


def write(figures: Iterable[Figure], name: str = "peers", folder: Path = FOLDER) -> Path:
    """Write the figures down, and their charts beside them; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {"machine": machine(), "figures": [each.dump() for each in figures]}
    file = folder / f"{name}.json"
    file.write_text(_text(document), encoding="utf-8")
    for chart, text in drawn(read(document)).items():
        (folder / f"{name}-{chart}.svg").write_text(text, encoding="utf-8")
    return file


def _text(document: Mapping[str, Any]) -> str:
    """Such a file's text: a line for the machine, and one for each figure."""
    figures = ",\n".join(f"  {json.dumps(row)}" for row in document["figures"])
    return f'{{\n "machine": {json.dumps(document["machine"])},\n "figures": [\n{figures}\n ]\n}}\n'


def load(file: Path) -> dict[str, Any]:
    """Such a file."""
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


def read(document: Mapping[str, Any]) -> list[Figure]:
    """The figures of such a file."""
    return [Figure(**row) for row in document["figures"]]


def _by_case(figures: Sequence[Figure]) -> dict[Case, dict[str, Figure]]:
    found: dict[Case, dict[str, Figure]] = {}
    for each in figures:
        case = Case(each.kind, each.accounts, each.regions, each.limited)
        found.setdefault(case, {})[each.side] = each
    return found


def _chart_of(case: Case) -> str:
    if case.kind == ONBOARDING or case.limited:
        return "onboarding"
    return {INVITING: "inviting", NOTHING: "nothing-to-do"}[case.kind]


def _label(case: Case) -> str:
    limit = ", 10 calls/s" if case.limited else ""
    return f"{case.size}{limit}" if _chart_of(case) != "onboarding" else f"{case.kind} {case.size}{limit}"


def drawn(figures: Sequence[Figure]) -> dict[str, str]:
    """The charts: {name: SVG}."""
    groups: dict[str, dict[str, dict[str, charts.Bar]]] = {}
    for case, by_side in _by_case(figures).items():
        bars = {side: charts.Bar(one.seconds, duration(one.seconds), one.estimated) for side, one in by_side.items()}
        groups.setdefault(_chart_of(case), {})[_label(case)] = bars
    names = [side.name for side in SIDES]
    return {chart: charts.draw(TITLES[chart], names, group) for chart, group in groups.items()}


def tables(figures: Sequence[Figure]) -> dict[str, str]:
    """The same as tables in reStructuredText."""
    rows: dict[str, list[str]] = {}
    for case, by_side in _by_case(figures).items():
        cells = [*(_cell(by_side.get(side.name)) for side in SIDES), duration(case.limit_seconds)]
        rows.setdefault(_chart_of(case), []).append(_line([_label(case), *cells]))
    heading = f"   :header: {_line(['accounts × Regions', *(side.name for side in SIDES), LIMIT]).strip()}"
    return {chart: "\n".join([".. csv-table::", heading, "", *lines]) for chart, lines in rows.items()}


def _line(cells: Iterable[str]) -> str:
    return "   " + ", ".join(f'"{cell}"' for cell in cells)


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    return f"≈ {duration(figure.seconds)}" if figure.estimated else duration(figure.seconds)
