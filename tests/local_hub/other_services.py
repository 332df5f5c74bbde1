# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""STS, IAM, EC2 and the rest: moto answers them, for the same accounts as the local Security Hub."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from .errors import UNKNOWN_KEY, ServiceError, unrecognized_client
from .identity import Caller, Scope
from .protocol import Reply, Request, error_reply
from .service import SecurityHub

XML = (("Content-Type", "text/xml"),)
REQUEST_ID = "00000000-0000-4000-8000-000000000000"

# Their keys are good whatever the Region that a client signs for.
GLOBAL_SERVICES = ("iam",)


class OtherServices:
    """Everything that is not Security Hub. Accounts are told apart by a header that moto understands."""

    def __init__(self, hub: SecurityHub) -> None:
        self._hub = hub
        self._callers = hub.callers
        self._moto = DomainDispatcherApplication(create_backend_app)

    def handle(self, request: Request, scope: Scope, action: str) -> Reply:
        """Answer a call to `scope.service`; `action` is its Action, empty where it has none."""
        caller = self._callers.find(scope.access_key)
        opted_out = caller and self._hub.faults.opted_out(scope.region, caller.account_id)
        if caller is None or (opted_out and scope.service not in GLOBAL_SERVICES):
            return _refuse_key(scope.service)
        if scope.service == "sts" and action == "GetCallerIdentity":
            return _caller_identity(caller)
        if scope.service == "sts" and action == "AssumeRole":
            return self._assume_role(request, caller)
        reply = self._ask_moto(request, caller)
        if action == "CreateServiceLinkedRole" and reply.status == 409:
            # IAM says InvalidInput here, and published scripts go by the status 400; moto says EntityAlreadyExists.
            return _query_error(ServiceError("InvalidInput", 400, "The service role name has been taken"))
        return reply

    def _assume_role(self, request: Request, caller: Caller) -> Reply:
        role_arn = parse_qs(request.body.decode()).get("RoleArn", [""])[0]
        account_id = (role_arn.split(":") + [""] * 5)[4]
        if account_id in self._hub.store.denied_roles:
            message = f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
            return _query_error(ServiceError("AccessDenied", 403, message))
        reply = self._ask_moto(request, caller)
        if reply.status == 200:
            self._callers.remember(reply.body)
        return reply

    def _ask_moto(self, request: Request, caller: Caller) -> Reply:
        environ = _environ(request, caller.account_id)
        status: list[str] = []
        headers: list[tuple[str, str]] = []

        def start_response(line: str, fields: list[tuple[str, str]], _error: Any = None) -> None:
            status.append(line)
            headers.extend(fields)

        body: Iterable[bytes] = self._moto(environ, start_response)
        content = b"".join(body)
        kept = tuple(field for field in headers if field[0].lower() not in ("content-length", "connection", "date"))
        return Reply(int(status[-1].split()[0]), content, kept)


def action_of(request: Request) -> str:
    """The Action of a call in the query protocol (STS, IAM, EC2); empty in other protocols."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(request.body.decode("utf-8", "replace")).get("Action", [""])[0]
    return request.query.get("Action", [""])[0]


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


def _caller_identity(caller: Caller) -> Reply:
    namespace = "https://sts.amazonaws.com/doc/2011-06-15/"
    text = (
        f'<GetCallerIdentityResponse xmlns="{namespace}"><GetCallerIdentityResult>'
        f"<Arn>{escape(caller.arn)}</Arn><UserId>{escape(caller.user_id)}</UserId>"
        f"<Account>{caller.account_id}</Account></GetCallerIdentityResult>"
        f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )
    return Reply(200, text.encode(), XML)


def _refuse_key(service: str) -> Reply:
    if service == "ec2":
        message = "AWS was not able to validate the provided access credentials"
        text = (
            f"<Response><Errors><Error><Code>AuthFailure</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{REQUEST_ID}</RequestID></Response>"
        )
        return Reply(401, text.encode(), XML)
    if service in ("sts", "iam"):
        return _query_error(ServiceError("InvalidClientTokenId", 403, UNKNOWN_KEY))
    return error_reply(unrecognized_client())


def _query_error(error: ServiceError) -> Reply:
    text = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{error.code}</Code>"
        f"<Message>{escape(error.message)}</Message></Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    )
    return Reply(error.status, text.encode(), XML)
