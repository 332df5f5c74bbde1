# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limit of calls a second: for each account and Region of its own, refilled by time."""

from __future__ import annotations

from typing import Any

import pytest

from local_hub.control import Hub, HubError
from local_hub.rate_limit import TokenBuckets
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of
from local_hub.tests.world import MEMBER

# So slow that no token comes back while a test runs.
NEVER = 1e-9


def taken(buckets: TokenBuckets, times: int) -> int:
    """How many of so many calls at once are allowed, at 10 a second and 30 at once."""
    return sum(buckets.take("account", 10, 30) for _time in range(times))


def test_a_burst_then_the_rate() -> None:
    now = [100.0]
    buckets = TokenBuckets(clock=lambda: now[0])
    assert taken(buckets, 40) == 30
    now[0] += 0.5
    assert taken(buckets, 40) == 5
    now[0] += 60
    assert taken(buckets, 40) == 30


@pytest.mark.parametrize("rate", [1, 10, 100])
def test_any_rate(rate: int) -> None:
    now = [0.0]
    buckets = TokenBuckets(clock=lambda: now[0])
    assert sum(buckets.take("account", rate, 5) for _call in range(200)) == 5
    allowed = 0
    for _second in range(10):
        for _call in range(200):
            now[0] += 1 / 200
            allowed += buckets.take("account", rate, 5)
    assert abs(allowed - 10 * rate) <= 1


def test_refused_calls_take_no_token() -> None:
    now = [0.0]
    buckets = TokenBuckets(clock=lambda: now[0])
    taken(buckets, 1000)
    now[0] += 0.1
    assert taken(buckets, 2) == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, ("TooManyRequestsException", 429)),
        ({"code": "ThrottlingException", "status": 400}, ("ThrottlingException", 400)),
    ],
)
def test_each_account_and_region_has_its_own(hub: Hub, client: Client, given: dict[str, Any], code: Any) -> None:
    hub.fault(kind="rate_limit", rate=NEVER, burst=2, **given)
    here, there, member = client(), client(region_name="us-east-1"), client(MEMBER)
    for each in (here, there, member):
        for _time in range(2):
            assert error_of(each.describe_hub)[0] == "InvalidAccessException"
    for each in (here, there, member):
        assert error_of(each.describe_hub) == code
    assert hub.counts()["faulted"] == {"DescribeHub": 3}


def test_it_acts_where_it_is_asked_for_and_beside_latency(hub: Hub, client: Client) -> None:
    hub.fault(kind="rate_limit", operation="EnableSecurityHub", rate=NEVER, burst=1)
    hub.fault(kind="latency", seconds=0)
    client().enable_security_hub()
    assert error_of(client().enable_security_hub)[0] == "TooManyRequestsException"
    assert client().describe_hub()["HubArn"]
    assert [(fault["kind"], fault["used"]) for fault in hub.faults()] == [("rate_limit", 1), ("latency", 3)]


@pytest.mark.parametrize(
    ("operation", "service", "code"),
    [
        ("list_account_aliases", "iam", ("Throttling", 400)),
        ("get_caller_identity", "sts", ("Throttling", 400)),
    ],
)
def test_other_services_have_their_own_words(
    hub: Hub, client: Client, operation: str, service: str, code: tuple[str, int]
) -> None:
    hub.fault(kind="rate_limit", operation=["ListAccountAliases", "GetCallerIdentity"], rate=NEVER, burst=1)
    other = client(service=service)
    getattr(other, operation)()
    assert error_of(getattr(other, operation)) == code


@pytest.mark.parametrize("wrong", [{"rate": 0}, {"rate": -1}, {"burst": 0}, {"rate": "10"}, {"burst": 1.5}])
def test_a_limit_that_cannot_be_is_refused(hub: Hub, wrong: dict[str, Any]) -> None:
    with pytest.raises(HubError, match=r"rate|burst"):
        hub.fault(kind="rate_limit", **wrong)
    assert hub.faults() == []
