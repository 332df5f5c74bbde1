# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drawn sample of the cases, and that cases are generated, checked and counted right."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.client import BaseClient

from faults import cases, running, table
from faults import run as command
from faults.cases import Case, Strike, UnknownCaseError
from faults.kinds import KINDS, SWITCHES, Observed, switches_for
from faults.running import Outcome
from faults.scenarios import REGIONS, SCENARIOS, A, B
from faults.suite import Suite, Verdict
from faults.truth import Checked, State, state_of, wrongs
from local_hub.control import SECRET_KEY, SESSION_SECRET_PREFIX, running_hub
from local_hub.switches import CHOICES

SEED = int(os.environ.get("SEED") or cases.DEFAULT_SEED)
SAMPLE = int(os.environ.get("SAMPLE") or 120)
PARTS = 4  # so that they can be run at the same time
SEEN = {
    "invite": Observed({"GetMembers": 4, "InviteMembers": 2, "AssumeRole": 1}, frozenset({"InviteMembers"})),
    "hub-absent": Observed({"DescribeHub": 3, "DisableSecurityHub": 1}),
}
NOTHING = State({}, {}, {}, {})
PLACE = {"region": REGIONS[0], "account_id": A}


@pytest.fixture(name="suite", scope="session")
def _suite() -> Iterator[Suite]:
    with running_hub() as hub:
        yield Suite(hub)


@pytest.mark.parametrize("part", range(PARTS))
def test_sample_holds(suite: Suite, part: int) -> None:
    with running.quick():
        chosen = cases.choose(cases.generate(suite.observe(), SEED), sample=SAMPLE, seed=SEED)[part::PARTS]
        verdicts = command.run_all(suite, chosen, SEED)
    print(table.conclusion(verdicts, SEED))
    assert chosen
    assert [verdict.case.id for verdict in verdicts if verdict.wrongs] == []
    assert any(verdict.acted for verdict in verdicts)


def test_cases_leave_no_client_behind(suite: Suite) -> None:
    """Thousands of them in one process would keep more connections open than a process may have."""

    def clients() -> set[int]:
        gc.collect()
        return {id(each) for each in gc.get_objects() if issubclass(type(each), BaseClient)}

    earlier = clients()  # of other tests of this process
    with running.quick():
        suite.observe()
        assert clients() <= earlier


def test_ids_are_unique_and_can_be_read() -> None:
    generated = cases.generate(SEEN)
    assert len({case.id for case in generated}) == len(generated)
    assert [cases.parse(case.id) for case in generated] == generated
    assert {case.kind for case in generated} == {*KINDS, "pair", "SIGKILL"}


def test_each_operation_meets_each_fault_at_each_moment() -> None:
    generated = {case.id for case in cases.singles(SEEN)}
    for moment in cases.MOMENTS:
        assert f"invite/GetMembers:lost-reply:{moment}/documented" in generated
    assert "invite/InviteMembers:quota:last/documented" in generated
    assert "invite/GetMembers:quota:first/documented" not in generated
    assert "hub-absent/DisableSecurityHub:error:last/documented" not in generated


@pytest.mark.parametrize(("number", "moments"), [(1, ["first"]), (2, ["first", "last"]), (5, list(cases.MOMENTS))])
def test_moments_differ(number: int, moments: list[str]) -> None:
    assert cases.moments(number) == moments


def test_switches_are_turned_where_they_matter() -> None:
    assert switches_for(SEEN["hub-absent"]) == ["documented"]
    assert switches_for(SEEN["invite"]) == list(SWITCHES)
    turned = {(name, position) for setting in SWITCHES.values() for name, position in setting.items()}
    assert turned == {(name, position) for name, positions in CHOICES.items() for position in positions[1:]}


def test_seed_decides_what_is_drawn() -> None:
    assert cases.generate(SEEN, 1) == cases.generate(SEEN, 1)
    assert cases.generate(SEEN, 1) != cases.generate(SEEN, 2)
    assert cases.choose(cases.generate(SEEN), sample=5) == cases.choose(cases.generate(SEEN), sample=5)


def test_cases_are_chosen_by_id() -> None:
    generated = cases.generate(SEEN)
    pair = "invite/GetMembers:error:last+InviteMembers:throttle:first/denied"
    assert [case.id for case in cases.choose(generated, pair)] == [pair]
    chosen = cases.choose(generated, "DisableSecurityHub:error")
    assert chosen == [case for case in generated if "DisableSecurityHub:error" in case.id]
    assert all("DisableSecurityHub" in {strike.operation for strike in case.strikes} for case in chosen)
    with pytest.raises(UnknownCaseError, match="NoSuchCall"):
        cases.choose(generated, "NoSuchCall")


def test_strike_tells_the_hub_when() -> None:
    strike = Strike("GetMembers", "access-denied", "middle")
    assert strike.fault(SEEN["invite"]) == {"operation": "GetMembers", "after": 1, "kind": "access_denied"}


def members(**statuses: str) -> State:
    return State({REGIONS[0]: {{"A": A, "B": B}[name]: status for name, status in statuses.items()}}, {}, {}, {})


def checked(scenario: str, result: dict[str, Any], before: State, after: State, text: str = "") -> list[str]:
    outcome = Outcome("msg" in result, result, text)
    return wrongs(Checked(SCENARIOS[scenario], outcome, before, after, in_doubt=False))


def standard(status: str) -> dict[str, Any]:
    row = {**PLACE, "standards_arn": "arn", "standards_status": status}
    return {"changed": True, "failed_regions": [], "standards": [row]}


STANDARD = State({}, {}, {}, {A: {REGIONS[0]: {"arn": "FAILED"}}})


@pytest.mark.parametrize("secret", [SECRET_KEY, SESSION_SECRET_PREFIX, "Traceback"])
def test_secrets_and_tracebacks_are_found(secret: str) -> None:
    assert len(checked("standards-present", standard("FAILED"), NOTHING, STANDARD, f"... {secret} ...")) == 1


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        (standard("FAILED"), ""),
        (standard("READY"), "shows another status"),
        ({**standard("FAILED"), "changed": False}, "says unchanged"),
        ({**standard("FAILED"), "msg": "It failed."}, "names neither account nor Region"),
        (
            {**standard("FAILED"), "failed_regions": [{**PLACE, "error_code": "KeyError", "msg": REGIONS[0]}]},
            "failed Region without its cause",
        ),
    ],
)
def test_untrue_results_are_found(result: dict[str, Any], wrong: str) -> None:
    found = checked("standards-present", result, NOTHING, STANDARD)
    assert [wrong in each for each in found] == ([True] if wrong else [])


@pytest.mark.parametrize(
    ("tags", "auto", "wrong"), [(None, True, False), ({}, True, False), ({"a": "b"}, True, True), (None, False, True)]
)
def test_untrue_hubs_are_found(tags: Any, auto: bool, wrong: bool) -> None:
    row = {**PLACE, "auto_enable_controls": auto, "control_finding_generator": "SECURITY_CONTROL", "tags": tags}
    held = State({}, {}, {A: {REGIONS[0]: [True, "SECURITY_CONTROL", {}]}}, {})
    result = {"changed": False, "failed_regions": [], "hubs": [row]}
    assert bool(checked("hub-settings", result, held, held)) == wrong


def membership(**more: Any) -> dict[str, Any]:
    row = {**PLACE, "member_status": "Enabled", "actions": ["accept"], "reason": None, **more}
    return {"changed": True, "failed_regions": [], "surplus_members": [], "memberships": [row]}


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ({}, ""),
        ({"member_status": "Invited"}, "shows another status"),
        ({"actions": []}, "claims that nothing was written"),
        ({"reason": "not_attempted", "actions": []}, "claims that nothing was written"),
        ({"reason": "unconfirmed"}, "is unconfirmed without any doubt"),
        ({"account_id": B}, "has rows for"),
    ],
)
def test_untrue_memberships_are_found(row: dict[str, Any], wrong: str) -> None:
    found = checked("membership-first", membership(**row), members(A="Invited"), members(A="Enabled"))
    assert any(wrong in each for each in found) == bool(wrong), found


def test_state_leaves_out_ids_and_times() -> None:
    with running_hub() as hub:
        for seed in SCENARIOS["invite"].seeds:
            hub.seed(**seed)
        state = state_of(hub.state())
    assert state.member(REGIONS[0], A) == "Created"
    assert state.own(REGIONS[0], B)[:2] == ("Removed", ["Removed"])


def test_table_counts_by_fault_and_module() -> None:
    verdicts = [
        Verdict(Case("invite", (Strike("GetMembers", "error", "first"),)), (), acted=True),
        Verdict(Case("hub-absent", kill_after=2), ("wrong",), acted=False),
    ]
    lines = table.lines(verdicts)
    modules = (
        "member_invite",
        "member",
        "membership",
        "invitation",
        "finding_aggregator",
        "hub",
        "standards",
        "controls",
    )
    assert lines[1] == f"   :header: {', '.join(f'{name!r}' for name in ('fault', *modules, 'all'))}".replace("'", '"')
    assert '   "error", "1", "", "", "", "", "", "", "", "1"' in lines
    assert '   "SIGKILL", "", "", "", "", "", "1", "", "", "1"' in lines
    assert lines[-1] == '   "all", "1", "", "", "", "", "1", "", "", "2"'
    assert table.conclusion(verdicts, 7) == "2 cases with seed 7: 1 failed; in 1 no call met the fault."
