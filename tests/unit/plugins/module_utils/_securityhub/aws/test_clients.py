# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from ansible.module_utils.ansible_release import __version__ as ansible_core_version
from botocore.config import Config
from botocore.loaders import create_loader
from botocore.parsers import ResponseParserError
from botocore.utils import parse_timestamp

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import clients as clients_module
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import sessions
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.api import list_members
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import (
    RegionClient,
    read_or_error,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.sessions import AwsSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession, _workers
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    InvalidInput,
    RegionResult,
    SecurityHubError,
)

pytestmark = pytest.mark.usefixtures("quick")  # the service's model is read once

ENDPOINT = "http://127.0.0.1:1"
KEYS = {"aws_access_key_id": "unit-tests", "aws_secret_access_key": "no-secret-at-all"}


def not_started(error: SecurityHubError) -> RegionResult[Any]:
    return RegionResult(None, error)


def map_regions(session: RegionSession, work: Callable[[RegionClient], Any]) -> dict[str, Any]:
    """What the work returns in each Region."""
    found = session.map_regions(lambda client: RegionResult(work(client)), not_started)
    assert [each.error for each in found.values()] == [None] * len(found)
    return {region: each.value for region, each in found.items()}


def connection(regions: list[Any] | None = None, region: str | None = "eu-west-1", **boto_params: Any) -> RegionSession:
    return RegionSession(ConnectionInfo(region, ENDPOINT, boto_params or KEYS), regions)


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
        (None, "eu-west-9", "region: not a Region with"),
        (None, "aws-global", "'aws-global'"),
        ([], "eu-west-1", "regions: empty"),
        ([""], "eu-west-1", "regions: empty"),
        (["eu-west-1", "eu-west-9"], "eu-west-1", "regions: not a Region with .*: 'eu-west-9'"),
    ],
)
def test_regions_that_cannot_be_worked_on(regions: list[Any] | None, region: str | None, text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        connection(regions, region)


def test_results_come_in_the_order_of_the_regions() -> None:
    regions = ["eu-west-3", "eu-central-1", "eu-west-1"]
    found = map_regions(connection(regions), lambda client: client.region)
    assert list(found.items()) == [(region, region) for region in regions]


def test_regions_are_worked_on_at_the_same_time() -> None:
    regions = ["eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1"]
    together = threading.Barrier(len(regions), timeout=60)
    arrived = map_regions(connection(regions), lambda _client: together.wait())
    assert sorted(arrived.values()) == list(range(len(regions)))


def test_each_region_has_one_client_of_one_session(made: list[tuple[Any, str, dict[str, Any]]]) -> None:
    map_regions(connection(["eu-west-1", "eu-central-1"]), lambda client: client.sdk)
    assert sorted(region for _session, region, _settings in made) == ["eu-central-1", "eu-west-1"]
    assert len({id(session) for session, _region, _settings in made}) == 1


@pytest.mark.parametrize(("concurrency", "callers", "peak"), [(4, 1, 4), (4, 2, 4), (1, 3, 1), (6, 3, 6)])
def test_worker_pool_works_on_concurrency_items_at_once(concurrency: int, callers: int, peak: int) -> None:
    session = connection()
    session.use_concurrency(concurrency)
    run_all = session.worker_pool(callers)
    met = threading.Barrier(peak, timeout=60)
    lock, active, most = threading.Lock(), [0], [0]

    def work(item: int) -> int:
        with lock:
            active[0] += 1
            most[0] = max(most[0], active[0])
        met.wait()  # nobody goes on before so many are at work, and a barrier lets no more in
        with lock:
            active[0] -= 1
        return item * 2

    with ThreadPoolExecutor(callers) as regions:
        results = list(regions.map(lambda _region: run_all(work, range(12)), range(callers)))
    assert results == [[item * 2 for item in range(12)]] * callers
    assert most[0] == peak


@pytest.mark.parametrize(
    ("items", "limit", "workers"), [(0, 5, 1), (1, 5, 1), (5, 5, 5), (6, 5, 3), (20, 17, 10), (200, 10, 10), (7, 3, 3)]
)
def test_workers_are_the_fewest_for_as_many_rounds(items: int, limit: int, workers: int) -> None:
    assert _workers(items, limit) == workers


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


def test_the_files_of_the_sdk_are_read_by_one_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []

    def create(search_path: str | None = None) -> Any:
        made.append(create_loader(search_path))
        return made[-1]

    monkeypatch.setattr("botocore.session.create_loader", create)
    client_of()
    assert len(made) == 1


def test_user_agent_names_collection_and_ansible_core() -> None:
    agent = client_of().sdk.meta.config.user_agent_extra
    assert f"multiaccount.aws/{collection_version()} ansible-core/{ansible_core_version}" in agent


def collection_version() -> str:
    galaxy = Path(clients_module.__file__).parents[4] / "galaxy.yml"
    return str(yaml.safe_load(galaxy.read_text())["version"])


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


def test_client_that_cannot_be_made_costs_its_region_only(monkeypatch: pytest.MonkeyPatch) -> None:
    make = AwsSession.client

    def fail_in_one(session: AwsSession, service: str, region: str, config: Any) -> Any:
        if region == "eu-central-1":
            raise OSError(24, "Too many open files")
        return make(session, service, region, config)

    monkeypatch.setattr(AwsSession, "client", fail_in_one)
    session = connection(["eu-west-1", "eu-central-1", "eu-west-3"])
    found = session.map_regions(lambda client: RegionResult(client.region), not_started)
    assert [each.value for each in found.values()] == ["eu-west-1", None, "eu-west-3"]
    failed = found["eu-central-1"].error
    assert isinstance(failed, SecurityHubError)
    assert (failed.error_code, failed.region, failed.in_doubt) == ("OSError", "eu-central-1", False)
    assert "Too many open files" in failed.text


def test_without_credentials_no_client_is_made(made: list[tuple[Any, str, dict[str, Any]]]) -> None:
    with pytest.raises(InvalidInput, match=r"^No AWS credentials: set access_key and secret_key, profile, "):
        map_regions(connection(["eu-west-1"], None, verify=True), lambda client: client.sdk)
    assert made == []


def test_half_a_key_is_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "unit-tests")
    with pytest.raises(InvalidInput, match=r"^The credentials can't be used: Partial credentials found"):
        map_regions(connection(["eu-west-1"], None, verify=True), lambda client: client.sdk)


def test_credentials_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "unit-tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "no-secret-at-all")
    assert map_regions(connection(verify=True), lambda client: client.region) == {"eu-west-1": "eu-west-1"}


def test_credentials_of_a_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text("[security]\naws_access_key_id = of-profile\naws_secret_access_key = no-secret-at-all\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    sdk = map_regions(connection(profile_name="security"), lambda client: client.sdk)["eu-west-1"]
    assert sdk._request_signer._credentials.get_frozen_credentials().access_key == "of-profile"


def write_profile(monkeypatch: pytest.MonkeyPatch, folder: Path, *lines: str) -> None:
    """Make a profile `security` with keys and these settings."""
    file = folder / "config"
    keys = [f"{name} = {value}" for name, value in KEYS.items()]
    file.write_text("\n".join(["[profile security]", *keys, *lines]))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))


@pytest.mark.parametrize(
    ("verify", "used"), [(True, "/of/profile.pem"), (False, False), ("/of/option.pem", "/of/option.pem")]
)
def test_client_verifies_as_the_profile_says_unless_an_option_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verify: Any, used: Any
) -> None:
    write_profile(monkeypatch, tmp_path, "ca_bundle = /of/profile.pem")
    session = RegionSession(ConnectionInfo("eu-west-1", None, {"profile_name": "security", "verify": verify}), None)
    sdk = map_regions(session, lambda client: client.sdk)["eu-west-1"]
    assert sdk._endpoint.http_session._verify == used


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


def test_client_takes_endpoint_url_of_the_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_profile(monkeypatch, tmp_path, f"endpoint_url = {ENDPOINT}")
    session = RegionSession(ConnectionInfo("us-east-1", None, {"profile_name": "security", "verify": True}), None)
    assert map_regions(session, lambda client: client.sdk.meta.endpoint_url) == {"us-east-1": ENDPOINT}


@pytest.mark.parametrize("stage", ["found", "expired"])
def test_credential_process_that_fails_shows_nothing_that_it_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stage: str
) -> None:
    states = [tmp_path / name for name in ("first", "second")]  # botocore runs it twice before a request
    program = tmp_path / "process.py"
    expired = '{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": "c", "Expiration": "%s"}'
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    program.write_text(
        f"import pathlib, sys\nfor name in {list(map(str, states))!r}:\n    state = pathlib.Path(name)\n"
        f"    if not state.exists():\n        state.touch()\n        print({expired % soon!r})\n        sys.exit(0)\n"
        "sys.exit('token hunter2 was refused')\n"
    )
    if stage == "found":
        for state in states:
            state.touch()
    file = tmp_path / "config"
    file.write_text(f"[profile security]\ncredential_process = {sys.executable} {program}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    session = connection(profile_name="security")
    if stage == "found":
        with pytest.raises(InvalidInput) as refusal:
            session.connect()
        message = str(refusal.value)
    else:
        found = session.map_regions(lambda client: read_or_error(lambda: list_members(client)), not_started)
        message = str(found["eu-west-1"].error)
    assert "the credential_process of the profile failed. Run its command in a shell to see why" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https:/me:hunter2@host", "***@host"),
        ("me:hunter2@host:5555", "***@host:5555"),
        ("https://me:hun ter2@host", "***@host"),
        ("https://me:hunter2/@x@host", "***@host"),
        ("host:5555", "host:5555"),
        ("https://[host", "https://[host"),
    ],
)
def test_endpoint_url_that_is_none_is_refused_without_its_password(url: str, shown: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        RegionSession(ConnectionInfo("eu-west-1", url, KEYS), None)
    assert str(refusal.value).startswith(f"endpoint_url: '{shown}' is not a URL")


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
    assert sessions.parse_time(value).isoformat() == parse_timestamp(value).isoformat()


def test_the_usual_time_takes_no_trial_of_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "parse_timestamp", None)
    for sdk in map_regions(connection(["eu-west-1"]), lambda client: client.sdk).values():
        parser = sdk._endpoint._response_parser_factory.create_parser("rest-json")
        assert parser._timestamp_parser("2026-01-02T03:04:05.678Z").isoformat() == "2026-01-02T03:04:05.678000+00:00"


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
    session = connection(["eu-west-1", "eu-west-3"], aws_config=config)
    assert session.caller_account_id("eu-west-3") == account_id
    assert [(service, region) for service, region, _config in asked] == [
        ("sts", region) for region in ("eu-west-3", "eu-west-1")[:calls]
    ]
    used = asked[0][2]
    assert (used.proxies, used.read_timeout, used.retries["total_max_attempts"]) == (config.proxies, 600, 1)
    if account_id:
        assert session.caller_account_id("eu-west-1") == account_id
        assert len(asked) == calls


@pytest.mark.parametrize("region", ["eu-west-1, eu-central-1", "eu-west-1 eu-central-1", "eu-west-1\neu-central-1"])
def test_region_is_never_split(region: str) -> None:
    with pytest.raises(InvalidInput, match=r"^region: '.*' is not one Region\. Name several in regions\.$"):
        connection(None, region)


def signing_credentials(session: RegionSession) -> Any:
    sdk = map_regions(session, lambda client: client.sdk)["eu-west-1"]
    return sdk._request_signer._credentials.get_frozen_credentials()


@pytest.mark.parametrize("explicit", [True, False])
def test_aws_security_token_is_sent_with_the_keys_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, explicit: bool
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another-key" if explicit else KEYS["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECURITY_TOKEN", "a-token-by-its-old-name")
    credentials = signing_credentials(connection(None, "eu-west-1", **KEYS))
    assert credentials.token == (None if explicit else "a-token-by-its-old-name")


def test_profile_that_asks_for_an_mfa_code_is_refused_before_any_prompt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "config"
    file.write_text(
        "[profile security]\nrole_arn = arn:aws:iam::111122223333:role/audit\nsource_profile = base\n"
        "mfa_serial = arn:aws:iam::111122223333:mfa/me\n"
        "[profile base]\naws_access_key_id = of-base\naws_secret_access_key = no-secret-at-all\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    with pytest.raises(InvalidInput, match=r"^profile: security asks for an MFA code \(mfa_serial\)"):
        map_regions(connection(profile_name="security"), lambda client: client.sdk)
