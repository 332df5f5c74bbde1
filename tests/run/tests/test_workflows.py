# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflows of GitHub: pinned actions, few permissions, and targets of make that there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from run.layout import ROOT

WORKFLOWS = {file.stem: file for file in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
PINNED = re.compile(r"(\./\.github/workflows/\w+\.yml|[\w-]+(?:/[\w-]+){1,2}@[0-9a-f]{40} # v\d+\.\d+\.\d+)")


def steps(file: Path) -> list[dict[str, Any]]:
    """Return the steps of all jobs."""
    jobs = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values()
    return [step for job in jobs for step in job.get("steps", [])]


@pytest.mark.parametrize("file", WORKFLOWS.values(), ids=WORKFLOWS)
def test_actions_are_pinned_by_commit_with_their_version(file: Path) -> None:
    used = re.findall(r"uses: (.+)", file.read_text(encoding="utf-8"))
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []


def test_an_action_has_one_pin_in_all_workflows() -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in WORKFLOWS.values())
    pins = set(re.findall(r"uses: ([\w-]+/[\w-]+)(?:/[\w-]+)?@(.+)", text))
    assert len({name for name, _pin in pins}) == len(pins)


@pytest.mark.parametrize("file", WORKFLOWS.values(), ids=WORKFLOWS)
def test_workflow_may_only_read_and_keeps_no_token(file: Path) -> None:
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["permissions"] == {"contents": "read"}
    checkouts = [step for step in steps(file) if "actions/checkout@" in step.get("uses", "")]
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


def test_targets_of_make_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    runs = [step["run"] for file in WORKFLOWS.values() for step in steps(file) if "run" in step]
    wanted = {word for run in runs for words in re.findall(r"^make (.+)$", run, re.MULTILINE) for word in words.split()}
    assert {name for name in wanted if "=" not in name} <= targets
    assert {"test", "build", "matrix", "docs"} <= wanted


@pytest.mark.parametrize("file", WORKFLOWS.values(), ids=WORKFLOWS)
def test_step_with_a_secret_runs_one_program_without_it_in_its_arguments(file: Path) -> None:
    secret = [step for step in steps(file) if "secrets." in str(step.get("env", {}))]
    assert [step["name"] for step in secret if "install" in step["run"] or "TOKEN" in step["run"]] == []


def test_what_a_workflow_installs_from_the_package_index_has_hashes() -> None:
    installs = [
        step["run"] for file in WORKFLOWS.values() for step in steps(file) if "pip install" in step.get("run", "")
    ]
    assert installs
    for run in installs:
        assert "--require-hashes" in run
        requirements = (ROOT / run.split("--requirement ")[1].split()[0]).read_text(encoding="utf-8")
        pins = re.findall(r"^[\w.-]+==[^\n]*(?:\n    --hash=sha256:[0-9a-f]{64}[^\n]*)+", requirements, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[\w.-]+==", requirements, re.MULTILINE)) > 0
