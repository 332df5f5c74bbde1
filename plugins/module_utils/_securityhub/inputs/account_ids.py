# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Account IDs: what is one, and what probably happened to a value that is none."""

from __future__ import annotations

import re
from typing import Optional

_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_HYPHENATED = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}")
_SPREADSHEET = re.compile(r"[0-9]+([.,][0-9]*)?[eE]\+?[0-9]+")
# Fewer digits are no account ID that lost its zeros.
_FEWEST_DIGITS = 8


def is_account_id(text: str) -> bool:
    """Whether a text is exactly 12 ASCII digits."""
    return _ACCOUNT_ID.fullmatch(text) is not None


def account_id_of(value: object) -> Optional[str]:
    """Return the account ID in a value, None if it has none."""
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    return text if is_account_id(text) else None


def account_id_hint(value: object, is_yaml: bool = True) -> str:
    """Return what probably happened to an account ID, with the value that it was, empty where nothing fits.

    :param is_yaml: whether the value may come from YAML, rather than from a file that a spreadsheet wrote
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    text = str(value).strip()
    if _HYPHENATED.fullmatch(text):
        return f"write it without hyphens: '{text.replace('-', '')}'"
    if _SPREADSHEET.fullmatch(text):
        return "a spreadsheet has rounded it: format the column as text and export it again"
    is_shortened = text.isascii() and text.isdigit() and _FEWEST_DIGITS <= len(text) < 12
    return _hint_of_digits(text, is_yaml) if is_shortened else ""


def _hint_of_digits(text: str, is_yaml: bool) -> str:
    octal = f"{int(text):o}".zfill(12)
    if is_yaml and len(text) < 11 and is_account_id(octal):
        return f"YAML reads an unquoted {octal} as this octal number: quote it: '{octal}'"
    lost = 12 - len(text)
    return f"{'a leading zero is' if lost == 1 else f'{lost} leading zeros are'} missing: '{text.zfill(12)}'"
