# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that names its administrator: compared with the caller before the first write, in each module that takes it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_member,
    securityhub_member_invite,
    securityhub_membership,
)
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import InProcessHub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_ADMINISTRATOR,
    run_at,
    seed_members,
    statuses,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION

ROLE_ARN = f"arn:aws:iam::{ADMINISTRATOR}:role/security"
MODULES = [
    (securityhub_member, {"members": [MEMBER], "state": "absent"}),
    (securityhub_member_invite, {"account_ids": [MEMBER]}),
    (securityhub_membership, {"members": [MEMBER]}),
]
pytestmark = pytest.mark.parametrize(("module", "options"), MODULES)


@pytest.mark.parametrize("check", [False, True])
def test_other_account_is_refused_before_any_call_to_security_hub(
    hub: InProcessHub, module: Any, options: dict[str, Any], check: bool
) -> None:
    run = run_at(hub, module, check, administrator_id=OTHER_ADMINISTRATOR, regions=[REGION, "us-east-1"], **options)
    assert run.failed
    assert run.result["changed"] is False
    assert f"credentials of account {ADMINISTRATOR}, not of {OTHER_ADMINISTRATOR}" in run.result["msg"]
    assert hub.counts()["calls"] == {}
    assert hub.counts()["other"] == {"sts:GetCallerIdentity": 1}


def test_unknown_caller_is_refused(hub: InProcessHub, module: Any, options: dict[str, Any]) -> None:
    hub.fault(kind="sts_token_refused")
    run = run_at(hub, module, administrator_id=ADMINISTRATOR, **options)
    assert run.failed
    assert f"does not tell whether these are credentials of account {ADMINISTRATOR}" in run.result["msg"]
    assert hub.counts()["calls"] == {}


def test_lost_response_of_sts_is_no_obstacle(hub: InProcessHub, module: Any, options: dict[str, Any]) -> None:
    seed_members(hub, {MEMBER: "Created"})
    hub.fault(kind="lost_reply", operation="GetCallerIdentity")
    run = run_at(hub, module, administrator_id=ADMINISTRATOR, **options)
    assert not run.failed, run.result["msg"]
    assert sum(writes(hub).values()) == 1


def test_account_of_assumed_role_is_the_caller(hub: InProcessHub, module: Any, options: dict[str, Any]) -> None:
    seed_members(hub, {MEMBER: "Created"})
    pipeline: dict[str, Any] = {"account_id": OTHER_ADMINISTRATOR, "assume_role_arn": ROLE_ARN}
    run = run_at(hub, module, administrator_id=OTHER_ADMINISTRATOR, **pipeline, **options)
    assert run.failed
    assert writes(hub) == {}
    run = run_at(hub, module, administrator_id=ADMINISTRATOR, **pipeline, **options)
    assert not run.failed, run.result["msg"]
    assert statuses(hub).get(MEMBER) in (None, "Invited")
    assert hub.counts()["other"] == {"sts:AssumeRole": 2}


@pytest.mark.parametrize("value", ["1402433619", "", "administrator"])
def test_what_is_no_account_id_is_refused_before_any_call(
    hub: InProcessHub, module: Any, options: dict[str, Any], value: str
) -> None:
    run = run_at(hub, module, administrator_id=value, **options)
    assert run.failed
    assert run.result["msg"].startswith("administrator_id: ")
    assert hub.counts()["other"] == {}
