# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Account IDs: what is one, and what probably happened to a value that is none."""

from __future__ import annotations

import re
from typing import Optional

ACCOUNT_ID_RULE = "An account ID has exactly 12 digits."

_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_HYPHENATED = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}")
_SPREADSHEET = re.compile(r"[0-9]+([.,][0-9]*)?[eE]\+?[0-9]+")
# Fewer digits are no account ID that lost its zeros.
_FEWEST_DIGITS = 8
_LONGEST_SHOWN = 60


def is_account_id(text: str) -> bool:
    """Whether a text is exactly 12 ASCII digits."""
    return _ACCOUNT_ID.fullmatch(text) is not None


def account_id_of(value: object) -> Optional[str]:
    """Return the account ID in a value, None if it has none. A number with 12 digits has lost nothing, so it is one."""
    text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if is_account_id(text) else None


def shown(value: object) -> str:
    """Return a value for a message, at most 60 characters of it; what it contains may be without end."""
    if value is None:
        return "null"
    if not isinstance(value, (str, int, float)):
        return "a list" if isinstance(value, (list, tuple)) else "a map" if isinstance(value, dict) else "a value"
    text = repr(str(value)) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def not_an_account_id(value: object) -> str:
    """Say that a value is no account ID, and what probably happened to it."""
    hint = account_id_hint(value)
    return f"{shown(value)} is not an AWS account ID{hint and f' ({hint})'}"


def account_id_hint(value: object) -> str:
    """Return what probably happened to an account ID, with the value that it was, empty where nothing fits."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    text = str(value).strip()
    if _HYPHENATED.fullmatch(text):
        return f"write it without hyphens: '{text.replace('-', '')}'"
    if _SPREADSHEET.fullmatch(text):
        return "a spreadsheet has rounded it: format the column as text and export it again"
    if not (text.isascii() and text.isdigit() and _FEWEST_DIGITS <= len(text) < 12):
        return ""
    lost = 12 - len(text)
    zeros = f"{'a leading zero is' if lost == 1 else f'{lost} leading zeros are'} missing: '{text.zfill(12)}'"
    octal = f"{int(text):o}".zfill(12)
    if len(text) == 11 or len(octal) > 12:
        return zeros
    was_octal = f"YAML reads an unquoted {octal} as this octal number: quote it: '{octal}'"
    return was_octal if isinstance(value, int) else f"{was_octal}; otherwise {zeros}"
