# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Carries member plans out and reads again what came of them.

A write whose response was lost is never sent again blindly: the state is read first, and only what it does not show as
done is sent again.
"""

from __future__ import annotations

from typing import Callable, Collection, Dict, List, Mapping, Optional, Sequence, Union

from ..aws.api import (
    create_members,
    delete_members,
    disassociate_members,
    get_administrator,
    invite_members,
    read_members,
)
from ..aws.calls import RegionClient, batches
from ..aws.retry import Waiter, unexpected_error
from ..errors import (
    PreconditionFailed,
    RegionResult,
    SecurityHubError,
    is_already_done_message,
    is_caller_a_member_message,
    is_not_found_message,
)
from ..model import ENABLED, INVITED, REMOVED, RESIGNED, Member, MemberList, is_listed, status_of
from ..reasons import CALLER_IS_MEMBER
from .batch import BatchState, MemberChange
from .plan import (
    CREATE,
    DELETE,
    DISASSOCIATE,
    INVITE,
    MemberPlan,
    Outcome,
    WriteResult,
    expected_outcome,
    final_outcome,
    not_attempted,
    plan_own_account,
    plan_unreadable,
)
from .sending import send_batch, still_open

Planner = Callable[[str, Optional[Member]], MemberPlan]
# Returns the administrator's own account ID, None if it can't be found out.
OwnAccount = Callable[[], Optional[str]]


def _is_invited(member: Optional[Member]) -> bool:
    return status_of(member) in (INVITED, ENABLED)


def _is_already_invited(message: str, member: Optional[Member]) -> bool:
    """An account that declined or left may count as invited for ever: that is nothing to wait for."""
    return is_already_done_message(message) and status_of(member) != RESIGNED


def _is_created(member: Optional[Member]) -> bool:
    """A removed account of an organization is in the list, and is created again all the same."""
    return is_listed(member) and status_of(member) != REMOVED


def _is_already_created(message: str, member: Optional[Member]) -> bool:
    return is_already_done_message(message) and status_of(member) != REMOVED


def _is_not_enabled(member: Optional[Member]) -> bool:
    return status_of(member) != ENABLED


def _is_not_listed(member: Optional[Member]) -> bool:
    return not is_listed(member)


INVITATION = MemberChange(INVITE, invite_members, _is_invited, _is_already_invited)
DISASSOCIATION = MemberChange(DISASSOCIATE, disassociate_members, _is_not_enabled, lambda *_: False, True)
DELETION = MemberChange(DELETE, delete_members, _is_not_listed, lambda message, _: is_not_found_message(message))


def creation(emails: Mapping[str, Optional[str]]) -> MemberChange:
    """Return the change that adds accounts to the member list, with the e-mail addresses that are known."""

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
    own_account: OwnAccount,
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
    plans = _plan_all(account_ids, read.value, plan, own_account)
    if check_mode:
        return _expected_result(client, plans)
    return apply_plans(client, plans, changes, read.value.members, wait_timeout)


def apply_plans(
    client: RegionClient,
    plans: Sequence[MemberPlan],
    changes: Sequence[MemberChange],
    members: Mapping[str, Optional[Member]],
    wait_timeout: float,
    follow_ups: Collection[str] = (),
) -> RegionResult[List[Outcome]]:
    """Apply plans to the member list of one Region; return the outcome of each.

    :param members: the entries that the plans were made from
    :param follow_ups: accounts for which the service may not know yet what they have done themselves
    """
    seen = dict(members)
    states: Dict[str, BatchState] = {}
    error = _apply_all(client, plans, changes, seen, wait_timeout, states, follow_ups)
    return RegionResult([_outcome(each, states, seen, error) for each in plans], error)


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
        if planned and not planned.steps:
            return expected_outcome(planned)
        return not_attempted(account_id, seen, str(read.error))

    return RegionResult([outcome(account_id) for account_id in account_ids], read.error)


def _plan_all(account_ids: Sequence[str], read: MemberList, plan: Planner, own_account: OwnAccount) -> List[MemberPlan]:
    own = _own_account_id(account_ids, read, own_account)

    def plan_one(account_id: str) -> MemberPlan:
        if account_id == own:
            return plan_own_account(account_id, read.members.get(account_id))
        if account_id in read.unreadable:
            return plan_unreadable(account_id, read.unreadable[account_id])
        return plan(account_id, read.members[account_id])

    return [plan_one(account_id) for account_id in account_ids]


def _own_account_id(account_ids: Sequence[str], read: MemberList, own_account: OwnAccount) -> Optional[str]:
    """Return the administrator's own account ID where it may be among the accounts: it is never in the list."""
    if all(is_listed(read.members.get(account_id)) for account_id in account_ids):
        return None
    told = (member.administrator_id for member in read.members.values() if member and member.administrator_id)
    return next(told, None) or own_account()


def _expected_result(client: RegionClient, plans: Sequence[MemberPlan]) -> RegionResult[List[Outcome]]:
    """Return what check mode shows of one Region."""
    try:
        if any(INVITE in plan.steps for plan in plans):
            require_no_administrator(client)
    except PreconditionFailed as error:
        return RegionResult([_outcome(plan, {}, {plan.account_id: plan.before}, error) for plan in plans], error)
    except SecurityHubError:
        pass  # without the permission, this stays open until the run
    return RegionResult([expected_outcome(plan) for plan in plans])


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


def _apply_all(
    client: RegionClient,
    plans: Sequence[MemberPlan],
    changes: Sequence[MemberChange],
    seen: Dict[str, Optional[Member]],
    wait_timeout: float,
    states: Dict[str, BatchState],
    late: Collection[str] = (),
) -> Union[SecurityHubError, PreconditionFailed, None]:
    """Apply the changes one after the other, each to the accounts whose earlier steps are done.

    :param seen: the entries that were read last, kept up to date
    :param late: accounts for which the service may not know yet what they have done themselves
    :param states: gets the state of each change by its step, also of one that an exception ends
    :return: why the Region failed, None if it did not
    """
    for change in changes:
        ready = [plan for plan in plans if change.step in plan.steps and _open_step(plan, states) == change.step]
        account_ids = [plan.account_id for plan in ready]
        follow_ups = {plan.account_id for plan in ready if plan.steps[0] != change.step}.union(late)
        state = states[change.step] = BatchState(change, seen, wait_timeout > 0 or change.no_unprocessed_reply)
        account_ids = state.leave_out_done(account_ids)
        try:
            apply_change(client, state, account_ids, Waiter(wait_timeout), follow_ups)
        except Exception as error:  # noqa: BLE001
            # Whatever it is: what was done before stays in the result.
            state.in_doubt.update(state.without_response())
            state.error = unexpected_error(error, f"The step {change.step}", client.region, account_ids)
        if state.error:
            return state.error
    return None


def _open_step(plan: MemberPlan, states: Mapping[str, BatchState]) -> str:
    """Return the first step of a plan that is not done, the last one if all are."""
    for step in plan.steps:
        if step not in states or not states[step].is_done(plan.account_id):
            return step
    return plan.steps[-1]


def _outcome(
    plan: MemberPlan,
    states: Mapping[str, BatchState],
    seen: Mapping[str, Optional[Member]],
    error: Union[SecurityHubError, PreconditionFailed, None],
) -> Outcome:
    if not plan.steps:
        return expected_outcome(plan)
    step = _open_step(plan, states)
    state = states.get(step) or BatchState(INVITATION, {}, True)
    account_id = plan.account_id
    result = WriteResult(
        member=seen.get(account_id),
        accepted=account_id in state.accepted,
        in_doubt=account_id in state.in_doubt,
        earlier_steps=plan.steps[: plan.steps.index(step)],
        actions=tuple(each for each in plan.steps if each in states and states[each].may_have_written(account_id)),
        is_done=account_id in state.done,
        refusal=state.refusals.get(account_id),
        already_done=state.already_done(account_id),
        is_reread=state.is_reread,
        refused_call=state.refused_calls.get(account_id),
        error=str(error) if error else None,
        precondition=error.error_code if isinstance(error, PreconditionFailed) else None,
    )
    return final_outcome(plan, result)


def apply_change(
    client: RegionClient,
    state: BatchState,
    account_ids: Sequence[str],
    waiter: Waiter,
    follow_ups: Collection[str] = (),
) -> None:
    """Send a change for some accounts, batch by batch, and read again what came of it; all goes into ``state``.

    Accounts that the service refuses for a reason that passes are sent again until the waiter's time is up, and so are
    ``follow_ups``: those for which the service may not know yet what an earlier step did.
    """
    pending = list(account_ids)
    while pending:
        _send_and_reread(client, state, pending, waiter)
        again = state.to_send_again(follow_ups)
        pending = [account_id for account_id in pending if account_id in again]
        if state.error or not pending or not waiter.sleep():
            return


def _send_and_reread(client: RegionClient, state: BatchState, account_ids: Sequence[str], waiter: Waiter) -> None:
    try:
        for batch in batches(account_ids):
            _send_batch(client, state, batch)
    except (SecurityHubError, PreconditionFailed) as error:
        state.error = error
    try:
        _reread(client, state, account_ids, waiter)
    except SecurityHubError as error:
        state.error = state.error or error


def _send_batch(client: RegionClient, state: BatchState, batch: Sequence[str]) -> None:
    """Send one batch until the service has responded for each of its accounts.

    :raises SecurityHubError: that another attempt can't help, or that did not stop
    :raises PreconditionFailed: if the calling account can't invite anybody
    """
    send_batch(client, state, batch)
    if any(map(is_caller_a_member_message, state.refusals.values())):
        require_no_administrator(client)
        raise _caller_is_member(client.region, "of another administrator")


def _reread(client: RegionClient, state: BatchState, account_ids: Sequence[str], waiter: Waiter) -> None:
    """Read again until the member list shows the change for each account that the service took, or time is up.

    Accounts that the service named are read once, as somebody else may have got there first; and until time is up where
    it says so. Without wait_timeout only those and the ones in doubt are read, once.

    :raises SecurityHubError: if the member list can't be read
    """
    worth_reading = state.to_reread()
    pending = [account_id for account_id in account_ids if account_id in worth_reading]
    while pending:
        open_accounts = still_open(client, state, pending)
        awaited = state.to_wait_for()
        pending = [account_id for account_id in open_accounts if account_id in awaited]
        if not pending or not waiter.sleep():
            return
