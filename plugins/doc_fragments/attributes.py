# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Check mode, diff mode, idempotence and action groups of the modules."""

    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/multiaccount.aws.securityhub) or C(group/multiaccount.aws.aws) in C(module_defaults) to set defaults
        for this module.
    support: full
    membership:
      - multiaccount.aws.aws
      - multiaccount.aws.securityhub
"""

    # Modules that change something from what they read.
    CONVERGES = r"""
options: {}
attributes:
  check_mode:
    description: Returns in check mode what a run would change, and changes nothing.
    support: full
    details:
      - Makes no writes, and returns the result of the same plan as a run.
      - Reads what a run reads before its first write, and what else shows that the service would refuse a write.
  diff_mode:
    description: Returns in diff mode what has changed, or in check mode would change.
    support: full
  idempotent:
    description: A second run with the same options returns changed=false.
    support: full
    details:
      - The second run makes no write call to AWS, except for what the service refused the first time.
"""

    # Modules that only read.
    READS = r"""
options: {}
attributes:
  check_mode:
    description: Returns in check mode what a run would change, and changes nothing.
    support: full
    details:
      - The module changes nothing, with or without check mode.
  diff_mode:
    description: Returns in diff mode what has changed, or in check mode would change.
    support: N/A
    details:
      - The module changes nothing, so there is no difference to show.
  idempotent:
    description: A second run with the same options returns changed=false.
    support: full
    details:
      - The module changes nothing.
"""
