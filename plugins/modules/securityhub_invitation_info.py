#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_invitation_info
version_added: 1.0.0
short_description: List the AWS Security Hub invitations and the administrator of an account
description:
  - Lists the administrator accounts that have invited this account to be a Security Hub CSPM member, and the one that
    it is a member of, in one Region or many at the same time.
  - Run it with the credentials of the member account. Regions where Security Hub is disabled there are in
    RV(disabled_regions).
author:
  - multiaccount.aws contributors (@multiaccount)
options: {}
notes:
  - Needs the IAM permissions C(securityhub:ListInvitations) and C(securityhub:GetAdministratorAccount).
seealso:
  - module: multiaccount.aws.securityhub_invitation
  - module: multiaccount.aws.securityhub_member_info
    description: The administrator's side.
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.securityhub.connection
  - multiaccount.aws.securityhub.member_role
  - multiaccount.aws.securityhub.account_ids
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.reads
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - multiaccount.aws.securityhub.requirements
"""

EXAMPLES = r"""
- name: List the invitations in two Regions
  multiaccount.aws.securityhub_invitation_info:
    regions: [eu-west-1, eu-central-1]
  register: invited

- name: Fail if this account is a member of another administrator than 999988887777
  ansible.builtin.assert:
    that: invited.administrators | rejectattr('administrator_id', 'eq', '999988887777') | length == 0

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_invitation_info -a region=eu-west-1
"""

RETURN = r"""
invitations:
  description: The invitations that have not been deleted, Region by Region.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-west-1
    account_id:
      description: The account.
      returned: when O(account_ids) is set
      type: str
      sample: "111122223333"
    administrator_id:
      description: The administrator account.
      returned: always
      type: str
      sample: "999988887777"
    member_status:
      description: The status of the invitation.
      returned: always
      type: str
      sample: Invited
    invitation_id:
      description: The ID of the invitation. V(null) for an account of an organization.
      returned: always
      type: str
      sample: 7ab938c5d52d7904ad09f9e7c20cc4eb
    invited_at:
      description: When the account was invited. V(null) where the service shows no time.
      returned: always
      type: str
      sample: "2026-01-31T08:15:30.123000+00:00"
administrators:
  description: The administrator of the account, a row for each Region where it has one.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-west-1
    account_id:
      description: The account.
      returned: when O(account_ids) is set
      type: str
      sample: "111122223333"
    administrator_id:
      description: The administrator account.
      returned: always
      type: str
      sample: "999988887777"
    member_status:
      description: The status of the invitation.
      returned: always
      type: str
      sample: Enabled
    invitation_id:
      description: The ID of the invitation. V(null) for an account of an organization.
      returned: always
      type: str
      sample: 7ab938c5d52d7904ad09f9e7c20cc4eb
    invited_at:
      description: When the account was invited. V(null) where the service shows no time.
      returned: always
      type: str
      sample: "2026-01-31T08:15:30.123000+00:00"
disabled_regions:
  description: The Regions where Security Hub is disabled, with O(account_ids) a row for each Region and account.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-north-1
    account_id:
      description: The account.
      returned: when O(account_ids) is set
      type: str
      sample: "111122223333"
failed_regions:
  description: The Regions that failed, and what to do next.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-south-1
    account_id:
      description: The account.
      returned: when O(account_ids) is set
      type: str
      sample: "111122223333"
    error_code:
      description: The error code of the service, or the name of the SDK's exception where there was no response.
      returned: always
      type: str
      sample: InvalidAccessException
    msg:
      description: What failed, in which account and Region, why, and what to do next.
      returned: always
      type: str
      sample: >-
        Security Hub is not enabled in account 111122223333 in eu-south-1. Enable it with
        multiaccount.aws.securityhub_hub.
failed_accounts:
  description: The accounts of O(account_ids) whose role could not be assumed, and what to do next.
  returned: always
  type: list
  elements: dict
  contains:
    account_id:
      description: The account.
      returned: always
      type: str
      sample: "111122223333"
    error_code:
      description: >-
        The error code of STS, or the name of the SDK's exception where there was no response. V(unexpected_account)
        means that the session that STS returned is not in this account.
      returned: always
      type: str
      sample: AccessDenied
    msg:
      description: What failed, and what to do next.
      returned: always
      type: str
      sample: >-
        AssumeRole for account 111122223333 failed in eu-west-1 with AccessDenied: not authorized to perform
        sts:AssumeRole. Check member_role, its path, its trust policy, and member_role_external_id, and that the
        caller's own policy allows sts:AssumeRole for the role with this path and name.
"""

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.api import (
    get_administrator,
    list_invitations,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    RegionResult,
    SecurityHubError,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    ACCOUNTS_SPEC,
    COMMON_SPEC,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import account_roles
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Invitation
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import Result
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.rows import (
    accounts_info_result,
    nothing_found,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module

KEYS = ("invitations", "administrators", "disabled_regions", "failed_regions", "failed_accounts")

ARGUMENT_SPEC: Dict[str, Any] = {**COMMON_SPEC, **ACCOUNTS_SPEC}

AdministratorAndInvitations = Tuple[Optional[Invitation], List[Invitation]]


def list_relationships(params: Mapping[str, Any], info: ConnectionInfo, _mode: RunMode) -> Result:
    """List the invitations to the caller's account, and its administrator, in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    rows = {
        "invitations": lambda found: map(vars, found[1]),
        "administrators": lambda found: [vars(found[0])] if found[0] else [],
    }
    roles = account_roles(params)
    session = RegionSession(info, params["regions"], params["exclude_regions"])
    by_place, errors = session.map_places(roles, find_relationships, nothing_found)
    return accounts_info_result(by_place, rows, errors)


def find_relationships(client: RegionClient) -> RegionResult[Optional[Sequence[AdministratorAndInvitations]]]:
    """Return the administrator and the invitations of one account and Region, None where Security Hub is disabled."""
    try:
        return RegionResult([(get_administrator(client), list_invitations(client))])
    except SecurityHubError as error:
        return RegionResult(None) if error.hub_is_disabled else RegionResult([], error)


def main() -> None:
    run_module(
        AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True),
        list_relationships,
        KEYS,
    )


if __name__ == "__main__":
    main()
