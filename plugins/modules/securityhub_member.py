#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_member
version_added: 1.0.0
short_description: Manage the member list of an AWS Security Hub administrator
description:
  - Adds accounts to the member list of this Security Hub CSPM administrator account, disassociates them, or deletes
    them from the list, in one Region or many at the same time.
  - Adding an account is the step before the invitation, see M(multiaccount.aws.securityhub_member_invite).
  - Runs with the credentials of the administrator account.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  members:
    description:
      - The accounts. Duplicates count once. With an empty list there is nothing to do.
    type: list
    elements: dict
    required: true
    suboptions:
      account_id:
        description:
          - The account ID, exactly 12 digits. Quote it in YAML, which reads an unquoted C(012345670123) as an octal
            number.
        type: str
        required: true
      email:
        description:
          - The e-mail address of the account, which Security Hub keeps for information only.
          - Counts only when the account is added. The service cannot change it, so another one than the listed one is a
            warning.
        type: str
  state:
    description:
      - V(present), the accounts are in the member list, whatever their status. Accounts that are not get the status
        V(Created).
      - V(disassociated), none of the accounts is enabled. Enabled ones get the status V(Removed), all others are left
        as they are.
      - V(absent), none of the accounts is in the member list. Enabled ones are disassociated first. Accounts of an
        organization cannot be deleted.
    type: str
    choices: [present, disassociated, absent]
    default: present
  wait_timeout:
    description:
      - How long, in seconds, the member list may take to show a change that the service took.
      - An account whose change is not seen in that time is reported in RV(unprocessed_accounts) as V(unconfirmed).
      - So long too, an account that was just disassociated is tried again if the service refuses to delete it.
      - With V(0) the module looks again only once, and only for accounts that the service named as unprocessed, whose
        reply was lost, or that were disassociated, which the service does not answer.
    type: int
    default: 30
notes:
  - Check mode needs the IAM permissions C(securityhub:GetMembers) and C(securityhub:ListMembers). A run needs
    C(securityhub:CreateMembers), C(securityhub:DisassociateMembers) or C(securityhub:DeleteMembers) too, as O(state)
    asks for.
  - An account of the organization of a delegated administrator is enabled at once when it is added, without an
    invitation.
seealso:
  - module: multiaccount.aws.securityhub_member_invite
  - module: multiaccount.aws.securityhub_member_info
  - name: CreateMembers
    description: The API operation that adds members.
    link: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateMembers.html
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.securityhub.accounts
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.converges
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Add two accounts to the member list in two Regions
  multiaccount.aws.securityhub_member:
    members:
      - account_id: "111122223333"
        email: security@example.com
      - account_id: "012345670123"
    regions: [eu-west-1, eu-central-1]

- name: End the membership of an account, but keep it in the list
  multiaccount.aws.securityhub_member:
    members:
      - account_id: "111122223333"
    region: eu-west-1
    state: disassociated

- name: See what deleting accounts from the list would do
  multiaccount.aws.securityhub_member:
    members:
      - account_id: "111122223333"
    region: eu-west-1
    state: absent
  check_mode: true
  diff: true

- name: List the members that declined or left
  multiaccount.aws.securityhub_member_info:
    region: eu-west-1
    member_status: resigned
  register: resigned

- name: Delete them from the list
  multiaccount.aws.securityhub_member:
    members: "{{ resigned.members | multiaccount.aws.securityhub_accounts }}"
    region: eu-west-1
    state: absent

- name: Delete whoever can be deleted, and do not fail for the others
  multiaccount.aws.securityhub_member:
    members: "{{ leaving_accounts }}"
    regions: eu-west-1, eu-central-1
    state: absent
    fail_on_unprocessed: false
  register: leaving

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_member \
#   -a '{"members": [{"account_id": "111122223333"}], "region": "eu-west-1"}' --check --diff
"""

RETURN = r"""
created_accounts:
  description: The accounts that were added to the member list, or in check mode would be.
  returned: always
  type: list
  elements: dict
  contains: &member
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
      description: Where the account stands now, or in check mode would stand. V(null) if it is not in the member list.
      returned: always
      type: str
      sample: Created
    previous_member_status:
      description: Where it stood before, V(null) if it was not in the member list.
      returned: always
      type: str
      sample: Deleted
    email:
      description: The e-mail address in the member list, V(null) where the service shows none.
      returned: always
      type: str
      sample: security@example.com
    administrator_id:
      description: The administrator account, V(null) where the member list does not tell it (yet).
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
disassociated_accounts:
  description: The accounts that were disassociated, or in check mode would be.
  returned: always
  type: list
  elements: dict
  contains: *member
deleted_accounts:
  description: The accounts that were deleted from the member list, or in check mode would be.
  returned: always
  type: list
  elements: dict
  contains: *member
unchanged_accounts:
  description: The accounts for which there was nothing to do.
  returned: always
  type: list
  elements: dict
  contains: *member
unprocessed_accounts:
  description: The accounts that are not where O(state) wants them, or for which it could not be seen.
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
      sample: "444455556666"
    member_status:
      description: Where the account stands, V(null) if it is not in the member list or could not be read.
      returned: always
      type: str
      sample: Enabled
    reason:
      description:
        - V(rejected), the service did not process the account.
        - V(unconfirmed), the service took the request, but the member list did not show it in time.
        - V(unknown_status), a status that this module does not know and never acts upon.
        - V(not_attempted), the Region failed before the turn of this account came.
      returned: always
      type: str
      sample: unconfirmed
    processing_result:
      description: The service's own words where it gave any, else an explanation.
      returned: always
      type: str
      sample: >-
        The service took the request, but the member list did not show Removed within wait_timeout: look again later, or
        raise wait_timeout.
failed_regions:
  description: The Regions that failed, with what to do about it. What was done in them before is in the other lists.
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
diff:
  description:
    - The status of each account before and after, V(null) for an account that is not in the member list.
    - Accounts whose status could not be read are left out.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: Status by account by Region, before.
      returned: always
      type: dict
      sample: {"eu-west-1": {"111122223333": null, "012345670123": "Enabled"}}
    after:
      description: Status by account by Region, after.
      returned: always
      type: dict
      sample: {"eu-west-1": {"111122223333": "Created", "012345670123": "Enabled"}}
"""

from functools import partial
from typing import Any, Callable, Dict, List, Mapping, Optional

from ansible.module_utils.common.warnings import warn
from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.clients import (
    Connection,
    ConnectionInfo,
    RegionClients,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.apply import (
    DELETION,
    DISASSOCIATION,
    Converged,
    converge,
    creation,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    CREATED_LIST,
    DELETED_LIST,
    DISASSOCIATED_LIST,
    UNCHANGED,
    UNPROCESSED,
    Decision,
    decide_absent,
    decide_disassociated,
    decide_present,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.result import (
    account_keys,
    account_result,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.options import (
    FAIL_ON_UNPROCESSED_SPEC,
    REGIONS_SPEC,
    WAIT_TIMEOUT_SPEC,
    checked_wait_timeout,
    parse_members,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results import Mode, Result, answer

LISTS = (CREATED_LIST, DISASSOCIATED_LIST, DELETED_LIST, UNCHANGED, UNPROCESSED)

# What the module does to accounts, for its messages.
VERBS = {"present": "added", "disassociated": "disassociated", "absent": "deleted"}

ARGUMENT_SPEC: Dict[str, Any] = {
    "members": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"account_id": {"type": "str", "required": True}, "email": {"type": "str"}},
    },
    "state": {"type": "str", "choices": list(VERBS), "default": "present"},
    "regions": REGIONS_SPEC,
    "fail_on_unprocessed": FAIL_ON_UNPROCESSED_SPEC,
    "wait_timeout": WAIT_TIMEOUT_SPEC,
}


def manage_members(params: Mapping[str, Any], info: ConnectionInfo, mode: Mode) -> Result:
    """Bring the requested accounts to the requested state in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    emails = parse_members(params["members"], "members")
    wait_timeout = checked_wait_timeout(params["wait_timeout"])
    connection = Connection(info, params["regions"])
    decide = decision_maker(params["state"], emails)
    changes = [creation(emails), DISASSOCIATION, DELETION]

    def work(clients: RegionClients) -> Converged:
        return converge(clients, list(emails), decide, changes, wait_timeout, mode.check)

    by_region = connection.in_each_region(work) if emails else {}
    verb, fail = VERBS[params["state"]], params["fail_on_unprocessed"]
    result = account_result(by_region, LISTS, verb, fail, mode, connection.caller_account_id)
    warnings = other_addresses(emails, by_region) if params["state"] == "present" else []
    return {**result, "warnings": warnings} if warnings else result


def decision_maker(state: str, emails: Mapping[str, Optional[str]]) -> Callable[[str, Optional[Member]], Decision]:
    """Return the plan that belongs to a state."""
    if state == "present":
        return lambda account_id, member: decide_present(account_id, member, emails[account_id])
    return decide_disassociated if state == "disassociated" else decide_absent


def other_addresses(emails: Mapping[str, Optional[str]], by_region: Mapping[str, Converged]) -> List[str]:
    """Return a warning for each account that is listed with another e-mail address than the one asked for."""
    listed: Dict[str, Dict[str, List[str]]] = {}
    for region, converged in by_region.items():
        for outcome in converged.outcomes:
            wanted, found = emails[outcome.account_id], outcome.before.email if outcome.before else None
            if outcome.result == UNCHANGED and wanted and found and wanted.lower() != found.lower():
                listed.setdefault(outcome.account_id, {}).setdefault(found, []).append(region)
    return [
        f"{account_id} is listed with the e-mail address {found} in {', '.join(regions)}, not {emails[account_id]}: "
        "the service can't change it, it keeps the one with which an account was added."
        for account_id, addresses in listed.items()
        for found, regions in addresses.items()
    ]


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    mode = Mode(module.check_mode, module._diff)
    result = answer(manage_members, module.params, partial(get_aws_connection_info, module), mode, account_keys(LISTS))
    for warning in result.pop("warnings", []):
        warn(warning)  # AnsibleAWSModule's warn makes ansible-core complain of a deprecated way to pass warnings
    if "msg" in result:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
