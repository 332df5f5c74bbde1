#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_standards_info
version_added: 1.0.0
short_description: List the security standards of AWS Security Hub that are enabled in an account
description:
  - Returns the security standards of Security Hub CSPM that are enabled in this account or in many accounts by role,
    with their status, in one Region or many at the same time. Regions where Security Hub is disabled are in
    RV(disabled_regions).
author:
  - multiaccount.aws contributors (@multiaccount)
options: {}
notes:
  - Needs the IAM permission C(securityhub:GetEnabledStandards).
seealso:
  - module: multiaccount.aws.securityhub_standards
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
- name: List the standards of two member accounts
  multiaccount.aws.securityhub_standards_info:
    account_ids: ["111122223333", "012345670123"]
    member_role: SecurityHubReader
    regions: [eu-west-1, eu-central-1]
  register: found

- name: Show those that are not ready
  ansible.builtin.debug:
    msg: "{{ found.standards | rejectattr('standards_status', 'equalto', 'READY') }}"

- name: Show where Security Hub is disabled, so that there are none
  ansible.builtin.debug:
    msg: "{{ found.disabled_regions }}"

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_standards_info -a regions=eu-west-1,eu-central-1
"""

RETURN = r"""
standards:
  description: The standards that are enabled, a row for each account, Region and standard, sorted by name.
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
    name:
      description: The short name.
      returned: always
      type: str
      sample: pci-dss/v/4.0.1
    standards_arn:
      description: The ARN of the standard in this Region.
      returned: always
      type: str
      sample: arn:aws:securityhub:eu-west-1::standards/pci-dss/v/4.0.1
    standards_subscription_arn:
      description: The ARN of the standard as it is enabled in the account.
      returned: always
      type: str
      sample: arn:aws:securityhub:eu-west-1:111122223333:subscription/pci-dss/v/4.0.1
    standards_status:
      description: V(PENDING), V(READY), V(INCOMPLETE), V(FAILED) or V(DELETING).
      returned: always
      type: str
      sample: READY
    status_reason_code:
      description: >-
        The service's reason for the status, such as V(NO_AVAILABLE_CONFIGURATION_RECORDER). V(null) for none.
      returned: always
      type: str
      sample: null
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
      sample: AccessDeniedException
    msg:
      description: What failed, in which account and Region, why, and what to do next.
      returned: always
      type: str
      sample: >-
        GetEnabledStandards, called by account 111122223333, failed in eu-south-1 with AccessDeniedException: no
        identity-based policy allows the action. Allow securityhub:GetEnabledStandards in the caller's IAM policy, and
        check for an SCP that denies it.
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

from typing import Any, Dict, Mapping, Optional, Sequence

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.api import (
    get_enabled_standards,
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
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Standard
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import Result
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.rows import (
    accounts_info_result,
    nothing_found,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.plan import standard_row

KEYS = ("standards", "disabled_regions", "failed_regions", "failed_accounts")

ARGUMENT_SPEC: Dict[str, Any] = {**COMMON_SPEC, **ACCOUNTS_SPEC}


def list_standards(params: Mapping[str, Any], info: ConnectionInfo, _mode: RunMode) -> Result:
    """List the standards that are enabled in the requested accounts and Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    roles = account_roles(params)
    session = RegionSession(info, params["regions"], params["exclude_regions"])
    by_place, errors = session.map_places(roles, find_standards, nothing_found)
    return accounts_info_result(by_place, {"standards": lambda standard: [standard_row(standard)]}, errors)


def find_standards(client: RegionClient) -> RegionResult[Optional[Sequence[Standard]]]:
    """Return the standards of one account and Region, None where Security Hub is disabled."""
    try:
        return RegionResult(sorted(get_enabled_standards(client), key=lambda each: each.name))
    except SecurityHubError as error:
        return RegionResult(None) if error.hub_is_disabled else RegionResult([], error)


def main() -> None:
    run_module(AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), list_standards, KEYS)


if __name__ == "__main__":
    main()
