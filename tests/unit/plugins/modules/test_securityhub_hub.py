# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import retry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub import apply as hub_apply
from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_hub,
)
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_hub as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import SECRET_KEY, Hub, access_key
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    CARRIED_OUT,
    INCIDENTS,
    MEMBER,
    THREE,
    deny_reading,
    failures,
    run_at,
    seed_members,
    turn_on,
    without,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    differences_from_return,
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
        client = boto3.client(
            "securityhub",
            region_name=region,
            endpoint_url=hub.url,
            aws_access_key_id=access_key(ADMINISTRATOR),
            aws_secret_access_key=SECRET_KEY,
        )
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
    (None, {"enable_default_standards": True}, {}, [ENABLE]),
    (None, STANDARD, STANDARD, [ENABLE]),
    (None, {"auto_enable_controls": True}, {}, [ENABLE]),
    (None, MANUAL, MANUAL, [ENABLE, UPDATE]),
    (None, {"tags": TEAM}, {"tags": TEAM}, [ENABLE]),
    (None, {**MANUAL, **STANDARD, "tags": TEAM}, {**MANUAL, **STANDARD, "tags": TEAM}, [ENABLE, UPDATE]),
    (None, {"state": "absent"}, None, []),
    ({}, {}, {}, []),
    ({}, {"enable_default_standards": True}, {}, []),
    ({}, STANDARD, STANDARD, [UPDATE]),
    ({}, MANUAL, MANUAL, [UPDATE]),
    ({}, {**MANUAL, **STANDARD}, {**MANUAL, **STANDARD}, [UPDATE]),
    ({**MANUAL, **STANDARD}, {}, {**MANUAL, **STANDARD}, []),
    ({**MANUAL, **STANDARD}, {"auto_enable_controls": True}, STANDARD, [UPDATE]),
    ({"tags": TEAM}, {}, {"tags": TEAM}, []),
    ({"tags": TEAM}, {"tags": TEAM}, {"tags": TEAM}, []),
    ({"tags": TEAM}, {"tags": {"team": "platform"}}, {"tags": {"team": "platform"}}, [TAG]),
    ({"tags": TEAM}, {"tags": {}}, {}, [UNTAG]),
    ({"tags": TEAM}, {"tags": {}, "purge_tags": False}, {"tags": TEAM}, []),
    ({"tags": TEAM}, {"tags": STAGE}, {"tags": STAGE}, [TAG, UNTAG]),
    ({"tags": TEAM}, {"resource_tags": STAGE, "purge_tags": False}, {"tags": {**TEAM, **STAGE}}, [TAG]),
    ({"tags": {"1": "2"}}, {"tags": {1: 2}}, {"tags": {"1": "2"}}, []),
    ({"tags": TEAM}, {**MANUAL, "tags": STAGE}, {**MANUAL, "tags": STAGE}, [UPDATE, TAG, UNTAG]),
    ({}, {"state": "absent"}, None, [DISABLE]),
    ({**MANUAL, "tags": TEAM}, {"state": "absent"}, None, [DISABLE]),
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


def test_many_regions_in_the_order_of_the_request(hub: Hub) -> None:
    configure(hub, MANUAL, THREE[1:2])
    run = manage(hub, regions=THREE, diff=True)
    assert run.result["changed"]
    assert [row["region"] for row in run.result["hubs"]] == THREE
    assert [row["auto_enable_controls"] for row in run.result["hubs"]] == [True, False, True]
    assert [run.result["diff"]["before"][region] is None for region in THREE] == [True, False, True]
    assert hub.counts()["by_region"][THREE[1]] == {"DescribeHub": 1}


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


@pytest.mark.parametrize("status", ["Created", "Invited", "Removed", "Resigned"])
@pytest.mark.parametrize("check", [True, False])
def test_members_that_are_not_enabled_are_not_in_the_way(hub: Hub, status: str, check: bool) -> None:
    seed_members(hub, {MEMBER: status})
    run = manage(hub, "absent", check=check)
    assert not run.failed
    assert run.result["changed"]


# Faults


# settings now, options, call that writes
WRITES: list[tuple[dict[str, Any] | None, dict[str, Any], str]] = [
    (None, {"tags": TEAM}, ENABLE),
    (None, MANUAL, UPDATE),
    ({}, STANDARD, UPDATE),
    ({}, {"tags": TEAM}, TAG),
    ({"tags": TEAM}, {"tags": {}}, UNTAG),
    ({}, {"state": "absent"}, DISABLE),
]


@pytest.mark.parametrize(("now", "options", "operation"), WRITES)
def test_everything_that_can_happen_to_a_write(
    hub: Hub, now: dict[str, Any] | None, options: dict[str, Any], operation: str
) -> None:
    configure(hub, now)
    for kind, times in (("throttle", 5), ("error", 1), ("lost_reply", 1)):
        hub.fault(kind=kind, operation=operation, times=times)
    run = manage(hub, **options)
    assert not run.failed
    assert run.result["changed"]
    assert [fault["used"] for fault in hub.faults()] == [5, 1, 1]
    hub.clear_faults()
    hub.reset_counts()
    assert not manage(hub, **options).result["changed"]
    assert writes(hub) == {}


@pytest.mark.parametrize(("now", "options", "operation"), WRITES)
@pytest.mark.parametrize("kind", INCIDENTS)
def test_one_incident(hub: Hub, now: dict[str, Any] | None, options: dict[str, Any], operation: str, kind: str) -> None:
    configure(hub, now)
    hub.fault(kind=kind, operation=operation, times=1)
    run = manage(hub, **options)
    assert not run.failed
    assert run.result["changed"]
    # settings and tags may be sent again at will; turning on and off are not
    if kind in CARRIED_OUT and operation in (ENABLE, DISABLE):
        assert writes(hub)[operation] == 1


@pytest.mark.parametrize(("now", "options", "operation"), WRITES)
@pytest.mark.parametrize("kind", CARRIED_OUT)
def test_a_reply_that_is_lost_while_reads_are_late(
    hub: Hub, clock: Clock, now: dict[str, Any] | None, options: dict[str, Any], operation: str, kind: str
) -> None:
    configure(hub, now)
    clock.sleep(0.5)  # what has just been configured is seen by now
    hub.fault(kind="slow_visibility", seconds=0.5)
    hub.fault(kind=kind, operation=operation)
    run = manage(hub, **options)
    assert not run.failed, run.result["msg"]
    assert run.result["changed"]


@pytest.mark.parametrize(("now", "options"), [(now, options) for now, options, _operation in WRITES if not now])
def test_what_is_not_visible_in_time_is_unconfirmed(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, now: dict[str, Any] | None, options: dict[str, Any]
) -> None:
    monkeypatch.setattr(hub_apply, "HUB_WAIT_TIMEOUT", 1)
    configure(hub, now)
    hub.fault(kind="slow_visibility", seconds=600)
    run = manage(hub, **options)
    assert failures(run.result) == {REGION: "unconfirmed"}
    assert "multiaccount.aws.securityhub_hub_info" in run.result["msg"]
    assert run.result["changed"]
    assert set(writes(hub).values()) == {1}


@pytest.mark.parametrize(("now", "options", "operation"), WRITES)
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("throttle", "TooManyRequestsException"),
        ("error", "InternalException"),
        ("lost_request", "ConnectionClosedError"),
    ],
)
def test_write_endless_failure_ends_after_the_attempts(
    hub: Hub, now: dict[str, Any] | None, options: dict[str, Any], operation: str, kind: str, code: str
) -> None:
    configure(hub, now)
    hub.fault(kind=kind, operation=operation, times=None)
    run = manage(hub, **options, diff=True)
    assert failures(run.result) == {REGION: code}
    assert f"{operation}, called by account {ADMINISTRATOR}, failed in {REGION} with {code}: " in run.result["msg"]
    # a hub that was to be enabled with settings is enabled, without them
    enabled = now is None and operation == UPDATE
    assert run.result["changed"] == (enabled or kind != "throttle")
    assert (run.result["diff"]["before"] == run.result["diff"]["after"]) == (not enabled)
    assert shown(run.result) == [each for each in [as_read(at_server(hub), options)] if each]
    assert writes(hub)[operation] == retry.SEND_ATTEMPTS


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


@pytest.mark.parametrize("kind", CARRIED_OUT)
def test_a_write_that_may_have_been_done_and_nothing_can_be_read_any_more(hub: Hub, kind: str) -> None:
    hub.fault(kind=kind, operation=ENABLE)
    hub.fault(kind="access_denied", operation="DescribeHub", after=1)
    run = manage(hub)
    assert failures(run.result) == {REGION: "AccessDeniedException"}
    assert run.result["changed"]
    assert writes(hub) == {ENABLE: 1}


@pytest.mark.parametrize("operation", ["DescribeHub", ENABLE])
def test_access_denied_in_one_region_of_three(hub: Hub, operation: str) -> None:
    hub.fault(kind="access_denied", region=THREE[1], operation=operation)
    run = manage(hub, regions=THREE, diff=True)
    assert run.failed
    assert run.result["changed"]
    assert failures(run.result) == {THREE[1]: "AccessDeniedException"}
    assert f"Allow securityhub:{operation}" in run.result["msg"]
    assert run.result["msg"].startswith("1 of 3 Regions failed. ")
    assert [row["region"] for row in run.result["hubs"]] == [THREE[0], THREE[2]]
    assert list(run.result["diff"]["before"]) == (THREE if operation == ENABLE else [THREE[0], THREE[2]])
    assert at_server(hub, THREE[1]) is None


def test_a_region_that_is_not_opted_in(hub: Hub) -> None:
    hub.fault(kind="not_opted_in", region=THREE[2])
    run = manage(hub, regions=THREE)
    assert failures(run.result) == {THREE[2]: "UnrecognizedClientException"}
    assert f"whether the Region {THREE[2]} is enabled (opted in)" in run.result["msg"]
    assert [row["region"] for row in run.result["hubs"]] == THREE[:2]


# Bad input: refused before any call


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"region": None}, "No Region: set regions or region"),
        ({"regions": ["Ireland"]}, "regions: not a Region with Security Hub: 'Ireland'"),
        ({"regions": " "}, "regions: empty. Name at least one Region"),
    ],
)
def test_options_that_cannot_be_used(hub: Hub, options: dict[str, Any], words: str) -> None:
    run = manage(hub, **options)
    assert run.failed
    assert run.result.pop("msg").startswith(words)
    assert run.result == {"changed": False, "hubs": [], "failed_regions": [], "failed_accounts": []}
    assert hub.counts()["calls"] == {}


@pytest.mark.parametrize(
    "options",
    [
        {"state": "off"},
        {"control_finding_generator": "NONE"},
        {"auto_enable_controls": "maybe"},
        {"tags": "x"},
        {"tags": {"team": ["a", "b"]}},
        {"tags": {"aws:owner": "x"}},
    ],
)
def test_options_that_ansible_refuses(hub: Hub, options: dict[str, Any]) -> None:
    assert manage(hub, **options).failed
    assert hub.counts()["calls"] == {}


def test_results_are_as_documented(hub: Hub) -> None:
    hub.fault(kind="not_opted_in", region=THREE[2])
    run = manage(hub, regions=THREE, tags=TEAM, diff=True)
    result = {key: value for key, value in run.result.items() if key not in ("changed", "msg")}
    assert [key for key, value in result.items() if not value] == ["failed_accounts"]
    assert differences_from_return(module, result) == []


@pytest.mark.parametrize(("options", "hubs"), [({"state": "absent"}, {}), ({"auto_enable_controls": False}, {MEMBER})])
def test_hub_that_is_not_read_after_a_write_has_no_row(hub: Hub, options: dict[str, Any], hubs: Any) -> None:
    turn_on(hub, MEMBER)
    deny_reading(hub, "DescribeHub", after=1)
    run = run_at(hub, securityhub_hub, account_id=MEMBER, diff=True, **options)
    assert hub.state()["hubs"].keys() == set(hubs)
    assert (run.result["changed"], failures(run.result)) == (True, {REGION: "AccessDeniedException"})
    assert run.result["hubs"] == []
    assert run.result["diff"]["before"].keys() == {REGION}
    assert run.result["diff"]["after"] == {}


def test_hub_that_does_not_show_a_change_in_time_has_no_row(hub: Hub) -> None:
    turn_on(hub, MEMBER)
    hub.fault(kind="slow_visibility", seconds=3600)
    run = run_at(hub, securityhub_hub, account_id=MEMBER, auto_enable_controls=False)
    assert (run.result["changed"], failures(run.result)) == (True, {REGION: "unconfirmed"})
    assert run.result["hubs"] == []


def test_hub_that_could_not_be_changed_has_a_row(hub: Hub) -> None:
    turn_on(hub, MEMBER)
    hub.fault(kind="access_denied", operation="UpdateSecurityHubConfiguration")
    run = run_at(hub, securityhub_hub, account_id=MEMBER, diff=True, auto_enable_controls=False)
    assert (run.result["changed"], failures(run.result)) == (False, {REGION: "AccessDeniedException"})
    assert [row["auto_enable_controls"] for row in run.result["hubs"]] == [True]
    assert run.result["diff"]["before"] == run.result["diff"]["after"]


def test_tags_that_nobody_asks_for_need_no_permission(hub: Hub) -> None:
    turn_on(hub, MEMBER)
    hub.fault(kind="access_denied", operation="ListTagsForResource")
    run = run_at(hub, securityhub_hub, account_id=MEMBER, auto_enable_controls=False)
    assert not run.failed
    assert run.result["changed"]
    asked = run_at(hub, securityhub_hub, account_id=MEMBER, tags={"team": "security"})
    assert asked.failed
