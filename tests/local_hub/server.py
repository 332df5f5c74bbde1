# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP server: HTTP/1.1 with connections kept open, a thread each, on loopback only."""

from __future__ import annotations

import socket
import ssl
import sys
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .control_api import PREFIX
from .endpoint import Endpoint
from .guard import refuse_foreign
from .identity import Scope
from .protocol import Reply, Request, json_reply

HOST = "127.0.0.1"


class HubServer(ThreadingHTTPServer):
    """All services behind one address."""

    daemon_threads = True
    # Clients open a connection per Region and worker at once.
    request_queue_size = 256

    def __init__(self, port: int, quiet: bool, tls: ssl.SSLContext | None = None) -> None:
        self.quiet = quiet
        self._tls = tls
        self.endpoint = Endpoint()
        super().__init__((HOST, port), Handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self._tls else 'http'}://{HOST}:{self.server_port}"

    def get_request(self) -> tuple[socket.socket, Any]:
        """The next connection; its TLS handshake is left to its thread."""
        connection, address = super().get_request()
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def service_actions(self) -> None:
        """Between connections: stop or start to listen, when the fault refuse_connection says so."""
        super().service_actions()
        self.endpoint.hub.outage.carry_out(self.socket, self.request_queue_size)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection."""
        if isinstance(request, ssl.SSLSocket):
            request.do_handshake()
        super().finish_request(request, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away or do not trust the certificate are nothing to report; anything else is."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: HubServer
    protocol_version = "HTTP/1.1"
    # Without this, the answer to a small request waits for the client's delayed acknowledgement.
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(length))
        try:
            reply = refuse_foreign(
                headers, (HOST, "localhost"), self.server.server_port
            ) or self.server.endpoint.answer(request)
        except Exception as error:  # The client must see that the server is broken, not wait.
            self.log_error("%s %s: %r", self.command, self.path, error)
            self._send(json_reply(500, {"Code": "LocalHubBroken", "Message": repr(error)}))
            raise
        self._log(request, reply)
        if reply is None:
            self.close_connection = True
        else:
            self._send(reply)

    # The names are the standard library's.
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _send(self, reply: Reply) -> None:
        fields = [*reply.headers, ("Content-Length", str(len(reply.body))), ("Date", formatdate(usegmt=True))]
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        body = b"" if self.command == "HEAD" else reply.body
        self.wfile.write(f"HTTP/1.1 {reply.status} {reply.reason}\r\n{head}\r\n".encode("latin-1") + body)

    def _log(self, request: Request, reply: Reply | None) -> None:
        if self.server.quiet or request.path.startswith(PREFIX):
            return
        scope = Scope.parse(request.headers)
        who = f"{scope.service} {scope.region} {scope.access_key}" if scope else "unsigned"
        self.log_message("%s %s (%s) %s", request.method, request.path, who, reply.status if reply else "no reply")
