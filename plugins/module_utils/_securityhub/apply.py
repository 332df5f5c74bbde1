# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The only writer: carries decisions out and reads again what came of them.

A write whose reply was lost is never sent again blindly: the member list is read first, and only the accounts that it
does not show as done are sent again.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Set

from .api import AwsFailure, batches, invite_members, read_members
from .model import ENABLED, INVITED, Member, status_of
from .plan import INVITE, Decision, Evidence, Outcome, conclude, not_reached, predict
from .regions import RegionClients

# A write is sent at most this often: enough for five throttles, an error, a lost reply and an error after the work.
SEND_ATTEMPTS = 10
BACKOFF_BASE = 0.5
BACKOFF_CAP = 20.0
# The first look comes at once, then the pauses grow.
POLL_PAUSES = (0.5, 1.0, 2.0)
POLL_PAUSE_AFTERWARDS = 3.0


@dataclass(frozen=True)
class Change:
    """One kind of write.

    :param step: the name by which decisions ask for it
    :param send: sends a batch of accounts with a writer, returns the unprocessed ones with the service's words
    :param reached: whether a member list entry shows that it is done
    """

    step: str
    send: Callable[[Any, Sequence[str]], Dict[str, str]]
    reached: Callable[[Optional[Member]], bool]


INVITATION = Change(INVITE, invite_members, lambda member: status_of(member) in (INVITED, ENABLED))


@dataclass
class Progress:
    """What is known of the accounts of one Region while it is worked on."""

    seen: Dict[str, Optional[Member]]
    accepted: Set[str] = field(default_factory=set)
    in_doubt: Set[str] = field(default_factory=set)
    refusals: Dict[str, str] = field(default_factory=dict)
    reached: Set[str] = field(default_factory=set)
    failure: Optional[AwsFailure] = None

    def note_reply(self, account_ids: Sequence[str], refusals: Dict[str, str]) -> None:
        """Take in the reply to a write."""
        self.refusals.update(refusals)
        self.accepted.update(account_id for account_id in account_ids if account_id not in refusals)

    def note_members(self, change: Change, members: Dict[str, Optional[Member]]) -> None:
        """Take in a look at the member list."""
        self.seen.update(members)
        self.reached.update(account_id for account_id, member in members.items() if change.reached(member))

    def evidence(self, account_id: str, waited: bool) -> Evidence:
        """Return what is known of one account."""
        return Evidence(
            member=self.seen.get(account_id),
            written=account_id in self.accepted or account_id in self.in_doubt,
            reached=account_id in self.reached,
            refusal=self.refusals.get(account_id),
            waited=waited,
            failure=str(self.failure) if self.failure else None,
        )


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
    if check_mode or not any(decision.steps for decision in decisions):
        return Converged([predict(decision) for decision in decisions])
    progress = Progress(dict(observed.members))
    for change in changes:
        asked = [decision.account_id for decision in decisions if change.step in decision.steps]
        carry_out(clients, change, asked, progress, wait_timeout)
    outcomes = [
        conclude(decision, progress.evidence(decision.account_id, wait_timeout > 0))
        if decision.steps
        else predict(decision)
        for decision in decisions
    ]
    return Converged(outcomes, progress.failure)


def _broken_off(
    account_ids: Sequence[str],
    seen: Dict[str, Optional[Member]],
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


def carry_out(
    clients: RegionClients, change: Change, account_ids: Sequence[str], progress: Progress, wait_timeout: float
) -> None:
    """Send a change for some accounts, batch by batch, and read again what came of it; all goes into progress."""
    try:
        for batch in batches(account_ids):
            _send(clients, change, batch, progress)
    except AwsFailure as failure:
        progress.failure = failure
    try:
        _look_again(clients, change, account_ids, progress, wait_timeout)
    except AwsFailure as failure:
        progress.failure = progress.failure or failure


def _pauses() -> Iterator[Optional[float]]:
    """Yield the seconds to wait after each failed attempt: exponential with full jitter; None after the last one."""
    for attempt in range(SEND_ATTEMPTS - 1):
        yield random.uniform(0, min(BACKOFF_CAP, BACKOFF_BASE * 2**attempt))
    yield None


def _send(clients: RegionClients, change: Change, batch: Sequence[str], progress: Progress) -> None:
    """Send one batch until the service has answered for each of its accounts.

    :raises AwsFailure: that can't be mended by sending again, or didn't stop
    """
    pending = list(batch)
    for pause in _pauses():
        try:
            progress.note_reply(pending, change.send(clients.writer, pending))
            return
        except AwsFailure as failure:
            if failure.in_doubt:
                progress.in_doubt.update(pending)
            if pause is None or not failure.retryable:
                raise
            time.sleep(pause)
            if failure.in_doubt:
                pending = _still_open(clients, change, pending, progress)
                if not pending:
                    return


def _still_open(clients: RegionClients, change: Change, account_ids: Sequence[str], progress: Progress) -> List[str]:
    """Read again, and return the accounts that are not yet where the change brings them."""
    observed = read_members(clients.reader, account_ids)
    progress.note_members(change, observed.members)
    if observed.failure:
        raise observed.failure
    return [account_id for account_id in account_ids if account_id not in progress.reached]


def _look_again(
    clients: RegionClients, change: Change, account_ids: Sequence[str], progress: Progress, wait_timeout: float
) -> None:
    """Read again until the member list shows the change for each account that the service took, or time is up.

    Accounts that the service named are looked at once: somebody else may have got there first. Without wait_timeout
    only those and the ones in doubt are looked at, once.

    :raises AwsFailure: if the member list can't be read
    """
    deadline = time.monotonic() + wait_timeout
    pauses = iter(POLL_PAUSES)
    touched = progress.in_doubt.union(progress.refusals, progress.accepted if wait_timeout else ())
    pending = [account_id for account_id in account_ids if account_id in touched - progress.reached]
    while pending:
        still_open = _still_open(clients, change, pending, progress)
        if progress.failure:
            # Its last word was a failure, and the member list does not show it: it was not carried out.
            progress.in_doubt.difference_update(still_open)
        awaited = progress.in_doubt.union(progress.accepted)
        pending = [account_id for account_id in still_open if account_id in awaited]
        remaining = deadline - time.monotonic()
        if not pending or remaining <= 0:
            return
        time.sleep(min(next(pauses, POLL_PAUSE_AFTERWARDS), remaining))
