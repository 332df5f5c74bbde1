# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the standards of an account, whatever their statuses."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Standard
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.apply import (
    Offers,
    Standards,
    StandardsChange,
    reconcile_standards,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.plan import (
    DesiredStandards,
    StandardsPlan,
    plan_standards,
)
from properties.region import ADMINISTRATOR, CONTROL_TOWER, Account, Region
from properties.strategies import DESIRED_STANDARDS, OWN_STANDARDS, STANDARDS

WAITS = st.sampled_from([0, 30])
ENDS_SHORT = {"standards_failed", "standards_incomplete", "unknown_status"}


def run(
    region: Region, desired: DesiredStandards, wait_timeout: float = 30, check: bool = False
) -> RegionResult[StandardsChange]:
    return reconcile_standards(region.client(), desired, Offers(), wait_timeout, check)


def region_of(statuses: dict[str, str]) -> Region:
    """A Region in which the administrator has these standards."""
    return Region({}, {ADMINISTRATOR: Account(standards=statuses)})


def code(result: RegionResult[StandardsChange]) -> str | None:
    return result.error.error_code if result.error else None


def known(desired: DesiredStandards, standards: Standards | None) -> list[Standard]:
    """What is known before of the standards that are asked about: all but the ARN of a subscription."""
    asked = [each for each in standards or () if desired.wants(each.name) is not None]
    return [replace(each, standards_subscription_arn=None) for each in asked]


def planned(desired: DesiredStandards, statuses: dict[str, str]) -> StandardsPlan:
    return plan_standards(desired, [Standard(name, name, name, status) for name, status in statuses.items()])


def step(plan: StandardsPlan, name: str) -> list[str]:
    """What a plan does about a standard: at most one thing."""
    disabled = tuple(each.name for each in plan.disable)
    lists = {"enable": plan.enable, "disable": disabled, "wait": plan.waiting, "stuck": plan.stuck}
    return [key for key, names in lists.items() for each in names if each == name]


@given(STANDARDS, DESIRED_STANDARDS, WAITS)
def test_check_mode_shows_what_a_run_does(
    statuses: dict[str, str], desired: DesiredStandards, wait_timeout: float
) -> None:
    region = region_of(statuses)
    expected = run(region.copy(), desired, wait_timeout, check=True)
    done = run(region, desired, wait_timeout)
    assert known(desired, expected.value.before) == known(desired, done.value.before)
    assert known(desired, expected.value.after) == known(desired, done.value.after)
    assert (expected.value.changed, code(expected)) == (done.value.changed, code(done))
    assert done.value.changed == bool(region.writes)


@given(STANDARDS, DESIRED_STANDARDS)
def test_check_mode_sends_nothing(statuses: dict[str, str], desired: DesiredStandards) -> None:
    region = region_of(statuses)
    run(region, desired, check=True)
    assert region.writes == []


@given(STANDARDS, DESIRED_STANDARDS)
def test_second_run_has_nothing_to_do(statuses: dict[str, str], desired: DesiredStandards) -> None:
    region = region_of(statuses)
    first = run(region, desired)
    second = run(region, desired)
    assert (second.value.changed, region.writes, code(second)) == (False, [], code(first))


@given(STANDARDS, DESIRED_STANDARDS)
def test_run_ends_as_desired_or_says_why_not(statuses: dict[str, str], desired: DesiredStandards) -> None:
    region = region_of(statuses)
    result = run(region, desired)
    held = region.account(ADMINISTRATOR).standards
    shown = {name: status for name, status in held.items() if desired.wants(name) is not None}
    wanted = dict.fromkeys(desired.names, "READY") if desired.is_present else {}
    assert result.error is not None or shown == wanted
    assert code(result) in {None, *ENDS_SHORT}


@given(STANDARDS, DESIRED_STANDARDS)
def test_each_standard_is_in_exactly_one_place(statuses: dict[str, str], desired: DesiredStandards) -> None:
    plan = planned(desired, statuses)
    for name in {*statuses, *desired.names}:
        is_done = desired.wants(name) is None or statuses.get(name) == ("READY" if desired.wants(name) else None)
        assert len(step(plan, name)) == (0 if is_done else 1)
    assert {*plan.enable, *plan.waiting, *plan.stuck} <= {*statuses, *desired.names}


@given(STANDARDS, DESIRED_STANDARDS, OWN_STANDARDS)
def test_unknown_status_is_never_acted_upon(statuses: dict[str, str], desired: DesiredStandards, name: str) -> None:
    plan = planned(desired, {**statuses, name: "CURIOUS"})
    assert step(plan, name) == ([] if desired.wants(name) is None else ["stuck"])


@given(STANDARDS, DESIRED_STANDARDS)
def test_managed_standard_is_never_purged(statuses: dict[str, str], desired: DesiredStandards) -> None:
    assert step(planned(desired, {**statuses, CONTROL_TOWER: "READY"}), CONTROL_TOWER) == []


@given(STANDARDS, DESIRED_STANDARDS, OWN_STANDARDS)
def test_more_standards_change_nothing_for_one(statuses: dict[str, str], desired: DesiredStandards, name: str) -> None:
    alone = {name: statuses[name]} if name in statuses else {}
    narrow = replace(desired, names=tuple(each for each in desired.names if each == name))
    assert step(planned(desired, statuses), name) == step(planned(narrow, alone), name)
