# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals of one account, of a whole call because of one account, and what an account's place in the world forbids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from local_hub.control import DEFAULT_REGION, Hub, HubError
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of, message_of
from local_hub.tests.world import ADMINISTRATOR, MEMBER

SeedMember = Callable[..., None]
OTHER = "333344445555"


def status(hub: Hub, account_id: str = MEMBER, administrator_id: str = ADMINISTRATOR) -> str | None:
    """The status in an administrator's list."""
    return hub.status(administrator_id, DEFAULT_REGION, account_id)


class TestReject:
    """Accounts that come back in UnprocessedAccounts."""

    def test_get_members_names_them_instead_of_listing_them(
        self, hub: Hub, client: Client, seed_member: SeedMember
    ) -> None:
        seed_member("Enabled")
        seed_member("Created", account_id=OTHER)
        hub.fault(kind="reject", operation="GetMembers", account_ids=[MEMBER], message="Internal error")
        answer = client().get_members(AccountIds=[MEMBER, OTHER])
        assert [row["AccountId"] for row in answer["Members"]] == [OTHER]
        assert answer["UnprocessedAccounts"] == [{"AccountId": MEMBER, "ProcessingResult": "Internal error"}]
        assert len(client().list_members(OnlyAssociated=False)["Members"]) == 2
        assert hub.counts()["faulted"] == {"GetMembers": 1}

    def test_get_members_of_an_account_that_is_not_listed(
        self, hub: Hub, client: Client, seed_member: SeedMember
    ) -> None:
        seed_member("Created")
        hub.fault(kind="reject", operation="GetMembers", account_ids=[OTHER], message="Internal error")
        rows = client().get_members(AccountIds=[OTHER])["UnprocessedAccounts"]
        assert "no such resource found" in rows[0]["ProcessingResult"]
        assert hub.counts()["faulted"] == {}

    @pytest.mark.parametrize("operation", ["decline_invitations", "delete_invitations"])
    def test_the_members_side(self, hub: Hub, client: Client, seed_member: SeedMember, operation: str) -> None:
        seed_member("Invited")
        hub.seed(hubs=[{"account_id": MEMBER, "region": DEFAULT_REGION}])
        hub.fault(kind="reject", account_ids=[ADMINISTRATOR], message="Not now.")
        rows = getattr(client(MEMBER), operation)(AccountIds=[ADMINISTRATOR])["UnprocessedAccounts"]
        assert rows == [{"AccountId": ADMINISTRATOR, "ProcessingResult": "Not now."}]
        assert status(hub) == "Invited"

    def test_create_members(self, hub: Hub, client: Client) -> None:
        hub.seed(hubs=[{"account_id": ADMINISTRATOR, "region": DEFAULT_REGION}])
        hub.fault(kind="reject", account_ids=[MEMBER], message="Not now.")
        details = [{"AccountId": MEMBER}, {"AccountId": OTHER}]
        rows = client().create_members(AccountDetails=details)["UnprocessedAccounts"]
        assert rows == [{"AccountId": MEMBER, "ProcessingResult": "Not now."}]
        assert (status(hub), status(hub, OTHER)) == (None, "Created")


class TestRefuseCall:
    """Calls that are refused because of one account, without saying which."""

    @pytest.fixture(autouse=True)
    def created(self, seed_member: SeedMember) -> None:
        for account_id in (MEMBER, OTHER):
            seed_member("Created", account_id=account_id)

    def test_nobody_is_named_and_nothing_done(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="refuse_call", account_ids=[OTHER], code="ResourceConflictException", status=409, message="No.")
        calls: dict[str, Any] = {"AccountIds": [MEMBER, OTHER]}
        assert error_of(client().invite_members, **calls) == ("ResourceConflictException", 409)
        assert message_of(client().invite_members, **calls) == "No."
        assert status(hub) == "Created"
        assert client().invite_members(AccountIds=[MEMBER])["UnprocessedAccounts"] == []
        assert hub.counts()["faulted"] == {"InviteMembers": 2}
        assert hub.faults()[0]["used"] == 2

    def test_other_parameters_name_accounts_too(self, hub: Hub, client: Client) -> None:
        hub.seed(hubs=[{"account_id": MEMBER, "region": DEFAULT_REGION}])
        hub.fault(kind="refuse_call")
        refusal = ("InvalidInputException", 400)
        assert error_of(client().create_members, AccountDetails=[{"AccountId": MEMBER}]) == refusal
        accept = client(MEMBER).accept_administrator_invitation
        assert error_of(accept, AdministratorId=ADMINISTRATOR, InvitationId="0") == refusal
        legacy = client(MEMBER).accept_invitation
        assert error_of(legacy, MasterId=ADMINISTRATOR, InvitationId="0") == refusal

    def test_calls_that_name_nobody_go_through(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="refuse_call")
        assert len(client().list_members(OnlyAssociated=False)["Members"]) == 2

    @pytest.mark.parametrize(
        ("fault", "words"),
        [({"account_ids": 7}, "account_ids"), ({"status": "409"}, "status"), ({"seconds": 1}, "no seconds")],
    )
    def test_malformed(self, hub: Hub, fault: dict[str, Any], words: str) -> None:
        with pytest.raises(HubError, match=words):
            hub.fault(kind="refuse_call", **fault)


def test_get_members_leaves_unknown_accounts_out(hub: Hub, client: Client, seed_member: SeedMember) -> None:
    seed_member("Created")
    hub.switches(get_members_unknown="omitted")
    answer = client().get_members(AccountIds=[OTHER, MEMBER])
    assert [row["AccountId"] for row in answer["Members"]] == [MEMBER]
    assert answer["UnprocessedAccounts"] == []


def test_an_error_without_words(hub: Hub, client: Client) -> None:
    hub.seed(hubs=[{"account_id": MEMBER, "region": DEFAULT_REGION}])
    fault = {"operation": "ListInvitations", "code": "BadRequestException", "status": 400, "message": ""}
    hub.fault(kind="error", times=2, **fault)
    assert error_of(client(MEMBER).list_invitations) == ("BadRequestException", 400)
    assert message_of(client(MEMBER).list_invitations) == ""
    assert client(MEMBER).list_invitations()["Invitations"] == []


class TestAdministratorThatIsAMember:
    """MEMBER has an enabled member of its own, and is itself a member of ADMINISTRATOR."""

    @pytest.fixture(autouse=True)
    def chain(self, hub: Hub, seed_member: SeedMember) -> None:
        seed_member("Enabled")
        own = {"administrator_id": MEMBER, "region": DEFAULT_REGION, "account_id": OTHER}
        hub.seed(members=[{**own, "member_status": "Enabled"}])

    def test_both_sides_are_seen(self, hub: Hub, client: Client) -> None:
        assert (status(hub), status(hub, OTHER, MEMBER)) == ("Enabled", "Enabled")
        assert client(MEMBER).get_administrator_account()["Administrator"]["AccountId"] == ADMINISTRATOR
        assert [row["AccountId"] for row in client(MEMBER).list_members()["Members"]] == [OTHER]

    def test_it_cannot_invite(self, hub: Hub, client: Client) -> None:
        hub.seed(members=[{"administrator_id": MEMBER, "region": DEFAULT_REGION, "account_id": "444455556666"}])
        rows = client(MEMBER).invite_members(AccountIds=["444455556666"])["UnprocessedAccounts"]
        assert "cannot invite other accounts" in rows[0]["ProcessingResult"]

    def test_it_cannot_accept_once_it_has_left(self, hub: Hub, client: Client) -> None:
        client(MEMBER).disassociate_from_administrator_account()
        (row,) = client(MEMBER).list_invitations()["Invitations"]
        parameters = {"AdministratorId": ADMINISTRATOR, "InvitationId": row["InvitationId"]}
        message = message_of(client(MEMBER).accept_administrator_invitation, **parameters)
        assert "enabled members of its own" in message
        assert status(hub) == "Resigned"


class TestRemovedOrganizationAccount:
    """Neither invited nor deleted; CreateMembers takes it back."""

    @pytest.fixture(autouse=True)
    def removed(self, hub: Hub, seed_member: SeedMember) -> None:
        hub.seed(organization_accounts=[MEMBER])
        seed_member("Removed")

    def test_it_has_no_invitation(self, hub: Hub) -> None:
        assert hub.state()["invitations"] == {}
        assert hub.state()["members"][ADMINISTRATOR][DEFAULT_REGION][MEMBER]["organization"] is True

    def test_inviting_is_refused(self, hub: Hub, client: Client) -> None:
        rows = client().invite_members(AccountIds=[MEMBER])["UnprocessedAccounts"]
        assert "does not receive invitations" in rows[0]["ProcessingResult"]
        hub.switches(invite_organization="invalid_input")
        assert error_of(client().invite_members, AccountIds=[MEMBER]) == ("InvalidInputException", 400)
        assert status(hub) == "Removed"

    def test_deleting_is_refused(self, hub: Hub, client: Client) -> None:
        rows = client().delete_members(AccountIds=[MEMBER])["UnprocessedAccounts"]
        assert "belongs to an organization" in rows[0]["ProcessingResult"]
        assert status(hub) == "Removed"

    def test_creating_enables_it_at_once(self, hub: Hub, client: Client) -> None:
        assert client().create_members(AccountDetails=[{"AccountId": MEMBER}])["UnprocessedAccounts"] == []
        assert status(hub) == "Enabled"
        assert client(MEMBER).get_administrator_account()["Administrator"]["AccountId"] == ADMINISTRATOR
