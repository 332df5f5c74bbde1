# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that can be switched on while the server runs, and which of them acts on a call."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .rate_limit import TokenBuckets

FAULT_MESSAGE = "The request is rejected because of a fault that is switched on."
# Per kind: the parameters that it takes, with their defaults; those with None must be given.
PARAMETERS: dict[str, dict[str, Any]] = {
    "throttle": {"code": "TooManyRequestsException", "status": 429, "message": "Rate exceeded"},
    "rate_limit": {
        "rate": 10,
        "burst": 30,
        "code": "TooManyRequestsException",
        "status": 429,
        "message": "Rate exceeded",
    },
    "error": {"code": "InternalException", "status": 500, "message": "Internal server error"},
    "error_after": {"code": "InternalException", "status": 500, "message": "Internal server error"},
    "lost_reply": {},
    "lost_request": {},
    "hang": {"seconds": None},
    "refuse_connection": {"seconds": None},
    "latency": {"seconds": None},
    "reject": {"account_ids": "all", "message": FAULT_MESSAGE},
    "reject_controls": {"controls": "all", "standards": "all", "code": "INVALID_INPUT", "message": FAULT_MESSAGE},
    "refuse_call": {"account_ids": "all", "code": "InvalidInputException", "status": 400, "message": FAULT_MESSAGE},
    "slow_visibility": {"seconds": None},
    "slow_standards": {"seconds": None},
    "slow_controls": {"seconds": None},
    "slow_parameters": {"seconds": None},
    "slow_hub": {"seconds": None},
    "standards_outcome": {"outcome": None, "standards": "all", "reason": ""},
    "not_opted_in": {},
    "access_denied": {"policy": "identity-based"},
    "endless_pages": {"pages": None},
    "quota": {"limit": 1000, "per_account": False},
    "expired_session": {},
    "sts_disabled": {},
    "sts_token_refused": {},
}
# What a fault acts on unless it says otherwise; `*` is every operation of Security Hub.
DEFAULT_OPERATIONS: dict[str, tuple[str, ...]] = {
    "sts_disabled": ("AssumeRole",),
    "sts_token_refused": ("AssumeRole", "GetCallerIdentity"),
}
# Per parameter: what it must be.
TYPES: dict[str, tuple[type, ...]] = {
    "code": (str,),
    "status": (int,),
    "message": (str,),
    "seconds": (int, float),
    "rate": (int, float),
    "burst": (int,),
    "account_ids": (list, str),
    "limit": (int,),
    "per_account": (bool,),
    "controls": (list, str),
    "pages": (str,),
    "policy": (str,),
    "outcome": (str,),
    "standards": (list, str),
    "reason": (str,),
}
# Faults that make something take longer than the call.
DELAYS = ("slow_visibility", "slow_standards", "slow_controls", "slow_parameters", "slow_hub")
CONTROL_CODES = ("INVALID_INPUT", "ACCESS_DENIED", "NOT_FOUND", "RESOURCE_NOT_FOUND", "LIMIT_EXCEEDED")
# Per parameter: the values that it can have.
CHOICES = {
    "outcome": ("PENDING", "READY", "INCOMPLETE", "FAILED"),
    "pages": ("alternating", "empty"),
    "policy": ("identity-based", "service control"),
}
# Conditions last until they are cleared, events happen once, unless `times` says otherwise.
CONDITIONS = frozenset(
    {
        "rate_limit",
        "latency",
        *DELAYS,
        "standards_outcome",
        "reject",
        "reject_controls",
        "refuse_call",
        "not_opted_in",
        "access_denied",
        "endless_pages",
        "quota",
        "sts_disabled",
        "sts_token_refused",
    }
)
# These act beside others; of the rest, only the first that matches acts on a call.
COMBINING = frozenset({*DELAYS, "latency", "standards_outcome"})
MATCHERS = ("operation", "region", "account_id")


@dataclass(frozen=True)
class CallFacts:
    """What faults go by: operation, Region, the caller's account, accounts that are named, service, kind of caller."""

    operation: str
    region: str
    account_id: str
    named_ids: tuple[str, ...] = ()
    service: str = "securityhub"
    is_session: bool = False


@dataclass
class Fault:
    """One fault: on which calls it acts, how often, and what it does."""

    kind: str
    match: dict[str, tuple[str, ...]]
    times: int | None
    after: int
    parameters: dict[str, Any]
    given: frozenset[str] = frozenset()
    let_through: int = 0
    used: int = 0
    buckets: TokenBuckets = field(default_factory=TokenBuckets)

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> Fault:
        """Read a fault as POST /_hub/faults takes it. Raises ValueError or TypeError on anything unknown."""
        kind = fields.get("kind")
        if not isinstance(kind, str) or kind not in PARAMETERS:
            raise ValueError(f"kind can be {', '.join(PARAMETERS)}, not {kind!r}")
        known = {"kind", "times", "after", *MATCHERS, *PARAMETERS[kind]}
        unknown = sorted(set(fields) - known)
        if unknown:
            raise ValueError(f"a fault of kind {kind} has no {', '.join(unknown)}")
        parameters = {name: fields.get(name, default) for name, default in PARAMETERS[kind].items()}
        for name, value in parameters.items():
            if not isinstance(value, TYPES[name]):
                raise TypeError(f"{name} of a fault of kind {kind} cannot be {value!r}")
        if parameters.get("rate", 1) <= 0 or parameters.get("burst", 1) < 1:
            raise ValueError("rate must be more than 0, and burst at least 1")
        choices = {**CHOICES, "code": CONTROL_CODES} if kind == "reject_controls" else CHOICES
        for name in sorted(set(parameters) & set(choices)):
            if parameters[name] not in choices[name]:
                raise ValueError(f"{name} can be {', '.join(choices[name])}, not {parameters[name]!r}")
        return cls(
            kind=kind,
            match={name: _names(name, fields.get(name, _default_match(kind, name))) for name in MATCHERS},
            times=_count("times", fields.get("times", None if kind in CONDITIONS else 1), none_allowed=True),
            after=_count("after", fields.get("after", 0)) or 0,
            parameters=parameters,
            given=frozenset(fields),
        )

    def matches(self, call: CallFacts) -> bool:
        """Whether this call is one of those that it is about."""
        if self.kind == "refuse_call" and not any(map(self.concerns, call.named_ids)):
            return False
        if self.kind == "expired_session" and not call.is_session:
            return False
        if self.match["operation"] == ("*",) and call.service != "securityhub":
            return False
        return all(names == ("*",) or getattr(call, name) in names for name, names in self.match.items())

    def concerns(self, account_id: str) -> bool:
        """Whether an account is one of its `account_ids`."""
        account_ids = self.parameters["account_ids"]
        return account_ids == "all" or account_id in account_ids

    def take(self, call: CallFacts) -> bool:
        """True when it acts on this call, which then is one of its `times`."""
        if not self.matches(call):
            return False
        if self.times is not None and self.used >= self.times:
            return False
        if self.let_through < self.after:
            self.let_through += 1
            return False
        if self.kind == "rate_limit" and self._within_limit(call):
            return False
        self.used += 1
        return True

    def _within_limit(self, call: CallFacts) -> bool:
        rate, burst = self.parameters["rate"], self.parameters["burst"]
        return self.buckets.take((call.account_id, call.region), rate, burst)

    def dump(self) -> dict[str, Any]:
        """As GET /_hub/faults shows it."""
        names = {name: names[0] if len(names) == 1 else list(names) for name, names in self.match.items()}
        limits = {"times": self.times, "after": self.after, "used": self.used}
        return {"kind": self.kind, **names, **limits, **self.parameters}


def _default_match(kind: str, field_name: str) -> tuple[str, ...]:
    return DEFAULT_OPERATIONS.get(kind, ("*",)) if field_name == "operation" else ("*",)


def _names(field_name: str, value: object) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not names or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{field_name} must be a text or a list of texts, not {value!r}")
    return tuple(names)


def _count(field_name: str, value: object, none_allowed: bool = False) -> int | None:
    if value is None and none_allowed:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{field_name} must be a whole number, not {value!r}")
    return value


@dataclass
class Acting:
    """What acts on one call: times in seconds, states that standards end in, and at most one other fault."""

    latency: float = 0.0
    delays: dict[str, float] = field(default_factory=dict)
    outcomes: list[Fault] = field(default_factory=list)
    fault: Fault | None = None

    def add(self, fault: Fault) -> None:
        """One more fault that acts on the call."""
        if fault.kind == "latency":
            self.latency += fault.parameters["seconds"]
        elif fault.kind in DELAYS:
            self.delays[fault.kind] = max(self.delay(fault.kind), fault.parameters["seconds"])
        elif fault.kind == "standards_outcome":
            self.outcomes.append(fault)
        else:
            self.fault = fault

    def delay(self, kind: str) -> float:
        """The seconds of a fault that delays something, 0 without it."""
        return self.delays.get(kind, 0.0)

    @property
    def kind(self) -> str:
        """The kind of the other fault, empty without one."""
        return self.fault.kind if self.fault else ""

    def parameter(self, name: str) -> Any:
        """A parameter of the other fault."""
        return self.fault.parameters[name] if self.fault else None


@dataclass
class Faults:
    """All faults that are switched on, in their order."""

    _faults: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, rows: list[Mapping[str, Any]]) -> None:
        """Append faults. One that is malformed raises ValueError or TypeError, and none is appended."""
        parsed = [Fault.parse(row) for row in rows]
        with self._lock:
            self._faults.extend(parsed)

    def clear(self) -> None:
        """Switch all off."""
        with self._lock:
            self._faults.clear()

    def dump(self) -> list[dict[str, Any]]:
        """All faults, with how often each has acted."""
        with self._lock:
            return [fault.dump() for fault in self._faults]

    def opted_out(self, region: str, account_id: str) -> bool:
        """Whether an account has not opted in to a Region, so that no service answers it there."""
        call = CallFacts("*", region, account_id)
        with self._lock:
            return any(fault.kind == "not_opted_in" and fault.matches(call) for fault in self._faults)

    def select(self, call: CallFacts) -> Acting:
        """Decide what acts on a call, and count it."""
        acting = Acting()
        with self._lock:
            for fault in self._faults:
                if fault.kind not in COMBINING and acting.fault:
                    continue
                if fault.take(call):
                    acting.add(fault)
        return acting
