# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""What one or more module calls returned, merged: one membership for each account and Region."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple

from ....module_utils._securityhub.errors import printable
from ....module_utils._securityhub.model import (
    APPLIED,
    CREATED,
    DELETED,
    ENABLED,
    INVITE,
    INVITED,
    POLICY_STATES,
    RECORDER_STATES,
    RECORDING,
    REMOVED,
    RESIGNED,
    SUSPENDED,
    Member,
    Outcome,
    from_row,
    status_of,
)
from ....module_utils._securityhub.reasons import (
    AWAITING_ACCEPTANCE,
    NOT_A_MEMBER,
    NOT_ATTEMPTED,
    OWN_ACCOUNT,
    UNREADABLE,
    is_failure,
)
from ....module_utils._securityhub.results.messages import Group, grouped, in_order, status_in_words
from .variables import with_variables

# The service's statuses, and what stands for one where there is none.
STATUS_ORDER = (
    ENABLED, INVITED, CREATED, REMOVED, RESIGNED, DELETED, SUSPENDED, NOT_A_MEMBER, UNREADABLE, OWN_ACCOUNT,
)  # fmt: skip
# securityhub_member_invite has a list for each outcome.
_LISTS = ("memberships", "invited_accounts", "unchanged_accounts", "unprocessed_accounts")

Row = Mapping[str, Any]
Pair = Tuple[str, str]
Failed = Set[Tuple[Optional[str], str]]  # account ID, or None for all accounts; and Region


@dataclass(frozen=True)
class Membership(Outcome):
    """The outcome of one account in one Region that a module's row shows.

    :param is_plan: whether ``after`` is from before the actions, which are still to be done
    """

    region: str = ""
    is_plan: bool = False

    @property
    def status(self) -> str:
        """Return the member status, or NOT_A_MEMBER, UNREADABLE, OWN_ACCOUNT."""
        return status_in_words(self)

    @property
    def invited_at(self) -> Optional[str]:
        """Return the time of an open invitation."""
        return self.entry.invited_at if self.status == INVITED else None

    @property
    def policy_state(self) -> Optional[str]:
        """Return APPLIED, DIFFERS or FAILED; None without a policy, and for an account that is not Enabled."""
        return self.policy.state if self.policy else None

    @property
    def is_counted(self) -> bool:
        """Return whether it can be Enabled or not: it was read, and is not the administrator's own account."""
        return self.status not in (UNREADABLE, OWN_ACCOUNT)

    @property
    def is_of_failed_region(self) -> bool:
        """Return whether it could not be read because its Region failed, which is said of the Region."""
        return self.status == UNREADABLE and self.reason in (None, NOT_ATTEMPTED)

    @property
    def recorder_state(self) -> Optional[str]:
        """Return one of RECORDER_STATES, None where nobody looked at AWS Config."""
        return self.config_recorder.state if self.config_recorder else None

    @property
    def lacks_recorder(self) -> bool:
        """Return whether it was looked for a recorder of AWS Config, and none is known to record."""
        return self.recorder_state not in (None, RECORDING)

    @property
    def is_as_requested(self) -> bool:
        """Return whether it is Enabled, and nothing is left to do, such as to enable standards."""
        is_done = self.status == ENABLED and not self.reason and not (self.is_plan and self.actions)
        return is_done and self.policy_state in (None, APPLIED)


@dataclass(frozen=True)
class FailedRegion:
    """A Region that failed, or with an account ID, an account that failed there."""

    region: str
    error_code: Optional[str]
    msg: str
    account_id: Optional[str] = None


@dataclass(frozen=True)
class Fleet:
    """All memberships of a run.

    :param names: {account ID: name} as far as known
    :param surplus_members: members that were not requested, each with its status before the run
    :param problems: messages of module calls that failed without naming a Region or an account
    :param aggregator_regions: the home Region and the linked Regions of the finding aggregator, as far as known
    :param aggregator_problem: why it could not be read
    """

    memberships: List[Membership]
    regions: List[str]
    administrator_id: Optional[str]
    failed_regions: List[FailedRegion]
    surplus_members: List[Membership]
    hub_enabled_regions: List[str]
    names: Dict[str, str]
    problems: List[str]
    aggregator_regions: List[str] = field(default_factory=list)
    aggregator_problem: Optional[str] = None

    @property
    def missing_regions(self) -> List[str]:
        """Return the Regions of the finding aggregator in which the run did not look."""
        return [region for region in self.aggregator_regions if region not in self.regions] if self.regions else []

    @property
    def account_ids(self) -> List[str]:
        """Return the accounts, in the order of their first membership."""
        return in_order(row.account_id for row in self.memberships)


def fleet_of(results: Any, accounts: Sequence[Row] = (), before: bool = False, left_out: Iterable[Row] = ()) -> Fleet:
    """Return what module calls returned, merged.

    :param results: one result, a list of them, or a registered loop
    :param accounts: the accounts that were asked for, for their names, and for the pairs of Regions that failed
    :param before: whether the statuses from before the run are shown: what is, where the call was a check
    :param left_out: accounts that were named, and not asked for
    """
    calls = calls_of(results)
    failed_regions = _failed_regions(calls)
    failed = {(row.account_id, row.region) for row in failed_regions}
    read = [_memberships(call, failed, before) for call in calls]
    surplus = [_memberships(call, failed, True, ["surplus_members"]) for call in calls]
    seen = {(row.account_id, row.region): row for rows in read for row in rows}
    regions = in_order([region for _account_id, region in seen] + [row.region for row in failed_regions])
    requested = _requested(accounts, seen, regions)
    # for a batch, the accounts of the other batches are surplus
    named = {account_id for account_id, _region in seen}.union(row["account_id"] for row in (*accounts, *left_out))
    emails = {row["account_id"]: row.get("email") for row in accounts}
    missing = {
        (account_id, region): Membership(
            account_id=account_id,
            before=None,
            after=Member(account_id, "", emails.get(account_id)),
            is_seen=False,
            region=region,
        )
        for account_id, region in requested
        if (account_id, region) not in seen and _has_failed(account_id, region, failed)
    }
    found = {**seen, **missing}
    return Fleet(
        memberships=[found[pair] for pair in dict.fromkeys([*requested, *found]) if pair in found],
        regions=regions,
        administrator_id=next((str(call["administrator_id"]) for call in calls if call.get("administrator_id")), None),
        failed_regions=failed_regions,
        surplus_members=list(
            {
                (row.account_id, row.region): row for rows in surplus for row in rows if row.account_id not in named
            }.values()
        ),
        hub_enabled_regions=in_order(str(region) for call in calls for region in call.get("hub_enabled_regions") or []),
        names={str(row["account_id"]): printable(str(row["name"])) for row in accounts if row.get("name")},
        # what a module refuses it names by its options, and by nothing that the service said
        problems=in_order(
            with_variables(str(call["msg"]))
            for call, rows, others in zip(calls, read, surplus)
            if _is_problem(call, [*rows, *others])
        ),
        aggregator_regions=in_order(region for call in calls for region in _aggregator_regions(call)),
    )


def calls_of(results: Any) -> List[Row]:
    """Return the results of module calls one by one; skipped ones are left out."""
    if isinstance(results, Mapping):
        results = results.get("results", [results])
    return [call for call in results or [] if not call.get("skipped")]


def count_by_status(rows: Iterable[Membership]) -> Dict[str, int]:
    """Return {status: number of memberships}, in STATUS_ORDER and then the statuses that are not known."""
    numbers = Counter(row.status for row in rows)
    return {status: numbers[status] for status in in_order([*STATUS_ORDER, *numbers]) if numbers[status]}


def count_by_recorder(rows: Iterable[Membership]) -> Dict[str, int]:
    """Return {what AWS Config's recorder does: number of memberships}, empty where nobody looked."""
    numbers = Counter(row.recorder_state for row in rows)
    return {state: numbers[state] for state in RECORDER_STATES if numbers[state]}


def recorder_groups(rows: Iterable[Membership]) -> List[Group[Membership]]:
    """Return the memberships in which no recorder of AWS Config is known to record, by what it does instead."""
    blind = sorted(
        (row for row in rows if row.lacks_recorder), key=lambda row: RECORDER_STATES.index(row.recorder_state)
    )
    return grouped(blind, lambda row: (row.recorder_state,), lambda _row: "")


def count_actions(rows: Iterable[Membership]) -> Dict[str, int]:
    """Return {action: number of memberships}."""
    return dict(Counter(action for row in rows for action in row.actions))


def count_by_policy(rows: Iterable[Membership]) -> Dict[str, int]:
    """Return {what the rows say of the policy: number of memberships}, nothing without a policy."""
    numbers = Counter(row.policy_state for row in rows)
    return {state: numbers[state] for state in POLICY_STATES if numbers[state]}


def _aggregator_regions(call: Row) -> List[str]:
    """Return the Regions of the finding aggregators that securityhub_hub_info returned."""
    found = [hub["finding_aggregator"] for hub in call.get("hubs") or [] if hub.get("finding_aggregator")]
    return [
        str(region)
        for each in found
        for region in (each["finding_aggregation_region"], *(each.get("linked_regions") or ()))
    ]


def _is_problem(call: Row, rows: Sequence[Membership]) -> bool:
    """Return whether a call failed and has no row that tells why."""
    if not call.get("msg") or call.get("failed_regions"):
        return False
    return not any(is_failure(row.reason) for row in rows)


def _memberships(call: Row, failed: Failed, before: bool, lists: Sequence[str] = _LISTS) -> List[Membership]:
    """Return the memberships of a call."""
    return [
        _membership(row, failed, before, name == "invited_accounts") for name in lists for row in call.get(name) or []
    ]


def _failed_regions(calls: Iterable[Row]) -> List[FailedRegion]:
    rows = [row for call in calls for row in call.get("failed_regions") or []]
    found = {(row["region"], row.get("account_id"), row.get("msg")): row for row in rows}
    return [
        FailedRegion(str(region), row.get("error_code"), str(message or ""), account_id)
        for (region, account_id, message), row in found.items()
    ]


def _has_failed(account_id: str, region: str, failed: Failed) -> bool:
    return (None, region) in failed or (account_id, region) in failed


def _membership(row: Row, failed: Failed, before: bool, is_invited: bool) -> Membership:
    """Return a row as a membership."""
    outcome, region = from_row(row), str(row["region"])
    actions, reason = (INVITE,) if is_invited else outcome.actions, outcome.reason
    # the invitation of a plan is not sent, so nobody waits for its acceptance
    reason = None if before and actions and reason == AWAITING_ACCEPTANCE else reason
    status = status_of(outcome.before if before and "previous_member_status" in row else outcome.after)
    is_unread = reason in (None, NOT_ATTEMPTED) and _has_failed(outcome.account_id, region, failed)
    fields = {
        "after": replace(outcome.entry, member_status=printable(status or "")),
        "actions": actions,
        "reason": reason,
        "processing_result": outcome.processing_result if reason else None,
        "is_seen": reason != UNREADABLE and not is_unread,
        "policy": outcome.policy if status == ENABLED else None,
    }
    return Membership(**{**vars(outcome), **fields}, region=region, is_plan=before)


def _requested(accounts: Sequence[Row], seen: Mapping[Pair, Membership], regions: Sequence[str]) -> List[Pair]:
    """Return the pairs that were asked for: accounts in their own Regions, or in all of the run."""
    if not accounts:
        return [(account_id, region) for account_id in in_order(pair[0] for pair in seen) for region in regions]
    return [
        (str(row["account_id"]), region)
        for row in accounts
        for region in regions
        if not row.get("regions") or region in row["regions"]
    ]
