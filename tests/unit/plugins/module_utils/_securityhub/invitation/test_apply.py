# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The member's side: sending, waiting, and reading again, against an account that answers as a script says."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub import apply as hub_apply
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import DesiredHub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.invitation import apply as invitation_apply
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import MemberSide
from ansible_collections.multiaccount.aws.tests.unit.scripted import (
    DENIED,
    ERROR,
    ERROR_AFTER,
    HUB_OFF,
    LOST_REPLY,
    LOST_REQUEST,
    NO_CONNECTION,
    NOT_FOUND,
    THROTTLE,
    Clock,
    Scripted,
    error,
)

ASKED, OTHER = "999988887777", "777766665555"
ACCEPT, DECLINE, DELETE, LEAVE, ENABLE = "accept", "decline", "delete", "leave", "enable"
NOT_PENDING = "The request is rejected because the invitation is not pending."


class MemberAccount(Scripted[dict[str, str]]):
    """State is what became of each administrator's invitation; Enabled is the administrator."""

    def get_administrator_account(self) -> dict[str, Any]:
        rows = [self._row(each) for each, status in self.seen().items() if status == "Enabled"]
        return self.read("get_administrator", lambda: {"Administrator": rows[0]} if rows else {})

    def list_invitations(self, *, MaxResults: int, NextToken: str = "0") -> dict[str, Any]:  # noqa: N803
        assert MaxResults == 50
        return self.read("list", partial(self._page, int(NextToken)))

    def _page(self, number: int) -> dict[str, Any]:
        administrators = list(self.seen())  # a page each
        following = {"NextToken": str(number + 1)} if number + 1 < len(administrators) else {}
        return {"Invitations": [self._row(each) for each in administrators[number : number + 1]], **following}

    def list_members(self, **_parameters: Any) -> dict[str, Any]:
        return self.read("list_members", lambda: {"Members": []})

    def _row(self, administrator_id: str) -> dict[str, str]:
        status = self.seen()[administrator_id]
        return {"AccountId": administrator_id, "MemberStatus": status, "InvitationId": f"of-{administrator_id}"}

    def accept_administrator_invitation(self, *, AdministratorId: str, InvitationId: str) -> None:  # noqa: N803
        assert InvitationId == f"of-{AdministratorId}"

        def work() -> None:
            if "Enabled" in self.state.values():
                raise error("InvalidInputException", 400, "already an associated member of a master account")
            self.become({**self.state, AdministratorId: "Enabled"})

        self.write(ACCEPT, work)

    def disassociate_from_administrator_account(self) -> None:
        def work() -> None:
            if self.state[ASKED] != "Enabled":
                raise error("ResourceNotFoundException", 404, "not associated to any master account")
            self.become({**self.state, ASKED: "Resigned"})

        self.write(LEAVE, work)

    def decline_invitations(self, *, AccountIds: list[str]) -> dict[str, Any]:  # noqa: N803
        def work() -> dict[str, Any]:
            if self.state[ASKED] != "Invited":
                return {"UnprocessedAccounts": [{"AccountId": ASKED, "ProcessingResult": NOT_PENDING}]}
            self.become({**self.state, ASKED: "Resigned"})
            return {}

        assert AccountIds == [ASKED]
        return self.write(DECLINE, work)

    def delete_invitations(self, *, AccountIds: list[str]) -> dict[str, Any]:  # noqa: N803
        def work() -> dict[str, Any]:
            if self.state.get(ASKED, "Enabled") in ("Enabled", "Invited"):
                return {"UnprocessedAccounts": [{"AccountId": ASKED, "ProcessingResult": "still associated"}]}
            self.become({each: status for each, status in self.state.items() if each != ASKED})
            return {}

        assert AccountIds == [ASKED]
        return self.write(DELETE, work)


class NewAccount(MemberAccount):
    """Security Hub is off; the incidents of reading say how long that is seen."""

    def enable_security_hub(self, **_parameters: Any) -> None:
        self.write(ENABLE, lambda: None)


def reconcile(
    account: Any, state: str, wait_timeout: float = 30, check_mode: bool = False, hub: DesiredHub | None = None
) -> Any:
    desired = invitation_apply.DesiredMembership(ASKED, state, wait_timeout, hub)
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
    clock: Clock, state: str, now: str, steps: list[str], after: str | None, lag: float
) -> None:
    account = MemberAccount(clock, {ASKED: now})
    account.lag = lag
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
    clock: Clock, state: str, now: str, step: str, after: str | None, incident: str, times: int
) -> None:
    account = MemberAccount(clock, {ASKED: now})
    account.incidents[step] = [incident] * times
    found = reconcile(account, state)
    assert found.error is None
    assert found.value.after.member_status == after
    assert account.sent.count(step) == times + 1


@pytest.mark.parametrize(("state", "now", "step", "after"), STEPS)
@pytest.mark.parametrize("incident", [LOST_REPLY, ERROR_AFTER])
def test_what_was_carried_out_is_not_sent_again(
    clock: Clock, state: str, now: str, step: str, after: str | None, incident: str
) -> None:
    account = MemberAccount(clock, {ASKED: now})
    account.incidents[step] = [incident]
    found = reconcile(account, state)
    assert found.error is None
    assert found.value.changed
    assert found.value.after.member_status == after
    assert account.sent.count(step) == 1


@pytest.mark.parametrize(("state", "now", "step", "after"), STEPS)
@pytest.mark.parametrize("lag", [5, 12])
def test_what_was_carried_out_and_is_seen_late_is_no_failure(
    clock: Clock, state: str, now: str, step: str, after: str | None, lag: float
) -> None:
    account = MemberAccount(clock, {ASKED: now})
    account.incidents[step] = [LOST_REPLY]
    account.lag = lag
    found = reconcile(account, state)
    assert found.error is None
    assert found.value.changed
    assert found.value.after.member_status == after


@pytest.mark.parametrize(("state", "now", "step", "_after"), STEPS)
def test_a_refusal_after_a_lost_reply_that_is_never_seen_may_have_changed_something(
    clock: Clock, state: str, now: str, step: str, _after: str | None
) -> None:
    account = MemberAccount(clock, {ASKED: now})
    account.incidents[step] = [LOST_REPLY]
    account.lag = 10_000
    found = reconcile(account, state, wait_timeout=5)
    assert found.error is not None
    assert found.value.changed


@pytest.mark.parametrize(("lag", "reason"), [(0, None), (10_000, "unconfirmed")])
@pytest.mark.parametrize(("now", "step"), [("Invited", DECLINE), ("Enabled", LEAVE)])
@pytest.mark.parametrize("incident", [DENIED, THROTTLE])
def test_step_that_was_taken_and_is_not_seen_after_a_failure_is_unconfirmed(
    clock: Clock, now: str, step: str, lag: float, reason: str | None, incident: str
) -> None:
    account = MemberAccount(clock, {ASKED: now})
    account.lag = lag
    account.incidents[DELETE] = [incident] * 100
    found = reconcile(account, "absent", wait_timeout=5)
    assert found.error is not None
    assert step in account.sent
    assert found.value.changed
    assert found.value.after.reason == reason


@pytest.mark.parametrize(
    ("incident", "changed"), [(LOST_REQUEST, True), (ERROR, True), (THROTTLE, False), (NO_CONNECTION, False)]
)
def test_failure_that_does_not_end(clock: Clock, incident: str, changed: bool) -> None:
    account = MemberAccount(clock, {ASKED: "Invited"})
    account.incidents[ACCEPT] = [incident] * 100
    found = reconcile(account, "accepted")
    assert found.error.is_retryable
    assert found.value.changed == changed
    assert found.value.after.member_status == "Invited"
    assert len(account.sent) == retry.SEND_ATTEMPTS


@pytest.mark.parametrize("arrives", [0.3, 7, 29])
@pytest.mark.parametrize("check_mode", [True, False])
def test_an_invitation_that_is_on_its_way_is_waited_for(clock: Clock, arrives: float, check_mode: bool) -> None:
    account = MemberAccount(clock, {OTHER: "Invited"})
    account.become({OTHER: "Invited", ASKED: "Invited"}, after=arrives)
    started = clock.now
    found = reconcile(account, "accepted", check_mode=check_mode)
    assert found.error is None
    assert (found.value.before.member_status, found.value.after.member_status) == ("Invited", "Enabled")
    assert arrives <= clock.now - started <= arrives + retry.POLL_PAUSE_AFTERWARDS
    assert account.sent == ([] if check_mode else [ACCEPT])


def test_an_invitation_is_waited_for_only_so_long(clock: Clock) -> None:
    account = MemberAccount(clock, {OTHER: "Invited"})
    started = clock.now
    found = reconcile(account, "accepted", wait_timeout=10)
    assert found.error.error_code == "no_invitation"
    assert not found.value.is_read
    assert clock.now - started == pytest.approx(10)
    assert account.sent == []


@pytest.mark.parametrize("state", ["declined", "absent"])
def test_nobody_waits_for_an_invitation_that_is_not_wanted(clock: Clock, state: str) -> None:
    account = MemberAccount(clock, {OTHER: "Invited"})
    found = reconcile(account, state)
    assert (found.value.changed, found.value.after.member_status) == (False, None)
    assert clock.pauses == []


def test_another_administrator_is_not_waited_for(clock: Clock) -> None:
    account = MemberAccount(clock, {OTHER: "Enabled", ASKED: "Invited"})
    found = reconcile(account, "accepted")
    assert found.error.error_code == "other_administrator"
    assert (account.sent, clock.pauses) == ([], [])


def test_an_invitation_that_somebody_else_declines_meanwhile(clock: Clock) -> None:
    account = MemberAccount(clock, {ASKED: "Invited"})
    # between the read and the write: the write is the first call that meets the new state
    account.become({ASKED: "Invited"})
    account.history.append((clock.now + 0.0001, {ASKED: "Resigned"}))
    account.incidents[DECLINE] = [THROTTLE]
    found = reconcile(account, "declined")
    assert found.error is None
    assert found.value.after.member_status == "Resigned"


def test_a_failure_between_two_steps_tells_where_the_account_stands(clock: Clock) -> None:
    account = MemberAccount(clock, {ASKED: "Enabled"})
    account.incidents[DELETE] = [DENIED]
    found = reconcile(account, "absent")
    assert found.error.error_code == "AccessDeniedException"
    assert found.value.changed
    assert (found.value.before.member_status, found.value.after.member_status) == ("Enabled", "Resigned")


@pytest.mark.parametrize("read", ["get_administrator", "list"])
def test_what_cannot_be_read_is_left_alone(clock: Clock, read: str) -> None:
    account = MemberAccount(clock, {ASKED: "Invited"})
    account.incidents[read] = [DENIED]
    found = reconcile(account, "accepted")
    assert found.error.error_code == "AccessDeniedException"
    assert (found.value.is_read, found.value.changed, found.value.after) == (False, False, None)
    assert account.sent == []


@pytest.mark.parametrize("lag", [0, 5])
def test_an_invitation_that_another_run_accepts_meanwhile(clock: Clock, lag: float) -> None:
    account = MemberAccount(clock, {ASKED: "Invited"})
    account.lag = lag
    account.incidents[ACCEPT] = [THROTTLE]
    account.history.append((clock.now + 0.0001, {ASKED: "Enabled"}))
    found = reconcile(account, "accepted")
    assert found.error is None
    assert found.value.after.member_status == "Enabled"
    assert account.sent == [ACCEPT, ACCEPT]


def test_another_administrator_that_is_faster_is_named(clock: Clock) -> None:
    account = MemberAccount(clock, {ASKED: "Invited"})
    account.incidents[ACCEPT] = [THROTTLE]
    account.history.append((clock.now + 0.0001, {ASKED: "Invited", OTHER: "Enabled"}))
    found = reconcile(account, "accepted", wait_timeout=3)
    assert found.error.error_code == "other_administrator"
    assert OTHER in str(found.error)
    assert not found.value.changed


def test_an_invitation_that_was_declined_and_cannot_be_accepted_any_more(clock: Clock) -> None:
    account = MemberAccount(clock, {ASKED: "Resigned"})
    account.incidents[ACCEPT] = [NOT_FOUND] * 100
    found = reconcile(account, "accepted")
    assert found.error.error_code == "no_invitation"
    assert "or left: it can't accept it" in str(found.error)
    assert account.sent == [ACCEPT], "what has not changed is not tried again"
    assert not found.value.changed


@pytest.mark.parametrize("read_off", [1, 4])
@pytest.mark.parametrize("accept_off", [0, 2])
def test_a_hub_that_not_every_operation_sees_at_once(clock: Clock, read_off: int, accept_off: int) -> None:
    account = NewAccount(clock, {ASKED: "Invited"})
    account.incidents = {"get_administrator": [HUB_OFF] * read_off, ACCEPT: [HUB_OFF] * accept_off}
    found = reconcile(account, "accepted", hub=DesiredHub())
    assert found.error is None
    assert found.value.changed
    assert found.value.before is None
    assert found.value.after.member_status == "Enabled"
    assert account.sent == [ENABLE] + [ACCEPT] * (accept_off + 1)


# what the read after the last attempt meets, whether it shows Security Hub enabled
@pytest.mark.parametrize(("last_read", "enabled"), [("", True), (HUB_OFF, False), (DENIED, False)])
def test_enabling_that_is_never_confirmed_counts_as_changed(clock: Clock, last_read: str, enabled: bool) -> None:
    account = NewAccount(clock, {ASKED: "Invited"})
    account.incidents[ENABLE] = [ERROR] * retry.SEND_ATTEMPTS
    account.incidents["get_administrator"] = [HUB_OFF] * retry.SEND_ATTEMPTS + [last_read]
    found = reconcile(account, "accepted", hub=DesiredHub())
    assert (found.error is None) == enabled
    assert found.value.changed
    assert found.value.before is None
    assert (found.value.after is not None) == enabled
    assert account.sent.count(ENABLE) == retry.SEND_ATTEMPTS


def test_a_hub_that_stays_off_for_reads(clock: Clock) -> None:
    account = NewAccount(clock, {ASKED: "Invited"})
    account.incidents["get_administrator"] = [HUB_OFF] * 100
    found = reconcile(account, "accepted", hub=DesiredHub())
    assert found.error.hub_is_disabled
    assert found.value.changed
    assert found.value.after.member_status is None
    assert account.sent == [ENABLE]
    assert hub_apply.HUB_WAIT_TIMEOUT <= sum(clock.pauses) <= hub_apply.HUB_WAIT_TIMEOUT + retry.POLL_PAUSE_AFTERWARDS


SUBSCRIBED = "Account 111122223333 is already subscribed to Security Hub"


class ConflictingAccount(NewAccount):
    """The service says that Security Hub is enabled already, and shows so after so many further reads, or never."""

    def enable_security_hub(self, **_parameters: Any) -> None:
        self.sent.append(ENABLE)
        raise error("ResourceConflictException", 409, SUBSCRIBED)


def test_conflict_while_hub_shows_as_off_is_refusal_in_the_words_of_the_service(clock: Clock) -> None:
    account = ConflictingAccount(clock, {ASKED: "Invited"})
    account.incidents["get_administrator"] = [HUB_OFF] * 100
    found = reconcile(account, "accepted", hub=DesiredHub())
    assert (found.error.error_code, found.error.text) == ("ResourceConflictException", SUBSCRIBED)
    assert (found.value.changed, found.value.after, account.sent) == (False, None, [ENABLE])


def test_hub_that_somebody_else_has_enabled_is_none_of_this_run(clock: Clock) -> None:
    account = ConflictingAccount(clock, {ASKED: "Invited"})
    account.incidents["get_administrator"] = [HUB_OFF] * 4
    found = reconcile(account, "accepted", hub=DesiredHub())
    assert found.error is None
    assert found.value.before.member_status == "Invited"
    assert found.value.after.member_status == "Enabled"
    assert account.sent == [ENABLE, ACCEPT]


def test_invitation_that_is_refused_for_now_is_declined_later(clock: Clock) -> None:
    account = MemberAccount(clock, {ASKED: "Invited"})
    answers = [{"UnprocessedAccounts": [{"AccountId": ASKED, "ProcessingResult": "Please try later."}]}]
    decline = account.decline_invitations
    account.decline_invitations = lambda **request: answers.pop() if answers else decline(**request)  # type: ignore[method-assign]
    found = reconcile(account, "declined", wait_timeout=0)
    assert (found.error, found.value.changed, account.state) == (None, True, {ASKED: "Resigned"})


def test_account_with_nothing_left_to_do_takes_no_step(clock: Clock) -> None:
    account = MemberAccount(clock, {})
    steps = invitation_apply.InvitationSteps(account.client, ASKED, MemberSide(None, None))
    steps.take((), retry.Waiter(30))
    assert (account.sent, steps.tracker.any, steps.is_certain) == ([], False, True)
