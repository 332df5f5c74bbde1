# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our texts refer to in this repository is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from run.layout import ROOT
from run.site import DOCSITE_PAGES
from run.tree import files_git_sees

TEXTS = (".css", ".j2", ".md", ".py", ".rst", ".yml", ".yaml", ".toml")
# An address of our repository, a page by its path, and a relative link of a Markdown page.
ADDRESS = re.compile(r"https://github\.com/multiaccount/multiaccount\.aws/(?:blob|tree)/main/([\w./-]*\w)")
PAGE = re.compile(r"(?<![\w/.-])(docs/[\w./-]+\.(?:md|rst))\b")
RELATIVE = re.compile(r"\]\((?!https?:|#|mailto:)([\w./-]+)")
FILES = [name for name in files_git_sees(ROOT) if name.endswith(TEXTS)]


# A page of the published site, by its path in it; and sources of pages, which nobody is sent to.
PUBLISHED = re.compile(r"https://multiaccount\.github\.io/multiaccount\.aws/latest/([\w./-]*)")
GUIDE = re.compile(rf"{DOCSITE_PAGES}/(\w+)\.html")
REFERENCE = re.compile(r"collections/multiaccount/aws/(\w+)_(module|inventory|role)\.html")
SOURCE_LINK = re.compile(r"https://\S+?\.rst\b|\]\([^)]+\.rst\)")


def source_of(page: str) -> str:
    """Return the file from which a page of the site is built."""
    if guide := GUIDE.fullmatch(page):
        return f"docs/docsite/rst/{guide[1]}.rst"
    if plugin := REFERENCE.fullmatch(page):
        folder = {"module": "plugins/modules", "inventory": "plugins/inventory"}.get(plugin[2])
        return f"{folder}/{plugin[1]}.py" if folder else f"roles/{plugin[1]}/meta/argument_specs.yml"
    return "docs/docsite/start_page.rst" if page in ("", "index.html") else f"no source is known of {page}"


def referred(name: str) -> Iterator[str]:
    """Yield the paths, from the root, that a file refers to."""
    text = (ROOT / name).read_text(encoding="utf-8")
    yield from ADDRESS.findall(text)
    yield from PAGE.findall(text)
    yield from (source_of(page) for page in PUBLISHED.findall(text))
    if name.endswith(".md"):
        for path in RELATIVE.findall(text):
            yield str((ROOT / name).parent.joinpath(path).resolve().relative_to(ROOT))


def test_every_reference_is_there() -> None:
    found = {(name, path) for name in FILES for path in referred(name)}

    assert len(found) > 50
    assert [f"{name}: {path}" for name, path in sorted(found) if not (ROOT / path).exists()] == []


def test_nobody_is_sent_to_the_source_of_a_page() -> None:
    names = [name for name in FILES if not name.startswith("tests/run/tests/")]
    found = [(name, link) for name in names for link in SOURCE_LINK.findall((ROOT / name).read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    ("page", "exists"),
    [
        ("", True),
        (f"{DOCSITE_PAGES}/awx.html", True),
        (f"{DOCSITE_PAGES}/nothing.html", False),
        ("collections/multiaccount/aws/securityhub_member_invite_module.html", True),
        ("collections/multiaccount/aws/securityhub_members_inventory.html", True),
        ("collections/multiaccount/aws/securityhub_role.html", True),
        ("collections/multiaccount/aws/other_module.html", False),
        ("other.html", False),
    ],
)
def test_pages_of_the_site_have_sources(page: str, exists: bool) -> None:
    assert (ROOT / source_of(page)).is_file() is exists


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (
            "See [this](https://github.com/multiaccount/multiaccount.aws/blob/main/docs/images/report.png).",
            ["docs/images/report.png"],
        ),
        ("print('docs/docsite/rst/awx.rst')", ["docs/docsite/rst/awx.rst"]),
        ("https://example.com/docs/c.md", []),
    ],
)
def test_references_of_a_text(text: str, paths: list[str]) -> None:
    assert ADDRESS.findall(text) + PAGE.findall(text) == paths
