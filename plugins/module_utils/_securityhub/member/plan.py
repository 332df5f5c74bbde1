# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""What to do about each account of the member list. Pure: neither boto3 nor Ansible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Collection, Mapping, Optional, Tuple

from ..errors import NOT_A_MEMBER, NOT_ATTEMPTED, REJECTED, SUSPENDED_REASON, UNCONFIRMED, UNKNOWN_STATUS
from ..model import CREATED, ENABLED, INVITED, REMOVED, RESIGNED, STATUSES, SUSPENDED, Member, is_listed, status_of

# The steps, by which a decision names what has to be written.
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
_EXPLANATIONS = {
    NOT_A_MEMBER: "The account is not in the member list: add it with multiaccount.aws.securityhub_member first.",
    "removed": "The administrator removed this member: name 'removed' in reinvite to invite it again.",
    "resigned": "The member declined the invitation or left: name 'resigned' in reinvite to invite it again.",
    SUSPENDED_REASON: "The account is suspended in its organization: reactivate it there first.",
    UNKNOWN_STATUS: "This member status is not known, so nothing was done: look at the account in the console.",
}


@dataclass(frozen=True)
class Decision:
    """What is to happen to one account in one Region.

    ``steps`` names the writes in order, empty for none. ``result`` is the list in which the account ends if all goes
    well, ``after`` its entry then. An entry of None stands for an account that is not in the member list.
    """

    account_id: str
    before: Optional[Member]
    result: str
    after: Optional[Member]
    steps: Tuple[str, ...] = ()
    reason: Optional[str] = None


@dataclass(frozen=True)
class Outcome:
    """How it ended, or in check mode would end, for one account in one Region.

    ``changed`` says whether something was, or may have been, written for it. ``processing_result`` explains ``reason``
    in the service's own words where it gave any. ``seen`` is False where the member list could not be read.
    """

    account_id: str
    before: Optional[Member]
    after: Optional[Member]
    result: str
    changed: bool = False
    reason: Optional[str] = None
    processing_result: Optional[str] = None
    seen: bool = True


@dataclass(frozen=True)
class Evidence:
    """What a run has learnt of one account that had something to be written.

    :param member: how the member list showed it last, None if it is not in there
    :param written: the write was taken by the service, or may have been
    :param earlier_written: so was one that had to come before it
    :param reached: the member list shows what was wanted
    :param refusal: what the service said when it named the account as unprocessed
    :param overtaken: whether these words say that it is done already
    :param waited: whether the account was looked for again after it was written
    :param failure: why its turn never came
    """

    member: Optional[Member]
    written: bool = False
    earlier_written: bool = False
    reached: bool = False
    refusal: Optional[str] = None
    overtaken: bool = False
    waited: bool = True
    failure: Optional[str] = None


def decide_invitation(account_id: str, member: Optional[Member], reinvite: Collection[str]) -> Decision:
    """Decide whether an account gets an invitation.

    :param reinvite: keys of REINVITABLE: which ended relationships are invited anew
    """
    status = status_of(member)
    if member is None or not is_listed(member):
        return _refuse(account_id, member, NOT_A_MEMBER)
    if status in (INVITED, ENABLED):
        return _leave_alone(account_id, member)
    if status == CREATED or status in [REINVITABLE[name] for name in reinvite]:
        return Decision(account_id, member, INVITED_LIST, replace(member, member_status=INVITED), (INVITE,))
    reasons = {REMOVED: "removed", RESIGNED: "resigned", SUSPENDED: SUSPENDED_REASON}
    return _refuse(account_id, member, reasons.get(member.member_status, UNKNOWN_STATUS))


def decide_present(account_id: str, member: Optional[Member], email: Optional[str]) -> Decision:
    """Decide whether an account has to be added to the member list; a listed one is left alone, whatever its status."""
    if is_listed(member):
        return _leave_alone(account_id, member)
    return Decision(account_id, member, CREATED_LIST, Member(account_id, CREATED, email), (CREATE,))


def decide_disassociated(account_id: str, member: Optional[Member]) -> Decision:
    """Decide whether an account has to be disassociated: only an enabled one is associated."""
    if member is None or member.member_status != ENABLED:
        return _leave_alone(account_id, member)
    return Decision(account_id, member, DISASSOCIATED_LIST, replace(member, member_status=REMOVED), (DISASSOCIATE,))


def decide_absent(account_id: str, member: Optional[Member]) -> Decision:
    """Decide how an account leaves the member list: the service deletes an enabled one only once disassociated."""
    if member is None or not is_listed(member):
        return _leave_alone(account_id, member)
    if member.member_status not in STATUSES:
        return _refuse(account_id, member, UNKNOWN_STATUS)
    steps = (DISASSOCIATE, DELETE) if member.member_status == ENABLED else (DELETE,)
    return Decision(account_id, member, DELETED_LIST, None, steps)


def _leave_alone(account_id: str, member: Optional[Member]) -> Decision:
    return Decision(account_id, member, UNCHANGED, member)


def _refuse(account_id: str, member: Optional[Member], reason: str) -> Decision:
    return Decision(account_id, member, UNPROCESSED, member, reason=reason)


def predict(decision: Decision) -> Outcome:
    """Return the outcome if everything goes well, which is what check mode shows."""
    return Outcome(
        decision.account_id,
        decision.before,
        decision.after,
        decision.result,
        changed=bool(decision.steps),
        reason=decision.reason,
        processing_result=_EXPLANATIONS.get(decision.reason or ""),
    )


def conclude(decision: Decision, evidence: Evidence) -> Outcome:
    """Return the outcome of a decision with steps, from what the run has learnt."""
    if evidence.reached:
        return replace(predict(decision), after=evidence.member)
    if evidence.refusal is not None:
        # An earlier request, whose reply was lost, may have done it.
        own_doing = evidence.written and evidence.overtaken
        return _ended_short(decision, evidence, UNCONFIRMED if own_doing else REJECTED, evidence.refusal)
    if evidence.written and not evidence.waited:
        return predict(decision)
    if evidence.written:
        return _ended_short(decision, evidence, UNCONFIRMED, evidence.failure or _not_visible(decision))
    return _ended_short(decision, evidence, NOT_ATTEMPTED, evidence.failure or "")


def _not_visible(decision: Decision) -> str:
    return (
        f"The service took the request, but the member list did not show {status_of(decision.after) or 'the removal'} "
        "within wait_timeout: look again later, or raise wait_timeout."
    )


def _ended_short(decision: Decision, evidence: Evidence, reason: str, words: str) -> Outcome:
    changed = evidence.earlier_written or reason == UNCONFIRMED
    return Outcome(decision.account_id, decision.before, evidence.member, UNPROCESSED, changed, reason, words)


def not_reached(account_id: str, seen: Mapping[str, Optional[Member]], failure: str) -> Outcome:
    """Return the outcome of an account whose turn never came, because its Region failed while it was read."""
    member = seen.get(account_id)
    return Outcome(account_id, member, member, UNPROCESSED, False, NOT_ATTEMPTED, failure, account_id in seen)
