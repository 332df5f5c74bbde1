# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The artefact, installed into an empty folder beside amazon.aws, with the README's examples.

`make matrix` runs it with the oldest and the newest amazon.aws.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from warm.fixtures import programs

from examples.blocks import blocks_of
from examples.runner import ACCOUNTS, ADMINISTRATOR, Terminal, run_page
from local_hub.control import Hub
from run.layout import COLLECTION, COLLECTIONS, NAME, NAMESPACE, ROOT, environment, link
from run.publishing import pack
from run.shell import show


@pytest.fixture(name="installed", scope="module")
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A path for collections that has amazon.aws, and the artefact, which ansible-galaxy has installed there."""
    folder = tmp_path_factory.mktemp("installed")
    artefact = pack(folder / "sources", folder / "dist")
    path = folder / "collections"
    link(path / "ansible_collections" / "amazon", (COLLECTIONS / "ansible_collections" / "amazon").resolve())
    # Offline, ansible-galaxy has to find there what the artefact depends on.
    show("ansible-galaxy", "collection", "install", "--offline", "--collections-path", path, artefact,
         env=environment(ANSIBLE_COLLECTIONS_PATH=str(path)))  # fmt: skip
    return path


def test_readme_examples_run_with_installed_artefact(hub: Hub, installed: Path, tmp_path: Path) -> None:
    hub.reset()
    settings = {"ANSIBLE_COLLECTIONS_PATH": str(installed)}
    with programs(**settings) as path:
        user = Terminal(hub, tmp_path, path, **settings)
        user.write("accounts.csv", ACCOUNTS)
        numbers = run_page(blocks_of(ROOT / "README.md"), user)
        user.run("ansible-galaxy collection list --format json 2>/dev/null")
    place = installed / "ansible_collections"
    found = {folder: set(names) for folder, names in json.loads(user.output).items() if COLLECTION in names}
    assert found == {str(place): {COLLECTION, "amazon.aws"}}
    assert not (place / NAMESPACE / NAME / "tests").exists()
    assert numbers["run"] > 0
    members = hub.state()["members"][ADMINISTRATOR]
    assert members["eu-west-1"]["111122223333"]["member_status"] in {"Invited", "Enabled"}
