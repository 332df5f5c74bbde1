# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Enables and disables security standards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from ..aws.api import (
    STANDARDS_BATCH_SIZE,
    describe_standards,
    disable_standards,
    enable_standards,
    get_enabled_standards,
)
from ..aws.calls import ReadOnce, RegionClient, batches
from ..aws.retry import ReconcileRun, WriteTracker, advance_all, guarded
from ..errors import Failure, PreconditionFailed, RegionResult, SecurityHubError
from ..model import DISABLE_STANDARDS, ENABLE_STANDARDS, OfferedStandard, Standard, StateChange
from .plan import (
    READY,
    DesiredStandards,
    Sent,
    StandardsPlan,
    expected_standards,
    names_to_enable,
    plan_standards,
    resolve,
    status_of,
    why_short,
    with_short_names,
)

Standards = Tuple[Standard, ...]
StandardsChange = StateChange[Standards]


class Offers:
    """What each Region offers: asked once a Region, when somebody needs it, whatever the number of accounts."""

    def __init__(self) -> None:
        self._known: ReadOnce[Mapping[str, OfferedStandard]] = ReadOnce()

    def read(self, client: RegionClient) -> Mapping[str, OfferedStandard]:
        """Return {short name: offer}.

        :raises SecurityHubError: if they can't be read; the next account asks again
        """
        return self._known.get(client.region, lambda: {each.name: each for each in describe_standards(client)})


@dataclass
class StandardsRun(ReconcileRun):
    """The standards of one account and Region while they are brought to their desired state.

    ``error`` is what ended the work, None while nothing has.

    :param offers: what the Regions offer, shared by all accounts
    :param wait_timeout: seconds that a standard may take to be ready, or gone; 0 not to wait
    """

    client: RegionClient
    desired: DesiredStandards
    offers: Offers
    wait_timeout: float
    tracker: WriteTracker = field(default_factory=WriteTracker)
    error: Optional[Failure] = None
    is_read: bool = False
    before: Standards = ()
    plan: StandardsPlan = field(default_factory=StandardsPlan)
    _offered: Mapping[str, OfferedStandard] = field(default_factory=dict)
    _sent: Dict[str, Sent] = field(default_factory=dict)
    _said: Dict[str, Standard] = field(default_factory=dict)
    step_name = "Changing standards"

    def look(self) -> None:
        """Read the standards, and plan.

        :raises SecurityHubError: if they can't be read, or if what is offered can't be
        :raises PreconditionFailed: if one that is to be enabled is not offered in the Region, or a title is not
        """
        now = get_enabled_standards(self.client)
        self.is_read, self.before, self.plan = True, _sorted(now), StandardsPlan(tuple(now))
        if self.desired.titles:
            self.desired = with_short_names(self.desired, self.offers.read(self.client), self.client.region)
        self.plan = plan_standards(self.desired, now)
        names = names_to_enable(self.desired, self.plan)
        if names:
            self._offered = resolve(names, self.offers.read(self.client), self.client.region)

    def foresee(self, offers: Optional[Mapping[str, OfferedStandard]], with_defaults: bool) -> None:
        """Plan for an account in which Security Hub is not enabled yet.

        :param offers: what the Region offers, None where that is not known
        :param with_defaults: whether the default standards come with Security Hub
        :raises PreconditionFailed: if one that is to be enabled is not offered in the Region
        """
        defaults = [each for each in (offers or {}).values() if with_defaults and each.is_default]
        now = [Standard(each.name, each.standards_arn, None, READY) for each in defaults]
        if offers is not None:
            self.desired = with_short_names(self.desired, offers, self.client.region)
        self.plan = plan_standards(self.desired, now)
        if offers is not None:
            self._offered = resolve(self.plan.enable, offers, self.client.region)

    @property
    def has_writes(self) -> bool:
        """Whether there is anything to write that was not sent yet."""
        return self.plan.changed

    def is_open(self, check_mode: bool) -> bool:
        """Whether something is left to write, which check mode does not, or to wait for."""
        return not self.error and bool(self.plan.waiting or (self.plan.changed and not check_mode))

    def advance(self) -> None:
        """Write what the plan says, and read again, unless nothing is to be waited for."""
        if self.plan.changed:
            self._write()
        if self.wait_timeout > 0:
            self.refresh()

    def refresh(self) -> None:
        """Read again, and plan what is left."""
        self.plan = plan_standards(self.desired, get_enabled_standards(self.client), self._sent)
        self._said.clear()

    def _write(self) -> None:
        """Enable before disabling, so that a failure leaves no gap."""
        by_name = {each.name: each for each in self.plan.now}
        for names in batches(self.plan.enable, STANDARDS_BATCH_SIZE):
            arns = [self._offered[name].standards_arn for name in names]
            before = {name: Sent(True, status_of(by_name.get(name))) for name in names}
            self._send(before, partial(enable_standards, self.client, arns))
        for going in batches(self.plan.disable, STANDARDS_BATCH_SIZE):
            arns = [str(each.standards_subscription_arn) for each in going]
            before = {each.name: Sent(False, each.standards_status) for each in going}
            self._send(before, partial(disable_standards, self.client, arns))

    def _send(self, before: Mapping[str, Sent], request: Callable[[], List[Standard]]) -> None:
        said: List[Standard] = []

        def send() -> None:
            said[:] = request()

        def is_done(_error: SecurityHubError) -> bool:
            now = {each.name: each for each in get_enabled_standards(self.client)}
            said[:] = [now[name] for name in before if name in now]
            return all(sent.is_shown(status_of(now.get(name))) for name, sent in before.items())

        try:
            self.tracker.send(send, is_done)
        finally:
            if self.tracker.any:
                self._sent.update(before)
        self._said.update({each.name: each for each in said})

    def after(self) -> Optional[Standards]:
        """Return the standards once the plan is carried out, None where it is not known what the Region offers."""
        if not self._offered.keys() >= set(self.plan.enable):
            return None
        return _sorted(expected_standards(self.plan, self._offered, self.wait_timeout > 0))

    def expected(self) -> StandardsChange:
        """Return what the run would do, as far as is known now."""
        return StandardsChange(self.before, self.after(), changed=self.plan.changed)

    def actions(self, check_mode: bool) -> Tuple[str, ...]:
        """Return what was, or may have been, done, or in check mode would be."""
        sent = [each.enables for each in self._sent.values()]
        enables, disables = (self.plan.enable, self.plan.disable) if check_mode else (True in sent, False in sent)
        steps = ((ENABLE_STANDARDS, enables), (DISABLE_STANDARDS, disables))
        return tuple(action for action, is_done in steps if is_done)

    def so_far(self) -> StandardsChange:
        """Return what was seen, or said by the service since."""
        after = {**{each.name: each for each in self.plan.now}, **self._said}
        return StandardsChange(
            self.before, _sorted(list(after.values())), changed=self.tracker.any, is_read=self.is_read
        )

    def why_short(self) -> Optional[PreconditionFailed]:
        """Return why the standards are not as desired, None where they are."""
        return why_short(self.desired, self.plan, self.client.region, self.wait_timeout > 0)


def _sorted(standards: Sequence[Standard]) -> Standards:
    return tuple(sorted(standards, key=lambda each: each.name))


def reconcile_standards(
    client: RegionClient, desired: DesiredStandards, offers: Offers, wait_timeout: float, check_mode: bool
) -> RegionResult[StandardsChange]:
    """Bring the standards of one account and Region to their desired state; in check mode return what that would do."""
    run = StandardsRun(client, desired, offers, wait_timeout)
    run.attempt(StandardsRun.look)
    advance_all({"": run}, lambda _accounts, step: run.attempt(step), wait_timeout, check_mode)
    if isinstance(run.error, SecurityHubError) and run.error.hub_is_disabled and not desired.is_present:
        # Without Security Hub there are no standards.
        return RegionResult(StandardsChange((), ()))
    if run.error:
        return RegionResult(change_after_failure(run), run.error)
    return RegionResult(run.expected() if check_mode else run.so_far(), run.why_short())


def change_after_failure(run: StandardsRun) -> StandardsChange:
    """Return what was done before a failure, from another look if that is possible."""
    is_certain = True
    if run.tracker.any:
        try:
            with guarded("Reading standards", run.client.region):
                run.refresh()
        except SecurityHubError:
            is_certain = not run.tracker.in_doubt  # without doubt, what was seen and said before stands
    return replace(run.so_far(), is_certain=is_certain)
