# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of `make test`. Each is a function that runs tools, and returns how much they checked.

A stage that fails raises; one that has checked nothing fails too (guards.py).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from local_hub.control import running_hub
from run import ansible_test, browser, guards, publishing
from run.guards import Tally
from run.layout import BUILD, LINKED, ROOT, WORKERS, environment
from run.shell import read, show

REPORTS = BUILD / "reports"
UNIT_SUITES = frozenset({"tests/local_hub", "tests/run"})  # those that have to be there
ANSIBLE_LINT = ("ansible-lint", "--offline", "--strict", "--profile", "production")
QUICK_SUITES = (
    "tests/run",
    "tests/unit/plugins/action",
    "tests/unit/plugins/modules/test_documentation.py",
    "tests/unit/plugins/module_utils",
    "tests/unit/plugins/plugin_utils",
)


def fresh(name: str) -> Path:
    """Return an empty place for a report, whatever an earlier run left there."""
    path = REPORTS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return path


def lint() -> Tally:
    """Style of Python and YAML, CloudFormation templates, GitHub's files, and that every file names its licence."""
    show("ruff", "check", ".")
    guards.counted(show("ruff", "format", "--check", "."), r"(\d+) files? already formatted", "Python file")
    guards.lines(read("yamllint", "--list-files", "."), "YAML file")
    show("yamllint", "--strict", ".")
    templates = sorted((ROOT / "docs" / "templates").glob("*.yaml"))
    guards.at_least_one(len(templates), "CloudFormation template")
    show("cfn-lint", *templates)
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    guards.at_least_one(len(workflows), "workflow")
    show("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    show("check-jsonschema", "--builtin-schema", "vendor.dependabot", ROOT / ".github" / "dependabot.yml")
    guards.counted(show("reuse", "lint"), r"Files with license information: (\d+) /", "file for reuse")
    return Tally(7)


def ansible_lint() -> Tally:
    """What ansible-lint asks of collections that are certified. It takes most of the time of all linters."""
    output = show(*ANSIBLE_LINT)
    guards.counted(output, r"in (\d+) files processed", "file for ansible-lint")
    return Tally(1)


def types() -> Tally:
    """Types of plugins and tests; plugins under the name that they are imported by, so that imports are followed."""
    pattern = r"no issues found in (\d+) source files?"
    guards.counted(show("mypy", LINKED / "plugins"), pattern, "plugin for mypy")
    guards.counted(show("mypy", "tests"), pattern, "test for mypy")
    return Tally(2)


def unit() -> Tally:
    """Run with pytest all folders of tests except for tests/unit, which ansible-test runs (the stage units)."""
    suites = unit_suites()
    if not browser.provide() and os.environ.get("CI"):
        raise guards.NothingCheckedError("nothing was checked: no browser for the report")
    return run_pytest("unit", suites)


def unit_suites() -> list[str]:
    """Return the folders that the stage unit runs: each folder of tests in which there is one."""
    folders = {f"tests/{file.relative_to(ROOT / 'tests').parts[0]}" for file in (ROOT / "tests").rglob("test_*.py")}
    suites = sorted(folders - {"tests/integration", "tests/unit"})
    missing = sorted(UNIT_SUITES - set(suites))
    guards.at_least_one(not missing, f"tests in {', '.join(missing)}")
    return suites


def unit_quick() -> Tally:
    """Run with pytest the unit tests that start no server: plans, results, options, and the tooling's."""
    return run_pytest("unit-quick", QUICK_SUITES)


def run_pytest(name: str, suites: Sequence[str]) -> Tally:
    """Run folders in one go, so that no processor waits for the last test of each; return the tally."""
    report = fresh(f"{name}.xml")
    show("python", "-m", "pytest", "--quiet", "--numprocesses", WORKERS, "--dist", "worksteal",
         "--junit-xml", report, *suites)  # fmt: skip
    return guards.junit_of_folders(report, suites)


def molecule() -> Tally:
    """Every molecule scenario (or those in ONLY), one after the other in one process: molecule takes long to start.

    They share a local hub, which the scenarios' prepare.yml resets.
    """
    scenarios = sorted(file.parent.name for file in (ROOT / "extensions" / "molecule").glob("*/molecule.yml"))
    scenarios = guards.chosen(scenarios, os.environ.get("ONLY", ""), "molecule scenario")
    names = [word for scenario in scenarios for word in ("--scenario-name", scenario)]
    # molecule keeps its states in Ansible's home: a fresh one, or it takes up where an interrupted run left off
    with running_hub() as hub, tempfile.TemporaryDirectory(dir=BUILD) as home:
        env = environment(**hub.environment(ansible_test.ADMINISTRATOR), LOCAL_HUB_URL=hub.url, ANSIBLE_HOME=home)
        output = show("molecule", "test", *names, env=env)
    return guards.scenarios(output, scenarios)


STAGES: dict[str, Callable[[], Tally]] = {
    "lint": lint,
    "ansible-lint": ansible_lint,
    "types": types,
    "unit": unit,
    "unit-quick": unit_quick,
    "sanity": ansible_test.sanity,
    "units": ansible_test.units,
    "integration": ansible_test.integration,
    "molecule": molecule,
    "docs-lint": publishing.docs_lint,
    "build": publishing.build,
}
