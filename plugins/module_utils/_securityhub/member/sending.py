# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Sends a change to a batch of accounts until the service has responded for each of them.

A write whose response was lost is never sent again blindly: the state is read first, and only what it does not show as
done is sent again.
"""

from __future__ import annotations

from typing import List, Optional, Sequence

from ..aws.api import read_members
from ..aws.calls import RegionClient
from ..aws.retry import Write, send_with_retries
from ..errors import SecurityHubError
from ..model import is_listed
from .batch import BatchState


class _BatchWrite(Write):
    """One call for a batch of accounts. ``pending`` has those for which there is something left to send."""

    def __init__(self, client: RegionClient, state: BatchState, batch: Sequence[str], is_part: bool) -> None:
        self.pending = list(batch)
        self._client = client
        self._state = state
        self._is_part = is_part

    def send(self) -> None:
        self._state.sent.update(self.pending)
        try:
            self._state.note_response(self.pending, self._state.change.send(self._client, self.pending))
        except SecurityHubError as error:
            self._state.note_failed_call(self.pending, error)
            raise

    def is_done(self, error: SecurityHubError) -> bool:
        """Read again which accounts are left.

        :raises SecurityHubError: ``error``, if the service objects to a state that has not changed
        """
        if self._is_part and not error.in_doubt:
            raise error
        before = {account_id: self._state.seen.get(account_id) for account_id in self.pending}
        left = still_open(self._client, self._state, self.pending)
        gone = [each for each in left if error.is_not_found and not is_listed(self._state.seen.get(each))]
        self._state.refusals.update(dict.fromkeys(gone, error.text))
        self.pending = [each for each in left if each not in gone]
        if self.pending and not error.in_doubt and before == {each: self._state.seen.get(each) for each in before}:
            raise error
        return not self.pending


def send_batch(client: RegionClient, state: BatchState, batch: Sequence[str]) -> None:
    """Send one batch until the service has responded for each of its accounts.

    :raises SecurityHubError: that another attempt can't help, or that did not stop
    """
    write = _BatchWrite(client, state, batch, is_part=False)
    try:
        send_with_retries(write)
    except SecurityHubError as error:
        if not error.refuses_request:
            raise
        _narrow_down(client, state, write.pending, error)


def _narrow_down(client: RegionClient, state: BatchState, batch: Sequence[str], error: SecurityHubError) -> None:
    """Find the accounts for which the service refuses a whole batch, so that they do not hold up the others.

    Whether one account can have that effect is not documented.

    :raises SecurityHubError: if the refusal is seen to concern every account alike
    """
    parts = [batch]
    known: Optional[SecurityHubError] = error
    while parts:
        part = parts.pop()
        refusal, known = known or _refusal_of(client, state, part), None
        if refusal and len(part) == 1:
            state.note_lone_refusal(part[0], refusal)
            # The largest part is next, far from this account: accounts side by side may share a cause.
            parts = [*parts[1:], *parts[:1]]
        elif refusal:
            middle = len(part) // 2
            parts += [part[middle:], part[:middle]]


def _refusal_of(client: RegionClient, state: BatchState, part: Sequence[str]) -> Optional[SecurityHubError]:
    """Send a part of a batch; return the error if the service refuses it as a whole, None if it does not."""
    write = _BatchWrite(client, state, part, is_part=True)
    try:
        send_with_retries(write)
    except SecurityHubError as error:
        if not error.refuses_request:
            raise
        return error
    return None


def still_open(client: RegionClient, state: BatchState, account_ids: Sequence[str]) -> List[str]:
    """Read again, and return the accounts for which the member list does not show the change.

    :raises SecurityHubError: if the member list can't be read
    """
    read = read_members(client, account_ids)
    state.note_members(read.value.members)
    if isinstance(read.error, SecurityHubError):
        raise read.error
    return [account_id for account_id in account_ids if account_id not in state.done]
