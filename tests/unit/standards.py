# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests about standards share: names, seeds, and what the server has."""

from __future__ import annotations

from typing import Any

import boto3

from ansible_collections.multiaccount.aws.tests.local_hub.control import SECRET_KEY, Hub, access_key
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION

GET, OFFER = "GetEnabledStandards", "DescribeStandards"
ENABLE, DISABLE = "BatchEnableStandards", "BatchDisableStandards"
PCI, NIST = "pci-dss/v/4.0.1", "nist-800-53/v/5.0.0"
FOUNDATIONAL = "aws-foundational-security-best-practices/v/1.0.0"
CIS_1 = "cis-aws-foundations-benchmark/v/1.2.0"
TOWER = "service-managed-aws-control-tower/v/1.0.0"

Statuses = dict[str, str]


def seed_standards(
    hub: Hub, statuses: Statuses, regions: list[str] | None = None, account_id: str = ADMINISTRATOR
) -> None:
    """Enable Security Hub with these standards, that stay as they are."""
    rows = [{"standards": name, "status": status} for name, status in statuses.items()]
    hub.seed(hubs=[{"account_id": account_id, "regions": regions or [REGION], "standards": rows}])


def standards_at_server(hub: Hub, region: str = REGION, account_id: str = ADMINISTRATOR) -> Statuses:
    """The status of each standard that the server has."""
    found = hub.state()["hubs"][account_id][region]["standards_status"]
    return {arn.rpartition(":")[2].partition("/")[2]: status for arn, status in found.items()}


def shown_standards(result: dict[str, Any], region: str = REGION) -> Statuses:
    """The status of each standard in a result of securityhub_standards."""
    return {row["name"]: row["standards_status"] for row in result["standards"] if row["region"] == region}


def client_of(hub: Hub, account_id: str, region: str) -> Any:
    keys = {"aws_access_key_id": access_key(account_id), "aws_secret_access_key": SECRET_KEY}
    return boto3.session.Session().client("securityhub", region_name=region, endpoint_url=hub.url, **keys)


def onboard_by_hand(hub: Hub, members: list[str], regions: list[str], standards: list[str]) -> None:
    """What a script does that onboards accounts one by one, with boto3 alone, and enables standards in each Region."""
    for region in regions:
        administrator = client_of(hub, ADMINISTRATOR, region)
        administrator.enable_security_hub(EnableDefaultStandards=False)
        for account_id in members:
            member = client_of(hub, account_id, region)
            member.enable_security_hub(EnableDefaultStandards=False)
            offered = [row["StandardsArn"] for row in member.describe_standards()["Standards"]]
            chosen = [{"StandardsArn": arn} for arn in offered if arn.endswith(tuple(standards))]
            member.batch_enable_standards(StandardsSubscriptionRequests=chosen)
            administrator.create_members(AccountDetails=[{"AccountId": account_id}])
            administrator.invite_members(AccountIds=[account_id])
            (invitation,) = member.list_invitations()["Invitations"]
            ids = {"AdministratorId": ADMINISTRATOR, "InvitationId": invitation["InvitationId"]}
            member.accept_administrator_invitation(**ids)


def standards_by_account(hub: Hub, region: str = REGION) -> dict[str, dict[str, str]]:
    """The status of each standard of each account but the administrator."""
    return {
        account_id: {
            arn.rpartition(":")[2].partition("/")[2]: status
            for arn, status in regions[region]["standards_status"].items()
        }
        for account_id, regions in hub.state()["hubs"].items()
        if region in regions and account_id != ADMINISTRATOR
    }
