# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation site: every guide has its place, and what it refers to elsewhere is known without network."""

from __future__ import annotations

import zlib

import yaml

from run import site
from run.layout import ROOT

SECTIONS = ROOT / "docs" / "docsite" / "extra-docs.yml"
PREFIX = "   collections/multiaccount/aws/docsite/"


def listed_guides() -> list[str]:
    sections = yaml.safe_load(SECTIONS.read_text(encoding="utf-8"))["sections"]
    return [guide for section in sections for guide in section["toctree"]]


def test_every_guide_is_listed_once() -> None:
    guides = listed_guides()
    assert sorted(guides) == sorted(path.stem for path in site.GUIDES.glob("*.rst"))


def test_start_page_lists_the_guides_in_the_same_order() -> None:
    lines = site.START_PAGE.read_text(encoding="utf-8").splitlines()
    assert [line.removeprefix(PREFIX) for line in lines if line.startswith(PREFIX)] == listed_guides()


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
