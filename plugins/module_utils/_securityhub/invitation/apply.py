# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Accepts, declines and leaves for the account that calls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Optional, Sequence, Tuple, Union

from ..api import (
    Settled,
    accept_invitation,
    decline_invitation,
    delete_invitation,
    enable_hub,
    is_hub_on,
    leave_administrator,
    observe,
    read_standing,
)
from ..clients import RegionClients
from ..errors import NO_INVITATION, UNCONFIRMED, AwsFailure, Obstacle
from ..hub.apply import HUB_PATIENCE
from ..hub.plan import HubWish, decide_hub_present
from ..model import ENABLED, INVITED, RESIGNED, Standing
from ..retry import Patience, Traces, persist
from .plan import ACCEPT, DECLINE, DELETE_INVITATION, LEAVE, MembershipDecision, decide_membership


@dataclass(frozen=True)
class Membership:
    """What a member account is to an administrator in one Region; a status of None stands for nothing at all."""

    administrator_id: str
    member_status: Optional[str]
    previous_member_status: Optional[str]
    invitation_id: Optional[str]


def settle_membership(
    clients: RegionClients,
    administrator_id: str,
    state: str,
    wait_timeout: float,
    check_mode: bool,
    hub: Optional[HubWish] = None,
) -> Settled[Membership]:
    """Bring the caller's account to ``state`` (accepted, declined, absent), or with check_mode tell what that would do.

    :param wait_timeout: seconds that an invitation may take to arrive, and a write to be seen
    :param hub: how to turn Security Hub on first where it is off; None to fail there
    :return: ``before`` is None where Security Hub was off
    """
    settled = _settle_with_hub(clients, administrator_id, state, wait_timeout, check_mode)
    if hub is None or not _is_hub_off(settled.failure):
        return settled
    unknown = Membership(administrator_id, None, None, None)
    if check_mode:
        # An invitation that can't be seen before Security Hub is on is taken to be there.
        return Settled(None, replace(unknown, member_status=ENABLED), changed=True)
    traces = Traces()
    failure = _turn_hub_on(clients, hub, traces)
    if failure:
        return Settled(changed=traces.any, failure=failure)
    settled = _settle_with_hub(clients, administrator_id, state, wait_timeout, check_mode)
    patience = Patience(HUB_PATIENCE)
    while _is_hub_off(settled.failure) and patience.pause():
        settled = _settle_with_hub(clients, administrator_id, state, wait_timeout, check_mode)
    return replace(settled, before=None, after=settled.after or unknown, changed=True, read=True)


def _is_hub_off(failure: Union[AwsFailure, Obstacle, None]) -> bool:
    return isinstance(failure, AwsFailure) and failure.hub_is_off


def _turn_hub_on(clients: RegionClients, hub: HubWish, traces: Traces) -> Optional[AwsFailure]:
    """Turn Security Hub on where it was seen off; return why that did not work, None if it did."""
    enabling = decide_hub_present(hub, None).enable or {}
    try:
        persist(
            lambda: traces.watch(lambda: enable_hub(clients.writer, enabling)),
            lambda _failure: is_hub_on(clients.reader),
        )
    except AwsFailure as failure:
        on = observe(lambda: [is_hub_on(clients.reader)])
        traces.in_doubt = traces.in_doubt and bool(on.failure)
        return None if True in on.found else failure
    return None


def _settle_with_hub(
    clients: RegionClients, administrator_id: str, state: str, wait_timeout: float, check_mode: bool
) -> Settled[Membership]:
    """Do it where Security Hub is on."""
    try:
        standing, decision = _await_decision(clients, administrator_id, state, Patience(wait_timeout))
    except (AwsFailure, Obstacle) as failure:
        return Settled(failure=failure, read=False)
    invitation_id = standing.invitation.invitation_id if standing.invitation else None
    before = Membership(administrator_id, decision.before, decision.before, invitation_id)
    after = replace(before, member_status=decision.after)
    if check_mode or not decision.steps:
        return Settled(before, after, changed=bool(decision.steps))
    member = _MemberSide(clients, administrator_id, standing)
    try:
        member.take(decision.steps, Patience(wait_timeout))
    except (AwsFailure, Obstacle) as failure:
        seen = replace(before, member_status=member.last_seen_status())
        return Settled(before, seen, changed=member.traces.any, failure=failure)
    return Settled(before, after, changed=True)


def _await_decision(
    clients: RegionClients, administrator_id: str, state: str, patience: Patience
) -> Tuple[Standing, MembershipDecision]:
    """Read and decide; an invitation that is not there yet may be on its way.

    :raises Obstacle: if nothing can be done
    """
    while True:
        standing = read_standing(clients.reader, administrator_id)
        try:
            return standing, decide_membership(state, administrator_id, standing, clients.region)
        except Obstacle as obstacle:
            if obstacle.error_code != NO_INVITATION or not patience.pause():
                raise


class _MemberSide:
    """A member account in one Region while it is worked on."""

    def __init__(self, clients: RegionClients, administrator_id: str, standing: Standing) -> None:
        self.traces = Traces()
        self._clients = clients
        self._administrator_id = administrator_id
        self._standing = standing

    def take(self, steps: Sequence[str], patience: Patience) -> None:
        """Take the steps one after the other, and wait until the last one is seen.

        :raises AwsFailure: if the service refuses, or keeps failing
        :raises Obstacle: if the last step is not seen in time
        """
        for number, step in enumerate(steps):
            if number == 0 or not self._done(step):
                self._take(step, patience)
        while patience.wanted and not self._done(steps[-1]):
            if not patience.pause():
                raise Obstacle(
                    UNCONFIRMED,
                    f"The service took the request in {self._clients.region}, but did not show its effect within "
                    "wait_timeout: look again with multiaccount.aws.securityhub_invitation_info.",
                )

    def last_seen_status(self) -> Optional[str]:
        """Return where the account stood when it was read last."""
        return self._standing.invitation.member_status if self._standing.invitation else None

    def _take(self, step: str, patience: Patience) -> None:
        while True:
            try:
                persist(
                    lambda: self.traces.watch(lambda: self._send(step)), lambda failure: self._settled(step, failure)
                )
            except AwsFailure as failure:
                if self._turns_out_done(step, failure, patience):
                    return
                if step == ACCEPT and not failure.retryable:
                    self._refuse_to_accept(failure)
                # Right after the step before it, the service may not know yet that the invitation can be deleted.
                if step != DELETE_INVITATION or not failure.names_accounts or not patience.pause():
                    raise
            else:
                self.traces.settle()
                return

    def _settled(self, step: str, failure: AwsFailure) -> bool:
        """Read again, and say whether a step is done.

        :raises AwsFailure: if it is not worth another try, as nothing is other than it was when the service refused it
        """
        earlier = self._standing
        done = self._done(step)
        if failure.stale and not done and self._standing == earlier:
            raise failure
        return done

    def _turns_out_done(self, step: str, failure: AwsFailure, patience: Patience) -> bool:
        """Look whether a step that failed is done all the same.

        An earlier request whose reply was lost may have done it, or somebody else: both take time to be seen.
        """
        in_doubt = self.traces.in_doubt
        if not in_doubt and failure.retryable:
            return False
        while not self._done(step):
            if not (in_doubt or failure.says_already) or not patience.pause():
                # A refusal may mean that it is done already; without one, it had the time to be seen.
                self.traces.in_doubt = in_doubt and not failure.retryable
                return False
        if in_doubt:
            self.traces.settle()
        return True

    def _refuse_to_accept(self, failure: AwsFailure) -> None:
        """Say why an invitation could not be accepted, where it can be seen.

        :raises Obstacle: if there is another administrator by now, or no invitation that can be accepted
        """
        region = self._clients.region
        decide_membership("accepted", self._administrator_id, self._standing, region)
        if failure.not_found and self.last_seen_status() == RESIGNED:
            raise Obstacle(
                NO_INVITATION,
                f"The account declined the invitation from {self._administrator_id} in {region} or left, and can't "
                "accept it any more: have it invited again, with multiaccount.aws.securityhub_member_invite and "
                "resigned in reinvite.",
            )

    def _send(self, step: str) -> None:
        writer = self._clients.writer
        if step == ACCEPT and self._standing.invitation:
            accept_invitation(writer, self._standing.invitation)
        elif step == DECLINE:
            decline_invitation(writer, self._administrator_id)
        elif step == LEAVE:
            leave_administrator(writer)
        elif step == DELETE_INVITATION:
            delete_invitation(writer, self._administrator_id)

    def _done(self, step: str) -> bool:
        """Read again, and say whether a step is done."""
        self._standing = standing = read_standing(self._clients.reader, self._administrator_id)
        associated = standing.administrator is not None and standing.administrator == standing.invitation
        return {
            ACCEPT: associated,
            LEAVE: not associated,
            DECLINE: standing.invitation is None or standing.invitation.member_status != INVITED,
            DELETE_INVITATION: standing.invitation is None,
        }[step]
