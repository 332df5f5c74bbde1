# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guards against runs that pass having checked nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from run import guards
from run.guards import NothingCheckedError, Tally

PASSED = '<testcase name="a"/>'
SKIPPED = '<testcase name="b"><skipped/></testcase>'
FAILED = '<testcase name="c"><failure message="no"/></testcase>'
BROKEN = '<testcase name="d"><error message="no"/></testcase>'


def report(folder: Path, name: str, *cases: str) -> Path:
    """Write a JUnit file with these test cases."""
    path = folder / name
    path.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>", encoding="utf-8")
    return path


def sanity_reports(folder: Path, *, skipped: frozenset[str] = frozenset(), left_out: str = "") -> list[Path]:
    """Write what ansible-test sanity leaves: one file a test, a skipped one among them."""
    names = guards.SANITY_NEVER_SKIPPED - {left_out}
    return [
        report(folder, f"ansible-test-sanity-{name}.xml", SKIPPED if name in skipped else PASSED)
        for name in sorted(names)
    ]


@pytest.mark.parametrize(
    ("output", "pattern", "expected"),
    [
        ("12 files already formatted\n", r"(\d+) files? already formatted", 12),
        ("1 file already formatted\n", r"(\d+) files? already formatted", 1),
        ("Success: no issues found in 23 source files\n", r"in (\d+) source files?", 23),
        ("\x1b[32mPassed\x1b[0m: 0 failure(s) in \x1b[1m7\x1b[0m files processed of 9", r"in (\d+) files processed", 7),
        ("host : ok=4 changed=1\nother : ok=2 changed=0\n", r"ok=(\d+)", 6),
    ],
)
def test_counted(output: str, pattern: str, expected: int) -> None:
    assert guards.counted(output, pattern, "file") == expected


@pytest.mark.parametrize(
    ("output", "pattern"),
    [
        ("", r"(\d+) files? already formatted"),
        ("warning: No Python files found under the given path(s)\n", r"(\d+) files? already formatted"),
        ("Passed: 0 failure(s), 0 warning(s) in 0 files processed of 0 encountered.", r"in (\d+) files processed"),
        ("host : ok=0 changed=0\n", r"ok=(\d+)"),
    ],
)
def test_counted_refuses_nothing(output: str, pattern: str) -> None:
    with pytest.raises(NothingCheckedError, match="no file"):
        guards.counted(output, pattern, "file")


def test_lines() -> None:
    assert guards.lines("a.yml\nb.yml\n", "YAML file") == 2
    with pytest.raises(NothingCheckedError, match="no YAML file"):
        guards.lines("", "YAML file")


def test_junit_of_folders_names_the_one_without_a_test(tmp_path: Path) -> None:
    cases = [f'<testcase classname="tests.{name}.test_it" name="a"/>' for name in ("run", "unit.plugins", "local_hub")]
    file = report(tmp_path, "unit.xml", *cases)
    assert guards.junit_of_folders(file, ["tests/run/test_it.py", "tests/unit/plugins"]) == Tally(3)
    with pytest.raises(NothingCheckedError, match=r"no test in tests/local$"):
        guards.junit_of_folders(file, ["tests/run", "tests/local"])


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ([PASSED], Tally(1, 0)),
        ([PASSED, SKIPPED], Tally(1, 0)),
        ([PASSED, FAILED, BROKEN], Tally(1, 2)),
        ([FAILED], Tally(0, 1)),
    ],
)
def test_junit(tmp_path: Path, cases: list[str], expected: Tally) -> None:
    assert guards.junit([report(tmp_path, "unit.xml", *cases)], "test") == expected


@pytest.mark.parametrize("cases", [[], [SKIPPED], [SKIPPED, SKIPPED]])
def test_junit_refuses_nothing(tmp_path: Path, cases: list[str]) -> None:
    with pytest.raises(NothingCheckedError, match="no test"):
        guards.junit([report(tmp_path, "unit.xml", *cases)], "test")


def test_junit_adds_files_up(tmp_path: Path) -> None:
    files = [report(tmp_path, "one.xml", PASSED), report(tmp_path, "two.xml", PASSED, FAILED)]
    assert guards.junit(files, "test") == Tally(2, 1)
    with pytest.raises(NothingCheckedError):
        guards.junit([], "test")


def test_sanity_counts_tests_that_looked_at_files(tmp_path: Path) -> None:
    reports = [*sanity_reports(tmp_path), report(tmp_path, "ansible-test-sanity-pslint.xml", SKIPPED)]
    assert guards.sanity(reports, guards.SANITY_NEVER_SKIPPED) == Tally(len(guards.SANITY_NEVER_SKIPPED))


@pytest.mark.parametrize("name", sorted(guards.SANITY_NEVER_SKIPPED))
def test_sanity_refuses_a_test_that_was_skipped(tmp_path: Path, name: str) -> None:
    with pytest.raises(NothingCheckedError, match=f"looked at nothing: {name}$"):
        guards.sanity(sanity_reports(tmp_path, skipped=frozenset({name})), guards.SANITY_NEVER_SKIPPED)


def test_sanity_refuses_a_test_that_never_came(tmp_path: Path) -> None:
    with pytest.raises(NothingCheckedError, match="validate-modules"):
        guards.sanity(sanity_reports(tmp_path, left_out="validate-modules"), guards.SANITY_NEVER_SKIPPED)


@pytest.mark.parametrize(
    ("files", "needed"), [([], False), (["plugins/a.py", "run.sh.md"], False), (["tests/integration/a/runme.sh"], True)]
)
def test_sanity_expects_shellcheck_where_there_are_scripts(files: list[str], *, needed: bool) -> None:
    assert ("shellcheck" in guards.sanity_expected(files)) == needed
    assert guards.sanity_expected(files) >= guards.SANITY_NEVER_SKIPPED


def test_sanity_takes_one_python_of_several(tmp_path: Path) -> None:
    reports = sanity_reports(tmp_path, left_out="compile")
    reports.append(report(tmp_path, "ansible-test-sanity-compile-python-3.11.xml", PASSED))
    reports.append(report(tmp_path, "ansible-test-sanity-compile-python-3.8.xml", SKIPPED))
    assert guards.sanity(reports, guards.SANITY_NEVER_SKIPPED) == Tally(len(guards.SANITY_NEVER_SKIPPED))


def results(folder: Path, *targets: str) -> list[Path]:
    """Write the two data files that ansible-test integration leaves: of the cloud, and of the targets."""
    documents = {
        "integration-2030-1.json": {
            "clouds": {"aws": {"platform": "aws", "setup_seconds": 0, "targets": ["one", "two"]}}
        },
        "integration-2030-2.json": {"targets": {name: {"run_time_seconds": 1} for name in targets}},
    }
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return [folder / name for name in documents]


def test_integration_counts_targets(tmp_path: Path) -> None:
    assert guards.integration(results(tmp_path, "one", "two", "setup"), ["one", "two"]) == Tally(2)


@pytest.mark.parametrize(
    ("ran", "wanted", "message"),
    [
        (["one"], [], "no integration target"),
        ([], ["one"], "did not run: one"),
        (["one"], ["one", "two"], "did not run: two"),
    ],
)
def test_integration_refuses_skipped_targets(tmp_path: Path, ran: list[str], wanted: list[str], message: str) -> None:
    with pytest.raises(NothingCheckedError, match=message):
        guards.integration(results(tmp_path, *ran), wanted)


def test_same_files() -> None:
    assert guards.same_files(["a", "b"], ["b", "a"]) == 2


@pytest.mark.parametrize(
    ("source", "copy", "message"),
    [([], [], "no file"), (["a", "b"], [], "2 files, one is a"), (["a"], ["a", "b"], "1 files, one is b")],
)
def test_same_files_refuses_a_hidden_tree(source: list[str], copy: list[str], message: str) -> None:
    with pytest.raises(NothingCheckedError, match=message):
        guards.same_files(source, copy)


def test_documented() -> None:
    assert guards.documented({"n.c.one": {"doc": {}}, "n.c.two": {"doc": {}}}, ["n.c.one", "n.c.two"]) == Tally(2)


@pytest.mark.parametrize(
    ("found", "wanted", "message"),
    [({}, [], "no plugin"), ({}, ["n.c.one"], "n.c.one"), ({"n.c.one": {}}, ["n.c.one"], "n.c.one")],
)
def test_documented_refuses_missing_documentation(found: dict[str, object], wanted: list[str], message: str) -> None:
    with pytest.raises(NothingCheckedError, match=message):
        guards.documented(found, wanted)


def test_tallies_add_up() -> None:
    assert str(sum([Tally(2, 0), Tally(1, 1)], Tally())) == "3 passed, 1 failed"


def test_nothing_stray() -> None:
    assert guards.nothing_stray(["MANIFEST.json", "FILES.json", "README.md"], ["README.md", "Makefile"]) == 1


@pytest.mark.parametrize(
    ("shipped", "message"),
    [(["README.md", "a.log"], "1 files that git does not know, one is a.log"), (["MANIFEST.json"], "no file in")],
)
def test_nothing_stray_refuses(shipped: list[str], message: str) -> None:
    with pytest.raises(NothingCheckedError, match=message):
        guards.nothing_stray(shipped, ["README.md"])


def test_no_complaint() -> None:
    guards.no_complaint("Importing with galaxy-importer\nCheck for ERROR handling\n")
    with pytest.raises(NothingCheckedError, match="complains: ERROR: No changelog found"):
        guards.no_complaint("Importing\n\x1b[31mERROR: No changelog found.\x1b[0m\n")


MOLECULE = """\
INFO     [one > prepare] Executing
localhost : ok=1 changed=0
INFO     [one > prepare] Executed: Successful
INFO     [two > converge] Executing
INFO     [two > converge] Executed: Successful
"""


def test_scenarios() -> None:
    assert guards.scenarios(MOLECULE, ["one"]) == Tally(1)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (["one", "two"], "no task in the scenario two"),
        (["three"], "no task in the scenario three"),
        ([], "no molecule"),
    ],
)
def test_scenarios_refuses_one_that_did_nothing(wanted: list[str], message: str) -> None:
    with pytest.raises(NothingCheckedError, match=message):
        guards.scenarios(MOLECULE, wanted)


@pytest.mark.parametrize(("only", "names"), [("", ["one", "two"]), ("two", ["two"]), ("two, one", ["two", "one"])])
def test_chosen(only: str, names: list[str]) -> None:
    assert guards.chosen(["one", "two"], only, "scenario") == names


@pytest.mark.parametrize(
    ("there", "only", "message"),
    [(["one"], "one three", "no scenario three; there are one"), ([], "", "nothing was checked: no scenario")],
)
def test_chosen_refuses_what_is_not_there(there: list[str], only: str, message: str) -> None:
    with pytest.raises(NothingCheckedError, match=message):
        guards.chosen(there, only, "scenario")
