# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: securityhub_account_list
version_added: 1.0.0
short_description: Read accounts from a variable or a file
description:
  - Reads AWS accounts in the forms in which people have them, and names rows that can't be used.
  - The role P(multiaccount.aws.securityhub#role) reads its accounts with it.
  - Accounts that can't be used are no error of the filter. The key C(errors) of the return value names them, so that a
    task can fail with a message that begins with what is wrong.
author:
  - multiaccount.aws contributors (@multiaccount)
positional: _input
options:
  _input:
    description:
      - The accounts in any form that O(multiaccount.aws.securityhub_membership#module:members) accepts.
      - V(null) and an empty text mean that no accounts are given.
    type: raw
    required: true
  file:
    description:
      - The path of a file with accounts, instead of O(_input).
      - The text has any form that O(multiaccount.aws.securityhub_membership#module:members) accepts, such as the CSV
        file of the Security Hub console.
      - A file without accounts is an error.
    type: path
  folder:
    description: The folder to which a relative O(file) is relative. Defaults to the current folder.
    type: path
  administrator_id:
    description: The administrator's account, which is left out and named.
    type: str
  variable:
    description: The name of the variable that O(_input) comes from, for messages.
    type: str
    default: securityhub_accounts
  hosts:
    description:
      - The variables of hosts of an inventory. Where neither O(_input) nor O(file) is given, the accounts are those of
        hosts that have C(account_id), with their C(email).
    type: list
    elements: dict
    default: []
  required:
    description: Whether it is an error if neither O(_input) nor O(file) is given.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Invite the accounts of an export of AWS Organizations
  multiaccount.aws.securityhub_membership:
    members: "{{ found | multiaccount.aws.securityhub_account_batches(1000) | first }}"
    regions: [eu-west-1]
  vars:
    found: "{{ none | multiaccount.aws.securityhub_account_list(file='Organization_accounts_information.csv') }}"
"""

RETURN = r"""
_value:
  description: The accounts.
  type: dict
  contains:
    source:
      description: The name of the file or the variable, or C(the inventory), V(null) if no accounts are given.
      returned: always
      type: str
      sample: accounts.csv
    accounts:
      description: The accounts, each once, in order.
      returned: always
      type: list
      elements: dict
      contains:
        account_id:
          description: The account.
          returned: always
          type: str
          sample: "111122223333"
        email:
          description: Its email address, V(null) if none is given.
          returned: always
          type: str
          sample: security@example.com
        name:
          description: Its name, V(null) if none is given.
          returned: always
          type: str
          sample: Shop
        member_role:
          description: The role to assume in this account, V(null) if its row has none.
          returned: always
          type: str
          sample: SecurityHubOnboarding
        member_role_external_id:
          description: The external ID for this role, V(null) if its row has none.
          returned: always
          type: str
          sample: example-external-id
        regions:
          description: The Regions for this account, empty if its row has none.
          returned: always
          type: list
          elements: str
          sample: [eu-west-1]
    skipped:
      description: Rows that were left out.
      returned: always
      type: list
      elements: dict
      contains:
        row:
          description: The row in the file, or the place in the list, from 1.
          returned: always
          type: int
          sample: 3
        account_id:
          description: The account.
          returned: always
          type: str
          sample: "444455556666"
        name:
          description: Its name, V(null) if none is given.
          returned: always
          type: str
          sample: Old shop
        reason:
          description: Why it was left out.
          returned: always
          type: str
          sample: is SUSPENDED
    errors:
      description: What is wrong, empty if the accounts can be used.
      returned: always
      type: list
      elements: str
      sample: []
"""

from pathlib import Path
from typing import Any, Callable, Dict, Mapping, Optional, Sequence

from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.accounts.accounts import (
    AccountList,
    check_given,
    is_given,
    read_accounts,
    read_accounts_file,
    read_hosts,
)


def securityhub_account_list(
    value: Any,
    file: Optional[str] = None,
    folder: Optional[str] = None,
    administrator_id: Optional[str] = None,
    variable: str = "securityhub_accounts",
    hosts: Sequence[Mapping[str, Any]] = (),
    required: bool = False,
) -> Dict[str, Any]:
    """Return the accounts, the rows that were left out, and what is wrong."""
    try:
        found = _read(value, file, folder, administrator_id, variable)
        found = found if found.source else read_hosts(hosts, administrator_id)
        check_given(found, required)
    except InvalidInput as error:
        return wrap_var({**AccountList(None, [], []).as_dict(), "errors": [str(error)]})
    return wrap_var({**found.as_dict(), "errors": []})


def _read(
    value: Any, file: Optional[str], folder: Optional[str], administrator_id: Optional[str], variable: str
) -> AccountList:
    if not is_given(file):
        return read_accounts(value, variable, administrator_id)
    path = Path(folder or ".") / Path(str(file).strip()).expanduser()
    return read_accounts_file(path, administrator_id)


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"securityhub_account_list": securityhub_account_list}
