# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Onboarding as a sliced job of AWX: an inventory of the plugin, cut in two, in two jobs of ansible-runner at once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from playbooks.fleet import MEMBER_ROLE, REGIONS, Fleet, recap
from playbooks.scene import REGION, Run, no_secret

CREATED = [f"01234500000{number}" for number in range(3)]
INVITED = [f"11112222000{number}" for number in range(3)]
ENABLED = "999900001111"
SOURCE = {
    "plugin": "multiaccount.aws.securityhub_members",
    "regions": list(REGIONS),
    "member_status": ["created", "invited"],
}
SURVEY = {
    "securityhub_accounts": "",
    "securityhub_regions": "\n".join(REGIONS),
    "securityhub_member_role": MEMBER_ROLE,
}


def slice_of(inventory: dict[str, Any], hosts: list[str]) -> dict[str, Any]:
    """The inventory as a slice's job sees it: all groups, and of the hosts only its own."""
    cut = {
        name: {**group, "hosts": [host for host in group.get("hosts", []) if host in hosts]}
        for name, group in inventory.items()
        if name != "_meta"
    }
    return {**cut, "_meta": {"hostvars": {host: inventory["_meta"]["hostvars"][host] for host in hosts}}}


def write_job(folder: Path, credentials: dict[str, str], inventory: dict[str, Any], **variables: str) -> Path:
    """Write a private data directory; AWX's inventory is a program that prints JSON.

    :param variables: more answers, and variables that AWX sets
    """
    files = {
        "env/envvars": json.dumps({**credentials, "AWS_REGION": REGION}),
        "env/extravars": json.dumps({**SURVEY, **variables}),
        "inventory/hosts": f"#!/bin/sh\ncat <<'END'\n{json.dumps(inventory)}\nEND\n",
        "project/onboard.yml": json.dumps([{"import_playbook": "multiaccount.aws.securityhub_onboard"}]),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "inventory" / "hosts").chmod(0o755)
    return folder


def run_job(fleet: Fleet, job: Path) -> Run:
    """Run a job with the credentials of its private data directory alone."""
    without = (*fleet.scene.credentials, "AWS_REGION", "AWS_DEFAULT_REGION")
    return fleet.scene.run(
        "ansible-runner", "run", job, "--playbook", "onboard.yml", "--ident", "slice", without=without
    )


def times(job: Path) -> tuple[str, str]:
    """When the job's first and last events were."""
    files = (job / "artifacts" / "slice" / "job_events").glob("*.json")
    created = sorted(json.loads(no_secret(file.read_text(encoding="utf-8")))["created"] for file in files)
    return created[0], created[-1]


@pytest.fixture
def inventory(fleet: Fleet) -> dict[str, Any]:
    """What the plugin makes of six accounts that have yet to accept, and one that has."""
    fleet.seed({**dict.fromkeys(CREATED, "Created"), **dict.fromkeys(INVITED, "Invited"), ENABLED: "Enabled"})
    source = fleet.scene.folder / "fleet.securityhub_members.yml"
    source.write_text(json.dumps(SOURCE), encoding="utf-8")
    listing = fleet.scene.folder / "inventory.json"
    run = fleet.scene.run("ansible-inventory", "--inventory", source, "--list", "--output", listing)
    assert run.code == 0, run.output
    return dict(json.loads(listing.read_text(encoding="utf-8")))


def test_two_slices_at_once(fleet: Fleet, inventory: dict[str, Any]) -> None:
    hosts = sorted(inventory["_meta"]["hostvars"])
    assert hosts == [*CREATED, *INVITED]
    slices = [hosts[0::2], hosts[1::2]]  # as AWX cuts: every second one
    jobs = [
        write_job(fleet.scene.folder / f"slice-{number}", fleet.scene.credentials, slice_of(inventory, part))
        for number, part in enumerate(slices)
    ]
    fleet.scene.hub.reset_counts()

    with ThreadPoolExecutor(len(jobs)) as pool:
        runs = list(pool.map(lambda job: run_job(fleet, job), jobs))
    for part, ended in zip(slices, runs, strict=True):
        assert ended.code == 0, ended.output
        assert ended.summary[0].endswith(
            f"= {len(part) * len(REGIONS)} memberships: {len(part) * len(REGIONS)} Enabled"
        )
        assert recap(ended) == {"localhost": (1, 0)}
    (start, end), (other_start, other_end) = map(times, jobs)
    assert start < other_end
    assert other_start < end

    enabled = dict.fromkeys([*CREATED, *INVITED, ENABLED], "Enabled")
    assert [fleet.scene.statuses(region) for region in REGIONS] == [enabled] * len(REGIONS)
    assert fleet.invitations() == {region: dict.fromkeys(CREATED, 1) for region in REGIONS}
    assert fleet.count("AcceptAdministratorInvitation") == len(hosts) * len(REGIONS)
    assert fleet.count("sts:AssumeRole") == len(hosts)


@pytest.mark.parametrize(
    ("cause", "variables"),
    [
        ("the accounts come from the inventory", {}),
        # AWX runs a slice as a node of a workflow job with the name of the job template
        (
            "the job is a slice",
            {
                "securityhub_accounts": ENABLED,
                "awx_workflow_job_name": "Security Hub - Onboard",
                "awx_job_template_name": "Security Hub - Onboard",
            },
        ),
    ],
)
def test_slice_removes_nobody(fleet: Fleet, inventory: dict[str, Any], cause: str, variables: dict[str, str]) -> None:
    """The inventory has those that have yet to accept: who is enabled is in the list and in no slice."""
    before = [fleet.scene.statuses(region) for region in REGIONS]
    part = slice_of(inventory, CREATED)
    answers = {"securityhub_surplus": "remove", "securityhub_surplus_limit": "100", **variables}
    run = run_job(fleet, write_job(fleet.scene.folder / "slice", fleet.scene.credentials, part, **answers))
    assert run.code == 2, run.output
    assert run.error.startswith(f"securityhub_surplus is remove, and {cause}")
    assert [fleet.scene.statuses(region) for region in REGIONS] == before
    assert fleet.scene.writes() == 0
