# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users set for other plays, in ansible.cfg, the environment or the inventory, does not reach our playbooks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, Fleet, everywhere, recap

# As variables of the environment, which ansible.cfg has under the same names.
ENVIRONMENT = {
    "ANSIBLE_ANY_ERRORS_FATAL": "true",
    "ANSIBLE_BECOME": "true",
    "ANSIBLE_BECOME_EXE": "/nowhere/sudo",
    "ANSIBLE_BECOME_USER": "nobody",
    "ANSIBLE_CACHE_PLUGIN": "jsonfile",
    "ANSIBLE_CACHE_PLUGIN_CONNECTION": "facts",
    "ANSIBLE_FORCE_HANDLERS": "true",
    "ANSIBLE_FORKS": "1",
    "ANSIBLE_GATHERING": "implicit",
    "ANSIBLE_HASH_BEHAVIOUR": "merge",
    "ANSIBLE_INJECT_FACT_VARS": "false",
    "ANSIBLE_JINJA2_NATIVE": "true",
    "ANSIBLE_PRIVATE_ROLE_VARS": "true",
    "ANSIBLE_PYTHON_INTERPRETER": "/nowhere/python",
    "ANSIBLE_REMOTE_PORT": "2222",
    "ANSIBLE_REMOTE_USER": "nobody",
    "ANSIBLE_STRATEGY": "free",
    "ANSIBLE_TASK_TIMEOUT": "1",
    "ANSIBLE_TRANSPORT": "ssh",
}
# As a fleet of Windows hosts has them, and somebody's localhost.
HOST_VARIABLES = {
    "ansible_become": True,
    "ansible_become_method": "runas",
    "ansible_connection": "winrm",
    "ansible_host": "192.0.2.1",
    "ansible_pipelining": False,
    "ansible_port": 5986,
    "ansible_python_interpreter": "/nowhere/python",
    "ansible_shell_executable": "/nowhere/sh",
    "ansible_shell_type": "powershell",
    "ansible_user": "nobody",
}


@pytest.fixture(params=["environment", "inventory"])
def settings(request: pytest.FixtureRequest, fleet: Fleet) -> tuple[tuple[str, ...], dict[str, str]]:
    """Options of the command line and variables of the environment that bring the settings in."""
    if request.param == "environment":
        return (), ENVIRONMENT
    inventory: dict[str, Any] = {"all": {"hosts": {"localhost": {}, "web": {}}, "vars": HOST_VARIABLES}}
    (fleet.scene.folder / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
    return ("--inventory", "hosts.json"), {}


def test_onboarding_report_and_offboarding(fleet: Fleet, settings: tuple[tuple[str, ...], dict[str, str]]) -> None:
    options, environment = settings
    # more than the timeout of a task that is set
    fleet.scene.hub.fault(kind="latency", operation="EnableSecurityHub", account_id=[ONE], seconds=2)
    given = {"accounts": dict.fromkeys(ACCOUNTS), "member_role": MEMBER_ROLE}

    run = fleet.play("onboard", *options, settings=environment, **given, batch_size=2)
    assert run.code == 0, run.output
    assert recap(run) == {"localhost": (1, 0)}
    assert fleet.statuses() == everywhere("Enabled")
    assert "Gathering Facts" not in run.output

    fleet.scene.hub.fault(kind="access_denied", operation="DescribeHub", times=1)
    report = fleet.play("report", *options, settings=environment, report_path="new/report.html")
    assert report.code == 0, report.output
    assert (fleet.scene.folder / "new" / "report.json").exists()

    fleet.scene.hub.fault(kind="reject", operation="DeleteMembers", account_ids=[ONE], message="It has to stay.")
    left = fleet.play("offboard", *options, settings=environment, **given)
    assert left.code == 2, left.output
    assert left.error.startswith("2 of 6 memberships were not processed: 2 rejected.")
    assert left.summary[0].startswith("3 accounts \u00d7 2 Regions = 6 memberships: ")
    assert fleet.statuses()[ACCOUNTS[1]] == [None, None]
