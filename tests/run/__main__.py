# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run stages by name, stop at the first that fails, and end with a line that says how it went."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, repeat

from local_hub.control import HubError
from run.guards import NothingCheckedError, Tally
from run.layout import locked
from run.shell import CommandError
from run.stages import STAGES

# Lanes of stages that keep only one processor busy. The lanes of a group run at the same time.
GROUPS = (
    (("lint", "types", "ansible-lint", "docs-lint", "build"), ("sanity",)),
    (("integration",), ("molecule",)),
)


def run_stage(name: str) -> Tally:
    """Run one stage under its heading; return its tally, with a failure where it failed."""
    print(f"\n===== {name} =====", flush=True)
    started = time.monotonic()
    try:
        tally = STAGES[name]()
    except (CommandError, NothingCheckedError, HubError) as error:
        print(f"----- {name}: {error}")
        tally = Tally(failed=1)
    print(f"----- {name}: {tally}, {time.monotonic() - started:.1f} s", flush=True)
    return tally


def run_lane(names: Sequence[str], failed: threading.Event) -> list[Tally]:
    """Run stages one after the other, until one fails in this lane or in another; return their tallies."""
    tallies: list[Tally] = []
    for name in names:
        if failed.is_set():
            break
        tallies.append(run_stage(name))
        if tallies[-1].failed:
            failed.set()
    return tallies


def run_lanes(lanes: Sequence[Sequence[str]]) -> list[Tally]:
    """Run lanes at the same time; return the tallies of the stages that ran."""
    failed = threading.Event()
    with locked("stage"), ThreadPoolExecutor(len(lanes)) as pool:
        return [tally for tallies in pool.map(run_lane, lanes, repeat(failed)) for tally in tallies]


def group_of(name: str) -> Sequence[Sequence[str]]:
    """Return the lanes of the group that a stage is in, or one lane of its own."""
    return next((group for group in GROUPS if any(name in lane for lane in group)), ((name,),))


def lanes_of(names: Sequence[str]) -> Iterator[list[list[str]]]:
    """Yield the stages in their order as lanes: those of a group together where they follow each other."""
    for group, members in groupby(names, group_of):
        together = list(members)
        chosen = [[name for name in together if name in lane] for lane in group]
        yield [lane for lane in chosen if lane]


def main() -> int:
    """Run the stages of the command line in their order; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m run", description=__doc__)
    parser.add_argument("stages", nargs="+", choices=list(STAGES), metavar="stage", help=", ".join(STAGES))
    stages = parser.parse_args().stages
    if os.environ.get("ONLY") and len(stages) > 1:
        parser.error("ONLY narrows one stage; with several, less would be checked than is said")
    started = time.monotonic()
    tallies: list[Tally] = []
    for lanes in lanes_of(stages):
        tallies += run_lanes(lanes)
        if any(tally.failed for tally in tallies):
            break
    total, done = sum(tallies, Tally()), len(tallies)
    left = f", {len(stages) - done} not run" if done < len(stages) else ""
    print(f"\n{total} ({done} of {len(stages)} stages{left}, {time.monotonic() - started:.0f} s)")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
