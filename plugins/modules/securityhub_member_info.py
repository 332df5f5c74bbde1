#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_member_info
version_added: 1.0.0
short_description: List the members of an AWS Security Hub administrator
description:
  - Tells who is in the member list of this Security Hub CSPM administrator account, and in which status, in one
    Region or many at the same time.
  - Runs with the credentials of the administrator account.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  account_ids:
    description:
      - Only these accounts, as a list or as one string with commas, spaces or newlines between them. Those that are
        not in the member list do not appear.
      - Without it, the whole member list is returned. With an empty list there is nothing to do.
    type: list
    elements: str
  member_status:
    description:
      - Only members in these statuses, as a list or as one string with commas, spaces or newlines between them, in
        upper or lower case.
      - The statuses are V(Created), V(Invited), V(Enabled), V(Removed), V(Resigned), V(Deleted) and
        V(AccountSuspended).
      - Without it, members in every status are returned.
    type: list
    elements: str
notes:
  - Needs the IAM permission C(securityhub:ListMembers), and C(securityhub:GetMembers) with O(account_ids).
seealso:
  - module: multiaccount.aws.securityhub_member
  - module: multiaccount.aws.securityhub_member_invite
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.reads
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: List all members in two Regions
  multiaccount.aws.securityhub_member_info:
    regions: [eu-west-1, eu-central-1]
  register: everybody

- name: Name the members that have yet to accept
  ansible.builtin.debug:
    msg: "{{ everybody.members | selectattr('member_status', 'eq', 'Invited') | map(attribute='account_id') | unique }}"

- name: List the members that declined or left
  multiaccount.aws.securityhub_member_info:
    region: eu-west-1
    member_status: resigned
  register: resigned

- name: Invite them again
  multiaccount.aws.securityhub_member_invite:
    account_ids: "{{ resigned.members | map(attribute='account_id') }}"
    region: eu-west-1
    reinvite: [resigned]

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_member_info -a region=eu-west-1
"""

RETURN = r"""
members:
  description: The members, Region by Region.
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
      returned: always
      type: str
      sample: "111122223333"
    member_status:
      description: Where the account stands.
      returned: always
      type: str
      sample: Enabled
    email:
      description: The e-mail address in the member list, V(null) where the service shows none.
      returned: always
      type: str
      sample: security@example.com
    administrator_id:
      description: The administrator account.
      returned: always
      type: str
      sample: "999988887777"
    invited_at:
      description: When the account was invited, V(null) where the service shows no time.
      returned: always
      type: str
      sample: "2026-01-31T08:15:30.123000+00:00"
    updated_at:
      description: When the entry changed last, V(null) where the service shows no time.
      returned: always
      type: str
      sample: "2026-01-31T08:15:30.123000+00:00"
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
      sample: InvalidAccessException
    msg:
      description: What failed, for which account, and what to do next.
      returned: always
      type: str
      sample: "Security Hub is off in 999988887777 in eu-south-1: turn it on with multiaccount.aws.securityhub_hub."
"""

from functools import partial
from typing import Any, Dict, Mapping

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.api import (
    Observed,
    list_members,
    observe,
    read_members,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.clients import (
    Connection,
    ConnectionInfo,
    RegionClients,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.result import member_row
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.options import (
    REGIONS_SPEC,
    parse_account_ids,
    parse_statuses,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results import (
    Mode,
    Result,
    answer,
    info_result,
)

KEYS = ("members", "failed_regions")

ARGUMENT_SPEC: Dict[str, Any] = {
    "account_ids": {"type": "list", "elements": "str"},
    "member_status": {"type": "list", "elements": "str"},
    "regions": REGIONS_SPEC,
}


def list_requested(params: Mapping[str, Any], info: ConnectionInfo, _mode: Mode) -> Result:
    """List the requested members in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    asked = params["account_ids"]
    account_ids = None if asked is None else parse_account_ids(asked, "account_ids")
    statuses = parse_statuses(params["member_status"] or [], "member_status")
    connection = Connection(info, params["regions"])

    def work(clients: RegionClients) -> Observed[Member]:
        if account_ids is None:
            observed = observe(lambda: list_members(clients.reader))
        else:
            seen = read_members(clients.reader, account_ids)
            observed = Observed([member for member in seen.members.values() if member], seen.failure)
        found = [member for member in observed.found if not statuses or member.member_status in statuses]
        return Observed(found, observed.failure)

    by_region = {} if account_ids == [] else connection.in_each_region(work)
    return info_result(by_region, {"members": lambda member: [member_row(member)]}, connection.caller_account_id)


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    mode = Mode(module.check_mode, module._diff)
    result = answer(list_requested, module.params, partial(get_aws_connection_info, module), mode, KEYS)
    if "msg" in result:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
