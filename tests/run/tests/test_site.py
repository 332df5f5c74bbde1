# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation site: every guide has its place, and what it refers to elsewhere is known without network."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest
import yaml

from run import site

SECTIONS = yaml.safe_load(site.SECTIONS.read_text(encoding="utf-8"))["sections"]


def guides_of(title: str) -> list[str]:
    return next(section["toctree"] for section in SECTIONS if section["title"] == title)


def listed_guides() -> list[str]:
    return [guide for section in SECTIONS for guide in section["toctree"]]


def test_every_guide_is_listed_once() -> None:
    guides = listed_guides()
    assert sorted(guides) == sorted(path.stem for path in site.GUIDES.glob("*.rst"))


def headings(guide: str) -> list[str]:
    text = (site.GUIDES / f"{guide}.rst").read_text(encoding="utf-8")
    return re.findall(r"^(.+)\n-+$", text, re.MULTILINE)


@pytest.mark.parametrize(
    "guide", [name for title in ("Start here", "Guides", "Coming from other tools") for name in guides_of(title)]
)
def test_guide_says_what_it_needs_and_ends_with_what_to_do_next(guide: str) -> None:
    found = headings(guide)
    assert found[-1] == "What to do next"
    assert "Before you begin" in found or guide == "concepts"


def test_start_page_has_each_section_with_its_guides() -> None:
    sections = [{"title": "Start", "toctree": ["one", "two"]}, {"title": "More", "toctree": ["three"]}]
    pages = "   collections/multiaccount/aws/docsite/"
    assert site.start_page("a\n\n.. guides: here\n\nb\n", sections).splitlines() == [
        "a", "",
        ".. toctree::", "   :maxdepth: 1", "   :caption: Start", "", f"{pages}one", f"{pages}two", "",
        ".. toctree::", "   :maxdepth: 1", "   :caption: More", "", f"{pages}three", "",
        "b",
    ]  # fmt: skip


def test_start_page_without_a_place_for_the_guides_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        site.start_page("a\n", [])
    assert site.GUIDES_MARK.search(site.START_PAGE.read_text(encoding="utf-8"))


def test_images_of_the_guides_are_those_of_the_checkout() -> None:
    named = re.findall(
        r"image:: (\S+)", "".join(path.read_text(encoding="utf-8") for path in site.GUIDES.glob("*.rst"))
    )
    found = [re.fullmatch(r"/images/([\w-]+\.svg)", site.with_own_images(address)) for address in named]
    assert [
        name for name, own in zip(named, found, strict=True) if not own or not (site.IMAGES / own[1]).is_file()
    ] == []
    assert len(named) >= 3


def test_inventory_has_a_line_for_each_reference() -> None:
    document = site.inventory({"some_label": ("std:label", "page.html#some-label")})
    header, body = document[: document.index(b"zlib\n") + 5], document[document.index(b"zlib\n") + 5 :]
    assert header.startswith(b"# Sphinx inventory version 2\n")
    assert zlib.decompress(body) == b"some_label std:label -1 page.html#some-label some_label\n"


def test_plugins_of_other_collections_are_found_on_a_page() -> None:
    page = ":ref:`text <ansible_collections.amazon.aws.aws_region_info_module>` <ansible_collections.x.y.z_module>"
    assert site.plugin_references(page) == {
        "ansible_collections.amazon.aws.aws_region_info_module": (
            "std:label",
            "collections/amazon/aws/aws_region_info_module.html#ansible-collections-amazon-aws-aws-region-info-module",
        )
    }


def test_private_plugins_are_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(site, "SOURCES", tmp_path)
    index = tmp_path / "collections" / "index.rst"
    index.parent.mkdir()
    index.write_text(
        "* :ansplugin:`_end module <a.b._end#module>` -- Ends\n* :ansplugin:`a.b._end#module` -- Ends\n"
        "* :ansplugin:`hub module <a.b.hub#module>` -- Enables\n\n    _end_module\n    hub_module\n",
        encoding="utf-8",
    )
    private, public = (index.with_name(f"{name}_module.rst") for name in ("_end", "hub"))
    for page in (private, public):
        page.write_text("text\n", encoding="utf-8")

    site.leave_out_private_plugins()

    assert index.read_text(encoding="utf-8").splitlines() == [
        "* :ansplugin:`hub module <a.b.hub#module>` -- Enables", "", "    hub_module",
    ]  # fmt: skip
    assert public.is_file()
    assert not private.exists()
