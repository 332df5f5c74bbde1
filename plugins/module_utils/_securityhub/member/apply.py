# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Carries member plans out and reads again what came of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Callable, Collection, Dict, List, Mapping, Optional, Sequence, Set

from ..api import batches, create_members, delete_members, disassociate_members, invite_members, read_members
from ..clients import RegionClients
from ..errors import AwsFailure, says_already, says_not_there
from ..model import ENABLED, INVITED, RESIGNED, Member, is_listed, status_of
from ..retry import Patience, persist
from .plan import CREATE, DELETE, DISASSOCIATE, INVITE, Decision, Evidence, Outcome, conclude, not_reached, predict

Members = Mapping[str, Optional[Member]]


@dataclass(frozen=True)
class Change:
    """One kind of write to the member list.

    :param step: the name by which decisions ask for it
    :param send: sends a batch of accounts with a writer, returns the unprocessed ones with the service's words
    :param reached: whether a member list entry (None: no entry) shows that it is done
    :param overtaken: whether the service's words of an unprocessed account, with the entry that was seen last, say that
        it is done already: by an earlier request whose reply was lost, or by somebody else
    :param silent: the service names nobody as unprocessed, so that only the member list tells whether it worked
    """

    step: str
    send: Callable[[Any, Sequence[str]], Dict[str, str]]
    reached: Callable[[Optional[Member]], bool]
    overtaken: Callable[[str, Optional[Member]], bool]
    silent: bool = False


INVITATION = Change(
    INVITE,
    invite_members,
    lambda member: status_of(member) in (INVITED, ENABLED),
    # Whoever declined or left may count as invited for ever: that is nothing to wait for.
    lambda words, member: says_already(words) and status_of(member) != RESIGNED,
)
DISASSOCIATION = Change(
    DISASSOCIATE, disassociate_members, lambda member: status_of(member) != ENABLED, lambda _words, _member: False, True
)
DELETION = Change(
    DELETE, delete_members, lambda member: not is_listed(member), lambda words, _member: says_not_there(words)
)


def creation(emails: Mapping[str, Optional[str]]) -> Change:
    """Return the change that adds accounts to the member list, with the e-mail addresses that are known."""

    def send(writer: Any, account_ids: Sequence[str]) -> Dict[str, str]:
        return create_members(writer, {account_id: emails.get(account_id) for account_id in account_ids})

    return Change(CREATE, send, is_listed, lambda words, _member: says_already(words))


@dataclass
class Progress:
    """What is known of one change to the accounts of one Region while it is carried out.

    ``seen`` is how the member list showed the accounts last; ``waited`` says whether it is looked at again afterwards.
    """

    change: Change
    seen: Dict[str, Optional[Member]]
    waited: bool
    accepted: Set[str] = field(default_factory=set)
    in_doubt: Set[str] = field(default_factory=set)
    refusals: Dict[str, str] = field(default_factory=dict)
    reached: Set[str] = field(default_factory=set)
    failure: Optional[AwsFailure] = None

    def note_reply(self, account_ids: Sequence[str], refusals: Dict[str, str]) -> None:
        """Take in the reply to a write."""
        accepted = [account_id for account_id in account_ids if account_id not in refusals]
        self.accepted.update(accepted)
        self.refusals.update(refusals)
        for account_id in accepted:
            self.refusals.pop(account_id, None)

    def note_members(self, members: Members) -> None:
        """Take in a look at the member list."""
        self.seen.update(members)
        self.reached.update(account_id for account_id, member in members.items() if self.change.reached(member))

    def settled(self, account_id: str) -> bool:
        """Whether the change is done for this account, or was taken by the service and is not looked for."""
        return account_id in self.reached or (not self.waited and account_id in self.accepted)

    def overtaken(self, account_id: str) -> bool:
        """Whether the service refused this account because the change is done already."""
        words = self.refusals.get(account_id)
        return words is not None and self.change.overtaken(words, self.seen.get(account_id))

    def touched(self) -> Set[str]:
        """Return the accounts that are worth a look: it is not known what became of them, or may not be as was said."""
        return self.in_doubt.union(self.refusals, self.accepted if self.waited else ()) - self.reached

    def awaited(self) -> Set[str]:
        """Return the accounts for which the member list may yet show the change."""
        return self.in_doubt.union(self.accepted, filter(self.overtaken, self.refusals)) - self.reached


@dataclass(frozen=True)
class Converged:
    """The outcome for each requested account of one Region, in the order of the request, and what broke it off."""

    outcomes: List[Outcome]
    failure: Optional[AwsFailure] = None


def converge(
    clients: RegionClients,
    account_ids: Sequence[str],
    decide: Callable[[str, Optional[Member]], Decision],
    changes: Sequence[Change],
    wait_timeout: float,
    check_mode: bool,
) -> Converged:
    """Bring the accounts of one Region where they should be, or with check_mode tell what that would do.

    :param clients: the reader and the writer of the Region
    :param decide: the plan for one account
    :param changes: the writes that decisions may ask for, in the order in which they build on each other
    :param wait_timeout: seconds that the member list may take to show a write; 0 looks again only where it must
    """
    observed = read_members(clients.reader, account_ids)
    if observed.failure:
        return _broken_off(account_ids, observed.members, decide, observed.failure)
    decisions = [decide(account_id, observed.members[account_id]) for account_id in account_ids]
    if check_mode:
        return Converged([predict(decision) for decision in decisions])
    seen = dict(observed.members)
    steps = _carry_out_all(clients, decisions, changes, seen, wait_timeout)
    failure = next((progress.failure for progress in steps.values() if progress.failure), None)
    outcomes = [_outcome(decision, steps, seen, failure) for decision in decisions]
    return Converged(outcomes, failure)


def _broken_off(
    account_ids: Sequence[str],
    seen: Members,
    decide: Callable[[str, Optional[Member]], Decision],
    failure: AwsFailure,
) -> Converged:
    """Return what is known although the member list couldn't be read to its end: nothing has been written."""

    def outcome(account_id: str) -> Outcome:
        if account_id in seen:
            decision = decide(account_id, seen[account_id])
            if not decision.steps:
                return predict(decision)
        return not_reached(account_id, seen, str(failure))

    return Converged([outcome(account_id) for account_id in account_ids], failure)


def _carry_out_all(
    clients: RegionClients,
    decisions: Sequence[Decision],
    changes: Sequence[Change],
    seen: Dict[str, Optional[Member]],
    wait_timeout: float,
) -> Dict[str, Progress]:
    """Carry the changes out one after the other, each for the accounts whose earlier steps are done.

    :param seen: how the member list showed the accounts last, kept up to date
    :return: the progress of each change by its step; of those that came before the Region failed, if it did
    """
    steps: Dict[str, Progress] = {}
    for change in changes:
        ready = [
            decision
            for decision in decisions
            if change.step in decision.steps and _open_step(decision, steps) == change.step
        ]
        account_ids = [decision.account_id for decision in ready]
        follow_ups = {decision.account_id for decision in ready if decision.steps[0] != change.step}
        progress = steps[change.step] = Progress(change, seen, wait_timeout > 0 or change.silent)
        carry_out(clients, progress, account_ids, Patience(wait_timeout), follow_ups)
        if progress.failure:
            break
    return steps


def _open_step(decision: Decision, steps: Mapping[str, Progress]) -> str:
    """Return the first step of a decision that is not done, the last one if all are."""
    for step in decision.steps:
        if step not in steps or not steps[step].settled(decision.account_id):
            return step
    return decision.steps[-1]


def _outcome(
    decision: Decision, steps: Mapping[str, Progress], seen: Members, failure: Optional[AwsFailure]
) -> Outcome:
    if not decision.steps:
        return predict(decision)
    step = _open_step(decision, steps)
    evidence = Evidence(
        member=seen[decision.account_id],
        earlier_written=step != decision.steps[0],
        failure=str(failure) if failure else None,
    )
    return conclude(decision, _with_progress(evidence, decision.account_id, steps[step]) if step in steps else evidence)


def _with_progress(evidence: Evidence, account_id: str, progress: Progress) -> Evidence:
    return replace(
        evidence,
        written=account_id in progress.accepted or account_id in progress.in_doubt,
        reached=account_id in progress.reached,
        refusal=progress.refusals.get(account_id),
        overtaken=progress.overtaken(account_id),
        waited=progress.waited,
    )


def carry_out(
    clients: RegionClients,
    progress: Progress,
    account_ids: Sequence[str],
    patience: Patience,
    follow_ups: Collection[str] = (),
) -> None:
    """Send a change for some accounts, batch by batch, and read again what came of it; all goes into progress.

    :param follow_ups: accounts of which the service may not know yet what an earlier step did: while patience lasts,
        they are sent again if it refuses them
    """
    pending = account_ids
    while pending:
        _send_and_look(clients, progress, pending, patience)
        refused = progress.refusals.keys() - progress.reached
        pending = [account_id for account_id in pending if account_id in follow_ups and account_id in refused]
        if progress.failure or not pending or not patience.pause():
            return


def _send_and_look(clients: RegionClients, progress: Progress, account_ids: Sequence[str], patience: Patience) -> None:
    try:
        for batch in batches(account_ids):
            _send(clients, progress, batch)
    except AwsFailure as failure:
        progress.failure = failure
    try:
        _look_again(clients, progress, account_ids, patience)
    except AwsFailure as failure:
        progress.failure = progress.failure or failure


def _send(clients: RegionClients, progress: Progress, batch: Sequence[str]) -> None:
    """Send one batch until the service has answered for each of its accounts.

    :raises AwsFailure: that can't be mended by sending again, or didn't stop
    """
    pending = list(batch)

    def send() -> None:
        try:
            progress.note_reply(pending, progress.change.send(clients.writer, pending))
        except AwsFailure as failure:
            if failure.in_doubt:
                progress.in_doubt.update(pending)
            raise

    def settled(failure: AwsFailure) -> bool:
        still_open = _still_open(clients, progress, pending)
        gone = [
            account_id for account_id in still_open if failure.not_found and not is_listed(progress.seen[account_id])
        ]
        progress.refusals.update(dict.fromkeys(gone, failure.text))
        pending[:] = [account_id for account_id in still_open if account_id not in gone]
        return not pending

    try:
        persist(send, settled)
    except AwsFailure as failure:
        if not failure.invalid_input:
            raise
        _send_in_halves(clients, progress, pending, failure)


def _send_in_halves(clients: RegionClients, progress: Progress, batch: Sequence[str], failure: AwsFailure) -> None:
    """Find the accounts for which the service refused a whole batch, so that they do not hold up the others.

    Whether one account can have that effect is not documented.
    """
    if len(batch) == 1:
        progress.note_reply(batch, {batch[0]: failure.text})
        return
    middle = len(batch) // 2
    for half in (batch[:middle], batch[middle:]):
        _send(clients, progress, half)


def _still_open(clients: RegionClients, progress: Progress, account_ids: Sequence[str]) -> List[str]:
    """Read again, and return the accounts that are not yet where the change brings them."""
    observed = read_members(clients.reader, account_ids)
    progress.note_members(observed.members)
    if observed.failure:
        raise observed.failure
    return [account_id for account_id in account_ids if account_id not in progress.reached]


def _look_again(clients: RegionClients, progress: Progress, account_ids: Sequence[str], patience: Patience) -> None:
    """Read again until the member list shows the change for each account that the service took, or time is up.

    Accounts that the service named are looked at once, as somebody else may have got there first; and until time is up
    where it says so. Without wait_timeout only those and the ones in doubt are looked at, once.

    :raises AwsFailure: if the member list can't be read
    """
    touched = progress.touched()
    pending = [account_id for account_id in account_ids if account_id in touched]
    while pending:
        still_open = _still_open(clients, progress, pending)
        awaited = progress.awaited()
        pending = [account_id for account_id in still_open if account_id in awaited]
        if not pending or not patience.pause():
            break
    if progress.failure:
        # The last word on these was a failure, and the member list has had the time to show them: nothing was done.
        progress.in_doubt -= set(pending).intersection(progress.failure.account_ids) - progress.refusals.keys()
