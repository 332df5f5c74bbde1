# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The controls of member accounts in one Region, as a policy says: after the memberships, and after the standards.

All accounts are worked on at once, and waited for together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Callable, Dict, Optional, Sequence, Set, Tuple

from ..aws.calls import RegionClient
from ..aws.retry import advance_all
from ..controls.apply import ControlsRun, Definitions, in_use
from ..controls.plan import DesiredControls
from ..errors import FAILURES, PreconditionFailed, SecurityHubError
from ..hub.apply import after_enabling
from ..model import APPLIED, DIFFERS, FAILED, PolicyOutcome, Standard
from ..standards.apply import StandardsRun
from ..standards.plan import DesiredStandards, standard_differences
from .member_side import MemberAccounts
from .plan import PolicyResult
from .standards_side import StandardsSide, reason_of_failure

_OPTION = "policy"


@dataclass
class ControlsSide:
    """The controls of the member accounts of one Region.

    :param standards: their standards, which are those of the policy
    :param desired: None where there is no policy, and nothing is read
    :param definitions: the controls of the Regions, shared by all of them
    """

    client: RegionClient
    accounts: MemberAccounts
    standards: StandardsSide
    desired: Optional[DesiredControls]
    definitions: Definitions
    wait_timeout: float
    check_mode: bool
    _runs: Dict[str, ControlsRun] = field(default_factory=dict)
    # Accounts whose controls have been read.
    _seen: Set[str] = field(default_factory=set)

    def look(self) -> Optional[PreconditionFailed]:
        """Look at the controls of accounts whose standards were looked at.

        :return: what no account can be configured to, so that nothing is written
        """
        if self.desired is None:
            return None
        try:
            self.definitions.check_policy(self.client, self.desired, _OPTION)
        except PreconditionFailed as error:
            return error
        except SecurityHubError:
            pass  # Security Hub is disabled in the administrator, or may not be asked: each account is checked later
        for account_id, standards in self.standards.runs.items():
            self._runs[account_id] = ControlsRun(
                self.client,
                self.desired,
                self.definitions,
                _OPTION,
                self.wait_timeout,
                partial(_standards_of, standards),
            )
        self._look([each for each in self._runs if each not in self.standards.unseen])
        return None

    def _look(self, account_ids: Sequence[str]) -> None:
        """Read the controls of accounts whose standards could be read."""
        ready = [each for each in account_ids if not self.standards.runs[each].error]
        plans = {each: self.standards.runs[each].plan for each in ready}
        # With other standards to come, check mode plans for these from what was read.
        kept = {id(self._runs[each]) for each, plan in plans.items() if self.check_mode and plan.changed}

        def step(run: ControlsRun) -> None:
            run.look()
            if id(run) not in kept:
                run.narrow()

        self._attempt(ready, step)
        self._seen.update(each for each in ready if self._runs[each].is_read)

    def _attempt(self, account_ids: Sequence[str], step: Callable[[ControlsRun], None]) -> None:
        self.accounts.attempt(self._runs, self.client.region, account_ids, step)

    def advance(self, account_ids: Sequence[str]) -> None:
        """Configure the controls of accounts that are Enabled now and have their standards.

        In check mode plan for the standards that the run would leave, and wait for what is on its way without it.
        """
        ready = [each for each in account_ids if each in self._runs and not self.standards.runs[each].error]
        if not self.check_mode:
            changed = [each for each in ready if self.standards.runs[each].tracker.any]
            for account_id in self._runs.keys() & self.standards.unseen:
                self._runs[account_id].client = after_enabling(self.client)
            self._look([each for each in ready if each in changed or each not in self._seen])
        runs = {each: self._runs[each] for each in ready if each in self._seen and not self._runs[each].error}
        advance_all(runs, self._attempt, self.wait_timeout, self.check_mode)
        if self.check_mode:
            self._expect([each for each in ready if self.standards.runs[each].plan.changed])

    def _expect(self, account_ids: Sequence[str]) -> None:
        """Plan for standards that are not there yet, as far as the administrator sees what they have."""
        expected: Dict[int, Tuple[Standard, ...]] = {}
        for account_id in account_ids:
            after, run = self.standards.runs[account_id].after(), self._runs[account_id]
            if after is None or run.error:
                continue
            try:
                self.definitions.catalog(self.client, in_use(after))
            except FAILURES:
                continue  # what is not known is not shown
            expected[id(run)] = in_use(after)
        known = [each for each in account_ids if id(self._runs[each]) in expected]
        self._attempt(known, lambda run: run.expect(expected[id(run)]))

    def not_attempted(self, account_id: str, reason: str, message: str) -> Optional[PolicyResult]:
        """Return why nothing came of the policy in an account, None where there was nothing to do."""
        result = self.result(account_id)
        if result is None or result.policy.state == APPLIED:
            return None
        return PolicyResult(result.policy, (), reason, message)

    def result(self, account_id: str) -> Optional[PolicyResult]:
        """Return what came, or in check mode would come, of the policy in an account, None where there is none."""
        run, standards = self._runs.get(account_id), self.standards.runs.get(account_id)
        if run is None or standards is None:
            return None
        wanted = self.standards.desired or DesiredStandards(())
        differences = (*standard_differences(wanted, standards.plan), *run.differences())
        actions = run.policy_actions(self.check_mode)
        error = standards.error or run.error
        if error:
            in_doubt = (standards if standards.error else run).tracker.in_doubt
            return PolicyResult(PolicyOutcome(FAILED, differences), actions, *reason_of_failure(error, in_doubt))
        short = run.shortfall(self.check_mode)
        state = DIFFERS if differences or short else APPLIED
        return PolicyResult(PolicyOutcome(state, differences), actions, *(short or (None, None)))


def _standards_of(run: StandardsRun) -> Tuple[Standard, ...]:
    """Return the standards of an account as they were seen, or said by the service since."""
    return in_use(run.so_far().after or ())
