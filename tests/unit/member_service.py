# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The member list of one Region at the local hub, and invitations of its accounts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member import apply as member_apply
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import list_of, plan_invitation
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Outcome
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import InProcessHub
from ansible_collections.multiaccount.aws.tests.unit.account import Account
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR

Result = RegionResult[list[Outcome]]
INVITE, READ = "InviteMembers", "GetMembers"

# List and reason of an account.
INVITED = ("invited", None)
UNCHANGED = ("unchanged", None)
NOT_ATTEMPTED = ("unprocessed", "not_attempted")
REJECTED = ("unprocessed", "rejected")
UNCONFIRMED = ("unprocessed", "unconfirmed")


class Service(Account):
    """The administrator, with a member list. invites and reads list what the next calls meet, in order."""

    def __init__(self, hub: InProcessHub, statuses: dict[str, str]) -> None:
        super().__init__(hub, ADMINISTRATOR)
        self.turn_on()
        self.put_members(ADMINISTRATOR, statuses)
        self.invites = self.incidents[INVITE] = []
        self.reads = self.incidents[READ] = []

    @property
    def statuses(self) -> dict[str, str]:
        """The member list."""
        members = self.hub.service.store.look().members((ADMINISTRATOR, self.region))
        return {account_id: member.status for account_id, member in members}

    @property
    def invited(self) -> list[list[str]]:
        """The accounts of each call that invites."""
        return [call["AccountIds"] for call in self.calls.get(INVITE, [])]

    @property
    def looked(self) -> list[list[str]]:
        """The accounts of each call that reads the member list."""
        return [call["AccountIds"] for call in self.calls.get(READ, [])]

    def reject(self, account_id: str, message: str) -> None:
        """Let the service not invite an account in the next call, in these words."""
        self.hub.fault(kind="reject", operation=INVITE, account_ids=[account_id], message=message, times=1)

    def before_invite(self, happen: Callable[[], object]) -> None:
        """Let something happen before each call that invites."""
        self.before[INVITE] = happen

    def set_status(self, account_id: str, status: str | None) -> None:
        """Let an account have a status from now on."""
        self.put_member(ADMINISTRATOR, account_id, status)


def reconcile_members(
    service: Any,
    account_ids: Sequence[str] = (),
    wait_timeout: float = 30,
    check_mode: bool = False,
    reinvite: Sequence[str] = ("removed",),
) -> Result:
    return member_apply.reconcile_members(
        service.client,
        account_ids or list(service.statuses),
        lambda account_id, member: plan_invitation(account_id, member, reinvite),
        [member_apply.INVITATION],
        wait_timeout,
        check_mode,
    )


def ends(found: Result) -> list[tuple[str, str | None]]:
    """List and reason of each account."""
    return [(list_of(outcome), outcome.reason) for outcome in found.value]


def status_after(outcome: Outcome) -> str | None:
    return outcome.after.member_status if outcome.after else None
