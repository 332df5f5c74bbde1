# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_hub as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    deny_reading,
    failures,
    run_at,
    seed_members,
    turn_on,
    without,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.standards import client_of
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    accounts,
)

ENABLE, UPDATE, DISABLE = "EnableSecurityHub", "UpdateSecurityHubConfiguration", "DisableSecurityHub"
TAG, UNTAG = "TagResource", "UntagResource"
STANDARD = {"control_finding_generator": "STANDARD_CONTROL"}
MANUAL = {"auto_enable_controls": False}
TEAM, STAGE = {"team": "security"}, {"stage": "test"}
NEW: dict[str, Any] = {"auto_enable_controls": True, "control_finding_generator": "SECURITY_CONTROL", "tags": {}}


def manage(hub: Hub, state: str = "present", **options: Any) -> ModuleRun:
    return run_at(hub, module, state=state, **options)


def configure(hub: Hub, settings: dict[str, Any] | None, regions: list[str] | None = None) -> None:
    """Turn Security Hub on with settings and tags, by boto3 alone; with None leave it off."""
    if settings is None:
        return
    turn_on(hub, ADMINISTRATOR, regions)
    wanted = {**NEW, **settings}
    for region in regions or [REGION]:
        client = client_of(hub, ADMINISTRATOR, region)
        client.update_security_hub_configuration(
            AutoEnableControls=wanted["auto_enable_controls"],
            ControlFindingGenerator=wanted["control_finding_generator"],
        )
        if wanted["tags"]:
            client.tag_resource(ResourceArn=client.describe_hub()["HubArn"], Tags=wanted["tags"])
    hub.reset_counts()


def at_server(hub: Hub, region: str = REGION) -> dict[str, Any] | None:
    """The settings and tags that the server has, None where Security Hub is off."""
    found = hub.state()["hubs"].get(ADMINISTRATOR, {}).get(region)
    return found and {key: found[key] for key in NEW}


def as_read(settings: dict[str, Any] | None, options: dict[str, Any]) -> dict[str, Any] | None:
    """What a result shows of settings and tags: tags are read only where they are given, and Security Hub stays."""
    reads_tags = options.keys() & {"tags", "resource_tags"} and options.get("state") != "absent"
    return settings and (settings if reads_tags else {**settings, "tags": None})


def shown(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a result without what is not known beforehand."""
    return without(result["hubs"], ("hub_arn", "subscribed_at", "region"))


# settings now (None: off), options, settings afterwards, calls that write
TABLE: list[tuple[dict[str, Any] | None, dict[str, Any], dict[str, Any] | None, list[str]]] = [
    (None, {}, {}, [ENABLE]),
    (None, {**MANUAL, **STANDARD, "tags": TEAM}, {**MANUAL, **STANDARD, "tags": TEAM}, [ENABLE, UPDATE]),
    (None, {"state": "absent"}, None, []),
    ({}, {}, {}, []),
    ({}, STANDARD, STANDARD, [UPDATE]),
    ({**MANUAL, **STANDARD}, {"auto_enable_controls": True}, STANDARD, [UPDATE]),
    ({"tags": TEAM}, {}, {"tags": TEAM}, []),
    ({"tags": TEAM}, {"tags": {}}, {}, [UNTAG]),
    ({"tags": TEAM}, {"resource_tags": STAGE, "purge_tags": False}, {"tags": {**TEAM, **STAGE}}, [TAG]),
    ({"tags": {"1": "2"}}, {"tags": {1: 2}}, {"tags": {"1": "2"}}, []),
    ({"tags": TEAM}, {**MANUAL, "tags": STAGE}, {**MANUAL, "tags": STAGE}, [UPDATE, TAG, UNTAG]),
    ({}, {"state": "absent", "tags": TEAM, **STANDARD}, None, [DISABLE]),
]


@pytest.mark.parametrize(("now", "options", "then", "calls"), TABLE)
def test_each_wish_in_check_mode_and_in_the_run_and_again(
    hub: Hub, now: dict[str, Any] | None, options: dict[str, Any], then: dict[str, Any] | None, calls: list[str]
) -> None:
    before = None if now is None else {**NEW, **now}
    after = None if then is None else {**NEW, **then}
    configure(hub, now)
    foreseen = manage(hub, **options, check=True, diff=True)
    assert writes(hub) == {}
    assert at_server(hub) == before
    done = manage(hub, **options, diff=True)
    assert (foreseen.failed, done.failed) == (False, False)
    seen_before, seen_after = as_read(before, options), as_read(after, options)
    assert shown(foreseen.result) == shown(done.result) == ([seen_after] if seen_after else [])
    known = ("hub_arn", "subscribed_at")
    assert without(foreseen.result, known) == without(done.result, known)
    assert without(done.result["diff"], known) == {"before": {REGION: seen_before}, "after": {REGION: seen_after}}
    assert done.result["changed"] == bool(calls)
    assert at_server(hub) == after
    assert writes(hub) == dict.fromkeys(calls, 1)

    hub.reset_counts()
    again = manage(hub, **options)
    assert not again.failed
    assert not again.result["changed"]
    assert again.result["hubs"] == done.result["hubs"]
    assert writes(hub) == {}


def test_the_row_of_a_hub(hub: Hub) -> None:
    foreseen = manage(hub, tags=TEAM, check=True).result["hubs"][0]
    assert (foreseen["hub_arn"], foreseen["subscribed_at"]) == (None, None)
    row = manage(hub, tags=TEAM).result["hubs"][0]
    assert row.pop("subscribed_at") == hub.state()["hubs"][ADMINISTRATOR][REGION]["subscribed_at"]
    assert row == {
        **NEW,
        "region": REGION,
        "hub_arn": f"arn:aws:securityhub:{REGION}:{ADMINISTRATOR}:hub/default",
        "tags": TEAM,
    }


def test_tags_not_given_need_no_permission_to_list_them(hub: Hub) -> None:
    configure(hub, {"tags": TEAM})
    hub.fault(kind="access_denied", operation="ListTagsForResource", times=None)
    assert manage(hub, auto_enable_controls=False).result["hubs"][0]["tags"] is None
    assert failures(manage(hub, tags=TEAM).result) == {REGION: "AccessDeniedException"}


@pytest.mark.parametrize(("option", "standards"), [(None, False), (False, False), (True, True)])
def test_standards_are_enabled_only_where_they_are_asked_for(hub: Hub, option: bool | None, standards: bool) -> None:
    manage(hub, enable_default_standards=option)
    assert bool(hub.state()["hubs"][ADMINISTRATOR][REGION]["standards"]) == standards


@pytest.mark.parametrize("asked", [True, False])
def test_standards_of_a_hub_that_is_on_stay_as_they_are(hub: Hub, asked: bool) -> None:
    manage(hub, enable_default_standards=not asked)
    run = manage(hub, enable_default_standards=asked)
    assert not run.result["changed"]
    assert bool(hub.state()["hubs"][ADMINISTRATOR][REGION]["standards"]) != asked


def test_turning_it_on_is_one_write_and_off_another(hub: Hub) -> None:
    manage(hub, tags=TEAM)
    assert hub.counts()["calls"] == {"DescribeHub": 2, "ListTagsForResource": 1, ENABLE: 1}
    hub.reset_counts()
    manage(hub, "absent")
    assert writes(hub) == {DISABLE: 1}


# Refused while somebody is associated


@pytest.mark.parametrize("side", ["members", "administrator"])
def test_an_account_that_is_associated_keeps_its_hub(hub: Hub, side: str) -> None:
    asked, other = (ADMINISTRATOR, MEMBER) if side == "members" else (MEMBER, ADMINISTRATOR)
    seed_members(hub, {(other if side == "members" else asked): "Enabled"})
    results = [manage(hub, "absent", account_id=asked, check=check, diff=True) for check in (True, False)]
    for run in results:
        assert run.failed
        assert not run.result["changed"]
        assert [row["region"] for row in run.result["failed_regions"]] == [REGION]
        assert run.result["diff"]["before"] == run.result["diff"]["after"]
        assert [row["region"] for row in run.result["hubs"]] == [REGION]
        help_for = {"members": "disassociate", "administrator": "securityhub_invitation"}
        assert help_for[side] in run.result["msg"]
    foreseen, done = (without(run.result, ("msg", "failed_regions")) for run in results)
    assert foreseen == done
    assert failures(results[0].result) == {REGION: "associated"}
    reason = {"members": "is an administrator with enabled members", "administrator": "is a member of an administrator"}
    assert f"Account {asked} {reason[side]}" in results[1].result["msg"]
    assert hub.state()["hubs"][asked][REGION]


@pytest.mark.parametrize("check", [True, False])
def test_members_that_are_not_enabled_are_not_in_the_way(hub: Hub, check: bool) -> None:
    seed_members(hub, dict(zip(accounts(4), ["Created", "Invited", "Removed", "Resigned"], strict=True)))
    run = manage(hub, "absent", check=check)
    assert not run.failed
    assert run.result["changed"]


# Faults


@pytest.mark.parametrize(
    ("now", "options", "operation", "after"),
    [
        (None, {**MANUAL, "tags": TEAM}, UPDATE, {"tags": TEAM}),
        ({}, {**MANUAL, "tags": TEAM}, TAG, MANUAL),
        ({"tags": TEAM}, {"tags": STAGE}, UNTAG, {"tags": {**TEAM, **STAGE}}),
    ],
)
def test_a_failure_midway_loses_nothing_of_what_was_done(
    hub: Hub, now: dict[str, Any] | None, options: dict[str, Any], operation: str, after: dict[str, Any]
) -> None:
    configure(hub, now)
    hub.fault(kind="access_denied", operation=operation)
    run = manage(hub, **options, diff=True)
    assert failures(run.result) == {REGION: "AccessDeniedException"}
    assert f"Allow securityhub:{operation} in the caller's IAM policy" in run.result["msg"]
    assert run.result["changed"]
    assert shown(run.result) == [{**NEW, **after}] == [at_server(hub)]
    assert without(run.result["diff"]["after"][REGION], ("hub_arn", "subscribed_at")) == {**NEW, **after}


# Bad input: refused before any call


@pytest.mark.parametrize(("options", "hubs"), [({"state": "absent"}, {}), ({"auto_enable_controls": False}, {MEMBER})])
def test_hub_that_is_not_read_after_a_write_has_no_row(hub: Hub, options: dict[str, Any], hubs: Any) -> None:
    turn_on(hub, MEMBER)
    deny_reading(hub, "DescribeHub", after=1)
    run = run_at(hub, module, account_id=MEMBER, diff=True, **options)
    assert hub.state()["hubs"].keys() == set(hubs)
    assert (run.result["changed"], failures(run.result)) == (True, {REGION: "AccessDeniedException"})
    assert run.result["hubs"] == []
    assert run.result["diff"]["before"].keys() == {REGION}
    assert run.result["diff"]["after"] == {}


def test_hub_that_does_not_show_a_change_in_time_has_no_row(hub: Hub) -> None:
    turn_on(hub, MEMBER)
    hub.fault(kind="slow_visibility", seconds=3600)
    run = run_at(hub, module, account_id=MEMBER, auto_enable_controls=False)
    assert (run.result["changed"], failures(run.result)) == (True, {REGION: "unconfirmed"})
    assert run.result["hubs"] == []


def test_hub_that_could_not_be_changed_has_a_row(hub: Hub) -> None:
    turn_on(hub, MEMBER)
    hub.fault(kind="access_denied", operation="UpdateSecurityHubConfiguration")
    run = run_at(hub, module, account_id=MEMBER, diff=True, auto_enable_controls=False)
    assert (run.result["changed"], failures(run.result)) == (False, {REGION: "AccessDeniedException"})
    assert [row["auto_enable_controls"] for row in run.result["hubs"]] == [True]
    assert run.result["diff"]["before"] == run.result["diff"]["after"]
