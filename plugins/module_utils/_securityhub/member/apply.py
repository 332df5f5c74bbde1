# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Carries member plans out and reads again what came of them.

A write whose response was lost is never sent again blindly: the state is read first, and only what it does not show as
done is sent again.
"""

from __future__ import annotations

from typing import Callable, Collection, Dict, List, Mapping, Optional, Sequence

from ..aws.api import (
    create_members,
    delete_members,
    disassociate_members,
    get_administrator,
    invite_members,
    read_members,
)
from ..aws.calls import RegionClient, side_by_side
from ..aws.retry import Waiter, guarded, poll, send_with_retries
from ..errors import (
    FAILURES,
    Failure,
    PreconditionFailed,
    RegionResult,
    SecurityHubError,
    is_already_done_message,
    is_caller_a_member_message,
    is_not_found_message,
)
from ..model import (
    CREATE,
    DELETE,
    DISASSOCIATE,
    ENABLED,
    INVITE,
    INVITED,
    REMOVED,
    RESIGNED,
    Member,
    MemberList,
    Outcome,
    is_listed,
    status_of,
)
from ..reasons import CALLER_IS_MEMBER
from .batch import BatchState, MemberChange, final_outcome, open_step
from .plan import expected_outcome, not_attempted, plan_left_alone

Planner = Callable[[str, Optional[Member]], Outcome]


def _is_already_invited(message: str, member: Optional[Member]) -> bool:
    """An account that declined or left may count as invited for ever: that is nothing to wait for."""
    return is_already_done_message(message) and status_of(member) != RESIGNED


def _is_created(member: Optional[Member]) -> bool:
    """A removed account of an organization is in the list, and is created again all the same."""
    return is_listed(member) and status_of(member) != REMOVED


def _is_already_created(message: str, member: Optional[Member]) -> bool:
    return is_already_done_message(message) and status_of(member) != REMOVED


INVITATION = MemberChange(
    INVITE, invite_members, lambda member: status_of(member) in (INVITED, ENABLED), _is_already_invited
)
DISASSOCIATION = MemberChange(
    DISASSOCIATE, disassociate_members, lambda member: status_of(member) != ENABLED, lambda *_: False, True
)
DELETION = MemberChange(
    DELETE, delete_members, lambda member: not is_listed(member), lambda message, _: is_not_found_message(message)
)


def creation(emails: Mapping[str, Optional[str]]) -> MemberChange:
    """Return the change that adds accounts to the member list, with the email addresses that are known."""

    def send(client: RegionClient, account_ids: Sequence[str]) -> Dict[str, str]:
        return create_members(client, {account_id: emails.get(account_id) for account_id in account_ids})

    return MemberChange(CREATE, send, _is_created, _is_already_created)


def reconcile_members(
    client: RegionClient,
    account_ids: Sequence[str],
    plan: Planner,
    changes: Sequence[MemberChange],
    wait_timeout: float,
    check_mode: bool,
) -> RegionResult[List[Outcome]]:
    """Bring the accounts of one Region to their desired state, or in check mode return what that would do.

    :param plan: the planner for one account
    :param changes: the writes that plans may ask for, in the order in which they build on each other
    :param wait_timeout: seconds that the member list may take to show a write; 0 reads again only where it must
    :return: the outcome for each account, in the order of the request
    """
    read = read_members(client, account_ids)
    if read.error:
        return _reading_failed(account_ids, read, plan)
    own = _own_account_id(client, account_ids, read.value)
    plans = [plan_left_alone(each, read.value, own) or plan(each, read.value.members[each]) for each in account_ids]
    if check_mode:
        return _expected_result(client, plans)
    return apply_plans(client, plans, changes, wait_timeout)


def not_started(account_ids: Sequence[str], error: SecurityHubError) -> RegionResult[List[Outcome]]:
    """Return the result of a Region in which nothing could be read nor written."""
    return RegionResult([not_attempted(account_id, {}, str(error)) for account_id in account_ids], error)


def _reading_failed(
    account_ids: Sequence[str], read: RegionResult[MemberList], plan: Planner
) -> RegionResult[List[Outcome]]:
    """Return what is known although the member list couldn't be read to its end: nothing has been written."""
    seen = read.value.members

    def outcome(account_id: str) -> Outcome:
        planned = plan(account_id, seen[account_id]) if account_id in seen else None
        return planned if planned and not planned.actions else not_attempted(account_id, seen, str(read.error))

    return RegionResult([outcome(account_id) for account_id in account_ids], read.error)


def _own_account_id(client: RegionClient, account_ids: Sequence[str], read: MemberList) -> Optional[str]:
    """Return the administrator's own account ID where it may be among the accounts: it is never in the list."""
    if all(is_listed(read.members.get(account_id)) for account_id in account_ids):
        return None
    return administrator_of(read.members) or client.account_id()


def administrator_of(members: Mapping[str, Optional[Member]]) -> Optional[str]:
    """Return the administrator, where an entry of its list names it."""
    return next((each.administrator_id for each in members.values() if each and each.administrator_id), None)


def _expected_result(client: RegionClient, plans: Sequence[Outcome]) -> RegionResult[List[Outcome]]:
    """Return what check mode shows of one Region."""
    error = why_not_to_invite(client, plans)
    if error:
        found = [final_outcome(plan, {}, plan.before, error) if plan.actions else plan for plan in plans]
        return RegionResult(found, error)
    return RegionResult([expected_outcome(plan) for plan in plans])


def why_not_to_invite(client: RegionClient, plans: Sequence[Outcome]) -> Optional[PreconditionFailed]:
    """Return why the calling account can't invite anybody; without the permission to look, that stays open."""
    try:
        if any(INVITE in plan.actions for plan in plans):
            require_no_administrator(client)
    except PreconditionFailed as error:
        return error
    except SecurityHubError:
        pass
    return None


def require_no_administrator(client: RegionClient) -> None:
    """Refuse to invite where the calling account is a member itself, as the service does.

    :raises PreconditionFailed: if it is
    """
    administrator = get_administrator(client)
    if administrator:
        raise _caller_is_member(client.region, f"of administrator {administrator.administrator_id}")


def _caller_is_member(region: str, whose: str) -> PreconditionFailed:
    return PreconditionFailed(
        CALLER_IS_MEMBER,
        "{account} is itself a member {whose} in {region}, so it can't invite accounts.",
        account="The calling account",
        whose=whose,
        region=region,
    )


def apply_plans(
    client: RegionClient,
    plans: Sequence[Outcome],
    changes: Sequence[MemberChange],
    wait_timeout: float,
    late: Collection[str] = (),
) -> RegionResult[List[Outcome]]:
    """Apply plans to the member list of one Region; return the outcome of each.

    One change comes after the other, each to the accounts whose earlier steps are done.

    :param late: accounts for which the service may not know yet what they have done themselves
    """
    seen = {plan.account_id: plan.before for plan in plans}
    states: Dict[str, BatchState] = {}
    error: Optional[Failure] = None
    for change in changes:
        ready = [plan for plan in plans if change.step in plan.actions and open_step(plan, states) == change.step]
        follow_ups = {plan.account_id for plan in ready if plan.actions[0] != change.step}.union(late)
        state = states[change.step] = BatchState(change, seen, wait_timeout > 0 or change.is_always_reread)
        account_ids = state.leave_out_done([plan.account_id for plan in ready])
        try:
            with guarded(f"The step {change.step}", client.region, account_ids):
                apply_change(client, state, account_ids, Waiter(wait_timeout), follow_ups)
        except FAILURES as failure:
            error = failure
            break
    found = [final_outcome(plan, states, seen.get(plan.account_id), error) if plan.actions else plan for plan in plans]
    return RegionResult(found, error)


def apply_change(
    client: RegionClient,
    state: BatchState,
    account_ids: Sequence[str],
    waiter: Waiter,
    follow_ups: Collection[str] = (),
) -> None:
    """Send a change for some accounts, in batches, and read again what came of it; all goes into ``state``.

    Accounts that the service refuses for a reason that passes are sent again until the waiter's time is up, and so are
    ``follow_ups``: those for which the service may not know yet what an earlier step did.

    :raises SecurityHubError: that ends the work in the Region
    :raises PreconditionFailed: if the calling account can't invite anybody
    """

    def send(batch: Sequence[str]) -> None:
        with guarded(f"The step {state.change.step}", client.region, batch):
            send_batch(client, state, batch)
            _require_no_member(client, state, batch)

    pending = list(account_ids)
    while pending:
        error: Optional[Failure] = None
        try:
            side_by_side(client, pending, send)
        except FAILURES as failure:
            error = failure
        try:
            _reread(client, state, pending, waiter)
        except SecurityHubError as failure:
            error = error or failure
        if error:
            raise error
        again = state.to_send_again(follow_ups)
        pending = [account_id for account_id in pending if account_id in again]
        if pending and not waiter.sleep():
            return


def send_batch(
    client: RegionClient, state: BatchState, batch: Sequence[str], is_part: bool = False
) -> Optional[SecurityHubError]:
    """Send one batch until the service has responded for each of its accounts.

    :param is_part: whether it is part of a batch that was refused as a whole: return the error if it is, too
    :raises SecurityHubError: that another attempt can't help, or that did not stop
    """
    pending = list(batch)

    def send() -> None:
        try:
            with guarded(f"The step {state.change.step}", client.region, pending):
                state.note_response(pending, state.change.send(client, pending))
        except SecurityHubError as error:
            state.note_failed_call(pending, error)
            raise

    def is_done(error: SecurityHubError) -> bool:
        nonlocal pending
        if is_part and not error.in_doubt:
            raise error
        pending = _left_after(client, state, pending, error)
        return not pending

    try:
        send_with_retries(send, is_done)
    except SecurityHubError as error:
        if is_part and error.refuses_request:
            return error
        if not error.refuses_request:
            raise
        _narrow_down(client, state, pending, error)
    return None


def _left_after(
    client: RegionClient, state: BatchState, account_ids: Sequence[str], error: SecurityHubError
) -> List[str]:
    """Read again which accounts are left to be sent.

    :raises SecurityHubError: ``error``, if the service objects to a state that has not changed
    """
    before = {account_id: state.seen.get(account_id) for account_id in account_ids}
    left = still_open(client, state, account_ids)
    gone = [each for each in left if error.is_not_found and not is_listed(state.seen.get(each))]
    for account_id in gone:
        state.note_refusal(account_id, error.text)
    left = [each for each in left if each not in gone]
    if left and not error.is_retryable and before == {each: state.seen.get(each) for each in before}:
        raise error
    return left


def _narrow_down(client: RegionClient, state: BatchState, batch: Sequence[str], error: SecurityHubError) -> None:
    """Find the accounts for which the service refuses a whole batch, so that they do not hold up the others.

    Whether one account can have that effect is not documented.

    :raises SecurityHubError: if the refusal is seen to concern every account alike
    """
    parts = [batch]
    known: Optional[SecurityHubError] = error
    while parts:
        part = parts.pop()
        refusal, known = known or send_batch(client, state, part, is_part=True), None
        if refusal and len(part) == 1:
            state.note_lone_refusal(part[0], refusal)
            # The largest part is next, far from this account: accounts side by side may share a cause.
            parts = [*parts[1:], *parts[:1]]
        elif refusal:
            middle = len(part) // 2
            parts += [part[middle:], part[:middle]]


def _require_no_member(client: RegionClient, state: BatchState, account_ids: Sequence[str]) -> None:
    """Stop where the service refuses accounts because the calling account is a member itself."""
    if any(is_caller_a_member_message(state.known(each).message or "") for each in account_ids):
        require_no_administrator(client)
        raise _caller_is_member(client.region, "of another administrator")


def _reread(client: RegionClient, state: BatchState, account_ids: Sequence[str], waiter: Waiter) -> None:
    """Read again until the member list shows the change for each account that the service took, or time is up.

    Accounts that the service named are read once, as somebody else may have got there first; and until time is up where
    it says so. Without wait_timeout only those and the ones in doubt are read, once.
    """
    worth_reading = state.to_reread()
    pending = [account_id for account_id in account_ids if account_id in worth_reading]

    def look() -> List[str]:
        nonlocal pending
        left, awaited = still_open(client, state, pending), state.to_wait_for()
        pending = [account_id for account_id in left if account_id in awaited]
        return pending

    if pending:
        poll(look, lambda left: not left, waiter)


def still_open(client: RegionClient, state: BatchState, account_ids: Sequence[str]) -> List[str]:
    """Read again, and return the accounts for which the member list does not show the change.

    :raises SecurityHubError: if the member list can't be read
    """
    read = read_members(client, account_ids)
    state.note_members(read.value.members)
    if read.error:
        raise read.error
    return [account_id for account_id in account_ids if not state.is_shown(account_id)]
