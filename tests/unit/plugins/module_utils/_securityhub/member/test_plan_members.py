# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of an account of the member list, in each state and from each status: one row a case."""

from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    Decision,
    Evidence,
    conclude,
    decide_absent,
    decide_disassociated,
    decide_present,
    predict,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member, status_of

ACCOUNT = "111122223333"
EMAIL = "owner@example.com"


def member(status: str | None) -> Member | None:
    return Member(ACCOUNT, status, "listed@example.com", "999988887777") if status else None


def decide(state: str, before: Member | None) -> Decision:
    if state == "present":
        return decide_present(ACCOUNT, before, EMAIL)
    return decide_disassociated(ACCOUNT, before) if state == "disassociated" else decide_absent(ACCOUNT, before)


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
    # decisions are about canonical statuses: model.canonical_status has been there before
    ("absent", "ENABLED", [], "unprocessed", "ENABLED"),
    ("disassociated", "ENABLED", [], "unchanged", "ENABLED"),
]


@pytest.mark.parametrize(("state", "status", "steps", "result", "after"), TABLE)
def test_the_status_table(state: str, status: str | None, steps: list[str], result: str, after: str | None) -> None:
    decision = decide(state, member(status))
    assert decision.account_id == ACCOUNT
    assert decision.before == member(status)
    assert list(decision.steps) == steps
    assert decision.result == result
    assert status_of(decision.after) == after


@pytest.mark.parametrize(("state", "status", "steps", "result", "after"), TABLE)
def test_check_mode_predicts_what_the_table_says(
    state: str, status: str | None, steps: list[str], result: str, after: str | None
) -> None:
    outcome = predict(decide(state, member(status)))
    assert (outcome.result, outcome.changed, outcome.seen) == (result, bool(steps), True)
    assert outcome.reason == ("unknown_status" if result == "unprocessed" else None)
    assert bool(outcome.processing_result) == (result == "unprocessed")
    assert outcome.before == member(status)


def test_an_account_that_is_added_has_the_address_it_is_added_with() -> None:
    assert decide("present", None).after == Member(ACCOUNT, "Created", EMAIL)
    assert decide("present", member("Deleted")).after == Member(ACCOUNT, "Created", EMAIL)
    assert decide("present", member("Removed")).after == member("Removed")


def test_a_member_that_is_disassociated_keeps_its_entry() -> None:
    assert decide("disassociated", member("Enabled")).after == member("Removed")


@pytest.mark.parametrize(
    ("evidence", "result", "changed", "reason", "words"),
    [
        pytest.param(Evidence(None, written=True, reached=True), "deleted", True, None, None, id="deleted, and seen"),
        pytest.param(
            Evidence(member("Removed"), earlier_written=True, refusal="It is still associated to it."),
            "unprocessed", True, "rejected", "It is still associated to it.", id="disassociated, but not deleted",
        ),
        pytest.param(
            Evidence(member("Removed"), earlier_written=True, failure="DeleteMembers failed"),
            "unprocessed", True, "not_attempted", "DeleteMembers failed", id="disassociated, then the Region failed",
        ),
        pytest.param(
            Evidence(member("Enabled"), written=True),
            "unprocessed", True, "unconfirmed", "did not show the removal within", id="not visible in time",
        ),
        pytest.param(
            Evidence(member("Enabled"), failure="DisassociateMembers failed"),
            "unprocessed", False, "not_attempted", "DisassociateMembers failed", id="its turn never came",
        ),
        pytest.param(
            Evidence(member("Removed"), written=True, waited=False), "deleted", True, None, None, id="not looked for",
        ),
    ],
)  # fmt: skip
def test_a_deletion_concludes_from_what_it_has_learnt(
    evidence: Evidence, result: str, changed: bool, reason: str | None, words: str | None
) -> None:
    outcome = conclude(decide("absent", member("Enabled")), evidence)
    assert (outcome.result, outcome.changed, outcome.reason) == (result, changed, reason)
    assert outcome.before == member("Enabled")
    assert (words or "") in str(outcome.processing_result)
    assert (words is None) == (outcome.processing_result is None)
