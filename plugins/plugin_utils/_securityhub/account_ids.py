# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.

"""Account IDs: what is one, and what probably happened to a value that is none."""

from __future__ import annotations

import re
from typing import Optional

_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_ROUNDED = re.compile(r"[0-9]+([.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_OCTAL_LIMIT = 8**11  # 12 digits of which the first is 0, read as an octal number, are less than this


def account_id_of(value: object) -> Optional[str]:
    """Return the account ID in a value, or None if it has none."""
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    return text if _ACCOUNT_ID.fullmatch(text) else None


def explain(value: object) -> str:
    """Return what a value without an account ID is, and what probably happened to it."""
    shown = "null" if value is None else repr(str(value).strip())
    if value is None or not str(value).strip():
        return f"{shown} is not an account ID (it is empty)"
    is_number = isinstance(value, int) and not isinstance(value, bool)
    hint = _hint_of_number(int(str(value))) if is_number else _hint_of_text(str(value).strip())
    return f"{shown} is not an account ID{hint and f' ({hint})'}"


def _hint_of_number(number: int) -> str:
    """Return what YAML did: it reads an unquoted 012345670123 as an octal number."""
    original = f"{number:o}".zfill(12) if number >= 0 else ""
    if 0 <= number < _OCTAL_LIMIT and len(str(number)) >= 8:
        return f"probably an unquoted {original}, which YAML reads as an octal number: put it in quotation marks"
    return _hint_of_text(str(number))


def _hint_of_text(text: str) -> str:
    """Return what a spreadsheet or a person did."""
    digits = len(text)
    if _ROUNDED.fullmatch(text):
        return "a spreadsheet rounded it: format the column as text and enter the ID again"
    if re.fullmatch(r"[0-9]{4}-[0-9]{4}-[0-9]{4}", text):
        return "remove the hyphens"
    if not re.fullmatch(r"[0-9]+", text):
        return ""
    if 8 <= digits < 12:
        lost = "a leading zero is" if digits == 11 else f"{12 - digits} leading zeros are"
        return f"probably {lost} lost: {text.zfill(12)}; format the column as text in a spreadsheet"
    return f"{digits} digit{'' if digits == 1 else 's'} instead of 12"
