# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The member list of one Region, which responds as a script says, and invitations of its accounts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member import apply as member_apply
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.plan import list_of, plan_invitation
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Outcome
from ansible_collections.multiaccount.aws.tests.unit.scripted import AFTER_THE_WORK, Clock, refuse

Result = RegionResult[list[Outcome]]
ALREADY = "The request is rejected because the current account has already invited the given member account."
NO_SUCH_RESOURCE = "The request is rejected since no such resource found."

# List and reason of an account.
INVITED = ("invited", None)
UNCHANGED = ("unchanged", None)
NOT_ATTEMPTED = ("unprocessed", "not_attempted")
REJECTED = ("unprocessed", "rejected")
UNCONFIRMED = ("unprocessed", "unconfirmed")


class Service:
    """One Region of Security Hub: the SDK's client.

    invites and reads list what the next calls meet, in order; lag is how many seconds reads are behind.
    """

    def __init__(self, clock: Clock, statuses: dict[str, str]) -> None:
        self.clock = clock
        self.statuses = statuses
        self.history: list[tuple[float, str, str]] = []
        self.invites: list[str] = []
        self.reads: list[str] = []
        self.rejected: dict[str, str] = {}
        self.lag = 0.0
        self.sent: list[list[str]] = []
        self.looked: list[list[str]] = []
        self.before_invite: Callable[[], None] = lambda: None

    def get_administrator_account(self) -> dict[str, Any]:
        return {}

    def invite_members(self, *, AccountIds: list[str]) -> dict[str, Any]:  # noqa: N803
        self.sent.append(AccountIds)
        self.before_invite()
        incident = self.invites.pop(0) if self.invites else None
        if incident and incident not in AFTER_THE_WORK:
            refuse(incident)
        rows = [{"AccountId": each, "ProcessingResult": self.invite(each)} for each in AccountIds]
        if incident:
            refuse(incident)
        return {"UnprocessedAccounts": [row for row in rows if row["ProcessingResult"]]}

    def invite(self, account_id: str) -> str:
        """Invite one account; return the service's words where it does not."""
        if account_id in self.rejected:
            return self.rejected[account_id]
        if self.statuses[account_id] in ("Invited", "Enabled"):
            return ALREADY
        self.set_status(account_id, "Invited")
        return ""

    def set_status(self, account_id: str, status: str) -> None:
        self.history.append((self.clock.now, account_id, self.statuses[account_id]))
        self.statuses[account_id] = status

    def get_members(self, *, AccountIds: list[str]) -> dict[str, Any]:  # noqa: N803
        self.looked.append(AccountIds)
        incident = self.reads.pop(0) if self.reads else None
        if incident:
            refuse(incident)
        seen = self.seen()
        return {
            "Members": [{"AccountId": each, "MemberStatus": seen[each]} for each in AccountIds if each in seen],
            "UnprocessedAccounts": [
                {"AccountId": each, "ProcessingResult": NO_SUCH_RESOURCE} for each in AccountIds if each not in seen
            ],
        }

    def seen(self) -> dict[str, str]:
        """The statuses as reads show them: what is younger than lag is taken back."""
        horizon = self.clock.now - self.lag
        past = {account_id: before for moment, account_id, before in reversed(self.history) if moment > horizon}
        return {**self.statuses, **past}


def reconcile_members(
    service: Any,
    account_ids: Sequence[str] = (),
    wait_timeout: float = 30,
    check_mode: bool = False,
    reinvite: Sequence[str] = ("removed",),
) -> Result:
    return member_apply.reconcile_members(
        RegionClient("eu-west-1", service, 1),
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
