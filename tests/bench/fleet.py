# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries about the whole way: accounts become members with the playbook securityhub_onboard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bench.measure import BenchError, Run
from bench.table import Row
from bench.workload import ADMINISTRATOR, LATENCY, REGIONS, Bench, accounts

PLAYBOOK = "multiaccount.aws.securityhub_onboard"
# The published script for inviting and accepting waits so long, once for each account and Region, besides its calls:
# https://github.com/awslabs/aws-securityhub-multiaccount-scripts
SCRIPT_PACE = 5.0
TIMES_AS_FAST = 10.0


def onboarding(bench: Bench) -> Iterator[Row]:
    """20 accounts in 3 Regions, 100 ms a call, 10 forks; the role of one account cannot be assumed."""
    ids, where, forks = accounts(20), REGIONS[:3], 10
    denied = ids[7]
    first, again = _onboard(bench, ids, where, forks, denied)
    paced = SCRIPT_PACE * len(ids) * len(where)
    factor = paced / first.seconds
    yield Row(
        "onboarding", f"{len(ids)} accounts in {len(where)} Regions, {forks} forks",
        f"{first.seconds:.1f} s (processor time {first.cpu_seconds:.0f} s), "
        f"at the published script's pace {paced:.0f} s: {factor:.1f} times as fast",
        f"at least {TIMES_AS_FAST:g} times", factor >= TIMES_AS_FAST,
    )  # fmt: skip
    named = denied in first.output and "AccessDenied" in first.output
    enabled = _enabled(bench, ids, where)
    yield Row(
        "onboarding", "one account's role is denied",
        f"{enabled} accounts enabled, the other {'named' if named else 'not named'}, exit code {first.code}",
        f"{len(ids) - 1} enabled, the other named, failed",
        enabled == len(ids) - 1 and named and first.code != 0,
    )  # fmt: skip
    writes, changed = bench.hub.counts()["writes"], _changed(again)
    yield Row(
        "onboarding", "second run", f"{again.seconds:.1f} s, {writes} writes, changed={changed}",
        "0 writes, changed=0", writes == changed == 0,
    )  # fmt: skip


def fleet(bench: Bench) -> Iterator[Row]:
    """200 accounts in 5 Regions, 100 ms a call, with more and more forks."""
    ids, where = accounts(200), REGIONS[:5]
    for forks in (5, 10, 20, 50):
        first, again = _onboard(bench, ids, where, forks)
        enabled, writes = _enabled(bench, ids, where), bench.hub.counts()["writes"]
        yield Row(
            "fleet", f"{len(ids)} accounts in {len(where)} Regions, {forks} forks",
            f"{first.seconds:.0f} s (processor time {first.cpu_seconds:.0f} s), {enabled} enabled;"
            f" again: {again.seconds:.1f} s, {writes} writes, changed={_changed(again)}",
            f"{len(ids)} enabled, then 0 writes", enabled == len(ids) and writes == _changed(again) == 0,
        )  # fmt: skip


def fleet_growth(bench: Bench) -> Iterator[Row]:
    """How onboarding grows with accounts and with Regions: 100 ms a call, 10 forks."""
    forks = 10
    for number, regions in ((10, 3), (20, 3), (40, 3), (20, 1), (20, 10)):
        ids, where = accounts(number), REGIONS[:regions]
        first, again = _onboard(bench, ids, where, forks)
        if _enabled(bench, ids, where) != number:
            raise BenchError("not all accounts are enabled")
        yield Row(
            "fleet-growth", f"{number} accounts, Regions: {regions}, {forks} forks",
            f"{first.seconds:.0f} s (processor time {first.cpu_seconds:.0f} s); again: {again.seconds:.1f} s",
        )  # fmt: skip


def _onboard(
    bench: Bench, ids: Sequence[str], where: Sequence[str], forks: int, denied: str | None = None
) -> tuple[Run, Run]:
    """Onboard accounts that nobody has heard of, and once more; what the hub counts is of the second run."""
    bench.seed({}, where, LATENCY)
    bench.hub.seed(denied_roles=[denied] if denied else [])
    variables = {
        "securityhub_membership_accounts": [{"account_id": account} for account in ids],
        "securityhub_membership_regions": list(where),
        "securityhub_membership_member_role": "SecurityHubOnboarding",
    }
    runs = []
    for _run in range(2):
        bench.hub.reset_counts()
        runs.append(bench.playbook(PLAYBOOK, variables, "--forks", str(forks)))
        if bool(runs[-1].code) != bool(denied):
            raise BenchError(f"the playbook ended with exit code {runs[-1].code}: {runs[-1].output[-3000:]}")
    return runs[0], runs[1]


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
