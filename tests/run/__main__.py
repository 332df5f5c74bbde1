# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run stages by name, stop at the first that fails, and end with a line that says how it went."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from local_hub.control import HubError
from run.guards import NothingCheckedError, Tally
from run.layout import locked
from run.shell import CommandError
from run.stages import STAGES

# Stages that keep only one processor busy, and that do not write to the same folders.
AT_ONCE = (("lint", "types"), ("ansible-lint", "sanity"), ("integration", "molecule"), ("docs-lint", "build"))


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


def run_group(names: Sequence[str]) -> Tally:
    """Run stages at the same time; return the sum of their tallies."""
    with locked("stage"), ThreadPoolExecutor(len(names)) as pool:
        return sum(pool.map(run_stage, names), Tally())


def groups(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the stages in their order, those of AT_ONCE together where they follow each other."""
    left = list(names)
    while left:
        size = 2 if tuple(left[:2]) in AT_ONCE else 1
        yield left[:size]
        left = left[size:]


def main() -> int:
    """Run the stages of the command line in their order; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m run", description=__doc__)
    parser.add_argument("stages", nargs="+", choices=list(STAGES), metavar="stage", help=", ".join(STAGES))
    stages = parser.parse_args().stages
    if os.environ.get("ONLY") and len(stages) > 1:
        parser.error("ONLY narrows one stage; with several, less would be checked than is said")
    started = time.monotonic()
    total, done = Tally(), 0
    for group in groups(stages):
        total += run_group(group)
        done += len(group)
        if total.failed:
            break
    left = f", {len(stages) - done} stages not run" if done < len(stages) else ""
    print(f"\n{total} ({done} of {len(stages)} stages{left}, {time.monotonic() - started:.0f} s)")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
