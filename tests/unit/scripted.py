# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account of Security Hub in one Region that answers as a script says, on a clock that only pauses move."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient

ENDPOINT = "https://securityhub.example"

# What a call can meet. A call that meets nothing is answered.
THROTTLE = "throttle"
NO_CONNECTION = "no connection"
LOST_REQUEST = "lost request"
LOST_REPLY = "lost reply"
ERROR = "error"
ERROR_AFTER = "error after the work"
DENIED = "denied"
NOT_FOUND = "not found"
INVALID = "invalid"
CONFLICT = "conflict"
HUB_OFF = "Account 111122223333 is not subscribed to AWS Security Hub"
AFTER_THE_WORK = (LOST_REPLY, ERROR_AFTER)

State = TypeVar("State")


def refuse(incident: str) -> None:
    """Raise what botocore raises when a call meets this."""
    if incident == NO_CONNECTION:
        raise ConnectTimeoutError(endpoint_url=ENDPOINT)
    if incident in (LOST_REQUEST, LOST_REPLY):
        raise ReadTimeoutError(endpoint_url=ENDPOINT)
    code, status = {
        THROTTLE: ("TooManyRequestsException", 429),
        DENIED: ("AccessDeniedException", 403),
        NOT_FOUND: ("ResourceNotFoundException", 404),
        INVALID: ("InvalidInputException", 400),
        CONFLICT: ("ResourceConflictException", 409),
        HUB_OFF: ("InvalidAccessException", 401),
    }.get(incident, ("InternalException", 500))
    raise error(code, status, incident)


def error(code: str, status: int, text: str) -> ClientError:
    """What botocore raises for an error of the service."""
    reply: Any = {"Error": {"Code": code, "Message": text}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(reply, "AnyOperation")


class Clock:
    """Stands in for the module time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


class ThreadClock(threading.local, Clock):
    """A clock for each thread, and so for each Region."""


class Scripted(Generic[State]):
    """A Region: the SDK's client.

    A read is tried once, so that each incident of a script is one failed read. incidents lists what the next calls of
    an operation meet, in order; lag is how many seconds reads are behind; sent are the writes that came in.
    """

    region = "eu-west-1"
    caller: str | None = None

    def __init__(self, clock: Clock, state: State) -> None:
        self.clock = clock
        self.history: list[tuple[float, State]] = [(float("-inf"), state)]
        self.incidents: dict[str, list[str]] = {}
        self.lag = 0.0
        self.sent: list[str] = []

    @property
    def client(self) -> RegionClient:
        """What the functions of `api` take."""
        return RegionClient(self.region, self, 1, account_id=lambda: self.caller)

    @property
    def state(self) -> State:
        """How it is now."""
        return self.history[-1][1]

    def become(self, state: State, after: float = 0) -> None:
        """Be another from now on, or in so many seconds."""
        self.history.append((self.clock.now + after, state))

    def seen(self) -> State:
        """How reads show it: what is younger than lag is not there yet."""
        return [state for moment, state in self.history if moment <= self.clock.now - self.lag][-1]

    def read(self, operation: str, answer: Callable[[], Any]) -> Any:
        """Answer a call that reads, or let it meet what the script says."""
        self._meet(operation)
        return answer()

    def write(self, operation: str, work: Callable[[], Any]) -> Any:
        """Do the work of a call that writes, or let it meet what the script says, before or after the work."""
        self.sent.append(operation)
        incident = self._meet(operation)
        answer = work()
        if incident:
            refuse(incident)
        return answer

    def _meet(self, operation: str) -> str:
        script = self.incidents.get(operation)
        incident = script.pop(0) if script else ""
        if incident and incident not in AFTER_THE_WORK:
            refuse(incident)
        return incident
