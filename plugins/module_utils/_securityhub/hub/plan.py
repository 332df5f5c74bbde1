# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""How Security Hub gets to the desired state in an account. Pure: neither boto3 nor Ansible."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Dict, Mapping, Optional, Tuple

from ..model import DEFAULT_AUTO_ENABLE_CONTROLS, DEFAULT_CONTROL_FINDING_GENERATOR, Hub


@dataclass(frozen=True)
class DesiredHub:
    """The desired state of Security Hub in an account; None leaves a setting as it is."""

    enable_default_standards: bool = False
    control_finding_generator: Optional[str] = None
    auto_enable_controls: Optional[bool] = None
    tags: Optional[Mapping[str, str]] = None
    purge_tags: bool = True


@dataclass(frozen=True)
class HubPlan:
    """What is to be done to the hub of one Region.

    ``enable`` holds the parameters of EnableSecurityHub, None where there is nothing to enable. ``settings`` are the
    fields of Hub to be changed.
    """

    before: Optional[Hub]
    after: Optional[Hub]
    enable: Optional[Mapping[str, Any]] = None
    disable: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    set_tags: Mapping[str, str] = field(default_factory=dict)
    remove_tags: Tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.enable is not None or self.disable or self.settings or self.set_tags or self.remove_tags)


def plan_hub_present(desired: DesiredHub, hub: Optional[Hub]) -> HubPlan:
    """Plan how the hub gets to the desired state. A hub that is enabled gets generator and tags with it."""
    base = hub or Hub(
        None,
        None,
        DEFAULT_AUTO_ENABLE_CONTROLS,
        desired.control_finding_generator or DEFAULT_CONTROL_FINDING_GENERATOR,
        None if desired.tags is None else dict(desired.tags),
    )
    wanted = {
        "auto_enable_controls": desired.auto_enable_controls,
        "control_finding_generator": desired.control_finding_generator,
    }
    settings: Dict[str, Any] = {key: value for key, value in wanted.items() if value not in (None, getattr(base, key))}
    now = base.tags or {}
    set_tags, remove_tags = _tag_changes(desired, now)
    tags = {key: value for key, value in {**now, **set_tags}.items() if key not in remove_tags}
    after = replace(base, tags=None if base.tags is None else tags, **settings)
    return HubPlan(hub, after, None if hub else _enabling(desired), False, settings, set_tags, remove_tags)


def _enabling(desired: DesiredHub) -> Mapping[str, Any]:
    parameters: Dict[str, Any] = {"EnableDefaultStandards": desired.enable_default_standards}
    if desired.control_finding_generator:
        parameters["ControlFindingGenerator"] = desired.control_finding_generator
    if desired.tags:
        parameters["Tags"] = dict(desired.tags)
    return parameters


def _tag_changes(desired: DesiredHub, tags: Mapping[str, str]) -> Tuple[Dict[str, str], Tuple[str, ...]]:
    """Return the tags to set, and the keys to remove: never AWS's own, with the prefix aws:."""
    if desired.tags is None:
        return {}, ()
    set_tags = {key: value for key, value in desired.tags.items() if tags.get(key) != value}
    surplus = (key for key in tags if key not in desired.tags and not key.startswith("aws:"))
    return set_tags, tuple(surplus) if desired.purge_tags else ()


def plan_hub_absent(hub: Optional[Hub]) -> HubPlan:
    """Plan whether the hub is disabled."""
    return HubPlan(hub, None, disable=hub is not None)
