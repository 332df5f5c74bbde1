# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries about the whole way: accounts become members with the playbook securityhub_onboard, over TLS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from statistics import median

from bench.measure import BenchError, Run, in_turn, ratio
from bench.table import Row
from bench.workload import ADMINISTRATOR, LATENCY, REGIONS, Bench, accounts

PLAYBOOK = "multiaccount.aws.securityhub_onboard"
ROLE = "SecurityHubOnboarding"
# The playbook that this one replaced, a play with a host for each account: 200 accounts in 5 Regions, without TLS.
EARLIER_SECONDS = 167.0
EARLIER_FACTOR = 8.0
# The role's module, its accounts in a call, and what the role and its report may take besides.
MODULE = "multiaccount.aws.securityhub_membership"
BATCH = 200
ROLE_SECONDS = 2.0


def onboarding(bench: Bench) -> Iterator[Row]:
    """20 accounts in 3 Regions, 100 ms a call, over TLS; the role of one account cannot be assumed."""
    ids, where = accounts(20), REGIONS[:3]
    denied = ids[7]
    first, again = _onboard(bench, ids, where, denied)
    yield Row(
        "onboarding", f"{len(ids)} accounts in {len(where)} Regions",
        f"{first.seconds:.1f} s, processor time {first.cpu_seconds:.0f} s", "under 8 s", first.seconds < 8,
    )  # fmt: skip
    named = denied in first.output and "AccessDenied" in first.output
    enabled = _enabled(bench, ids, where)
    yield Row(
        "onboarding", "one account's role is denied",
        f"{enabled} accounts enabled, the other {'named' if named else 'not named'}, exit code {first.code}",
        f"{len(ids) - 1} enabled, the other named, failed",
        enabled == len(ids) - 1 and named and first.code != 0,
    )  # fmt: skip
    yield _second_run(bench, again, "onboarding")


def role(bench: Bench) -> Iterator[Row]:
    """1,000 accounts in 5 Regions with nothing to do, with a report, against the role's module calls alone."""
    ids, where = accounts(1000), REGIONS[:5]
    bench.seed(dict.fromkeys(ids, "Enabled"), where, LATENCY)
    alone, inventory = bench.folder / "alone.json", bench.folder / "inventory.json"
    tasks = [
        {"name": "Measure", MODULE: {"members": ids[start : start + BATCH], "regions": list(where)}}
        for start in range(0, len(ids), BATCH)
    ]
    alone.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    hosts = {f"member-{each}": {"account_id": each} for each in ids}
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    given = {"securityhub_regions": list(where), "securityhub_report_path": str(bench.folder / "report.html")}
    yield _against_modules(
        "accounts from a variable",
        *in_turn(
            3,
            lambda: bench.playbook(PLAYBOOK, {**given, "securityhub_accounts": ids}).succeeded(),
            lambda: bench.playbook(str(alone), {}).succeeded(),
        ),
    )
    hosted = ("--inventory", str(inventory))
    yield _against_modules(
        "accounts from the inventory",
        *in_turn(
            3,
            lambda: bench.playbook(PLAYBOOK, given, *hosted).succeeded(),
            lambda: bench.playbook(str(alone), {}, *hosted).succeeded(),
        ),
    )


def _against_modules(what: str, ours: Sequence[Run], theirs: Sequence[Run]) -> Row:
    seconds, work = (ratio(times(ours), times(theirs)) for times in (_seconds, _cpu_seconds))
    more = median(one - other for one, other in zip(_seconds(ours), _seconds(theirs), strict=True))
    measured = (
        f"{median(_seconds(ours)):.1f} s, the module calls alone {median(_seconds(theirs)):.1f} s: {more:.1f} s more, "
        f"{seconds:.2f} times (processor time {work:.2f} times)"
    )
    return Row("role", what, measured, f"at most {ROLE_SECONDS:g} s more", more <= ROLE_SECONDS)


def _seconds(runs: Sequence[Run]) -> list[float]:
    return [run.seconds for run in runs]


def _cpu_seconds(runs: Sequence[Run]) -> list[float]:
    return [run.cpu_seconds for run in runs]


def fleet(bench: Bench) -> Iterator[Row]:
    """200 accounts in 5 Regions, 100 ms a call, over TLS, against a plain program with as many threads."""
    ids, where = accounts(200), REGIONS[:5]
    first, again = _onboard(bench, ids, where)
    factor = EARLIER_SECONDS / first.seconds
    enabled = _enabled(bench, ids, where)
    yield Row(
        "fleet", f"{len(ids)} accounts in {len(where)} Regions",
        f"{first.seconds:.1f} s, processor time {first.cpu_seconds:.0f} s, peak memory {first.peak_mb:.0f} MB, "
        f"{enabled} enabled; the earlier playbook took {EARLIER_SECONDS:.0f} s: {factor:.1f} times as fast",
        f"at least {EARLIER_FACTOR:g} times, at most 20 s of processor time, under 150 MB",
        factor >= EARLIER_FACTOR and first.cpu_seconds <= 20 and first.peak_mb < 150 and enabled == len(ids),
    )  # fmt: skip
    yield _second_run(bench, again, "fleet")
    plain = bench.script("plain_onboarding.py", ADMINISTRATOR, ROLE, ",".join(ids), ",".join(where))
    ours, theirs = in_turn(
        1, lambda: _run(bench, ids, where, None), lambda: _fresh(bench, where, None).run(plain).succeeded()
    )
    took = ratio([run.seconds for run in ours], [run.seconds for run in theirs])
    yield Row(
        "fleet", "against a plain boto3 program with 50 threads",
        f"ours {ours[0].seconds:.1f} s, processor time {ours[0].cpu_seconds:.0f} s; "
        f"theirs {theirs[0].seconds:.1f} s, processor time {theirs[0].cpu_seconds:.0f} s: {took:.2f} times as long",
        "at most 1.5 times", took <= 1.5,
    )  # fmt: skip


def fleet_growth(bench: Bench) -> Iterator[Row]:
    """How onboarding grows with accounts and with Regions, up to 2,000 × 17 in batches: 100 ms a call, over TLS."""
    for number, regions in ((10, 3), (20, 3), (40, 3), (20, 1), (20, 17), (200, 17), (2000, 17)):
        ids, where = accounts(number), REGIONS[:regions]
        first, again = _onboard(bench, ids, where)
        if _enabled(bench, ids, where) != number:
            raise BenchError("not all accounts are enabled")
        yield Row(
            "fleet-growth", f"{number} accounts, Regions: {regions}",
            f"{first.seconds:.0f} s, processor time {first.cpu_seconds:.0f} s, peak memory {first.peak_mb:.0f} MB; "
            f"again: {again.seconds:.1f} s",
        )  # fmt: skip


def _second_run(bench: Bench, again: Run, entry: str) -> Row:
    writes, changed = bench.hub.counts()["writes"], _changed(again)
    done = f"{again.seconds:.1f} s, {writes} writes, changed={changed}"
    return Row(entry, "second run", done, "0 writes, changed=0", writes == changed == 0)


def _onboard(bench: Bench, ids: Sequence[str], where: Sequence[str], denied: str | None = None) -> tuple[Run, Run]:
    """Onboard accounts that nobody has heard of, and once more; what the hub counts is of the second run."""
    first = _run(bench, ids, where, denied)
    bench.hub.reset_counts()
    return first, _play(bench, ids, where, denied)


def _run(bench: Bench, ids: Sequence[str], where: Sequence[str], denied: str | None) -> Run:
    return _play(_fresh(bench, where, denied), ids, where, denied)


def _fresh(bench: Bench, where: Sequence[str], denied: str | None) -> Bench:
    """Return the bench with a hub that has forgotten everything."""
    bench.seed({}, where, LATENCY)
    bench.hub.seed(denied_roles=[denied] if denied else [])
    return bench


def _play(bench: Bench, ids: Sequence[str], where: Sequence[str], denied: str | None) -> Run:
    variables = {
        "securityhub_accounts": list(ids),
        "securityhub_regions": list(where),
        "securityhub_member_role": ROLE,
    }
    run = bench.playbook(PLAYBOOK, variables)
    if bool(run.code) != bool(denied):
        raise BenchError(f"the playbook ended with exit code {run.code}: {run.output[-3000:]}")
    return run


def _enabled(bench: Bench, ids: Sequence[str], where: Sequence[str]) -> int:
    """How many of the accounts are Enabled in all Regions."""
    members = bench.hub.state()["members"][ADMINISTRATOR]
    return sum(all(members[region][account]["member_status"] == "Enabled" for region in where) for account in ids)


def _changed(run: Run) -> int:
    """The sum of what the recap says of changes."""
    found = re.findall(r"\bchanged=(\d+)", run.output)
    if not found:
        raise BenchError(f"no recap: {run.output[-2000:]}")
    return sum(map(int, found))
