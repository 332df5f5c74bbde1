# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""The last lines of a run, whether it fails, and the run as data for what comes after it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence

from ....module_utils._securityhub.errors import printable
from ....module_utils._securityhub.model import (
    DELETE,
    DIFFERS,
    DISABLE_CONTROLS,
    DISABLE_STANDARDS,
    ENABLE_CONTROLS,
    ENABLE_HUB,
    ENABLE_STANDARDS,
    ENABLED,
    SET_PARAMETERS,
)
from ....module_utils._securityhub.reasons import OWN_ACCOUNT, STANDARDS_PENDING, UNREADABLE, is_failure
from ....module_utils._securityhub.results.messages import (
    NAMED_REGIONS,
    Group,
    at_most,
    count,
    grouped,
    in_order,
    listed,
    regions_in_words,
    sentence,
    sentences,
)
from .differences import Difference, differences, differences_in_words
from .fleet import (
    FailedRegion,
    Fleet,
    Membership,
    count_actions,
    count_by_policy,
    count_by_recorder,
    count_by_status,
    recorder_groups,
)
from .reasons import ACTIONS, MISSING_REGIONS_STEP, groups, next_step, recorder_step

ONBOARD, INVITE, VERIFY, REPORT, OFFBOARD = PURPOSES = ("onboard", "invite", "verify", "report", "offboard")
LOOKING_PURPOSES = (VERIFY, REPORT)
NAMED_GROUPS = 20
NO_ACCOUNTS = (
    "No accounts: nothing to do. Set securityhub_accounts or securityhub_accounts_file, or use an inventory whose "
    "hosts have account_id."
)
# Actions that are done in so many accounts and Regions.
_ACTIONS_IN = (ENABLE_HUB, ENABLE_STANDARDS, DISABLE_STANDARDS, ENABLE_CONTROLS, DISABLE_CONTROLS, SET_PARAMETERS)


@dataclass(frozen=True)
class Request:
    """What the run was to do.

    :param purpose: one of PURPOSES
    :param is_check: whether it ran in check mode
    :param source: the name of the file or variable with the accounts
    :param skipped: rows of the source that were left out
    :param report_path: the page that was written
    :param wants_report: whether one was asked for
    """

    purpose: str = ONBOARD
    is_check: bool = False
    fail_on_unprocessed: bool = True
    source: Optional[str] = None
    skipped: Sequence[Mapping[str, Any]] = ()
    report_path: Optional[str] = None
    wants_report: bool = False

    @property
    def looks_only(self) -> bool:
        """Return whether the run changes nothing by its purpose."""
        return self.purpose in LOOKING_PURPOSES


@dataclass(frozen=True)
class Summary:
    """The last lines of a run, whether it fails, the message for that, and what it leaves short of its goal."""

    lines: List[str]
    failed: bool
    msg: str
    remaining: List[Group[Membership]]


def summarize(fleet: Fleet, request: Request) -> Summary:
    """Return the last lines of a run, and whether it fails."""
    problems, remaining = failures(fleet, request), groups(open_memberships(fleet, request))
    lines = [
        *fleet.problems,
        _totals(fleet, request),
        _policy(fleet),
        _place(fleet),
        _changes(fleet, request),
        *_hubs(fleet, request),
        *_left_administrators(fleet, request),
        *_failed_regions(fleet),
        *_missing_regions(fleet),
        *_groups(remaining, fleet),
        *_recorders(fleet),
        *_surplus(fleet, request),
        *_skipped(request),
        _report(request),
    ]
    return Summary([line for line in lines if line], bool(problems), sentences(problems), remaining)


def _report(request: Request) -> str:
    """Return where the report is, or that check mode writes none."""
    if request.report_path:
        return f"Report: {Path(request.report_path).expanduser().absolute().as_uri()}"
    return "Report: not written in check mode" if request.wants_report and request.is_check else ""


def open_memberships(fleet: Fleet, request: Request) -> List[Membership]:
    """Return the memberships that the run leaves short of its goal; failed Regions are named by themselves."""
    readable = [row for row in fleet.memberships if not row.is_of_failed_region]
    if request.purpose == OFFBOARD:
        return [row for row in readable if row.reason]
    plans = request.is_check and not request.looks_only  # what a run would change is no shortfall
    return [row for row in readable if not (row.is_as_requested or (plans and _only_differs(row)))]


def failures(fleet: Fleet, request: Request) -> List[str]:
    """Return what the run fails for, nothing for a run that does not fail."""
    problems = [*fleet.problems, *_failed_regions(fleet)]
    judged = [row for row in fleet.memberships if not row.is_of_failed_region and row.status != OWN_ACCOUNT]
    if request.purpose == VERIFY:
        late = [row for row in judged if _fails_verification(row)]
        verb = "are not Enabled" if all(row.status != ENABLED for row in late) else "are not as requested"
        blind = [row for row in judged if row.lacks_recorder]
        if blind:
            problems.append(f"{_recorder_kinds(blind)}.")
    else:
        late = [row for row in judged if is_failure(row.reason)]
        late = late if request.fail_on_unprocessed and request.purpose != REPORT else []
        verb = "were not processed" if not request.is_check else "would not be processed"
    if late:
        problems.append(f"{_share(late, fleet, verb)}: {_why(late)}. The summary says what to do.")
    left = [row for row in fleet.surplus_members if is_failure(row.reason)]
    if left and request.fail_on_unprocessed and not request.looks_only:
        problems.append(f"{_unrequested(left, request)} not removed: {_why(left)}.")
    return problems


def _fails_verification(row: Membership) -> bool:
    """Return whether a membership is not Enabled, lacks standards or differs; standards on their way are no failure."""
    is_on_its_way = row.reason == STANDARDS_PENDING and not (row.policy and row.policy.differences)
    return row.status != ENABLED or not (row.is_as_requested or is_on_its_way)


def _only_differs(row: Membership) -> bool:
    return row.status == ENABLED and not row.reason and row.policy_state == DIFFERS


def _share(rows: Sequence[Membership], fleet: Fleet, verb: str) -> str:
    singular = {"are": "is", "were": "was"}
    first, _space, rest = verb.partition(" ")
    verb = f"{singular.get(first, first)} {rest}" if len(rows) == 1 else verb
    return f"{len(rows):,} of {count(len(fleet.memberships), 'membership')} {verb}"


def _why(rows: Sequence[Membership]) -> str:
    """Return how many memberships have which reason or status, and the first accounts of each."""
    kinds = grouped(rows, lambda row: (row.reason or _kind(row),), lambda _row: "")
    kinds.sort(key=lambda group: -len(group.rows))
    return ", ".join(_kind_in_words(kind) for kind in kinds)


def _kind_in_words(kind: Group[Membership]) -> str:
    rows, name = kind.rows, kind.first.reason or _kind(kind.first)
    if name != DIFFERS:
        return f"{len(rows):,} {name} ({kind.places})"
    verb = "differs" if len(rows) == 1 else "differ"
    return f"{len(rows):,} {verb} from the policy ({'; '.join(differences_in_words(rows)) or kind.places})"


def _kind(row: Membership) -> str:
    if _only_differs(row):
        return DIFFERS
    return "without standards" if row.status == ENABLED and row.actions else row.status


def _totals(fleet: Fleet, request: Request) -> str:
    """Return the accounts, Regions and memberships, and how many memberships have which status."""
    rows, accounts, regions = fleet.memberships, len(fleet.account_ids), len(fleet.regions)
    if not rows:
        return "" if fleet.problems or fleet.failed_regions else NO_ACCOUNTS
    size, parts = count(len(rows), "membership"), (count(accounts, "account"), count(regions, "Region"))
    is_full = accounts * regions == len(rows)
    size = f"{' × '.join(parts)} = {size}" if is_full else f"{size} of {' in '.join(parts)}"
    when = " after a run" if request.is_check and not request.looks_only else ""
    kinds = dict(Counter(map(_outcome, rows)).most_common()) if request.purpose == OFFBOARD else count_by_status(rows)
    return f"{size}{when}: {', '.join(f'{number:,} {kind}' for kind, number in kinds.items())}"


def _policy(fleet: Fleet) -> str:
    """Return in how many memberships the policy is applied, differs, or failed."""
    numbers = count_by_policy(fleet.memberships)
    return f"Policy: {', '.join(f'{number:,} {state}' for state, number in numbers.items())}" if numbers else ""


def _outcome(row: Membership) -> str:
    """Return how an offboarding ended."""
    if row.status in (UNREADABLE, OWN_ACCOUNT):
        return row.status
    if row.reason:
        return "not removed"
    return "removed" if row.actions else "already not_a_member"


def _place(fleet: Fleet) -> str:
    """Return the Regions, and the administrator as far as it is known."""
    word = "Region" if len(fleet.regions) == 1 else "Regions"
    parts = [f"{word}: {', '.join(fleet.regions)}"] if fleet.regions else []
    parts += [f"administrator: {fleet.administrator_id}"] if fleet.administrator_id else []
    return "; ".join(parts)


def _changes(fleet: Fleet, request: Request) -> str:
    """Return what was done or is to be done, in numbers of memberships."""
    numbers = count_actions(fleet.memberships)
    to_do = request.is_check or request.looks_only
    head = "An onboarding run would do" if request.looks_only else "To do" if to_do else "Done"
    known = [action for action in in_order([*ACTIONS, *numbers]) if action in numbers]
    parts = [*(_counted(action, numbers[action], to_do) for action in known), *_surplus_changes(fleet, request, to_do)]
    if not parts:
        return f"{head}: nothing" if fleet.memberships else ""
    return f"{head}: {', '.join(parts)}"


def _surplus_changes(fleet: Fleet, request: Request, to_do: bool) -> List[str]:
    changed = [row for row in fleet.surplus_members if row.actions]
    by_verb = {
        "remove": [row for row in changed if DELETE in row.actions],
        "disassociate": [row for row in changed if DELETE not in row.actions],
    }
    named = {verb: _unrequested(rows, request) for verb, rows in by_verb.items() if rows}
    return [f"{verb} {rows}" if to_do else f"{rows} {verb}d" for verb, rows in named.items()]


def _unrequested(rows: Sequence[Membership], request: Request) -> str:
    """Return how many memberships these are that nobody asked for, and why: of closed accounts, or surplus ones."""
    return count(len(rows), f"{_surplus_kind(rows, request)} membership")


def _surplus_kind(rows: Sequence[Membership], request: Request) -> str:
    closed = {row["account_id"] for row in request.skipped}
    kinds = {"closed" if row.account_id in closed else "surplus" for row in rows}
    return " or ".join(sorted(kinds, reverse=True))


def _counted(action: str, number: int, to_do: bool) -> str:
    """Return an action with the number of memberships, such as ``5 invited`` or ``invite 5``."""
    done, plan = ACTIONS.get(action, (action, action))
    if action in _ACTIONS_IN:
        return f"{plan if to_do else done} in {number:,}"
    return f"{plan} {number:,}" if to_do else f"{number:,} {done}"


def _hubs(fleet: Fleet, request: Request) -> List[str]:
    verb = "is to be enabled" if request.is_check or request.looks_only else "was enabled"
    where = regions_in_words(fleet.hub_enabled_regions, fleet.regions)
    return [f"Security Hub {verb} in the administrator account in {where}"] if where else []


def _left_administrators(fleet: Fleet, request: Request) -> List[str]:
    """Return a line for each other administrator that accounts leave."""
    rows = [row for row in fleet.memberships if row.left_administrator_id]
    found = grouped(rows, lambda row: (row.left_administrator_id,), lambda _row: "")
    is_plan = request.is_check or request.looks_only
    return [
        f"  {at_most(group.account_ids)} {_leaves(len(group.account_ids), is_plan)} administrator "
        f"{group.first.left_administrator_id} in {regions_in_words(group.regions, fleet.regions)}"
        for group in found
    ]


def _leaves(accounts: int, is_plan: bool) -> str:
    return ("leaves" if accounts == 1 else "leave") if is_plan else "left"


def _failed_regions(fleet: Fleet) -> List[str]:
    """Return a line for each message, with its Regions and accounts."""
    found = grouped(fleet.failed_regions, lambda row: (row.error_code, row.account_id is None), lambda row: row.msg)
    return [_failed_line(group, fleet.regions) for group in found]


def _failed_line(group: Group[FailedRegion], everywhere: Sequence[str]) -> str:
    regions, account_ids, code = group.regions, group.account_ids, group.first.error_code
    accounts = f" for {count(len(account_ids), 'account')} ({at_most(account_ids)})" if account_ids else ""
    where = listed(regions)
    if len(regions) > NAMED_REGIONS:
        where = re.sub("^all ", "All ", regions_in_words(regions, everywhere))
    return f"{where} failed{accounts}{f' ({code})' if code else ''}: {sentence(group.explanation)}"


def _missing_regions(fleet: Fleet) -> List[str]:
    """Return the Regions of the finding aggregator in which the run did not look, and what to do about them."""
    if fleet.aggregator_problem:
        return [f"Linked Regions were not checked: {sentence(fleet.aggregator_problem)}"]
    if not fleet.missing_regions:
        return []
    return [
        f"Regions of the finding aggregator that are not in this report: {listed(fleet.missing_regions)}",
        f"  Next: {MISSING_REGIONS_STEP}",
    ]


def _groups(found: Sequence[Group[Membership]], fleet: Fleet) -> List[str]:
    lines = [line for group in found[:NAMED_GROUPS] for line in _group_lines(group, fleet)]
    rest = len(found) - NAMED_GROUPS
    return [*lines, f"{count(rest, 'further reason')}: see the report (securityhub_report_path)"] if rest > 0 else lines


def _group_lines(group: Group[Membership], fleet: Fleet) -> List[str]:
    names = [f"{each} ({fleet.names[each]})" if each in fleet.names else each for each in group.account_ids]
    reason = f" ({group.first.reason})" if group.first.reason else ""
    lines = [
        f"{_size(group, fleet)}{reason}: {group.explanation}",
        f"  {'Account' if len(names) == 1 else 'Accounts'}: {at_most(names)}",
    ]
    lines += [f"  {line}" for line in (differences_in_words(group.rows) if _only_differs(group.first) else ())]
    step = next_step(group.first)
    return [*lines, f"  Next: {step}"] if step else lines


def _size(group: Group[Membership], fleet: Fleet) -> str:
    where = regions_in_words(group.regions, fleet.regions)
    accounts = count(len(group.account_ids), "account")
    one_each = len(group.account_ids) == len(group.rows) and len(group.regions) == 1
    return f"{accounts} in {where}" if one_each else f"{count(len(group.rows), 'membership')} of {accounts} in {where}"


def _recorders(fleet: Fleet) -> List[str]:
    """Return in which memberships AWS Config does not record, and what to do about it."""
    blind = [row for row in fleet.memberships if row.lacks_recorder]
    if not blind:
        return []
    return [_recorder_kinds(blind), f"  Next: {recorder_step(blind)}"]


def _recorder_kinds(rows: Sequence[Membership]) -> str:
    """Return how many memberships have no recorder, one that is off, or one that can't be read, and which."""
    kinds = [f"{len(group.rows):,} {group.first.recorder_state} ({group.places})" for group in recorder_groups(rows)]
    return f"AWS Config was not seen to record in {count(len(rows), 'membership')}: {', '.join(kinds)}"


def _surplus(fleet: Fleet, request: Request) -> List[str]:
    """Return the members that were not requested, what became of them, and what to do about them."""
    found = grouped(
        fleet.surplus_members, lambda row: (bool(row.actions), row.reason), lambda row: row.processing_result or ""
    )
    return [line for group in found for line in _surplus_lines(group, fleet, request)]


def _surplus_lines(group: Group[Membership], fleet: Fleet, request: Request) -> List[str]:
    reason, to_do = group.first.reason, request.is_check or request.looks_only
    is_removed = bool(group.first.actions) and not reason
    regions: Dict[str, List[str]] = {}
    closed = {row["account_id"] for row in request.skipped}
    for row in group.rows:
        words = ["closed, "] * (row.account_id in closed) + ["was "] * (is_removed and not to_do)
        known = f"{row.account_id} ({''.join(words)}{row.status}"
        regions.setdefault(known, []).append(row.region)
    accounts = [f"{known} in {listed(names)})" for known, names in regions.items()]
    noun = "Account" if len(group.account_ids) == 1 else "Accounts"
    lines = [f"  {noun}: {at_most(accounts)}"]
    size, kind = _size(group, fleet), _surplus_kind(group.rows, request).capitalize()
    if is_removed:
        return [f"{kind} members {'to remove' if to_do else 'removed'}: {size}", *lines]
    if reason:
        return [f"{kind} members not removed: {size} ({reason}): {group.explanation}", *lines]
    step = f"  Next: Add the {noun.lower()} to the list, or set securityhub_surplus to remove."
    return [f"Members that this run does not name: {size}", *lines, step]


def _skipped(request: Request) -> List[str]:
    """Return the rows of the source that were left out."""
    rows = [f"row {row['row']} ({_skipped_account(row)}) {row['reason']}" for row in request.skipped]
    source = f" of {request.source}" if request.source else ""
    return [f"{count(len(rows), 'row')}{source} left out: {at_most(rows)}"] if rows else []


def _skipped_account(row: Mapping[str, Any]) -> str:
    return f"{row['account_id']}, {printable(str(row['name']))}" if row.get("name") else str(row["account_id"])


def outcome_of(fleet: Fleet, request: Request, summary: Summary) -> Dict[str, Any]:
    """Return what the run did, and which memberships it leaves short of its goal and why.

    Accounts with the same status and reason are one row: AWX keeps the result in its database.
    """
    return {
        "purpose": request.purpose,
        "check_mode": request.is_check,
        "failed": summary.failed,
        "msg": summary.msg,
        "administrator_id": fleet.administrator_id,
        "regions": list(fleet.regions),
        "counts": {
            "accounts": len(fleet.account_ids),
            "memberships": len(fleet.memberships),
            "by_status": count_by_status(fleet.memberships),
            "by_policy": count_by_policy(fleet.memberships),
            "by_config_recorder": count_by_recorder(fleet.memberships),
        },
        "actions": count_actions(fleet.memberships),
        "remaining": [_remaining(group) for group in summary.remaining],
        "policy_differences": [_difference(group) for group in differences(fleet.memberships)],
        "failed_regions": [asdict(row) for row in fleet.failed_regions],
        "report_path": request.report_path,
    }


def _remaining(group: Group[Membership]) -> Dict[str, Any]:
    return {
        "member_status": group.first.status,
        "reason": group.first.reason,
        "explanation": group.explanation,
        "next_step": next_step(group.first),
        "memberships": len(group.rows),
        "account_ids": group.account_ids,
        "regions": group.regions,
    }


def _difference(group: Group[Difference]) -> Dict[str, Any]:
    return {
        **group.first.fields._asdict(),
        "memberships": len(group.rows),
        "account_ids": group.account_ids,
        "regions": group.regions,
    }
