# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault refuse_connection: for a while there is nobody at the port. Servers of their own, as it stops all calls."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore.config
import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from local_hub import outage
from local_hub.control import DEFAULT_REGION, SECRET_KEY, Hub, HubError, access_key, running_hub
from local_hub.tests.world import ADMINISTRATOR


@pytest.fixture(params=[False, True], ids=["http", "https"], scope="module")
def own_hub(request: pytest.FixtureRequest) -> Iterator[Hub]:
    with running_hub(tls=request.param) as hub:
        yield hub


class Clock:
    """Stands still until it is set."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, _seconds: float) -> None:
        """Return at once."""


def connect(hub: Hub, service: str = "securityhub") -> Any:
    """A client with connections of its own, that sends every call once."""
    return boto3.Session(access_key(ADMINISTRATOR), SECRET_KEY, region_name=DEFAULT_REGION).client(
        service,
        endpoint_url=hub.url,
        verify=hub.ca_file,
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )


def wait_until_back(hub: Hub) -> None:
    """Ask again until somebody answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            hub.health()
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize(("service", "operation"), [("securityhub", "enable_security_hub"), ("sts", "assume_role")])
def test_connections_are_refused_for_a_while(own_hub: Hub, service: str, operation: str) -> None:
    own_hub.reset()
    role = {"RoleArn": f"arn:aws:iam::{ADMINISTRATOR}:role/Any", "RoleSessionName": "outage"}
    parameters = role if service == "sts" else {}
    client = connect(own_hub, service)
    name = "AssumeRole" if service == "sts" else "EnableSecurityHub"
    own_hub.fault(kind="refuse_connection", operation=name, seconds=0.5)
    call: Callable[..., Any] = getattr(client, operation)
    with pytest.raises(ConnectionClosedError):
        call(**parameters)
    wait_until_back(own_hub)
    assert (own_hub.state()["hubs"], own_hub.sessions()) == ({}, [])
    assert call(**parameters)
    assert own_hub.counts()["faulted"] == {name: 1}


def test_nobody_is_at_the_port_and_open_connections_are_of_no_use() -> None:
    with running_hub() as hub:
        client, other = connect(hub), connect(hub, "sts")
        other.get_caller_identity()
        hub.fault(kind="refuse_connection", operation="EnableSecurityHub", seconds=600)
        with pytest.raises(ConnectionClosedError):
            client.enable_security_hub()
        with pytest.raises(EndpointConnectionError):
            client.enable_security_hub()
        with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
            other.get_caller_identity()


def test_it_ends_when_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(outage, "time", clock)
    pause = outage.Outage()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        asking = threading.Thread(target=pause.begin, args=(4,))
        asking.start()
        while asking.is_alive():
            pause.carry_out(listener, 5)
        for clock.now, is_refused in ((1000.0, True), (1003.9, True), (1004.0, False)):
            pause.carry_out(listener, 5)
            assert pause.is_on == is_refused
            assert refuses(listener.getsockname()) == is_refused


def refuses(address: tuple[str, int]) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as caller:
        return caller.connect_ex(address) != 0


def test_twice(own_hub: Hub) -> None:
    own_hub.reset()
    own_hub.fault(kind="refuse_connection", seconds=0.1, times=2)
    for _time in range(2):
        with pytest.raises(ConnectionClosedError):
            connect(own_hub).enable_security_hub()
        wait_until_back(own_hub)
    connect(own_hub).enable_security_hub()
    assert list(own_hub.state()["hubs"]) == [ADMINISTRATOR]


def test_the_time_has_to_be_given(own_hub: Hub) -> None:
    with pytest.raises(HubError, match="seconds"):
        own_hub.fault(kind="refuse_connection")
