# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""securityhub_standards with calls that fail: nothing is lost, nothing is claimed that was not seen or said."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_standards,
)
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_standards as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    CARRIED_OUT,
    INCIDENTS,
    MEMBER,
    OTHER_MEMBER,
    THREE,
    deny_reading,
    failures,
    run_at,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.standards import (
    DISABLE,
    ENABLE,
    GET,
    NIST,
    OFFER,
    PCI,
    Statuses,
    seed_standards,
    shown_standards,
    standards_at_server,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
)


def manage(hub: Hub, *standards: str, account_id: str = ADMINISTRATOR, **options: Any) -> ModuleRun:
    return run_at(hub, module, account_id=account_id, standards=list(standards), **options)


PRESENT: dict[str, Any] = {}
ABSENT: dict[str, Any] = {"state": "absent"}
PURGE: dict[str, Any] = {"purge_standards": True}
# statuses now, standards, options, call that writes
WRITES: list[tuple[Statuses, list[str], dict[str, Any], str]] = [
    ({}, [PCI], PRESENT, ENABLE),
    ({PCI: "FAILED"}, [PCI, NIST], PRESENT, ENABLE),
    ({PCI: "READY"}, [NIST], PURGE, DISABLE),
    ({PCI: "READY"}, [PCI], ABSENT, DISABLE),
]


@pytest.mark.parametrize(("now", "standards", "options", "operation"), WRITES)
def test_everything_that_can_happen_to_a_write(
    hub: Hub, now: Statuses, standards: list[str], options: dict[str, Any], operation: str
) -> None:
    seed_standards(hub, now)
    for kind, times in (("throttle", 5), ("error", 1), ("lost_reply", 1)):
        hub.fault(kind=kind, operation=operation, times=times)
    run = manage(hub, *standards, **options)
    assert not run.failed
    assert run.result["changed"]
    assert [fault["used"] for fault in hub.faults()] == [5, 1, 1]
    hub.clear_faults()
    hub.reset_counts()
    assert not manage(hub, *standards, **options).result["changed"]
    assert writes(hub) == {}


@pytest.mark.parametrize(("now", "standards", "options", "operation"), WRITES)
@pytest.mark.parametrize("kind", INCIDENTS)
def test_one_incident(
    hub: Hub, now: Statuses, standards: list[str], options: dict[str, Any], operation: str, kind: str
) -> None:
    seed_standards(hub, now)
    hub.fault(kind=kind, operation=operation, times=1)
    run = manage(hub, *standards, **options)
    assert not run.failed
    assert run.result["changed"]
    assert writes(hub)[operation] == (1 if kind in CARRIED_OUT else 2)


@pytest.mark.parametrize(("now", "standards", "options", "operation"), WRITES)
@pytest.mark.parametrize("kind", CARRIED_OUT)
def test_a_reply_that_is_lost_while_reads_are_late(
    hub: Hub, now: Statuses, standards: list[str], options: dict[str, Any], operation: str, kind: str
) -> None:
    seed_standards(hub, now)
    hub.fault(kind="slow_visibility", seconds=0.5)
    hub.fault(kind=kind, operation=operation)
    run = manage(hub, *standards, **options)
    assert not run.failed, run.result["msg"]
    assert run.result["changed"]


@pytest.mark.parametrize(("now", "standards", "options"), [row[:3] for row in WRITES])
def test_what_is_not_visible_in_time_is_unconfirmed(
    hub: Hub, clock: Clock, now: Statuses, standards: list[str], options: dict[str, Any]
) -> None:
    seed_standards(hub, now)
    hub.fault(kind="slow_visibility", seconds=600)
    run = manage(hub, *standards, **options, wait_timeout=5)
    assert failures(run.result) in ({REGION: "unconfirmed"}, {REGION: "standards_failed"})
    assert run.result["changed"]
    assert set(writes(hub).values()) == {1}
    assert sum(clock.pauses) == pytest.approx(5)


@pytest.mark.parametrize(("now", "standards", "options", "operation"), WRITES)
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("throttle", "TooManyRequestsException"),
        ("error", "InternalException"),
        ("lost_request", "ConnectionClosedError"),
    ],
)
def test_endless_failure_of_a_write_ends_after_the_attempts(
    hub: Hub, now: Statuses, standards: list[str], options: dict[str, Any], operation: str, kind: str, code: str
) -> None:
    seed_standards(hub, now)
    hub.fault(kind=kind, operation=operation, times=None)
    run = manage(hub, *standards, **options, diff=True)
    assert failures(run.result) == {REGION: code}
    assert f"{operation}, called by account {ADMINISTRATOR}, failed in {REGION} with {code}: " in run.result["msg"]
    assert writes(hub)[operation] == retry.SEND_ATTEMPTS
    assert run.result["changed"] == (kind != "throttle" or standards_at_server(hub) != now)
    assert run.result["diff"]["after"] == {REGION: standards_at_server(hub)}


@pytest.mark.parametrize("operation", [GET, OFFER, ENABLE])
def test_access_denied_in_one_region_of_three(hub: Hub, operation: str) -> None:
    seed_standards(hub, {}, THREE)
    hub.fault(kind="access_denied", region=THREE[1], operation=operation)
    run = manage(hub, PCI, regions=THREE, diff=True)
    assert failures(run.result) == {THREE[1]: "AccessDeniedException"}
    assert f"Allow securityhub:{operation} in the caller's IAM policy" in run.result["msg"]
    assert run.result["msg"].startswith("1 of 3 Regions failed. ")
    assert [row["region"] for row in run.result["standards"]] == [THREE[0], THREE[2]]
    assert list(run.result["diff"]["before"]) == ([THREE[0], THREE[2]] if operation == GET else THREE)
    assert standards_at_server(hub, THREE[1]) == {}


def test_failure_midway_keeps_what_was_done(hub: Hub) -> None:
    seed_standards(hub, {NIST: "READY"})
    hub.fault(kind="access_denied", operation=DISABLE)
    run = manage(hub, PCI, purge_standards=True)
    assert failures(run.result) == {REGION: "AccessDeniedException"}
    assert run.result["changed"]
    assert shown_standards(run.result) == {NIST: "READY", PCI: "READY"}


@pytest.mark.parametrize("kind", CARRIED_OUT)
def test_a_write_that_may_have_been_done_and_nothing_can_be_read_any_more(hub: Hub, kind: str) -> None:
    seed_standards(hub, {})
    hub.fault(kind=kind, operation=ENABLE)
    hub.fault(kind="access_denied", operation=GET, after=1)
    run = manage(hub, PCI)
    assert failures(run.result) == {REGION: "AccessDeniedException"}
    assert run.result["changed"]
    assert writes(hub) == {ENABLE: 1}


def test_reads_are_repeated(hub: Hub) -> None:
    seed_standards(hub, {})
    for operation in (GET, OFFER):
        hub.fault(kind="throttle", operation=operation, times=5)
        hub.fault(kind="lost_reply", operation=operation)
    assert not manage(hub, PCI).failed
    assert hub.counts()["calls"] == {GET: 8, OFFER: 7, ENABLE: 1}


def test_role_of_one_account_that_cannot_be_assumed(hub: Hub) -> None:
    seed_standards(hub, {}, account_id=MEMBER)
    hub.seed(denied_roles=[OTHER_MEMBER])
    run = manage(hub, PCI, account_ids=[MEMBER, OTHER_MEMBER], member_role="admin")
    assert run.failed
    assert [row["account_id"] for row in run.result["failed_accounts"]] == [OTHER_MEMBER]
    assert [row["account_id"] for row in run.result["standards"]] == [MEMBER]


@pytest.mark.parametrize(
    ("held", "options"),
    [
        ([NIST], {"standards": [PCI], "purge_standards": True}),
        ([PCI, NIST], {"standards": [PCI], "state": "absent"}),
    ],
)
def test_standards_that_are_not_read_after_a_lost_response_have_no_row(
    hub: Hub, held: list[str], options: dict[str, Any]
) -> None:
    hub.seed(hubs=[{"account_id": MEMBER, "region": REGION, "standards": held}])
    hub.fault(kind="lost_reply", operation=["BatchEnableStandards", "BatchDisableStandards"])
    deny_reading(hub, "GetEnabledStandards", after=1)
    run = run_at(hub, securityhub_standards, account_id=MEMBER, diff=True, **options)
    assert (run.result["changed"], failures(run.result)) == (True, {REGION: "AccessDeniedException"})
    assert run.result["standards"] == []
    assert run.result["diff"]["after"] == {}
