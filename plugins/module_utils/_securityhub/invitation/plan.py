# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""What a member account does about an administrator. Pure: neither boto3 nor Ansible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple

from ..errors import PreconditionFailed
from ..model import ACCEPT, DECLINE, DELETE_INVITATION, ENABLED, INVITED, LEAVE, RESIGNED, STATUSES, MemberSide
from ..reasons import HAS_MEMBERS, NO_INVITATION, OTHER_ADMINISTRATOR, UNKNOWN_STATUS


@dataclass(frozen=True)
class InvitationPlan:
    """What a member account is to do about an administrator in one Region; ``after`` is its status then."""

    steps: Tuple[str, ...]
    before: Optional[str]
    after: Optional[str]


def plan_invitation_response(state: str, administrator_id: str, side: MemberSide, region: str) -> InvitationPlan:
    """Plan how a member account gets to ``state``: accepted, declined, left or absent.

    :raises PreconditionFailed: if it can't: another administrator, members of its own, no invitation, unknown status
    """
    before = side.invitation.member_status if side.invitation else None
    associated = side.administrator is not None and side.administrator.administrator_id == administrator_id
    if state == "accepted" and associated:
        return _stay(before)
    if before is not None and before not in STATUSES:
        raise PreconditionFailed(
            UNKNOWN_STATUS,
            "{account} has the status {before!r} with administrator {administrator_id} in {region}, which is not "
            "known, so nothing was done.",
            before=before,
            administrator_id=administrator_id,
            region=region,
        )
    if state == "accepted":
        _require_acceptable(before, administrator_id, side, region)
        # An account that has left may accept the same invitation again, by the user guide.
        return InvitationPlan((ACCEPT,), before, ENABLED)
    if state == "declined":
        return InvitationPlan((DECLINE,), before, RESIGNED) if before == INVITED else _stay(before)
    if state == "left":
        return InvitationPlan((LEAVE,), before, RESIGNED) if associated else _stay(before)
    if before is None:
        return _stay(None)
    first = (DECLINE,) if before == INVITED else ()
    return InvitationPlan(((LEAVE,) if associated else first) + (DELETE_INVITATION,), before, None)


def _require_acceptable(before: Optional[str], administrator_id: str, side: MemberSide, region: str) -> None:
    """Refuse to accept where the service does: another administrator, members of the account's own, no invitation."""
    other = side.administrator.administrator_id if side.administrator else None
    obstacle = obstacle_to_accepting(other, side.administers_members, region)
    if obstacle:
        raise obstacle
    if before not in (INVITED, RESIGNED):
        raise PreconditionFailed(
            NO_INVITATION,
            "{account} has no invitation from {administrator_id} in {region}.",
            administrator_id=administrator_id,
            region=region,
        )


def obstacle_to_accepting(
    other_administrator: Optional[str], administers_members: bool, region: str
) -> Optional[PreconditionFailed]:
    """Return why an account can't accept any invitation, None where nothing stands in the way."""
    if other_administrator:
        return PreconditionFailed(
            OTHER_ADMINISTRATOR,
            "{account} is a member of administrator {other} in {region}, so it can't accept another invitation.",
            other=other_administrator,
            region=region,
        )
    if administers_members:
        return PreconditionFailed(
            HAS_MEMBERS,
            "{account} has enabled members of its own in {region}, so it can't accept an invitation.",
            region=region,
        )
    return None


def _stay(status: Optional[str]) -> InvitationPlan:
    return InvitationPlan((), status, status)
