# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to hold after a run: its result against what the local hub held before it and holds after it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from faults.running import Outcome
from faults.scenarios import ADMINISTRATOR, APPLIED, Scenario
from local_hub.control import SECRET_KEY, SESSION_SECRET_PREFIX

SECRETS = (SECRET_KEY, SESSION_SECRET_PREFIX)
DONE_LISTS = ("created_accounts", "invited_accounts", "disassociated_accounts", "deleted_accounts")
MEMBER_LISTS = (*DONE_LISTS, "unchanged_accounts", "unprocessed_accounts")
UNKNOWN = ("unconfirmed", "not_attempted", "unreadable")
MONITORING_ENDED = "monitoring by this administrator has ended"
# Nobody foresaw these: a mistake of the program, and no failure of the service or the connection.
MISTAKE = re.compile(r"^(Key|Index|Attribute|Type|Name|Value|Runtime|Assertion|Lookup|Recursion|UnboundLocal)Error$")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    """What the local hub holds, without IDs and times.

    members: {region: {account: status}} of the administrator; invitations: {account: {region: statuses}}; hubs:
    {account: {region: settings}}; standards: {account: {region: {ARN: status}}}; controls: {account: {region: [what is
    disabled by ARN, custom parameters]}}; aggregator: home Region, linking mode and Regions of the administrator's.
    """

    members: Mapping[str, Mapping[str, str]]
    invitations: Mapping[str, Mapping[str, Any]]
    hubs: Mapping[str, Mapping[str, Any]]
    standards: Mapping[str, Mapping[str, Mapping[str, str]]]
    controls: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    aggregator: tuple[Any, ...] | None = None

    def member(self, region: str, account_id: str) -> str | None:
        """Return the status of an account in the administrator's list."""
        return self.members.get(region, {}).get(account_id)

    def has_policy(self, region: str, account_id: str) -> bool:
        """Return whether an account is configured as the policy of the scenarios says."""
        disabled, custom = self.controls.get(account_id, {}).get(region) or [{}, {}]
        return [disabled, {control_id: each for control_id, each in custom.items() if each}] == APPLIED

    def own(self, region: str, account_id: str) -> tuple[Any, ...]:
        """Return all that there is about an account in a Region, on either side."""
        sides = (self.invitations, self.hubs, self.standards, self.controls)
        return (self.member(region, account_id), *(side.get(account_id, {}).get(region) for side in sides))


def state_of(dump: Mapping[str, Any]) -> State:
    """Return what GET /_hub/state shows."""
    return State(
        {
            region: {account: row["member_status"] for account, row in rows.items()}
            for region, rows in dump["members"].get(ADMINISTRATOR, {}).items()
            if rows
        },
        _each(dump["invitations"], lambda rows: [row["status"] for row in rows]),
        _each(dump["hubs"], lambda hub: [hub["auto_enable_controls"], hub["control_finding_generator"], hub["tags"]]),
        _each(dump["hubs"], lambda hub: hub["standards_status"]),
        _each(dump["hubs"], lambda hub: [_disabled(hub), hub["control_parameters"]]),
        next(
            (
                (row["home_region"], row["linking_mode"], *sorted(row["regions"]))
                for row in dump["finding_aggregators"]
                if row["account_id"] == ADMINISTRATOR
            ),
            None,
        ),
    )


def _disabled(hub: Mapping[str, Any]) -> dict[str, list[str]]:
    return {arn: sorted(controls) for arn, controls in hub["disabled_controls"].items() if controls}


def _each(sides: Mapping[str, Any], show: Any) -> dict[str, dict[str, Any]]:
    shown = {
        account: {region: show(value) for region, value in by_region.items() if value}
        for account, by_region in sides.items()
    }
    return {account: by_region for account, by_region in shown.items() if by_region}


@dataclass(frozen=True)
class Checked:
    """One run, and the states that it is checked against.

    in_doubt: a response may have been lost, or a read may have failed, so that a row may be `unconfirmed`.
    """

    scenario: Scenario
    outcome: Outcome
    before: State
    after: State
    in_doubt: bool

    @property
    def result(self) -> Mapping[str, Any]:
        """Return the module's result."""
        return self.outcome.result


def wrongs(run: Checked) -> list[str]:
    """Return what is wrong with a run, in words; nothing where all holds."""
    return [*_leaks(run.outcome), *_failures(run), *_changes(run), *_rows(run)]


def _leaks(outcome: Outcome) -> Iterator[str]:
    if "Traceback" in outcome.text:
        yield "shows a traceback"
    if any(secret in outcome.text for secret in SECRETS):
        yield "shows a secret"


def _failures(run: Checked) -> Iterator[str]:
    message = run.result.get("msg")
    if run.outcome.failed != (message is not None):
        yield f"failed is {run.outcome.failed}, and the message {message!r}"
    if message is not None and not any(place in message for place in [*run.scenario.regions, *run.scenario.requested]):
        yield f"names neither account nor Region: {message}"
    for row in run.result.get("failed_regions", []):
        if MISTAKE.match(row["error_code"]) or row["region"] not in row["msg"]:
            yield f"has a failed Region without its cause: {row}"
    for row in run.result.get("failed_accounts", []):
        if MISTAKE.match(row["error_code"]) or row["account_id"] not in row["msg"]:
            yield f"has a failed account without its cause: {row}"


def _changes(run: Checked) -> Iterator[str]:
    changed = run.result["changed"]
    if run.before != run.after and not changed:
        yield "says unchanged, and the hub has changed"
    if run.before == run.after and changed and not run.in_doubt:
        yield "says changed, and the hub has not changed"


def _rows(run: Checked) -> Iterator[str]:
    if "finding_aggregator" in run.result:
        if not run.outcome.failed or run.result["changed"]:
            yield from _aggregator(run)
    elif run.outcome.failed and not any(
        isinstance(value, list) and value for name, value in run.result.items() if name != "warnings"
    ):
        # The task ended before any Region: its own role could not be assumed.
        if run.before != run.after:
            yield "names no Region, and the hub has changed"
    elif "members" in run.result or "unprocessed_accounts" in run.result:
        yield from _member_rows(run)
    elif "surplus_members" in run.result:
        yield from _membership_rows(run)
    else:
        yield from _own_rows(run)


def _member_rows(run: Checked) -> Iterator[str]:
    rows = [(name, row) for name in MEMBER_LISTS for row in run.result.get(name, [])]
    yield from _missing(run, [row for _name, row in rows])
    for name, row in rows:
        place = (row["region"], row["account_id"])
        wrong = _wrong_member(name, row, run.before.member(*place), run.after.member(*place), run.in_doubt)
        if wrong:
            yield f"{name}: {wrong}: {row}, {run.before.member(*place)} -> {run.after.member(*place)}"


def _wrong_member(name: str, row: Row, before: str | None, after: str | None, in_doubt: bool) -> str:
    written = before != after
    if name in DONE_LISTS:
        return "" if written and row["member_status"] == after else "claims what was not done"
    if name == "unchanged_accounts":
        return "claims unchanged" if written or row["member_status"] != after else ""
    if row["reason"] == "unconfirmed":
        return "" if in_doubt else "is unconfirmed without any doubt"
    if MONITORING_ENDED in (row["processing_result"] or ""):
        return "" if (before, after) == ("Enabled", "Removed") else "claims that it was disassociated"
    return "claims that nothing was written" if written else ""


def _missing(run: Checked, rows: list[Row]) -> Iterator[str]:
    pairs = sorted((row["region"], row["account_id"]) for row in rows)
    wanted = sorted((region, account_id) for region in run.scenario.regions for account_id in run.scenario.requested)
    if pairs != wanted:
        yield f"has rows for {pairs}, not for {wanted}"


def _membership_rows(run: Checked) -> Iterator[str]:
    yield from _missing(run, run.result["memberships"])
    for row in [*run.result["memberships"], *run.result["surplus_members"]]:
        wrong = _wrong_membership(run, row)
        if wrong:
            place = (row["region"], row["account_id"])
            yield f"{wrong}: {row}, {run.before.own(*place)} -> {run.after.own(*place)}"


def _wrong_membership(run: Checked, row: Row) -> str:
    place = (row["region"], row["account_id"])
    written = run.before.own(*place) != run.after.own(*place)
    if row["reason"] == "unconfirmed":
        return "" if run.in_doubt else "is unconfirmed without any doubt"
    if written and not row["actions"]:
        return "claims that nothing was written"
    if row["actions"] and not written:
        return "claims what was not done"
    if row["reason"] not in UNKNOWN and row["member_status"] != run.after.member(*place):
        return "shows another status"
    if row.get("policy") == "applied" and not run.after.has_policy(*place):
        return "claims that the policy is applied"
    return ""


def _aggregator(run: Checked) -> Iterator[str]:
    row = run.result["finding_aggregator"]
    keys = ("finding_aggregation_region", "region_linking_mode")
    shown = (*(row[key] for key in keys), *sorted(row["regions"])) if row else None
    if shown != run.after.aggregator and not (run.outcome.failed and run.in_doubt):
        yield f"shows another finding aggregator: {shown}, {run.after.aggregator}"


def _own_rows(run: Checked) -> Iterator[str]:
    for row in run.result.get("memberships", []):
        held = (run.after.invitations.get(row["account_id"], {}).get(row["region"]) or [None])[-1]
        if row["reason"] == "unconfirmed":
            yield from [] if run.in_doubt else [f"is unconfirmed without any doubt: {row}, {held}"]
        elif row["member_status"] != held:
            yield f"shows another status: {row}, {held}"
    for row in run.result.get("hubs", []):
        held = run.after.hubs.get(row["account_id"], {}).get(row["region"])
        shown = [row["auto_enable_controls"], row["control_finding_generator"], row["tags"]]
        # Tags of null were not read.
        if held is None or shown != [*held[:2], held[2] if row["tags"] is not None else None]:
            yield f"shows another hub: {row}, {held}"
    for row in run.result.get("standards", []):
        held = run.after.standards.get(row["account_id"], {}).get(row["region"], {}).get(row["standards_arn"])
        # What the service said in the response to a write passes by itself.
        is_passing = row["standards_status"] in ("PENDING", "DELETING")
        if row["standards_status"] != held and not is_passing and not _is_unconfirmed(run, row):
            yield f"shows another status: {row}, {held}"
    for row in run.result.get("controls", []):
        disabled, custom = run.after.controls.get(row["account_id"], {}).get(row["region"]) or [{}, {}]
        ids = {arn.partition("/")[2]: controls for arn, controls in disabled.items()}
        statuses = {
            name: "DISABLED" if row["control_id"] in ids.get(name, ()) else "ENABLED" for name in row["standards"]
        }
        days = custom.get("ACM.1", {}).get("daysToExpiration", {}).get("Integer", 30)
        is_same = statuses == row["standards"] and row["parameters"].get("daysToExpiration", days) == days
        if not is_same and not (run.in_doubt and row["unprocessed_reason"] == "unconfirmed"):
            yield f"shows another control: {row}, {disabled}, {custom}"


def _is_unconfirmed(run: Checked, row: Row) -> bool:
    """Whether a Region failed as a change was not seen in time; its message names the standards."""
    failed = {(each["region"], each.get("account_id")): each for each in run.result["failed_regions"]}
    found = failed.get((row["region"], row["account_id"]))
    return run.in_doubt and found is not None and found["error_code"] == "unconfirmed"
