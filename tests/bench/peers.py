# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries that compare with what people would use otherwise, all over TLS at 100 ms a call."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product

from bench import results, sides
from bench.measure import in_turn, ratio
from bench.sides import INVITING, NOTHING, ONBOARDING, Case, Figure, Side
from bench.table import Row
from bench.workload import Bench

# A side that would take longer is estimated.
MEASURED_SECONDS = 60.0
TIMES_THE_FLOOR = 1.2
TIMES_THE_PACED_FLOOR = 1.3
# Seconds that InviteMembers takes in one comparison: real calls are slower than others here.
SLOW_INVITATION = 2.0
# How long the module may take against an earlier checkout.
AGAINST_BEFORE = {
    Case(INVITING, 1000, 1, limited=True): 0.6,
    Case(INVITING, 1000, 17, limited=True): 0.7,
    Case(NOTHING, 1000, 17, limited=True): 0.75,
    Case(ONBOARDING, 200, 5, limited=True): 0.75,
}
ALL_SIZES = tuple(product((1, 50, 1000), (1, 5, 17)))
QUICK_SIZES = ((1, 1), (50, 1), (50, 5), (1000, 5))


def peers(bench: Bench) -> Iterator[Row]:
    """1, 50, 1,000 accounts × 1, 5, 17 Regions; 200 × 5 onboarded; also at 10 calls a second; against four peers."""
    figures: list[Figure] = []
    yield from _compare(bench, "peers", _cases(ALL_SIZES), figures)
    yield from _compare(bench, "peers", [Case(ONBOARDING, 20, 5), Case(ONBOARDING, 200, 5)], figures)
    limited = [Case(INVITING, *size, limited=True) for size in ((50, 1), (1000, 1), (1000, 17))]
    yield from _compare(bench, "peers", [*limited, Case(ONBOARDING, 200, 5, limited=True)], figures)
    yield from against_the_floor(bench, "peers", Case(INVITING, 1000, 17), rounds=3)


def pace(bench: Bench) -> Iterator[Row]:
    """Inviting within the service's limit, against a plain program that keeps it; and against BEFORE, if that is set.

    BEFORE is the folder of an earlier checkout of this repository, whose modules run in turn with ours.
    """
    for regions in (1, 17):
        case = Case(INVITING, 1000, regions, limited=True)
        yield _against(sides.FLOOR, bench, "pace", case, rounds=3, most=TIMES_THE_PACED_FLOOR)
    before = os.environ.get("BEFORE")
    if before:
        for case, most in AGAINST_BEFORE.items():
            yield _against(sides.earlier(before), bench, "pace", case, rounds=3, most=most)
        bench.slow_invitation = SLOW_INVITATION
        slow = Case(INVITING, 1000, 1, limited=True)
        yield _against(sides.earlier(before), bench, "pace", slow, rounds=1, most=0.25)


def peers_quick(bench: Bench) -> Iterator[Row]:
    """The same with fewer sizes, and estimated from 15 seconds on."""
    figures: list[Figure] = []
    yield from _compare(bench, "peers-quick", _cases(QUICK_SIZES), figures, longest=15)
    yield from _compare(bench, "peers-quick", [Case(ONBOARDING, 20, 5)], figures, longest=15)
    yield from _compare(bench, "peers-quick", [Case(INVITING, 50, 1, limited=True)], figures, longest=15)
    yield from against_the_floor(bench, "peers-quick", Case(INVITING, 1000, 5), rounds=1)


def _cases(sizes: Iterable[tuple[int, int]]) -> list[Case]:
    return [Case(kind, *size) for kind in (INVITING, NOTHING) for size in sizes]


def _sides(case: Case) -> Sequence[Side]:
    if case.limited:
        return sides.LIMITED_SIDES
    return sides.ONBOARDING_SIDES if case.kind == ONBOARDING else sides.SIDES


def _compare(
    bench: Bench, entry: str, cases: Iterable[Case], figures: list[Figure], longest: float = MEASURED_SECONDS
) -> Iterator[Row]:
    """Measure all sides in each case, from small to large, or estimate them; add to the figures and write them."""
    for case in cases:
        found = [take(bench, side, case, figures, longest) for side in _sides(case)]
        figures.extend(found)
        results.write(figures, entry)
        limit = ", 10 calls a second" if case.limited else ""
        yield Row(entry, f"{case.kind}, {case.size}{limit}", "; ".join(map(results.said, found)))


def take(bench: Bench, side: Side, case: Case, figures: Sequence[Figure], longest: float) -> Figure:
    """Measure a side; estimate it where it is slow and would take longer than so many seconds."""
    same = [each for each in figures if (each.side, each.kind) == (side.name, case.kind)]
    known = [each for each in same if not each.estimated and not each.limited]
    if side.slow and sides.takes_long(side, case, known, longest):
        return sides.estimate(side, case, known)
    return sides.measure(bench, side, case)


def against_the_floor(bench: Bench, entry: str, case: Case, rounds: int) -> Iterator[Row]:
    """The module's process against the plain program with threads, in turn, and with that program made quicker."""
    for floor in (sides.FLOOR, sides.ISO_FLOOR):
        yield _against(floor, bench, entry, case, rounds, TIMES_THE_FLOOR)


def _against(floor: Side, bench: Bench, entry: str, case: Case, rounds: int, most: float) -> Row:
    command = sides.module_command(bench, case)
    ours = replace(sides.MODULE, run=lambda bench, _case: bench.run(command))
    mine, theirs = in_turn(
        rounds, lambda: sides.measured(bench, ours, case), lambda: sides.measured(bench, floor, case)
    )
    times = ratio([run.seconds for run in mine], [run.seconds for run in theirs])
    work = ratio([run.cpu_seconds for run in mine], [run.cpu_seconds for run in theirs])
    return Row(
        entry,
        f"{case.kind}, {case.size}, the module against {floor.name}",
        f"{mine[0].seconds:.1f} s, the other {theirs[0].seconds:.1f} s: {times:.2f} times"
        f" (processor time {mine[0].cpu_seconds:.1f} s, {theirs[0].cpu_seconds:.1f} s: {work:.2f} times)",
        f"at most {most} times",
        times <= most,
    )
