# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of the finding aggregator: one row a case."""

from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aggregator.plan import (
    AggregatorPlan,
    AggregatorStep,
    is_same,
    plan_aggregator,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import FindingAggregator

HOME, OTHER, ARN = "eu-west-1", "eu-central-1", "arn:aws:securityhub:eu-west-1:111122223333:finding-aggregator/1"
MODES = ["ALL_REGIONS", "ALL_REGIONS_EXCEPT_SPECIFIED", "SPECIFIED_REGIONS", "NO_REGIONS"]
WITH_REGIONS = ("ALL_REGIONS_EXCEPT_SPECIFIED", "SPECIFIED_REGIONS")


def aggregator(
    mode: str, home: str = HOME, arn: str | None = ARN, regions: tuple[str, ...] | None = None
) -> FindingAggregator:
    linked = ("us-east-1", "us-east-2") if mode in WITH_REGIONS else ()
    return FindingAggregator(arn, home, mode, linked if regions is None else regions)


def desired(mode: str, home: str = HOME) -> FindingAggregator:
    return aggregator(mode, home, None)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("moves", [False, True])
def test_plan_aggregator_none_is_created(mode: str, moves: bool) -> None:
    wanted = desired(mode)
    assert plan_aggregator(wanted, None, HOME, moves) == AggregatorPlan(
        None, wanted, (AggregatorStep("create", wanted),)
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("now", [*MODES, "MARS_REGIONS"])
@pytest.mark.parametrize("moves", [False, True])
def test_plan_aggregator_at_home_is_changed_where_it_differs(mode: str, now: str, moves: bool) -> None:
    before, after = aggregator(now), aggregator(mode)
    steps = () if mode == now else (AggregatorStep("update", after),)
    assert plan_aggregator(desired(mode), before, HOME, moves) == AggregatorPlan(before, after, steps)


@pytest.mark.parametrize(
    ("regions", "changes"),
    [
        (("us-east-2", "us-east-1"), False),
        (("us-east-1", "us-east-2"), False),
        (("us-east-1",), True),
        (("us-east-1", "us-east-2", "us-west-1"), True),
    ],
)
def test_plan_aggregator_compares_regions_whatever_their_order(regions: tuple[str, ...], changes: bool) -> None:
    before = aggregator("SPECIFIED_REGIONS", regions=regions)
    plan = plan_aggregator(desired("SPECIFIED_REGIONS"), before, HOME, False)
    assert bool(plan.steps) is changes
    assert plan.after == (aggregator("SPECIFIED_REGIONS") if changes else before)


def test_plan_aggregator_of_another_home_region_is_moved() -> None:
    before, wanted = aggregator("NO_REGIONS", OTHER), desired("NO_REGIONS")
    steps = (AggregatorStep("delete", before), AggregatorStep("create", wanted))
    assert plan_aggregator(wanted, before, HOME, True) == AggregatorPlan(before, wanted, steps)


@pytest.mark.parametrize(
    ("wanted", "moves", "says_move"), [(desired("ALL_REGIONS"), False, True), (None, False, False), (None, True, False)]
)
def test_plan_aggregator_of_another_home_region_is_refused(
    wanted: FindingAggregator | None, moves: bool, says_move: bool
) -> None:
    with pytest.raises(InvalidInput) as caught:
        plan_aggregator(wanted, aggregator("NO_REGIONS", OTHER), HOME, moves)
    text = str(caught.value)
    assert text.startswith(
        f"region: the home Region of the finding aggregator is {OTHER}, not {HOME}. Nothing was changed."
    )
    move = (
        f", or set move to true, which deletes it there and creates one in {HOME}. Findings that were replicated stay "
    )
    assert text.endswith(f"Set region to {OTHER}{f'{move}in {OTHER}' if says_move else ''}.")


def test_plan_aggregator_absent_is_deleted_where_there_is_one() -> None:
    now = aggregator("NO_REGIONS")
    assert plan_aggregator(None, now, HOME, False) == AggregatorPlan(now, None, (AggregatorStep("delete", now),))
    assert plan_aggregator(None, None, HOME, False) == AggregatorPlan(None, None)


def test_is_same_of_none() -> None:
    assert is_same(None, None)
    assert not is_same(None, aggregator("NO_REGIONS"))
    assert not is_same(aggregator("NO_REGIONS"), None)
    assert not is_same(aggregator("NO_REGIONS"), aggregator("NO_REGIONS", OTHER))
