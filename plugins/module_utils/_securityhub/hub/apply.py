# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Enables, changes and disables Security Hub."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Callable, Dict, Optional, Set

from ..aws.api import (
    describe_hub,
    disable_hub,
    enable_hub,
    get_administrator,
    has_enabled_members,
    is_hub_enabled,
    tag_hub,
    untag_hub,
    update_hub,
)
from ..aws.calls import RegionClient, read_or_error
from ..aws.retry import Waiter, WriteTracker, guarded, poll
from ..errors import FAILURES, PreconditionFailed, RegionResult, SecurityHubError
from ..model import Hub, StateChange
from ..reasons import ASSOCIATED, UNCONFIRMED
from .plan import DesiredHub, HubPlan, plan_hub_present

Planner = Callable[[Optional[Hub]], HubPlan]
HubChange = StateChange[Hub]

# Seconds that DescribeHub may take to show a change.
HUB_WAIT_TIMEOUT = 30


def reconcile_hub(client: RegionClient, plan: Planner, with_tags: bool, check_mode: bool) -> RegionResult[HubChange]:
    """Bring the hub of one Region to its desired state, or in check mode return what that would do.

    :param with_tags: whether the plan is about tags, so that they are read
    """
    try:
        planned = plan(describe_hub(client, with_tags))
    except SecurityHubError as error:
        return RegionResult(HubChange(is_read=False), error)
    if check_mode or not planned.changed:
        return _expected_change(client, planned)
    steps = _HubSteps(client, plan, with_tags)
    try:
        with guarded("Changing Security Hub", client.region):
            after = steps.take(planned)
            return RegionResult(HubChange(planned.before, after, changed=steps.tracker.any))
    except FAILURES as error:
        change = steps.change_so_far(planned.before)
        return RegionResult(replace(change, is_certain=change.is_certain and error.error_code != UNCONFIRMED), error)


def _expected_change(client: RegionClient, planned: HubPlan) -> RegionResult[HubChange]:
    try:
        if planned.disable:
            _require_no_associations(client)
    except FAILURES as error:
        return RegionResult(HubChange(planned.before, planned.before), error)
    return RegionResult(HubChange(planned.before, planned.after, changed=planned.changed))


def _require_no_associations(client: RegionClient) -> None:
    """Refuse to disable Security Hub where the service does: while there is an administrator, or an enabled member."""
    administrator = get_administrator(client)
    if administrator or has_enabled_members(client):
        what = f"is a member of {administrator.administrator_id}" if administrator else "has enabled members"
        raise PreconditionFailed(
            ASSOCIATED,
            "{account} {what} in {region}, so Security Hub can't be disabled there.",
            what=what,
            region=client.region,
        )


@dataclass
class _HubSteps:
    """The requests of a plan while they are sent."""

    client: RegionClient
    plan: Planner
    with_tags: bool
    tracker: WriteTracker = field(default_factory=WriteTracker)
    _done: Set[str] = field(default_factory=set)

    def take(self, planned: HubPlan) -> Optional[Hub]:
        """Send what a plan has, and what is left of it when that is seen; return the hub in the end.

        :raises SecurityHubError: if the service refuses, or keeps failing
        :raises PreconditionFailed: if an effect is not seen in time
        """
        current = planned
        waiter = Waiter(HUB_WAIT_TIMEOUT)
        while current.changed:
            for part, request in _requests(self.client, current).items():
                self.tracker.send(request, partial(_is_applied, self.client, current))
                self._done.add(part)
            current = self._next_plan(current, waiter)
            if "enable" in self._done and not self.client.new_hub:
                self.client = after_enabling(self.client)
        return current.before

    def change_so_far(self, before: Optional[Hub]) -> HubChange:
        """Read again after a failure. What the service took, and does not show, leaves the state uncertain."""
        seen = read_or_error(lambda: [describe_hub(self.client, self.with_tags)])
        if seen.error:
            return HubChange(before, before, changed=self.tracker.any, is_certain=not self.tracker.any)
        (after,) = seen.value
        left = self.plan(after)
        is_certain = not any(getattr(left, part) for part in self._done)
        return HubChange(before, after, changed=self.tracker.any, is_certain=is_certain)

    def _next_plan(self, current: HubPlan, waiter: Waiter) -> HubPlan:
        """Read until something of a plan shows, and return what is left to do; refuse if nothing shows in time."""
        following = poll(
            lambda: self.plan(describe_hub(self.client, self.with_tags)), lambda seen: seen != current, waiter
        )
        if following == current:
            hidden = [name for name in current.settings if current.before and getattr(current.before, name) is None]
            raise PreconditionFailed(
                UNCONFIRMED,
                "The service accepted the request in {region}, but did not show its effect in {limit} seconds.{hint}",
                "Look again with multiaccount.aws.securityhub_hub_info.",
                region=self.client.region,
                limit=HUB_WAIT_TIMEOUT,
                hint=f" The service does not show {' and '.join(hidden)} here." if hidden else "",
            )
        return following


def _is_applied(client: RegionClient, plan: HubPlan, error: SecurityHubError) -> bool:
    """Whether Security Hub is enabled or disabled as planned; everything else may be sent again at will."""
    if plan.enable is not None:
        return _is_enabled(lambda: describe_hub(client, with_tags=False) is not None, error)
    return plan.disable and describe_hub(client, with_tags=False) is None


def _is_enabled(look: Callable[[], bool], error: SecurityHubError) -> bool:
    """Read again whether Security Hub is enabled; where the service says that it is, until it shows.

    :raises SecurityHubError: ``error``, if the service says so and does not show it
    """
    is_said = error.is_stale and not error.is_transient
    shown = poll(look, bool, Waiter(HUB_WAIT_TIMEOUT if is_said else 0))
    if is_said and not shown:
        raise error
    return shown


def _requests(client: RegionClient, plan: HubPlan) -> Dict[str, Callable[[], None]]:
    """Return what a plan has to send, by the field of the plan that a request carries out."""
    if plan.disable:
        return {"disable": partial(disable_hub, client)}
    arn = plan.before.hub_arn if plan.before else None
    if arn is None:
        return {"enable": partial(enable_hub, client, plan.enable or {})}
    requests: Dict[str, Callable[[], None]] = {}
    if plan.settings:
        requests["settings"] = partial(update_hub, client, plan.settings)
    if plan.set_tags:
        requests["set_tags"] = partial(tag_hub, client, arn, plan.set_tags)
    if plan.remove_tags:
        requests["remove_tags"] = partial(untag_hub, client, arn, plan.remove_tags)
    return requests


def enable_where_disabled(client: RegionClient, desired: DesiredHub, tracker: WriteTracker) -> RegionClient:
    """Enable Security Hub where it was seen disabled; return the client for what follows.

    :raises SecurityHubError: if the service refuses, or keeps failing, and Security Hub is not enabled
    """
    request = partial(enable_hub, client, plan_hub_present(desired, None).enable or {})
    try:
        tracker.send(request, partial(_is_enabled, partial(is_hub_enabled, client)))
    except SecurityHubError:
        if True not in read_or_error(lambda: [is_hub_enabled(client)]).value:
            raise
    return after_enabling(client)


def after_enabling(client: RegionClient) -> RegionClient:
    """Return the client for a hub that was just enabled: for seconds it may answer as if it were not."""
    return replace(client, new_hub=Waiter(HUB_WAIT_TIMEOUT))
