# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending: what is written, in which calls, and what the results say of it."""

from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import SecurityHubError
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock, InProcessHub
from ansible_collections.multiaccount.aws.tests.unit.account import (
    DENIED,
    ERROR,
    ERROR_AFTER,
    LOST_REPLY,
    LOST_REQUEST,
    NO_CONNECTION,
    NOTHING,
    THROTTLE,
    Fault,
)
from ansible_collections.multiaccount.aws.tests.unit.member_service import (
    INVITED,
    NOT_ATTEMPTED,
    REJECTED,
    UNCHANGED,
    UNCONFIRMED,
    Service,
    ends,
    reconcile_members,
    status_after,
)
from ansible_collections.multiaccount.aws.tests.unit.support import accounts


def test_a_run_without_incident(clock: Clock, pair: Service) -> None:
    found = reconcile_members(pair)
    assert ends(found) == [INVITED, INVITED]
    assert [status_after(outcome) for outcome in found.value] == ["Invited", "Invited"]
    assert all(outcome.changed for outcome in found.value)
    assert found.error is None
    assert (len(pair.invited), len(pair.looked), clock.pauses) == (1, 2, [])


def test_check_mode_reads_and_does_not_write(pair: Service) -> None:
    found = reconcile_members(pair, check_mode=True)
    assert ends(found) == [INVITED, INVITED]
    assert (pair.invited, len(pair.looked)) == ([], 1)
    assert set(pair.statuses.values()) == {"Created"}


def test_nothing_to_do_sends_no_write(hub: InProcessHub) -> None:
    service = Service(hub, {"111122223333": "Enabled", "444455556666": "Resigned"})
    found = reconcile_members(service, ["444455556666", "000000000001", "111122223333"])
    assert ends(found) == [("unprocessed", "resigned"), ("unprocessed", "not_a_member"), UNCHANGED]
    assert not any(outcome.changed for outcome in found.value)
    assert (service.invited, len(service.looked)) == ([], 1)


def test_outcomes_come_in_the_order_of_the_request(hub: InProcessHub) -> None:
    service = Service(hub, {"000000000003": "Created", "000000000002": "Enabled", "000000000001": "Removed"})
    wanted = ["000000000002", "000000000001", "000000000004", "000000000003"]
    found = reconcile_members(service, wanted)
    assert [outcome.account_id for outcome in found.value] == wanted
    assert ends(found) == [UNCHANGED, INVITED, ("unprocessed", "not_a_member"), INVITED]
    assert service.invited == [["000000000001", "000000000003"]]


@pytest.mark.parametrize(("number", "calls"), [(1, 1), (50, 1), (51, 2), (1000, 20)])
def test_calls_carry_fifty_accounts(hub: InProcessHub, number: int, calls: int) -> None:
    service = Service(hub, dict.fromkeys(accounts(number), "Created"))
    assert ends(reconcile_members(service)) == [INVITED] * number
    assert (len(service.invited), len(service.looked)) == (calls, 2 * calls)
    assert max(map(len, service.invited + service.looked)) <= 50


@pytest.mark.parametrize("incident", [THROTTLE, NO_CONNECTION])
@pytest.mark.parametrize("times", range(retry.SEND_ATTEMPTS))
def test_what_was_not_sent_is_sent_again(clock: Clock, pair: Service, incident: Fault, times: int) -> None:
    pair.invites += [incident] * times
    found = reconcile_members(pair)
    assert ends(found) == [INVITED, INVITED]
    assert (len(pair.invited), len(pair.looked)) == (times + 1, 2)
    assert len(clock.pauses) == times


def test_pauses_grow_and_differ(clock: Clock, pair: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    bounds: list[tuple[float, float]] = []

    def highest(low: float, high: float) -> float:
        bounds.append((low, high))
        return high

    monkeypatch.setattr("random.uniform", highest)
    pair.invites += [THROTTLE] * (retry.SEND_ATTEMPTS - 1)
    reconcile_members(pair)
    assert bounds == [(0, high) for high in (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0, 20.0)]
    assert clock.pauses == [high for _low, high in bounds]


# what never ends, what becomes of the accounts, what is said of them
ENDLESS = [
    (THROTTLE, REJECTED, "Rate exceeded", False),
    (NO_CONNECTION, NOT_ATTEMPTED, "InviteMembers failed in eu-west-1: EndpointConnectionError", False),
    (LOST_REQUEST, UNCONFIRMED, "The response to a request was lost", True),
    (ERROR, UNCONFIRMED, "The response to a request was lost", True),
]


@pytest.mark.parametrize(("incident", "end", "message", "changed"), ENDLESS)
def test_failure_that_does_not_end(
    pair: Service, incident: Fault, end: tuple[str, str], message: str, changed: bool
) -> None:
    pair.invites += [incident] * 100
    found = reconcile_members(pair)
    assert ends(found) == [end, end]
    assert len(pair.invited) == retry.SEND_ATTEMPTS
    assert isinstance(found.error, SecurityHubError)
    assert found.error.is_retryable
    assert [outcome.changed for outcome in found.value] == [changed, changed]
    assert all(str(outcome.processing_result).startswith(message) for outcome in found.value)


@pytest.mark.parametrize("incident", [LOST_REPLY, ERROR_AFTER])
def test_in_doubt_and_visible_is_not_sent_again(pair: Service, incident: Fault) -> None:
    pair.invites += [incident]
    found = reconcile_members(pair)
    assert ends(found) == [INVITED, INVITED]
    assert all(outcome.changed for outcome in found.value)
    assert pair.invited == [accounts(2)]


@pytest.mark.parametrize("incident", [LOST_REQUEST, ERROR])
def test_in_doubt_and_not_visible_is_sent_again(pair: Service, incident: Fault) -> None:
    pair.invites += [incident, incident]
    assert ends(reconcile_members(pair)) == [INVITED, INVITED]
    assert pair.invited == [accounts(2)] * 3


def test_only_those_that_are_not_seen_as_invited_are_sent_again(pair: Service) -> None:
    first, second = accounts(2)
    pair.invites += [LOST_REQUEST]
    pair.before_invite(lambda: pair.set_status(first, "Invited") if len(pair.invited) == 1 else None)
    assert ends(reconcile_members(pair)) == [INVITED, INVITED]
    assert pair.invited == [[first, second], [second]]


@pytest.mark.parametrize("status", ["Invited", "Enabled"])
def test_an_account_that_somebody_else_has_invited_meanwhile(pair: Service, status: str) -> None:
    first, second = accounts(2)
    pair.before_invite(lambda: pair.set_status(first, status))
    found = reconcile_members(pair)
    assert ends(found) == [UNCHANGED, INVITED]
    assert [outcome.changed for outcome in found.value] == [False, True]
    assert [status_after(outcome) for outcome in found.value] == [status, "Invited"]
    assert pair.invited == [[first, second]]


@pytest.fixture(name="three_batches")
def _three_batches(hub: InProcessHub) -> Service:
    return Service(hub, dict.fromkeys(accounts(150), "Created"))


def test_failure_midway_keeps_what_was_done(three_batches: Service) -> None:
    three_batches.invites += [NOTHING, DENIED]
    found = reconcile_members(three_batches)
    assert ends(found) == [INVITED] * 50 + [REJECTED] * 50 + [NOT_ATTEMPTED] * 50
    assert [len(batch) for batch in three_batches.invited] == [50, 50]
    assert found.error
    assert found.error.error_code == "AccessDeniedException"
    assert {outcome.processing_result for outcome in found.value[50:100]} == {DENIED["message"]}
    assert {outcome.processing_result for outcome in found.value[100:]} == {str(found.error)}
    assert {(status_after(outcome), outcome.changed) for outcome in found.value[50:]} == {("Created", False)}


def test_a_failure_midway_does_not_forget_the_rejected(three_batches: Service) -> None:
    rejected = accounts(1)[0]
    three_batches.reject(rejected, "No.")
    three_batches.invites += [NOTHING, DENIED]
    assert (
        ends(reconcile_members(three_batches)) == [REJECTED] + [INVITED] * 49 + [REJECTED] * 50 + [NOT_ATTEMPTED] * 50
    )


def test_a_final_failure_in_doubt_that_is_visible_was_carried_out(pair: Service) -> None:
    pair.invites += [LOST_REQUEST] * (retry.SEND_ATTEMPTS - 1) + [LOST_REPLY]
    found = reconcile_members(pair)
    assert ends(found) == [INVITED, INVITED]
    assert all(outcome.changed for outcome in found.value)
    assert len(pair.invited) == retry.SEND_ATTEMPTS


def test_the_first_failure_is_the_one_that_is_told(three_batches: Service) -> None:
    three_batches.invites += [NOTHING, DENIED]
    three_batches.reads += [NOTHING] * 3 + [DENIED]
    found = reconcile_members(three_batches)
    assert ends(found) == [UNCONFIRMED] * 50 + [REJECTED] * 50 + [NOT_ATTEMPTED] * 50
    assert isinstance(found.error, SecurityHubError)
    assert found.error.operation == "InviteMembers"


def test_a_member_list_that_cannot_be_read_leaves_everything_alone(pair: Service) -> None:
    pair.reads += [DENIED]
    found = reconcile_members(pair)
    assert ends(found) == [NOT_ATTEMPTED, NOT_ATTEMPTED]
    assert not any(outcome.is_seen for outcome in found.value)
    assert pair.invited == []
    assert found.error


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_member_list_that_can_be_read_in_part(hub: InProcessHub, check_mode: bool) -> None:
    ready, enabled, resigned, *more = accounts(60)
    service = Service(
        hub, {ready: "Created", enabled: "Enabled", resigned: "Resigned", **dict.fromkeys(more, "Enabled")}
    )
    service.reads += [NOTHING, DENIED]
    found = reconcile_members(service, check_mode=check_mode)
    assert ends(found)[:4] == [NOT_ATTEMPTED, UNCHANGED, ("unprocessed", "resigned"), UNCHANGED]
    assert ends(found)[50:] == [NOT_ATTEMPTED] * 10
    assert [outcome.is_seen for outcome in found.value] == [True] * 50 + [False] * 10
    assert status_after(found.value[0]) == "Created"
    assert service.invited == []
    assert found.error


STATUSES = ["Created", "Invited", "Enabled", "Removed", "Resigned", "Deleted", "AccountSuspended", "Unheard of"]


def test_check_mode_and_run_give_the_same_answer(hub: InProcessHub) -> None:
    service = Service(hub, dict(zip(accounts(len(STATUSES)), STATUSES, strict=True)))
    wanted = [*service.statuses, "999900001111"]
    foreseen = reconcile_members(service, wanted, check_mode=True)
    done = reconcile_members(service, wanted)
    assert (done.error, ends(done)) == (foreseen.error, ends(foreseen))
    assert list(map(status_after, done.value)) == list(map(status_after, foreseen.value))
    assert [each.actions for each in done.value] == [each.actions for each in foreseen.value]
    again = reconcile_members(service, wanted)
    assert not any(outcome.changed for outcome in again.value)
    assert len(service.invited) == 1
