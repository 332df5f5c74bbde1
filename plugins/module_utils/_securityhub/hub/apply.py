# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Enables, changes and disables Security Hub."""

from __future__ import annotations

from dataclasses import replace
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
from ..aws.retry import Waiter, Write, WriteTracker, send_with_retries, unexpected_error
from ..errors import PreconditionFailed, RegionResult, SecurityHubError
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
        return not_started(error)
    if check_mode or not planned.changed:
        return _expected_change(client, planned)
    steps = _HubSteps(client, plan, with_tags)
    try:
        return RegionResult(HubChange(planned.before, steps.take(planned), changed=True))
    except (SecurityHubError, PreconditionFailed) as error:
        change = steps.change_so_far(planned.before)
        return RegionResult(replace(change, is_certain=change.is_certain and error.error_code != UNCONFIRMED), error)
    except Exception as error:  # noqa: BLE001
        # Whatever it is: what was done before stays in the result.
        failure = unexpected_error(error, "Changing Security Hub", client.region)
        return RegionResult(HubChange(planned.before, changed=True, is_certain=False), failure)


def not_started(error: SecurityHubError) -> RegionResult[HubChange]:
    """Return the result of a Region that could not be read."""
    return RegionResult(HubChange(is_read=False), error)


def _expected_change(client: RegionClient, planned: HubPlan) -> RegionResult[HubChange]:
    try:
        if planned.disable:
            _require_no_associations(client)
    except (SecurityHubError, PreconditionFailed) as error:
        return RegionResult(HubChange(planned.before, planned.before), error)
    return RegionResult(HubChange(planned.before, planned.after, changed=planned.changed))


def _require_no_associations(client: RegionClient) -> None:
    """Refuse to disable Security Hub where the service does.

    :raises PreconditionFailed: while the account has an administrator or enabled members
    """
    administrator = get_administrator(client)
    if administrator or has_enabled_members(client):
        what = f"is a member of {administrator.administrator_id}" if administrator else "has enabled members"
        raise PreconditionFailed(
            ASSOCIATED,
            "{account} {what} in {region}, so Security Hub can't be disabled there.",
            what=what,
            region=client.region,
        )


class _HubSteps:
    """The requests of a plan while they are sent."""

    def __init__(self, client: RegionClient, plan: Planner, with_tags: bool) -> None:
        self._client = client
        self._plan = plan
        self._with_tags = with_tags
        self._tracker = WriteTracker()
        self._done: Set[str] = set()

    def take(self, planned: HubPlan) -> Optional[Hub]:
        """Send what a plan has, and what is left of it when that is seen; return the hub in the end.

        :raises SecurityHubError: if the service refuses, or keeps failing
        :raises PreconditionFailed: if an effect is not seen in time
        """
        current = planned
        waiter = Waiter(HUB_WAIT_TIMEOUT)
        while current.changed:
            for part, request in _requests(self._client, current).items():
                send_with_retries(_HubWrite(request, partial(_is_applied, self._client, current), self._tracker))
                self._tracker.confirm()
                self._done.add(part)
            current = self._next_plan(current, waiter)
        return current.before

    def change_so_far(self, before: Optional[Hub]) -> HubChange:
        """Read again after a failure. What the service took, and does not show, leaves the state uncertain."""
        seen = read_or_error(lambda: [describe_hub(self._client, self._with_tags)])
        if seen.error:
            return HubChange(before, before, changed=self._tracker.any, is_certain=not self._tracker.any)
        (after,) = seen.value
        left = self._plan(after)
        is_certain = not any(getattr(left, part) for part in self._done)
        return HubChange(before, after, changed=self._tracker.any or after != before, is_certain=is_certain)

    def _next_plan(self, current: HubPlan, waiter: Waiter) -> HubPlan:
        """Read until something of a plan shows, and return what is left to do.

        :raises PreconditionFailed: if nothing shows in time
        """
        while True:
            following = self._plan(describe_hub(self._client, self._with_tags))
            if following != current:
                return following
            if not waiter.sleep():
                raise PreconditionFailed(
                    UNCONFIRMED,
                    "The service accepted the request in {region}, but did not show its effect within {limit} seconds.",
                    "Look again with multiaccount.aws.securityhub_hub_info.",
                    region=self._client.region,
                    limit=HUB_WAIT_TIMEOUT,
                )


class _HubWrite(Write):
    """One request, and how to see that it is done after its response was lost or refused."""

    def __init__(self, request: Callable[[], None], is_done: Callable[[], bool], tracker: WriteTracker) -> None:
        self._request = request
        self._is_done = is_done
        self._tracker = tracker

    def send(self) -> None:
        self._tracker.track(self._request)

    def is_done(self, _error: SecurityHubError) -> bool:
        return self._is_done()


def _is_applied(client: RegionClient, plan: HubPlan) -> bool:
    """Whether Security Hub is enabled or disabled as planned; everything else may be sent again at will."""
    hub = describe_hub(client, with_tags=False)
    if plan.enable is not None:
        return hub is not None
    return plan.disable and hub is None


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


def enable_where_disabled(
    client: RegionClient, desired: DesiredHub, tracker: WriteTracker
) -> Optional[SecurityHubError]:
    """Enable Security Hub where it was seen disabled; return why that failed, None if it did not."""
    request = partial(enable_hub, client, plan_hub_present(desired, None).enable or {})
    try:
        send_with_retries(_HubWrite(request, partial(is_hub_enabled, client), tracker))
    except SecurityHubError as error:
        enabled = read_or_error(lambda: [is_hub_enabled(client)])
        return None if True in enabled.value else error
    return None
