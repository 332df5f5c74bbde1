# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Differences from the policy on the page, and the JSON schemas of the report and of securityhub_result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.fleet import fleet_of
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.summary import (
    Request,
    outcome_of,
    summarize,
)
from report import fleets
from report.browser import Page
from report.fleets import Result, made
from report.states import HOSTILE, account

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
REPORTS: dict[str, tuple[Result, dict[str, Any]]] = {
    "small": (fleets.small(), fleets.small_accounts()),
    "fleet": (fleets.fleet(40), fleets.accounts(40)),
    "hostile": (fleets.hostile(), fleets.hostile_accounts()),
    "policy": (fleets.with_policy(30), fleets.accounts(30)),
    "empty": (fleets.result(), {}),
}


def schema(name: str) -> Draft202012Validator:
    found = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


def data(results: Any, accounts: Any = None, **more: Any) -> dict[str, Any]:
    return dict(json.loads(made(results, "json", accounts, **more)))


def strict(keys: set[str], validator: Draft202012Validator) -> None:
    """Each key is in the schema, as no schema of a JSON that may grow demands."""
    assert keys == set(validator.schema["properties"])


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_report_fits_its_schema(name: str, tmp_path: Path) -> None:
    results, accounts = REPORTS[name]
    previous = tmp_path / "report.json"
    previous.write_text(made(fleets.small(), "json", fleets.small_accounts()), encoding="utf-8")
    report = data(results, accounts, purpose="report", previous=str(previous))
    schema("report.json").validate(report)
    strict(set(report), schema("report.json"))


@pytest.mark.parametrize("name", sorted(REPORTS))
@pytest.mark.parametrize("purpose", ["onboard", "verify", "report", "offboard"])
def test_securityhub_result_fits_its_schema(name: str, purpose: str) -> None:
    results, accounts = REPORTS[name]
    request = Request(purpose=purpose)
    fleet = fleet_of(results, accounts.get("accounts") or (), before=request.looks_only)
    found = json.loads(json.dumps(outcome_of(fleet, request, summarize(fleet, request))))
    schema("securityhub_result.json").validate(found)
    strict(set(found), schema("securityhub_result.json"))


def test_report_same_difference_in_many_accounts_is_one_row() -> None:
    report = data(fleets.with_policy(200), purpose="report", settings={"securityhub_policy_file": "policy.json"})
    first = report["policy_differences"][0]
    assert first["text"] == "IAM.6 is ENABLED instead of DISABLED"
    assert len(first["accounts"]) == 100
    assert report["counts"]["by_policy"] == {"applied": 200, "differs": 200}
    (group,) = [row for row in report["to_do"] if row["status"] == "Enabled"]
    assert group["explanation"] == "The account is a member and differs from the policy."
    (command,) = group["commands"]
    assert command.startswith("ansible-playbook multiaccount.aws.securityhub_onboard \\\n  -e securityhub_accounts=")
    assert command.endswith("-e securityhub_policy_file=policy.json")


def test_report_inline_policy_is_in_the_command() -> None:
    policy = {"enabled_standards": [], "disabled_controls": ["IAM.6"]}
    report = data(fleets.with_policy(2), purpose="report", settings={"securityhub_policy": policy})
    assert report["to_do"][0]["commands"][0].endswith(f"-e '{json.dumps({'securityhub_policy': policy})}'")


def test_page_without_a_policy_says_nothing_of_it() -> None:
    page = made(fleets.small(), "html", fleets.small_accounts())
    assert "policy-title" not in page
    assert "Differs from the policy" not in page


def test_page_escapes_the_values_of_parameters() -> None:
    differences = [
        {"kind": "parameter", "id": text, "parameter": text, "current": [text], "wanted": text} for text in HOSTILE
    ]
    differing = fleets.row(
        "eu-west-1", account(1), policy="differs", policy_differences=differences, policy_difference_count=6
    )
    page = made(fleets.result(differing), "html")
    assert not any(text in page for text in HOSTILE[:3])


def test_filter_of_the_policy_shows_who_differs(browser: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(made(fleets.with_policy(20), "html", fleets.accounts(20), purpose="report"), encoding="utf-8")
    browser.open(file)

    def shown(view: str, selector: str) -> int:
        browser.run("location.hash = arguments[0]; dispatchEvent(new HashChangeEvent('hashchange'))", view)
        return int(browser.run("return document.querySelectorAll(arguments[0]).length", selector))

    assert shown("status=differs", "#matrix tbody tr:not([hidden])") == 10
    assert shown("status=differs", ".todo:not([hidden])") == 1
    assert shown("status=differs", ".difference:not([hidden])") == 3
    assert shown(f"text={account(1)}", ".difference:not([hidden]) li:not([hidden])") == 2
    assert shown(f"text={account(2)}", ".difference:not([hidden])") == 0
    assert shown("status=not-enabled", ".difference:not([hidden])") == 0
    assert browser.problems() == []
