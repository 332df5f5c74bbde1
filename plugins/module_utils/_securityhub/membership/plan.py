# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""What to do about an account in one Region, decided from both sides. Pure: neither boto3 nor Ansible.

A :class:`MembershipPlan` is made before any write; :func:`expected_row` says what check mode shows of it,
:func:`final_row` what a run does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Collection, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..errors import Failure, PreconditionFailed, is_already_done_message, is_other_administrator_message
from ..invitation.plan import obstacle_to_accepting
from ..member.plan import expected_outcome, is_without_invitation, plan_absent, plan_invitation
from ..model import (
    ACCEPT,
    CREATE,
    CREATED,
    DELETE,
    ENABLE_HUB,
    ENABLED,
    INVITE,
    INVITED,
    LEAVE,
    REMOVED,
    RESIGNED,
    Member,
    Outcome,
    PolicyOutcome,
    is_listed,
    status_of,
)
from ..reasons import (
    AWAITING_ACCEPTANCE,
    NOT_ATTEMPTED,
    OTHER_ADMINISTRATOR,
    REASONS,
    REGION_DENIED,
    REGION_NOT_ENABLED,
    REJECTED,
    ROLE_NOT_ASSUMED,
    UNCONFIRMED,
    is_failure,
)

# What was seen on the member's side.
NOT_LOOKED = "not_looked"
HUB_DISABLED = "hub_disabled"
HUB_ENABLED = "hub_enabled"
FAILED = "failed"


@dataclass(frozen=True)
class MemberLook:
    """What was seen on the member's side before the first write.

    ``state`` is NOT_LOOKED, HUB_DISABLED, HUB_ENABLED, ROLE_NOT_ASSUMED, REGION_NOT_ENABLED, REGION_DENIED or FAILED;
    ``message`` explains the last four. ``administrator_id`` is the account's administrator, None for none.
    """

    state: str = NOT_LOOKED
    administrator_id: Optional[str] = None
    administers_members: bool = False
    message: Optional[str] = None

    @property
    def is_open(self) -> bool:
        """Whether the member's side can be worked on."""
        return self.state in (HUB_DISABLED, HUB_ENABLED)


@dataclass(frozen=True)
class MembershipPlan:
    """What is to be done about one account in one Region, on both sides.

    ``member`` has the administrator's part, and why the membership ends short of what was wanted, None where nothing is
    known against it. ``member_side`` has the steps of the account itself: they come after the administrator's if the
    account joins, before them if it leaves. ``expects_enabled`` says whether the list will show Enabled.
    ``left_administrator_id`` is another administrator that the account leaves before it accepts, None for none.
    """

    member: Outcome
    member_side: Tuple[str, ...] = ()
    expects_enabled: bool = False
    left_administrator_id: Optional[str] = None

    @property
    def account_id(self) -> str:
        """The account."""
        return self.member.account_id

    @property
    def is_enabled(self) -> bool:
        """Whether the account is an enabled member, and stays one."""
        return status_of(self.member.before) == ENABLED and not (self.member.actions or self.member.reason)


@dataclass(frozen=True)
class SideResult:
    """What came of the steps of the account itself: those that were, or may have been, carried out, and the failure."""

    actions: Tuple[str, ...] = ()
    reason: Optional[str] = None
    message: Optional[str] = None

    @property
    def may_have_accepted(self) -> bool:
        """Whether the account has, or may have, accepted."""
        return ACCEPT in self.actions


class PolicyResult(NamedTuple):
    """What came of the policy in an account: what was, or may have been, done to its controls, and the failure."""

    policy: PolicyOutcome
    actions: Tuple[str, ...] = ()
    reason: Optional[str] = None
    message: Optional[str] = None


def is_member_side_wanted(member: Optional[Member], reinvite: Collection[str]) -> bool:
    """Whether the member's side matters for an account that is to be a member: there is something left to do."""
    return status_of(member) != ENABLED and plan_onboarding("", member, None, reinvite).reason is None


def plan_onboarding(
    account_id: str, member: Optional[Member], email: Optional[str], reinvite: Collection[str]
) -> Outcome:
    """Plan the administrator's steps for an account that is to be a member."""
    if not is_listed(member):
        return Outcome(account_id, member, Member(account_id, INVITED, email), (CREATE, INVITE))
    if member and member.member_status == REMOVED and is_without_invitation(member) and "removed" in reinvite:
        # AWS documents CreateMembers for an organization's account that was disassociated: it is Enabled at once.
        return Outcome(account_id, member, replace(member, member_status=ENABLED), (CREATE,))
    return plan_invitation(account_id, member, reinvite)


def plan_membership(
    account_id: str,
    member: Optional[Member],
    email: Optional[str],
    reinvite: Collection[str],
    look: MemberLook,
    administrator_id: Optional[str],
    region: str,
    leave_administrator_ids: Collection[str] = (),
) -> MembershipPlan:
    """Plan how an account becomes a member, from both sides.

    :param leave_administrator_ids: the administrators that the account may leave for this one
    """
    as_it_is = Outcome(account_id, member, member)
    steps = plan_onboarding(account_id, member, email, reinvite)
    if status_of(member) == ENABLED or steps.reason:
        return MembershipPlan(steps)
    if look.administrator_id and look.administrator_id == administrator_id:
        # The account is a member by what it sees itself: the list has yet to show it.
        return MembershipPlan(as_it_is, expects_enabled=True)
    left = look.administrator_id if look.administrator_id in leave_administrator_ids else None
    obstacle = None if left else _obstacle(look, region)
    if obstacle:
        return MembershipPlan(replace(as_it_is, reason=obstacle.error_code, processing_result=str(obstacle)))
    if status_of(steps.after) == ENABLED:
        return MembershipPlan(steps, expects_enabled=True)
    if look.is_open:
        first = (LEAVE,) if left else (ENABLE_HUB,) if look.state == HUB_DISABLED else ()
        return MembershipPlan(steps, (*first, ACCEPT), True, left)
    reason, message = _reason_of_closed_side(look)
    return MembershipPlan(replace(steps, reason=reason, processing_result=message))


def _obstacle(look: MemberLook, region: str) -> Optional[PreconditionFailed]:
    """Return why an account can't accept, so that an invitation would stay open; None where nothing is known."""
    if look.state == REGION_DENIED:
        return PreconditionFailed(REGION_DENIED, "{message}", message=look.message)
    return obstacle_to_accepting(look.administrator_id, look.administers_members, region)


def _reason_of_closed_side(look: MemberLook) -> Tuple[str, str]:
    if look.state == NOT_LOOKED:
        return AWAITING_ACCEPTANCE, REASONS[AWAITING_ACCEPTANCE].explanation
    reason = look.state if look.state in (ROLE_NOT_ASSUMED, REGION_NOT_ENABLED) else REJECTED
    return reason, look.message or ""


def plan_offboarding(account_id: str, member: Optional[Member], side_steps: Tuple[str, ...]) -> MembershipPlan:
    """Plan how an account leaves the member list.

    :param side_steps: what the account itself does before, LEAVE or DECLINE or nothing
    """
    plan = plan_absent(account_id, member)
    if side_steps and plan.actions:
        # The account leaves by itself, so there is nothing to disassociate.
        return MembershipPlan(replace(plan, actions=(DELETE,)), side_steps)
    return MembershipPlan(plan)


def plan_surplus(member: Member, removes: bool, obstacle: Optional[str]) -> Outcome:
    """Plan what becomes of a member that was not requested.

    :param removes: whether it is to be removed, rather than reported
    :param obstacle: why nothing is removed, None where nothing stands in the way
    """
    as_it_is = Outcome(member.account_id, member, member)
    plan = plan_absent(member.account_id, member) if removes else as_it_is
    return replace(as_it_is, reason=NOT_ATTEMPTED, processing_result=obstacle) if plan.actions and obstacle else plan


def why_not_to_remove(rows: Sequence[Outcome], error: Optional[Failure], region: str) -> Optional[str]:
    """Return why no surplus or closed member of a Region is removed: something failed there. None where nothing did."""
    failed = sum(is_failure(row.reason) for row in rows)
    if not error and not failed:
        return None
    accounts = "1 account" if failed == 1 else f"{failed} accounts"
    cause = str(error) if error else f"{accounts} failed in {region}."
    return f"Members are removed last, and only in a Region where nothing failed: {cause}"


def is_member_side_left(member: Optional[Member]) -> bool:
    """Whether an account that is to leave has something to leave: a membership or an invitation."""
    if member is None or member.member_status == CREATED or not plan_absent(member.account_id, member).actions:
        return False
    return not is_without_invitation(member)


def expected_row(plan: MembershipPlan, joins: bool) -> Outcome:
    """Return the row if everything goes as far as is known now, which is what check mode shows.

    :param joins: whether the account is to be a member, rather than to leave
    """
    row = expected_outcome(plan.member)
    after = replace(row.after, member_status=ENABLED) if plan.expects_enabled and row.after else row.after
    actions = _in_order(row.actions, plan.member_side, joins)
    return replace(row, after=after, actions=actions, left_administrator_id=plan.left_administrator_id)


def _in_order(actions: Tuple[str, ...], side: Tuple[str, ...], joins: bool) -> Tuple[str, ...]:
    return actions + side if joins else side + actions


def final_row(
    plan: MembershipPlan, outcome: Outcome, side: SideResult, after: Optional[Member], joins: bool
) -> Outcome:
    """Return the row of a run.

    :param outcome: what came of the administrator's steps
    :param after: the account's entry in the member list when it was read last
    """
    reason, message = outcome.reason, outcome.processing_result
    if joins:
        reason, message = _final_reason(plan, outcome, side, after)
    elif reason is None:
        # The administrator's part decides: a membership that is deleted is gone, whatever the account itself did.
        message = side.message
    return replace(
        outcome,
        after=after,
        actions=_in_order(outcome.actions, side.actions, joins),
        reason=reason,
        processing_result=message,
        left_administrator_id=plan.left_administrator_id if LEAVE in side.actions else None,
    )


def _final_reason(
    plan: MembershipPlan, outcome: Outcome, side: SideResult, after: Optional[Member]
) -> Tuple[Optional[str], Optional[str]]:
    if status_of(after) == ENABLED:
        return None, None
    if side.reason:
        return side.reason, side.message
    is_refused = bool(plan.left_administrator_id) and outcome.reason == REJECTED
    if is_refused and is_other_administrator_message(outcome.processing_result or ""):
        return OTHER_ADMINISTRATOR, outcome.processing_result
    if plan.expects_enabled and not outcome.reason:
        shown = status_of(after) or "no entry"
        return UNCONFIRMED, (
            f"The account is a member by what it sees itself, but the member list did not show it in time: it shows "
            f"{shown}."
        )
    return outcome.reason, outcome.processing_result


def with_standards(row: Outcome, standards: Optional[SideResult]) -> Outcome:
    """Return the row of an account with what came of its standards, which matters only where it is Enabled."""
    if standards is None or row.reason or status_of(row.after) != ENABLED:
        return row
    actions = row.actions + standards.actions
    return replace(row, actions=actions, reason=standards.reason, processing_result=standards.message)


def with_policy(row: Outcome, result: Optional[PolicyResult]) -> Outcome:
    """Return the row of an account with what came of its policy; why its standards end short is said already."""
    if result is None or status_of(row.after) != ENABLED:
        return row
    reason, message = (row.reason, row.processing_result) if row.reason else (result.reason, result.message)
    actions = row.actions + result.actions
    return replace(row, actions=actions, reason=reason, processing_result=message, policy=result.policy)


def after_leaving(plan: MembershipPlan, now: Optional[Member], sides: Mapping[str, SideResult]) -> Outcome:
    """Return the administrator's plan: with a disassociation, where the account could not leave by itself."""
    side = sides.get(plan.account_id)
    if side is None or not side.reason or status_of(now) != ENABLED:
        return plan.member
    return plan_absent(plan.account_id, plan.member.before)


def may_accept(outcome: Outcome) -> bool:
    """Whether an account has, or may have, an invitation: one that is on its way is waited for."""
    if status_of(outcome.after) == ENABLED:
        return False
    return outcome.reason in (None, UNCONFIRMED) or may_accept_again(outcome)


def may_accept_again(outcome: Outcome) -> bool:
    """Whether an account may accept the invitation again that it declined or left.

    The user guide says that it may; whether such an account is invited again, or counts as invited, is not documented.
    """
    resigned = status_of(outcome.after) == RESIGNED and outcome.reason == REJECTED
    return resigned and is_already_done_message(outcome.processing_result or "")


def plan_again(plan: MembershipPlan, outcome: Outcome) -> Optional[Outcome]:
    """Plan what is tried where an invitation was refused, None for nothing.

    A Removed account of an organization is created again. A Resigned account that counts as invited accepts again with
    its role; without one its entry is made anew, as AWS documents for accounts that were deleted, so that its owner has
    an invitation whatever became of the earlier one.
    """
    member = outcome.after
    if member is None or outcome.reason not in (REJECTED, UNCONFIRMED):
        return None
    if member.member_status == REMOVED and outcome.reason == REJECTED:
        return Outcome(plan.account_id, outcome.before, replace(member, member_status=ENABLED), (CREATE,))
    counts_as_invited = is_already_done_message(outcome.processing_result or "")
    if plan.member_side or member.member_status != RESIGNED or not counts_as_invited:
        return None
    return replace(plan.member, actions=(DELETE, CREATE, INVITE))
