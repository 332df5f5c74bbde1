# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: securityhub_settings
version_added: 1.0.0
short_description: Check the variables of the playbooks and fill in the defaults
description:
  - Returns the value of every variable of the role P(multiaccount.aws.securityhub#role) and its playbooks, and names
    variables with the prefix C(securityhub_) that they do not have, with the nearest name that they have.
  - V(null) and an empty text, such as the empty box of a survey, are the default.
author:
  - multiaccount.aws contributors (@multiaccount)
positional: _input
options:
  _input:
    description:
      - The variables that are set, values by name.
      - Names that begin with C(securityhub__) are the role's own and are ignored.
    type: dict
    required: true
  also_known:
    description: Further names with the prefix that are no error.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Fail for variables that the role does not have
  ansible.builtin.assert:
    that: settings.errors | length == 0
    fail_msg: "{{ settings.errors | join(' ') }}"
  vars:
    names: "{{ query('ansible.builtin.varnames', '^securityhub_') }}"
    given: "{{ dict(names | zip(query('ansible.builtin.vars', *names))) }}"
    settings: "{{ given | multiaccount.aws.securityhub_settings }}"
"""

RETURN = r"""
_value:
  description: The values of the variables.
  type: dict
  contains:
    values:
      description: The value of every variable by its name, V(null) for those that are not given and have no default.
      returned: always
      type: dict
      sample: {"securityhub_batch_size": 200, "securityhub_member_role": null}
    errors:
      description: What is wrong, empty if all variables can be used.
      returned: always
      type: list
      elements: str
      sample: ["securityhub_region is not a variable of this playbook. Did you mean securityhub_regions?"]
"""

from dataclasses import asdict
from typing import Any, Callable, Dict, Mapping, Sequence

from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.variables import settings_of


def securityhub_settings(given: Mapping[str, Any], also_known: Sequence[str] = ()) -> Dict[str, Any]:
    """Return the value of every variable, and what is wrong with those that are set."""
    return wrap_var(asdict(settings_of(_plain(given), also_known)))


def _plain(value: Any) -> Any:
    """Return a value in lists and dictionaries of Python: those of ansible-core 2.19 can't be copied."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"securityhub_settings": securityhub_settings}
