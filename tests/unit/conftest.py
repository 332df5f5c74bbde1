# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every unit test gets: an environment without AWS settings, and where it asks for one, a local Security Hub.

`ansible-test units` forks a process for each test, so fixtures that start the server and read the services' models
would do so each time. That is done once, before the first test, by the process that the others are forked from.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_membership
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub, credentials, running_hub
from ansible_collections.multiaccount.aws.tests.unit import sdk_memory
from ansible_collections.multiaccount.aws.tests.unit.membership import run_at
from ansible_collections.multiaccount.aws.tests.unit.scripted import Clock, ThreadClock
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR

SERVER = pytest.StashKey[Hub]()
RUNNING = pytest.StashKey[contextlib.ExitStack]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the local Security Hub if a test asks for it, and read the models that calls to it need."""
    wanted = any("hub" in getattr(item, "fixturenames", ()) for item in session.items)
    if wanted and not session.config.option.collectonly:
        sdk_memory.fill()
        session.config.stash[RUNNING] = contextlib.ExitStack()
        session.config.stash[SERVER] = session.config.stash[RUNNING].enter_context(running_hub())
        _run_once(session.config.stash[SERVER])


def _run_once(server: Hub) -> None:
    """Run the module that calls most operations: what that imports and works out, no test has to do again."""
    everything: dict[str, Any] = {"member_role": "SecurityHubOnboarding", "standards": ["pci-dss/v/4.0.1"]}
    before = _threads()
    with pytest.MonkeyPatch.context() as patch:
        sdk_memory.use(patch)
        run = run_at(server, securityhub_membership, members=["000000000001"], **everything)
    assert not run.failed, run.result
    while not _threads() <= before:
        time.sleep(0.001)


def _threads() -> set[str]:
    """Return the threads that the system has, where it says so.

    A thread that Python has joined may still be in OpenSSL's cleanup. A process that is forked then inherits a lock
    that no thread releases, and waits for it when it first uses TLS.
    """
    tasks = Path("/proc/self/task")
    return {task.name for task in tasks.iterdir()} if tasks.is_dir() else set()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End it."""
    if RUNNING in session.config.stash:
        session.config.stash[RUNNING].close()


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
    """A clock that only the pauses of retry.py move."""
    clock = Clock()
    monkeypatch.setattr(retry, "time", clock)
    return clock


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the pauses between attempts, ours and botocore's, and what the SDK works out again and again."""
    monkeypatch.setattr(retry, "BACKOFF_BASE", 0.0)
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))
    sdk_memory.use(monkeypatch)


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again every tenth of a second for what the service does not show yet."""
    monkeypatch.setattr(retry, "POLL_PAUSES", ())
    monkeypatch.setattr(retry, "POLL_PAUSE_AFTERWARDS", 0.1)


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pauses take no time, in each Region by itself: for what the service shows at once, or never."""
    monkeypatch.setattr(retry, "time", ThreadClock())


@pytest.fixture
def hub(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, quick: None) -> Hub:
    """A local Security Hub as it is at its start, with the administrator's keys in the environment."""
    server = request.config.stash[SERVER]
    server.reset()
    for name, value in credentials(ADMINISTRATOR).items():
        monkeypatch.setenv(name, value)
    return server
