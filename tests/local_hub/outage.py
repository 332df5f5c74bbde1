# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A while in which no connection is accepted (the fault refuse_connection)."""

from __future__ import annotations

import os
import socket
import threading
import time


class Outage:
    """Asked for by the thread of a call, carried out by the thread that accepts connections."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._until = 0.0
        self._asked = threading.Event()
        self._begun = threading.Event()

    @property
    def is_on(self) -> bool:
        """Whether no connection is accepted, and none that is open is answered."""
        return self._asked.is_set()

    def begin(self, seconds: float) -> None:
        """Refuse connections for so long; returns when they are refused."""
        self._seconds = seconds
        self._begun.clear()
        self._asked.set()
        self._begun.wait(timeout=60)

    def carry_out(self, listener: socket.socket, queue_size: int) -> None:
        """Stop or start to listen, when it is time. Call it again and again."""
        if not self._asked.is_set():
            return
        if not self._begun.is_set():
            _stop_listening(listener)
            self._until = time.monotonic() + self._seconds
            self._begun.set()
        elif time.monotonic() < self._until:
            time.sleep(0.02)
        else:
            listener.listen(queue_size)
            self._asked.clear()


def _stop_listening(listener: socket.socket) -> None:
    """Put a socket that holds the port and does not listen in place of the listener, under the same descriptor."""
    address = listener.getsockname()
    with socket.socket(listener.family, listener.type) as deaf:
        os.dup2(deaf.fileno(), listener.fileno(), inheritable=False)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
