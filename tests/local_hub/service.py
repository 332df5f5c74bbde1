# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security Hub as a whole: who calls, which operation, which fault, what answer."""

from __future__ import annotations

import threading
import time
from typing import Any

from . import administrator_side, hubs, member_side, standards
from .calls import OPERATIONS, Call
from .counts import Counts
from .errors import ServiceError, unrecognized_client
from .faults import Acting, Faults
from .identity import Caller, Callers, Scope
from .model import Store
from .protocol import BATCHES, Protocol, Reply, Request, answer_reply, error_reply
from .switches import Switches

# Importing these registers their operations.
OPERATION_MODULES = (administrator_side, hubs, member_side, standards)


class SecurityHub:
    """The service. `handle` returns None where the connection is to be closed without a reply."""

    def __init__(self, callers: Callers) -> None:
        self.callers = callers
        self.protocol = Protocol()
        self.store = Store()
        self.switches = Switches()
        self.faults = Faults()
        self.counts = Counts()
        self.lock = threading.RLock()

    def reset(self) -> None:
        """Forget every account, count, fault and switch."""
        with self.lock:
            self.store = Store()
            self.switches.reset()
            self.faults.clear()
            self.counts.reset()

    def handle(self, request: Request, scope: Scope) -> Reply | None:
        """Answer one call."""
        try:
            return self._handle(request, scope)
        except ServiceError as error:
            return error_reply(error)

    def _handle(self, request: Request, scope: Scope) -> Reply | None:
        routed = self.protocol.route(request)
        if routed is None or routed[0].name not in OPERATIONS:
            name = routed[0].name if routed else f"{request.method} {request.path}"
            raise ServiceError("UnknownOperationException", 404, f"The local Security Hub has no {name}")
        operation, labels = routed
        parameters = self.protocol.parse(operation, labels, request)
        self.counts.call(operation.name, scope.region, _batch_size(parameters))
        caller = self.callers.find(scope.access_key)
        if caller is None:
            raise unrecognized_client()
        acting = self.faults.select(operation.name, scope.region, caller.account_id)
        if acting.latency:
            time.sleep(acting.latency)
        if acting.kind in BEFORE_WORK:
            self.counts.fault(operation.name)
            return _fail_before(acting, caller, operation.name, scope.region)
        self.protocol.check(operation, parameters)
        reply = self._work(operation.name, caller, scope.region, parameters, acting)
        if acting.kind in AFTER_WORK:
            self.counts.fault(operation.name)
            return _fail_after(acting)
        return reply

    def _work(self, name: str, caller: Caller, region: str, parameters: dict[str, Any], acting: Acting) -> Reply:
        with self.lock:
            call = Call(name, caller.account_id, region, self.store, self.switches, self.counts, acting)
            try:
                return answer_reply(OPERATIONS[name](call, parameters))
            except ServiceError as error:
                return error_reply(error)
            finally:
                if call.faulted:
                    self.counts.fault(name)


BEFORE_WORK = frozenset({"throttle", "error", "lost_request", "hang", "not_opted_in", "access_denied"})
AFTER_WORK = frozenset({"error_after", "lost_reply"})


def _fail_before(acting: Acting, caller: Caller, operation: str, region: str) -> Reply | None:
    if acting.kind == "lost_request":
        return None
    if acting.kind == "hang":
        time.sleep(acting.parameter("seconds"))
        return None
    if acting.kind == "not_opted_in":
        raise unrecognized_client()
    if acting.kind == "access_denied":
        raise access_denied(caller, operation, region)
    raise ServiceError(acting.parameter("code"), acting.parameter("status"), acting.parameter("message"))


def access_denied(caller: Caller, operation: str, region: str) -> ServiceError:
    """What IAM says where no policy allows the action."""
    action = f"securityhub:{operation}"
    return ServiceError(
        "AccessDeniedException",
        403,
        f"User: {caller.arn} is not authorized to perform: {action} on resource: "
        f"{hubs.hub_arn(caller.account_id, region)} because no identity-based policy allows the {action} action",
    )


def _fail_after(acting: Acting) -> Reply | None:
    if acting.kind == "lost_reply":
        return None
    raise ServiceError(acting.parameter("code"), acting.parameter("status"), acting.parameter("message"))


def _batch_size(parameters: dict[str, Any]) -> int | None:
    for name in BATCHES:
        if isinstance(parameters.get(name), list):
            return len(parameters[name])
    return None
