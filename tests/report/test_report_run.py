# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of the role as ansible-playbook runs them."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from report import states
from report.reading import Reader
from run.layout import BIN, environment

# two hosts, of which one has to write the report; the state is read in as what it is: data
PLAY = """\
- name: Report
  hosts: all
  gather_facts: false
  tasks:
    - name: Know the state
      ansible.builtin.set_fact:
        securityhub_membership_status: "{{ lookup('ansible.builtin.file', state) | from_json }}"
    - name: Write the report
      ansible.builtin.include_role:
        name: multiaccount.aws.securityhub_membership
        tasks_from: report
"""
RECAP = re.compile(r"^(\w+) +: ok=(\d+) +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)


def run(folder: Path, state: states.State, path: str, *options: str) -> dict[str, tuple[str, ...]]:
    """Run the tasks in a folder; return {host: (ok, changed, unreachable, failed)}."""
    (folder / "play.yml").write_text(PLAY, encoding="utf-8")
    (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
    variables = {"state": str(folder / "state.json"), "securityhub_membership_report_path": path}
    inventory = ["--inventory", "one,two,", "--connection", "local"]
    command = [str(BIN / "ansible-playbook"), "play.yml", *inventory, "--extra-vars", json.dumps(variables), *options]
    done = subprocess.run(command, cwd=folder, env=environment(), text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stderr, done.stderr
    return {host: tuple(numbers) for host, *numbers in RECAP.findall(done.stdout)}


def files(folder: Path) -> set[str]:
    """Return what lies in a folder besides what the test put there."""
    found = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    return found - {"play.yml", "state.json"}


def read(file: Path) -> Any:
    """Return what a JSON file says."""
    return json.loads(file.read_text(encoding="utf-8"))


def test_page_and_json_say_the_same(tmp_path: Path) -> None:
    recap = run(tmp_path, states.small(), str(tmp_path / "new" / "folder" / "report.html"))
    assert files(tmp_path) == {"new/folder/report.html", "new/folder/report.json"}
    reader = Reader((tmp_path / "new" / "folder" / "report.html").read_text(encoding="utf-8"))
    report = read(tmp_path / "new" / "folder" / "report.json")
    assert {"datetime": report["generated_at"]} in reader.tags("time")
    assert len(reader.tables[1]) - 1 == len(report["accounts"]) == 9
    assert (tmp_path / "new" / "folder" / "report.html").stat().st_mode & 0o777 == 0o640
    assert {numbers[1:] for numbers in recap.values()} == {("0", "0", "0")}


def test_hostile_texts_arrive_as_they_are(tmp_path: Path) -> None:
    run(tmp_path, states.hostile(), str(tmp_path / "report.html"))
    accounts = read(tmp_path / "report.json")["accounts"]
    assert tuple(account["email"] for account in accounts) == states.HOSTILE
    reader = Reader((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert set(states.HOSTILE) <= set(reader.texts)
    assert len(reader.tags("script")) == 1


def test_a_second_run_writes_anew_and_says_changed_0(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    run(tmp_path, states.small(), str(page))
    first = page.read_text(encoding="utf-8")
    time.sleep(1)
    recap = run(tmp_path, states.small(), str(page))
    assert page.read_text(encoding="utf-8") != first  # it bears the time of the second look
    assert {numbers[1] for numbers in recap.values()} == {"0"}


@pytest.mark.parametrize(("path", "options"), [("", ()), ("{}/new/report.html", ("--check",))])
def test_no_path_or_check_mode_writes_nothing(tmp_path: Path, path: str, options: tuple[str, ...]) -> None:
    recap = run(tmp_path, states.small(), path.format(tmp_path), *options)
    assert files(tmp_path) == set()
    assert not (tmp_path / "new").exists()
    assert set(recap) == {"one", "two"}


@pytest.mark.parametrize(("name", "beside"), [("fleet", "fleet.json"), ("fleet.HTM", "fleet.HTM.json")])
def test_json_lies_beside_a_page_of_any_name(tmp_path: Path, name: str, beside: str) -> None:
    run(tmp_path, states.small(), name)  # relative to the playbook
    assert files(tmp_path) == {name, beside}


@pytest.mark.parametrize("accounts", [5, 200, 2000])
def test_time(tmp_path: Path, record_property: Callable[[str, object], None], accounts: int) -> None:
    state = states.fleet(accounts)
    start = time.monotonic()
    run(tmp_path, state, "")
    without = time.monotonic() - start
    start = time.monotonic()
    run(tmp_path, state, str(tmp_path / "report.html"))
    words = f"{accounts} accounts in 17 Regions: the report adds {time.monotonic() - start - without:.1f} s to a play"
    print(words)
    record_property("measured", words)
    assert time.monotonic() - start - without < 30  # many times what it takes
