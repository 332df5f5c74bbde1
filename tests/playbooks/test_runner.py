# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook as a job of AWX: ansible-runner, a project, credentials in the environment, a survey's answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from playbooks.scene import OTHER_REGION, REGION, Run, Scene, no_secret

CREATED, ENABLED, RESIGNED = "111122220001", "111122220002", "111122220003"
PLAYBOOK = "multiaccount.aws.securityhub_invite"
TASK = "Invite the accounts in batches"
SUMMARY = "Summary"
FAILURE = "Fail for what is left"
SURVEY = {
    "securityhub_accounts": f"{CREATED}\n{ENABLED}",
    "securityhub_regions": f"{REGION}\n{OTHER_REGION}",
    "securityhub_reinvite": "",
    "securityhub_fail_on_unprocessed": "true",
}


class Job:
    """A private data directory, and what ansible-runner left in it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.folder = scene.folder / "job"
        for name, text in self._files(scene).items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")

    @staticmethod
    def _files(scene: Scene) -> dict[str, str]:
        variables = {**scene.credentials, "AWS_REGION": REGION}
        return {
            "env/envvars": json.dumps(variables),
            "inventory/hosts": "localhost ansible_connection=local\n",
            "project/invite.yml": json.dumps([{"import_playbook": PLAYBOOK}]),
        }

    def run(self, name: str, survey: dict[str, Any]) -> Run:
        """Run the project's playbook as the job of that name, with the survey's answers as extra variables."""
        (self.folder / "env" / "extravars").write_text(json.dumps(survey), encoding="utf-8")
        # the credentials come from the private data directory alone
        return self.scene.run(
            "ansible-runner", "run", self.folder, "--playbook", "invite.yml", "--ident", name,
            without=(*self.scene.credentials, "AWS_REGION", "AWS_DEFAULT_REGION"),
        )  # fmt: skip

    def artifact(self, name: str, file: str) -> str:
        """The text of an artifact such as `status`."""
        return (self._artifacts(name) / file).read_text(encoding="utf-8")

    def events(self, name: str, event: str, task: str) -> list[dict[str, Any]]:
        """The results (`res`) of a task in the job's events of a kind, such as runner_on_ok."""
        files = sorted((self._artifacts(name) / "job_events").glob("*.json"))
        rows = [json.loads(no_secret(file.read_text(encoding="utf-8"))) for file in files]
        found = [row["event_data"] for row in rows if row["event"] == event]
        return [data["res"] for data in found if data["task"] == task]

    def _artifacts(self, name: str) -> Path:
        return self.folder / "artifacts" / name


@pytest.fixture
def job(scene: Scene) -> Job:
    """A job, with three accounts in the member list."""
    scene.seed({CREATED: "Created", ENABLED: "Enabled", RESIGNED: "Resigned"})
    return Job(scene)


def test_a_job_and_the_same_job_again(job: Job) -> None:
    first = job.run("first", SURVEY)
    assert first.code == 0, first.output
    assert job.artifact("first", "status") == "successful"
    (result,) = job.events("first", "runner_item_on_ok", TASK)
    assert result["changed"] is True
    assert [(row["region"], row["account_id"]) for row in result["invited_accounts"]] == [
        (REGION, CREATED),
        (OTHER_REGION, CREATED),
    ]
    assert job.scene.statuses(OTHER_REGION)[CREATED] == "Invited"
    assert job.scene.writes() == 2

    second = job.run("second", SURVEY)
    assert second.code == 0, second.output
    (result,) = job.events("second", "runner_item_on_ok", TASK)
    assert result["changed"] is False
    assert len(result["unchanged_accounts"]) == 4
    (summary,) = job.events("second", "runner_on_ok", SUMMARY)
    assert "Done: nothing" in summary["msg"]
    assert job.scene.writes() == 0


def test_a_job_that_fails_says_for_whom(job: Job) -> None:
    job.scene.hub.fault(kind="access_denied", region=OTHER_REGION)
    run = job.run("failing", {**SURVEY, "securityhub_accounts": f"{CREATED}\n{RESIGNED}\n"})
    assert run.code == 2
    assert job.artifact("failing", "status") == "failed"
    (result,) = job.events("failing", "runner_item_on_ok", TASK)
    assert [row["region"] for row in result["failed_regions"]] == [OTHER_REGION]
    assert [row["account_id"] for row in result["invited_accounts"]] == [CREATED]
    (summary,) = job.events("failing", "runner_on_ok", SUMMARY)
    assert any(line.startswith(f"1 account in {REGION} (resigned)") for line in summary["msg"])
    assert f"  Account: {RESIGNED}" in summary["msg"]
    (failure,) = job.events("failing", "runner_on_failed", FAILURE)
    assert failure["msg"].startswith(f"{OTHER_REGION} failed (AccessDeniedException): GetMembers ")
    assert job.scene.statuses()[CREATED] == "Invited"


def test_no_secret_is_in_an_artifact(job: Job) -> None:
    assert job.run("quiet", SURVEY).code == 0
    # ansible-runner itself writes down how it started Ansible, with the environment, in a file for its owner only
    files = [file for file in (job.folder / "artifacts").rglob("*") if file.is_file() and file.name != "command"]
    assert {"stdout", "status"} <= {file.name for file in files}
    for file in files:
        no_secret(file.read_text(encoding="utf-8", errors="replace"))
