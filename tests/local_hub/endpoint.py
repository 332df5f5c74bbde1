# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security Hub, the other services and the control API behind one address, whatever brings the requests."""

from __future__ import annotations

from .control_api import PREFIX, ControlApi
from .errors import ServiceError
from .identity import Callers, Scope
from .other_services import OtherServices
from .protocol import Reply, Request, error_reply
from .query_protocol import form
from .service import SecurityHub


class Endpoint:
    """Answers requests."""

    def __init__(self) -> None:
        self.hub = SecurityHub(Callers())
        self.control = ControlApi(self.hub)
        self.others = OtherServices(self.hub)

    def answer(self, request: Request) -> Reply | None:
        """The reply to a request, None for none at all."""
        if self.hub.outage.is_on:
            return None
        if request.path.startswith(PREFIX):
            return self.control.handle(request)
        scope = Scope.parse(request.headers)
        if scope is None:
            return error_reply(ServiceError("MissingAuthenticationTokenException", 403, "Missing Authentication Token"))
        if scope.service == "securityhub":
            return self.hub.handle(request, scope)
        action = form(request).get("Action", "")
        self.hub.counts.other(f"{scope.service}:{action or request.headers.get('x-amz-target', request.method)}")
        return self.others.handle(request, scope, action)
