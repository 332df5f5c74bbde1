# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs cases: a task that meets faults, then a run without any, then one more, each checked against the local hub."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from faults import killing, running
from faults.cases import Case
from faults.kinds import KINDS, SWITCHES, Observed
from faults.scenarios import ADMINISTRATOR, SCENARIOS, Scenario
from faults.truth import Checked, State, state_of, wrongs
from local_hub.control import Hub

STS = "sts:"


@dataclass(frozen=True)
class Reference:
    """A scenario without faults: what the hub held before, how its run ended, and what it was seen to call.

    writes_again: a second run writes, as the service goes on to refuse what is asked for.
    """

    before: State
    goal: State
    failed: bool
    observed: Observed
    writes_again: bool


@dataclass(frozen=True)
class Verdict:
    """What came of a case: what was wrong, and whether a fault acted on a call at all."""

    case: Case
    wrongs: tuple[str, ...]
    acted: bool


@dataclass
class Suite:
    """A local hub, and what runs without faults have shown."""

    hub: Hub
    _references: dict[tuple[str, str], Reference] = field(default_factory=dict)
    _at_rest: set[tuple[str, str, str]] = field(default_factory=set)

    def observe(self) -> dict[str, Observed]:
        """Return what each scenario was seen to call."""
        return {name: self.reference(name, "documented").observed for name in SCENARIOS}

    def reference(self, name: str, switches: str) -> Reference:
        """Return how a scenario goes without faults."""
        if (name, switches) not in self._references:
            self._references[name, switches] = self._reference(SCENARIOS[name], switches)
        return self._references[name, switches]

    def _reference(self, scenario: Scenario, switches: str) -> Reference:
        self._seed(scenario, switches)
        before = self._state()
        first = running.run(self.hub, scenario)
        observed, goal = _observed(self.hub.counts()), self._state()
        self.hub.reset_counts()
        running.run(self.hub, scenario)
        return Reference(before, goal, first.failed, observed, self.hub.counts()["writes"] > 0)

    def _seed(self, scenario: Scenario, switches: str) -> None:
        self.hub.reset()
        for seed in filter(None, scenario.seeds):
            self.hub.seed(**seed)
        if SWITCHES[switches]:
            self.hub.switches(**SWITCHES[switches])

    def _state(self) -> State:
        return state_of(self.hub.state())

    def check(self, case: Case) -> Verdict:
        """Run a case."""
        scenario, reference = SCENARIOS[case.scenario], self.reference(case.scenario, case.switches)
        self._seed(scenario, case.switches)
        found: list[str] = []
        if case.kill_after:
            acted = killing.kill(self.hub, scenario, case.kill_after)
        else:
            acted, found, is_done = self._strike(case, scenario, reference)
            if is_done:
                return Verdict(case, tuple(found), acted)
        found += self._converge(case, scenario, reference)
        return Verdict(case, tuple(found), acted)

    def _strike(self, case: Case, scenario: Scenario, reference: Reference) -> tuple[bool, list[str], bool]:
        kinds = [KINDS[strike.kind] for strike in case.strikes]
        for strike in case.strikes:
            self.hub.fault(**strike.fault(reference.observed))
        more = {name: value for kind in kinds for name, value in (kind.options or {}).items()}
        speed = next((kind.speed for kind in kinds if kind.speed), None)
        outcome = running.run(self.hub, scenario, more, speed)
        wait_for_connections(self.hub)
        acted = any(fault["used"] for fault in self.hub.faults())
        self.hub.clear_faults()
        after = self._state()
        in_doubt = any(each.leaves_doubt for each in case.strikes)
        found = wrongs(Checked(scenario, outcome, reference.before, after, in_doubt))
        if not outcome.failed and not reference.failed and after != reference.goal:
            found.append(f"succeeds, and the hub is not as requested: {_difference(after, reference.goal)}")
        if outcome.failed != reference.failed and all(kind.passes for kind in kinds):
            found.append(f"fails for what passes: {outcome.result.get('msg')}")
        invited_again = self.hub.counts()["invited_again"]
        if invited_again and not any(each.loses_invitations for each in case.strikes):
            found.append(f"invites who is invited: {invited_again}")
        return acted, found, after == reference.goal and not reference.writes_again

    def _converge(self, case: Case, scenario: Scenario, reference: Reference) -> list[str]:
        """Run without faults until the state is one that a run was seen to leave as it is."""
        found: list[str] = []
        again = running.run(self.hub, scenario)
        after = self._state()
        if again.failed != reference.failed:
            found.append(f"a run without faults fails: {again.result.get('msg')}")
        if after != reference.goal:
            found.append(f"a run without faults leaves something: {_difference(after, reference.goal)}")
        if not reference.writes_again and (again.result["changed"] or case.kill_after):
            found += self._rest(case, scenario, after)
        twice = [*_more_than(self.hub.counts()["invitations"], 1)]
        return found + [f"invited {number} times: {place}" for place, number in twice]

    def _rest(self, case: Case, scenario: Scenario, state: State) -> list[str]:
        """Check that one more run writes nothing; a state that has been seen to stay is not run again."""
        key = (case.scenario, case.switches, repr(state))
        if key in self._at_rest and not case.kill_after:
            return []
        writes = self.hub.counts()["writes"]
        last = running.run(self.hub, scenario)
        if last.result["changed"] or self.hub.counts()["writes"] != writes:
            return [f"one more run writes: {json.dumps(last.result)}"]
        self._at_rest.add(key)
        return []


def wait_for_connections(hub: Hub) -> None:
    """Wait until the local hub takes connections again, after the fault refuse_connection."""
    while True:
        try:
            hub.health()
        except OSError:
            time.sleep(0.01)
        else:
            return


def _observed(counts: Mapping[str, Any]) -> Observed:
    roles = {name.removeprefix(STS): number for name, number in counts["other"].items() if name.startswith(STS)}
    return Observed({**counts["calls"], **roles}, frozenset(counts["max_ids"]))


def _difference(state: State, goal: State) -> str:
    sides = ("members", "invitations", "hubs", "standards", "controls")
    differing = {side: (getattr(state, side), getattr(goal, side)) for side in sides}
    return str({side: pair for side, pair in differing.items() if pair[0] != pair[1]})


def _more_than(invitations: Mapping[str, Any], limit: int) -> list[tuple[str, int]]:
    return [
        (f"{account_id} in {region}", number)
        for region, accounts in invitations.get(ADMINISTRATOR, {}).items()
        for account_id, number in accounts.items()
        if number > limit
    ]
