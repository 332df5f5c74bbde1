# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that a browser would send for a page of somebody else are not served."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest

from local_hub.control import Hub


def status(hub: Hub, host: str | None, **headers: str) -> int:
    """The answer to a request to reset, with this Host; `port` in it is the port."""
    address = urlsplit(hub.url)
    connection = http.client.HTTPConnection(address.netloc, timeout=60)
    connection.putrequest("POST", "/_hub/reset", skip_host=True)
    if host is not None:
        headers["Host"] = host.replace("port", str(address.port))
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", "0")
    connection.endheaders()
    reply = connection.getresponse()
    json.load(reply)
    connection.close()
    return reply.status


@pytest.mark.parametrize("host", ["127.0.0.1:port", "localhost:port", "LOCALHOST:port"])
def test_own_hosts_are_served(hub: Hub, host: str) -> None:
    assert status(hub, host) == 200


@pytest.mark.parametrize(
    "host", ["rebound.example:port", "rebound.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.example:port", "", None]
)
def test_other_hosts_are_refused_and_nothing_is_done(hub: Hub, host: str | None) -> None:
    hub.fault(kind="throttle")
    assert status(hub, host) == 403
    assert len(hub.faults()) == 1


@pytest.mark.parametrize("origin", ["https://page.example", "null", "http://127.0.0.1:1"])
def test_any_origin_is_refused(hub: Hub, origin: str) -> None:
    assert status(hub, "127.0.0.1:port", Origin=origin) == 403
