#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_invitation
version_added: 1.0.0
short_description: Accept or decline the invitation of an AWS Security Hub administrator, or leave it
description:
  - Makes this account a member of a Security Hub CSPM administrator account by accepting its invitation, declines the
    invitation, or ends the membership, in one Region or many at the same time.
  - Only the invitation from O(administrator_id) is accepted, never one from another administrator.
  - Run it with the credentials of the member account. Security Hub must be enabled there. See O(enable_hub), and
    M(multiaccount.aws.securityhub_hub) for its settings.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  administrator_id:
    description:
      - The administrator account, exactly 12 digits. Quote it in YAML, which reads an unquoted C(012345670123) as an
        octal number.
    type: str
    required: true
  state:
    description:
      - V(accepted), the account is a member of the administrator. A pending invitation is accepted. An invitation that
        the account declined or left is accepted too, if the service allows it. An account that is a member of another
        administrator fails, and so does an account that has enabled members of its own.
      - V(declined), no invitation from the administrator is pending. A membership is left as it is.
      - V(left), the account is not a member of the administrator. A membership is ended, and the invitation is kept, so
        that the account can accept it again with O(state=accepted) and without the administrator. A pending invitation
        is left as it is. Where Security Hub is disabled, the account has no administrator, so nothing is done.
      - V(absent), the account is not a member of the administrator and has no invitation from it. A membership is
        ended. An invitation is declined and deleted.
      - An account that declined or left is V(Resigned) in the administrator's member list. Invite it again with
        O(multiaccount.aws.securityhub_member_invite#module:reinvite).
    type: str
    choices: [accepted, declined, left, absent]
    default: accepted
  enable_hub:
    description:
      - Whether to enable Security Hub first, in the Regions where it is disabled. With V(false), these Regions fail.
      - Only allowed with O(state=accepted). Where Security Hub is already enabled, it is left as it is.
    type: bool
    default: false
  enable_default_standards:
    description:
      - Whether to enable the standards that AWS enables by default, when Security Hub is enabled. They cost money. See
        O(multiaccount.aws.securityhub_hub#module:enable_default_standards).
      - Ignored except for the Regions where O(enable_hub) enables Security Hub.
    type: bool
    default: false
  wait_timeout:
    description:
      - How long, in seconds, an invitation may take to arrive, and a change to be seen.
      - For the same time, a read or a step that fails for a reason that passes is tried again.
      - With V(0), the module does not wait and does not read again.
    type: int
    default: 30
notes:
  - Needs the IAM permissions C(securityhub:GetAdministratorAccount) and C(securityhub:ListInvitations). A run needs
    more, depending on O(state). V(accepted) needs C(securityhub:AcceptAdministratorInvitation). V(declined) needs
    C(securityhub:DeclineInvitations). V(left) needs C(securityhub:DisassociateFromAdministratorAccount). V(absent)
    needs C(securityhub:DisassociateFromAdministratorAccount), C(securityhub:DeclineInvitations) and
    C(securityhub:DeleteInvitations). Where O(enable_hub) enables Security Hub, a run needs
    C(securityhub:EnableSecurityHub) and, for the first time, C(iam:CreateServiceLinkedRole).
  - With the IAM permission C(securityhub:ListMembers), V(accepted) finds out before any write whether the account has
    enabled members of its own. Without it, only the service does.
  - Check mode can't read the invitations in a Region where O(enable_hub) would enable Security Hub. It assumes that
    they are there.
  - If O(administrator_id) is the calling account itself, nothing is done and nothing fails. See
    RV(memberships[].reason).
seealso:
  - module: multiaccount.aws.securityhub_invitation_info
  - module: multiaccount.aws.securityhub_hub
  - module: multiaccount.aws.securityhub_member_invite
    description: The administrator's side.
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.securityhub.connection
  - multiaccount.aws.securityhub.member_role
  - multiaccount.aws.securityhub.account_ids
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.converges
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - multiaccount.aws.securityhub.requirements
"""

EXAMPLES = r"""
- name: Accept the invitation of the administrator account
  multiaccount.aws.securityhub_invitation:
    administrator_id: "999988887777"
    regions: [eu-west-1, eu-central-1]

- name: Enable Security Hub where it is disabled, without standards, and accept
  multiaccount.aws.securityhub_invitation:
    administrator_id: "999988887777"
    regions: [eu-west-1, eu-central-1]
    enable_hub: true

- name: Wait up to ten minutes for an invitation that was not sent yet
  multiaccount.aws.securityhub_invitation:
    administrator_id: "999988887777"
    region: eu-west-1
    wait_timeout: 600

- name: Decline an invitation
  multiaccount.aws.securityhub_invitation:
    administrator_id: "444455556666"
    region: eu-west-1
    state: declined

- name: Leave an administrator, and keep its invitation to be able to come back
  multiaccount.aws.securityhub_invitation:
    administrator_id: "444455556666"
    region: eu-west-1
    state: left

- name: Show what leaving an administrator would do
  multiaccount.aws.securityhub_invitation:
    administrator_id: "444455556666"
    region: eu-west-1
    state: absent
  check_mode: true
  diff: true

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_invitation --check \
#   -a 'administrator_id=999988887777 region=eu-west-1'
"""

RETURN = r"""
memberships:
  description:
    - The status of the account with the administrator, a row for each Region.
    - A Region that failed before anything was done has no row.
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
      returned: when O(account_ids) is set
      type: str
      sample: "111122223333"
    administrator_id:
      description: The administrator account. This is O(administrator_id).
      returned: always
      type: str
      sample: "999988887777"
    member_status:
      description:
        - The status now, or in check mode the status after a run. V(null) if the account is neither member nor invited.
        - Where RV(memberships[].reason) is V(unconfirmed), the status that was read last, V(null) where none was read.
      returned: always
      type: str
      sample: Enabled
    previous_member_status:
      description: The status before.
      returned: always
      type: str
      sample: Invited
    invitation_id:
      description: The ID of the invitation. V(null) where none was found.
      returned: always
      type: str
      sample: 7ab938c5d52d7904ad09f9e7c20cc4eb
    reason:
      description:
        - Why the membership is not as requested, V(null) where it is, or where RV(failed_regions) says it.
        - V(own_account), O(administrator_id) is the calling account itself. This does not fail the task.
        - V(unconfirmed), something may have been done, but the Region failed before the status could be read again.
      returned: always
      type: str
      sample: own_account
hub_enabled_regions:
  description: The Regions where Security Hub was enabled, or in check mode would be.
  returned: when O(enable_hub=true)
  type: list
  elements: str
  sample: [eu-central-1]
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
        V(other_administrator) means that the account is a member of another administrator, V(has_members) that it
        has enabled members of its own, V(no_invitation) that no invitation arrived in time, V(unconfirmed) that a
        change was not seen in time, V(unknown_status) that the account has a status that the module does not know,
        V(UnprocessedAccounts) that the service did not process the request.
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
  description:
    - The status of the account with the administrator before and after, for each Region that could be read.
    - V(null) for a Region where Security Hub is disabled.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: The status by Region and administrator, before.
      returned: always
      type: dict
      sample: {"eu-west-1": {"999988887777": "Invited"}}
    after:
      description: The status by Region and administrator, after.
      returned: always
      type: dict
      sample: {"eu-west-1": {"999988887777": "Enabled"}}
"""

from functools import partial
from typing import Any, Dict, List, Mapping, Optional

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo, Place
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput, RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import DesiredHub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    ACCOUNTS_SPEC,
    COMMON_SPEC,
    WAIT_TIMEOUT_SPEC,
    checked_wait_timeout,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import account_roles
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.rows import parse_account_id
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.invitation.apply import (
    DesiredInvitation,
    InvitationChange,
    InvitationState,
    reconcile_invitation,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.reasons import UNCONFIRMED
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import Result
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.rows import (
    not_started,
    region_result,
    with_failed_accounts,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module

KEYS = ("memberships", "failed_regions", "failed_accounts")

ARGUMENT_SPEC: Dict[str, Any] = {
    "administrator_id": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["accepted", "declined", "left", "absent"], "default": "accepted"},
    "enable_hub": {"type": "bool", "default": False},
    "enable_default_standards": {"type": "bool", "default": False},
    **COMMON_SPEC,
    **ACCOUNTS_SPEC,
    "wait_timeout": WAIT_TIMEOUT_SPEC,
}


def manage_invitation(params: Mapping[str, Any], info: ConnectionInfo, mode: RunMode) -> Result:
    """Bring the caller's account to the requested state in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    desired = DesiredInvitation(
        parse_account_id(params["administrator_id"], "administrator_id"),
        params["state"],
        checked_wait_timeout(params["wait_timeout"]),
        desired_hub(params),
    )
    roles = account_roles(params)
    session = RegionSession(info, params["regions"], params["exclude_regions"])

    work = partial(reconcile_invitation, desired=desired, check_mode=mode.check)
    by_place, errors = session.map_places(roles, work, not_started)
    result = region_result(by_place, "memberships", lambda membership: [vars(membership)], by_administrator, mode)
    result = with_failed_accounts(result, errors)
    return {**result, "hub_enabled_regions": hub_enabled_regions(by_place)} if desired.hub else result


def desired_hub(params: Mapping[str, Any]) -> Optional[DesiredHub]:
    """Return how to enable Security Hub where it is disabled, None not to.

    :raises InvalidInput: where there is nothing to accept
    """
    if not params["enable_hub"]:
        return None
    if params["state"] != "accepted":
        raise InvalidInput(f"enable_hub: only with state accepted, not {params['state']}. Leave it out.")
    return DesiredHub(enable_default_standards=params["enable_default_standards"])


def hub_enabled_regions(by_place: Mapping[Place, RegionResult[InvitationChange]]) -> List[str]:
    """Return the Regions where Security Hub was disabled before, and is enabled now or in check mode would be."""
    enabled = [place.region for place, result in by_place.items() if result.value.after and not result.value.before]
    return list(dict.fromkeys(enabled))


def by_administrator(membership: InvitationState) -> Dict[str, Any]:
    """Return what the diff shows of a membership, nothing where its status is not known."""
    if membership.reason == UNCONFIRMED:
        return {}
    return {membership.administrator_id: membership.member_status}


def main() -> None:
    run_module(AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), manage_invitation, KEYS)


if __name__ == "__main__":
    main()
