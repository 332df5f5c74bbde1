# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""securityhub_membership with standards: its calls, and what a script leaves that does the same."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_membership as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    THREE,
    TIMES,
    run_at,
    seed_members,
    statuses,
    without,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.standards import (
    CIS_1,
    ENABLE,
    FOUNDATIONAL,
    GET,
    OFFER,
    PCI,
    onboard_by_hand,
    seed_standards,
    standards_by_account,
)
from ansible_collections.multiaccount.aws.tests.unit.support import ModuleRun, accounts

ENABLED = "000000000004"
ALL = accounts(4)


def fleet(hub: Hub, members: Any = ALL, check: bool = False, **options: Any) -> ModuleRun:
    options = {"wait_timeout": 2, "member_role": "hub-member", "standards": [PCI], **options}
    return run_at(hub, module, check=check, members=members, **options)


def seed(hub: Hub) -> None:
    """Three accounts that are no members, and one that is, without standards."""
    seed_members(hub, {ENABLED: "Enabled"})
    seed_standards(hub, {}, account_id=ENABLED)


def test_calls_of_10_accounts_in_3_regions(hub: Hub) -> None:
    members = accounts(10)
    seed_members(hub, {}, THREE)
    options: dict[str, Any] = {"regions": THREE, "members": members, "wait_timeout": 30}
    run = fleet(hub, **options)
    assert not run.failed, run.result["msg"]
    calls = hub.counts()["calls"]
    pairs = 10 * 3
    assert {name: calls[name] for name in (GET, OFFER, ENABLE)} == {GET: 2 * pairs, OFFER: 3, ENABLE: pairs}
    for check in (True, False):
        hub.reset_counts()
        again = fleet(hub, check=check, **options)
        assert (again.failed, again.result["changed"]) == (False, False)
        assert hub.counts()["calls"] == {"GetMembers": 3, GET: pairs}
        assert hub.counts()["other"]["sts:AssumeRole"] == 10


@pytest.mark.parametrize("standards", [None, [], ""])
def test_without_standards_nothing_is_read_from_enabled_members(hub: Hub, standards: Any) -> None:
    seed(hub)
    run = fleet(hub, [ENABLED], standards=standards)
    assert (run.failed, run.result["changed"]) == (False, False)
    assert hub.counts()["calls"] == {"GetMembers": 1}
    assert hub.counts()["other"].get("sts:AssumeRole") is None
    fleet(hub, standards=standards)
    assert not hub.counts()["calls"].keys() & {GET, OFFER, ENABLE}
    assert standards_by_account(hub) == {each: {} for each in ALL}


def held(hub: Hub, regions: list[str]) -> Any:
    """What the server holds, without times, identities, and the order of the standards."""
    hubs = without(hub.state()["hubs"], (*TIMES, "hub_arn", "standards"))
    return (
        hubs,
        [statuses(hub, region) for region in regions],
        [standards_by_account(hub, region) for region in regions],
    )


def test_a_script_and_the_module_leave_the_same_state(hub: Hub) -> None:
    regions, members, standards = THREE[:2], ALL[:3], [FOUNDATIONAL, PCI, CIS_1]
    onboard_by_hand(hub, members, regions, standards)
    by_hand = held(hub, regions)
    hub.reset_counts()
    again = fleet(hub, members, regions=regions, standards=standards)
    assert (again.failed, again.result["changed"], writes(hub)) == (False, False, {})
    hub.reset()
    run = fleet(hub, members, regions=regions, standards=standards)
    assert not run.failed, run.result["msg"]
    assert held(hub, regions) == by_hand
