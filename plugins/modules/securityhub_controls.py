#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_controls
version_added: 1.0.0
short_description: Enable or disable security controls of AWS Security Hub, and set their parameters
description:
  - Enables or disables security controls of Security Hub CSPM, and sets their parameters, in this account or in many
    accounts by role, in one Region or many at the same time.
  - The configuration policies of AWS Security Hub do not reach members by invitation. Their controls are set in each
    account and Region, which is what this module does.
  - A control is enabled or disabled in every enabled standard that has it. Standards that another AWS service manages
    (C(service-managed-...)) are left alone, unless a row names them in RV(controls[].standards).
  - AWS charges for the checks of each control that is enabled, in each account and Region.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  controls:
    description:
      - The controls, as a list of IDs and rows, or as one string of IDs with commas, spaces or newlines between them.
      - An ID is the same in all standards and Regions, such as C(IAM.6) or C(Config.1). The ARN of a security control
        stands for the same control in each account and Region.
      - A row is a dictionary with C(control_id) and any of the keys below. Any other key is refused, and so are two
        rows of one control in one Region that differ.
      - C(state), V(enabled) or V(disabled). Defaults to O(state).
      - C(reason), which Security Hub keeps with a control that is disabled. Defaults to O(reason).
      - C(standards), short names or ARNs of standards. The control is enabled or disabled only in these.
      - C(regions), Regions of the task. The row is only meant for these.
      - C(parameters), a dictionary of parameters and their values. V(null) is the default value of AWS. Parameters
        that are not named stay as they are. A custom value that is the same as the default value stays a custom one.
      - An ID that no control has is refused with the nearest one, and nothing is changed. For an ID of one standard,
        such as C(CIS.1.14), the security control is named where the Region tells it.
      - A parameter that a control does not have, and a value that it does not take, are refused before the first change
        in the account and Region.
      - A control that no enabled standard has in the Region is as requested if it is to be disabled. If it is to be
        enabled, its row has the reason V(not_available), which does not fail the task.
      - With an empty list there is nothing to do, unless O(others) is set.
    type: raw
    required: true
  state:
    description:
      - Whether IDs, and rows without C(state), are enabled or disabled.
    type: str
    choices: [enabled, disabled]
    default: enabled
  reason:
    description:
      - The reason of what is disabled, except for rows with C(reason). Other users see it in the console.
      - Without a reason, the reason of a control that is disabled already stays as it is. A control that is disabled
        now gets the name of this collection as its reason.
    type: str
  others:
    description:
      - What becomes of the controls of the enabled standards that O(controls) does not name. V(ignore) leaves them as
        they are, V(enabled) enables them, V(disabled) disables them. AWS's configuration policies do either.
      - Controls that AWS adds later are others too. With V(ignore), they stay as
        O(multiaccount.aws.securityhub_hub#module:auto_enable_controls) says.
    type: str
    choices: [ignore, enabled, disabled]
    default: ignore
  wait_timeout:
    description:
      - How long, in seconds, a change may take to be accepted and shown. The module waits for a standard whose controls
        are not ready for updates, and for a control whose parameters are being updated.
      - With V(0), the module does not wait, and does not read again after a change.
    type: int
    default: 180
notes:
  - Check mode needs the IAM permissions C(securityhub:GetEnabledStandards),
    C(securityhub:ListSecurityControlDefinitions), C(securityhub:BatchGetStandardsControlAssociations) and
    C(securityhub:DescribeStandardsControls), and with parameters C(securityhub:BatchGetSecurityControls). A run needs
    C(securityhub:BatchUpdateStandardsControlAssociations) and C(securityhub:UpdateStandardsControl) too, and with
    parameters C(securityhub:UpdateSecurityControl).
  - Where there is nothing to do, the module makes two calls for each account and Region with up to 100 controls ×
    standards, and one more with parameters. The controls of a standard are asked for once a Region, whatever the number
    of accounts.
  - An account that a configuration policy of its organization governs can't be changed. Its rows have the reason
    V(managed_by_policy).
seealso:
  - module: multiaccount.aws.securityhub_controls_info
  - module: multiaccount.aws.securityhub_standards
  - module: multiaccount.aws.securityhub_hub
  - name: Security controls reference
    description: The controls of AWS Security Hub with their parameters.
    link: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html
  - name: Suggested controls to disable
    description: Controls that involve global resources are needed in one Region only.
    link: https://docs.aws.amazon.com/securityhub/latest/userguide/controls-to-disable.html
  - name: AWS Security Hub CSPM pricing
    description: The prices of checks.
    link: https://aws.amazon.com/security-hub/cspm/pricing/
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
- name: Disable two controls in two Regions
  multiaccount.aws.securityhub_controls:
    controls: [IAM.6, EC2.8]
    state: disabled
    reason: Covered by our own checks
    regions: [eu-west-1, eu-central-1]

- name: Set a parameter, and disable a control in one standard only, in two member accounts
  multiaccount.aws.securityhub_controls:
    controls:
      - control_id: ACM.1
        parameters:
          daysToExpiration: 15
      - control_id: CloudTrail.5
        state: disabled
        reason: Logs go to our data lake
        standards: [aws-foundational-security-best-practices/v/1.0.0]
    account_ids: ["111122223333", "012345670123"]
    member_role: SecurityHubOnboarding
    regions: [eu-west-1, eu-central-1]

- name: Have all controls enabled but one, as a configuration policy of AWS does
  multiaccount.aws.securityhub_controls:
    controls: [IAM.6]
    state: disabled
    others: enabled
    region: eu-west-1

- name: Show what would be changed
  multiaccount.aws.securityhub_controls:
    controls:
      - control_id: ACM.1
        parameters:
          daysToExpiration: null
    region: eu-west-1
  check_mode: true
  diff: true

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_controls -a "controls=IAM.6 state=disabled region=eu-west-1" --check
"""

RETURN = r"""
controls:
  description:
    - >-
      The controls that O(controls) names, and those of O(others) that were changed or are not as requested, or in check
      mode would be: a row for each account, Region and control.
    - A Region of RV(failed_regions) has no row if it is not known whether its controls were changed.
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
      description: The title of the control. V(null) if no enabled standard has it.
      returned: always
      type: str
      sample: Hardware MFA should be enabled for the root user
    severity:
      description: The severity of the control. V(null) if no enabled standard has it.
      returned: always
      type: str
      sample: CRITICAL
    state:
      description: >-
        V(ENABLED) if the control is enabled in a standard, V(DISABLED) if it is in none. V(null) if no enabled standard
        has it in the Region.
      returned: always
      type: str
      sample: DISABLED
    previous_state:
      description: The state before, as RV(controls[].state).
      returned: always
      type: str
      sample: ENABLED
    standards:
      description: The status of the control in each enabled standard, by the short name of the standard.
      returned: always
      type: dict
      sample: {"aws-foundational-security-best-practices/v/1.0.0": "DISABLED"}
    parameters:
      description: The parameters of the control and their values, if the task names one of them.
      returned: always
      type: dict
      sample: {"daysToExpiration": 15}
    reason:
      description: Why the control is disabled, as Security Hub keeps it. V(null) for none.
      returned: always
      type: str
      sample: Covered by our own checks
    actions:
      description: >-
        What was done, or in check mode would be: V(enable), V(disable), V(set_reason) for a control that was disabled
        with another reason, V(set_parameters).
      returned: always
      type: list
      elements: str
      sample: ["disable"]
    unprocessed_reason:
      description: >-
        Why the control is not as requested, V(null) if it is. V(not_available), no enabled standard has it in the
        Region, which does not fail the task. V(rejected), the service refused the change. V(managed_by_policy), a
        configuration policy of the organization governs the account. V(not_ready), the controls of a standard were not
        ready for updates within O(wait_timeout). V(updating), its parameters were being updated all the time.
        V(unconfirmed), the change was not shown in that time. V(unreadable), the service did not show the control.
        V(unknown_status), its status is not known to this module. V(not_attempted), the Region failed before.
      returned: always
      type: str
      sample: null
    processing_result:
      description: The message of the service where it gave one, else an explanation. V(null) for none.
      returned: always
      type: str
      sample: null
counts:
  description: How many controls × accounts × Regions were asked about, and what became of them.
  returned: always
  type: dict
  contains:
    requested:
      description: The controls that O(controls) names, and with O(others) all controls of the enabled standards.
      returned: always
      type: int
      sample: 40
    as_requested:
      description: Those that are as requested, or in check mode would be.
      returned: always
      type: int
      sample: 39
    changed:
      description: Those that were changed.
      returned: always
      type: int
      sample: 2
    not_available:
      description: Those that no enabled standard has in the Region.
      returned: always
      type: int
      sample: 1
    unprocessed:
      description: Those that are not as requested for another reason.
      returned: always
      type: int
      sample: 0
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
        V(unknown_control) means that no control has an ID of O(controls), V(invalid_parameters) that a control does not
        have a parameter, or that it does not take the value. Nothing was changed there.
      returned: always
      type: str
      sample: invalid_parameters
    msg:
      description: What failed, in which account and Region, why, and what to do next.
      returned: always
      type: str
      sample: >-
        controls: ACM.1: daysToExpiration takes an integer from 14 to 365, not 500. Nothing was changed. Correct the
        parameters.
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
  description: What changes in each Region that could be read.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: >-
        State, status in each standard, parameters and reason of each control that changes, by Region, before. With
        O(account_ids), by Region and account.
      returned: always
      type: dict
      sample: {"eu-west-1": {"IAM.6": {"state": "ENABLED", "standards": {}, "parameters": {}, "reason": null}}}
    after:
      description: The same, after.
      returned: always
      type: dict
      sample: {"eu-west-1": {"IAM.6": {"state": "DISABLED", "standards": {}, "parameters": {}, "reason": "Not used"}}}
"""

from typing import Any, Dict, Mapping

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.apply import (
    ControlsChange,
    Definitions,
    reconcile_controls,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.plan import (
    DesiredControls,
    desired_in,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.result import (
    KEYS,
    controls_result,
    no_controls,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.controls import (
    STATES,
    check_control_regions,
    parse_controls,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    ACCOUNTS_SPEC,
    COMMON_SPEC,
    checked_wait_timeout,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import account_roles
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import Result
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.rows import (
    not_started,
    with_failed_accounts,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module

ARGUMENT_SPEC: Dict[str, Any] = {
    "controls": {"type": "raw", "required": True},
    "state": {"type": "str", "choices": ["enabled", "disabled"], "default": "enabled"},
    "reason": {"type": "str"},
    "others": {"type": "str", "choices": ["ignore", "enabled", "disabled"], "default": "ignore"},
    "wait_timeout": {"type": "int", "default": 180},
    **COMMON_SPEC,
    **ACCOUNTS_SPEC,
}


def manage_controls(params: Mapping[str, Any], info: ConnectionInfo, mode: RunMode) -> Result:
    """Bring the controls to the requested state in the requested accounts and Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    entries = parse_controls(params["controls"], "controls")
    desired = DesiredControls(
        is_enabled=STATES[params["state"]], reason=params["reason"] or None, others=STATES.get(params["others"])
    )
    wait_timeout = checked_wait_timeout(params["wait_timeout"])
    roles = account_roles(params)
    session = RegionSession(info, params["regions"], params["exclude_regions"])
    if not entries and desired.others is None:
        roles = {}
    if any(entry.regions for entry in entries) and roles != {}:
        check_control_regions(entries, session.regions, "controls")
    definitions = Definitions()

    def work(client: RegionClient) -> RegionResult[ControlsChange]:
        wanted = desired_in(desired, entries, client.region)
        return reconcile_controls(client, wanted, definitions, "controls", wait_timeout, mode.check)

    by_place, errors = session.map_places(roles, work, not_started)
    return with_failed_accounts(controls_result(by_place, mode), errors)


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    run_module(module, manage_controls, KEYS, no_controls())


if __name__ == "__main__":
    main()
