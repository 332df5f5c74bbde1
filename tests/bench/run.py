# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""make bench: measure the modules and playbooks against the local Security Hub.

make bench ONLY=regions, or python tests/bench/run.py regions memory, runs some entries. Exit code 0 unless something
could not be measured: whether a target is met depends on the machine, and is said in the table.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

# Started as a script, from wherever.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import fleet, modules, peers, policy, table
from bench.measure import BenchError
from bench.workload import Bench, prepared
from local_hub.control import HubError

Entry = Callable[[Bench], Iterator[table.Row]]

ENTRIES: dict[str, Entry] = {
    "regions": modules.regions,
    "nothing-to-do": modules.nothing_to_do,
    "calls": modules.calls,
    "memory": modules.memory,
    "onboarding": fleet.onboarding,
}
# These take many minutes: only by name.
LONG_ENTRIES: dict[str, Entry] = {
    "growth": modules.growth,
    "largest": modules.largest,
    "role": fleet.role,
    "fleet": fleet.fleet,
    "fleet-growth": fleet.fleet_growth,
    "policy-quick": policy.policy_quick,
    "policy": policy.policy,
    "policy-memory": policy.policy_memory,
    "peers-quick": peers.peers_quick,
    "peers": peers.peers,
    "pace": peers.pace,
}
ALL_ENTRIES = {**ENTRIES, **LONG_ENTRIES}
# Plain HTTP would hide what connections cost.
OVER_TLS = (
    "nothing-to-do",
    "onboarding",
    "largest",
    "role",
    "fleet",
    "fleet-growth",
    "policy-quick",
    "policy",
    "peers",
    "peers-quick",
    "pace",
)


def parse(arguments: Sequence[str], only: str) -> list[str]:
    """Return the names of the entries to run: of the command line, else of ONLY, else those that are not long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entry", nargs="*", help=f"one of {', '.join(ALL_ENTRIES)}; without any, the first five")
    named = parser.parse_args(arguments).entry or only.replace(",", " ").split()
    unknown = sorted(set(named) - set(ALL_ENTRIES))
    if unknown:
        parser.error(f"no such entry: {', '.join(unknown)}; there are {', '.join(ALL_ENTRIES)}")
    return named or list(ENTRIES)


def measure(name: str, rows: list[table.Row]) -> bool:
    """Run one entry, add its rows; return whether all could be measured."""
    entry = ALL_ENTRIES[name]
    print(f"{name}: {entry.__doc__}", flush=True)
    try:
        with prepared(tls=name in OVER_TLS) as bench:
            for row in entry(bench):
                rows.append(row)
                print(f"  {'; '.join(filter(None, row.cells()[1:]))}", flush=True)
    except (BenchError, HubError) as error:
        print(f"  could not be measured: {error}", file=sys.stderr, flush=True)
        return False
    return True


def main() -> int:
    """Run the entries and print the table; return the exit code."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    names = parse(sys.argv[1:], os.environ.get("ONLY", ""))
    rows: list[table.Row] = []
    try:
        unmeasured = [name for name in names if not measure(name, rows)]
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    print("\n" + "\n".join(table.lines(rows)))
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"\n{os.cpu_count()} processors, load {load} (1, 5, 15 minutes). {table.conclusion(rows)}")
    if unmeasured:
        print(f"Could not be measured: {', '.join(unmeasured)}.", file=sys.stderr)
    return 1 if unmeasured else 0


if __name__ == "__main__":
    sys.exit(main())
