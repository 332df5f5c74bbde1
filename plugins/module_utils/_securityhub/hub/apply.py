# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Enables, changes and disables Security Hub."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Iterator, Optional

from ..api import (
    Settled,
    describe_hub,
    disable_hub,
    enable_hub,
    get_administrator,
    list_enabled_members,
    observe,
    tag_hub,
    untag_hub,
    update_hub,
)
from ..clients import RegionClients
from ..errors import ASSOCIATED, UNCONFIRMED, AwsFailure, Obstacle
from ..model import Hub
from ..retry import Patience, Traces, persist
from .plan import HubDecision

# Seconds that DescribeHub may take to show a change.
HUB_PATIENCE = 30


def settle_hub(
    clients: RegionClients, decide: Callable[[Optional[Hub]], HubDecision], check_mode: bool
) -> Settled[Hub]:
    """Bring the hub of one Region where it should be, or with check_mode tell what that would do."""
    try:
        plan = decide(describe_hub(clients.reader))
    except AwsFailure as failure:
        return Settled(failure=failure, read=False)
    if check_mode or not plan.changed:
        return _foresee_hub(clients, plan)
    traces = Traces()
    try:
        return Settled(plan.before, _converge_hub(clients, decide, plan, traces), changed=True)
    except (AwsFailure, Obstacle) as failure:
        seen = observe(lambda: [describe_hub(clients.reader)])
        traces.in_doubt = traces.in_doubt and bool(seen.failure)
        after = plan.before if seen.failure else seen.found[0]
        return Settled(plan.before, after, changed=traces.any or after != plan.before, failure=failure)


def _foresee_hub(clients: RegionClients, plan: HubDecision) -> Settled[Hub]:
    """Tell what carrying a plan out would do."""
    try:
        if plan.disable:
            _require_no_associations(clients)
    except (AwsFailure, Obstacle) as failure:
        return Settled(plan.before, plan.before, failure=failure)
    return Settled(plan.before, plan.after, changed=plan.changed)


def _converge_hub(
    clients: RegionClients, decide: Callable[[Optional[Hub]], HubDecision], plan: HubDecision, traces: Traces
) -> Optional[Hub]:
    """Carry a plan out, and what is left of it when it is seen; return the hub in the end.

    :raises AwsFailure: if the service refuses, or keeps failing
    :raises Obstacle: if an effect is not seen in time
    """
    decision = plan
    patience = Patience(HUB_PATIENCE)
    while decision.changed:
        _change_hub(clients, decision, traces)
        decision = _look_at_hub_again(clients, decide, decision, patience)
    return decision.before


def _require_no_associations(clients: RegionClients) -> None:
    """Check mode's share of what the service refuses in a run.

    :raises Obstacle: while the account has an administrator or enabled members
    """
    administrator = get_administrator(clients.reader)
    members = list_enabled_members(clients.reader)
    if administrator or members:
        who = f"is administered by {administrator.administrator_id}" if administrator else "has enabled members"
        raise Obstacle(
            ASSOCIATED,
            f"Security Hub can't be turned off in {clients.region} while the account {who}: leave the administrator "
            "with multiaccount.aws.securityhub_invitation, disassociate members with "
            "multiaccount.aws.securityhub_member.",
        )


def _change_hub(clients: RegionClients, decision: HubDecision, traces: Traces) -> None:
    """Send what a decision asks for; everything but turning on and off may be sent again at will."""
    for send in _hub_writes(clients.writer, decision):
        persist(partial(traces.watch, send), lambda _failure: _switched(decision, describe_hub(clients.reader)))
        traces.settle()


def _hub_writes(writer: Any, decision: HubDecision) -> Iterator[Callable[[], None]]:
    arn = decision.before.hub_arn if decision.before else None
    if decision.disable:
        yield lambda: disable_hub(writer)
    elif arn is None:
        yield lambda: enable_hub(writer, decision.enable or {})
    else:
        if decision.settings:
            yield lambda: update_hub(writer, decision.settings)
        if decision.set_tags:
            yield lambda: tag_hub(writer, arn, decision.set_tags)
        if decision.remove_tags:
            yield lambda: untag_hub(writer, arn, decision.remove_tags)


def _switched(decision: HubDecision, hub: Optional[Hub]) -> bool:
    """Whether a hub that is to be turned on or off is on or off."""
    return decision.before is None and hub is not None if decision.enable else decision.disable and hub is None


def _look_at_hub_again(
    clients: RegionClients, decide: Callable[[Optional[Hub]], HubDecision], decision: HubDecision, patience: Patience
) -> HubDecision:
    """Read until something of a decision shows, and return what is left to do.

    :raises Obstacle: if nothing shows in time
    """
    while True:
        following = decide(describe_hub(clients.reader))
        if following != decision:
            return following
        if not patience.pause():
            raise Obstacle(
                UNCONFIRMED,
                f"The service took the request in {clients.region}, but did not show its effect within "
                f"{HUB_PATIENCE} seconds: look again with multiaccount.aws.securityhub_hub_info.",
            )
