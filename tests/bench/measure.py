# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measuring programs: time, processor time and peak memory of one run, and two sides run in turn."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

KIB = 1024
MB = 1_000_000


class BenchError(Exception):
    """Something could not be measured: a program failed, or did other work than was to be measured."""


@dataclass(frozen=True)
class Run:
    """One run of a program.

    :param seconds: from its start to its end
    :param cpu_seconds: processor time of it and of those it started and waited for, in user and system mode
    :param peak_mb: the most memory that one of these processes held at a time, in MB of 1,000,000 bytes
    :param code: its exit code
    :param output: what it said, standard output and errors
    :param output_bytes: how much that was; of a long output only the ends are kept
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    code: int
    output: str
    output_bytes: int

    def succeeded(self) -> Run:
        """Return the run. Raises BenchError if the program failed."""
        if self.code:
            raise BenchError(f"a program that is measured ended with exit code {self.code}: {self.output[-2000:]}")
        return self


def own_peak_mb() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB / MB


def run(command: Sequence[str], environment: dict[str, str], keep: int = 200_000) -> Run:
    """Run a program and measure it.

    Its output goes to a file, so that it never waits for us to read, and we stay small: Linux counts the memory that
    we hold while we start a program as its own.

    :param keep: so many bytes of each end of the output are kept
    :raises BenchError: if this process has become larger than the program
    """
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _pid, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if process.returncode is None:
                process.terminate()
                process.wait()
        said, length = _ends(output.fileno(), keep)
    peak = usage.ru_maxrss * KIB / MB
    if peak <= own_peak_mb():
        raise BenchError(
            f"the program took less memory than this process ({own_peak_mb():.0f} MB): run the entry alone"
        )
    return Run(seconds, usage.ru_utime + usage.ru_stime, peak, process.returncode, said, length)


def _ends(file: int, keep: int) -> tuple[str, int]:
    length = os.fstat(file).st_size
    pieces = [os.pread(file, keep, 0)]
    if length > keep:
        pieces.append(os.pread(file, keep, max(keep, length - keep)))
    return b"\n".join(pieces).decode(errors="replace"), length


def in_turn(rounds: int, ours: Callable[[], Run], theirs: Callable[[], Run]) -> tuple[list[Run], list[Run]]:
    """Run two sides in turn, and swap who comes first: a machine that is slow for a while is so for both.

    One round more comes first, which is not counted: it warms caches.
    """
    pairs = []
    for number in range(rounds + 1):
        if number % 2:
            one, other = ours(), theirs()
        else:
            other, one = theirs(), ours()
        pairs.append((one, other))
    mine, yours = zip(*pairs[1:], strict=True)
    return list(mine), list(yours)


def ratio(ones: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios of runs that were made one after the other."""
    return median(one / other for one, other in zip(ones, others, strict=True))
