# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three accounts in two Regions, and the playbooks and entry points of the role that bring them in and out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from local_hub.control import SESSION_SECRET_PREFIX
from playbooks.scene import ADMINISTRATOR, OTHER_REGION, REGION, Run, Scene
from run.crash import crash_in

ONE, ZERO, THREE = ACCOUNTS = ("111122220001", "012345670002", "111122220003")
REGIONS = (REGION, OTHER_REGION)
COMMON: dict[str, Any] = {"regions": list(REGIONS), "wait_timeout": 0}
OTHER_ADMINISTRATOR = "555566667777"
MEMBER_ROLE = "SecurityHubOnboarding"
# What a masked secret looks like, and where one would be.
SECRET_FIELD = re.compile(r'"(?:aws_)?(?:secret_(?:access_)?key|session_token|security_token)": "([^"]*)"')
MASKED = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
RECAP = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=0 +failed=(\d+)", re.MULTILINE)

END_OF_STEP = "End of the step"


@dataclass(frozen=True)
class Step:
    """How one of several entry points of the role ended that ran in one play, and the calls that wrote."""

    run: Run
    writes: int


def _steps_of(run: Run) -> list[Step]:
    """Return the parts of the output; the last one has the recap."""
    parts = run.output.split(f"TASK [{END_OF_STEP}] *")
    writes = [0, *(int(Run(0, part).result_after(" => ")["msg"]["writes"]) for part in parts[1:])]
    end = parts.pop()
    parts[-1] += end
    return [
        Step(Run(2 if "FAILED! =>" in part else 0, part), after - before)
        for part, (before, after) in zip(parts, pairwise(writes), strict=True)
    ]


def _inclusion(entry_point: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the task that includes an entry point of the role, with variables given without their prefix."""
    include = {"name": "multiaccount.aws.securityhub", "tasks_from": entry_point}
    return {"ansible.builtin.include_role": include, "vars": prefixed(given)}


def prefixed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return variables of the role that are given without their prefix."""
    return {f"securityhub_{name}": value for name, value in given.items()}


@dataclass(frozen=True)
class Fleet:
    """The accounts at the hub of a scene."""

    scene: Scene

    def play(self, name: str, *options: str, settings: Mapping[str, str] | None = None, **variables: Any) -> Run:
        """Run securityhub_<name> as `run` does."""
        return self.run(f"multiaccount.aws.securityhub_{name}", *options, settings=settings, **variables)

    def run(self, playbook: str, *options: str, settings: Mapping[str, str] | None = None, **variables: Any) -> Run:
        """Run a playbook with the role's variables, given without their prefix; both Regions, no waiting.

        :param settings: more variables of the environment
        """
        extra = json.dumps(prefixed({**COMMON, **variables}))
        return self._checked(playbook, "--extra-vars", extra, *options, settings=settings)

    def steps(self, *steps: tuple[str, Mapping[str, Any]], **variables: Any) -> list[Step]:
        """Include entry points of the role one after the other in one play, each with variables of its own.

        A step that fails does not end the play. Variables given by name are for all steps.
        """
        tasks: list[dict[str, Any]] = []
        for entry_point, given in steps:
            inclusion = _inclusion(entry_point, {**COMMON, **variables, **given})
            tasks += [{"block": [inclusion], "rescue": [{"ansible.builtin.meta": "noop"}]}, self._end_of_step()]
        self._write_play(tasks)
        run = self._checked("play.yml")
        assert run.code == 0, run.output
        return _steps_of(run)

    def _end_of_step(self) -> dict[str, Any]:
        """Return the task that shows the counts of the server; the controller asks for them."""
        counts = (
            f"lookup('ansible.builtin.url', '{self.scene.hub.url}/_hub/counts', split_lines=false, use_proxy=false)"
        )
        return {"name": END_OF_STEP, "ansible.builtin.debug": {"msg": f"{{{{ {counts} | from_json }}}}"}}

    def _write_play(self, tasks: list[dict[str, Any]]) -> None:
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": tasks,
        }
        (self.scene.folder / "play.yml").write_text(json.dumps([play]), encoding="utf-8")

    def _checked(self, *words: str, settings: Mapping[str, str] | None = None) -> Run:
        """Run ansible-playbook, which must show neither a secret nor a traceback."""
        run = self.scene.run("ansible-playbook", *words, settings=settings)
        assert crash_in(run.output) is None
        assert SESSION_SECRET_PREFIX not in run.output, "a secret of a session is in the output"
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
