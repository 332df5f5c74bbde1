# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose credentials sign: many accounts × Regions at once, sessions that end all the time, faults all the way.

A request of a member account has nothing in it that names the account but its signature. So each request says in a
header which account it is about, as the work knows it, and the local hub compares that with who signed. Modules that
work by `account_ids` have the account in each row, and in the ARNs that the service returns.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest import mock

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import credentials, sessions
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership import member_side
from faults import running
from faults.scenarios import ADMINISTRATOR, ADMINISTRATOR_ROLE, HUB, MEMBERSHIP, PIPELINE, STANDARDS, WAIT_TIMEOUT
from faults.scenarios import Scenario as Task
from local_hub.control import Hub

REGIONS = ("eu-west-1", "eu-central-1", "us-east-1", "eu-north-1", "ap-southeast-2")
HEADER = "X-Hub-About-Account"
PCI = "pci-dss/v/4.0.1"
KINDS = ("throttle", "error", "error_after", "lost_reply", "lost_request", "expired_session")
MOST_FAULTS = 300  # of a task; the hub looks through all of them for each call
SESSION = timedelta(seconds=0.5)  # how long a session of an hour is used
# How long one counts for the plugins: they take it again two minutes before its end.
MARGIN = timedelta(hours=1) - SESSION

ABOUT: ContextVar[str] = ContextVar("about", default=ADMINISTRATOR)


@dataclass
class Figures:
    """What came of a stress: what was compared, how many sessions and faults there were, and what was wrong."""

    pairs: int
    requests: int = 0
    rows: int = 0
    sessions: int = 0
    faults: int = 0
    wrongs: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.pairs:,} accounts \u00d7 Regions under {self.faults:,} faults, {self.sessions:,} sessions of "
            f"roles: {self.requests:,} requests and {self.rows:,} rows, {len(self.wrongs)} wrong."
        )


@contextlib.contextmanager
def labelled() -> Iterator[None]:
    """Let each request say which account it is about: that of the work, found apart from what signs."""
    original_map, original_client = member_side.MemberAccounts.map, sessions.AwsSession.client

    def labelled_map(self: Any, account_ids: Sequence[str], work: Callable[[str], Any]) -> Any:
        def work_about(account_id: str) -> Any:
            token = ABOUT.set(account_id)
            try:
                return work(account_id)
            finally:
                ABOUT.reset(token)

        return original_map(self, account_ids, work_about)

    def labelled_client(self: Any, service: str, region: str, config: Any) -> Any:
        sdk = original_client(self, service, region, config)
        sdk.meta.events.register("before-sign.securityhub", _label)
        return sdk

    with (
        mock.patch.object(member_side.MemberAccounts, "map", labelled_map),
        mock.patch.object(sessions.AwsSession, "client", labelled_client),
        mock.patch.object(credentials, "_MARGIN", MARGIN),
    ):
        yield


def _label(request: Any, **_more: Any) -> None:
    request.headers[HEADER] = ABOUT.get()


def stress(hub: Hub, accounts: int, regions: int, seed: int) -> Figures:
    """Onboard so many accounts, set their hubs and standards, and take them out again, all under faults."""
    draw = random.Random(seed)
    account_ids = [f"{number:012d}" for number in range(1, accounts + 1)]
    places = list(REGIONS[:regions])
    figures = Figures(accounts * regions)
    hub.reset()
    hub.seed(
        roles=[{"account_id": each, "role": f"team/{each}", "external_id": f"external-{each}"} for each in account_ids]
    )
    rows = [_row(each) for each in account_ids]
    fleet = {"members": rows, "regions": places, "assume_role_arn": ADMINISTRATOR_ROLE, "wait_timeout": WAIT_TIMEOUT}
    _run(hub, MEMBERSHIP, fleet, draw, figures, labels=True)
    _run(hub, MEMBERSHIP, fleet, None, figures, labels=True)  # what faults have left
    figures.wrongs += [f"{wrong} is not Enabled" for wrong in _not_enabled(hub, account_ids, places)]
    hub.seed(roles=[{"account_id": each, "role": "usual"} for each in account_ids])
    several = {
        "account_ids": account_ids, "member_role": "usual", "regions": places, "assume_role_arn": ADMINISTRATOR_ROLE
    }  # fmt: skip
    for module, more in ((HUB, {"tags": {"team": "security"}}), (STANDARDS, {"standards": [PCI]})):
        result = _run(hub, module, {**several, **more}, draw, figures, labels=False)
        _compare_rows(result.get("hubs", []), "hub_arn", figures)
        _compare_rows(result.get("standards", []), "standards_subscription_arn", figures)
    _run(hub, MEMBERSHIP, {**fleet, "state": "absent"}, draw, figures, labels=True)
    return figures


def _row(account_id: str) -> dict[str, str]:
    """A row with a role of its own, by its ARN for every other account."""
    name = f"team/{account_id}"
    arn = f"arn:aws:iam::{account_id}:role/{name}"
    role = arn if int(account_id) % 2 else name
    return {"account_id": account_id, "member_role": role, "member_role_external_id": f"external-{account_id}"}


def _run(
    hub: Hub, module: str, options: dict[str, Any], draw: random.Random | None, figures: Figures, labels: bool
) -> dict[str, Any]:
    """Run a module, under faults if any are drawn, and count what the hub saw."""
    hub.reset_counts()
    for _number in range(min(figures.pairs, MOST_FAULTS) if draw else 0):
        hub.fault(kind=draw.choice(KINDS), operation="*", times=1, after=draw.randrange(figures.pairs * 4))  # type: ignore[union-attr]
    with labelled() if labels else contextlib.nullcontext():
        outcome = running.run(hub, Task(module, module, options, ()))
    figures.faults += sum(fault["used"] for fault in hub.faults())
    hub.clear_faults()
    signed, taken = hub.counts()["signed"], hub.sessions()
    figures.requests += signed["right"] + sum(signed["wrong"].values())
    figures.sessions += len(taken)
    figures.wrongs += [f"{number} requests about {what}" for what, number in signed["wrong"].items()]
    figures.wrongs += [f"{each['role_arn']} was assumed by {each['caller']}" for each in taken if _is_stranger(each)]
    return dict(outcome.result)


def _is_stranger(session: dict[str, Any]) -> bool:
    """Whether a role was assumed by another account than the one that has to: the pipeline's first, then hers."""
    wanted = PIPELINE if session["role_arn"] == ADMINISTRATOR_ROLE else ADMINISTRATOR
    return f":{wanted}:" not in session["caller"]


def _compare_rows(rows: Sequence[dict[str, Any]], key: str, figures: Figures) -> None:
    figures.rows += len(rows)
    figures.wrongs += [f"a row of {row['account_id']} has {row[key]}" for row in rows if _of_another(row, key)]


def _of_another(row: dict[str, Any], key: str) -> bool:
    return f":{row['region']}:{row['account_id']}:" not in row[key]


def _not_enabled(hub: Hub, account_ids: Sequence[str], places: Sequence[str]) -> list[str]:
    members = hub.state()["members"][ADMINISTRATOR]
    return [
        f"{each} in {place}"
        for place in places
        for each in account_ids
        if members.get(place, {}).get(each, {}).get("member_status") != "Enabled"
    ]
