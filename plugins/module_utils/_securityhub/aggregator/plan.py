# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""How the finding aggregator gets to the desired state. Pure: neither boto3 nor Ansible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Optional, Tuple

from ..errors import InvalidInput
from ..model import FindingAggregator

CREATE, UPDATE, DELETE = "create", "update", "delete"


class AggregatorStep(NamedTuple):
    """A request: CREATE or UPDATE to get to this finding aggregator, or DELETE, which ends it."""

    action: str
    aggregator: FindingAggregator


@dataclass(frozen=True)
class AggregatorPlan:
    """What is to be done: ``steps`` in their order, to get from ``before`` to ``after``; None stands for none."""

    before: Optional[FindingAggregator]
    after: Optional[FindingAggregator]
    steps: Tuple[AggregatorStep, ...] = ()


def plan_aggregator(
    desired: Optional[FindingAggregator], now: Optional[FindingAggregator], region: str, moves: bool
) -> AggregatorPlan:
    """Plan how the finding aggregator gets to the desired state.

    :param desired: None for no finding aggregator; its ARN says nothing
    :param region: the Region of the connection, which is to be, or to have been, the home Region
    :param moves: whether one of another home Region is deleted and created again
    :raises InvalidInput: if the home Region is another one, and ``moves`` is False
    """
    if now is None:
        return AggregatorPlan(None, desired, (AggregatorStep(CREATE, desired),) if desired else ())
    if now.home_region != region and not (desired and moves):
        raise InvalidInput(_elsewhere(now.home_region, region, desired is not None))
    if desired is None:
        return AggregatorPlan(now, None, (AggregatorStep(DELETE, now),))
    if now.home_region != region:
        return AggregatorPlan(now, desired, (AggregatorStep(DELETE, now), AggregatorStep(CREATE, desired)))
    after = desired._replace(arn=now.arn)
    steps = () if is_same(now, after) else (AggregatorStep(UPDATE, after),)
    return AggregatorPlan(now, after if steps else now, steps)


def is_same(one: Optional[FindingAggregator], other: Optional[FindingAggregator]) -> bool:
    """Whether two finding aggregators link the same Regions in the same way, whatever their ARNs."""
    if one is None or other is None:
        return one is other
    return one[1:3] == other[1:3] and set(one.regions) == set(other.regions)


def _elsewhere(home_region: str, region: str, is_wanted: bool) -> str:
    move = (
        f", or set move to true, which deletes it there and creates one in {region}. Findings that were "
        f"replicated stay in {home_region}"
    )
    return (
        f"region: the home Region of the finding aggregator is {home_region}, not {region}. Nothing was changed. Set "
        f"region to {home_region}{move if is_wanted else ''}."
    )
