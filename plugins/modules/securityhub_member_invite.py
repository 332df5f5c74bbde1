#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_member_invite
version_added: 1.0.0
short_description: Invite accounts to become AWS Security Hub members
description:
  - Invites those of the requested accounts that are not yet invited to be members of this Security Hub CSPM
    administrator account, in one Region or many at the same time.
  - Looks where each account stands first. Accounts that are invited or enabled already are left alone, accounts that
    cannot be invited are reported one by one with the reason.
  - Runs with the credentials of the administrator account. The accounts must be in its member list.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  account_ids:
    description:
      - The accounts to invite, as a list or as one string with commas, spaces or newlines between them.
      - An account ID is exactly 12 digits. Quote it in YAML, which reads an unquoted C(012345670123) as an octal
        number.
      - Duplicates count once. With an empty list there is nothing to do.
    type: list
    elements: str
    required: true
  reinvite:
    description:
      - Which ended memberships get a new invitation.
      - V(removed) are accounts that the administrator disassociated (status V(Removed)).
      - V(resigned) are accounts whose owner declined the invitation or left (status V(Resigned)).
      - Accounts that are not to be invited anew are reported in RV(unprocessed_accounts).
    type: list
    elements: str
    choices: [removed, resigned]
    default: [removed]
  wait_timeout:
    description:
      - How long, in seconds, the member list may take to show an invitation that the service took.
      - An account whose invitation is not seen in that time is reported in RV(unprocessed_accounts) as V(unconfirmed).
      - With V(0) the module does not look again, but for accounts that the service named as unprocessed or whose reply
        was lost.
    type: int
    default: 30
notes:
  - AWS recommends AWS Organizations where the accounts belong to one. Accounts of an organization get no invitations,
    its delegated administrator enables them directly.
  - An invited account is a member only after it has accepted, in each Region.
  - Check mode needs the IAM permissions C(securityhub:GetMembers) and C(securityhub:ListMembers). A run needs
    C(securityhub:InviteMembers) too.
  - For N accounts of which k are to be invited, each Region takes N/50 calls to read, k/50 to invite and k/50 to read
    again, each rounded up. C(ListMembers) is only called where C(GetMembers) fails because an account is not in the
    member list.
  - In check mode a play that adds the members in the task before finds them not added yet. Set
    O(fail_on_unprocessed) to V({{ not ansible_check_mode }}) there.
seealso:
  - module: amazon.aws.aws_region_info
    description: Lists the Regions that are enabled in the account.
  - name: AWS Security Hub, managing accounts by invitation
    description: What the service says of members and invitations.
    link: https://docs.aws.amazon.com/securityhub/latest/userguide/account-management-manual.html
  - name: InviteMembers
    description: The API operation.
    link: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_InviteMembers.html
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
- name: Invite two accounts
  multiaccount.aws.securityhub_member_invite:
    account_ids:
      - "111122223333"
      - "012345670123"
    region: eu-west-1

- name: See what would be invited, account by account
  multiaccount.aws.securityhub_member_invite:
    account_ids: "{{ security_accounts }}"
    region: eu-west-1
  check_mode: true
  diff: true

- name: Look up the Regions that are enabled in the account
  amazon.aws.aws_region_info:
    region: eu-west-1
  register: enabled

- name: Invite in all of them at the same time
  multiaccount.aws.securityhub_member_invite:
    account_ids: "{{ security_accounts }}"
    regions: "{{ enabled.regions | map(attribute='region_name') }}"

- name: Invite again, also those who declined or left
  multiaccount.aws.securityhub_member_invite:
    account_ids: "{{ security_accounts }}"
    region: eu-west-1
    reinvite: [removed, resigned]

- name: Invite whoever can be invited, and do not fail for the others
  multiaccount.aws.securityhub_member_invite:
    account_ids: "{{ security_accounts }}"
    regions: eu-west-1, eu-central-1
    fail_on_unprocessed: false
  register: invitations

- name: Name the accounts that could not be invited
  ansible.builtin.debug:
    msg: "{{ item.account_id }} in {{ item.region }}: {{ item.reason }}, {{ item.processing_result }}"
  loop: "{{ invitations.unprocessed_accounts }}"
  loop_control:
    label: "{{ item.account_id }}"

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_member_invite --check --diff \
#   -a 'account_ids=111122223333,444455556666 region=eu-west-1'
"""

RETURN = r"""
invited_accounts:
  description: The accounts that were invited, or in check mode would be, Region by Region in the order of the request.
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
      description: Where the account stands now, or in check mode would stand.
      returned: always
      type: str
      sample: Invited
    previous_member_status:
      description: Where it stood before.
      returned: always
      type: str
      sample: Created
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
unchanged_accounts:
  description:
    - The accounts that are invited or enabled already.
    - RV(unchanged_accounts[].previous_member_status) is the same as the status now.
  returned: always
  type: list
  elements: dict
  contains: *member
unprocessed_accounts:
  description: The accounts that are not invited now, or for which it could not be seen.
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
      sample: Resigned
    reason:
      description:
        - V(not_a_member), not in the member list, or deleted from it.
        - V(removed) and V(resigned), an ended membership that O(reinvite) does not name.
        - V(suspended), suspended in its organization.
        - V(unknown_status), a status that this module does not know and never acts upon.
        - V(rejected), the service did not process the account.
        - V(unconfirmed), the service took the request, but the member list did not show it in time.
        - V(not_attempted), the Region failed before the turn of this account came.
      returned: always
      type: str
      sample: resigned
    processing_result:
      description: The service's own words where it gave any, else an explanation.
      returned: always
      type: str
      sample: "The member declined the invitation or left: name 'resigned' in reinvite to invite it again."
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
    - The status of each requested account before and after, V(null) for an account that is not in the member list.
    - Accounts whose status could not be read are left out.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: Status by account by Region, before.
      returned: always
      type: dict
      sample: {"eu-west-1": {"111122223333": "Created", "012345670123": "Enabled"}}
    after:
      description: Status by account by Region, after.
      returned: always
      type: dict
      sample: {"eu-west-1": {"111122223333": "Invited", "012345670123": "Enabled"}}
"""

from functools import partial
from typing import Any, Dict, Mapping

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.clients import (
    Connection,
    ConnectionInfo,
    RegionClients,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.apply import (
    INVITATION,
    Converged,
    converge,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    INVITED_LIST,
    REINVITABLE,
    UNCHANGED,
    UNPROCESSED,
    decide_invitation,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.result import (
    account_keys,
    account_result,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.options import (
    FAIL_ON_UNPROCESSED_SPEC,
    REGIONS_SPEC,
    WAIT_TIMEOUT_SPEC,
    checked_wait_timeout,
    parse_account_ids,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results import Mode, Result, answer

LISTS = (INVITED_LIST, UNCHANGED, UNPROCESSED)

ARGUMENT_SPEC: Dict[str, Any] = {
    "account_ids": {"type": "list", "elements": "str", "required": True},
    "regions": REGIONS_SPEC,
    "reinvite": {"type": "list", "elements": "str", "choices": list(REINVITABLE), "default": ["removed"]},
    "fail_on_unprocessed": FAIL_ON_UNPROCESSED_SPEC,
    "wait_timeout": WAIT_TIMEOUT_SPEC,
}


def invite(params: Mapping[str, Any], info: ConnectionInfo, mode: Mode) -> Result:
    """Invite the requested accounts in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    account_ids = parse_account_ids(params["account_ids"], "account_ids")
    wait_timeout = checked_wait_timeout(params["wait_timeout"])
    connection = Connection(info, params["regions"])

    def work(clients: RegionClients) -> Converged:
        return converge(
            clients,
            account_ids,
            lambda account_id, member: decide_invitation(account_id, member, params["reinvite"]),
            [INVITATION],
            wait_timeout,
            mode.check,
        )

    by_region = connection.in_each_region(work) if account_ids else {}
    return account_result(
        by_region, LISTS, "invited", params["fail_on_unprocessed"], mode, connection.caller_account_id
    )


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    mode = Mode(module.check_mode, module._diff)
    result = answer(invite, module.params, partial(get_aws_connection_info, module), mode, account_keys(LISTS))
    if "msg" in result:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
