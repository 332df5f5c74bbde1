# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.

"""Numbers, accounts and Regions in words."""

from __future__ import annotations

from pathlib import Path
from typing import Iterable, List, Optional, Sequence

NAMED_ACCOUNTS = 10
NAMED_REGIONS = 4


def count(number: int, word: str) -> str:
    """Return a number with its unit, such as ``1 account`` or ``2,000 accounts``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def at_most(parts: Sequence[str], limit: int = NAMED_ACCOUNTS) -> str:
    """Return the first parts, and how many more there are."""
    if len(parts) <= limit:
        return listed(parts)
    return f"{', '.join(parts[:limit])} and {len(parts) - limit:,} more"


def all_regions(number: int) -> str:
    """Return ``the one Region``, ``both Regions`` or ``all 17 Regions``."""
    return {1: "the one Region", 2: "both Regions"}.get(number, f"all {number} Regions")


def regions_in_words(regions: Sequence[str], everywhere: Sequence[str]) -> str:
    """Return the names of Regions, short where there are many."""
    others = [region for region in everywhere if region not in regions]
    if len(everywhere) > 1 and not others:
        return all_regions(len(everywhere))
    if len(regions) > NAMED_REGIONS and len(others) <= 2:
        return f"all Regions except for {listed(others)}"
    return listed(regions)


def account_in_words(account_id: str, name: Optional[str]) -> str:
    """Return an account ID, with the account's name where it is known."""
    return f"{account_id} ({name})" if name else account_id


def sentence(text: str) -> str:
    """Return a text with a full stop at its end."""
    stripped = text.strip()
    return stripped if not stripped or stripped.endswith((".", "!", "?")) else f"{stripped}."


def sentences(texts: Iterable[str]) -> str:
    """Return texts as sentences in one line, each once."""
    return " ".join(dict.fromkeys(sentence(text) for text in texts if text.strip()))


def file_url(path: str) -> str:
    """Return the file:// address of a path."""
    return Path(path).expanduser().absolute().as_uri()


def in_order(values: Iterable[str]) -> List[str]:
    """Return each value once, in the order of its first appearance."""
    return list(dict.fromkeys(values))
