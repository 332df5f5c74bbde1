# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""make faults: run the modules against every fault of the local Security Hub, and check what has to hold afterwards.

make faults ONLY=membership-present/InviteMembers runs the cases with this in their ID, SAMPLE=100 draws so many of
them, and SEED=7 draws others. Without ONLY and SAMPLE, the signing stress comes last; ONLY=signing runs it alone. Exit
code 0 when nothing fails.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

# Started as a script, from wherever.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(1, str(Path(__file__).resolve().parents[2] / ".build" / "collections"))

from faults import cases, running, signing, table
from faults.cases import Case, UnknownCaseError
from faults.suite import Suite, Verdict
from local_hub.control import Hub, running_hub

SIGNING = "signing"
SIGNING_ACCOUNTS, SIGNING_REGIONS = 250, 5


def check(suite: Suite, case: Case) -> Verdict:
    """Run a case; a module that lets an exception through has failed it."""
    try:
        return suite.check(case)
    except Exception:  # noqa: BLE001  whatever it is, the other cases run
        return Verdict(case, (traceback.format_exc(),), acted=True)


def show(verdict: Verdict, seed: int) -> None:
    """Print what was wrong, and how to run the case again."""
    print(f"FAILED {verdict.case.id}")
    for wrong in verdict.wrongs:
        print(f"  {wrong}")
    print(f"  Run it again: make faults ONLY='{verdict.case.id}' SEED={seed}", flush=True)


def run_all(suite: Suite, chosen: Sequence[Case], seed: int) -> list[Verdict]:
    """Run the cases one after the other."""
    verdicts = []
    for number, case in enumerate(chosen, 1):
        verdict = check(suite, case)
        verdicts.append(verdict)
        if verdict.wrongs:
            show(verdict, seed)
        if number % 500 == 0:
            print(f"{number} of {len(chosen)} cases", flush=True)
    return verdicts


def run_signing(hub: Hub, seed: int) -> bool:
    """Run the signing stress, and print what came of it; return whether all was right."""
    figures = signing.stress(hub, SIGNING_ACCOUNTS, SIGNING_REGIONS, seed)
    print(f"Signing: {figures}", *figures.wrongs[:20], sep="\n  ")
    return not figures.wrongs


def main() -> int:
    """Run the cases that the environment asks for; return the exit code."""
    seed = int(os.environ.get("SEED") or cases.DEFAULT_SEED)
    only, sample = os.environ.get("ONLY", ""), int(os.environ.get("SAMPLE") or 0)
    with running_hub() as hub, running.quick():
        if only == SIGNING:
            return 0 if run_signing(hub, seed) else 1
        suite = Suite(hub)
        every = cases.generate(suite.observe(), seed)
        try:
            chosen = cases.choose(every, only, sample, seed)
        except UnknownCaseError as error:
            print(error, file=sys.stderr)
            return 2
        print(f"{len(chosen)} of {len(every)} cases, seed {seed}", flush=True)
        verdicts = run_all(suite, chosen, seed)
        is_signed = bool(only or sample) or run_signing(hub, seed)
    print("\n".join(["", *table.lines(verdicts), "", table.conclusion(verdicts, seed)]))
    return 0 if is_signed and not any(verdict.wrongs for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
