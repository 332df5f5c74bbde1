# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""securityhub_membership with standards, against the local Security Hub."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.apply import StandardsRun
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_membership as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit import zoo
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    CARRIED_OUT,
    INCIDENTS,
    TIMES,
    failures,
    run_at,
    seed_members,
    turn_on,
    without,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.standards import (
    CIS_1,
    ENABLE,
    FOUNDATIONAL,
    GET,
    NIST,
    OFFER,
    PCI,
    standards_by_account,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    accounts,
    differences_from_return,
)

DEFAULTS = [FOUNDATIONAL, CIS_1]
# New with Security Hub disabled, new with Security Hub enabled, invited, enabled.
NEW, WITH_HUB, INVITED, ENABLED = ALL = accounts(4)
JOINING = ("create", "invite", "enable_hub", "accept")
# What only a run can know: times, and the service's own words.
ONLY_RUNS = (*TIMES, "processing_result", "msg")


def fleet(hub: Hub, members: Any = ALL, check: bool = False, **options: Any) -> ModuleRun:
    options = {"wait_timeout": 2, "member_role": "hub-member", "standards": [PCI], **options}
    return run_at(hub, module, check=check, members=members, **options)


def seed(hub: Hub, *standards: Any, regions: list[str] | None = None) -> None:
    """Write the accounts down; those with Security Hub have these standards."""
    seed_members(hub, {INVITED: "Invited", ENABLED: "Enabled"}, regions)
    hub.seed(
        hubs=[
            {"account_id": account_id, "regions": regions or [REGION], "standards": list(standards)}
            for account_id in (WITH_HUB, INVITED, ENABLED)
        ]
    )


def rows(run: ModuleRun) -> dict[str, tuple[Any, ...]]:
    """{account: (status, actions, reason)} of the rows of one Region."""
    return {
        row["account_id"]: (row["member_status"], tuple(row["actions"]), row["reason"])
        for row in run.result["memberships"]
    }


def test_each_situation_check_run_and_second_run(hub: Hub) -> None:
    seed(hub, NIST)
    check = fleet(hub, check=True, diff=True)
    assert hub.counts()["writes"] == 0
    run = fleet(hub, diff=True)
    assert not run.failed, run.result["msg"]
    assert rows(run) == {
        NEW: ("Enabled", (*JOINING, "enable_standards"), None),
        WITH_HUB: ("Enabled", ("create", "invite", "accept", "enable_standards"), None),
        INVITED: ("Enabled", ("accept", "enable_standards"), None),
        ENABLED: ("Enabled", ("enable_standards",), None),
    }
    assert without(check.result, ONLY_RUNS) == without(run.result, ONLY_RUNS)
    both = {PCI: "READY", NIST: "READY"}
    assert standards_by_account(hub) == {NEW: {PCI: "READY"}, WITH_HUB: both, INVITED: both, ENABLED: both}
    for again in (fleet(hub, check=True), fleet(hub)):
        assert (again.failed, again.result["changed"]) == (False, False)
        assert rows(again) == dict.fromkeys(ALL, ("Enabled", (), None))
    hub.reset_counts()
    fleet(hub)
    assert writes(hub) == {}


def test_results_are_as_documented(hub: Hub) -> None:
    seed(hub, {"standards": PCI, "status": "INCOMPLETE", "reason": "NO_AVAILABLE_CONFIGURATION_RECORDER"})
    result = fleet(hub, diff=True).result
    assert differences_from_return(module, {key: result[key] for key in result if key not in ("changed", "msg")}) == []


def with_standards(ending: zoo.Ending, name: str) -> zoo.Ending:
    """What the table says of an account that is to have a standard that none has."""
    status, actions, reason = ending
    if status != "Enabled":
        return ending
    if name.startswith("denied"):
        return status, actions, "role_not_assumed"
    if name.startswith("may not look"):
        return status, actions, "rejected"
    return status, (*actions, "enable_standards"), reason


def test_zoo_check_run_and_second_run(hub: Hub) -> None:
    regions = [zoo.LAST_REGION]
    zoo.seed(hub, regions)
    options: dict[str, Any] = {"regions": regions, "member_role": zoo.ROLE, "wait_timeout": 5}
    check = fleet(hub, zoo.rows(), check=True, **options)
    assert hub.counts()["writes"] == 0
    run = fleet(hub, zoo.rows(), **options)
    expected = {
        each: with_standards(zoo.ending(each, zoo.LAST_REGION, "present"), zoo.NAMES.get(each, ""))
        for each in rows(run)
    }
    assert rows(run) == expected
    # that an account is an organization's shows only when it is created
    seen = {each: row for each, row in rows(check).items() if each != zoo.NEW_OF_ORGANIZATION}
    assert seen == {each: row for each, row in expected.items() if each != zoo.NEW_OF_ORGANIZATION}
    hub.reset_counts()
    again = fleet(hub, zoo.rows(), **options)
    assert (writes(hub), again.result["changed"]) == ({}, False)
    assert {each: row[::2] for each, row in rows(again).items()} == {each: row[::2] for each, row in expected.items()}


# Statuses of the standards


@pytest.mark.parametrize(
    ("status", "ends", "actions", "reason", "failed"),
    [
        ("READY", "READY", (), None, False),
        ("PENDING", "PENDING", (), "standards_pending", False),
        ("INCOMPLETE", "INCOMPLETE", (), "standards_incomplete", True),
        ("FAILED", "READY", ("enable_standards",), None, False),
        ("DELETING", "DELETING", (), "unconfirmed", True),
    ],
)
def test_each_status_in_an_enabled_account(
    hub: Hub, status: str, ends: str, actions: tuple[str, ...], reason: str | None, failed: bool
) -> None:
    seed(hub, {"standards": PCI, "status": status})
    check, run = fleet(hub, [ENABLED], check=True), fleet(hub, [ENABLED])
    assert check.result == run.result
    assert rows(run) == {ENABLED: ("Enabled", actions, reason)}
    assert (run.failed, run.result["changed"]) == (failed, bool(actions))
    assert standards_by_account(hub)[ENABLED] == {PCI: ends}
    if reason:
        assert PCI in run.result["memberships"][0]["processing_result"]


@pytest.mark.parametrize(("status", "reason"), [("PENDING", None), ("DELETING", "unconfirmed")])
def test_without_waiting(hub: Hub, status: str, reason: str | None) -> None:
    seed(hub, {"standards": PCI, "status": status})
    run = fleet(hub, [ENABLED], wait_timeout=0)
    assert rows(run) == {ENABLED: ("Enabled", (), reason)}


@pytest.mark.parametrize(
    ("outcome", "reason"), [("INCOMPLETE", "standards_incomplete"), ("FAILED", "standards_failed")]
)
def test_standard_that_ends_badly(hub: Hub, outcome: str, reason: str) -> None:
    seed(hub)
    hub.fault(kind="standards_outcome", outcome=outcome, standards=[PCI], reason="INTERNAL_ERROR")
    run = fleet(hub, standards=[PCI, NIST])
    assert run.failed
    assert rows(run)[NEW] == ("Enabled", (*JOINING, "enable_standards"), reason)
    assert rows(run)[ENABLED] == ("Enabled", ("enable_standards",), reason)
    assert f"{PCI} is {outcome} (INTERNAL_ERROR)" in run.result["msg"]


def test_slow_standards_of_all_accounts_are_waited_for(hub: Hub) -> None:
    seed(hub)
    hub.fault(kind="slow_standards", seconds=0.4)
    run = fleet(hub, wait_timeout=30)
    assert not run.failed, run.result["msg"]
    assert standards_by_account(hub) == {each: {PCI: "READY"} for each in ALL}


def test_pending_standards_do_not_fail_the_task(hub: Hub) -> None:
    seed(hub)
    hub.fault(kind="slow_standards", seconds=600)
    run = fleet(hub)
    assert not run.failed, run.result["msg"]
    assert {row[2] for row in rows(run).values()} == {"standards_pending"}
    assert all(row[1][-1] == "enable_standards" for row in rows(run).values())


@pytest.mark.parametrize(("wanted", "enables"), [(DEFAULTS, False), ([FOUNDATIONAL, PCI], True)])
def test_default_standards_come_with_security_hub(hub: Hub, wanted: list[str], enables: bool) -> None:
    turn_on(hub, ADMINISTRATOR)
    options: dict[str, Any] = {"standards": wanted, "enable_default_standards": True}
    check, run = fleet(hub, [NEW], check=True, **options), fleet(hub, [NEW], **options)
    assert not run.failed, run.result["msg"]
    assert without(check.result, ONLY_RUNS) == without(run.result, ONLY_RUNS)
    assert rows(run)[NEW][1] == ((*JOINING, "enable_standards") if enables else JOINING)
    assert set(standards_by_account(hub)[NEW]) == {*DEFAULTS, *wanted}
    assert writes(hub).get(ENABLE, 0) == enables


@pytest.mark.parametrize("check", [True, False])
def test_standard_that_is_not_offered(hub: Hub, check: bool) -> None:
    seed(hub)
    run = fleet(hub, standards=["pci-dss/v/9.9.9"], check=check)
    assert run.failed
    assert {row[0] for row in rows(run).values()} == {"Enabled"}
    assert {row[2] for row in rows(run).values()} == {"standards_not_offered"}
    assert not any("enable_standards" in row[1] for row in rows(run).values())
    assert f"Offered are {FOUNDATIONAL}" in run.result["msg"]
    assert hub.counts()["calls"].get(ENABLE) is None


def test_administrator_with_security_hub_disabled(hub: Hub) -> None:
    check, run = fleet(hub, [NEW], check=True), fleet(hub, [NEW])
    assert without(check.result, ONLY_RUNS) == without(run.result, ONLY_RUNS)
    assert rows(run) == {NEW: ("Enabled", (*JOINING, "enable_standards"), None)}
    assert run.result["hub_enabled_regions"] == [REGION]


@pytest.mark.parametrize("check", [True, False])
def test_member_without_security_hub_of_an_enabled_row(hub: Hub, check: bool) -> None:
    seed(hub)
    hub.fault(
        kind="error", operation=GET, code="InvalidAccessException", status=401, times=None,
        message=f"Account {ENABLED} is not subscribed to AWS Security Hub",
    )  # fmt: skip
    run = fleet(hub, [ENABLED], check=check)
    assert rows(run) == {ENABLED: ("Enabled", (), "rejected")}
    assert "is not subscribed" in run.result["msg"]


# Faults


@pytest.mark.parametrize("operation", [GET, OFFER, ENABLE])
@pytest.mark.parametrize("kind", INCIDENTS)
def test_passing_incident_of_each_call_is_got_over(hub: Hub, operation: str, kind: str) -> None:
    seed(hub)
    hub.fault(kind=kind, operation=operation, times=2)
    run = fleet(hub)
    assert not run.failed, run.result["msg"]
    assert standards_by_account(hub) == {each: {PCI: "READY"} for each in ALL}
    if kind in CARRIED_OUT:
        assert writes(hub)[ENABLE] <= len(ALL) + 2
    hub.clear_faults()
    hub.reset_counts()
    assert fleet(hub).result["changed"] is False
    assert writes(hub) == {}


@pytest.mark.parametrize("operation", [GET, ENABLE])
@pytest.mark.parametrize("kind", ["access_denied", "throttle", "error", "lost_request"])
def test_lasting_failure_in_one_account(hub: Hub, operation: str, kind: str) -> None:
    seed(hub)
    hub.fault(kind=kind, operation=operation, account_id=ENABLED, times=None)
    run = fleet(hub)
    assert run.failed
    doubtful = operation == ENABLE and kind in ("error", "lost_request")
    actions = ("enable_standards",) if doubtful else ()
    assert rows(run)[ENABLED] == ("Enabled", actions, "unconfirmed" if doubtful else "rejected")
    assert operation in run.result["msg"]
    assert {row[2] for each, row in rows(run).items() if each != ENABLED} == {None}
    assert standards_by_account(hub) == {**{each: {PCI: "READY"} for each in ALL}, ENABLED: {}}
    hub.clear_faults()
    assert rows(fleet(hub)) == {
        **dict.fromkeys(ALL, ("Enabled", (), None)),
        ENABLED: ("Enabled", ("enable_standards",), None),
    }


def test_offers_that_nobody_may_read(hub: Hub) -> None:
    seed(hub)
    hub.fault(kind="access_denied", operation=OFFER)
    run = fleet(hub)
    assert {row[2] for row in rows(run).values()} == {"rejected"}
    assert {row[0] for row in rows(run).values()} == {"Enabled"}
    assert OFFER in run.result["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_role_that_cannot_be_assumed_in_an_enabled_account(hub: Hub, check: bool) -> None:
    seed(hub, PCI)
    hub.seed(denied_roles=[ENABLED])
    run = fleet(hub, [ENABLED, INVITED], check=check)
    assert rows(run)[ENABLED] == ("Enabled", (), "role_not_assumed")
    assert rows(run)[INVITED] == ("Enabled", ("accept",), None)
    assert run.failed


@pytest.mark.parametrize("check", [True, False])
def test_region_that_is_closed_in_an_enabled_account(hub: Hub, check: bool) -> None:
    seed(hub)
    hub.seed(disabled_regions=[{"account_id": ENABLED, "region": REGION}])
    assert rows(fleet(hub, [ENABLED], check=check))[ENABLED] == ("Enabled", (), "region_not_enabled")


@pytest.mark.parametrize("check", [True, False])
def test_region_that_can_invite_nobody_names_the_standards_that_are_missing(hub: Hub, check: bool) -> None:
    seed(hub)
    seed_members(hub, {ADMINISTRATOR: "Enabled"}, administrator_id="777766665555")
    run = fleet(hub, [NEW, ENABLED], check=check)
    assert failures(run.result) == {REGION: "caller_is_member"}
    assert rows(run)[ENABLED] == ("Enabled", (), "caller_is_member")
    assert standards_by_account(hub)[ENABLED] == {}
    hub.reset_counts()
    done = fleet(hub, [ENABLED], check=check)
    assert rows(done)[ENABLED] == ("Enabled", ("enable_standards",), None)


def test_unforeseen_exception_costs_its_account_only(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(hub)
    advance = StandardsRun.advance
    broken: list[StandardsRun] = []

    def fail(run: StandardsRun) -> None:
        broken.append(run)
        if run is broken[0]:
            raise RuntimeError("unforeseen")
        advance(run)

    monkeypatch.setattr(StandardsRun, "advance", fail)
    run = fleet(hub)
    reasons = [row[2] for row in rows(run).values()]
    assert sorted(map(str, reasons)) == ["None"] * 3 + ["rejected"]
    assert "unforeseen" in run.result["msg"]


# Bad input: refused before any call


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"standards": ["cis"]}, "standards: not a standard: 'cis'"),
        ({"state": "absent"}, "standards: only with state present"),
        ({"member_role": None}, "standards: there is no role to enable them with in 4 of the accounts: 000000000001"),
        (
            {"members": [{"account_id": NEW, "member_role": "own"}, ENABLED], "member_role": None},
            f"standards: there is no role to enable them with in 1 of the accounts: {ENABLED}. Set member_role.",
        ),
    ],
)
def test_options_that_cannot_be_used(hub: Hub, options: dict[str, Any], words: str) -> None:
    run = fleet(hub, **options)
    assert run.failed
    assert run.result["msg"].startswith(words)
    assert hub.counts()["calls"] == {}
