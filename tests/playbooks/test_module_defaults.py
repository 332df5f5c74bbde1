# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action groups: module_defaults for a group reach the modules."""

from __future__ import annotations

import json
from typing import Any

from playbooks.scene import ADMINISTRATOR, MODULE, OTHER_REGION, Run, Scene

ACCOUNT = "111122220001"
# All that leads to the administrator; the defaults have to bring it.
WITHOUT = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION")


def play(scene: Scene, group: str, *tasks: dict[str, Any]) -> Run:
    """Run tasks in an environment without credentials and Region, which are defaults of the group."""
    credentials = scene.credentials
    content = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "module_defaults": {
                group: {
                    "access_key": credentials["AWS_ACCESS_KEY_ID"],
                    "secret_key": credentials["AWS_SECRET_ACCESS_KEY"],
                    "region": OTHER_REGION,
                }
            },
            "tasks": list(tasks),
        }
    ]
    (scene.folder / "play.yml").write_text(json.dumps(content), encoding="utf-8")
    return scene.run("ansible-playbook", "play.yml", without=WITHOUT)


INVITE = {MODULE: {"account_ids": ACCOUNT}}


def test_group_of_ours_reaches_the_module(scene: Scene) -> None:
    scene.seed({ACCOUNT: "Created"})
    run = play(scene, "group/multiaccount.aws.securityhub", INVITE)
    assert run.code == 0, run.output
    assert scene.statuses(OTHER_REGION) == {ACCOUNT: "Invited"}


def test_group_aws_reaches_our_modules_and_those_of_amazon_aws(scene: Scene) -> None:
    scene.seed({ACCOUNT: "Created"})
    check = {"ansible.builtin.assert": {"that": f"caller.account == '{ADMINISTRATOR}'"}}
    caller = {"amazon.aws.aws_caller_info": {}, "register": "caller"}
    run = play(scene, "group/multiaccount.aws.aws", INVITE, caller, check)
    assert run.code == 0, run.output
    assert scene.statuses(OTHER_REGION) == {ACCOUNT: "Invited"}
    assert "All assertions passed" in run.output


def test_without_the_group_nothing_is_known(scene: Scene) -> None:
    scene.seed({ACCOUNT: "Created"})
    run = play(scene, "ansible.builtin.uri", INVITE)
    assert run.code == 2
    assert "No Region" in run.output
    assert scene.calls() == 0
