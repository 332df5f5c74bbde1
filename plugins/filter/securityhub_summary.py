# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: securityhub_summary
version_added: 1.0.0
short_description: Sum up a run and decide whether it fails
description:
  - Returns the last lines of a run from the results of its module calls, and whether the run fails.
author:
  - multiaccount.aws contributors (@multiaccount)
positional: _input
options:
  _input:
    description:
      - What M(multiaccount.aws.securityhub_membership) or M(multiaccount.aws.securityhub_member_invite) returned. One
        result, a list of results, or a registered loop.
      - With a result of M(multiaccount.aws.securityhub_hub_info) with C(finding_aggregator) in the list, the Regions of
        the aggregator in which nobody looked are named.
    type: raw
    required: true
  accounts:
    description: The accounts that were requested, as P(multiaccount.aws.securityhub_account_list#filter) returns them.
    type: dict
    default: {}
  purpose:
    description:
      - What the run is for.
      - With V(verify) and V(report) the results come from check mode, and the statuses from before it are shown.
    type: str
    choices: [onboard, invite, verify, report, offboard]
    default: onboard
  settings:
    description:
      - The values of the variables, as RV(multiaccount.aws.securityhub_settings#filter:_value.values).
      - C(securityhub_fail_on_unprocessed) and C(securityhub_surplus) are used.
    type: dict
    default: {}
  check_mode:
    description: Whether the run is in check mode.
    type: bool
    default: false
  report_path:
    description: The absolute path of the report, if one was written.
    type: path
"""

EXAMPLES = r"""
- name: Onboard accounts
  multiaccount.aws.securityhub_membership:
    members: ["111122223333"]
    regions: [eu-west-1]
  register: onboarding
  ignore_errors: true # noqa ignore-errors

- name: Fail for what was not processed
  ansible.builtin.assert:
    that: not summary.failed
    fail_msg: "{{ summary.msg }}"
    success_msg: "{{ summary.lines }}"
  vars:
    summary: "{{ onboarding | multiaccount.aws.securityhub_summary }}"
"""

RETURN = r"""
_value:
  description: The summary.
  type: dict
  contains:
    lines:
      description: The last lines of the run.
      returned: always
      type: list
      elements: str
      sample: ["90 memberships of 30 accounts in 4 Regions: 85 Enabled, 5 Invited"]
    failed:
      description: Whether the run fails.
      returned: always
      type: bool
      sample: false
    msg:
      description: Why it fails, empty if it does not.
      returned: always
      type: str
      sample: ""
    result:
      description:
        - The run as data. The role passes it to M(ansible.builtin.set_stats) as C(securityhub_result).
        - C(counts) has C(accounts), C(memberships) and C(by_status).
        - A row of C(remaining) has the accounts that the run left short of its goal for the same reason, with
          C(member_status), C(reason), C(explanation), C(next_step), C(memberships), C(account_ids) and C(regions).
      returned: always
      type: dict
      sample:
        purpose: onboard
        check_mode: false
        failed: false
        msg: ""
        administrator_id: "999988887777"
        regions: [eu-west-1]
        counts: {"accounts": 2, "memberships": 2, "by_status": {"Enabled": 1, "Invited": 1}}
        actions: {"invite": 1}
        remaining:
          - member_status: Invited
            reason: awaiting_acceptance
            explanation: The account owner must accept the invitation.
            next_step: >-
              Ask the account owners to enable Security Hub and accept the invitation in each Region,
              or set securityhub_member_role to a role that this run can assume in the accounts.
            memberships: 1
            account_ids: ["111122223333"]
            regions: [eu-west-1]
        failed_regions: []
        report_path:
"""

from dataclasses import asdict
from typing import Any, Callable, Dict, Mapping, Optional

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.fleet import fleet_of
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.outcome import outcome_of
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.summary import (
    PURPOSES,
    Request,
    summarize,
)


def securityhub_summary(
    results: Any,
    accounts: Optional[Mapping[str, Any]] = None,
    purpose: str = "onboard",
    settings: Optional[Mapping[str, Any]] = None,
    check_mode: bool = False,
    report_path: Optional[str] = None,
) -> Dict[str, Any]:
    """Return the last lines of a run, and whether it fails.

    :raises AnsibleFilterError: for an unknown purpose
    """
    if purpose not in PURPOSES:
        raise AnsibleFilterError(f"securityhub_summary: purpose is {purpose!r}, must be one of {', '.join(PURPOSES)}.")
    accounts, settings = accounts or {}, settings or {}
    request = Request(
        purpose=purpose,
        is_check=bool(check_mode),
        fail_on_unprocessed=bool(settings.get("securityhub_fail_on_unprocessed", True)),
        surplus=str(settings.get("securityhub_surplus", "ignore")),
        source=accounts.get("source"),
        skipped=accounts.get("skipped") or (),
        report_path=report_path or None,
        wants_report=bool(settings.get("securityhub_report_path")),
    )
    fleet = fleet_of(results, accounts.get("accounts") or (), before=request.looks_only)
    summary = summarize(fleet, request)
    return wrap_var({**asdict(summary), "result": outcome_of(fleet, request, summary)})


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"securityhub_summary": securityhub_summary}
