# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the server, and makes the programs that it runs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from run.layout import BIN

FOLDER = Path(__file__).parent
SERVED = ("ansible", "ansible-inventory", "ansible-playbook")
PROGRAM = """\
#!/bin/sh
exec {python} -I -S {client} {address} {programs} "$0" "$@"
"""
READY = "ready"


class WarmStartError(Exception):
    """The server did not start."""


def write_programs(folder: Path, address: Path) -> None:
    """Write the programs, each of which asks the server at an address."""
    text = PROGRAM.format(python=sys.executable, client=FOLDER / "client.py", address=address, programs=BIN)
    for name in SERVED:
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)


@contextmanager
def warm_programs(environment: Mapping[str, str]) -> Iterator[str]:
    """Start a server with the environment that programs will have; give a PATH with them in front, and end it."""
    with tempfile.TemporaryDirectory(prefix="warm-") as name:
        folder = Path(name)
        address = folder / "socket"
        write_programs(folder, address)
        path = os.pathsep.join([name, environment["PATH"]])
        command = [sys.executable, "-P", str(FOLDER / "server.py"), str(address)]
        variables = {**environment, "PATH": path}
        with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) as server:
            try:
                if not server.stdout or server.stdout.readline().strip() != READY:
                    raise WarmStartError("the process that imports Ansible did not start: see its error output")
                yield path
            finally:
                server.terminate()
