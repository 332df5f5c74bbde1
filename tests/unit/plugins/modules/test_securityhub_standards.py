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
    OTHER_MEMBER,
    THREE,
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
    differences_from_return,
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
    ({}, [PCI], PRESENT, {PCI: "READY"}, [ENABLE], None),
    ({}, [PCI, NIST, CIS_1], PRESENT, dict.fromkeys([PCI, NIST, CIS_1], "READY"), [ENABLE], None),
    ({}, [PCI], ABSENT, {}, [], None),
    ({}, [PCI], PURGE, {PCI: "READY"}, [ENABLE], None),
    ({}, [], PURGE, {}, [], None),
    ({PCI: "READY"}, [PCI], PRESENT, {PCI: "READY"}, [], None),
    ({PCI: "READY"}, [NIST], PRESENT, {PCI: "READY", NIST: "READY"}, [ENABLE], None),
    ({PCI: "READY"}, [NIST], PURGE, {NIST: "READY"}, [ENABLE, DISABLE], None),
    ({PCI: "READY", NIST: "READY"}, [NIST], PURGE, {NIST: "READY"}, [DISABLE], None),
    ({PCI: "READY", NIST: "READY"}, [], PURGE, {}, [DISABLE], None),
    ({PCI: "READY", TOWER: "READY"}, [], PURGE, {TOWER: "READY"}, [DISABLE], None),
    ({PCI: "READY", NIST: "READY"}, [PCI], ABSENT, {NIST: "READY"}, [DISABLE], None),
    ({PCI: "READY"}, [NIST], ABSENT, {PCI: "READY"}, [], None),
    ({PCI: "PENDING"}, [PCI], PRESENT, {PCI: "PENDING"}, [], "standards_pending"),
    ({PCI: "PENDING"}, [PCI], ABSENT, {PCI: "PENDING"}, [], "standards_pending"),
    ({PCI: "PENDING"}, [NIST], PURGE, {PCI: "PENDING", NIST: "READY"}, [ENABLE], "standards_pending"),
    ({PCI: "INCOMPLETE"}, [PCI], PRESENT, {PCI: "INCOMPLETE"}, [], "standards_incomplete"),
    ({PCI: "INCOMPLETE"}, [PCI], ABSENT, {}, [DISABLE], None),
    ({PCI: "INCOMPLETE"}, [NIST], PRESENT, {PCI: "INCOMPLETE", NIST: "READY"}, [ENABLE], None),
    ({PCI: "INCOMPLETE"}, [NIST, PCI], PRESENT, {PCI: "INCOMPLETE", NIST: "READY"}, [ENABLE], "standards_incomplete"),
    ({PCI: "FAILED"}, [PCI], PRESENT, {PCI: "READY"}, [ENABLE], None),
    ({PCI: "FAILED"}, [PCI], ABSENT, {}, [DISABLE], None),
    ({PCI: "FAILED"}, [NIST], PRESENT, {PCI: "FAILED", NIST: "READY"}, [ENABLE], None),
    ({PCI: "DELETING"}, [PCI], PRESENT, {PCI: "DELETING"}, [], "unconfirmed"),
    ({PCI: "DELETING"}, [PCI], ABSENT, {PCI: "DELETING"}, [], "unconfirmed"),
    ({PCI: "DELETING"}, [NIST], PRESENT, {PCI: "DELETING", NIST: "READY"}, [ENABLE], None),
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


def test_only_what_is_asked_for_is_enabled(hub: Hub) -> None:
    seed_standards(hub, {})
    manage(hub, PCI)
    assert standards_at_server(hub) == {PCI: "READY"}


def test_text_and_arns_of_another_region_and_partition(hub: Hub) -> None:
    seed_standards(hub, {}, THREE[:2])
    text = f"{PCI}, arn:aws-cn:securityhub:cn-north-1::standards/{NIST}\narn:aws:securityhub:::ruleset/{CIS_1}"
    run = manage(hub, text, regions=THREE[:2])
    assert not run.failed
    arns = [row["standards_arn"] for row in run.result["standards"] if row["region"] == THREE[1]]
    assert arns == [
        f"arn:aws:securityhub:::ruleset/{CIS_1}",
        f"arn:aws:securityhub:{THREE[1]}::standards/{NIST}",
        f"arn:aws:securityhub:{THREE[1]}::standards/{PCI}",
    ]


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


def test_slow_standards_are_waited_for(hub: Hub) -> None:
    seed_standards(hub, {NIST: "READY"})
    hub.fault(kind="slow_standards", seconds=0.4)
    run = manage(hub, PCI, purge_standards=True)
    assert not run.failed, run.result["msg"]
    assert shown_standards(run.result) == standards_at_server(hub) == {PCI: "READY"}


def test_standard_that_is_being_disabled_is_enabled_again(hub: Hub) -> None:
    seed_standards(hub, {PCI: "READY"})
    hub.fault(kind="slow_standards", seconds=0.4)
    gone = manage(hub, PCI, state="absent", wait_timeout=0)
    assert not gone.failed
    assert shown_standards(gone.result) == {PCI: "DELETING"}
    back = manage(hub, PCI)
    assert not back.failed, back.result["msg"]
    assert back.result["changed"]
    assert standards_at_server(hub) == {PCI: "READY"}


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


def test_standard_that_cannot_be_disabled(hub: Hub) -> None:
    seed_standards(hub, {PCI: "READY", NIST: "READY"})
    hub.fault(kind="standards_outcome", outcome="FAILED", standards=[PCI], reason="INTERNAL_ERROR")
    run = manage(hub, purge_standards=True)
    assert failures(run.result) == {REGION: "standards_failed"}
    assert run.result["changed"]
    assert shown_standards(run.result) == {PCI: "FAILED"}


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


# Bad input: refused before any call


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"standards": ["cis"]}, "standards: not a standard: 'cis'. Write a short name"),
        ({"state": "absent", "purge_standards": True}, "purge_standards: only with state present"),
        ({"wait_timeout": -1}, "wait_timeout: -1 is less than 0"),
        ({"member_role": "admin"}, "member_role: there is no account to take it in"),
        ({"regions": ["Ireland"]}, "regions: not a Region"),
    ],
)
def test_options_that_cannot_be_used(hub: Hub, options: dict[str, Any], words: str) -> None:
    run = run_at(hub, module, **{"standards": [PCI], **options})
    assert run.failed
    assert run.result.pop("msg").startswith(words)
    assert run.result == {"changed": False, "standards": [], "failed_regions": [], "failed_accounts": []}
    assert hub.counts()["calls"] == {}


@pytest.mark.parametrize("many", [False, True])
def test_results_are_as_documented(hub: Hub, many: bool) -> None:
    seed_standards(hub, {}, THREE[:2], MEMBER)
    seed_standards(hub, {}, THREE[:2])
    hub.seed(denied_roles=[OTHER_MEMBER])
    hub.fault(kind="access_denied", region=THREE[1])
    options: dict[str, Any] = {"account_ids": [MEMBER, OTHER_MEMBER], "member_role": "admin"} if many else {}
    result = manage(hub, PCI, regions=THREE[:2], diff=True, **options).result
    result = {key: value for key, value in result.items() if key not in ("changed", "msg")}
    assert [key for key, value in result.items() if not value] == ([] if many else ["failed_accounts"])
    assert differences_from_return(module, result) == []
