# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hub of a Region: sending, and reading again, against an account that answers as a script says."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub import retry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub import apply as hub_apply
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import (
    HubWish,
    decide_hub_absent,
    decide_hub_present,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Hub
from ansible_collections.multiaccount.aws.tests.unit.scripted import (
    DENIED,
    ERROR,
    ERROR_AFTER,
    LOST_REPLY,
    LOST_REQUEST,
    NO_CONNECTION,
    THROTTLE,
    Clock,
    Scripted,
    error,
)

ENABLE, UPDATE, TAG, UNTAG, DISABLE = "enable", "update", "tag", "untag", "disable"
ARN = "arn:aws:securityhub:eu-west-1:999988887777:hub/default"
ON = Hub(ARN, "2026-01-31T08:15:30.123Z", True, "SECURITY_CONTROL", {})
OWN = {"aws:cloudformation:stack-name": "hubs"}
OFF = error("InvalidAccessException", 401, "Account 999988887777 is not subscribed to AWS Security Hub")


class HubAccount(Scripted[Hub | None]):
    """State is the hub, None for off."""

    def describe_hub(self) -> dict[str, Any]:
        hub = self.read("describe", self.seen)
        if hub is None:
            raise OFF
        return {
            "HubArn": hub.hub_arn,
            "SubscribedAt": hub.subscribed_at,
            "AutoEnableControls": hub.auto_enable_controls,
            "ControlFindingGenerator": hub.control_finding_generator,
        }

    def list_tags_for_resource(self, *, ResourceArn: str) -> dict[str, Any]:  # noqa: N803
        assert ResourceArn == ARN
        return self.read("list_tags", lambda: {"Tags": self._on(self.seen()).tags})

    def _on(self, hub: Hub | None) -> Hub:
        if hub is None:
            raise OFF
        return hub

    def enable_security_hub(self, **parameters: Any) -> None:
        def work() -> None:
            if self.state:
                raise error("ResourceConflictException", 409, "already subscribed")
            generator = parameters.get("ControlFindingGenerator", "SECURITY_CONTROL")
            self.become(replace(ON, control_finding_generator=generator, tags=parameters.get("Tags", {})))

        self.write(ENABLE, work)

    def update_security_hub_configuration(self, **parameters: Any) -> None:
        names = {"AutoEnableControls": "auto_enable_controls", "ControlFindingGenerator": "control_finding_generator"}
        settings: dict[str, Any] = {names[key]: value for key, value in parameters.items()}
        self.write(UPDATE, lambda: self.become(replace(self._on(self.state), **settings)))

    def tag_resource(self, *, ResourceArn: str, Tags: dict[str, str]) -> None:  # noqa: N803
        assert ResourceArn == ARN
        self.write(TAG, lambda: self.become(self._tagged({**self._on(self.state).tags, **Tags})))

    def untag_resource(self, *, ResourceArn: str, TagKeys: list[str]) -> None:  # noqa: N803
        assert ResourceArn == ARN
        left = {key: value for key, value in self._on(self.state).tags.items() if key not in TagKeys}
        self.write(UNTAG, lambda: self.become(self._tagged(left)))

    def _tagged(self, tags: dict[str, str]) -> Hub:
        return replace(self._on(self.state), tags=tags)

    def disable_security_hub(self) -> None:
        def work() -> None:
            self._on(self.state)
            self.become(None)

        self.write(DISABLE, work)

    def get_administrator_account(self) -> dict[str, Any]:
        return {}

    def get_paginator(self, method: str) -> Any:
        assert method == "list_members"
        return SimpleNamespace(paginate=lambda **_settings: [])


@pytest.fixture(name="clock")
def _clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(retry, "time", clock)
    return clock


def settle(account: Any, wish: HubWish | None, check_mode: bool = False) -> Any:
    """Bring the hub where it is wished; None for off."""
    decide = decide_hub_absent if wish is None else lambda hub: decide_hub_present(wish, hub)
    return hub_apply.settle_hub(account, decide, check_mode)


TEAM, STAGE = {"team": "security"}, {"stage": "test"}
ALL = HubWish(False, "STANDARD_CONTROL", False, TEAM)

# hub now, wish (None: off), writes, hub afterwards
WAYS: list[tuple[Hub | None, HubWish | None, list[str], Hub | None]] = [
    (None, HubWish(), [ENABLE], ON),
    (None, HubWish(tags=TEAM), [ENABLE], replace(ON, tags=TEAM)),
    (None, ALL, [ENABLE, UPDATE], Hub(ARN, ON.subscribed_at, False, "STANDARD_CONTROL", TEAM)),
    (ON, ALL, [UPDATE, TAG], Hub(ARN, ON.subscribed_at, False, "STANDARD_CONTROL", TEAM)),
    (replace(ON, tags=TEAM), HubWish(tags=STAGE), [TAG, UNTAG], replace(ON, tags=STAGE)),
    (replace(ON, tags={**TEAM, **OWN}), HubWish(tags={}), [UNTAG], replace(ON, tags=OWN)),
    (ON, None, [DISABLE], None),
]
STEPS = [(now, wish, step, after) for now, wish, steps, after in WAYS for step in steps]


@pytest.mark.parametrize(("now", "wish", "writes", "after"), WAYS)
@pytest.mark.parametrize("lag", [0, 5, 12])
def test_each_way_with_reads_that_are_late(
    clock: Clock, now: Hub | None, wish: HubWish | None, writes: list[str], after: Hub | None, lag: float
) -> None:
    account = HubAccount(clock, now)
    account.lag = lag
    settled = settle(account, wish)
    assert settled.failure is None
    assert (settled.before, settled.after, settled.changed) == (now, after, True)
    assert account.state == after
    assert account.sent == writes


@pytest.mark.parametrize(("now", "wish", "writes", "after"), WAYS)
def test_check_mode_writes_nothing_and_foresees_it(
    clock: Clock, now: Hub | None, wish: HubWish | None, writes: list[str], after: Hub | None
) -> None:
    account = HubAccount(clock, now)
    settled = settle(account, wish, check_mode=True)
    foreseen = after if now or after is None else replace(after, hub_arn=None, subscribed_at=None)
    assert (settled.before, settled.after, settled.changed, settled.failure) == (now, foreseen, True, None)
    assert account.sent == []


@pytest.mark.parametrize(("now", "wish", "step", "after"), STEPS)
@pytest.mark.parametrize("incident", [THROTTLE, NO_CONNECTION, LOST_REQUEST, ERROR])
@pytest.mark.parametrize("times", [1, retry.SEND_ATTEMPTS - 1])
def test_what_was_not_carried_out_is_sent_again(
    clock: Clock, now: Hub | None, wish: HubWish | None, step: str, after: Hub | None, incident: str, times: int
) -> None:
    account = HubAccount(clock, now)
    account.incidents[step] = [incident] * times
    settled = settle(account, wish)
    assert (settled.failure, settled.after, settled.changed) == (None, after, True)
    assert account.sent.count(step) == times + 1


@pytest.mark.parametrize(("now", "wish", "step", "after"), STEPS)
@pytest.mark.parametrize("incident", [LOST_REPLY, ERROR_AFTER])
@pytest.mark.parametrize("lag", [0, 12])
def test_a_reply_that_is_lost_is_no_failure_even_where_it_is_seen_late(
    clock: Clock, now: Hub | None, wish: HubWish | None, step: str, after: Hub | None, incident: str, lag: float
) -> None:
    account = HubAccount(clock, now)
    account.incidents[step] = [incident]
    account.lag = lag
    settled = settle(account, wish)
    assert (settled.failure, settled.after, settled.changed) == (None, after, True)
    assert account.state == after
    if lag == 0 and step in (ENABLE, DISABLE):
        assert account.sent.count(step) == 1


@pytest.mark.parametrize(("now", "wish", "step", "_after"), STEPS)
@pytest.mark.parametrize("incident", [DENIED, THROTTLE, ERROR])
def test_a_failure_tells_what_was_done_before_it(
    clock: Clock, now: Hub | None, wish: HubWish | None, step: str, _after: Hub | None, incident: str
) -> None:
    account = HubAccount(clock, now)
    account.incidents[step] = [incident] * 100
    settled = settle(account, wish)
    assert settled.failure is not None
    assert (settled.before, settled.after) == (now, account.state)
    assert settled.changed == (account.state != now)


@pytest.mark.parametrize(("now", "wish", "_writes", "_after"), WAYS)
def test_what_is_not_seen_in_time(
    clock: Clock, now: Hub | None, wish: HubWish | None, _writes: list[str], _after: Hub | None
) -> None:
    account = HubAccount(clock, now)
    account.lag = 10_000
    settled = settle(account, wish)
    assert settled.failure.error_code == "unconfirmed"
    assert settled.changed
    assert sum(clock.pauses) == pytest.approx(hub_apply.HUB_PATIENCE)


@pytest.mark.parametrize("wish", [HubWish(), HubWish(auto_enable_controls=True), HubWish(tags=TEAM)])
def test_where_it_is_as_wished_nothing_is_sent(clock: Clock, wish: HubWish) -> None:
    hub = replace(ON, tags=TEAM)
    account = HubAccount(clock, hub)
    settled = settle(account, wish)
    assert (settled.before, settled.after, settled.changed) == (hub, hub, False)
    assert (account.sent, clock.pauses) == ([], [])


def test_a_hub_that_somebody_else_turns_on_meanwhile_gets_the_rest_of_what_is_wished(clock: Clock) -> None:
    account = HubAccount(clock, None)
    account.incidents[ENABLE] = [THROTTLE]
    account.history.append((clock.now + 1e-9, ON))
    settled = settle(account, HubWish(tags=TEAM))
    assert settled.failure is None
    assert settled.after == replace(ON, tags=TEAM)
    assert account.sent == [ENABLE, ENABLE, TAG]


@pytest.mark.parametrize("read", ["describe", "list_tags"])
def test_what_cannot_be_read_is_left_alone(clock: Clock, read: str) -> None:
    account = HubAccount(clock, ON)
    account.incidents[read] = [DENIED]
    settled = settle(account, None)
    assert settled.failure.error_code == "AccessDeniedException"
    assert (settled.read, settled.changed) == (False, False)
    assert account.sent == []
