# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests belong to which stage."""

from __future__ import annotations

import re

from run import stages
from run.layout import ROOT


def test_unit_runs_every_folder_but_those_of_ansible_test() -> None:
    tests = {file.relative_to(ROOT).parts[1] for file in (ROOT / "tests").rglob("test_*.py")}
    suites = stages.unit_suites()
    assert {f"tests/{name}" for name in tests} - set(suites) == {"tests/unit"}
    assert {"tests/local_hub", "tests/run"} <= set(suites)


def test_quick_leaves_out_the_tests_that_start_a_server() -> None:
    files = [file for suite in stages.QUICK_SUITES for file in (ROOT / suite).rglob("test_*.py")]
    server = re.compile(r"running_hub\(|from warm\.fixtures")
    started = [file.name for file in files if server.search(file.read_text(encoding="utf-8"))]
    assert files
    assert started == []
