# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    STATUSES,
    Member,
    by_account,
    canonical_status,
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
