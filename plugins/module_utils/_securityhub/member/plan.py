# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""What to do about each account of the member list. Pure: neither boto3 nor Ansible.

A :class:`MemberPlan` is made before any write and holds all that check mode and the diff show; an :class:`Outcome` says
what came of it. Check mode turns plans into outcomes with :func:`expected_outcome`, a run with :func:`final_outcome`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Collection, Mapping, Optional, Tuple

from ..errors import is_own_account_message
from ..model import CREATED, ENABLED, INVITED, REMOVED, RESIGNED, STATUSES, SUSPENDED, Member, is_listed, status_of
from ..reasons import (
    NOT_A_MEMBER,
    NOT_ATTEMPTED,
    OWN_ACCOUNT,
    REASONS,
    REJECTED,
    SUSPENDED_REASON,
    UNCONFIRMED,
    UNKNOWN_STATUS,
    UNREADABLE,
)

# The steps, by which a plan names what has to be written.
INVITE = "invite"
CREATE = "create"
DISASSOCIATE = "disassociate"
DELETE = "delete"

# The result lists, without their "_accounts".
INVITED_LIST = "invited"
CREATED_LIST = "created"
DISASSOCIATED_LIST = "disassociated"
DELETED_LIST = "deleted"
UNCHANGED = "unchanged"
UNPROCESSED = "unprocessed"

# The ended relationships that can be asked for in "reinvite": option value -> status.
REINVITABLE = {"removed": REMOVED, "resigned": RESIGNED}

_ORGANIZATION_ACCOUNT = (
    "The account became a member without an invitation, as accounts of an organization do. Security Hub does not "
    "delete such accounts from the member list."
)
_MONITORING_ENDED = "The account was disassociated, so its monitoring by this administrator has ended."


@dataclass(frozen=True)
class MemberPlan:
    """What is to be done about one account in one Region.

    ``steps`` names the writes in order, empty for none. ``result`` is the list in which the account ends if all goes
    well, ``after`` its entry then. An entry of None stands for an account that is not in the member list. ``message``
    explains ``reason``. ``expected_refusal`` says why the last step will be refused, None where nothing is known
    against it. ``is_seen`` is False where the account could not be looked up.
    """

    account_id: str
    before: Optional[Member]
    result: str
    after: Optional[Member]
    steps: Tuple[str, ...] = ()
    reason: Optional[str] = None
    message: Optional[str] = None
    expected_refusal: Optional[str] = None
    is_seen: bool = True


@dataclass(frozen=True)
class Outcome:
    """What came, or in check mode would come, of one account in one Region.

    ``changed`` says whether something was, or may have been, written for it. ``processing_result`` explains ``reason``
    in the service's own words where it gave any. ``is_seen`` is False where the account could not be looked up.
    ``actions`` has the steps that were, or may have been, carried out.
    """

    account_id: str
    before: Optional[Member]
    after: Optional[Member]
    result: str
    changed: bool = False
    reason: Optional[str] = None
    processing_result: Optional[str] = None
    is_seen: bool = True
    actions: Tuple[str, ...] = ()


@dataclass(frozen=True)
class WriteResult:
    """What a run has learnt of one account that had something to be written.

    :param member: its entry in the member list when it was read last, None if it is not in there
    :param accepted: the service took the last write that was due
    :param in_doubt: that write may have been carried out, as its response was lost
    :param earlier_steps: the writes that had to come before it, which were carried out
    :param actions: the writes that were, or may have been, carried out
    :param is_done: the member list shows what was wanted
    :param refusal: the service's message when it named the account as unprocessed, or refused a call for it alone
    :param already_done: whether this message says that it is done already
    :param is_reread: whether the account was looked up again after it was written
    :param refused_call: the service's message when it refused the call as a whole
    :param error: why the Region failed, None if it did not
    :param precondition: the reason of a precondition that is not met, None for none
    """

    member: Optional[Member]
    accepted: bool = False
    in_doubt: bool = False
    earlier_steps: Tuple[str, ...] = ()
    actions: Tuple[str, ...] = ()
    is_done: bool = False
    refusal: Optional[str] = None
    already_done: bool = False
    is_reread: bool = True
    refused_call: Optional[str] = None
    error: Optional[str] = None
    precondition: Optional[str] = None


def plan_invitation(account_id: str, member: Optional[Member], reinvite: Collection[str]) -> MemberPlan:
    """Plan whether an account gets an invitation.

    :param reinvite: keys of REINVITABLE: which ended relationships are invited again
    """
    status = status_of(member)
    if member is None or not is_listed(member):
        return _leave_unprocessed(account_id, member, NOT_A_MEMBER)
    if status in (INVITED, ENABLED):
        return _leave_unchanged(account_id, member)
    if status == CREATED or status in [REINVITABLE[name] for name in reinvite]:
        return MemberPlan(account_id, member, INVITED_LIST, replace(member, member_status=INVITED), (INVITE,))
    reasons = {REMOVED: "removed", RESIGNED: "resigned", SUSPENDED: SUSPENDED_REASON}
    return _leave_unprocessed(account_id, member, reasons.get(member.member_status, UNKNOWN_STATUS))


def plan_present(account_id: str, member: Optional[Member], email: Optional[str]) -> MemberPlan:
    """Plan whether an account is added to the member list; a listed one is left alone, whatever its status."""
    if is_listed(member):
        return _leave_unchanged(account_id, member)
    return MemberPlan(account_id, member, CREATED_LIST, Member(account_id, CREATED, email), (CREATE,))


def plan_disassociated(account_id: str, member: Optional[Member]) -> MemberPlan:
    """Plan whether an account is disassociated: only an enabled one is associated."""
    if member is None or member.member_status != ENABLED:
        return _leave_unchanged(account_id, member)
    return MemberPlan(account_id, member, DISASSOCIATED_LIST, replace(member, member_status=REMOVED), (DISASSOCIATE,))


def plan_absent(account_id: str, member: Optional[Member]) -> MemberPlan:
    """Plan how an account leaves the member list: the service deletes an enabled one only once disassociated."""
    if member is None or not is_listed(member):
        return _leave_unchanged(account_id, member)
    if member.member_status not in STATUSES:
        return _leave_unprocessed(account_id, member, UNKNOWN_STATUS)
    steps = (DISASSOCIATE, DELETE) if member.member_status == ENABLED else (DELETE,)
    refusal = _ORGANIZATION_ACCOUNT if is_without_invitation(member) else None
    return MemberPlan(account_id, member, DELETED_LIST, None, steps, expected_refusal=refusal)


def is_without_invitation(member: Member) -> bool:
    """Whether an account is or was associated without an invitation, as only an organization's account is."""
    return member.member_status in (ENABLED, REMOVED) and member.invited_at is None


def plan_own_account(account_id: str, member: Optional[Member]) -> MemberPlan:
    """Plan nothing for the administrator's own account."""
    return _leave_unprocessed(account_id, member, OWN_ACCOUNT)


def plan_unreadable(account_id: str, message: str) -> MemberPlan:
    """Plan nothing for an account that the service would not look up; ``message`` is the service's own."""
    return MemberPlan(account_id, None, UNPROCESSED, None, reason=UNREADABLE, message=message, is_seen=False)


def _leave_unchanged(account_id: str, member: Optional[Member]) -> MemberPlan:
    return MemberPlan(account_id, member, UNCHANGED, member)


def _leave_unprocessed(account_id: str, member: Optional[Member], reason: str) -> MemberPlan:
    message = REASONS[reason].explanation
    if reason == UNKNOWN_STATUS:
        message = f"The member status {status_of(member)!r} is not known, so nothing was done."
    return MemberPlan(account_id, member, UNPROCESSED, member, reason=reason, message=message)


def expected_outcome(plan: MemberPlan) -> Outcome:
    """Return the outcome if everything goes as far as is known now, which is what check mode shows."""
    if plan.expected_refusal:
        return _refused_as_expected(plan, plan.expected_refusal)
    return _planned_outcome(plan)


def _planned_outcome(plan: MemberPlan) -> Outcome:
    return Outcome(
        plan.account_id,
        plan.before,
        plan.after,
        plan.result,
        changed=bool(plan.steps),
        reason=plan.reason,
        processing_result=plan.message,
        is_seen=plan.is_seen,
        actions=plan.steps,
    )


def _refused_as_expected(plan: MemberPlan, refusal: str) -> Outcome:
    """Return the outcome of an account of an organization: it ends as Removed, whether it is Enabled now or not."""
    disassociated = DISASSOCIATE in plan.steps
    after = replace(plan.before, member_status=REMOVED) if plan.before else None
    message = refusal
    if disassociated:
        message += " It is disassociated all the same, which ends its monitoring by this administrator."
    outcome = Outcome(plan.account_id, plan.before, after, UNPROCESSED, disassociated, REJECTED, message)
    return replace(outcome, actions=plan.steps[:-1])


def final_outcome(plan: MemberPlan, result: WriteResult) -> Outcome:
    """Return the outcome of a plan with steps, from what the run has learnt."""
    if result.is_done:
        return replace(_planned_outcome(plan), after=result.member, actions=result.actions)
    if result.accepted and not result.is_reread and result.refusal is None:
        return _planned_outcome(plan)
    reason, message = _shortcoming(plan, result)
    message = _with_earlier_step(message, result.earlier_steps)
    changed = bool(result.earlier_steps) or reason == UNCONFIRMED
    outcome = Outcome(plan.account_id, plan.before, result.member, UNPROCESSED, changed, reason, message)
    return replace(outcome, actions=result.actions)


def _shortcoming(plan: MemberPlan, result: WriteResult) -> Tuple[str, str]:
    """Return reason and message of an account that is not seen where the plan wanted it."""
    error = result.error or ""
    if result.in_doubt:
        return UNCONFIRMED, _in_doubt(plan, result.refusal or result.refused_call or result.error)
    if result.accepted and result.refusal is None:
        return UNCONFIRMED, error or _not_visible(plan)
    if result.precondition:
        return result.precondition, error
    if result.refusal is not None:
        return _reason_of_refusal(result, result.refusal), result.refusal
    if result.refused_call is not None:
        return REJECTED, result.refused_call
    return NOT_ATTEMPTED, error


def _reason_of_refusal(result: WriteResult, refusal: str) -> str:
    if is_own_account_message(refusal):
        return OWN_ACCOUNT
    # An earlier request may have done it, whose effect is not visible yet.
    return UNCONFIRMED if result.accepted and result.already_done else REJECTED


def _not_visible(plan: MemberPlan) -> str:
    wanted = status_of(plan.after) or "the removal"
    return f"The service accepted the request, but the member list did not show {wanted} in time."


def _in_doubt(plan: MemberPlan, message: Optional[str]) -> str:
    wanted = status_of(plan.after) or "the removal"
    last = f" The last message was: {message}" if message else ""
    return (
        "The response to a request was lost, so it may have been carried out, but the member list did not show "
        f"{wanted} in time.{last}"
    )


def _with_earlier_step(message: str, earlier_steps: Collection[str]) -> str:
    """Add to a message what was done to the account before the step that ended short."""
    if DISASSOCIATE not in earlier_steps:
        return message
    return f"{message.rstrip('. ')}. {_MONITORING_ENDED}"


def not_attempted(account_id: str, seen: Mapping[str, Optional[Member]], error: str) -> Outcome:
    """Return the outcome of an account whose turn never came, because its Region failed while it was read."""
    member = seen.get(account_id)
    return Outcome(account_id, member, member, UNPROCESSED, False, NOT_ATTEMPTED, error, account_id in seen)
