# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The member's side: sending, waiting, and reading again, against the local hub."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub import apply as hub_apply
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import DesiredHub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.invitation import apply as invitation_apply
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import MemberSide
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock, InProcessHub
from ansible_collections.multiaccount.aws.tests.unit.account import (
    DENIED,
    ERROR,
    ERROR_AFTER,
    HUB_OFF,
    LOST_REPLY,
    LOST_REQUEST,
    NO_CONNECTION,
    NOT_FOUND,
    NOTHING,
    THROTTLE,
    Account,
    Fault,
    refusal,
)
from ansible_collections.multiaccount.aws.tests.unit.membership import MEMBER, OTHER_ADMINISTRATOR
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION

ASKED, OTHER = ADMINISTRATOR, OTHER_ADMINISTRATOR
ACCEPT, DECLINE, DELETE = "AcceptAdministratorInvitation", "DeclineInvitations", "DeleteInvitations"
LEAVE, ENABLE = "DisassociateFromAdministratorAccount", "EnableSecurityHub"
GET, LIST = "GetAdministratorAccount", "ListInvitations"


class MemberAccount(Account):
    """What became of each administrator's invitation; Enabled is the administrator. Without `hub_is_on`, it is off."""

    def __init__(self, hub: InProcessHub, statuses: dict[str, str], hub_is_on: bool = True) -> None:
        super().__init__(hub, MEMBER)
        if hub_is_on:
            self.turn_on()
        for administrator_id, status in statuses.items():
            self.put_members(administrator_id, {MEMBER: status})

    def become(self, status: str, administrator_id: str = ASKED) -> None:
        """Let the administrator's list show this from now on."""
        self.put_member(administrator_id, MEMBER, status)


def reconcile(
    account: Any, state: str, wait_timeout: float = 30, check_mode: bool = False, hub: DesiredHub | None = None
) -> Any:
    desired = invitation_apply.DesiredInvitation(ASKED, state, wait_timeout, hub)
    return invitation_apply.reconcile_invitation(account.client, desired, check_mode)


# state, status now, writes, status afterwards
WAYS = [
    ("accepted", "Invited", [ACCEPT], "Enabled"),
    ("declined", "Invited", [DECLINE], "Resigned"),
    ("absent", "Invited", [DECLINE, DELETE], None),
    ("absent", "Enabled", [LEAVE, DELETE], None),
    ("absent", "Resigned", [DELETE], None),
]
STEPS = [(state, now, step, after) for state, now, steps, after in WAYS for step in steps]


@pytest.mark.parametrize(("state", "now", "steps", "after"), WAYS)
@pytest.mark.parametrize("lag", [0, 0.4, 5, 25])
def test_each_way_with_reads_that_are_late(
    hub: InProcessHub, clock: Clock, state: str, now: str, steps: list[str], after: str | None, lag: float
) -> None:
    account = MemberAccount(hub, {ASKED: now})
    account.see_late(lag)
    found = reconcile(account, state)
    assert found.error is None
    assert found.value.changed
    assert (found.value.before.member_status, found.value.after.member_status) == (now, after)
    assert account.sent == steps
    assert sum(clock.pauses) <= lag + retry.POLL_PAUSE_AFTERWARDS


@pytest.mark.parametrize(("state", "now", "step", "after"), STEPS)
@pytest.mark.parametrize("incident", [THROTTLE, NO_CONNECTION, LOST_REQUEST, ERROR])
@pytest.mark.parametrize("times", [1, retry.SEND_ATTEMPTS - 1])
def test_what_was_not_carried_out_is_sent_again(
    hub: InProcessHub, state: str, now: str, step: str, after: str | None, incident: Fault, times: int
) -> None:
    account = MemberAccount(hub, {ASKED: now})
    account.incidents[step] = [incident] * times
    found = reconcile(account, state)
    assert found.error is None
    assert found.value.after.member_status == after
    assert account.sent.count(step) == times + 1


@pytest.mark.parametrize(("state", "now", "step", "after"), STEPS)
@pytest.mark.parametrize("incident", [LOST_REPLY, ERROR_AFTER])
def test_what_was_carried_out_is_not_sent_again(
    hub: InProcessHub, state: str, now: str, step: str, after: str | None, incident: Fault
) -> None:
    account = MemberAccount(hub, {ASKED: now})
    account.incidents[step] = [incident]
    found = reconcile(account, state)
    assert found.error is None
    assert found.value.changed
    assert found.value.after.member_status == after
    assert account.sent.count(step) == 1


@pytest.mark.parametrize(("state", "now", "step", "after"), STEPS)
@pytest.mark.parametrize("lag", [5, 12])
def test_what_was_carried_out_and_is_seen_late_is_no_failure(
    hub: InProcessHub, state: str, now: str, step: str, after: str | None, lag: float
) -> None:
    account = MemberAccount(hub, {ASKED: now})
    account.incidents[step] = [LOST_REPLY]
    account.see_late(lag)
    found = reconcile(account, state)
    assert found.error is None
    assert found.value.changed
    assert found.value.after.member_status == after


@pytest.mark.parametrize(("state", "now", "step", "_after"), STEPS)
def test_a_refusal_after_a_lost_reply_that_is_never_seen_may_have_changed_something(
    hub: InProcessHub, state: str, now: str, step: str, _after: str | None
) -> None:
    account = MemberAccount(hub, {ASKED: now})
    account.incidents[step] = [LOST_REPLY]
    account.see_late(10_000)
    found = reconcile(account, state, wait_timeout=5)
    assert found.error is not None
    assert found.value.changed


@pytest.mark.parametrize(("lag", "reason"), [(0, None), (10_000, "unconfirmed")])
@pytest.mark.parametrize(("now", "step"), [("Invited", DECLINE), ("Enabled", LEAVE)])
@pytest.mark.parametrize("incident", [DENIED, THROTTLE])
def test_step_that_was_taken_and_is_not_seen_after_a_failure_is_unconfirmed(
    hub: InProcessHub, now: str, step: str, lag: float, reason: str | None, incident: Fault
) -> None:
    account = MemberAccount(hub, {ASKED: now})
    account.see_late(lag)
    account.incidents[DELETE] = [incident] * 100
    found = reconcile(account, "absent", wait_timeout=5)
    assert found.error is not None
    assert step in account.sent
    assert found.value.changed
    assert found.value.after.reason == reason


@pytest.mark.parametrize(
    ("incident", "changed"), [(LOST_REQUEST, True), (ERROR, True), (THROTTLE, False), (NO_CONNECTION, False)]
)
def test_failure_that_does_not_end(hub: InProcessHub, incident: Fault, changed: bool) -> None:
    account = MemberAccount(hub, {ASKED: "Invited"})
    account.incidents[ACCEPT] = [incident] * 100
    found = reconcile(account, "accepted")
    assert found.error.is_retryable
    assert found.value.changed == changed
    assert found.value.after.member_status == "Invited"
    assert len(account.sent) == retry.SEND_ATTEMPTS


@pytest.mark.parametrize("arrives", [0.3, 7, 29])
@pytest.mark.parametrize("check_mode", [True, False])
def test_an_invitation_that_is_on_its_way_is_waited_for(
    hub: InProcessHub, clock: Clock, arrives: float, check_mode: bool
) -> None:
    account = MemberAccount(hub, {OTHER: "Invited"})
    clock.later(arrives, lambda: account.become("Invited"))
    started = clock.now
    found = reconcile(account, "accepted", check_mode=check_mode)
    assert found.error is None
    assert (found.value.before.member_status, found.value.after.member_status) == ("Invited", "Enabled")
    assert arrives <= clock.now - started <= arrives + retry.POLL_PAUSE_AFTERWARDS
    assert account.sent == ([] if check_mode else [ACCEPT])


def test_an_invitation_is_waited_for_only_so_long(hub: InProcessHub, clock: Clock) -> None:
    account = MemberAccount(hub, {OTHER: "Invited"})
    started = clock.now
    found = reconcile(account, "accepted", wait_timeout=10)
    assert found.error.error_code == "no_invitation"
    assert not found.value.is_read
    assert clock.now - started == pytest.approx(10)
    assert account.sent == []


@pytest.mark.parametrize("state", ["declined", "absent"])
def test_nobody_waits_for_an_invitation_that_is_not_wanted(hub: InProcessHub, clock: Clock, state: str) -> None:
    account = MemberAccount(hub, {OTHER: "Invited"})
    found = reconcile(account, state)
    assert (found.value.changed, found.value.after.member_status) == (False, None)
    assert clock.pauses == []


def test_another_administrator_is_not_waited_for(hub: InProcessHub, clock: Clock) -> None:
    account = MemberAccount(hub, {OTHER: "Enabled", ASKED: "Invited"})
    found = reconcile(account, "accepted")
    assert found.error.error_code == "other_administrator"
    assert (account.sent, clock.pauses) == ([], [])


def test_an_invitation_that_somebody_else_declines_meanwhile(hub: InProcessHub, clock: Clock) -> None:
    account = MemberAccount(hub, {ASKED: "Invited"})
    account.before[DECLINE] = lambda: account.become("Resigned")
    account.incidents[DECLINE] = [THROTTLE]
    found = reconcile(account, "declined")
    assert found.error is None
    assert found.value.after.member_status == "Resigned"


def test_a_failure_between_two_steps_tells_where_the_account_stands(hub: InProcessHub) -> None:
    account = MemberAccount(hub, {ASKED: "Enabled"})
    account.incidents[DELETE] = [DENIED]
    found = reconcile(account, "absent")
    assert found.error.error_code == "AccessDeniedException"
    assert found.value.changed
    assert (found.value.before.member_status, found.value.after.member_status) == ("Enabled", "Resigned")


@pytest.mark.parametrize("read", [GET, LIST])
def test_what_cannot_be_read_is_left_alone(hub: InProcessHub, read: str) -> None:
    account = MemberAccount(hub, {ASKED: "Invited"})
    account.incidents[read] = [DENIED]
    found = reconcile(account, "accepted")
    assert found.error.error_code == "AccessDeniedException"
    assert (found.value.is_read, found.value.changed, found.value.after) == (False, False, None)
    assert account.sent == []


@pytest.mark.parametrize("lag", [0, 5])
def test_an_invitation_that_another_run_accepts_meanwhile(hub: InProcessHub, clock: Clock, lag: float) -> None:
    account = MemberAccount(hub, {ASKED: "Invited"})
    account.see_late(lag)
    account.incidents[ACCEPT] = [THROTTLE]
    clock.later(0.0001, lambda: account.become("Enabled"))
    found = reconcile(account, "accepted")
    assert found.error is None
    assert found.value.after.member_status == "Enabled"
    assert account.sent == [ACCEPT, ACCEPT]


def test_another_administrator_that_is_faster_is_named(hub: InProcessHub, clock: Clock) -> None:
    account = MemberAccount(hub, {ASKED: "Invited"})
    account.incidents[ACCEPT] = [THROTTLE]
    clock.later(0.0001, lambda: account.become("Enabled", OTHER))
    found = reconcile(account, "accepted", wait_timeout=3)
    assert found.error.error_code == "other_administrator"
    assert OTHER in str(found.error)
    assert not found.value.changed


def test_an_invitation_that_was_declined_and_cannot_be_accepted_any_more(hub: InProcessHub) -> None:
    account = MemberAccount(hub, {ASKED: "Resigned"})
    account.incidents[ACCEPT] = [NOT_FOUND] * 100
    found = reconcile(account, "accepted")
    assert found.error.error_code == "no_invitation"
    assert "or left: it can't accept it" in str(found.error)
    assert account.sent == [ACCEPT], "what has not changed is not tried again"
    assert not found.value.changed


@pytest.mark.parametrize("read_off", [1, 4])
@pytest.mark.parametrize("accept_off", [0, 2])
def test_a_hub_that_not_every_operation_sees_at_once(hub: InProcessHub, read_off: int, accept_off: int) -> None:
    account = MemberAccount(hub, {ASKED: "Invited"}, hub_is_on=False)
    account.incidents = {GET: [HUB_OFF] * read_off, ACCEPT: [HUB_OFF] * accept_off}
    found = reconcile(account, "accepted", hub=DesiredHub())
    assert found.error is None
    assert found.value.changed
    assert found.value.before is None
    assert found.value.after.member_status == "Enabled"
    assert account.sent == [ENABLE] + [ACCEPT] * (accept_off + 1)


# what the read after the last attempt meets, whether it shows Security Hub enabled
@pytest.mark.parametrize(("last_read", "enabled"), [(NOTHING, True), (HUB_OFF, False), (DENIED, False)])
def test_enabling_that_is_never_confirmed_counts_as_changed(hub: InProcessHub, last_read: Fault, enabled: bool) -> None:
    account = MemberAccount(hub, {ASKED: "Invited"}, hub_is_on=False)
    account.incidents[ENABLE] = [ERROR] * (retry.SEND_ATTEMPTS - 1) + [ERROR_AFTER]
    account.incidents[GET] = [HUB_OFF] * retry.SEND_ATTEMPTS + [last_read]
    found = reconcile(account, "accepted", hub=DesiredHub())
    assert (found.error is None) == enabled
    assert found.value.changed
    assert found.value.before is None
    assert (found.value.after is not None) == enabled
    assert account.sent.count(ENABLE) == retry.SEND_ATTEMPTS


def test_a_hub_that_stays_off_for_reads(hub: InProcessHub, clock: Clock) -> None:
    account = MemberAccount(hub, {ASKED: "Invited"}, hub_is_on=False)
    account.incidents[GET] = [HUB_OFF] * 100
    found = reconcile(account, "accepted", hub=DesiredHub())
    assert found.error.hub_is_disabled
    assert found.value.changed
    assert found.value.after.member_status is None
    assert account.sent == [ENABLE]
    assert hub_apply.HUB_WAIT_TIMEOUT <= sum(clock.pauses) <= hub_apply.HUB_WAIT_TIMEOUT + retry.POLL_PAUSE_AFTERWARDS


SUBSCRIBED = "Account 111122223333 is already subscribed to Security Hub"


def test_conflict_while_hub_shows_as_off_is_refusal_in_the_words_of_the_service(hub: InProcessHub) -> None:
    account = MemberAccount(hub, {ASKED: "Invited"}, hub_is_on=False)
    account.incidents[ENABLE] = [refusal("ResourceConflictException", 409, SUBSCRIBED)] * 100
    found = reconcile(account, "accepted", hub=DesiredHub())
    assert (found.error.error_code, found.error.text) == ("ResourceConflictException", SUBSCRIBED)
    assert (found.value.changed, found.value.after, account.sent) == (False, None, [ENABLE])


def test_hub_that_somebody_else_has_enabled_is_none_of_this_run(hub: InProcessHub) -> None:
    account = MemberAccount(hub, {ASKED: "Invited"}, hub_is_on=False)
    account.before[ENABLE] = account.turn_on
    account.incidents[GET] = [HUB_OFF] * 4
    found = reconcile(account, "accepted", hub=DesiredHub())
    assert found.error is None
    assert found.value.before.member_status == "Invited"
    assert found.value.after.member_status == "Enabled"
    assert account.sent == [ENABLE, ACCEPT]


def test_invitation_that_is_refused_for_now_is_declined_later(hub: InProcessHub) -> None:
    account = MemberAccount(hub, {ASKED: "Invited"})
    hub.fault(kind="reject", operation=DECLINE, account_ids=[ASKED], message="Please try later.", times=1)
    found = reconcile(account, "declined", wait_timeout=0)
    assert (found.error, found.value.changed, hub.status(ASKED, REGION, MEMBER)) == (None, True, "Resigned")


def test_account_with_nothing_left_to_do_takes_no_step(hub: InProcessHub) -> None:
    account = MemberAccount(hub, {})
    steps = invitation_apply.InvitationSteps(account.client, ASKED, MemberSide(None, None))
    steps.take((), retry.Waiter(30))
    assert (account.sent, steps.tracker.any, steps.is_certain) == ([], False, True)
