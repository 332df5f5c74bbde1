# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What takes a while is done in the end: faults that delay, by the service's clock."""

from __future__ import annotations

import pytest

from local_hub.errors import ServiceError
from local_hub.tests.world import ADMINISTRATOR, World

PCI = "arn:aws:securityhub:eu-west-1::standards/pci-dss/v/4.0.1"
PAIR = {"SecurityControlId": "IAM.6", "StandardsArn": PCI}


def unprocessed(world: World) -> list[str]:
    """The codes with which the state of a control is not shown."""
    answer = world.call(ADMINISTRATOR, "BatchGetStandardsControlAssociations", StandardsControlAssociationIds=[PAIR])
    return [row["ErrorCode"] for row in answer["UnprocessedAssociations"]]


def update(world: World, days: int) -> None:
    """Customize the parameter of a control."""
    parameters = {"daysToExpiration": {"ValueType": "CUSTOM", "Value": {"Integer": days}}}
    world.call(ADMINISTRATOR, "UpdateSecurityControl", SecurityControlId="ACM.1", Parameters=parameters)


def test_slow_hub_answers_in_the_end(world: World) -> None:
    world.faults.add([{"kind": "slow_hub", "seconds": 5}])
    world.call(ADMINISTRATOR, "EnableSecurityHub")
    world.now += 4.9
    with pytest.raises(ServiceError, match="is not subscribed"):
        world.call(ADMINISTRATOR, "ListMembers")
    world.now += 0.1
    assert world.call(ADMINISTRATOR, "ListMembers")["Members"] == []


@pytest.mark.parametrize(("kinds", "seconds"), [(["slow_controls"], 5), (["slow_standards", "slow_controls"], 10)])
def test_slow_controls_are_ready_in_the_end(world: World, kinds: list[str], seconds: float) -> None:
    world.turn_on(ADMINISTRATOR)
    world.faults.add([{"kind": kind, "seconds": 5} for kind in kinds])
    world.call(ADMINISTRATOR, "BatchEnableStandards", StandardsSubscriptionRequests=[{"StandardsArn": PCI}])
    world.now += seconds - 0.1
    assert unprocessed(world) == ["RESOURCE_NOT_FOUND"]
    world.now += 0.1
    assert unprocessed(world) == []


def test_slow_parameters_are_ready_in_the_end(world: World) -> None:
    world.turn_on(ADMINISTRATOR)
    world.faults.add([{"kind": "slow_parameters", "seconds": 5}])
    update(world, 15)
    world.now += 4.9
    with pytest.raises(ServiceError, match="is being updated"):
        update(world, 16)
    world.now += 0.1
    update(world, 16)
    (control,) = world.call(ADMINISTRATOR, "BatchGetSecurityControls", SecurityControlIds=["ACM.1"])["SecurityControls"]
    assert (control["UpdateStatus"], control["Parameters"]["daysToExpiration"]["Value"]) == (
        "UPDATING",
        {"Integer": 16},
    )
