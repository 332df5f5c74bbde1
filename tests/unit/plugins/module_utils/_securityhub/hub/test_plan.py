# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of the hub of a Region: one row a case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import (
    DesiredHub,
    HubPlan,
    plan_hub_absent,
    plan_hub_present,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import Hub

NEW = Hub(None, None, True, "SECURITY_CONTROL", {})
ON = replace(
    NEW,
    hub_arn="arn:aws:securityhub:eu-west-1:111122223333:hub/default",
    subscribed_at="2026-01-31T08:15:30.123Z",
)
STANDARD = "STANDARD_CONTROL"


# desired, parameters of EnableSecurityHub, settings to be changed afterwards, what differs from a new hub in the end
@pytest.mark.parametrize(
    ("desired", "enable", "settings", "after"),
    [
        ({}, {}, {}, {}),
        ({"enable_default_standards": True}, {"EnableDefaultStandards": True}, {}, {}),
        ({"auto_enable_controls": True}, {}, {}, {}),
        ({"auto_enable_controls": False}, {}, {"auto_enable_controls": False}, {"auto_enable_controls": False}),
        (
            {"control_finding_generator": STANDARD},
            {"ControlFindingGenerator": STANDARD},
            {},
            {"control_finding_generator": STANDARD},
        ),
        ({"tags": {"team": "security"}}, {"Tags": {"team": "security"}}, {}, {"tags": {"team": "security"}}),
        ({"tags": {}}, {}, {}, {}),
        ({"tags": {"team": "a"}, "purge_tags": False}, {"Tags": {"team": "a"}}, {}, {"tags": {"team": "a"}}),
    ],
)
def test_a_hub_that_is_off_is_turned_on_with_what_is_desired(
    desired: dict[str, Any], enable: dict[str, Any], settings: dict[str, Any], after: dict[str, Any]
) -> None:
    plan = plan_hub_present(DesiredHub(**desired), None)
    assert plan.before is None
    assert plan.enable == {"EnableDefaultStandards": False, **enable}
    assert (plan.settings, plan.set_tags, plan.remove_tags) == (settings, {}, ())
    assert plan.after == replace(NEW, **{"tags": desired.get("tags"), **after})
    assert plan.changed


# hub now, desired, settings to be changed
@pytest.mark.parametrize(
    ("now", "desired", "settings"),
    [
        ({}, {}, {}),
        ({}, {"auto_enable_controls": True, "control_finding_generator": "SECURITY_CONTROL"}, {}),
        ({}, {"auto_enable_controls": False}, {"auto_enable_controls": False}),
        ({"auto_enable_controls": False}, {}, {}),
        ({"auto_enable_controls": False}, {"auto_enable_controls": False}, {}),
        ({"auto_enable_controls": False}, {"auto_enable_controls": True}, {"auto_enable_controls": True}),
        ({}, {"control_finding_generator": STANDARD}, {"control_finding_generator": STANDARD}),
        ({"control_finding_generator": STANDARD}, {}, {}),
        ({"control_finding_generator": STANDARD}, {"control_finding_generator": STANDARD}, {}),
        # standards are a matter of turning it on
        ({}, {"enable_default_standards": True}, {}),
    ],
)
def test_the_settings_of_a_hub_that_is_on(
    now: dict[str, Any], desired: dict[str, Any], settings: dict[str, Any]
) -> None:
    hub = replace(ON, **now)
    plan = plan_hub_present(DesiredHub(**desired), hub)
    assert plan == HubPlan(hub, replace(hub, **settings), settings=settings)
    assert plan.changed == bool(settings)


OWN = {"aws:cloudformation:stack-name": "hubs"}


# tags now, tags desired, purge_tags, tags to be set, tags to be removed
@pytest.mark.parametrize(
    ("now", "desired", "purge", "set_tags", "removed"),
    [
        ({"team": "security"}, None, True, {}, ()),
        ({"team": "security"}, {}, False, {}, ()),
        ({"team": "security"}, {}, True, {}, ("team",)),
        ({"team": "security"}, {"team": "security"}, True, {}, ()),
        ({"team": "security"}, {"team": "platform"}, True, {"team": "platform"}, ()),
        ({"team": "security"}, {"Team": "security"}, True, {"Team": "security"}, ("team",)),
        ({"team": "security", "stage": "test"}, {"team": "platform"}, False, {"team": "platform"}, ()),
        ({"team": "security", "stage": "test"}, {"team": "security"}, True, {}, ("stage",)),
        ({}, {"team": ""}, True, {"team": ""}, ()),
        ({"team": "security", **OWN}, {}, True, {}, ("team",)),
        (OWN, {"team": "security"}, True, {"team": "security"}, ()),
    ],
)
def test_the_tags_of_a_hub_that_is_on(
    now: dict[str, str], desired: dict[str, str] | None, purge: bool, set_tags: dict[str, str], removed: tuple[str, ...]
) -> None:
    plan = plan_hub_present(DesiredHub(tags=desired, purge_tags=purge), replace(ON, tags=now))
    assert (plan.set_tags, plan.remove_tags) == (set_tags, removed)
    assert plan.enable is None
    assert plan.settings == {}
    assert plan.changed == bool(set_tags or removed)
    assert plan.after
    assert plan.after.tags == {key: value for key, value in {**now, **set_tags}.items() if key not in removed}


def test_tags_that_are_not_desired_are_removed_unless_told_otherwise() -> None:
    assert plan_hub_present(DesiredHub(tags={}), replace(ON, tags={"team": "security"})).remove_tags == ("team",)


def test_a_hub_that_is_to_be_off() -> None:
    assert plan_hub_absent(ON) == HubPlan(ON, None, disable=True)
    assert plan_hub_absent(ON).changed
    assert plan_hub_absent(None) == HubPlan(None, None)
    assert not plan_hub_absent(None).changed
