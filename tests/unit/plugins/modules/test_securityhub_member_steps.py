# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""securityhub_member, state absent: what becomes of an account whose first step is the second of others."""

from __future__ import annotations

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_member as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import MEMBER, OTHER_MEMBER, run_at, seed_members


def test_a_region_that_fails_while_others_are_disassociated(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Enabled", OTHER_MEMBER: "Removed"})
    hub.fault(kind="access_denied", operation="DisassociateMembers")
    run = run_at(hub, module, state="absent", members=[{"account_id": MEMBER}, {"account_id": OTHER_MEMBER}])
    assert run.failed
    assert not run.result["changed"]
    assert [(row["account_id"], row["member_status"], row["reason"]) for row in run.result["unprocessed_accounts"]] == [
        (MEMBER, "Enabled", "rejected"),
        (OTHER_MEMBER, "Removed", "not_attempted"),
    ]
    assert run.result["failed_regions"][0]["error_code"] == "AccessDeniedException"


def test_a_region_that_fails_between_the_steps_has_changed_something(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Enabled"})
    hub.fault(kind="access_denied", operation="DeleteMembers")
    run = run_at(hub, module, state="absent", members=[{"account_id": MEMBER}])
    assert run.failed
    assert run.result["changed"]
    (row,) = run.result["unprocessed_accounts"]
    assert (row["member_status"], row["reason"]) == ("Removed", "rejected")
    assert "is not authorized to perform" in row["processing_result"]
    assert row["processing_result"].endswith(
        "The account was disassociated, so its monitoring by this administrator has ended."
    )
