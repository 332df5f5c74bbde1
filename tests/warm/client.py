# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for a program of Ansible: has the server run it, or becomes the program where the server can't."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

START = "start"


def run(address: str, programs: str, *words: str) -> int:
    """Run a program with this process's environment, input and output; return its exit code.

    :param address: the path of the server's socket
    :param programs: the folder of the programs that are started
    :param words: the name of the program, and its arguments
    """
    request = {"words": words, "folder": str(Path.cwd()), "environment": dict(os.environ)}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        socket.send_fds(connection, [b"\n"], [0, 1, 2])
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile() as replies:
            reply = replies.readline().strip()
    if reply == START:
        os.execv(Path(programs, words[0]), words)  # noqa: S606  it is the program that was called
    return int(reply)


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:3], Path(sys.argv[3]).name, *sys.argv[4:]))
