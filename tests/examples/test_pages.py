# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every shell and YAML block of the guides and of the READMEs, in the order of its page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from examples.blocks import blocks_of
from examples.permissions import fields_of, policy_rows
from examples.runner import ACCOUNTS, ExampleError, Terminal, run_page, unused_files
from run.layout import ROOT

WITHOUT_COMMANDS = {"releases"}
GUIDES = sorted(page for page in (ROOT / "docs" / "docsite" / "rst").glob("*.rst") if page.stem not in WITHOUT_COMMANDS)
PAGES = [*GUIDES, ROOT / "README.md", *sorted((ROOT / "roles").glob("*/README.md"))]
# It explains the server for tests, in which everybody may do everything.
WITHOUT_AWS = {"local_hub"}


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_there_are_guides() -> None:
    assert GUIDES


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_examples_of_page(page: Path, terminal: Terminal, record_property: Callable[[str, object], None]) -> None:
    if page.suffix == ".md":  # a README tells in no detail what its files are
        terminal.write("accounts.csv", ACCOUNTS)
    elif page.stem not in WITHOUT_AWS:
        terminal.hub.seed(policies=policy_rows(page.read_text(encoding="utf-8")))
    numbers = run_page(blocks_of(page), terminal)
    for name, number in numbers.items():
        record_property(name, number)
    assert numbers["run"], "the page has no example that runs"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_of_page_are_used(page: Path) -> None:
    assert unused_files(blocks_of(page)) == []


@pytest.mark.parametrize(
    ("guide", "policy"),
    [
        ("concepts", "administrator-look"),
        ("from_aws_cli", "administrator-act"),
        ("cross_region", "aggregator"),
        ("from_scripts", "member"),
        ("standards", "standards"),
        ("offboarding", "member-offboarding"),
        ("offboarding", "hub"),
    ],
)
def test_guide_without_a_policy_fails(guide: str, policy: str, terminal: Terminal) -> None:
    (page,) = (page for page in GUIDES if page.stem == guide)
    text = page.read_text(encoding="utf-8")
    fewer = text.replace(f"``{policy}.json``", "")
    assert fewer != text
    terminal.hub.seed(policies=policy_rows(fewer))
    with pytest.raises(ExampleError, match=r"AccessDenied|not authorized|not in the output"):
        run_page(blocks_of(page), terminal)


@pytest.mark.parametrize("page", GUIDES, ids=name_of)
def test_guide_names_its_policies(page: Path) -> None:
    assert page.stem in WITHOUT_AWS or fields_of(page.read_text(encoding="utf-8"))
