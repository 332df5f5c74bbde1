# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every position of every switch."""

from __future__ import annotations

from typing import Any

import pytest

from local_hub.errors import ServiceError
from local_hub.switches import CHOICES
from local_hub.tests.world import ADMINISTRATOR, MEMBER, World

MANY = [f"9{number:011}" for number in range(52)]


@pytest.mark.parametrize(
    ("position", "code", "status"),
    [
        ("not_found", "ResourceNotFoundException", 404),
        ("bad_request", "BadRequestException", 400),
        ("access_denied", "AccessDeniedException", 403),
    ],
)
def test_get_members_unknown_as_an_error(world: World, position: str, code: str, status: int) -> None:
    world.seed_member(None)
    world.switches.set({"get_members_unknown": position})
    with pytest.raises(ServiceError, match="no such resource found") as caught:
        world.call(ADMINISTRATOR, "GetMembers", AccountIds=[MEMBER])
    assert (caught.value.code, caught.value.status) == (code, status)


def test_get_members_unknown_as_unprocessed(world: World) -> None:
    world.seed_member("Created")
    answer = world.call(ADMINISTRATOR, "GetMembers", AccountIds=[MEMBER, MANY[0]])
    assert [row["AccountId"] for row in answer["Members"]] == [MEMBER]
    assert [row["AccountId"] for row in answer["UnprocessedAccounts"]] == [MANY[0]]


def test_invite_non_member_not_found_does_nothing(world: World) -> None:
    world.seed_member("Created")
    world.switches.set({"invite_non_member": "not_found"})
    with pytest.raises(ServiceError) as caught:
        world.call(ADMINISTRATOR, "InviteMembers", AccountIds=[MEMBER, MANY[0]])
    assert caught.value.code == "ResourceNotFoundException"
    assert world.status() == "Created"


def test_invite_resigned_already_invited(world: World) -> None:
    world.seed_member("Resigned")
    world.switches.set({"invite_resigned": "already_invited"})
    rows = world.call(ADMINISTRATOR, "InviteMembers", AccountIds=[MEMBER])["UnprocessedAccounts"]
    assert "already invited" in rows[0]["ProcessingResult"]
    assert world.status() == "Resigned"


def test_invite_organization_invalid_input(world: World) -> None:
    world.seed_member("Created")
    world.seed(organization_accounts=[MANY[0]])
    world.switches.set({"invite_organization": "invalid_input"})
    with pytest.raises(ServiceError, match="does not receive invitations") as caught:
        world.call(ADMINISTRATOR, "InviteMembers", AccountIds=[MEMBER, MANY[0]])
    assert caught.value.code == "InvalidInputException"
    assert world.status() == "Created"


@pytest.mark.parametrize("operation", ["CreateMembers", "InviteMembers", "GetMembers", "DeleteMembers"])
def test_over_50(world: World, operation: str) -> None:
    world.seed_member(None)
    parameters: dict[str, Any] = {"AccountIds": MANY}
    if operation == "CreateMembers":
        parameters = {"AccountDetails": [{"AccountId": account_id} for account_id in MANY]}
    with pytest.raises(ServiceError, match="at most 50") as caught:
        world.call(ADMINISTRATOR, operation, **parameters)
    assert caught.value.code == "InvalidInputException"
    world.switches.set({"over_50": "per_account"})
    rows = world.call(ADMINISTRATOR, operation, **parameters)["UnprocessedAccounts"]
    surplus = [row["AccountId"] for row in rows if row["ProcessingResult"] == "Maximum number of results exceeded"]
    assert surplus == MANY[50:]


@pytest.mark.parametrize("word", CHOICES["wording"])
def test_wording(world: World, word: str) -> None:
    world.seed_member("Invited")
    world.switches.set({"wording": word})
    rows = world.call(ADMINISTRATOR, "InviteMembers", AccountIds=[MEMBER])["UnprocessedAccounts"]
    assert f"already the SecurityHub {word} of the given member account" in rows[0]["ProcessingResult"]


@pytest.mark.parametrize(
    ("case", "name", "enabled", "created"),
    [
        ("documented", "Enabled", "Enabled", "Created"),
        ("documented", "Associated", "Associated", "Created"),
        ("upper", "Enabled", "ENABLED", "CREATED"),
        ("upper", "Associated", "ASSOCIATED", "CREATED"),
    ],
)
def test_spelling(world: World, case: str, name: str, enabled: str, created: str) -> None:
    world.seed_member("Enabled")
    world.seed(members=[{"administrator_id": ADMINISTRATOR, "region": "eu-west-1", "account_id": MANY[0]}])
    world.switches.set({"status_case": case, "enabled_name": name})
    members = world.call(ADMINISTRATOR, "ListMembers", OnlyAssociated=False)["Members"]
    assert [row["MemberStatus"] for row in members] == [enabled, created]
    assert len(world.call(ADMINISTRATOR, "ListMembers")["Members"]) == 1
    assert world.call(MEMBER, "GetAdministratorAccount")["Administrator"]["MemberStatus"] == enabled
    assert world.status() == "Enabled"


@pytest.mark.parametrize("operation", ["CreateMembers", "InviteMembers"])
def test_own_id(world: World, operation: str) -> None:
    world.seed_member(None)
    parameters = (
        {"AccountDetails": [{"AccountId": ADMINISTRATOR}]}
        if operation == "CreateMembers"
        else {"AccountIds": [ADMINISTRATOR]}
    )
    rows = world.call(ADMINISTRATOR, operation, **parameters)["UnprocessedAccounts"]
    assert "itself" in rows[0]["ProcessingResult"]
    world.switches.set({"own_id": "invalid_input"})
    with pytest.raises(ServiceError) as caught:
        world.call(ADMINISTRATOR, operation, **parameters)
    assert caught.value.code == "InvalidInputException"


def test_unknown_switches_and_positions_are_refused(world: World) -> None:
    with pytest.raises(ValueError, match="no switch 'colour'"):
        world.switches.set({"wording": "administrator", "colour": "red"})
    with pytest.raises(ValueError, match="master, administrator"):
        world.switches.set({"wording": "boss"})
    assert world.switches.dump() == {name: choices[0] for name, choices in CHOICES.items()}
