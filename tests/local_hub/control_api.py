# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API under /_hub/: JSON over HTTP, without authentication, for tests and demonstrations."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .protocol import Reply, Request, json_reply
from .seeding import seed
from .service import SecurityHub

PREFIX = "/_hub/"
DONE = {"status": "ok"}


class ControlApi:
    """Looks into the service, and turns its switches."""

    def __init__(self, hub: SecurityHub) -> None:
        self._hub = hub
        self._routes: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "health"): lambda _body: DONE,
            ("POST", "reset"): self._reset,
            ("POST", "seed"): self._seed,
            ("GET", "state"): lambda _body: hub.store.dump(),
            ("GET", "counts"): lambda _body: hub.counts.dump(),
            ("POST", "counts/reset"): self._reset_counts,
            ("GET", "sessions"): lambda _body: {"sessions": hub.sts.sessions},
            ("GET", "faults"): lambda _body: {"faults": hub.faults.dump()},
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "switches"): lambda _body: hub.switches.dump(),
            ("POST", "switches"): self._set_switches,
        }

    def handle(self, request: Request) -> Reply:
        """Answer one request; 400 with an `error` that says what is wrong with it, 404 for an unknown path."""
        route = self._routes.get((request.method, request.path[len(PREFIX) :].strip("/")))
        if route is None:
            known = ", ".join(f"{method} {PREFIX}{path}" for method, path in self._routes)
            return json_reply(404, {"error": f"no {request.method} {request.path}; there is {known}"})
        try:
            body = json.loads(request.body) if request.body else {}
            with self._hub.lock:
                return json_reply(200, route(body))
        except (ValueError, TypeError, AttributeError) as error:
            return json_reply(400, {"error": str(error)})

    def _reset(self, body: Any) -> Any:
        self._hub.reset()
        seed(self._hub.store, body.get("seed", {}))
        self._hub.faults.add(body.get("faults", []))
        return DONE

    def _seed(self, body: Any) -> Any:
        seed(self._hub.store, body)
        return DONE

    def _reset_counts(self, _body: Any) -> Any:
        self._hub.reset_counts()
        return DONE

    def _add_faults(self, body: Any) -> Any:
        self._hub.faults.add(body if isinstance(body, list) else [body])
        return {"faults": self._hub.faults.dump()}

    def _clear_faults(self, _body: Any) -> Any:
        self._hub.faults.clear()
        return DONE

    def _set_switches(self, body: Any) -> Any:
        self._hub.switches.set(body)
        return self._hub.switches.dump()
