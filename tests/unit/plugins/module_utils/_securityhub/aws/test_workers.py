# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.sessions import AwsSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession, _workers
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    InvalidInput,
    RegionResult,
    SecurityHubError,
)
from ansible_collections.multiaccount.aws.tests.unit.sessions import (
    ENDPOINT,
    KEYS,
    connection,
    map_regions,
    not_started,
)

pytestmark = pytest.mark.usefixtures("quick")  # the service's model is read once


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
    session = RegionSession(ConnectionInfo("eu-west-1", ENDPOINT, KEYS), None, concurrency=concurrency)
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


@pytest.mark.parametrize("region", ["eu-west-1, eu-central-1", "eu-west-1 eu-central-1", "eu-west-1\neu-central-1"])
def test_region_is_never_split(region: str) -> None:
    with pytest.raises(InvalidInput, match=r"^region: '.*' is not one Region\. Name several in regions\.$"):
        connection(None, region)
