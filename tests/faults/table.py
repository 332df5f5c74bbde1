# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The counts of a run, as the table that the page about reliability has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from faults.kinds import KINDS
from faults.scenarios import SCENARIOS
from faults.suite import Verdict

ROWS = (*KINDS, "pair", "SIGKILL")


def lines(verdicts: Sequence[Verdict]) -> list[str]:
    """Return a row for each kind of fault, with a column for each module."""
    modules = list(dict.fromkeys(scenario.module for scenario in SCENARIOS.values()))
    counted = Counter((each.case.kind, SCENARIOS[each.case.scenario].module) for each in verdicts)
    numbers = {kind: [counted[kind, module] for module in modules] for kind in ROWS}
    numbers["all"] = [sum(column) for column in zip(*numbers.values(), strict=True)]
    heading = ["fault", *(module.removeprefix("securityhub_") for module in modules), "all"]
    rows = [[kind, *each, sum(each)] for kind, each in numbers.items()]
    return [".. csv-table::", f"   :header: {_line(heading)}", "", *(f"   {_line(row)}" for row in rows)]


def _line(cells: Iterable[object]) -> str:
    return ", ".join(f'"{cell or ""}"' for cell in cells)


def conclusion(verdicts: Sequence[Verdict], seed: int) -> str:
    """Return one sentence about all cases."""
    failed = sum(bool(each.wrongs) for each in verdicts)
    idle = sum(not each.acted for each in verdicts)
    return f"{len(verdicts)} cases with seed {seed}: {failed} failed; in {idle} no call met the fault."
