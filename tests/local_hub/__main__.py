# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m local_hub: start the local Security Hub in the foreground."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from .control import READY_PREFIX, Hub
from .server import HOST, HubServer
from .tls import server_context

EXAMPLE_ACCOUNT = "999988887777"
# What `make` has installed, where it has.
BUILD = Path(__file__).resolve().parents[2] / ".build"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_hub", description=__doc__)
    parser.add_argument("--port", type=int, default=5555, help="port on 127.0.0.1, 0 for a free one (default: 5555)")
    parser.add_argument("--quiet", action="store_true", help="do not log requests")
    parser.add_argument("--tls", action="store_true", help="speak HTTPS, with a certificate made at start")
    parser.add_argument(
        "--ca-file", type=Path, help="with --tls: where to write the CA file that clients have to trust"
    )
    parser.add_argument("--until-input-ends", action="store_true", help="stop when standard input ends")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, or until standard input ends if `--until-input-ends` is given."""
    parser = _parser()
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="local-hub-") as folder:
        return _serve(parser, options, options.ca_file or Path(folder, "ca.pem"))


def _serve(parser: argparse.ArgumentParser, options: argparse.Namespace, ca_file: Path) -> int:
    try:
        server = HubServer(options.port, options.quiet, server_context(HOST, ca_file) if options.tls else None)
    except OSError as error:
        parser.exit(1, f"Port {options.port} cannot be opened: {error.strerror}\n")
    # SIGINT too: shells let programs in the background ignore it.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: sys.exit(0))
    if options.until_input_ends:
        threading.Thread(target=_end_with_input, daemon=True).start()
    print("\n".join(_instructions(Hub(server.url, str(ca_file.resolve()) if options.tls else None))), flush=True)
    with server:
        server.serve_forever()
    return 0


def _end_with_input() -> None:
    """Stop this process when standard input ends, so when the process at its other end has ended or was killed."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _instructions(hub: Hub) -> list[str]:
    """Return where the server is, and the lines to paste into the shell of a client."""
    exports = [f"export {name}={shlex.quote(value)}" for name, value in hub.environment(EXAMPLE_ACCOUNT).items()]
    return [
        f"{READY_PREFIX}{hub.url}",
        "",
        f"Paste these lines into another shell to act as the account {EXAMPLE_ACCOUNT}:",
        "",
        *_programs(),
        *exports,
        "",
        "For another account, change the last 12 digits of AWS_ACCESS_KEY_ID. Then, for example:",
        "",
        "aws securityhub enable-security-hub",
        "ansible localhost -m multiaccount.aws.securityhub_hub_info",
        "",
        "Ctrl+C ends the server.",
    ]


def _programs() -> list[str]:
    """Return the lines that select the programs and collections of this checkout."""
    if not BUILD.is_dir():
        return []
    build = shlex.quote(str(BUILD))
    return [f"export PATH={build}/venv/bin:$PATH", f"export ANSIBLE_COLLECTIONS_PATH={build}/collections"]


if __name__ == "__main__":
    sys.exit(main())
