# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run as data."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.fleet import fleet_of
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.outcome import outcome_of
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.summary import Request, summarize

ONE, OTHER, THIRD = "111122220001", "111122220002", "111122220003"


def row(account_id: str, region: str, status: str | None, **fields: Any) -> dict[str, Any]:
    """Return a row of memberships."""
    return {
        "account_id": account_id,
        "region": region,
        "member_status": status,
        "reason": None,
        "actions": [],
        **fields,
    }


def outcome(*rows: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Return the result of a run with these rows, as JSON keeps it."""
    failed = options.pop("failed_regions", [])
    results = {"administrator_id": "999988887777", "memberships": list(rows), "failed_regions": failed}
    request = Request(**options)
    fleet = fleet_of(results, before=request.looks_only)
    return dict(json.loads(json.dumps(outcome_of(fleet, request, summarize(fleet, request)))))


def test_counts_and_actions() -> None:
    found = outcome(
        row(ONE, "eu-west-1", "Enabled", actions=["invite", "accept"]),
        row(ONE, "us-east-1", "Enabled", actions=["accept"]),
        row(OTHER, "eu-west-1", "Enabled"),
        report_path="/tmp/report.html",
    )
    assert found == {
        "purpose": "onboard",
        "check_mode": False,
        "failed": False,
        "msg": "",
        "administrator_id": "999988887777",
        "regions": ["eu-west-1", "us-east-1"],
        "counts": {"accounts": 2, "memberships": 3, "by_status": {"Enabled": 3}},
        "actions": {"invite": 1, "accept": 2},
        "remaining": [],
        "failed_regions": [],
        "report_path": "/tmp/report.html",
    }


def test_accounts_that_are_not_enabled_are_grouped_by_reason() -> None:
    waiting = {"reason": "awaiting_acceptance"}
    found = outcome(
        row(ONE, "eu-west-1", "Invited", **waiting),
        row(ONE, "us-east-1", "Invited", **waiting),
        row(OTHER, "eu-west-1", "Invited", **waiting),
        row(THIRD, "eu-west-1", "Resigned", reason="resigned"),
    )
    rows = [(each["member_status"], each["reason"], each["memberships"]) for each in found["remaining"]]
    assert rows == [("Invited", "awaiting_acceptance", 3), ("Resigned", "resigned", 1)]
    assert found["remaining"][0]["account_ids"] == [ONE, OTHER]
    assert found["remaining"][0]["regions"] == ["eu-west-1", "us-east-1"]
    assert all(each["explanation"] and each["next_step"] for each in found["remaining"])
    assert found["failed"] is True
    assert found["msg"].startswith("1 of 4 memberships was not processed: 1 resigned (111122220003 in eu-west-1).")


def test_failed_regions_and_check_mode() -> None:
    failed = {"region": "us-east-1", "error_code": "AccessDeniedException", "msg": "Denied."}
    found = outcome(row(ONE, "eu-west-1", "Enabled"), failed_regions=[failed], is_check=True)
    assert found["failed_regions"] == [{**failed, "account_id": None}]
    assert (found["check_mode"], found["failed"]) == (True, True)


def test_offboarding_leaves_only_those_that_are_still_there() -> None:
    found = outcome(
        row(ONE, "eu-west-1", None, actions=["delete"]),
        row(OTHER, "eu-west-1", "Enabled", reason="rejected", processing_result="It has to stay."),
        purpose="offboard",
    )
    assert [each["account_ids"] for each in found["remaining"]] == [[OTHER]]


def test_outcome_counts_with_the_words_of_the_modules() -> None:
    rows = [
        row(ONE, "eu-west-1", None, reason="own_account"),
        row(OTHER, "eu-west-1", None, reason="unreadable"),
        row(THIRD, "eu-west-1", None, reason="not_a_member"),
    ]
    assert outcome(*rows)["counts"]["by_status"] == {"not_a_member": 1, "unreadable": 1, "own_account": 1}
