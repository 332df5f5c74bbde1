# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries about single modules: many Regions, nothing to do, memory, calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from bench.measure import BenchError, Run, in_turn, ratio
from bench.table import Row
from bench.workload import ADMINISTRATOR, INVITE, LATENCY, REGIONS, Bench, accounts, invitation

CALLER_INFO = "amazon.aws.aws_caller_info"

TIMES_AS_FAST = 5.0
NO_MORE_THAN = 0.95
MEMORY_MB = 150.0


def seconds(runs: Sequence[Run]) -> float:
    """The median time of some runs."""
    return median(run.seconds for run in runs)


def regions(bench: Bench) -> Iterator[Row]:
    """17 Regions with 200 accounts each to be invited, 100 ms a call, against a boto3 loop Region by Region."""
    ids, rounds = accounts(200), 3
    options = invitation(len(ids), REGIONS)
    loop = bench.script("region_loop.py", ",".join(REGIONS), ",".join(ids))
    process = bench.process(INVITE, options)
    ways = {
        "ansible, the whole command": lambda: bench.ad_hoc(INVITE, options).succeeded(),
        "the module's process": lambda: bench.run(process),
        "boto3 loop": lambda: bench.run(loop),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _round in range(rounds):
        for way, go in ways.items():
            bench.seed(dict.fromkeys(ids, "Created"), REGIONS, LATENCY)
            times[way].append(go().seconds)
            bench.expect(invited=len(ids) * len(REGIONS))
    theirs = times.pop("boto3 loop")
    for way, ours in times.items():
        factor = ratio(theirs, ours)
        measured = f"{median(ours):.1f} s, boto3 loop {median(theirs):.1f} s: {factor:.1f} times as fast"
        yield Row("regions", way, measured, f"at least {TIMES_AS_FAST:g} times", factor >= TIMES_AS_FAST)


def nothing_to_do(bench: Bench) -> Iterator[Row]:
    """One account with nothing to do, 100 ms a call, over TLS, against amazon.aws.aws_caller_info, which makes two."""
    options = invitation(1, REGIONS[:1])
    bench.seed(dict.fromkeys(accounts(1), "Enabled"), REGIONS[:1], LATENCY)
    process, info = bench.process(INVITE, options), bench.process(CALLER_INFO, {})
    yield _against_caller_info(
        "ansible, the whole command",
        *in_turn(
            10, lambda: bench.ad_hoc(INVITE, options).succeeded(), lambda: bench.ad_hoc(CALLER_INFO, {}).succeeded()
        ),
    )
    yield _against_caller_info(
        "the module's process", *in_turn(20, lambda: bench.run(process), lambda: bench.run(info))
    )
    bench.expect(invited=0)


def _against_caller_info(what: str, ours: Sequence[Run], theirs: Sequence[Run]) -> Row:
    factor = ratio([run.seconds for run in ours], [run.seconds for run in theirs])
    work = ratio([run.cpu_seconds for run in ours], [run.cpu_seconds for run in theirs])
    measured = (
        f"{seconds(ours):.2f} s, aws_caller_info {seconds(theirs):.2f} s: {factor:.2f} times"
        f" (processor time {work:.2f} times)"
    )
    return Row("nothing-to-do", what, measured, f"at most {NO_MORE_THAN} times", factor <= NO_MORE_THAN)


def memory(bench: Bench) -> Iterator[Row]:
    """Peak memory for 10,000 accounts in 3 Regions, all of them to be invited, which takes the most."""
    ids, where = accounts(10_000), REGIONS[:3]
    statuses = dict.fromkeys(ids, "Created")
    options = invitation(len(ids), where)
    for arguments, name in ((["--diff"], "with diff"), ([], "without diff")):
        command = bench.process(INVITE, options, *arguments)
        bench.seed(statuses, where)
        run = bench.run(command)
        bench.expect(invited=len(ids) * len(where))
        measured = f"{run.peak_mb:.0f} MB, {run.seconds:.1f} s, a result of {run.output_bytes / 1e6:.1f} MB"
        yield Row(
            "memory", f"the module's process {name}", measured, f"under {MEMORY_MB:g} MB", run.peak_mb < MEMORY_MB
        )
    bench.seed(statuses, where)
    run = bench.playbook(bench.task(INVITE, options), {}).succeeded()
    yield Row("memory", "the largest process of ansible-playbook", f"{run.peak_mb:.0f} MB, {run.seconds:.1f} s")


def calls(bench: Bench) -> Iterator[Row]:
    """Calls for 1,000 accounts in one Region: counted, not timed."""
    ids, where = accounts(1000), REGIONS[:1]
    command = bench.process(INVITE, invitation(len(ids), where))
    bench.seed(dict.fromkeys(ids, "Created"), where)
    for what, expected in (
        ("1,000 accounts to invite", {"GetMembers": 40, "InviteMembers": 20}),
        ("1,000 accounts, nothing to do", {"GetMembers": 20}),
    ):
        bench.hub.reset_counts()
        bench.run(command)
        made = bench.hub.counts()["calls"]
        yield Row("calls", what, _said(made), _said(expected), made == expected)
    invited = bench.hub.state()["members"][ADMINISTRATOR][where[0]].values()
    if any(member["member_status"] != "Invited" for member in invited):
        raise BenchError("not all accounts are invited")


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {operation}" for operation, number in sorted(counts.items()))


def growth(bench: Bench) -> Iterator[Row]:
    """How the module's time grows with accounts and Regions, all to be invited, 100 ms a call."""
    for number, where in ((50, 1), (200, 1), (1000, 1), (10_000, 1), (200, 3), (200, 17), (1000, 17), (10_000, 3)):
        yield _grown(bench, "growth", number, where)


def largest(bench: Bench) -> Iterator[Row]:
    """10,000 accounts in 17 Regions, all to be invited, 100 ms a call, over TLS."""
    yield _grown(bench, "largest", 10_000, 17)


def _grown(bench: Bench, entry: str, number: int, where: int) -> Row:
    names = REGIONS[:where]
    command = bench.process(INVITE, invitation(number, names))
    bench.seed(dict.fromkeys(accounts(number), "Created"), names, LATENCY)
    run = bench.run(command)
    bench.expect(invited=number * where)
    bench.hub.reset_counts()
    again = bench.run(command)
    if bench.hub.counts()["writes"]:
        raise BenchError("the second run wrote")
    measured = (
        f"{run.seconds:.1f} s, processor time {run.cpu_seconds:.0f} s, {run.peak_mb:.0f} MB; "
        f"nothing to do: {again.seconds:.1f} s"
    )
    return Row(entry, f"{number:,} accounts, Regions: {where}", measured)
