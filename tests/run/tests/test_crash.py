# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin that raises is told from one that fails."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from run.crash import crash_in
from run.layout import BIN, environment

MODULE = """#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule(argument_spec={{}})
{end}
"""
ACTION = """
from ansible.plugins.action import ActionBase
class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        {end}
"""


@pytest.mark.parametrize(
    ("template", "end", "crashes"),
    [
        (MODULE, "raise RuntimeError('unforeseen')", True),
        (MODULE, "module.fail_json(msg='said')", False),
        (ACTION, "raise RuntimeError('unforeseen')", True),
        (ACTION, "return {'failed': True, 'msg': 'said'}", False),
    ],
)
@pytest.mark.parametrize("program", ["ansible", "ansible-playbook"])
def test_crash_in_output_of_a_plugin(program: str, template: str, end: str, crashes: bool, tmp_path: Path) -> None:
    library, actions = tmp_path / "library", tmp_path / "actions"
    for folder in (library, actions):
        folder.mkdir()
    (library / "example.py").write_text(MODULE.format(end="module.exit_json()"), encoding="utf-8")
    (library if template is MODULE else actions).joinpath("example.py").write_text(template.format(end=end), "utf-8")
    folders = {"ANSIBLE_LIBRARY": str(library), "ANSIBLE_ACTION_PLUGINS": str(actions)}
    (tmp_path / "play.yml").write_text("[{hosts: localhost, gather_facts: false, tasks: [{example: {}}]}]", "utf-8")
    words = {"ansible": ["localhost", "-m", "example"], "ansible-playbook": ["play.yml"]}[program]
    done = subprocess.run(
        [str(BIN / program), *words], cwd=tmp_path, env=environment(**folders), text=True, check=False, timeout=120,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 2
    assert "unforeseen" in done.stdout or "said" in done.stdout
    assert bool(crash_in(done.stdout)) == crashes
