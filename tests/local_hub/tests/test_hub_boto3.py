# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole membership, and what else the server offers, driven by boto3."""

from __future__ import annotations

from typing import Any

import pytest

from local_hub.control import DEFAULT_REGION, Hub
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of, message_of
from local_hub.tests.world import ADMINISTRATOR, MEMBER

OTHER = "333344445555"


@pytest.fixture
def administrator(client: Client) -> Any:
    """The administrator."""
    return client()


@pytest.fixture
def member(client: Client) -> Any:
    """A role in the member's account, assumed by the administrator."""
    role = f"arn:aws:iam::{MEMBER}:role/Onboarding"
    keys = client(service="sts").assume_role(RoleArn=role, RoleSessionName="boto3")["Credentials"]
    return client(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def statuses(administrator: Any) -> dict[str, str]:
    """Status by account id, from every page of the member list."""
    pages = administrator.get_paginator("list_members").paginate(OnlyAssociated=False, PaginationConfig={"PageSize": 1})
    return {row["AccountId"]: row["MemberStatus"] for page in pages for row in page["Members"]}


def invite(administrator: Any) -> None:
    """Invite the member, without anything unprocessed."""
    assert administrator.invite_members(AccountIds=[MEMBER])["UnprocessedAccounts"] == []


def accept(member: Any) -> None:
    """Accept the administrator's invitation."""
    (row,) = member.list_invitations()["Invitations"]
    assert row["AccountId"] == ADMINISTRATOR
    member.accept_administrator_invitation(AdministratorId=ADMINISTRATOR, InvitationId=row["InvitationId"])


@pytest.fixture
def invited(hub: Hub) -> None:
    """The member, with Security Hub enabled, and invited."""
    row = {"administrator_id": ADMINISTRATOR, "region": DEFAULT_REGION, "account_id": MEMBER}
    hubs = [{"account_id": MEMBER, "region": DEFAULT_REGION}]
    hub.seed(members=[{**row, "member_status": "Invited"}], hubs=hubs)


def test_a_whole_life(administrator: Any, member: Any) -> None:
    assert error_of(administrator.list_members)[0] == "InvalidAccessException"
    administrator.enable_security_hub(EnableDefaultStandards=False, Tags={"team": "security"})
    member.enable_security_hub()

    details = [{"AccountId": MEMBER, "Email": "owner@example.com"}, {"AccountId": OTHER}]
    assert administrator.create_members(AccountDetails=details)["UnprocessedAccounts"] == []
    assert statuses(administrator) == {MEMBER: "Created", OTHER: "Created"}

    invite(administrator)
    (row,) = administrator.get_members(AccountIds=[MEMBER])["Members"]
    assert (row["MemberStatus"], row["Email"], row["MasterId"]) == ("Invited", "owner@example.com", ADMINISTRATOR)
    assert member.get_invitations_count()["InvitationsCount"] == 1

    accept(member)
    assert member.get_administrator_account()["Administrator"]["AccountId"] == ADMINISTRATOR
    assert [row["AccountId"] for row in administrator.list_members()["Members"]] == [MEMBER]
    assert "still associated" in str(administrator.delete_members(AccountIds=[MEMBER])["UnprocessedAccounts"])

    administrator.disassociate_members(AccountIds=[MEMBER])
    assert statuses(administrator)[MEMBER] == "Removed"
    invite(administrator)
    accept(member)
    member.disassociate_from_administrator_account()
    assert statuses(administrator)[MEMBER] == "Resigned"

    assert administrator.delete_members(AccountIds=[MEMBER, OTHER])["UnprocessedAccounts"] == []
    assert statuses(administrator) == {}
    administrator.disable_security_hub()
    assert "not subscribed" in message_of(administrator.list_members)


@pytest.mark.usefixtures("invited")
def test_the_legacy_twins(administrator: Any, member: Any) -> None:
    (row,) = member.list_invitations()["Invitations"]
    member.accept_invitation(MasterId=ADMINISTRATOR, InvitationId=row["InvitationId"])
    assert member.get_master_account()["Master"]["AccountId"] == ADMINISTRATOR
    assert statuses(administrator) == {MEMBER: "Enabled"}
    member.disassociate_from_master_account()
    assert statuses(administrator) == {MEMBER: "Resigned"}
