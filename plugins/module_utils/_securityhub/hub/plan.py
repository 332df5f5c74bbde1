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
class HubWish:
    """How Security Hub should be in an account; None leaves a setting alone."""

    enable_default_standards: bool = False
    control_finding_generator: Optional[str] = None
    auto_enable_controls: Optional[bool] = None
    tags: Optional[Mapping[str, str]] = None
    purge_tags: bool = True


@dataclass(frozen=True)
class HubDecision:
    """What is to be done to the hub of one Region.

    ``enable`` holds the parameters of EnableSecurityHub, None where it is on. ``settings`` are the fields of Hub to be
    changed.
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


def decide_hub_present(wish: HubWish, hub: Optional[Hub]) -> HubDecision:
    """Decide how the hub gets to be as wished. A hub that is turned on gets generator and tags with it."""
    base = hub or Hub(
        None,
        None,
        DEFAULT_AUTO_ENABLE_CONTROLS,
        wish.control_finding_generator or DEFAULT_CONTROL_FINDING_GENERATOR,
        dict(wish.tags or {}),
    )
    wanted = {
        "auto_enable_controls": wish.auto_enable_controls,
        "control_finding_generator": wish.control_finding_generator,
    }
    settings: Dict[str, Any] = {key: value for key, value in wanted.items() if value not in (None, getattr(base, key))}
    set_tags, remove_tags = _tag_changes(wish, base.tags)
    tags = {key: value for key, value in {**base.tags, **set_tags}.items() if key not in remove_tags}
    after = replace(base, tags=tags, **settings)
    return HubDecision(hub, after, None if hub else _enabling(wish), False, settings, set_tags, remove_tags)


def _enabling(wish: HubWish) -> Mapping[str, Any]:
    parameters: Dict[str, Any] = {"EnableDefaultStandards": wish.enable_default_standards}
    if wish.control_finding_generator:
        parameters["ControlFindingGenerator"] = wish.control_finding_generator
    if wish.tags:
        parameters["Tags"] = dict(wish.tags)
    return parameters


def _tag_changes(wish: HubWish, tags: Mapping[str, str]) -> Tuple[Dict[str, str], Tuple[str, ...]]:
    """Tags with the prefix aws: are AWS's own, nobody else can remove them."""
    if wish.tags is None:
        return {}, ()
    set_tags = {key: value for key, value in wish.tags.items() if tags.get(key) != value}
    surplus = (key for key in tags if key not in wish.tags and not key.startswith("aws:"))
    return set_tags, tuple(surplus) if wish.purge_tags else ()


def decide_hub_absent(hub: Optional[Hub]) -> HubDecision:
    """Decide whether the hub has to be turned off."""
    return HubDecision(hub, None, disable=hub is not None)
