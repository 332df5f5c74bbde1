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
  - Only the invitation of the administrator that is asked for is ever accepted, whoever else has sent one.
  - Runs with the credentials of the member account, in which Security Hub must be on. See O(enable_hub), and
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
      - V(accepted), the account is a member of the administrator. A pending invitation is accepted, and one that the
        account has left, which the service may allow. An account that another administrator administers fails.
      - V(declined), no invitation of the administrator is pending. A membership is left as it is.
      - V(absent), the account is no member of the administrator and has no invitation from it. A membership is ended,
        an invitation declined and deleted.
      - An account that has declined or left is V(Resigned) in the administrator's member list. It is invited again with
        O(multiaccount.aws.securityhub_member_invite#module:reinvite).
    type: str
    choices: [accepted, declined, absent]
    default: accepted
  enable_hub:
    description:
      - Whether Security Hub is turned on first, in the Regions where it is off. Without it, these fail.
      - Only with O(state=accepted), for which one task then is the whole member side. Where it is on, it is left alone.
    type: bool
    default: false
  enable_default_standards:
    description:
      - Whether turning Security Hub on also enables the standards that AWS enables by default, see
        O(multiaccount.aws.securityhub_hub#module:enable_default_standards). They cost money.
      - Counts only in the Regions where O(enable_hub) turns Security Hub on.
    type: bool
    default: false
  wait_timeout:
    description:
      - How long, in seconds, an invitation to be accepted may take to arrive, and a change to be seen.
      - With V(0) the module does not wait, nor look again.
    type: int
    default: 30
notes:
  - Needs the IAM permissions C(securityhub:GetAdministratorAccount) and C(securityhub:ListInvitations). A run needs
    more as O(state) asks for. V(accepted) needs C(securityhub:AcceptAdministratorInvitation). V(declined) needs
    C(securityhub:DeclineInvitations). V(absent) needs C(securityhub:DisassociateFromAdministratorAccount),
    C(securityhub:DeclineInvitations) and C(securityhub:DeleteInvitations). Where O(enable_hub) turns Security Hub on, a
    run needs C(securityhub:EnableSecurityHub) and, for the first time, C(iam:CreateServiceLinkedRole).
  - Check mode can't see the invitations in a Region where O(enable_hub) would turn Security Hub on. It takes them to be
    there.
seealso:
  - module: multiaccount.aws.securityhub_invitation_info
  - module: multiaccount.aws.securityhub_hub
  - module: multiaccount.aws.securityhub_member_invite
    description: The administrator's side.
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.converges
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Accept the invitation of the security account
  multiaccount.aws.securityhub_invitation:
    administrator_id: "999988887777"
    regions: [eu-west-1, eu-central-1]

- name: Turn Security Hub on where it is off, without standards, and accept
  multiaccount.aws.securityhub_invitation:
    administrator_id: "999988887777"
    regions: [eu-west-1, eu-central-1]
    enable_hub: true

- name: Wait ten minutes for it, if it is yet to be sent
  multiaccount.aws.securityhub_invitation:
    administrator_id: "999988887777"
    region: eu-west-1
    wait_timeout: 600

- name: Decline an invitation
  multiaccount.aws.securityhub_invitation:
    administrator_id: "444455556666"
    region: eu-west-1
    state: declined

- name: See what leaving an administrator would do
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
    - Where the account stands towards the administrator, a row for each Region.
    - Regions that failed before anything was done have none.
  returned: always
  type: list
  elements: dict
  contains: &membership
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-west-1
    administrator_id:
      description: The administrator that was asked for.
      returned: always
      type: str
      sample: "999988887777"
    member_status:
      description:
        - Where the account stands now, or in check mode would stand. V(null) for neither member nor invited.
        - Also V(null) where Security Hub was turned on, but the Region failed before the status could be read.
      returned: always
      type: str
      sample: Enabled
    previous_member_status:
      description: Where it stood before.
      returned: always
      type: str
      sample: Invited
    invitation_id:
      description: The invitation that there was, V(null) where there was none.
      returned: always
      type: str
      sample: 7ab938c5d52d7904ad09f9e7c20cc4eb
hub_enabled_regions:
  description: The Regions where Security Hub was turned on, or in check mode would be.
  returned: when O(enable_hub=true)
  type: list
  elements: str
  sample: [eu-central-1]
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
        V(other_administrator) means that another administrator is in the way, V(no_invitation) that none came in time,
        V(unconfirmed) that a change was not seen in time, V(unknown_status) that the account has a status that the
        module does not know, V(UnprocessedAccounts) that the service did not process the request.
      returned: always
      type: str
      sample: InvalidAccessException
    msg:
      description: What failed, for which account, and what to do next.
      returned: always
      type: str
      sample: "Security Hub is off in 111122223333 in eu-south-1: turn it on with multiaccount.aws.securityhub_hub."
diff:
  description:
    - Where the account stands towards the administrator before and after, for each Region that could be read.
    - V(null) for a Region where Security Hub is off.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: Status by administrator by Region, before.
      returned: always
      type: dict
      sample: {"eu-west-1": {"999988887777": "Invited"}}
    after:
      description: Status by administrator by Region, after.
      returned: always
      type: dict
      sample: {"eu-west-1": {"999988887777": "Enabled"}}
"""

from functools import partial
from typing import Any, Dict, List, Mapping, Optional

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.api import Settled
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.clients import (
    Connection,
    ConnectionInfo,
    RegionClients,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import HubWish
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.invitation.apply import (
    Membership,
    settle_membership,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.options import (
    REGIONS_SPEC,
    WAIT_TIMEOUT_SPEC,
    check_account_ids,
    checked_wait_timeout,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results import (
    Mode,
    Result,
    answer,
    region_result,
)

KEYS = ("memberships", "failed_regions")

ARGUMENT_SPEC: Dict[str, Any] = {
    "administrator_id": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["accepted", "declined", "absent"], "default": "accepted"},
    "enable_hub": {"type": "bool", "default": False},
    "enable_default_standards": {"type": "bool", "default": False},
    "regions": REGIONS_SPEC,
    "wait_timeout": WAIT_TIMEOUT_SPEC,
}


def settle(params: Mapping[str, Any], info: ConnectionInfo, mode: Mode) -> Result:
    """Bring the caller's account to the requested state in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    administrator_id = check_account_ids([params["administrator_id"].strip()], "administrator_id")[0]
    wait_timeout = checked_wait_timeout(params["wait_timeout"])
    hub = hub_wish(params)
    connection = Connection(info, params["regions"])

    def work(clients: RegionClients) -> Settled[Membership]:
        return settle_membership(clients, administrator_id, params["state"], wait_timeout, mode.check, hub)

    by_region = connection.in_each_region(work)
    result = region_result(by_region, "memberships", vars, by_administrator, mode, connection.caller_account_id)
    return {**result, "hub_enabled_regions": hub_enabled_regions(by_region)} if hub else result


def hub_wish(params: Mapping[str, Any]) -> Optional[HubWish]:
    """Return how to turn Security Hub on where it is off, None to leave it.

    :raises InvalidInput: where there is nothing to accept
    """
    if not params["enable_hub"]:
        return None
    if params["state"] != "accepted":
        raise InvalidInput(f"enable_hub: only with state accepted, not {params['state']}. Leave it out.")
    return HubWish(enable_default_standards=params["enable_default_standards"])


def hub_enabled_regions(by_region: Mapping[str, Settled[Membership]]) -> List[str]:
    """Return the Regions where Security Hub was off before, and is on now or in check mode would be."""
    return [region for region, settled in by_region.items() if settled.after and not settled.before]


def by_administrator(membership: Membership) -> Dict[str, Any]:
    """Return what the diff shows of a membership."""
    return {membership.administrator_id: membership.member_status}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    mode = Mode(module.check_mode, module._diff)
    result = answer(settle, module.params, partial(get_aws_connection_info, module), mode, KEYS)
    if "msg" in result:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
