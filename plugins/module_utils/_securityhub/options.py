# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The options that modules share: argument specs, and what turns their values into ids, Regions and tags."""

from __future__ import annotations

import re
from typing import Any, Collection, Dict, Iterable, List, Mapping, Optional, Sequence

from .errors import InvalidInput
from .model import STATUSES, canonical_status

_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_SEPARATORS = re.compile(r"[,\s]+")


def split_text(values: Iterable[object]) -> List[str]:
    """Take a list, or texts with commas, spaces or newlines between the parts; each part once, in order."""
    parts = (part for value in values for part in _SEPARATORS.split(str(value)))
    return list(dict.fromkeys(part for part in parts if part))


def is_account_id(text: str) -> bool:
    """Whether a text is exactly 12 ASCII digits."""
    return _ACCOUNT_ID.fullmatch(text) is not None


def parse_account_ids(values: Iterable[object], option: str) -> List[str]:
    """Return the account ids in a list or text, each once, in order.

    :raises InvalidInput: naming every part that is not exactly 12 ASCII digits
    """
    return check_account_ids(split_text(values), option)


def check_account_ids(account_ids: Sequence[str], option: str) -> List[str]:
    """Return account ids as they are.

    :raises InvalidInput: naming every one that is not exactly 12 ASCII digits
    """
    wrong = [account_id for account_id in account_ids if not is_account_id(account_id)]
    if wrong:
        raise InvalidInput(
            f"{option}: not an AWS account id: {', '.join(map(repr, wrong))}. An account id is exactly 12 digits, "
            "without hyphens. Quote it in YAML, which reads an unquoted 012345670123 as an octal number."
        )
    return list(account_ids)


def parse_statuses(values: Iterable[object], option: str) -> List[str]:
    """Return the member statuses in a list or text, in the documented spelling.

    :raises InvalidInput: naming every part that is no documented status
    """
    statuses = [canonical_status(part) for part in split_text(values)]
    wrong = [status for status in statuses if status not in STATUSES]
    if wrong:
        raise InvalidInput(
            f"{option}: no member status: {', '.join(map(repr, wrong))}. There are {', '.join(STATUSES)}."
        )
    return statuses


def parse_members(entries: Iterable[Mapping[str, object]], option: str) -> Dict[str, Optional[str]]:
    """Return {account id: e-mail address or None}, each account once, in order.

    :raises InvalidInput: for what is no account id, and for an account with two different e-mail addresses
    """
    pairs = [(str(entry.get("account_id") or "").strip(), str(entry.get("email") or "").strip()) for entry in entries]
    account_ids = check_account_ids([account_id for account_id, _email in pairs], f"{option}[].account_id")
    emails: Dict[str, Optional[str]] = dict.fromkeys(account_ids)
    for account_id, email in pairs:
        if email and emails[account_id] and email.lower() != str(emails[account_id]).lower():
            raise InvalidInput(
                f"{option}: {account_id} is given two e-mail addresses, {emails[account_id]!r} and {email!r}. Keep one."
            )
        emails[account_id] = emails[account_id] or email or None
    return emails


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
            "with aws:, a value is a text of at most 256."
        )
    return texts


def parse_regions(values: Iterable[object], known: Collection[str], option: str) -> List[str]:
    """Return the Regions in a list or text, each once, in order.

    :param known: the Regions that the AWS SDK has in its data
    :raises InvalidInput: naming every part that is none of them, or if there is no part at all
    """
    regions = split_text(values)
    if not regions:
        raise InvalidInput(f"{option}: empty. Name at least one Region, or leave the option out.")
    wrong = [part for part in regions if part not in known]
    if wrong:
        raise InvalidInput(
            f"{option}: not a Region where the installed botocore knows Security Hub: {', '.join(map(repr, wrong))}. "
            "Check the spelling (such as eu-west-1); for a Region newer than this botocore, update botocore."
        )
    return regions


REGIONS_SPEC: Dict[str, Any] = {"type": "list", "elements": "str"}
WAIT_TIMEOUT_SPEC: Dict[str, Any] = {"type": "int", "default": 30}
FAIL_ON_UNPROCESSED_SPEC: Dict[str, Any] = {"type": "bool", "default": True}


def checked_wait_timeout(seconds: int) -> int:
    """Return the option ``wait_timeout``.

    :raises InvalidInput: if it is negative
    """
    if seconds < 0:
        raise InvalidInput(f"wait_timeout: {seconds} is less than 0. Give a number of seconds, or 0 to not look again.")
    return seconds
