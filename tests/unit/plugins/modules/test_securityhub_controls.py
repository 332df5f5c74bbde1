# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, over HTTP against the local Security Hub."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_controls as module
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_standards
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock
from ansible_collections.multiaccount.aws.tests.unit import zoo
from ansible_collections.multiaccount.aws.tests.unit.controls import (
    ASSOCIATIONS,
    CIS,
    DEFINITIONS,
    FSBP,
    NIST,
    PARAMETERS,
    PCI,
    SET,
    STANDARDS,
    UPDATE,
    Disabled,
    control_reasons,
    control_rows,
    controls_at_server,
    seed_controls,
)
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_MEMBER,
    THREE,
    failures,
    run_at,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    accounts,
    differences_from_return,
)

CIS_14 = "cis-aws-foundations-benchmark/v/1.4.0"
OURS = "Disabled with the Ansible collection multiaccount.aws"
BY_ROLE = {"member_role": "SecurityHubOnboarding"}
# Twenty controls that three standards have.
TWENTY = [
    "Account.1", "CloudTrail.1", "CloudTrail.2", "CloudTrail.4", "Config.1", "EC2.2", "EC2.6", "EC2.7", "EC2.8",
    "EC2.21", "IAM.3", "IAM.4", "IAM.5", "IAM.6", "KMS.4", "RDS.3", "RDS.13", "S3.1", "S3.5", "S3.8",
]  # fmt: skip


def manage(hub: Hub, controls: Any, account_id: str = ADMINISTRATOR, **options: Any) -> ModuleRun:
    return run_at(hub, module, account_id=account_id, controls=controls, **options)


def parameter(control_id: str, **values: Any) -> dict[str, Any]:
    return {"control_id": control_id, "parameters": values}


ON: dict[str, Any] = {}
OFF: dict[str, Any] = {"state": "disabled"}
WHY: dict[str, Any] = {**OFF, "reason": "Not here"}
NOTHING: Disabled = {FSBP: {}, CIS: {}}
DAYS = {"ACM.1": {"daysToExpiration": {"Integer": 15}}}
# what is disabled and custom now, controls, options, the same afterwards, calls that write, why controls end short
Row = tuple[Disabled, dict[str, Any], Any, dict[str, Any], Disabled, dict[str, Any], dict[str, int], dict[str, str]]
TABLE: dict[str, Row] = {
    "enabled, to be enabled": (NOTHING, {}, ["IAM.6"], ON, {}, {}, {}, {}),
    "disabled, to be enabled": (
        {FSBP: {"IAM.6": "old"}, CIS: {"IAM.6": None}}, {}, ["IAM.6"], ON, {}, {}, {UPDATE: 1}, {},
    ),
    "disabled in one standard, to be enabled": (
        {FSBP: {"IAM.6": "old"}, CIS: {}}, {}, ["IAM.6"], ON, {}, {}, {UPDATE: 1}, {}
    ),
    "enabled, to be disabled": (
        NOTHING, {}, ["IAM.6"], OFF, {FSBP: {"IAM.6": OURS}, CIS: {"IAM.6": OURS}}, {},
        {UPDATE: 1}, {},
    ),
    "enabled, to be disabled with a reason": (
        NOTHING, {}, "IAM.6, EC2.1", WHY,
        {FSBP: {"EC2.1": "Not here", "IAM.6": "Not here"}, CIS: {"IAM.6": "Not here"}}, {}, {UPDATE: 1}, {},
    ),
    "disabled, to be disabled": (
        {FSBP: {"IAM.6": "old"}, CIS: {"IAM.6": None}}, {}, ["IAM.6"], OFF,
        {FSBP: {"IAM.6": "old"}, CIS: {"IAM.6": None}}, {}, {}, {},
    ),
    "disabled with another reason": (
        {FSBP: {"EC2.1": "old"}, CIS: {}}, {}, ["EC2.1"], WHY, {FSBP: {"EC2.1": "Not here"}}, {}, {UPDATE: 1}, {},
    ),
    "rows say otherwise": (
        {FSBP: {"EC2.1": "old"}, CIS: {}}, {},
        [
            {"control_id": "EC2.1", "state": "enabled"}, {"control_id": "EC2.2", "reason": "Mine"},
            {"control_id": "IAM.6", "standards": [CIS]},
        ],
        WHY, {FSBP: {"EC2.2": "Mine"}, CIS: {"EC2.2": "Mine", "IAM.6": "Not here"}}, {}, {UPDATE: 1}, {},
    ),
    "in no enabled standard, to be enabled": (
        NOTHING, {}, ["IAM.19", "IAM.6"], ON, {}, {}, {}, {"IAM.19": "not_available"},
    ),
    "in no enabled standard, to be disabled": (NOTHING, {}, ["IAM.19"], OFF, {}, {}, {}, {}),
    "not in the Region, to be enabled": (
        NOTHING, {}, ["CloudFront.1"], ON, {}, {}, {}, {"CloudFront.1": "not_available"},
    ),
    "not in the Region, to be disabled": (NOTHING, {}, ["CloudFront.1"], OFF, {}, {}, {}, {}),
    "no standard is enabled": ({}, {}, ["IAM.6"], ON, {}, {}, {}, {"IAM.6": "not_available"}),
    "others are enabled": (
        {FSBP: {"EC2.1": "old", "IAM.6": "old"}, CIS: {"IAM.4": None}}, {}, ["IAM.6"], {**OFF, "others": "enabled"},
        {FSBP: {"IAM.6": "old"}, CIS: {"IAM.6": OURS}}, {}, {UPDATE: 1}, {},
    ),
    "others stay": ({FSBP: {"EC2.1": "old"}, CIS: {}}, {}, ["IAM.6"], ON, {FSBP: {"EC2.1": "old"}}, {}, {}, {}),
    "default, to be custom": (
        NOTHING, {}, [parameter("ACM.1", daysToExpiration=15)], ON, {}, DAYS, {SET: 1}, {},
    ),
    "default, to be default": (NOTHING, {}, [parameter("ACM.1", daysToExpiration=None)], ON, {}, {}, {}, {}),
    "custom, to be the same": (NOTHING, DAYS, [parameter("ACM.1", daysToExpiration="15")], ON, {}, DAYS, {}, {}),
    "custom, to be another": (
        NOTHING, DAYS, [parameter("ACM.1", daysToExpiration=20)], ON, {},
        {"ACM.1": {"daysToExpiration": {"Integer": 20}}}, {SET: 1}, {},
    ),
    "custom, to be default": (NOTHING, DAYS, [parameter("ACM.1", daysToExpiration=None)], ON, {}, {}, {SET: 1}, {}),
    "enabled and custom at once": (
        {FSBP: {"ACM.1": "old"}}, {}, [parameter("ACM.1", daysToExpiration=15)], ON, {}, DAYS, {UPDATE: 1, SET: 1}, {},
    ),
    "parameters of every type": (
        {FSBP: {}, NIST: {}, PCI: {}}, {},
        [
            parameter("APIGateway.1", loggingLevel="ERROR"), parameter("EC2.18", authorizedTcpPorts=[22, 443]),
            parameter("LocalHub.1", maximumShare=0.25), parameter("CloudWatch.15", insufficientDataActionRequired=True),
            parameter("S3.11", eventTypes=["s3:ObjectCreated:*"]),
        ],
        ON, {},
        {
            "APIGateway.1": {"loggingLevel": {"Enum": "ERROR"}}, "LocalHub.1": {"maximumShare": {"Double": 0.25}},
            "EC2.18": {"authorizedTcpPorts": {"IntegerList": [22, 443]}},
            "CloudWatch.15": {"insufficientDataActionRequired": {"Boolean": True}},
            "S3.11": {"eventTypes": {"EnumList": ["s3:ObjectCreated:*"]}},
        },
        {SET: 5}, {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("wait_timeout", [180, 0])
def test_controls_in_check_mode_and_in_the_run_and_again(hub: Hub, name: str, wait_timeout: int) -> None:
    now, custom, controls, options, then, then_custom, calls, reasons = TABLE[name]
    seed_controls(hub, now, custom)
    before = controls_at_server(hub)
    options = {**options, "controls": controls, "wait_timeout": wait_timeout, "diff": True}
    expected = run_at(hub, module, check=True, **options)
    assert (writes(hub), controls_at_server(hub)) == ({}, before)
    done = run_at(hub, module, **options)
    assert expected == done
    assert not done.failed
    assert done.result["changed"] == bool(calls)
    assert controls_at_server(hub) == (dict(then), then_custom)
    assert writes(hub) == calls
    assert control_reasons(done.result) == reasons
    documented = {key: value for key, value in done.result.items() if key != "changed"}
    assert differences_from_return(module, documented) == []

    hub.reset_counts()
    again = run_at(hub, module, **options)
    assert writes(hub) == {}
    assert not again.result["changed"]
    assert again.result["counts"]["changed"] == 0
    assert control_reasons(again.result) == reasons
    assert again.result["diff"] == {"before": {REGION: {}}, "after": {REGION: {}}}


def test_controls_zoo_check_run_and_second_run(hub: Hub) -> None:
    regions = [zoo.HOME, zoo.LAST_REGION]
    zoo.seed_configured(hub, regions)
    members = {zoo.MEMBER_IDS[name]: each for name, each in zoo.CONFIGURED.items()}
    values_of = zoo.POLICY["control_parameters"].items()
    rows = [parameter(each, **values) for each, values in values_of if each not in zoo.GLOBAL]
    rows += [{"control_id": each, **OFF} for each in zoo.DISABLED]
    options: dict[str, Any] = {"member_role": zoo.ROLE, "regions": regions, "wait_timeout": 60}
    before, seen = hub.state(), manage(hub, rows, check=True, account_ids=list(members), **options)
    assert hub.state() == before
    done = manage(hub, rows, account_ids=list(members), **options)
    surprising = {each for each, member in members.items() if member.surprises}
    assert [row for row in seen.result["controls"] if row["account_id"] not in surprising] == [
        row for row in done.result["controls"] if row["account_id"] not in surprising
    ]
    hubs = hub.state()["hubs"]
    for row in done.result["controls"]:
        found = hubs[row["account_id"]][row["region"]]
        disabled = {arn.partition("/")[2]: controls for arn, controls in found["disabled_controls"].items()}
        if row["unprocessed_reason"] not in ("unconfirmed", "unreadable", "not_ready"):
            assert row["standards"] == {
                name: "DISABLED" if row["control_id"] in disabled[name] else "ENABLED" for name in row["standards"]
            }
        for name, value in found["control_parameters"].get(row["control_id"], {}).items():
            assert row["parameters"].get(name, value) in (value, *value.values())

    settled = [each for each, member in members.items() if not member.surprises]
    hub.reset_counts()
    again = manage(hub, rows, account_ids=settled, **options)
    assert (again.result["changed"], writes(hub)) == (False, {})


def test_controls_row(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {"ACM.1": "old"}}, DAYS)
    run = manage(hub, [parameter("ACM.1", daysToExpiration=20)])
    assert run.result["controls"] == [
        {
            "region": REGION,
            "control_id": "ACM.1",
            "title": "Imported and ACM-issued certificates should be renewed after a specified time period",
            "severity": "MEDIUM",
            "state": "ENABLED",
            "previous_state": "DISABLED",
            "standards": {FSBP: "ENABLED"},
            "parameters": {"daysToExpiration": 20},
            "reason": None,
            "actions": ["enable", "set_parameters"],
            "unprocessed_reason": None,
            "processing_result": None,
        }
    ]
    assert run.result["counts"] == {
        "requested": 1, "as_requested": 1, "changed": 1, "not_available": 0, "unprocessed": 0,
    }  # fmt: skip


def test_controls_others_disabled_shows_rows_only_for_what_changes(hub: Hub) -> None:
    seed_controls(hub, NOTHING)
    run = manage(hub, ["IAM.6"], others="disabled")
    rows = control_rows(run.result)
    assert {row["state"] for each, row in rows.items() if each != "IAM.6"} == {"DISABLED"}
    assert rows["IAM.6"]["state"] == "ENABLED"
    counts = run.result["counts"]
    assert (counts["requested"], counts["changed"]) == (len(rows), len(rows) - 1)
    again = manage(hub, ["IAM.6"], others="disabled")
    assert list(control_rows(again.result)) == ["IAM.6"]
    assert again.result["counts"] == {**counts, "changed": 0}


def test_controls_batches_of_100(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {}, CIS: {}, NIST: {}, PCI: {}})
    run = manage(hub, [], others="disabled")
    assert not run.failed
    sent = hub.counts()["max_ids"]
    assert sent[UPDATE] == sent[ASSOCIATIONS] == 100
    assert writes(hub)[UPDATE] == 2


@pytest.mark.parametrize("more", [[], [parameter("ACM.1", daysToExpiration=15)]])
def test_controls_calls_where_there_is_nothing_to_do(hub: Hub, more: list[Any]) -> None:
    members = accounts(4)
    for account_id in members:
        seed_controls(hub, {FSBP: {}, CIS: {}, NIST: {}}, DAYS, THREE, account_id)
    run = manage(hub, TWENTY + more, account_ids=members, regions=THREE, **BY_ROLE)
    assert not run.failed
    assert not run.result["changed"]
    pairs = len(members) * len(THREE)
    expected = {STANDARDS: pairs, ASSOCIATIONS: pairs, DEFINITIONS: 3 * len(THREE)}
    assert hub.counts()["calls"] == {**expected, **({PARAMETERS: pairs} if more else {})}


def test_controls_empty_list_is_nothing_to_do(hub: Hub) -> None:
    run = manage(hub, [], regions=THREE)
    assert not run.result["changed"]
    assert run.result["counts"]["requested"] == 0
    assert hub.counts()["calls"] == {}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("controls", "words"),
    [
        (["IAM.66", "IAM.6"], "no security control has the ID 'IAM.66' (did you mean IAM.6?)"),
        (["CIS.1.14"], "'CIS.1.14' (an ID of one standard: did you mean IAM.3?)"),
        (["CIS.9.9"], "'CIS.9.9' (an ID of one standard)"),
    ],
)
def test_controls_unknown_id_is_refused_everywhere(hub: Hub, check: bool, controls: list[str], words: str) -> None:
    seed_controls(hub, {FSBP: {"IAM.6": "old"}, CIS_14: {}}, regions=THREE)
    run = manage(hub, controls, regions=THREE, check=check)
    assert failures(run.result) == dict.fromkeys(THREE, "unknown_control")
    assert words in run.result["msg"]
    assert run.result["msg"].count("no security control has the ID") == 1
    assert not run.result["changed"]
    assert writes(hub) == {}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (parameter("ACM.1", daysToExpiration=500), "ACM.1: daysToExpiration takes an integer from 14 to 365, not 500"),
        (parameter("ACM.1", days=20), "ACM.1 has no parameter 'days'"),
        (parameter("IAM.6", days=20), "IAM.6 has no parameters"),
    ],
)
def test_controls_parameters_are_checked_before_any_write(hub: Hub, row: dict[str, Any], words: str) -> None:
    seed_controls(hub, {FSBP: {"EC2.1": "old"}})
    run = manage(hub, ["EC2.1", row])
    assert failures(run.result) == {REGION: "invalid_parameters"}
    assert words in run.result["msg"]
    assert writes(hub) == {}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"controls": [{"control_id": "IAM.6", "states": "enabled"}]}, "did you mean state?"),
        ({"controls": ["IAM 6!"]}, "not a security control"),
        ({"controls": ["IAM.6", {"control_id": "IAM.6", "state": "disabled"}]}, "IAM.6 has two rows that differ"),
        ({"controls": [{"control_id": "IAM.6", "regions": ["us-east-1"]}]}, "does not work in: us-east-1"),
        ({"controls": ["IAM.6"], "wait_timeout": -1}, "wait_timeout"),
    ],
)
def test_controls_options_are_refused_before_any_call(hub: Hub, options: dict[str, Any], words: str) -> None:
    run = run_at(hub, module, **options)
    assert run.failed
    assert words in run.result["msg"]
    assert run.result["counts"]["requested"] == 0
    assert hub.counts()["calls"] == {}


def test_controls_rows_of_one_region(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {}}, regions=THREE)
    rows = [
        {"control_id": "IAM.6", "regions": THREE[:1]},
        {"control_id": "IAM.6", "regions": THREE[1:], "state": "enabled"},
    ]
    run = manage(hub, rows, state="disabled", regions=THREE)
    assert [row["state"] for row in run.result["controls"]] == ["DISABLED", "ENABLED", "ENABLED"]
    assert writes(hub) == {UPDATE: 1}


def test_controls_in_many_accounts_and_a_role_that_cannot_be_assumed(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {}}, account_id=MEMBER)
    hub.seed(denied_roles=[OTHER_MEMBER])
    run = manage(hub, ["IAM.6"], state="disabled", account_ids=[MEMBER, OTHER_MEMBER], diff=True, **BY_ROLE)
    assert run.failed
    assert [row["account_id"] for row in run.result["failed_accounts"]] == [OTHER_MEMBER]
    assert [(row["account_id"], row["state"]) for row in run.result["controls"]] == [(MEMBER, "DISABLED")]
    assert list(run.result["diff"]["after"][REGION]) == [MEMBER]


@pytest.mark.parametrize("check", [True, False])
def test_controls_region_where_security_hub_is_disabled(hub: Hub, check: bool) -> None:
    seed_controls(hub, {FSBP: {}}, regions=THREE[:1])
    run = manage(hub, ["IAM.6"], regions=THREE[:2], check=check)
    assert failures(run.result) == {THREE[1]: "InvalidAccessException"}
    assert "Enable it with multiaccount.aws.securityhub_hub." in run.result["msg"]
    off = manage(hub, ["IAM.6"], state="disabled", regions=THREE[:2], check=check)
    assert not off.failed
    assert [(row["region"], row["state"]) for row in off.result["controls"]] == [
        (THREE[0], "DISABLED"),
        (THREE[1], None),
    ]


# What passes, and what does not


def test_controls_of_a_standard_that_is_not_ready_are_waited_for(hub: Hub, clock: Clock) -> None:
    seed_controls(hub, {FSBP: {}, CIS: {}})
    hub.seed(
        hubs=[
            {
                "account_id": ADMINISTRATOR,
                "region": REGION,
                "standards": [{"standards": CIS, "controls_updatable": False}],
            }
        ]
    )
    run = manage(hub, ["IAM.6", "EC2.1"], state="disabled", wait_timeout=20)
    assert run.failed
    assert control_reasons(run.result) == {"IAM.6": "not_ready"}
    assert "not_ready (IAM.6: The controls of a standard are not ready for updates yet." in run.result["msg"]
    assert sum(clock.pauses) == pytest.approx(20)


def test_controls_of_a_standard_that_becomes_ready(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {}})
    hub.fault(kind="slow_controls", seconds=0.4)
    assert not run_at(hub, securityhub_standards, standards=[CIS]).failed
    run = manage(hub, ["IAM.6"], state="disabled", wait_timeout=20)
    assert not run.failed, run.result["msg"]
    assert control_rows(run.result)["IAM.6"]["standards"] == {FSBP: "DISABLED", CIS: "DISABLED"}


@pytest.mark.parametrize("check", [True, False])
def test_controls_whose_parameters_are_updating_are_waited_for(hub: Hub, check: bool) -> None:
    seed_controls(hub, NOTHING)
    hub.fault(kind="slow_parameters", seconds=0.4)
    assert not manage(hub, [parameter("ACM.1", daysToExpiration=15)], wait_timeout=0).failed
    run = manage(hub, [parameter("ACM.1", daysToExpiration=20)], check=check)
    assert not run.failed, run.result["msg"]
    assert control_rows(run.result)["ACM.1"]["parameters"] == {"daysToExpiration": 20}


def test_controls_that_are_updating_all_the_time(hub: Hub, clock: Clock) -> None:
    seed_controls(hub, NOTHING)
    hub.fault(kind="slow_parameters", seconds=600)
    run = manage(hub, [parameter("ACM.1", daysToExpiration=15)], wait_timeout=20)
    assert control_reasons(run.result) == {"ACM.1": "updating"}
    assert run.result["changed"]
    assert writes(hub) == {SET: 1}
    assert sum(clock.pauses) == pytest.approx(20)


@pytest.mark.parametrize("code", ["INVALID_INPUT", "ACCESS_DENIED"])
def test_controls_one_that_is_refused_stops_no_other(hub: Hub, clock: Clock, code: str) -> None:
    seed_controls(hub, {FSBP: {}, CIS: {}})
    hub.fault(
        kind="reject_controls", operation=UPDATE, controls=["IAM.6"], standards=[CIS], code=code, message="No way"
    )
    run = manage(hub, ["IAM.6", "IAM.5"], state="disabled")
    assert run.failed
    assert control_reasons(run.result) == {"IAM.6": "rejected"}
    row = control_rows(run.result)["IAM.6"]
    assert (row["processing_result"], row["actions"]) == ("No way", ["disable"])
    assert row["standards"] == {FSBP: "DISABLED", CIS: "ENABLED"}
    assert control_rows(run.result)["IAM.5"]["state"] == "DISABLED"
    assert writes(hub) == {UPDATE: 1}
    assert clock.pauses == []
    assert "1 of 2 controls is not as requested: eu-west-1: rejected (IAM.6: No way." in run.result["msg"]


def test_controls_all_refused_claims_no_change(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {}})
    hub.fault(kind="reject_controls", operation=UPDATE, message="No way")
    run = manage(hub, ["IAM.6"], state="disabled", diff=True)
    assert (run.failed, run.result["changed"]) == (True, False)
    assert control_rows(run.result)["IAM.6"]["actions"] == []
    assert run.result["diff"]["before"] == run.result["diff"]["after"]


@pytest.mark.parametrize("code", ["RESOURCE_NOT_FOUND", "NOT_FOUND", "LIMIT_EXCEEDED"])
@pytest.mark.parametrize(("times", "is_done"), [(2, True), (None, False)])
def test_controls_that_may_pass_are_sent_again(
    hub: Hub, clock: Clock, code: str, times: int | None, is_done: bool
) -> None:
    seed_controls(hub, {FSBP: {}})
    hub.fault(kind="reject_controls", operation=UPDATE, controls=["IAM.6"], code=code, message="Not now", times=times)
    run = manage(hub, ["IAM.6", "IAM.5"], state="disabled", wait_timeout=30)
    assert run.failed != is_done
    assert control_reasons(run.result) == ({} if is_done else {"IAM.6": "rejected"})
    assert sum(clock.pauses) <= 30
    assert hub.counts()["requested_ids"][UPDATE] == writes(hub)[UPDATE] + 1


@pytest.mark.parametrize("switch", [{"over_100": "per_control"}, {"unavailable_control": "invalid_input"}])
def test_controls_whatever_is_not_documented(hub: Hub, switch: dict[str, str]) -> None:
    seed_controls(hub, {FSBP: {}, CIS: {}, NIST: {}, PCI: {}})
    hub.switches(**switch)
    assert not manage(hub, ["CloudFront.1"], others="disabled").failed


@pytest.mark.parametrize("wording", ["managed", "not_authorized"])
def test_controls_of_an_account_under_a_configuration_policy(hub: Hub, wording: str) -> None:
    seed_controls(hub, {FSBP: {}})
    hub.switches(managed_wording=wording)
    hub.seed(policy_managed_accounts=[ADMINISTRATOR])
    run = manage(hub, ["IAM.6", parameter("ACM.1", daysToExpiration=20)], others="disabled")
    assert set(control_reasons(run.result).values()) == {"managed_by_policy"}
    assert run.result["failed_regions"] == []
    assert "make this account self-managed" in run.result["msg"]
    assert "IAM policy" not in run.result["msg"]
    assert not run.result["changed"]
    assert writes(hub) == {UPDATE: 1}


@pytest.mark.parametrize("hidden", [ASSOCIATIONS, PARAMETERS])
def test_controls_that_the_service_does_not_show(hub: Hub, clock: Clock, hidden: str) -> None:
    seed_controls(hub, {FSBP: {}})
    hub.fault(kind="reject_controls", operation=hidden, controls=["ACM.1"], code="ACCESS_DENIED", message="Hidden")
    run = manage(hub, [parameter("ACM.1", daysToExpiration=20), "IAM.6"])
    assert control_reasons(run.result) == {"ACM.1": "unreadable"}
    assert control_rows(run.result)["ACM.1"]["processing_result"] == "Hidden"
    assert clock.pauses == []


def test_controls_others_without_standards(hub: Hub) -> None:
    seed_controls(hub, {})
    run = manage(hub, [], others="disabled")
    assert not run.failed
    assert run.result["counts"]["requested"] == 0
