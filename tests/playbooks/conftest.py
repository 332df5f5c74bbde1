# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests share: an administrator at a local hub, fresh for each of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from warm.fixtures import hub, path

from local_hub.control import Hub
from playbooks.fleet import Fleet
from playbooks.scene import Scene

__all__ = ["hub", "path"]


@pytest.fixture
def scene(hub: Hub, path: str, tmp_path: Path) -> Scene:
    """The administrator at the hub, which has forgotten everything."""
    hub.reset()
    return Scene(hub, tmp_path, path)


@pytest.fixture
def fleet(scene: Scene) -> Fleet:
    """Three accounts at the hub, and what brings them in and out."""
    return Fleet(scene)
