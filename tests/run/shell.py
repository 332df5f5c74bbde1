# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running other programs so that their output is seen as it comes and can still be read afterwards."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from run.guards import ESCAPES
from run.layout import ROOT, environment


class CommandError(Exception):
    """A program that failed; `output` is what it said."""

    def __init__(self, command: list[str], code: int, output: str) -> None:
        super().__init__(f"exit code {code}: {shown(command)}")
        self.output = output


def shown(command: list[str]) -> str:
    """Return a command as one would type it in the checkout."""
    return shlex.join(command).replace(f"{ROOT}/", "")


def show(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None, live: bool = True) -> str:
    """Run a program with its output on the terminal, as it comes or all at its end, and return that output."""
    words = [str(word) for word in command]
    heading = f"$ {shown(words)}"
    if live:
        print(heading, flush=True)
    said: list[str] = []
    with subprocess.Popen(
        words, cwd=cwd, env=env or environment(), text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        for line in process.stdout or ():
            if live:
                print(line, end="", flush=True)
            said.append(line)
    if not live:
        print(f"{heading}\n{''.join(said)}", end="", flush=True)
    output = ESCAPES.sub("", "".join(said))
    if process.returncode:
        raise CommandError(words, process.returncode, output)
    return output


def read(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a program quietly and return its standard output."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd=cwd, env=env or environment(), text=True, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        raise CommandError(words, done.returncode, done.stdout + done.stderr)
    return done.stdout
