# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a write for one account after whatever happened to it, and what the outcome says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    Failure,
    PreconditionFailed,
    SecurityHubError,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.apply import (
    DELETION,
    DISASSOCIATION,
    INVITATION,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.batch import (
    BatchState,
    MemberChange,
    Stage,
    final_outcome,
    open_step,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    list_of,
    plan_absent,
    plan_invitation,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member, Outcome, status_of

ACCOUNT = "111122223333"
ALREADY = "The request is rejected because the current account has already invited the given account ID."
OWN = "The current account cannot invite itself."
LATER = "Please try later."
MONITORING = "The account was disassociated, so its monitoring by this administrator has ended."
Event = Callable[[BatchState], Any]


def member(status: str) -> Member:
    return Member(ACCOUNT, status, None, "999988887777", "2026-01-31T08:15:30+00:00")


def failed(text: str = "It failed.", status: int = 500, **more: Any) -> SecurityHubError:
    return SecurityHubError("InternalException", text, "InviteMembers", "eu-west-1", (), status, **more)


def taken(state: BatchState) -> None:
    state.note_response([ACCOUNT], {})


def lost(state: BatchState) -> None:
    state.note_failed_call([ACCOUNT], failed(in_doubt=True))


def unsent(state: BatchState) -> None:
    state.note_failed_call([ACCOUNT], failed(status=0, unsent=True))


def call_refused(state: BatchState) -> None:
    state.note_failed_call([ACCOUNT], failed("No.", 400))


def call_refused_for_own_account(state: BatchState) -> None:
    state.note_failed_call([ACCOUNT], failed(OWN, 400))


def call_failed(state: BatchState) -> None:
    state.note_failed_call([ACCOUNT], failed("Not now.", 500))


def refused(words: str = "No.") -> Event:
    return lambda state: state.note_response([ACCOUNT], {ACCOUNT: words})


def alone(state: BatchState) -> None:
    state.note_lone_refusal(ACCOUNT, failed("No.", 400))


def seen(status: str | None) -> Event:
    return lambda state: state.note_members({ACCOUNT: member(status) if status else None})


def after(*events: Event, change: MemberChange = INVITATION, is_reread: bool = True) -> BatchState:
    state = BatchState(change, {ACCOUNT: member("Created")}, is_reread)
    for event in events:
        event(state)
    return state


CREATED = plan_invitation(ACCOUNT, member("Created"), [])
ENABLED = plan_absent(ACCOUNT, member("Enabled"))


# events, stage, whether to read again, to wait, to send again
STAGES: list[tuple[list[Event], Stage, bool, bool, bool]] = [
    ([], Stage.OPEN, False, False, False),
    ([unsent], Stage.OPEN, False, False, False),
    ([call_failed], Stage.OPEN, False, False, False),
    ([seen("Created")], Stage.OPEN, False, False, False),
    ([taken], Stage.TAKEN, True, True, False),
    ([refused(LATER), taken], Stage.TAKEN, True, True, False),
    ([lost], Stage.IN_DOUBT, True, True, False),
    ([lost, taken], Stage.TAKEN, True, True, False),
    ([lost, refused()], Stage.IN_DOUBT, True, True, False),
    ([lost, refused(LATER)], Stage.IN_DOUBT, True, True, True),
    ([lost, call_refused], Stage.IN_DOUBT, True, True, False),
    ([refused(), lost], Stage.IN_DOUBT, True, True, False),
    ([refused()], Stage.REFUSED, True, False, False),
    ([refused(ALREADY)], Stage.REFUSED, True, True, False),
    ([refused(LATER)], Stage.REFUSED, True, False, True),
    ([refused(LATER), unsent], Stage.REFUSED, True, False, True),
    ([refused(ALREADY), seen("Resigned")], Stage.REFUSED, True, False, False),
    ([alone], Stage.REFUSED, True, False, False),
    ([call_refused], Stage.CALL_REFUSED, False, False, False),
    ([call_refused, alone], Stage.REFUSED, True, False, False),
    ([taken, seen("Invited")], Stage.DONE, False, False, False),
    ([lost, seen("Enabled")], Stage.DONE, False, False, False),
    ([taken, seen("Invited"), seen("Created")], Stage.DONE, False, False, False),
    ([seen("Invited")], Stage.FOUND_DONE, False, False, False),
    ([refused(ALREADY), seen("Invited")], Stage.FOUND_DONE, False, False, False),
    ([call_refused, seen("Invited")], Stage.FOUND_DONE, False, False, False),
]


@pytest.mark.parametrize(("events", "stage", "reread", "wait", "again"), STAGES)
def test_stage_after_events_says_what_is_to_be_done(
    events: list[Event], stage: Stage, reread: bool, wait: bool, again: bool
) -> None:
    state = after(*events)
    assert state.known(ACCOUNT).stage is stage
    assert (ACCOUNT in state.to_reread(), ACCOUNT in state.to_wait_for()) == (reread, wait)
    assert (ACCOUNT in state.to_send_again(())) == again
    assert state.may_have_written(ACCOUNT) == (stage in (Stage.IN_DOUBT, Stage.TAKEN, Stage.DONE))


@pytest.mark.parametrize(("is_reread", "done"), [(True, False), (False, True)])
def test_write_that_was_taken_is_done_where_nobody_looks_again(is_reread: bool, done: bool) -> None:
    state = after(taken, is_reread=is_reread)
    assert state.is_done(ACCOUNT) == done
    assert (ACCOUNT in state.to_reread()) == is_reread
    assert not after(is_reread=is_reread).is_done(ACCOUNT)


def test_refusal_of_a_follow_up_may_pass() -> None:
    assert after(refused()).to_send_again([ACCOUNT]) == {ACCOUNT}
    assert after(taken).to_send_again([ACCOUNT]) == set()


@pytest.mark.parametrize("words", ["No.", "Account {} can't be a member."])
def test_same_refusal_of_two_accounts_alone_concerns_every_account(words: str) -> None:
    state, error = after(), failed(words.format("012345670123"), 400)
    state.note_lone_refusal(ACCOUNT, failed(words.format(ACCOUNT), 400))
    with pytest.raises(SecurityHubError) as raised:
        state.note_lone_refusal("012345670123", error)
    assert raised.value is error


@pytest.mark.parametrize(("words", "other"), [("No.", "taken"), ("No.", "done"), ("Not at all.", "")])
def test_refusals_alone_are_told_apart_from_one_that_concerns_all(words: str, other: str) -> None:
    state = after(alone)
    if other:
        state.note_response(["000000000009"], {})
    if other == "done":
        state.note_members({"000000000009": member("Invited")})
    state.note_lone_refusal("012345670123", failed(words, 400))
    assert state.known("012345670123").message == words


def test_step_that_somebody_else_has_done_is_left_out() -> None:
    state = BatchState(INVITATION, {ACCOUNT: member("Invited"), "012345670123": None}, is_reread=True)
    assert state.leave_out_done([ACCOUNT, "012345670123"]) == ["012345670123"]
    # Batches that are sent side by side add no account while another looks at all of them.
    assert set(state.accounts) == {ACCOUNT, "012345670123"}


REGION_FAILED, MEMBER_ITSELF = failed(), PreconditionFailed("caller_is_member", "It is a member itself.")

# events, the error of the Region, list, actions, reason, words
OUTCOMES: list[
    tuple[list[Event], SecurityHubError | PreconditionFailed | None, str, tuple[str, ...], str | None, str | None]
] = [
    ([taken, seen("Invited")], None, "invited", ("invite",), None, None),
    ([taken, seen("Enabled")], None, "invited", ("invite",), None, None),
    ([lost, seen("Invited")], None, "invited", ("invite",), None, None),
    ([lost, refused(ALREADY), seen("Invited")], None, "invited", ("invite",), None, None),
    ([taken, seen("Invited")], REGION_FAILED, "invited", ("invite",), None, None),
    ([refused(ALREADY), seen("Invited")], None, "unchanged", (), None, None),
    ([call_refused, seen("Enabled")], REGION_FAILED, "unchanged", (), None, None),
    ([refused()], None, "unprocessed", (), "rejected", "No."),
    ([refused()], REGION_FAILED, "unprocessed", (), "rejected", "No."),
    ([refused(ALREADY)], None, "unprocessed", (), "rejected", ALREADY),
    ([refused(OWN)], None, "unprocessed", (), "own_account", "cannot invite"),
    ([call_refused], REGION_FAILED, "unprocessed", (), "rejected", "No."),
    ([lost, refused(ALREADY)], None, "unprocessed", ("invite",), "unconfirmed", f"message was: {ALREADY}"),
    ([lost, call_refused], REGION_FAILED, "unprocessed", ("invite",), "unconfirmed", "message was: No."),
    ([call_refused_for_own_account], None, "unprocessed", (), "rejected", OWN),
    ([refused(), lost], None, "unprocessed", ("invite",), "unconfirmed", "message was: No."),
    ([lost], REGION_FAILED, "unprocessed", ("invite",), "unconfirmed", "message was: InviteMembers failed"),
    ([lost], None, "unprocessed", ("invite",), "unconfirmed", "did not show Invited in time."),
    ([taken], None, "unprocessed", ("invite",), "unconfirmed", "did not show Invited in time"),
    ([taken], REGION_FAILED, "unprocessed", ("invite",), "unconfirmed", "InviteMembers failed"),
    ([unsent], REGION_FAILED, "unprocessed", (), "not_attempted", "InviteMembers failed"),
    ([], REGION_FAILED, "unprocessed", (), "not_attempted", "InviteMembers failed"),
    ([], MEMBER_ITSELF, "unprocessed", (), "caller_is_member", "It is a member itself."),
    ([refused()], MEMBER_ITSELF, "unprocessed", (), "caller_is_member", "It is a member itself."),
]


@pytest.mark.parametrize(("events", "error", "name", "actions", "reason", "words"), OUTCOMES)
def test_outcome_says_what_came_of_an_account(
    events: list[Event],
    error: Failure | None,
    name: str,
    actions: tuple[str, ...],
    reason: str | None,
    words: str | None,
) -> None:
    state = after(*events)
    outcome = final_outcome(CREATED, {"invite": state}, state.seen[ACCOUNT], error)
    assert (list_of(outcome), outcome.actions, outcome.reason) == (name, actions, reason)
    assert (outcome.before, outcome.after) == (member("Created"), state.seen[ACCOUNT])
    assert (words or "") in (outcome.processing_result or "")
    assert (words is None) == (outcome.processing_result is None)


def test_outcome_of_an_account_whose_turn_never_came_is_not_attempted() -> None:
    outcome = final_outcome(CREATED, {}, member("Created"), REGION_FAILED)
    assert (outcome.reason, outcome.actions, outcome.processing_result) == ("not_attempted", (), str(REGION_FAILED))


def test_outcome_of_a_lost_response_without_a_message_quotes_none() -> None:
    outcome = final_outcome(CREATED, {"invite": after(lost)}, member("Created"), None)
    assert str(outcome.processing_result).endswith("but the member list did not show Invited in time.")


def test_outcome_of_a_write_that_nobody_looked_for_is_as_planned() -> None:
    assert final_outcome(CREATED, {"invite": after(taken, is_reread=False)}, member("Created"), None) == CREATED


def removal(disassociated: list[Event], deleted: list[Event] | None) -> dict[str, BatchState]:
    states = {"disassociate": after(*disassociated, change=DISASSOCIATION)}
    return states if deleted is None else {**states, "delete": after(*deleted, change=DELETION)}


@pytest.mark.parametrize(
    ("states", "now", "name", "actions", "reason", "words"),
    [
        (
            removal([taken, seen("Removed")], [taken, seen(None)]),
            None, "deleted", ("disassociate", "delete"), None, None,
        ),
        (
            removal([taken, seen("Removed")], [refused("It is not deleted.")]),
            "Removed", "unprocessed", ("disassociate",), "rejected", f"It is not deleted. {MONITORING}",
        ),
        (
            removal([taken, seen("Removed")], [lost]),
            "Removed", "unprocessed", ("disassociate", "delete"), "unconfirmed",
            f"but the member list did not show the removal in time. The last message was: {REGION_FAILED} {MONITORING}",
        ),
        (
            removal([taken, seen("Removed")], None),
            "Removed", "unprocessed", ("disassociate",), "not_attempted", f"It failed. {MONITORING}",
        ),
        (
            removal([taken], None),
            "Enabled", "unprocessed", ("disassociate",), "unconfirmed", "It failed.",
        ),
        (
            removal([refused("It is not disassociated.")], None),
            "Enabled", "unprocessed", (), "rejected", "It is not disassociated.",
        ),
        (
            removal([seen("Removed")], [refused("No such resource found."), seen(None)]),
            None, "unchanged", (), None, None,
        ),
    ],
)  # fmt: skip
def test_outcome_of_a_removal_says_how_far_it_came(
    states: dict[str, BatchState],
    now: str | None,
    name: str,
    actions: tuple[str, ...],
    reason: str | None,
    words: str | None,
) -> None:
    outcome = final_outcome(ENABLED, states, member(now) if now else None, REGION_FAILED)
    assert (list_of(outcome), status_of(outcome.after)) == (name, now)
    assert (outcome.actions, outcome.reason) == (actions, reason)
    assert str(outcome.processing_result or "").endswith(words or "")


def test_only_disassociating_names_nobody() -> None:
    changes = (INVITATION, DISASSOCIATION, DELETION)
    assert [change.is_always_reread for change in changes] == [False, True, False]


def test_open_step_is_the_first_that_is_not_done() -> None:
    assert open_step(ENABLED, {}) == "disassociate"
    assert open_step(ENABLED, removal([taken, seen("Removed")], None)) == "delete"
    assert open_step(ENABLED, removal([taken, seen("Removed")], [taken, seen(None)])) == "delete"


def test_outcome_claims_nothing_that_is_not_said() -> None:
    assert Outcome(ACCOUNT, None, None) == Outcome(ACCOUNT, None, None, (), None, None, is_seen=True)
    assert not Outcome(ACCOUNT, None, None).changed
