# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job of AWX: ansible-runner, a project, credentials in the environment, a survey's answers as extra variables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playbooks.scene import REGION, Run, Scene, no_secret


class Job:
    """A private data directory, and what ansible-runner left in it."""

    def __init__(self, scene: Scene, **variables: str) -> None:
        """Write the directory, with more variables for the environment of the job."""
        self.scene = scene
        self.folder = scene.folder / "job"
        self.write("env/envvars", json.dumps({**scene.credentials, "AWS_REGION": REGION, **variables}))
        self.write("inventory/hosts", "localhost ansible_connection=local\n")

    def write(self, name: str, text: str) -> None:
        """Write a file of the private data directory."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, name: str, playbook: str, survey: Mapping[str, Any], *options: str) -> Run:
        """Run a playbook of the project as the job of that name, with the survey's answers."""
        self.write("env/extravars", json.dumps(survey))
        # the credentials come from the private data directory alone
        return self.scene.run(
            "ansible-runner", "run", self.folder, "--playbook", playbook, "--ident", name, *options,
            without=(*self.scene.credentials, "AWS_REGION", "AWS_DEFAULT_REGION"),
        )  # fmt: skip

    def artifact(self, name: str, file: str) -> str:
        """The text of an artifact such as `status`."""
        return (self._artifacts(name) / file).read_text(encoding="utf-8")

    def result(self, name: str) -> dict[str, Any]:
        """What the job left with set_stats, as AWX keeps it with the job."""
        (stats,) = [data for event, data in self._events(name) if event == "playbook_on_stats"]
        return dict(stats["artifact_data"]["securityhub_result"])

    def events(self, name: str, event: str, task: str) -> list[dict[str, Any]]:
        """The results (`res`) of a task in the job's events of a kind, such as runner_on_ok."""
        return [data["res"] for kind, data in self._events(name) if kind == event and data["task"] == task]

    def _events(self, name: str) -> list[tuple[str, dict[str, Any]]]:
        files = sorted((self._artifacts(name) / "job_events").glob("*.json"))
        rows = [json.loads(no_secret(file.read_text(encoding="utf-8"))) for file in files]
        return [(row["event"], row.get("event_data", {})) for row in rows]

    def _artifacts(self, name: str) -> Path:
        return self.folder / "artifacts" / name
