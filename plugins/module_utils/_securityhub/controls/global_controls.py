# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The controls that involve global resources, of which one Region is enough. Pure data.

Source: AWS Security Hub CSPM User Guide, "Suggested controls to disable", section "Controls that use global resources",
https://docs.aws.amazon.com/securityhub/latest/userguide/controls-to-disable.html, read on 2026-12-01 in an edition that
goes up to IAM.27 and CloudFront.16.

That page also lists controls of global resources that a single Region has: all of CloudFront, Route53.2, WAF.1, WAF.6,
WAF.7 and WAF.8 (us-east-1), and GlobalAccelerator.1 (us-west-2). They are left out here: AWS recommends to keep them
enabled there, and its own policies enable a control that the home Region lacks in a Region that has it.
"""

from __future__ import annotations

SOURCE = "https://docs.aws.amazon.com/securityhub/latest/userguide/controls-to-disable.html"
DATE = "2026-12-01"

# IAM.20 is retired, IAM.23 and IAM.28 are about analyzers, which belong to a Region.
GLOBAL_CONTROLS = (
    "Account.1",
    "Account.2",
    *(f"IAM.{number}" for number in (*range(1, 20), 21, 22, *range(24, 28))),
    "KMS.1",
    "KMS.2",
)
