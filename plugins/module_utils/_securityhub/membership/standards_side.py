# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The standards of member accounts in one Region: planned before the first write, enabled once accounts are Enabled.

All accounts are worked on at once, and waited for together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Dict, List, Optional, Sequence, Tuple

from ..aws.calls import RegionClient, read_or_error
from ..aws.retry import advance_all
from ..errors import Failure, PreconditionFailed, SecurityHubError
from ..hub.apply import after_enabling
from ..model import ENABLE_HUB
from ..reasons import REGION_NOT_ENABLED, REJECTED, ROLE_NOT_ASSUMED, UNCONFIRMED
from ..standards.apply import Offers, StandardsRun
from ..standards.plan import DesiredStandards
from .member_side import MemberAccounts, look_of_failure
from .plan import MembershipPlan, SideResult


@dataclass
class StandardsSide:
    """The standards of the member accounts of one Region.

    :param desired: None where standards are left as they are, and nothing is read
    :param offers: what the Regions offer, shared by all of them
    """

    client: RegionClient
    accounts: MemberAccounts
    desired: Optional[DesiredStandards]
    offers: Offers
    wait_timeout: float
    check_mode: bool
    runs: Dict[str, StandardsRun] = field(default_factory=dict)
    # Accounts in which Security Hub is enabled only by this run, so that they are looked at again.
    unseen: List[str] = field(default_factory=list)

    def look(self, plans: Sequence[MembershipPlan], with_defaults: bool) -> None:
        """Look at the standards of accounts that are, or are to be, Enabled, and plan.

        :param with_defaults: whether the default standards come with Security Hub where it is enabled
        """
        if self.desired is None:
            return
        joining = {each.account_id: each for each in plans if each.expects_enabled}
        wanted = [each.account_id for each in plans if each.expects_enabled or each.is_enabled]
        for account_id in self.accounts.with_role(wanted):
            self.runs[account_id] = StandardsRun(self.client, self.desired, self.offers, self.wait_timeout)
        self.unseen = [each for each in self.runs if each in joining and ENABLE_HUB in joining[each].member_side]
        self._attempt([each for each in self.runs if each not in self.unseen], StandardsRun.look)
        self.unseen += [each for each in joining if self._is_without_hub(each)]
        self._foresee(with_defaults)

    def _is_without_hub(self, account_id: str) -> bool:
        error = self.runs[account_id].error if account_id in self.runs else None
        return isinstance(error, SecurityHubError) and error.hub_is_disabled

    def _foresee(self, with_defaults: bool) -> None:
        """Plan for the accounts in which Security Hub is not enabled yet; the administrator sees what is offered."""
        found = read_or_error(lambda: [self.offers.read(self.client)] if self.unseen else [])
        offers = next(iter(found.value), None)
        for run in map(self.runs.__getitem__, self.unseen):
            run.error, run.client = None, after_enabling(self.client)
            run.attempt(lambda each: each.foresee(offers, with_defaults))

    def advance(self, account_ids: Sequence[str]) -> None:
        """Enable the standards of accounts that are Enabled now, and wait until they are ready.

        In check mode wait for what is on its way without this run, as the run does.
        """
        ready = {each: self.runs[each] for each in account_ids if each in self.runs and not self.runs[each].error}
        if not self.check_mode:
            self._attempt([each for each in ready if each in self.unseen], StandardsRun.look)
        advance_all(ready, self._attempt, self.wait_timeout, self.check_mode)

    def _attempt(self, account_ids: Sequence[str], step: Callable[[StandardsRun], None]) -> None:
        """Attempt a step in these accounts at once."""
        self.accounts.attempt(self.runs, self.client.region, account_ids, step)

    def not_attempted(self, account_id: str, reason: str, message: str) -> Optional[SideResult]:
        """Return why nothing came of the standards of an account, None where there was nothing to do."""
        run = self.runs.get(account_id)
        return SideResult((), reason, message) if run and (run.plan.changed or run.error) else None

    def result(self, account_id: str) -> Optional[SideResult]:
        """Return what came, or in check mode would come, of the standards of an account, None where nobody asked."""
        run = self.runs.get(account_id)
        if run is None:
            return None
        if run.error:
            return SideResult(run.actions(False), *reason_of_failure(run.error, run.tracker.in_doubt))
        short = run.why_short()
        actions = run.actions(self.check_mode)
        return SideResult(actions, short.error_code, str(short)) if short else SideResult(actions)


def reason_of_failure(error: Failure, in_doubt: bool) -> Tuple[str, str]:
    if isinstance(error, PreconditionFailed):
        return error.error_code, str(error)
    if error.operation == "AssumeRole":
        return ROLE_NOT_ASSUMED, str(error)
    look = look_of_failure(error)
    if look.state == REGION_NOT_ENABLED:
        return REGION_NOT_ENABLED, str(look.message)
    return UNCONFIRMED if in_doubt else REJECTED, str(error)
