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
  - Lists the members of this Security Hub CSPM administrator account with their status, in one Region or many at the
    same time.
  - Run it with the credentials of the administrator account.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  account_ids:
    description:
      - Return only these accounts. Accounts that are not in the member list are left out.
      - The value has any form that O(multiaccount.aws.securityhub_member#module:members) accepts, for example a list of
        account IDs, or one string with commas, spaces or newlines between them.
      - An account ID has exactly 12 digits. Anything else is refused before any call to AWS, V(null) and the empty
        string included.
      - Defaults to the whole member list. With an empty list, the module does nothing.
      - If the service does not return an account, and gives another reason than that it is not in the member list, the
        Region fails with V(UnprocessedAccounts).
    type: raw
  member_status:
    description:
      - Return only members in these statuses, as a list or as one string with commas, spaces or newlines between them,
        in upper or lower case.
      - The statuses are V(Created), V(Invited), V(Enabled), V(Removed), V(Resigned), V(Deleted) and
        V(AccountSuspended).
      - Defaults to every status.
    type: list
    elements: str
notes:
  - Needs the IAM permission C(securityhub:ListMembers), and with O(account_ids) also C(securityhub:GetMembers).
seealso:
  - module: multiaccount.aws.securityhub_member
  - module: multiaccount.aws.securityhub_member_invite
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.securityhub.connection
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.reads
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - multiaccount.aws.securityhub.requirements
"""

EXAMPLES = r"""
- name: List all members in two Regions
  multiaccount.aws.securityhub_member_info:
    regions: [eu-west-1, eu-central-1]
  register: found

- name: Show the members that have not accepted yet
  ansible.builtin.debug:
    msg: "{{ found.members | selectattr('member_status', 'eq', 'Invited') | map(attribute='account_id') | unique }}"

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
      description: The status.
      returned: always
      type: str
      sample: Enabled
    email:
      description: The email address in the member list. V(null) where the service shows none.
      returned: always
      type: str
      sample: security@example.com
    administrator_id:
      description: The administrator account.
      returned: always
      type: str
      sample: "999988887777"
    invited_at:
      description: When the account was invited. V(null) where the service shows no time.
      returned: always
      type: str
      sample: "2026-01-31T08:15:30.123000+00:00"
    updated_at:
      description: When the entry last changed. V(null) where the service shows no time.
      returned: always
      type: str
      sample: "2026-01-31T08:15:30.123000+00:00"
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
        Security Hub is not enabled in account 999988887777 in eu-south-1. Enable it with
        multiaccount.aws.securityhub_hub.
"""

from typing import Any, Dict, List, Mapping, Optional, Sequence

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.api import (
    list_members,
    read_members,
    unreadable_error,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    ACCOUNT_IDS_SPEC,
    COMMON_SPEC,
    parse_statuses,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.rows import parse_account_ids
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.result import member_row
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import Result
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.rows import (
    info_result,
    nothing_found,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module

KEYS = ("members", "failed_regions")

ARGUMENT_SPEC: Dict[str, Any] = {
    "account_ids": ACCOUNT_IDS_SPEC,
    "member_status": {"type": "list", "elements": "str"},
    **COMMON_SPEC,
}


def list_requested_members(params: Mapping[str, Any], info: ConnectionInfo, _mode: RunMode) -> Result:
    """List the requested members in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    asked = params["account_ids"]
    account_ids = None if asked is None else parse_account_ids(asked, "account_ids")
    statuses = parse_statuses(params["member_status"] or [], "member_status")
    session = RegionSession(info, params["regions"], params["exclude_regions"])

    def work(client: RegionClient) -> RegionResult[Sequence[Member]]:
        found = find_members(client, account_ids)
        wanted = [member for member in found.value if not statuses or member.member_status in statuses]
        return RegionResult(wanted, found.error)

    by_place = {} if account_ids == [] else session.map_places(None, work, nothing_found)[0]
    return info_result(by_place, {"members": lambda member: [member_row(member)]})


def find_members(client: RegionClient, account_ids: Optional[List[str]]) -> RegionResult[Sequence[Member]]:
    """Return the members of one Region: all, or those that were asked for."""
    if account_ids is None:
        return RegionResult(list_members(client))
    read = read_members(client, account_ids)
    members = [member for member in read.value.members.values() if member]
    return RegionResult(members, read.error or unreadable_error(client, read.value))


def main() -> None:
    run_module(AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), list_requested_members, KEYS)


if __name__ == "__main__":
    main()
