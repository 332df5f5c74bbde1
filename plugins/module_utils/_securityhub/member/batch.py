# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""One kind of write to the member list, what is known of it while it is carried out, and what came of it.

Makes no call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Callable, Collection, Dict, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple

from ..errors import Failure, PreconditionFailed, SecurityHubError, is_own_account_message, is_transient_message
from ..model import DISASSOCIATE, Member, Outcome, status_of
from ..reasons import NOT_ATTEMPTED, OWN_ACCOUNT, REJECTED, UNCONFIRMED

_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_MONITORING_ENDED = "The account was disassociated, so its monitoring by this administrator has ended."


@dataclass(frozen=True)
class MemberChange:
    """One kind of write to the member list.

    :param step: the name by which plans ask for it
    :param send: with the client of a Region, sends a batch of accounts; returns {account id: message} of the
        unprocessed ones
    :param is_done: whether a member list entry (None: no entry) shows that it is done
    :param already_done: whether the message of an unprocessed account, with the entry that was read last, says that it
        is done already: by an earlier request whose response was lost, or by somebody else
    :param is_always_reread: whether the member list is read again even without waiting: the service names nobody as
        unprocessed, or the next change depends on it
    """

    step: str
    send: Callable[[Any, Sequence[str]], Dict[str, str]]
    is_done: Callable[[Optional[Member]], bool]
    already_done: Callable[[str, Optional[Member]], bool]
    is_always_reread: bool = False


class Stage(Enum):
    """How far a write is for one account."""

    OPEN = "nothing is known to have been sent"
    IN_DOUBT = "a response was lost, so it may have been carried out"
    TAKEN = "the service took it"
    REFUSED = "the service named the account, or refused a call for it alone"
    CALL_REFUSED = "the service refused a call as a whole"
    DONE = "the member list shows it, after it was or may have been carried out"
    FOUND_DONE = "the member list shows it, though nothing was carried out: somebody else was first"


_WRITTEN = (Stage.IN_DOUBT, Stage.TAKEN, Stage.DONE)


class Known(NamedTuple):
    """What is known of a write for one account; ``message`` is the last with which the service refused it."""

    stage: Stage = Stage.OPEN
    message: Optional[str] = None


@dataclass
class BatchState:
    """One change to the accounts of one Region while it is carried out.

    ``seen`` has the entries that were read last. ``is_reread`` says whether they are read again after the write.
    ``lone_refusals`` has the messages of calls that were refused for one account alone.
    """

    change: MemberChange
    seen: Dict[str, Optional[Member]]
    is_reread: bool
    accounts: Dict[str, Known] = field(default_factory=dict)
    lone_refusals: List[str] = field(default_factory=list)

    def known(self, account_id: str) -> Known:
        """Return what is known of an account."""
        return self.accounts.get(account_id, Known())

    def _of(self, *stages: Stage) -> Set[str]:
        return {account_id for account_id, known in self.accounts.items() if known.stage in stages}

    def note_response(self, account_ids: Sequence[str], refusals: Mapping[str, str]) -> None:
        """Record the response to a write."""
        for account_id in account_ids:
            if account_id in refusals:
                self.note_refusal(account_id, refusals[account_id])
            else:
                self.accounts[account_id] = Known(Stage.TAKEN)

    def note_refusal(self, account_id: str, message: str, stage: Stage = Stage.REFUSED) -> None:
        """Record a refusal. It does not tell what came of an earlier request whose response was lost."""
        in_doubt = self.known(account_id).stage is Stage.IN_DOUBT
        self.accounts[account_id] = Known(Stage.IN_DOUBT if in_doubt else stage, message)

    def note_failed_call(self, account_ids: Sequence[str], error: SecurityHubError) -> None:
        """Record that a write failed as a whole: the service refused it, or it may have been carried out."""
        for account_id in account_ids:
            if error.in_doubt:
                self.accounts[account_id] = self.known(account_id)._replace(stage=Stage.IN_DOUBT)
            elif 400 <= error.status < 500:
                self.note_refusal(account_id, error.text, Stage.CALL_REFUSED)

    def note_lone_refusal(self, account_id: str, error: SecurityHubError) -> None:
        """Record that the service refused a call for one account.

        :raises SecurityHubError: if it is seen to concern every account alike
        """
        self.note_refusal(account_id, error.text)
        self.lone_refusals.append(_ACCOUNT_ID.sub("", f"{error.error_code} {error.text}"))
        if len(self.lone_refusals) >= 2 and len(set(self.lone_refusals)) == 1 and not self._of(Stage.TAKEN, Stage.DONE):
            raise error

    def note_members(self, members: Mapping[str, Optional[Member]]) -> None:
        """Record what the member list shows."""
        self.seen.update(members)
        for account_id in filter(lambda each: self.change.is_done(members[each]), members):
            known = self.known(account_id)
            stage = Stage.DONE if known.stage in _WRITTEN else Stage.FOUND_DONE
            self.accounts[account_id] = known._replace(stage=stage)

    def leave_out_done(self, account_ids: Sequence[str]) -> List[str]:
        """Return the accounts that an earlier step has not brought where this change would."""
        # All at first, so that none is added while batches are sent side by side.
        self.accounts.update(dict.fromkeys(account_ids, Known()))
        self.note_members({account_id: self.seen.get(account_id) for account_id in account_ids})
        return [account_id for account_id in account_ids if not self.is_shown(account_id)]

    def is_shown(self, account_id: str) -> bool:
        """Whether the member list shows the change."""
        return self.known(account_id).stage in (Stage.DONE, Stage.FOUND_DONE)

    def is_done(self, account_id: str) -> bool:
        """Whether the change is done for this account, or was taken by the service and is not read again."""
        taken = not self.is_reread and self.known(account_id).stage is Stage.TAKEN
        return taken or self.is_shown(account_id)

    def may_have_written(self, account_id: str) -> bool:
        """Whether the change was, or may have been, written for this account."""
        return self.known(account_id).stage in _WRITTEN

    def _is_already_done(self, account_id: str) -> bool:
        message = self.known(account_id).message
        return message is not None and self.change.already_done(message, self.seen.get(account_id))

    def to_reread(self) -> Set[str]:
        """Return the accounts that are worth reading again: what became of them is not known, or may be otherwise."""
        return self._of(Stage.IN_DOUBT, Stage.REFUSED, *([Stage.TAKEN] if self.is_reread else []))

    def to_wait_for(self) -> Set[str]:
        """Return the accounts for which the member list may yet show the change."""
        return self._of(Stage.IN_DOUBT, Stage.TAKEN).union(filter(self._is_already_done, self._of(Stage.REFUSED)))

    def to_send_again(self, follow_ups: Collection[str]) -> Set[str]:
        """Return the refused accounts that the service may take later.

        :param follow_ups: accounts for which the service may not know yet what an earlier step did
        """
        refused = {each: self.known(each).message for each in self._of(Stage.REFUSED, Stage.IN_DOUBT)}
        return {each for each, said in refused.items() if said and (each in follow_ups or is_transient_message(said))}


def open_step(plan: Outcome, states: Mapping[str, BatchState]) -> str:
    """Return the first step of a plan that is not done, the last one if all are."""
    undone = (each for each in plan.actions if each not in states or not states[each].is_done(plan.account_id))
    return next(undone, plan.actions[-1])


def final_outcome(
    plan: Outcome, states: Mapping[str, BatchState], member: Optional[Member], error: Optional[Failure]
) -> Outcome:
    """Return what came of a plan that has steps.

    :param states: the state of each change by its step, as far as the run came
    :param member: the account's entry in the member list when it was read last
    :param error: why the Region failed, None if it did not
    """
    account_id, step = plan.account_id, open_step(plan, states)
    state = states.get(step)
    actions = tuple(each for each in plan.actions if each in states and states[each].may_have_written(account_id))
    if state and state.is_done(account_id):
        # What is not read again is taken to be as planned.
        return replace(plan, after=member if state.is_shown(account_id) else plan.after, actions=actions)
    reason, message = _shortcoming(plan, state.known(account_id) if state else Known(), error)
    if DISASSOCIATE in plan.actions[: plan.actions.index(step)]:
        message = f"{message.rstrip('. ')}. {_MONITORING_ENDED}"
    return replace(plan, after=member, actions=actions, reason=reason, processing_result=message)


def _shortcoming(plan: Outcome, known: Known, error: Optional[Failure]) -> Tuple[str, str]:
    """Return reason and message of an account that is not seen where the plan wanted it."""
    said, wanted = str(error) if error else "", status_of(plan.after) or "the removal"
    if known.stage is Stage.IN_DOUBT:
        last = known.message or said
        return UNCONFIRMED, (
            "The response to a request was lost, so it may have been carried out, but the member list did not show "
            f"{wanted} in time.{f' The last message was: {last}' if last else ''}"
        )
    if known.stage is Stage.TAKEN:
        return UNCONFIRMED, said or (
            f"The service accepted the request, but the member list did not show {wanted} in time."
        )
    if isinstance(error, PreconditionFailed):
        return error.error_code, said
    if known.message is None:
        return NOT_ATTEMPTED, said
    is_own = known.stage is Stage.REFUSED and is_own_account_message(known.message)
    return OWN_ACCOUNT if is_own else REJECTED, known.message
