# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One account at the local Security Hub in one Region, for the tests of what is sent and read again; and its faults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.session
from botocore.config import Config

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.tests.local_hub import clock
from ansible_collections.multiaccount.aws.tests.local_hub.control import SECRET_KEY, access_key
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import InProcessHub
from ansible_collections.multiaccount.aws.tests.local_hub.model import ALWAYS, Member
from ansible_collections.multiaccount.aws.tests.unit.support import REGION

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})
READS = ("Get", "List", "Describe")
TIME = "2026-01-31T08:15:30.123Z"

Fault = dict[str, Any]


def refusal(code: str, status: int, message: str) -> Fault:
    """An error of the service before any work."""
    return {"kind": "error", "code": code, "status": status, "message": message}


# What a call can meet.
THROTTLE: Fault = {"kind": "throttle"}
NO_CONNECTION: Fault = {"kind": "refuse_connection", "seconds": 1e-9}
LOST_REQUEST: Fault = {"kind": "lost_request"}
LOST_REPLY: Fault = {"kind": "lost_reply"}
ERROR: Fault = {"kind": "error"}
ERROR_AFTER: Fault = {"kind": "error_after"}
DENIED = refusal("AccessDeniedException", 403, "denied")
NOT_FOUND = refusal("ResourceNotFoundException", 404, "not found")
INVALID = refusal("InvalidInputException", 400, "invalid")
CONFLICT = refusal("ResourceConflictException", 409, "conflict")
HUB_OFF = refusal("InvalidAccessException", 401, "Account 111122223333 is not subscribed to AWS Security Hub")
NOTHING: Fault = {}


class Account:
    """What the functions of `api` take for a client. A read is tried once, so that each incident is one failed read.

    incidents lists what the next calls of an operation meet, in order; before is called ahead of an operation; calls
    are the requests that were sent, by operation, and sent are the names of those that write.
    """

    def __init__(self, hub: InProcessHub, account_id: str, region: str = REGION) -> None:
        session = botocore.session.Session()
        session.set_credentials(access_key(account_id), SECRET_KEY)
        self.hub, self.account_id, self.region = hub, account_id, region
        self.sdk = session.create_client("securityhub", region_name=region, endpoint_url=hub.url, config=ONCE)
        self.sdk.meta.events.register("provide-client-params", self._begin)
        self.incidents: dict[str, list[Fault]] = {}
        self.before: dict[str, Callable[[], object]] = {}
        self.calls: dict[str, list[dict[str, Any]]] = {}
        self.sent: list[str] = []

    @property
    def client(self) -> RegionClient:
        return RegionClient(self.region, self.sdk, read_attempts=1, account_id=lambda: self.account_id)

    def _begin(self, params: dict[str, Any], model: Any, **_more: Any) -> None:
        self.calls.setdefault(model.name, []).append(params)
        if not model.name.startswith(READS):
            self.sent.append(model.name)
        if model.name in self.before:
            self.before[model.name]()
        script = self.incidents.get(model.name)
        incident = script.pop(0) if script else NOTHING
        if incident:
            self.hub.fault(operation=model.name, account_id=self.account_id, times=1, **incident)

    def see_late(self, seconds: float) -> None:
        """Let all reads be so many seconds behind."""
        self.hub.fault(kind="slow_visibility", seconds=seconds)

    def put_member(self, administrator_id: str, account_id: str, status: str | None, when: float | None = None) -> None:
        """Have a status in an administrator's list since a time, now by default; None for none."""
        place, since = (administrator_id, self.region), clock.monotonic() if when is None else when
        member = Member(account_id, status, TIME, invitation_id=f"of-{administrator_id}") if status else None
        self.hub.service.store.put_member(place, account_id, member, since)

    def put_members(self, administrator_id: str, statuses: dict[str, str]) -> None:
        """Have had these statuses for ever."""
        for account_id, status in statuses.items():
            self.put_member(administrator_id, account_id, status, ALWAYS)

    def turn_on(self) -> None:
        """Have Security Hub enabled."""
        self.hub.seed(hubs=[{"account_id": self.account_id, "region": self.region}])
