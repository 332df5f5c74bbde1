# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases, as values: which task meets which faults, when, with which switches. Nothing here runs anything."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from faults.kinds import KINDS, SWITCHES, Observed, is_read, switches_for
from faults.scenarios import SCENARIOS

MOMENTS = ("first", "middle", "last")
DEFAULT_SEED = 20
PAIRS, KILLS = 20, 3  # for each scenario
KILL = "kill"

AllObserved = Mapping[str, Observed]


class UnknownCaseError(Exception):
    """An ID or a part of one that no case has."""


@dataclass(frozen=True)
class Strike:
    """One fault on one operation, from its first, middle or last call on."""

    operation: str
    kind: str
    moment: str

    def __str__(self) -> str:
        return f"{self.operation}:{self.kind}:{self.moment}"

    @property
    def leaves_doubt(self) -> bool:
        """Whether it may be open what was written; DisassociateMembers names nobody that it leaves alone."""
        silent = self.operation == "DisassociateMembers" and self.kind == "reject-one"
        return silent or KINDS[self.kind].loses or is_read(self.operation)

    @property
    def loses_invitations(self) -> bool:
        """Whether the response to InviteMembers may be lost, after which it may be sent again."""
        return self.operation == "InviteMembers" and KINDS[self.kind].loses

    def fault(self, observed: Observed) -> dict[str, Any]:
        """Return what the local hub is told."""
        number = observed.calls.get(self.operation, 1)
        return {"operation": self.operation, "after": offset(self.moment, number), **KINDS[self.kind].fields}


@dataclass(frozen=True)
class Case:
    """One task, and what it meets: faults, or a SIGKILL once the local hub has had `kill_after` calls."""

    scenario: str
    strikes: tuple[Strike, ...] = ()
    switches: str = "documented"
    kill_after: int = 0

    @property
    def id(self) -> str:
        """Return the name that `make faults ONLY=...` takes."""
        met = f"{KILL}:{self.kill_after}" if self.kill_after else "+".join(map(str, self.strikes))
        return f"{self.scenario}/{met}/{self.switches}"

    @property
    def kind(self) -> str:
        """Return the column of the table that counts it."""
        if self.kill_after:
            return "SIGKILL"
        return self.strikes[0].kind if len(self.strikes) == 1 else "pair"


def offset(moment: str, number: int) -> int:
    """Return how many of so many calls come before this moment."""
    return {"first": 0, "middle": (number - 1) // 2, "last": number - 1}[moment]


def moments(number: int) -> list[str]:
    """Return the moments that differ: one call has only a first one."""
    return list({offset(moment, number): moment for moment in reversed(MOMENTS)}.values())[::-1]


def strikes(observed: Observed) -> list[Strike]:
    """Return each operation × each fault that can act on it × each moment."""
    return [
        Strike(operation, name, moment)
        for operation, number in sorted(observed.calls.items())
        for name, kind in KINDS.items()
        if kind.acts_on(operation, observed)
        for moment in (moments(number) if kind.begins else ["first"])
    ]


def singles(observed: AllObserved) -> Iterator[Case]:
    """Yield each scenario × operation × fault: at each moment as the service is documented, once with other switches.

    At which moment, and with which switches, goes on by one from fault to fault.
    """
    for scenario, seen in observed.items():
        documented, *others = switches_for(seen)
        all_strikes = strikes(seen)
        yield from (Case(scenario, (strike,), documented) for strike in all_strikes)
        by_call = groupby(all_strikes, key=lambda strike: (strike.operation, strike.kind))
        for number, (_call, group) in enumerate(by_call):
            same = list(group)
            if others:
                yield Case(scenario, (same[number % len(same)],), others[number % len(others)])


def pairs(observed: AllObserved, seed: int) -> Iterator[Case]:
    """Yield pairs of different faults, drawn."""
    for scenario, seen in observed.items():
        draw = random.Random(f"{seed}/{scenario}")
        all_strikes = strikes(seen)
        for _number in range(PAIRS):
            one, other = draw.sample(all_strikes, 2)
            yield Case(scenario, (one, other), draw.choice(switches_for(seen)))


def kills(observed: AllObserved, seed: int) -> Iterator[Case]:
    """Yield moments at which the process of a module is killed, drawn."""
    for scenario, seen in observed.items():
        draw = random.Random(f"{seed}/{scenario}/{KILL}")
        number = sum(seen.calls.values())
        drawn = draw.sample(range(1, number + 1), min(KILLS, number))
        yield from (Case(scenario, kill_after=calls) for calls in sorted(drawn))


def generate(observed: AllObserved, seed: int = DEFAULT_SEED) -> list[Case]:
    """Return all cases, each once."""
    return list(dict.fromkeys([*singles(observed), *pairs(observed, seed), *kills(observed, seed)]))


def parse(text: str) -> Case | None:
    """Return the case that has this ID, None where it is no whole ID."""
    scenario, _slash, rest = text.partition("/")
    met, _slash, switches = rest.partition("/")
    if scenario not in SCENARIOS or switches not in SWITCHES:
        return None
    name, _colon, number = met.partition(":")
    if name == KILL and number.isdecimal():
        return Case(scenario, switches=switches, kill_after=int(number))
    parts = [part.split(":") for part in met.split("+")]
    if all(len(part) == 3 and part[1] in KINDS and part[2] in MOMENTS for part in parts):
        return Case(scenario, tuple(Strike(*part) for part in parts), switches)
    return None


def choose(cases: Sequence[Case], only: str = "", sample: int = 0, seed: int = DEFAULT_SEED) -> list[Case]:
    """Return the cases that are asked for: those with these IDs or parts of them, and of these a drawn sample.

    :raises UnknownCaseError: for a part that no ID has
    """
    chosen = list(cases)
    if only:
        chosen = [case for part in only.split() for case in _with(cases, part)]
    if sample and sample < len(chosen):
        chosen = random.Random(seed).sample(chosen, sample)
    return list(dict.fromkeys(chosen))


def _with(cases: Sequence[Case], part: str) -> list[Case]:
    whole = parse(part)
    found = [whole] if whole else [case for case in cases if part in case.id]
    if not found:
        raise UnknownCaseError(f"no case has {part} in its ID")
    return found
