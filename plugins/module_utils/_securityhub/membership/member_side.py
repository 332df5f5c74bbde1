# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""What member accounts see and do: looked at before the first write, worked on after it, many accounts at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Collection, Dict, List, Mapping, Optional, Sequence, Tuple, TypeVar

from ..aws.api import find_invitation, get_administrator, has_visible_members, read_member_side
from ..aws.calls import RegionClient
from ..aws.credentials import RoleCredentials, acting_as
from ..aws.retry import Run, Waiter, WriteTracker, guarded, poll
from ..errors import CREDENTIAL_CODES, FAILURES, Failure, PreconditionFailed, SecurityHubError
from ..hub.apply import enable_where_disabled
from ..hub.plan import DesiredHub
from ..invitation.apply import InvitationSteps
from ..invitation.plan import plan_invitation_response
from ..model import ACCEPT, DECLINE, ENABLE_HUB, INVITED, LEAVE, RESIGNED, Invitation, MemberSide
from ..reasons import REGION_DENIED, REGION_NOT_ENABLED, REJECTED, ROLE_NOT_ASSUMED, UNCONFIRMED
from .plan import FAILED, HUB_DISABLED, HUB_ENABLED, MemberLook, MembershipPlan, SideResult

T = TypeVar("T")
# Runs a function for many accounts at once, and returns the results in their order.
RunAll = Callable[[Callable[[str], Any], Sequence[str]], Sequence[Any]]


@dataclass(frozen=True)
class MemberAccounts:
    """The member accounts, and how to work in many of them at once.

    :param credentials: {account ID: its role}; accounts without a role are left out
    """

    credentials: Mapping[str, RoleCredentials]
    run_all: RunAll

    def with_role(self, account_ids: Sequence[str]) -> List[str]:
        """Return those of the accounts that have a role."""
        return [account_id for account_id in account_ids if account_id in self.credentials]

    def role_error(self, account_id: str, region: str) -> Optional[SecurityHubError]:
        """Take the role of an account unless it is taken; return why that failed, None if it did not."""
        return self.credentials[account_id].take(region)

    def map(self, account_ids: Sequence[str], work: Callable[[str], T]) -> Dict[str, T]:
        """Do the work in the accounts, each with its own credentials."""

        def work_as(account_id: str) -> T:
            with acting_as(self.credentials[account_id]):
                return work(account_id)

        return dict(zip(account_ids, self.run_all(work_as, account_ids)))

    def attempt(
        self, runs: Mapping[str, Run], region: str, account_ids: Sequence[str], step: Callable[[Run], None]
    ) -> None:
        """Attempt a step in these accounts at once."""

        def attempt(account_id: str) -> None:
            run = runs[account_id]
            run.error = self.role_error(account_id, region)
            if not run.error:
                run.attempt(step)

        self.map(account_ids, attempt)


@dataclass(frozen=True)
class MemberSideWork:
    """What is done in member accounts of one Region, each with its own credentials."""

    client: RegionClient
    accounts: MemberAccounts
    administrator_id: str
    hub: DesiredHub
    wait_timeout: float

    def look(self, account_ids: Sequence[str]) -> Dict[str, MemberLook]:
        """Look at the accounts that have a role; accounts without one are left out."""
        return self.accounts.map(self.accounts.with_role(account_ids), self._look)

    def look_what_to_leave(self, account_ids: Sequence[str]) -> Dict[str, Tuple[str, ...]]:
        """Return what the accounts that have a role do themselves in order to leave."""
        return self.accounts.map(self.accounts.with_role(account_ids), self._look_what_to_leave)

    def accept(self, plans: Mapping[str, MembershipPlan], resigned: Collection[str]) -> Dict[str, SideResult]:
        """Accept the invitation in these accounts, after enabling Security Hub where it is disabled.

        :param resigned: accounts that accept the invitation again that they declined or left
        """
        return self.accounts.map(
            list(plans), lambda account_id: self._accept(plans[account_id], account_id in resigned)
        )

    def leave(self, plans: Mapping[str, MembershipPlan]) -> Dict[str, SideResult]:
        """Leave or decline in these accounts, and delete the invitation."""
        return self.accounts.map(list(plans), lambda account_id: self._leave(plans[account_id]))

    def _look(self, account_id: str) -> MemberLook:
        """Look at the member's side; what goes wrong is part of what is seen."""
        error = self.accounts.role_error(account_id, self.client.region)
        if error:
            return MemberLook(ROLE_NOT_ASSUMED, message=str(error))
        try:
            with guarded("Looking", self.client.region):
                administrator = get_administrator(self.client)
                if administrator:
                    return MemberLook(HUB_ENABLED, administrator.administrator_id)
                return MemberLook(HUB_ENABLED, None, has_visible_members(self.client))
        except SecurityHubError as failure:
            return look_of_failure(failure)

    def _look_what_to_leave(self, account_id: str) -> Tuple[str, ...]:
        """Return what the account itself has to do; nothing where it can't be looked at: the list decides."""
        if self.accounts.role_error(account_id, self.client.region):
            return ()
        try:
            with guarded("Looking", self.client.region):
                _side, steps = self._read_what_to_leave()
        except FAILURES:
            return ()
        return tuple(step for step in (LEAVE, DECLINE) if step in steps)

    def _read_what_to_leave(self) -> Tuple[MemberSide, Sequence[str]]:
        side = read_member_side(self.client, self.administrator_id, to_accept=False)
        return side, plan_invitation_response("absent", self.administrator_id, side, self.client.region).steps

    def _accept(self, plan: MembershipPlan, is_resigned: bool) -> SideResult:
        """Enable Security Hub in the member account where it is disabled, and accept the invitation.

        Another administrator is left only once the invitation is there.
        """
        client, enabling, leaving = self.client, WriteTracker(), WriteTracker()
        steps = InvitationSteps(client, self.administrator_id, MemberSide(None, None))
        try:
            with guarded("Accepting", client.region):
                if ENABLE_HUB in plan.member_side:
                    client = enable_where_disabled(client, self.hub, enabling)
                invitation = self._await_invitation(client, (INVITED, RESIGNED) if is_resigned else (INVITED,))
                if plan.left_administrator_id:
                    self._leave_other(client, plan.left_administrator_id, leaving)
                steps = InvitationSteps(client, self.administrator_id, MemberSide(None, invitation))
                steps.take((ACCEPT,), Waiter(0))
            return SideResult((*_actions(ENABLE_HUB, enabling), *_actions(LEAVE, leaving), ACCEPT))
        except FAILURES as error:
            done = (*_actions(ENABLE_HUB, enabling), *_actions(LEAVE, leaving), *_actions(ACCEPT, steps.tracker))
            failed = _failed_side(error, done, any(each.in_doubt for each in (enabling, leaving, steps.tracker)))
            left = _after_leaving(plan, leaving, steps.tracker, client.region)
            return replace(failed, message=left + str(failed.message))

    def _leave_other(self, client: RegionClient, administrator_id: str, tracker: WriteTracker) -> None:
        """Leave another administrator, unless the account has left it since it was looked at."""
        side = read_member_side(client, administrator_id, to_accept=False)
        steps = plan_invitation_response("left", administrator_id, side, client.region).steps
        InvitationSteps(client, administrator_id, side, tracker).take(steps, Waiter(self.wait_timeout))

    def _await_invitation(self, client: RegionClient, acceptable: Collection[str]) -> Invitation:
        """Read the invitation, which may be on its way.

        :raises SecurityHubError: if the invitations can't be read
        :raises PreconditionFailed: if there is none in time
        """

        def look() -> Invitation:
            invitation = find_invitation(client, self.administrator_id)
            if invitation and invitation.member_status in acceptable:
                return invitation
            raise PreconditionFailed(UNCONFIRMED, "{account} does not show an invitation that it can accept in time.")

        def passes(error: Failure) -> bool:
            return isinstance(error, PreconditionFailed) or error.is_transient

        return poll(look, bool, Waiter(self.wait_timeout), passes)

    def _leave(self, plan: MembershipPlan) -> SideResult:
        """Leave or decline, and delete the invitation."""
        tracker = WriteTracker()
        try:
            with guarded("Leaving", self.client.region):
                side, steps = self._read_what_to_leave()
                taken = InvitationSteps(self.client, self.administrator_id, side)
                tracker = taken.tracker
                taken.take(steps, Waiter(self.wait_timeout))
            return SideResult(plan.member_side if tracker.any else ())
        except FAILURES as error:
            return _failed_side(error, plan.member_side if tracker.any else (), tracker.in_doubt)


def look_of_failure(error: SecurityHubError) -> MemberLook:
    """Return what a failed call shows of a member account."""
    if error.hub_is_disabled:
        return MemberLook(HUB_DISABLED)
    if error.is_denied_by_organization:
        return MemberLook(REGION_DENIED, message=str(error))
    if error.error_code in CREDENTIAL_CODES:
        return MemberLook(
            REGION_NOT_ENABLED,
            message=f"The Region {error.region} is not enabled (opted in) in the account: {error.text}",
        )
    return MemberLook(FAILED, message=str(error))


def _after_leaving(plan: MembershipPlan, leaving: WriteTracker, accepting: WriteTracker, region: str) -> str:
    """Return which administrator the account has after it may have left one, empty where it has not."""
    other = plan.left_administrator_id
    if leaving.in_doubt:
        return f"Account {plan.account_id} may have left administrator {other} in {region}, which is not confirmed. "
    if leaving.written:
        doubt = "may have accepted the invitation, which is not confirmed"
        now = doubt if accepting.any else "has no administrator now"
        return f"Account {plan.account_id} has left administrator {other} in {region}, and {now}. "
    return ""


def _actions(step: str, tracker: WriteTracker) -> Tuple[str, ...]:
    return (step,) if tracker.any else ()


def _failed_side(error: Failure, done: Tuple[str, ...], in_doubt: bool) -> SideResult:
    if isinstance(error, PreconditionFailed):
        reason = error.error_code
    else:
        reason = REGION_DENIED if error.is_denied_by_organization else REJECTED
    return SideResult(done, UNCONFIRMED if in_doubt else reason, str(error))
