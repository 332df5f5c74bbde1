# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make matrix` runs, without running it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from run import ansible_test, guards, layout, matrix, setup, tree
from run.guards import NothingCheckedError, Tally
from run.layout import REQUIREMENTS


@pytest.mark.parametrize("end", matrix.ENDS)
def test_both_ends_have_their_requirements_and_a_core(end: str) -> None:
    core, version = matrix.ENDS[end]

    assert version in matrix.CORES[core][0]
    for name in (f"sdk-{end}.txt", f"collections-{end}.txt"):
        assert (REQUIREMENTS / name).read_text(encoding="utf-8")


def test_oldest_sdk_is_the_documented_one() -> None:
    pinned = (REQUIREMENTS / "sdk-oldest.txt").read_text(encoding="utf-8").replace(" == ", ">=")
    documented = (layout.ROOT / "requirements.txt").read_text(encoding="utf-8")

    assert [line for line in pinned.splitlines() if line[0] != "#"] == [
        line for line in documented.splitlines() if line[0] != "#"
    ]


def test_amazon_aws_is_put_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    places = [tmp_path / tree / "ansible_collections" / "amazon" for tree in ("test", "linked")]
    monkeypatch.setattr(matrix, "TEST_TREE", tmp_path / "test")
    monkeypatch.setattr(matrix, "COLLECTIONS", tmp_path / "linked")
    monkeypatch.setattr(setup, "unpack_amazon_aws", lambda *_words: None)

    with matrix.amazon_aws("oldest"):
        for place in places:
            assert place.readlink().parts[-3:] == ("amazon-oldest", "ansible_collections", "amazon")

    for place in places:
        assert place.readlink().parts[-2:] == ("ansible_collections", "amazon")
        assert "amazon-oldest" not in place.readlink().parts


def test_end_without_its_python_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "find_python", lambda _version: None)

    row = matrix.run_end("newest")

    assert row.outcome.startswith("not run with the newest amazon.aws and SDK: this machine has no Python")
    assert not row.failed


def test_row_that_fails_names_its_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(matrix, "ROOT", tmp_path)
    monkeypatch.setattr(matrix, "FOLDER", tmp_path)
    monkeypatch.setattr(matrix, "find_python", lambda _version: Path("python"))
    monkeypatch.setattr(matrix, "locked", contextlib.nullcontext)

    def check(_python: Path) -> tuple[str, Tally]:
        raise NothingCheckedError("nothing was checked: no module")

    row = matrix.run_row("2.17", "3.11", "oldest", check)

    assert row.failed
    assert row.outcome == "FAILED with the oldest amazon.aws and SDK: nothing was checked: no module (oldest.log)"


def test_certification_leaves_out_what_it_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    left_out: list[str] = []
    validated: list[str] = []

    def run(_command: str, *words: str, **_more: object) -> None:
        validated.extend(word for word in words if word.endswith(".py"))

    def run_sanity(_version: str, _venv: Path, tests: Sequence[str]) -> Tally:
        left_out.extend(tests)
        return Tally(100)

    monkeypatch.setattr(matrix, "FOLDER", tmp_path)
    monkeypatch.setattr(matrix, "find_python", lambda _version: Path("python"))
    monkeypatch.setattr(matrix, "make_venv", lambda *_words: tmp_path)
    monkeypatch.setattr(matrix, "locked", contextlib.nullcontext)
    monkeypatch.setattr(tree, "refresh", lambda: tree.files_git_knows(layout.ROOT))
    monkeypatch.setattr(matrix, "run_sanity", run_sanity)
    monkeypatch.setattr(ansible_test, "run", run)
    monkeypatch.setattr(guards, "sanity", lambda _reports, tests: Tally(10 * len(tests)))
    monkeypatch.setattr(matrix, "run_ansible_lint", lambda _venv: Tally(1))

    row = matrix.run_certification()

    assert row.outcome.startswith("certification: sanity (without ansible-doc), ansible-lint: 111 passed, 0 failed")
    assert left_out == ["ansible-doc", "validate-modules"]
    modules = sorted((layout.ROOT / "plugins" / "modules").glob("*.py"))
    private = {name.stem for name in modules} - {Path(name).stem for name in validated}
    assert private == {"_securityhub_conclude", "_securityhub_prepare"}


def test_end_names_what_it_ran_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(matrix, "FOLDER", tmp_path)
    monkeypatch.setattr(matrix, "find_python", lambda _version: Path("python"))
    monkeypatch.setattr(matrix, "make_venv", lambda *_words: tmp_path)
    monkeypatch.setattr(tree, "refresh", list)
    monkeypatch.setattr(matrix, "locked", contextlib.nullcontext)
    monkeypatch.setattr(matrix, "amazon_aws", contextlib.nullcontext)
    monkeypatch.setattr(matrix, "run_units", lambda *_words: Tally(2, 1))
    monkeypatch.setattr(matrix, "run_playbooks", lambda *_words, **_more: Tally(1))
    monkeypatch.setattr(matrix, "versions", lambda *_words: "amazon.aws 10.1.0")

    row = matrix.run_end("oldest")

    assert row.failed
    assert "units, playbooks with amazon.aws 10.1.0: 3 passed, 1 failed" in str(row)


@pytest.mark.parametrize(
    ("core", "version", "what"),
    [
        ("2.19", "3.11", "sanity, units, playbooks: 111 passed"),
        ("2.19", "3.13", "compile, import, units, playbooks: 1011 passed"),
        ("2.19", "3.8", "compile, import: 1000 passed"),
        ("2.22", "3.13", "sanity (without pylint), units, playbooks: 111 passed"),
        ("2.22", "3.14", "not run: this machine has no Python 3.14"),
        ("2.23", "3.15", "not run: no Python that this ansible-core runs on"),
    ],
)
def test_pair_runs_what_depends_on_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, core: str, version: str, what: str
) -> None:
    pythons = ("3.8", "3.11", "3.13")
    monkeypatch.setitem(matrix.CORES, "2.23", (("3.15",), ()))
    monkeypatch.setattr(matrix, "FOLDER", tmp_path)
    monkeypatch.setattr(matrix, "find_python", lambda name: Path("bin/python") if name in pythons else None)
    monkeypatch.setattr(matrix, "make_venv", lambda *_words: tmp_path)
    monkeypatch.setattr(matrix, "locked", contextlib.nullcontext)
    for number, name in enumerate(("run_playbooks", "run_units", "run_sanity", "run_target")):
        monkeypatch.setattr(matrix, name, lambda *_words, checks=10**number: Tally(checks))

    row = matrix.run_pair(core, version)

    assert row.outcome.startswith(what)
    assert not row.failed
