# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status table of the design, one row a case."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    Evidence,
    Outcome,
    conclude,
    decide_invitation,
    not_reached,
    predict,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member, status_of

ACCOUNT = "111122223333"


def member(status: str) -> Member:
    return Member(ACCOUNT, status, "security@example.com", "999988887777", "2026-01-31T08:15:30+00:00", None)


NEITHER: list[str] = []
REMOVED, RESIGNED, BOTH = ["removed"], ["resigned"], ["removed", "resigned"]
ALL = (NEITHER, REMOVED, RESIGNED, BOTH)

# status now (None: not in the list), reinvite, list, status afterwards, reason
TABLE = [
    *((None, reinvite, "unprocessed", None, "not_a_member") for reinvite in ALL),
    *(("Deleted", reinvite, "unprocessed", "Deleted", "not_a_member") for reinvite in ALL),
    *(("Created", reinvite, "invited", "Invited", None) for reinvite in ALL),
    *(("Invited", reinvite, "unchanged", "Invited", None) for reinvite in ALL),
    *(("Enabled", reinvite, "unchanged", "Enabled", None) for reinvite in ALL),
    ("Removed", NEITHER, "unprocessed", "Removed", "removed"),
    ("Removed", REMOVED, "invited", "Invited", None),
    ("Removed", RESIGNED, "unprocessed", "Removed", "removed"),
    ("Removed", BOTH, "invited", "Invited", None),
    ("Resigned", NEITHER, "unprocessed", "Resigned", "resigned"),
    ("Resigned", REMOVED, "unprocessed", "Resigned", "resigned"),
    ("Resigned", RESIGNED, "invited", "Invited", None),
    ("Resigned", BOTH, "invited", "Invited", None),
    *(("AccountSuspended", reinvite, "unprocessed", "AccountSuspended", "suspended") for reinvite in ALL),
    *(("RegionDisabled", reinvite, "unprocessed", "RegionDisabled", "unknown_status") for reinvite in ALL),
    *(("", reinvite, "unprocessed", "", "unknown_status") for reinvite in ALL),
    # decisions are about canonical statuses: model.canonical_status has been there before
    *(("CREATED", reinvite, "unprocessed", "CREATED", "unknown_status") for reinvite in ALL),
]


@pytest.mark.parametrize(("status", "reinvite", "result", "after", "reason"), TABLE)
def test_the_status_table(
    status: str | None, reinvite: list[str], result: str, after: str | None, reason: str | None
) -> None:
    before = None if status is None else member(status)
    decision = decide_invitation(ACCOUNT, before, reinvite)
    steps = ("invite",) if result == "invited" else ()
    assert (decision.account_id, decision.before) == (ACCOUNT, before)
    assert (decision.result, decision.steps, decision.reason) == (result, steps, reason)
    assert status_of(predict(decision).after) == after


@pytest.mark.parametrize(("status", "reinvite", "result", "after", "reason"), TABLE)
def test_check_mode_predicts_what_the_table_says(
    status: str | None, reinvite: list[str], result: str, after: str | None, reason: str | None
) -> None:
    before = None if status is None else member(status)
    outcome = predict(decide_invitation(ACCOUNT, before, reinvite))
    assert outcome.result == result
    assert outcome.before == before
    assert outcome.after == (None if after is None else member(after))
    assert outcome.changed == (result == "invited")
    assert outcome.reason == reason
    assert bool(outcome.processing_result) == (reason is not None)
    assert outcome.seen


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (None, "multiaccount.aws.securityhub_member first"),
        ("Deleted", "multiaccount.aws.securityhub_member first"),
        ("Removed", "name 'removed' in reinvite"),
        ("Resigned", "name 'resigned' in reinvite"),
        ("AccountSuspended", "reactivate it"),
        ("RegionDisabled", "not known"),
    ],
)
def test_an_account_that_is_left_alone_is_told_what_to_do(status: str | None, words: str) -> None:
    before = None if status is None else member(status)
    assert words in str(predict(decide_invitation(ACCOUNT, before, [])).processing_result)


CREATED = decide_invitation(ACCOUNT, member("Created"), [])


@pytest.mark.parametrize(
    ("evidence", "result", "changed", "reason", "words"),
    [
        pytest.param(
            Evidence(member("Invited"), written=True, reached=True), "invited", True, None, None, id="invited, and seen"
        ),
        pytest.param(
            Evidence(member("Enabled"), written=True, reached=True), "invited", True, None, None, id="accepted already"
        ),
        pytest.param(
            Evidence(member("Invited"), reached=True, refusal="already invited"),
            "invited", True, None, None, id="named, because somebody else was first",
        ),
        pytest.param(
            Evidence(member("Invited"), written=True, reached=True, failure="InviteMembers failed"),
            "invited", True, None, None, id="invited before the Region failed",
        ),
        pytest.param(
            Evidence(member("Created"), refusal="The request is rejected"),
            "unprocessed", False, "rejected", "The request is rejected", id="rejected",
        ),
        pytest.param(
            Evidence(member("Created"), written=True, refusal="already invited", overtaken=True),
            "unprocessed", True, "unconfirmed", "already invited", id="named, because a lost reply was a success",
        ),
        pytest.param(
            Evidence(member("Created"), written=True, refusal="The request is rejected"),
            "unprocessed", False, "rejected", "The request is rejected", id="rejected after a reply was lost",
        ),
        pytest.param(
            Evidence(member("Created"), refusal="already invited", overtaken=True),
            "unprocessed", False, "rejected", "already invited", id="named by somebody else's doing that is not seen",
        ),
        pytest.param(
            Evidence(member("Created"), refusal="No.", waited=False, failure="InviteMembers failed"),
            "unprocessed", False, "rejected", "No.", id="rejected before the Region failed",
        ),
        pytest.param(
            Evidence(member("Created"), written=True),
            "unprocessed", True, "unconfirmed", "did not show Invited within wait_timeout", id="not visible in time",
        ),
        pytest.param(
            Evidence(member("Created"), written=True, failure="GetMembers failed"),
            "unprocessed", True, "unconfirmed", "GetMembers failed", id="could not be looked for",
        ),
        pytest.param(
            Evidence(None, written=True),
            "unprocessed", True, "unconfirmed", "did not show Invited", id="gone meanwhile",
        ),
        pytest.param(
            Evidence(member("Created"), earlier_written=True, failure="InviteMembers failed"),
            "unprocessed", True, "not_attempted", "InviteMembers failed", id="its turn came, but not to the end",
        ),
        pytest.param(
            Evidence(member("Created"), failure="InviteMembers failed"),
            "unprocessed", False, "not_attempted", "InviteMembers failed", id="its turn never came",
        ),
    ],
)  # fmt: skip
def test_a_run_concludes_from_what_it_has_learnt(
    evidence: Evidence, result: str, changed: bool, reason: str | None, words: str | None
) -> None:
    outcome = conclude(CREATED, evidence)
    assert (outcome.result, outcome.changed, outcome.reason) == (result, changed, reason)
    assert outcome.before == member("Created")
    assert outcome.after == evidence.member
    if words is None:
        assert outcome.processing_result is None
    else:
        assert words in str(outcome.processing_result)


def test_a_run_that_does_not_look_again_says_what_check_mode_says() -> None:
    assert conclude(CREATED, Evidence(member("Created"), written=True, waited=False)) == predict(CREATED)


@pytest.mark.parametrize(
    ("seen", "before", "was_seen"),
    [({ACCOUNT: member("Created")}, member("Created"), True), ({ACCOUNT: None}, None, True), ({}, None, False)],
)
def test_an_account_whose_turn_never_came(seen: dict[str, Member | None], before: Any, was_seen: bool) -> None:
    assert not_reached(ACCOUNT, seen, "GetMembers failed") == Outcome(
        ACCOUNT, before, before, "unprocessed", False, "not_attempted", "GetMembers failed", was_seen
    )


@pytest.mark.parametrize("kind", [CREATED, predict(CREATED)])
def test_what_was_decided_stays_decided(kind: Any) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind.result = "unchanged"
