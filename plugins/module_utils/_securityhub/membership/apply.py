# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Brings the memberships of one Region to their desired state, on both sides.

Reads the administrator's list, looks at the member accounts that are not Enabled, plans, and only then writes. What the
accounts do is done in all of them at once; the administrator's calls carry 50 accounts each.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Collection, Dict, List, Mapping, Optional, Sequence

from ..aws.api import list_members, read_members
from ..aws.calls import RegionClient, read_or_error
from ..aws.retry import Waiter, WriteTracker, guarded, poll
from ..controls.apply import Definitions
from ..controls.plan import desired_by_policy
from ..errors import FAILURES, Failure, PreconditionFailed, RegionResult, SecurityHubError
from ..hub.apply import enable_where_disabled
from ..hub.plan import DesiredHub
from ..inputs.policy import Policy
from ..member.apply import (
    DELETION,
    DISASSOCIATION,
    INVITATION,
    administrator_of,
    apply_plans,
    creation,
    why_not_to_invite,
)
from ..member.apply import not_started as members_not_started
from ..member.batch import MemberChange
from ..member.plan import expected_outcome, not_attempted, plan_left_alone
from ..model import ENABLED, Member, MemberList, Outcome, is_listed, status_of
from ..reasons import NOT_ATTEMPTED, UNCONFIRMED, is_failure
from ..standards.apply import Offers
from ..standards.plan import DesiredStandards
from .config_side import ConfigSide
from .controls_side import ControlsSide
from .member_side import MemberAccounts, MemberSideWork
from .plan import (
    MemberLook,
    MembershipPlan,
    SideResult,
    after_leaving,
    expected_row,
    final_row,
    is_member_side_left,
    is_member_side_wanted,
    may_accept,
    may_accept_again,
    plan_again,
    plan_membership,
    plan_offboarding,
    plan_surplus,
    why_not_to_remove,
    with_policy,
    with_standards,
)
from .standards_side import StandardsSide

# A deletion after which the account is created again.
REMOVAL = replace(DELETION, is_always_reread=True)


@dataclass(frozen=True)
class DesiredMemberships:
    """The desired state of the memberships.

    :param emails: {account ID: email address or None} of the requested accounts, by Region
    :param joins: whether the accounts are to be members, rather than to leave
    :param hub: how to enable Security Hub where it is disabled
    :param wait_timeout: seconds that either side may take to show what the other did
    :param surplus: ignore, report or remove
    :param closed: closed accounts by Region, which are removed whatever ``surplus`` says
    :param enable_administrator_hub: whether Security Hub is enabled in the administrator where it is disabled
    :param standards: the standards of the members, None to leave them as they are
    :param policy: what else the members are configured to; it has the standards too
    :param leave_administrator_ids: the administrators that members may leave for this one
    """

    emails: Mapping[str, Mapping[str, Optional[str]]]
    joins: bool
    reinvite: Collection[str]
    hub: DesiredHub
    wait_timeout: float
    surplus: str
    check_mode: bool
    standards: Optional[DesiredStandards] = None
    policy: Optional[Policy] = None
    enable_administrator_hub: bool = True
    leave_administrator_ids: Collection[str] = ()
    closed: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class RegionMemberships:
    """What came of one Region: a row for each requested account, the surplus members, and the administrator's side."""

    rows: List[Outcome] = field(default_factory=list)
    surplus: List[Outcome] = field(default_factory=list)
    administrator_id: Optional[str] = None
    is_hub_enabled: bool = False


def not_started(emails: Mapping[str, Optional[str]], error: SecurityHubError) -> RegionResult[RegionMemberships]:
    """Return the result of a Region in which nothing could be read nor written."""
    return RegionResult(RegionMemberships(members_not_started(list(emails), error).value), error)


def find_surplus(client: RegionClient, account_ids: Collection[str]) -> RegionResult[Sequence[Member]]:
    """Return the members of one Region that are not among these accounts."""
    found = read_or_error(lambda: list_members(client))
    return replace(found, value=[member for member in found.value if member.account_id not in account_ids])


def find_members(client: RegionClient, account_ids: Sequence[str]) -> RegionResult[Sequence[Member]]:
    """Return those of the accounts that are in the list of one Region."""
    read = read_members(client, account_ids)
    return RegionResult([member for member in read.value.members.values() if member and is_listed(member)], read.error)


class RegionRun:
    """The memberships of one Region while they are brought to their desired state."""

    def __init__(
        self,
        client: RegionClient,
        desired: DesiredMemberships,
        accounts: MemberAccounts,
        offers: Offers,
        definitions: Definitions,
        config: Optional[ConfigSide] = None,
    ) -> None:
        """Prepare without any call.

        :param config: looks at AWS Config in the accounts, None where nobody asked
        """
        self._client = client
        self._desired = desired
        self._accounts = accounts
        self._config = config
        self._standards = StandardsSide(
            client, accounts, desired.standards, offers, desired.wait_timeout, desired.check_mode
        )
        self._controls = ControlsSide(
            client,
            accounts,
            self._standards,
            desired_by_policy(desired.policy, client.region) if desired.policy else None,
            definitions,
            desired.wait_timeout,
            desired.check_mode,
        )
        self._emails = desired.emails.get(client.region, {})
        self._members: Dict[str, Optional[Member]] = {}
        self._administrator_id: Optional[str] = None
        self._is_hub_disabled = False
        self._is_hub_enabled = False

    def run(self, surplus: Sequence[Member] = ()) -> RegionResult[RegionMemberships]:
        """Bring the memberships to their desired state, or in check mode return what that would do.

        :param surplus: the members that are to be removed, or reported
        """
        if not self._emails and not surplus:
            return RegionResult(RegionMemberships())
        return self._with_surplus(self._with_recorders(self._reconcile()), surplus)

    def _reconcile(self) -> RegionResult[RegionMemberships]:
        read = self._read()
        if read.error:
            rows = [not_attempted(each, read.value.members, str(read.error)) for each in self._emails]
            return RegionResult(RegionMemberships(rows), read.error)
        self._members = dict(read.value.members)
        self._administrator_id = administrator_of(self._members) or self._client.account_id()
        plans = self._plan(read.value)
        self._standards.look(plans, self._desired.hub.enable_default_standards)
        obstacle = self._controls.look()
        if obstacle:
            return self._nothing_done(plans, obstacle)
        return self._expected(plans) if self._desired.check_mode else self._apply(plans)

    def _with_recorders(self, result: RegionResult[RegionMemberships]) -> RegionResult[RegionMemberships]:
        if self._config is None:
            return result
        return replace(result, value=replace(result.value, rows=self._config.with_recorders(result.value.rows)))

    def _with_surplus(
        self, result: RegionResult[RegionMemberships], surplus: Sequence[Member]
    ) -> RegionResult[RegionMemberships]:
        """Remove the surplus members last, and only where nothing failed; or report them."""
        removes = self._desired.surplus == "remove"
        obstacle = why_not_to_remove(result.value.rows, result.error, self._client.region)
        closed = self._desired.closed.get(self._client.region, ())
        plans = [plan_surplus(each, removes or each.account_id in closed, obstacle) for each in surplus]
        if self._desired.check_mode:
            done = RegionResult([expected_outcome(plan) for plan in plans])
        else:
            done = self._apply_plans(plans, [DISASSOCIATION, DELETION])
        return RegionResult(replace(result.value, surplus=done.value), result.error or done.error)

    def _read(self) -> RegionResult[MemberList]:
        read = read_members(self._client, list(self._emails))
        self._is_hub_disabled = isinstance(read.error, SecurityHubError) and read.error.hub_is_disabled
        if self._is_hub_disabled and (self._desired.enable_administrator_hub or not self._desired.joins):
            # Without Security Hub there is no member list, so nobody is in it.
            return RegionResult(MemberList(dict.fromkeys(self._emails)))
        return read

    def _side(self) -> MemberSideWork:
        client, desired = replace(self._client, new_hub=None), self._desired
        return MemberSideWork(client, self._accounts, str(self._administrator_id), desired.hub, desired.wait_timeout)

    def _plan(self, read: MemberList) -> List[MembershipPlan]:
        left_alone = {each: plan_left_alone(each, read, self._administrator_id) for each in self._emails}
        others = [each for each, plan in left_alone.items() if plan is None]
        plans = self._plan_joining(others) if self._desired.joins else self._plan_leaving(others)
        plans.update({each: MembershipPlan(plan) for each, plan in left_alone.items() if plan})
        return [plans[each] for each in self._emails]

    def _plan_joining(self, account_ids: Sequence[str]) -> Dict[str, MembershipPlan]:
        reinvite = self._desired.reinvite
        wanted = [each for each in account_ids if is_member_side_wanted(self._members[each], reinvite)]
        looks = self._side().look(wanted)
        return {
            each: plan_membership(
                each,
                self._members[each],
                self._emails[each],
                reinvite,
                looks.get(each, MemberLook()),
                self._administrator_id,
                self._client.region,
                self._desired.leave_administrator_ids,
            )
            for each in account_ids
        }

    def _plan_leaving(self, account_ids: Sequence[str]) -> Dict[str, MembershipPlan]:
        left = [each for each in account_ids if is_member_side_left(self._members[each])]
        steps = self._side().look_what_to_leave(left)
        return {each: plan_offboarding(each, self._members[each], steps.get(each, ())) for each in account_ids}

    def _expected(self, plans: Sequence[MembershipPlan]) -> RegionResult[RegionMemberships]:
        obstacle = self._why_not_to_invite(plans)
        if obstacle:
            return self._nothing_done(plans, obstacle)
        self._is_hub_enabled = self._is_hub_disabled and self._desired.joins
        rows = [expected_row(plan, self._desired.joins) for plan in plans]
        late = [plan for plan in plans if plan.expects_enabled and not (plan.member.actions or plan.member_side)]
        outcomes = {plan.account_id: expected_outcome(plan.member) for plan in late}
        error = self._confirm(late, outcomes, {})
        seen = {each: self._final_row(plan, outcomes[each], {}) for each, plan in zip(outcomes, late)}
        self._advance([row.account_id for row in rows])
        rows = [self._configured(seen.get(row.account_id, row)) for row in rows]
        return RegionResult(self._result(rows), error)

    def _why_not_to_invite(self, plans: Sequence[MembershipPlan]) -> Optional[PreconditionFailed]:
        return None if self._is_hub_disabled else why_not_to_invite(self._client, [plan.member for plan in plans])

    def _nothing_done(self, plans: Sequence[MembershipPlan], error: Failure) -> RegionResult[RegionMemberships]:
        reason = error.error_code if isinstance(error, PreconditionFailed) else NOT_ATTEMPTED
        rows = [
            Outcome(plan.account_id, plan.member.before, plan.member.before, (), reason, str(error))
            if plan.member.actions or plan.member_side
            else with_policy(
                with_standards(
                    expected_row(plan, self._desired.joins),
                    self._standards.not_attempted(plan.account_id, reason, str(error)),
                ),
                self._controls.not_attempted(plan.account_id, reason, str(error)),
            )
            for plan in plans
        ]
        return RegionResult(self._result(rows), error)

    def _apply(self, plans: Sequence[MembershipPlan]) -> RegionResult[RegionMemberships]:
        error = self._enable_hub() or self._why_not_to_invite(plans)
        if error:
            return self._nothing_done(plans, error)
        try:
            with guarded("Changing memberships", self._client.region):
                return self._join(plans) if self._desired.joins else self._leave(plans)
        except FAILURES as failure:
            # Nobody foresaw it: anything that was planned may have been done.
            result = self._nothing_done(plans, failure)
            planned = {plan.account_id: expected_row(plan, self._desired.joins).actions for plan in plans}
            rows = [
                replace(row, actions=planned[row.account_id], reason=UNCONFIRMED)
                if row.reason == NOT_ATTEMPTED
                else row
                for row in result.value.rows
            ]
            return replace(result, value=replace(result.value, rows=rows))

    def _enable_hub(self) -> Optional[Failure]:
        """Enable Security Hub in the administrator where it is disabled; return why that failed."""
        if not self._is_hub_disabled or not self._desired.joins:
            return None
        tracker = WriteTracker()
        try:
            self._client = enable_where_disabled(self._client, self._desired.hub, tracker)
            return read_members(self._client, list(self._emails)).error
        except SecurityHubError as error:
            return error
        finally:
            self._is_hub_enabled = tracker.any

    def _join(self, plans: Sequence[MembershipPlan]) -> RegionResult[RegionMemberships]:
        administered = self._apply_plans([plan.member for plan in plans], [creation(self._emails), INVITATION])
        again = self._start_over(plans, [] if administered.error else administered.value)
        outcomes = {each.account_id: each for each in [*administered.value, *again.value]}
        self._members.update({each.account_id: each.after for each in outcomes.values()})
        self._administrator_id = self._administrator_id or administrator_of(self._members)
        ready = {each.account_id: each for each in plans if each.member_side and may_accept(outcomes[each.account_id])}
        sides = self._side().accept(ready, [each for each in ready if may_accept_again(outcomes[each])])
        error = again.error or self._confirm(plans, outcomes, sides)
        self._advance([each for each in self._emails if status_of(self._members.get(each)) == ENABLED])
        rows = [self._configured(self._final_row(plan, outcomes[plan.account_id], sides)) for plan in plans]
        return RegionResult(self._result(rows), administered.error or error)

    def _advance(self, account_ids: Sequence[str]) -> None:
        """Configure the accounts that are Enabled, or in check mode read what is on its way in them."""
        self._standards.advance(account_ids)
        self._controls.advance(account_ids)

    def _configured(self, row: Outcome) -> Outcome:
        """Return the row of an account with what came of its configuration, which matters only where it is Enabled."""
        if row.reason:
            return row
        configured = with_standards(row, self._standards.result(row.account_id))
        return with_policy(configured, self._controls.result(row.account_id))

    def _apply_plans(self, plans: Sequence[Outcome], changes: Sequence[MemberChange]) -> RegionResult[List[Outcome]]:
        return apply_plans(self._client, plans, changes, self._desired.wait_timeout)

    def _start_over(self, plans: Sequence[MembershipPlan], outcomes: Sequence[Outcome]) -> RegionResult[List[Outcome]]:
        """Create accounts again whose invitation was refused, where that helps.

        :return: the outcomes of those for which that may have changed something
        """
        by_account = {plan.account_id: plan for plan in plans}
        again = [plan_again(by_account[each.account_id], each) for each in outcomes]
        kept = {each.account_id: each.entry.email for each in outcomes}
        emails = {account_id: email or kept.get(account_id) for account_id, email in self._emails.items()}
        done = self._apply_plans([plan for plan in again if plan], [REMOVAL, creation(emails), INVITATION])
        return replace(done, value=[each for each in done.value if each.actions or not is_failure(each.reason)])

    def _confirm(
        self, plans: Sequence[MembershipPlan], outcomes: Mapping[str, Outcome], sides: Mapping[str, SideResult]
    ) -> Optional[Failure]:
        """Read the administrator's list, in batches, until it shows the accounts as Enabled that expect it."""
        expected = [each.account_id for each in plans if each.expects_enabled and may_accept(outcomes[each.account_id])]
        pending = [each for each in self._not_enabled(expected) if each not in sides or sides[each].may_have_accepted]

        def look() -> List[str]:
            nonlocal pending
            read = read_members(self._client, pending)
            self._members.update(read.value.members)
            if read.error:
                raise read.error
            pending = self._not_enabled(pending)
            return pending

        try:
            if pending:
                poll(look, lambda left: not left, Waiter(self._desired.wait_timeout))
        except SecurityHubError as error:
            return error
        return None

    def _not_enabled(self, account_ids: Sequence[str]) -> List[str]:
        return [each for each in account_ids if status_of(self._members.get(each)) != ENABLED]

    def _final_row(self, plan: MembershipPlan, outcome: Outcome, sides: Mapping[str, SideResult]) -> Outcome:
        side = sides.get(plan.account_id, SideResult())
        return final_row(plan, outcome, side, self._members.get(plan.account_id), self._desired.joins)

    def _leave(self, plans: Sequence[MembershipPlan]) -> RegionResult[RegionMemberships]:
        leaving = {plan.account_id: plan for plan in plans if plan.member_side}
        sides = self._side().leave(leaving)
        now = read_members(self._client, [each for each, side in sides.items() if side.reason]).value.members
        members = [after_leaving(plan, now.get(plan.account_id, plan.member.before), sides) for plan in plans]
        done = apply_plans(self._client, members, [DISASSOCIATION, DELETION], self._desired.wait_timeout, list(sides))
        self._members.update({outcome.account_id: outcome.after for outcome in done.value})
        # The list has changed by what these accounts did, though not as it was to.
        short = [each.account_id for each in done.value if each.reason and each.account_id in sides]
        self._members.update(read_members(self._client, short).value.members)
        rows = [self._final_row(plan, outcome, sides) for plan, outcome in zip(plans, done.value)]
        return RegionResult(self._result(rows), done.error)

    def _result(self, rows: List[Outcome]) -> RegionMemberships:
        return RegionMemberships(rows, [], self._administrator_id, self._is_hub_enabled)
