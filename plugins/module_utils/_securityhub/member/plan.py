# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""What to do about each account of the member list. Pure: neither boto3 nor Ansible.

A plan is the :class:`Outcome` if all goes well, with the writes to come for its actions. It is made before any write,
and holds all that check mode and the diff show.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Collection, Mapping, Optional

from ..model import (
    CREATE,
    CREATED,
    DELETE,
    DISASSOCIATE,
    ENABLED,
    INVITE,
    INVITED,
    REMOVED,
    RESIGNED,
    STATUSES,
    SUSPENDED,
    Member,
    MemberList,
    Outcome,
    is_listed,
    status_of,
)
from ..reasons import (
    NOT_A_MEMBER,
    NOT_ATTEMPTED,
    OWN_ACCOUNT,
    REASONS,
    REJECTED,
    REMOVED_REASON,
    RESIGNED_REASON,
    SUSPENDED_REASON,
    UNKNOWN_STATUS,
    UNREADABLE,
)

# The result lists, without their "_accounts".
INVITED_LIST = "invited"
CREATED_LIST = "created"
DISASSOCIATED_LIST = "disassociated"
DELETED_LIST = "deleted"
UNCHANGED = "unchanged"
UNPROCESSED = "unprocessed"

# In which list an account ends after its last write.
_LISTS = {INVITE: INVITED_LIST, CREATE: CREATED_LIST, DISASSOCIATE: DISASSOCIATED_LIST, DELETE: DELETED_LIST}

# The ended relationships that can be asked for in "reinvite": option value -> status.
REINVITABLE = {"removed": REMOVED, "resigned": RESIGNED}

_ORGANIZATION_ACCOUNT = (
    "The account became a member without an invitation, as accounts of an organization do. Security Hub does not "
    "delete such accounts from the member list."
)


def plan_invitation(account_id: str, member: Optional[Member], reinvite: Collection[str]) -> Outcome:
    """Plan whether an account gets an invitation.

    :param reinvite: keys of REINVITABLE: which ended relationships are invited again
    """
    status = status_of(member)
    if member is None or not is_listed(member):
        return _leave_unprocessed(account_id, member, NOT_A_MEMBER)
    if status in (INVITED, ENABLED):
        return _leave_unchanged(account_id, member)
    if status == CREATED or status in [REINVITABLE[name] for name in reinvite]:
        return Outcome(account_id, member, replace(member, member_status=INVITED), (INVITE,))
    reasons = {REMOVED: REMOVED_REASON, RESIGNED: RESIGNED_REASON, SUSPENDED: SUSPENDED_REASON}
    return _leave_unprocessed(account_id, member, reasons.get(member.member_status, UNKNOWN_STATUS))


def plan_present(account_id: str, member: Optional[Member], email: Optional[str]) -> Outcome:
    """Plan whether an account is added to the member list; a listed one is left alone, whatever its status."""
    if is_listed(member):
        return _leave_unchanged(account_id, member)
    return Outcome(account_id, member, Member(account_id, CREATED, email), (CREATE,))


def plan_disassociated(account_id: str, member: Optional[Member]) -> Outcome:
    """Plan whether an account is disassociated: only an enabled one is associated."""
    if member is None or member.member_status != ENABLED:
        return _leave_unchanged(account_id, member)
    return Outcome(account_id, member, replace(member, member_status=REMOVED), (DISASSOCIATE,))


def plan_absent(account_id: str, member: Optional[Member]) -> Outcome:
    """Plan how an account leaves the member list: the service deletes an enabled one only once disassociated."""
    if member is None or not is_listed(member):
        return _leave_unchanged(account_id, member)
    if member.member_status not in STATUSES:
        return _leave_unprocessed(account_id, member, UNKNOWN_STATUS)
    return Outcome(account_id, member, None, (DISASSOCIATE, DELETE) if member.member_status == ENABLED else (DELETE,))


def is_without_invitation(member: Member) -> bool:
    """Whether an account is or was associated without an invitation, as only an organization's account is."""
    return member.member_status in (ENABLED, REMOVED) and member.invited_at is None


def plan_left_alone(account_id: str, read: MemberList, own: Optional[str]) -> Optional[Outcome]:
    """Plan nothing for the administrator's own account, and for one that could not be looked up; None for any other.

    :param own: the administrator's own account, None where that is not known
    """
    if account_id == own:
        return _leave_unprocessed(account_id, read.members.get(account_id), OWN_ACCOUNT)
    if account_id in read.unreadable:
        return Outcome(account_id, None, None, (), UNREADABLE, read.unreadable[account_id], is_seen=False)
    return None


def _leave_unchanged(account_id: str, member: Optional[Member]) -> Outcome:
    return Outcome(account_id, member, member)


def _leave_unprocessed(account_id: str, member: Optional[Member], reason: str) -> Outcome:
    message = REASONS[reason].explanation
    if reason == UNKNOWN_STATUS:
        message = f"The member status {status_of(member)!r} is not known, so nothing was done."
    return Outcome(account_id, member, member, (), reason, message)


def expected_outcome(plan: Outcome) -> Outcome:
    """Return the outcome if everything goes as far as is known now, which is what check mode shows.

    An account of an organization is not deleted: it ends as Removed, whether it is Enabled now or not.
    """
    before = plan.before
    if before is None or DELETE not in plan.actions or not is_without_invitation(before):
        return plan
    message = _ORGANIZATION_ACCOUNT
    if DISASSOCIATE in plan.actions:
        message += " It is disassociated all the same, which ends its monitoring by this administrator."
    after = replace(before, member_status=REMOVED)
    return Outcome(plan.account_id, before, after, plan.actions[:-1], REJECTED, message)


def list_of(outcome: Outcome) -> str:
    """Return the result list in which an account ends."""
    if outcome.reason:
        return UNPROCESSED
    return _LISTS[outcome.actions[-1]] if outcome.actions else UNCHANGED


def not_attempted(account_id: str, seen: Mapping[str, Optional[Member]], error: str) -> Outcome:
    """Return the outcome of an account whose turn never came, because its Region failed while it was read."""
    member = seen.get(account_id)
    return Outcome(account_id, member, member, (), NOT_ATTEMPTED, error, account_id in seen)
