#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_hub
version_added: 1.0.0
short_description: Enable or disable AWS Security Hub in an account
description:
  - Enables or disables Security Hub CSPM in this account, and manages its settings and tags, in one Region or many at
    the same time.
  - Security Hub must be enabled in an administrator account and in its members, in each Region.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  state:
    description:
      - V(present), Security Hub is enabled, with the settings that are given.
      - V(absent), Security Hub is disabled. While the account has enabled members or an administrator, the service
        refuses this, and the Region is in RV(failed_regions).
    type: str
    choices: [present, absent]
    default: present
  enable_default_standards:
    description:
      - Whether to enable the standards that AWS enables by default, when Security Hub is enabled.
      - Standards cost money for each check that they run. Unlike the console and the API, this module enables them only
        with V(true).
      - Ignored where Security Hub is already enabled. Its standards are left as they are.
    type: bool
    default: false
  control_finding_generator:
    description:
      - Whether a control that belongs to several standards generates one finding (V(SECURITY_CONTROL)) or one for each
        of them (V(STANDARD_CONTROL)).
      - When not set, the setting is left as it is. A new hub has V(SECURITY_CONTROL).
    type: str
    choices: [SECURITY_CONTROL, STANDARD_CONTROL]
  auto_enable_controls:
    description:
      - Whether new controls of enabled standards are enabled automatically.
      - When not set, the setting is left as it is. A new hub has V(true).
    type: bool
notes:
  - Check mode needs the IAM permission C(securityhub:DescribeHub), with O(tags) also
    C(securityhub:ListTagsForResource), with O(state=absent) also C(securityhub:GetAdministratorAccount) and
    C(securityhub:ListMembers). A run needs C(securityhub:EnableSecurityHub),
    C(securityhub:UpdateSecurityHubConfiguration), C(securityhub:TagResource) and C(securityhub:UntagResource), or
    C(securityhub:DisableSecurityHub). Enabling it for the first time needs C(iam:CreateServiceLinkedRole).
  - In check mode, the ARN and the time of a hub that would be enabled are V(null).
seealso:
  - module: multiaccount.aws.securityhub_hub_info
  - module: multiaccount.aws.securityhub_invitation
  - name: AWS Security Hub CSPM pricing
    description: The prices of standards and their checks.
    link: https://aws.amazon.com/security-hub/cspm/pricing/
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.securityhub.connection
  - multiaccount.aws.securityhub.member_role
  - multiaccount.aws.securityhub.account_ids
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.converges
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - multiaccount.aws.securityhub.requirements
"""

EXAMPLES = r"""
- name: Enable Security Hub in two Regions, without standards
  multiaccount.aws.securityhub_hub:
    regions: [eu-west-1, eu-central-1]

- name: Enable Security Hub with the default standards and exactly these tags
  multiaccount.aws.securityhub_hub:
    region: eu-west-1
    enable_default_standards: true
    tags:
      team: security

- name: Do not enable new controls automatically
  multiaccount.aws.securityhub_hub:
    region: eu-west-1
    auto_enable_controls: false

- name: Check whether Security Hub could be disabled
  multiaccount.aws.securityhub_hub:
    region: eu-west-1
    state: absent
  check_mode: true
  diff: true

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_hub -a regions=eu-west-1,eu-central-1 --check
"""

RETURN = r"""
hubs:
  description:
    - The hubs, a row for each Region where Security Hub is enabled, or in check mode would be.
    - A Region of RV(failed_regions) has no row if its hub could not be read after a change.
  returned: always
  type: list
  elements: dict
  contains: &hub
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
    hub_arn:
      description: The ARN. V(null) in check mode where Security Hub is not enabled yet.
      returned: always
      type: str
      sample: arn:aws:securityhub:eu-west-1:111122223333:hub/default
    subscribed_at:
      description: When Security Hub was enabled. V(null) in check mode where it is not enabled yet.
      returned: always
      type: str
      sample: "2026-01-31T08:15:30.123Z"
    auto_enable_controls:
      description:
        - Whether new controls of enabled standards are enabled automatically. V(null) where the service does not
          show it.
      returned: always
      type: bool
      sample: true
    control_finding_generator:
      description:
        - Whether a control of several standards generates one finding or one for each of them. V(null) where the
          service does not show it.
      returned: always
      type: str
      sample: SECURITY_CONTROL
    tags:
      description: The tags. V(null) where O(tags) is not set, and with O(state=absent), as they are not read then.
      returned: always
      type: dict
      sample: {"team": "security"}
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
        V(associated) means, in check mode, that the account has enabled members or an administrator. V(unconfirmed)
        means that a change was not seen in time.
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
diff:
  description: The hub before and after, for each Region that could be read. V(null) where Security Hub is disabled.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: The hub by Region, before.
      returned: always
      type: dict
      sample: {"eu-west-1": null}
    after:
      description: The hub by Region, after.
      returned: always
      type: dict
      sample:
        eu-west-1:
          hub_arn: arn:aws:securityhub:eu-west-1:111122223333:hub/default
          subscribed_at: "2026-01-31T08:15:30.123Z"
          auto_enable_controls: true
          control_finding_generator: SECURITY_CONTROL
          tags: null
"""

from typing import Any, Dict, Mapping, Optional

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.apply import (
    HubChange,
    reconcile_hub,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import (
    DesiredHub,
    HubPlan,
    plan_hub_absent,
    plan_hub_present,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    ACCOUNTS_SPEC,
    COMMON_SPEC,
    parse_tags,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import account_roles
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Hub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import Result
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.rows import (
    not_started,
    region_result,
    with_failed_accounts,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module

KEYS = ("hubs", "failed_regions", "failed_accounts")

ARGUMENT_SPEC: Dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "enable_default_standards": {"type": "bool", "default": False},
    "control_finding_generator": {"type": "str", "choices": ["SECURITY_CONTROL", "STANDARD_CONTROL"]},
    "auto_enable_controls": {"type": "bool"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    **COMMON_SPEC,
    **ACCOUNTS_SPEC,
}


def manage_hubs(params: Mapping[str, Any], info: ConnectionInfo, mode: RunMode) -> Result:
    """Bring Security Hub to the requested state in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    tags = params["tags"]
    desired = DesiredHub(
        enable_default_standards=params["enable_default_standards"],
        control_finding_generator=params["control_finding_generator"],
        auto_enable_controls=params["auto_enable_controls"],
        tags=None if tags is None else parse_tags(tags, "tags"),
        purge_tags=params["purge_tags"],
    )

    def plan(hub: Optional[Hub]) -> HubPlan:
        return plan_hub_present(desired, hub) if params["state"] == "present" else plan_hub_absent(hub)

    def work(client: RegionClient) -> RegionResult[HubChange]:
        with_tags = params["state"] == "present" and tags is not None
        return reconcile_hub(client, plan, with_tags, mode.check)

    roles = account_roles(params)
    session = RegionSession(info, params["regions"], params["exclude_regions"])
    by_place, errors = session.map_places(roles, work, not_started)
    result = region_result(by_place, "hubs", lambda hub: [vars(hub)], vars, mode)
    return with_failed_accounts(result, errors)


def main() -> None:
    run_module(AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), manage_hubs, KEYS)


if __name__ == "__main__":
    main()
