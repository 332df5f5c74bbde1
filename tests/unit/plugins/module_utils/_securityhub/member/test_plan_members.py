# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of an account of the member list, in each state and from each status: one row a case."""

from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import (
    expected_outcome,
    list_of,
    plan_absent,
    plan_disassociated,
    plan_left_alone,
    plan_present,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    Member,
    MemberList,
    Outcome,
    status_of,
)

ACCOUNT = "111122223333"
EMAIL = "owner@example.com"


def member(status: str | None) -> Member | None:
    times = {"invited_at": "2026-01-31T08:15:30+00:00"}
    return Member(ACCOUNT, status, "listed@example.com", "999988887777", **times) if status else None


def plan_for(state: str, before: Member | None) -> Outcome:
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
    assert list(planned.actions) == steps
    assert list_of(planned) == result
    assert status_of(planned.after) == after
    outcome = expected_outcome(planned)
    assert (list_of(outcome), outcome.changed, outcome.is_seen) == (result, bool(steps), True)
    assert outcome.reason == ("unknown_status" if result == "unprocessed" else None)
    assert bool(outcome.processing_result) == (result == "unprocessed")
    assert outcome.before == member(status)


def test_an_account_that_is_added_has_the_address_it_is_added_with() -> None:
    assert plan_for("present", None).after == Member(ACCOUNT, "Created", EMAIL)
    assert plan_for("present", member("Deleted")).after == Member(ACCOUNT, "Created", EMAIL)
    assert plan_for("present", member("Removed")).after == member("Removed")


def test_a_member_that_is_disassociated_keeps_its_entry() -> None:
    assert plan_for("disassociated", member("Enabled")).after == member("Removed")


ORGANIZATION = "Security Hub does not delete such accounts"


@pytest.mark.parametrize(
    ("status", "after", "steps", "changed"),
    [("Enabled", "Removed", ("disassociate", "delete"), True), ("Removed", "Removed", ("delete",), False)],
)
def test_check_mode_expects_that_account_of_organization_is_not_deleted(
    status: str, after: str, steps: tuple[str, ...], changed: bool
) -> None:
    planned = plan_absent(ACCOUNT, Member(ACCOUNT, status))
    outcome = expected_outcome(planned)
    assert planned.actions == steps
    assert (list_of(outcome), outcome.reason, outcome.changed) == ("unprocessed", "rejected", changed)
    assert status_of(outcome.after) == after
    assert ORGANIZATION in str(outcome.processing_result)
    assert ("ends its monitoring" in str(outcome.processing_result)) == changed


@pytest.mark.parametrize("status", ["Created", "Resigned", "AccountSuspended"])
def test_account_without_time_of_invitation_is_expected_to_be_deleted(status: str) -> None:
    assert list_of(expected_outcome(plan_absent(ACCOUNT, Member(ACCOUNT, status)))) == "deleted"


READ = MemberList({ACCOUNT: member("Created")}, {"012345670123": "Internal error."})


def test_own_account_keeps_the_entry_that_it_should_not_have() -> None:
    own = plan_left_alone(ACCOUNT, READ, ACCOUNT)
    assert own
    assert (own.before, own.after, own.actions, own.reason) == (member("Created"), member("Created"), (), "own_account")
    assert own.processing_result == "This is the administrator's own account."


@pytest.mark.parametrize("own", ["012345670123", "999988887777"])
def test_own_account_is_none_that_cannot_be_looked_up(own: str) -> None:
    plan = plan_left_alone("012345670123", READ, own)
    assert plan
    assert (plan.before, plan.after, plan.actions) == (None, None, ())
    assert (plan.reason, plan.is_seen) == (("own_account", True) if own == plan.account_id else ("unreadable", False))
    assert plan.reason == "own_account" or plan.processing_result == "Internal error."


@pytest.mark.parametrize("own", [None, "999988887777"])
def test_any_other_account_is_not_left_alone(own: str | None) -> None:
    assert plan_left_alone(ACCOUNT, READ, own) is None


def test_plan_left_alone_unreadable_names_the_account() -> None:
    found = plan_left_alone(ACCOUNT, MemberList({}, {ACCOUNT: "Internal error."}), None)
    assert found == Outcome(ACCOUNT, None, None, (), "unreadable", "Internal error.", is_seen=False)


def test_expected_outcome_of_an_organizations_account_ends_as_removed() -> None:
    enabled = Member(ACCOUNT, "Enabled")
    found = expected_outcome(plan_absent(ACCOUNT, enabled))
    assert (found.account_id, found.before, status_of(found.after)) == (ACCOUNT, enabled, "Removed")
    assert (found.actions, found.reason) == (("disassociate",), "rejected")
