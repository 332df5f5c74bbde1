#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_hub_info
version_added: 1.0.0
short_description: Tell where AWS Security Hub is on in an account
description:
  - Returns the settings and tags of Security Hub CSPM in this account, in one Region or many at the same time. Regions
    where it is off are left out.
author:
  - multiaccount.aws contributors (@multiaccount)
options: {}
notes:
  - Needs the IAM permissions C(securityhub:DescribeHub) and C(securityhub:ListTagsForResource).
seealso:
  - module: multiaccount.aws.securityhub_hub
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.reads
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Look where Security Hub is on
  multiaccount.aws.securityhub_hub_info:
    regions: [eu-west-1, eu-central-1]
  register: security_hub

- name: Name the Regions
  ansible.builtin.debug:
    msg: "{{ security_hub.hubs | map(attribute='region') }}"

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_hub_info -a regions=eu-west-1,eu-central-1
"""

RETURN = r"""
hubs:
  description: The hubs, a row for each Region where Security Hub is on.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-west-1
    hub_arn:
      description: The ARN.
      returned: always
      type: str
      sample: arn:aws:securityhub:eu-west-1:111122223333:hub/default
    subscribed_at:
      description: When Security Hub was turned on.
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
      description: The service's error code, or the name of the SDK's error where no answer came.
      returned: always
      type: str
      sample: AccessDeniedException
    msg:
      description: What failed, for which account, and what to do next.
      returned: always
      type: str
      sample: >-
        DescribeHub by 111122223333 failed in eu-south-1 with AccessDeniedException: no identity-based policy
        allows the action. Allow securityhub:DescribeHub in the caller's IAM policy, and look for an SCP that denies it.
"""

from functools import partial
from typing import Any, Dict, Mapping

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.api import Observed, describe_hub, observe
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.clients import (
    Connection,
    ConnectionInfo,
    RegionClients,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Hub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.options import REGIONS_SPEC
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results import (
    Mode,
    Result,
    answer,
    info_result,
)

KEYS = ("hubs", "failed_regions")

ARGUMENT_SPEC: Dict[str, Any] = {"regions": REGIONS_SPEC}


def list_hubs(params: Mapping[str, Any], info: ConnectionInfo, _mode: Mode) -> Result:
    """List the hubs of the caller's account in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """

    def work(clients: RegionClients) -> Observed[Hub]:
        return observe(lambda: [hub for hub in [describe_hub(clients.reader)] if hub])

    connection = Connection(info, params["regions"])
    by_region = connection.in_each_region(work)
    return info_result(by_region, {"hubs": lambda hub: [vars(hub)]}, connection.caller_account_id)


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    mode = Mode(module.check_mode, module._diff)
    result = answer(list_hubs, module.params, partial(get_aws_connection_info, module), mode, KEYS)
    if "msg" in result:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
