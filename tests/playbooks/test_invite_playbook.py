# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_invite: only invites, in every form in which it may be asked."""

from __future__ import annotations

from typing import Any

from playbooks.fleet import Fleet, recap
from playbooks.scene import OTHER_REGION, REGION

CREATED, LEADING_ZERO = "111122220001", "012345670002"
REMOVED, RESIGNED = "111122220003", "111122220004"
ENABLED, NOT_A_MEMBER = "111122220005", "111122220009"
BOTH_INVITED = {CREATED: "Invited", LEADING_ZERO: "Invited"}


def test_check_run_and_run_again(fleet: Fleet) -> None:
    scene = fleet.scene
    members = {CREATED: "Created", LEADING_ZERO: "Created", REMOVED: "Removed", ENABLED: "Enabled"}
    scene.seed(members)
    rows = [int(CREATED), {"AccountId": LEADING_ZERO}, REMOVED, ENABLED]
    given: dict[str, Any] = {"accounts": rows, "regions": f"\n {REGION}\n{OTHER_REGION} \n"}
    check = fleet.play("invite", "--check", "--diff", **given)
    assert check.code == 0, check.output
    assert check.summary[0] == "4 accounts \u00d7 2 Regions = 8 memberships after a run: 2 Enabled, 6 Invited"
    assert "To do: invite 6" in check.summary
    for account_id in (CREATED, LEADING_ZERO, REMOVED):
        assert f'-        "{account_id}": "{members[account_id]}"' in check.output
        assert f'+        "{account_id}": "Invited"' in check.output
    assert scene.statuses() == members
    assert scene.writes() == 0

    run = fleet.play("invite", **given)
    assert run.code == 0, run.output
    assert run.summary[0] == "4 accounts \u00d7 2 Regions = 8 memberships: 2 Enabled, 6 Invited"
    assert "Done: 6 invited" in run.summary
    after = {**BOTH_INVITED, REMOVED: "Invited", ENABLED: "Enabled"}
    assert scene.statuses(REGION) == scene.statuses(OTHER_REGION) == after
    assert set(scene.hub.counts()["calls"]) == {"GetMembers", "InviteMembers"}
    scene.writes()

    again = fleet.play("invite", **given)
    assert again.code == 0, again.output
    assert "Done: nothing" in again.summary
    assert recap(again) == {"localhost": (0, 0)}
    assert scene.writes() == 0


def test_words_on_the_command_line(fleet: Fleet) -> None:
    """With an account that can't be invited, which is only named."""
    fleet.scene.seed({CREATED: "Created", LEADING_ZERO: "Created", RESIGNED: "Resigned"})
    words = f"securityhub_accounts={LEADING_ZERO},{CREATED},{RESIGNED} securityhub_regions={OTHER_REGION}"
    playbook = "multiaccount.aws.securityhub_invite"
    run = fleet.scene.run("ansible-playbook", playbook, "-e", words, "-e", "securityhub_fail_on_unprocessed=false")
    assert run.code == 0, run.output
    assert f"  Account: {RESIGNED}" in run.summary
    assert fleet.scene.statuses(OTHER_REGION) == {**BOTH_INVITED, RESIGNED: "Resigned"}
    assert fleet.scene.statuses(REGION) == {CREATED: "Created", LEADING_ZERO: "Created", RESIGNED: "Resigned"}


def test_accounts_that_could_not_be_invited_fail_the_play(fleet: Fleet) -> None:
    """An account with Regions of its own is invited only there. What a Region that fails does: test_runner.py."""
    fleet.scene.seed({CREATED: "Created", RESIGNED: "Resigned"})
    accounts = [{"account_id": CREATED, "regions": OTHER_REGION}, RESIGNED, NOT_A_MEMBER]
    refused = fleet.play("invite", accounts=accounts, regions=None)
    assert refused.code == 2
    assert refused.error.endswith(f"in: {OTHER_REGION}. Add them to securityhub_regions.")
    assert fleet.scene.writes() == 0
    run = fleet.play("invite", accounts=accounts, regions=[REGION, OTHER_REGION])
    assert run.code == 2
    assert run.error.startswith("4 of 5 memberships were not processed: 2 resigned (")
    assert "Done: 1 invited" in run.summary
    assert f"  Account: {NOT_A_MEMBER}" in run.summary
    assert f"  Account: {RESIGNED}" in run.summary
    assert fleet.scene.statuses(REGION) == {CREATED: "Created", RESIGNED: "Resigned"}
    assert fleet.scene.statuses(OTHER_REGION) == {CREATED: "Invited", RESIGNED: "Resigned"}
