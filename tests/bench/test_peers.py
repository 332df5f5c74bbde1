# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""That the peers do the work that they are compared by, and that what is not measured is estimated right."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import charts, measure, peers, results, sides
from bench.measure import BenchError
from bench.sides import (
    CLI,
    FLOOR,
    INVITING,
    ISO_FLOOR,
    LOOP,
    MODULE,
    NOTHING,
    ONBOARDING,
    ONE_BY_ONE,
    Case,
    Figure,
    Side,
)
from bench.workload import Bench, prepared

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """A hub and the programs. A process with pytest in it may hold more memory than they do."""
    with pytest.MonkeyPatch.context() as patch, prepared(tls=True) as made:
        patch.setattr(measure, "own_peak_mb", lambda: 0.0)
        patch.setattr(sides, "LATENCY", 0.0)
        yield made


def figure(side: Side, case: Case, seconds: float, calls: int, cpu_seconds: float | None = 1.0) -> Figure:
    return Figure(case.kind, case.accounts, case.regions, case.limited, side.name, seconds, calls, cpu_seconds)


@pytest.mark.parametrize(
    ("side", "kind"),
    [*product((FLOOR, ISO_FLOOR, LOOP, ONE_BY_ONE), (INVITING, NOTHING)), (CLI, INVITING), (MODULE, INVITING)],
    ids=lambda value: getattr(value, "name", value),
)
def test_each_side_does_the_work_with_the_calls_that_are_foreseen(bench: Bench, side: Side, kind: str) -> None:
    case = Case(kind, accounts=1 if side is CLI else 2, regions=2)
    found = sides.measure(bench, side, case)
    assert (found.side, found.kind, found.estimated) == (side.name, kind, False)
    assert side.calls is not None
    assert found.calls == side.calls(case)
    counts = bench.hub.counts()
    assert counts["writes"] == {INVITING: {ONE_BY_ONE: 8}.get(side, 2), NOTHING: 0}[kind]


@pytest.mark.parametrize("side", [FLOOR, ONE_BY_ONE, MODULE], ids=lambda side: side.name)
def test_onboarding_enables_everybody(bench: Bench, side: Side) -> None:
    found = sides.measure(bench, side, Case(ONBOARDING, accounts=2, regions=2))
    members = bench.hub.state()["members"]
    statuses = [
        row["member_status"] for by_region in members.values() for row in next(iter(by_region.values())).values()
    ]
    assert statuses == ["Enabled"] * 2
    assert bench.hub.counts()["other"]["sts:AssumeRole"] == 2
    assert found.calls == 48 or side is not ONE_BY_ONE


def test_a_limit_is_kept_by_trying_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides, "BURST", 1)
    found = sides.measure(bench, ONE_BY_ONE, Case(INVITING, accounts=2, regions=1, limited=True))
    assert bench.hub.counts()["faulted"]
    assert found.calls > 6


def test_other_calls_than_foreseen_are_no_measurement(bench: Bench) -> None:
    wrong = Side("wrong", FLOOR.run, lambda case: case.pairs)
    with pytest.raises(BenchError, match="wrong, inviting, 1 × 1: 3 calls, not 1"):
        sides.measure(bench, wrong, Case(INVITING, 1, 1))


def test_what_is_estimated_grows_with_the_calls() -> None:
    known = figure(CLI, Case(NOTHING, 50, 1), seconds=40, calls=50)
    found = sides.estimate(CLI, Case(NOTHING, 1000, 17), [known])
    assert (found.calls, found.seconds, found.estimated) == (17_000, 13_600, True)


def test_what_is_estimated_leaves_out_the_start() -> None:
    known = [figure(ONE_BY_ONE, Case(INVITING, 50, 1), 2.5, 150), figure(ONE_BY_ONE, Case(INVITING, 1, 1), 1.03, 3)]
    assert sides.estimate(ONE_BY_ONE, Case(INVITING, 1000, 17), known).seconds == pytest.approx(511)


def test_what_is_estimated_keeps_the_limit_of_the_service() -> None:
    known = figure(ONE_BY_ONE, Case(INVITING, 50, 1), seconds=1.5, calls=150)
    found = sides.estimate(ONE_BY_ONE, Case(INVITING, 1000, 1, limited=True), [known])
    assert (found.calls, found.seconds) == (3000, 297)


@pytest.mark.parametrize(
    ("side", "known", "estimated"),
    [(CLI, 50, True), (MODULE, 50, False), (CLI, 0, False), (ONE_BY_ONE, 3, False), (ONE_BY_ONE, 150, True)],
    ids=["slow", "ours", "unknown", "too small", "large enough"],
)
def test_only_slow_sides_that_would_take_long_are_estimated(
    monkeypatch: pytest.MonkeyPatch, bench: Bench, side: Side, known: int, estimated: bool
) -> None:
    monkeypatch.setattr(sides, "measure", lambda _bench, side, case: figure(side, case, 1, 1))
    figures = [figure(side, Case(NOTHING, known, 1), seconds=40, calls=known)] if known else []
    assert peers.take(bench, side, Case(NOTHING, 50, 1), figures, longest=1e9).estimated is False
    assert peers.take(bench, side, Case(NOTHING, 1000, 1), figures, longest=60).estimated is estimated


def test_the_module_is_judged_by_both_floors(monkeypatch: pytest.MonkeyPatch, bench: Bench) -> None:
    times = {MODULE.name: 2.4, FLOOR.name: 3.0, ISO_FLOOR.name: 1.9}

    def measured(_bench: Bench, side: Side, _case: Case) -> measure.Run:
        return measure.Run(times[side.name], 1.0, peak_mb=0, code=0, output="", output_bytes=0)

    monkeypatch.setattr(sides, "measured", measured)
    monkeypatch.setattr(sides, "module_command", lambda _bench, _case: [])
    rows = list(peers.against_the_floor(bench, "peers", Case(INVITING, 1000, 17), rounds=1))
    assert [row.met for row in rows] == [True, False]
    assert "2.4 s, the other 3.0 s: 0.80 times" in rows[0].measured


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.84, "0.8 s"), (9.94, "9.9 s"), (61.2, "61 s"), (150, "2 min"), (7100, "118 min"), (27_000, "7.5 h")],
)
def test_durations(seconds: float, text: str) -> None:
    assert results.duration(seconds) == text


def sample() -> list[Figure]:
    case, limited = Case(INVITING, 1000, 17), Case(INVITING, 50, 1, limited=True)
    return [
        figure(MODULE, case, 9.2, 1020),
        figure(CLI, case, 27_000, 34_000, cpu_seconds=None),
        figure(MODULE, limited, 1.1, 3),
    ]


def test_figures_are_written_and_read_with_their_charts(tmp_path: Path) -> None:
    file = results.write(sample(), "sample", tmp_path)
    assert results.read(results.load(file)) == sample()
    names = {each.name for each in tmp_path.iterdir()}
    assert names == {"sample.json", "sample-inviting.svg", "sample-onboarding.svg"}


def test_tables_mark_what_is_estimated() -> None:
    tables = results.tables(sample())
    assert tables["inviting"].splitlines()[3] == '   "1,000 × 17", "", "9.2 s", "", "", "", "≈ 7.5 h", "3.0 s"'
    assert (
        tables["onboarding"].splitlines()[3] == '   "inviting 50 × 1, 10 calls/s", "", "1.1 s", "", "", "", "", "0.0 s"'
    )


def test_chart_has_each_time_and_suits_light_and_dark_pages() -> None:
    text = results.drawn(sample())["inviting"]
    root = ElementTree.fromstring(text)
    bars = [each for each in root.iter(f"{SVG}g") if each.attrib.get("class") == "bar"]
    widths = [float(each.find(f"{SVG}rect").attrib["width"]) for each in bars]  # type: ignore[union-attr]
    assert widths[0] > widths[1] > 0
    assert [each.attrib.get("style") == charts.PALE for each in bars] == [True, False]
    assert {"9.2 s", "≈ 7.5 h", "the module", "AWS CLI loop", "1 h"} <= {*root.itertext()}
    assert "prefers-color-scheme:dark" in text


def test_chart_is_the_same_each_day() -> None:
    assert results.drawn(sample()) == results.drawn(sample())
    assert not {"script", "<!--http", "2012-"} & {*results.drawn(sample())["inviting"].split()}
