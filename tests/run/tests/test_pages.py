# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from run import pages


@pytest.fixture
def html(tmp_path: Path) -> Path:
    site = tmp_path / "html"
    (site / "_static").mkdir(parents=True)
    (site / "index.html").write_text("new")
    (site / "_static" / "style.css").write_text("")
    return site


@pytest.mark.parametrize(
    ("present", "version", "written"),
    [
        ([], "main", ["main", "latest"]),
        (["main", "latest"], "main", ["main", "latest"]),
        (["main", "latest"], "1.0.0", ["1.0.0", "latest"]),
        (["1.0.0", "latest"], "main", ["main"]),
        (["1.0.0", "1.10.0", "latest"], "1.9.1", ["1.9.1"]),
        (["1.0.0", "1.9.0", "latest"], "1.10.0", ["1.10.0", "latest"]),
        (["1.0.0", "latest"], "1.0.0", ["1.0.0", "latest"]),
    ],
)
def test_publish_version_writes_its_folder(
    html: Path, tmp_path: Path, present: list[str], version: str, written: list[str]
) -> None:
    branch = tmp_path / "pages"
    for name in ["", *present]:
        (branch / name).mkdir(exist_ok=True)
        (branch / name / "index.html").write_text("old")
        (branch / name / "gone.html").write_text("old")

    assert pages.publish(html, branch, version) == written

    new = sorted(path.parent.name for path in branch.glob("*/index.html") if path.read_text() == "new")
    assert new == sorted(written)
    assert [name for name in written if (branch / name / "gone.html").exists()] == []
    assert (branch / version / "_static" / "style.css").is_file()
    assert 'url=latest/"' in (branch / "index.html").read_text()
    assert (branch / ".nojekyll").is_file()


def test_publish_empty_site_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        pages.publish(tmp_path, tmp_path, "main")
