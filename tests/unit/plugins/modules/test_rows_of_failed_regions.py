# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Region that fails after a write, and can't be read again: no row claims a state that nobody has seen."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_hub,
    securityhub_invitation,
    securityhub_standards,
)
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    failures,
    run_at,
    seed_members,
    statuses,
    turn_on,
)
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION

PCI, NIST = "pci-dss/v/4.0.1", "nist-800-53/v/5.0.0"
DENIED = {REGION: "AccessDeniedException"}
SETTINGS = {"auto_enable_controls": False}


@pytest.fixture(autouse=True)
def _no_time(clock: Clock) -> None:
    """Let pauses take no time."""
    assert clock.pauses == []


def deny_reading(hub: Hub, operation: str, after: int) -> None:
    """Deny a read once it was answered so often."""
    hub.fault(kind="access_denied", operation=operation, after=after)


@pytest.mark.parametrize(("options", "hubs"), [({"state": "absent"}, {}), (SETTINGS, {MEMBER})])
def test_hub_that_is_not_read_after_a_write_has_no_row(hub: Hub, options: dict[str, Any], hubs: Any) -> None:
    turn_on(hub, MEMBER)
    deny_reading(hub, "DescribeHub", after=1)
    run = run_at(hub, securityhub_hub, account_id=MEMBER, diff=True, **options)
    assert hub.state()["hubs"].keys() == set(hubs)
    assert (run.result["changed"], failures(run.result)) == (True, DENIED)
    assert run.result["hubs"] == []
    assert run.result["diff"]["before"].keys() == {REGION}
    assert run.result["diff"]["after"] == {}


def test_hub_that_does_not_show_a_change_in_time_has_no_row(hub: Hub) -> None:
    turn_on(hub, MEMBER)
    hub.fault(kind="slow_visibility", seconds=3600)
    run = run_at(hub, securityhub_hub, account_id=MEMBER, **SETTINGS)
    assert (run.result["changed"], failures(run.result)) == (True, {REGION: "unconfirmed"})
    assert run.result["hubs"] == []


def test_hub_that_could_not_be_changed_has_a_row(hub: Hub) -> None:
    turn_on(hub, MEMBER)
    hub.fault(kind="access_denied", operation="UpdateSecurityHubConfiguration")
    run = run_at(hub, securityhub_hub, account_id=MEMBER, diff=True, **SETTINGS)
    assert (run.result["changed"], failures(run.result)) == (False, DENIED)
    assert [row["auto_enable_controls"] for row in run.result["hubs"]] == [True]
    assert run.result["diff"]["before"] == run.result["diff"]["after"]


@pytest.mark.parametrize(
    ("before", "after", "reads", "options"),
    [
        ("Invited", "Resigned", 1, {"state": "declined"}),
        ("Invited", "Resigned", 1, {"state": "absent"}),
        ("Invited", None, 2, {"state": "absent"}),
        ("Enabled", "Resigned", 1, {"state": "absent"}),
        ("Invited", "Enabled", 1, {"state": "accepted"}),
    ],
)
def test_membership_that_is_not_read_after_a_write_is_unconfirmed(
    hub: Hub, before: str, after: str | None, reads: int, options: dict[str, Any]
) -> None:
    seed_members(hub, {MEMBER: before})
    turn_on(hub, MEMBER)
    deny_reading(hub, "ListInvitations", reads)
    deny_reading(hub, "GetAdministratorAccount", reads)
    run = run_at(hub, securityhub_invitation, account_id=MEMBER, administrator_id=ADMINISTRATOR, diff=True, **options)
    assert ([row["status"] for row in hub.state()["invitations"].get(MEMBER, {}).get(REGION, [])] or [None]) == [after]
    assert (run.result["changed"], failures(run.result)) == (True, DENIED)
    (row,) = run.result["memberships"]
    assert (row["previous_member_status"], row["reason"]) == (before, "unconfirmed")
    assert run.result["diff"]["before"] == {REGION: {ADMINISTRATOR: before}}
    assert run.result["diff"]["after"] == {REGION: {}}


def test_membership_that_does_not_show_in_time_is_unconfirmed(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    turn_on(hub, MEMBER)
    hub.fault(kind="slow_visibility", seconds=3600)
    run = run_at(hub, securityhub_invitation, account_id=MEMBER, administrator_id=ADMINISTRATOR)
    assert statuses(hub) == {MEMBER: "Enabled"}
    assert failures(run.result) == {REGION: "unconfirmed"}
    assert [row["reason"] for row in run.result["memberships"]] == ["unconfirmed"]


def test_membership_that_is_not_read_after_enabling_is_unconfirmed(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    deny_reading(hub, "ListInvitations", after=0)
    run = run_at(hub, securityhub_invitation, account_id=MEMBER, administrator_id=ADMINISTRATOR, enable_hub=True)
    (row,) = run.result["memberships"]
    assert (row["member_status"], row["reason"]) == (None, "unconfirmed")
    assert run.result["hub_enabled_regions"] == [REGION]


def test_membership_that_could_not_be_changed_shows_its_status(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    turn_on(hub, MEMBER)
    hub.fault(kind="access_denied", operation="DeclineInvitations")
    run = run_at(hub, securityhub_invitation, account_id=MEMBER, administrator_id=ADMINISTRATOR, state="declined")
    (row,) = run.result["memberships"]
    assert (run.result["changed"], row["member_status"], row["reason"]) == (False, "Invited", None)


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
    run = run_at(hub, securityhub_standards, account_id=MEMBER, diff=True, **options)
    assert (run.result["changed"], failures(run.result)) == (True, DENIED)
    assert run.result["standards"] == []
    assert run.result["diff"]["after"] == {}
