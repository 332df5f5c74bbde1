# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub: accounts in every situation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_membership as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit import zoo
from ansible_collections.multiaccount.aws.tests.unit.membership import TIMES, run_at, statuses, without, writes
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    differences_from_return,
)

THREE = ["eu-west-1", "eu-central-1", zoo.LAST_REGION]
# What only a run can know: times, and the service's own words.
ONLY_RUNS = (*TIMES, "processing_result")


def fleet(hub: Hub, members: Any, check: bool = False, **options: Any) -> ModuleRun:
    """Run the module as the administrator."""
    options = {"wait_timeout": 5, "regions": THREE, "member_role": zoo.ROLE, **options}
    return run_at(hub, module, check=check, members=members, **options)


def by_pair(rows: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """{(Region, account): (status, actions, reason)} of rows."""
    return {
        (row["region"], row["account_id"]): (row["member_status"], tuple(row["actions"]), row["reason"]) for row in rows
    }


def truth(hub: Hub, regions: list[str]) -> dict[tuple[str, str], str]:
    """{(Region, account): status} of the administrator's lists at the server."""
    return {(region, each): status for region in regions for each, status in statuses(hub, region).items()}


def listed(rows: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """{(Region, account): status} of rows with one."""
    return {(row["region"], row["account_id"]): row["member_status"] for row in rows if row["member_status"]}


def expected(result: Mapping[str, Any], state: str = "present") -> dict[tuple[str, str], tuple[Any, ...]]:
    """What the table says of the same pairs."""
    pairs = [(row["region"], row["account_id"]) for row in result["memberships"]]
    return {(region, each): zoo.ending(each, region, state) for region, each in pairs}


def with_hidden_organization(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result without the actions for the account of which only a run can know that it is an organization's."""
    rows = [
        {**row, "actions": [] if row["account_id"] == zoo.NEW_OF_ORGANIZATION else row["actions"]}
        for row in result["memberships"]
    ]
    return {**result, "memberships": rows}


def new_writes(hub: Hub, regions: list[str]) -> dict[str, int]:
    """How often each operation that writes was called, except that the accounts of an organization are deleted again.

    The service refuses that, and would not if such an account had left the organization.
    """
    called = writes(hub)
    if called.pop("DeleteMembers", 0):
        organization = [each for each in zoo.ZOO.values() if each.has == "organization"]
        assert hub.counts()["requested_ids"]["DeleteMembers"] == len(organization) * len(regions)
    return called


@pytest.mark.parametrize("state", ["present", "absent"])
def test_zoo_check_run_and_second_run(hub: Hub, state: str) -> None:
    zoo.seed(hub, THREE)
    before = hub.state()
    check = fleet(hub, zoo.rows(), check=True, state=state, diff=True)
    assert hub.counts()["writes"] == 0
    assert hub.state() == before
    run = fleet(hub, zoo.rows(), state=state, diff=True)
    assert by_pair(run.result["memberships"]) == expected(run.result, state)
    assert (run.failed, run.result["failed_regions"]) == (True, [])
    foreseen, done = (without(with_hidden_organization(each.result), (*ONLY_RUNS, "msg")) for each in (check, run))
    assert foreseen == done
    assert truth(hub, THREE) == listed(run.result["memberships"])
    returned = {key: value for key, value in run.result.items() if key not in ("changed", "msg", "warnings")}
    assert differences_from_return(module, returned) == []
    hub.reset_counts()
    again = fleet(hub, zoo.rows(), state=state)
    assert (new_writes(hub, THREE), again.result["changed"]) == ({}, False)
    assert {pair: row[::2] for pair, row in by_pair(again.result["memberships"]).items()} == {
        pair: row[::2] for pair, row in by_pair(run.result["memberships"]).items()
    }


def test_zoo_is_large_and_rows_come_in_the_order_of_the_request(hub: Hub) -> None:
    zoo.seed(hub, THREE)
    result = fleet(hub, zoo.rows(), check=True).result
    asked = [*zoo.IDS.values(), ADMINISTRATOR, zoo.NEW_OF_ORGANIZATION]
    assert len(asked) > 30
    only_last = zoo.IDS["one Region"]
    assert [(row["region"], row["account_id"]) for row in result["memberships"]] == [
        (region, each) for region in THREE for each in asked if each != only_last or region == zoo.LAST_REGION
    ]
    assert result["counts"]["accounts"] == len(asked)
    assert result["counts"]["memberships"] == len(result["memberships"]) == sum(result["counts"]["by_status"].values())


SWITCHES = [
    *({"get_members_unknown": each} for each in ("omitted", "not_found", "bad_request", "access_denied")),
    {"invite_non_member": "not_found"},
    {"invite_organization": "invalid_input"},
    {"wording": "administrator"},
    {"status_case": "upper"},
    {"enabled_name": "Associated"},
    {"own_id": "invalid_input"},
    {"over_50": "per_account"},
]


ABOUT_INVITING = ("invite_non_member", "invite_organization", "own_id", "over_50")
UNKNOWNS = [
    (state, each)
    for state in ("present", "absent")
    for each in SWITCHES
    if state == "present" or not each.keys() & set(ABOUT_INVITING)
]


@pytest.mark.parametrize(("state", "switches"), UNKNOWNS, ids=str)
def test_zoo_with_each_unknown_of_the_service(hub: Hub, state: str, switches: dict[str, str]) -> None:
    hub.switches(**switches)
    regions = [zoo.LAST_REGION]
    zoo.seed(hub, regions)
    check = fleet(hub, zoo.rows(), check=True, state=state, regions=regions)
    assert hub.counts()["writes"] == 0
    run = fleet(hub, zoo.rows(), state=state, regions=regions)
    foreseen, done = (without(with_hidden_organization(each.result), (*ONLY_RUNS, "msg")) for each in (check, run))
    assert foreseen == done
    if "status_case" not in switches:
        assert by_pair(run.result["memberships"]) == expected(run.result, state)
    hub.reset_counts()
    assert fleet(hub, zoo.rows(), state=state, regions=regions).result["changed"] is False
    assert new_writes(hub, regions) == {}


@pytest.mark.parametrize("invite_resigned", ["processed", "already_invited"])
def test_resigned_account_that_is_invited_again_accepts(hub: Hub, invite_resigned: str) -> None:
    hub.switches(invite_resigned=invite_resigned)
    zoo.seed(hub, [REGION])
    members = [zoo.IDS["resigned"]]
    options: dict[str, Any] = {"reinvite": ["removed", "resigned"], "regions": [REGION]}
    check = fleet(hub, members, check=True, **options)
    run = fleet(hub, members, **options)
    assert (check.failed, run.failed) == (False, False)
    assert [row["member_status"] for each in (check, run) for row in each.result["memberships"]] == ["Enabled"] * 2
    assert statuses(hub)[members[0]] == "Enabled"
    hub.reset_counts()
    assert fleet(hub, members, **options).result["changed"] is False
    assert writes(hub) == {}


def test_without_a_role_the_owners_accept(hub: Hub) -> None:
    zoo.seed(hub, [REGION])
    members = [row if isinstance(row, str) else row["account_id"] for row in zoo.rows()]
    check = fleet(hub, members, check=True, regions=None, member_role=None)
    run = fleet(hub, members, regions=None, member_role=None)
    reasons = {zoo.NAMES.get(row["account_id"]): row["reason"] for row in run.result["memberships"]}
    waiting = {name for name, reason in reasons.items() if reason == "awaiting_acceptance"}
    assert {"not listed", "created", "invited", "removed", "denied", "closed", "may not look"} < waiting
    assert {name for name, reason in reasons.items() if reason in ("other_administrator", "rejected")} == {
        "other's",
        "other's, created",
        "other's, removed",
    }
    assert hub.counts()["other"].get("sts:AssumeRole") is None
    unforeseen = [zoo.NEW_OF_ORGANIZATION, *(zoo.IDS[name] for name in zoo.IDS if name.startswith("other's"))]
    foreseen, done = (
        {pair: row for pair, row in by_pair(each.result["memberships"]).items() if pair[1] not in unforeseen}
        for each in (check, run)
    )
    assert foreseen == done


def test_awaiting_acceptance_is_no_failure(hub: Hub) -> None:
    hub.seed(hubs=[{"account_id": ADMINISTRATOR, "regions": THREE}])
    run = fleet(hub, ["111122223333", ADMINISTRATOR], member_role=None)
    assert not run.failed
    assert run.result["counts"] == {"accounts": 2, "memberships": 6, "by_status": {"Invited": 3, "own_account": 3}}
    texts = [row["processing_result"] for row in run.result["memberships"] if row["account_id"] != ADMINISTRATOR]
    assert set(texts) == {"The account owner must accept the invitation."}
