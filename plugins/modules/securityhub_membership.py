#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_membership
version_added: 1.0.0
short_description: Make a fleet of accounts AWS Security Hub members, or take them out again
description:
  - Makes any number of accounts members of this Security Hub CSPM administrator account, in any number of Regions. The
    accounts are added to the member list, invited, and with O(member_role) Security Hub is enabled in them and the
    invitation accepted. Or the accounts leave and are deleted from the list.
  - What is to be done is decided from both sides before the first write, so check mode shows what the run would do.
  - Runs with the credentials of the administrator account.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  members:
    description:
      - The accounts. Duplicates are ignored. With an empty list there is nothing to do.
      - A list of account IDs or rows, a map of account IDs to email addresses or rows, or a string with account IDs,
        CSV, JSON, YAML or the output of the AWS CLI, as for O(multiaccount.aws.securityhub_member#module:members).
        Account IDs have exactly 12 digits. Quote them in YAML, which reads an unquoted C(012345670123) as an octal
        number.
      - A row has C(account_id), and may have C(email), C(regions), C(member_role) and C(member_role_external_id).
        The names that AWS and other tools use are accepted too, such as C(AccountId), C(Id), C(Email), C(region),
        C(role), C(role_arn) and C(external_id). C(standards) can't be set for one account, see O(standards).
      - Two rows of one account are one row, where one says what the other does not. Rows that contradict each other
        are refused, and so is a row with two account IDs, email addresses, roles or lists of Regions, and a key that
        looks like a mistyped one. Other keys are ignored.
      - Accounts whose C(Status) or C(State) is V(SUSPENDED), V(PENDING_CLOSURE), V(CLOSED) or V(PENDING_ACTIVATION) are
        left out with a warning. They are no surplus. See O(closed_accounts).
      - C(regions) of a row names the Regions of that account only. They must be among the Regions of the task, also
        where O(regions) is V(all) or V(linked).
      - C(member_role) of a row is the role of that account only, as a name, a path with a name, or an ARN.
      - As rows may have external IDs, this option is kept out of logs, and out of C(invocation) in the result.
    type: raw
    required: true
  state:
    description:
      - V(present), the accounts are enabled members.
      - V(absent), the accounts are not in the member list. With O(member_role) they leave by themselves before they are
        deleted. Accounts that are in no list have nothing to leave, and their role is not assumed.
    type: str
    choices: [present, absent]
    default: present
  enable_administrator_hub:
    description:
      - Whether Security Hub is enabled in the administrator account where it is disabled, with O(state=present).
      - With V(false), such a Region fails, and nothing is done in it.
    type: bool
    default: true
  enable_default_standards:
    description:
      - Whether enabling Security Hub also enables the standards that AWS enables by default. AWS charges for the checks
        of standards.
      - This is ignored where Security Hub is enabled already.
    type: bool
    default: false
  standards:
    description:
      - The security standards that each member has, as a list or as one string with commas, spaces or newlines between
        them, with O(state=present). Short names such as C(aws-foundational-security-best-practices/v/1.0.0), titles,
        or ARNs, as for M(multiaccount.aws.securityhub_standards).
      - They are enabled once an account is Enabled, and looked at in every run. Other standards of the accounts are
        left as they are. Each account needs a role, O(member_role) or its own.
      - AWS charges for the checks of each standard, in each account and Region.
      - When not set, nothing is enabled, and the standards are not read.
    type: list
    elements: str
  policy:
    description:
      - The configuration policy of each member, as AWS writes it, with O(state=present). So one file serves the
        accounts of an organization and invited ones, which AWS's own policies do not reach.
      - A dictionary, or a string with JSON or YAML. It is what C(aws securityhub get-configuration-policy) prints, an
        C(AWS::SecurityHub::ConfigurationPolicy) of CloudFormation, or the same with the keys C(enabled_standards),
        C(enabled_controls) or C(disabled_controls), and C(control_parameters). A key that is not known is refused with
        the nearest one.
      - The standards are exactly those of the policy. With a list of disabled controls all others are enabled, with a
        list of enabled ones all others are disabled. Parameters are as listed, and all others have their default
        values. A control that no enabled standard has in a Region is as the policy says.
      - With C(global_controls_region), the controls that involve global resources are enabled only in that Region.
        C(global_controls) names them. By default they are those that the user guide of AWS lists for all Regions, as of
        2026-12-01.
      - The policy is applied to each account that is Enabled, and looked at in every run. Each account needs a role,
        O(member_role) or its own.
      - An ID that no control has, and a parameter that a control does not take, are refused before the first write in a
        Region, if the administrator may read the controls.
      - A policy that disables Security Hub is refused. Use O(state=absent).
      - AWS charges for the checks of each control, in each account and Region.
      - When not set, nothing is configured, and the controls are not read. Excludes O(standards).
    type: raw
  leave_administrator_ids:
    description:
      - The administrator accounts that members may leave for this one, as a list or a string with commas, spaces or
        newlines between the account IDs, with O(state=present). Each account needs a role, O(member_role) or its own.
      - An account that is a member of one of them is invited, leaves it once it sees the invitation, and then accepts.
        Accounts that are members of any other administrator are left as they are, with V(other_administrator) as the
        reason.
      - Where Security Hub refuses to invite an account that has an administrator, nothing is left. Offboard the
        accounts with the other administrator first.
      - When not set, no account leaves an administrator.
    type: raw
  config_recorder:
    description:
      - Whether to look at AWS Config in each account that is Enabled, with O(state=present). Without a recorder, most
        controls find nothing. Each account needs a role, O(member_role) or its own.
      - The module never makes or starts a recorder.
    type: bool
    default: false
  reinvite:
    description:
      - The ended memberships that are invited again. V(removed) members were disassociated by the administrator,
        V(resigned) members declined the invitation or left.
    type: list
    elements: str
    choices: [removed, resigned]
    default: [removed]
  surplus:
    description:
      - What happens to members in the list that O(members) does not name, with O(state=present). An account that any
        row names is never one of them, whatever its status or Regions.
      - V(ignore) does nothing. V(report) lists them in RV(surplus_members). V(remove) disassociates and deletes them,
        last in each Region, and only where nothing failed. Where something did, they are V(not_attempted).
      - An account of an organization is disassociated, which ends its monitoring, but Security Hub does not delete it.
        The module warns of such accounts, also in check mode.
    type: str
    choices: [ignore, report, remove]
    default: ignore
  surplus_limit:
    description:
      - How many accounts O(surplus=remove) and O(closed_accounts=remove) together remove at most. If there are more,
        the task fails before any write.
    type: int
    default: 10
  closed_accounts:
    description:
      - What happens to members whose row in O(members) has the C(Status) or C(State) V(CLOSED), with O(state=present).
      - V(ignore) does nothing. V(remove) disassociates and deletes them with the administrator alone, as surplus
        members are removed, in the Regions of their row if it names some. They are rows of RV(surplus_members).
      - AWS removes an account from the list by itself when it is closed, so only few are left.
    type: str
    choices: [ignore, remove]
    default: ignore
  wait_timeout:
    description:
      - How long, in seconds, either side may take to show what the other has done.
      - A membership that is not seen in that time is reported as V(unconfirmed). V(0) reads again only where it must.
      - With O(standards) or O(policy), also how long standards and controls may take to be ready. V(0) does not wait
        for them.
    type: int
    default: 30
  concurrency:
    description:
      - How many member accounts × Regions are worked on at once, at most. Each Region has an equal share of them.
    type: int
    default: 50
notes:
  - Check mode makes the same reads as a run, also in the member accounts, and no writes.
  - The administrator needs the IAM permissions C(securityhub:GetMembers), C(securityhub:ListMembers),
    C(securityhub:GetAdministratorAccount), C(securityhub:CreateMembers), C(securityhub:InviteMembers), with
    O(member_role) C(sts:AssumeRole), and with O(state=absent), O(surplus=remove) or O(closed_accounts=remove)
    C(securityhub:DisassociateMembers) and C(securityhub:DeleteMembers). V(resigned) in O(reinvite) without a role needs
    C(securityhub:DeleteMembers). Where Security Hub is disabled in the administrator, C(securityhub:EnableSecurityHub)
    and C(iam:CreateServiceLinkedRole) too, unless O(enable_administrator_hub=false).
  - The role in the member accounts needs C(securityhub:GetAdministratorAccount), C(securityhub:ListInvitations),
    C(securityhub:ListMembers), C(securityhub:EnableSecurityHub), C(securityhub:AcceptAdministratorInvitation) and
    C(iam:CreateServiceLinkedRole), with O(state=absent) also C(securityhub:DisassociateFromAdministratorAccount),
    C(securityhub:DeclineInvitations) and C(securityhub:DeleteInvitations), with O(leave_administrator_ids) also
    C(securityhub:DisassociateFromAdministratorAccount), with O(standards) also
    C(securityhub:GetEnabledStandards), C(securityhub:DescribeStandards) and C(securityhub:BatchEnableStandards).
  - With O(policy), the role needs the permissions of M(multiaccount.aws.securityhub_standards) and
    M(multiaccount.aws.securityhub_controls). With C(securityhub:ListSecurityControlDefinitions) of the administrator,
    the policy is checked before the first write, and check mode shows what it does to accounts in which Security Hub
    is not enabled yet.
  - With O(config_recorder=true), the role needs C(config:DescribeConfigurationRecorderStatus).
  - Check mode can't know that an account belongs to the organization of a delegated administrator. Such an account is
    enabled at once when it is added.
seealso:
  - module: multiaccount.aws.securityhub_member_info
  - module: multiaccount.aws.securityhub_member_invite
  - module: multiaccount.aws.securityhub_invitation
  - module: multiaccount.aws.securityhub_standards
  - module: multiaccount.aws.securityhub_controls
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.securityhub.connection
  - multiaccount.aws.securityhub.administrator
  - multiaccount.aws.securityhub.accounts
  - multiaccount.aws.securityhub.member_role
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.converges
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - multiaccount.aws.securityhub.requirements
"""

EXAMPLES = r"""
- name: Make two accounts members in two Regions
  multiaccount.aws.securityhub_membership:
    members:
      - account_id: "111122223333"
        email: security@example.com
      - "012345670123"
    regions: [eu-west-1, eu-central-1]
    member_role: SecurityHubOnboarding

- name: Make an account a member of this administrator and no other, where Security Hub is enabled already
  multiaccount.aws.securityhub_membership:
    members: ["111122223333"]
    region: eu-west-1
    administrator_id: "999988887777"
    enable_administrator_hub: false

- name: See what is missing, and why
  multiaccount.aws.securityhub_membership:
    members: "{{ lookup('ansible.builtin.file', 'accounts.csv') }}"
    regions: eu-west-1, eu-central-1
    member_role: SecurityHubOnboarding
    fail_on_unprocessed: false
  check_mode: true
  register: fleet

- name: Name what is left
  ansible.builtin.debug:
    msg: "{{ item.account_id }} in {{ item.region }}: {{ item.reason }}"
  loop: "{{ fleet.memberships | selectattr('reason') }}"
  loop_control:
    label: "{{ item.account_id }}"

- name: Make an account a member in every Region that the finding aggregator links
  multiaccount.aws.securityhub_membership:
    members: ["111122223333"]
    region: eu-west-1 # the home Region
    regions: linked
    member_role: SecurityHubOnboarding

- name: Make accounts members, and keep a standard enabled in each of them
  multiaccount.aws.securityhub_membership:
    members: "{{ lookup('ansible.builtin.file', 'accounts.csv') }}"
    regions: [eu-west-1, eu-central-1]
    member_role: SecurityHubOnboarding
    standards: [aws-foundational-security-best-practices/v/1.0.0]
    wait_timeout: 180

- name: Make accounts members, and configure them as a policy says
  multiaccount.aws.securityhub_membership:
    members: ["111122223333", "012345670123"]
    regions: [eu-west-1, eu-central-1]
    member_role: SecurityHubOnboarding
    policy:
      enabled_standards: [aws-foundational-security-best-practices/v/1.0.0]
      disabled_controls: [CloudTrail.2]
      control_parameters:
        ACM.1:
          daysToExpiration: 15
      global_controls_region: eu-west-1
    wait_timeout: 180

- name: Take accounts over from a former administrator
  multiaccount.aws.securityhub_membership:
    members: ["111122223333"]
    region: eu-west-1
    member_role: SecurityHubOnboarding
    leave_administrator_ids: ["444455556666"]

- name: Verify that two accounts are members, and that AWS Config records in them
  multiaccount.aws.securityhub_membership:
    members: ["111122223333", "012345670123"]
    region: eu-west-1
    member_role: SecurityHubOnboarding
    config_recorder: true
  check_mode: true

- name: Only invite, the owners of the accounts accept
  multiaccount.aws.securityhub_membership:
    members: ["111122223333"]
    region: eu-west-1

- name: List the members that nobody asked for
  multiaccount.aws.securityhub_membership:
    members: ["111122223333"]
    region: eu-west-1
    surplus: report

- name: Remove members whose account is closed
  multiaccount.aws.securityhub_membership:
    members: "{{ lookup('ansible.builtin.file', 'organization.csv') }}"
    region: eu-west-1
    closed_accounts: remove

- name: Take an account out
  multiaccount.aws.securityhub_membership:
    members: ["012345670123"]
    regions: [eu-west-1, eu-central-1]
    member_role: SecurityHubOnboarding
    state: absent

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_membership --check --diff \
#   -a 'members=111122223333,012345670123 regions=eu-west-1,eu-central-1'
"""

RETURN = r"""
memberships:
  description: The memberships, a row for each requested account and Region, in the order of the request.
  returned: always
  type: list
  elements: dict
  contains: &membership
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
    email:
      description: The email address in the member list. V(null) where the service shows none.
      returned: always
      type: str
      sample: security@example.com
    member_status:
      description: The status now, or the expected one in check mode. V(null) for an account that is not in the list.
      returned: always
      type: str
      sample: Enabled
    previous_member_status:
      description: The status before. V(null) if the account was not in the member list.
      returned: always
      type: str
      sample: Created
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
    actions:
      description:
        - What was done, or in check mode would be, in this order. Of V(create), V(invite), V(enable_hub), V(accept),
          V(enable_standards), V(disable_standards), V(enable_controls), V(disable_controls), V(set_parameters),
          V(leave), V(decline), V(disassociate), V(delete).
      returned: always
      type: list
      elements: str
      sample: [invite, enable_hub, accept]
    left_administrator_id:
      description: >-
        Another administrator that the account left, or in check mode would leave, see O(leave_administrator_ids).
        V(null) for none.
      returned: always
      type: str
      sample: "444455556666"
    config_recorder:
      description:
        - What the recorder of AWS Config does that Security Hub CSPM uses. V(null) with O(config_recorder=false), and
          for accounts that are not Enabled.
        - V(recording), V(off), V(none) for no recorder, V(unreadable) where it could not be read. A warning says why.
        - This is Security Hub CSPM's own recorder where it has one, as with the new Security Hub beside it, and
          otherwise the customer managed one.
      returned: always
      type: str
      sample: recording
    config_recorder_name:
      description: The name of this recorder. V(null) where there is none, or it could not be read.
      returned: always
      type: str
      sample: default
    reason:
      description:
        - Why the membership is not as requested, V(null) where it is.
        - V(awaiting_acceptance), invited, and the owner has to accept. This does not fail the task.
        - V(own_account), the administrator itself. This does not fail the task.
        - V(removed) and V(resigned), an ended membership that O(reinvite) does not name.
        - V(suspended), AWS suspended the account.
        - V(unknown_status), a status that this module does not know and never acts upon.
        - V(role_not_assumed), the role in the account could not be assumed.
        - V(region_not_enabled), the Region is not enabled (opted in) in the account.
        - V(region_denied), a service control policy denies Security Hub in the Region in the account, so it is not
          invited. Leave the Region out for the account with C(regions) in its row.
        - V(other_administrator), the account is a member of another administrator.
        - V(has_members), the account has enabled members of its own.
        - V(no_invitation), the account declined the invitation or left, and can't accept it any more.
        - V(caller_is_member), this administrator is a member of another one, so it can't invite.
        - V(rejected), the service refused.
        - V(unconfirmed), something may have been done, but is not visible in time.
        - V(unreadable), the service did not look up the account.
        - V(standards_not_offered), the Region does not offer a standard of O(standards), so none was enabled there.
        - V(standards_failed), AWS could not disable a standard, V(standards_incomplete), it is enabled incompletely.
        - V(standards_pending), a standard is still PENDING, as AWS is enabling it or adding controls to it. This does
          not fail the task.
        - V(managed_by_policy), a configuration policy of an organization governs the account, and refuses changes.
        - V(unknown_control) and V(invalid_parameters), O(policy) names a control that does not exist, or a parameter
          that a control does not take.
        - V(not_ready), the controls of a standard were not ready for updates within O(wait_timeout), V(updating), the
          parameters of a control were being updated all the time.
        - V(not_attempted), the Region failed before the turn of this account came, or for RV(surplus_members),
          something failed in the Region.
      returned: always
      type: str
      sample: awaiting_acceptance
    processing_result:
      description: The message of the service where it gave one, else an explanation. V(null) for none.
      returned: always
      type: str
      sample: The account owner must accept the invitation.
    policy:
      description:
        - Whether the account is as O(policy) says. V(null) without a policy, and where the account is not Enabled.
        - V(applied), it is, or was made so by this run.
        - V(differs), it is not, in check mode before a run would change it, and otherwise still.
          RV(memberships[].reason) has why, if there is more than what a run would change.
        - V(failed), it could not be applied, RV(memberships[].reason) has why.
      returned: always
      type: str
      sample: differs
    policy_differences:
      description: The first 20 of what differs from the policy.
      returned: always
      type: list
      elements: dict
      contains:
        kind:
          description: V(standard), V(control) or V(parameter).
          returned: always
          type: str
          sample: parameter
        id:
          description: The short name of the standard, or the ID of the control.
          returned: always
          type: str
          sample: ACM.1
        parameter:
          description: The name of the parameter. V(null) for standards and controls.
          returned: always
          type: str
          sample: daysToExpiration
        current:
          description: >-
            V(ENABLED) or V(DISABLED), another status of a standard, or the value of the parameter. A control that is to
            be changed in some of its standards is V(ENABLED) or V(DISABLED) as it is there.
          returned: always
          type: raw
          sample: 30
        wanted:
          description: V(ENABLED) or V(DISABLED), or the value of the parameter.
          returned: always
          type: raw
          sample: 15
    policy_difference_count:
      description: How many differences there are.
      returned: always
      type: int
      sample: 1
surplus_members:
  description:
    - The members in the list that O(members) does not name, unless O(surplus=ignore).
    - With O(closed_accounts=remove), also the closed accounts that are in the list.
  returned: always
  type: list
  elements: dict
  contains: *membership
administrator_id:
  description: The administrator account. V(null) where it could not be found out.
  returned: always
  type: str
  sample: "999988887777"
hub_enabled_regions:
  description: The Regions where Security Hub was enabled in the administrator account, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [eu-central-1]
failed_regions:
  description: The Regions that failed, and what to do next. What was done in them before is in the rows.
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
      sample: AccessDeniedException
    msg:
      description: What failed, in which account and Region, why, and what to do next.
      returned: always
      type: str
      sample: >-
        InviteMembers for account 111122223333 failed in eu-south-1 with AccessDeniedException: no identity-based
        policy allows the action. Allow securityhub:InviteMembers in the caller's IAM policy, and check for an SCP that
        denies it.
counts:
  description: How many accounts and memberships there are.
  returned: always
  type: dict
  contains:
    accounts:
      description: The requested accounts.
      returned: always
      type: int
      sample: 30
    memberships:
      description: The requested accounts × Regions.
      returned: always
      type: int
      sample: 90
    by_status:
      description:
        - The memberships by status. C(not_a_member) counts accounts that are not in the list, C(unreadable) those whose
          status could not be read, C(own_account) the administrator itself.
      returned: always
      type: dict
      sample: {"Enabled": 85, "Invited": 5}
    by_policy:
      description: The memberships by RV(memberships[].policy), those without one left out.
      returned: when O(policy) is set and an account is Enabled
      type: dict
      sample: {"applied": 80, "differs": 5}
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
      sample: {"eu-west-1": {"111122223333": "Enabled", "012345670123": "Enabled"}}
"""

from typing import Any, Collection, Dict, Mapping, Optional, Sequence

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.apply import Definitions
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    InvalidInput,
    RegionResult,
    SecurityHubError,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import DesiredHub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.controls import parse_standards
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    ACCOUNT_IDS_SPEC,
    ADMINISTRATOR_SPEC,
    COMMON_SPEC,
    MEMBER_ROLE_SPEC,
    WAIT_TIMEOUT_SPEC,
    checked_wait_timeout,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.policy import Policy, parse_policy
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import (
    Role,
    member_roles,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.rows import (
    CLOSED,
    AccountRow,
    active_rows,
    emails_by_region,
    parse_account_ids,
    read_rows,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import REINVITABLE
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.apply import (
    DesiredMemberships,
    RegionMemberships,
    RegionRun,
    find_members,
    find_surplus,
    not_started,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.config_side import ConfigSide
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.member_side import MemberAccounts
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership.result import (
    KEYS,
    membership_result,
    no_memberships,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import Result
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.rows import nothing_found
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.apply import Offers
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.plan import (
    DesiredStandards,
)

Surplus = Mapping[str, RegionResult[Sequence[Member]]]

ARGUMENT_SPEC: Dict[str, Any] = {
    "members": {**ACCOUNT_IDS_SPEC, "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "enable_administrator_hub": {"type": "bool", "default": True},
    "enable_default_standards": {"type": "bool", "default": False},
    "standards": {"type": "list", "elements": "str"},
    "policy": {"type": "raw"},
    "leave_administrator_ids": ACCOUNT_IDS_SPEC,
    "config_recorder": {"type": "bool", "default": False},
    "reinvite": {"type": "list", "elements": "str", "choices": list(REINVITABLE), "default": ["removed"]},
    "surplus": {"type": "str", "choices": ["ignore", "report", "remove"], "default": "ignore"},
    "surplus_limit": {"type": "int", "default": 10},
    "closed_accounts": {"type": "str", "choices": ["ignore", "remove"], "default": "ignore"},
    "concurrency": {"type": "int", "default": 50},
    **COMMON_SPEC,
    **MEMBER_ROLE_SPEC,
    **ADMINISTRATOR_SPEC,
    "wait_timeout": WAIT_TIMEOUT_SPEC,
}


def manage_memberships(params: Mapping[str, Any], info: ConnectionInfo, mode: RunMode) -> Result:
    """Bring the memberships of the requested accounts and Regions to the requested state.

    :raises InvalidInput: for options that can't be used, before any call to AWS; for too many surplus members, before
        any write
    """
    check_numbers(params)
    listed = read_rows(params["members"], "members")
    rows = active_rows(listed, "members")
    roles = member_roles(rows, params)
    without_role = [account_id for account_id in rows if account_id not in roles]
    check_standards(params, without_role)
    left = left_administrators(params, without_role)
    if params["config_recorder"]:
        check_member_side(params, "config_recorder", "look at AWS Config", without_role)
    session = RegionSession(
        info,
        params["regions"],
        params["exclude_regions"],
        concurrency=params["concurrency"],
        administrator_id=params["administrator_id"],
    )
    policy = parse_policy(params["policy"], "policy", session.known_regions) if params["policy"] else None
    closed_rows = closed_accounts(params, listed)
    if not rows and not closed_rows:
        return membership_result({}, params["fail_on_unprocessed"], mode)
    emails, closed = (
        emails_by_region(each, session.regions, "members", session.requested.word) for each in (rows, closed_rows)
    )
    desired = desired_memberships(params, emails, policy, mode, left, closed)
    surplus = read_surplus(session, desired, listed)
    check_surplus(surplus, params, closed)
    by_region = reconcile(session, desired, roles, surplus, params["config_recorder"])
    return membership_result(by_region, params["fail_on_unprocessed"], mode)


def check_numbers(params: Mapping[str, Any]) -> None:
    """Check the options that are numbers, and those that exclude each other.

    :raises InvalidInput: for a number that can't be, or for what removes members where accounts leave
    """
    checked_wait_timeout(params["wait_timeout"])
    for name, least in (("concurrency", 1), ("surplus_limit", 0)):
        if params[name] < least:
            raise InvalidInput(f"{name}: {params[name]} is less than {least}.")
    for name in ("surplus", "closed_accounts"):
        if params["state"] == "absent" and params[name] != "ignore":
            raise InvalidInput(f"{name}: only with state present. Leave it out.")


def desired_memberships(
    params: Mapping[str, Any],
    emails: Mapping[str, Mapping[str, Optional[str]]],
    policy: Optional[Policy],
    mode: RunMode,
    left: Sequence[str],
    closed: Mapping[str, Collection[str]],
) -> DesiredMemberships:
    """Return the desired state that the options describe.

    :param left: the administrators that members leave
    :param closed: the closed accounts that are removed, by Region
    """
    return DesiredMemberships(
        emails=emails,
        joins=params["state"] == "present",
        reinvite=params["reinvite"],
        hub=DesiredHub(enable_default_standards=params["enable_default_standards"]),
        wait_timeout=params["wait_timeout"],
        surplus=params["surplus"],
        check_mode=mode.check,
        standards=DesiredStandards(policy.standards, purge=True) if policy else desired_standards(params),
        policy=policy,
        enable_administrator_hub=params["enable_administrator_hub"],
        leave_administrator_ids=left,
        closed=closed,
    )


def desired_standards(params: Mapping[str, Any]) -> Optional[DesiredStandards]:
    """Return the standards that the members are to have, None to leave them as they are.

    :raises InvalidInput: for what can't be a standard
    """
    names = parse_standards(params["standards"] or [], "standards", takes_titles=True)
    return DesiredStandards(names) if names else None


def check_standards(params: Mapping[str, Any], without_role: Sequence[str]) -> None:
    """Check that standards, or a policy, can be set.

    :raises InvalidInput: where both are, and where accounts leave, or have no role
    """
    options = [name for name in ("standards", "policy") if params[name]]
    if len(options) > 1:
        raise InvalidInput("standards: the policy says which standards there are. Leave it out.")
    if desired_standards(params) or params["policy"]:
        purpose = "enable them" if options[0] == "standards" else "apply it"
        check_member_side(params, options[0], purpose, without_role)


def check_member_side(params: Mapping[str, Any], option: str, purpose: str, without_role: Sequence[str]) -> None:
    """Check that what an option says about member accounts can be done in all of them.

    :raises InvalidInput: where accounts leave, or have no role
    """
    if params["state"] == "absent":
        raise InvalidInput(f"{option}: only with state present. Leave it out.")
    if without_role:
        named = ", ".join(without_role[:10]) + (" ..." if len(without_role) > 10 else "")
        raise InvalidInput(
            f"{option}: there is no role to {purpose} with in {len(without_role)} of the accounts: {named}. Set "
            "member_role."
        )


def left_administrators(params: Mapping[str, Any], without_role: Sequence[str]) -> Sequence[str]:
    """Return the administrators that members may leave.

    :raises InvalidInput: for what is no account ID, this administrator, and as ``check_member_side``
    """
    if params["leave_administrator_ids"] is None:
        return []
    found = parse_account_ids(params["leave_administrator_ids"], "leave_administrator_ids")
    if params["administrator_id"] in found:
        raise InvalidInput(
            f"leave_administrator_ids: {params['administrator_id']} is this administrator, see administrator_id. Take "
            "it out of the list."
        )
    if found:
        check_member_side(params, "leave_administrator_ids", "leave them", without_role)
    return found


def closed_accounts(params: Mapping[str, Any], listed: Mapping[str, AccountRow]) -> Dict[str, AccountRow]:
    """Return the rows of the closed accounts that are to be removed."""
    removes = params["closed_accounts"] == "remove"
    return {account_id: row for account_id, row in listed.items() if removes and row.status == CLOSED}


def read_surplus(session: RegionSession, desired: DesiredMemberships, listed: Mapping[str, AccountRow]) -> Surplus:
    """Return the members of each Region that the list does not name, and closed ones; nothing where nobody asked."""
    if desired.surplus == "ignore" and not any(desired.closed.values()):
        return {}

    def work(client: RegionClient) -> RegionResult[Sequence[Member]]:
        closed = desired.closed[client.region]
        if desired.surplus == "ignore":
            return find_members(client, list(closed))
        return find_surplus(client, [account_id for account_id in listed if account_id not in closed])

    return session.map_regions(work, nothing_found)


def check_surplus(surplus: Surplus, params: Mapping[str, Any], closed: Mapping[str, Collection[str]]) -> None:
    """Refuse to remove more accounts than surplus_limit.

    :param closed: the closed accounts that are removed, by Region
    :raises InvalidInput: if there are more
    """
    removes = params["surplus"] == "remove"
    found = {
        member.account_id
        for region, each in surplus.items()
        for member in each.value
        if removes or member.account_id in closed[region]
    }
    account_ids = sorted(found)
    if len(account_ids) > params["surplus_limit"]:
        more = f" and {len(account_ids) - 10} more" if len(account_ids) > 10 else ""
        named = ", ".join(account_ids[:10]) + more
        noun, was, is_ = ("account", "was", "is") if len(account_ids) == 1 else ("accounts", "were", "are")
        or_closed = f" or {is_} closed" if any(closed.values()) else ""
        raise InvalidInput(
            f"surplus_limit: {len(account_ids)} {noun} in the member list {was} not requested{or_closed}, more than "
            f"the limit of {params['surplus_limit']}: {named}. Nothing was changed. Check the requested accounts and "
            "Regions, or raise surplus_limit."
        )


def reconcile(
    session: RegionSession,
    desired: DesiredMemberships,
    roles: Mapping[str, Role],
    surplus: Surplus,
    looks_at_config: bool,
) -> Dict[str, RegionResult[RegionMemberships]]:
    """Bring all Regions to the desired state at the same time."""
    session.connect()
    offers, definitions = Offers(), Definitions()
    run_all = session.worker_pool(len(session.regions))
    accounts = MemberAccounts(session.role_credentials(roles), run_all)

    def work(client: RegionClient) -> RegionResult[RegionMemberships]:
        found = surplus.get(client.region)
        if found and isinstance(found.error, SecurityHubError) and not found.error.hub_is_disabled:
            return not_started(desired.emails[client.region], found.error)
        config = ConfigSide(session.config_client(client.region), accounts) if looks_at_config else None
        return RegionRun(client, desired, accounts, offers, definitions, config).run(found.value if found else ())

    return session.map_regions(work, not_started_in(desired))


def not_started_in(desired: DesiredMemberships) -> Any:
    """Return what makes the result of a Region in which nothing could be done."""

    def make(error: SecurityHubError) -> RegionResult[RegionMemberships]:
        return not_started(desired.emails[error.region], error)

    return make


def main() -> None:
    run_module(
        AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True),
        manage_memberships,
        KEYS,
        no_memberships(),
    )


if __name__ == "__main__":
    main()
