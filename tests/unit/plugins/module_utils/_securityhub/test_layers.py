# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may import what, which files name writes, and how long files and functions are. Read from the source."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils import _securityhub

ROOT = Path(_securityhub.__file__).parent
FILES = {path.relative_to(ROOT).with_suffix("").as_posix(): path for path in sorted(ROOT.rglob("*.py"))}
MODULES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items() if path.stem != "__init__"}
# The calls to the service.
APIS = ["api", "api_standards"]
# From the top to the bottom; a wing is one layer, whose files have an order of their own.
LAYERS = [
    "results",
    "clients",
    "sessions",
    "credentials",
    "regions",
    *APIS,
    "calls",
    "retry",
    "options",
    "account_ids",
    "errors",
    "model",
]
PURE = ("account_ids", "model")
WING_FILES = ["result", "apply", "standards_side", "member_side", "sending", "batch", "plan"]
# The wings that a wing may use.
WINGS: dict[str, set[str]] = {
    "membership": {"member", "invitation", "hub", "standards"},
    "invitation": {"hub"},
    "member": set(),
    "hub": set(),
    "standards": set(),
}
READS = ("read_", "get_", "list_", "find_", "describe_", "has_", "is_", "unreadable_")


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
    return name.partition("/")[0] if "/" in name else ""


def names_of_api(name: str) -> set[str]:
    """What a module imports from api and its likes."""
    nodes = (node for node in ast.walk(MODULES[name]) if isinstance(node, ast.ImportFrom))
    return {alias.name for node in nodes if _modules_of(name, node) & set(APIS) for alias in node.names}


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
    assert "calls" in ours("api")
    assert "hub/plan" in ours("invitation/apply")
    assert "invite_members" in names_of_api("member/apply")
    assert "enable_standards" in names_of_api("standards/apply")


@pytest.mark.parametrize("name", [name for name in MODULES if name.endswith("/plan") or name in PURE])
def test_plans_and_records_are_pure(name: str) -> None:
    foreign = {each.partition(".")[0] for each in imports(name) - MODULES.keys()}
    assert foreign <= {"__future__", "dataclasses", "re", "typing"}
    assert ours(name) <= (set() if name in PURE else {"errors", "model", "options", "member/plan"})


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


@pytest.mark.parametrize("name", FILES)
def test_file_has_at_most_400_lines(name: str) -> None:
    assert len(FILES[name].read_text(encoding="utf-8").splitlines()) <= 400


def test_functions_are_short() -> None:
    lengths = sorted(length for _name, length in functions())
    assert statistics.median(lengths) <= 7
    assert statistics.quantiles(lengths, n=10)[-1] <= 18
    assert [name for name, length in functions() if length > 34] == []
