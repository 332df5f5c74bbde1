# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to moto, as a WSGI application in this process. Accounts are told apart by a header that it understands."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from .protocol import Reply, Request


class Moto:
    """Every service that moto knows."""

    @cached_property
    def _application(self) -> Any:
        # It takes a second to import, and most who use the hub within their own process ask for none of its services.
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415

        return DomainDispatcherApplication(create_backend_app)

    def ask(self, request: Request, account_id: str) -> Reply:
        """Its answer to a request of an account."""
        environ = _environ(request, account_id)
        status: list[str] = []
        headers: list[tuple[str, str]] = []

        def start_response(line: str, fields: list[tuple[str, str]], _error: Any = None) -> None:
            status.append(line)
            headers.extend(fields)

        body: Iterable[bytes] = self._application(environ, start_response)
        content = b"".join(body)
        kept = tuple(field for field in headers if field[0].lower() not in ("content-length", "connection", "date"))
        return Reply(int(status[-1].split()[0]), content, kept)


def _environ(request: Request, account_id: str) -> dict[str, Any]:
    host, _colon, port = request.headers.get("host", "127.0.0.1:80").partition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.path, "latin-1"),
        "QUERY_STRING": request.target.partition("?")[2],
        "RAW_URI": request.target,
        "REQUEST_URI": request.target,
        "SERVER_NAME": host,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        if name not in ("content-type", "content-length"):
            environ["HTTP_" + name.upper().replace("-", "_")] = value
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = account_id
    return environ
