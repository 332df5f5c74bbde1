# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    DIFFERS,
    SHOWN_DIFFERENCES,
    STATUSES,
    Member,
    Outcome,
    PolicyDifference,
    PolicyOutcome,
    as_row,
    by_account,
    canonical_status,
    from_row,
    is_listed,
    status_of,
)

ONE, TWO = "111122223333", "444455556666"


def test_the_documented_statuses_are_known() -> None:
    documented = {"Created", "Invited", "Enabled", "Removed", "Resigned", "Deleted", "AccountSuspended"}
    assert set(STATUSES) == documented


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("spell", [str, str.upper, str.lower, str.swapcase])
def test_a_status_in_any_case_gets_the_documented_spelling(status: str, spell: Callable[[str], str]) -> None:
    assert canonical_status(spell(status)) == status


@pytest.mark.parametrize("text", ["Associated", "ASSOCIATED", "associated"])
def test_associated_is_the_old_name_of_enabled(text: str) -> None:
    assert canonical_status(text) == "Enabled"


@pytest.mark.parametrize("text", ["", "RegionDisabled", "Removed (Disassociated)", "Enabled "])
def test_an_unknown_status_stays_as_it_is(text: str) -> None:
    assert canonical_status(text) == text


def test_status_of() -> None:
    assert status_of(Member(ONE, "Resigned")) == "Resigned"
    assert status_of(None) is None


def test_by_account() -> None:
    members = [Member(ONE, "Created"), Member(TWO, "Enabled")]
    assert by_account(members) == {ONE: members[0], TWO: members[1]}


@pytest.mark.parametrize("status", [*STATUSES, "Unheard of", None])
def test_member_is_listed_unless_deleted(status: str | None) -> None:
    assert is_listed(Member(ONE, status) if status else None) == (status not in (None, "Deleted"))


LISTED = Member(ONE, "Invited", "owner@example.com", None, "2026-02-01T07:00:00Z", "2026-02-02T07:00:00Z")
DIFFERENCES = tuple(
    PolicyDifference("control", f"IAM.{n}", None, "ENABLED", "DISABLED") for n in range(SHOWN_DIFFERENCES)
)


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(ONE, None, LISTED, ("create", "invite"), "awaiting_acceptance", "The owner has to accept."),
        Outcome(ONE, LISTED, None, ("delete",)),
        Outcome(ONE, None, None, (), "other_administrator", "It has the administrator 222222222222."),
        Outcome(ONE, LISTED, LISTED, policy=PolicyOutcome(DIFFERS, DIFFERENCES, unlisted=3)),
    ],
)
def test_from_row_of_an_outcome_returns_the_outcome(outcome: Outcome) -> None:
    assert from_row(as_row("eu-west-1", outcome)) == outcome


def test_as_row_of_many_differences_lists_the_first_and_counts_all() -> None:
    more = (*DIFFERENCES, PolicyDifference("control", "EC2.1", None, "DISABLED", "ENABLED"))
    row = as_row("eu-west-1", Outcome(ONE, LISTED, LISTED, policy=PolicyOutcome(DIFFERS, more)))
    assert (len(row["policy_differences"]), row["policy_difference_count"]) == (SHOWN_DIFFERENCES, len(more))
