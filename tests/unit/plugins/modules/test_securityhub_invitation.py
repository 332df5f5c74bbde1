# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub, as the member account."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_invitation as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_ADMINISTRATOR,
    THREE,
    deny_reading,
    failures,
    run_at,
    seed_members,
    statuses,
    turn_on,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    accounts,
    differences_from_return,
)

NOTHING: dict[str, Any] = {"memberships": [], "failed_regions": [], "failed_accounts": []}
ACCEPT, DECLINE, DELETE = "AcceptAdministratorInvitation", "DeclineInvitations", "DeleteInvitations"
LEAVE = "DisassociateFromAdministratorAccount"
READS = {"GetAdministratorAccount", "ListInvitations", "ListMembers"}


def settle(hub: Hub, state: str = "accepted", **options: Any) -> ModuleRun:
    """Run the module as the member, about the administrator."""
    options = {"administrator_id": ADMINISTRATOR, **options}
    return run_at(hub, module, account_id=MEMBER, state=state, **options)


def seed(hub: Hub, status: str | None = None, other: str | None = None, regions: list[str] | None = None) -> None:
    """Turn Security Hub on in the member's account, and say what it is to the administrator and to another one."""
    turn_on(hub, MEMBER, regions)
    for administrator_id, what in ((ADMINISTRATOR, status), (OTHER_ADMINISTRATOR, other)):
        if what:
            seed_members(hub, {MEMBER: what}, regions, administrator_id)


def invitation_id(hub: Hub, region: str = REGION, administrator_id: str = ADMINISTRATOR) -> str | None:
    """The invitation that the member has of an administrator."""
    rows = hub.state()["invitations"].get(MEMBER, {}).get(region, [])
    return next((row["invitation_id"] for row in rows if row["administrator_id"] == administrator_id), None)


def only_reads(hub: Hub) -> bool:
    """Whether nothing but the module's reads was called."""
    return hub.counts()["calls"].keys() <= READS


# state, status now (None: nothing), what another administrator is, status afterwards, calls that write,
# status in the administrator's list afterwards
TABLE = [
    ("accepted", "Invited", "Invited", "Enabled", [ACCEPT], "Enabled"),
    ("accepted", "Enabled", "Invited", "Enabled", [], "Enabled"),
    ("declined", "Invited", "Enabled", "Resigned", [DECLINE], "Resigned"),
    ("declined", "Enabled", None, "Enabled", [], "Enabled"),
    ("left", "Enabled", "Invited", "Resigned", [LEAVE], "Resigned"),
    ("left", "Invited", None, "Invited", [], "Invited"),
    ("left", "Resigned", None, "Resigned", [], "Resigned"),
    ("left", None, "Enabled", None, [], None),
    ("absent", None, "Enabled", None, [], None),
    ("absent", "Invited", "Enabled", None, [DECLINE, DELETE], "Resigned"),
    ("absent", "Removed", None, None, [DELETE], "Removed"),
    ("absent", "Enabled", "Invited", None, [LEAVE, DELETE], "Resigned"),
]


@pytest.mark.parametrize(("state", "status", "other", "after", "calls", "listed"), TABLE)
def test_each_status_in_check_mode_and_in_the_run_and_again(
    hub: Hub, state: str, status: str | None, other: str | None, after: str | None, calls: list[str], listed: str | None
) -> None:
    seed(hub, status, other)
    invitation = invitation_id(hub)
    before = hub.state()
    foreseen = settle(hub, state, check=True, diff=True)
    assert only_reads(hub)
    assert hub.state() == before
    done = settle(hub, state, diff=True)
    assert foreseen == done
    seen = None if status == "Created" else status
    assert done == ModuleRun(
        False,
        {
            "changed": bool(calls),
            "memberships": [
                {
                    "region": REGION,
                    "administrator_id": ADMINISTRATOR,
                    "member_status": after,
                    "previous_member_status": seen,
                    "invitation_id": invitation,
                    "reason": None,
                }
            ],
            "failed_regions": [],
            "failed_accounts": [],
            "diff": {"before": {REGION: {ADMINISTRATOR: seen}}, "after": {REGION: {ADMINISTRATOR: after}}},
        },
    )
    assert writes(hub) == dict.fromkeys(calls, 1)
    assert statuses(hub).get(MEMBER) == listed
    assert statuses(hub, administrator_id=OTHER_ADMINISTRATOR).get(MEMBER) == other
    assert bool(invitation_id(hub)) == (bool(invitation) and state != "absent")

    hub.reset_counts()
    again = settle(hub, state)
    assert not again.failed
    assert not again.result["changed"]
    row = again.result["memberships"][0]
    assert row["member_status"] == row["previous_member_status"] == after
    assert only_reads(hub)


def test_an_accepted_membership_is_one_read(hub: Hub) -> None:
    seed(hub, "Enabled")
    assert not settle(hub).result["changed"]
    assert hub.counts()["calls"] == {"GetAdministratorAccount": 1}


def test_accept_takes_five_calls(hub: Hub) -> None:
    seed(hub, "Invited")
    assert settle(hub).result["changed"]
    reads = {"GetAdministratorAccount": 2, "ListInvitations": 1, "ListMembers": 1}
    assert hub.counts()["calls"] == {**reads, ACCEPT: 1}


@pytest.fixture(name="sixty_invitations")
def _sixty_invitations(hub: Hub) -> list[str]:
    """Administrators that have invited the member; the one that is asked for is the last."""
    administrators = [*accounts(59, first=700000000000), ADMINISTRATOR]
    turn_on(hub, MEMBER)
    rows = [{"administrator_id": each, "region": REGION, "account_id": MEMBER} for each in administrators]
    hub.seed(members=[{**row, "member_status": "Invited"} for row in rows])
    return administrators


@pytest.mark.parametrize(
    ("state", "after"), [("accepted", "Enabled"), ("declined", "Resigned"), ("absent", "Resigned")]
)
def test_of_several_pages_of_invitations_only_the_one_that_is_asked_for_is_touched(
    hub: Hub, sixty_invitations: list[str], state: str, after: str
) -> None:
    assert settle(hub, state).result["changed"]
    found = {each: statuses(hub, administrator_id=each)[MEMBER] for each in sixty_invitations}
    assert found == {**dict.fromkeys(sixty_invitations, "Invited"), ADMINISTRATOR: after}
    assert hub.counts()["calls"]["ListInvitations"] >= 2


# In the way


@pytest.mark.parametrize("check", [True, False])
def test_accept_with_other_administrator_names_it(hub: Hub, check: bool) -> None:
    seed(hub, "Invited", "Enabled")
    run = settle(hub, check=check, diff=True)
    assert run.failed
    assert failures(run.result) == {REGION: "other_administrator"}
    whose = f"Account {MEMBER} is a member of administrator {OTHER_ADMINISTRATOR} in {REGION}"
    assert f"{whose}, so it can't accept another invitation. " in run.result["msg"]
    assert f"is a member of administrator {OTHER_ADMINISTRATOR} in " in run.result["msg"]
    assert not run.result["changed"]
    assert only_reads(hub)


@pytest.mark.parametrize("check", [True, False])
def test_hub_disabled_has_nobody_to_leave(hub: Hub, check: bool) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    run = settle(hub, "left", check=check)
    assert not run.failed
    (row,) = run.result["memberships"]
    assert (run.result["changed"], row["member_status"], row["previous_member_status"]) == (False, None, None)
    assert hub.counts()["calls"] == {"GetAdministratorAccount": 1}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("state", ["accepted", "declined", "absent"])
def test_hub_disabled_fails_the_region(hub: Hub, check: bool, state: str) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    run = settle(hub, state, check=check, diff=True)
    disabled = (
        f"Security Hub is not enabled in account {MEMBER} in {REGION}. Enable it with multiaccount.aws.securityhub_hub."
    )
    assert run == ModuleRun(
        True,
        {
            "changed": False,
            "memberships": [],
            "failed_regions": [{"region": REGION, "error_code": "InvalidAccessException", "msg": disabled}],
            "failed_accounts": [],
            "diff": {"before": {}, "after": {}},
            "msg": f"The Region failed. {disabled}",
        },
    )
    assert hub.counts()["calls"] == {"GetAdministratorAccount": 1}


@pytest.mark.parametrize("wait_timeout", [0, 1])
def test_no_invitation_in_time(hub: Hub, wait_timeout: int) -> None:
    seed(hub, "Created")
    run = settle(hub, wait_timeout=wait_timeout)
    assert run.failed
    assert failures(run.result) == {REGION: "no_invitation"}
    assert f"Account {MEMBER} has no invitation from {ADMINISTRATOR} in {REGION}. Invite it" in run.result["msg"]
    assert (hub.counts()["calls"]["ListInvitations"] > 1) == (wait_timeout > 0)
    assert only_reads(hub)


def test_an_account_of_the_organization_cannot_leave(hub: Hub) -> None:
    hub.seed(organization_accounts=[MEMBER])
    seed(hub, "Enabled")
    run = settle(hub, "absent", diff=True)
    assert run.failed
    assert not run.result["changed"]
    assert "an organization account cannot disassociate itself" in run.result["msg"]
    assert run.result["memberships"][0]["member_status"] == "Enabled"
    assert run.result["diff"]["after"] == run.result["diff"]["before"] == {REGION: {ADMINISTRATOR: "Enabled"}}


@pytest.mark.parametrize("check", [True, False])
def test_accept_with_own_members_is_refused_before_any_write(hub: Hub, check: bool) -> None:
    seed(hub, "Invited")
    seed_members(hub, {"333344445555": "Enabled"}, administrator_id=MEMBER)
    run = settle(hub, check=check)
    assert failures(run.result) == {REGION: "has_members"}
    assert f"Account {MEMBER} has enabled members of its own in {REGION}, so it can't accept" in run.result["msg"]
    assert run.result["memberships"] == []
    assert not run.result["changed"]
    assert only_reads(hub)


def test_accept_without_permission_to_list_members_is_left_to_the_service(hub: Hub) -> None:
    seed(hub, "Invited")
    seed_members(hub, {"333344445555": "Enabled"}, administrator_id=MEMBER)
    hub.fault(kind="access_denied", operation="ListMembers", times=None)
    run = settle(hub)
    assert failures(run.result) == {REGION: "InvalidInputException"}
    assert "the current account has enabled members of its own" in run.result["msg"]
    assert run.result["memberships"][0]["member_status"] == "Invited"
    assert not run.result["changed"]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("state", ["accepted", "declined", "absent"])
def test_own_account_as_administrator_is_left_alone(hub: Hub, check: bool, state: str) -> None:
    seed(hub)
    run = settle(hub, state, check=check, administrator_id=MEMBER)
    assert not run.failed
    assert not run.result["changed"]
    (row,) = run.result["memberships"]
    assert (row["member_status"], row["previous_member_status"]) == (None, None)
    assert row["reason"] == ("own_account" if state == "accepted" else None)
    assert only_reads(hub)


# Security Hub turned on on the way


@pytest.mark.parametrize("standards", [None, False, True])
def test_security_hub_is_turned_on_where_it_is_off(hub: Hub, standards: bool | None) -> None:
    seed_members(hub, {MEMBER: "Invited"}, THREE)
    turn_on(hub, MEMBER, THREE[:1])
    before = hub.state()
    options: dict[str, Any] = {"regions": THREE, "enable_hub": True, "enable_default_standards": standards}
    foreseen = settle(hub, check=True, diff=True, **options)
    assert hub.state() == before
    done = settle(hub, diff=True, **options)
    nobody, enabled = {ADMINISTRATOR: "Invited"}, {ADMINISTRATOR: "Enabled"}
    off = dict.fromkeys(THREE[1:])
    for run in (foreseen, done):
        assert not run.failed
        assert run.result["changed"]
        assert run.result["hub_enabled_regions"] == THREE[1:]
        assert run.result["diff"]["before"] == {THREE[0]: nobody, **off}
        assert run.result["diff"]["after"] == dict.fromkeys(THREE, enabled)
        assert {row["region"]: row["member_status"] for row in run.result["memberships"]} == dict.fromkeys(
            THREE, "Enabled"
        )
    hubs = hub.state()["hubs"][MEMBER]
    assert [bool(hubs[region]["standards"]) for region in THREE[1:]] == 2 * [bool(standards)]
    assert [statuses(hub, region) for region in THREE] == 3 * [{MEMBER: "Enabled"}]
    assert writes(hub) == {"EnableSecurityHub": 2, ACCEPT: 3}

    hub.reset_counts()
    again = settle(hub, **options)
    assert not again.result["changed"]
    assert again.result["hub_enabled_regions"] == []
    assert hub.counts()["calls"] == {"GetAdministratorAccount": 3}


def test_an_invitation_that_does_not_come_leaves_security_hub_on(hub: Hub) -> None:
    run = settle(hub, enable_hub=True, wait_timeout=1, diff=True)
    assert failures(run.result) == {REGION: "no_invitation"}
    assert run.result["changed"]
    assert run.result["hub_enabled_regions"] == [REGION]
    assert run.result["diff"] == {"before": {REGION: None}, "after": {REGION: {ADMINISTRATOR: None}}}
    assert [row["member_status"] for row in run.result["memberships"]] == [None]


def test_security_hub_cannot_be_turned_on_in_one_region(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Invited"}, THREE)
    hub.fault(kind="access_denied", region=THREE[1], operation="EnableSecurityHub")
    run = settle(hub, regions=THREE, enable_hub=True, diff=True)
    assert failures(run.result) == {THREE[1]: "AccessDeniedException"}
    assert "Allow securityhub:EnableSecurityHub in the caller's IAM policy" in run.result["msg"]
    assert run.result["hub_enabled_regions"] == [THREE[0], THREE[2]]
    assert [row["region"] for row in run.result["memberships"]] == [THREE[0], THREE[2]]
    assert run.result["diff"]["after"][THREE[1]] is None
    assert [statuses(hub, region)[MEMBER] for region in THREE] == ["Enabled", "Invited", "Enabled"]


# Faults


WAYS = [
    ("accepted", "Invited"),
    ("declined", "Invited"),
    ("left", "Enabled"),
    ("absent", "Invited"),
    ("absent", "Enabled"),
]


@pytest.mark.parametrize(("state", "status"), WAYS)
def test_what_is_not_visible_in_time_is_unconfirmed(hub: Hub, state: str, status: str) -> None:
    seed(hub, status)
    hub.fault(kind="slow_visibility", seconds=600)
    run = settle(hub, state, wait_timeout=1)
    assert run.failed
    assert run.result["changed"]
    assert failures(run.result) == {REGION: "unconfirmed"}
    assert "raise wait_timeout" in run.result["msg"]
    assert set(writes(hub).values()) == {1}


@pytest.mark.parametrize(("state", "status"), WAYS)
def test_without_wait_timeout_nobody_looks_again(hub: Hub, state: str, status: str) -> None:
    seed(hub, status)
    hub.fault(kind="slow_visibility", seconds=600)
    run = settle(hub, state, wait_timeout=0)
    assert not run.failed
    assert run.result["changed"]


def test_an_invitation_that_cannot_be_deleted_for_a_moment_after_leaving(hub: Hub) -> None:
    seed(hub, "Enabled")
    still = "The request is rejected because the current account is still associated to it."
    hub.fault(kind="reject", operation=DELETE, message=still, times=2)
    run = settle(hub, "absent")
    assert not run.failed
    assert invitation_id(hub) is None
    assert writes(hub) == {LEAVE: 1, DELETE: 3}


def test_an_invitation_that_stays_undeletable(hub: Hub) -> None:
    seed(hub, "Enabled")
    hub.fault(kind="reject", operation=DELETE, message="No.")
    run = settle(hub, "absent", diff=True, wait_timeout=1)
    assert failures(run.result) == {REGION: "UnprocessedAccounts"}
    assert f"{DELETE} for account {ADMINISTRATOR}, called by account {MEMBER}, failed" in run.result["msg"]
    assert "No." in run.result["msg"]
    # it has left all the same, and the result says so
    assert run.result["changed"]
    assert run.result["memberships"][0]["member_status"] == "Resigned"
    assert run.result["diff"]["after"] == {REGION: {ADMINISTRATOR: "Resigned"}}


def test_a_failure_after_leaving_says_that_it_has_left(hub: Hub) -> None:
    seed(hub, "Enabled")
    hub.fault(kind="access_denied", operation=DELETE)
    run = settle(hub, "absent")
    assert failures(run.result) == {REGION: "AccessDeniedException"}
    assert f"Allow securityhub:{DELETE} in the caller's IAM policy" in run.result["msg"]
    assert run.result["changed"]
    assert run.result["memberships"][0]["member_status"] == "Resigned"
    assert run.result["memberships"][0]["previous_member_status"] == "Enabled"


# Bad input: refused before any call


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"administrator_id": "99998888777"},
            "administrator_id: '99998888777' is not an AWS account ID (a leading zero is missing: '099998888777'). ",
        ),
        (
            {"administrator_id": f"{ADMINISTRATOR},{MEMBER}"},
            "administrator_id: '999988887777,111122223333' is not an AWS account ID. ",
        ),
        ({"enable_hub": True, "state": "absent"}, "enable_hub: only with state accepted, not absent. "),
        ({"enable_hub": True, "state": "declined"}, "enable_hub: only with state accepted, not declined. "),
    ],
)
def test_options_that_cannot_be_used(hub: Hub, options: dict[str, Any], words: str) -> None:
    run = settle(hub, **options)
    assert run.failed
    assert run.result.pop("msg").startswith(words)
    assert run.result == {"changed": False, **NOTHING}
    assert hub.counts()["calls"] == {}


def test_results_are_as_documented(hub: Hub) -> None:
    seed(hub, "Invited", regions=THREE[:1])
    hub.fault(kind="access_denied", region=THREE[1])
    run = settle(hub, diff=True, regions=THREE, enable_hub=True, wait_timeout=0)
    result = {key: value for key, value in run.result.items() if key not in ("changed", "msg")}
    assert [key for key, value in result.items() if not value] == ["failed_accounts"]
    assert differences_from_return(module, result) == []


@pytest.mark.parametrize("message", ["", "Internal error"])
@pytest.mark.parametrize("times", [1, 10])
def test_passing_error_of_a_read_is_waited_for(hub: Hub, message: str, times: int) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    passing = {"kind": "error", "code": "BadRequestException", "status": 400, "message": message}
    hub.fault(operation="ListInvitations", times=times, **passing)
    run = run_at(hub, module, account_id=MEMBER, administrator_id=ADMINISTRATOR, enable_hub=True)
    assert not run.failed
    assert run.result["changed"]
    assert statuses(hub) == {MEMBER: "Enabled"}


def test_empty_message_that_does_not_pass_reads_as_one(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    turn_on(hub, MEMBER)
    hub.fault(kind="error", operation="ListInvitations", times=None, code="BadRequestException", status=400, message="")
    run = run_at(hub, module, account_id=MEMBER, administrator_id=ADMINISTRATOR)
    assert "failed in eu-west-1 with BadRequestException: The service gave no reason. The" in run.result["msg"]
    assert not run.result["changed"]


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
    run = run_at(hub, module, account_id=MEMBER, administrator_id=ADMINISTRATOR, diff=True, **options)
    assert ([row["status"] for row in hub.state()["invitations"].get(MEMBER, {}).get(REGION, [])] or [None]) == [after]
    assert (run.result["changed"], failures(run.result)) == (True, {REGION: "AccessDeniedException"})
    (row,) = run.result["memberships"]
    assert (row["previous_member_status"], row["reason"]) == (before, "unconfirmed")
    assert run.result["diff"]["before"] == {REGION: {ADMINISTRATOR: before}}
    assert run.result["diff"]["after"] == {REGION: {}}


def test_membership_that_is_not_read_after_enabling_is_unconfirmed(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    deny_reading(hub, "ListInvitations", after=0)
    run = run_at(hub, module, account_id=MEMBER, administrator_id=ADMINISTRATOR, enable_hub=True)
    (row,) = run.result["memberships"]
    assert (row["member_status"], row["reason"]) == (None, "unconfirmed")
    assert run.result["hub_enabled_regions"] == [REGION]


def test_membership_that_could_not_be_changed_shows_its_status(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Invited"})
    turn_on(hub, MEMBER)
    hub.fault(kind="access_denied", operation="DeclineInvitations")
    run = run_at(hub, module, account_id=MEMBER, administrator_id=ADMINISTRATOR, state="declined")
    (row,) = run.result["memberships"]
    assert (run.result["changed"], row["member_status"], row["reason"]) == (False, "Invited", None)


@pytest.mark.parametrize("check", [True, False])
def test_hub_of_the_administrator_itself_is_not_enabled(hub: Hub, check: bool) -> None:
    run = settle(hub, check=check, administrator_id=MEMBER, enable_hub=True)
    assert not run.failed
    assert run.result["changed"] is False
    assert [row["reason"] for row in run.result["memberships"]] == ["own_account"]
    assert run.result["hub_enabled_regions"] == []
    assert only_reads(hub)
