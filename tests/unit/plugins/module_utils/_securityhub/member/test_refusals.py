# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refused accounts and refused calls: who is rejected, and who is held up by it."""

from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import SecurityHubError
from ansible_collections.multiaccount.aws.tests.local_hub.errors import NO_SUCH_RESOURCE
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock, InProcessHub
from ansible_collections.multiaccount.aws.tests.unit.account import CONFLICT, INVALID, NOT_FOUND, Fault
from ansible_collections.multiaccount.aws.tests.unit.member_service import (
    INVITE,
    INVITED,
    NOT_ATTEMPTED,
    REJECTED,
    Service,
    ends,
    reconcile_members,
    status_after,
)
from ansible_collections.multiaccount.aws.tests.unit.membership import OTHER_ADMINISTRATOR
from ansible_collections.multiaccount.aws.tests.unit.support import accounts


def test_a_rejected_account_is_told_in_the_words_of_the_service(clock: Clock, pair: Service) -> None:
    first = accounts(1)[0]
    pair.reject(first, "The request is rejected because of a reason.")
    found = reconcile_members(pair)
    assert ends(found) == [REJECTED, INVITED]
    rejected = found.value[0]
    assert (rejected.processing_result, rejected.changed) == ("The request is rejected because of a reason.", False)
    assert status_after(rejected) == "Created"
    assert (len(pair.invited), clock.pauses) == (1, [])


def test_an_account_that_is_deleted_meanwhile_does_not_stop_the_others(pair: Service) -> None:
    first, second = accounts(2)
    pair.hub.switches(invite_non_member="not_found")
    pair.before_invite(lambda: pair.set_status(first, None))
    found = reconcile_members(pair, [first, second])
    assert ends(found) == [REJECTED, INVITED]
    assert (found.value[0].processing_result, found.value[0].changed) == (NO_SUCH_RESOURCE, False)
    assert status_after(found.value[0]) is None
    assert pair.invited == [[first, second], [second]]
    assert found.error is None


def refuse_calls_for(service: Service, wrong: set[str], incident: Fault) -> None:
    """Let the service refuse each call that names one of these accounts."""
    service.hub.fault(**{**incident, "kind": "refuse_call", "account_ids": sorted(wrong)}, operation=INVITE)


@pytest.mark.parametrize("incident", [INVALID, NOT_FOUND, CONFLICT])
@pytest.mark.parametrize(
    ("objected", "sent"),
    [
        ([0], [5, 2, 1, 3, 1]),
        ([4], [5, 2, 3, 1, 2, 1, 1]),
        ([0, 3], [5, 2, 1, 3, 1, 2, 1, 1, 1]),
    ],
)
def test_accounts_that_make_the_service_refuse_a_call_hold_up_nobody(
    hub: InProcessHub, incident: Fault, objected: list[int], sent: list[int]
) -> None:
    account_ids = accounts(5)
    wrong = {account_ids[number] for number in objected}
    service = Service(hub, dict.fromkeys(account_ids, "Created"))
    refuse_calls_for(service, wrong, incident)
    found = reconcile_members(service)
    assert ends(found) == [REJECTED if each in wrong else INVITED for each in account_ids]
    assert {each.processing_result for each in found.value if each.account_id in wrong} == {incident["message"]}
    assert [each.changed for each in found.value] == [each not in wrong for each in account_ids]
    assert [len(ids) for ids in service.invited] == sent
    assert found.error is None


@pytest.mark.parametrize("incident", [INVALID, NOT_FOUND, CONFLICT])
@pytest.mark.parametrize("number", [5, 50, 120, 200])
def test_refusal_of_every_call_is_not_narrowed_down(hub: InProcessHub, incident: Fault, number: int) -> None:
    service = Service(hub, dict.fromkeys(accounts(number), "Created"))
    service.invites += [incident] * 1000
    found = reconcile_members(service)
    assert ends(found) == [REJECTED] * min(number, 50) + [NOT_ATTEMPTED] * (number - 50)
    assert not any(outcome.changed for outcome in found.value)
    assert len(service.invited) <= 12
    assert isinstance(found.error, SecurityHubError)
    assert found.error.text == incident["message"]


@pytest.mark.parametrize("incident", [INVALID, NOT_FOUND, CONFLICT])
@pytest.mark.parametrize("place", [0, 49, 50, 119])
def test_one_account_of_many_that_is_refused_holds_up_nobody(hub: InProcessHub, incident: Fault, place: int) -> None:
    account_ids = accounts(120)
    service = Service(hub, dict.fromkeys(account_ids, "Created"))
    refuse_calls_for(service, {account_ids[place]}, incident)
    found = reconcile_members(service)
    assert [number for number, end in enumerate(ends(found)) if end != INVITED] == [place]
    assert ends(found)[place] == REJECTED
    assert found.error is None


def test_another_administrator_is_not_waited_for(clock: Clock, pair: Service) -> None:
    first, second = accounts(2)
    pair.put_members(OTHER_ADMINISTRATOR, {first: "Enabled"})
    assert ends(reconcile_members(pair, [first, second])) == [REJECTED, INVITED]
    assert clock.pauses == []


def test_who_declined_and_still_counts_as_invited_is_not_waited_for(clock: Clock, hub: InProcessHub) -> None:
    (account_id,) = accounts(1)
    service = Service(hub, {account_id: "Resigned"})
    hub.switches(invite_resigned="already_invited")
    found = reconcile_members(service, reinvite=["resigned"])
    assert ends(found) == [REJECTED]
    assert clock.pauses == []
