# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables that `make tables` writes: every page has the current ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.reasons import Reason
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.variables import DEFAULTS
from run import marks, tables

TABLES = tables.tables()


@pytest.mark.parametrize(("page", "name"), TABLES, ids=lambda value: getattr(value, "name", value))
def test_page_has_the_current_table(page: Path, name: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == marks.filled(text, name, TABLES[page, name]), "run make tables"


def test_variables_have_defaults_in_yaml_and_who_does_not_use_them() -> None:
    options = {name: {"description": "It is."} for name in DEFAULTS} | {
        "securityhub_reinvite": {"description": "See O(a_b), C(c), V(d).", "default": ["d"]},
        "securityhub_surplus": {"description": "It is.", "default": True},
    }
    specs = {
        "main": {"options": options},
        "invite": {"options": {"securityhub_surplus": {}}},
        "offboard": {"options": {"securityhub_surplus": {}, "securityhub_reinvite": {}}},
    }
    rows = {row[0]: row[1:] for row in tables.variables(specs, "`", "x_")}
    assert list(rows) == [f"`{name}`" for name in DEFAULTS]
    assert rows["`securityhub_surplus`"] == ("`true`", "It is.")
    assert rows["`securityhub_reinvite`"] == ("`[d]`", "See `a_b`, `c`, `d`. Not used by `x_invite`.")
    assert rows["`securityhub_policy`"] == ("", "It is. Not used by `x_invite` or `x_offboard`.")


def test_reasons_have_both_steps_where_they_differ_with_names_as_code() -> None:
    table = {
        "b": Reason("It is.", "Set wait_timeout.", "Wait.", fails=False),
        "a": Reason("So.", "Allow sts:AssumeRole."),
    }
    assert list(tables.reasons(table)) == [
        ("``a``", "So.", "Allow ``sts:AssumeRole``."),
        ("``b``", "It is. It does not fail the task.", "*Task:* Set ``wait_timeout``.\n\n*Playbook:* Wait."),
    ]


def test_names_are_links_of_modules_and_code() -> None:
    text = "Run multiaccount.aws.securityhub_member. Run multiaccount.aws.securityhub_onboard, or set reinvite."
    assert tables.NAMES.sub(tables.marked, text) == (
        "Run :ansplugin:`multiaccount.aws.securityhub_member#module`. "
        "Run ``multiaccount.aws.securityhub_onboard``, or set ``reinvite``."
    )


def test_parameters_have_the_names_of_both_templates() -> None:
    template = {"RoleName": {"Description": "See member_role.", "Default": "R"}, "Path": {"Description": "A path."}}
    assert list(tables.parameters(template)) == [
        ("``RoleName``", "``role_name``", "``R``", "See ``member_role``."),
        ("``Path``", "``path``", "", "A path."),
    ]


def test_rst_cells_are_wrapped_and_have_paragraphs() -> None:
    long = " ".join(["word"] * 30)
    assert tables.rst(("A", "B"), [("", f"{long}\n\nend")], "1 2").splitlines() == [
        ".. list-table::", "   :header-rows: 1", "   :widths: 1 2", "",
        "   * - A", "     - B",
        "   * -", f"     - {' '.join(['word'] * 22)}", f"       {' '.join(['word'] * 8)}", "", "       end",
    ]  # fmt: skip


def test_markdown_rows_are_lines() -> None:
    assert tables.markdown(("A", "B"), [("a", ""), ("", "b")]).splitlines() == [
        "| A | B |", "| --- | --- |", "| a | |", "| | b |",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("begin", "end"), [(".. begin: a\n", ".. end: a\n"), ("<!-- begin: a -->\n", "<!-- end: a -->\n")]
)
def test_filled_replaces_what_is_between_the_marks(begin: str, end: str) -> None:
    page = f"before\n{begin}old\n{end}after\n"
    assert marks.filled(page, "a", r"new \1") == f"before\n{begin}\nnew \\1\n\n{end}after\n"
    with pytest.raises(ValueError, match="no place for b"):
        marks.filled(page, "b", "new")
