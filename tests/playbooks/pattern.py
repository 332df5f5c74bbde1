# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pattern of extensions/patterns, its surveys, and what its playbook hands over to be applied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playbooks.scene import REGION, Scene
from run.layout import COLLECTIONS, ROOT

PATTERN = ROOT / "extensions" / "patterns" / "securityhub_onboarding"
SURVEYS = {file.stem: file for file in sorted((PATTERN / "template_surveys").glob("*.json"))}
GIVEN: dict[str, Any] = {
    "aws_credential": "Security Hub administrator",
    "aws_region": REGION,
    "execution_environment_image": "registry.example.com/security-hub:1.0.0",
    "smtp_host": "smtp.example.com",
    "notification_recipients": ["security@example.com"],
    "report_bucket": "security-reports",
}
# Stands in for infra.aap_configuration.dispatch: it writes down what it is given.
DISPATCH = [
    {
        "name": "Write down",
        "ansible.builtin.copy": {
            "content": "{{ dict(names | zip(query('ansible.builtin.vars', *names))) | to_json }}",
            "dest": "{{ applied_file }}",
            "mode": "0600",
        },
        "vars": {"names": "{{ query('ansible.builtin.varnames', '^controller_') }}"},
    }
]


def survey(name: str) -> dict[str, Any]:
    """Return a survey of the pattern."""
    return dict(json.loads(SURVEYS[name].read_text(encoding="utf-8")))


def answers(name: str, empty: bool) -> dict[str, Any]:
    """Return a survey's answers as AWX hands them over: each question's default, or an empty box where it may be."""
    return {
        question["variable"]: question["default"] if question["required"] or not empty else ""
        for question in survey(name)["spec"]
    }


def launch_errors(question: dict[str, Any], answer: Any) -> list[str]:
    """Return what AWX finds wrong with an answer when it starts a job; it checks a question's default in the same way.

    An answer that is wrong is refused, and a default that is wrong is left out without a word.
    """
    kind, name = question["type"], question["variable"]
    if kind in ("text", "textarea", "password"):
        size = len(answer) if isinstance(answer, str) else None
    elif kind == "integer":
        size = answer if isinstance(answer, int) and not isinstance(answer, bool) else None
    else:
        answers = answer if kind == "multiselect" else [answer]
        known = isinstance(answers, list) and set(answers) <= set(question["choices"])
        return [] if known else [f"{name}: {answer!r} is not of {question['choices']}"]
    if size is None:
        return [f"{name}: {answer!r} has another type than {kind}"]
    return [] if question["min"] <= size <= question["max"] else [f"{name}: {answer!r} is too small or too large"]


def save_errors(question: dict[str, Any]) -> list[str]:
    """Return what AWX finds wrong with a question when a survey is saved: its default is a number or a text."""
    wanted = int if question["type"] == "integer" else str
    if not isinstance(question["default"], wanted):
        return [f"{question['variable']}: the default is not of the type {wanted.__name__}"]
    return []


def apply(scene: Scene, given: dict[str, Any]) -> tuple[int, str, dict[str, Any]]:
    """Run the playbook that applies the pattern; return its exit code, its output, and the resources."""
    collections, applied = scene.folder / "collections", scene.folder / "applied.json"
    _write_dispatch(collections / "ansible_collections" / "infra" / "aap_configuration")
    run = scene.run(
        "ansible-playbook", PATTERN / "playbooks" / "apply.yml",
        "--extra-vars", json.dumps({**given, "applied_file": str(applied)}),
        settings={"ANSIBLE_COLLECTIONS_PATH": f"{collections}:{COLLECTIONS}"},
    )  # fmt: skip
    resources = json.loads(applied.read_text(encoding="utf-8")) if applied.exists() else {}
    return run.code, run.output, resources


def _write_dispatch(collection: Path) -> None:
    tasks = collection / "roles" / "dispatch" / "tasks"
    tasks.mkdir(parents=True)
    (tasks / "main.yml").write_text(json.dumps(DISPATCH), encoding="utf-8")
