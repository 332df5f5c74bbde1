# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Members, invitations and hubs as records, and member statuses with their spelling. Pure: imports nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, Optional

CREATED = "Created"
INVITED = "Invited"
ENABLED = "Enabled"
REMOVED = "Removed"
RESIGNED = "Resigned"
DELETED = "Deleted"
SUSPENDED = "AccountSuspended"
# The values that the service model documents for Member.MemberStatus.
STATUSES = (CREATED, INVITED, ENABLED, REMOVED, RESIGNED, DELETED, SUSPENDED)
# Outputs have shown upper case, and "Associated" until the service renamed it in 2020.
_SPELLINGS = {status.lower(): status for status in STATUSES}
_SPELLINGS["associated"] = ENABLED
# EnableSecurityHub's defaults, documented in the API reference.
DEFAULT_AUTO_ENABLE_CONTROLS = True
DEFAULT_CONTROL_FINDING_GENERATOR = "SECURITY_CONTROL"


@dataclass(frozen=True)
class Member:
    """One entry of the administrator's member list in one Region.

    Times are ISO 8601 text. ``email`` is missing for accounts of an organization.
    """

    account_id: str
    member_status: str
    email: Optional[str] = None
    administrator_id: Optional[str] = None
    invited_at: Optional[str] = None
    updated_at: Optional[str] = None


@dataclass(frozen=True)
class Invitation:
    """What a member account sees of an administrator: its invitation, or the relationship that came of it."""

    administrator_id: str
    member_status: str
    invitation_id: Optional[str] = None
    invited_at: Optional[str] = None


@dataclass(frozen=True)
class Standing:
    """Where a member account stands in one Region.

    :param administrator: who administers it now, None for nobody
    :param invitation: what it sees of the administrator that was asked for, None for nothing
    """

    administrator: Optional[Invitation]
    invitation: Optional[Invitation]


@dataclass(frozen=True)
class Hub:
    """Security Hub in one account and Region, where it is on. ARN and time are not known before it is turned on."""

    hub_arn: Optional[str]
    subscribed_at: Optional[str]
    auto_enable_controls: bool
    control_finding_generator: str
    tags: Dict[str, str]


def canonical_status(status: str) -> str:
    """Return the documented spelling of a status, or the text as it is where the status is not known."""
    return _SPELLINGS.get(status.lower(), status)


def status_of(member: Optional[Member]) -> Optional[str]:
    """Return the status of a member, None for an account that is not in the member list."""
    return member.member_status if member else None


def is_listed(member: Optional[Member]) -> bool:
    """Whether the account is in the member list; Deleted is what may linger of an entry that is not there any more."""
    return status_of(member) not in (None, DELETED)


def by_account(members: Iterable[Member]) -> Dict[str, Member]:
    """Return the members by account id."""
    return {member.account_id: member for member in members}
