# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that is forked has what a started one has, and is not forked where that would not be so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from run.layout import environment
from warm.control import FOLDER
from warm.fixtures import QUIET, path

__all__ = ["path"]

SHOW = (
    "msg={{ [lookup('config', 'DEFAULT_FORKS'), lookup('env', 'AWS_REGION'), lookup('pipe', 'pwd'), "
    "ansible_playbook_python] }}"
)


def run(path: str, folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {**environment(**QUIET, **variables), "PATH": path}
    return subprocess.run(words, cwd=folder, env=env, text=True, capture_output=True, check=False, timeout=120)


@pytest.mark.parametrize(
    "words",
    [
        ("ansible", "localhost", "-m", "ansible.builtin.debug", "-a", SHOW),
        ("ansible", "localhost", "-m", "ansible.builtin.fail", "-a", "msg=no"),
        ("ansible", "localhost"),
        ("ansible-inventory", "--list", "--inventory", "one,two"),
        ("ansible-playbook", "not-there.yml"),
    ],
    ids=["values", "failure", "nothing to do", "inventory", "no file"],
)
def test_fork_ends_like_a_program_that_is_started(path: str, tmp_path: Path, words: tuple[str, ...]) -> None:
    started = run(environment()["PATH"], tmp_path, *words, AWS_REGION="eu-north-1")
    forked = run(path, tmp_path, *words, AWS_REGION="eu-north-1")
    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)
    assert forked.stdout + forked.stderr


def test_other_settings_of_ansible_are_in_force(path: str, tmp_path: Path) -> None:
    words = ("ansible", "localhost", "-m", "ansible.builtin.debug", "-a", SHOW)
    assert " 5," in run(path, tmp_path, *words).stdout
    assert " 7," in run(path, tmp_path, *words, ANSIBLE_FORKS="7").stdout


@pytest.mark.parametrize(
    ("variables", "is_forked"),
    [({}, True), ({"HOME": "/", "AWS_REGION": "eu-north-1"}, True), ({"TMPDIR": "/"}, False)],
    ids=["same", "read by modules", "read by Ansible"],
)
def test_program_is_forked_unless_ansible_would_differ(
    path: str, tmp_path: Path, variables: dict[str, str], is_forked: bool
) -> None:
    """A program that is not there can't be started."""
    address, nowhere = Path(path.split(os.pathsep, maxsplit=1)[0], "socket"), tmp_path / "nowhere"
    client = (sys.executable, "-I", "-S", FOLDER / "client.py", address, nowhere, "ansible-inventory", "--list")
    done = run(path, tmp_path, *map(str, client), **variables)
    assert (done.returncode == 0) == is_forked
    assert is_forked or "FileNotFoundError" in done.stderr
