# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of the role securityhub as ansible-playbook runs them, from the variables and a file to the report."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from report import fleets
from report.reading import Reader
from report.states import HOSTILE, account
from run.layout import BIN, environment

PLAY = """\
- name: Report
  hosts: localhost
  connection: local
  gather_facts: false
  vars:
    securityhub_regions: eu-west-1
    securityhub_member_role:
    securityhub_accounts_file: accounts.csv
  tasks:
    - name: Know the variables
      ansible.builtin.set_fact:
        securityhub__settings: "{{ dict(names | zip(given)) | multiaccount.aws.securityhub_settings }}"
      vars:
        given: "{{ query('ansible.builtin.vars', *names) }}"
        names: "{{ query('ansible.builtin.varnames', '^securityhub_') }}"
    - name: Know the accounts
      ansible.builtin.set_fact:
        securityhub__accounts: >-
          {{ securityhub__settings['values'].securityhub_accounts
             | multiaccount.aws.securityhub_account_list(file=securityhub_accounts_file, folder=playbook_dir) }}
        securityhub__results: "{{ lookup('ansible.builtin.file', 'results.json') | from_json }}"
    - name: Know the batches and the summary
      ansible.builtin.set_fact:
        securityhub__batches: "{{ securityhub__accounts | multiaccount.aws.securityhub_account_batches(4) }}"
        securityhub__summary: >-
          {{ securityhub__results
             | multiaccount.aws.securityhub_summary(securityhub__accounts, settings=securityhub__settings['values']) }}
    - name: Write the report
      ansible.builtin.copy:
        content: >-
          {{ securityhub__results | multiaccount.aws.securityhub_membership_report(item, securityhub__accounts) }}
        dest: "{{ playbook_dir }}/report.{{ item }}"
        mode: "0640"
      loop: "{{ written }}"
    - name: Show what is known
      ansible.builtin.debug:
        msg: "known: {{ known | to_json | b64encode }} ."
      vars:
        known:
          settings: "{{ securityhub__settings }}"
          accounts: "{{ securityhub__accounts }}"
          batches: "{{ securityhub__batches }}"
          summary: "{{ securityhub__summary }}"
"""


def run(
    folder: Path, result: fleets.Result, accounts: str, *written: str, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Run the play in a folder, which writes the report in these formats; return what it knew at its end."""
    (folder / "play.yml").write_text(PLAY, encoding="utf-8")
    (folder / "results.json").write_text(json.dumps(result), encoding="utf-8")
    (folder / "accounts.csv").write_text(accounts, encoding="utf-8")
    command = [
        str(BIN / "ansible-playbook"),
        "play.yml",
        "--extra-vars",
        json.dumps({"written": written, **(variables or {})}),
    ]
    done = subprocess.run(command, cwd=folder, env=environment(), text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]: Deprecat" not in done.stderr
    assert "[DEPRECATION" not in done.stderr, done.stderr
    text = base64.b64decode(done.stdout.partition('"known: ')[2].partition(" .")[0])
    known: dict[str, Any] = json.loads(text)
    return known


def test_hostile_texts_arrive_as_they_are(tmp_path: Path) -> None:
    names = [" ".join(text.split()) for text in HOSTILE]
    quoted = [name.replace('"', '""') for name in names]
    lines = "".join(f'{account(n)},"{name}"\n' for n, name in enumerate(quoted))
    known = run(tmp_path, fleets.hostile(), f"Account ID,Name\n{lines}", "html", "json")
    assert known["settings"]["errors"] == known["accounts"]["errors"] == []
    assert [row["name"] for row in known["accounts"]["accounts"]] == names
    assert [len(batch) for batch in known["batches"]] == [4, 2]
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert tuple(row["email"] for row in report["accounts"][: len(HOSTILE)]) == HOSTILE
    reader = Reader((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert set(HOSTILE) <= set(reader.texts)
    assert len(reader.tags("script")) == 1
    lines = "\n".join(known["summary"]["lines"])
    assert "{{ 7 * 7 }}{% raw %}{# no comment #}@example.com" in lines


def test_what_is_wrong_is_returned(tmp_path: Path) -> None:
    known = run(tmp_path, fleets.result(), "Account ID\n1.2E+11\n", variables={"securityhub_region": "eu-west-1"})
    assert known["settings"]["errors"] == [
        "securityhub_region is not a variable of this playbook. Did you mean securityhub_regions?"
    ]
    assert known["accounts"]["errors"][0].startswith("accounts.csv: 1 row is not valid: row 2: '1.2E+11' is not")
    assert known["accounts"]["accounts"] == known["batches"] == []


@pytest.mark.parametrize("number", [300])
def test_large_fleet(tmp_path: Path, number: int) -> None:
    ids = "".join(f"{account(n)},Workload {n}\n" for n in range(number))
    known = run(tmp_path, fleets.fleet(number), f"Account ID,Name\n{ids}", "json")
    assert known["summary"]["lines"][0].startswith("300 accounts \u00d7 17 Regions = 5,100 memberships: ")
    assert known["summary"]["failed"] is True
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["counts"]["accounts_read"] == number
