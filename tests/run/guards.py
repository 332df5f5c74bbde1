# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much did a tool check? Each function reads a tool's own words or files, and raises where that was nothing.

Several tools succeed when they find nothing to check: a wrong folder, files that git ignores, a missing program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")

# Sanity tests that every collection with modules has work for; one of them skipped means that files were not seen.
SANITY_NEVER_SKIPPED = frozenset({
    "ansible-doc", "compile", "import", "no-smart-quotes", "pep8", "pylint", "runtime-metadata", "validate-modules",
    "yamllint",
})  # fmt: skip


class NothingCheckedError(Exception):
    """A tool that was content because it looked at nothing, or at less than there is."""


@dataclass(frozen=True)
class Tally:
    """How many checks passed and failed; tallies add up."""

    passed: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.passed + other.passed, self.failed + other.failed)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"


def at_least_one(number: int, what: str) -> int:
    """Return the number; raise when it is nothing."""
    if number < 1:
        raise NothingCheckedError(f"nothing was checked: no {what}")
    return number


def chosen(names: list[str], only: str, what: str) -> list[str]:
    """Return the names that `only` asks for, all where it is empty; raise for one that is not there, or for none."""
    wanted = only.replace(",", " ").split()
    if unknown := sorted(set(wanted) - set(names)):
        raise NothingCheckedError(f"no {what} {', '.join(unknown)}; there are {', '.join(names)}")
    at_least_one(len(names), what)
    return wanted or names


def counted(output: str, pattern: str, what: str) -> int:
    """Return the sum of the numbers that the pattern's one group finds in a tool's output."""
    return at_least_one(sum(int(number) for number in re.findall(pattern, ESCAPES.sub("", output))), what)


def lines(output: str, what: str) -> int:
    """Return how many lines a tool listed."""
    return at_least_one(len(output.splitlines()), what)


def junit(files: Iterable[Path], what: str) -> Tally:
    """Return the tally of JUnit files; a skipped test is neither passed nor failed, and was not checked."""
    passed = failed = 0
    for case in (case for file in files for case in ElementTree.parse(file).iter("testcase")):  # noqa: S314
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is None:
            passed += 1
    at_least_one(passed + failed, what)
    return Tally(passed, failed)


def junit_of_folders(report: Path, folders: Iterable[str]) -> Tally:
    """Return the tally of a JUnit file of pytest; raise for a folder or file of tests that is not in it."""
    modules = {case.get("classname", "") for case in ElementTree.parse(report).iter("testcase")}  # noqa: S314
    for folder in folders:
        package = f"{folder.removesuffix('.py').replace('/', '.')}."
        at_least_one(sum(f"{module}.".startswith(package) for module in modules), f"test in {folder}")
    return junit([report], "unit test")


def sanity_expected(files: Iterable[str]) -> frozenset[str]:
    """Return the sanity tests that have something to look at in a tree of these files.

    Shellcheck is among them where there are scripts: ansible-test only warns where that program is not installed.
    """
    return SANITY_NEVER_SKIPPED | ({"shellcheck"} if any(name.endswith(".sh") for name in files) else set())


def sanity(reports: Iterable[Path], expected: Iterable[str]) -> Tally:
    """Return the tally of the JUnit files of ansible-test sanity; raise for an expected test that was skipped."""
    outcomes: dict[str, bool] = {}
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314
            name = re.sub(r"-python-[0-9.]+$", "", report.stem.removeprefix("ansible-test-sanity-"))
            outcomes[name] = outcomes.get(name, False) or case.find("skipped") is None
    missed = sorted(name for name in set(expected) if not outcomes.get(name))
    if missed:
        raise NothingCheckedError(f"sanity tests that looked at nothing: {', '.join(missed)}")
    return junit(reports, "sanity test")


def integration(results: Iterable[Path], targets: Iterable[str]) -> Tally:
    """Return one for each integration target that ran, from the data files of ansible-test.

    ansible-test leaves out targets (`cloud/aws` without a cloud config, `destructive` ones) and is content: here every
    target that has a folder must have run.
    """
    wanted = set(targets)
    at_least_one(len(wanted), "integration target")
    ran: set[str] = set()
    for file in results:
        # beside the file of the targets lies one of the cloud's, which has other keys
        ran |= set(json.loads(file.read_text(encoding="utf-8")).get("targets", ()))
    missed = sorted(wanted - ran)
    if missed:
        raise NothingCheckedError(f"integration targets that did not run: {', '.join(missed)}")
    return Tally(len(wanted))


def scenarios(output: str, wanted: Iterable[str]) -> Tally:
    """Return one for each molecule scenario, from molecule's output: in each, a task must have run."""
    parts = re.split(r"^.*\[(\S+) > \w+\] Executing$", ESCAPES.sub("", output), flags=re.MULTILINE)
    # what comes before the first scenario, then a scenario's name and what it printed, by turns
    printed = list(zip(parts[1::2], parts[2::2], strict=True))
    names = list(wanted)
    for name in names:
        of_scenario = "".join(text for scenario, text in printed if scenario == name)
        counted(of_scenario, r"\bok=(\d+)", f"task in the scenario {name}")
    return Tally(at_least_one(len(names), "molecule scenario"))


def same_files(source: Iterable[str], copy: Iterable[str]) -> int:
    """Return how many files git sees in the copy; raise when the source has others.

    A tree inside a folder that git ignores looks empty to ansible-test and antsibull-docs, and both are content.
    """
    expected, seen = set(source), set(copy)
    if expected != seen:
        names = sorted(expected ^ seen)
        raise NothingCheckedError(f"the copy for ansible-test differs in {len(names)} files, one is {names[0]}")
    return at_least_one(len(seen), "file")


def documented(found: Mapping[str, object], plugins: Iterable[str]) -> Tally:
    """Return one for each plugin of which ansible-doc gives documentation (its JSON answer)."""
    wanted = set(plugins)
    at_least_one(len(wanted), "plugin")
    missed = sorted(name for name in wanted if not (found.get(name) or {}))
    if missed:
        raise NothingCheckedError(f"no documentation in the installed collection: {', '.join(missed)}")
    return Tally(len(wanted))


def nothing_stray(shipped: Iterable[str], known: Iterable[str]) -> int:
    """Return how many files an artefact carries; raise for one that git does not know."""
    files = set(shipped) - {"MANIFEST.json", "FILES.json"}
    stray = sorted(files - set(known))
    if stray:
        raise NothingCheckedError(f"the artefact carries {len(stray)} files that git does not know, one is {stray[0]}")
    return at_least_one(len(files), "file in the artefact")


def no_complaint(output: str) -> None:
    """Raise for a complaint of galaxy-importer: it writes them as errors and warnings, and succeeds."""
    complaints = [line for line in ESCAPES.sub("", output).splitlines() if line.startswith(("ERROR", "WARNING"))]
    if complaints:
        raise NothingCheckedError(f"galaxy-importer complains: {'; '.join(complaints)}")
