# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls that Terraform's AWS provider makes: a resource for each account and Region, ten at a time.

By the provider's source (internal/service/securityhub), the resources make these calls:

- aws_securityhub_member: CreateMembers, InviteMembers, GetMembers; a plan without changes: GetMembers
- aws_securityhub_account: EnableSecurityHub, UpdateSecurityHubConfiguration, DescribeHub twice
- aws_securityhub_invite_accepter: ListInvitations, AcceptInvitation, GetMasterAccount
- a provider for each member account: AssumeRole, GetCallerIdentity

Terraform itself (its start, plan and state, and that of the provider) is not part of it.

one_by_one.py invite|refresh|onboard ACCOUNT,ACCOUNT,... REGION,REGION,... ADMINISTRATOR ROLE
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

# Started as a script, from wherever.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.shared_clients import Clients

PARALLELISM = 10  # terraform apply -parallelism=10, the default


def create_member(hub: Any, account: str) -> None:
    """aws_securityhub_member, with invite = true."""
    hub.create_members(AccountDetails=[{"AccountId": account}])
    hub.invite_members(AccountIds=[account])
    read_member(hub, account)


def read_member(hub: Any, account: str) -> None:
    """aws_securityhub_member, in a refresh."""
    hub.get_members(AccountIds=[account])


def enable(hub: Any) -> None:
    """aws_securityhub_account."""
    hub.enable_security_hub(EnableDefaultStandards=False)
    hub.update_security_hub_configuration(AutoEnableControls=True)
    hub.describe_hub()
    hub.describe_hub()


def accept(hub: Any, administrator: str) -> None:
    """aws_securityhub_invite_accepter."""
    (found,) = [each for each in hub.list_invitations()["Invitations"] if each["AccountId"] == administrator]
    hub.accept_invitation(MasterId=administrator, InvitationId=found["InvitationId"])
    hub.get_master_account()


def onboarder(clients: Clients, regions: list[str], administrator: str, role: str) -> Callable[[str], None]:
    """Return what onboards an account in all Regions."""

    def onboard(account: str) -> None:
        keys = clients.assume_role(account, role, regions[0])
        with clients.acting_as(keys):
            clients("sts", regions[0]).get_caller_identity()
        for region in regions:
            hub = clients("securityhub", region)
            with clients.acting_as(keys):
                enable(hub)
            create_member(hub, account)
            with clients.acting_as(keys):
                accept(hub, administrator)

    return onboard


def main() -> None:
    """Do what the command line says."""
    mode, account_list, region_list, administrator, role = sys.argv[1:]
    accounts, regions = account_list.split(","), region_list.split(",")
    clients = Clients(PARALLELISM)
    with ThreadPoolExecutor(PARALLELISM) as pool:
        if mode == "onboard":
            list(pool.map(lambda region: enable(clients("securityhub", region)), regions))
            list(pool.map(onboarder(clients, regions, administrator, role), accounts))
            return
        work = {"invite": create_member, "refresh": read_member}[mode]
        pairs = product(regions, accounts)
        list(pool.map(lambda pair: work(clients("securityhub", pair[0]), pair[1]), pairs))


if __name__ == "__main__":
    main()
