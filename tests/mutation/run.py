# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make mutate`: change the plans, what options mean, the retries and the classification of errors, in one place at a
time, and count what the tests of the module notice.

Each mutant is tested in a process of its own, forked from one that has everything imported but our own code. A survivor
that tests/mutation/README.md does not explain is a failure.
"""

from __future__ import annotations

import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from mutation.mutants import Mutant, mutants
from run.guards import chosen
from run.layout import LINKED, ROOT

PACKAGE = "plugins/module_utils/_securityhub"
REPORT = ROOT / "tests" / "mutation" / "README.md"
WINGS = ("controls", "hub", "invitation", "member", "membership", "standards")
UNIT = Path("tests/unit") / PACKAGE
# The tests that concern a module, in the order in which they are run until one fails.
MODULES: dict[str, list[Path]] = {
    **{f"{wing}/plan.py": [UNIT / wing, Path(f"tests/properties/test_{wing}_plan.py")] for wing in WINGS},
    "membership/plan.py": [
        UNIT / "membership",
        Path("tests/properties/test_membership_plan.py"),
        Path("tests/properties/test_membership_standards.py"),
    ],
    "aggregator/plan.py": [UNIT / "aggregator"],
    "controls/parameters.py": [UNIT / "controls" / "test_parameters.py"],
    "inputs/controls.py": [UNIT / "inputs" / "test_controls.py"],
    "inputs/policy.py": [UNIT / "inputs" / "test_policy.py"],
    "member/batch.py": [UNIT / "member" / "test_batch.py"],
    "aws/retry.py": [UNIT / "aws" / "test_retry.py"],
    "errors.py": [UNIT / "test_errors.py", UNIT / "aws" / "test_retry.py"],
}
OPTIONS = ("--exitfirst", "--quiet", "--assert=plain", "--no-header")
# What is imported again for each mutant, except for what does not import the modules above.
OWN = ("ansible_collections.multiaccount", "properties", "tests.")
UNRELATED = ("ansible_collections.multiaccount.aws.tests.local_hub",)
# Seconds of processor time after which a mutant is taken to run for ever: tables need one or two, properties ten.
LIMIT, PROPERTIES_LIMIT = 10, 60


class OneModule(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from the code of a mutant."""

    def __init__(self, name: str, code: CodeType) -> None:
        self._name = name
        self._code = code

    def find_spec(self, fullname: str, _path: Any, _target: Any = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)  # noqa: S102


def tests_of(module: str) -> list[str]:
    """Return the files of tests of a module, the table-driven ones first."""
    files = (
        sorted((ROOT / path).glob("test_plan*.py")) if (ROOT / path).is_dir() else [path] for path in MODULES[module]
    )
    return [str(file) for found in files for file in found]


def run_tests(name: str, code: CodeType, tests: Sequence[str]) -> int:
    """Run tests with this code for a module in a process of its own; return its exit code, 0 for success."""
    process = os.fork()
    if process == 0:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.meta_path.insert(0, OneModule(name, code))
        os._exit(next((code for code in map(run_file, tests) if code), 0))
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def run_file(file: str) -> int:
    """Run the tests of one file, until one fails; return the exit code."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    limit = PROPERTIES_LIMIT if "/properties/" in file else LIMIT
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + limit, hard))
    return int(pytest.main([*OPTIONS, file]))


def forget_own_code() -> None:
    """Have our own code imported again, by each process for itself."""
    for name in list(sys.modules):
        if name.startswith(OWN) and not name.startswith(UNRELATED):
            del sys.modules[name]


def survivors(module: str, tests: Sequence[str]) -> Iterator[Mutant | None]:
    """Yield the mutants of a module that its tests do not notice, and None for each that they do."""
    path = LINKED / PACKAGE / module
    name = f"ansible_collections.multiaccount.aws.{PACKAGE}.{module[:-3]}".replace("/", ".")
    source = path.read_text(encoding="utf-8")
    if run_tests(name, compile(source, str(path), "exec"), tests):
        sys.exit(f"{module}: the tests fail without any change: {' '.join(tests)}")
    for mutant in mutants(source):
        yield None if run_tests(name, mutant.code, tests) else mutant


def row(module: str, mutant: Mutant) -> str:
    """Return the beginning of a survivor's line in the report."""
    change = mutant.change.replace("|", "\\|")
    return f"| `{module}` | `{mutant.scope}` | `{change}` |"


def check(module: str, explained: str) -> tuple[str, list[str]]:
    """Test the mutants of a module; return its line of the table, and the survivors that are not explained."""
    tests = tests_of(module)
    found = list(survivors(module, tests))
    left = [mutant for mutant in found if mutant]
    rows = {row(module, mutant): mutant.line for mutant in left}
    named = [f"{text}  (line {line})" for text, line in rows.items() if text not in explained]
    line = f"| `{module}` | {len(found)} | {len(found) - len(left)} | {len(left)} |"
    print("\n".join([line, *named]), flush=True)
    return line, named


def main() -> int:
    """Test the mutants of all modules, or of those in ONLY; return the exit code."""
    os.chdir(ROOT)
    os.environ.update(PROPERTIES_PROFILE="mutants", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    modules = chosen(list(MODULES), os.environ.get("ONLY", ""), "module")
    run_quietly = [file for module in modules for file in tests_of(module)]
    pytest.main(["--collect-only", "--quiet", "--quiet", *run_quietly])
    forget_own_code()
    gc.freeze()
    explained = REPORT.read_text(encoding="utf-8") if REPORT.exists() else ""
    lines, left = zip(*(check(module, explained) for module in modules), strict=True)
    print("", "| module | mutants | killed | survivors |", "| --- | ---: | ---: | ---: |", *lines, sep="\n")
    unexplained = sum(map(len, left))
    print(f"\n{unexplained} survivors that tests/mutation/README.md does not explain")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
