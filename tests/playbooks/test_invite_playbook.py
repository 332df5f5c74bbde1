# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_invite: how it may be asked, and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from playbooks.scene import OTHER_REGION, PLAYBOOK, REGION, Scene

CREATED, LEADING_ZERO = "111122220001", "012345670002"
REMOVED, RESIGNED = "111122220003", "111122220004"
ENABLED, NOT_A_MEMBER = "111122220005", "111122220009"
BOTH_INVITED = {CREATED: "Invited", LEADING_ZERO: "Invited"}

# One request in the forms of a variables file, of a survey's boxes and of a program that sends JSON.
REQUESTS = {
    "lists": {"securityhub_account_ids": [CREATED, LEADING_ZERO], "securityhub_regions": [REGION, OTHER_REGION]},
    "lines and commas": {
        "securityhub_account_ids": f"{CREATED}\n{LEADING_ZERO}\n",
        "securityhub_regions": f"{REGION}, {OTHER_REGION}",
    },
    "blanks around": {
        "securityhub_account_ids": f"  {CREATED} \r\n\n\t {LEADING_ZERO}  \n {CREATED}\n",
        "securityhub_regions": f"\n {REGION}\n{OTHER_REGION} \n",
    },
    "a number among texts": {
        "securityhub_account_ids": [int(CREATED), LEADING_ZERO],
        "securityhub_regions": f"{REGION} {OTHER_REGION}",
    },
}


@pytest.mark.parametrize("request_form", REQUESTS.values(), ids=REQUESTS)
def test_every_form_invites_once(scene: Scene, request_form: dict[str, Any]) -> None:
    scene.seed({CREATED: "Created", LEADING_ZERO: "Created", ENABLED: "Enabled"})
    first = scene.invite(request_form)
    assert first.code == 0, first.output
    assert first.summary == ["Invited: 4", "Nothing to do: 0", "Not invited: 0", "Regions that failed: 0"]
    assert scene.writes() == 2
    assert scene.statuses(REGION) == scene.statuses(OTHER_REGION) == {**BOTH_INVITED, ENABLED: "Enabled"}

    second = scene.invite(request_form)
    assert second.code == 0, second.output
    assert second.summary == ["Invited: 0", "Nothing to do: 4", "Not invited: 0", "Regions that failed: 0"]
    assert "changed=0" in second.output
    assert scene.writes() == 0


def test_words_on_the_command_line(scene: Scene) -> None:
    scene.seed({CREATED: "Created", LEADING_ZERO: "Created"})
    words = f"securityhub_account_ids={LEADING_ZERO},{CREATED} securityhub_regions={OTHER_REGION}"
    run = scene.run("ansible-playbook", PLAYBOOK, "-e", words, "-e", "securityhub_fail_on_unprocessed=false")
    assert run.code == 0, run.output
    assert scene.statuses(OTHER_REGION) == BOTH_INVITED
    assert scene.statuses(REGION) == {CREATED: "Created", LEADING_ZERO: "Created"}


@pytest.mark.parametrize("box", ["", "  \n ", None])
def test_empty_boxes_are_the_defaults(scene: Scene, box: str | None) -> None:
    scene.seed({CREATED: "Created", REMOVED: "Removed", RESIGNED: "Resigned"})
    run = scene.invite({
        "securityhub_account_ids": f"{CREATED}\n{REMOVED}\n{RESIGNED}",
        "securityhub_regions": box,
        "securityhub_reinvite": box,
        "securityhub_fail_on_unprocessed": box,
    })  # fmt: skip
    assert run.code == 2
    assert scene.statuses(REGION) == {CREATED: "Invited", REMOVED: "Invited", RESIGNED: "Resigned"}
    assert scene.statuses(OTHER_REGION) == {CREATED: "Created", REMOVED: "Removed", RESIGNED: "Resigned"}


@pytest.mark.parametrize(
    ("reinvite", "invited"),
    [
        ("resigned", [RESIGNED]),
        (" Removed, Resigned\n", [REMOVED, RESIGNED]),
        (["removed", "resigned"], [REMOVED, RESIGNED]),
        (["removed"], [REMOVED]),
        ([], []),
    ],
    ids=str,
)
def test_reinvite_as_text_and_as_list(scene: Scene, reinvite: object, invited: list[str]) -> None:
    scene.seed({REMOVED: "Removed", RESIGNED: "Resigned"})
    run = scene.invite({
        "securityhub_account_ids": [REMOVED, RESIGNED],
        "securityhub_reinvite": reinvite,
        "securityhub_fail_on_unprocessed": False,
    })  # fmt: skip
    assert run.code == 0, run.output
    assert [account_id for account_id, status in scene.statuses().items() if status == "Invited"] == invited


@pytest.mark.parametrize("value", ["false", " no ", False])
def test_accounts_that_could_not_be_invited_are_only_named(scene: Scene, value: object) -> None:
    scene.seed({CREATED: "Created", RESIGNED: "Resigned"})
    run = scene.invite({
        "securityhub_account_ids": [CREATED, RESIGNED, NOT_A_MEMBER],
        "securityhub_fail_on_unprocessed": value,
    })  # fmt: skip
    assert run.code == 0, run.output
    assert run.summary[:4] == ["Invited: 1", "Nothing to do: 0", "Not invited: 2", "Regions that failed: 0"]
    assert run.summary[4].startswith(f"{RESIGNED} in {REGION}: resigned. The member declined the invitation or left")
    assert run.summary[5].startswith(f"{NOT_A_MEMBER} in {REGION}: not_a_member. The account is not in the member list")
    assert len(run.summary) == 6


@pytest.mark.parametrize("value", [{}, {"securityhub_fail_on_unprocessed": "true"}], ids=["not set", "true"])
def test_accounts_that_could_not_be_invited_fail_the_play(scene: Scene, value: dict[str, str]) -> None:
    scene.seed({CREATED: "Created"})
    run = scene.invite({"securityhub_account_ids": [CREATED, NOT_A_MEMBER], **value})
    assert run.code == 2
    assert f"1 of 2 accounts not invited: {NOT_A_MEMBER} in {REGION}: not_a_member" in run.output
    assert run.summary[:4] == ["Invited: 1", "Nothing to do: 0", "Not invited: 1", "Regions that failed: 0"]
    assert scene.statuses() == {CREATED: "Invited"}


def test_check_mode_says_what_a_run_would_do(scene: Scene) -> None:
    members = {CREATED: "Created", REMOVED: "Removed", ENABLED: "Enabled"}
    scene.seed(members)
    run = scene.invite({"securityhub_account_ids": list(members)}, "--check", "--diff")
    assert run.code == 0, run.output
    assert run.summary == ["Would be invited: 2", "Nothing to do: 1", "Not invited: 0", "Regions that failed: 0"]
    assert "changed=1" in run.output
    for account_id in (CREATED, REMOVED):
        assert f'-        "{account_id}": "{members[account_id]}"' in run.output
        assert f'+        "{account_id}": "Invited"' in run.output
    assert scene.statuses() == members
    assert scene.writes() == 0


def test_a_region_that_failed_is_named_and_stops_no_other(scene: Scene) -> None:
    scene.seed({CREATED: "Created", RESIGNED: "Resigned"}, REGION)
    run = scene.invite({
        "securityhub_account_ids": [CREATED, RESIGNED],
        "securityhub_regions": [OTHER_REGION, REGION],
        "securityhub_fail_on_unprocessed": "false",
    })  # fmt: skip
    assert run.code == 2
    assert run.summary[:4] == ["Invited: 1", "Nothing to do: 0", "Not invited: 3", "Regions that failed: 1"]
    assert run.summary[4].startswith(f"{RESIGNED} in {REGION}: resigned.")
    assert run.summary[5].startswith(f"{OTHER_REGION} failed: Security Hub is off in ")
    assert run.summary[6] == f"Not attempted in {OTHER_REGION}: {CREATED}, {RESIGNED}"
    assert len(run.summary) == 7
    assert scene.statuses() == {CREATED: "Invited", RESIGNED: "Resigned"}


def test_a_region_that_fails_when_it_is_written_to(scene: Scene) -> None:
    """Accounts that needed no write keep their reason, and are not called unattempted."""
    scene.seed({CREATED: "Created", RESIGNED: "Resigned"}, REGION)
    scene.hub.fault(kind="access_denied", operation="InviteMembers")
    run = scene.invite({"securityhub_account_ids": [CREATED, RESIGNED]})
    assert run.code == 2
    assert run.summary[4].startswith(f"{RESIGNED} in {REGION}: resigned.")
    assert "Allow securityhub:InviteMembers" in run.summary[5]
    assert run.summary[6] == f"Not attempted in {REGION}: {CREATED}"


WRONG = {
    "no accounts named": ({}, "Set securityhub_account_ids"),
    "a short id": ({"securityhub_account_ids": "11112222333"}, "not an AWS account id: '11112222333'"),
    "no Region of that name": (
        {"securityhub_account_ids": CREATED, "securityhub_regions": "eu-west-99"},
        "not a Region where the installed botocore knows Security Hub: 'eu-west-99'",
    ),
    "nothing to re-invite by that name": (
        {"securityhub_account_ids": CREATED, "securityhub_reinvite": "everybody"},
        "must be one or more of: removed, resigned",
    ),
    "neither yes nor no": (
        {"securityhub_account_ids": CREATED, "securityhub_fail_on_unprocessed": "perhaps"},
        "is not a valid boolean",
    ),
}


@pytest.mark.parametrize(("variables", "words"), WRONG.values(), ids=WRONG)
def test_a_request_that_cannot_be_is_refused_before_any_call(scene: Scene, variables: Any, words: str) -> None:
    scene.seed({CREATED: "Created"})
    run = scene.invite(variables)
    assert run.code == 2
    assert words in run.output
    assert "Traceback" not in run.output
    assert "failed=1" in run.output, "the summary failed as well"
    assert scene.calls() == 0


def test_the_summary_says_when_nothing_was_done(scene: Scene) -> None:
    run = scene.invite({"securityhub_account_ids": CREATED}, without=("AWS_REGION", "AWS_DEFAULT_REGION"))
    assert run.code == 2
    assert len(run.summary) == 5
    assert run.summary[4].startswith("Nothing was done: No Region: set regions or region")


def test_no_accounts_are_nothing_to_do(scene: Scene) -> None:
    run = scene.invite({"securityhub_account_ids": ""})
    assert run.code == 0, run.output
    assert run.summary == ["Invited: 0", "Nothing to do: 0", "Not invited: 0", "Regions that failed: 0"]
    assert scene.calls() == 0
