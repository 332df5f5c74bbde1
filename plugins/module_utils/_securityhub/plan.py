# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""What to do about each account, decided from what is seen. Pure: neither boto3 nor Ansible.

A :class:`Decision` comes before any write and holds all that check mode and the diff show; an :class:`Outcome`
says how it ended. Check mode turns decisions into outcomes with :func:`predict`, a run with :func:`conclude`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Collection, Dict, Mapping, Optional, Tuple

from .model import (
    CREATED,
    DEFAULT_AUTO_ENABLE_CONTROLS,
    DEFAULT_CONTROL_FINDING_GENERATOR,
    ENABLED,
    INVITED,
    REMOVED,
    RESIGNED,
    STATUSES,
    SUSPENDED,
    Hub,
    Member,
    Obstacle,
    Standing,
    is_listed,
    status_of,
)

# The steps, by which a decision names what has to be written.
INVITE = "invite"
CREATE = "create"
DISASSOCIATE = "disassociate"
DELETE = "delete"
ACCEPT = "accept"
DECLINE = "decline"
LEAVE = "leave"
DELETE_INVITATION = "delete_invitation"

# The result lists, without their "_accounts".
INVITED_LIST = "invited"
CREATED_LIST = "created"
DISASSOCIATED_LIST = "disassociated"
DELETED_LIST = "deleted"
UNCHANGED = "unchanged"
UNPROCESSED = "unprocessed"

# The reasons of the unprocessed accounts.
NOT_A_MEMBER = "not_a_member"
NOT_ATTEMPTED = "not_attempted"
REJECTED = "rejected"
UNCONFIRMED = "unconfirmed"
UNKNOWN_STATUS = "unknown_status"
SUSPENDED_REASON = "suspended"

# Error codes of ours, of what stands in the way in a Region.
OTHER_ADMINISTRATOR = "other_administrator"
NO_INVITATION = "no_invitation"
ASSOCIATED = "associated"

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
        return _unprocessed(decision, evidence, UNCONFIRMED if own_doing else REJECTED, evidence.refusal)
    if evidence.written and not evidence.waited:
        return predict(decision)
    if evidence.written:
        return _unprocessed(decision, evidence, UNCONFIRMED, evidence.failure or _not_visible(decision))
    return _unprocessed(decision, evidence, NOT_ATTEMPTED, evidence.failure or "")


def _not_visible(decision: Decision) -> str:
    return (
        f"The service took the request, but the member list did not show {status_of(decision.after) or 'the removal'} "
        "within wait_timeout: look again later, or raise wait_timeout."
    )


def _unprocessed(decision: Decision, evidence: Evidence, reason: str, words: str) -> Outcome:
    changed = evidence.earlier_written or reason == UNCONFIRMED
    return Outcome(decision.account_id, decision.before, evidence.member, UNPROCESSED, changed, reason, words)


def not_reached(account_id: str, seen: Mapping[str, Optional[Member]], failure: str) -> Outcome:
    """Return the outcome of an account whose turn never came, because its Region failed while it was read."""
    member = seen.get(account_id)
    return Outcome(account_id, member, member, UNPROCESSED, False, NOT_ATTEMPTED, failure, account_id in seen)


@dataclass(frozen=True)
class MembershipDecision:
    """What a member account is to do about an administrator in one Region; ``after`` is its status then."""

    steps: Tuple[str, ...]
    before: Optional[str]
    after: Optional[str]


def decide_membership(state: str, administrator_id: str, standing: Standing, region: str) -> MembershipDecision:
    """Decide how a member account gets to ``state``: accepted, declined or absent.

    :raises Obstacle: if it can't, because another administrator is in the way or there is no invitation
    """
    before = standing.invitation.member_status if standing.invitation else None
    associated = standing.administrator is not None and standing.administrator.administrator_id == administrator_id
    if state == "accepted":
        return _decide_accepted(associated, before, administrator_id, standing, region)
    if state == "declined":
        return MembershipDecision((DECLINE,), before, RESIGNED) if before == INVITED else _stay(before)
    if standing.invitation is None:
        return _stay(None)
    if before not in STATUSES:
        raise Obstacle(
            UNKNOWN_STATUS,
            f"What the account is to {administrator_id} in {region} has a status that is not known, {before}: nothing "
            "was done, look at it in the console.",
        )
    first = {INVITED: (DECLINE,)}.get(before or "", ())
    return MembershipDecision(((LEAVE,) if associated else first) + (DELETE_INVITATION,), before, None)


def _decide_accepted(
    associated: bool, before: Optional[str], administrator_id: str, standing: Standing, region: str
) -> MembershipDecision:
    if associated:
        return _stay(before)
    if standing.administrator:
        other = standing.administrator.administrator_id
        raise Obstacle(
            OTHER_ADMINISTRATOR,
            f"The account is administered by {other} in {region}, so it can't accept {administrator_id}: leave {other} "
            "first, with multiaccount.aws.securityhub_invitation and state absent.",
        )
    if before not in (INVITED, RESIGNED):
        raise Obstacle(
            NO_INVITATION,
            f"There is no invitation from {administrator_id} in {region}: send it from there with "
            "multiaccount.aws.securityhub_member_invite, or raise wait_timeout if it is on its way.",
        )
    # An account that has left may accept the same invitation again, says the user guide.
    return MembershipDecision((ACCEPT,), before, ENABLED)


def _stay(status: Optional[str]) -> MembershipDecision:
    return MembershipDecision((), status, status)


@dataclass(frozen=True)
class HubWish:
    """How Security Hub should be in an account; None leaves a setting alone."""

    enable_default_standards: bool = False
    control_finding_generator: Optional[str] = None
    auto_enable_controls: Optional[bool] = None
    tags: Optional[Mapping[str, str]] = None
    purge_tags: bool = True


@dataclass(frozen=True)
class HubDecision:
    """What is to be done to the hub of one Region.

    ``enable`` holds the parameters of EnableSecurityHub, None where it is on. ``settings`` are the fields of Hub to be
    changed.
    """

    before: Optional[Hub]
    after: Optional[Hub]
    enable: Optional[Mapping[str, Any]] = None
    disable: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    set_tags: Mapping[str, str] = field(default_factory=dict)
    remove_tags: Tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.enable is not None or self.disable or self.settings or self.set_tags or self.remove_tags)


def decide_hub_present(wish: HubWish, hub: Optional[Hub]) -> HubDecision:
    """Decide how the hub gets to be as wished. A hub that is turned on gets generator and tags with it."""
    base = hub or Hub(
        None,
        None,
        DEFAULT_AUTO_ENABLE_CONTROLS,
        wish.control_finding_generator or DEFAULT_CONTROL_FINDING_GENERATOR,
        dict(wish.tags or {}),
    )
    wanted = {
        "auto_enable_controls": wish.auto_enable_controls,
        "control_finding_generator": wish.control_finding_generator,
    }
    settings: Dict[str, Any] = {key: value for key, value in wanted.items() if value not in (None, getattr(base, key))}
    set_tags, remove_tags = _tag_changes(wish, base.tags)
    tags = {key: value for key, value in {**base.tags, **set_tags}.items() if key not in remove_tags}
    after = replace(base, tags=tags, **settings)
    return HubDecision(hub, after, None if hub else _enabling(wish), False, settings, set_tags, remove_tags)


def _enabling(wish: HubWish) -> Mapping[str, Any]:
    parameters: Dict[str, Any] = {"EnableDefaultStandards": wish.enable_default_standards}
    if wish.control_finding_generator:
        parameters["ControlFindingGenerator"] = wish.control_finding_generator
    if wish.tags:
        parameters["Tags"] = dict(wish.tags)
    return parameters


def _tag_changes(wish: HubWish, tags: Mapping[str, str]) -> Tuple[Dict[str, str], Tuple[str, ...]]:
    """Tags with the prefix aws: are AWS's own, nobody else can remove them."""
    if wish.tags is None:
        return {}, ()
    set_tags = {key: value for key, value in wish.tags.items() if tags.get(key) != value}
    surplus = (key for key in tags if key not in wish.tags and not key.startswith("aws:"))
    return set_tags, tuple(surplus) if wish.purge_tags else ()


def decide_hub_absent(hub: Optional[Hub]) -> HubDecision:
    """Decide whether the hub has to be turned off."""
    return HubDecision(hub, None, disable=hub is not None)
