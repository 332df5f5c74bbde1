# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A membership, and controls, driven by the AWS CLI: a client that we did not write. Each call takes it a second."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local_hub.control import DEFAULT_REGION, Hub
from local_hub.tests.awscli import Cli
from local_hub.tests.world import ADMINISTRATOR, MEMBER

OTHER = "333344445555"


@pytest.fixture
def administrator(hub: Hub, tmp_path: Path) -> Cli:
    """The CLI with the administrator's key."""
    return Cli(hub.environment(ADMINISTRATOR), tmp_path)


def test_membership_with_the_aws_cli(hub: Hub, administrator: Cli, tmp_path: Path) -> None:
    """A call of each kind: with and without a document, pages, an error, other services. The rest: boto3's tests."""
    off = administrator.run("list-members")
    assert off.returncode != 0
    assert "InvalidAccessException" in off.stderr
    administrator("enable-security-hub", "--no-enable-default-standards", "--tags", "team=security")
    details = (f"AccountId={MEMBER},Email=owner@example.com", f"AccountId={OTHER}")
    assert administrator("create-members", "--account-details", *details) == {"UnprocessedAccounts": []}
    assert administrator("invite-members", "--account-ids", MEMBER) == {"UnprocessedAccounts": []}

    role = f"arn:aws:iam::{MEMBER}:role/Onboarding"
    keys = administrator("sts:", "assume-role", "--role-arn", role, "--role-session-name", "cli")["Credentials"]
    session = {
        **hub.environment(MEMBER),
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    member = Cli(session, tmp_path)
    member("enable-security-hub")
    (row,) = member("list-invitations")["Invitations"]
    assert row["AccountId"] == ADMINISTRATOR
    invitation = ("--administrator-id", ADMINISTRATOR, "--invitation-id", row["InvitationId"])
    assert member("accept-administrator-invitation", *invitation) is None
    rows = administrator("list-members", "--no-only-associated", "--page-size", "1")["Members"]
    assert {row["AccountId"]: row["MemberStatus"] for row in rows} == {MEMBER: "Enabled", OTHER: "Created"}

    listed = administrator("ec2:", "describe-regions", "--region-names", "eu-south-1")["Regions"]
    assert [(row["RegionName"], row["OptInStatus"]) for row in listed] == [("eu-south-1", "opted-in")]


def test_controls_with_the_aws_cli(hub: Hub, administrator: Cli) -> None:
    """It sees what others have written, and others see what it writes."""
    standard = f"arn:aws:securityhub:{DEFAULT_REGION}::standards/pci-dss/v/4.0.1"
    row = {"standards": standard, "disabled_controls": ["IAM.9"]}
    hub.seed(hubs=[{"account_id": ADMINISTRATOR, "region": DEFAULT_REGION, "standards": [row]}])
    definitions = administrator("list-security-control-definitions", "--standards-arn", standard)
    assert "IAM.6" in [row["SecurityControlId"] for row in definitions["SecurityControlDefinitions"]]

    update = f"StandardsArn={standard},SecurityControlId=IAM.6,AssociationStatus=DISABLED,UpdatedReason=No keys"
    words: tuple[str, ...] = (
        "batch-update-standards-control-associations",
        "--standards-control-association-updates",
        update,
    )
    assert administrator(*words) == {"UnprocessedAssociationUpdates": []}
    asked = [f"SecurityControlId={control_id},StandardsArn={standard}" for control_id in ("IAM.6", "IAM.9", "IAM.5")]
    words = ("batch-get-standards-control-associations", "--standards-control-association-ids", *asked)
    rows = administrator(*words)["StandardsControlAssociationDetails"]
    assert [row["AssociationStatus"] for row in rows] == ["DISABLED", "DISABLED", "ENABLED"]

    parameters = json.dumps({"daysToExpiration": {"ValueType": "CUSTOM", "Value": {"Integer": 15}}})
    words = ("update-security-control", "--security-control-id", "ACM.1", "--parameters", parameters)
    assert administrator(*words) is None
    (control,) = administrator("batch-get-security-controls", "--security-control-ids", "ACM.1")["SecurityControls"]
    assert control["Parameters"] == json.loads(parameters)
    shown = hub.state()["hubs"][ADMINISTRATOR][DEFAULT_REGION]
    assert shown["disabled_controls"] == {standard: {"IAM.6": "No keys", "IAM.9": None}}
    assert shown["control_parameters"] == {"ACM.1": {"daysToExpiration": {"Integer": 15}}}
