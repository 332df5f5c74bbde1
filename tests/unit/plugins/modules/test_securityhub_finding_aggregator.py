# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aggregator import apply
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.find_regions import find_aggregator
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_finding_aggregator as module
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_hub_info
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    OTHER_ADMINISTRATOR,
    THREE,
    run_at,
    seed_members,
    turn_on,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    differences_from_return,
)

HOME, OTHER, THIRD = THREE
CREATE, UPDATE, DELETE = (f"{verb}FindingAggregator" for verb in ("Create", "Update", "Delete"))
SPECIFIED: dict[str, Any] = {"linking_mode": "specified_regions", "linked_regions": [OTHER, THIRD]}
ALL: dict[str, Any] = {"linking_mode": "all_regions"}


def aggregate(hub: Hub, check: bool = False, **options: Any) -> ModuleRun:
    return run_at(hub, module, check, **options)


def held(hub: Hub) -> tuple[str, str, list[str]] | None:
    """Home Region, linking mode and Regions at the server."""
    rows = [row for row in hub.state()["finding_aggregators"] if row["account_id"] == ADMINISTRATOR]
    return next(((row["home_region"], row["linking_mode"], sorted(row["regions"])) for row in rows), None)


def seed(hub: Hub, home: str = HOME, mode: str = "NO_REGIONS", regions: tuple[str, ...] = ()) -> None:
    turn_on(hub, ADMINISTRATOR, THREE)
    row = {"account_id": ADMINISTRATOR, "home_region": home, "linking_mode": mode}
    hub.seed(finding_aggregators=[{**row, **({"regions": list(regions)} if regions else {})}])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (ALL, (HOME, "ALL_REGIONS", [])),
        (SPECIFIED, (HOME, "SPECIFIED_REGIONS", sorted([OTHER, THIRD]))),
        (
            {"linking_mode": "all_regions_except_specified", "linked_regions": [f"{THIRD}, {OTHER}", THIRD]},
            (HOME, "ALL_REGIONS_EXCEPT_SPECIFIED", sorted([OTHER, THIRD])),
        ),
        ({"linking_mode": "no_regions"}, (HOME, "NO_REGIONS", [])),
    ],
)
@pytest.mark.parametrize("before", [None, "NO_REGIONS", "ALL_REGIONS"])
def test_aggregator_is_created_or_changed_and_then_left(
    hub: Hub, options: dict[str, Any], expected: Any, before: str | None
) -> None:
    turn_on(hub, ADMINISTRATOR, THREE)
    if before:
        seed(hub, mode=before)
    differs = held(hub) != expected
    check = aggregate(hub, check=True, **options)
    assert writes(hub) == {}
    run = aggregate(hub, **options)
    assert not run.failed
    assert (check.result["changed"], run.result["changed"]) == (differs, differs)
    without_arn = [{**each.result["finding_aggregator"], "finding_aggregator_arn": None} for each in (check, run)]
    assert without_arn[0] == without_arn[1]
    assert held(hub) == expected
    assert writes(hub) == ({UPDATE if before else CREATE: 1} if differs else {})
    hub.reset_counts()
    again = aggregate(hub, **options)
    assert again.result["changed"] is False
    assert again.result["finding_aggregator"] == again.result["previous_finding_aggregator"]
    assert hub.counts()["calls"] == {"ListFindingAggregators": 1, "GetFindingAggregator": 1}


def test_aggregator_absent_is_deleted_and_then_nothing(hub: Hub) -> None:
    seed(hub)
    assert aggregate(hub, check=True, state="absent").result["finding_aggregator"] is None
    assert held(hub) is not None
    run = aggregate(hub, state="absent")
    assert (run.result["changed"], run.result["finding_aggregator"], held(hub)) == (True, None, None)
    assert run.result["previous_finding_aggregator"]["region_linking_mode"] == "NO_REGIONS"
    assert aggregate(hub, state="absent").result["changed"] is False


@pytest.mark.parametrize("options", [ALL, {"state": "absent"}])
def test_aggregator_of_another_home_region_is_refused_and_named(hub: Hub, options: dict[str, Any]) -> None:
    seed(hub, OTHER)
    run = aggregate(hub, **options)
    assert run.failed
    assert f"the home Region of the finding aggregator is {OTHER}, not {HOME}" in run.result["msg"]
    assert run.result["finding_aggregator"]["finding_aggregation_region"] == OTHER
    assert run.result["finding_aggregator"] == run.result["previous_finding_aggregator"]
    assert run.result["changed"] is False
    assert writes(hub) == {}


def test_aggregator_is_moved(hub: Hub) -> None:
    seed(hub, OTHER)
    check = aggregate(hub, check=True, move=True, **ALL)
    assert (check.result["changed"], writes(hub)) == (True, {})
    run = aggregate(hub, move=True, **ALL)
    assert run.result["previous_finding_aggregator"]["finding_aggregation_region"] == OTHER
    assert run.result["finding_aggregator"]["finding_aggregation_region"] == HOME
    assert held(hub) == (HOME, "ALL_REGIONS", [])
    assert writes(hub) == {DELETE: 1, CREATE: 1}
    hub.reset_counts()
    assert aggregate(hub, move=True, **ALL).result["changed"] is False
    assert writes(hub) == {}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("home", [None, OTHER])
def test_aggregator_of_a_member_account_is_refused_before_the_first_write(
    hub: Hub, home: str | None, check: bool
) -> None:
    seed(hub, home) if home else turn_on(hub, ADMINISTRATOR)
    seed_members(hub, {ADMINISTRATOR: "Enabled"}, administrator_id=OTHER_ADMINISTRATOR)
    before = held(hub)
    run = aggregate(hub, check=check, move=True, **ALL)
    assert run.failed
    assert (
        f"Account {ADMINISTRATOR} is a member of administrator {OTHER_ADMINISTRATOR} in {HOME}, so it can't create"
        in run.result["msg"]
    )
    assert (run.result["changed"], held(hub), writes(hub)) == (False, before, {})


def test_aggregator_without_the_permission_to_look_is_created(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR)
    hub.fault(kind="access_denied", operation="GetAdministratorAccount")
    assert not aggregate(hub, **ALL).failed
    assert held(hub) == (HOME, "ALL_REGIONS", [])


def test_aggregator_that_is_moved_half_is_told(hub: Hub) -> None:
    seed(hub, OTHER)
    hub.fault(kind="access_denied", operation=CREATE)
    run = aggregate(hub, move=True, **ALL)
    assert run.failed
    assert f"The finding aggregator in {OTHER} was deleted, and there is none now." in run.result["msg"]
    assert f"Run the task again to create it in {HOME}." in run.result["msg"]
    assert (run.result["changed"], run.result["finding_aggregator"], held(hub)) == (True, None, None)
    hub.clear_faults()
    assert not aggregate(hub, move=True, **ALL).failed
    assert held(hub) == (HOME, "ALL_REGIONS", [])


@pytest.mark.parametrize("kind", ["lost_reply", "error_after", "lost_request", "throttle", "error"])
@pytest.mark.parametrize("operation", [CREATE, UPDATE, DELETE, "ListFindingAggregators", "GetFindingAggregator"])
def test_aggregator_with_a_passing_fault_ends_as_requested(hub: Hub, kind: str, operation: str) -> None:
    turn_on(hub, ADMINISTRATOR, THREE)
    if operation != CREATE:
        seed(hub, OTHER if operation == DELETE else HOME)
    hub.fault(kind=kind, operation=operation, times=1)
    run = aggregate(hub, move=True, **SPECIFIED)
    assert not run.failed
    assert run.result["changed"]
    assert held(hub) == (HOME, "SPECIFIED_REGIONS", sorted([OTHER, THIRD]))


def test_move_whose_create_never_arrives_says_what_is_left(hub: Hub) -> None:
    seed(hub, OTHER)
    hub.fault(kind="lost_request", operation=CREATE, times=None)
    run = aggregate(hub, move=True, **ALL)
    assert run.failed
    assert f"The finding aggregator in {OTHER} was deleted, and there may be none now." in run.result["msg"]
    assert f"Run the task again to create it in {HOME}." in run.result["msg"]


def test_move_whose_delete_does_not_show_names_the_former_home_region(hub: Hub) -> None:
    seed(hub, OTHER)
    hub.fault(kind="slow_visibility", seconds=600)
    run = aggregate(hub, move=True, **ALL)
    assert run.result["msg"].startswith(
        f"The service accepted the request to delete the finding aggregator in {OTHER}, but did not show its effect"
    )
    assert run.result["msg"].endswith(f"The one in {OTHER} may be deleted, and there may be none now.")
    assert run.result["msg"].count("Look again") == 1
    assert writes(hub) == {DELETE: 1}


@pytest.mark.parametrize("refusal", ["limit_exceeded", "invalid_input"])
def test_create_whose_lost_response_shows_late_is_created(hub: Hub, refusal: str) -> None:
    hub.switches(second_aggregator=refusal)
    turn_on(hub, ADMINISTRATOR, THREE)
    hub.fault(kind="slow_visibility", seconds=5)
    hub.fault(kind="lost_reply", operation=CREATE, times=1)
    run = aggregate(hub, **ALL)
    assert not run.failed
    assert (run.result["changed"], held(hub)) == (True, (HOME, "ALL_REGIONS", []))


@pytest.mark.parametrize("refusal", ["limit_exceeded", "invalid_input"])
def test_create_where_somebody_else_created_another_is_refused_once(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, refusal: str
) -> None:
    hub.switches(second_aggregator=refusal)
    seed(hub)
    looks = iter([None])
    monkeypatch.setattr(apply, "find_aggregator", lambda client: next(looks, find_aggregator(client)))
    run = aggregate(hub, **ALL)
    assert run.failed
    assert (
        "A finding aggregator already exists. Show it with multiaccount.aws.securityhub_hub_info" in run.result["msg"]
    )
    assert run.result["finding_aggregator"]["region_linking_mode"] == "NO_REGIONS"
    assert (run.result["changed"], writes(hub)) == (False, {CREATE: 1})


@pytest.mark.parametrize(("state", "options"), [("present", ALL), ("absent", {})])
def test_change_that_can_not_be_read_again_may_be_there(hub: Hub, state: str, options: dict[str, Any]) -> None:
    seed(hub) if state == "absent" else turn_on(hub, ADMINISTRATOR, THREE)
    hub.fault(kind="access_denied", operation="ListFindingAggregators", after=1, times=None)
    run = aggregate(hub, state=state, **options)
    assert run.failed
    assert "The finding aggregator may have changed. Look again with" in run.result["msg"]
    assert "to create it" not in run.result["msg"]
    assert run.result["changed"]


def test_aggregator_that_does_not_show_is_unconfirmed(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR, THREE)
    hub.fault(kind="slow_visibility", seconds=600)
    run = aggregate(hub, **ALL)
    assert run.failed
    assert (
        "did not show its effect in 30 seconds. Look again with multiaccount.aws.securityhub_hub_info"
        in run.result["msg"]
    )
    assert run.result["changed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "linking_mode: required with state present. Set one of all_regions, all_regions_except_specified, "),
        ({"linking_mode": "specified_regions"}, "linked_regions: required with linking_mode specified_regions."),
        ({**ALL, "linked_regions": [OTHER]}, "linked_regions: not with linking_mode all_regions. Leave it out."),
        ({**SPECIFIED, "linked_regions": [HOME]}, f"linked_regions: {HOME} is the home Region"),
        (
            {**SPECIFIED, "linked_regions": ["eu-wset-1"]},
            "linked_regions: not a Region with Security Hub: 'eu-wset-1' (did you mean",
        ),
        (
            {**SPECIFIED, "linked_regions": [OTHER, "cn-north-1"]},
            f"linked_regions: not in the partition of {HOME} (aws): cn-north-1. Leave them out.",
        ),
        ({"state": "absent", **ALL}, "linking_mode: only with state present. Leave it out."),
        ({"state": "absent", "move": True}, "move: only with state present. Leave it out."),
        ({**ALL, "region": "linked"}, "region: 'linked' is not one Region."),
    ],
)
def test_aggregator_options_that_can_not_be_are_refused(hub: Hub, options: dict[str, Any], message: str) -> None:
    run = aggregate(hub, **options)
    assert run.failed
    assert run.result["msg"].startswith(message)
    assert hub.counts()["calls"] == {}


def test_aggregator_of_another_account_than_administrator_id_is_refused(hub: Hub) -> None:
    run = aggregate(hub, administrator_id="111122223333", **ALL)
    assert "administrator_id: these are credentials of account" in run.result["msg"]
    assert hub.counts()["calls"] == {}


def test_aggregator_where_security_hub_is_disabled_names_the_module(hub: Hub) -> None:
    run = aggregate(hub, **ALL)
    assert run.failed
    assert "Enable it with multiaccount.aws.securityhub_hub." in run.result["msg"]


def test_aggregator_diff_and_return(hub: Hub) -> None:
    turn_on(hub, ADMINISTRATOR, THREE)
    run = run_at(hub, module, diff=True, **SPECIFIED)
    assert run.result["diff"] == {
        "before": {"finding_aggregator": None},
        "after": {"finding_aggregator": run.result["finding_aggregator"]},
    }
    documented = {name: value for name, value in run.result.items() if name != "changed"}
    assert differences_from_return(module, documented) == []
    info = run_at(hub, securityhub_hub_info, finding_aggregator=True)
    shown = info.result["hubs"][0]["finding_aggregator"]
    assert {name: shown[name] for name in run.result["finding_aggregator"]} == run.result["finding_aggregator"]
    assert REGION == HOME
