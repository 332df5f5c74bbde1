#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_controls_info
version_added: 1.0.0
short_description: List the security controls of AWS Security Hub with their state and parameters
description:
  - Returns the security controls of the enabled standards of Security Hub CSPM in this account or in many accounts by
    role, with their state, parameters and reasons, in one Region or many at the same time. Controls that a Region does
    not have are left out.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  standards:
    description:
      - Only the controls of these standards, and their status there. A list, or one string with commas, spaces or
        newlines between them, of short names such as C(aws-foundational-security-best-practices/v/1.0.0), or ARNs.
      - Defaults to all standards that are enabled.
    type: list
    elements: str
  control_ids:
    description:
      - Only these controls. A list, or one string with commas, spaces or newlines between them, of IDs such as
        C(IAM.6), or ARNs of security controls.
      - Defaults to all controls.
    type: list
    elements: str
  state:
    description:
      - Only the controls that are enabled in a standard, or those that are disabled in all.
      - Defaults to both.
    type: str
    choices: [enabled, disabled]
notes:
  - Needs the IAM permissions C(securityhub:GetEnabledStandards), C(securityhub:ListSecurityControlDefinitions),
    C(securityhub:BatchGetStandardsControlAssociations), C(securityhub:BatchGetSecurityControls) and
    C(securityhub:DescribeStandardsControls).
  - For each account and Region, the module makes one call for the standards, one for each 100 controls × standards, and
    one for each 100 controls that have parameters. The controls of a standard are asked for once a Region, whatever the
    number of accounts.
seealso:
  - module: multiaccount.aws.securityhub_controls
  - module: multiaccount.aws.securityhub_standards_info
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.securityhub.connection
  - multiaccount.aws.securityhub.member_role
  - multiaccount.aws.securityhub.account_ids
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.reads
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - multiaccount.aws.securityhub.requirements
"""

EXAMPLES = r"""
- name: List the controls that are disabled in two member accounts
  multiaccount.aws.securityhub_controls_info:
    state: disabled
    account_ids: ["111122223333", "012345670123"]
    member_role: SecurityHubReader
    regions: [eu-west-1, eu-central-1]
  register: found

- name: Show why
  ansible.builtin.debug:
    msg: "{{ found.controls | items2dict(key_name='control_id', value_name='reason') }}"

- name: Read what one account has today
  multiaccount.aws.securityhub_controls_info:
    region: eu-west-1
  register: today

- name: Have the same in another Region
  multiaccount.aws.securityhub_controls:
    controls: "{{ today.controls | selectattr('state', 'equalto', 'DISABLED') | map(attribute='control_id') }}"
    state: disabled
    others: enabled
    region: eu-central-1

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_controls_info -a "control_ids=IAM.6 regions=eu-west-1"
"""

RETURN = r"""
controls:
  description: The controls of the enabled standards, a row for each account, Region and control, in AWS's order.
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
      returned: when O(account_ids) is set
      type: str
      sample: "111122223333"
    control_id:
      description: The ID of the control.
      returned: always
      type: str
      sample: IAM.6
    title:
      description: The title of the control.
      returned: always
      type: str
      sample: Hardware MFA should be enabled for the root user
    severity:
      description: The severity of the control.
      returned: always
      type: str
      sample: CRITICAL
    state:
      description: >-
        V(ENABLED) if the control is enabled in a standard, V(DISABLED) if it is in none. V(null) if the service does
        not show it.
      returned: always
      type: str
      sample: DISABLED
    standards:
      description: >-
        The status of the control in each enabled standard that has it, by the short name of the standard. V(null) if
        the service does not show it, for example while the standard is not ready for updates.
      returned: always
      type: dict
      sample: {"aws-foundational-security-best-practices/v/1.0.0": "DISABLED"}
    parameters:
      description: The parameters of the control and their values.
      returned: always
      type: dict
      sample: {"daysToExpiration": 15}
    custom_parameters:
      description: Those of RV(controls[].parameters) that do not have the default value of AWS.
      returned: always
      type: dict
      sample: {"daysToExpiration": 15}
    reason:
      description: Why the control is disabled, as Security Hub keeps it. V(null) for none.
      returned: always
      type: str
      sample: Covered by our own checks
disabled_regions:
  description: The Regions where Security Hub is disabled, with O(account_ids) a row for each Region and account.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-north-1
    account_id:
      description: The account.
      returned: when O(account_ids) is set
      type: str
      sample: "111122223333"
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
      description: The error code of the service, or the name of the SDK's exception where there was no response.
      returned: always
      type: str
      sample: AccessDeniedException
    msg:
      description: What failed, in which account and Region, why, and what to do next.
      returned: always
      type: str
      sample: >-
        GetEnabledStandards, called by account 111122223333, failed in eu-south-1 with AccessDeniedException: no
        identity-based policy allows the action. Allow securityhub:GetEnabledStandards in the caller's IAM policy, and
        check for an SCP that denies it.
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
"""

from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Sequence

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.apply import (
    Definitions,
    read_controls,
    read_standards,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.plan import (
    ControlCatalog,
    ControlsState,
    control_view,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    FAILURES,
    RegionResult,
    SecurityHubError,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.controls import (
    parse_control_ids,
    parse_standards,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    ACCOUNTS_SPEC,
    COMMON_SPEC,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import account_roles
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import Result
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.rows import (
    accounts_info_result,
    nothing_found,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module

KEYS = ("controls", "disabled_regions", "failed_regions", "failed_accounts")

ARGUMENT_SPEC: Dict[str, Any] = {
    "standards": {"type": "list", "elements": "str"},
    "control_ids": {"type": "list", "elements": "str"},
    "state": {"type": "str", "choices": ["enabled", "disabled"]},
    **COMMON_SPEC,
    **ACCOUNTS_SPEC,
}


def list_controls(params: Mapping[str, Any], info: ConnectionInfo, _mode: RunMode) -> Result:
    """List the controls of the requested accounts and Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    standards = parse_standards(params["standards"] or (), "standards")
    control_ids = parse_control_ids(params["control_ids"] or (), "control_ids")
    state = (params["state"] or "").upper()
    roles = account_roles(params)
    session = RegionSession(info, params["regions"], params["exclude_regions"])
    find = control_finder(standards, control_ids)
    by_place, errors = session.map_places(roles, find, nothing_found)
    keys = {"controls": lambda row: [row] if state in ("", row["state"]) else []}
    return accounts_info_result(by_place, keys, errors)


def control_finder(
    names: Sequence[str], control_ids: Sequence[str]
) -> Callable[[RegionClient], RegionResult[Optional[Sequence[Dict[str, Any]]]]]:
    """Return what finds the controls of one account and Region, None where Security Hub is disabled.

    :param names: the short names of standards, none for all
    :param control_ids: none for all
    """
    definitions = Definitions()

    def find(client: RegionClient) -> RegionResult[Optional[Sequence[Dict[str, Any]]]]:
        try:
            standards = [each for each in read_standards(client) if not names or each.name in names]
            definitions.check_ids(client, control_ids, standards, "control_ids")
            catalog = definitions.catalog(client, standards)
            wanted = {
                each.control_id: each
                for each in catalog.controls.values()
                if each.is_available and (not control_ids or each.control_id in control_ids)
            }
            pairs = [(each, name) for each in standards for name in catalog.standards[each.name] if name in wanted]
            with_parameters = [control_id for control_id, each in wanted.items() if each.parameters]
            state, _unread = read_controls(client, ControlsState(tuple(standards)), pairs, with_parameters)
            return RegionResult(list(control_rows(list(wanted), catalog, state)))
        except FAILURES as error:
            is_disabled = isinstance(error, SecurityHubError) and error.hub_is_disabled
            return RegionResult(None) if is_disabled else RegionResult([], error)

    return find


def control_rows(control_ids: Sequence[str], catalog: ControlCatalog, state: ControlsState) -> Iterator[Dict[str, Any]]:
    """Yield the rows of controls, except for what names their place."""
    for control_id in control_ids:
        view = control_view(control_id, state)
        control = state.controls.get(control_id)
        has_it = (name for name, controls in catalog.standards.items() if control_id in controls)
        yield {
            "control_id": control_id,
            "title": catalog.controls[control_id].title,
            "severity": catalog.controls[control_id].severity,
            **view,
            "standards": {**dict.fromkeys(has_it), **view["standards"]},
            "custom_parameters": {
                name: each.value for name, each in (control.parameters if control else {}).items() if each.is_custom
            },
        }


def main() -> None:
    run_module(AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), list_controls, KEYS)


if __name__ == "__main__":
    main()
