# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_invite: only invites, in every form in which it may be asked."""

from __future__ import annotations

from typing import Any

import pytest

from playbooks.fleet import Fleet, recap
from playbooks.scene import OTHER_REGION, REGION

CREATED, LEADING_ZERO = "111122220001", "012345670002"
REMOVED, RESIGNED = "111122220003", "111122220004"
ENABLED, NOT_A_MEMBER = "111122220005", "111122220009"
BOTH_INVITED = {CREATED: "Invited", LEADING_ZERO: "Invited"}

# One request in the forms of a variables file, of a survey's boxes and of a program that sends JSON.
REQUESTS: dict[str, dict[str, Any]] = {
    "lists": {"accounts": [CREATED, LEADING_ZERO], "regions": [REGION, OTHER_REGION]},
    "lines and commas": {"accounts": f"{CREATED}\n{LEADING_ZERO}\n", "regions": f"{REGION}, {OTHER_REGION}"},
    "blanks around": {
        "accounts": f"  {CREATED} \r\n\n\t {LEADING_ZERO}  \n {CREATED}\n",
        "regions": f"\n {REGION}\n{OTHER_REGION} \n",
    },
    "a number among texts": {"accounts": [int(CREATED), LEADING_ZERO], "regions": f"{REGION} {OTHER_REGION}"},
    "rows": {"accounts": [{"account_id": CREATED, "regions": [REGION, OTHER_REGION]}, {"AccountId": LEADING_ZERO}]},
}


@pytest.mark.parametrize("request_form", REQUESTS.values(), ids=REQUESTS)
def test_every_form_invites_once(fleet: Fleet, request_form: dict[str, Any]) -> None:
    scene = fleet.scene
    scene.seed({CREATED: "Created", LEADING_ZERO: "Created", ENABLED: "Enabled"})
    first = fleet.play("invite", **request_form)
    assert first.code == 0, first.output
    assert first.summary[0] == "2 accounts \u00d7 2 Regions = 4 memberships: 4 Invited"
    assert "Done: 4 invited" in first.summary
    assert scene.statuses(REGION) == scene.statuses(OTHER_REGION) == {**BOTH_INVITED, ENABLED: "Enabled"}
    assert set(scene.hub.counts()["calls"]) == {"GetMembers", "InviteMembers"}


def test_second_run_writes_nothing(fleet: Fleet) -> None:
    fleet.scene.seed({CREATED: "Invited", LEADING_ZERO: "Enabled"})
    run = fleet.play("invite", **REQUESTS["rows"])
    assert run.code == 0, run.output
    assert "Done: nothing" in run.summary
    assert recap(run) == {"localhost": (0, 0)}
    assert fleet.scene.writes() == 0


def test_words_on_the_command_line(fleet: Fleet) -> None:
    fleet.scene.seed({CREATED: "Created", LEADING_ZERO: "Created"})
    words = f"securityhub_accounts={LEADING_ZERO},{CREATED} securityhub_regions={OTHER_REGION}"
    playbook = "multiaccount.aws.securityhub_invite"
    run = fleet.scene.run("ansible-playbook", playbook, "-e", words, "-e", "securityhub_fail_on_unprocessed=false")
    assert run.code == 0, run.output
    assert fleet.scene.statuses(OTHER_REGION) == BOTH_INVITED
    assert fleet.scene.statuses(REGION) == {CREATED: "Created", LEADING_ZERO: "Created"}


def test_a_row_with_regions_of_its_own_is_invited_only_there(fleet: Fleet) -> None:
    fleet.scene.seed({CREATED: "Created", LEADING_ZERO: "Created"})
    rows = [{"account_id": CREATED, "regions": OTHER_REGION}, LEADING_ZERO]
    run = fleet.play("invite", accounts=rows)
    assert run.code == 0, run.output
    assert fleet.scene.statuses(REGION) == {CREATED: "Created", LEADING_ZERO: "Invited"}
    assert fleet.scene.statuses(OTHER_REGION) == BOTH_INVITED


def test_check_mode_says_what_a_run_would_do(fleet: Fleet) -> None:
    members = {CREATED: "Created", REMOVED: "Removed", ENABLED: "Enabled"}
    fleet.scene.seed(members)
    run = fleet.play("invite", "--check", "--diff", accounts=list(members), regions=None)
    assert run.code == 0, run.output
    assert run.summary[0] == "3 accounts \u00d7 1 Region = 3 memberships after a run: 1 Enabled, 2 Invited"
    assert "To do: invite 2" in run.summary
    for account_id in (CREATED, REMOVED):
        assert f'-        "{account_id}": "{members[account_id]}"' in run.output
        assert f'+        "{account_id}": "Invited"' in run.output
    assert fleet.scene.statuses() == members
    assert fleet.scene.writes() == 0


def test_accounts_that_could_not_be_invited_fail_the_play_or_are_only_named(fleet: Fleet) -> None:
    fleet.scene.seed({CREATED: "Created", RESIGNED: "Resigned"})
    given: dict[str, Any] = {"accounts": [CREATED, RESIGNED, NOT_A_MEMBER], "regions": REGION}
    named = fleet.play("invite", **given, fail_on_unprocessed="no")
    assert named.code == 0, named.output
    assert f"  Account: {NOT_A_MEMBER}" in named.summary
    assert f"  Account: {RESIGNED}" in named.summary
    assert fleet.scene.statuses() == {CREATED: "Invited", RESIGNED: "Resigned"}

    failed = fleet.play("invite", **given)
    assert failed.code == 2
    assert failed.error.startswith("2 of 3 memberships were not processed: 1 resigned, 1 not_a_member.")
    assert failed.summary == [line.replace("Done: 1 invited", "Done: nothing") for line in named.summary]


def test_a_region_that_failed_is_named_and_stops_no_other(fleet: Fleet) -> None:
    fleet.scene.seed({CREATED: "Created"}, REGION)
    run = fleet.play("invite", accounts=CREATED, regions=[OTHER_REGION, REGION])
    assert run.code == 2
    assert run.error.startswith(f"{OTHER_REGION} failed ")
    assert "1 Invited, 1 not readable" in run.summary[0]
    assert fleet.scene.statuses() == {CREATED: "Invited"}


def test_the_old_way_to_name_accounts_is_a_typo(fleet: Fleet) -> None:
    run = fleet.play("invite", account_ids=CREATED)
    assert run.code == 2
    assert run.error == (
        "securityhub_account_ids is not a variable of this playbook. Did you mean securityhub_accounts?"
    )
    assert fleet.scene.calls() == 0
