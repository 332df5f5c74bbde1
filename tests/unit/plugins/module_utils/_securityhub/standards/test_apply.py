# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Standards on a clock that only pauses move: late reads, slow statuses, incidents, batches, what is offered."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Standard
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards import apply as standards_apply
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.plan import DesiredStandards
from ansible_collections.multiaccount.aws.tests.local_hub import catalogue
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock, InProcessHub
from ansible_collections.multiaccount.aws.tests.local_hub.model import ALWAYS, Subscription
from ansible_collections.multiaccount.aws.tests.unit.account import (
    DENIED,
    ERROR,
    ERROR_AFTER,
    HUB_OFF,
    INVALID,
    LOST_REPLY,
    LOST_REQUEST,
    NO_CONNECTION,
    NOTHING,
    THROTTLE,
    Account,
    Fault,
)
from ansible_collections.multiaccount.aws.tests.unit.membership import MEMBER
from ansible_collections.multiaccount.aws.tests.unit.standards import NIST, PCI, Statuses, standards_at_server
from ansible_collections.multiaccount.aws.tests.unit.support import REGION
from ansible_collections.multiaccount.aws.tests.unit.support import accounts as account_ids

ENABLE, DISABLE = "BatchEnableStandards", "BatchDisableStandards"
LIST, OFFER = "GetEnabledStandards", "DescribeStandards"
CIS = "cis-aws-foundations-benchmark/v/3.0.0"
MANY = [f"many/v/{number}" for number in range(60)]
WAIT = 60


@pytest.fixture(autouse=True)
def _many_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each Region offer more standards than a call may carry."""
    many = [catalogue.Offer(name, "Many") for name in MANY]
    monkeypatch.setattr(catalogue, "OFFERS", (*catalogue.OFFERS, *many))


def arn_of(name: str) -> str:
    return f"arn:aws:securityhub:eu-west-1::standards/{name}"


def subscription_of(name: str) -> str:
    return f"arn:aws:securityhub:eu-west-1:{MEMBER}:subscription/{name}"


class StandardsAccount(Account):
    """An account with the status of each standard by short name; what is written takes `delay` seconds to be done."""

    def __init__(self, hub: InProcessHub, now: Statuses, delay: float = 0, outcome: str = "READY", **who: str) -> None:
        super().__init__(hub, **{"account_id": MEMBER, **who})
        self.turn_on()
        self.become(now, ALWAYS)
        if delay:
            hub.fault(kind="slow_standards", seconds=delay)
        if outcome != "READY":
            reason = "INTERNAL_ERROR" if outcome == "FAILED" else ""
            hub.fault(kind="standards_outcome", outcome=outcome, reason=reason)

    def become(self, now: Statuses, when: float) -> None:
        """Have these standards, which stay as they are."""
        store, place = self.hub.service.store, (self.account_id, self.region)
        held = store.look().hub(place)
        assert held is not None
        rows = [
            Subscription(catalogue.standards_arn(name, self.region), status=status, gone_at=NEVER.get(status))
            for name, status in now.items()
        ]
        store.put_hub(place, replace(held, standards=tuple(rows)), when)

    @property
    def state(self) -> Statuses:
        """The status of each standard at the service."""
        return standards_at_server(self.hub, self.region, self.account_id)

    @property
    def batches(self) -> list[int]:
        """How many standards each call that writes has named."""
        return [
            len(value) for name in (ENABLE, DISABLE) for call in self.calls.get(name, []) for value in call.values()
        ]


NEVER = {"DELETING": float("inf")}


def desired(*names: str, present: bool = True, purge: bool = False) -> DesiredStandards:
    return DesiredStandards(names, present, purge)


def reconcile(account: Any, wish: DesiredStandards, wait: float = WAIT, check: bool = False) -> Any:
    return standards_apply.reconcile_standards(account.client, wish, standards_apply.Offers(), wait, check)


def shown(standards: Any) -> Statuses:
    return {each.name: each.standards_status for each in standards}


# statuses now, desired, writes, statuses afterwards
WAYS: list[tuple[Statuses, DesiredStandards, list[str], Statuses]] = [
    ({}, desired(PCI), [ENABLE], {PCI: "READY"}),
    ({NIST: "READY"}, desired(PCI, CIS), [ENABLE], {NIST: "READY", PCI: "READY", CIS: "READY"}),
    ({NIST: "READY"}, desired(PCI, purge=True), [ENABLE, DISABLE], {PCI: "READY"}),
    ({PCI: "FAILED"}, desired(PCI), [ENABLE], {PCI: "READY"}),
    ({PCI: "READY", NIST: "INCOMPLETE"}, desired(PCI, NIST, present=False), [DISABLE], {}),
    ({PCI: "INCOMPLETE", NIST: "READY"}, desired(PCI, present=False), [DISABLE], {NIST: "READY"}),
    ({PCI: "FAILED"}, desired(purge=True), [DISABLE], {}),
]
STEPS = [(now, wish, step, after) for now, wish, steps, after in WAYS for step in steps]


@pytest.mark.parametrize(("now", "wish", "writes", "after"), WAYS)
@pytest.mark.parametrize(("lag", "delay"), [(0, 0), (0, 7), (5, 0), (12, 20)])
def test_each_way_with_late_reads_and_slow_statuses(
    hub: InProcessHub,
    clock: Clock,
    now: Statuses,
    wish: DesiredStandards,
    writes: list[str],
    after: Statuses,
    lag: float,
    delay: float,
) -> None:
    account = StandardsAccount(hub, now, delay)
    account.see_late(lag)
    found = reconcile(account, wish)
    assert found.error is None
    assert (shown(found.value.before), shown(found.value.after), found.value.changed) == (now, after, True)
    assert account.sent == writes
    if lag == delay == 0:
        assert clock.pauses == []


@pytest.mark.parametrize(("now", "wish", "_writes", "after"), WAYS)
@pytest.mark.parametrize("wait", [WAIT, 0])
def test_check_mode_expects_it_and_writes_nothing(
    hub: InProcessHub,
    clock: Clock,
    now: Statuses,
    wish: DesiredStandards,
    _writes: list[str],
    after: Statuses,
    wait: float,
) -> None:
    account = StandardsAccount(hub, now, delay=30)
    foreseen = reconcile(account, wish, wait, check=True)
    assert account.sent == []
    assert clock.pauses == []
    done = reconcile(account, wish, wait)
    assert shown(foreseen.value.after) == shown(done.value.after)
    assert (foreseen.error, foreseen.value.changed) == (done.error, done.value.changed) == (None, True)
    if wait:
        assert shown(done.value.after) == after


@pytest.mark.parametrize(("now", "wish", "step", "after"), STEPS)
@pytest.mark.parametrize("incident", [THROTTLE, NO_CONNECTION, LOST_REQUEST, ERROR])
@pytest.mark.parametrize("times", [1, retry.SEND_ATTEMPTS - 1])
def test_what_was_not_carried_out_is_sent_again(
    hub: InProcessHub, now: Statuses, wish: DesiredStandards, step: str, after: Statuses, incident: Fault, times: int
) -> None:
    account = StandardsAccount(hub, now)
    account.incidents[step] = [incident] * times
    found = reconcile(account, wish)
    assert (found.error, shown(found.value.after), found.value.changed) == (None, after, True)
    assert account.sent.count(step) == times + 1


@pytest.mark.parametrize(("now", "wish", "step", "after"), STEPS)
@pytest.mark.parametrize("incident", [LOST_REPLY, ERROR_AFTER])
@pytest.mark.parametrize("lag", [0, 12])
def test_a_lost_reply_is_no_failure_even_where_it_is_seen_late(
    hub: InProcessHub, now: Statuses, wish: DesiredStandards, step: str, after: Statuses, incident: Fault, lag: float
) -> None:
    account = StandardsAccount(hub, now)
    account.incidents[step] = [incident]
    account.see_late(lag)
    found = reconcile(account, wish)
    assert (found.error, shown(found.value.after), found.value.changed) == (None, after, True)
    if lag == 0:
        assert account.sent.count(step) == 1


@pytest.mark.parametrize("wait", [WAIT, 0])
@pytest.mark.parametrize(("now", "wish", "step", "_after"), STEPS)
@pytest.mark.parametrize("incident", [DENIED, THROTTLE, INVALID, ERROR])
def test_failure_returns_what_was_done_before_it(
    hub: InProcessHub,
    now: Statuses,
    wish: DesiredStandards,
    step: str,
    _after: Statuses,
    incident: Fault,
    wait: float,
) -> None:
    account = StandardsAccount(hub, now)
    account.incidents[step] = [incident] * 100
    found = reconcile(account, wish, wait)
    assert found.error is not None
    assert (shown(found.value.before), shown(found.value.after)) == (now, account.state)
    assert found.value.changed == (incident == ERROR or account.state != now)


def test_nothing_is_disabled_where_the_new_ones_could_not_be_enabled(hub: InProcessHub) -> None:
    account = StandardsAccount(hub, {NIST: "READY"})
    account.incidents[ENABLE] = [DENIED]
    assert reconcile(account, desired(PCI, purge=True)).error.error_code == "AccessDeniedException"
    assert account.sent == [ENABLE]
    assert account.state == {NIST: "READY"}


@pytest.mark.parametrize(("now", "wish", "writes", "_after"), WAYS)
def test_what_is_not_seen_in_time(
    hub: InProcessHub, clock: Clock, now: Statuses, wish: DesiredStandards, writes: list[str], _after: Statuses
) -> None:
    account = StandardsAccount(hub, now)
    account.see_late(10_000)
    found = reconcile(account, wish)
    assert found.error.error_code in ("unconfirmed", "standards_failed")
    assert found.value.changed
    assert account.sent == writes
    assert sum(clock.pauses) == pytest.approx(WAIT)


@pytest.mark.parametrize(("outcome", "code"), [("INCOMPLETE", "standards_incomplete"), ("FAILED", "standards_failed")])
@pytest.mark.parametrize("delay", [0, 20])
def test_standard_that_ends_badly_is_reported_with_its_reason(
    hub: InProcessHub, clock: Clock, outcome: str, code: str, delay: float
) -> None:
    account = StandardsAccount(hub, {NIST: "READY"}, delay, outcome)
    found = reconcile(account, desired(PCI, NIST))
    assert (found.error.error_code, found.value.changed) == (code, True)
    assert shown(found.value.after) == {NIST: "READY", PCI: outcome}
    assert f"{PCI} is {outcome}" in str(found.error)
    assert sum(clock.pauses) < WAIT
    if outcome == "FAILED":
        assert "INTERNAL_ERROR" in str(found.error)


@pytest.mark.parametrize("wish", [desired(PCI, present=False), desired(purge=True)])
@pytest.mark.parametrize("check", [True, False])
def test_unwanted_standard_that_is_pending_is_waited_for(
    hub: InProcessHub, clock: Clock, wish: DesiredStandards, check: bool
) -> None:
    account = StandardsAccount(hub, {PCI: "PENDING"})
    clock.later(7, lambda: account.become({PCI: "READY"}, clock.now))
    found = reconcile(account, wish, check=check)
    assert (found.error, shown(found.value.after), found.value.changed) == (None, {}, True)
    assert account.sent == ([] if check else [DISABLE])


@pytest.mark.parametrize("wait", [0, 30])
def test_unwanted_standard_that_stays_pending_is_named(hub: InProcessHub, wait: float) -> None:
    account = StandardsAccount(hub, {PCI: "PENDING"})
    found = reconcile(account, desired(PCI, present=False), wait)
    assert found.error.error_code == "standards_pending"
    assert f"{PCI} is PENDING, and can be disabled once it is READY." in str(found.error)
    assert (found.value.changed, account.sent) == (False, [])


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("status", ["PENDING", "DELETING"])
def test_standard_that_stays_on_its_way_is_waited_for_no_longer_than_asked(
    hub: InProcessHub, clock: Clock, status: str, check: bool
) -> None:
    found = reconcile(StandardsAccount(hub, {PCI: status}), desired(PCI), check=check)
    assert found.error.error_code == ("standards_pending" if status == "PENDING" else "unconfirmed")
    assert (shown(found.value.after), found.value.changed) == ({PCI: status}, False)
    assert sum(clock.pauses) == pytest.approx(WAIT)


@pytest.mark.parametrize("check", [True, False])
def test_standard_that_is_being_disabled_is_enabled_when_it_is_gone(
    hub: InProcessHub, clock: Clock, check: bool
) -> None:
    account = StandardsAccount(hub, {PCI: "DELETING"}, delay=WAIT - 5)
    clock.later(WAIT - 5, lambda: account.become({}, clock.now))
    found = reconcile(account, desired(PCI), check=check)
    assert found.error is None
    assert (shown(found.value.before), shown(found.value.after)) == ({PCI: "DELETING"}, {PCI: "READY"})
    assert found.value.changed
    assert account.sent == ([] if check else [ENABLE])
    # the time to be ready begins when it is enabled
    assert sum(clock.pauses) > (WAIT - 10 if check else WAIT)


@pytest.mark.parametrize("check", [True, False])
def test_standard_that_becomes_ready_by_itself_is_no_change(hub: InProcessHub, clock: Clock, check: bool) -> None:
    account = StandardsAccount(hub, {PCI: "PENDING"})
    clock.later(10, lambda: account.become({PCI: "READY"}, clock.now))
    found = reconcile(account, desired(PCI), check=check)
    assert (found.error, shown(found.value.after), found.value.changed) == (None, {PCI: "READY"}, False)
    assert account.sent == []


@pytest.mark.parametrize("check", [True, False])
def test_without_waiting_the_response_is_the_result(hub: InProcessHub, clock: Clock, check: bool) -> None:
    account = StandardsAccount(hub, {NIST: "READY"}, delay=600)
    found = reconcile(account, desired(PCI, purge=True), wait=0, check=check)
    assert (found.error, shown(found.value.after)) == (None, {PCI: "PENDING", NIST: "DELETING"})
    assert clock.pauses == []
    subscription = next(each for each in found.value.after if each.name == PCI).standards_subscription_arn
    assert subscription == (None if check else subscription_of(PCI))


@pytest.mark.parametrize("number", [25, 26, 60])
def test_batches_of_25(hub: InProcessHub, number: int) -> None:
    names = [f"many/v/{each}" for each in range(number)]
    account = StandardsAccount(hub, {})
    assert reconcile(account, desired(*names)).error is None
    full, rest = divmod(number, 25)
    assert account.batches == [25] * full + [rest] * bool(rest)
    account.calls.clear()
    assert reconcile(account, desired(purge=True)).error is None
    assert account.batches == [25] * full + [rest] * bool(rest)
    assert account.state == {}


def test_second_batch_that_fails_leaves_the_first(hub: InProcessHub) -> None:
    account = StandardsAccount(hub, {})
    account.incidents[ENABLE] = [NOTHING, DENIED]
    found = reconcile(account, desired(*(f"many/v/{each}" for each in range(30))))
    assert found.error.error_code == "AccessDeniedException"
    assert found.value.changed
    assert len(found.value.after) == 25


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("status", [None, "DELETING"])
def test_what_is_not_offered_is_known_before_the_first_write(
    hub: InProcessHub, clock: Clock, status: str | None, check: bool
) -> None:
    account = StandardsAccount(hub, {PCI: status} if status else {})
    hub.seed(offered_standards=[{"region": REGION, "standards": [NIST]}])
    found = reconcile(account, desired(NIST, PCI, purge=True), check=check)
    assert found.error.error_code == "standards_not_offered"
    assert found.value.before == found.value.after
    assert not found.value.changed
    assert account.sent == []
    assert clock.pauses == []


@pytest.mark.parametrize("read", [LIST, OFFER])
def test_account_that_cannot_be_read_is_left_alone(hub: InProcessHub, read: str) -> None:
    account = StandardsAccount(hub, {NIST: "READY"})
    account.incidents[read] = [DENIED]
    found = reconcile(account, desired(PCI))
    assert found.error.error_code == "AccessDeniedException"
    assert (found.value.is_read, found.value.changed, account.sent) == (read == OFFER, False, [])
    assert found.value.before == found.value.after


@pytest.mark.parametrize(("wish", "fails"), [(desired(PCI), True), (desired(PCI, present=False), False)])
@pytest.mark.parametrize("check", [True, False])
def test_where_security_hub_is_disabled_there_are_no_standards(
    hub: InProcessHub, wish: DesiredStandards, fails: bool, check: bool
) -> None:
    account = StandardsAccount(hub, {})
    account.incidents[LIST] = [HUB_OFF]
    found = reconcile(account, wish, check=check)
    assert (found.error is not None) == fails
    assert not found.value.changed
    if fails:
        assert found.error.hub_is_disabled


def test_unforeseen_exception_keeps_what_was_done(hub: InProcessHub, monkeypatch: pytest.MonkeyPatch) -> None:
    account = StandardsAccount(hub, {})
    reads: list[list[Standard]] = [[]]

    def read(_client: Any) -> list[Standard]:
        if not reads:
            raise RuntimeError("unforeseen")
        return reads.pop()

    monkeypatch.setattr(standards_apply, "get_enabled_standards", read)
    found = reconcile(account, desired(PCI))
    assert found.error.error_code == "RuntimeError"
    assert (shown(found.value.after), found.value.changed) == ({PCI: "PENDING"}, True)


def test_unchanged_standards_are_never_touched(hub: InProcessHub) -> None:
    account = StandardsAccount(hub, {PCI: "READY", NIST: "FAILED"})
    found = reconcile(account, desired(PCI))
    assert found.value.before == found.value.after
    assert (found.error, found.value.changed, account.sent, account.calls.get(OFFER)) == (None, False, [], None)


# What a Region offers


def test_offers_are_read_once_a_region(hub: InProcessHub) -> None:
    offers = standards_apply.Offers()
    places = [(account_id, region) for region in (REGION, "eu-central-1") for account_id in account_ids(4)]
    accounts = [StandardsAccount(hub, {}, account_id=account_id, region=region) for account_id, region in places]
    threads = [
        threading.Thread(
            target=standards_apply.reconcile_standards, args=(account.client, desired(PCI), offers, WAIT, False)
        )
        for account in accounts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(account.calls.get(OFFER, [])) for account in accounts) == 2
    assert [account.state for account in accounts] == [{PCI: "READY"}] * 8


def test_offers_that_one_account_cannot_read_are_read_by_the_next(hub: InProcessHub) -> None:
    offers = standards_apply.Offers()
    denied, allowed = (StandardsAccount(hub, {}, account_id=each) for each in account_ids(2))
    denied.incidents[OFFER] = [DENIED]
    accounts: list[Any] = [denied, allowed]
    results = [standards_apply.reconcile_standards(each.client, desired(PCI), offers, WAIT, False) for each in accounts]
    assert [result.error is None for result in results] == [False, True]


def test_standards_are_sorted_by_name(hub: InProcessHub) -> None:
    found = reconcile(StandardsAccount(hub, {PCI: "READY", CIS: "READY", NIST: "READY"}), desired(PCI))
    assert [each.name for each in found.value.after] == sorted([PCI, CIS, NIST])
    assert replace(found.value.after[0], name=PCI).standards_arn == arn_of(CIS)
