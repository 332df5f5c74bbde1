# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local Security Hub in the process of a test: the SDK's clients ask it without a network.

Requests are serialised, signed and parsed by botocore as ever; a handler of its event `before-send` answers them. Time
is that of a clock which the test moves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from io import BytesIO
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from . import clock
from .control import Hub, HubError
from .control_api import PREFIX
from .endpoint import Endpoint
from .protocol import Request
from .service import SecurityHub

URL = "http://hub.in-this-process.example"


class Clock:
    """A clock that only pauses move, for the service and for the code under test.

    Each context has its own time, so that the pauses of one Region take none of another's; it begins with the latest.
    What runs in a copy of a context, as the batches of one Region do, shares its time.
    """

    def __init__(self) -> None:
        self._own: ContextVar[list[float]] = ContextVar("own")
        self._latest = 1000.0
        self._events: list[tuple[float, Callable[[], object]]] = []
        self.pauses: list[float] = []

    @property
    def now(self) -> float:
        """The time of this context."""
        return self._time[0]

    @property
    def _time(self) -> list[float]:
        time = self._own.get(None)
        if time is None:
            time = [self._latest]
            self._own.set(time)
        return time

    def monotonic(self) -> float:
        """As in the module time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """As in the module time, and at once."""
        self.pauses.append(seconds)
        self._time[0] += seconds
        self._latest = max(self._latest, self.now)
        due = [event for event in self._events if event[0] <= self._latest]
        self._events = [event for event in self._events if event not in due]
        for _moment, happen in due:
            happen()

    def catch_up(self) -> None:
        """Let this context be where the latest is: it has waited for the others."""
        self._time[0] = self._latest

    def later(self, seconds: float, happen: Callable[[], object]) -> None:
        """Let something happen at the first pause that ends so many seconds from now."""
        self._events.append((self.now + seconds, happen))


class Body(BytesIO):
    """A reply's body as urllib3 gives it."""

    def stream(self, **_options: Any) -> Iterator[bytes]:
        """All of it."""
        yield self.read()


class Outage:
    """A while in which no connection is accepted, without a socket; it begins with the call that meets the fault."""

    def __init__(self) -> None:
        self._until = float("-inf")

    @property
    def is_on(self) -> bool:
        """Whether no connection is accepted."""
        return clock.monotonic() < self._until

    def begin(self, seconds: float) -> None:
        """Refuse connections for so long."""
        self._until = clock.monotonic() + seconds


class InProcessHub(Hub):
    """A local Security Hub that the clients of this process ask once it is attached to them."""

    def __init__(self) -> None:
        super().__init__(URL)
        self._endpoint = Endpoint()
        self._endpoint.hub.outage = Outage()  # type: ignore[assignment]

    @property
    def service(self) -> SecurityHub:
        """What holds all states."""
        return self._endpoint.hub

    def reset(self, **beginning: Any) -> None:
        """Forget everything, an outage too."""
        self._endpoint.hub.outage = Outage()  # type: ignore[assignment]
        super().reset(**beginning)

    def attach(self, target: Any) -> None:
        """Answer the requests of a client, or of all clients that a session makes from now on."""
        events = target.meta.events if hasattr(target, "meta") else target.get_component("event_emitter")
        events.register("before-send", self._respond)

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Answer the requests of all sessions that are made meanwhile."""
        make = botocore.session.Session.__init__

        def make_attached(session: Any, *arguments: Any, **more: Any) -> None:
            make(session, *arguments, **more)
            self.attach(session)

        with mock.patch.object(botocore.session.Session, "__init__", make_attached):
            yield

    def _respond(self, request: AWSPreparedRequest, **_more: Any) -> AWSResponse | None:
        """Return the service's response, None where another address is asked; raise what botocore does without one."""
        if not request.url.startswith(URL):
            return None
        reply = self._endpoint.answer(prepared(request))
        if reply is None and self._endpoint.hub.outage.is_on:
            raise EndpointConnectionError(endpoint_url=request.url)
        if reply is None:
            raise ConnectionClosedError(endpoint_url=request.url)
        return AWSResponse(request.url, reply.status, HeadersDict(dict(reply.headers)), Body(reply.body))

    def _request(self, method: str, path: str, body: Any = None) -> Any:
        if isinstance(clock.source, Clock):
            clock.source.catch_up()
        content = b"" if body is None else json.dumps(body).encode()
        reply = self._endpoint.control.handle(Request(method, PREFIX + path, {}, content))
        document = json.loads(reply.body)
        if reply.status != 200:
            raise HubError(f"{method} {path}: {document['error']}")
        return document


def prepared(request: AWSPreparedRequest) -> Request:
    """A request that botocore has prepared, as the hub reads it."""
    address = urlsplit(request.url)
    target = f"{address.path or '/'}?{address.query}" if address.query else address.path or "/"
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else body
    return Request(request.method, target, {"host": address.netloc, **_texts(request.headers)}, content)


def _texts(headers: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): value.decode() if isinstance(value, bytes) else str(value) for name, value in headers.items()}
