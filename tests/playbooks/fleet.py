# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three accounts in two Regions, and the playbooks and entry points of the role that bring them in and out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_hub.control import access_key
from playbooks.scene import ADMINISTRATOR, OTHER_REGION, REGION, Run, Scene

ONE, ZERO, THREE = ACCOUNTS = ("111122220001", "012345670002", "111122220003")
REGIONS = (REGION, OTHER_REGION)
OTHER_ADMINISTRATOR = "555566667777"
MEMBER_ROLE = "SecurityHubOnboarding"
# What every temporary session token of the local hub begins with, and what a masked secret looks like.
TEMPORARY_TOKEN = "FQoGZXIvYXdz"
SECRET_FIELD = re.compile(r'"(?:aws_)?(?:secret_(?:access_)?key|session_token|security_token)": "([^"]*)"')
MASKED = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
RECAP = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=0 +failed=(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Fleet:
    """The accounts at the hub of a scene."""

    scene: Scene

    def play(self, name: str, *options: str, settings: Mapping[str, str] | None = None, **variables: Any) -> Run:
        """Run securityhub_<name> with the role's variables, given without their prefix; both Regions, no waiting.

        :param settings: more variables of the environment
        """
        given = {"regions": list(REGIONS), "wait_timeout": 0, **variables}
        return self._run(f"multiaccount.aws.securityhub_{name}", given, options, settings)

    def role(self, entry_point: str, *options: str, caller: str = ADMINISTRATOR, **variables: Any) -> Run:
        """Run one entry point of the role on localhost, with the keys of an account."""
        include = {"name": "multiaccount.aws.securityhub", "tasks_from": entry_point}
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "environment": {"AWS_ACCESS_KEY_ID": access_key(caller)},
            "tasks": [{"ansible.builtin.include_role": include}],
        }
        (self.scene.folder / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
        return self._run("play.yml", {"regions": list(REGIONS), "wait_timeout": 0, **variables}, options, None)

    def _run(
        self, playbook: str, given: dict[str, object], options: tuple[str, ...], settings: Mapping[str, str] | None
    ) -> Run:
        extra = json.dumps({f"securityhub_{name}": value for name, value in given.items()})
        run = self.scene.run("ansible-playbook", playbook, "--extra-vars", extra, *options, settings=settings)
        assert "Traceback" not in run.output
        assert TEMPORARY_TOKEN not in run.output, "a temporary session token is in the output"
        assert set(SECRET_FIELD.findall(run.output)) <= {MASKED}
        return run

    def seed(self, members: Mapping[str, str], *regions: str, administrator_id: str = ADMINISTRATOR) -> None:
        """Write an administrator's member list down, {account_id: status}, in the Regions (default: both)."""
        rows = [
            {"administrator_id": administrator_id, "account_id": account_id, "member_status": status}
            for account_id, status in members.items()
        ]
        self.scene.hub.seed(members=[{**row, "regions": list(regions or REGIONS)} for row in rows])

    def statuses(self) -> dict[str, list[str | None]]:
        """Each account's statuses in REGIONS, in the administrator's list at the server."""
        by_region = [self.scene.statuses(region) for region in REGIONS]
        return {account_id: [statuses.get(account_id) for statuses in by_region] for account_id in ACCOUNTS}

    def count(self, name: str) -> int:
        """How often an operation, or a call of another service such as sts:AssumeRole, came in."""
        counts = self.scene.hub.counts()
        return int(counts["calls"].get(name, 0) + counts["other"].get(name, 0))

    def invitations(self) -> dict[str, dict[str, int]]:
        """{region: {account_id: how often it was invited}} by the administrator."""
        return dict(self.scene.hub.counts()["invitations"].get(ADMINISTRATOR, {}))

    @property
    def page(self) -> str:
        """Where the page of the report is written."""
        return str(self.scene.folder / "report.html")

    def report(self) -> dict[str, dict[str, dict[str, Any]]]:
        """{account_id: {region: member_status, reason, explanation}} of the report's JSON."""
        document = json.loads(Path(self.page).with_suffix(".json").read_text(encoding="utf-8"))
        return {account["account_id"]: account["memberships"] for account in document["accounts"]}


def recap(run: Run) -> dict[str, tuple[int, int]]:
    """{host: (changed, failed)} of the play recap."""
    return {host: (int(changed), int(failed)) for host, changed, failed in RECAP.findall(run.output)}


def everywhere(status: str | None) -> dict[str, list[str | None]]:
    """What Fleet.statuses shows when all accounts have this status in all Regions."""
    return {account_id: [status] * len(REGIONS) for account_id in ACCOUNTS}


def once() -> dict[str, dict[str, int]]:
    """What Fleet.invitations shows when each account was invited once in each Region."""
    return {region: dict.fromkeys(ACCOUNTS, 1) for region in REGIONS}
