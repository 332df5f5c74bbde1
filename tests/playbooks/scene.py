# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An administrator account at the local hub, and the ways in which users run Ansible as it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warm.fixtures import QUIET

from local_hub.control import Hub
from run.layout import environment

ADMINISTRATOR = "999988887777"
REGION, OTHER_REGION = "eu-west-1", "eu-central-1"
MODULE = "multiaccount.aws.securityhub_member_invite"

# The hub takes any secret; these two are long enough to be found wherever they leak to.
SECRET_KEY = "a-secret-key-that-must-not-be-seen-anywhere"
SESSION_TOKEN = "a-session-token-that-must-not-be-seen-either"


def no_secret(text: str) -> str:
    """Return the text; fail if one of the secrets is in it."""
    for secret in (SECRET_KEY, SESSION_TOKEN):
        assert secret not in text, "a secret is in the output"
    return text


@dataclass(frozen=True)
class Run:
    """How a command ended: its exit code, and standard output and error in one."""

    code: int
    output: str

    @property
    def ad_hoc_result(self) -> dict[str, Any]:
        """What an ad-hoc command shows of the module's result."""
        return self.result_after("localhost | ")

    @property
    def summary(self) -> list[str]:
        """The lines of the role's task Summary."""
        return list(self.result_after("Summary] *")["msg"])

    @property
    def error(self) -> str:
        """The message of the task that failed."""
        return str(self.result_after("fatal: [localhost]: FAILED! => ")["msg"])

    def result_after(self, heading: str) -> dict[str, Any]:
        """The JSON that is next behind a text."""
        tail = self.output.partition(heading)[2]
        return dict(json.JSONDecoder().raw_decode(tail, tail.index("{"))[0])


@dataclass(frozen=True)
class Scene:
    """The administrator at a fresh hub, and a folder for the files of one test."""

    hub: Hub
    folder: Path
    path: str  # the PATH with Ansible's programs

    def seed(self, members: Mapping[str, str], *regions: str) -> None:
        """Write the member list down, {account_id: status}, in the Regions (default: both of this module)."""
        rows = [
            {
                "administrator_id": ADMINISTRATOR,
                "regions": list(regions) or [REGION, OTHER_REGION],
                "account_id": account_id,
                "member_status": status,
            }
            for account_id, status in members.items()
        ]
        self.hub.seed(members=rows)

    def statuses(self, region: str = REGION) -> dict[str, str]:
        """The member list of a Region at the server."""
        members = self.hub.state()["members"].get(ADMINISTRATOR, {}).get(region, {})
        return {account_id: row["member_status"] for account_id, row in members.items()}

    def writes(self) -> int:
        """How many calls that write have come in since the last time that this was asked."""
        counts = self.hub.counts()
        self.hub.reset_counts()
        assert counts["reads"] + counts["writes"] == sum(counts["calls"].values())
        return int(counts["writes"])

    def calls(self) -> int:
        """How many calls of any kind have come in since `writes` was asked."""
        counts = self.hub.counts()
        return sum(counts["calls"].values()) + sum(counts["other"].values())

    @property
    def credentials(self) -> dict[str, str]:
        """The variables that AWX puts into a job's environment for a credential of the type Amazon Web Services."""
        return {
            "AWS_ACCESS_KEY_ID": self.hub.environment(ADMINISTRATOR)["AWS_ACCESS_KEY_ID"],
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_SESSION_TOKEN": SESSION_TOKEN,
        }

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a user who acts as the administrator in REGION."""
        keys = {**self.hub.environment(ADMINISTRATOR, REGION), **self.credentials}
        return environment(**keys, **QUIET, PATH=self.path)

    def run(
        self, *command: str | Path, without: tuple[str, ...] = (), settings: Mapping[str, str] | None = None
    ) -> Run:
        """Run a program of Ansible, without some variables of the environment and with others."""
        variables = {name: value for name, value in self.environment.items() if name not in without}
        variables.update(settings or {})
        done = subprocess.run(
            command, cwd=self.folder, env=variables, text=True, check=False, timeout=300,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if os.environ.get("NO_DEPRECATION"):
            # a setting of the test may be deprecated itself
            assert settings or "DEPRECATION WARNING" not in done.stdout, done.stdout
        return Run(done.returncode, no_secret(done.stdout))

    def ad_hoc(self, arguments: str | Mapping[str, object], *options: str) -> Run:
        """Run the module as an ad-hoc command, with arguments as text (a=b c=d) or as JSON."""
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        return self.run("ansible", "localhost", "-m", MODULE, "-a", text, *options)
