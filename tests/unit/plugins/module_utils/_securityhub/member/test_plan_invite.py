# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status table of the design, one row a case."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    Outcome,
    WriteResult,
    expected_outcome,
    final_outcome,
    not_attempted,
    plan_invitation,
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
    # plans are about canonical statuses: model.canonical_status has been there before
    *(("CREATED", reinvite, "unprocessed", "CREATED", "unknown_status") for reinvite in ALL),
]


@pytest.mark.parametrize(("status", "reinvite", "result", "after", "reason"), TABLE)
def test_the_status_table(
    status: str | None, reinvite: list[str], result: str, after: str | None, reason: str | None
) -> None:
    before = None if status is None else member(status)
    plan = plan_invitation(ACCOUNT, before, reinvite)
    steps = ("invite",) if result == "invited" else ()
    assert (plan.account_id, plan.before) == (ACCOUNT, before)
    assert (plan.result, plan.steps, plan.reason) == (result, steps, reason)
    assert status_of(expected_outcome(plan).after) == after


@pytest.mark.parametrize(("status", "reinvite", "result", "after", "reason"), TABLE)
def test_check_mode_predicts_what_the_table_says(
    status: str | None, reinvite: list[str], result: str, after: str | None, reason: str | None
) -> None:
    before = None if status is None else member(status)
    outcome = expected_outcome(plan_invitation(ACCOUNT, before, reinvite))
    assert outcome.result == result
    assert outcome.before == before
    assert outcome.after == (None if after is None else member(after))
    assert outcome.changed == (result == "invited")
    assert outcome.reason == reason
    assert bool(outcome.processing_result) == (reason is not None)
    assert outcome.is_seen


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (None, "The account is not in the member list."),
        ("Deleted", "The account is not in the member list."),
        ("Removed", "The administrator ended the membership."),
        ("Resigned", "The account declined the invitation or left the administrator."),
        ("AccountSuspended", "AWS suspended the account."),
        ("RegionDisabled", "The member status 'RegionDisabled' is not known"),
    ],
)
def test_plan_invitation_left_alone_is_explained(status: str | None, words: str) -> None:
    before = None if status is None else member(status)
    assert words in str(expected_outcome(plan_invitation(ACCOUNT, before, [])).processing_result)


CREATED = plan_invitation(ACCOUNT, member("Created"), [])


@pytest.mark.parametrize(
    ("learnt", "result", "changed", "reason", "words"),
    [
        pytest.param(
            WriteResult(member("Invited"), accepted=True, is_done=True),
            "invited", True, None, None, id="invited, and seen",
        ),
        pytest.param(
            WriteResult(member("Enabled"), accepted=True, is_done=True),
            "invited", True, None, None, id="accepted already",
        ),
        pytest.param(
            WriteResult(member("Invited"), is_done=True, refusal="already invited"),
            "invited", True, None, None, id="named, because somebody else was first",
        ),
        pytest.param(
            WriteResult(member("Invited"), accepted=True, is_done=True, error="InviteMembers failed"),
            "invited", True, None, None, id="invited before the Region failed",
        ),
        pytest.param(
            WriteResult(member("Created"), refusal="The request is rejected"),
            "unprocessed", False, "rejected", "The request is rejected", id="rejected",
        ),
        pytest.param(
            WriteResult(member("Created"), in_doubt=True, refusal="already invited", already_done=True),
            "unprocessed", True, "unconfirmed", "already invited", id="named, because a lost reply was a success",
        ),
        pytest.param(
            WriteResult(member("Created"), in_doubt=True, refusal="The request is rejected"),
            "unprocessed", True, "unconfirmed", "The request is rejected", id="rejected after a response was lost",
        ),
        pytest.param(
            WriteResult(member("Created"), in_doubt=True, refused_call="No.", error="InviteMembers failed"),
            "unprocessed", True, "unconfirmed", "No.", id="the call was refused after a response was lost",
        ),
        pytest.param(
            WriteResult(member("Created"), in_doubt=True, error="InviteMembers failed"),
            "unprocessed", True, "unconfirmed", "InviteMembers failed", id="the response was lost, nothing was seen",
        ),
        pytest.param(
            WriteResult(member("Created"), in_doubt=True, is_reread=False, error="InviteMembers failed"),
            "unprocessed", True, "unconfirmed", "InviteMembers failed", id="the response was lost, no wait_timeout",
        ),
        pytest.param(
            WriteResult(member("Created"), refused_call="No.", error="InviteMembers failed"),
            "unprocessed", False, "rejected", "No.", id="the call was refused",
        ),
        pytest.param(
            WriteResult(member("Created"), error="It is a member itself.", precondition="caller_is_member"),
            "unprocessed", False, "caller_is_member", "It is a member itself.", id="nobody can be invited",
        ),
        pytest.param(
            WriteResult(member("Created"), refusal="The current account cannot invite itself."),
            "unprocessed", False, "own_account", "cannot invite itself", id="its own account",
        ),
        pytest.param(
            WriteResult(member("Created"), refusal="already invited", already_done=True),
            "unprocessed", False, "rejected", "already invited", id="named by somebody else's doing that is not seen",
        ),
        pytest.param(
            WriteResult(member("Created"), refusal="No.", is_reread=False, error="InviteMembers failed"),
            "unprocessed", False, "rejected", "No.", id="rejected before the Region failed",
        ),
        pytest.param(
            WriteResult(member("Created"), accepted=True),
            "unprocessed", True, "unconfirmed", "did not show Invited in time", id="not visible in time",
        ),
        pytest.param(
            WriteResult(member("Created"), accepted=True, error="GetMembers failed"),
            "unprocessed", True, "unconfirmed", "GetMembers failed", id="could not be looked for",
        ),
        pytest.param(
            WriteResult(None, accepted=True),
            "unprocessed", True, "unconfirmed", "did not show Invited", id="gone meanwhile",
        ),
        pytest.param(
            WriteResult(member("Created"), earlier_steps=("disassociate",), error="InviteMembers failed"),
            "unprocessed", True, "not_attempted", "InviteMembers failed", id="its turn came, but not to the end",
        ),
        pytest.param(
            WriteResult(member("Created"), error="InviteMembers failed"),
            "unprocessed", False, "not_attempted", "InviteMembers failed", id="its turn never came",
        ),
        pytest.param(
            WriteResult(member("Created"), accepted=True, refusal="No.", is_reread=False),
            "unprocessed", False, "rejected", "No.", id="taken, then rejected, not looked for",
        ),
        pytest.param(
            WriteResult(member("Created"), accepted=True, refusal="already invited", already_done=True),
            "unprocessed", True, "unconfirmed", "already invited", id="taken, then named as invited, not visible",
        ),
    ],
)  # fmt: skip
def test_a_run_concludes_from_what_it_has_learnt(
    learnt: WriteResult, result: str, changed: bool, reason: str | None, words: str | None
) -> None:
    outcome = final_outcome(CREATED, learnt)
    assert (outcome.result, outcome.changed, outcome.reason) == (result, changed, reason)
    assert outcome.before == member("Created")
    assert outcome.after == learnt.member
    if words is None:
        assert outcome.processing_result is None
    else:
        assert words in str(outcome.processing_result)


LOST = (
    "The response to a request was lost, so it may have been carried out, but the member list did not show Invited "
    "in time."
)


@pytest.mark.parametrize(
    ("learnt", "message"),
    [
        (WriteResult(member("Created")), ""),
        (WriteResult(member("Created"), in_doubt=True), LOST),
        (WriteResult(member("Created"), in_doubt=True, error="No."), f"{LOST} The last message was: No."),
    ],
)
def test_message_of_an_account_that_is_not_seen(learnt: WriteResult, message: str) -> None:
    assert final_outcome(CREATED, learnt).processing_result == message


def test_outcome_has_the_steps_that_were_carried_out() -> None:
    seen = WriteResult(member("Invited"), accepted=True, is_done=True)
    assert final_outcome(CREATED, seen).actions == ()
    assert final_outcome(CREATED, dataclasses.replace(seen, actions=("invite",))).actions == ("invite",)


def test_nothing_is_claimed_that_is_not_said() -> None:
    assert Outcome(ACCOUNT, None, None, "unchanged") == Outcome(
        ACCOUNT, None, None, "unchanged", False, None, None, True, ()
    )
    assert WriteResult(None) == WriteResult(None, False, False, (), (), False, None, False, True, None, None, None)


def test_a_run_that_does_not_look_again_says_what_check_mode_says() -> None:
    assert final_outcome(CREATED, WriteResult(member("Created"), accepted=True, is_reread=False)) == expected_outcome(
        CREATED
    )


@pytest.mark.parametrize(
    ("seen", "before", "was_seen"),
    [({ACCOUNT: member("Created")}, member("Created"), True), ({ACCOUNT: None}, None, True), ({}, None, False)],
)
def test_an_account_whose_turn_never_came(seen: dict[str, Member | None], before: Any, was_seen: bool) -> None:
    assert not_attempted(ACCOUNT, seen, "GetMembers failed") == Outcome(
        ACCOUNT, before, before, "unprocessed", False, "not_attempted", "GetMembers failed", was_seen
    )


@pytest.mark.parametrize("kind", [CREATED, expected_outcome(CREATED)])
def test_what_was_decided_stays_decided(kind: Any) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind.result = "unchanged"
