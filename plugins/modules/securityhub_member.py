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
  - Run it with the credentials of the administrator account.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  members:
    description:
      - The accounts, in one of these forms.
      - A list of account IDs, or of rows with C(account_id) and an optional C(email). IDs and rows may be mixed. The
        names that AWS and other tools use are accepted too, such as C(AccountId), C(Id) and C(Email).
      - A map of account IDs to email addresses or rows, V(null) for an account without one.
      - A text with commas, semicolons, spaces or newlines between account IDs.
      - The text of a CSV file, with commas, semicolons or tabs, such as the Security Hub console's or the export of the
        AWS Organizations console. Without a header row, each line has an account ID and perhaps an email address.
      - The output of C(aws organizations list-accounts) or C(aws securityhub list-members) as JSON, YAML or text, or
        the text of a JSON or YAML document with one of the forms above. YAML needs PyYAML on the managed node.
      - A row that names two account IDs, or two email addresses, is refused, and so are two rows of one account that
        contradict each other. A key that looks like a mistyped one is refused. C(regions), C(member_role),
        C(member_role_external_id) and C(standards) can't be set for one account. Other keys are ignored.
      - Accounts whose C(Status) or C(State) is V(SUSPENDED), V(PENDING_CLOSURE), V(CLOSED) or V(PENDING_ACTIVATION) are
        left out with a warning. V(ACTIVE) and the statuses of Security Hub members say nothing. Other words are
        refused.
      - An account ID has exactly 12 digits. Quote it in YAML, which reads an unquoted C(012345670123) as an octal
        number. Anything else is refused before any call to AWS, V(null) included. Duplicates are ignored. With an
        empty list or text, the module does nothing.
      - The email address is sent only when the account is added. Security Hub keeps it for information and can't
        change it, so an address other than the listed one gives a warning.
    type: raw
    required: true
  state:
    description:
      - V(present), the accounts are in the member list, whatever their status. Accounts that are not listed are added
        with the status V(Created).
      - V(disassociated), none of the accounts is enabled. Enabled accounts get the status V(Removed). All others are
        left as they are.
      - V(absent), none of the accounts is in the member list. Enabled accounts are disassociated first.
      - Security Hub does not delete accounts of an organization. An account that is V(Enabled) without an invitation is
        probably one. V(disassociated) and V(absent) end its monitoring and give a warning, in check mode too. V(absent)
        returns it as V(rejected).
    type: str
    choices: [present, disassociated, absent]
    default: present
  wait_timeout:
    description:
      - How long, in seconds, the member list may take to show a change that the service accepted.
      - An account whose change is not seen in that time is returned in RV(unprocessed_accounts) as V(unconfirmed).
      - For the same time, an account is tried again if the service refuses it for a reason that passes, or refuses to
        delete it just after it was disassociated.
      - With V(0), the module reads again only once, and only accounts that the service named as unprocessed, for which
        the response was lost, or that were disassociated. The response to a disassociation names no accounts.
    type: int
    default: 30
notes:
  - Check mode needs the IAM permissions C(securityhub:GetMembers) and C(securityhub:ListMembers). A run needs
    C(securityhub:CreateMembers), C(securityhub:DisassociateMembers) or C(securityhub:DeleteMembers) too,
    depending on O(state).
  - The administrator's own account is left as it is. It is returned in RV(unprocessed_accounts) with the reason
    V(own_account), and does not fail the task.
  - When a delegated administrator adds an account of its organization, the account is enabled at once, without an
    invitation.
seealso:
  - module: multiaccount.aws.securityhub_member_invite
  - module: multiaccount.aws.securityhub_member_info
  - name: CreateMembers
    description: The API operation that adds members.
    link: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateMembers.html
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
- name: Add two accounts to the member list in two Regions
  multiaccount.aws.securityhub_member:
    members:
      - account_id: "111122223333"
        email: security@example.com
      - account_id: "012345670123"
    regions: [eu-west-1, eu-central-1]

- name: Add the accounts of a map with email addresses
  multiaccount.aws.securityhub_member:
    members:
      "111122223333": security@example.com
      "012345670123": null
    region: eu-west-1

- name: Add the accounts of a CSV file with the header "Account ID,Email"
  multiaccount.aws.securityhub_member:
    members: "{{ lookup('ansible.builtin.file', 'accounts.csv') }}"
    region: eu-west-1

- name: End the membership of an account, and keep it in the list
  multiaccount.aws.securityhub_member:
    members: ["111122223333"]
    region: eu-west-1
    state: disassociated

- name: Show what deleting accounts from the list would do
  multiaccount.aws.securityhub_member:
    members: 111122223333, 012345670123
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
    members: "{{ resigned.members | map(attribute='account_id') | list }}"
    region: eu-west-1
    state: absent

- name: Delete the accounts that can be deleted, and do not fail for the others
  multiaccount.aws.securityhub_member:
    members: "{{ leaving_accounts }}"
    regions: eu-west-1, eu-central-1
    state: absent
    fail_on_unprocessed: false
  register: leaving

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_member \
#   -a 'members=111122223333,012345670123 region=eu-west-1' --check --diff
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
      description: The status now, or in check mode the status after a run. V(null) for no entry in the member list.
      returned: always
      type: str
      sample: Created
    previous_member_status:
      description: The status before. V(null) if the account was not in the member list.
      returned: always
      type: str
      sample: Deleted
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
  description: The accounts that are not in the requested O(state), or for which this was not seen.
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
      sample: Enabled
    reason:
      description:
        - V(own_account), it is the administrator's own account. This does not fail the task.
        - V(unknown_status), the module does not know the status, so it does nothing.
        - V(unreadable), the service did not return the account, and gave another reason than that it is not listed.
        - V(rejected), the service refused the account, or the call with the account in it.
        - V(unconfirmed), the change may have been made, but the member list did not show it in time.
        - V(not_attempted), the Region failed before the module sent anything for the account.
      returned: always
      type: str
      sample: unconfirmed
    processing_result:
      description: >-
        The message of the service where it gave one, else an explanation. It also says where an account was
        disassociated but not deleted.
      returned: always
      type: str
      sample: >-
        The service accepted the request, but the member list did not show Removed in time.
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
diff:
  description:
    - The status of each account before and after. V(null) for an account that is not in the member list.
    - Accounts whose status could not be read are left out.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: The status by Region and account, before.
      returned: always
      type: dict
      sample: {"eu-west-1": {"111122223333": null, "012345670123": "Enabled"}}
    after:
      description: The status by Region and account, after.
      returned: always
      type: dict
      sample: {"eu-west-1": {"111122223333": "Created", "012345670123": "Enabled"}}
"""

from functools import partial
from typing import Any, Dict, List, Mapping, Optional

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
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.rows import active_rows, read_rows
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.apply import (
    DELETION,
    DISASSOCIATION,
    Planner,
    creation,
    not_started,
    reconcile_members,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    CREATED_LIST,
    DELETED_LIST,
    DISASSOCIATED_LIST,
    UNCHANGED,
    UNPROCESSED,
    plan_absent,
    plan_disassociated,
    plan_present,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.result import (
    ByRegion,
    account_keys,
    account_result,
    organization_warnings,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import Result
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module

LISTS = (CREATED_LIST, DISASSOCIATED_LIST, DELETED_LIST, UNCHANGED, UNPROCESSED)

# What the module does to accounts, for its messages.
VERBS = {"present": "added", "disassociated": "disassociated", "absent": "deleted"}

ARGUMENT_SPEC: Dict[str, Any] = {
    "members": {**ACCOUNT_IDS_SPEC, "required": True},
    "state": {"type": "str", "choices": list(VERBS), "default": "present"},
    **COMMON_SPEC,
    **ADMINISTRATOR_SPEC,
    "wait_timeout": WAIT_TIMEOUT_SPEC,
}


def manage_members(params: Mapping[str, Any], info: ConnectionInfo, mode: RunMode) -> Result:
    """Bring the requested accounts to the requested state in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    rows = active_rows(read_rows(params["members"], "members", ()), "members")
    emails = {account_id: row.email for account_id, row in rows.items()}
    account_ids = list(emails)
    wait_timeout = checked_wait_timeout(params["wait_timeout"])
    session = RegionSession(
        info, params["regions"], params["exclude_regions"], administrator_id=params["administrator_id"]
    )
    work = partial(
        reconcile_members,
        account_ids=account_ids,
        plan=planner(params["state"], emails),
        changes=[creation(emails), DISASSOCIATION, DELETION],
        wait_timeout=wait_timeout,
        check_mode=mode.check,
    )
    by_region = session.map_regions(work, partial(not_started, account_ids)) if account_ids else {}
    verb, fail = VERBS[params["state"]], params["fail_on_unprocessed"]
    result = account_result(by_region, LISTS, verb, fail, mode)
    return {**result, "warnings": warnings_for(params["state"], emails, by_region)}


def planner(state: str, emails: Mapping[str, Optional[str]]) -> Planner:
    """Return the function that plans for a state."""
    if state == "present":
        return lambda account_id, member: plan_present(account_id, member, emails[account_id])
    return plan_disassociated if state == "disassociated" else plan_absent


def warnings_for(state: str, emails: Mapping[str, Optional[str]], by_region: ByRegion) -> List[str]:
    """Return what the user should know beside the result."""
    if state == "present":
        return other_addresses(emails, by_region)
    return organization_warnings([(region, each) for region, found in by_region.items() for each in found.value])


def other_addresses(emails: Mapping[str, Optional[str]], by_region: ByRegion) -> List[str]:
    """Return a warning for each account that is listed with another email address than the requested one."""
    listed: Dict[str, Dict[str, List[str]]] = {}
    for region, found in by_region.items():
        for outcome in found.value:
            wanted, email = emails[outcome.account_id], outcome.before.email if outcome.before else None
            if not (outcome.actions or outcome.reason) and wanted and email and wanted.lower() != email.lower():
                listed.setdefault(outcome.account_id, {}).setdefault(email, []).append(region)
    return [
        f"{account_id} is listed with the email address {email} in {', '.join(regions)}, not {emails[account_id]}. "
        "The service keeps the address with which an account was added."
        for account_id, addresses in listed.items()
        for email, regions in addresses.items()
    ]


def main() -> None:
    run_module(
        AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), manage_members, account_keys(LISTS)
    )


if __name__ == "__main__":
    main()
