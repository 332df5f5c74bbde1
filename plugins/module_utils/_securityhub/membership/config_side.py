# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Whether AWS Config records in the member accounts of one Region."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import List, Sequence

from ..aws.api import read_config_recorder
from ..aws.calls import RegionClient
from ..model import ENABLED, RECORDER_UNREADABLE, ConfigRecorder, Outcome, status_of
from .member_side import MemberAccounts


@dataclass(frozen=True)
class ConfigSide:
    """AWS Config in the member accounts of one Region.

    :param client: that of AWS Config
    """

    client: RegionClient
    accounts: MemberAccounts

    def with_recorders(self, rows: Sequence[Outcome]) -> List[Outcome]:
        """Return the rows with the recorder of each account that is Enabled and has a role."""
        enabled = [row.account_id for row in rows if status_of(row.after) == ENABLED]
        found = self.accounts.map(self.accounts.with_role(enabled), self._look)
        return [replace(row, config_recorder=found.get(row.account_id)) for row in rows]

    def _look(self, account_id: str) -> ConfigRecorder:
        error = self.accounts.role_error(account_id, self.client.region)
        return ConfigRecorder(RECORDER_UNREADABLE, None, error) if error else read_config_recorder(self.client)
