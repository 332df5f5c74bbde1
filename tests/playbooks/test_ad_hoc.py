# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as an ad-hoc command."""

from __future__ import annotations

import pytest

from playbooks.scene import OTHER_REGION, REGION, Scene
from run.crash import crash_in

ONE, OTHER, ENABLED = "111122220001", "012345670002", "111122220003"


def test_check_run_and_run_again(scene: Scene) -> None:
    scene.seed({ONE: "Created", OTHER: "Created", ENABLED: "Enabled"})
    arguments = f"account_ids={ONE},{OTHER},{ENABLED} region={OTHER_REGION}"

    check = scene.ad_hoc(arguments, "--check", "--diff")
    assert check.code == 0, check.output
    assert f'-        "{ONE}": "Created"' in check.output
    assert f'+        "{ONE}": "Invited"' in check.output
    assert "localhost | CHANGED" in check.output
    assert scene.writes() == 0

    first = scene.ad_hoc(arguments)
    assert first.code == 0, first.output
    assert "localhost | CHANGED" in first.output
    assert [row["account_id"] for row in first.ad_hoc_result["invited_accounts"]] == [ONE, OTHER]
    assert scene.writes() == 1
    assert scene.statuses(OTHER_REGION) == {ONE: "Invited", OTHER: "Invited", ENABLED: "Enabled"}

    again = scene.ad_hoc(arguments)
    assert again.code == 0, again.output
    assert "localhost | SUCCESS" in again.output
    assert again.ad_hoc_result["changed"] is False
    assert len(again.ad_hoc_result["unchanged_accounts"]) == 3
    assert scene.writes() == 0


def test_many_regions_and_lists_as_json(scene: Scene) -> None:
    scene.seed({ONE: "Created", OTHER: "Resigned"})
    run = scene.ad_hoc({"account_ids": [ONE, OTHER], "regions": [REGION, OTHER_REGION], "reinvite": ["resigned"]})
    assert run.code == 0, run.output
    assert [(row["region"], row["account_id"]) for row in run.ad_hoc_result["invited_accounts"]] == [
        (region, account_id) for region in (REGION, OTHER_REGION) for account_id in (ONE, OTHER)
    ]


HYPHENS = "write it without hyphens: '111122223333'"
NO_ID = "is not an AWS account ID"
LOST_ZERO = "a leading zero is missing: '011112222333'"
OCTAL = "YAML reads an unquoted 012345670123 as this octal number: quote it: '012345670123'"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (
            f"account_ids={ONE},11112222333,1111-2222-3333",
            f"row 2: '11112222333' {NO_ID} ({LOST_ZERO}); row 3: '1111-2222-3333' {NO_ID} ({HYPHENS})",
        ),
        (
            # what YAML makes of an unquoted 012345670123; and digits, but not ASCII's
            {"account_ids": [0o12345670123, "١٢٣٤٥٦٧٨٩٠١٢"]},
            f"row 1: {0o12345670123} {NO_ID} ({OCTAL}); row 2: '١٢٣٤٥٦٧٨٩٠١٢' {NO_ID}",
        ),
    ],
    ids=["words", "JSON"],
)
def test_wrong_ids_are_one_clear_message(scene: Scene, arguments: str, named: str) -> None:
    scene.seed({ONE: "Created"})
    run = scene.ad_hoc(arguments)
    assert run.code == 2
    assert "localhost | FAILED!" in run.output
    message = run.ad_hoc_result["msg"]
    assert f"account_ids: 2 rows are not valid: {named}. An account ID has exactly 12 digits." in message
    assert crash_in(run.output) is None
    assert scene.calls() == 0
    assert scene.statuses() == {ONE: "Created"}


def test_a_region_without_security_hub(scene: Scene) -> None:
    run = scene.ad_hoc(f"account_ids={ONE}")
    assert run.code == 2
    assert "Security Hub is not enabled in account 999988887777 in eu-west-1" in run.ad_hoc_result["msg"]
    assert [row["error_code"] for row in run.ad_hoc_result["failed_regions"]] == ["InvalidAccessException"]
    assert crash_in(run.output) is None
