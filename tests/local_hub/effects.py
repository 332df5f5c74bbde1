# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fault that acts on a call does to it: before its work, in place of it, or afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import clock
from .counts import Counts
from .errors import CODES, ServiceError, denied, expired, unknown_key
from .faults import Acting
from .identity import Caller, Callers, Scope
from .outage import Outage
from .protocol import Reply

BEFORE_WORK = frozenset(
    {
        "throttle",
        "rate_limit",
        "error",
        "lost_request",
        "hang",
        "refuse_connection",
        "not_opted_in",
        "access_denied",
        "refuse_call",
        "expired_session",
        "sts_disabled",
        "sts_token_refused",
    }
)
AFTER_WORK = frozenset({"error_after", "lost_reply"})


@dataclass(frozen=True)
class FaultedCall:
    """One call, who makes it, and what acts on it. `resource` is the ARN that a denial names, empty for none."""

    acting: Acting
    operation: str
    scope: Scope
    caller: Caller
    resource: str
    counts: Counts
    callers: Callers
    outage: Outage

    def run(self, work: Callable[[], Reply]) -> Reply | None:
        """The answer, None where the connection is to be closed without one. Raises ServiceError."""
        if self.acting.latency:
            clock.sleep(self.acting.latency)
        if self.acting.kind in BEFORE_WORK:
            self.counts.fault(self.operation)
            return self._instead()
        reply = work()
        if self.acting.kind in AFTER_WORK:
            self.counts.fault(self.operation)
            self._raise_if_error()
            return None
        return reply

    def _instead(self) -> Reply | None:
        if self.acting.kind == "hang":
            clock.sleep(self.acting.parameter("seconds"))
            return None
        if self.acting.kind == "refuse_connection":
            self.outage.begin(self.acting.parameter("seconds"))
            return None
        if self.acting.kind == "expired_session":
            self.callers.expire(self.scope.access_key)
        own_words = {
            "not_opted_in": unknown_key,
            "sts_token_refused": unknown_key,
            "expired_session": expired,
        }.get(self.acting.kind)
        if own_words:
            raise own_words(self.scope.service)
        if self.acting.kind == "access_denied":
            action = f"{self.scope.service}:{self.operation}"
            policy = self.acting.parameter("policy")
            raise denied(self.scope.service, self.caller.arn, action, self.resource, policy)
        if self.acting.kind == "sts_disabled":
            raise _sts_disabled(self.caller.account_id)
        self._raise_if_error()
        return None

    def _raise_if_error(self) -> None:
        """Raise the error of a fault that is one; a lost request or reply is none."""
        fault = self.acting.fault
        if fault is None or "code" not in fault.parameters:
            return
        code, status = fault.parameters["code"], fault.parameters["status"]
        if "code" not in fault.given:
            code, status = CODES.get((fault.kind, self.scope.service), (code, status))
        raise ServiceError(code, status, fault.parameters["message"])


def _sts_disabled(account_id: str) -> ServiceError:
    return ServiceError(
        "RegionDisabledException",
        403,
        f"STS is not activated in this region for account:{account_id}. "
        "Your account administrator can activate STS in this region using the IAM Console.",
    )
