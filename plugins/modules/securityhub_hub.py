#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_hub
version_added: 1.0.0
short_description: Turn AWS Security Hub on or off in an account
description:
  - Turns Security Hub CSPM on or off in this account, and manages its settings and tags, in one Region or many at the
    same time.
  - It must be on in an administrator account and in its members, in each Region.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  state:
    description:
      - V(present), Security Hub is on, with the settings that are given.
      - V(absent), Security Hub is off. The service refuses that while the account has enabled members or an
        administrator, then the Region is one of RV(failed_regions).
    type: str
    choices: [present, absent]
    default: present
  enable_default_standards:
    description:
      - Whether turning Security Hub on also enables the standards that AWS enables by default.
      - Standards cost money for each check that they run, so this module, unlike the console and the API, does not
        enable them unless told to.
      - Counts only when Security Hub is turned on. Where it is on, standards are left as they are.
    type: bool
    default: false
  control_finding_generator:
    description:
      - Whether a control that belongs to several standards makes one finding (V(SECURITY_CONTROL)) or one for each of
        them (V(STANDARD_CONTROL)).
      - Without it, the setting is left as it is. A new hub has V(SECURITY_CONTROL).
    type: str
    choices: [SECURITY_CONTROL, STANDARD_CONTROL]
  auto_enable_controls:
    description:
      - Whether new controls of enabled standards are turned on by themselves.
      - Without it, the setting is left as it is. A new hub has V(true).
    type: bool
notes:
  - Check mode needs the IAM permissions C(securityhub:DescribeHub) and C(securityhub:ListTagsForResource), with
    O(state=absent) also C(securityhub:GetAdministratorAccount) and C(securityhub:ListMembers). A run needs
    C(securityhub:EnableSecurityHub), C(securityhub:UpdateSecurityHubConfiguration), C(securityhub:TagResource) and
    C(securityhub:UntagResource), or C(securityhub:DisableSecurityHub). Turning it on for the first time needs
    C(iam:CreateServiceLinkedRole).
  - In check mode, the ARN and the time of a hub that would be turned on are V(null).
seealso:
  - module: multiaccount.aws.securityhub_hub_info
  - module: multiaccount.aws.securityhub_invitation
  - name: AWS Security Hub pricing
    description: What standards and their checks cost.
    link: https://aws.amazon.com/security-hub/pricing/
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.converges
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Security Hub is on in two Regions, without standards
  multiaccount.aws.securityhub_hub:
    regions: [eu-west-1, eu-central-1]

- name: Security Hub is on with the default standards and exactly these tags
  multiaccount.aws.securityhub_hub:
    region: eu-west-1
    enable_default_standards: true
    tags:
      team: security

- name: New controls are not turned on by themselves
  multiaccount.aws.securityhub_hub:
    region: eu-west-1
    auto_enable_controls: false

- name: See whether it could be turned off
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
  description: The hubs, a row for each Region where Security Hub is on, or in check mode would be.
  returned: always
  type: list
  elements: dict
  contains: &hub
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-west-1
    hub_arn:
      description: The ARN, V(null) in check mode where Security Hub is off yet.
      returned: always
      type: str
      sample: arn:aws:securityhub:eu-west-1:111122223333:hub/default
    subscribed_at:
      description: When Security Hub was turned on, V(null) in check mode where it is off yet.
      returned: always
      type: str
      sample: "2026-01-31T08:15:30.123Z"
    auto_enable_controls:
      description: Whether new controls of enabled standards are turned on by themselves.
      returned: always
      type: bool
      sample: true
    control_finding_generator:
      description: Whether a control that belongs to several standards makes one finding or one for each of them.
      returned: always
      type: str
      sample: SECURITY_CONTROL
    tags:
      description: The tags.
      returned: always
      type: dict
      sample: {"team": "security"}
failed_regions:
  description: The Regions that failed, with what to do about it.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-south-1
    error_code:
      description: >-
        The service's error code, or the name of the SDK's error where no answer came.
        V(associated) means, in check mode, that members or an administrator are in the way. V(unconfirmed) means that a
        change was not seen in time.
      returned: always
      type: str
      sample: InvalidAccessException
    msg:
      description: What failed, for which account, and what to do next.
      returned: always
      type: str
      sample: "Security Hub is off in 111122223333 in eu-south-1: turn it on with multiaccount.aws.securityhub_hub."
diff:
  description: The hub before and after, for each Region that could be read. V(null) where Security Hub is off.
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
          tags: {}
"""

from functools import partial
from typing import Any, Dict, Mapping, Optional

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.api import Settled
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.clients import (
    Connection,
    ConnectionInfo,
    RegionClients,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.apply import settle_hub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import (
    HubDecision,
    HubWish,
    decide_hub_absent,
    decide_hub_present,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Hub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.options import REGIONS_SPEC, parse_tags
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results import (
    Mode,
    Result,
    answer,
    region_result,
)

KEYS = ("hubs", "failed_regions")

ARGUMENT_SPEC: Dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "enable_default_standards": {"type": "bool", "default": False},
    "control_finding_generator": {"type": "str", "choices": ["SECURITY_CONTROL", "STANDARD_CONTROL"]},
    "auto_enable_controls": {"type": "bool"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
    "regions": REGIONS_SPEC,
}


def manage_hubs(params: Mapping[str, Any], info: ConnectionInfo, mode: Mode) -> Result:
    """Bring Security Hub to the requested state in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    tags = params["tags"]
    wish = HubWish(
        enable_default_standards=params["enable_default_standards"],
        control_finding_generator=params["control_finding_generator"],
        auto_enable_controls=params["auto_enable_controls"],
        tags=None if tags is None else parse_tags(tags, "tags"),
        purge_tags=params["purge_tags"],
    )

    def decide(hub: Optional[Hub]) -> HubDecision:
        return decide_hub_present(wish, hub) if params["state"] == "present" else decide_hub_absent(hub)

    def work(clients: RegionClients) -> Settled[Hub]:
        return settle_hub(clients, decide, mode.check)

    connection = Connection(info, params["regions"])
    by_region = connection.in_each_region(work)
    return region_result(by_region, "hubs", vars, vars, mode, connection.caller_account_id)


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    mode = Mode(module.check_mode, module._diff)
    result = answer(manage_hubs, module.params, partial(get_aws_connection_info, module), mode, KEYS)
    if "msg" in result:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
