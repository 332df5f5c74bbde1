# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sanity tests, unit tests and playbooks on every supported ansible-core with every Python that this machine has.

Then the unit tests and playbooks with the oldest and the newest amazon.aws and SDK, and with amazon.aws 12; and what
certification checks, with its tools. Prints the table of tests/run/versions.md; a pair whose Python this machine lacks
is listed as not run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from run import ansible_test, guards, setup, tree
from run.guards import NothingCheckedError, Tally
from run.layout import (
    BUILD,
    COLLECTIONS,
    COPY,
    DEPENDENCIES,
    REQUIREMENTS,
    ROOT,
    TEST_TREE,
    WORKERS,
    environment,
    link,
    locked,
)
from run.shell import CommandError, read, show
from run.stages import ANSIBLE_LINT

FOLDER = BUILD / "matrix"
NEEDED = REQUIREMENTS / "matrix.txt"
UNIT_TESTS = ROOT / "tests" / "unit" / "requirements.txt"
# The sanity tests that depend on the Python.
TARGET_TESTS = ("compile", "import")
# What shows that role, playbooks and inventory work with an ansible-core: each entry point, and settings of users. And
# that the artefact installs, and runs the README's examples.
PLAYBOOK_TESTS = (
    "playbooks/test_isolation.py",
    "playbooks/test_role_entry_points.py",
    "inventory",
    "examples/test_installed.py",
)

# ansible-core -> the Pythons it runs on, and those that it runs modules with only. From its support matrix,
# https://docs.ansible.com/ansible/latest/reference_appendices/release_and_maintenance.html, above the floors of this
# project: 3.11 for tests, 3.8 for modules.
CORES = {
    "2.17": (("3.11", "3.12"), ("3.8", "3.9", "3.10")),
    "2.18": (("3.11", "3.12", "3.13"), ("3.8", "3.9", "3.10")),
    "2.19": (("3.11", "3.12", "3.13"), ("3.8", "3.9", "3.10")),
    "2.20": (("3.12", "3.13", "3.14"), ("3.9", "3.10", "3.11")),
    "2.21": (("3.12", "3.13", "3.14"), ("3.9", "3.10", "3.11")),
    "2.22": (("3.13", "3.14"), ("3.9", "3.10", "3.11", "3.12")),
}
# What pip takes where a version has no release yet.
PRERELEASES = {"2.22": "ansible-core>=2.22.0b1,<2.23"}
NO_HOST = "not run: no Python that this ansible-core runs on"
# Its pylint comes from an archive outside of the package index.
LEFT_OUT = {"2.22": ("pylint",)}
# Which ansible-core and Python the ends of amazon.aws and the SDK are run with: both ends of those too.
# amazon.aws 12 has higher floors than its predecessors.
ENDS = {"oldest": ("2.17", "3.11"), "newest": ("2.21", "3.13"), "amazon12": ("2.22", "3.13")}
# The ansible-core and Python of those who certify collections; certification.txt has their ansible-lint. This
# ansible-core is below the floor of the collection, which ansible-doc warns of, and ansible-test takes for a failure.
CERTIFICATION = "certification"
CERTIFIED_WITH = ("2.16", "3.11")
NOT_CERTIFIED = "ansible-doc"
# It takes a private module, whose name begins with an underscore, for a deprecated one: it validates the others.
VALIDATED = "validate-modules"
PUBLIC_MODULES = "plugins/modules/securityhub_"
# What can be chosen on the command line.
CHOICES = (*CORES, *ENDS, CERTIFICATION)


@dataclass(frozen=True)
class Row:
    """One pair in the table; what was run, or why not."""

    core: str
    python: str
    outcome: str
    failed: bool = False

    def __str__(self) -> str:
        return f"| {self.core} | {self.python} | {self.outcome} |"


def candidates(version: str) -> Iterator[Path]:
    """Give the places where a Python of this version may be: on PATH, and in pyenv, whose shims may be switched off."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        yield Path(folder) / f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted((pyenv / "versions").glob(f"{version}.*/bin/python{version}"))


def find_python(version: str) -> Path | None:
    """Return the first Python of this version that runs."""
    for path in candidates(version):
        if path.is_file() and not subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode:
            return path
    return None


def make_venv(core: str, version: str, python: Path, *more: Path) -> Path:
    """Return a virtual environment with that ansible-core, made anew where its requirements have changed.

    :param more: files of requirements besides those of the unit tests
    """
    venv = FOLDER / "-".join([f"core{core}-py{version}", *(file.stem for file in more)])
    needed = (NEEDED, UNIT_TESTS, *more)
    stamp = "".join([*map(setup.fingerprint, needed), str(python)])
    if not setup.up_to_date(venv, stamp):
        setup.make_venv(venv, str(python))
        files = [word for file in needed for word in ("--requirement", str(file))]
        setup.install(venv, PRERELEASES.get(core, f"ansible-core~={core}.0"), *files)
        setup.seal(venv, stamp)
    return venv


def run_sanity(version: str, venv: Path, left_out: Sequence[str] = ()) -> Tally:
    """Run the sanity tests with the ansible-core of a virtual environment, all but those that are left out."""
    files = tree.refresh()
    skipped = [word for test in left_out for word in ("--skip-test", test)]
    ansible_test.run("sanity", "--python", version, "--junit", *skipped, venv=venv)
    expected = guards.sanity_expected(files) - set(left_out)
    return guards.sanity(ansible_test.reports(ansible_test.SANITY_REPORTS), expected)


def run_units(version: str, venv: Path) -> Tally:
    """Run the unit tests with the ansible-core of a virtual environment."""
    ansible_test.run_units(version, venv)
    return guards.junit(ansible_test.reports(ansible_test.UNIT_REPORTS), "unit test")


@contextlib.contextmanager
def amazon_aws(end: str) -> Iterator[None]:
    """Put another amazon.aws beside the checkout and its copy, and the usual one afterwards."""
    places = [tree / "ansible_collections" / "amazon" for tree in (TEST_TREE, COLLECTIONS)]
    folder = FOLDER / f"amazon-{end}"
    python = ("--only-binary=:all:", "--python-version", ENDS[end][1])
    setup.unpack_amazon_aws(REQUIREMENTS / f"collections-{end}.txt", folder, *python)
    for place in places:
        link(place, folder / "ansible_collections" / "amazon")
    try:
        yield
    finally:
        for place in places:
            link(place, DEPENDENCIES / "amazon")


def versions(end: str, venv: Path) -> str:
    """Return what is at this end, for the table."""
    manifest = FOLDER / f"amazon-{end}" / "ansible_collections" / "amazon" / "aws" / "MANIFEST.json"
    amazon = json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"]
    program = "import boto3, botocore; print(f'boto3 {boto3.__version__}, botocore {botocore.__version__}')"
    return f"amazon.aws {amazon}, {read(str(venv / 'bin' / 'python'), '-c', program).strip()}"


def run_end(end: str) -> Row:
    """Run the unit tests and playbooks with one of ENDS; return the row."""
    core, version = ENDS[end]

    def check(python: Path) -> tuple[str, Tally]:
        venv = make_venv(core, version, python, REQUIREMENTS / f"sdk-{end}.txt")
        tree.refresh()
        with amazon_aws(end):
            newest = {} if end == "oldest" else {"NO_DEPRECATION": "1"}
            tally = run_units(version, venv) + run_playbooks(venv, **newest)
            return f"units, playbooks with {versions(end, venv)}", tally

    return run_row(core, version, end, check)


def run_certification() -> Row:
    """Run ansible-test sanity and ansible-lint as certification does; return the row."""
    core, version = CERTIFIED_WITH

    def check(python: Path) -> tuple[str, Tally]:
        venv = make_venv(core, version, python, REQUIREMENTS / f"{CERTIFICATION}.txt")
        tally = run_sanity(version, venv, (NOT_CERTIFIED, VALIDATED)) + validate_public_modules(version, venv)
        return f"{CERTIFICATION}: sanity (without {NOT_CERTIFIED}), ansible-lint", tally + run_ansible_lint(venv)

    return run_row(core, version, CERTIFICATION, check)


def validate_public_modules(version: str, venv: Path) -> Tally:
    """Run validate-modules on the modules that users see."""
    modules = [name for name in tree.refresh() if name.startswith(PUBLIC_MODULES)]
    guards.at_least_one(len(modules), "module")
    ansible_test.run("sanity", "--python", version, "--junit", "--test", VALIDATED, *modules, venv=venv)
    return guards.sanity(ansible_test.reports(ansible_test.SANITY_REPORTS), [VALIDATED])


def run_ansible_lint(venv: Path) -> Tally:
    """Run the ansible-lint of a virtual environment on the copy, with the other programs of that environment."""
    env = environment(VIRTUAL_ENV=str(venv), ANSIBLE_COLLECTIONS_PATH=str(TEST_TREE))
    env["PATH"] = os.pathsep.join([str(venv / "bin"), env["PATH"]])
    output = show(venv / "bin" / ANSIBLE_LINT[0], *ANSIBLE_LINT[1:], cwd=COPY, env=env)
    guards.counted(output, r"on (\d+) files\.", "file for ansible-lint")
    return Tally(1)


def run_playbooks(venv: Path, **variables: str) -> Tally:
    """Run role and playbooks with the ansible-core of a virtual environment; the tests themselves run in ours."""
    report = FOLDER / f"{venv.name}.xml"
    report.unlink(missing_ok=True)
    files = [f"tests/{name}" for name in PLAYBOOK_TESTS]
    show("python", "-m", "pytest", "--quiet", "--numprocesses", WORKERS, "--junit-xml", report, *files,
         env=environment(OTHER_ANSIBLE_BIN=str(venv / "bin"), **variables))  # fmt: skip
    return guards.junit([report], "test of the playbooks")


def run_target(version: str, venv: Path, path: str = "") -> Tally:
    """Run the sanity tests that depend on the Python; `path` is its folder, where it is not that of ansible-core."""
    tree.refresh()
    tests = [option for name in TARGET_TESTS for option in ("--test", name)]
    ansible_test.run("sanity", "--python", version, "--junit", *tests, venv=venv, path=path)
    return guards.sanity(ansible_test.reports(ansible_test.SANITY_REPORTS), TARGET_TESTS)


def hosts(core: str) -> list[str]:
    """Return the Pythons of this machine that an ansible-core runs on."""
    return [version for version in CORES[core][0] if find_python(version)]


def check_pair(core: str, version: str, python: Path) -> tuple[str, Tally]:
    """Run one pair; return what was run, and its tally. Where ansible-core only runs modules, it is on another Python.

    All sanity tests run on the first Python of each ansible-core, and on the others those that depend on it.
    """
    on = version if version in CORES[core][0] else hosts(core)[0]
    venv = make_venv(core, on, find_python(on) or python)
    if version == hosts(core)[0]:
        left_out = LEFT_OUT.get(core, ())
        what = "".join(["sanity", *(f" (without {test})" for test in left_out)])
        tally = run_sanity(version, venv, left_out)
    else:
        what, tally = ", ".join(TARGET_TESTS), run_target(version, venv, str(python.parent))
    if version == on:
        what, tally = f"{what}, units, playbooks", tally + run_units(version, venv) + run_playbooks(venv)
    return what, tally


def run_pair(core: str, version: str) -> Row:
    """Run one pair; return its row."""
    if not hosts(core):
        return Row(core, version, NO_HOST)
    return run_row(core, version, f"core{core}-py{version}", partial(check_pair, core, version))


def run_row(core: str, version: str, name: str, check: Callable[[Path], tuple[str, Tally]]) -> Row:
    """Run the checks of a row with their output in a file of their own; return the row.

    :param name: the name of the file, without its suffix
    :param check: is called with the Python, and returns what was run, and its tally
    """
    python = find_python(version)
    if python is None:
        return Row(core, version, f"not run{of_end(name)}: this machine has no Python {version}")
    log = FOLDER / f"{name}.log"
    started = time.monotonic()
    try:
        with locked("stage"), log.open("w", encoding="utf-8") as output, contextlib.redirect_stdout(output):
            what, tally = check(python)
    except (CommandError, NothingCheckedError, setup.SetupError) as error:
        why = f"{str(error).splitlines()[0]} ({log.relative_to(ROOT)})"
        return Row(core, version, f"FAILED{of_end(name)}: {why}", failed=True)
    return Row(core, version, f"{what}: {tally}, {time.monotonic() - started:.0f} s", failed=bool(tally.failed))


def of_end(name: str) -> str:
    """Return what a row says besides the versions where it has not run: which end it is of, if it is of one."""
    return f" with the {name} amazon.aws and SDK" if name in ENDS else ""


def rows(chosen: Sequence[str]) -> Iterator[Row]:
    """Run what is chosen, one row after the other: all pairs of an ansible-core, an end, certification."""
    for core in (core for core in CORES if core in chosen):
        for version in chain(*CORES[core]):
            yield run_pair(core, version)
    for end in (end for end in ENDS if end in chosen):
        yield run_end(end)
    if CERTIFICATION in chosen:
        yield run_certification()


def main() -> int:
    """Print the table as it grows; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m run.matrix", description=__doc__)
    parser.add_argument("cores", nargs="*", metavar="core", help=f"any of {', '.join(CHOICES)}; all by default")
    chosen = parser.parse_args().cores or CHOICES
    if unknown := set(chosen) - set(CHOICES):
        parser.error(f"no supported ansible-core: {', '.join(sorted(unknown))}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(Row("ansible-core", "Python", "what was checked"), Row("---", "---", "---"), sep="\n", flush=True)
    table = []
    for row in rows(chosen):
        print(row, flush=True)
        table.append(row)
    failed = sum(row.failed for row in table)
    ran = sum("not run" not in row.outcome for row in table)
    print(f"\n{ran - failed} passed, {failed} failed ({len(table) - ran} pairs not run)")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
