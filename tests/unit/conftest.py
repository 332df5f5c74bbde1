# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every unit test gets: no AWS settings, and where it asks for one, a local Security Hub in its own process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import pace, retry
from ansible_collections.multiaccount.aws.tests.local_hub import clock as service_clock
from ansible_collections.multiaccount.aws.tests.local_hub.control import credentials
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock, InProcessHub
from ansible_collections.multiaccount.aws.tests.unit import sdk_memory
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR

HUB = pytest.StashKey[InProcessHub]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make the hub if a test asks for it, and read the models that calls to it need.

    `ansible-test units` forks a process for each test: what is made here, no test has to make again.
    """
    wanted = any("hub" in getattr(item, "fixturenames", ()) for item in session.items)
    if wanted and not session.config.option.collectonly:
        sdk_memory.fill()
        session.config.stash[HUB] = InProcessHub()


@pytest.fixture(autouse=True)
def _no_aws_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the settings of whoever runs the tests out, and the tests off the network."""
    for name in os.environ:
        if name.startswith(("AWS_", "EC2_", "BOTO")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that only pauses move, for the retries and for the service."""
    clock = Clock()
    monkeypatch.setattr(retry, "time", clock)
    monkeypatch.setattr(pace, "time", clock)
    monkeypatch.setattr(service_clock, "source", clock)
    return clock


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out botocore's pauses between attempts, and what the SDK works out again and again."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))
    sdk_memory.use(monkeypatch)


@pytest.fixture
def hub(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, quick: None, clock: Clock
) -> Iterator[InProcessHub]:
    """A local Security Hub as it is at its start, with the administrator's keys in the environment.

    By its clock a call takes no time, so batches are sent one after the other, on a busy machine too.
    """
    monkeypatch.setattr(pace, "TYPICAL_SECONDS", 0.0)
    hub = request.config.stash[HUB]
    hub.reset()
    for name, value in credentials(ADMINISTRATOR).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)  # one of an earlier test would ask the network
    with hub.attached():
        yield hub
