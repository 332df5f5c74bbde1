# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The option ``policy``: a configuration policy as AWS or CloudFormation writes it, or the same in snake_case."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

try:
    import yaml

    HAS_YAML = True
except ImportError:
    HAS_YAML = False

from ..errors import InvalidInput
from .controls import (
    Parameters,
    parse_control_ids,
    parse_parameters,
    parse_standards,
    refuse_unknown_keys,
)
from .options import named_with_nearest, split_text
from .regions import KnownRegions, parse_regions

_RESOURCE_TYPE = "AWS::SecurityHub::ConfigurationPolicy"
_STANDARDS, _ENABLED, _DISABLED = "enabled_standards", "enabled_controls", "disabled_controls"
_PARAMETERS, _SERVICE = "control_parameters", "service_enabled"
_GLOBAL_REGION, _GLOBAL_CONTROLS = "global_controls_region", "global_controls"
# The keys that hold a part of the policy; each has ours and, where there is one, AWS's name.
_FIELDS = {
    _SERVICE: "ServiceEnabled",
    _STANDARDS: "EnabledStandardIdentifiers",
    _ENABLED: "EnabledSecurityControlIdentifiers",
    _DISABLED: "DisabledSecurityControlIdentifiers",
    _PARAMETERS: "SecurityControlCustomParameters",
    _GLOBAL_REGION: None,
    _GLOBAL_CONTROLS: None,
}
_WRAPPERS = ("Properties", "ConfigurationPolicy", "SecurityHub", "SecurityControlsConfiguration")
# What the API and CloudFormation say beside the policy itself.
_ABOUT = ("Arn", "Id", "Name", "Description", "UpdatedAt", "CreatedAt", "Tags", "Type", "DependsOn", "Condition")
_ABOUT_RESOURCE = ("DeletionPolicy", "UpdateReplacePolicy", "Metadata")
_NAMES = (*_FIELDS, *filter(None, _FIELDS.values()), *_WRAPPERS, *_ABOUT, *_ABOUT_RESOURCE)


@dataclass(frozen=True)
class Policy:
    """What every account is configured to, with AWS's meaning.

    :param standards: short names of the standards that are enabled; all others are disabled
    :param controls: the IDs that are listed
    :param lists_enabled: whether the listed controls are enabled and all others disabled, rather than the reverse
    :param parameters: custom parameters by control; all others have their default values
    :param global_region: the only Region with controls that involve global resources, None to treat these as others
    :param global_controls: which controls these are, None for the list of this collection
    """

    standards: Tuple[str, ...]
    controls: Tuple[str, ...]
    lists_enabled: bool
    parameters: Mapping[str, Parameters] = field(default_factory=dict)
    global_region: Optional[str] = None
    global_controls: Optional[Tuple[str, ...]] = None

    @property
    def named(self) -> Tuple[str, ...]:
        """Every control that the policy names."""
        return tuple(dict.fromkeys([*self.controls, *self.parameters, *(self.global_controls or ())]))


def parse_policy(value: object, option: str, known: Optional[KnownRegions]) -> Policy:
    """Return a configuration policy.

    :param value: a mapping, or a text with JSON or YAML
    :param known: None where a module is called later, which checks the Region
    :raises InvalidInput: for what is no policy, naming each key that is not known
    """
    given = _parsed(value, option) if isinstance(value, str) else value
    fields = _fields(_resource(_mapping(given, option), option), option)
    if str(fields.get(_SERVICE, True)).lower() != "true":
        raise InvalidInput(
            f"{option}: ServiceEnabled is {fields[_SERVICE]!r}: a policy does not disable Security Hub, that is "
            "offboarding. Use state: absent, or the playbook securityhub_offboard, for these accounts."
        )
    lists = [name for name in (_ENABLED, _DISABLED) if name in fields]
    if len(lists) != 1:
        has = "both enabled_controls and disabled_controls" if lists else "no list of controls"
        raise InvalidInput(
            f"{option}: has {has}. Set disabled_controls to enable all others, or enabled_controls to disable all "
            "others; disabled_controls: [] enables all."
        )
    if _STANDARDS not in fields:
        raise InvalidInput(f"{option}: names no standards. Set enabled_standards; all other standards are disabled.")
    return Policy(
        parse_standards(_list(fields[_STANDARDS], f"{option}: {_STANDARDS}"), f"{option}: {_STANDARDS}"),
        _ids(fields[lists[0]], f"{option}: {lists[0]}"),
        lists[0] == _ENABLED,
        _parameters(fields.get(_PARAMETERS) or {}, f"{option}: {_PARAMETERS}"),
        *_global(fields, option, known),
    )


def _global(
    fields: Mapping[str, object], option: str, known: Optional[KnownRegions]
) -> Tuple[Optional[str], Optional[Tuple[str, ...]]]:
    """Return the Region of the controls that involve global resources, and which they are."""
    given = fields.get(_GLOBAL_CONTROLS)
    controls = None if given is None else _ids(given, f"{option}: {_GLOBAL_CONTROLS}")
    region = fields.get(_GLOBAL_REGION)
    if not region:
        if controls is not None:
            raise InvalidInput(f"{option}: {_GLOBAL_CONTROLS} needs {_GLOBAL_REGION}: the Region that has them.")
        return None, None
    regions = parse_regions([region], known, f"{option}: {_GLOBAL_REGION}") if known else split_text([region])
    if len(regions) != 1:
        raise InvalidInput(f"{option}: {_GLOBAL_REGION}: {region!r} is not one Region.")
    return regions[0], controls


def _ids(value: object, where: str) -> Tuple[str, ...]:
    return parse_control_ids(_list(value, where), where)


def _list(value: object, where: str) -> Sequence[object]:
    if not isinstance(value, (list, str)):
        raise InvalidInput(f"{where}: {value!r} is no list.")
    return [value] if isinstance(value, str) else value


def _parsed(text: str, option: str) -> object:
    """Return what a text has as JSON or YAML.

    :raises InvalidInput: if it is neither
    """
    try:
        return json.loads(text)
    except ValueError as error:
        if not HAS_YAML:
            hint = "Write it as JSON: there is no PyYAML to read YAML with."
            raise InvalidInput(f"{option}: the text is no JSON: {error}. {hint}") from error
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        words = " ".join(str(error).split())
        raise InvalidInput(
            f"{option}: the text is neither JSON nor plain YAML: {words}. Tags, such as !Ref, can't be used."
        ) from error


def _mapping(value: object, where: str) -> Mapping[Any, object]:
    """Return a mapping as it is.

    :raises InvalidInput: for anything else
    """
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{where}: is no mapping. Write a configuration policy as JSON or YAML.")
    return value


def _resource(mapping: Mapping[Any, object], option: str) -> Mapping[Any, object]:
    """Return the policy among the resources of a CloudFormation template; anything else as it is.

    :raises InvalidInput: if a template has none or several, or a resource is of another type
    """
    found = [mapping]
    resources = mapping.get("Resources")
    if isinstance(resources, Mapping):
        every = resources.values()
        found = [each for each in every if isinstance(each, Mapping) and each.get("Type") == _RESOURCE_TYPE]
    if len(found) != 1:
        raise InvalidInput(f"{option}: the template has {len(found)} resources of type {_RESOURCE_TYPE}. Give one.")
    given_type = found[0].get("Type", _RESOURCE_TYPE)
    if given_type != _RESOURCE_TYPE:
        raise InvalidInput(f"{option}: the resource is of type {given_type}, not {_RESOURCE_TYPE}.")
    return found[0]


def _fields(mapping: Mapping[Any, object], option: str) -> Dict[str, object]:
    """Return the parts of a policy by our names, however deep they are and whatever their spelling; null is none.

    :raises InvalidInput: naming every key that is not known, and for a part that is given twice
    """
    fields: Dict[str, object] = {}
    unknown: List[str] = []
    left: List[Mapping[Any, object]] = [mapping]
    seen: List[str] = []
    while left:
        for key, value in left.pop(0).items():
            name = _BY_PLAIN_NAME.get(_plain(key))
            if name is None:
                unknown.append(str(key))
            elif name in seen:
                raise InvalidInput(f"{option}: {name} is given twice. Keep one of them.")
            elif name in _WRAPPERS:
                seen.append(name)
                left.append(_mapping(value, f"{option}: {name}"))
            elif name in fields:
                raise InvalidInput(f"{option}: {name} is given twice. Keep one of them.")
            elif name in _FIELDS and value is not None:
                fields[name] = value
    if unknown:
        noun = "unknown key" if len(unknown) == 1 else "unknown keys"
        raise InvalidInput(
            f"{option}: {noun} {named_with_nearest(unknown, _NAMES)}. The keys are those of AWS's configuration "
            f"policies, or {', '.join(_FIELDS)}."
        )
    return fields


def _plain(key: object) -> str:
    return re.sub(r"[_-]", "", str(key)).lower()


_BY_PLAIN_NAME = {_plain(name): name for name in (*_WRAPPERS, *_ABOUT, *_ABOUT_RESOURCE, *_FIELDS)}
_BY_PLAIN_NAME.update({_plain(theirs): ours for ours, theirs in _FIELDS.items() if theirs})


def _parameters(value: object, where: str) -> Dict[str, Parameters]:
    """Return the parameters of each control: from {ID: {name: value}}, or from AWS's rows.

    :raises InvalidInput: for anything else, and for a control that is named twice
    """
    if isinstance(value, Mapping):
        rows = list(value.items())
    else:
        rows = [_parameter_row(row, f"{where}: row {number}") for number, row in enumerate(_list(value, where), 1)]
    found: Dict[str, Parameters] = {}
    for given, parameters in rows:
        for control_id in parse_control_ids([given], where):
            if control_id in found:
                raise InvalidInput(f"{where}: {control_id} is named twice. Keep one of them.")
            found[control_id] = parse_parameters(parameters, f"{where}: {control_id}")
    return found


def _parameter_row(row: object, where: str) -> Tuple[object, object]:
    keys = ("SecurityControlId", "Parameters")
    snake = ("security_control_id", "parameters")
    if not isinstance(row, Mapping):
        raise InvalidInput(f"{where}: {row!r} is no mapping with {' and '.join(keys)}.")
    names = snake if any(key in row for key in snake) else keys
    refuse_unknown_keys(row, names, where)
    if any(key not in row for key in names):
        raise InvalidInput(f"{where}: has no {' or no '.join(key for key in names if key not in row)}.")
    return row[names[0]], row[names[1]]
