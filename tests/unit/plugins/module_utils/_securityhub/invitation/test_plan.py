# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a member account does about an administrator, in each state and from wherever it stands: one row a case."""

from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import Obstacle
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.invitation.plan import decide_membership
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Invitation, Standing

ASKED, OTHER = "999988887777", "777766665555"
REGION = "eu-west-1"


def standing(administrator_id: str | None, status: str | None) -> Standing:
    """Administered by an account or nobody, and what became of the invitation of the one that is asked for."""
    invitation = Invitation(ASKED, status, "0123") if status else None
    if administrator_id == ASKED:
        return Standing(invitation, invitation)
    return Standing(Invitation(administrator_id, "Enabled", "4567") if administrator_id else None, invitation)


# state, administrator now, what became of the invitation of the one that is asked for, steps, status afterwards
TABLE = [
    ("accepted", None, "Invited", ["accept"], "Enabled"),
    ("accepted", None, "Resigned", ["accept"], "Enabled"),
    ("accepted", ASKED, "Enabled", [], "Enabled"),
    # the one who administers is the one who administers, whatever its relationship is called by now
    ("accepted", ASKED, "Paused", [], "Paused"),
    ("declined", None, None, [], None),
    ("declined", None, "Invited", ["decline"], "Resigned"),
    ("declined", None, "Resigned", [], "Resigned"),
    ("declined", None, "Removed", [], "Removed"),
    ("declined", None, "Paused", [], "Paused"),
    ("declined", ASKED, "Enabled", [], "Enabled"),
    ("declined", OTHER, "Invited", ["decline"], "Resigned"),
    ("declined", OTHER, None, [], None),
    ("absent", None, None, [], None),
    ("absent", None, "Invited", ["decline", "delete_invitation"], None),
    ("absent", None, "Resigned", ["delete_invitation"], None),
    ("absent", None, "Removed", ["delete_invitation"], None),
    ("absent", ASKED, "Enabled", ["leave", "delete_invitation"], None),
    ("absent", OTHER, None, [], None),
    ("absent", OTHER, "Invited", ["decline", "delete_invitation"], None),
    ("absent", OTHER, "Resigned", ["delete_invitation"], None),
]


@pytest.mark.parametrize(("state", "administrator_id", "status", "steps", "after"), TABLE)
def test_the_table(
    state: str, administrator_id: str | None, status: str | None, steps: list[str], after: str | None
) -> None:
    decision = decide_membership(state, ASKED, standing(administrator_id, status), REGION)
    assert list(decision.steps) == steps
    assert (decision.before, decision.after) == (status, after)


@pytest.mark.parametrize("administrator_id", [None, ASKED])
def test_a_status_that_is_not_known_is_never_acted_upon(administrator_id: str | None) -> None:
    with pytest.raises(Obstacle) as obstacle:
        decide_membership("absent", ASKED, standing(administrator_id, "Paused"), REGION)
    assert obstacle.value.error_code == "unknown_status"
    assert f"to {ASKED} in {REGION} has a status that is not known, Paused" in obstacle.value.text


@pytest.mark.parametrize("status", [None, "Invited", "Resigned"])
def test_an_account_of_another_administrator_is_told_which(status: str | None) -> None:
    with pytest.raises(Obstacle) as obstacle:
        decide_membership("accepted", ASKED, standing(OTHER, status), REGION)
    assert obstacle.value.error_code == "other_administrator"
    assert obstacle.value.text.startswith(
        f"The account is administered by {OTHER} in {REGION}, so it can't accept {ASKED}"
    )
    assert "multiaccount.aws.securityhub_invitation and state absent" in obstacle.value.text


@pytest.mark.parametrize("status", [None, "Removed", "Paused"])
def test_an_account_without_an_invitation_is_told_where_to_get_one(status: str | None) -> None:
    with pytest.raises(Obstacle) as obstacle:
        decide_membership("accepted", ASKED, standing(None, status), REGION)
    assert obstacle.value.error_code == "no_invitation"
    assert obstacle.value.text.startswith(f"There is no invitation from {ASKED} in {REGION}")
    assert "multiaccount.aws.securityhub_member_invite" in obstacle.value.text
    assert "wait_timeout" in obstacle.value.text
