# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports Ansible once, and forks for each program: python server.py SOCKET."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import socketserver
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from ansible.cli import adhoc, inventory, playbook

PROGRAMS = {"ansible": adhoc, "ansible-inventory": inventory, "ansible-playbook": playbook}
READY, START = "ready", "start"
# Variables that say nothing to Ansible while it is imported: what modules read, and what differs in each shell.
# ANSIBLE_HOME and the paths in it are set (run.layout), so that nothing is read from the home folder.
FREE_PREFIXES = ("AWS_", "PYTEST_")
FREE = frozenset({"HOME", "OLDPWD", "PWD", "SHLVL", "_"})


def settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that may change what Ansible is once it has been imported."""
    return {
        name: value for name, value in environment.items() if name not in FREE and not name.startswith(FREE_PREFIXES)
    }


def become(words: list[str], folder: str, environment: Mapping[str, str], files: Sequence[int]) -> NoReturn:
    """Be the program until it ends."""
    code: object = os.EX_SOFTWARE
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = words
        PROGRAMS[words[0]].main(words)
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001  a traceback for whoever called the program, as if it had been started
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Not sys.exit: the folder for temporary files belongs to the server, which removes it at its end.
        os._exit(code if isinstance(code, int) else int(code is not None))


class Handler(socketserver.StreamRequestHandler):
    """Runs one program, in a process that the server has forked for it."""

    def handle(self) -> None:
        """Send the client the exit code of the program when it has ended, or that it must start the program."""
        files = socket.recv_fds(self.request, 1, 3)[1]
        request: dict[str, Any] = json.loads(self.rfile.readline())
        self.wfile.write(f"{self.run(request, files)}\n".encode())

    def run(self, request: dict[str, Any], files: Sequence[int]) -> int | str:
        """Run the program, and return its exit code, or START."""
        if settings(request["environment"]) != settings(os.environ):
            return START
        child = os.fork()
        if not child:
            become(**request, files=files)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return code if code >= 0 else 128 - code


class Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    """Takes several requests at the same time."""


def main(address: str) -> None:
    """Serve until this process is ended."""
    gc.freeze()  # or each fork would copy all that is imported when it looks for garbage
    with Server(address, Handler) as server:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        print(READY, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
