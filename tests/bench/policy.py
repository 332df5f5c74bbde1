# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries about a policy: members get exactly these standards, controls and parameters, over TLS."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from bench.measure import BenchError, Run, in_turn, ratio
from bench.sides import MEMBERSHIP, ROLE
from bench.table import Row
from bench.workload import LATENCY, REGIONS, Bench, accounts
from local_hub.control_catalogue import controls

FSBP, CIS = "aws-foundational-security-best-practices/v/1.0.0", "cis-aws-foundations-benchmark/v/3.0.0"
NIST = "nist-800-53/v/5.0.0"
STANDARDS = (FSBP, CIS, NIST)
PARAMETERS = {
    "ACM.1": {"daysToExpiration": 15},
    "EC2.18": {"authorizedTcpPorts": [22, 443]},
    "SecretsManager.3": {"unusedForDays": 60},
}
NO_MORE_THAN = 1.3
MEMORY_MB = 250.0
UPDATES = ("BatchUpdateStandardsControlAssociations", "UpdateSecurityControl")


@cache
def exact_policy() -> dict[str, Any]:
    """A policy about every control of three standards: each third one is disabled, except for those with parameters."""
    known = sorted(each.id for each in controls().values() if not each.regions and set(STANDARDS) & set(each.standards))
    disabled = [each for each in known if each not in PARAMETERS][::3]
    return {"enabled_standards": list(STANDARDS), "disabled_controls": disabled, "control_parameters": PARAMETERS}


def policy(bench: Bench) -> Iterator[Row]:
    """200 accounts in 5 Regions with a policy of some 60 controls, 100 ms a call, against a plain threaded program."""
    yield from _policy(bench, 200, 5)


def policy_quick(bench: Bench) -> Iterator[Row]:
    """The same with 20 accounts in 3 Regions."""
    yield from _policy(bench, 20, 3)


def policy_memory(bench: Bench) -> Iterator[Row]:
    """Peak memory for 200 accounts in 17 Regions with this policy: the run that changes all of them, and the next."""
    ids, where = accounts(200), REGIONS
    command = _module(bench, ids, where)
    _fresh(bench, ids, where, 0)
    for what in ("first run", "second run"):
        bench.hub.reset_counts()
        run = bench.run(command)
        _expect(bench, ids, where)
        measured = f"{run.peak_mb:.0f} MB, {run.seconds:.0f} s, {bench.hub.counts()['writes']:,} writes"
        yield Row("policy-memory", what, measured, f"under {MEMORY_MB:g} MB", run.peak_mb < MEMORY_MB)


def _policy(bench: Bench, number: int, regions: int) -> Iterator[Row]:
    ids, where = accounts(number), REGIONS[:regions]
    size, entry = f"{number} accounts in {regions} Regions", "policy"
    command = _module(bench, ids, where)
    plain = bench.script(
        "plain_policy.py", ROLE, ",".join(ids), ",".join(where), json.dumps(exact_policy(), separators=(",", ":"))
    )

    def first(program: Sequence[str]) -> Run:
        return _fresh(bench, ids, where).run(program)

    ours, theirs = in_turn(1, lambda: first(command), lambda: first(plain))
    yield _against(entry, f"first run, {size}", ours, theirs)
    _expect(bench, ids, where)
    ours, theirs = in_turn(1, lambda: bench.run(command), lambda: bench.run(plain))
    yield _against(entry, f"second run, {size}", ours, theirs)
    bench.hub.reset_counts()
    bench.run(command)
    yield _calls(bench, "calls of the second run", number * regions, is_done=True)
    first(command)
    yield _calls(bench, "calls of the first run", number * regions)
    each = one_by_one_calls()
    yield Row(
        entry, "calls of a program that changes one control a call, as AWS's sample does",
        f"{each * number * regions:,}, counted from what differs: {each} for each account and Region",
    )  # fmt: skip


def one_by_one_calls() -> int:
    """The calls of AWS's sample for an account and Region: its standards, their controls, one update for each."""
    disabled = exact_policy()["disabled_controls"]
    changes = sum(name in controls()[each].standards for each in disabled for name in STANDARDS)
    return 1 + len(STANDARDS) + changes


def _against(entry: str, what: str, ours: Sequence[Run], theirs: Sequence[Run]) -> Row:
    took = ratio([run.seconds for run in ours], [run.seconds for run in theirs])
    measured = f"ours {_said(ours[0])}; theirs {_said(theirs[0])}: {took:.2f} times as long"
    return Row(entry, what, measured, f"at most {NO_MORE_THAN:g} times", took <= NO_MORE_THAN)


def _said(run: Run) -> str:
    return f"{run.seconds:.1f} s, processor time {run.cpu_seconds:.0f} s, peak memory {run.peak_mb:.0f} MB"


def _calls(bench: Bench, what: str, pairs: int, is_done: bool = False) -> Row:
    made = bench.hub.counts()["calls"]
    said = ", ".join(f"{number:,} {operation}" for operation, number in sorted(made.items()))
    writes = sum(made.get(operation, 0) for operation in UPDATES)
    measured = f"{sum(made.values()) / pairs:.1f} for each account and Region ({said})"
    return Row("policy", what, measured, *(("0 writes", writes == 0) if is_done else ()))


def _module(bench: Bench, ids: Sequence[str], where: Sequence[str]) -> list[str]:
    options = {"members": list(ids), "regions": list(where), "member_role": ROLE, "policy": exact_policy()}
    return bench.process(MEMBERSHIP, options)


def _fresh(bench: Bench, ids: Sequence[str], where: Sequence[str], latency: float = LATENCY) -> Bench:
    """Return the bench with members that have the standards, with all controls enabled and no custom parameter."""
    bench.seed(dict.fromkeys(ids, "Enabled"), where, latency)
    rows = [{"account_id": each, "regions": list(where), "standards": list(STANDARDS)} for each in ids]
    bench.hub.seed(hubs=rows)
    return bench


def _expect(bench: Bench, ids: Sequence[str], where: Sequence[str]) -> None:
    """Raise BenchError unless every member is as the policy says."""
    found = bench.hub.state()["hubs"]
    disabled = set(exact_policy()["disabled_controls"])
    for account in ids:
        for region in where:
            hub = found[account][region]
            names = {control for each in hub["disabled_controls"].values() for control in each}
            if names != disabled or set(hub["control_parameters"]) != set(PARAMETERS):
                raise BenchError(f"{account} in {region} is not as the policy says")
