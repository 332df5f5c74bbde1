# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two ways to the service: `world` calls its operations without HTTP, `hub` and `client` a server with boto3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore.config
import pytest

from local_hub.control import DEFAULT_REGION, SECRET_KEY, Hub, access_key, running_hub
from local_hub.tests.world import ADMINISTRATOR, MEMBER, World


@pytest.fixture
def world() -> World:
    """A service in which nothing has happened yet."""
    return World()


@pytest.fixture(scope="session")
def server() -> Iterator[Hub]:
    """One server for the whole run."""
    with running_hub() as hub:
        yield hub


@pytest.fixture
def hub(server: Hub) -> Hub:
    """The server, with everything forgotten."""
    server.reset()
    return server


Client = Callable[..., Any]


@pytest.fixture(scope="session")
def boto_session() -> boto3.Session:
    """One session, because loading service models is what takes time."""
    return boto3.Session(access_key(ADMINISTRATOR), SECRET_KEY, region_name=DEFAULT_REGION)


@pytest.fixture
def client(hub: Hub, boto_session: boto3.Session) -> Client:
    """Makes boto3 clients that act as an account, and send every call once."""

    def make(account_id: str = ADMINISTRATOR, service: str = "securityhub", **options: Any) -> Any:
        settings = botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=60)
        options = {"aws_access_key_id": access_key(account_id), "aws_secret_access_key": SECRET_KEY, **options}
        return boto_session.client(service, endpoint_url=hub.url, config=settings, **options)

    return make


@pytest.fixture
def seed_member(hub: Hub) -> Callable[..., None]:
    """Writes MEMBER, or another account, into ADMINISTRATOR's list on the server."""

    def write(status: str, account_id: str = MEMBER, region: str = DEFAULT_REGION, **fields: str) -> None:
        row = {"administrator_id": ADMINISTRATOR, "region": region, "account_id": account_id, **fields}
        hub.seed(members=[{**row, "member_status": status}])

    return write
