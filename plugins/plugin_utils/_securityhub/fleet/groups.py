# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""Memberships grouped by reason, explanation and next step."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Dict, Iterable, List, Sequence, Tuple

from .fleet import Membership
from .reasons import explanation, next_step
from .wording import in_order

# What differs in each message of the service: the ID of the request.
_REQUEST_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


@dataclass
class Group:
    """Memberships with the same reason, explanation and next step."""

    first: Membership
    next_step: str
    rows: List[Membership] = field(default_factory=list)

    @property
    def account_ids(self) -> List[str]:
        """Return the accounts, each once."""
        return in_order(row.account_id for row in self.rows)

    @property
    def regions(self) -> List[str]:
        """Return the Regions, each once."""
        return in_order(row.region for row in self.rows)

    @property
    def accounts(self) -> Dict[str, List[str]]:
        """Return {account ID: Regions}."""
        found: Dict[str, List[str]] = {}
        for row in self.rows:
            found.setdefault(row.account_id, []).append(row.region)
        return found

    @property
    def explanation(self) -> str:
        """Return why the memberships are where they are, as it fits all of them."""
        return self.worded(explanation(self.first))

    def worded(self, text: str) -> str:
        """Return a text about the first membership as it fits all of them."""
        if len(self.account_ids) > 1:
            text = text.replace(self.first.account_id, "<account>")
        if len(self.regions) > 1:
            text = _with_regions_as(text, "<Region>", self.regions).replace(" in <Region>", "")
        return text


def groups(rows: Iterable[Membership]) -> List[Group]:
    """Return the memberships grouped by reason, explanation and next step, the most accounts first.

    Messages of the service name the account, the Region and the request: those that differ in nothing else are one
    group. A role is assumed once for all Regions, so the message can name another Region than the membership's.
    """
    rows = list(rows)
    regions = in_order(row.region for row in rows)
    found: Dict[Tuple[str, ...], Group] = {}
    for row in rows:
        key = (row.status, row.reason or "", _pattern(row, regions), next_step(row))
        found.setdefault(key, Group(row, next_step(row))).rows.append(row)
    return sorted(found.values(), key=lambda group: -len(group.account_ids))


def _pattern(row: Membership, regions: Sequence[str]) -> str:
    text = explanation(row).replace(row.account_id, "\0a")
    return _REQUEST_ID.sub("\0i", _with_regions_as(text, "\0r", regions))


def _with_regions_as(text: str, word: str, regions: Sequence[str]) -> str:
    """Return a text with one word for all these Regions."""
    for region in regions:
        text = text.replace(region, word)
    return text
