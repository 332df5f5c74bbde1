# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.ansible_release import __version__ as ansible_core_version
from botocore.config import Config
from botocore.parsers import ResponseParserError

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import (
    RegionClient,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.clients import Clients
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import (
    ConnectionInfo,
    RoleCredentials,
    acting_as,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.sessions import AwsSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.version import COLLECTION_VERSION
from ansible_collections.multiaccount.aws.tests.unit.sessions import (
    ENDPOINT,
    KEYS,
    connection,
    map_regions,
    write_profile,
)

pytestmark = pytest.mark.usefixtures("quick")  # the service's model is read once


def client_of(**boto_params: Any) -> RegionClient:
    """The client of one Region."""
    made = map_regions(connection(None, "eu-west-1", **KEYS, **boto_params), lambda client: client)
    client = made["eu-west-1"]
    assert isinstance(client, RegionClient)
    return client


def test_how_a_client_is_made() -> None:
    client = client_of(verify=False)
    config = client.sdk.meta.config
    assert client.sdk.meta.service_model.service_name == "securityhub"
    assert (client.sdk.meta.region_name, client.sdk.meta.endpoint_url) == ("eu-west-1", ENDPOINT)
    assert client.sdk._endpoint.http_session._verify is False
    assert (config.connect_timeout, config.read_timeout) == (5, 20)
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}
    assert client.read_attempts == 8


def test_user_agent_names_collection_and_ansible_core() -> None:
    agent = client_of().sdk.meta.config.user_agent_extra
    assert f"multiaccount.aws/{COLLECTION_VERSION} ansible-core/{ansible_core_version}" in agent


# retries of aws_config, how often a read is tried, the mode of the client
RETRIES = [
    ({"total_max_attempts": 3}, 3, "standard"),
    ({"max_attempts": 3}, 4, "standard"),
    ({"max_attempts": 0}, 1, "standard"),
    ({"mode": "adaptive", "total_max_attempts": 3}, 3, "adaptive"),
    ({"mode": "legacy"}, 8, "legacy"),
]


@pytest.mark.parametrize(("retries", "read_attempts", "mode"), RETRIES)
def test_retries_of_aws_config_are_those_of_reads(retries: Any, read_attempts: int, mode: str) -> None:
    client = client_of(aws_config=Config(retries=retries, connect_timeout=17, read_timeout=7))
    config = client.sdk.meta.config
    assert client.read_attempts == read_attempts
    assert (config.retries["mode"], config.retries["total_max_attempts"]) == (mode, 1)
    assert (config.connect_timeout, config.read_timeout) == (17, 7)


def test_client_takes_other_settings_of_the_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = (
        "max_attempts = 3",
        "retry_mode = adaptive",
        "use_fips_endpoint = true",
        "use_dualstack_endpoint = true",
    )
    write_profile(monkeypatch, tmp_path, *settings)
    session = RegionSession(ConnectionInfo("us-east-1", None, {"profile_name": "security", "verify": True}), None)
    client = map_regions(session, lambda client: client)["us-east-1"]
    retries = client.sdk.meta.config.retries
    assert (client.read_attempts, retries["mode"], retries["total_max_attempts"]) == (3, "adaptive", 1)
    assert client.sdk.meta.endpoint_url == "https://securityhub-fips.us-east-1.api.aws"


class Sts:
    """STS, or what a proxy or an endpoint of Security Hub alone makes of a call to it."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def get_caller_identity(self) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


# what STS answers in the two Regions, whose credentials they are then, the Regions that are asked
ANSWERS: list[tuple[list[Any], str | None, int]] = [
    ([{"Account": "111122223333"}], "111122223333", 1),
    ([{}, {}], None, 2),
    ([ResponseParserError("Unable to parse response"), {"Account": "111122223333"}], "111122223333", 2),
    ([KeyError("GetCallerIdentityResult"), OSError("No route to host")], None, 2),
]


@pytest.mark.parametrize(("answers", "account_id", "calls"), ANSWERS)
def test_caller_account_is_asked_region_by_region_once(
    monkeypatch: pytest.MonkeyPatch, answers: list[Any], account_id: str | None, calls: int
) -> None:
    asked: list[tuple[str, str, Any]] = []

    def client(_self: Any, service: str, region: str, config: Any) -> Sts:
        asked.append((service, region, config))
        return Sts(answers[len(asked) - 1])

    monkeypatch.setattr(AwsSession, "client", client)
    config = Config(proxies={"https": "http://proxy.example:3128"}, read_timeout=600)
    session = AwsSession(ConnectionInfo("eu-west-1", ENDPOINT, {"aws_config": config}))
    clients = Clients(session, ["eu-west-1", "eu-west-3"])
    assert clients.caller_account_id("eu-west-3") == account_id
    assert [(service, region) for service, region, _config in asked] == [
        ("sts", region) for region in ("eu-west-3", "eu-west-1")[:calls]
    ]
    used = asked[0][2]
    assert (used.proxies, used.read_timeout, used.retries["total_max_attempts"]) == (config.proxies, 600, 1)
    if account_id:
        assert clients.caller_account_id("eu-west-1") == account_id
        assert len(asked) == calls


def test_caller_account_is_the_one_whose_role_is_taken() -> None:
    clients = Clients(AwsSession(ConnectionInfo("eu-west-1", ENDPOINT, {})), ["eu-west-1"])
    with acting_as(RoleCredentials({}, partial(clients.client, "sts"), ["eu-west-1"], account_id="111122223333")):
        assert clients.caller_account_id("eu-west-1") == "111122223333"
