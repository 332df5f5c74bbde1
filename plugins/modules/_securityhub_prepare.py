#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _securityhub_prepare
short_description: Read the variables and the accounts of the role
description:
  - Private. It serves the role P(multiaccount.aws.securityhub#role) alone, and changes without notice.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  purpose:
    description: What the run is for.
    type: str
    choices: [onboard, invite, verify, report, offboard]
    required: true
  use_member_list:
    description: Whether the accounts are those that the task before listed, if it was not skipped.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Read the variables and the accounts
  multiaccount.aws._securityhub_prepare:
    purpose: onboard
  register: securityhub__run
  no_log: true
"""
