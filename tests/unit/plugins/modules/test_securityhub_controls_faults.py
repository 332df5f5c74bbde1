# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""securityhub_controls with calls that fail: nothing is lost, nothing is claimed that was not seen or said."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_controls as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock
from ansible_collections.multiaccount.aws.tests.unit.controls import (
    ASSOCIATIONS,
    CIS,
    DEFINITIONS,
    FSBP,
    PARAMETERS,
    SET,
    STANDARDS,
    UPDATE,
    control_reasons,
    control_rows,
    controls_at_server,
    seed_controls,
)
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    CARRIED_OUT,
    INCIDENTS,
    THREE,
    failures,
    run_at,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION, ModuleRun

DAYS = {"control_id": "ACM.1", "parameters": {"daysToExpiration": 15}, "state": "enabled"}
ALL: list[Any] = ["IAM.6", "EC2.1", DAYS]
OFF = {"state": "disabled", "reason": "Not here"}
THEN = (
    {FSBP: {"IAM.6": "Not here", "EC2.1": "Not here"}, CIS: {"IAM.6": "Not here"}},
    {"ACM.1": {"daysToExpiration": {"Integer": 15}}},
)


def manage(hub: Hub, controls: Any = None, **options: Any) -> ModuleRun:
    return run_at(hub, module, controls=ALL if controls is None else controls, **{**OFF, **options})


@pytest.fixture(autouse=True)
def _seed(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {}, CIS: {}}, regions=THREE)


@pytest.mark.parametrize("operation", [UPDATE, SET])
@pytest.mark.parametrize("kind", INCIDENTS)
def test_controls_one_incident_of_a_write(hub: Hub, operation: str, kind: str) -> None:
    hub.fault(kind=kind, operation=operation, times=1)
    run = manage(hub)
    assert not run.failed, run.result["msg"]
    assert run.result["changed"]
    assert controls_at_server(hub) == THEN
    assert {row["control_id"]: row["actions"] for row in run.result["controls"]} == {
        "IAM.6": ["disable"], "EC2.1": ["disable"], "ACM.1": ["set_parameters"],
    }  # fmt: skip
    assert writes(hub)[operation] == (1 if kind in CARRIED_OUT else 2)


def test_controls_everything_that_can_happen_to_a_write(hub: Hub) -> None:
    for operation in (UPDATE, SET):
        for kind, times in (("throttle", 5), ("error", 1), ("lost_reply", 1)):
            hub.fault(kind=kind, operation=operation, times=times)
    run = manage(hub)
    assert not run.failed, run.result["msg"]
    assert [fault["used"] for fault in hub.faults()] == [5, 1, 1] * 2
    hub.clear_faults()
    hub.reset_counts()
    assert not manage(hub).result["changed"]
    assert writes(hub) == {}


@pytest.mark.parametrize("operation", [UPDATE, SET])
@pytest.mark.parametrize("kind", CARRIED_OUT)
def test_controls_lost_reply_while_reads_are_late(hub: Hub, operation: str, kind: str) -> None:
    hub.fault(kind="slow_visibility", seconds=0.5)
    hub.fault(kind=kind, operation=operation)
    run = manage(hub)
    assert not run.failed, run.result["msg"]
    assert run.result["changed"]
    assert controls_at_server(hub) == THEN


def test_controls_not_visible_in_time_are_unconfirmed(hub: Hub, clock: Clock) -> None:
    hub.fault(kind="slow_visibility", seconds=600)
    run = manage(hub, wait_timeout=5)
    assert control_reasons(run.result) == dict.fromkeys(["IAM.6", "EC2.1", "ACM.1"], "unconfirmed")
    assert run.result["changed"]
    assert set(writes(hub).values()) == {1}
    assert sum(clock.pauses) == pytest.approx(5)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("throttle", "TooManyRequestsException"),
        ("error", "InternalException"),
        ("lost_request", "ConnectionClosedError"),
    ],
)
def test_controls_endless_failure_of_a_write_ends_after_the_attempts(hub: Hub, kind: str, code: str) -> None:
    hub.fault(kind=kind, operation=UPDATE, times=None)
    run = manage(hub, diff=True)
    assert failures(run.result) == {REGION: code}
    assert f"{UPDATE}, called by account {ADMINISTRATOR}, failed in {REGION} with {code}: " in run.result["msg"]
    assert writes(hub) == {UPDATE: retry.SEND_ATTEMPTS}
    assert run.result["changed"] == (kind != "throttle")


def test_controls_failure_midway_keeps_what_was_done(hub: Hub) -> None:
    hub.fault(kind="access_denied", operation=SET)
    run = manage(hub)
    assert failures(run.result) == {REGION: "AccessDeniedException"}
    assert f"Allow securityhub:{SET} in the caller's IAM policy" in run.result["msg"]
    assert run.result["changed"]
    assert control_reasons(run.result) == {"ACM.1": "not_attempted"}
    assert control_rows(run.result)["IAM.6"]["state"] == "DISABLED"


@pytest.mark.parametrize("operation", [STANDARDS, DEFINITIONS, ASSOCIATIONS, PARAMETERS, UPDATE])
def test_controls_access_denied_in_one_region_of_three(hub: Hub, operation: str) -> None:
    hub.fault(kind="access_denied", region=THREE[1], operation=operation)
    run = manage(hub, regions=THREE, diff=True)
    assert failures(run.result) == {THREE[1]: "AccessDeniedException"}
    assert f"Allow securityhub:{operation} in the caller's IAM policy" in run.result["msg"]
    assert [controls_at_server(hub, region) == THEN for region in THREE] == [True, False, True]


@pytest.mark.parametrize("kind", CARRIED_OUT)
def test_controls_a_write_that_may_have_been_done_and_nothing_can_be_read_any_more(hub: Hub, kind: str) -> None:
    hub.fault(kind=kind, operation=UPDATE)
    hub.fault(kind="access_denied", operation=ASSOCIATIONS, after=1)
    run = manage(hub, ["IAM.6"])
    assert failures(run.result) == {REGION: "AccessDeniedException"}
    assert run.result["changed"]
    assert run.result["controls"] == []
    assert writes(hub) == {UPDATE: 1}


def test_controls_reads_are_repeated(hub: Hub) -> None:
    for operation in (STANDARDS, DEFINITIONS, ASSOCIATIONS, PARAMETERS):
        hub.fault(kind="throttle", operation=operation, times=5)
        hub.fault(kind="lost_reply", operation=operation)
    assert not manage(hub, check=True).failed
    assert hub.counts()["calls"] == {STANDARDS: 7, DEFINITIONS: 8, ASSOCIATIONS: 7, PARAMETERS: 7}


def test_controls_batch_that_is_refused_as_a_whole_is_narrowed_down(hub: Hub) -> None:
    hub.fault(kind="error", operation=UPDATE, code="InvalidInputException", status=400, message="One is wrong", times=2)
    run = manage(hub, ["IAM.6", "EC2.1", "EC2.2", "EC2.6"])
    assert run.failed == bool(control_reasons(run.result))
    assert writes(hub)[UPDATE] > 2
    assert set(control_reasons(run.result).values()) <= {"rejected"}
    assert len(control_reasons(run.result)) <= 1


def test_controls_refusal_that_concerns_all_stops_narrowing(hub: Hub) -> None:
    hub.fault(kind="error", operation=UPDATE, code="InvalidInputException", status=400, message="No", times=None)
    run = manage(hub, [], others="disabled")
    assert set(control_reasons(run.result).values()) == {"rejected"}
    assert len(control_reasons(run.result)) > 40
    assert writes(hub)[UPDATE] < 10
    assert not run.result["changed"]


@pytest.mark.parametrize("code", ["InvalidInputException", "ResourceNotFoundException"])
def test_controls_parameters_that_the_service_refuses_stop_no_other(hub: Hub, clock: Clock, code: str) -> None:
    hub.fault(kind="error", operation=SET, code=code, status=400, message="Not this one", times=1)
    run = manage(hub, [DAYS, {"control_id": "EC2.4", "parameters": {"AllowedDays": 20}, "state": "enabled"}])
    assert control_reasons(run.result) == {"ACM.1": "rejected"}
    assert control_rows(run.result)["EC2.4"]["actions"] == ["set_parameters"]
    assert writes(hub) == {SET: 2}
