# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All other services, for the same accounts: the calls that matter here are ours, moto answers the others."""

from __future__ import annotations

from dataclasses import replace

from . import config_recorders
from .authorization import authorize
from .effects import FaultedCall
from .errors import ServiceError, expired, unknown_key
from .faults import CallFacts
from .identity import Caller, Scope
from .moto_bridge import Moto
from .protocol import Reply, Request
from .query_protocol import form, refusal
from .roles import RoleArn
from .service import SecurityHub

# Their keys are good whatever the Region that a client signs for.
GLOBAL_SERVICES = ("iam",)
# Calls on which faults act when they name the operation.
FAULTY = (
    "sts:AssumeRole",
    "sts:GetCallerIdentity",
    "ec2:DescribeRegions",
    "iam:ListAccountAliases",
    *(f"config:{name}" for name in config_recorders.OPERATIONS),
)


class OtherServices:
    """Everything that is not Security Hub."""

    def __init__(self, hub: SecurityHub) -> None:
        self._hub = hub
        self._callers = hub.callers
        self._moto = Moto()
        self._config_users: set[str] = set()

    def handle(self, request: Request, scope: Scope, action: str) -> Reply | None:
        """Answer a call to `scope.service`; None for no answer. `action` is its Action, empty where it has none."""
        try:
            return self._handle(request, scope, action)
        except ServiceError as error:
            return refusal(scope.service, error)

    def _handle(self, request: Request, scope: Scope, action: str) -> Reply | None:
        fields = form(request)
        if (scope.service, action) == ("sts", "AssumeRole"):
            self._hub.counts.assume_role(_role_account(fields), scope.region)
        caller = self._authenticate(scope)
        resource = fields.get("RoleArn", "")
        action = action or request.headers.get("x-amz-target", "").rpartition(".")[2]

        def work() -> Reply:
            if action:
                authorize(self._hub.store, caller, scope.service, f"{scope.service}:{action}", resource)
            return self._work(request, scope, action, caller, fields)

        if f"{scope.service}:{action}" not in FAULTY:
            return work()
        facts = CallFacts(
            action,
            scope.region,
            caller.account_id,
            named_ids=(_role_account(fields),),
            service=scope.service,
            is_session=caller.is_session,
        )
        acting, hub = self._hub.faults.select(facts), self._hub
        return FaultedCall(acting, action, scope, caller, resource, hub.counts, self._callers, hub.outage).run(work)

    def _authenticate(self, scope: Scope) -> Caller:
        caller = self._callers.find(scope)
        if caller is None:
            raise unknown_key(scope.service)
        if self._callers.is_expired(scope.access_key):
            raise expired(scope.service)
        if scope.service not in GLOBAL_SERVICES and self._hub.is_opted_out(caller.account_id, scope.region):
            raise unknown_key(scope.service)
        return caller

    def _work(self, request: Request, scope: Scope, action: str, caller: Caller, fields: dict[str, str]) -> Reply:
        if (scope.service, action) == ("sts", "GetCallerIdentity"):
            return self._hub.sts.get_caller_identity(caller)
        if (scope.service, action) == ("sts", "AssumeRole"):
            return self._hub.sts.assume_role(self._hub.store.roles, caller, scope.region, fields)
        if (scope.service, action) == ("ec2", "DescribeRegions"):
            return self._hub.store.regions.describe(caller.account_id, scope.region, fields)
        if scope.service == "config":
            return self._config(request, scope, action, caller.account_id)
        return self._ask_moto(request, action, caller)

    def _config(self, request: Request, scope: Scope, action: str, account_id: str) -> Reply:
        if action not in config_recorders.OPERATIONS:
            self._config_users.add(account_id)
            return self._moto.ask(request, account_id)
        # Moto takes its time, and has no recorders of an account that has made none.
        others = self._moto.ask(replace(request, body=b"{}"), account_id) if account_id in self._config_users else None
        recorders = self._hub.store.config_recorders
        return recorders.answer(action, account_id, scope.region, request, others)

    def _ask_moto(self, request: Request, action: str, caller: Caller) -> Reply:
        reply = self._moto.ask(request, caller.account_id)
        if action == "CreateServiceLinkedRole" and reply.status == 409:
            # IAM says InvalidInput here, and published scripts go by the status 400; moto says EntityAlreadyExists.
            raise ServiceError("InvalidInput", 400, "The service role name has been taken")
        return reply


def _role_account(fields: dict[str, str]) -> str:
    """The account of the role that is asked for; empty where none is."""
    arn = RoleArn.parse(fields.get("RoleArn", ""))
    return arn.account_id if arn else ""
