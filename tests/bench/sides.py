# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the entry "peers" compares: cases, the sides that do the same work, their calls, and what is estimated."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.measure import BenchError, Run
from bench.workload import ADMINISTRATOR, INVITE, LATENCY, REGIONS, Bench, accounts, invitation
from run.layout import COLLECTIONS

INVITING, NOTHING, ONBOARDING = "inviting", "nothing to do", "onboarding"
MEMBERSHIP = "multiaccount.aws.securityhub_membership"
PLAYBOOK = "multiaccount.aws.securityhub_onboard"
ROLE = "SecurityHubOnboarding"
BATCH = 50
# The service's limit for most calls, for each account and Region: calls a second, and calls at once.
RATE, BURST = 10, 30
# The administrator's calls for each 50 accounts: reads, and for accounts to be invited writes and reads to confirm.
CALLS_A_BATCH = {INVITING: 3, NOTHING: 1, ONBOARDING: 6}


@dataclass(frozen=True)
class Case:
    """So many accounts in so many Regions.

    :param limited: with the service's limit of calls a second
    """

    kind: str
    accounts: int
    regions: int
    limited: bool = False

    @property
    def ids(self) -> list[str]:
        """The accounts."""
        return accounts(self.accounts)

    @property
    def where(self) -> Sequence[str]:
        """The Regions."""
        return REGIONS[: self.regions]

    @property
    def pairs(self) -> int:
        """How many memberships that are."""
        return self.accounts * self.regions

    @property
    def batches(self) -> int:
        """How many calls it takes to name each account once in each Region."""
        return math.ceil(self.accounts / BATCH) * self.regions

    @property
    def limit_seconds(self) -> float:
        """What the service's limit allows at best for the administrator's calls in a Region."""
        return max(0.0, (CALLS_A_BATCH[self.kind] * self.batches / self.regions - BURST) / RATE)

    @property
    def size(self) -> str:
        """For people."""
        return f"{self.accounts:,} × {self.regions}"


@dataclass(frozen=True)
class Side:
    """One way to do the work.

    :param calls: how many calls to Security Hub it makes without a limit; None where that is not foreseen
    :param slow: whether it is estimated where it would take long
    :param at_once: how many calls it has under way at a time
    :param representative: from how many calls on a measured case says how it goes on
    :param creates: whether it begins with accounts that nobody has heard of
    """

    name: str
    run: Callable[[Bench, Case], Run]
    calls: Callable[[Case], int | None] | None = None
    slow: bool = False
    at_once: int = 1
    representative: int = 10
    creates: bool = False


@dataclass(frozen=True)
class Figure:
    """What a side took for a case. Where it is estimated, no processor time is known."""

    kind: str
    accounts: int
    regions: int
    limited: bool
    side: str
    seconds: float
    calls: int
    cpu_seconds: float | None = None

    @property
    def estimated(self) -> bool:
        """Whether it was not measured."""
        return self.cpu_seconds is None

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def _script(name: str, mode: str) -> Callable[[Bench, Case], Run]:
    def run(bench: Bench, case: Case) -> Run:
        return bench.run(bench.script(name, mode, ",".join(case.ids), ",".join(case.where), ADMINISTRATOR, ROLE))

    return run


def _one_by_one(bench: Bench, case: Case) -> Run:
    mode = {INVITING: "invite", NOTHING: "refresh", ONBOARDING: "onboard"}[case.kind]
    return _script("one_by_one.py", mode)(bench, case)


def _floor(bench: Bench, case: Case) -> Run:
    mode = "onboard" if case.kind == ONBOARDING else "invite-paced" if case.limited else "invite"
    return _script("floor.py", mode)(bench, case)


def _loop(bench: Bench, case: Case) -> Run:
    return bench.run(bench.script("region_loop.py", ",".join(case.where), ",".join(case.ids)))


def _cli(bench: Bench, case: Case) -> Run:
    return bench.run([bench.script("cli_loop.sh")[1], ",".join(case.ids), ",".join(case.where)])


def module_command(bench: Bench, case: Case, collections: Path = COLLECTIONS) -> list[str]:
    """The command of our module's process, as it is in this folder of collections."""
    if case.kind == ONBOARDING:
        options = {"members": case.ids, "regions": list(case.where), "member_role": ROLE}
        return bench.process(MEMBERSHIP, options, collections=collections)
    return bench.process(INVITE, invitation(case.accounts, case.where), collections=collections)


def _module(bench: Bench, case: Case) -> Run:
    return bench.run(module_command(bench, case))


def _playbook(bench: Bench, case: Case) -> Run:
    if case.kind == ONBOARDING:
        variables = {
            "securityhub_accounts": case.ids,
            "securityhub_regions": list(case.where),
            "securityhub_member_role": ROLE,
        }
        return bench.playbook(PLAYBOOK, variables).succeeded()
    return bench.playbook(bench.task(INVITE, invitation(case.accounts, case.where)), {}).succeeded()


def _in_batches(case: Case) -> int | None:
    """Reads, and for accounts to invite as many writes and reads to confirm."""
    return None if case.kind == ONBOARDING else case.batches * CALLS_A_BATCH[case.kind]


def _one_by_one_calls(case: Case) -> int:
    if case.kind == ONBOARDING:
        return 10 * case.pairs + 4 * case.regions
    return case.pairs * {INVITING: 3, NOTHING: 1}[case.kind]


def _account_by_account(case: Case) -> int:
    """A look, and an invitation where it is due."""
    return case.pairs * (2 if case.kind == INVITING else 1)


PLAY = Side("ansible-playbook", _playbook)
MODULE = Side("the module", _module, _in_batches)
FLOOR = Side("threads, the floor", _floor, _in_batches)
# The same with what the modules do better than botocore by itself; for inviting and nothing to do.
ISO_FLOOR = Side("threads, the floor, with quick times", _script("floor.py", "invite-iso"), _in_batches)
LOOP = Side("boto3 loop", _loop, _in_batches, slow=True)
ONE_BY_ONE = Side(
    "Terraform's calls", _one_by_one, _one_by_one_calls, slow=True, at_once=10, representative=100, creates=True
)
# Each of its calls is a process of its own, so one says how it goes on.
CLI = Side("AWS CLI loop", _cli, _account_by_account, slow=True, representative=1)
SIDES = (PLAY, MODULE, FLOOR, LOOP, ONE_BY_ONE, CLI)
ONBOARDING_SIDES = (PLAY, MODULE, FLOOR, ONE_BY_ONE)
LIMITED_SIDES = (MODULE, FLOOR, ONE_BY_ONE)


def earlier(checkout: str) -> Side:
    """Our module in an earlier checkout of this repository, in which `make setup` has run."""
    commands: dict[Case, list[str]] = {}

    def run(bench: Bench, case: Case) -> Run:
        if case not in commands:
            commands[case] = module_command(bench, case, Path(checkout) / ".build" / "collections")
        return bench.run(commands[case])

    return Side("the module before", run, _in_batches)


def prepare(bench: Bench, side: Side, case: Case) -> None:
    """Let the hub forget everything and know what the side starts from."""
    known = {INVITING: "Created", NOTHING: "Enabled"}.get(case.kind)
    nobody = known is None or (side.creates and case.kind == INVITING)
    bench.seed({} if nobody else dict.fromkeys(case.ids, str(known)), case.where, LATENCY)
    if case.kind == INVITING:
        bench.hub.seed(hubs=[{"account_id": ADMINISTRATOR, "regions": list(case.where)}])
    if bench.slow_invitation:
        bench.hub.fault(kind="latency", seconds=bench.slow_invitation, operation="InviteMembers")
    if case.limited:
        bench.hub.fault(kind="rate_limit", rate=RATE, burst=BURST)


def measure(bench: Bench, side: Side, case: Case) -> Figure:
    """Let a side do the work; return what it took. Raises BenchError where it did other work, or with other calls."""
    run = measured(bench, side, case)
    calls = _security_hub_calls(bench)
    return Figure(**asdict(case), side=side.name, seconds=run.seconds, calls=calls, cpu_seconds=run.cpu_seconds)


def measured(bench: Bench, side: Side, case: Case) -> Run:
    """Let a side do the work; return the run. Raises BenchError where it did other work, or with other calls."""
    prepare(bench, side, case)
    run = side.run(bench, case)
    _check(bench, case)
    calls, foreseen = _security_hub_calls(bench), side.calls(case) if side.calls else None
    if foreseen is not None and calls != foreseen and not case.limited:
        raise BenchError(f"{side.name}, {case.kind}, {case.size}: {calls} calls, not {foreseen}")
    return run


def _security_hub_calls(bench: Bench) -> int:
    return sum(bench.hub.counts()["calls"].values())


def _check(bench: Bench, case: Case) -> None:
    if case.kind == ONBOARDING:
        members = bench.hub.state()["members"][ADMINISTRATOR]
        enabled = sum(row["member_status"] == "Enabled" for region in members.values() for row in region.values())
        if enabled != case.pairs:
            raise BenchError(f"{enabled} of {case.pairs} memberships are enabled")
    else:
        bench.expect(invited=case.pairs if case.kind == INVITING else 0)


def estimate(side: Side, case: Case, known: Sequence[Figure]) -> Figure:
    """Return what a side takes, by its measured cases of the same kind and by the service's limit.

    A straight line through the smallest and the largest of them; through the largest alone where there is no other.
    """
    calls = side.calls(case) if side.calls else None
    if calls is None:
        raise BenchError(f"{side.name} has to be measured")
    least, most = (choose(known, key=lambda figure: figure.calls) for choose in (min, max))
    if least.calls == most.calls:
        seconds = calls * most.seconds / most.calls
    else:
        each = (most.seconds - least.seconds) / (most.calls - least.calls)
        seconds = most.seconds + (calls - most.calls) * each
    if case.limited:
        seconds = max(seconds, (calls / case.regions - BURST) / RATE)
    return Figure(**asdict(case), side=side.name, seconds=seconds, calls=calls)


def takes_long(side: Side, case: Case, known: Sequence[Figure], longest: float) -> bool:
    """Whether a side would take longer than so many seconds: as estimated, where there is enough to estimate by."""
    if any(figure.calls >= side.representative for figure in known):
        return estimate(side, case, known).seconds > longest
    return False
