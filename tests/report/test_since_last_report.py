# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since the report of an earlier run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from report import fleets
from report.fleets import TIME, made, row
from report.reading import Reader
from report.states import account

EARLIER = "2026-02-28T08:00:00Z"
EUROPE, US = "eu-west-1", "us-east-1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the JSON of the earlier run lies."""
    return tmp_path / "report.json"


def since(path: Path, before: fleets.Result, now: fleets.Result) -> Any:
    """Return what changed between two results."""
    path.write_text(made(before, "json", generated_at=EARLIER), encoding="utf-8")
    return json.loads(made(now, "json", generated_at=TIME, previous=str(path)))["since"]


def changes(found: Any) -> dict[str, list[tuple[str, str | None, str | None, list[str]]]]:
    """Return the account, the statuses and the Regions of each change, by its kind."""
    keys = ("account_id", "previous_member_status", "member_status", "regions")
    return {
        kind: [tuple(change[key] for key in keys) for change in rows]
        for kind, rows in found.items()
        if kind != "generated_at"
    }


def both(*statuses: str) -> list[dict[str, Any]]:
    """Return accounts with these statuses in both Regions."""
    return [row(region, account(n), status) for region in (EUROPE, US) for n, status in enumerate(statuses)]


def test_newly_enabled_and_left_by_account(path: Path) -> None:
    before = [
        row(region, account(n), status) for region in (EUROPE, US) for n, status in enumerate(["Invited", "Enabled"])
    ]
    now = [
        row(region, account(n), status) for region in (EUROPE, US) for n, status in enumerate(["Enabled", "Resigned"])
    ]
    found = since(path, fleets.result(*before), fleets.result(*now, row(US, account(2))))
    assert found["generated_at"] == EARLIER
    assert changes(found) == {
        "newly_enabled": [
            (account(0), "Invited", "Enabled", [EUROPE, US]),
            (account(2), None, "Enabled", [US]),
        ],
        "newly_left": [(account(1), "Enabled", "Resigned", [EUROPE, US])],
        "newly_failing": [],
        "newly_differing": [],
    }


def test_account_that_is_gone_has_left(path: Path) -> None:
    before = fleets.result(row(EUROPE, account(1)), row(EUROPE, account(2)), row(EUROPE, account(3), "Invited"))
    found = changes(since(path, before, fleets.result(row(EUROPE, account(1)))))
    assert found["newly_left"] == [(account(2), "Enabled", None, [EUROPE])]


def test_new_reason_is_newly_failing_and_an_old_one_is_not(path: Path) -> None:
    before = fleets.result(
        row(EUROPE, account(1), "Invited", reason="awaiting_acceptance"),
        row(EUROPE, account(2), "Invited", reason="role_not_assumed"),
    )
    now = fleets.result(*[row(EUROPE, account(n), "Invited", reason="role_not_assumed") for n in (1, 2)])
    (change,) = since(path, before, now)["newly_failing"]
    assert (change["account_id"], change["reason"]) == (account(1), "role_not_assumed")


@pytest.mark.parametrize(
    ("before", "now", "reason", "kind"),
    [
        ("applied", "differs", None, "newly_differing"),
        ("applied", "differs", "not_ready", "newly_failing"),
        ("applied", "failed", "rejected", "newly_failing"),
        ("differs", "differs", None, None),
        ("failed", "differs", None, None),
        (None, "differs", None, None),
        ("differs", "applied", None, None),
    ],
)
def test_policy_that_was_applied_and_is_not_any_more(
    path: Path, before: str | None, now: str, reason: str | None, kind: str | None
) -> None:
    found = since(
        path,
        fleets.result(*[row(region, account(1), policy=before) for region in (EUROPE, US)]),
        fleets.result(*[row(region, account(1), policy=now, reason=reason) for region in (EUROPE, US)]),
    )
    told = {each: rows for each, rows in changes(found).items() if rows}
    assert told == ({kind: [(account(1), "Enabled", "Enabled", [EUROPE, US])]} if kind else {})


def test_page_names_who_newly_differs_from_the_policy(path: Path) -> None:
    before = fleets.result(row(EUROPE, account(1), policy="applied"))
    path.write_text(made(before, "json", generated_at=EARLIER), encoding="utf-8")
    now = fleets.result(row(EUROPE, account(1), policy="differs"))
    texts = Reader(made(now, "html", previous=str(path))).texts
    told = "".join(texts[texts.index("Newly different from the policy:") :])
    assert f"{account(1)} owner-{account(1)}@example.com Enabled in {EUROPE}" in told


def test_region_that_fails_is_newly_failing_once_and_nobody_has_left(path: Path) -> None:
    everywhere = fleets.result(row(EUROPE, account(1)), row(US, account(1)))
    half = fleets.result(row(EUROPE, account(1)), failed=(US,))
    assert changes(since(path, everywhere, half)) == {
        "newly_enabled": [],
        "newly_left": [],
        "newly_failing": [(account(1), "Enabled", None, [US])],
        "newly_differing": [],
    }
    nothing: dict[str, list[Any]] = {
        "newly_enabled": [],
        "newly_left": [],
        "newly_failing": [],
        "newly_differing": [],
    }
    assert changes(since(path, half, half)) == nothing
    assert changes(since(path, half, everywhere)) == nothing, "what it was before is not known"


def test_other_regions_are_not_compared(path: Path) -> None:
    found = since(path, fleets.result(row(EUROPE, account(1))), fleets.result(row(US, account(1))))
    assert not any(changes(found).values())


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "no JSON", '{"version": 1}',
        '{"version": 1, "administrator_id": "999988887777", "accounts": 1}',
        '{"version": 1, "administrator_id": "999988887777", "generated_at": "", "regions": [], "accounts": [1]}',
        '{"version": 1, "administrator_id": "111122223333", "generated_at": "x", "regions": [], "accounts": []}',
    ],
)  # fmt: skip
def test_file_that_is_no_report_of_this_administrator_is_ignored(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    now = fleets.result(row(EUROPE, account(1)))
    assert json.loads(made(now, "json", previous=str(path)))["since"] is None
    assert "since-title" not in made(now, "html", previous=str(path))


def test_first_run_has_nothing_to_compare_with(path: Path) -> None:
    assert json.loads(made(fleets.small(), "json", previous=str(path)))["since"] is None


def test_page_names_what_changed(path: Path) -> None:
    before = fleets.result(row(EUROPE, account(1), "Invited"), row(EUROPE, account(2)))
    path.write_text(made(before, "json", generated_at=EARLIER), encoding="utf-8")
    now = fleets.result(row(EUROPE, account(1)), row(EUROPE, account(2), "Resigned", reason="resigned"))
    texts = Reader(made(now, "html", previous=str(path))).texts
    assert {"Newly Enabled:", "No longer Enabled:", EARLIER} <= set(texts)
    assert "Newly failing:" not in texts
    start = texts.index("No longer Enabled:")
    told = "".join(texts[start : texts.index("Newly Enabled:")])
    assert f"{account(2)} owner-{account(2)}@example.com Enabled \u2192 Resigned in {EUROPE}" in told
    path.write_text(made(now, "json", generated_at=EARLIER), encoding="utf-8")
    same = Reader(made(now, "html", previous=str(path))).texts
    assert "No membership is newly Enabled, has left, newly fails or newly differs from the policy." in same
