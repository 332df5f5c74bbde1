# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the HTML documentation, as docs.ansible.com shows it, into .build/docs. A warning of a builder is a failure."""

from __future__ import annotations

import re
import shutil
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from run import tree
from run.guards import Tally, at_least_one
from run.layout import BUILD, COLLECTION, HOME, ROOT, TEST_TREE, environment
from run.shell import CommandError, show

SITE = BUILD / "docs"
# Where the guides are in the site.
DOCSITE_PAGES = "collections/multiaccount/aws/docsite"
SOURCES = SITE / "rst"
PAGES = SITE / "build" / "html"
INDEX = PAGES / "index.html"
DOCSITE = ROOT / "docs" / "docsite"
START_PAGE = DOCSITE / "start_page.rst"
SECTIONS = DOCSITE / "extra-docs.yml"
GUIDES = DOCSITE / "rst"
IMAGES = ROOT / "docs" / "images"
PUBLISHED_IMAGES = "https://raw.githubusercontent.com/multiaccount/multiaccount.aws/main/docs/images/"
CHANGELOG = SOURCES / "collections" / "multiaccount" / "aws" / "changelog.rst"
INVENTORY = SITE / "ansible.inv"
ANSIBLE_DOCS = "https://docs.ansible.com/projects/ansible/devel/"
TITLE = "AWS Security Hub membership with Ansible"

# What our pages refer to in Ansible's documentation. The site is built without network, so its index is not read.
CACHE_SETTINGS = ("", "_CONNECTION", "_PREFIX", "_TIMEOUT")
REFERENCES = {
    "common_return_values": ("std:label", "reference_appendices/common_return_values.html#common-return-values"),
    "action_plugins": ("std:label", "plugins/action.html#action-plugins"),
    "ansible_configuration_settings": (
        "std:label",
        "reference_appendices/config.html#ansible-configuration-settings",
    ),
    **{
        f"ANSIBLE_CACHE_PLUGIN{name}": (
            "std:envvar",
            f"reference_appendices/config.html#envvar-ANSIBLE_CACHE_PLUGIN{name}",
        )
        for name in CACHE_SETTINGS
    },
}

# The theme makes a grid of each label of a field list, and tears one with code in it apart: "`Role` in the accounts".
STYLE = "html.writer-html5 .rst-content dl.field-list > dt { display: block; }\n"

# Plugins of the collections that ours refers to.
GUIDES_MARK = re.compile(r"^\.\. guides: .*\n", re.MULTILINE)
# A private plugin in a list or a toctree.
PRIVATE_ENTRY = re.compile(r"^(?:\* :ansplugin:`.*\._\w+#\w+>?`.*| +_\w+_(?:module|filter|lookup))\n", re.MULTILINE)
PLUGIN_LABEL = re.compile(r"<(ansible_collections\.((?:amazon\.aws|ansible\.builtin)\.\w+_(?:module|filter|lookup)))>")


def plugin_references(text: str) -> dict[str, tuple[str, str]]:
    """Return what a page refers to of other collections, as :data:`REFERENCES` has it."""
    return {
        label: (
            "std:label",
            f"collections/{name.replace('.', '/')}.html#{label.replace('.', '-').replace('_', '-')}",
        )
        for label, name in PLUGIN_LABEL.findall(text)
    }


def inventory(references: Mapping[str, tuple[str, str]]) -> bytes:
    """Return references as Sphinx reads them from another site: {name: (type, address relative to that site)}."""
    header = "# Sphinx inventory version 2\n# Project: ansible\n# Version: devel\n# zlib\n"
    lines = [f"{name} {kind} -1 {address} {name}\n" for name, (kind, address) in references.items()]
    return header.encode() + zlib.compress("".join(lines).encode())


def start_page(template: str, sections: Sequence[Mapping[str, Any]]) -> str:
    """Return the start page with the sections of guides in place of its mark.

    :param sections: the title and the toctree of each, as extra-docs.yml has them
    """
    trees = "\n".join(
        "\n".join(
            [
                ".. toctree::",
                "   :maxdepth: 1",
                f"   :caption: {section['title']}",
                "",
                *(f"   {DOCSITE_PAGES}/{name}" for name in section["toctree"]),
                "",
            ]
        )
        for section in sections
    )
    page, number = GUIDES_MARK.subn(trees, template)
    if number != 1:
        raise ValueError("the start page has no place for the guides")
    return page


def write_settings(env: dict[str, str]) -> None:
    """Write the settings of Sphinx, with our title and start page."""
    page = SITE / "start_page.rst"
    sections = yaml.safe_load(SECTIONS.read_text(encoding="utf-8"))["sections"]
    page.write_text(start_page(START_PAGE.read_text(encoding="utf-8"), sections), encoding="utf-8")
    show(
        "antsibull-docs", "sphinx-init", "--use-current", "--dest-dir", SITE, "--project", COLLECTION,
        "--copyright", f"{COLLECTION} contributors", "--title", TITLE, "--html-short-title", COLLECTION,
        "--index-rst-source", page, COLLECTION, env=env,
    )  # fmt: skip
    mapping = f'intersphinx_mapping = {{"ansible": ("{ANSIBLE_DOCS}", "{INVENTORY}")}}\n'
    (SITE / "static").mkdir()
    (SITE / "static" / "site.css").write_text(STYLE, encoding="utf-8")
    style = 'html_static_path, html_css_files = ["static"], ["site.css"]\n'
    with (SITE / "conf.py").open("a", encoding="utf-8") as settings:
        settings.write(mapping + style)
    SOURCES.chmod(0o755)  # antsibull-docs refuses a folder that the group may write to


def write_inventory() -> None:
    """Write the references of all pages to Ansible's documentation."""
    texts = [page.read_text(encoding="utf-8") for page in sorted(SOURCES.rglob("*.rst"))]
    INVENTORY.write_bytes(inventory(REFERENCES | plugin_references("".join(texts))))


def leave_out_private_plugins() -> None:
    """Delete the pages of plugins that only the role uses, and the entries that lead there.

    ansible-test of ansible-core 2.17 needs their documentation in Python files; antsibull-docs writes pages for it.
    """
    for page in SOURCES.rglob("_*.rst"):
        page.unlink()
    for page in SOURCES.rglob("*.rst"):
        text = page.read_text(encoding="utf-8")
        if text != (without := PRIVATE_ENTRY.sub("", text)):
            page.write_text(without, encoding="utf-8")


def give_changelog_a_title() -> None:
    """Add the heading that antsibull-docs leaves out as long as nothing has been released."""
    text = CHANGELOG.read_text(encoding="utf-8")
    if "=====" not in text:
        label, rest = text.split("\n", 1)
        heading = "Release notes"
        CHANGELOG.write_text(f"{label}\n\n{heading}\n{'=' * len(heading)}\n{rest}", encoding="utf-8")


def with_own_images(text: str) -> str:
    """Return a page with the images of this checkout in place of those that GitHub has on main."""
    return text.replace(PUBLISHED_IMAGES, "/images/")


def use_own_images() -> None:
    """Put the images into the sources, so that the pages of a tag keep theirs and need no other site."""
    shutil.copytree(IMAGES, SOURCES / "images")
    for page in SOURCES.rglob("*.rst"):
        page.write_text(with_own_images(page.read_text(encoding="utf-8")), encoding="utf-8")


def build() -> None:
    """Write the sources of the site, from the plugins and docs/docsite, then the pages. Works offline."""
    tree.refresh()
    shutil.rmtree(SITE, ignore_errors=True)
    SITE.mkdir(parents=True)
    env = environment(ANSIBLE_COLLECTIONS_PATH=str(TEST_TREE), HOME=str(HOME))
    write_settings(env)
    show(
        "antsibull-docs", "collection", "--use-current", "--fail-on-error", "--dest-dir", SOURCES, COLLECTION, env=env
    )  # fmt: skip
    leave_out_private_plugins()
    give_changelog_a_title()
    use_own_images()
    write_inventory()
    show("sphinx-build", "-W", "--keep-going", "--quiet", "--builder", "html", "-c", SITE, SOURCES, PAGES, env=env)


def pages() -> Tally:
    """Build the site, and count the guides that it has."""
    build()
    guides = sorted(path.stem for path in GUIDES.glob("*.rst"))
    at_least_one(len(guides), "guide")
    missing = [name for name in guides if not page_of(name).is_file()]
    at_least_one(not missing, f"page of {', '.join(missing)}")
    return Tally(len(guides))


def page_of(guide: str) -> Path:
    """Return where the page of a guide is."""
    return PAGES / DOCSITE_PAGES / f"{guide}.html"


def main() -> int:
    """Build the site; return the exit code."""
    try:
        build()
    except CommandError as error:
        print(f"The documentation could not be built: {error}", file=sys.stderr)
        return 1
    print(f"\nOpen {INDEX}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
