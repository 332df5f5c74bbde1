# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m local_hub: start the local Security Hub in the foreground."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .server import HOST, HubServer
from .tls import server_context


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_hub", description=__doc__)
    parser.add_argument("--port", type=int, default=5555, help="port on 127.0.0.1, 0 for a free one (default: 5555)")
    parser.add_argument("--quiet", action="store_true", help="do not log requests")
    parser.add_argument("--tls", action="store_true", help="speak HTTPS, with a certificate made at start")
    parser.add_argument(
        "--ca-file", type=Path, help="with --tls: where to write the CA file that clients have to trust"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
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
    print(f"The local Security Hub is ready at {server.url}", flush=True)
    if options.tls:
        print(f"Clients trust its certificate with AWS_CA_BUNDLE={ca_file.resolve()}", flush=True)
    with server:
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
