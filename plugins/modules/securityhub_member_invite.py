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
  - Reads the status of each account first. Accounts that are already invited or enabled are left as they are. Accounts
    that can't be invited are returned one by one with the reason.
  - Run it with the credentials of the administrator account. The accounts must be in its member list.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  account_ids:
    description:
      - The accounts to invite, in any form that O(multiaccount.aws.securityhub_member#module:members) accepts, for
        example a list of account IDs, or one string with commas, spaces or newlines between them.
      - An account ID has exactly 12 digits. Quote it in YAML, which reads an unquoted C(012345670123) as an octal
        number.
      - Anything else is refused before any call to AWS, V(null) and the empty string included. Duplicates are ignored.
        With an empty list, the module does nothing.
    type: raw
    required: true
  reinvite:
    description:
      - Which ended memberships get a new invitation.
      - V(removed) stands for accounts that the administrator disassociated (status V(Removed)).
      - V(resigned) stands for accounts whose owner declined the invitation or left (status V(Resigned)).
      - Accounts that are not to be invited again are returned in RV(unprocessed_accounts).
    type: list
    elements: str
    choices: [removed, resigned]
    default: [removed]
  wait_timeout:
    description:
      - How long, in seconds, the member list may take to show an invitation that the service accepted.
      - An account whose invitation is not seen in that time is returned in RV(unprocessed_accounts) as V(unconfirmed).
      - For the same time, an account is tried again if the service refuses it for a reason that passes, such as an
        internal error.
      - With V(0), the module does not read again, except for accounts that the service named as unprocessed or for
        which the response was lost.
    type: int
    default: 30
notes:
  - AWS recommends AWS Organizations for accounts that belong to an organization. Such accounts get no invitations. The
    delegated administrator of the organization enables them directly.
  - An invited account is a member only after it has accepted, in each Region.
  - The administrator's own account is left as it is. It is returned in RV(unprocessed_accounts) with the reason
    V(own_account), and does not fail the task.
  - An account that is itself a member of an administrator can't invite accounts. The Region then fails with
    V(caller_is_member).
  - Check mode needs the IAM permissions C(securityhub:GetMembers) and C(securityhub:ListMembers). With
    C(securityhub:GetAdministratorAccount), check mode also finds out whether the account is itself a member. Without
    it, only the run does. A run needs C(securityhub:InviteMembers) too.
  - For N accounts of which k are to be invited, each Region takes N/50 calls to read, k/50 to invite and k/50 to read
    again, each rounded up. C(ListMembers) is called only where C(GetMembers) leaves open whether an account is in the
    member list.
  - In check mode, the members that the task before would add are not in the member list yet. Set
    O(fail_on_unprocessed) to V({{ not ansible_check_mode }}) in such a play.
seealso:
  - module: amazon.aws.aws_region_info
    description: Lists the Regions that are enabled in the account.
  - name: AWS Security Hub, managing accounts by invitation
    description: The user guide about members and invitations.
    link: https://docs.aws.amazon.com/securityhub/latest/userguide/account-management-manual.html
  - name: InviteMembers
    description: The API operation.
    link: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_InviteMembers.html
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.securityhub.connection
  - multiaccount.aws.securityhub.administrator
  - multiaccount.aws.securityhub.accounts
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.converges
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - multiaccount.aws.securityhub.requirements
"""

EXAMPLES = r"""
- name: Invite two accounts
  multiaccount.aws.securityhub_member_invite:
    account_ids:
      - "111122223333"
      - "012345670123"
    region: eu-west-1

- name: Show which accounts would be invited
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

- name: Invite again, including members that declined or left
  multiaccount.aws.securityhub_member_invite:
    account_ids: "{{ security_accounts }}"
    region: eu-west-1
    reinvite: [removed, resigned]

- name: Invite the accounts that can be invited, and do not fail for the others
  multiaccount.aws.securityhub_member_invite:
    account_ids: "{{ security_accounts }}"
    regions: eu-west-1, eu-central-1
    fail_on_unprocessed: false
  register: invitations

- name: Show the accounts that could not be invited
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
      description: The status now, or in check mode the status after a run.
      returned: always
      type: str
      sample: Invited
    previous_member_status:
      description: The status before.
      returned: always
      type: str
      sample: Created
    email:
      description: The email address in the member list. V(null) where the service shows none.
      returned: always
      type: str
      sample: security@example.com
    administrator_id:
      description: The administrator account. V(null) where the member list does not show it (yet).
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
unchanged_accounts:
  description:
    - The accounts that are already invited or enabled.
    - RV(unchanged_accounts[].previous_member_status) is the same as the status now, unless somebody else has done the
      same meanwhile.
  returned: always
  type: list
  elements: dict
  contains: *member
unprocessed_accounts:
  description: The accounts that were not invited, or whose invitation was not seen.
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
      description: The status. V(null) if the account is not in the member list or could not be read.
      returned: always
      type: str
      sample: Resigned
    reason:
      description:
        - V(not_a_member), the account is not in the member list, or was deleted from it.
        - V(removed) and V(resigned), the membership has ended, and O(reinvite) does not name this.
        - V(suspended), AWS suspended the account.
        - V(own_account), it is the administrator's own account. This does not fail the task.
        - V(unknown_status), the module does not know the status, so it does nothing.
        - V(unreadable), the service did not return the account, and gave another reason than that it is not listed.
        - V(caller_is_member), the calling account is itself a member, so it can't invite.
        - V(rejected), the service refused the account, or the call with the account in it.
        - V(unconfirmed), the account may have been invited, but the member list did not show it in time.
        - V(not_attempted), the Region failed before the module sent anything for the account.
      returned: always
      type: str
      sample: resigned
    processing_result:
      description: The message of the service where it gave one, else an explanation.
      returned: always
      type: str
      sample: The account declined the invitation or left the administrator.
failed_regions:
  description: The Regions that failed, and what to do next. What was done in them before is in the other lists.
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
        The error code of the service, or the name of the SDK's exception where there was no response.
        V(caller_is_member) means that the calling account is itself a member of an administrator in the Region.
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
diff:
  description:
    - The status of each requested account before and after. V(null) for an account that is not in the member list.
    - Accounts whose status could not be read are left out.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: The status by Region and account, before.
      returned: always
      type: dict
      sample: {"eu-west-1": {"111122223333": "Created", "012345670123": "Enabled"}}
    after:
      description: The status by Region and account, after.
      returned: always
      type: dict
      sample: {"eu-west-1": {"111122223333": "Invited", "012345670123": "Enabled"}}
"""

from functools import partial
from typing import Any, Dict, Mapping

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    ACCOUNT_IDS_SPEC,
    ADMINISTRATOR_SPEC,
    COMMON_SPEC,
    WAIT_TIMEOUT_SPEC,
    checked_wait_timeout,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.rows import parse_account_ids
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.apply import (
    INVITATION,
    not_started,
    reconcile_members,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    INVITED_LIST,
    REINVITABLE,
    UNCHANGED,
    UNPROCESSED,
    plan_invitation,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.result import (
    account_keys,
    account_result,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import Result
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module

LISTS = (INVITED_LIST, UNCHANGED, UNPROCESSED)

ARGUMENT_SPEC: Dict[str, Any] = {
    "account_ids": {**ACCOUNT_IDS_SPEC, "required": True},
    **COMMON_SPEC,
    "reinvite": {"type": "list", "elements": "str", "choices": list(REINVITABLE), "default": ["removed"]},
    **ADMINISTRATOR_SPEC,
    "wait_timeout": WAIT_TIMEOUT_SPEC,
}


def invite_accounts(params: Mapping[str, Any], info: ConnectionInfo, mode: RunMode) -> Result:
    """Invite the requested accounts in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    account_ids = parse_account_ids(params["account_ids"], "account_ids")
    wait_timeout = checked_wait_timeout(params["wait_timeout"])
    session = RegionSession(
        info, params["regions"], params["exclude_regions"], administrator_id=params["administrator_id"]
    )
    work = partial(
        reconcile_members,
        account_ids=account_ids,
        plan=partial(plan_invitation, reinvite=params["reinvite"]),
        changes=[INVITATION],
        wait_timeout=wait_timeout,
        check_mode=mode.check,
    )
    by_region = session.map_regions(work, partial(not_started, account_ids)) if account_ids else {}
    return account_result(by_region, LISTS, "invited", params["fail_on_unprocessed"], mode)


def main() -> None:
    run_module(
        AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), invite_accounts, account_keys(LISTS)
    )


if __name__ == "__main__":
    main()
