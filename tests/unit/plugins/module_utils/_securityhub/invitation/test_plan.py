# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a member account does about an administrator, in each state and from wherever it stands: one row a case."""

from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import PreconditionFailed
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.invitation.plan import (
    plan_invitation_response,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Invitation, MemberSide

ASKED, OTHER = "999988887777", "777766665555"
REGION = "eu-west-1"


def member_side(administrator_id: str | None, status: str | None) -> MemberSide:
    """Administered by an account or nobody, and what became of the invitation of the one that is asked for."""
    invitation = Invitation(ASKED, status, "0123") if status else None
    if administrator_id == ASKED:
        return MemberSide(invitation, invitation)
    return MemberSide(Invitation(administrator_id, "Enabled", "4567") if administrator_id else None, invitation)


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
    ("declined", ASKED, "Enabled", [], "Enabled"),
    ("declined", OTHER, "Invited", ["decline"], "Resigned"),
    ("declined", OTHER, None, [], None),
    ("left", None, None, [], None),
    ("left", None, "Invited", [], "Invited"),
    ("left", None, "Resigned", [], "Resigned"),
    ("left", ASKED, "Enabled", ["leave"], "Resigned"),
    ("left", OTHER, None, [], None),
    ("left", OTHER, "Invited", [], "Invited"),
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
    plan = plan_invitation_response(state, ASKED, member_side(administrator_id, status), REGION)
    assert list(plan.steps) == steps
    assert (plan.before, plan.after) == (status, after)


@pytest.mark.parametrize(
    ("state", "administrator_id"),
    [("absent", None), ("absent", ASKED), ("declined", None), ("left", ASKED), ("accepted", None)],
)
def test_unknown_status_is_never_acted_upon(state: str, administrator_id: str | None) -> None:
    with pytest.raises(PreconditionFailed) as failed:
        plan_invitation_response(state, ASKED, member_side(administrator_id, "Paused"), REGION)
    assert failed.value.error_code == "unknown_status"
    assert f"the status 'Paused' with administrator {ASKED} in {REGION}, which is not known" in str(failed.value)


@pytest.mark.parametrize("status", [None, "Invited", "Resigned"])
def test_an_account_of_another_administrator_is_told_which(status: str | None) -> None:
    with pytest.raises(PreconditionFailed) as failed:
        plan_invitation_response("accepted", ASKED, member_side(OTHER, status), REGION)
    assert failed.value.error_code == "other_administrator"
    assert str(failed.value).startswith(
        f"The account is a member of administrator {OTHER} in {REGION}, so it can't accept another invitation."
    )


@pytest.mark.parametrize("status", [None, "Removed"])
def test_plan_invitation_response_without_invitation_is_refused(status: str | None) -> None:
    with pytest.raises(PreconditionFailed) as failed:
        plan_invitation_response("accepted", ASKED, member_side(None, status), REGION)
    assert failed.value.error_code == "no_invitation"
    assert str(failed.value).startswith(f"The account has no invitation from {ASKED} in {REGION}")


@pytest.mark.parametrize("status", ["Invited", "Resigned"])
def test_account_with_enabled_members_cannot_accept(status: str) -> None:
    side = MemberSide(None, Invitation(ASKED, status, "0123"), administers_members=True)
    with pytest.raises(PreconditionFailed, match="has enabled members of its own") as failed:
        plan_invitation_response("accepted", ASKED, side, REGION)
    assert failed.value.error_code == "has_members"


@pytest.mark.parametrize("state", ["declined", "absent"])
def test_account_with_enabled_members_can_decline(state: str) -> None:
    side = MemberSide(None, Invitation(ASKED, "Invited", "0123"), administers_members=True)
    assert plan_invitation_response(state, ASKED, side, REGION).steps[0] == "decline"
