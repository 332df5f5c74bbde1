# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security Hub on and off, its settings, tags and default standards."""

from __future__ import annotations

from typing import Any

import pytest

from local_hub.errors import ServiceError
from local_hub.tests.world import ADMINISTRATOR, MEMBER, World


class TestHub:
    """Security Hub on and off."""

    def test_default_settings(self, world: World) -> None:
        world.call(ADMINISTRATOR, "EnableSecurityHub")
        hub = world.store.dump()["hubs"][ADMINISTRATOR]["eu-west-1"]
        assert hub["hub_arn"] == f"arn:aws:securityhub:eu-west-1:{ADMINISTRATOR}:hub/default"
        assert (hub["auto_enable_controls"], hub["control_finding_generator"]) == (True, "SECURITY_CONTROL")
        assert (hub["tags"], len(hub["standards"])) == ({}, 2)
        assert len(world.call(ADMINISTRATOR, "GetEnabledStandards")["StandardsSubscriptions"]) == 2

    def test_without_standards(self, world: World) -> None:
        world.call(ADMINISTRATOR, "EnableSecurityHub", EnableDefaultStandards=False, Tags={"team": "security"})
        hub = world.store.dump()["hubs"][ADMINISTRATOR]["eu-west-1"]
        assert (hub["tags"], hub["standards"]) == ({"team": "security"}, [])
        assert world.call(ADMINISTRATOR, "GetEnabledStandards")["StandardsSubscriptions"] == []

    def test_standards_on_and_off(self, world: World) -> None:
        world.call(ADMINISTRATOR, "EnableSecurityHub", EnableDefaultStandards=False)
        arn = "arn:aws:securityhub:eu-west-1::standards/pci-dss/v/3.2.1"
        for status in ("PENDING", "READY"):
            request = [{"StandardsArn": arn}]
            rows = world.call(ADMINISTRATOR, "BatchEnableStandards", StandardsSubscriptionRequests=request)
            assert [row["StandardsStatus"] for row in rows["StandardsSubscriptions"]] == [status]
        (row,) = world.call(ADMINISTRATOR, "GetEnabledStandards")["StandardsSubscriptions"]
        subscription = f"arn:aws:securityhub:eu-west-1:{ADMINISTRATOR}:subscription/pci-dss/v/3.2.1"
        assert (row["StandardsSubscriptionArn"], row["StandardsStatus"]) == (subscription, "READY")
        world.call(ADMINISTRATOR, "BatchDisableStandards", StandardsSubscriptionArns=[subscription])
        assert world.store.dump()["hubs"][ADMINISTRATOR]["eu-west-1"]["standards"] == []

    def test_what_is_no_standard(self, world: World) -> None:
        world.turn_on(ADMINISTRATOR)
        with pytest.raises(ServiceError) as caught:
            world.call(ADMINISTRATOR, "BatchEnableStandards", StandardsSubscriptionRequests=[{"StandardsArn": "cis"}])
        assert (caught.value.code, caught.value.status) == ("InvalidInputException", 400)

    def test_on_twice(self, world: World) -> None:
        world.turn_on(ADMINISTRATOR)
        with pytest.raises(ServiceError) as caught:
            world.call(ADMINISTRATOR, "EnableSecurityHub")
        assert (caught.value.code, caught.value.status) == ("ResourceConflictException", 409)

    def test_update_keeps_what_is_not_named(self, world: World) -> None:
        world.turn_on(ADMINISTRATOR)
        world.call(ADMINISTRATOR, "UpdateSecurityHubConfiguration", AutoEnableControls=False)
        world.call(ADMINISTRATOR, "UpdateSecurityHubConfiguration", ControlFindingGenerator="STANDARD_CONTROL")
        hub = world.call(ADMINISTRATOR, "DescribeHub")
        assert (hub["AutoEnableControls"], hub["ControlFindingGenerator"]) == (False, "STANDARD_CONTROL")

    @pytest.mark.parametrize("account_id", [ADMINISTRATOR, MEMBER])
    def test_off_is_refused_to_both_sides(self, world: World, account_id: str) -> None:
        world.seed_member("Enabled")
        with pytest.raises(ServiceError, match=account_id) as caught:
            world.call(account_id, "DisableSecurityHub")
        assert caught.value.code == "InvalidAccessException"
        assert world.status() == "Enabled"

    @pytest.mark.parametrize("status", ["Created", "Invited", "Removed", "Resigned"])
    def test_off_ends_the_member_list(self, world: World, status: str) -> None:
        world.seed_member(status)
        world.call(ADMINISTRATOR, "DisableSecurityHub")
        assert world.store.dump()["hubs"] == {}
        assert world.status() is None

    def test_nothing_works_while_it_is_off(self, world: World) -> None:
        for operation, parameters in OFF_CALLS:
            with pytest.raises(ServiceError) as caught:
                world.call(ADMINISTRATOR, operation, **parameters)
            assert (operation, caught.value.code) == (operation, "InvalidAccessException")

    def test_tags_of_a_hub_that_is_not_there(self, world: World) -> None:
        arn = f"arn:aws:securityhub:eu-west-1:{ADMINISTRATOR}:hub/default"
        with pytest.raises(ServiceError, match="no such resource"):
            world.call(ADMINISTRATOR, "ListTagsForResource", ResourceArn=arn)


OFF_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("CreateMembers", {"AccountDetails": [{"AccountId": MEMBER}]}),
    ("InviteMembers", {"AccountIds": [MEMBER]}),
    ("GetMembers", {"AccountIds": [MEMBER]}),
    ("ListMembers", {}),
    ("DisassociateMembers", {"AccountIds": [MEMBER]}),
    ("DeleteMembers", {"AccountIds": [MEMBER]}),
    ("ListInvitations", {}),
    ("GetInvitationsCount", {}),
    ("AcceptAdministratorInvitation", {"AdministratorId": MEMBER, "InvitationId": "1"}),
    ("AcceptInvitation", {"MasterId": MEMBER, "InvitationId": "1"}),
    ("GetAdministratorAccount", {}),
    ("GetMasterAccount", {}),
    ("DisassociateFromAdministratorAccount", {}),
    ("DisassociateFromMasterAccount", {}),
    ("DeclineInvitations", {"AccountIds": [MEMBER]}),
    ("DeleteInvitations", {"AccountIds": [MEMBER]}),
    ("DisableSecurityHub", {}),
    ("DescribeHub", {}),
    ("UpdateSecurityHubConfiguration", {}),
    ("GetEnabledStandards", {}),
]
