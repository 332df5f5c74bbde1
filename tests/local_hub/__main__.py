# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m local_hub: start the local Security Hub in the foreground."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from .server import HubServer


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m local_hub", description=__doc__)
    parser.add_argument("--port", type=int, default=5555, help="port on 127.0.0.1, 0 for a free one (default: 5555)")
    parser.add_argument("--quiet", action="store_true", help="do not log requests")
    options = parser.parse_args(arguments)
    try:
        server = HubServer(options.port, options.quiet)
    except OSError as error:
        parser.exit(1, f"Port {options.port} cannot be opened: {error.strerror}\n")
    # SIGINT too: shells let programs in the background ignore it.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: sys.exit(0))
    print(f"The local Security Hub is ready at {server.url}", flush=True)
    with server:
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
