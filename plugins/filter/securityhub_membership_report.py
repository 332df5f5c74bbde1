# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: securityhub_membership_report
version_added: 1.0.0
short_description: Create a report of Security Hub memberships
description:
  - Returns a report as JSON, or as one HTML page that needs no other file.
  - Everything that comes from outside is escaped.
  - The JSON has C(version) (of this structure), C(collection_version), C(generated_at), C(administrator_id),
    C(regions), C(counts), C(accounts), C(missing_regions), C(failed_regions), C(surplus_members), C(skipped_rows),
    C(since), C(to_do) and C(open_invitations).
  - C(counts) has C(accounts), C(accounts_read), C(accounts_enabled) (in all Regions that could be read),
    C(memberships), C(memberships_read) and C(by_status), which counts the service's statuses and V(not_a_member),
    V(unreadable) and V(own_account).
  - A row of C(accounts) has C(account_id), C(email), C(name) and C(memberships), by Region. A membership has
    C(member_status) (V(null) for an account that is not in the member list), C(readable), C(reason), C(explanation),
    C(next_step), C(invited_at) and C(invitation_age_days) of an open invitation, and C(actions).
  - C(since) is V(null) without an earlier report. It has the C(generated_at) of that report, and in C(newly_enabled),
    C(newly_left) and C(newly_failing) rows with C(account_id), C(email), C(name), C(previous_member_status),
    C(member_status), C(reason) and C(regions).
  - A row of C(to_do), the worst first, has C(status) (as in C(by_status)), C(reason), C(explanation), C(next_step),
    C(commands) and C(accounts), the Regions of each account.
  - A row of C(open_invitations), the oldest first, has C(email) of the owner, C(invitation_age_days), C(accounts), and
    C(subject) and C(text) of a message to the owner.
author:
  - multiaccount.aws contributors (@multiaccount)
positional: _input, format
options:
  _input:
    description:
      - What M(multiaccount.aws.securityhub_membership) or M(multiaccount.aws.securityhub_member_invite) returned. One
        result, a list of results, or a registered loop.
      - With a result of M(multiaccount.aws.securityhub_hub_info) with C(finding_aggregator) in the list, the Regions of
        the aggregator in which nobody looked are named.
    type: raw
    required: true
  format:
    description: What to return.
    type: str
    choices: [html, json]
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
      - The commands of the report carry those that the next run needs too. An external ID comes from a variable of the
        shell instead.
    type: dict
    default: {}
  previous:
    description:
      - The path of the JSON of an earlier report. The report then also has what changed since.
      - A file that does not exist or is no report of the same administrator is ignored.
    type: path
  generated_at:
    description: The time of the report in UTC and ISO 8601. Defaults to now.
    type: str
"""

EXAMPLES = r"""
- name: See where accounts are, and what onboarding would do
  multiaccount.aws.securityhub_membership:
    members: ["111122223333", "444455556666"]
    regions: [eu-central-1, eu-west-1]
  check_mode: true
  register: found

- name: Write the page
  ansible.builtin.copy:
    content: "{{ found | multiaccount.aws.securityhub_membership_report('html', purpose='report') }}"
    dest: /srv/reports/securityhub.html
    mode: "0640"
"""

RETURN = r"""
_value:
  description: The text of the report.
  type: str
  sample: '{"version": 1, "generated_at": "2026-03-01T08:00:00Z"}'
"""

from datetime import datetime, timezone
from typing import Any, Callable, Dict, Mapping, Optional

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.fleet import fleet_of
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.summary import LOOKING_PURPOSES
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.report.comparison import read_report
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.report.report import FORMATS, text_of


def securityhub_membership_report(
    results: Any,
    format: str,  # noqa: A002
    accounts: Optional[Mapping[str, Any]] = None,
    purpose: str = "onboard",
    generated_at: Optional[str] = None,
    settings: Optional[Mapping[str, Any]] = None,
    previous: Optional[str] = None,
) -> str:
    """Return a report as text.

    :raises AnsibleFilterError: for another format than html and json
    """
    if format not in FORMATS:
        raise AnsibleFilterError(f"securityhub_membership_report: format is {format!r}, must be html or json.")
    accounts = accounts or {}
    fleet = fleet_of(results, accounts.get("accounts") or (), before=purpose in LOOKING_PURPOSES)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = text_of(
        format,
        fleet,
        str(generated_at or now),
        skipped=accounts.get("skipped") or (),
        settings=settings or {},
        purpose=purpose,
        previous=read_report(previous),
    )
    return wrap_var(text)


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"securityhub_membership_report": securityhub_membership_report}
