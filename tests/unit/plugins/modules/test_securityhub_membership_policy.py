# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""securityhub_membership with a policy: members are configured as it says, and rows show who differs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.apply import ControlsRun
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_membership as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit import zoo
from ansible_collections.multiaccount.aws.tests.unit.controls import (
    ASSOCIATIONS,
    CIS,
    DEFINITIONS,
    FSBP,
    NIST,
    PARAMETERS,
    SET,
    STANDARDS,
    UPDATE,
    controls_at_server,
    seed_controls,
)
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    INCIDENTS,
    THREE,
    failures,
    run_at,
    seed_members,
    turn_on,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.standards import standards_at_server
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    differences_from_return,
)

A, B, C = "000000000001", "000000000002", "000000000003"
TWO = THREE[:2]
# The example of AWS's user guide.
GUIDE = {
    "SecurityHub": {
        "ServiceEnabled": True,
        "EnabledStandardIdentifiers": [f"arn:aws:securityhub:us-east-1::standards/{FSBP}"],
        "SecurityControlsConfiguration": {
            "DisabledSecurityControlIdentifiers": ["CloudTrail.2"],
            "SecurityControlCustomParameters": [
                {
                    "SecurityControlId": "ACM.1",
                    "Parameters": {"daysToExpiration": {"ValueType": "CUSTOM", "Value": {"Integer": 15}}},
                }
            ],
        },
    }
}
OURS = "Disabled with the Ansible collection multiaccount.aws"
AS_THE_GUIDE = ({FSBP: {"CloudTrail.2": OURS}}, {"ACM.1": {"daysToExpiration": {"Integer": 15}}})
ALL_ACTIONS = ["enable_standards", "disable_standards", "enable_controls", "disable_controls", "set_parameters"]


def onboard(hub: Hub, policy: Any = None, members: Any = (A,), **options: Any) -> ModuleRun:
    given = {"member_role": "SecurityHubOnboarding", "wait_timeout": 60, **options}
    return run_at(hub, module, members=list(members), policy=GUIDE if policy is None else policy, **given)


def rows(run: ModuleRun, region: str = REGION) -> dict[str, dict[str, Any]]:
    return {row["account_id"]: row for row in run.result["memberships"] if row["region"] == region}


@pytest.mark.parametrize("policy", [GUIDE, json.dumps(GUIDE)])
def test_membership_policy_from_nothing_to_applied(hub: Hub, policy: Any) -> None:
    turn_on(hub, ADMINISTRATOR, TWO)
    seed_controls(hub, {CIS: {}, FSBP: {"EC2.1": "old"}}, {"EC2.4": {"AllowedDays": {"Integer": 20}}}, TWO, B)
    expected = onboard(hub, policy, (A, B), regions=TWO, check=True)
    assert writes(hub) == {}
    done = onboard(hub, policy, (A, B), regions=TWO)
    assert not done.failed, done.result["msg"]
    for region in TWO:
        for account_id in (A, B):
            assert standards_at_server(hub, region, account_id) == {FSBP: "READY"}
            assert controls_at_server(hub, region, account_id) == AS_THE_GUIDE
            row = rows(done, region)[account_id]
            assert (row["policy"], row["policy_differences"], row["reason"]) == ("applied", [], None)
            assert rows(expected, region)[account_id]["actions"] == row["actions"]
            assert rows(expected, region)[account_id]["policy"] == "differs"
    assert rows(done)[A]["actions"][-3:] == ["enable_standards", "disable_controls", "set_parameters"]
    assert rows(done)[B]["actions"][-4:] == ["disable_standards", *ALL_ACTIONS[2:]]
    assert done.result["counts"]["by_policy"] == {"applied": 4}

    hub.reset_counts()
    again = onboard(hub, policy, (A, B), regions=TWO)
    assert (again.result["changed"], writes(hub)) == (False, {})
    assert again.result["counts"]["by_policy"] == {"applied": 4}
    calls = hub.counts()["calls"]
    assert {each: calls[each] for each in (STANDARDS, ASSOCIATIONS, PARAMETERS)} == {
        STANDARDS: 4, ASSOCIATIONS: 4, PARAMETERS: 4,
    }  # fmt: skip
    # The policy is checked once a Region, against all controls; those of its standard are read once a Region.
    assert calls[DEFINITIONS] == 2 * 2


def test_membership_policy_differences_of_a_member(hub: Hub) -> None:
    seed_members(hub, {A: "Enabled", B: "Enabled"})
    seed_controls(hub, {CIS: {}, FSBP: {"EC2.1": "old"}}, {"EC2.4": {"AllowedDays": {"Integer": 20}}}, account_id=A)
    seed_controls(hub, AS_THE_GUIDE[0], AS_THE_GUIDE[1], account_id=B)
    run = onboard(hub, members=(A, B), check=True)
    assert not run.failed
    assert rows(run)[A]["policy_differences"] == [
        {"kind": kind, "id": name, "parameter": parameter, "current": current, "wanted": wanted}
        for kind, name, parameter, current, wanted in [
            ("standard", CIS, None, "READY", "DISABLED"),
            ("control", "CloudTrail.2", None, "ENABLED", "DISABLED"),
            ("control", "EC2.1", None, "DISABLED", "ENABLED"),
            ("parameter", "ACM.1", "daysToExpiration", 30, 15),
            ("parameter", "EC2.4", "AllowedDays", 20, 30),
        ]
    ]
    assert rows(run)[A]["policy_difference_count"] == 5
    assert {each: row["policy"] for each, row in rows(run).items()} == {A: "differs", B: "applied"}
    assert run.result["counts"]["by_policy"] == {"applied": 1, "differs": 1}
    documented = {key: value for key, value in run.result.items() if key != "changed"}
    assert differences_from_return(module, documented) == ["diff: not returned"]


def test_membership_policy_shows_20_differences_and_counts_all(hub: Hub) -> None:
    seed_members(hub, {A: "Enabled"})
    seed_controls(hub, {FSBP: {}}, account_id=A)
    policy = {"enabled_standards": [FSBP], "enabled_controls": ["IAM.6"]}
    run = onboard(hub, policy, check=True)
    assert len(rows(run)[A]["policy_differences"]) == 20
    assert rows(run)[A]["policy_difference_count"] > 20
    assert onboard(hub, policy).result["counts"]["by_policy"] == {"applied": 1}
    assert "IAM.6" not in controls_at_server(hub, account_id=A)[0][FSBP]


def test_membership_policy_enabled_controls_that_a_region_lacks(hub: Hub) -> None:
    seed_members(hub, {A: "Enabled"})
    seed_controls(hub, {FSBP: {}}, account_id=A)
    run = onboard(hub, {"enabled_standards": [FSBP], "enabled_controls": ["IAM.6", "CloudFront.1"]})
    assert not run.failed
    assert rows(run)[A]["policy"] == "applied"


def test_membership_policy_global_controls_in_one_region(hub: Hub) -> None:
    seed_members(hub, {A: "Enabled"}, TWO)
    seed_controls(hub, {FSBP: {}}, regions=TWO, account_id=A)
    policy = {"enabled_standards": [FSBP], "disabled_controls": [], "global_controls_region": TWO[0]}
    assert not onboard(hub, policy, regions=TWO).failed
    assert controls_at_server(hub, TWO[0], A)[0] == {}
    disabled = controls_at_server(hub, TWO[1], A)[0][FSBP]
    assert {"IAM.6", "Account.1"} <= disabled.keys()
    assert "EC2.1" not in disabled


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"standards": [FSBP]}, "standards: the policy says which standards there are"),
        ({"state": "absent"}, "policy: only with state present"),
        ({"member_role": None}, "policy: there is no role to apply it with in 1 of the accounts"),
        ({"policy": {"enabled_standards": [FSBP], "disabled_control": []}}, "did you mean disabled_controls?"),
        ({"policy": {"ServiceEnabled": False}}, "a policy does not disable Security Hub"),
    ],
)
def test_membership_policy_options_are_refused_before_any_call(hub: Hub, options: dict[str, Any], words: str) -> None:
    given = {"members": [A], "policy": GUIDE, "member_role": "SecurityHubOnboarding", **options}
    run = run_at(hub, module, **given)
    assert run.failed
    assert words in run.result["msg"]
    assert hub.counts()["calls"] == {}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("parts", "code", "words"),
    [
        ({"disabled_controls": ["IAM.66"]}, "unknown_control", "did you mean IAM.6?"),
        (
            {"disabled_controls": [], "control_parameters": {"ACM.1": {"daysToExpiration": 999}}},
            "invalid_parameters",
            "daysToExpiration takes an integer from 14 to 365",
        ),
    ],
)
def test_membership_policy_that_cannot_be_is_refused_before_any_write(
    hub: Hub, check: bool, parts: dict[str, Any], code: str, words: str
) -> None:
    turn_on(hub, ADMINISTRATOR)
    seed_controls(hub, {FSBP: {}}, account_id=B)
    run = onboard(hub, {"enabled_standards": [FSBP], **parts}, (A, B), check=check)
    assert failures(run.result) == {REGION: code}
    assert words in run.result["msg"]
    assert not run.result["changed"]
    assert writes(hub) == {}


@pytest.mark.parametrize("wording", ["managed", "not_authorized"])
def test_membership_policy_of_an_account_that_an_organization_governs(hub: Hub, wording: str) -> None:
    seed_members(hub, {A: "Enabled", B: "Enabled"})
    for account_id in (A, B):
        seed_controls(hub, {FSBP: {}}, account_id=account_id)
    hub.switches(managed_wording=wording)
    hub.seed(policy_managed_accounts=[A])
    run = onboard(hub, members=(A, B))
    assert run.failed
    assert (rows(run)[A]["policy"], rows(run)[A]["reason"]) == ("differs", "managed_by_policy")
    assert rows(run)[B]["policy"] == "applied"
    assert "make this account self-managed" in run.result["msg"]


@pytest.mark.parametrize("operation", [STANDARDS, ASSOCIATIONS, UPDATE, SET])
def test_membership_policy_call_that_fails_in_one_account(hub: Hub, operation: str) -> None:
    seed_members(hub, {A: "Enabled", B: "Enabled"})
    for account_id in (A, B):
        seed_controls(hub, {FSBP: {}}, account_id=account_id)
    hub.fault(kind="access_denied", operation=operation, account_id=A)
    run = onboard(hub, members=(A, B))
    assert (rows(run)[A]["policy"], rows(run)[A]["reason"]) == ("failed", "rejected")
    assert operation in rows(run)[A]["processing_result"]
    assert rows(run)[B]["policy"] == "applied"
    assert run.result["counts"]["by_policy"] == {"applied": 1, "failed": 1}


def test_membership_policy_control_that_is_refused_still_differs(hub: Hub) -> None:
    seed_members(hub, {A: "Enabled"})
    seed_controls(hub, {FSBP: {}}, account_id=A)
    hub.fault(kind="reject_controls", operation=UPDATE, controls=["CloudTrail.2"], message="No way")
    run = onboard(hub)
    row = rows(run)[A]
    assert (row["policy"], row["reason"], row["processing_result"]) == ("differs", "rejected", "No way")
    assert [each["id"] for each in row["policy_differences"]] == ["CloudTrail.2"]
    assert row["actions"] == ["set_parameters"]


@pytest.mark.parametrize("operation", ["BatchGetSecurityControls", "BatchGetStandardsControlAssociations", DEFINITIONS])
@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_membership_policy_controls_that_can_not_be_read_again_fail_their_account_alone(
    hub: Hub, operation: str, after: int
) -> None:
    """The second look comes after the standards have changed."""
    seed_members(hub, {A: "Enabled", B: "Enabled"})
    hub.seed(hubs=[{"account_id": each, "region": REGION, "standards": [NIST]} for each in (A, B)])
    hub.fault(kind="error", operation=operation, account_id=A, after=after, times=None)
    run = onboard(hub, members=(A, B))
    assert run.result["failed_regions"] == []
    found = rows(run)
    assert (found[B]["policy"], found[B]["reason"]) == ("applied", None)
    assert (found[A]["policy"], found[A]["reason"]) in [("failed", "rejected"), ("applied", None)]


def test_membership_policy_waits_for_the_controls_of_new_standards(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    hub.fault(kind="slow_standards", seconds=5)
    hub.fault(kind="slow_controls", seconds=5)
    run = onboard(hub)
    assert not run.failed, run.result["msg"]
    assert rows(run)[A]["policy"] == "applied"
    assert controls_at_server(hub, account_id=A) == AS_THE_GUIDE


def test_membership_policy_check_of_a_new_account_without_the_administrators_permission(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    hub.fault(kind="access_denied", operation=DEFINITIONS, account_id=ADMINISTRATOR)
    run = onboard(hub, check=True)
    assert not run.failed
    assert rows(run)[A]["policy_differences"] == [
        {"kind": "standard", "id": FSBP, "parameter": None, "current": "DISABLED", "wanted": "ENABLED"}
    ]


@pytest.mark.parametrize("check", [True, False])
def test_membership_policy_of_accounts_that_are_not_enabled_is_null(hub: Hub, check: bool) -> None:
    seed_members(hub, {A: "Enabled", B: "AccountSuspended", C: "Resigned"})
    seed_controls(hub, AS_THE_GUIDE[0], AS_THE_GUIDE[1], account_id=A)
    run = onboard(hub, members=(A, B, C), check=check)
    assert {each: row["policy"] for each, row in rows(run).items()} == {A: "applied", B: None, C: None}


def test_membership_policy_of_two_standards_keeps_a_third_out(hub: Hub) -> None:
    seed_members(hub, {A: "Enabled"})
    seed_controls(hub, {NIST: {"IAM.6": None}, FSBP: {}}, account_id=A)
    run = onboard(hub, {"enabled_standards": [FSBP, CIS], "disabled_controls": ["IAM.6"]})
    assert not run.failed, run.result["msg"]
    assert standards_at_server(hub, account_id=A) == {FSBP: "READY", CIS: "READY"}
    assert controls_at_server(hub, account_id=A)[0] == {FSBP: {"IAM.6": OURS}, CIS: {"IAM.6": OURS}}
    again = onboard(hub, {"enabled_standards": [FSBP, CIS], "disabled_controls": ["IAM.6"]})
    assert not again.result["changed"]


@pytest.mark.parametrize("check", [True, False])
def test_membership_policy_keeps_only_what_is_not_as_desired(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, check: bool
) -> None:
    seed_members(hub, {A: "Enabled", B: "Enabled"})
    seed_controls(hub, *AS_THE_GUIDE, account_id=A)
    seed_controls(hub, {FSBP: {"EC2.1": "old"}}, account_id=B)
    runs: list[ControlsRun] = []
    result = ControlsRun.differences

    def differences(run: ControlsRun) -> Any:
        runs.append(run)
        return result(run)

    monkeypatch.setattr(ControlsRun, "differences", differences)
    assert not onboard(hub, members=(A, B), check=check).failed
    kept = [{control_id for _standard, control_id in run.state.associations} for run in runs]
    assert kept == [set(), {"ACM.1", "CloudTrail.2", "EC2.1"} if check else set()]


# The zoo

PLACES = [zoo.HOME, zoo.LAST_REGION]


def visit(hub: Hub, members: list[Any], check: bool = False, **options: Any) -> ModuleRun:
    return onboard(hub, zoo.POLICY, members, check=check, regions=PLACES, member_role=zoo.ROLE, **options)


def every_row(run: ModuleRun) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["account_id"], row["region"]): row for row in run.result["memberships"]}


def policy_ending(account_id: str, region: str) -> tuple[str | None, str | None]:
    """What the tables say of an account: policy and reason."""
    if account_id in zoo.MEMBER_NAMES:
        return zoo.CONFIGURED[zoo.MEMBER_NAMES[account_id]].ends
    status, _actions, reason = zoo.ending(account_id, region, "present")
    if status != "Enabled":
        return None, reason
    name = zoo.NAMES.get(account_id, "")
    ends_badly = {"denied, enabled": "role_not_assumed", "may not look, enabled": "rejected"}
    return ("failed", ends_badly[name]) if name in ends_badly else ("applied", reason)


def is_settled(account_id: str) -> bool:
    """Whether a run leaves nothing to write in a member: what is refused is sent by each run."""
    member = zoo.CONFIGURED[zoo.MEMBER_NAMES[account_id]]
    return not member.surprises or member.ends[0] == "applied"


def assert_policy_truth(hub: Hub, run: ModuleRun) -> None:
    """What is called applied is so at the server, and what is said to differ does."""
    hubs = hub.state()["hubs"]
    for (account_id, region), row in every_row(run).items():
        if row["policy"] == "applied":
            assert zoo.is_as_the_policy(hubs[account_id][region], region), row
        if row["policy"] == "differs" and row["policy_differences"] and row["reason"] != "unconfirmed":
            assert not zoo.is_as_the_policy(hubs[account_id][region], region), row


def changed_places(before: dict[str, Any], after: dict[str, Any]) -> set[tuple[str, str]]:
    """The accounts and Regions whose configuration has changed."""
    places = {(each, region) for each, regions in after["hubs"].items() for region in regions}
    return {
        (each, region)
        for each, region in places
        if before["hubs"].get(each, {}).get(region) != after["hubs"][each][region]
    }


def test_membership_policy_zoo_check_run_and_second_run(hub: Hub) -> None:
    zoo.seed(hub, PLACES)
    zoo.seed_configured(hub, PLACES)
    hub.reset_counts()
    members = [*zoo.rows(), *zoo.MEMBER_IDS.values()]
    before = hub.state()
    check = visit(hub, members, check=True)
    assert (writes(hub), hub.state()) == ({}, before)
    run = visit(hub, members)
    seen, done = every_row(check), every_row(run)
    assert {place: (row["policy"], row["reason"]) for place, row in done.items()} == {
        place: policy_ending(*place) for place in done
    }
    assert_policy_truth(hub, run)
    changed = changed_places(before, hub.state())
    for place, row in done.items():
        name = zoo.MEMBER_NAMES.get(place[0])
        assert (place in changed) == bool(set(row["actions"]) & {*ALL_ACTIONS, "enable_hub"}), row
        if place[0] != zoo.NEW_OF_ORGANIZATION and not (name and zoo.CONFIGURED[name].surprises):
            assert seen[place]["actions"] == row["actions"], name
            assert seen[place]["reason"] == row["reason"], name

    hub.reset_counts()
    quiet = [each for each in zoo.MEMBER_IDS.values() if is_settled(each)]
    again = visit(hub, [*zoo.rows(), *quiet])
    assert {place: row["actions"] for place, row in every_row(again).items() if row["actions"]} == {}
    assert writes(hub) == {}


OPERATIONS = [STANDARDS, "BatchEnableStandards", "BatchDisableStandards", ASSOCIATIONS, UPDATE, PARAMETERS, SET]
# Each meets every operation of a policy in some accounts.
TROUBLES: dict[str, dict[str, Any]] = {
    **{kind: {"kind": kind, "times": 3} for kind in INCIDENTS},
    "expired session": {"kind": "expired_session", "times": 1},
    "throttled for ever": {"kind": "throttle", "times": None},
    "denied": {"kind": "access_denied"},
    "slow visibility": {"kind": "slow_visibility", "seconds": 4},
    "never visible": {"kind": "slow_visibility", "seconds": 3600},
}
SLOW = ("slow_standards", "slow_controls", "slow_parameters")


@pytest.mark.parametrize("trouble", [*TROUBLES, "everything slow"])
def test_membership_policy_zoo_after_each_fault(hub: Hub, trouble: str) -> None:
    zoo.seed_configured(hub, PLACES)
    members = [zoo.MEMBER_IDS[name] for name, each in zoo.CONFIGURED.items() if not (each.faults or each.is_managed)]
    ends_badly = {zoo.MEMBER_IDS[name] for name, each in zoo.CONFIGURED.items() if each.ends[0] != "applied"}
    for kind in SLOW if trouble not in TROUBLES else ():
        hub.fault(kind=kind, account_id=members, seconds=10)
    for number, operation in enumerate(OPERATIONS if trouble in TROUBLES else []):
        hub.fault(operation=operation, account_id=members[number::2], **TROUBLES[trouble])
    run = visit(hub, members)
    assert run.result["failed_regions"] == []
    assert_policy_truth(hub, run)
    passes = trouble not in ("throttled for ever", "denied", "never visible")
    wrong = {place[0] for place, row in every_row(run).items() if row["policy"] != "applied"}
    assert (wrong == ends_badly.intersection(members)) == passes

    hub.clear_faults()
    done = visit(hub, members)
    assert {place[0] for place, row in every_row(done).items() if row["policy"] != "applied"} == ends_badly & set(
        members
    )
    assert_policy_truth(hub, done)
    hub.reset_counts()
    assert not visit(hub, members).result["changed"]
    assert writes(hub) == {}
