# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hub of a Region: sending, and reading again, against an account that answers as a script says."""

from __future__ import annotations

from dataclasses import astuple, replace
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub import apply as hub_apply
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import (
    DesiredHub,
    plan_hub_absent,
    plan_hub_present,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Hub, StateChange
from ansible_collections.multiaccount.aws.tests.local_hub import hubs
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock, InProcessHub
from ansible_collections.multiaccount.aws.tests.local_hub.model import ALWAYS
from ansible_collections.multiaccount.aws.tests.local_hub.model import Hub as HubRecord
from ansible_collections.multiaccount.aws.tests.unit.account import (
    CONFLICT,
    DENIED,
    ERROR,
    ERROR_AFTER,
    HUB_OFF,
    LOST_REPLY,
    LOST_REQUEST,
    NO_CONNECTION,
    NOTHING,
    THROTTLE,
    TIME,
    Account,
    Fault,
    refusal,
)
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION

ENABLE, UPDATE, DISABLE = "EnableSecurityHub", "UpdateSecurityHubConfiguration", "DisableSecurityHub"
TAG, UNTAG, DESCRIBE = "TagResource", "UntagResource", "DescribeHub"
ARN = "arn:aws:securityhub:eu-west-1:999988887777:hub/default"
ON = Hub(ARN, TIME, True, "SECURITY_CONTROL", {})
OWN = {"aws:cloudformation:stack-name": "hubs"}
PLACE = (ADMINISTRATOR, REGION)


class HubAccount(Account):
    """The administrator; `state` is its hub, None for off."""

    def __init__(self, hub: InProcessHub, now: Hub | None) -> None:
        super().__init__(hub, ADMINISTRATOR)
        self.become(now, ALWAYS)

    def become(self, now: Hub | None, when: float) -> None:
        record = HubRecord(*astuple(now)) if now else None
        self.hub.service.store.put_hub(PLACE, record, when)

    @property
    def state(self) -> Hub | None:
        now = self.hub.service.store.look().hub(PLACE)
        return Hub(*astuple(now)[:5]) if now else None


@pytest.fixture(autouse=True)
def _one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each hub be enabled at the same time."""
    monkeypatch.setattr(hubs, "timestamp", lambda: TIME)


def reconcile(account: Any, desired: DesiredHub | None, check_mode: bool = False) -> Any:
    """Bring the hub to its desired state, None for disabled; tags are read where they are asked for."""
    plan = plan_hub_absent if desired is None else lambda hub: plan_hub_present(desired, hub)
    return hub_apply.reconcile_hub(account.client, plan, asks_for_tags(desired), check_mode)


def asks_for_tags(desired: DesiredHub | None) -> bool:
    return desired is not None and desired.tags is not None


def as_read(hub: Hub | None, desired: DesiredHub | None) -> Hub | None:
    """How a result shows a hub: its tags only where they are asked for."""
    return hub if hub is None or asks_for_tags(desired) else replace(hub, tags=None)


TEAM, STAGE = {"team": "security"}, {"stage": "test"}
ALL = DesiredHub(False, "STANDARD_CONTROL", False, TEAM)

# hub now, desired (None: off), writes, hub afterwards
WAYS: list[tuple[Hub | None, DesiredHub | None, list[str], Hub | None]] = [
    (None, DesiredHub(), [ENABLE], ON),
    (None, DesiredHub(tags=TEAM), [ENABLE], replace(ON, tags=TEAM)),
    (None, ALL, [ENABLE, UPDATE], Hub(ARN, ON.subscribed_at, False, "STANDARD_CONTROL", TEAM)),
    (ON, ALL, [UPDATE, TAG], Hub(ARN, ON.subscribed_at, False, "STANDARD_CONTROL", TEAM)),
    (replace(ON, tags=TEAM), DesiredHub(tags=STAGE), [TAG, UNTAG], replace(ON, tags=STAGE)),
    (replace(ON, tags={**TEAM, **OWN}), DesiredHub(tags={}), [UNTAG], replace(ON, tags=OWN)),
    (ON, None, [DISABLE], None),
]
STEPS = [(now, desired, step, after) for now, desired, steps, after in WAYS for step in steps]


@pytest.mark.parametrize(("now", "desired", "writes", "after"), WAYS)
@pytest.mark.parametrize("lag", [0, 5, 12])
def test_each_way_with_reads_that_are_late(
    hub: InProcessHub, now: Hub | None, desired: DesiredHub | None, writes: list[str], after: Hub | None, lag: float
) -> None:
    account = HubAccount(hub, now)
    account.see_late(lag)
    found = reconcile(account, desired)
    assert found.error is None
    assert found.value == StateChange(as_read(now, desired), as_read(after, desired), changed=True)
    assert account.state == after
    assert account.sent == writes


@pytest.mark.parametrize(("now", "desired", "writes", "after"), WAYS)
def test_check_mode_writes_nothing_and_foresees_it(
    hub: InProcessHub, now: Hub | None, desired: DesiredHub | None, writes: list[str], after: Hub | None
) -> None:
    account = HubAccount(hub, now)
    found = reconcile(account, desired, check_mode=True)
    expected = after if now or after is None else replace(after, hub_arn=None, subscribed_at=None)
    change = StateChange(as_read(now, desired), as_read(expected, desired), changed=True)
    assert found == RegionResult(change)
    assert account.sent == []


@pytest.mark.parametrize(("now", "desired", "step", "after"), STEPS)
@pytest.mark.parametrize("incident", [THROTTLE, NO_CONNECTION, LOST_REQUEST, ERROR])
@pytest.mark.parametrize("times", [1, retry.SEND_ATTEMPTS - 1])
def test_what_was_not_carried_out_is_sent_again(
    hub: InProcessHub,
    now: Hub | None,
    desired: DesiredHub | None,
    step: str,
    after: Hub | None,
    incident: Fault,
    times: int,
) -> None:
    account = HubAccount(hub, now)
    account.incidents[step] = [incident] * times
    found = reconcile(account, desired)
    assert (found.error, found.value.after, found.value.changed) == (None, as_read(after, desired), True)
    assert account.sent.count(step) == times + 1


@pytest.mark.parametrize(("now", "desired", "step", "after"), STEPS)
@pytest.mark.parametrize("incident", [LOST_REPLY, ERROR_AFTER])
@pytest.mark.parametrize("lag", [0, 12])
def test_a_reply_that_is_lost_is_no_failure_even_where_it_is_seen_late(
    hub: InProcessHub,
    now: Hub | None,
    desired: DesiredHub | None,
    step: str,
    after: Hub | None,
    incident: Fault,
    lag: float,
) -> None:
    account = HubAccount(hub, now)
    account.incidents[step] = [incident]
    account.see_late(lag)
    found = reconcile(account, desired)
    assert (found.error, found.value.after, found.value.changed) == (None, as_read(after, desired), True)
    assert account.state == after
    if lag == 0 and step in (ENABLE, DISABLE):
        assert account.sent.count(step) == 1


@pytest.mark.parametrize(("now", "desired", "step", "_after"), STEPS)
@pytest.mark.parametrize(("incident", "in_doubt"), [(DENIED, False), (THROTTLE, False), (ERROR, True)])
def test_failure_returns_what_was_done_before_it(
    hub: InProcessHub,
    now: Hub | None,
    desired: DesiredHub | None,
    step: str,
    _after: Hub | None,
    incident: Fault,
    in_doubt: bool,
) -> None:
    account = HubAccount(hub, now)
    account.incidents[step] = [incident] * 100
    found = reconcile(account, desired)
    assert found.error is not None
    assert (found.value.before, found.value.after) == (as_read(now, desired), as_read(account.state, desired))
    assert found.value.changed == (in_doubt or account.state != now)


@pytest.mark.parametrize(("lag", "is_certain"), [(0, True), (10_000, False)])
@pytest.mark.parametrize(
    ("now", "desired", "steps"), [(now, desired, steps) for now, desired, steps, _after in WAYS if len(steps) > 1]
)
def test_what_was_taken_and_is_not_seen_after_a_failure_is_uncertain(
    hub: InProcessHub, now: Hub | None, desired: DesiredHub | None, steps: list[str], lag: int, is_certain: bool
) -> None:
    account = HubAccount(hub, now)
    account.see_late(lag)
    account.incidents[steps[1]] = [DENIED] * 100
    found = reconcile(account, desired)
    assert found.error is not None
    assert found.value.changed
    assert found.value.is_certain == is_certain


@pytest.mark.parametrize(("now", "desired", "_writes", "_after"), WAYS)
def test_what_is_not_seen_in_time(
    hub: InProcessHub, clock: Clock, now: Hub | None, desired: DesiredHub | None, _writes: list[str], _after: Hub | None
) -> None:
    account = HubAccount(hub, now)
    account.see_late(10_000)
    found = reconcile(account, desired)
    assert found.error.error_code == "unconfirmed"
    assert found.value.changed
    assert sum(clock.pauses) == pytest.approx(hub_apply.HUB_WAIT_TIMEOUT)


@pytest.mark.parametrize("desired", [DesiredHub(), DesiredHub(auto_enable_controls=True), DesiredHub(tags=TEAM)])
def test_where_it_is_as_wished_nothing_is_sent(hub: InProcessHub, clock: Clock, desired: DesiredHub) -> None:
    now = replace(ON, tags=TEAM)
    account = HubAccount(hub, now)
    found = reconcile(account, desired)
    assert found.value == StateChange(as_read(now, desired), as_read(now, desired))
    assert (account.sent, clock.pauses) == ([], [])


def test_a_hub_that_somebody_else_turns_on_meanwhile_gets_the_rest_of_what_is_wished(
    hub: InProcessHub, clock: Clock
) -> None:
    account = HubAccount(hub, None)
    account.incidents[ENABLE] = [THROTTLE]
    clock.later(1e-9, lambda: account.become(ON, clock.now))
    found = reconcile(account, DesiredHub(tags=TEAM))
    assert found.error is None
    assert found.value.after == replace(ON, tags=TEAM)
    assert account.sent == [ENABLE, ENABLE, TAG]


@pytest.mark.parametrize("read", ["DescribeHub", "ListTagsForResource"])
def test_hub_that_cannot_be_read_is_left_alone(hub: InProcessHub, read: str) -> None:
    account = HubAccount(hub, ON)
    account.incidents[read] = [DENIED]
    found = reconcile(account, DesiredHub(tags=TEAM))
    assert found.error.error_code == "AccessDeniedException"
    assert (found.value.is_read, found.value.changed) == (False, False)
    assert account.sent == []


@pytest.mark.parametrize(
    ("desired", "operation"), [(ALL, UPDATE), (ALL, DESCRIBE), (DesiredHub(tags=TEAM), "ListTagsForResource")]
)
@pytest.mark.parametrize("refusals", [1, 4])
def test_hub_that_was_just_enabled_is_borne_with(
    hub: InProcessHub, desired: DesiredHub, operation: str, refusals: int
) -> None:
    account = HubAccount(hub, None)
    account.incidents[operation] = [NOTHING] * (operation == DESCRIBE) + [HUB_OFF] * refusals
    found = reconcile(account, desired)
    assert (found.error, found.value.changed) == (None, True)
    assert found.value.after == as_read(account.state, desired)
    assert account.sent.count(ENABLE) == 1


def test_hub_that_keeps_answering_as_if_it_were_off_is_given_up(hub: InProcessHub, clock: Clock) -> None:
    account = HubAccount(hub, None)
    account.incidents[UPDATE] = [HUB_OFF] * 100
    found = reconcile(account, ALL)
    assert found.error.hub_is_disabled
    assert (found.value.changed, account.sent.count(ENABLE)) == (True, 1)
    assert hub_apply.HUB_WAIT_TIMEOUT <= sum(clock.pauses) <= 2 * hub_apply.HUB_WAIT_TIMEOUT


@pytest.mark.parametrize("shown_after", [5, None])
def test_conflict_is_seen_enabled_or_a_refusal(hub: InProcessHub, clock: Clock, shown_after: float | None) -> None:
    account = HubAccount(hub, None)
    account.incidents[ENABLE] = [CONFLICT] * 100
    if shown_after:
        clock.later(shown_after, lambda: account.become(ON, clock.now))
    found = reconcile(account, DesiredHub())
    assert found.value.changed is False
    if shown_after:
        assert (found.error, found.value.after) == (None, replace(ON, tags=None))
    else:
        assert (found.error.error_code, found.error.text) == ("ResourceConflictException", CONFLICT["message"])
        assert (found.value.after, account.sent) == (None, [ENABLE])


def test_operation_in_progress_is_tried_again(hub: InProcessHub) -> None:
    account = HubAccount(hub, None)
    account.incidents[ENABLE] = [refusal("ResourceConflictException", 409, "An operation is in progress")] * 2
    found = reconcile(account, DesiredHub())
    assert (found.error, found.value.changed, account.sent) == (None, True, [ENABLE] * 3)


def test_setting_that_the_service_does_not_show_is_unconfirmed_and_said(hub: InProcessHub) -> None:
    mute = replace(ON, control_finding_generator=None)
    account = HubAccount(hub, mute)
    account.before[DESCRIBE] = lambda: account.become(mute, ALWAYS)
    found = reconcile(account, DesiredHub(control_finding_generator="STANDARD_CONTROL"))
    assert found.error.error_code == "unconfirmed"
    assert "The service does not show control_finding_generator here." in str(found.error)
    assert (found.value.before.control_finding_generator, found.value.changed) == (None, True)
