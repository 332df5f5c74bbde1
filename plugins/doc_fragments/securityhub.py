# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options and notes that the Security Hub modules share."""

    # Modules that run in any number of Regions.
    DOCUMENTATION = r"""
options:
  regions:
    description:
      - The Regions to work on, as a list or as one string with commas, spaces or newlines between them.
      - They are worked on at the same time. One that fails never stops the others; see RV(failed_regions).
      - Without it, the one Region of the connection options is used. With it, O(region) does not count.
    type: list
    elements: str
notes:
  - Reads that fail for throttling, a server error or a lost connection are repeated with growing pauses.
    A write is sent again only for what was not carried out, after reading again where its reply was lost.
  - C(retries) in O(aws_config) counts for reads only. A connection that does not open is given up after 5 seconds
    unless C(connect_timeout) in O(aws_config) says otherwise.
"""

    # Modules that name accounts which could not be processed.
    ACCOUNTS = r"""
options:
  fail_on_unprocessed:
    description:
      - Whether the task fails, after all work is done, if an account could not be processed.
      - With V(false) the accounts are only reported in RV(unprocessed_accounts). A Region that fails still fails the
        task.
    type: bool
    default: true
"""
