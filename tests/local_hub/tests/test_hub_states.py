# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state machine of a membership, as tables: what each operation does from each status."""

from __future__ import annotations

from typing import Any

import pytest

from local_hub.errors import ServiceError
from local_hub.tests.world import ADMINISTRATOR, MEMBER, World

OTHER = "333344445555"
STATUSES = ("Created", "Invited", "Enabled", "Removed", "Resigned", "Deleted", "AccountSuspended", "Paused", None)

ALREADY_INVITED = "already invited or is already the SecurityHub master of the given member account (222233334444)"
ALREADY_MEMBER = "already a member or associated member of the current account"


def reason(answer: dict[str, Any]) -> str | None:
    """Why MEMBER was not processed; None when it was."""
    rows = answer.get("UnprocessedAccounts", [])
    assert all(row["AccountId"] == MEMBER for row in rows)
    return rows[0]["ProcessingResult"] if rows else None


def check(answer: dict[str, Any], words: str | None) -> None:
    """Processed, or not processed with these words."""
    said = reason(answer)
    assert (said is None) if words is None else (said is not None and words in said)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Created", "Created", ALREADY_MEMBER),
        ("Invited", "Invited", ALREADY_MEMBER),
        ("Enabled", "Enabled", ALREADY_MEMBER),
        ("Removed", "Removed", ALREADY_MEMBER),
        ("Resigned", "Resigned", ALREADY_MEMBER),
        ("AccountSuspended", "AccountSuspended", ALREADY_MEMBER),
        ("Paused", "Paused", ALREADY_MEMBER),
        ("Deleted", "Created", None),
        (None, "Created", None),
    ],
)
def test_create_members(world: World, before: str | None, after: str, words: str | None) -> None:
    world.seed_member(before)
    check(world.call(ADMINISTRATOR, "CreateMembers", AccountDetails=[{"AccountId": MEMBER}]), words)
    assert world.status() == after


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Created", "Invited", None),
        ("Removed", "Invited", None),
        ("Resigned", "Invited", None),
        ("Invited", "Invited", ALREADY_INVITED),
        ("Enabled", "Enabled", ALREADY_INVITED),
        ("AccountSuspended", "AccountSuspended", "suspended"),
        ("Paused", "Paused", "current member status"),
        ("Deleted", "Deleted", "not a member"),
        (None, None, "not a member"),
    ],
)
def test_invite_members(world: World, before: str | None, after: str | None, words: str | None) -> None:
    world.seed_member(before)
    check(world.call(ADMINISTRATOR, "InviteMembers", AccountIds=[MEMBER]), words)
    assert world.status() == after
    sent = world.counts.dump()["invitations"]
    assert sent == ({ADMINISTRATOR: {"eu-west-1": {MEMBER: 1}}} if words is None else {})


@pytest.mark.parametrize("before", STATUSES)
def test_disassociate_members(world: World, before: str | None) -> None:
    world.seed_member(before)
    if before is None:
        with pytest.raises(ServiceError, match="no such resource found"):
            world.call(ADMINISTRATOR, "DisassociateMembers", AccountIds=[MEMBER])
    else:
        assert world.call(ADMINISTRATOR, "DisassociateMembers", AccountIds=[MEMBER]) == {}
    assert world.status() == ("Removed" if before == "Enabled" else before)


@pytest.mark.parametrize("before", STATUSES)
def test_delete_members(world: World, before: str | None) -> None:
    world.seed_member(before)
    words = {"Enabled": "still associated to it", None: "no such resource found"}.get(before)
    check(world.call(ADMINISTRATOR, "DeleteMembers", AccountIds=[MEMBER]), words)
    assert world.status() == ("Enabled" if before == "Enabled" else None)
    assert world.store.dump()["invitations"].get(MEMBER, {}) == (
        {"eu-west-1": [{"administrator_id": ADMINISTRATOR, "invitation_id": invitation_id(world), "status": "Enabled"}]}
        if before == "Enabled"
        else {}
    )


def invitation_id(world: World) -> str:
    """The id of the invitation from ADMINISTRATOR to MEMBER, `none` without one."""
    member = world.member()
    return (member.invitation_id if member else None) or "none"


@pytest.mark.parametrize("operation", ["AcceptAdministratorInvitation", "AcceptInvitation"])
@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Invited", "Enabled", None),
        ("Resigned", "Enabled", None),
        ("Enabled", "Enabled", "already an associated member"),
        ("Removed", "Removed", "no such resource"),
        ("Created", "Created", "no such resource"),
        ("Paused", "Paused", "no such resource"),
        (None, None, "no such resource"),
    ],
)
def test_accept(world: World, operation: str, before: str | None, after: str | None, words: str | None) -> None:
    world.seed_member(before)
    world.turn_on(MEMBER)
    name = "MasterId" if operation == "AcceptInvitation" else "AdministratorId"
    parameters = {name: ADMINISTRATOR, "InvitationId": invitation_id(world)}
    if words is None:
        assert world.call(MEMBER, operation, **parameters) == {}
    else:
        with pytest.raises(ServiceError, match=words):
            world.call(MEMBER, operation, **parameters)
    assert world.status() == after


def test_accept_wants_the_right_invitation(world: World) -> None:
    world.seed_member("Invited")
    world.turn_on(MEMBER)
    with pytest.raises(ServiceError, match="no such resource"):
        world.call(MEMBER, "AcceptAdministratorInvitation", AdministratorId=ADMINISTRATOR, InvitationId="another")


def test_accept_wants_the_members_hub(world: World) -> None:
    world.seed_member("Invited")
    parameters = {"AdministratorId": ADMINISTRATOR, "InvitationId": invitation_id(world)}
    with pytest.raises(ServiceError, match=f"Account {MEMBER} is not subscribed to AWS Security Hub") as caught:
        world.call(MEMBER, "AcceptAdministratorInvitation", **parameters)
    assert (caught.value.code, caught.value.status) == ("InvalidAccessException", 401)
    assert world.status() == "Invited"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Invited", "Resigned", None),
        ("Enabled", "Enabled", "not pending"),
        ("Resigned", "Resigned", "not pending"),
        ("Removed", "Removed", "not pending"),
        ("Created", "Created", "no invitation"),
        (None, None, "no invitation"),
    ],
)
def test_decline_invitations(world: World, before: str | None, after: str | None, words: str | None) -> None:
    world.seed_member(before)
    world.turn_on(MEMBER)
    rows = world.call(MEMBER, "DeclineInvitations", AccountIds=[ADMINISTRATOR])["UnprocessedAccounts"]
    assert [words is not None and words in row["ProcessingResult"] for row in rows] == ([True] if words else [])
    assert world.status() == after


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("Resigned", None),
        ("Removed", None),
        ("Invited", "has not declined yet"),
        ("Enabled", "still associated"),
        ("Created", "no invitation"),
        (None, "no invitation"),
    ],
)
def test_delete_invitations(world: World, before: str | None, words: str | None) -> None:
    world.seed_member(before)
    world.turn_on(MEMBER)
    rows = world.call(MEMBER, "DeleteInvitations", AccountIds=[ADMINISTRATOR])["UnprocessedAccounts"]
    assert [words is not None and words in row["ProcessingResult"] for row in rows] == ([True] if words else [])
    assert world.status() == before
    listed = world.call(MEMBER, "ListInvitations")["Invitations"]
    assert [row["MemberStatus"] for row in listed] == ([before] if before in ("Invited", "Enabled") else [])


@pytest.mark.parametrize("operation", ["DisassociateFromAdministratorAccount", "DisassociateFromMasterAccount"])
@pytest.mark.parametrize("before", STATUSES)
def test_leave(world: World, operation: str, before: str | None) -> None:
    world.seed_member(before)
    world.turn_on(MEMBER)
    if before == "Enabled":
        assert world.call(MEMBER, operation) == {}
        assert world.status() == "Resigned"
    else:
        with pytest.raises(ServiceError, match="not associated to any master"):
            world.call(MEMBER, operation)
        assert world.status() == before


@pytest.mark.parametrize("status", STATUSES)
def test_what_the_member_sees(world: World, status: str | None) -> None:
    world.seed_member(status)
    world.turn_on(MEMBER)
    invited = status in ("Invited", "Enabled", "Removed", "Resigned")
    invitations = world.call(MEMBER, "ListInvitations")["Invitations"]
    assert [(row["AccountId"], row["MemberStatus"]) for row in invitations] == [(ADMINISTRATOR, status)] * invited
    pending = invited and status != "Enabled"
    assert world.call(MEMBER, "GetInvitationsCount") == {"InvitationsCount": int(pending)}
    administrator = world.call(MEMBER, "GetAdministratorAccount")
    assert administrator == ({"Administrator": invitations[0]} if status == "Enabled" else {})
    assert world.call(MEMBER, "GetMasterAccount") == ({"Master": invitations[0]} if status == "Enabled" else {})


def test_a_new_invitation_replaces_the_old(world: World) -> None:
    world.seed_member("Removed")
    world.turn_on(MEMBER)
    old = invitation_id(world)
    world.call(ADMINISTRATOR, "InviteMembers", AccountIds=[MEMBER])
    assert invitation_id(world) != old
    assert len(world.call(MEMBER, "ListInvitations")["Invitations"]) == 1


def test_one_administrator_at_a_time(world: World) -> None:
    world.seed_member("Enabled")
    world.seed(members=[{"administrator_id": OTHER, "region": "eu-west-1", "account_id": MEMBER}])
    check(world.call(OTHER, "InviteMembers", AccountIds=[MEMBER]), "already an associated member of another master")
    # An invitation from before does not help either.
    invited = {"administrator_id": OTHER, "region": "eu-west-1", "account_id": MEMBER, "member_status": "Invited"}
    world.seed(members=[invited])
    other = world.member(administrator_id=OTHER)
    assert other is not None
    with pytest.raises(ServiceError, match="already an associated member"):
        world.call(
            MEMBER, "AcceptAdministratorInvitation", AdministratorId=OTHER, InvitationId=str(other.invitation_id)
        )
    assert world.status(administrator_id=OTHER) == "Invited"


def test_a_member_cannot_be_an_administrator(world: World) -> None:
    world.seed_member("Enabled")
    world.seed(members=[{"administrator_id": MEMBER, "region": "eu-west-1", "account_id": OTHER}])
    rows = world.call(MEMBER, "InviteMembers", AccountIds=[OTHER])["UnprocessedAccounts"]
    assert "cannot invite other accounts" in rows[0]["ProcessingResult"]


def test_an_administrator_cannot_become_a_member(world: World) -> None:
    enabled = {"region": "eu-west-1", "administrator_id": MEMBER, "account_id": OTHER, "member_status": "Enabled"}
    world.seed(members=[enabled])
    world.seed_member("Invited")
    with pytest.raises(ServiceError, match="enabled members of its own"):
        world.call(
            MEMBER,
            "AcceptAdministratorInvitation",
            AdministratorId=ADMINISTRATOR,
            InvitationId=invitation_id(world),
        )


class TestOrganization:
    """Accounts of the organization: never invited, never deleted."""

    @pytest.fixture(autouse=True)
    def organization(self, world: World) -> None:
        world.turn_on(ADMINISTRATOR)
        world.seed(organization_accounts=[MEMBER])

    def create(self, world: World) -> dict[str, Any]:
        return world.call(
            ADMINISTRATOR, "CreateMembers", AccountDetails=[{"AccountId": MEMBER, "Email": "a@b.example"}]
        )

    def test_created_is_enabled_at_once(self, world: World) -> None:
        check(self.create(world), None)
        rows = world.call(ADMINISTRATOR, "GetMembers", AccountIds=[MEMBER])["Members"]
        assert [(row["MemberStatus"], row["Email"], row["InvitedAt"]) for row in rows] == [("Enabled", None, None)]
        assert world.call(MEMBER, "GetAdministratorAccount")["Administrator"]["AccountId"] == ADMINISTRATOR
        assert world.call(MEMBER, "ListInvitations")["Invitations"] == []

    def test_is_not_invited(self, world: World) -> None:
        check(world.call(ADMINISTRATOR, "InviteMembers", AccountIds=[MEMBER]), "does not receive invitations")

    def test_is_not_deleted(self, world: World) -> None:
        self.create(world)
        check(world.call(ADMINISTRATOR, "DeleteMembers", AccountIds=[MEMBER]), "belongs to an organization")

    def test_cannot_leave(self, world: World) -> None:
        self.create(world)
        with pytest.raises(ServiceError, match="cannot disassociate itself"):
            world.call(MEMBER, "DisassociateFromAdministratorAccount")

    def test_comes_back_by_create(self, world: World) -> None:
        self.create(world)
        world.call(ADMINISTRATOR, "DisassociateMembers", AccountIds=[MEMBER])
        assert world.status() == "Removed"
        check(self.create(world), None)
        assert world.status() == "Enabled"

    def test_of_another_administrator_stays_there(self, world: World) -> None:
        self.create(world)
        world.turn_on(OTHER)
        rows = world.call(OTHER, "CreateMembers", AccountDetails=[{"AccountId": MEMBER}])["UnprocessedAccounts"]
        assert "another master account" in rows[0]["ProcessingResult"]
