# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""That the benchmark counts right. No time is judged here."""

from __future__ import annotations

import os
import sys

import pytest

from bench import measure, table
from bench import run as command
from bench.measure import BenchError, Run


def larger() -> int:
    """Return so many bytes as this process, with the tests that it has run, never held."""
    return int(measure.own_peak_mb() * measure.MB) + 50 * measure.MB


def python(code: str) -> Run:
    """Run some Python, in a process that is larger than this one."""
    return measure.run([sys.executable, "-c", f"held = b'x' * {larger()}; {code}"], dict(os.environ), keep=10)


def sample(seconds: float, cpu_seconds: float = 0) -> Run:
    return Run(seconds, cpu_seconds, peak_mb=0, code=0, output="", output_bytes=0)


def test_a_program_is_measured() -> None:
    run = python("print('a' * 15 + 'z' * 15)")
    assert run.peak_mb > measure.own_peak_mb()
    assert run.seconds > 0
    assert run.cpu_seconds > 0
    assert (run.code, run.output_bytes) == (0, 31)
    assert run.output == "a" * 10 + "\n" + "z" * 9 + "\n"


def test_a_program_that_fails_is_no_measurement() -> None:
    with pytest.raises(BenchError, match="exit code 3"):
        python("raise SystemExit(3)").succeeded()


def test_a_program_that_is_smaller_than_this_process_is_no_measurement() -> None:
    held = b"x" * larger()
    with pytest.raises(BenchError, match="less memory than this process"):
        measure.run([sys.executable, "-c", "pass"], dict(os.environ))
    assert held


def test_sides_take_turns_and_the_first_round_does_not_count() -> None:
    said: list[str] = []

    def side(name: str, seconds: list[float]) -> Run:
        said.append(name)
        return sample(seconds.pop(0))

    ours, theirs = [9.0, 1.0, 2.0], [9.0, 3.0, 4.0]
    mine, yours = measure.in_turn(2, lambda: side("ours", ours), lambda: side("theirs", theirs))
    assert said == ["theirs", "ours", "ours", "theirs", "theirs", "ours"]
    assert [run.seconds for run in mine] == [1.0, 2.0]
    assert [run.seconds for run in yours] == [3.0, 4.0]


def test_the_ratio_is_of_pairs_so_that_a_slow_spell_counts_for_both() -> None:
    assert measure.ratio([1.0, 10.0, 1.2], [1.0, 10.0, 1.0]) == 1.0


def test_the_table_names_an_entry_once_and_says_what_is_missed() -> None:
    rows = [
        table.Row("calls", "one", "40", "40", True),
        table.Row("calls", "two", "21", "20", False),
        table.Row("memory", "three", "120 MB"),
    ]
    assert table.lines(rows) == [
        "entry   what   measured  target",
        "------  -----  --------  ------  ------",
        "calls   one    40        40      met",
        "        two    21        20      MISSED",
        "memory  three  120 MB",
    ]
    assert table.conclusion(rows) == "1 of 2 targets MISSED: calls (two)."
    assert table.conclusion(rows[:1]) == "All 1 targets met."
    assert table.conclusion(rows[2:]) == "No targets here."


@pytest.mark.parametrize(
    ("arguments", "only", "names"),
    [
        ([], "", list(command.ENTRIES)),
        ([], "fleet", ["fleet"]),
        ([], "memory, calls", ["memory", "calls"]),
        (["regions"], "fleet", ["regions"]),
    ],
)
def test_entries_are_chosen(arguments: list[str], only: str, names: list[str]) -> None:
    assert command.parse(arguments, only) == names


def test_an_unknown_entry_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.parse(["region"], "")
    assert "no such entry: region;" in capsys.readouterr().err
