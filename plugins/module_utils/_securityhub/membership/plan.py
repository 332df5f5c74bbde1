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
from typing import Collection, Mapping, Optional, Tuple

from ..errors import is_already_done_message
from ..member.plan import (
    CREATE,
    DELETE,
    INVITE,
    UNCHANGED,
    UNPROCESSED,
    MemberPlan,
    Outcome,
    expected_outcome,
    is_without_invitation,
    plan_absent,
    plan_invitation,
)
from ..model import CREATED, ENABLED, INVITED, REMOVED, RESIGNED, Member, is_listed, status_of
from ..reasons import (
    AWAITING_ACCEPTANCE,
    HAS_MEMBERS,
    OTHER_ADMINISTRATOR,
    REASONS,
    REGION_NOT_ENABLED,
    REJECTED,
    ROLE_NOT_ASSUMED,
    UNCONFIRMED,
)

ENABLE_HUB = "enable_hub"
ACCEPT = "accept"
LEAVE = "leave"
DECLINE = "decline"
ENABLE_STANDARDS = "enable_standards"

# What was seen on the member's side.
NOT_LOOKED = "not_looked"
HUB_DISABLED = "hub_disabled"
HUB_ENABLED = "hub_enabled"
FAILED = "failed"


@dataclass(frozen=True)
class MemberLook:
    """What was seen on the member's side before the first write.

    ``state`` is NOT_LOOKED, HUB_DISABLED, HUB_ENABLED, ROLE_NOT_ASSUMED, REGION_NOT_ENABLED or FAILED; ``message``
    explains the last three. ``administrator_id`` is the account's administrator, None for none.
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

    ``member`` has the administrator's steps. ``member_side`` has those of the account itself: they come after the
    administrator's if the account joins, before them if it leaves. ``reason`` and ``message`` say why the membership
    ends short of what was wanted, None where nothing is known against it. ``expects_enabled`` says whether the
    list will show Enabled.
    """

    member: MemberPlan
    member_side: Tuple[str, ...] = ()
    reason: Optional[str] = None
    message: Optional[str] = None
    expects_enabled: bool = False

    @property
    def account_id(self) -> str:
        """The account."""
        return self.member.account_id

    @property
    def is_enabled(self) -> bool:
        """Whether the account is an enabled member, and stays one."""
        return status_of(self.member.before) == ENABLED and not (self.member.steps or self.reason)


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


@dataclass(frozen=True)
class MembershipRow:
    """What came, or in check mode would come, of one account in one Region."""

    account_id: str
    before: Optional[Member]
    after: Optional[Member]
    actions: Tuple[str, ...] = ()
    changed: bool = False
    reason: Optional[str] = None
    processing_result: Optional[str] = None
    is_seen: bool = True


def is_member_side_wanted(member: Optional[Member], reinvite: Collection[str]) -> bool:
    """Whether the member's side matters for an account that is to be a member: there is something left to do."""
    if status_of(member) == ENABLED:
        return False
    return plan_onboarding(MemberPlan("", member, UNCHANGED, member), None, reinvite).reason is None


def plan_onboarding(account: MemberPlan, email: Optional[str], reinvite: Collection[str]) -> MemberPlan:
    """Plan the administrator's steps for an account that is to be a member.

    :param account: account ID and its entry in the member list, as a plan without steps
    """
    member, account_id = account.before, account.account_id
    if not is_listed(member):
        invited = Member(account_id, INVITED, email)
        return MemberPlan(account_id, member, INVITED, invited, (CREATE, INVITE))
    if member and member.member_status == REMOVED and is_without_invitation(member) and "removed" in reinvite:
        # AWS documents CreateMembers for an organization's account that was disassociated: it is Enabled at once.
        return MemberPlan(account_id, member, ENABLED, replace(member, member_status=ENABLED), (CREATE,))
    return plan_invitation(account_id, member, reinvite)


def plan_membership(
    account_id: str,
    member: Optional[Member],
    email: Optional[str],
    reinvite: Collection[str],
    look: MemberLook,
    administrator_id: Optional[str],
) -> MembershipPlan:
    """Plan how an account becomes a member, from both sides."""
    as_it_is = MemberPlan(account_id, member, UNCHANGED, member)
    steps = plan_onboarding(as_it_is, email, reinvite)
    if status_of(member) == ENABLED or steps.reason:
        return MembershipPlan(steps, (), steps.reason, steps.message)
    if look.administrator_id and look.administrator_id == administrator_id:
        # The account is a member by what it sees itself: the list has yet to show it.
        return MembershipPlan(as_it_is, expects_enabled=True)
    obstacle = _obstacle(look)
    if obstacle:
        return MembershipPlan(as_it_is, (), *obstacle)
    return _plan_to_join(steps, look)


def _plan_to_join(steps: MemberPlan, look: MemberLook) -> MembershipPlan:
    if status_of(steps.after) == ENABLED:
        return MembershipPlan(steps, expects_enabled=True)
    if look.is_open:
        side = (ENABLE_HUB, ACCEPT) if look.state == HUB_DISABLED else (ACCEPT,)
        return MembershipPlan(steps, side, expects_enabled=True)
    return MembershipPlan(steps, (), *_reason_of_closed_side(look))


def _obstacle(look: MemberLook) -> Optional[Tuple[str, str]]:
    """Return why the account can't accept an invitation, None where nothing stands in the way."""
    if look.administrator_id:
        message = (
            f"The account is a member of administrator {look.administrator_id}, so it can't accept another invitation."
        )
        return OTHER_ADMINISTRATOR, message
    return (HAS_MEMBERS, REASONS[HAS_MEMBERS].explanation) if look.administers_members else None


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
    if side_steps and plan.steps:
        # The account leaves by itself, so there is nothing to disassociate.
        plan = replace(plan, steps=(DELETE,), expected_refusal=None)
    return MembershipPlan(plan, side_steps if plan.steps else (), plan.reason, plan.message)


def is_member_side_left(member: Optional[Member]) -> bool:
    """Whether an account that is to leave has something to leave: a membership or an invitation."""
    if member is None or member.member_status == CREATED or not plan_absent(member.account_id, member).steps:
        return False
    return not is_without_invitation(member)


def expected_row(plan: MembershipPlan, joins: bool) -> MembershipRow:
    """Return the row if everything goes as far as is known now, which is what check mode shows.

    :param joins: whether the account is to be a member, rather than to leave
    """
    outcome = expected_outcome(plan.member)
    after = outcome.after
    if plan.expects_enabled and after:
        after = replace(after, member_status=ENABLED)
    actions = outcome.actions + plan.member_side if joins else plan.member_side + outcome.actions
    reason = plan.reason or outcome.reason
    message = plan.message or outcome.processing_result
    return MembershipRow(
        plan.account_id, outcome.before, after, actions, bool(actions), reason, message, outcome.is_seen
    )


def final_row(
    plan: MembershipPlan, outcome: Outcome, side: SideResult, after: Optional[Member], joins: bool
) -> MembershipRow:
    """Return the row of a run.

    :param outcome: what came of the administrator's steps
    :param after: the account's entry in the member list when it was read last
    """
    actions = outcome.actions + side.actions if joins else side.actions + outcome.actions
    changed = outcome.changed or bool(actions)
    reason, message = _final_reason(plan, outcome, side, after) if joins else _offboarding_reason(outcome, side)
    return MembershipRow(plan.account_id, outcome.before, after, actions, changed, reason, message, outcome.is_seen)


def _final_reason(
    plan: MembershipPlan, outcome: Outcome, side: SideResult, after: Optional[Member]
) -> Tuple[Optional[str], Optional[str]]:
    if status_of(after) == ENABLED:
        return None, None
    if side.reason:
        return side.reason, side.message
    if outcome.result == UNPROCESSED:
        return outcome.reason, outcome.processing_result
    if plan.expects_enabled:
        shown = status_of(after) or "no entry"
        return UNCONFIRMED, (
            f"The account is a member by what it sees itself, but the member list did not show it in time: it shows "
            f"{shown}."
        )
    return plan.reason, plan.message


def _offboarding_reason(outcome: Outcome, side: SideResult) -> Tuple[Optional[str], Optional[str]]:
    """The administrator's part decides: a membership that is deleted is gone, whatever the account itself did."""
    if outcome.reason is None:
        return None, side.message
    return outcome.reason, outcome.processing_result


def with_standards(row: MembershipRow, standards: Optional[SideResult]) -> MembershipRow:
    """Return the row of an account with what came of its standards, which matters only where it is Enabled."""
    if standards is None or row.reason or status_of(row.after) != ENABLED:
        return row
    return replace(
        row,
        actions=row.actions + standards.actions,
        changed=row.changed or bool(standards.actions),
        reason=standards.reason,
        processing_result=standards.message,
    )


def not_attempted_row(outcome: Outcome) -> MembershipRow:
    """Return the row of an account whose Region failed before anything was done for it."""
    return MembershipRow(
        outcome.account_id,
        outcome.before,
        outcome.after,
        outcome.actions,
        outcome.changed,
        outcome.reason,
        outcome.processing_result,
        outcome.is_seen,
    )


def after_leaving(plan: MembershipPlan, now: Optional[Member], sides: Mapping[str, SideResult]) -> MemberPlan:
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
