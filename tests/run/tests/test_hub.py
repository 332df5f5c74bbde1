# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local Security Hub as the stages start it."""

from __future__ import annotations

import urllib.error
import urllib.request

import boto3
import pytest

from run import hub


def test_a_hub_runs_for_as_long_as_it_is_needed() -> None:
    with hub.running() as url, urllib.request.urlopen(f"{url}/_hub/health") as reply:
        assert reply.status == 200
    with pytest.raises(urllib.error.URLError, match="refused"):
        urllib.request.urlopen(f"{url}/_hub/health")


def test_the_environment_leads_a_client_to_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    with hub.running() as url:
        for name, value in hub.client_environment(url).items():
            monkeypatch.setenv(name, value)
        assert boto3.session.Session().client("sts").get_caller_identity()["Account"] == hub.ADMINISTRATOR


def test_a_hub_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "environment", lambda **_more: {"PATH": ""})
    with pytest.raises(hub.HubError, match="No module named local_hub"), hub.running():
        pass
