# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How stages follow each other."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable

import pytest

from run import __main__ as runner
from run.guards import NothingCheckedError, Tally
from run.shell import CommandError, show


def nothing() -> Tally:
    """Fail as a stage that has looked at nothing."""
    raise NothingCheckedError("nothing was checked: no file")


def broken() -> Tally:
    """Fail as a stage whose tool fails."""
    raise CommandError(["tool", "--strict"], 3, "")


def run_stages(monkeypatch: pytest.MonkeyPatch, stages: dict[str, Callable[[], Tally]], only: str = "") -> int:
    """Run all these stages by the command line."""
    monkeypatch.setattr(runner, "STAGES", stages)
    # the stage that runs these tests holds the checkout's lock
    monkeypatch.setattr(runner, "locked", lambda _name: contextlib.nullcontext())
    monkeypatch.setattr(sys, "argv", ["run", *stages])
    monkeypatch.setenv("ONLY", only)
    return runner.main()


def test_a_good_run_adds_up(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_stages(monkeypatch, {"one": lambda: Tally(2), "two": lambda: Tally(3)}) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("5 passed, 0 failed (2 of 2 stages, ")


def test_a_run_that_is_narrowed_is_of_one_stage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_stages(monkeypatch, {"one": lambda: Tally(1)}, only="some") == 0
    with pytest.raises(SystemExit):
        run_stages(monkeypatch, {"one": lambda: Tally(1), "two": lambda: Tally(1)}, only="some")
    assert "ONLY narrows one stage" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        (nothing, "bad: nothing was checked: no file"),
        (broken, "bad: exit code 3: tool --strict"),
        (lambda: Tally(4, 1), "bad: 4 passed, 1 failed"),
    ],
)
def test_the_first_failure_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stage: Callable[[], Tally], message: str
) -> None:
    ran: list[str] = []

    def last() -> Tally:
        ran.append("last")
        return Tally(1)

    assert run_stages(monkeypatch, {"bad": stage, "last": last}) == 1
    output = capsys.readouterr().out
    assert message in output
    assert "1 failed (1 of 2 stages, 1 not run, " in output.splitlines()[-1]
    assert ran == []


def test_a_failure_ends_its_lane_and_the_others_after_their_stage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    both, ran = threading.Barrier(2), []

    def fails() -> Tally:
        both.wait()
        return Tally(0, 1)

    def waits() -> Tally:
        both.wait()
        return Tally(3)

    def last() -> Tally:
        ran.append("last")
        return Tally(1)

    monkeypatch.setattr(runner, "GROUPS", ((("fails", "last"), ("waits",)),))
    assert run_stages(monkeypatch, {"fails": fails, "last": last, "waits": waits}) == 1
    assert "3 passed, 1 failed (2 of 3 stages, 1 not run, " in capsys.readouterr().out.splitlines()[-1]
    assert ran == []


def test_show_gives_back_what_a_program_said(capfd: pytest.CaptureFixture[str]) -> None:
    script = "import sys; print('\\x1b[31mred\\x1b[0m'); print('loud', file=sys.stderr)"
    assert sorted(show(sys.executable, "-c", script).splitlines()) == ["loud", "red"]
    with pytest.raises(CommandError, match=r"exit code 3: .*raise SystemExit\(3\)") as failure:
        show(sys.executable, "-c", "print('why'); raise SystemExit(3)")
    assert failure.value.output == "why\n"
    assert "why" in capfd.readouterr().out
