# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status table of the design, one row a case."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    expected_outcome,
    list_of,
    not_attempted,
    plan_invitation,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Member, Outcome

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
    assert (list_of(plan), plan.actions, plan.reason) == (result, steps, reason)
    outcome = expected_outcome(plan)
    assert (list_of(outcome), outcome.reason, outcome.is_seen) == (result, reason, True)
    assert outcome.before == before
    assert outcome.after == (None if after is None else member(after))
    assert outcome.changed == (result == "invited")
    assert bool(outcome.processing_result) == (reason is not None)


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


@pytest.mark.parametrize(
    ("seen", "before", "was_seen"),
    [({ACCOUNT: member("Created")}, member("Created"), True), ({ACCOUNT: None}, None, True), ({}, None, False)],
)
def test_an_account_whose_turn_never_came(seen: dict[str, Member | None], before: Any, was_seen: bool) -> None:
    assert not_attempted(ACCOUNT, seen, "GetMembers failed") == Outcome(
        ACCOUNT, before, before, (), "not_attempted", "GetMembers failed", was_seen
    )


def test_what_was_decided_stays_decided() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan_invitation(ACCOUNT, member("Created"), []).reason = "rejected"  # type: ignore[misc]
