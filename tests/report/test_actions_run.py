# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions of the role securityhub as ansible-playbook runs them, from the variables and a file to the report."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

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
    securityhub_batch_size: 4
    securityhub_accounts_file: accounts.csv
    securityhub_report_path: report.html
  vars_files: results.json
  tasks:
    - name: Read the variables and the accounts
      multiaccount.aws._securityhub_prepare: {purpose: onboard}
      register: securityhub__run
    - name: Report and sum up
      multiaccount.aws._securityhub_conclude:
      register: securityhub__end
    - name: Show what is known
      ansible.builtin.debug:
        msg: "known: {{ {'run': securityhub__run, 'end': securityhub__end} | to_json | b64encode }} ."
"""


def run(folder: Path, result: fleets.Result, accounts: str) -> dict[str, Any]:
    """Run the play in a folder, which writes the report; return what it knew at its end."""
    (folder / "play.yml").write_text(PLAY, encoding="utf-8")
    (folder / "results.json").write_text(json.dumps({"securityhub__calls": {"results": [result]}}), encoding="utf-8")
    (folder / "accounts.csv").write_text(accounts, encoding="utf-8")
    command = [str(BIN / "ansible-playbook"), "play.yml"]
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
    known = run(tmp_path, fleets.hostile(), f"Account ID,Name\n{lines}")
    assert known["run"]["errors"] == []
    assert [row["name"] for row in json.loads(known["run"]["accounts"])["accounts"]] == names
    assert [len(json.loads(batch["members"])) for batch in known["run"]["batches"]] == [4, 2]
    assert known["run"]["labels"] == ["batch 1 of 2, accounts: 4", "batch 2 of 2, accounts: 2"]
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert tuple(row["email"] for row in report["accounts"][: len(HOSTILE)]) == HOSTILE
    reader = Reader((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert set(HOSTILE) <= set(reader.texts)
    assert len(reader.tags("script")) == 1
    lines = "\n".join(known["end"]["lines"])
    assert "{{ 7 * 7 }}{% raw %}{# no comment #}@example.com" in lines


def test_large_fleet(tmp_path: Path) -> None:
    number = 300
    ids = "".join(f"{account(n)},Workload {n}\n" for n in range(number))
    known = run(tmp_path, fleets.fleet(number), f"Account ID,Name\n{ids}")
    assert known["end"]["lines"][0].startswith("300 accounts \u00d7 17 Regions = 5,100 memberships: ")
    assert known["end"]["fails"] is True
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["counts"]["accounts_read"] == number
    assert sorted(file.name for file in tmp_path.iterdir() if file.name.startswith((".", "report"))) == [
        "report.html",
        "report.json",
    ]


def test_planted_file_is_replaced(tmp_path: Path) -> None:
    """Whoever made the file before keeps nothing of the report, neither by a link nor by the file's mode."""
    planted = tmp_path / "theirs.html"
    planted.write_text("theirs", encoding="utf-8")
    (tmp_path / "report.html").symlink_to(planted)
    run(tmp_path, fleets.small(), f"{account(1)}\n")
    assert planted.read_text(encoding="utf-8") == "theirs"
    assert not (tmp_path / "report.html").is_symlink()
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("report.html", "report.json")} == {0o640}
