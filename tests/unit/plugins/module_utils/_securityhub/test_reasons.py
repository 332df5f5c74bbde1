# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of reasons, and that the documentation of each module names those that it returns."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils import _securityhub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub import reasons
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.reasons import REASONS, is_failure

ROOT = Path(_securityhub.__file__).parent
PLUGINS = ROOT.parents[1]
# Those that plan something.
MODULES = [path for path in sorted((PLUGINS / "modules").glob("securityhub_*.py")) if not path.stem.endswith("_info")]
CODES = {
    name: value
    for name, value in vars(reasons).items()
    if isinstance(value, str) and re.fullmatch("[A-Z_]+=[a-z_]+", f"{name}={value}")
}
# What a module can't return, though a file that it uses can.
ELSEWHERE = {
    "securityhub_controls": {  # it enables no standard
        "standards_failed",
        "standards_incomplete",
        "standards_not_offered",
        "standards_pending",
    },
    "securityhub_invitation": {"associated"},  # it disables no hub
    "securityhub_membership": {"associated", "not_a_member", "not_available"},  # it adds whom it invites
    "securityhub_member": {"not_a_member", "removed", "resigned", "suspended", "caller_is_member"},  # it invites nobody
}


def wings_of(path: Path) -> set[Path]:
    """Return the files of the wings that a file imports, directly or not."""
    found: set[Path] = set()
    new = {path}
    while new:
        file = new.pop()
        found.add(file)
        new |= {each for each in imports_of(file) if each.parent.parent == ROOT} - found
    return {
        each for each in found if each.name in ("plan.py", "apply.py", "batch.py", "sending.py") or "_side" in each.name
    }


def imports_of(path: Path) -> set[Path]:
    """Return the files of ours that a file imports."""
    nodes = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom))
    found = set()
    for node in nodes:
        name = (node.module or "").rpartition("_securityhub.")[2]
        folder = path.parents[node.level - 1] if node.level else ROOT
        found.add(folder.joinpath(*name.split(".")).with_suffix(".py"))
    return {each for each in found if each.is_file()}


def codes_in(path: Path) -> set[str]:
    """Return the reasons that a file names, as constants or as text."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {CODES[node.id] for node in nodes if isinstance(node, ast.Name) and node.id in CODES}
    texts = {str(node.value) for node in nodes if isinstance(node, ast.Constant)}
    return names | (texts & set(REASONS))


def reasons_given(call: ast.Call) -> set[str]:
    """Return the reasons that a call gives to a record or an error, as text or as a constant of any name."""
    places = {"Outcome": 4, "PreconditionFailed": 0, "SideResult": 1}
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    values = [each.value for each in call.keywords if each.arg == "reason"]
    if name in places:
        values += call.args[places[name] :][:1]
    return {str(each.value) for each in values if isinstance(each, ast.Constant) and each.value} | {
        CODES.get(each.id, each.id) for each in values if isinstance(each, ast.Name) and each.id.isupper()
    }


def returned_by(module: Path) -> set[str]:
    """Return the reasons that a module can return."""
    return set().union(*map(codes_in, wings_of(module))) - ELSEWHERE.get(module.stem, set())


def test_reasons_constants_are_the_table() -> None:
    assert set(CODES.values()) == set(REASONS)


def test_reasons_that_results_have_are_in_the_table() -> None:
    given = {
        (path.name, text)
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for text in reasons_given(node)
    }
    assert {text for _name, text in given} - set(REASONS) == set()
    assert len(given) > 10


@pytest.mark.parametrize("reason", REASONS)
def test_reasons_have_sentences(reason: str) -> None:
    row = REASONS[reason]
    assert all(text.endswith(".") for text in (row.explanation, row.module_step, row.playbook_step))
    assert not re.search(r"securityhub_(accounts|regions|reinvite|wait_timeout|member_role)", row.module_step)
    assert not re.search(r"(?<![a-z_])(wait_timeout|reinvite|member_role|member_role_external_id)", row.playbook_step)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_reasons_a_module_returns_are_in_its_documentation(module: Path) -> None:
    text = module.read_text(encoding="utf-8").partition("RETURN = ")[2]
    assert {reason for reason in returned_by(module) if f"V({reason})" not in text} == set()


def test_reasons_of_membership_are_found() -> None:
    assert {"no_invitation", "standards_failed", "removed"} <= returned_by(
        PLUGINS / "modules" / "securityhub_membership.py"
    )


def test_is_failure() -> None:
    assert {reason for reason in REASONS if not is_failure(reason)} == {
        "own_account", "awaiting_acceptance", "standards_pending", "not_available",
    }  # fmt: skip
    assert (is_failure(None), is_failure("of_another_version")) == (False, True)
