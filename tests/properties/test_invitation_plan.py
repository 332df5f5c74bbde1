# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for an account that accepts, declines or leaves, whatever it sees of its administrator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    PreconditionFailed,
    RegionResult,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.invitation.apply import (
    DesiredInvitation,
    InvitationChange,
    reconcile_invitation,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.invitation.plan import (
    plan_invitation_response,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Invitation, MemberSide
from properties.region import ADMINISTRATOR, OTHER_ADMINISTRATOR, REGION, Account, Region, act_as
from properties.strategies import UNKNOWN_STATUSES, regions

STATES = st.sampled_from(["accepted", "declined", "left", "absent"])
# Why an account can't accept, which no run changes.
OBSTACLES = {"other_administrator", "has_members", "no_invitation", "unknown_status"}


def run(region: Region, account_id: str, state: str, check: bool = False) -> RegionResult[InvitationChange]:
    client, desired = region.client(), DesiredInvitation(ADMINISTRATOR, state, 30)
    act_as(account_id)
    return reconcile_invitation(client, desired, check)


def code(result: RegionResult[InvitationChange]) -> str | None:
    return result.error.error_code if result.error else None


@st.composite
def places(draw: st.DrawFn) -> tuple[Region, str]:
    """A Region, and one of the accounts in it."""
    region = draw(regions(late=True).filter(lambda each: len(each.account_ids) > 1))
    return region, draw(st.sampled_from(sorted(set(region.account_ids) - {ADMINISTRATOR})))


def is_as_desired(account: Account, state: str) -> bool:
    invitation = account.invitations.get(ADMINISTRATOR)
    if state == "accepted":
        return account.administrator == ADMINISTRATOR
    if state == "declined":
        return invitation != "Invited"
    if state == "left":
        return account.administrator != ADMINISTRATOR
    return account.administrator != ADMINISTRATOR and invitation is None


def is_refused(region: Region, account_id: str, result: RegionResult[InvitationChange]) -> bool:
    """Whether the account is one of the organization, which can't leave."""
    return account_id in region.store.organization_accounts and code(result) == "InvalidInputException"


def of_others(account: Account) -> tuple[dict[str, str], bool]:
    """Anybody else's invitations and membership, about which nothing is done."""
    invitations = {each: status for each, status in account.invitations.items() if each != ADMINISTRATOR}
    return invitations, account.administrator == OTHER_ADMINISTRATOR


@given(places(), STATES)
def test_run_ends_as_desired_or_says_why_not(place: tuple[Region, str], state: str) -> None:
    region, account_id = place
    before = region.account(account_id)
    result = run(region, account_id, state)
    if is_refused(region, account_id, result):
        assert region.account(account_id) == before
    elif result.error:
        assert code(result) in OBSTACLES | {"InvalidAccessException"}
        assert region.writes == []
    else:
        assert is_as_desired(region.account(account_id), state)
    assert of_others(region.account(account_id)) == of_others(before)


@given(places(), STATES)
def test_check_mode_shows_what_a_run_does(place: tuple[Region, str], state: str) -> None:
    region, account_id = place
    before = region.accounts()
    expected = run(region, account_id, state, check=True)
    assert region.writes == []
    assert region.accounts() == before
    done = run(region, account_id, state)
    if is_refused(region, account_id, done):
        return
    assert (expected.value, code(expected)) == (done.value, code(done))
    assert done.value.changed == bool(region.writes)


@given(places(), STATES)
def test_second_run_has_nothing_to_do(place: tuple[Region, str], state: str) -> None:
    region, account_id = place
    first = run(region, account_id, state)
    second = run(region, account_id, state)
    assert not second.value.changed
    assert region.writes == [] or is_refused(region, account_id, second)
    assert code(second) == code(first)


ADMINISTRATORS = st.sampled_from([None, ADMINISTRATOR, OTHER_ADMINISTRATOR])


@given(ADMINISTRATORS, UNKNOWN_STATUSES, st.booleans(), STATES)
def test_unknown_status_is_never_acted_upon(
    administrator_id: str | None, status: str, has_members: bool, state: str
) -> None:
    administrator = Invitation(administrator_id, "Enabled") if administrator_id else None
    side = MemberSide(administrator, Invitation(ADMINISTRATOR, status), has_members)
    if state == "accepted" and administrator_id == ADMINISTRATOR:
        assert plan_invitation_response(state, ADMINISTRATOR, side, REGION).steps == ()
        return
    with pytest.raises(PreconditionFailed) as refusal:
        plan_invitation_response(state, ADMINISTRATOR, side, REGION)
    assert refusal.value.error_code == "unknown_status"
    assert repr(status) in str(refusal.value)
