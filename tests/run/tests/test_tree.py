# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The copy that ansible-test works on."""

from __future__ import annotations

from pathlib import Path

import pytest

from run import tree
from run.shell import read

COPY = Path(".build") / "copy"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout with three files, of which git ignores one, as the root of the copy in its ignored folder."""
    root = tmp_path / "checkout"
    (root / "plugins").mkdir(parents=True)
    (root / ".gitignore").write_text(".build/\n*.log\n", encoding="utf-8")
    (root / "plugins" / "one.py").write_text("one", encoding="utf-8")
    (root / "noise.log").write_text("noise", encoding="utf-8")
    read("git", "init", "--quiet", cwd=root)
    monkeypatch.setattr(tree, "ROOT", root)
    monkeypatch.setattr(tree, "COPY", root / COPY)
    return root


def test_refresh_copies_what_git_sees(checkout: Path) -> None:
    copy = checkout / COPY
    assert sorted(tree.refresh()) == [".gitignore", "plugins/one.py"]
    assert tree.files_git_sees(copy) != []
    assert not (copy / "noise.log").exists()


def test_refresh_follows_changes_and_keeps_what_git_ignores(checkout: Path) -> None:
    copy = checkout / COPY
    tree.refresh()
    (copy / "report.log").write_text("kept", encoding="utf-8")
    (checkout / "plugins" / "one.py").unlink()
    (checkout / "plugins" / "two.py").write_text("two", encoding="utf-8")
    tree.refresh()
    assert sorted(path.name for path in (copy / "plugins").iterdir()) == ["two.py"]
    (checkout / "plugins" / "two.py").write_text("2", encoding="utf-8")
    (checkout / "plugins" / "two.py").chmod(0o755)
    tree.refresh()
    assert (copy / "plugins" / "two.py").read_text(encoding="utf-8") == "2"
    assert (copy / "plugins" / "two.py").stat().st_mode & 0o111
    assert (copy / "report.log").exists()


def test_files_git_knows_leaves_out_what_is_not_added(checkout: Path) -> None:
    read("git", "add", ".gitignore", cwd=checkout)
    assert tree.files_git_knows(checkout) == [".gitignore"]
    assert sorted(tree.files_git_sees(checkout)) == [".gitignore", "plugins/one.py"]
