# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may import what, which files name writes, and how long functions may be. Read from the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils import _securityhub

ROOT = Path(_securityhub.__file__).parent
FILES = {path.relative_to(ROOT).with_suffix("").as_posix(): path for path in sorted(ROOT.rglob("*.py"))}
MODULES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items() if path.stem != "__init__"}
# The calls to the service.
APIS = ["aws/api"]
# From the top to the bottom; a wing is one layer, whose files have an order of their own.
LAYERS = [
    "results/rows",
    "results/run",
    "results/messages",
    "aws/workers",
    "aws/clients",
    "aws/sessions",
    "aws/find_regions",
    "aws/credentials",
    *APIS,
    "aws/calls",
    "aws/pace",
    "aws/retry",
    "inputs/roles",
    "inputs/rows",
    "inputs/policy",
    "inputs/controls",
    "inputs/regions",
    "inputs/options",
    "inputs/account_ids",
    "reasons",
    "model",
    "errors",
    "version",
]
PURE = ("inputs/account_ids", "model", "reasons", "errors", "version")
WING_FILES = [
    "result",
    "apply",
    "config_side",
    "controls_side",
    "standards_side",
    "member_side",
    "batch",
    "plan",
    "parameters",
    "global_controls",
]
# The wings that a wing may use.
WINGS: dict[str, set[str]] = {
    "membership": {"member", "invitation", "hub", "standards", "controls"},
    "invitation": {"hub"},
    "member": set(),
    "hub": set(),
    "aggregator": set(),
    "standards": set(),
    "controls": {"standards"},
}
# What plans may import beside their own wing: parsers and records that are pure too.
PURE_BELOW = {"errors", "model", "reasons", "inputs/options", "inputs/controls", "inputs/policy"}
PURE_PLANS = {"member/plan", "invitation/plan", "standards/plan"}
READS = ("read_", "get_", "list_", "find_", "describe_", "has_", "is_", "unreadable_", "assume_")


def imports(name: str) -> set[str]:
    """The modules that a module imports: ours by their path below ROOT, others by their first names."""
    found: set[str] = set()
    for node in ast.walk(MODULES[name]):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update(_modules_of(name, node))
    return found


def _modules_of(name: str, node: ast.ImportFrom) -> set[str]:
    if not node.level:
        return {node.module or ""}
    folder = [*name.split("/")[: -node.level], *(node.module or "").split(".")]
    path = "/".join(part for part in folder if part)
    return {path} if path in MODULES else {f"{path}/{alias.name}".lstrip("/") for alias in node.names}


def ours(name: str) -> set[str]:
    return imports(name) & MODULES.keys()


def wing(name: str) -> str:
    folder = name.partition("/")[0]
    return folder if folder in WINGS else ""


def names_of_api(name: str) -> set[str]:
    """The functions that a module imports from api."""
    nodes = (node for node in ast.walk(MODULES[name]) if isinstance(node, ast.ImportFrom))
    return {
        alias.name
        for node in nodes
        if _modules_of(name, node) & set(APIS)
        for alias in node.names
        if alias.name.islower()
    }


def functions() -> list[tuple[str, int]]:
    """Each function and its lines."""
    return [
        (f"{name}.{node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def test_source_is_found() -> None:
    wings = {"member/plan", "member/apply", "invitation/apply", "hub/apply", "standards/apply"}
    assert {*LAYERS, *wings} <= MODULES.keys()
    assert "aws/calls" in ours("aws/api")
    assert "hub/plan" in ours("invitation/apply")
    assert "invite_members" in names_of_api("member/apply")
    assert "enable_standards" in names_of_api("standards/apply")


@pytest.mark.parametrize(
    "name", [name for name in MODULES if name.endswith(("/plan", "/parameters", "/global_controls")) or name in PURE]
)
def test_plans_and_records_are_pure(name: str) -> None:
    foreign = {each.partition(".")[0] for each in imports(name) - MODULES.keys()}
    assert foreign <= {"__future__", "dataclasses", "difflib", "re", "typing"}
    own = {each for each in ours(name) if wing(each) and wing(each) == wing(name)}
    assert ours(name) - own <= ({"errors"} if name in PURE else PURE_BELOW | PURE_PLANS)


@pytest.mark.parametrize("name", MODULES)
def test_imports_run_downwards(name: str) -> None:
    if name in LAYERS:
        assert ours(name) <= set(LAYERS[LAYERS.index(name) + 1 :])
        return
    own, below = WING_FILES.index(name.rpartition("/")[2]), WINGS[wing(name)]
    allowed = {f"{wing(name)}/{each}" for each in WING_FILES[own + 1 :]} | set(LAYERS)
    assert {each for each in ours(name) - allowed if wing(each) not in below} == set()


@pytest.mark.parametrize("name", MODULES)
def test_only_apply_names_writes(name: str) -> None:
    writes = {each for each in names_of_api(name) if not each.startswith(READS)}
    assert not writes or name.endswith("/apply")


def test_functions_have_at_most_40_lines() -> None:
    assert [name for name, length in functions() if length > 40] == []
