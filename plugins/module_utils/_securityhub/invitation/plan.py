# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""What a member account does about an administrator. Pure: neither boto3 nor Ansible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple

from ..errors import NO_INVITATION, OTHER_ADMINISTRATOR, UNKNOWN_STATUS, Obstacle
from ..model import ENABLED, INVITED, RESIGNED, STATUSES, Standing

ACCEPT = "accept"
DECLINE = "decline"
LEAVE = "leave"
DELETE_INVITATION = "delete_invitation"


@dataclass(frozen=True)
class MembershipDecision:
    """What a member account is to do about an administrator in one Region; ``after`` is its status then."""

    steps: Tuple[str, ...]
    before: Optional[str]
    after: Optional[str]


def decide_membership(state: str, administrator_id: str, standing: Standing, region: str) -> MembershipDecision:
    """Decide how a member account gets to ``state``: accepted, declined or absent.

    :raises Obstacle: if it can't, because another administrator is in the way or there is no invitation
    """
    before = standing.invitation.member_status if standing.invitation else None
    associated = standing.administrator is not None and standing.administrator.administrator_id == administrator_id
    if state == "accepted":
        return _decide_accepted(associated, before, administrator_id, standing, region)
    if state == "declined":
        return MembershipDecision((DECLINE,), before, RESIGNED) if before == INVITED else _stay(before)
    if standing.invitation is None:
        return _stay(None)
    if before not in STATUSES:
        raise Obstacle(
            UNKNOWN_STATUS,
            f"What the account is to {administrator_id} in {region} has a status that is not known, {before}: nothing "
            "was done, look at it in the console.",
        )
    first = {INVITED: (DECLINE,)}.get(before or "", ())
    return MembershipDecision(((LEAVE,) if associated else first) + (DELETE_INVITATION,), before, None)


def _decide_accepted(
    associated: bool, before: Optional[str], administrator_id: str, standing: Standing, region: str
) -> MembershipDecision:
    if associated:
        return _stay(before)
    if standing.administrator:
        other = standing.administrator.administrator_id
        raise Obstacle(
            OTHER_ADMINISTRATOR,
            f"The account is administered by {other} in {region}, so it can't accept {administrator_id}: leave {other} "
            "first, with multiaccount.aws.securityhub_invitation and state absent.",
        )
    if before not in (INVITED, RESIGNED):
        raise Obstacle(
            NO_INVITATION,
            f"There is no invitation from {administrator_id} in {region}: send it from there with "
            "multiaccount.aws.securityhub_member_invite, or raise wait_timeout if it is on its way.",
        )
    # An account that has left may accept the same invitation again, says the user guide.
    return MembershipDecision((ACCEPT,), before, ENABLED)


def _stay(status: Optional[str]) -> MembershipDecision:
    return MembershipDecision((), status, status)
