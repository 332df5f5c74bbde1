#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _securityhub_conclude
short_description: Write the report of the role and sum up
description:
  - Private. It serves the role P(multiaccount.aws.securityhub#role) alone, and changes without notice.
author:
  - multiaccount.aws contributors (@multiaccount)
options: {}
"""

EXAMPLES = r"""
- name: Report and sum up
  multiaccount.aws._securityhub_conclude:
  register: securityhub__end
"""
