# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_standards as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    THREE,
    deny_reading,
    failures,
    run_at,
    without,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.standards import (
    CIS_1,
    DISABLE,
    ENABLE,
    FOUNDATIONAL,
    GET,
    NIST,
    OFFER,
    PCI,
    TOWER,
    Statuses,
    seed_standards,
    shown_standards,
    standards_at_server,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    accounts,
)

NO_RECORDER = "NO_AVAILABLE_CONFIGURATION_RECORDER"
UNKNOWN_BEFORE = ("standards_subscription_arn",)


def manage(hub: Hub, *standards: str, account_id: str = ADMINISTRATOR, **options: Any) -> ModuleRun:
    return run_at(hub, module, account_id=account_id, standards=list(standards), **options)


PRESENT: dict[str, Any] = {}
ABSENT: dict[str, Any] = {"state": "absent"}
PURGE: dict[str, Any] = {"purge_standards": True}
# statuses now, standards, options, statuses afterwards, calls that write, error code
TABLE: list[tuple[Statuses, list[str], dict[str, Any], Statuses, list[str], str | None]] = [
    ({}, [PCI, NIST, CIS_1], PRESENT, dict.fromkeys([PCI, NIST, CIS_1], "READY"), [ENABLE], None),
    ({}, [PCI], ABSENT, {}, [], None),
    ({PCI: "READY"}, [PCI], PRESENT, {PCI: "READY"}, [], None),
    ({PCI: "READY"}, [NIST], PURGE, {NIST: "READY"}, [ENABLE, DISABLE], None),
    ({PCI: "READY", TOWER: "READY"}, [], PURGE, {TOWER: "READY"}, [DISABLE], None),
    ({PCI: "READY", NIST: "READY"}, [PCI], ABSENT, {NIST: "READY"}, [DISABLE], None),
    ({PCI: "PENDING"}, [PCI], PRESENT, {PCI: "PENDING"}, [], "standards_pending"),
    ({PCI: "PENDING"}, [NIST], PURGE, {PCI: "PENDING", NIST: "READY"}, [ENABLE], "standards_pending"),
    ({PCI: "INCOMPLETE"}, [PCI], ABSENT, {}, [DISABLE], None),
    ({PCI: "INCOMPLETE"}, [NIST, PCI], PRESENT, {PCI: "INCOMPLETE", NIST: "READY"}, [ENABLE], "standards_incomplete"),
    ({PCI: "FAILED"}, [PCI], PRESENT, {PCI: "READY"}, [ENABLE], None),
    ({PCI: "DELETING"}, [PCI], ABSENT, {PCI: "DELETING"}, [], "unconfirmed"),
    ({PCI: "DELETING"}, [NIST], PURGE, {PCI: "DELETING", NIST: "READY"}, [ENABLE], "unconfirmed"),
]


@pytest.mark.parametrize(("now", "standards", "options", "then", "calls", "code"), TABLE)
@pytest.mark.parametrize("wait_timeout", [20, 0])
def test_each_wish_in_check_mode_and_in_the_run_and_again(
    hub: Hub,
    clock: Clock,
    now: Statuses,
    standards: list[str],
    options: dict[str, Any],
    then: Statuses,
    calls: list[str],
    code: str | None,
    wait_timeout: int,
) -> None:
    seed_standards(hub, now)
    options = {**options, "wait_timeout": wait_timeout}
    foreseen = manage(hub, *standards, **options, check=True, diff=True)
    assert writes(hub) == {}
    assert standards_at_server(hub) == now
    done = manage(hub, *standards, **options, diff=True)
    assert without(foreseen.result, UNKNOWN_BEFORE) == without(done.result, UNKNOWN_BEFORE)
    assert foreseen.failed == done.failed
    assert done.result["changed"] == bool(calls)
    assert standards_at_server(hub) == then
    assert writes(hub) == dict.fromkeys(calls, 1)
    assert done.result["diff"]["before"] == {REGION: now}
    assert done.result["diff"]["after"] == {REGION: shown_standards(done.result)}
    if wait_timeout:
        assert shown_standards(done.result) == then
        assert failures(done.result) == ({REGION: code} if code else {})

    hub.reset_counts()
    again = manage(hub, *standards, **options, diff=True)
    assert writes(hub) == {}
    assert not again.result["changed"]
    assert again.result["diff"]["before"] == again.result["diff"]["after"] == {REGION: then}
    if wait_timeout:
        assert again.result["standards"] == done.result["standards"]


def test_the_row_of_a_standard(hub: Hub) -> None:
    seed_standards(hub, {})
    hub.fault(kind="standards_outcome", outcome="INCOMPLETE", standards=[PCI], reason=NO_RECORDER)
    run = manage(hub, PCI)
    assert run.result["standards"] == [
        {
            "region": REGION,
            "name": PCI,
            "standards_arn": f"arn:aws:securityhub:{REGION}::standards/{PCI}",
            "standards_subscription_arn": f"arn:aws:securityhub:{REGION}:{ADMINISTRATOR}:subscription/{PCI}",
            "standards_status": "INCOMPLETE",
            "status_reason_code": NO_RECORDER,
        }
    ]
    assert run.result["msg"] == (
        f"The Region failed. Account {ADMINISTRATOR} has standards in {REGION} that are not as requested: {PCI} is "
        f"INCOMPLETE ({NO_RECORDER}). Enable recording with AWS Config in the account and Region. Fix the cause. A "
        "standard that stays INCOMPLETE can be disabled and enabled again."
    )


@pytest.mark.parametrize(
    ("region", "partition"), [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("eu-west-1", "aws")]
)
def test_each_partition(hub: Hub, region: str, partition: str) -> None:
    seed_standards(hub, {}, [region])
    run = manage(hub, FOUNDATIONAL, CIS_1, region=region)
    assert not run.failed
    assert [row["standards_arn"] for row in run.result["standards"]] == [
        f"arn:{partition}:securityhub:{region}::standards/{FOUNDATIONAL}",
        f"arn:{partition}:securityhub:::ruleset/{CIS_1}",
    ]
    assert not manage(hub, FOUNDATIONAL, CIS_1, region=region).result["changed"]


@pytest.mark.parametrize("check", [True, False])
def test_region_that_does_not_offer_a_standard(hub: Hub, check: bool) -> None:
    hub.seed(offered_standards=[{"region": THREE[1], "standards": [NIST, FOUNDATIONAL]}])
    seed_standards(hub, {NIST: "READY"}, THREE)
    run = manage(hub, PCI, regions=THREE, purge_standards=True, check=check)
    assert failures(run.result) == {THREE[1]: "standards_not_offered"}
    assert f"can't enable {PCI} in {THREE[1]}: not offered there. Offered are {FOUNDATIONAL}, {NIST}." in str(
        run.result["msg"]
    )
    assert run.result["changed"]
    assert shown_standards(run.result, THREE[1]) == {NIST: "READY"}
    assert [standards_at_server(hub, region) for region in THREE] == (
        [{NIST: "READY"}] * 3 if check else [{PCI: "READY"}, {NIST: "READY"}, {PCI: "READY"}]
    )


@pytest.mark.parametrize("check", [True, False])
def test_titles_and_names_of_the_enable_script(hub: Hub, check: bool) -> None:
    """Each Region tells which standard has a title."""
    hub.seed(offered_standards=[{"region": THREE[1], "standards": [NIST, FOUNDATIONAL]}])
    seed_standards(hub, {NIST: "READY"}, THREE)
    run = manage(hub, "PCI DSS v4.0.1", f"standards/{NIST}", regions=THREE, check=check)
    assert failures(run.result) == {THREE[1]: "standards_not_offered"}
    assert f"no standard with the title 'PCI DSS v4.0.1' in {THREE[1]}. Offered are AWS Foundational" in str(
        run.result["msg"]
    )
    assert [shown_standards(run.result, region) for region in THREE] == [
        {NIST: "READY", PCI: "READY"},
        {NIST: "READY"},
        {NIST: "READY", PCI: "READY"},
    ]
    if not check:
        gone = manage(hub, "pci dss v4.0.1", state="absent")
        assert (gone.failed, gone.result["changed"], standards_at_server(hub)) == (False, True, {NIST: "READY"})


@pytest.mark.parametrize("check", [True, False])
def test_standard_that_another_service_manages_cannot_be_enabled(hub: Hub, check: bool) -> None:
    seed_standards(hub, {})
    run = manage(hub, TOWER, check=check)
    assert failures(run.result) == {REGION: "standards_not_offered"}
    assert f"{TOWER} (which Control Tower manages)" in run.result["msg"]
    assert writes(hub) == {}


@pytest.mark.parametrize("check", [True, False])
def test_region_where_security_hub_is_disabled(hub: Hub, check: bool) -> None:
    seed_standards(hub, {PCI: "READY"}, THREE[:1])
    run = manage(hub, PCI, regions=THREE[:2], check=check)
    assert failures(run.result) == {THREE[1]: "InvalidAccessException"}
    assert (
        f"Security Hub is not enabled in account {ADMINISTRATOR} in {THREE[1]}. Enable it with "
        "multiaccount.aws.securityhub_hub." in run.result["msg"]
    )
    gone = manage(hub, PCI, regions=THREE[:2], state="absent", check=check)
    assert not gone.failed
    assert gone.result["changed"]


# States on their way


@pytest.mark.parametrize("outcome", ["INCOMPLETE", "FAILED"])
def test_standard_that_ends_badly(hub: Hub, outcome: str) -> None:
    seed_standards(hub, {})
    hub.fault(kind="standards_outcome", outcome=outcome, standards=[PCI], reason="INTERNAL_ERROR")
    run = manage(hub, PCI, NIST)
    assert failures(run.result) == {REGION: f"standards_{outcome.lower()}"}
    assert run.result["changed"]
    assert shown_standards(run.result) == {PCI: outcome, NIST: "READY"}
    assert f"{PCI} is {outcome} (INTERNAL_ERROR)." in run.result["msg"]
    assert NIST not in run.result["msg"]


@pytest.mark.parametrize("account_ids", [None, [MEMBER]])
def test_diff_by_region_and_account(hub: Hub, account_ids: list[str] | None) -> None:
    seed_standards(hub, {NIST: "READY"}, account_id=MEMBER)
    role = {"account_ids": account_ids, "member_role": "admin"} if account_ids else {"account_id": MEMBER}
    run = manage(hub, PCI, diff=True, **role)
    before, after = {NIST: "READY"}, {NIST: "READY", PCI: "READY"}
    if account_ids:
        assert run.result["diff"] == {"before": {REGION: {MEMBER: before}}, "after": {REGION: {MEMBER: after}}}
    else:
        assert run.result["diff"] == {"before": {REGION: before}, "after": {REGION: after}}


# Calls


def test_calls_of_one_account(hub: Hub) -> None:
    seed_standards(hub, {})
    manage(hub, PCI)
    assert hub.counts()["calls"] == {GET: 2, OFFER: 1, ENABLE: 1}
    hub.reset_counts()
    manage(hub, PCI)
    manage(hub, PCI, check=True)
    assert hub.counts()["calls"] == {GET: 2}
    hub.reset_counts()
    manage(hub, PCI, state="absent")
    assert hub.counts()["calls"] == {GET: 2, DISABLE: 1}
    hub.reset_counts()
    manage(hub)
    manage(hub, state="absent")
    assert hub.counts()["calls"] == {}


def test_calls_of_10_accounts_in_3_regions(hub: Hub) -> None:
    fleet = accounts(10)
    hub.seed(hubs=[{"account_id": each, "regions": THREE, "standards": []} for each in fleet])
    options: dict[str, Any] = {"account_ids": fleet, "member_role": "admin", "regions": THREE}
    hub.reset_counts()
    first = manage(hub, FOUNDATIONAL, PCI, **options)
    assert not first.failed
    assert len(first.result["standards"]) == 2 * 30
    assert hub.counts()["calls"] == {GET: 60, OFFER: 3, ENABLE: 30}
    assert hub.counts()["other"]["sts:AssumeRole"] == 10
    hub.reset_counts()
    for check in (True, False):
        again = manage(hub, FOUNDATIONAL, PCI, check=check, **options)
        assert (again.failed, again.result["changed"]) == (False, False)
        assert again.result["standards"] == first.result["standards"]
    assert hub.counts()["calls"] == {GET: 2 * 30}


# Faults


@pytest.mark.parametrize(("now", "standards", "options"), [({}, [PCI], PRESENT), ({PCI: "READY"}, [NIST], PURGE)])
def test_what_is_not_visible_in_time_is_unconfirmed(
    hub: Hub, clock: Clock, now: Statuses, standards: list[str], options: dict[str, Any]
) -> None:
    seed_standards(hub, now)
    hub.fault(kind="slow_visibility", seconds=600)
    run = manage(hub, *standards, **options, wait_timeout=5)
    assert failures(run.result) in ({REGION: "unconfirmed"}, {REGION: "standards_failed"})
    assert run.result["changed"]
    assert set(writes(hub).values()) == {1}
    assert sum(clock.pauses) == pytest.approx(5)


def test_failure_midway_keeps_what_was_done(hub: Hub) -> None:
    seed_standards(hub, {NIST: "READY"})
    hub.fault(kind="access_denied", operation=DISABLE)
    run = manage(hub, PCI, purge_standards=True)
    assert failures(run.result) == {REGION: "AccessDeniedException"}
    assert run.result["changed"]
    assert shown_standards(run.result) == {NIST: "READY", PCI: "READY"}


@pytest.mark.parametrize(
    ("held", "options"),
    [
        ([NIST], {"standards": [PCI], "purge_standards": True}),
        ([PCI, NIST], {"standards": [PCI], "state": "absent"}),
    ],
)
def test_standards_that_are_not_read_after_a_lost_response_have_no_row(
    hub: Hub, held: list[str], options: dict[str, Any]
) -> None:
    hub.seed(hubs=[{"account_id": MEMBER, "region": REGION, "standards": held}])
    hub.fault(kind="lost_reply", operation=["BatchEnableStandards", "BatchDisableStandards"])
    deny_reading(hub, "GetEnabledStandards", after=1)
    run = run_at(hub, module, account_id=MEMBER, diff=True, **options)
    assert (run.result["changed"], failures(run.result)) == (True, {REGION: "AccessDeniedException"})
    assert run.result["standards"] == []
    assert run.result["diff"]["after"] == {}


# Bad input: refused before any call


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"standards": ["cis"]}, "standards: not a standard: 'cis'. Write a short name"),
        ({"state": "absent", "purge_standards": True}, "purge_standards: only with state present"),
        ({"member_role": "admin"}, "member_role: there is no account to take it in"),
    ],
)
def test_options_that_cannot_be_used(hub: Hub, options: dict[str, Any], words: str) -> None:
    run = run_at(hub, module, **{"standards": [PCI], **options})
    assert run.failed
    assert run.result.pop("msg").startswith(words)
    assert run.result == {"changed": False, "standards": [], "failed_regions": [], "failed_accounts": []}
    assert hub.counts()["calls"] == {}
