# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Creates, changes, moves and deletes the finding aggregator of the caller's account."""

from __future__ import annotations

from functools import partial
from typing import Callable, Optional

from ..aws.api import create_aggregator, delete_aggregator, get_administrator, update_aggregator
from ..aws.calls import RegionClient, read_or_error
from ..aws.find_regions import find_aggregator
from ..aws.retry import Waiter, WriteTracker, guarded, poll
from ..errors import FAILURES, PreconditionFailed, RegionResult, SecurityHubError
from ..model import FindingAggregator, StateChange
from ..reasons import CALLER_IS_MEMBER, UNCONFIRMED
from .plan import CREATE, DELETE, UPDATE, AggregatorPlan, AggregatorStep, is_same

Planner = Callable[[Optional[FindingAggregator]], AggregatorPlan]
ClientOf = Callable[[str], RegionClient]
AggregatorChange = StateChange[FindingAggregator]

# Seconds that the service may take to show a change.
WAIT_TIMEOUT = 30
LOOK_AGAIN = (
    "Look again with multiaccount.aws.securityhub_hub_info and finding_aggregator: true, then run the task again."
)


def reconcile_aggregator(
    client: RegionClient, client_of: ClientOf, plan: Planner, check_mode: bool
) -> RegionResult[AggregatorChange]:
    """Bring the finding aggregator to its desired state, or in check mode return what that would do.

    :param client_of: returns the client of a Region: a finding aggregator is deleted in its own home Region
    :raises InvalidInput: if the plan refuses, before any write
    """
    try:
        planned = plan(find_aggregator(client))
    except SecurityHubError as error:
        return RegionResult(AggregatorChange(is_read=False), error)
    obstacle = _why_not_to_create(client, planned)
    if obstacle:
        return RegionResult(AggregatorChange(planned.before, planned.before), obstacle)
    if check_mode or not planned.steps:
        return RegionResult(AggregatorChange(planned.before, planned.after, bool(planned.steps)))
    tracker, after = WriteTracker(), planned.before
    try:
        with guarded("Changing the finding aggregator", client.region):
            for step in planned.steps:
                after = _take(step, client, client_of, tracker)
            return RegionResult(AggregatorChange(planned.before, after, tracker.any))
    except FAILURES as error:
        seen = read_or_error(lambda: [find_aggregator(client)])
        after = next(iter(seen.value), after)
        is_certain = not (seen.error or tracker.in_doubt or error.error_code == UNCONFIRMED)
        return RegionResult(AggregatorChange(planned.before, after, tracker.any, is_certain=is_certain), error)


def _why_not_to_create(client: RegionClient, planned: AggregatorPlan) -> Optional[PreconditionFailed]:
    """Return why the account can't create a finding aggregator; without the permission to look, that stays open."""
    if all(step.action != CREATE for step in planned.steps):
        return None
    try:
        administrator = get_administrator(client)
    except SecurityHubError:
        return None
    if administrator is None:
        return None
    return PreconditionFailed(
        CALLER_IS_MEMBER,
        "{account} is a member of administrator {administrator_id} in {region}, so it can't create a finding "
        "aggregator there. Nothing was changed.",
        "Use the credentials of the administrator account.",
        administrator_id=administrator.administrator_id,
        region=client.region,
    )


def _take(
    step: AggregatorStep, client: RegionClient, client_of: ClientOf, tracker: WriteTracker
) -> Optional[FindingAggregator]:
    """Take one step, and wait until it shows; return what is seen then.

    :raises SecurityHubError: if the service refuses, or keeps failing
    :raises PreconditionFailed: if it does not show in time
    """

    def is_shown(seen: Optional[FindingAggregator]) -> bool:
        return is_same(seen, None if step.action == DELETE else step.aggregator)

    def is_done(error: SecurityHubError) -> bool:
        seen = find_aggregator(client)
        if error.has_aggregator and seen and not is_shown(seen):
            raise error  # somebody else's
        return is_shown(seen)

    tracker.send(_request(step, client, client_of), is_done)
    seen = poll(partial(find_aggregator, client), is_shown, Waiter(WAIT_TIMEOUT))
    if not is_shown(seen):
        raise PreconditionFailed(
            UNCONFIRMED,
            "The service accepted the request to {action} the finding aggregator in {region}, but did not show its "
            "effect in {limit} seconds.",
            LOOK_AGAIN,
            action=step.action,
            region=step.aggregator.home_region,
            limit=WAIT_TIMEOUT,
        )
    return seen


def _request(step: AggregatorStep, client: RegionClient, client_of: ClientOf) -> Callable[[], None]:
    arn, home_region, linking_mode, regions = step.aggregator
    if step.action == DELETE:
        return partial(delete_aggregator, client_of(home_region), str(arn))
    if step.action == UPDATE:
        return partial(update_aggregator, client, str(arn), linking_mode, regions)
    return partial(create_aggregator, client, linking_mode, regions)
