# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, over HTTP against the local Security Hub."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_controls, securityhub_standards
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_controls_info as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.controls import (
    ASSOCIATIONS,
    CIS,
    DEFINITIONS,
    FSBP,
    NIST,
    PARAMETERS,
    STANDARDS,
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
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    accounts,
    differences_from_return,
)

CUSTOM = {"ACM.1": {"daysToExpiration": {"Integer": 15}}}
NOTHING: dict[str, Any] = {"changed": False, "controls": [], "failed_regions": [], "failed_accounts": []}


def look(hub: Hub, **options: Any) -> ModuleRun:
    """Run the module in check mode and outside: it is the same, and writes nothing."""
    hub.reset_counts()
    checked, run = run_at(hub, module, check=True, **options), run_at(hub, module, diff=True, **options)
    assert checked == run
    assert not run.result["changed"]
    assert hub.counts()["writes"] == 0
    return run


def test_controls_info_row(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {"ACM.1": "Not here"}, NIST: {}}, CUSTOM)
    assert control_rows(look(hub).result)["ACM.1"] == {
        "region": REGION,
        "control_id": "ACM.1",
        "title": "Imported and ACM-issued certificates should be renewed after a specified time period",
        "severity": "MEDIUM",
        "state": "ENABLED",
        "standards": {FSBP: "DISABLED", NIST: "ENABLED"},
        "parameters": {"daysToExpiration": 15},
        "custom_parameters": {"daysToExpiration": 15},
        "reason": "Not here",
    }


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({"control_ids": ["IAM.6", "EC2.1"]}, ["EC2.1", "IAM.6"]),
        ({"control_ids": "IAM.6, CloudFront.1"}, ["IAM.6"]),
        ({"state": "disabled"}, ["EC2.1"]),
        ({"state": "disabled", "standards": [CIS]}, ["IAM.6"]),
        ({"state": "enabled", "control_ids": ["EC2.1"]}, []),
        ({"standards": ["pci-dss/v/4.0.1"]}, []),
    ],
)
def test_controls_info_options_choose_controls(hub: Hub, options: dict[str, Any], ids: list[str]) -> None:
    seed_controls(hub, {FSBP: {"EC2.1": None}, CIS: {"IAM.6": None}})
    run = look(hub, **options)
    assert not run.failed
    assert list(control_rows(run.result)) == ids


def test_controls_info_of_one_standard_shows_its_status_only(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {}, CIS: {"IAM.6": None}})
    row = control_rows(look(hub, standards=[CIS]).result)["IAM.6"]
    assert (row["state"], row["standards"]) == ("DISABLED", {CIS: "DISABLED"})


def test_controls_info_standard_that_is_not_ready(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {}})
    hub.fault(kind="slow_controls", seconds=600)
    assert not run_at(hub, securityhub_standards, standards=[CIS]).failed
    rows = control_rows(look(hub).result)
    assert rows["IAM.6"]["standards"] == {FSBP: "ENABLED", CIS: None}
    assert (rows["IAM.22"]["standards"], rows["IAM.22"]["state"]) == ({CIS: None}, None)


def test_controls_info_unknown_id(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {}})
    run = look(hub, control_ids=["IAM.66"])
    assert failures(run.result) == {REGION: "unknown_control"}
    assert "did you mean IAM.6?" in run.result["msg"]


def test_controls_info_names_regions_where_security_hub_is_disabled(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {}}, regions=THREE[:1])
    run = look(hub, regions=THREE)
    assert not run.failed
    assert {row["region"] for row in run.result["controls"]} == {THREE[0]}
    assert run.result["disabled_regions"] == [{"region": THREE[1]}, {"region": THREE[2]}]


def test_controls_info_where_there_is_nothing(hub: Hub) -> None:
    disabled = [{"region": region} for region in THREE]
    assert look(hub, regions=THREE) == ModuleRun(False, {**NOTHING, "disabled_regions": disabled})


def test_controls_info_calls(hub: Hub) -> None:
    members = accounts(3)
    for account_id in members:
        seed_controls(hub, {FSBP: {}, CIS: {}}, regions=THREE[:2], account_id=account_id)
    run = run_at(
        hub, module, account_ids=members, member_role="reader", regions=THREE[:2], control_ids=["IAM.6", "ACM.1"]
    )
    assert not run.failed
    assert hub.counts()["calls"] == {STANDARDS: 6, DEFINITIONS: 4, ASSOCIATIONS: 6, PARAMETERS: 6}


@pytest.mark.parametrize("operation", [STANDARDS, DEFINITIONS, ASSOCIATIONS, PARAMETERS])
def test_controls_info_one_region_of_three_fails_and_the_rest_is_returned(hub: Hub, operation: str) -> None:
    seed_controls(hub, {FSBP: {}}, regions=THREE)
    hub.fault(kind="access_denied", region=THREE[1], operation=operation)
    run = look(hub, regions=THREE)
    assert failures(run.result) == {THREE[1]: "AccessDeniedException"}
    assert f"{operation}, called by account {ADMINISTRATOR}, failed in {THREE[1]}" in run.result["msg"]
    assert {row["region"] for row in run.result["controls"]} == {THREE[0], THREE[2]}


def test_controls_info_of_many_accounts_is_as_documented(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {}}, regions=THREE[:1], account_id=MEMBER)
    hub.fault(kind="access_denied", region=THREE[1])
    hub.seed(denied_roles=[OTHER_MEMBER])
    options: dict[str, Any] = {"account_ids": [MEMBER, OTHER_MEMBER], "member_role": "reader", "regions": THREE[:2]}
    result = run_at(hub, module, **options).result
    result = {key: value for key, value in result.items() if key not in ("changed", "msg")}
    assert {key: {row["account_id"] for row in rows} for key, rows in result.items()} == {
        "controls": {MEMBER},
        "disabled_regions": set(),
        "failed_regions": {MEMBER},
        "failed_accounts": {OTHER_MEMBER},
    }
    assert differences_from_return(module, result) == []


def test_controls_info_is_what_another_account_can_be_brought_to(hub: Hub) -> None:
    seed_controls(hub, {FSBP: {"EC2.1": "Not here", "IAM.6": "Hardware keys"}, CIS: {"IAM.6": "Hardware keys"}}, CUSTOM)
    seed_controls(hub, {FSBP: {"EC2.2": None}, CIS: {}}, account_id=MEMBER)
    rows = look(hub).result["controls"]
    wanted: list[dict[str, Any]] = [
        {"control_id": row["control_id"], "state": row["state"].lower(), "reason": row["reason"]} for row in rows
    ]
    for row, each in zip(rows, wanted, strict=True):
        each["parameters"] = {**dict.fromkeys(row["parameters"]), **row["custom_parameters"]}
    assert not run_at(hub, securityhub_controls, account_id=MEMBER, controls=wanted, others="enabled").failed
    assert controls_at_server(hub, account_id=MEMBER) == controls_at_server(hub)
