# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter securityhub_memberships: where each account stands, why, and what to do next."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.filter.securityhub_memberships import FilterModule

ONE, OTHER = "111122223333", "012345670123"
IRELAND, FRANKFURT = "eu-west-1", "eu-central-1"
ACCOUNTS = [{"account_id": ONE, "email": "one@example.com"}, {"account_id": OTHER, "email": None}]


def member(account_id: str, status: str, region: str = IRELAND, email: str | None = None) -> dict[str, Any]:
    """An entry of a member list."""
    return {"region": region, "account_id": account_id, "member_status": status, "email": email, "invited_at": None}


def said(account_id: str, region: str, words: str) -> dict[str, Any]:
    """An account that could not be processed."""
    return {"region": region, "account_id": account_id, "reason": "rejected", "processing_result": words}


def memberships(members: list[Any], *regions: str, **options: Any) -> list[dict[str, Any]]:
    """Apply the filter (default: in Ireland)."""
    return list(FilterModule().filters()["securityhub_memberships"](members, list(regions) or [IRELAND], **options))


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (None, "Add the account to the member list and invite it: run the onboarding."),
        ("Deleted", "Add the account to the member list and invite it: run the onboarding."),
        ("Created", "Invite the account: run the onboarding."),
        ("Invited", "The account has to turn Security Hub on and accept the invitation in this Region."),
        ("Enabled", None),
        ("Removed", "The administrator removed it: run the onboarding to invite it again."),
        ("Resigned", "talk to its owner, then run the onboarding with 'resigned' in reinvite."),
        ("AccountSuspended", "Reactivate the account in its organization first."),
        ("PausedByMagic", "This status is not known: look at the account in the Security Hub console."),
    ],
)
def test_each_status_has_its_advice(status: str | None, advice: str | None) -> None:
    members = [member(ONE, status)] if status else []
    (row,) = memberships(members, accounts=ACCOUNTS[:1])
    said_advice = row.pop("advice")
    assert said_advice == advice or said_advice.endswith(advice)
    expected = {"region": IRELAND, "account_id": ONE, "email": "one@example.com", "member_status": status}
    assert row == {**expected, "reason": None}


def test_one_row_for_each_account_and_region_in_the_order_asked_for() -> None:
    rows = memberships([member(OTHER, "Enabled", FRANKFURT)], FRANKFURT, IRELAND, accounts=ACCOUNTS)
    assert [(row["account_id"], row["region"], row["member_status"]) for row in rows] == [
        (ONE, FRANKFURT, None),
        (ONE, IRELAND, None),
        (OTHER, FRANKFURT, "Enabled"),
        (OTHER, IRELAND, None),
    ]


def test_without_accounts_those_that_were_found() -> None:
    found = [member(OTHER, "Created", email="o@example.com"), member(ONE, "Enabled", FRANKFURT)]
    rows = memberships(found, IRELAND, FRANKFURT)
    assert [(row["account_id"], row["region"], row["member_status"], row["email"]) for row in rows] == [
        (OTHER, IRELAND, "Created", "o@example.com"),
        (OTHER, FRANKFURT, None, "o@example.com"),
        (ONE, IRELAND, None, None),
        (ONE, FRANKFURT, "Enabled", None),
    ]
    assert memberships([]) == []


def test_an_address_that_only_one_region_knows_is_known() -> None:
    found = [member(ONE, "Enabled", IRELAND, "one@example.com"), member(ONE, "Enabled", FRANKFURT)]
    assert {row["email"] for row in memberships(found, IRELAND, FRANKFURT)} == {"one@example.com"}


def test_the_listed_address_counts_before_the_one_asked_for() -> None:
    (row,) = memberships([member(ONE, "Enabled", email="listed@example.com")], accounts=ACCOUNTS[:1])
    assert row["email"] == "listed@example.com"


def test_a_region_that_failed_says_so_and_not_that_nobody_is_a_member() -> None:
    failed = [{"region": FRANKFURT, "error_code": "AccessDeniedException", "msg": "Allow securityhub:GetMembers."}]
    rows = memberships(
        [member(ONE, "Enabled")], IRELAND, FRANKFURT, accounts=ACCOUNTS, failed_regions=failed, errors={ONE: "no role"}
    )
    for row in rows:
        if row["region"] == FRANKFURT:
            assert row["member_status"] is None
            assert row["reason"] == "Region failed: Allow securityhub:GetMembers."
            assert row["advice"] == "Mend the Region and run again."
        else:
            assert "Region" not in (row["reason"] or "")
    assert len(rows) == 4


def test_the_error_of_an_account_is_the_reason_wherever_it_is_not_enabled() -> None:
    rows = memberships(
        [member(ONE, "Enabled"), member(ONE, "Invited", FRANKFURT), member(OTHER, "Invited")],
        IRELAND, FRANKFURT, accounts=ACCOUNTS, errors={ONE: "The role can't be assumed."},
    )  # fmt: skip
    assert [row["reason"] for row in rows] == [None, "The role can't be assumed.", None, None]
    assert rows[1]["advice"] == "Settle the reason, then run the onboarding again."


def test_a_region_that_failed_after_it_was_read_keeps_what_was_seen() -> None:
    failed = [{"region": IRELAND, "error_code": "LimitExceededException", "msg": "A quota is used up."}]
    rows = memberships(
        [member(ONE, "Enabled"), member(OTHER, "Created")], IRELAND, accounts=ACCOUNTS, failed_regions=failed
    )
    assert [(row["member_status"], row["reason"]) for row in rows] == [
        ("Enabled", None), ("Created", "Region failed: A quota is used up."),
    ]  # fmt: skip
    (row,) = memberships(
        [member(ONE, "Invited")], IRELAND, accounts=ACCOUNTS[:1], failed_regions=failed, errors={ONE: "No role."}
    )
    assert row["reason"] == "No role."


def test_what_the_service_said_in_a_region_counts_before_the_error_of_the_account() -> None:
    rows = memberships(
        [member(ONE, "Invited"), member(ONE, "Resigned", FRANKFURT)],
        IRELAND, FRANKFURT,
        unprocessed=[said(ONE, FRANKFURT, "It left."), said(OTHER, IRELAND, "Another account.")],
        errors={ONE: "The role can't be assumed."},
    )  # fmt: skip
    assert [row["reason"] for row in rows] == ["The role can't be assumed.", "It left."]


@pytest.mark.parametrize("status", [None, "Created"])
def test_an_account_that_the_onboarding_could_not_bring_further_is_not_sent_there_again(status: str | None) -> None:
    members = [member(ONE, status)] if status else []
    (row,) = memberships(members, accounts=ACCOUNTS[:1], unprocessed=[said(ONE, IRELAND, "It is suspended.")])
    assert row["reason"] == "It is suspended."
    assert row["advice"] == "Settle the reason, then run the onboarding again."
