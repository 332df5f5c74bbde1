# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users set for other plays, in ansible.cfg, the environment or the inventory, does not reach our playbooks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, Fleet, recap
from playbooks.scene import Run

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
    """One after the other in one process, so that settings for what plays keep are in force as well."""
    options, environment = settings
    names = ("onboard", "report", "offboard")
    plays: list[dict[str, Any]] = [{"import_playbook": f"multiaccount.aws.securityhub_{name}"} for name in names]
    plays[1]["vars"] = {"securityhub_report_path": "new/report.html"}
    (fleet.scene.folder / "site.yml").write_text(json.dumps(plays), encoding="utf-8")
    fault = fleet.scene.hub.fault
    # more than the timeout of a task that is set
    fault(kind="latency", operation="EnableSecurityHub", account_id=[ONE], seconds=2)
    fault(kind="access_denied", operation="ListFindingAggregators", times=1)
    fault(kind="reject", operation="DeleteMembers", account_ids=[ONE], message="It has to stay.")
    given = {"accounts": dict.fromkeys(ACCOUNTS), "member_role": MEMBER_ROLE}
    run = fleet.run("site.yml", *options, settings=environment, **given)

    onboard, report, offboard = (Run(0, part).summary for part in run.output.split("PLAY [")[1:])
    everyone = "3 accounts \u00d7 2 Regions = 6 memberships: "
    assert onboard[0] == report[0] == f"{everyone}6 Enabled"
    assert offboard[0].startswith(everyone)
    assert fleet.count("ListFindingAggregators") == 1
    written = json.loads((fleet.scene.folder / "new" / "report.json").read_text(encoding="utf-8"))
    assert len(written["accounts"]) == len(ACCOUNTS)
    assert run.code == 2, run.output
    assert run.error.startswith("2 of 6 memberships were not processed: 2 rejected (")
    assert recap(run) == {"localhost": (2, 1)}
    assert "Gathering Facts" not in run.output
    assert fleet.statuses()[ACCOUNTS[1]] == [None, None]
