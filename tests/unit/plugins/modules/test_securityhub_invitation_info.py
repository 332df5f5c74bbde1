# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub, as the member account."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_invitation_info as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_ADMINISTRATOR,
    THREE,
    look_at,
    run_at,
    seed_members,
    turn_on,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    accounts,
)

NOTHING: dict[str, Any] = {
    "changed": False,
    "invitations": [],
    "administrators": [],
    "disabled_regions": [],
    "failed_regions": [],
    "failed_accounts": [],
}


def look(hub: Hub, **options: Any) -> ModuleRun:
    return look_at(hub, module, account_id=MEMBER, **options)


def pairs(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["administrator_id"], row["member_status"]) for row in rows]


@pytest.mark.parametrize("status", [None, "Created"])
def test_nothing_is_two_empty_lists(hub: Hub, status: str | None) -> None:
    seed_members(hub, {MEMBER: status} if status else {})
    turn_on(hub, MEMBER)
    assert look(hub) == ModuleRun(False, NOTHING)


@pytest.mark.parametrize("status", ["Invited", "Removed", "Resigned"])
def test_whatever_became_of_an_invitation(hub: Hub, status: str) -> None:
    seed_members(hub, {MEMBER: status})
    turn_on(hub, MEMBER)
    run = look(hub)
    assert pairs(run.result["invitations"]) == [(ADMINISTRATOR, status)]
    assert run.result["administrators"] == []


@pytest.mark.parametrize("spelling", [{}, {"status_case": "upper"}, {"enabled_name": "Associated"}])
def test_the_administrator_and_an_invitation_of_another_one(hub: Hub, spelling: dict[str, str]) -> None:
    seed_members(hub, {MEMBER: "Enabled"})
    seed_members(hub, {MEMBER: "Invited"}, administrator_id=OTHER_ADMINISTRATOR)
    hub.switches(**spelling)
    run = look(hub)
    assert pairs(run.result["administrators"]) == [(ADMINISTRATOR, "Enabled")]
    assert pairs(run.result["invitations"]) == [(ADMINISTRATOR, "Enabled"), (OTHER_ADMINISTRATOR, "Invited")]
    # the administrator's row is the one of its invitation
    (administrator,) = run.result["administrators"]
    assert administrator == run.result["invitations"][0]
    assert administrator["region"] == REGION
    assert administrator["invited_at"].startswith("20")
    stored = hub.state()["invitations"][MEMBER][REGION]
    assert [row["invitation_id"] for row in run.result["invitations"]] == [row["invitation_id"] for row in stored]


def test_an_account_of_the_organization_has_an_administrator_and_no_invitation(hub: Hub) -> None:
    hub.seed(organization_accounts=[MEMBER])
    seed_members(hub, {MEMBER: "Enabled"})
    run = look(hub)
    assert pairs(run.result["administrators"]) == [(ADMINISTRATOR, "Enabled")]
    assert run.result["administrators"][0]["invitation_id"] is None
    assert run.result["invitations"] == []


def test_120_invitations_are_three_pages(hub: Hub) -> None:
    turn_on(hub, MEMBER)
    rows = [{"administrator_id": each, "region": REGION, "account_id": MEMBER} for each in accounts(120)]
    hub.seed(members=[{**row, "member_status": "Invited"} for row in rows])
    run = run_at(hub, module, account_id=MEMBER)
    assert pairs(run.result["invitations"]) == [(each, "Invited") for each in accounts(120)]
    assert hub.counts()["calls"] == {"GetAdministratorAccount": 1, "ListInvitations": 3}


def test_regions_where_security_hub_is_disabled_are_named(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Enabled"}, [THREE[0], THREE[2]])
    run = look(hub, regions=THREE)
    assert not run.failed
    assert run.result["disabled_regions"] == [{"region": THREE[1]}]
    assert [row["region"] for row in run.result["administrators"]] == [THREE[0], THREE[2]]
