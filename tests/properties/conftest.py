# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How hypothesis runs: the same examples each time, without a deadline; EXAMPLES=10000 draws so many new ones."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings
from hypothesis.configuration import set_hypothesis_home_dir

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import pace, retry
from local_hub import clock as service_clock
from local_hub.in_process import Clock
from run.layout import CACHE

EXAMPLES = os.environ.get("EXAMPLES")

set_hypothesis_home_dir(CACHE / "hypothesis")
settings.register_profile("same", derandomize=True, deadline=None, max_examples=100, database=None)
settings.register_profile("new", deadline=None, max_examples=int(EXAMPLES or 1), database=None, print_blob=True)
settings.register_profile("mutants", settings.get_profile("same"), phases=[Phase.explicit, Phase.generate])
settings.load_profile("new" if EXAMPLES else os.environ.get("PROPERTIES_PROFILE", "same"))


@pytest.fixture(scope="session", autouse=True)
def _clock() -> Iterator[None]:
    """Let no test sleep: what waits moves a clock of its own, which is the service's too."""
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retry, "time", clock)
        patch.setattr(pace, "time", clock)
        patch.setattr(service_clock, "source", clock)
        yield
