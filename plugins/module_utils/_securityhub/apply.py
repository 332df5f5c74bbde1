# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The only writer: carries decisions out and reads again what came of them.

A write whose reply was lost is never sent again blindly: the state is read first, and only what it does not show as
done is sent again.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import (
    Any,
    Callable,
    Collection,
    Dict,
    Generic,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Set,
    Tuple,
    TypeVar,
    Union,
)

from .api import (
    AwsFailure,
    accept_invitation,
    batches,
    create_members,
    decline_invitation,
    delete_invitation,
    delete_members,
    describe_hub,
    disable_hub,
    disassociate_members,
    enable_hub,
    get_administrator,
    invite_members,
    is_hub_on,
    leave_administrator,
    list_enabled_members,
    observe,
    read_members,
    read_standing,
    says_already,
    says_not_there,
    tag_hub,
    untag_hub,
    update_hub,
)
from .model import ENABLED, INVITED, RESIGNED, Hub, Member, Obstacle, Standing, is_listed, status_of
from .plan import (
    ACCEPT,
    ASSOCIATED,
    CREATE,
    DECLINE,
    DELETE,
    DELETE_INVITATION,
    DISASSOCIATE,
    INVITE,
    LEAVE,
    NO_INVITATION,
    UNCONFIRMED,
    Decision,
    Evidence,
    HubDecision,
    HubWish,
    MembershipDecision,
    Outcome,
    conclude,
    decide_hub_present,
    decide_membership,
    not_reached,
    predict,
)
from .regions import RegionClients

# A write is sent at most this often: enough for five throttles, an error, a lost reply and an error after the work.
SEND_ATTEMPTS = 10
BACKOFF_BASE = 0.5
BACKOFF_CAP = 20.0
# The first look comes at once, then the pauses grow.
POLL_PAUSES = (0.5, 1.0, 2.0)
POLL_PAUSE_AFTERWARDS = 3.0
# Seconds that DescribeHub may take to show a change.
HUB_PATIENCE = 30

State = TypeVar("State")

Members = Mapping[str, Optional[Member]]


class Patience:
    """How long to look for something: pauses that grow, until ``seconds`` after the first of them. 0 is none at all."""

    def __init__(self, seconds: float) -> None:
        self.wanted = seconds > 0
        self._seconds = seconds
        self._deadline: Optional[float] = None
        self._pauses = iter(POLL_PAUSES)

    def pause(self) -> bool:
        """Sleep a little; return False without sleeping once time is up."""
        now = time.monotonic()
        if self._deadline is None:
            self._deadline = now + self._seconds
        remaining = self._deadline - now
        if remaining <= 0:
            return False
        time.sleep(min(next(self._pauses, POLL_PAUSE_AFTERWARDS), remaining))
        return True


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


@dataclass(frozen=True)
class Settled(Generic[State]):
    """How one Region of a module that works on the caller's own account ended, or in check mode would end.

    :param read: whether the state could be read; without it ``before`` and ``after`` say nothing
    """

    before: Optional[State] = None
    after: Optional[State] = None
    changed: bool = False
    failure: Union[AwsFailure, Obstacle, None] = None
    read: bool = True


@dataclass(frozen=True)
class Membership:
    """What a member account is to an administrator in one Region; a status of None stands for nothing at all."""

    administrator_id: str
    member_status: Optional[str]
    previous_member_status: Optional[str]
    invitation_id: Optional[str]


@dataclass
class Traces:
    """Whether anything was written in a Region.

    :param written: something was
    :param in_doubt: something may have been, as a reply was lost and the effect was not seen yet
    """

    written: bool = False
    in_doubt: bool = False

    @property
    def any(self) -> bool:
        """Whether something was, or may have been, written."""
        return self.written or self.in_doubt

    def watch(self, send: Callable[[], None]) -> None:
        """Send a write, and note what came of it."""
        try:
            send()
        except AwsFailure as failure:
            self.in_doubt = self.in_doubt or failure.in_doubt
            raise
        self.settle()

    def settle(self) -> None:
        """Note that a write is known to be done."""
        self.written, self.in_doubt = True, False


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


def settle_hub(
    clients: RegionClients, decide: Callable[[Optional[Hub]], HubDecision], check_mode: bool
) -> Settled[Hub]:
    """Bring the hub of one Region where it should be, or with check_mode tell what that would do."""
    try:
        plan = decide(describe_hub(clients.reader))
    except AwsFailure as failure:
        return Settled(failure=failure, read=False)
    if check_mode or not plan.changed:
        return _foresee_hub(clients, plan)
    traces = Traces()
    try:
        return Settled(plan.before, _converge_hub(clients, decide, plan, traces), changed=True)
    except (AwsFailure, Obstacle) as failure:
        seen = observe(lambda: [describe_hub(clients.reader)])
        traces.in_doubt = traces.in_doubt and bool(seen.failure)
        after = plan.before if seen.failure else seen.found[0]
        return Settled(plan.before, after, changed=traces.any or after != plan.before, failure=failure)


def _foresee_hub(clients: RegionClients, plan: HubDecision) -> Settled[Hub]:
    """Tell what carrying a plan out would do."""
    try:
        if plan.disable:
            _require_no_associations(clients)
    except (AwsFailure, Obstacle) as failure:
        return Settled(plan.before, plan.before, failure=failure)
    return Settled(plan.before, plan.after, changed=plan.changed)


def _converge_hub(
    clients: RegionClients, decide: Callable[[Optional[Hub]], HubDecision], plan: HubDecision, traces: Traces
) -> Optional[Hub]:
    """Carry a plan out, and what is left of it when it is seen; return the hub in the end.

    :raises AwsFailure: if the service refuses, or keeps failing
    :raises Obstacle: if an effect is not seen in time
    """
    decision = plan
    patience = Patience(HUB_PATIENCE)
    while decision.changed:
        _change_hub(clients, decision, traces)
        decision = _look_at_hub_again(clients, decide, decision, patience)
    return decision.before


def _require_no_associations(clients: RegionClients) -> None:
    """Check mode's share of what the service refuses in a run.

    :raises Obstacle: while the account has an administrator or enabled members
    """
    administrator = get_administrator(clients.reader)
    members = list_enabled_members(clients.reader)
    if administrator or members:
        who = f"is administered by {administrator.administrator_id}" if administrator else "has enabled members"
        raise Obstacle(
            ASSOCIATED,
            f"Security Hub can't be turned off in {clients.region} while the account {who}: leave the administrator "
            "with multiaccount.aws.securityhub_invitation, disassociate members with "
            "multiaccount.aws.securityhub_member.",
        )


def _change_hub(clients: RegionClients, decision: HubDecision, traces: Traces) -> None:
    """Send what a decision asks for; everything but turning on and off may be sent again at will."""
    for send in _hub_writes(clients.writer, decision):
        persist(partial(traces.watch, send), lambda _failure: _switched(decision, describe_hub(clients.reader)))
        traces.settle()


def _hub_writes(writer: Any, decision: HubDecision) -> Iterator[Callable[[], None]]:
    arn = decision.before.hub_arn if decision.before else None
    if decision.disable:
        yield lambda: disable_hub(writer)
    elif arn is None:
        yield lambda: enable_hub(writer, decision.enable or {})
    else:
        if decision.settings:
            yield lambda: update_hub(writer, decision.settings)
        if decision.set_tags:
            yield lambda: tag_hub(writer, arn, decision.set_tags)
        if decision.remove_tags:
            yield lambda: untag_hub(writer, arn, decision.remove_tags)


def _switched(decision: HubDecision, hub: Optional[Hub]) -> bool:
    """Whether a hub that is to be turned on or off is on or off."""
    return decision.before is None and hub is not None if decision.enable else decision.disable and hub is None


def _look_at_hub_again(
    clients: RegionClients, decide: Callable[[Optional[Hub]], HubDecision], decision: HubDecision, patience: Patience
) -> HubDecision:
    """Read until something of a decision shows, and return what is left to do.

    :raises Obstacle: if nothing shows in time
    """
    while True:
        following = decide(describe_hub(clients.reader))
        if following != decision:
            return following
        if not patience.pause():
            raise Obstacle(
                UNCONFIRMED,
                f"The service took the request in {clients.region}, but did not show its effect within "
                f"{HUB_PATIENCE} seconds: look again with multiaccount.aws.securityhub_hub_info.",
            )


def persist(send: Callable[[], None], settled: Callable[[AwsFailure], bool]) -> None:
    """Send a write until the service takes it.

    :param settled: reads again after a reply was lost, or after the service found the state other than it was read,
        and says whether there is nothing left to send
    :raises AwsFailure: that can't be mended by sending again, or didn't stop
    """
    for pause in _send_pauses():
        try:
            send()
        except AwsFailure as failure:
            if pause is None or not (failure.retryable or failure.stale):
                raise
            time.sleep(pause)
            if (failure.in_doubt or failure.stale) and settled(failure):
                return
        else:
            return


def _send_pauses() -> Iterator[Optional[float]]:
    """Yield the seconds to wait after each failed attempt: exponential with full jitter; None after the last one."""
    for attempt in range(SEND_ATTEMPTS - 1):
        yield random.uniform(0, min(BACKOFF_CAP, BACKOFF_BASE * 2**attempt))
    yield None
