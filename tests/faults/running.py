# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's real main(), run in this process on a clock that runs faster than the local hub's."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from unit import sdk_memory
from unit.support import run_module

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import pace, retry, workers
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results import run as results
from faults.scenarios import PIPELINE, REGIONS, Scenario
from local_hub.control import SECRET_KEY, Hub, access_key

# So many seconds of a module's clock are one of the local hub's, unless a fault says otherwise.
SPEED = 100
MODULES = "ansible_collections.multiaccount.aws.plugins.modules"


@dataclass(frozen=True)
class Outcome:
    """How a module ended: its result, and everything that it wrote."""

    failed: bool
    result: Mapping[str, Any]
    text: str


class FastClock:
    """Stands in for the module time."""

    speed = SPEED

    @classmethod
    def monotonic(cls) -> float:
        """Return seconds of this clock."""
        return time.monotonic() * cls.speed

    @classmethod
    def sleep(cls, seconds: float) -> None:
        """Sleep so many seconds of this clock."""
        time.sleep(seconds / cls.speed)


def clean_environment() -> dict[str, str]:
    """Return this process's environment without the AWS settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "EC2_", "BOTO"))}
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**kept, **nothing, "AWS_EC2_METADATA_DISABLED": "true"}


@contextlib.contextmanager
def quick() -> Iterator[None]:
    """Let pauses be short and the SDK remember, and keep AWS settings out."""
    with (
        pytest.MonkeyPatch.context() as patch,
        mock.patch.object(retry, "time", FastClock),
        mock.patch.object(pace, "time", FastClock),
        mock.patch.object(retry, "BACKOFF_CAP", 2.0),
        mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None)),
        mock.patch.dict(os.environ, clean_environment(), clear=True),
    ):
        sdk_memory.use(patch)
        yield


def options(hub: Hub, scenario: Scenario, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the options of a scenario, with what leads to the local hub."""
    keys = {"access_key": access_key(PIPELINE), "secret_key": SECRET_KEY}
    return {"endpoint_url": hub.url, "region": REGIONS[0], **keys, **scenario.options, **(more or {})}


def run(hub: Hub, scenario: Scenario, more: Mapping[str, Any] | None = None, speed: int | None = None) -> Outcome:
    """Run the module of a scenario."""
    main = importlib.import_module(f"{MODULES}.{scenario.module}").main
    errors = io.StringIO()
    # Ansible keeps warnings for as long as its process lives
    with (
        contextlib.redirect_stderr(errors),
        mock.patch.object(FastClock, "speed", speed or SPEED),
        mock.patch.object(results, "warn") as warn,
        mock.patch.object(workers, "warn", warn),
    ):
        made = run_module(main, **options(hub, scenario, more))
    warnings = [call.args[0] for call in warn.call_args_list]
    return Outcome(made.failed, made.result, json.dumps([made.result, warnings]) + errors.getvalue())
