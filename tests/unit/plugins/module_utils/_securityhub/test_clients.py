# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.parsers import ResponseParserError
from botocore.utils import parse_timestamp

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub import clients as regions_module
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.clients import Connection, ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput

ENDPOINT = "http://127.0.0.1:1"
KEYS = {"aws_access_key_id": "unit-tests", "aws_secret_access_key": "no-secret-at-all"}


def connection(regions: list[Any] | None = None, region: str | None = "eu-west-1", **boto_params: Any) -> Connection:
    return Connection(ConnectionInfo(region, ENDPOINT, boto_params or KEYS), regions)


@pytest.fixture(name="made")
def _made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str, dict[str, Any]]]:
    """Session, Region and settings of each client that is made."""
    made: list[tuple[Any, str, dict[str, Any]]] = []
    make = boto3.session.Session.client

    def client(session: Any, service: str, **settings: Any) -> Any:
        made.append((session, settings["region_name"], settings))
        return make(session, service, **settings)

    monkeypatch.setattr(boto3.session.Session, "client", client)
    return made


@pytest.mark.parametrize(
    ("regions", "region", "parsed"),
    [
        (None, "eu-west-1", ["eu-west-1"]),
        (["eu-central-1"], "eu-west-1", ["eu-central-1"]),
        (["eu-central-1"], None, ["eu-central-1"]),
        (["eu-west-1", "eu-central-1", "eu-west-1"], None, ["eu-west-1", "eu-central-1"]),
        (["eu-west-1, eu-central-1\neu-west-1"], None, ["eu-west-1", "eu-central-1"]),
        (["cn-north-1", "us-gov-west-1"], None, ["cn-north-1", "us-gov-west-1"]),
    ],
)
def test_the_regions_to_work_on(regions: list[Any] | None, region: str | None, parsed: list[str]) -> None:
    assert connection(regions, region).regions == parsed


@pytest.mark.parametrize(
    ("regions", "region", "text"),
    [
        (None, None, "No Region: set regions or region"),
        (None, "", "No Region: set regions or region"),
        (None, "eu-west-9", "region: not a Region where"),
        (None, "aws-global", "'aws-global'"),
        ([], "eu-west-1", "regions: empty"),
        ([""], "eu-west-1", "regions: empty"),
        (["eu-west-1", "eu-west-9"], "eu-west-1", "regions: not a Region where .*: 'eu-west-9'"),
    ],
)
def test_regions_that_cannot_be_worked_on(regions: list[Any] | None, region: str | None, text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        connection(regions, region)


def test_results_come_in_the_order_of_the_regions() -> None:
    regions = ["eu-west-3", "eu-central-1", "eu-west-1"]
    assert list(connection(regions).in_each_region(lambda clients: clients.region).items()) == [
        (region, region) for region in regions
    ]


def test_regions_are_worked_on_at_the_same_time() -> None:
    regions = ["eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1"]
    together = threading.Barrier(len(regions), timeout=10)
    arrived = connection(regions).in_each_region(lambda clients: together.wait())
    assert sorted(arrived.values()) == list(range(len(regions)))


def test_each_region_has_one_client_of_one_session(made: list[tuple[Any, str, dict[str, Any]]]) -> None:
    connection(["eu-west-1", "eu-central-1"]).in_each_region(lambda clients: clients.reader)
    assert [region for _session, region, _settings in made] == ["eu-west-1", "eu-central-1"]
    assert len({id(session) for session, _region, _settings in made}) == 1


def test_a_writer_is_made_once_and_only_where_it_is_needed(made: list[tuple[Any, str, dict[str, Any]]]) -> None:
    def work(clients: regions_module.RegionClients) -> bool:
        return clients.region == "eu-west-1" and clients.writer is clients.writer

    assert connection(["eu-west-1", "eu-central-1"]).in_each_region(work) == {"eu-west-1": True, "eu-central-1": False}
    assert sorted(region for _session, region, _settings in made) == ["eu-central-1", "eu-west-1", "eu-west-1"]
    assert len({id(session) for session, _region, _settings in made}) == 1


def clients(**boto_params: Any) -> tuple[Any, Any]:
    """Reader and writer of one Region."""
    made = connection(None, "eu-west-1", **KEYS, **boto_params).in_each_region(lambda each: (each.reader, each.writer))
    return made["eu-west-1"]


def test_reads_are_repeated_and_writes_are_not() -> None:
    reader, writer = clients()
    assert reader.meta.config.retries == {"mode": "standard", "total_max_attempts": 8}
    assert writer.meta.config.retries == {"mode": "standard", "total_max_attempts": 1}


def test_how_a_client_is_made() -> None:
    for client in clients(verify=False):
        assert client.meta.service_model.service_name == "securityhub"
        assert (client.meta.region_name, client.meta.endpoint_url) == ("eu-west-1", ENDPOINT)
        assert client.meta.config.connect_timeout == 5
        assert "multiaccount.aws" in client.meta.config.user_agent_extra
        assert client._endpoint.http_session._verify is False


def test_aws_config_counts_but_a_write_is_never_repeated() -> None:
    config = Config(retries={"mode": "adaptive", "total_max_attempts": 3}, connect_timeout=17, read_timeout=7)
    reader, writer = clients(aws_config=config)
    assert reader.meta.config.retries == {"mode": "adaptive", "total_max_attempts": 3}
    assert writer.meta.config.retries == {"mode": "standard", "total_max_attempts": 1}
    for client in (reader, writer):
        assert (client.meta.config.connect_timeout, client.meta.config.read_timeout) == (17, 7)


def test_without_credentials_no_client_is_made(made: list[tuple[Any, str, dict[str, Any]]]) -> None:
    with pytest.raises(InvalidInput, match=r"^No AWS credentials: set access_key and secret_key, profile, "):
        connection(["eu-west-1"], None, verify=True).in_each_region(lambda clients: clients.reader)
    assert made == []


def test_half_a_key_is_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "unit-tests")
    with pytest.raises(InvalidInput, match=r"^The credentials can't be used: Partial credentials found"):
        connection(["eu-west-1"], None, verify=True).in_each_region(lambda clients: clients.reader)


def test_credentials_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "unit-tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "no-secret-at-all")
    assert connection(verify=True).in_each_region(lambda clients: clients.region) == {"eu-west-1": "eu-west-1"}


def test_credentials_of_a_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text("[security]\naws_access_key_id = of-profile\naws_secret_access_key = no-secret-at-all\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    reader = connection(profile_name="security").in_each_region(lambda clients: clients.reader)["eu-west-1"]
    assert reader._request_signer._credentials.access_key == "of-profile"


def test_a_profile_that_does_not_exist() -> None:
    with pytest.raises(InvalidInput, match=r"^The credentials can't be used: .*nobody"):
        connection(profile_name="nobody")


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.678901Z",
        "2026-01-02T03:04:05.678901234Z",
        "2026-01-02T03:04:05.6+00:00",
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05+02:00",
        "2026-01-02T03:04Z",
        "20260102T030405Z",
        "2026-01-02",
        "Tue, 02 Jan 2026 03:04:05 GMT",
        "1767323045",
        1767323045,
        1767323045.5,
    ],
)
def test_times_are_those_that_botocore_finds(value: Any) -> None:
    assert regions_module.parse_time(value).isoformat() == parse_timestamp(value).isoformat()


def test_the_usual_time_takes_no_trial_of_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions_module, "parse_timestamp", None)
    for reader in connection(["eu-west-1"]).in_each_region(lambda clients: clients.reader).values():
        parser = reader._endpoint._response_parser_factory.create_parser("rest-json")
        assert parser._timestamp_parser("2026-01-02T03:04:05.678Z").isoformat() == "2026-01-02T03:04:05.678000+00:00"


class Sts:
    """STS, or what a proxy or an endpoint of Security Hub alone makes of a call to it."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def get_caller_identity(self) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.mark.parametrize(
    ("answer", "account_id"),
    [
        ({"Account": "111122223333"}, "111122223333"),
        ({}, None),
        (ResponseParserError("Unable to parse response"), None),
        (KeyError("GetCallerIdentityResult"), None),
        (OSError("No route to host"), None),
    ],
)
def test_who_calls_is_told_or_not_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, answer: Any, account_id: str | None
) -> None:
    asked: list[tuple[str, str, Any]] = []

    def client(_self: Any, service: str, region: str, config: Any) -> Sts:
        asked.append((service, region, config))
        return Sts(answer)

    monkeypatch.setattr(regions_module.Connection, "_client", client)
    config = Config(proxies={"https": "http://proxy.example:3128"}, read_timeout=600)
    assert connection(["eu-west-1", "eu-west-3"], aws_config=config).caller_account_id("eu-west-3") == account_id
    ((service, region, used),) = asked
    assert (service, region) == ("sts", "eu-west-3")
    assert (used.proxies, used.read_timeout, used.retries["total_max_attempts"]) == (config.proxies, 5, 1)
