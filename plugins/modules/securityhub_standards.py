#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_standards
version_added: 1.0.0
short_description: Enable or disable security standards of AWS Security Hub
description:
  - Enables or disables security standards of Security Hub CSPM in this account or in many accounts by role, in one
    Region or many at the same time.
  - The configuration policies of AWS Security Hub do not reach members by invitation. Their standards are set in each
    account and Region, which is what this module does.
  - AWS charges for the checks of each standard, in each account and Region. This module enables only the standards that
    O(standards) names.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  standards:
    description:
      - The standards, as a list or as one string with commas, spaces or newlines between them.
      - Short names such as C(aws-foundational-security-best-practices/v/1.0.0),
        C(cis-aws-foundations-benchmark/v/3.0.0), C(nist-800-53/v/5.0.0) or C(pci-dss/v/4.0.1), also with C(standards/)
        or C(ruleset/) before them, or ARNs. An ARN stands for the same standard in each Region and partition that the
        module works in.
      - Or titles as Security Hub shows them, such as C(PCI DSS v4.0.1). A title is looked up in each Region, which
        needs C(securityhub:DescribeStandards). In a string, titles have commas or newlines between them. A Region that
        offers no standard with the title is in RV(failed_regions) with the nearest one.
      - If a Region does not offer a standard that is to be enabled, nothing is changed there, and the Region is in
        RV(failed_regions) with the standards that it offers.
      - With an empty list there is nothing to do, unless O(purge_standards=true).
    type: list
    elements: str
    required: true
  state:
    description:
      - V(present), the standards are enabled. One that is being disabled is enabled again when it is gone. One that is
        C(FAILED) is enabled again. One that is C(INCOMPLETE) is left as it is, and the Region is in
        RV(failed_regions) with the reason.
      - V(absent), the standards are disabled. Disabling a standard stops its checks, and AWS deletes its findings after
        some time. Where Security Hub is disabled there are no standards, so there is nothing to do.
    type: str
    choices: [present, absent]
    default: present
  purge_standards:
    description:
      - Whether all other standards are disabled, with O(state=present).
      - Standards that another AWS service manages (C(service-managed-...)) are left alone, as Security Hub can't
        disable them.
    type: bool
    default: false
  wait_timeout:
    description:
      - How long, in seconds, a standard may take to be C(READY), or to be gone. A standard that takes longer fails its
        Region. What was requested goes on, and the next run sees it.
      - With V(0), the module does not wait. A standard that is C(PENDING) or C(DELETING) is then as requested, except
        for one that is C(DELETING) and to be enabled, or C(PENDING) and to be disabled.
    type: int
    default: 180
notes:
  - Check mode needs the IAM permission C(securityhub:GetEnabledStandards), and C(securityhub:DescribeStandards) where
    there is something to enable. A run needs C(securityhub:BatchEnableStandards) and
    C(securityhub:BatchDisableStandards) too.
  - Where there is nothing to do, the module makes one call for each account and Region. The standards that a Region
    offers are asked for once, whatever the number of accounts.
seealso:
  - module: multiaccount.aws.securityhub_standards_info
  - module: multiaccount.aws.securityhub_hub
  - module: multiaccount.aws.securityhub_membership
  - name: AWS Security Hub CSPM pricing
    description: The prices of standards and their checks.
    link: https://aws.amazon.com/security-hub/cspm/pricing/
  - name: Standards reference
    description: The standards of AWS Security Hub and their controls.
    link: https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.securityhub.connection
  - multiaccount.aws.securityhub.member_role
  - multiaccount.aws.securityhub.account_ids
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.converges
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - multiaccount.aws.securityhub.requirements
"""

EXAMPLES = r"""
- name: Enable a standard in two Regions
  multiaccount.aws.securityhub_standards:
    standards: [aws-foundational-security-best-practices/v/1.0.0]
    regions: [eu-west-1, eu-central-1]

- name: Have exactly these standards in two member accounts
  multiaccount.aws.securityhub_standards:
    standards:
      - aws-foundational-security-best-practices/v/1.0.0
      - cis-aws-foundations-benchmark/v/3.0.0
    purge_standards: true
    account_ids: ["111122223333", "012345670123"]
    member_role: SecurityHubOnboarding
    regions: [eu-west-1, eu-central-1]

- name: Disable an old version
  multiaccount.aws.securityhub_standards:
    standards: [cis-aws-foundations-benchmark/v/1.2.0]
    state: absent
    region: eu-west-1

- name: Show which standards would be disabled
  multiaccount.aws.securityhub_standards:
    standards: [aws-foundational-security-best-practices/v/1.0.0]
    purge_standards: true
    region: eu-west-1
  check_mode: true
  diff: true

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_standards -a "standards=pci-dss/v/4.0.1 regions=eu-west-1" --check
"""

RETURN = r"""
standards:
  description:
    - >-
      The standards that are enabled, or in check mode would be: a row for each account, Region and standard, sorted by
      name.
    - A Region of RV(failed_regions) has no row if it is not known whether its standards were changed.
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
      description: >-
        The ARN of the standard as it is enabled in the account. V(null) in check mode where it is not enabled yet.
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
      description: >-
        The error code of the service, or the name of the SDK's exception where there was no response.
        V(standards_not_offered) means that the Region does not offer a standard that was to be enabled, and nothing was
        changed there. V(standards_failed) means that AWS could not disable a standard, V(standards_incomplete) that one
        is enabled, but not completely. V(standards_pending) means that one was still PENDING after O(wait_timeout),
        V(unconfirmed) that a change was not seen in that time. V(unknown_status) means a status that this module does
        not know.
      returned: always
      type: str
      sample: standards_incomplete
    msg:
      description: What failed, in which account and Region, why, and what to do next.
      returned: always
      type: str
      sample: >-
        Account 111122223333 has standards in eu-south-1 that are not as requested: pci-dss/v/4.0.1 is INCOMPLETE
        (NO_AVAILABLE_CONFIGURATION_RECORDER). Enable recording with AWS Config in the account and Region. Fix the
        cause. A standard that stays INCOMPLETE can be disabled and enabled again.
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
diff:
  description: The status of each standard before and after, for each Region that could be read.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: The status of each standard by Region, before. With O(account_ids), by Region and account.
      returned: always
      type: dict
      sample: {"eu-west-1": {}}
    after:
      description: The status of each standard by Region, after. With O(account_ids), by Region and account.
      returned: always
      type: dict
      sample: {"eu-west-1": {"aws-foundational-security-best-practices/v/1.0.0": "READY"}}
"""

from typing import Any, Dict, Mapping

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput, RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.controls import parse_standards
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    ACCOUNTS_SPEC,
    COMMON_SPEC,
    checked_wait_timeout,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import account_roles
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import Result
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.rows import (
    not_started,
    region_result,
    with_failed_accounts,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.apply import (
    Offers,
    Standards,
    StandardsChange,
    reconcile_standards,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.plan import (
    DesiredStandards,
    standard_row,
)

KEYS = ("standards", "failed_regions", "failed_accounts")

ARGUMENT_SPEC: Dict[str, Any] = {
    "standards": {"type": "list", "elements": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "purge_standards": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 180},
    **COMMON_SPEC,
    **ACCOUNTS_SPEC,
}


def manage_standards(params: Mapping[str, Any], info: ConnectionInfo, mode: RunMode) -> Result:
    """Bring the standards to the requested state in the requested accounts and Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    desired = desired_standards(params)
    wait_timeout = checked_wait_timeout(params["wait_timeout"])
    offers = Offers()

    def work(client: RegionClient) -> RegionResult[StandardsChange]:
        return reconcile_standards(client, desired, offers, wait_timeout, mode.check)

    roles = account_roles(params)
    session = RegionSession(info, params["regions"], params["exclude_regions"])
    by_place, errors = session.map_places({} if desired.is_empty else roles, work, not_started)
    result = region_result(by_place, "standards", rows, statuses, mode)
    return with_failed_accounts(result, errors)


def desired_standards(params: Mapping[str, Any]) -> DesiredStandards:
    """Return the desired state that the options describe.

    :raises InvalidInput: for what can't be a standard, and for options that exclude each other
    """
    is_present = params["state"] == "present"
    if params["purge_standards"] and not is_present:
        raise InvalidInput("purge_standards: only with state present. Leave it out.")
    return DesiredStandards(
        parse_standards(params["standards"], "standards", takes_titles=True),
        is_present,
        purge=params["purge_standards"],
    )


def rows(standards: Standards) -> Any:
    """Return the rows of an account in a Region, except for what names them."""
    return map(standard_row, standards)


def statuses(standards: Standards) -> Dict[str, str]:
    """Return what the diff shows of an account in a Region."""
    return {each.name: each.standards_status for each in standards}


def main() -> None:
    run_module(AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), manage_standards, KEYS)


if __name__ == "__main__":
    main()
