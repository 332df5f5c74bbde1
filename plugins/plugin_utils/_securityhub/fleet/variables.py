# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""The variables of the role and the playbooks: their names, their defaults, and values from the boxes of a survey."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional

from ....module_utils._securityhub.results.messages import listed
from ..accounts.accounts import is_given

PREFIX = "securityhub_"
PRIVATE_PREFIX = "securityhub__"  # the role's own: what its tasks register
# null is "not given": the module's own default, or the connection's, is then in force.
DEFAULTS: Dict[str, Any] = {
    "securityhub_accounts": None,
    "securityhub_accounts_file": None,
    "securityhub_regions": None,
    "securityhub_exclude_regions": None,
    "securityhub_member_role": None,
    "securityhub_member_role_external_id": None,
    "securityhub_member_role_session_name": None,
    "securityhub_member_role_duration": None,
    "securityhub_member_role_policy": None,
    "securityhub_assume_role_arn": None,
    "securityhub_assume_role_external_id": None,
    "securityhub_assume_role_session_name": None,
    "securityhub_enable_default_standards": False,
    "securityhub_standards": None,
    "securityhub_reinvite": ["removed"],
    "securityhub_surplus": "ignore",
    "securityhub_surplus_limit": 10,
    "securityhub_wait_timeout": 30,
    "securityhub_batch_size": 200,
    "securityhub_report_path": None,
    "securityhub_fail_on_unprocessed": True,
}
# What a run leaves with set_stats; a workflow of AWX passes it to its next node as a variable.
RESULT = "securityhub_result"
CHOICES: Dict[str, List[str]] = {
    "securityhub_reinvite": ["removed", "resigned"],
    "securityhub_surplus": ["ignore", "report", "remove"],
}
_MINIMUM = {
    "securityhub_surplus_limit": 0,
    "securityhub_wait_timeout": 0,
    "securityhub_batch_size": 1,
}
# The options of the modules, as their messages name them: in a sentence, or in front of a colon.
_OPTIONS = "|".join(sorted((name[len(PREFIX) :] for name in DEFAULTS), key=len, reverse=True))
_OPTION = re.compile(rf"(?<![\w/.:-])(?:(?=\w+_)({_OPTIONS})\b|^({_OPTIONS}|members|account_ids)(?=:))")
_TRUE, _FALSE = ("true", "yes", "on", "1", "y", "t"), ("false", "no", "off", "0", "n", "f")
_SEPARATORS = re.compile(r"[,\s]+")
_ACCOUNTS = {"members": "accounts", "account_ids": "accounts"}


class InvalidVariable(ValueError):
    """A value that can't be used; the text says which, why and what would be right."""


@dataclass(frozen=True)
class Settings:
    """The values of all variables by name, and what is wrong with those that were given."""

    values: Dict[str, Any]
    errors: List[str]


def settings_of(given: Mapping[str, Any], also_known: Iterable[str] = ()) -> Settings:
    """Return the value of every variable.

    :param given: the variables that are set, by name; those without the prefix are ignored
    :param also_known: further names with the prefix that are known
    """
    errors = unknown_variables(given, also_known)
    values = dict(DEFAULTS)
    for name, default in DEFAULTS.items():
        try:
            values[name] = _value(name, given.get(name), default)
        except InvalidVariable as error:
            errors.append(str(error))
    if is_given(values["securityhub_accounts"]) and values["securityhub_accounts_file"]:
        errors.append("securityhub_accounts and securityhub_accounts_file are both set. Set only one of them.")
    return Settings(values, errors)


def with_variables(text: str) -> str:
    """Return a module's message with the variable of the playbooks in place of each option."""
    text = text.replace(" regions or region,", " securityhub_regions,")
    return _OPTION.sub(lambda found: PREFIX + _ACCOUNTS.get(found.group(), found.group()), text)


def unknown_variables(names: Iterable[str], also_known: Iterable[str] = ()) -> List[str]:
    """Return a sentence for each name that has the prefix and is not known, with the nearest known name."""
    known = {*DEFAULTS, RESULT, *also_known}
    ours = [name for name in names if name.startswith(PREFIX) and not name.startswith(PRIVATE_PREFIX)]
    return [_unknown(name) for name in ours if name not in known]


def _unknown(name: str) -> str:
    known = sorted((variable[len(PREFIX) :] for variable in DEFAULTS), key=len)
    part = name[len(PREFIX) :].lower()
    nearest = difflib.get_close_matches(part, known, n=1) or [variable for variable in known if part in variable]
    hint = f"Did you mean {PREFIX}{nearest[0]}?" if nearest else f"The variables are {listed(sorted(DEFAULTS))}."
    return f"{name} is not a variable of this playbook. {hint}"


def _value(name: str, value: Any, default: Any) -> Any:
    """Return the value of a variable in the type of its default; null and "" are the default."""
    if not is_given(value):
        return default
    return _READERS.get(type(default), _as_it_is)(name, value)


def _as_it_is(_name: str, value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _truth(name: str, value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE + _FALSE:
        raise InvalidVariable(f"{name} is {value!r}. Set it to true or false.")
    return text in _TRUE


def _number(name: str, value: Any) -> int:
    minimum = _MINIMUM[name]
    text = str(value).strip()
    if not re.fullmatch(r"[0-9]+", text) or int(text) < minimum:
        raise InvalidVariable(f"{name} is {value!r}. Set it to a whole number of at least {minimum}.")
    return int(text)


def _choice(name: str, value: Any) -> str:
    text = str(value).strip().lower()
    if text not in CHOICES[name]:
        raise InvalidVariable(f"{name} is {value!r}. Set it to one of {', '.join(CHOICES[name])}.")
    return text


def _choices(name: str, value: Any) -> List[str]:
    """Return the parts of a list or a text; ``[]`` is none of them."""
    parts = value if isinstance(value, (list, tuple)) else _SEPARATORS.split(str(value).strip().strip("[]"))
    return [_choice(name, part) for part in parts if str(part).strip()]


_READERS: Dict[Optional[type], Callable[[str, Any], Any]] = {
    bool: _truth,
    int: _number,
    str: _choice,
    list: _choices,
}
