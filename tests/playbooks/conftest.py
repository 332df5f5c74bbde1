# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests share: one local hub, fresh for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_hub.control import Hub, running_hub
from playbooks.fleet import Fleet
from playbooks.scene import Scene


@pytest.fixture(scope="session")
def hub() -> Iterator[Hub]:
    """A local hub for all tests."""
    with running_hub() as running:
        yield running


@pytest.fixture
def scene(hub: Hub, tmp_path: Path) -> Scene:
    """The administrator at the hub, which has forgotten everything."""
    hub.reset()
    return Scene(hub, tmp_path)


@pytest.fixture
def fleet(scene: Scene) -> Fleet:
    """Three accounts at the hub, and what brings them in and out."""
    return Fleet(scene)
