# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of the collection in every file that names it, and what the changelog calls new."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from run import publishing, release
from run.layout import ROOT


def test_version_is_that_of_galaxy_yml_at_each_place() -> None:
    wanted = str(yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"])

    assert {place for place, found in release.versions().items() if found != {wanted}} == set()


def test_version_is_set_at_each_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in release.PLACES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(release, "show", lambda *words, env: commands.append(words))
    monkeypatch.setattr("sys.argv", ["release", "2.10.0-beta.1", "2026-12-31"])

    assert release.main() == 0
    assert set(map(frozenset, release.versions().values())) == {frozenset({"2.10.0-beta.1"})}
    assert yaml.safe_load((tmp_path / "galaxy.yml").read_text(encoding="utf-8"))["version"] == "2.10.0-beta.1"
    assert commands == [("antsibull-changelog", "release", "--version", "2.10.0-beta.1", "--date", "2026-12-31")]


@pytest.mark.parametrize("wrong", ["", "1.1", "v1.1.0", "1.1.0 "])
def test_version_that_is_not_semantic_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setattr(release, "set_version", lambda _version: pytest.fail("written"))
    monkeypatch.setattr("sys.argv", ["release", wrong])

    with pytest.raises(SystemExit):
        release.main()


def test_what_is_new_is_public() -> None:
    """The changelog lists what has a version_added, whatever its name begins with."""
    modules = {path.stem: "\nversion_added: " in path.read_text(encoding="utf-8") for path in plugin_files("modules")}
    assert {name for name, is_listed in modules.items() if is_listed} == {
        name.rsplit(".", 1)[-1] for name in publishing.plugins("module")
    }
    assert [name for name in modules if name.startswith("_")], "there are private modules"
    for name in publishing.plugins("role"):
        specs = ROOT / "roles" / name.rsplit(".", 1)[-1] / "meta" / "argument_specs.yml"
        assert yaml.safe_load(specs.read_text(encoding="utf-8"))["argument_specs"]["main"]["version_added"]


def plugin_files(kind: str) -> list[Path]:
    """Return the files of the plugins of a kind, the private ones too."""
    return sorted((ROOT / "plugins" / kind).glob("*.py"))
