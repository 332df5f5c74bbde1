# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Standards, security controls and their parameters in options."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from ..errors import InvalidInput
from .options import named_with_nearest, split_text

# What the option ``state`` and rows take: whether it enables.
STATES = {"enabled": True, "disabled": False}

_SHORT_NAME = r"[A-Za-z0-9_.-]+/v/[A-Za-z0-9_.-]+"
_NAME_OR_ARN = re.compile(rf"(?:(?:arn:[a-z0-9-]+:securityhub:[a-z0-9-]*::)?(?:standards|ruleset)/)?({_SHORT_NAME})")
_LINE_ENDS = re.compile(r"[,\r\n]+")
# Several words, such as PCI DSS v4.0.1.
_TITLE = re.compile(r"([^/\s]+(?: [^/\s]+)+)")
# IDs of one standard, such as CIS.1.14, have this form too: only the definitions tell them apart.
_CONTROL_ID = r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)+"
_ID_OR_ARN = re.compile(rf"(?:arn:[a-z0-9-]+:securityhub:[a-z0-9-]*:[0-9]{{12}}:security-control/)?({_CONTROL_ID})")
_ROW_KEYS = ("control_id", "state", "reason", "standards", "regions", "parameters")

# Plain values of parameters by name; None stands for the default value.
Parameters = Mapping[str, object]


@dataclass(frozen=True)
class ControlEntry:
    """A requested security control and what its row says of it; None where the row says nothing.

    ``standards`` are short names. Of the parameters, those that are not named stay as they are.
    """

    control_id: str
    is_enabled: Optional[bool] = None
    reason: Optional[str] = None
    standards: Optional[Tuple[str, ...]] = None
    regions: Optional[Tuple[str, ...]] = None
    parameters: Parameters = field(default_factory=dict)

    def is_in(self, region: str) -> bool:
        """Whether the row is meant for a Region."""
        return self.regions is None or region in self.regions


def parse_standards(values: Iterable[object], option: str, takes_titles: bool = False) -> Tuple[str, ...]:
    """Return the short names of the standards in a list or text, each once, in order.

    An ARN stands for the same standard in whatever Region and partition the work is done.

    :param takes_titles: whether titles are returned too, as they are; which standard has one, each Region tells
    :raises InvalidInput: naming every part that can't be a standard
    """
    lines = [" ".join(line.split()) for value in values for line in _LINE_ENDS.split(str(value))]
    titles = [line for line in lines if takes_titles and _TITLE.fullmatch(line)]
    parts = [part for line in lines for part in ([line] if line in titles else split_text([line]))]
    found = {part: _NAME_OR_ARN.fullmatch(part) or _TITLE.fullmatch(part) for part in parts}
    wrong = [part for part, match in found.items() if match is None]
    if wrong:
        raise InvalidInput(
            f"{option}: not a standard: {', '.join(map(repr, wrong))}. Write a short name, such as "
            f"aws-foundational-security-best-practices/v/1.0.0, {'the title, ' if takes_titles else ''}or the ARN of "
            "the standard."
        )
    return tuple(dict.fromkeys(match.group(1) for match in found.values() if match))


def parse_control_ids(values: Iterable[object], option: str) -> Tuple[str, ...]:
    """Return the IDs of the security controls in a list or text, each once, in order.

    An ARN stands for the same control in whatever account, Region and partition the work is done.

    :raises InvalidInput: naming every part that can't be the ID of a control
    """
    parts = [part for value in values for part in (split_text([value]) if isinstance(value, str) else [value])]
    found = [_ID_OR_ARN.fullmatch(str(part)) for part in parts]
    wrong = dict.fromkeys("null" if part is None else repr(part) for part, match in zip(parts, found) if not match)
    if wrong:
        raise InvalidInput(
            f"{option}: not a security control: {', '.join(wrong)}. Write an ID, such as IAM.6, or the ARN of the "
            "security control."
        )
    return tuple(dict.fromkeys(match.group(1) for match in found if match))


def parse_controls(value: object, option: str) -> Tuple[ControlEntry, ...]:
    """Return the requested controls, each row once, in order.

    :param value: a list of IDs, ARNs and rows, or a text of IDs and ARNs
    :raises InvalidInput: for what is no control, for rows with unknown keys, and for rows that contradict each other
    """
    entries: List[ControlEntry] = []
    for number, element in enumerate(value if isinstance(value, list) else [value], 1):
        if isinstance(element, Mapping):
            found = [_entry_of_row(element, f"{option}: row {number}", option)]
        else:
            found = [ControlEntry(control_id) for control_id in parse_control_ids([element], option)]
        entries.extend(entry for entry in found if entry not in entries)
    for number, entry in enumerate(entries):
        if any(entry.control_id == other.control_id and _meet(entry, other) for other in entries[:number]):
            raise InvalidInput(f"{option}: {entry.control_id} has two rows that differ. Keep one of them.")
    return tuple(entries)


def check_control_regions(entries: Iterable[ControlEntry], regions: Sequence[str], option: str) -> None:
    """Refuse rows that name Regions in which the task does not work.

    :raises InvalidInput: naming the first of them
    """
    for entry in entries:
        others = [region for region in entry.regions or () if region not in regions]
        if others:
            raise InvalidInput(
                f"{option}: the row of {entry.control_id} has regions that the task does not work in: "
                f"{', '.join(others)}. Add them to regions."
            )


def _meet(one: ControlEntry, other: ControlEntry) -> bool:
    """Whether two rows are meant for the same Region."""
    return one.regions is None or other.regions is None or bool(set(one.regions) & set(other.regions))


def _entry_of_row(row: Mapping[Any, object], where: str, option: str) -> ControlEntry:
    refuse_unknown_keys(row, _ROW_KEYS, where)
    ids = parse_control_ids([row["control_id"]], option) if "control_id" in row else ()
    if len(ids) != 1:
        raise InvalidInput(f"{where} has no control_id. Set it to one ID, such as IAM.6.")
    state = row.get("state")
    if state is not None and str(state).lower() not in STATES:
        raise InvalidInput(f"{where}: state: {state!r} is neither enabled nor disabled.")
    return ControlEntry(
        ids[0],
        None if state is None else STATES[str(state).lower()],
        str(row.get("reason") or "").strip() or None,
        parse_standards(_listed(row["standards"]), f"{where}: standards") if row.get("standards") else None,
        tuple(split_text(_listed(row["regions"]))) if row.get("regions") else None,
        parse_parameters(row.get("parameters") or {}, f"{where}: parameters"),
    )


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


def parse_parameters(value: object, where: str) -> Dict[str, object]:
    """Return the plain values of parameters by name, from plain values or from the API's form; None is the default.

    :raises InvalidInput: for what is no mapping
    """
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{where}: {value!r} is no mapping. Write the name of each parameter with its value.")
    return {str(name): plain_value(each) for name, each in value.items()}


def plain_value(value: object) -> object:
    """Return the plain value of {ValueType: CUSTOM, Value: {Integer: 15}}, None for ValueType DEFAULT.

    What does not have this form is a plain value already.
    """
    if not isinstance(value, Mapping):
        return value
    parts = {str(key).replace("_", "").lower(): part for key, part in value.items()}
    if parts.get("valuetype") == "DEFAULT":
        return None
    typed = parts.get("value") if parts.keys() & {"valuetype", "value"} else value
    return next(iter(typed.values())) if isinstance(typed, Mapping) and len(typed) == 1 else value


def refuse_unknown_keys(mapping: Mapping[Any, object], known: Sequence[str], where: str) -> None:
    """Refuse keys that are not known.

    :raises InvalidInput: naming every one of them with the nearest that is known
    """
    wrong = [str(key) for key in mapping if key not in known]
    if wrong:
        noun = "unknown key" if len(wrong) == 1 else "unknown keys"
        raise InvalidInput(f"{where}: {noun} {named_with_nearest(wrong, known)}. The keys are {', '.join(known)}.")
