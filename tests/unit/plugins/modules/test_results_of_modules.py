# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of all modules that write: what they say of each account is what the service holds, after every fault.

Each Region of a run has its own faults. Pauses take no time, so what `slow_visibility` holds back is never seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_hub,
    securityhub_invitation,
    securityhub_member,
    securityhub_member_invite,
    securityhub_standards,
)
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import MEMBER, run_at, seed_members, turn_on
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, accounts

FIRST, SECOND, THIRD = ACCOUNTS = accounts(3)
REGIONS = [
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "ap-south-1", "ap-northeast-1"),
    *("ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "eu-central-1", "eu-west-1", "eu-west-2"),
    *("eu-west-3", "eu-north-1", "eu-south-1", "me-south-1", "af-south-1", "ap-east-1", "ap-southeast-3", "eu-south-2"),
]
DONE_LISTS = ("created_accounts", "invited_accounts", "disassociated_accounts", "deleted_accounts")
MONITORING_ENDED = "its monitoring by this administrator has ended"

Fault = dict[str, Any]
Statuses = dict[str, str]


@dataclass(frozen=True)
class Case:
    """One desired state of one module: what there is, what is asked for, and the writes that it takes."""

    name: str
    module: Any
    operations: tuple[str, ...]
    options: dict[str, Any]
    members: Statuses = field(default_factory=dict)
    caller: str = ADMINISTRATOR
    hub_enabled: bool = True
    standards: tuple[str, ...] = ()

    def seed(self, hub: Hub, regions: list[str]) -> None:
        """Write down, in each Region, what there is."""
        seed_members(hub, self.members, regions)
        if self.hub_enabled:
            turn_on(hub, self.caller, regions)
        if self.module is securityhub_standards:
            hub.seed(hubs=[{"account_id": self.caller, "regions": regions, "standards": list(self.standards)}])


def member_case(name: str, operations: tuple[str, ...], members: Statuses, **options: Any) -> Case:
    return Case(name, securityhub_member, operations, {"members": list(ACCOUNTS), **options}, members)


def invitation_case(name: str, operations: tuple[str, ...], status: str, **more: Any) -> Case:
    options = {"administrator_id": ADMINISTRATOR, "state": name.partition(" ")[0], **more.pop("options", {})}
    return Case(f"invitation {name}", securityhub_invitation, operations, options, {MEMBER: status}, MEMBER, **more)


def standards_case(name: str, operations: tuple[str, ...], *standards: str, **options: Any) -> Case:
    options = {"standards": [PCI], **options}
    return Case(f"standards {name}", securityhub_standards, operations, options, caller=MEMBER, standards=standards)


PCI, NIST = "pci-dss/v/4.0.1", "nist-800-53/v/5.0.0"
SETTINGS = {"auto_enable_controls": False, "tags": {"team": "security"}}
MEMBER_CASES = [
    Case(
        "invite",
        securityhub_member_invite,
        ("InviteMembers",),
        {"account_ids": list(ACCOUNTS)},
        {FIRST: "Created", SECOND: "Removed", THIRD: "Invited"},
    ),
    member_case("present", ("CreateMembers",), {THIRD: "Created"}, state="present"),
    member_case(
        "disassociated",
        ("DisassociateMembers",),
        {FIRST: "Enabled", SECOND: "Enabled", THIRD: "Created"},
        state="disassociated",
    ),
    member_case(
        "absent", ("DisassociateMembers", "DeleteMembers"), {FIRST: "Enabled", SECOND: "Created"}, state="absent"
    ),
]
OWN_CASES = [
    invitation_case("accepted", ("AcceptAdministratorInvitation",), "Invited"),
    invitation_case(
        "accepted and enabled",
        ("EnableSecurityHub",),
        "Invited",
        hub_enabled=False,
        options={"enable_hub": True},
    ),
    invitation_case("declined", ("DeclineInvitations",), "Invited"),
    invitation_case("absent declines", ("DeclineInvitations", "DeleteInvitations"), "Invited"),
    invitation_case("absent leaves", ("DisassociateFromAdministratorAccount",), "Enabled"),
    Case("hub present", securityhub_hub, ("EnableSecurityHub",), {}, hub_enabled=False, caller=MEMBER),
    Case("hub settings", securityhub_hub, ("UpdateSecurityHubConfiguration", "TagResource"), SETTINGS, caller=MEMBER),
    Case("hub absent", securityhub_hub, ("DisableSecurityHub",), {"state": "absent"}, caller=MEMBER),
    standards_case("present", ("BatchEnableStandards",)),
    standards_case("purged", ("BatchEnableStandards", "BatchDisableStandards"), NIST, purge_standards=True),
    standards_case("absent", ("BatchDisableStandards",), PCI, NIST, state="absent"),
]

# What a write meets before its work, or after it.
BEFORE_WORK: list[Fault] = [{"kind": "throttle"}, {"kind": "error"}, {"kind": "lost_request"}]
AFTER_WORK: list[Fault] = [{"kind": "error_after"}, {"kind": "lost_reply"}]
# What the same write meets from then on.
FOLLOW_UPS: list[list[Fault]] = [
    [],
    [{"kind": "access_denied"}],
    [{"kind": "throttle", "times": None}],
    [{"kind": "error", "times": None}],
    [{"kind": "reject"}],
]
# What a write meets that nobody carries out, or only for some accounts.
REFUSALS: list[Fault] = [
    {"kind": "access_denied"},
    {"kind": "not_opted_in"},
    {"kind": "hang", "seconds": 0.05},
    {"kind": "refuse_call"},
    {"kind": "refuse_call", "account_ids": [FIRST]},
    {"kind": "refuse_call", "code": "ResourceNotFoundException", "status": 404},
    {"kind": "refuse_call", "code": "ResourceConflictException", "status": 409},
    {"kind": "reject"},
    {"kind": "reject", "account_ids": [FIRST]},
    {"kind": "reject", "message": "Internal error"},
    {"kind": "quota", "limit": 1},
    {"kind": "quota", "limit": 2, "per_account": True},
]
# What reads meet from the second one of a Region on.
UNREADABLE: Fault = {
    "kind": "access_denied",
    "operation": ["GetMembers", "GetAdministratorAccount", "DescribeHub", "GetEnabledStandards"],
    "after": 1,
}
NEVER_SEEN: Fault = {"kind": "slow_visibility", "seconds": 3600, "operation": "*"}
# After these, what was written is not known from the response.
DOUBTFUL = frozenset({"error", "error_after", "hang", "lost_reply", "lost_request", "slow_visibility"})


def scenes() -> Iterator[list[Fault]]:
    """The faults of one Region."""
    for event in [*BEFORE_WORK, *AFTER_WORK]:
        yield from ([event, *follow_up] for follow_up in FOLLOW_UPS)
        yield [event, UNREADABLE]
    for event in AFTER_WORK:
        yield from ([event, *follow_up, NEVER_SEEN] for follow_up in FOLLOW_UPS)
    yield from ([fault] for fault in [UNREADABLE, NEVER_SEEN, *REFUSALS])


SCENES = list(scenes())
SLICES = [SCENES[start : start + len(REGIONS)] for start in range(0, len(SCENES), len(REGIONS))]


@pytest.fixture(autouse=True)
def _few_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have as few pauses as show what is meant."""
    monkeypatch.setattr(retry, "SEND_ATTEMPTS", 3)


@dataclass
class Run:
    """What a run of a module knew of each Region, and what the service held before and after it."""

    by_region: dict[str, Any]
    result: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]


def run(hub: Hub, case: Case, operation: str, part: list[list[Fault]]) -> Run:
    """Run a module in a Region for each list of faults, which act on one of its writes."""
    regions = REGIONS[: len(part)]
    case.seed(hub, regions)
    before = hub.state()
    for region, faults in zip(regions, part, strict=True):
        for fault in faults:
            hub.fault(**{"operation": operation, "region": region, **fault})
    name = "region_result" if hasattr(case.module, "region_result") else "account_result"
    waiting: dict[str, Any] = {} if case.module is securityhub_hub else {"wait_timeout": 1}
    with mock.patch.object(case.module, name, wraps=getattr(case.module, name)) as build:
        found = run_at(hub, case.module, account_id=case.caller, regions=regions, **case.options, **waiting)
    by_region = {getattr(place, "region", place): result for place, result in build.call_args.args[0].items()}
    return Run(by_region, found.result, before, hub.state())


def is_doubtful(operation: str, faults: list[Fault]) -> bool:
    """Whether it may be open what was written; DisassociateMembers names nobody that it leaves alone."""
    kinds = {fault["kind"] for fault in faults}
    return bool(kinds & DOUBTFUL) or UNREADABLE in faults or (operation == "DisassociateMembers" and "reject" in kinds)


def parameters(cases: list[Case]) -> list[Any]:
    return [
        pytest.param(case, operation, part, id=f"{case.name}-{operation}-{number}")
        for case in cases
        for operation in case.operations
        for number, part in enumerate(SLICES)
    ]


def member_rows(result: dict[str, Any], region: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Each account of a Region: the list in which it is, and its row."""
    keys = (*DONE_LISTS, "unchanged_accounts", "unprocessed_accounts")
    rows = [(key, row) for key in keys for row in result.get(key, []) if row["region"] == region]
    assert sorted(row["account_id"] for _key, row in rows) == ACCOUNTS
    return {row["account_id"]: (key, row) for key, row in rows}


def untrue_row(key: str, row: dict[str, Any], before: str | None, after: str | None, doubtful: bool) -> str:
    """What is wrong with what a row says, empty for nothing."""
    written = before != after
    if key in DONE_LISTS:
        return "" if written and row["member_status"] == after else "says done"
    if key == "unchanged_accounts":
        return "says unchanged" if written else ""
    if row["reason"] == "unconfirmed":
        return "" if doubtful else "says unconfirmed without any doubt"
    if row["reason"] not in ("rejected", "not_attempted"):
        return "has an unexpected reason"
    if before == "Enabled" and after == "Removed" and MONITORING_ENDED in row["processing_result"]:
        return ""
    return "says not written" if written else ""


@pytest.mark.parametrize(("case", "operation", "part"), parameters(MEMBER_CASES))
def test_rows_of_members_are_true(hub: Hub, case: Case, operation: str, part: list[list[Fault]]) -> None:
    made = run(hub, case, operation, part)
    untrue = []
    for (region, found), faults in zip(made.by_region.items(), part, strict=True):
        held = made.after["members"].get(ADMINISTRATOR, {}).get(region, {})
        rows = member_rows(made.result, region)
        for outcome in found.value:
            key, row = rows[outcome.account_id]
            before, after = case.members.get(outcome.account_id), held.get(outcome.account_id, {}).get("member_status")
            wrong = untrue_row(key, row, before, after, is_doubtful(operation, faults))
            if outcome.changed != (before != after or outcome.reason == "unconfirmed"):
                wrong += f" says changed={outcome.changed}"
            if wrong:
                untrue.append(f"{faults}: {key} {wrong}: {row}, {before} -> {after}")
    assert not untrue, "\n".join(untrue)
    assert made.result["changed"]


def own_state(state: dict[str, Any], region: str) -> tuple[Any, ...]:
    """What there is of the member account: what became of its invitation, its hub, and its standards."""
    invitations = state["invitations"].get(MEMBER, {}).get(region, [])
    found = state["hubs"].get(MEMBER, {}).get(region)
    hub = found and (found["auto_enable_controls"], found["tags"])
    return [row["status"] for row in invitations], hub, found and found["standards_status"]


def shows(case: Case, change: Any, held: tuple[Any, ...]) -> bool:
    """Whether a change ends with what the service holds."""
    if case.module is securityhub_invitation:
        return [change.after.member_status] == (held[0] or [None])
    if case.module is securityhub_standards:
        return {each.standards_arn: each.standards_status for each in change.after} == held[2]
    if change.after is None or held[1] is None:
        return change.after is held[1]
    tags = held[1][1] if change.after.tags is not None else None
    return (change.after.auto_enable_controls, change.after.tags) == (held[1][0], tags)


@pytest.mark.parametrize(("case", "operation", "part"), parameters(OWN_CASES))
def test_changes_of_the_own_account_are_true(hub: Hub, case: Case, operation: str, part: list[list[Fault]]) -> None:
    made = run(hub, case, operation, part)
    untrue = []
    for (region, found), faults in zip(made.by_region.items(), part, strict=True):
        before, after = own_state(made.before, region), own_state(made.after, region)
        doubtful, wrong = is_doubtful(operation, faults), []
        if before != after and not found.value.changed:
            wrong.append("says unchanged")
        if before == after and found.value.changed and not doubtful:
            wrong.append("says changed")
        if found.error is None and not shows(case, found.value, after):
            wrong.append("says another state")
        if wrong:
            untrue.append(f"{faults}: {wrong}: {found}, {before} -> {after}")
    assert not untrue, "\n".join(untrue)
    failed = [row["region"] for row in made.result["failed_regions"]]
    assert failed == [region for region, found in made.by_region.items() if found.error]
