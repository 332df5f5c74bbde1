# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook as a job of AWX: ansible-runner, a project, credentials in the environment, a survey's answers."""

from __future__ import annotations

import json

import pytest

from playbooks.job import Job
from playbooks.scene import OTHER_REGION, REGION, Scene, no_secret

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


@pytest.fixture
def job(scene: Scene) -> Job:
    """A job, with three accounts in the member list."""
    scene.seed({CREATED: "Created", ENABLED: "Enabled", RESIGNED: "Resigned"})
    job = Job(scene)
    job.write("project/invite.yml", json.dumps([{"import_playbook": PLAYBOOK}]))
    return job


def test_a_job_and_the_same_job_again(job: Job) -> None:
    """And no secret is in an artifact."""
    first = job.run("first", "invite.yml", SURVEY)
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
    # ansible-runner itself writes down how it started Ansible, with the environment, in a file for its owner only
    files = [file for file in (job.folder / "artifacts").rglob("*") if file.is_file() and file.name != "command"]
    assert {"stdout", "status"} <= {file.name for file in files}
    for file in files:
        no_secret(file.read_text(encoding="utf-8", errors="replace"))

    second = job.run("second", "invite.yml", SURVEY)
    assert second.code == 0, second.output
    (result,) = job.events("second", "runner_item_on_ok", TASK)
    assert result["changed"] is False
    assert len(result["unchanged_accounts"]) == 4
    (summary,) = job.events("second", "runner_on_ok", SUMMARY)
    assert "Done: nothing" in summary["msg"]
    assert job.result("second")["counts"] == {
        "accounts": 2,
        "memberships": 4,
        "by_status": {"Invited": 2, "Enabled": 2},
        "by_policy": {},
        "by_config_recorder": {},
    }
    assert job.scene.writes() == 0


def test_a_job_that_fails_says_for_whom(job: Job) -> None:
    job.scene.hub.fault(kind="access_denied", region=OTHER_REGION)
    run = job.run("failing", "invite.yml", {**SURVEY, "securityhub_accounts": f"{CREATED}\n{RESIGNED}\n"})
    assert run.code == 2
    assert job.artifact("failing", "status") == "failed"
    (result,) = job.events("failing", "runner_item_on_ok", TASK)
    assert [row["region"] for row in result["failed_regions"]] == [OTHER_REGION]
    assert [row["account_id"] for row in result["invited_accounts"]] == [CREATED]
    (summary,) = job.events("failing", "runner_on_ok", SUMMARY)
    assert summary["msg"][0].endswith("1 Invited, 1 Resigned, 2 unreadable")
    assert any(line.startswith(f"1 account in {REGION} (resigned)") for line in summary["msg"])
    assert f"  Account: {RESIGNED}" in summary["msg"]
    (failure,) = job.events("failing", "runner_on_failed", FAILURE)
    assert failure["msg"].startswith(f"{OTHER_REGION} failed (AccessDeniedException): GetMembers ")
    assert job.scene.statuses()[CREATED] == "Invited"
    left = job.result("failing")
    assert (left["purpose"], left["failed"], left["msg"]) == ("invite", True, failure["msg"])
    assert [(row["reason"], row["account_ids"]) for row in left["remaining"] if row["reason"] == "resigned"] == [
        ("resigned", [RESIGNED])
    ]
    assert [row["region"] for row in left["failed_regions"]] == [OTHER_REGION]
