# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""How members differ from the policy: the same difference in many accounts and Regions is one group."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterable, List

from ....module_utils._securityhub.model import PolicyDifference
from ....module_utils._securityhub.results.messages import NAMED_ACCOUNTS, Group, grouped
from .fleet import Membership

FURTHER = "further differences: see the report (securityhub_report_path)"


@dataclass(frozen=True)
class Difference:
    """One difference from the policy of an account in a Region."""

    region: str
    account_id: str
    fields: PolicyDifference

    @property
    def text(self) -> str:
        """The difference in words, such as ``IAM.6 is ENABLED instead of DISABLED``."""
        name = " ".join(filter(None, [self.fields.id, self.fields.parameter]))
        return f"{name} is {value_of(self.fields.current)} instead of {value_of(self.fields.wanted)}"


def differences(rows: Iterable[Membership]) -> List[Group[Difference]]:
    """Return each difference with its accounts and Regions, that of the most memberships first."""
    each = [
        Difference(row.region, row.account_id, fields)
        for row in rows
        if row.policy
        for fields in row.policy.differences
    ]
    found = grouped(each, lambda difference: (difference.text,), lambda difference: difference.text)
    return sorted(found, key=lambda group: -len(group.rows))


def differences_in_words(rows: Iterable[Membership]) -> List[str]:
    """Return the first differences with their accounts, and whether there are more."""
    rows = list(rows)
    found = differences(rows)
    is_cut = len(found) > NAMED_ACCOUNTS or any(row.policy and row.policy.unlisted for row in rows)
    lines = [f"{group.text}: {group.places}" for group in found[:NAMED_ACCOUNTS]]
    return [*lines, FURTHER] if is_cut else lines


def value_of(value: Any) -> str:
    """Return a status as it is, and the value of a parameter as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
