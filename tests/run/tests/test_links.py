# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our texts refer to in this repository is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from run.layout import ROOT
from run.tree import files_git_sees

TEXTS = (".css", ".j2", ".md", ".py", ".rst", ".yml", ".yaml", ".toml")
# An address of our repository, a page by its path, and a relative link of a Markdown page.
ADDRESS = re.compile(r"https://github\.com/multiaccount/multiaccount\.aws/(?:blob|tree)/main/([\w./-]*\w)")
PAGE = re.compile(r"(?<![\w/.-])(docs/[\w./-]+\.(?:md|rst))\b")
RELATIVE = re.compile(r"\]\((?!https?:|#|mailto:)([\w./-]+)")
FILES = [name for name in files_git_sees(ROOT) if name.endswith(TEXTS)]


def referred(name: str) -> Iterator[str]:
    """Yield the paths, from the root, that a file refers to."""
    text = (ROOT / name).read_text(encoding="utf-8")
    yield from ADDRESS.findall(text)
    yield from PAGE.findall(text)
    if name.endswith(".md"):
        for path in RELATIVE.findall(text):
            yield str((ROOT / name).parent.joinpath(path).resolve().relative_to(ROOT))


def test_every_reference_is_there() -> None:
    found = {(name, path) for name in FILES for path in referred(name)}

    assert len(found) > 50
    assert [f"{name}: {path}" for name, path in sorted(found) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (
            "See [this](https://github.com/multiaccount/multiaccount.aws/blob/main/docs/reliability.md).",
            ["docs/reliability.md"],
        ),
        ("print('docs/docsite/rst/awx.rst')", ["docs/docsite/rst/awx.rst"]),
        ("https://example.com/docs/c.md", []),
    ],
)
def test_references_of_a_text(text: str, paths: list[str]) -> None:
    assert ADDRESS.findall(text) + PAGE.findall(text) == paths
