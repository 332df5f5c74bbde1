# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions without a service behind them, for tests of how they are made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import (
    RegionClient,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    RegionResult,
    SecurityHubError,
)

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


def write_profile(monkeypatch: pytest.MonkeyPatch, folder: Path, *lines: str) -> None:
    """Make a profile `security` with keys and these settings."""
    file = folder / "config"
    keys = [f"{name} = {value}" for name, value in KEYS.items()]
    file.write_text("\n".join(["[profile security]", *keys, *lines]))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
