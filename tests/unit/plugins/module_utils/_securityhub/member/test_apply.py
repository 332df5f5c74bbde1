# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending, and reading again: against a service that answers as a script says, on a clock that only pauses move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub import retry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member import apply as member_apply
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    Outcome,
    decide_invitation,
)
from ansible_collections.multiaccount.aws.tests.unit.scripted import (
    AFTER_THE_WORK,
    DENIED,
    ERROR,
    ERROR_AFTER,
    INVALID,
    LOST_REPLY,
    LOST_REQUEST,
    NO_CONNECTION,
    NOT_FOUND,
    THROTTLE,
    Clock,
    refuse,
)
from ansible_collections.multiaccount.aws.tests.unit.support import accounts

ALREADY = "The request is rejected because the current account has already invited the given member account."


class Service:
    """One Region of Security Hub: reader, writer and what happens behind them.

    invites and reads list what the next calls meet, in order; lag is how many seconds reads are behind.
    """

    region = "eu-west-1"
    meta = SimpleNamespace(region_name=region)

    def __init__(self, clock: Clock, statuses: dict[str, str]) -> None:
        self.clock = clock
        self.statuses = statuses
        self.history: list[tuple[float, str, str]] = []
        self.invites: list[str] = []
        self.reads: list[str] = []
        self.rejected: dict[str, str] = {}
        self.lag = 0.0
        self.sent: list[list[str]] = []
        self.looked: list[list[str]] = []
        self.before_invite: Callable[[], None] = lambda: None
        self.reader = SimpleNamespace(meta=self.meta, get_members=self.get_members)

    @property
    def writer(self) -> Any:
        return SimpleNamespace(meta=self.meta, invite_members=self.invite_members)

    def invite_members(self, *, AccountIds: list[str]) -> dict[str, Any]:  # noqa: N803
        self.sent.append(AccountIds)
        self.before_invite()
        incident = self.invites.pop(0) if self.invites else None
        if incident and incident not in AFTER_THE_WORK:
            refuse(incident)
        rows = [{"AccountId": each, "ProcessingResult": self.invite(each)} for each in AccountIds]
        if incident:
            refuse(incident)
        return {"UnprocessedAccounts": [row for row in rows if row["ProcessingResult"]]}

    def invite(self, account_id: str) -> str:
        """Invite one account; return the service's words where it does not."""
        if account_id in self.rejected:
            return self.rejected[account_id]
        if self.statuses[account_id] in ("Invited", "Enabled"):
            return ALREADY
        self.set_status(account_id, "Invited")
        return ""

    def set_status(self, account_id: str, status: str) -> None:
        self.history.append((self.clock.now, account_id, self.statuses[account_id]))
        self.statuses[account_id] = status

    def get_members(self, *, AccountIds: list[str]) -> dict[str, Any]:  # noqa: N803
        self.looked.append(AccountIds)
        incident = self.reads.pop(0) if self.reads else None
        if incident:
            refuse(incident)
        seen = self.seen()
        return {"Members": [{"AccountId": each, "MemberStatus": seen[each]} for each in AccountIds if each in seen]}

    def seen(self) -> dict[str, str]:
        """The statuses as reads show them: what is younger than lag is taken back."""
        horizon = self.clock.now - self.lag
        past = {account_id: before for moment, account_id, before in reversed(self.history) if moment > horizon}
        return {**self.statuses, **past}


@pytest.fixture(name="clock")
def _clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(retry, "time", clock)
    return clock


@pytest.fixture(name="pair")
def _pair(clock: Clock) -> Service:
    """Two accounts that can be invited."""
    return Service(clock, dict.fromkeys(accounts(2), "Created"))


def converge(
    service: Any,
    account_ids: Sequence[str] = (),
    wait_timeout: float = 30,
    check_mode: bool = False,
    reinvite: Sequence[str] = ("removed",),
) -> member_apply.Converged:
    return member_apply.converge(
        service,
        account_ids or list(service.statuses),
        lambda account_id, member: decide_invitation(account_id, member, reinvite),
        [member_apply.INVITATION],
        wait_timeout,
        check_mode,
    )


def ends(converged: member_apply.Converged) -> list[tuple[str, str | None]]:
    """List and reason of each account."""
    return [(outcome.result, outcome.reason) for outcome in converged.outcomes]


def status_after(outcome: Outcome) -> str | None:
    return outcome.after.member_status if outcome.after else None


INVITED = ("invited", None)
UNCHANGED = ("unchanged", None)
NOT_ATTEMPTED = ("unprocessed", "not_attempted")
REJECTED = ("unprocessed", "rejected")
UNCONFIRMED = ("unprocessed", "unconfirmed")


def test_a_run_without_incident(pair: Service) -> None:
    converged = converge(pair)
    assert ends(converged) == [INVITED, INVITED]
    assert [status_after(outcome) for outcome in converged.outcomes] == ["Invited", "Invited"]
    assert all(outcome.changed for outcome in converged.outcomes)
    assert converged.failure is None
    assert (len(pair.sent), len(pair.looked), pair.clock.pauses) == (1, 2, [])


def test_check_mode_reads_and_does_not_write(pair: Service) -> None:
    converged = converge(pair, check_mode=True)
    assert ends(converged) == [INVITED, INVITED]
    assert (pair.sent, len(pair.looked)) == ([], 1)
    assert set(pair.statuses.values()) == {"Created"}


def test_where_there_is_nothing_to_do_no_writer_is_made() -> None:
    reader = Service(Clock(), {"111122223333": "Enabled", "444455556666": "Resigned"}).reader
    converged = converge(SimpleNamespace(reader=reader), ["444455556666", "000000000001", "111122223333"])
    assert ends(converged) == [("unprocessed", "resigned"), ("unprocessed", "not_a_member"), UNCHANGED]
    assert not any(outcome.changed for outcome in converged.outcomes)


def test_outcomes_come_in_the_order_of_the_request(clock: Clock) -> None:
    service = Service(clock, {"000000000003": "Created", "000000000002": "Enabled", "000000000001": "Removed"})
    wanted = ["000000000002", "000000000001", "000000000004", "000000000003"]
    converged = converge(service, wanted)
    assert [outcome.account_id for outcome in converged.outcomes] == wanted
    assert ends(converged) == [UNCHANGED, INVITED, ("unprocessed", "not_a_member"), INVITED]
    assert service.sent == [["000000000001", "000000000003"]]


@pytest.mark.parametrize(("number", "calls"), [(1, 1), (50, 1), (51, 2), (1000, 20)])
def test_calls_carry_fifty_accounts(clock: Clock, number: int, calls: int) -> None:
    service = Service(clock, dict.fromkeys(accounts(number), "Created"))
    assert ends(converge(service)) == [INVITED] * number
    assert (len(service.sent), len(service.looked)) == (calls, 2 * calls)
    assert max(map(len, service.sent + service.looked)) <= 50


@pytest.mark.parametrize("incident", [THROTTLE, NO_CONNECTION])
@pytest.mark.parametrize("times", range(retry.SEND_ATTEMPTS))
def test_what_was_not_sent_is_sent_again(pair: Service, incident: str, times: int) -> None:
    pair.invites = [incident] * times
    converged = converge(pair)
    assert ends(converged) == [INVITED, INVITED]
    assert (len(pair.sent), len(pair.looked)) == (times + 1, 2)
    assert len(pair.clock.pauses) == times


def test_pauses_grow_and_differ(pair: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    bounds: list[tuple[float, float]] = []

    def highest(low: float, high: float) -> float:
        bounds.append((low, high))
        return high

    monkeypatch.setattr("random.uniform", highest)
    pair.invites = [THROTTLE] * (retry.SEND_ATTEMPTS - 1)
    converge(pair)
    assert bounds == [(0, high) for high in (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0, 20.0)]
    assert pair.clock.pauses == [high for _low, high in bounds]


@pytest.mark.parametrize("incident", [THROTTLE, NO_CONNECTION])
def test_throttling_that_does_not_end(pair: Service, incident: str) -> None:
    pair.invites = [incident] * 100
    converged = converge(pair)
    assert ends(converged) == [NOT_ATTEMPTED, NOT_ATTEMPTED]
    assert len(pair.sent) == retry.SEND_ATTEMPTS
    assert converged.failure
    assert converged.failure.retryable
    assert not any(outcome.changed for outcome in converged.outcomes)
    assert all(outcome.processing_result == str(converged.failure) for outcome in converged.outcomes)


@pytest.mark.parametrize("incident", [LOST_REPLY, ERROR_AFTER])
def test_in_doubt_and_visible_is_not_sent_again(pair: Service, incident: str) -> None:
    pair.invites = [incident]
    converged = converge(pair)
    assert ends(converged) == [INVITED, INVITED]
    assert all(outcome.changed for outcome in converged.outcomes)
    assert pair.sent == [accounts(2)]


@pytest.mark.parametrize("incident", [LOST_REQUEST, ERROR])
def test_in_doubt_and_not_visible_is_sent_again(pair: Service, incident: str) -> None:
    pair.invites = [incident, incident]
    assert ends(converge(pair)) == [INVITED, INVITED]
    assert pair.sent == [accounts(2)] * 3


def test_in_doubt_and_visible_late_counts_as_invited(pair: Service) -> None:
    pair.invites, pair.lag = [LOST_REPLY], 25
    converged = converge(pair)
    assert ends(converged) == [INVITED, INVITED]
    assert [moment[1] for moment in pair.history] == accounts(2)


def test_only_those_that_are_not_seen_as_invited_are_sent_again(pair: Service) -> None:
    first, second = accounts(2)
    pair.invites = [LOST_REQUEST]
    pair.before_invite = lambda: pair.set_status(first, "Invited") if len(pair.sent) == 1 else None
    assert ends(converge(pair)) == [INVITED, INVITED]
    assert pair.sent == [[first, second], [second]]


@pytest.mark.parametrize("status", ["Invited", "Enabled"])
def test_an_account_that_somebody_else_has_invited_meanwhile(pair: Service, status: str) -> None:
    first, second = accounts(2)
    pair.before_invite = lambda: pair.set_status(first, status)
    converged = converge(pair)
    assert ends(converged) == [INVITED, INVITED]
    assert [status_after(outcome) for outcome in converged.outcomes] == [status, "Invited"]
    assert pair.sent == [[first, second]]


def test_a_rejected_account_is_told_in_the_words_of_the_service(pair: Service) -> None:
    first = accounts(1)[0]
    pair.rejected = {first: "The request is rejected because of a reason."}
    converged = converge(pair)
    assert ends(converged) == [REJECTED, INVITED]
    rejected = converged.outcomes[0]
    assert (rejected.processing_result, rejected.changed) == (pair.rejected[first], False)
    assert status_after(rejected) == "Created"
    assert (len(pair.sent), pair.clock.pauses) == (1, [])


def test_an_account_that_is_deleted_meanwhile_does_not_stop_the_others(pair: Service) -> None:
    first, second = accounts(2)
    pair.before_invite = lambda: pair.invites.append(NOT_FOUND) if pair.statuses.pop(first, None) else None
    converged = converge(pair, [first, second])
    assert ends(converged) == [REJECTED, INVITED]
    assert (converged.outcomes[0].processing_result, converged.outcomes[0].changed) == (NOT_FOUND, False)
    assert status_after(converged.outcomes[0]) is None
    assert pair.sent == [[first, second], [second]]
    assert converged.failure is None


@pytest.mark.parametrize(
    ("objected", "sent"),
    [
        ([0], [5, 2, 1, 1, 3]),
        ([4], [5, 2, 3, 1, 2, 1, 1]),
        ([0, 3], [5, 2, 1, 1, 3, 1, 2, 1, 1]),
        ([0, 1, 2, 3, 4], [5, 2, 1, 1, 3, 1, 2, 1, 1]),
    ],
)
def test_accounts_that_make_the_service_refuse_a_whole_call_do_not_hold_up_the_others(
    clock: Clock, objected: list[int], sent: list[int]
) -> None:
    account_ids = accounts(5)
    wrong = {account_ids[number] for number in objected}
    service = Service(clock, dict.fromkeys(account_ids, "Created"))
    service.before_invite = lambda: service.invites.append(INVALID) if wrong & set(service.sent[-1]) else None
    converged = converge(service)
    assert ends(converged) == [REJECTED if each in wrong else INVITED for each in account_ids]
    assert {each.processing_result for each in converged.outcomes if each.account_id in wrong} == {INVALID}
    assert [each.changed for each in converged.outcomes] == [each not in wrong for each in account_ids]
    assert [len(ids) for ids in service.sent] == sent
    assert (converged.failure, clock.pauses) == (None, [])


def test_a_not_found_that_the_member_list_denies_is_a_failure_in_the_end(pair: Service) -> None:
    pair.invites = [NOT_FOUND] * 100
    converged = converge(pair)
    assert ends(converged) == [NOT_ATTEMPTED, NOT_ATTEMPTED]
    assert len(pair.sent) == retry.SEND_ATTEMPTS
    assert converged.failure
    assert converged.failure.not_found


@pytest.mark.parametrize("lag", [0.4, 5, 29])
def test_slow_visibility_is_waited_for(pair: Service, lag: float) -> None:
    pair.lag = lag
    started = pair.clock.now
    converged = converge(pair, wait_timeout=30)
    assert ends(converged) == [INVITED, INVITED]
    assert [status_after(outcome) for outcome in converged.outcomes] == ["Invited", "Invited"]
    assert lag <= pair.clock.now - started <= lag + retry.POLL_PAUSE_AFTERWARDS
    assert len(pair.sent) == 1


def test_slow_visibility_is_waited_for_only_so_long(pair: Service) -> None:
    pair.lag = 60
    started = pair.clock.now
    converged = converge(pair, wait_timeout=10)
    assert ends(converged) == [UNCONFIRMED, UNCONFIRMED]
    assert all(outcome.changed for outcome in converged.outcomes)
    assert [status_after(outcome) for outcome in converged.outcomes] == ["Created", "Created"]
    assert pair.clock.now - started == pytest.approx(10)
    assert len(pair.sent) == 1
    assert converged.failure is None


def test_accounts_that_are_seen_are_not_looked_for_again(pair: Service) -> None:
    first, second = accounts(2)
    pair.lag = 3
    pair.before_invite = lambda: pair.history.append((pair.clock.now + 1, second, "Created"))
    converge(pair)
    assert [first, second] in pair.looked
    assert pair.looked[-1] == [second]


def test_without_wait_timeout_nobody_looks_again(pair: Service) -> None:
    pair.lag = 60
    converged = converge(pair, wait_timeout=0)
    assert ends(converged) == [INVITED, INVITED]
    assert [status_after(outcome) for outcome in converged.outcomes] == ["Invited", "Invited"]
    assert (len(pair.sent), len(pair.looked), pair.clock.pauses) == (1, 1, [])


def test_without_wait_timeout_those_that_were_named_are_looked_at(pair: Service) -> None:
    first, second = accounts(2)
    pair.before_invite = lambda: pair.set_status(first, "Invited")
    assert ends(converge(pair, wait_timeout=0)) == [INVITED, INVITED]
    assert pair.looked == [[first, second], [first]]


def test_without_wait_timeout_a_rejection_is_a_rejection(pair: Service) -> None:
    first, second = accounts(2)
    pair.rejected = {second: "No."}
    assert ends(converge(pair, wait_timeout=0)) == [INVITED, REJECTED]
    assert pair.looked == [[first, second], [second]]


def test_without_wait_timeout_those_in_doubt_are_looked_at(pair: Service) -> None:
    pair.invites = [LOST_REPLY]
    assert ends(converge(pair, wait_timeout=0)) == [INVITED, INVITED]
    assert pair.looked == [accounts(2), accounts(2)]
    assert len(pair.sent) == 1


@pytest.fixture(name="three_batches")
def _three_batches(clock: Clock) -> Service:
    return Service(clock, dict.fromkeys(accounts(150), "Created"))


def test_a_failure_midway_keeps_what_was_done(three_batches: Service) -> None:
    three_batches.before_invite = lambda: three_batches.invites.append(DENIED) if len(three_batches.sent) == 2 else None
    converged = converge(three_batches)
    assert ends(converged) == [INVITED] * 50 + [NOT_ATTEMPTED] * 100
    assert [len(batch) for batch in three_batches.sent] == [50, 50]
    assert converged.failure
    assert converged.failure.error_code == "AccessDeniedException"
    assert {outcome.processing_result for outcome in converged.outcomes[50:]} == {str(converged.failure)}
    assert {status_after(outcome) for outcome in converged.outcomes[50:]} == {"Created"}


def test_a_failure_midway_does_not_forget_the_rejected(three_batches: Service) -> None:
    rejected = accounts(1)[0]
    three_batches.rejected = {rejected: "No."}
    three_batches.before_invite = lambda: three_batches.invites.append(DENIED) if len(three_batches.sent) == 2 else None
    assert ends(converge(three_batches)) == [REJECTED] + [INVITED] * 49 + [NOT_ATTEMPTED] * 100


@pytest.mark.parametrize("incident", [LOST_REQUEST, ERROR])
def test_a_final_failure_in_doubt_that_is_not_visible_was_not_carried_out(pair: Service, incident: str) -> None:
    pair.invites = [incident] * 100
    converged = converge(pair)
    assert ends(converged) == [NOT_ATTEMPTED, NOT_ATTEMPTED]
    assert not any(outcome.changed for outcome in converged.outcomes)
    assert len(pair.sent) == retry.SEND_ATTEMPTS
    assert converged.failure
    assert converged.failure.in_doubt


def test_a_final_failure_in_doubt_that_is_visible_was_carried_out(pair: Service) -> None:
    pair.invites = [LOST_REQUEST] * (retry.SEND_ATTEMPTS - 1) + [LOST_REPLY]
    converged = converge(pair)
    assert ends(converged) == [INVITED, INVITED]
    assert all(outcome.changed for outcome in converged.outcomes)
    assert len(pair.sent) == retry.SEND_ATTEMPTS


def test_in_doubt_and_nothing_can_be_read_any_more(pair: Service) -> None:
    pair.invites, pair.reads = [LOST_REPLY], ["", DENIED, DENIED]
    converged = converge(pair)
    assert ends(converged) == [UNCONFIRMED, UNCONFIRMED]
    assert all(outcome.changed for outcome in converged.outcomes)
    assert len(pair.sent) == 1
    assert converged.failure
    assert (converged.failure.operation, converged.failure.error_code) == ("GetMembers", "AccessDeniedException")
    assert converged.outcomes[0].processing_result == str(converged.failure)


def test_invited_and_nothing_can_be_read_any_more(pair: Service) -> None:
    pair.reads = ["", DENIED]
    converged = converge(pair)
    assert ends(converged) == [UNCONFIRMED, UNCONFIRMED]
    assert len(pair.sent) == 1
    assert converged.failure
    assert converged.failure.operation == "GetMembers"


def test_the_first_failure_is_the_one_that_is_told(three_batches: Service) -> None:
    three_batches.before_invite = lambda: three_batches.invites.append(DENIED) if len(three_batches.sent) == 2 else None
    three_batches.reads = ["", "", "", DENIED]
    converged = converge(three_batches)
    assert ends(converged) == [UNCONFIRMED] * 50 + [NOT_ATTEMPTED] * 100
    assert converged.failure
    assert converged.failure.operation == "InviteMembers"


def test_a_member_list_that_cannot_be_read_leaves_everything_alone(pair: Service) -> None:
    pair.reads = [DENIED]
    converged = converge(pair)
    assert ends(converged) == [NOT_ATTEMPTED, NOT_ATTEMPTED]
    assert not any(outcome.seen for outcome in converged.outcomes)
    assert pair.sent == []
    assert converged.failure


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_member_list_that_can_be_read_in_part(clock: Clock, check_mode: bool) -> None:
    ready, enabled, resigned, *more = accounts(60)
    service = Service(
        clock, {ready: "Created", enabled: "Enabled", resigned: "Resigned", **dict.fromkeys(more, "Enabled")}
    )
    service.reads = ["", DENIED]
    converged = converge(service, check_mode=check_mode)
    assert ends(converged)[:4] == [NOT_ATTEMPTED, UNCHANGED, ("unprocessed", "resigned"), UNCHANGED]
    assert ends(converged)[50:] == [NOT_ATTEMPTED] * 10
    assert [outcome.seen for outcome in converged.outcomes] == [True] * 50 + [False] * 10
    assert status_after(converged.outcomes[0]) == "Created"
    assert service.sent == []
    assert converged.failure


STATUSES = ["Created", "Invited", "Enabled", "Removed", "Resigned", "Deleted", "AccountSuspended", "Unheard of"]


def test_check_mode_and_run_give_the_same_answer(clock: Clock) -> None:
    service = Service(clock, dict(zip(accounts(len(STATUSES)), STATUSES, strict=True)))
    wanted = [*service.statuses, "999900001111"]
    foreseen = converge(service, wanted, check_mode=True)
    assert converge(service, wanted) == foreseen
    again = converge(service, wanted)
    assert not any(outcome.changed for outcome in again.outcomes)
    assert len(service.sent) == 1


def test_a_final_failure_in_doubt_is_waited_for_too(pair: Service) -> None:
    pair.invites, pair.lag = [LOST_REPLY, DENIED], 3
    converged = converge(pair, wait_timeout=30)
    assert ends(converged) == [INVITED, INVITED]
    assert all(outcome.changed for outcome in converged.outcomes)
    assert converged.failure


@pytest.mark.parametrize("wait_timeout", [0, 10])
def test_in_doubt_and_not_visible_in_time_is_unconfirmed(pair: Service, wait_timeout: float) -> None:
    pair.invites, pair.lag = [LOST_REPLY], 60
    converged = converge(pair, wait_timeout=wait_timeout)
    assert ends(converged) == [UNCONFIRMED, UNCONFIRMED]
    assert all(outcome.changed for outcome in converged.outcomes)


@pytest.mark.parametrize(("lag", "end"), [(5, INVITED), (60, REJECTED)])
def test_an_invitation_of_somebody_else_is_waited_for(pair: Service, lag: float, end: tuple[str, str | None]) -> None:
    first, second = accounts(2)
    pair.lag = lag
    pair.before_invite = lambda: pair.set_status(first, "Invited") if pair.statuses[first] == "Created" else None
    converged = converge(pair, [first, second], wait_timeout=30)
    assert ends(converged) == [end, INVITED if lag < 30 else UNCONFIRMED]
    assert len(pair.sent) == 1


def test_another_administrator_is_not_waited_for(pair: Service) -> None:
    first, second = accounts(2)
    pair.rejected = {first: "the given account ID is already an associated member of another master account."}
    assert ends(converge(pair, [first, second])) == [REJECTED, INVITED]
    assert pair.clock.pauses == []


def test_who_declined_and_still_counts_as_invited_is_not_waited_for(clock: Clock) -> None:
    (account_id,) = accounts(1)
    service = Service(clock, {account_id: "Resigned"})
    service.rejected = {account_id: ALREADY}
    converged = converge(service, reinvite=["resigned"])
    assert ends(converged) == [REJECTED]
    assert clock.pauses == []


@pytest.mark.parametrize("wait_timeout", [0, 1])
def test_a_later_failure_does_not_undo_what_an_earlier_batch_may_have_done(clock: Clock, wait_timeout: float) -> None:
    account_ids = accounts(100)
    service = Service(clock, dict.fromkeys(account_ids, "Created"))
    service.lag = 60
    service.invites = [LOST_REPLY, "", DENIED]  # the second is refused: "already invited"
    converged = converge(service, wait_timeout=wait_timeout)
    assert ends(converged) == [UNCONFIRMED] * 50 + [NOT_ATTEMPTED] * 50
    assert [outcome.changed for outcome in converged.outcomes] == [True] * 50 + [False] * 50
    assert converged.failure
