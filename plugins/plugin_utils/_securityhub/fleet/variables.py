# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""The variables of the role and the playbooks: their names, their defaults, and values from the boxes of a survey."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, FrozenSet, Iterable, List, Mapping, Optional

from ....module_utils._securityhub.errors import InvalidInput
from ..accounts.accounts import is_given

PREFIX = "securityhub_"
PRIVATE_PREFIX = "securityhub__"
# What the role's tasks register, so that it is there when the role runs again in the same playbook.
OWN = frozenset(f"{PRIVATE_PREFIX}{name}" for name in ("run", "listing", "calls", "hub", "end"))
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
    "securityhub_administrator_id": None,
    "securityhub_enable_administrator_hub": True,
    "securityhub_enable_default_standards": False,
    "securityhub_standards": None,
    "securityhub_policy": None,
    "securityhub_policy_file": None,
    "securityhub_config_recorder": False,
    "securityhub_leave_administrator_ids": None,
    "securityhub_reinvite": ["removed"],
    "securityhub_surplus": "ignore",
    "securityhub_surplus_limit": 10,
    "securityhub_closed_accounts": "ignore",
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
    "securityhub_closed_accounts": ["ignore", "remove"],
}
_MINIMUM = {"securityhub_surplus_limit": 0, "securityhub_wait_timeout": 0, "securityhub_batch_size": 1}
_ONLY_ONBOARDING = (
    "enable_administrator_hub", "enable_default_standards", "standards", "policy", "policy_file",
    "config_recorder", "leave_administrator_ids", "surplus", "surplus_limit", "closed_accounts",
)  # fmt: skip
_MEMBER_ROLE = tuple(name[len(PREFIX) :] for name in DEFAULTS if name.startswith("securityhub_member_role"))
# The variables that an entry point does not use.
NOT_USED: Mapping[str, FrozenSet[str]] = {
    "invite": frozenset(PREFIX + name for name in (*_ONLY_ONBOARDING, *_MEMBER_ROLE)),
    "offboard": frozenset(PREFIX + name for name in (*_ONLY_ONBOARDING, "reinvite")),
}
# The variables that are no option of a module.
_NO_OPTION = ("accounts", "accounts_file", "policy_file", "batch_size", "report_path", "fail_on_unprocessed")
# The variables of which only one can be set.
_EXCLUSIVE = (
    ("securityhub_accounts", "securityhub_accounts_file"),
    ("securityhub_policy", "securityhub_policy_file"),
    ("securityhub_standards", "securityhub_policy"),
    ("securityhub_standards", "securityhub_policy_file"),
)
_ALIKE = 0.75  # difflib's ratio: a letter or an ending is wrong, not another word
# The options of the modules, as their messages name them: in a sentence, or in front of a colon.
_OPTIONS = "|".join(sorted((name[len(PREFIX) :] for name in DEFAULTS), key=len, reverse=True))
_OPTION = re.compile(rf"(?<![\w/.:-])(?:(?=\w+_)({_OPTIONS})\b|^({_OPTIONS}|members|account_ids)(?=:))")
_TRUE, _FALSE = ("true", "yes", "on", "1", "y", "t"), ("false", "no", "off", "0", "n", "f")
_SEPARATORS = re.compile(r"[,\s]+")
_ACCOUNTS = {"members": "accounts", "account_ids": "accounts"}


@dataclass(frozen=True)
class Settings:
    """The values of all variables by name, and what is wrong with those that were given."""

    values: Dict[str, Any]
    errors: List[str]


def settings_of(given: Mapping[str, Any], purpose: str) -> Settings:
    """Return the value of every variable.

    ansible-core's ArgumentSpecValidator is not used: for it, an empty box of a survey is a value, 1.5 is the number 1,
    and there is no minimum; and its messages name types of Python, not what to set.

    :param given: the variables of DEFAULTS that are set, by name
    :param purpose: what the run is for, one of summary.PURPOSES
    """
    errors = []
    values = dict(DEFAULTS)
    for name, default in DEFAULTS.items():
        try:
            values[name] = _value(name, given.get(name), default)
        except InvalidInput as error:
            errors.append(str(error))
        if name in NOT_USED.get(purpose, ()) and values[name] != default:
            errors.append(f"{name} has no effect: the entry point {purpose} does not use it. Remove it.")
    for one, other in _EXCLUSIVE:
        if is_given(values[one]) and is_given(values[other]):
            errors.append(f"{one} and {other} are both set. Set only one of them.")
    return Settings(values, errors)


def module_options(values: Mapping[str, Any], purpose: str) -> Dict[str, Any]:
    """Return the options of the modules that the variables set, without the prefix."""
    unused = (*NOT_USED.get(purpose, ()), *(PREFIX + name for name in _NO_OPTION))
    return {name[len(PREFIX) :]: value for name, value in values.items() if name not in unused and value is not None}


def first_region(regions: Any) -> Optional[str]:
    """Return the first Region of a list or text, None for that of the connection, where the words are looked up too."""
    parts = regions if isinstance(regions, list) else _SEPARATORS.split(str(regions or ""))
    names = [str(part).strip() for part in parts if str(part).strip()]
    return names[0] if names and names[0].lower() not in ("all", "linked") else None


def with_variables(text: str) -> str:
    """Return a module's message with the variable of the playbooks in place of each option."""
    text = text.replace(" regions or region,", " securityhub_regions,").replace(
        " to regions.", " to securityhub_regions."
    )
    return _OPTION.sub(lambda found: PREFIX + _ACCOUNTS.get(found.group(), found.group()), text)


def name_errors(names: Iterable[str], outside: Iterable[str] = ()) -> List[str]:
    """Return a sentence for each name that is the role's own, or looks like a mistyped variable of the role.

    :param names: the names of all variables
    :param outside: those of them that are certainly not registered by the role
    """
    outside = set(outside)
    private = [name for name in names if name.startswith(PRIVATE_PREFIX) and (name not in OWN or name in outside)]
    others = [name for name in names if name.startswith(PREFIX) and not name.startswith(PRIVATE_PREFIX)]
    return [
        *(f"{name} can't be set: names with {PRIVATE_PREFIX} are the role's own. Remove it." for name in private),
        *(
            f"{name} is not a variable of the role. Did you mean {_nearest(name)}?"
            for name in others
            if name not in DEFAULTS and name != RESULT and _nearest(name)
        ),
    ]


def _nearest(name: str) -> Optional[str]:
    """Return the variable for which a name is probably meant, None for a name of the user's own."""
    parts = [variable[len(PREFIX) :] for variable in DEFAULTS]
    found = difflib.get_close_matches(name[len(PREFIX) :].lower(), parts, n=1, cutoff=_ALIKE)
    return PREFIX + found[0] if found else None


def _value(name: str, value: Any, default: Any) -> Any:
    """Return the value of a variable in the type of its default; null and "" are the default."""
    if not is_given(value):
        return default
    if default is None:
        return value.strip() if isinstance(value, str) else value
    return _READERS[type(default)](name, value)


def _truth(name: str, value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE + _FALSE:
        raise InvalidInput(f"{name} is {value!r}. Set it to true or false.")
    return text in _TRUE


def _number(name: str, value: Any) -> int:
    minimum = _MINIMUM[name]
    text = str(value).strip()
    if not re.fullmatch(r"[0-9]+", text) or int(text) < minimum:
        raise InvalidInput(f"{name} is {value!r}. Set it to a whole number of at least {minimum}.")
    return int(text)


def _choice(name: str, value: Any) -> str:
    text = str(value).strip().lower()
    if text not in CHOICES[name]:
        raise InvalidInput(f"{name} is {value!r}. Set it to one of {', '.join(CHOICES[name])}.")
    return text


def _choices(name: str, value: Any) -> List[str]:
    """Return the parts of a list or a text; ``[]`` is none of them."""
    parts = value if isinstance(value, (list, tuple)) else _SEPARATORS.split(str(value).strip().strip("[]"))
    return [_choice(name, part) for part in parts if str(part).strip()]


_READERS: Dict[type, Callable[[str, Any], Any]] = {bool: _truth, int: _number, str: _choice, list: _choices}
