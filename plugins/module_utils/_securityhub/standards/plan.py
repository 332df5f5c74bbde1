# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""How the standards of an account get to the desired state in one Region. Pure: neither boto3 nor Ansible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..errors import PreconditionFailed
from ..model import OfferedStandard, PolicyDifference, Standard
from ..reasons import (
    STANDARDS_FAILED,
    STANDARDS_INCOMPLETE,
    STANDARDS_NOT_OFFERED,
    STANDARDS_PENDING,
    UNCONFIRMED,
    UNKNOWN_STATUS,
)

# StandardsStatus, by the service model. FAILED is documented for a standard that could not be disabled.
PENDING = "PENDING"
READY = "READY"
INCOMPLETE = "INCOMPLETE"
FAILED = "FAILED"
DELETING = "DELETING"
_STATUSES = (None, PENDING, READY, INCOMPLETE, FAILED, DELETING)

# What is to be done about a standard.
_DONE, _ENABLE, _DISABLE, _WAIT, _STUCK = "done", "enable", "disable", "wait", "stuck"

# Standards that another AWS service manages begin with this; only that service disables them.
MANAGED_ELSEWHERE = "service-managed-"

_ALIKE = 0.6  # difflib's ratio: another version, or other words for the same
# What to do about StandardsStatusReason.
_HINTS = {
    "NO_AVAILABLE_CONFIGURATION_RECORDER": "Enable recording with AWS Config in the account and Region.",
    "MAXIMUM_NUMBER_OF_CONFIG_RULES_EXCEEDED": "Remove AWS Config rules, or request a higher quota for them.",
}
# The error codes, the one that weighs most first.
_CODES = (STANDARDS_FAILED, STANDARDS_INCOMPLETE, UNKNOWN_STATUS, UNCONFIRMED, STANDARDS_PENDING)


@dataclass(frozen=True)
class DesiredStandards:
    """The desired state of the standards of an account.

    :param names: short names, and titles until :func:`with_short_names` has looked them up
    :param is_present: whether these are to be enabled, rather than disabled
    :param purge: whether all others are to be disabled
    """

    names: Tuple[str, ...]
    is_present: bool = True
    purge: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not self.names and not self.purge

    @property
    def titles(self) -> List[str]:
        """Those of the names that are titles: several words."""
        return [name for name in self.names if " " in name]

    def wants(self, name: str) -> Optional[bool]:
        """Whether a standard is to be enabled; None if it stays as it is."""
        if name in self.names:
            return self.is_present
        return False if self.purge and not name.startswith(MANAGED_ELSEWHERE) else None


class Sent(NamedTuple):
    """What this run has sent about a standard, and its status before, None where it was not enabled."""

    enables: bool
    status: Optional[str]

    def is_shown(self, status: Optional[str]) -> bool:
        """Whether a status shows that the request was carried out."""
        if status == FAILED:
            return self.status != FAILED
        return (status not in (None, DELETING)) == self.enables


@dataclass(frozen=True)
class StandardsPlan:
    """What is to be done to the standards of one account and Region.

    ``enable`` are short names. ``waiting`` are those that are on their way, ``stuck`` those that end short.
    """

    now: Tuple[Standard, ...] = ()
    enable: Tuple[str, ...] = ()
    disable: Tuple[Standard, ...] = ()
    waiting: Tuple[str, ...] = ()
    stuck: Tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.enable or self.disable)


def plan_standards(
    desired: DesiredStandards, now: Sequence[Standard], sent: Optional[Mapping[str, Sent]] = None
) -> StandardsPlan:
    """Plan what is to be done about the standards that are seen now.

    :param sent: what this run has sent already, which is never sent a second time, but waited for
    """
    by_name = {each.name: each for each in now}
    steps: Dict[str, List[str]] = {}
    for name in dict.fromkeys([*desired.names, *by_name]):
        status = status_of(by_name.get(name))
        steps.setdefault(_step(desired.wants(name), status, (sent or {}).get(name)), []).append(name)
    return StandardsPlan(
        now=tuple(now),
        enable=tuple(steps.get(_ENABLE, ())),
        disable=tuple(by_name[name] for name in steps.get(_DISABLE, ())),
        waiting=tuple(steps.get(_WAIT, ())),
        stuck=tuple(steps.get(_STUCK, ())),
    )


def status_of(standard: Optional[Standard]) -> Optional[str]:
    """Return the status of a standard, None for one that is not enabled."""
    return standard.standards_status if standard else None


def standard_differences(desired: DesiredStandards, plan: StandardsPlan) -> Tuple[PolicyDifference, ...]:
    """Return which standards are not as desired."""
    statuses = {each.name: each.standards_status for each in plan.now}
    names = [*plan.enable, *(each.name for each in plan.disable), *plan.waiting, *plan.stuck]
    return tuple(
        PolicyDifference(
            "standard", name, None, statuses.get(name, "DISABLED"), "ENABLED" if desired.wants(name) else "DISABLED"
        )
        for name in names
    )


def standard_row(standard: Standard) -> Dict[str, Optional[str]]:
    """Return the row of a standard, except for its place."""
    return {key: value for key, value in vars(standard).items() if key != "is_updatable"}


def _step(wanted: Optional[bool], status: Optional[str], sent: Optional[Sent]) -> str:
    if wanted is None or status == (READY if wanted else None):
        return _DONE
    if status not in _STATUSES:
        return _STUCK
    if sent is not None:
        return _STUCK if status in (INCOMPLETE, FAILED) and sent.is_shown(status) else _WAIT
    if status in (DELETING, PENDING):
        return _WAIT
    if not wanted:
        return _DISABLE
    return _STUCK if status == INCOMPLETE else _ENABLE


def names_to_enable(desired: DesiredStandards, plan: StandardsPlan) -> Tuple[str, ...]:
    """Return the standards that are to be enabled, now or once they are gone."""
    deleting = [each.name for each in plan.now if each.standards_status == DELETING and desired.wants(each.name)]
    return (*plan.enable, *(name for name in plan.waiting if name in deleting))


def resolve(names: Iterable[str], offers: Mapping[str, OfferedStandard], region: str) -> Dict[str, OfferedStandard]:
    """Return the offers of the standards that are to be enabled.

    :raises PreconditionFailed: naming those that are not offered, and what is
    """
    available = [name for name, offer in offers.items() if not offer.managed_by]
    wrong = [_with_manager(name, offers.get(name)) for name in names if name not in available]
    if wrong:
        raise PreconditionFailed(
            STANDARDS_NOT_OFFERED,
            "{account} can't enable {wrong} in {region}: not offered there. Offered are {offered}. No standard was "
            "changed.",
            wrong=", ".join(wrong),
            region=region,
            offered=", ".join(sorted(available)) or "none",
        )
    return {name: offers[name] for name in names}


def with_short_names(desired: DesiredStandards, offers: Mapping[str, OfferedStandard], region: str) -> DesiredStandards:
    """Return the desired state with the short name in place of each title.

    :raises PreconditionFailed: naming the titles that no standard of the Region has, and the nearest
    """
    by_title = {each.title.lower(): each for each in offers.values()}
    wrong = [title for title in desired.titles if title.lower() not in by_title]
    if wrong:
        nearest = [get_close_matches(title.lower(), by_title, 1, _ALIKE) for title in wrong]
        named = [
            f"{title!r} (did you mean {by_title[near[0]].title!r}?)" if near else repr(title)
            for title, near in zip(wrong, nearest)
        ]
        raise PreconditionFailed(
            STANDARDS_NOT_OFFERED,
            "{account} is offered no standard with the title {wrong} in {region}. Offered are {offered}. No standard "
            "was changed.",
            wrong=", ".join(named),
            region=region,
            offered=", ".join(sorted(each.title for each in offers.values())) or "none",
        )
    names = [by_title[name.lower()].name if name in desired.titles else name for name in desired.names]
    return replace(desired, names=tuple(dict.fromkeys(names)))


def _with_manager(name: str, offer: Optional[OfferedStandard]) -> str:
    return f"{name} (which {offer.managed_by} manages)" if offer else name


def expected_standards(plan: StandardsPlan, offers: Mapping[str, OfferedStandard], waits: bool) -> Tuple[Standard, ...]:
    """Return the standards after a plan, if all goes well.

    :param waits: whether the run waits until they are ready, or gone
    """
    names = {each.name for each in plan.disable}
    after = {each.name: each for each in plan.now if each.name not in names}
    if not waits:
        after.update({each.name: replace(each, standards_status=DELETING) for each in plan.disable})
    status = READY if waits else PENDING
    for name in plan.enable:
        now = after.get(name)
        new = Standard(name, offers[name].standards_arn, None, status)
        after[name] = replace(now, standards_status=status, status_reason_code=None) if now else new
    return tuple(after.values())


def why_short(desired: DesiredStandards, plan: StandardsPlan, region: str, waits: bool) -> Optional[PreconditionFailed]:
    """Return why the standards that are seen are not as desired, None where they are.

    :param waits: whether they were waited for; where not, those that are on their way are as desired
    """
    by_name = {each.name: each for each in plan.now}
    wrong = [name for name in plan.waiting if waits or _is_blocked(desired, by_name.get(name))]
    wrong = [*plan.stuck, *wrong]
    if not wrong:
        return None
    codes = {_code(desired, by_name.get(name)) for name in wrong}
    code = next(each for each in _CODES if each in codes)
    named = "; ".join(_in_words(desired, name, by_name.get(name)) for name in wrong)
    reasons = (by_name[name].status_reason_code for name in wrong if name in by_name)
    hints = dict.fromkeys(_HINTS[reason] for reason in reasons if reason in _HINTS)
    return PreconditionFailed(
        code,
        "{account} has standards in {region} that are not as requested: {named}.{hints}",
        region=region,
        named=named,
        hints="".join(f" {hint}" for hint in hints),
    )


def _is_blocked(desired: DesiredStandards, standard: Optional[Standard]) -> bool:
    """Whether nothing can be sent yet about a standard, as it is on its way to the opposite of what is wanted."""
    if standard is None or standard.standards_status not in (DELETING, PENDING):
        return False
    return desired.wants(standard.name) is (standard.standards_status == DELETING)


def _code(desired: DesiredStandards, standard: Optional[Standard]) -> str:
    status = status_of(standard)
    if status not in _STATUSES:
        return UNKNOWN_STATUS
    if status == FAILED:
        return STANDARDS_FAILED
    if status == PENDING:
        return STANDARDS_PENDING
    if standard and status == INCOMPLETE and desired.wants(standard.name):
        return STANDARDS_INCOMPLETE
    return UNCONFIRMED


def _in_words(desired: DesiredStandards, name: str, standard: Optional[Standard]) -> str:
    if standard is None:
        return f"{name} is not shown as enabled"
    reason = f" ({standard.status_reason_code})" if standard.status_reason_code else ""
    later = {DELETING: ", and can be enabled again once it is gone", PENDING: ", and can be disabled once it is READY"}
    again = later[standard.standards_status] if _is_blocked(desired, standard) else ""
    return f"{name} is {standard.standards_status}{reason}{again}"
