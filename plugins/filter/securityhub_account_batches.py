# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: securityhub_account_batches
version_added: 1.0.0
short_description: Split accounts into batches for module calls
description:
  - Returns accounts as rows for O(multiaccount.aws.securityhub_membership#module:members), at most so many a batch.
author:
  - multiaccount.aws contributors (@multiaccount)
positional: _input, size, surplus
options:
  _input:
    description: The accounts, as P(multiaccount.aws.securityhub_account_list#filter) returns them.
    type: dict
    required: true
  size:
    description: The number of accounts in a batch.
    type: int
    default: 200
  surplus:
    description:
      - What the module does with members that its call does not name.
      - With V(remove) there is one batch, because the accounts of the other batches would be removed.
    type: str
    choices: [ignore, report, remove]
    default: ignore
  same_regions:
    description: Whether all accounts of a batch have the same C(regions), for modules that take these separately.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Onboard the accounts of a file, 200 a call
  multiaccount.aws.securityhub_membership:
    members: "{{ item }}"
    regions: [eu-west-1, eu-central-1]
  loop: "{{ accounts | multiaccount.aws.securityhub_account_batches(200) }}"
  loop_control:
    label: "{{ item | length }} accounts from {{ item[0].account_id }}"
  vars:
    accounts: "{{ none | multiaccount.aws.securityhub_account_list(file='accounts.csv') }}"
"""

RETURN = r"""
_value:
  description: The batches, each a list of rows with C(account_id), and where known C(email), C(member_role),
    C(member_role_external_id) and C(regions).
  type: list
  elements: list
  sample: [[{"account_id": "111122223333", "email": "security@example.com"}]]
"""

from typing import Any, Callable, Dict, List, Mapping

from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.accounts.accounts import batches


def securityhub_account_batches(
    accounts: Mapping[str, Any], size: int = 200, surplus: str = "ignore", same_regions: bool = False
) -> List[List[Dict[str, Any]]]:
    """Return rows for the module, at most so many a batch."""
    return wrap_var(batches(accounts["accounts"], int(size), surplus, same_regions))


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"securityhub_account_batches": securityhub_account_batches}
