# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""One kind of write to the member list, and what is known of it while it is carried out. Makes no call."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Callable, Collection, Dict, List, Mapping, Optional, Sequence, Set, Union

from ..errors import PreconditionFailed, SecurityHubError, is_transient_message
from ..model import Member

_ACCOUNT_ID = re.compile(r"[0-9]{12}")


@dataclass(frozen=True)
class MemberChange:
    """One kind of write to the member list.

    :param step: the name by which plans ask for it
    :param send: with the client of a Region, sends a batch of accounts; returns {account id: message} of the
        unprocessed ones
    :param is_done: whether a member list entry (None: no entry) shows that it is done
    :param already_done: whether the message of an unprocessed account, with the entry that was read last, says that it
        is done already: by an earlier request whose response was lost, or by somebody else
    :param no_unprocessed_reply: the service names nobody as unprocessed, so that only the member list tells
    """

    step: str
    send: Callable[[Any, Sequence[str]], Dict[str, str]]
    is_done: Callable[[Optional[Member]], bool]
    already_done: Callable[[str, Optional[Member]], bool]
    no_unprocessed_reply: bool = False


@dataclass
class BatchState:
    """What is known of one change to the accounts of one Region while it is carried out.

    ``seen`` has the entries that were read last. ``is_reread`` says whether they are read again after the write.
    ``lone_refusals`` has the messages of calls that were refused for one account alone.
    """

    change: MemberChange
    seen: Dict[str, Optional[Member]]
    is_reread: bool
    sent: Set[str] = field(default_factory=set)
    accepted: Set[str] = field(default_factory=set)
    in_doubt: Set[str] = field(default_factory=set)
    refusals: Dict[str, str] = field(default_factory=dict)
    refused_calls: Dict[str, str] = field(default_factory=dict)
    done: Set[str] = field(default_factory=set)
    lone_refusals: List[str] = field(default_factory=list)
    error: Union[SecurityHubError, PreconditionFailed, None] = None

    def note_response(self, account_ids: Sequence[str], refusals: Dict[str, str]) -> None:
        """Record the response to a write."""
        accepted = [account_id for account_id in account_ids if account_id not in refusals]
        self.accepted.update(accepted)
        self.in_doubt.difference_update(accepted)
        self.refusals.update(refusals)
        for account_id in accepted:
            self.refusals.pop(account_id, None)
        for account_id in account_ids:
            self.refused_calls.pop(account_id, None)

    def note_failed_call(self, account_ids: Sequence[str], error: SecurityHubError) -> None:
        """Record that a write failed as a whole: the service refused it, or it may have been carried out."""
        if error.in_doubt:
            self.in_doubt.update(account_ids)
        elif 400 <= error.status < 500:
            self.refused_calls.update(dict.fromkeys(account_ids, error.text))

    def without_response(self) -> Set[str]:
        """Return the accounts that were sent, and for which the service has responded in no way."""
        return self.sent - self.accepted - self.refusals.keys() - self.refused_calls.keys()

    def note_lone_refusal(self, account_id: str, error: SecurityHubError) -> None:
        """Record that the service refused a call for one account.

        :raises SecurityHubError: if it is seen to concern every account alike
        """
        self.refusals[account_id] = error.text
        self.lone_refusals.append(_ACCOUNT_ID.sub("", f"{error.error_code} {error.text}"))
        if len(self.lone_refusals) == 2 and len(set(self.lone_refusals)) == 1 and not self.accepted:
            raise error

    def note_members(self, members: Mapping[str, Optional[Member]]) -> None:
        """Record what the member list shows."""
        self.seen.update(members)
        self.done.update(account_id for account_id, member in members.items() if self.change.is_done(member))

    def leave_out_done(self, account_ids: Sequence[str]) -> List[str]:
        """Return the accounts that an earlier step has not brought where this change would."""
        self.note_members({account_id: self.seen.get(account_id) for account_id in account_ids})
        return [account_id for account_id in account_ids if account_id not in self.done]

    def is_done(self, account_id: str) -> bool:
        """Whether the change is done for this account, or was taken by the service and is not read again."""
        return account_id in self.done or (not self.is_reread and account_id in self.accepted)

    def may_have_written(self, account_id: str) -> bool:
        """Whether the change was, or may have been, written for this account."""
        return account_id in self.accepted or account_id in self.in_doubt or account_id in self.done & self.sent

    def already_done(self, account_id: str) -> bool:
        """Whether the service refused this account because the change is done already."""
        message = self.refusals.get(account_id)
        return message is not None and self.change.already_done(message, self.seen.get(account_id))

    def to_reread(self) -> Set[str]:
        """Return the accounts that are worth reading again: what became of them is not known, or may be otherwise."""
        return self.in_doubt.union(self.refusals, self.accepted if self.is_reread else ()) - self.done

    def to_wait_for(self) -> Set[str]:
        """Return the accounts for which the member list may yet show the change."""
        return self.in_doubt.union(self.accepted, filter(self.already_done, self.refusals)) - self.done

    def to_send_again(self, follow_ups: Collection[str]) -> Set[str]:
        """Return the refused accounts that the service may take later.

        :param follow_ups: accounts for which the service may not know yet what an earlier step did
        """
        refused = {each: message for each, message in self.refusals.items() if each not in self.done}
        return {each for each, message in refused.items() if each in follow_ups or is_transient_message(message)}
