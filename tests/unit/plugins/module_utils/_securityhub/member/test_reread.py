# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading again what came of a write: until it is seen, or time is up."""

from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import SecurityHubError
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock, InProcessHub
from ansible_collections.multiaccount.aws.tests.unit.account import DENIED, LOST_REPLY, NOTHING
from ansible_collections.multiaccount.aws.tests.unit.member_service import (
    INVITED,
    REJECTED,
    UNCHANGED,
    UNCONFIRMED,
    Service,
    ends,
    reconcile_members,
    status_after,
)
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION, accounts


def test_in_doubt_and_visible_late_counts_as_invited(pair: Service) -> None:
    pair.invites += [LOST_REPLY]
    pair.see_late(25)
    found = reconcile_members(pair)
    assert ends(found) == [INVITED, INVITED]
    assert pair.hub.counts()["invitations"][ADMINISTRATOR][REGION] == dict.fromkeys(accounts(2), 1)


@pytest.mark.parametrize("lag", [0.4, 5, 29])
def test_slow_visibility_is_waited_for(clock: Clock, pair: Service, lag: float) -> None:
    pair.see_late(lag)
    started = clock.now
    found = reconcile_members(pair, wait_timeout=30)
    assert ends(found) == [INVITED, INVITED]
    assert [status_after(outcome) for outcome in found.value] == ["Invited", "Invited"]
    assert lag <= clock.now - started <= lag + retry.POLL_PAUSE_AFTERWARDS
    assert len(pair.invited) == 1


def test_slow_visibility_is_waited_for_only_so_long(clock: Clock, pair: Service) -> None:
    pair.see_late(60)
    started = clock.now
    found = reconcile_members(pair, wait_timeout=10)
    assert ends(found) == [UNCONFIRMED, UNCONFIRMED]
    assert all(outcome.changed for outcome in found.value)
    assert [status_after(outcome) for outcome in found.value] == ["Created", "Created"]
    assert clock.now - started == pytest.approx(10)
    assert len(pair.invited) == 1
    assert found.error is None


def test_accounts_that_are_seen_are_not_looked_for_again(clock: Clock, pair: Service) -> None:
    first, second = accounts(2)
    pair.see_late(4)
    pair.before_invite(lambda: pair.put_member(ADMINISTRATOR, first, "Invited", clock.now - 1))
    reconcile_members(pair)
    assert [first, second] in pair.looked
    assert pair.looked[-1] == [second]


def test_without_wait_timeout_nobody_looks_again(clock: Clock, pair: Service) -> None:
    pair.see_late(60)
    found = reconcile_members(pair, wait_timeout=0)
    assert ends(found) == [INVITED, INVITED]
    assert [status_after(outcome) for outcome in found.value] == ["Invited", "Invited"]
    assert (len(pair.invited), len(pair.looked), clock.pauses) == (1, 1, [])


def test_without_wait_timeout_those_that_were_named_are_looked_at(pair: Service) -> None:
    first, second = accounts(2)
    pair.before_invite(lambda: pair.set_status(first, "Invited"))
    assert ends(reconcile_members(pair, wait_timeout=0)) == [UNCHANGED, INVITED]
    assert pair.looked == [[first, second], [first]]


def test_without_wait_timeout_a_rejection_is_a_rejection(pair: Service) -> None:
    first, second = accounts(2)
    pair.reject(second, "No.")
    assert ends(reconcile_members(pair, wait_timeout=0)) == [INVITED, REJECTED]
    assert pair.looked == [[first, second], [second]]


def test_without_wait_timeout_those_in_doubt_are_looked_at(pair: Service) -> None:
    pair.invites += [LOST_REPLY]
    assert ends(reconcile_members(pair, wait_timeout=0)) == [INVITED, INVITED]
    assert pair.looked == [accounts(2), accounts(2)]
    assert len(pair.invited) == 1


def test_in_doubt_and_nothing_can_be_read_any_more(pair: Service) -> None:
    pair.invites += [LOST_REPLY]
    pair.reads += [NOTHING, DENIED, DENIED]
    found = reconcile_members(pair)
    assert ends(found) == [UNCONFIRMED, UNCONFIRMED]
    assert all(outcome.changed for outcome in found.value)
    assert len(pair.invited) == 1
    assert isinstance(found.error, SecurityHubError)
    assert (found.error.operation, found.error.error_code) == ("GetMembers", "AccessDeniedException")
    assert str(found.value[0].processing_result).endswith(f"The last message was: {found.error}")


def test_invited_and_nothing_can_be_read_any_more(pair: Service) -> None:
    pair.reads += [NOTHING, DENIED]
    found = reconcile_members(pair)
    assert ends(found) == [UNCONFIRMED, UNCONFIRMED]
    assert len(pair.invited) == 1
    assert isinstance(found.error, SecurityHubError)
    assert found.error.operation == "GetMembers"


def test_a_final_failure_in_doubt_is_waited_for_too(pair: Service) -> None:
    pair.invites += [LOST_REPLY, DENIED]
    pair.see_late(3)
    found = reconcile_members(pair, wait_timeout=30)
    assert ends(found) == [INVITED, INVITED]
    assert all(outcome.changed for outcome in found.value)
    assert found.error


@pytest.mark.parametrize("wait_timeout", [0, 10])
def test_in_doubt_and_not_visible_in_time_is_unconfirmed(pair: Service, wait_timeout: float) -> None:
    pair.invites += [LOST_REPLY]
    pair.see_late(60)
    found = reconcile_members(pair, wait_timeout=wait_timeout)
    assert ends(found) == [UNCONFIRMED, UNCONFIRMED]
    assert all(outcome.changed for outcome in found.value)


@pytest.mark.parametrize(("lag", "end"), [(5, UNCHANGED), (60, REJECTED)])
def test_an_invitation_of_somebody_else_is_waited_for(pair: Service, lag: float, end: tuple[str, str | None]) -> None:
    first, second = accounts(2)
    pair.see_late(lag)
    pair.before_invite(lambda: pair.set_status(first, "Invited") if pair.statuses[first] == "Created" else None)
    found = reconcile_members(pair, [first, second], wait_timeout=30)
    assert ends(found) == [end, INVITED if lag < 30 else UNCONFIRMED]
    assert len(pair.invited) == 1


@pytest.mark.parametrize("wait_timeout", [0, 1])
def test_later_failure_does_not_undo_what_an_earlier_batch_may_have_done(
    hub: InProcessHub, wait_timeout: float
) -> None:
    account_ids = accounts(100)
    service = Service(hub, dict.fromkeys(account_ids, "Created"))
    service.see_late(60)
    service.invites += [LOST_REPLY, NOTHING, DENIED]  # the second is refused: "already invited"
    found = reconcile_members(service, wait_timeout=wait_timeout)
    assert ends(found) == [UNCONFIRMED] * 50 + [REJECTED] * 50
    assert [outcome.changed for outcome in found.value] == [True] * 50 + [False] * 50
    assert found.error
