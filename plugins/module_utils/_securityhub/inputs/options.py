# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The options that modules share: argument specs, and what turns their values into lists and tags."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, Collection, Dict, Iterable, List, Mapping, Optional

from ..errors import InvalidInput
from ..model import STATUSES, canonical_status

# What Ansible shows in place of an option with no_log.
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


class Hidden(str):
    """The value of an option that Ansible writes as another text wherever it writes options: to logs, into results."""

    value: Any = None


class _HiddenRaw(str):
    """The type raw of an option that is not shown, as its rows may have external IDs.

    It is not no_log: then each account ID in the option would be a secret, and shown nowhere.
    """

    def __call__(self, value: object) -> Hidden:
        hidden = Hidden(HIDDEN)
        hidden.value = value
        return hidden


# What every module takes: a role to take first.
CONNECTION_SPEC: Dict[str, Any] = {
    "assume_role_arn": {"type": "str"},
    "assume_role_external_id": {"type": "str", "no_log": True},
    "assume_role_session_name": {"type": "str"},
}
REGIONS_SPEC: Dict[str, Any] = {"type": "list", "elements": "str"}
# What modules take that work in any number of Regions.
COMMON_SPEC: Dict[str, Any] = {"regions": REGIONS_SPEC, "exclude_regions": REGIONS_SPEC, **CONNECTION_SPEC}
# What modules take that can work in member accounts.
MEMBER_ROLE_SPEC: Dict[str, Any] = {
    "member_role": {"type": "str"},
    "member_role_external_id": {"type": "str", "no_log": True},
    "member_role_session_name": {"type": "str"},
    "member_role_duration": {"type": "int"},
    "member_role_policy": {"type": "json"},
}
WAIT_TIMEOUT_SPEC: Dict[str, Any] = {"type": "int", "default": 30}
# What modules take that work as the administrator.
ADMINISTRATOR_ID_SPEC: Dict[str, Any] = {"type": "str"}
ADMINISTRATOR_SPEC: Dict[str, Any] = {
    "administrator_id": ADMINISTRATOR_ID_SPEC,
    "fail_on_unprocessed": {"type": "bool", "default": True},
}
ACCOUNT_IDS_SPEC: Dict[str, Any] = {"type": _HiddenRaw("raw")}
# What modules take that work in the caller's own account, or in many member accounts instead.
ACCOUNTS_SPEC: Dict[str, Any] = {"account_ids": ACCOUNT_IDS_SPEC, **MEMBER_ROLE_SPEC}

_SEPARATORS = re.compile(r"[,\s]+")
# How similar a known name has to be to be suggested, from 0 to 1.
_SIMILAR = 0.75


def checked_wait_timeout(seconds: int) -> int:
    """Return the option ``wait_timeout`` (seconds).

    :raises InvalidInput: if it is negative
    """
    if seconds < 0:
        raise InvalidInput(f"wait_timeout: {seconds} is less than 0. Set a number of seconds, or 0 not to read again.")
    return seconds


def split_text(values: Iterable[object]) -> List[str]:
    """Return the parts of a list, or of texts with commas, spaces or newlines between them; each once, in order."""
    parts = (part for value in values for part in _SEPARATORS.split(str(value)))
    return list(dict.fromkeys(part for part in parts if part))


def nearest(name: str, candidates: Iterable[str]) -> Optional[str]:
    """Return the candidate that is most similar to a name, whatever its case, None where none is similar."""
    by_lower = {each.lower(): each for each in candidates}
    found = get_close_matches(name.lower(), by_lower, 1, _SIMILAR)
    return by_lower[found[0]] if found else None


def named_with_nearest(names: Iterable[str], candidates: Collection[str]) -> str:
    """Name what is not known, with what was probably meant."""
    hints = {name: nearest(name, candidates) for name in names}
    return ", ".join(f"{name!r} (did you mean {hint}?)" if hint else repr(name) for name, hint in hints.items())


def parse_statuses(values: Iterable[object], option: str) -> List[str]:
    """Return the member statuses in a list or text, in the documented spelling.

    :raises InvalidInput: naming every part that is no documented status
    """
    statuses = [canonical_status(part) for part in split_text(values)]
    wrong = [status for status in statuses if status not in STATUSES]
    if wrong:
        raise InvalidInput(
            f"{option}: not a member status: {', '.join(map(repr, wrong))}. The statuses are {', '.join(STATUSES)}."
        )
    return statuses


def parse_tags(tags: Mapping[object, object], option: str) -> Dict[str, str]:
    """Return tags as texts; null is an empty value.

    :raises InvalidInput: naming every tag that the service would refuse, by the API reference of TagResource
    """
    texts = {str(key): "" if value is None else str(value) for key, value in tags.items()}
    wrong = [
        key
        for (key, text), value in zip(texts.items(), tags.values())
        if isinstance(value, (dict, list)) or len(text) > 256 or not 0 < len(key) <= 128 or key.startswith("aws:")
    ]
    if wrong:
        raise InvalidInput(
            f"{option}: can't be set: {', '.join(map(repr, wrong))}. A key has 1 to 128 characters and does not begin "
            "with aws:, a value is a text of at most 256 characters."
        )
    return texts
