# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hub in the process of a test: the same service, without a network, on a clock that moves by pauses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError

from local_hub import clock as service_clock
from local_hub.control import SECRET_KEY, HubError, access_key
from local_hub.in_process import URL, Clock, InProcessHub

ADMINISTRATOR, MEMBER, REGION = "999988887777", "111122223333", "eu-west-1"


@pytest.fixture(name="clock")
def _clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(service_clock, "source", clock)
    return clock


@pytest.fixture(name="hub")
def _hub(clock: Clock) -> Iterator[InProcessHub]:
    hub = InProcessHub()
    with hub.attached():
        yield hub


def client(service: str = "securityhub") -> Any:
    keys = {"aws_access_key_id": access_key(ADMINISTRATOR), "aws_secret_access_key": SECRET_KEY}
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    session = botocore.session.Session()
    return session.create_client(service, region_name=REGION, endpoint_url=URL, config=once, **keys)


def test_client_of_each_service_is_answered(hub: InProcessHub) -> None:
    client().enable_security_hub(Tags={"team": "security"})
    assert client("sts").get_caller_identity()["Account"] == ADMINISTRATOR
    assert "eu-west-1" in {row["RegionName"] for row in client("ec2").describe_regions()["Regions"]}
    assert hub.state()["hubs"][ADMINISTRATOR][REGION]["tags"] == {"team": "security"}
    assert hub.counts()["calls"] == {"EnableSecurityHub": 1}


def test_one_client_is_answered_once_attached(clock: Clock) -> None:
    hub, alone = InProcessHub(), client()
    hub.attach(alone)
    alone.enable_security_hub()
    assert list(hub.state()["hubs"]) == [ADMINISTRATOR]


def test_refusal_is_the_error_of_the_service(hub: InProcessHub) -> None:
    with pytest.raises(ClientError) as refusal:
        client().describe_hub()
    assert refusal.value.response["Error"]["Code"] == "InvalidAccessException"
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 401


@pytest.mark.parametrize(("kind", "is_done"), [("lost_request", False), ("lost_reply", True)])
def test_lost_reply_is_a_closed_connection(hub: InProcessHub, kind: str, is_done: bool) -> None:
    hub.fault(kind=kind, operation="EnableSecurityHub")
    with pytest.raises(ConnectionClosedError):
        client().enable_security_hub()
    assert (ADMINISTRATOR in hub.state()["hubs"]) == is_done


def test_refused_connection_lasts_as_long_as_the_fault_says(hub: InProcessHub, clock: Clock) -> None:
    client().enable_security_hub()
    hub.fault(kind="refuse_connection", operation="DescribeHub", seconds=5)
    for pause in (0, 4.9):
        clock.sleep(pause)
        with pytest.raises(EndpointConnectionError):
            client().describe_hub()
    clock.sleep(0.1)
    client().describe_hub()


def test_slow_visibility_ends_by_the_clock(hub: InProcessHub, clock: Clock) -> None:
    hub.seed(members=[{"administrator_id": ADMINISTRATOR, "region": REGION, "account_id": MEMBER}])
    hub.fault(kind="slow_visibility", seconds=60)
    client().invite_members(AccountIds=[MEMBER])

    def status() -> str:
        return str(client().get_members(AccountIds=[MEMBER])["Members"][0]["MemberStatus"])

    assert status() == "Created"
    clock.sleep(60)
    assert status() == "Invited"


def test_wrong_control_request_raises(hub: InProcessHub) -> None:
    with pytest.raises(HubError, match="kind can be"):
        hub.fault(kind="earthquake")


def test_reset_ends_an_outage(hub: InProcessHub) -> None:
    hub.fault(kind="refuse_connection", operation="DescribeHub", seconds=3600)
    with pytest.raises(EndpointConnectionError):
        client().describe_hub()
    hub.reset(seed={"hubs": [{"account_id": ADMINISTRATOR, "region": REGION}]})
    client().describe_hub()


def test_clock_of_a_thread_begins_with_the_latest_and_is_its_own() -> None:
    clock, seen = Clock(), []

    def wait() -> None:
        clock.sleep(5)
        seen.append(clock.now)

    clock.sleep(10)
    thread = threading.Thread(target=wait)
    thread.start()
    thread.join()
    assert (seen, clock.now) == ([1015.0], 1010.0)
    clock.catch_up()
    assert (clock.now, clock.pauses) == (1015.0, [10, 5])


def test_what_is_to_happen_later_happens_once() -> None:
    clock, happened = Clock(), []
    clock.later(2, lambda: happened.append(clock.now))
    clock.sleep(1)
    assert happened == []
    for _pause in range(2):
        clock.sleep(1.5)
    assert happened == [1002.5]
