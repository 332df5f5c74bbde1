# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pattern for AWX: its surveys fit the playbooks, its resources fit each other, its job templates run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.variables import CHOICES, DEFAULTS
from local_hub.control import Hub
from playbooks.fleet import ACCOUNTS, ONE, OTHER_ADMINISTRATOR, THREE, ZERO
from playbooks.job import Job
from playbooks.pattern import GIVEN, PATTERN, SURVEYS, answers, apply, launch_errors, save_errors, survey
from playbooks.scene import REGION, Scene
from run.layout import ROOT
from run.shell import show

BUCKET = "security-reports"
VERSION = str(yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"])
SMALL_BOXES, NUMBERS = ("text", "textarea"), ("integer",)


@pytest.fixture(scope="module", name="resources")
def _resources(hub: Hub, path: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the playbook of the pattern applies."""
    code, output, resources = apply(Scene(hub, tmp_path_factory.mktemp("apply"), path), GIVEN)
    assert code == 0, output
    return resources


@pytest.mark.parametrize("name", SURVEYS)
def test_survey_asks_for_variables_of_the_playbooks_in_their_types(name: str) -> None:
    for question in survey(name)["spec"]:
        default, kind = DEFAULTS[question["variable"]], question["type"]
        choices = CHOICES.get(question["variable"], ["true", "false"])
        if isinstance(default, bool):
            assert (kind, question["choices"], question["default"]) == ("multiplechoice", choices, str(default).lower())
        elif isinstance(default, int):
            assert (kind, question["default"]) == ("integer", default)
        elif isinstance(default, list):
            assert (kind, question["default"]) == ("multiplechoice", ",".join(default))
            assert {part for choice in question["choices"] for part in choice.split(",")} == set(choices)
        elif isinstance(default, str):
            assert (kind, question["choices"], question["default"]) == ("multiplechoice", choices, default)
        elif question["variable"].endswith("_external_id"):
            assert kind == "password", question
        else:
            assert kind in SMALL_BOXES, question


@pytest.mark.parametrize("name", SURVEYS)
def test_survey_is_one_of_awx(name: str) -> None:
    spec = survey(name)["spec"]
    assert len({question["variable"] for question in spec}) == len(spec)
    for question in spec:
        assert question["question_name"]
        assert isinstance(question["required"], bool)
        assert [*save_errors(question), *launch_errors(question, question["default"])] == []
        if question["type"] in SMALL_BOXES + NUMBERS:
            assert question["min"] < question["max"]


def test_survey_errors_of_answers_that_awx_refuses() -> None:
    """What test_survey_is_one_of_awx looks for is found."""
    several = {"variable": "v", "type": "multiselect", "choices": ["a", "b"], "default": "a"}
    assert launch_errors(several, "a") == ["v: 'a' is not of ['a', 'b']"]
    assert launch_errors(several, ["a"]) == save_errors(several) == []
    assert save_errors({**several, "default": ["a"]}) == ["v: the default is not of the type str"]
    number = {"variable": "v", "type": "integer", "min": 1, "max": 2}
    assert launch_errors(number, "1") == ["v: '1' has another type than integer"]
    assert launch_errors(number, 3) == ["v: 3 is too small or too large"]


def test_resources_refer_to_each_other(resources: dict[str, Any]) -> None:
    names = {kind: {row["name"] for row in rows} for kind, rows in resources.items()}
    templates = [*resources["controller_templates"], *resources["controller_workflows"]]
    credentials = names["controller_credentials"] | {GIVEN["aws_credential"]}
    for template in templates:
        assert set(template["labels"]) <= names["controller_labels"]
        notified = {name for key, value in template.items() if key.startswith("notification_") for name in value}
        assert notified <= names["controller_notifications"]
    for template in resources["controller_templates"]:
        assert template["project"] in names["controller_projects"]
        assert template["inventory"] in names["controller_inventories"]
        assert template["execution_environment"] in names["controller_execution_environments"]
        assert set(template["credentials"]) <= credentials
        assert (ROOT / template["playbook"]).is_file()
    (source,) = resources["controller_inventory_sources"]
    assert source["inventory"] in names["controller_inventories"]
    assert (ROOT / source["source_path"]).is_file()
    assert source["credential"] in credentials
    nodes = resources["controller_workflows"][0]["simplified_workflow_nodes"]
    jobs = {node["unified_job_template"] for node in nodes if "unified_job_template" in node}
    scheduled = {row["unified_job_template"] for row in resources["controller_schedules"]}
    assert jobs | scheduled <= names["controller_templates"]


def test_each_template_has_its_survey(resources: dict[str, Any]) -> None:
    for template in resources["controller_templates"]:
        assert template["survey_enabled"] is True
        assert template["survey_spec"] == survey(Path(template["playbook"]).stem)
    (workflow,) = resources["controller_workflows"]
    assert workflow["survey_spec"] == survey("offboard")
    assert sorted(Path(template["playbook"]).stem for template in resources["controller_templates"]) == list(SURVEYS)


def test_offboarding_waits_for_approval_between_plan_and_run(resources: dict[str, Any]) -> None:
    (workflow,) = resources["controller_workflows"]
    plan, approval, run = workflow["simplified_workflow_nodes"]
    assert (plan["job_type"], plan["success_nodes"]) == ("check", [approval["identifier"]])
    assert (approval["approval_node"]["timeout"], approval["success_nodes"]) == (86400, [run["identifier"]])
    assert (run["job_type"], run["unified_job_template"]) == ("run", plan["unified_job_template"])
    (template,) = [row for row in resources["controller_templates"] if row["name"] == run["unified_job_template"]]
    assert template["ask_job_type_on_launch"] is True


def test_verification_runs_every_night(resources: dict[str, Any]) -> None:
    (schedule,) = resources["controller_schedules"]
    assert re.fullmatch(r"DTSTART:\d{8}T\d{6}Z RRULE:FREQ=DAILY;INTERVAL=1", schedule["rrule"])
    assert schedule["extra_data"] == {
        "securityhub_accounts": "",
        "securityhub_regions": REGION,
        "securityhub_policy": "",
    }


def test_variables_without_a_default_are_asked_for(scene: Scene) -> None:
    code, output, resources = apply(scene, {**GIVEN, "smtp_host": ""})
    assert (code, resources) == (2, {})
    assert "Set smtp_host. See the README of the pattern." in output


def test_readme_has_a_row_for_each_variable() -> None:
    readme = (PATTERN / "README.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE))
    texts = [(PATTERN / name).read_text(encoding="utf-8") for name in ("setup.yml", "playbooks/report.yml")]
    used = {name for text in texts for name in re.findall(r"\{\{ ([a-z_]+)(?: \||\s*\}\})", text)}
    assert rows == (used - {"item", "securityhub_report_path", "ansible_playbook_python"}) | {"dispatch_role"}


def test_execution_environment_has_a_context_without_a_warning(tmp_path: Path) -> None:
    file = PATTERN / "exec_env" / "execution-environment.yml"
    output = show("ansible-builder", "create", "--file", file, "--context", tmp_path / "context")
    assert "warn" not in output.lower()
    wanted = yaml.safe_load((tmp_path / "context" / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    assert wanted["collections"] == [{"name": "multiaccount.aws", "version": VERSION}]
    parts = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert re.search(r":\d+$", parts["images"]["base_image"]["name"])
    assert all("~=" in parts["dependencies"][name]["package_pip"] for name in ("ansible_core", "ansible_runner"))


def test_project_is_the_release_of_the_collection(resources: dict[str, Any]) -> None:
    (project,) = resources["controller_projects"]
    assert project["scm_branch"] == VERSION


@pytest.fixture(name="job")
def _job(scene: Scene) -> Job:
    """A job of the pattern's project, with a member of each kind and an account of another administrator."""
    scene.seed({ONE: "Created", ZERO: "Enabled"}, REGION)
    scene.hub.seed(members=[
        {"administrator_id": OTHER_ADMINISTRATOR, "account_id": THREE, "region": REGION, "member_status": "Enabled"}
    ])  # fmt: skip
    job = Job(scene)
    job.folder.joinpath("project").symlink_to(ROOT)
    return job


@pytest.mark.parametrize("empty", [False, True], ids=["defaults", "empty boxes"])
@pytest.mark.parametrize("name", SURVEYS)
def test_template_runs_with_the_answers_of_its_survey(job: Job, name: str, empty: bool) -> None:
    given = answers(name, empty)
    if name == "offboard":  # the question is required, and has no default
        given.update(securityhub_accounts=f"{ONE}\n{ZERO}", awx_workflow_job_id=7)
    run = job.run("job", str((PATTERN / "playbooks" / f"{name}.yml").relative_to(ROOT)), given)
    left = job.result("job")
    assert run.code == (2 if name == "verify" else 0), run.output
    assert (left["purpose"], left["failed"], left["check_mode"]) == (name, name == "verify", False)
    accounts = {"invite": 0, "onboard": 0}.get(name, 2)  # those two take no accounts from the member list
    assert left["counts"]["accounts"] == accounts
    assert left["regions"] == [REGION][: min(accounts, 1)]
    if name == "verify":
        assert [row["account_ids"] for row in left["remaining"]] == [[ONE]]
    if name == "offboard":
        assert job.scene.statuses() == {}


def test_offboarding_outside_of_a_workflow_only_shows_what_it_would_do(job: Job) -> None:
    playbook = str((PATTERN / "playbooks" / "offboard.yml").relative_to(ROOT))
    given = {**answers("offboard", empty=False), "securityhub_accounts": ONE}
    refused = job.run("refused", playbook, given)
    assert refused.code == 2
    assert "Launch the workflow." in refused.output
    looked = job.run("looked", playbook, given, "--cmdline=--check")
    assert looked.code == 0, looked.output
    assert job.scene.statuses() == {ONE: "Created", ZERO: "Enabled"}
    assert job.scene.writes() == 0


@pytest.fixture(name="storage")
def _storage() -> Iterator[str]:
    """An S3 with a bucket; its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        client(f"http://{host}:{port}").create_bucket(Bucket=BUCKET)
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def client(address: str) -> Any:
    """A client of that S3."""
    keys = {"aws_access_key_id": "anybody", "aws_secret_access_key": "nothing-secret"}
    return boto3.client("s3", "us-east-1", endpoint_url=address, **keys)


def test_page_of_the_report_is_kept_although_a_region_failed(scene: Scene, storage: str) -> None:
    scene.seed(dict.fromkeys(ACCOUNTS, "Enabled"), REGION)
    scene.hub.fault(kind="access_denied", operation="GetMembers", region="us-east-1", times=None)
    job = Job(scene, AWS_ENDPOINT_URL_S3=storage)
    job.folder.joinpath("project").symlink_to(ROOT)
    playbook = str((PATTERN / "playbooks" / "report.yml").relative_to(ROOT))
    given = {**answers("report", empty=False), "report_bucket": BUCKET}
    run = job.run("job", playbook, {**given, "securityhub_regions": f"{REGION} us-east-1"})
    assert run.code == 2, run.output
    s3 = client(storage)
    keys = [row["Key"] for row in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert [re.sub(r"\d{4}-\d\d-\d\dT\d{6}Z", "TIME", key) for key in keys] == [
        "securityhub/TIME.html",
        "securityhub/TIME.json",
    ]
    body = s3.get_object(Bucket=BUCKET, Key=keys[0])["Body"].read().decode()
    assert all(account_id in body for account_id in ACCOUNTS)


def test_definition_for_the_platform_has_the_same_job_templates(resources: dict[str, Any]) -> None:
    definition = json.loads((PATTERN / "meta" / "pattern.json").read_text(encoding="utf-8"))
    defined = {template["name"]: template for template in definition["aap_resources"]["controller_job_templates"]}

    assert definition["name"] == PATTERN.name
    assert defined.keys() == {template["name"] for template in resources["controller_templates"]}
    for template in resources["controller_templates"]:
        same = defined[template["name"]]
        assert Path(template["playbook"]).name == same["playbook"]
        assert (template["survey_spec"], template["labels"]) == (same["survey"], same["labels"])
    assert [template["playbook"] for template in defined.values() if template.get("primary")] == ["onboard.yml"]
