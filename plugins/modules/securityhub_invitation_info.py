#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_invitation_info
version_added: 1.0.0
short_description: List the AWS Security Hub invitations and the administrator of an account
description:
  - Tells which administrator accounts have invited this account to be a Security Hub CSPM member, and which one
    administers it, in one Region or many at the same time.
  - Runs with the credentials of the member account, in which Security Hub must be on.
author:
  - multiaccount.aws contributors (@multiaccount)
options: {}
notes:
  - Needs the IAM permissions C(securityhub:ListInvitations) and C(securityhub:GetAdministratorAccount).
seealso:
  - module: multiaccount.aws.securityhub_invitation
  - module: multiaccount.aws.securityhub_member_info
    description: The administrator's side.
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.reads
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: List the invitations in two Regions
  multiaccount.aws.securityhub_invitation_info:
    regions: [eu-west-1, eu-central-1]
  register: invited

- name: Fail if somebody else than the security account administers this account
  ansible.builtin.assert:
    that: invited.administrators | rejectattr('administrator_id', 'eq', '999988887777') | length == 0

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_invitation_info -a region=eu-west-1
"""

RETURN = r"""
invitations:
  description: The invitations that have not been deleted, Region by Region.
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
      description: The administrator account, as the API names it.
      returned: always
      type: str
      sample: "999988887777"
    administrator_id:
      description: The same, as O(multiaccount.aws.securityhub_invitation#module:administrator_id) takes it.
      returned: always
      type: str
      sample: "999988887777"
    member_status:
      description: What became of the invitation.
      returned: always
      type: str
      sample: Invited
    invitation_id:
      description: The invitation.
      returned: always
      type: str
      sample: 7ab938c5d52d7904ad09f9e7c20cc4eb
    invited_at:
      description: When the invitation was sent, V(null) where the service shows no time.
      returned: always
      type: str
      sample: "2026-01-31T08:15:30.123000+00:00"
administrators:
  description: Who administers the account, a row for each Region where somebody does.
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
      description: The administrator account, as the API names it.
      returned: always
      type: str
      sample: "999988887777"
    administrator_id:
      description: The same, as O(multiaccount.aws.securityhub_invitation#module:administrator_id) takes it.
      returned: always
      type: str
      sample: "999988887777"
    member_status:
      description: What became of the invitation.
      returned: always
      type: str
      sample: Enabled
    invitation_id:
      description: The invitation.
      returned: always
      type: str
      sample: 7ab938c5d52d7904ad09f9e7c20cc4eb
    invited_at:
      description: When the invitation was sent, V(null) where the service shows no time.
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
      sample: "Security Hub is off in 111122223333 in eu-south-1: turn it on with multiaccount.aws.securityhub_hub."
"""

from functools import partial
from typing import Any, Dict, List, Mapping, Optional, Tuple

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.api import (
    Observed,
    get_administrator,
    list_invitations,
    observe,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.clients import (
    Connection,
    ConnectionInfo,
    RegionClients,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Invitation
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.options import REGIONS_SPEC
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results import (
    Mode,
    Result,
    answer,
    info_result,
)

KEYS = ("invitations", "administrators", "failed_regions")

ARGUMENT_SPEC: Dict[str, Any] = {"regions": REGIONS_SPEC}

Relations = Tuple[Optional[Invitation], List[Invitation]]


def list_relations(params: Mapping[str, Any], info: ConnectionInfo, _mode: Mode) -> Result:
    """List the invitations to the caller's account, and who administers it, in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """

    def work(clients: RegionClients) -> Observed[Relations]:
        return observe(lambda: [(get_administrator(clients.reader), list_invitations(clients.reader))])

    rows = {
        "invitations": lambda relations: map(row_of, relations[1]),
        "administrators": lambda relations: [row_of(relations[0])] if relations[0] else [],
    }
    connection = Connection(info, params["regions"])
    return info_result(connection.in_each_region(work), rows, connection.caller_account_id)


def row_of(invitation: Invitation) -> Dict[str, Optional[str]]:
    """Return the row of an invitation, but for its Region."""
    return {"account_id": invitation.administrator_id, **vars(invitation)}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    mode = Mode(module.check_mode, module._diff)
    result = answer(list_relations, module.params, partial(get_aws_connection_info, module), mode, KEYS)
    if "msg" in result:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
