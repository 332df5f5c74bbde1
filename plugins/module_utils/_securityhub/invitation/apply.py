# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Accepts, declines and leaves for the account that calls."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import List, Optional, Sequence, Tuple

from ..aws.api import accept_invitation, decline_invitation, delete_invitation, leave_administrator, read_member_side
from ..aws.calls import RegionClient
from ..aws.retry import Waiter, WriteTracker, guarded, poll
from ..errors import FAILURES, Failure, PreconditionFailed, RegionResult, SecurityHubError, is_already_done_message
from ..hub.apply import enable_where_disabled
from ..hub.plan import DesiredHub
from ..model import ACCEPT, DECLINE, DELETE_INVITATION, ENABLED, INVITED, LEAVE, RESIGNED, MemberSide, StateChange
from ..reasons import NO_INVITATION, OWN_ACCOUNT, UNCONFIRMED
from .plan import InvitationPlan, plan_invitation_response


@dataclass(frozen=True)
class InvitationState:
    """What a member account is to an administrator in one Region; a status of None stands for nothing at all."""

    administrator_id: str
    member_status: Optional[str]
    previous_member_status: Optional[str]
    invitation_id: Optional[str]
    reason: Optional[str] = None


InvitationChange = StateChange[InvitationState]


@dataclass(frozen=True)
class DesiredInvitation:
    """The desired state of the caller's account towards an administrator.

    ``state`` is accepted, declined, left or absent. ``wait_timeout`` is how many seconds an invitation may take to
    arrive, and a write to be seen. ``hub`` says how to enable Security Hub where it is disabled, None not to.
    """

    administrator_id: str
    state: str
    wait_timeout: float
    hub: Optional[DesiredHub] = None


def reconcile_invitation(
    client: RegionClient, desired: DesiredInvitation, check_mode: bool
) -> RegionResult[InvitationChange]:
    """Bring the caller's account to its desired state in one Region, or in check mode return what that would do.

    :return: ``before`` is None where Security Hub was disabled, and this run has enabled it or would
    """
    result = _reconcile_enabled(client, desired, check_mode)
    if not (isinstance(result.error, SecurityHubError) and result.error.hub_is_disabled):
        return result
    if desired.state == "left":
        # A member can't disable Security Hub (user guide), so where it is disabled there is nobody to leave.
        nobody = InvitationState(desired.administrator_id, None, None, None)
        return RegionResult(InvitationChange(nobody, nobody))
    return result if desired.hub is None else _reconcile_disabled(client, desired, desired.hub, check_mode)


def _reconcile_disabled(
    client: RegionClient, desired: DesiredInvitation, hub: DesiredHub, check_mode: bool
) -> RegionResult[InvitationChange]:
    """Do it where Security Hub is disabled, after enabling it."""
    if client.account_id() == desired.administrator_id:
        return _own_account(desired)
    unknown = InvitationState(desired.administrator_id, None, None, None)
    if check_mode:
        # An invitation that can't be seen before Security Hub is enabled is taken to be there.
        return RegionResult(InvitationChange(None, replace(unknown, member_status=ENABLED), changed=True))
    tracker = WriteTracker()
    try:
        enabled = enable_where_disabled(client, hub, tracker)
    except SecurityHubError as error:
        return RegionResult(InvitationChange(changed=tracker.any), error)
    result = _reconcile_enabled(enabled, desired, check_mode)
    if not tracker.any:
        return result
    if isinstance(result.error, SecurityHubError):
        unknown = replace(unknown, reason=UNCONFIRMED)
    return replace(result, value=InvitationChange(None, result.value.after or unknown, changed=True))


def _own_account(desired: DesiredInvitation) -> RegionResult[InvitationChange]:
    """Return the result in the administrator account itself, in which nothing is done."""
    itself = InvitationState(desired.administrator_id, None, None, None, OWN_ACCOUNT)
    return RegionResult(InvitationChange(itself, itself))


def _reconcile_enabled(
    client: RegionClient, desired: DesiredInvitation, check_mode: bool
) -> RegionResult[InvitationChange]:
    """Do it where Security Hub is enabled. An invitation that is not there yet, or can't be read yet, is waited for."""

    def look() -> Tuple[MemberSide, InvitationPlan]:
        side = read_member_side(client, desired.administrator_id, desired.state == "accepted")
        return side, plan_invitation_response(desired.state, desired.administrator_id, side, client.region)

    def passes(error: Failure) -> bool:
        if isinstance(error, SecurityHubError):
            return error.is_transient
        if error.error_code == NO_INVITATION and client.account_id() == desired.administrator_id:
            raise PreconditionFailed(OWN_ACCOUNT, "{account} is the administrator itself.") from error
        return error.error_code == NO_INVITATION

    try:
        side, plan = poll(look, lambda _: True, Waiter(desired.wait_timeout), passes)
    except FAILURES as error:
        if error.error_code == OWN_ACCOUNT:
            return _own_account(desired)
        return RegionResult(InvitationChange(is_read=False), error)
    invitation_id = side.invitation.invitation_id if side.invitation else None
    before = InvitationState(desired.administrator_id, plan.before, plan.before, invitation_id)
    after = replace(before, member_status=plan.after)
    if check_mode or not plan.steps:
        return RegionResult(InvitationChange(before, after, changed=bool(plan.steps)))
    return _apply(client, desired, side, plan.steps, InvitationChange(before, after))


def _apply(
    client: RegionClient, desired: DesiredInvitation, side: MemberSide, steps: Sequence[str], expected: InvitationChange
) -> RegionResult[InvitationChange]:
    taken = InvitationSteps(client, desired.administrator_id, side)
    try:
        with guarded("Changing the membership", client.region):
            taken.take(steps, Waiter(desired.wait_timeout))
            return RegionResult(replace(expected, changed=taken.tracker.any))
    except FAILURES as error:
        reason = None if taken.is_certain and error.error_code != UNCONFIRMED else UNCONFIRMED
        before = expected.before
        after = replace(before, member_status=taken.last_seen_status(), reason=reason) if before else None
        return RegionResult(InvitationChange(before, after, changed=taken.tracker.any), error)


@dataclass
class InvitationSteps:
    """The steps of a member account in one Region while they are taken. ``side`` is what was read last."""

    client: RegionClient
    administrator_id: str
    side: MemberSide
    tracker: WriteTracker = field(default_factory=WriteTracker)
    _is_read_since: bool = True
    _taken: List[str] = field(default_factory=list)

    def take(self, steps: Sequence[str], waiter: Waiter) -> None:
        """Take the steps one after the other, and wait until the last one is seen.

        :raises SecurityHubError: if the service refuses, or keeps failing
        :raises PreconditionFailed: if the last step is not seen in time
        """
        for number, step in enumerate(steps):
            if number == 0 or not self.is_done(step):
                self._take(step, waiter)
        if steps and waiter.is_wanted and not poll(partial(self.is_done, steps[-1]), bool, waiter):
            raise PreconditionFailed(
                UNCONFIRMED,
                "The service accepted the request in {region}, but did not show its effect in time.",
                region=self.client.region,
            )

    @property
    def is_certain(self) -> bool:
        """Whether ``side`` was read after all that may have been written, and shows what the service took."""
        seen = self._is_read_since and all(map(self._is_shown, self._taken))
        return not self.tracker.any or (seen and not self.tracker.in_doubt)

    def last_seen_status(self) -> Optional[str]:
        """Return the status that was read last."""
        return self.side.invitation.member_status if self.side.invitation else None

    def _send(self, step: str) -> None:
        if step == ACCEPT and self.side.invitation:
            accept_invitation(self.client, self.administrator_id, self.side.invitation.invitation_id)
        elif step == DECLINE:
            decline_invitation(self.client, self.administrator_id)
        elif step == LEAVE:
            leave_administrator(self.client)
        elif step == DELETE_INVITATION:
            delete_invitation(self.client, self.administrator_id)
        self._is_read_since = False

    def is_done(self, step: str) -> bool:
        """Read again, and return whether a step is done."""
        self.side = read_member_side(self.client, self.administrator_id, to_accept=False)
        self._is_read_since = True
        return self._is_shown(step)

    def _is_shown(self, step: str) -> bool:
        """Whether a step is done in what was read last."""
        side = self.side
        associated = side.administrator is not None and side.administrator == side.invitation
        return {
            ACCEPT: associated,
            LEAVE: not associated,
            DECLINE: side.invitation is None or side.invitation.member_status != INVITED,
            DELETE_INVITATION: side.invitation is None,
        }[step]

    def _take(self, step: str, waiter: Waiter) -> None:
        """Take one step, again where the service may take later what it refuses now.

        Right after the step before it, it may not know yet that the invitation can be deleted.
        """

        def attempt() -> None:
            try:
                self.tracker.send(partial(self._send, step), partial(self._is_done_after, step))
                self._taken.append(step)
            except SecurityHubError as error:
                if not self._turns_out_done(step, error, waiter):
                    self._explain_refusal(step, error)
                    raise

        def passes(error: Failure) -> bool:
            if isinstance(error, PreconditionFailed):
                return False
            return error.is_transient or (step == DELETE_INVITATION and error.names_accounts)

        poll(attempt, lambda _: True, waiter, passes)

    def _is_done_after(self, step: str, error: SecurityHubError) -> bool:
        """Read again whether a step is done.

        :raises SecurityHubError: ``error``, if the service objects to a state that has not changed
        """
        earlier = self.side
        done = self.is_done(step)
        if error.is_stale and not (error.is_transient or done) and self.side == earlier:
            raise error
        return done

    def _turns_out_done(self, step: str, error: SecurityHubError, waiter: Waiter) -> bool:
        """Look whether a step that failed is done all the same.

        An earlier request whose response was lost may have done it, or somebody else: both take time to be seen.
        """
        in_doubt = self.tracker.in_doubt
        if not in_doubt and error.is_retryable:
            return False
        may_show_late = in_doubt or is_already_done_message(error.text)
        if not poll(partial(self.is_done, step), bool, waiter if may_show_late else Waiter(0)):
            return False
        if in_doubt:
            self.tracker.confirm()
        return True

    def _explain_refusal(self, step: str, error: SecurityHubError) -> None:
        """Raise why an invitation could not be accepted, where it can be seen: another administrator, no invitation."""
        if step != ACCEPT or error.is_retryable:
            return
        region = self.client.region
        plan_invitation_response("accepted", self.administrator_id, self.side, region)
        if error.is_not_found and self.last_seen_status() == RESIGNED:
            raise PreconditionFailed(
                NO_INVITATION,
                "{account} declined the invitation from {administrator_id} in {region} or left: it can't accept it.",
                administrator_id=self.administrator_id,
                region=region,
            )
