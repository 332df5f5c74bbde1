# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security Hub as a whole: who calls, which operation, which fault, what answer."""

from __future__ import annotations

import threading
from itertools import chain
from typing import Any

from . import (
    administrator_side,
    aggregators,
    associations,
    control_definitions,
    hubs,
    member_side,
    security_controls,
    standards,
    standards_controls,
)
from .authorization import authorize_operation
from .calls import OPERATIONS, Call
from .counts import Counts
from .effects import FaultedCall
from .errors import ServiceError, expired, unknown_key
from .faults import Acting, CallFacts, Faults
from .identity import Caller, Callers, Scope
from .model import Store
from .outage import Outage
from .protocol import BATCHES, CONTROL_BATCHES, Protocol, Reply, Request, answer_reply, error_reply
from .sts import SecurityTokenService
from .switches import Switches

# Importing these registers their operations.
OPERATION_MODULES = (
    administrator_side,
    aggregators,
    associations,
    control_definitions,
    hubs,
    member_side,
    security_controls,
    standards,
    standards_controls,
)


# Which account's state a request is about, for clients that say so: most requests have nothing but their signature.
ABOUT_HEADER = "x-hub-about-account"


class SecurityHub:
    """The service. `handle` returns None where the connection is to be closed without a reply."""

    def __init__(self, callers: Callers) -> None:
        self.callers = callers
        self.protocol = Protocol()
        self.store = Store()
        self.switches = Switches()
        self.faults = Faults()
        self.counts = Counts()
        self.outage = Outage()
        self.sts = SecurityTokenService(callers)
        self.lock = threading.RLock()

    def reset(self) -> None:
        """Forget every account, count, fault and switch."""
        with self.lock:
            self.store = Store()
            self.switches.reset()
            self.faults.clear()
            self.reset_counts()

    def is_opted_out(self, account_id: str, region: str) -> bool:
        """Whether an account has not enabled a Region, by a seed or by a fault, so that no service answers it there."""
        return self.faults.opted_out(region, account_id) or not self.store.regions.is_enabled(account_id, region)

    def reset_counts(self) -> None:
        """Forget what has been called, and the sessions that were handed out; they stay good."""
        self.counts.reset()
        self.sts.sessions.clear()

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
        caller = self.callers.find(scope)
        if caller is None:
            raise unknown_key()
        if ABOUT_HEADER in request.headers:
            self.counts.signed(caller.account_id, request.headers[ABOUT_HEADER])
        if self.callers.is_expired(scope.access_key):
            raise expired()
        if not self.store.regions.is_enabled(caller.account_id, scope.region):
            raise unknown_key()
        facts = CallFacts(
            operation.name,
            scope.region,
            caller.account_id,
            named_ids=_named_ids(parameters),
            is_session=caller.is_session,
        )
        acting = self.faults.select(facts)
        resource = hubs.hub_arn(caller.account_id, scope.region)
        faulted = FaultedCall(acting, operation.name, scope, caller, resource, self.counts, self.callers, self.outage)

        def work() -> Reply:
            authorize_operation(self.store, caller, operation.name, parameters, resource)
            self.protocol.check(operation, parameters)
            return self._work(operation.name, caller, scope.region, parameters, acting)

        return faulted.run(work)

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


def _named_ids(parameters: dict[str, Any]) -> tuple[str, ...]:
    """The accounts that a call names, whatever the parameter; it has not been checked yet."""
    lists = [parameters[name] for name in BATCHES if isinstance(parameters.get(name), list)]
    rows = [parameters.get("AdministratorId"), parameters.get("MasterId"), *chain.from_iterable(lists)]
    named = [row.get("AccountId") if isinstance(row, dict) else row for row in rows]
    return tuple(account_id for account_id in named if isinstance(account_id, str))


def _batch_size(parameters: dict[str, Any]) -> int | None:
    for name in (*BATCHES, *CONTROL_BATCHES):
        if isinstance(parameters.get(name), list):
            return len(parameters[name])
    return None
