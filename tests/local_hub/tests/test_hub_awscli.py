# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole membership, driven by the AWS CLI: a client that we did not write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local_hub.control import Hub
from local_hub.tests.world import ADMINISTRATOR, MEMBER

OTHER = "333344445555"


class Cli:
    """The AWS CLI, acting as whoever's environment it is given."""

    def __init__(self, environment: dict[str, str], home: Path) -> None:
        # No configuration of the machine's user may have a say.
        files = {"AWS_CONFIG_FILE": str(home / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials")}
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), **files, **environment}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Security Hub, or another service when the first word ends with a colon."""
        service, arguments = (words[0][:-1], words[1:]) if words[0].endswith(":") else ("securityhub", words)
        program = Path(sys.executable).parent / "aws"
        assert program.exists(), f"{program} is missing: install awscli"
        command = [str(program), service, *arguments, "--output", "json"]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=60)

    def __call__(self, *words: str) -> Any:
        """Run a command that must succeed; its document, None without one."""
        result = self.run(*words)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout) if result.stdout.strip() else None


@pytest.fixture
def administrator(hub: Hub, tmp_path: Path) -> Cli:
    """The CLI with the administrator's key."""
    return Cli(hub.environment(ADMINISTRATOR), tmp_path)


@pytest.fixture
def member(hub: Hub, administrator: Cli, tmp_path: Path) -> Cli:
    """The CLI with a role in the member's account, assumed by the administrator."""
    role = f"arn:aws:iam::{MEMBER}:role/Onboarding"
    keys = administrator("sts:", "assume-role", "--role-arn", role, "--role-session-name", "cli")["Credentials"]
    environment = {
        **hub.environment(MEMBER),
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    return Cli(environment, tmp_path)


def statuses(administrator: Cli) -> dict[str, str]:
    """Status by account id, from every page of the member list."""
    rows = administrator("list-members", "--no-only-associated", "--page-size", "1")["Members"]
    return {row["AccountId"]: row["MemberStatus"] for row in rows}


def invite(administrator: Cli) -> None:
    """Invite the member, without anything unprocessed."""
    assert administrator("invite-members", "--account-ids", MEMBER) == {"UnprocessedAccounts": []}


def accept(member: Cli) -> None:
    """Accept the administrator's invitation."""
    (row,) = member("list-invitations")["Invitations"]
    assert row["AccountId"] == ADMINISTRATOR
    invitation = ("--administrator-id", ADMINISTRATOR, "--invitation-id", row["InvitationId"])
    assert member("accept-administrator-invitation", *invitation) is None


def test_a_whole_life(administrator: Cli, member: Cli) -> None:
    off = administrator.run("list-members")
    assert off.returncode != 0
    assert "InvalidAccessException" in off.stderr
    administrator("enable-security-hub", "--no-enable-default-standards", "--tags", "team=security")
    member("enable-security-hub")

    details = (f"AccountId={MEMBER},Email=owner@example.com", f"AccountId={OTHER}")
    assert administrator("create-members", "--account-details", *details) == {"UnprocessedAccounts": []}
    assert statuses(administrator) == {MEMBER: "Created", OTHER: "Created"}

    invite(administrator)
    (row,) = administrator("get-members", "--account-ids", MEMBER)["Members"]
    assert (row["MemberStatus"], row["Email"], row["MasterId"]) == ("Invited", "owner@example.com", ADMINISTRATOR)
    assert member("get-invitations-count") == {"InvitationsCount": 1}

    accept(member)
    assert member("get-administrator-account")["Administrator"]["AccountId"] == ADMINISTRATOR
    assert [row["AccountId"] for row in administrator("list-members")["Members"]] == [MEMBER]
    assert "still associated" in str(administrator("delete-members", "--account-ids", MEMBER))

    administrator("disassociate-members", "--account-ids", MEMBER)
    assert statuses(administrator)[MEMBER] == "Removed"
    invite(administrator)
    accept(member)
    member("disassociate-from-administrator-account")
    assert statuses(administrator)[MEMBER] == "Resigned"

    assert administrator("delete-members", "--account-ids", MEMBER, OTHER) == {"UnprocessedAccounts": []}
    assert statuses(administrator) == {}
    administrator("disable-security-hub")


def test_the_legacy_twins(hub: Hub, administrator: Cli, member: Cli) -> None:
    seeded = {"administrator_id": ADMINISTRATOR, "region": "eu-west-1", "account_id": MEMBER}
    hub.seed(members=[{**seeded, "member_status": "Invited"}], hubs=[{"account_id": MEMBER, "region": "eu-west-1"}])
    (row,) = member("list-invitations")["Invitations"]
    assert member("accept-invitation", "--master-id", ADMINISTRATOR, "--invitation-id", row["InvitationId"]) is None
    assert member("get-master-account")["Master"]["AccountId"] == ADMINISTRATOR
    assert statuses(administrator) == {MEMBER: "Enabled"}
    assert member("disassociate-from-master-account") is None
    assert statuses(administrator) == {MEMBER: "Resigned"}


def test_declining(hub: Hub, administrator: Cli, member: Cli) -> None:
    seeded = {"administrator_id": ADMINISTRATOR, "region": "eu-west-1", "account_id": MEMBER}
    hub.seed(members=[{**seeded, "member_status": "Invited"}], hubs=[{"account_id": MEMBER, "region": "eu-west-1"}])
    assert "has not declined yet" in str(member("delete-invitations", "--account-ids", ADMINISTRATOR))
    assert member("decline-invitations", "--account-ids", ADMINISTRATOR) == {"UnprocessedAccounts": []}
    assert statuses(administrator) == {MEMBER: "Resigned"}
    assert member("delete-invitations", "--account-ids", ADMINISTRATOR) == {"UnprocessedAccounts": []}
    assert member("list-invitations")["Invitations"] == []


def test_hub_settings(administrator: Cli) -> None:
    administrator("enable-security-hub", "--tags", "team=security")
    assert len(administrator("get-enabled-standards")["StandardsSubscriptions"]) == 2
    update = ("--no-auto-enable-controls", "--control-finding-generator", "STANDARD_CONTROL")
    administrator("update-security-hub-configuration", *update)
    hub = administrator("describe-hub")
    assert (hub["AutoEnableControls"], hub["ControlFindingGenerator"]) == (False, "STANDARD_CONTROL")
    arn = ("--resource-arn", hub["HubArn"])
    administrator("tag-resource", *arn, "--tags", "stage=test")
    administrator("untag-resource", *arn, "--tag-keys", "team")
    assert administrator("list-tags-for-resource", *arn)["Tags"] == {"stage": "test"}


def test_standards_regions_and_aggregation(hub: Hub, administrator: Cli) -> None:
    hub.seed(finding_aggregators=[{"account_id": ADMINISTRATOR, "home_region": "eu-west-1"}])
    (found,) = administrator("list-finding-aggregators")["FindingAggregators"]
    arn = ("--finding-aggregator-arn", found["FindingAggregatorArn"])
    assert administrator("get-finding-aggregator", *arn)["RegionLinkingMode"] == "ALL_REGIONS"
    offered = [row["StandardsArn"] for row in administrator("describe-standards", "--page-size", "3")["Standards"]]
    (pci,) = [arn for arn in offered if "pci-dss/v/4" in arn]
    request = ("--standards-subscription-requests", f"StandardsArn={pci}")
    (row,) = administrator("batch-enable-standards", *request)["StandardsSubscriptions"]
    assert row["StandardsStatus"] == "PENDING"
    subscription = ("--standards-subscription-arns", row["StandardsSubscriptionArn"])
    (row,) = administrator("get-enabled-standards", *subscription)["StandardsSubscriptions"]
    assert row["StandardsStatus"] == "READY"
    (row,) = administrator("batch-disable-standards", *subscription)["StandardsSubscriptions"]
    assert row["StandardsStatus"] == "DELETING"
    listed = administrator("ec2:", "describe-regions", "--region-names", "eu-south-1")["Regions"]
    assert [(row["RegionName"], row["OptInStatus"]) for row in listed] == [("eu-south-1", "opted-in")]
