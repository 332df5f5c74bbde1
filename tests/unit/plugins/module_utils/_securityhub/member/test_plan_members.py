# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of an account of the member list, in each state and from each status: one row a case."""

from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    MemberPlan,
    WriteResult,
    expected_outcome,
    final_outcome,
    plan_absent,
    plan_disassociated,
    plan_own_account,
    plan_present,
    plan_unreadable,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member, status_of

ACCOUNT = "111122223333"
EMAIL = "owner@example.com"


def member(status: str | None) -> Member | None:
    times = {"invited_at": "2026-01-31T08:15:30+00:00"}
    return Member(ACCOUNT, status, "listed@example.com", "999988887777", **times) if status else None


def plan_for(state: str, before: Member | None) -> MemberPlan:
    if state == "present":
        return plan_present(ACCOUNT, before, EMAIL)
    return plan_disassociated(ACCOUNT, before) if state == "disassociated" else plan_absent(ACCOUNT, before)


# state, status now (None: not in the list), steps, list, status afterwards
TABLE = [
    ("present", None, ["create"], "created", "Created"),
    ("present", "Deleted", ["create"], "created", "Created"),
    *(
        ("present", status, [], "unchanged", status)
        for status in ("Created", "Invited", "Enabled", "Removed", "Resigned", "AccountSuspended", "Paused")
    ),
    ("disassociated", "Enabled", ["disassociate"], "disassociated", "Removed"),
    *(
        ("disassociated", status, [], "unchanged", status)
        for status in (None, "Deleted", "Created", "Invited", "Removed", "Resigned", "AccountSuspended", "Paused")
    ),
    ("absent", "Enabled", ["disassociate", "delete"], "deleted", None),
    *(
        ("absent", status, ["delete"], "deleted", None)
        for status in ("Created", "Invited", "Removed", "Resigned", "AccountSuspended")
    ),
    ("absent", None, [], "unchanged", None),
    ("absent", "Deleted", [], "unchanged", "Deleted"),
    ("absent", "Paused", [], "unprocessed", "Paused"),
    # plans are about canonical statuses: model.canonical_status has been there before
    ("absent", "ENABLED", [], "unprocessed", "ENABLED"),
    ("disassociated", "ENABLED", [], "unchanged", "ENABLED"),
]


@pytest.mark.parametrize(("state", "status", "steps", "result", "after"), TABLE)
def test_the_status_table(state: str, status: str | None, steps: list[str], result: str, after: str | None) -> None:
    planned = plan_for(state, member(status))
    assert planned.account_id == ACCOUNT
    assert planned.before == member(status)
    assert list(planned.steps) == steps
    assert planned.result == result
    assert status_of(planned.after) == after


@pytest.mark.parametrize(("state", "status", "steps", "result", "after"), TABLE)
def test_check_mode_predicts_what_the_table_says(
    state: str, status: str | None, steps: list[str], result: str, after: str | None
) -> None:
    outcome = expected_outcome(plan_for(state, member(status)))
    assert (outcome.result, outcome.changed, outcome.is_seen) == (result, bool(steps), True)
    assert outcome.reason == ("unknown_status" if result == "unprocessed" else None)
    assert bool(outcome.processing_result) == (result == "unprocessed")
    assert outcome.before == member(status)


def test_an_account_that_is_added_has_the_address_it_is_added_with() -> None:
    assert plan_for("present", None).after == Member(ACCOUNT, "Created", EMAIL)
    assert plan_for("present", member("Deleted")).after == Member(ACCOUNT, "Created", EMAIL)
    assert plan_for("present", member("Removed")).after == member("Removed")


def test_a_member_that_is_disassociated_keeps_its_entry() -> None:
    assert plan_for("disassociated", member("Enabled")).after == member("Removed")


@pytest.mark.parametrize(
    ("learnt", "result", "changed", "reason", "words"),
    [
        pytest.param(
            WriteResult(None, accepted=True, is_done=True), "deleted", True, None, None, id="deleted, and seen"
        ),
        pytest.param(
            WriteResult(member("Removed"), earlier_steps=("disassociate",), refusal="It is still associated to it."),
            "unprocessed", True, "rejected", "It is still associated to it.", id="disassociated, but not deleted",
        ),
        pytest.param(
            WriteResult(member("Removed"), earlier_steps=("disassociate",), error="DeleteMembers failed"),
            "unprocessed", True, "not_attempted", "DeleteMembers failed", id="disassociated, then the Region failed",
        ),
        pytest.param(
            WriteResult(member("Enabled"), accepted=True),
            "unprocessed", True, "unconfirmed", "did not show the removal in time", id="not visible in time",
        ),
        pytest.param(
            WriteResult(member("Enabled"), in_doubt=True),
            "unprocessed", True, "unconfirmed", "did not show the removal in time", id="the response was lost",
        ),
        pytest.param(
            WriteResult(member("Enabled"), error="DisassociateMembers failed"),
            "unprocessed", False, "not_attempted", "DisassociateMembers failed", id="its turn never came",
        ),
        pytest.param(
            WriteResult(member("Removed"), accepted=True, is_reread=False),
            "deleted", True, None, None, id="not read again",
        ),
    ],
)  # fmt: skip
def test_a_deletion_concludes_from_what_it_has_learnt(
    learnt: WriteResult, result: str, changed: bool, reason: str | None, words: str | None
) -> None:
    outcome = final_outcome(plan_for("absent", member("Enabled")), learnt)
    assert (outcome.result, outcome.changed, outcome.reason) == (result, changed, reason)
    assert outcome.before == member("Enabled")
    assert (words or "") in str(outcome.processing_result)
    assert (words is None) == (outcome.processing_result is None)


ORGANIZATION = "Security Hub does not delete such accounts"
MONITORING = "The account was disassociated, so its monitoring by this administrator has ended."


@pytest.mark.parametrize(
    ("status", "after", "steps", "changed"),
    [("Enabled", "Removed", ("disassociate", "delete"), True), ("Removed", "Removed", ("delete",), False)],
)
def test_check_mode_expects_that_account_of_organization_is_not_deleted(
    status: str, after: str, steps: tuple[str, ...], changed: bool
) -> None:
    planned = plan_absent(ACCOUNT, Member(ACCOUNT, status))
    outcome = expected_outcome(planned)
    assert planned.steps == steps
    assert (outcome.result, outcome.reason, outcome.changed) == ("unprocessed", "rejected", changed)
    assert status_of(outcome.after) == after
    assert ORGANIZATION in str(outcome.processing_result)
    assert ("ends its monitoring" in str(outcome.processing_result)) == changed


@pytest.mark.parametrize("status", ["Created", "Resigned", "AccountSuspended"])
def test_account_without_time_of_invitation_is_expected_to_be_deleted(status: str) -> None:
    assert expected_outcome(plan_absent(ACCOUNT, Member(ACCOUNT, status))).result == "deleted"


def test_run_says_that_the_monitoring_of_a_disassociated_account_has_ended() -> None:
    learnt = WriteResult(member("Removed"), earlier_steps=("disassociate",), refusal="It is not deleted.")
    outcome = final_outcome(plan_absent(ACCOUNT, member("Enabled")), learnt)
    assert outcome.processing_result == f"It is not deleted. {MONITORING}"


def test_run_says_nothing_of_a_monitoring_that_goes_on() -> None:
    learnt = WriteResult(member("Enabled"), refusal="It is not disassociated.")
    outcome = final_outcome(plan_absent(ACCOUNT, member("Enabled")), learnt)
    assert outcome.processing_result == "It is not disassociated."


def test_own_account_keeps_the_entry_that_it_should_not_have() -> None:
    own = plan_own_account(ACCOUNT, member("Created"))
    assert (own.before, own.after) == (member("Created"), member("Created"))
    assert own.message == "This is the administrator's own account."


def test_own_account_and_unreadable_account_get_no_steps() -> None:
    own, unreadable = plan_own_account(ACCOUNT, None), plan_unreadable(ACCOUNT, "Internal error.")
    assert (own.steps, own.reason, own.is_seen) == ((), "own_account", True)
    assert (unreadable.steps, unreadable.reason, unreadable.is_seen) == ((), "unreadable", False)
    assert expected_outcome(unreadable).processing_result == "Internal error."
