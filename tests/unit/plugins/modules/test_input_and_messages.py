# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which lists of accounts are taken, what is refused before any call, and what messages say."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_hub,
    securityhub_member,
    securityhub_member_info,
    securityhub_member_invite,
)
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_MEMBER,
    THREE,
    reasons,
    run_at,
    seed_members,
    statuses,
    turn_on,
)
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, ids

PAIR = [MEMBER, OTHER_MEMBER]


# 8. Input


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        (securityhub_member_invite, {"account_ids": [None]}, "account_ids: not an AWS account ID: null. "),
        (securityhub_member_invite, {"account_ids": [""]}, "account_ids: not an AWS account ID: ''. "),
        (securityhub_member, {"members": [None]}, "members: not an AWS account ID: null. "),
        (securityhub_member, {"members": [MEMBER, {"Email": "a@example.com"}]}, "members: row 2 has no account_id. "),
        (securityhub_member_info, {"account_ids": [""]}, "account_ids: not an AWS account ID: ''. "),
        (securityhub_member_info, {"region": "eu-west-1, us-east-1"}, "region: 'eu-west-1, us-east-1' is not one "),
    ],
)
def test_input_that_cannot_be_used_is_refused_before_any_call(
    hub: Hub, module: Any, options: dict[str, Any], message: str
) -> None:
    run = run_at(hub, module, **options)
    assert run.failed
    assert run.result["msg"].startswith(message)
    assert not run.result["changed"]
    assert run.result["failed_regions"] == []
    assert hub.counts()["calls"] == {}


@pytest.mark.parametrize(
    "members",
    [
        [MEMBER, OTHER_MEMBER],
        [{"AccountId": MEMBER}, OTHER_MEMBER],
        [{"Id": MEMBER, "Email": "a@example.com"}, {"Account ID": OTHER_MEMBER}],
        {MEMBER: "a@example.com", OTHER_MEMBER: None},
        f"{MEMBER}\n{OTHER_MEMBER}",
    ],
)
def test_lists_that_people_have_are_taken(hub: Hub, members: Any) -> None:
    turn_on(hub, ADMINISTRATOR)
    run = run_at(hub, securityhub_member, members=members)
    assert ids(run.result["created_accounts"]) == PAIR
    assert statuses(hub) == dict.fromkeys(PAIR, "Created")


# 9. Smaller ones


def test_unknown_status_is_named(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Paused"})
    run = run_at(hub, securityhub_member_invite, account_ids=[MEMBER])
    assert reasons(run.result) == {MEMBER: "unknown_status"}
    assert "'Paused'" in run.result["unprocessed_accounts"][0]["processing_result"]
    assert run.result["msg"].startswith(f"1 account not invited: {MEMBER} in eu-west-1: unknown_status (The member")
    assert ".)." not in run.result["msg"]


def test_refused_write_is_rejected(hub: Hub) -> None:
    seed_members(hub, dict.fromkeys(PAIR, "Created"))
    hub.fault(kind="access_denied", operation="InviteMembers")
    run = run_at(hub, securityhub_member_invite, account_ids=PAIR)
    assert reasons(run.result) == dict.fromkeys(PAIR, "rejected")
    assert all("not authorized" in row["processing_result"] for row in run.result["unprocessed_accounts"])


def test_tags_that_nobody_asks_for_need_no_permission(hub: Hub) -> None:
    turn_on(hub, MEMBER)
    hub.fault(kind="access_denied", operation="ListTagsForResource")
    run = run_at(hub, securityhub_hub, account_id=MEMBER, auto_enable_controls=False)
    assert not run.failed
    assert run.result["changed"]
    asked = run_at(hub, securityhub_hub, account_id=MEMBER, tags={"team": "security"})
    assert asked.failed


def test_profile_with_keys_is_refused_with_all_lists(hub: Hub) -> None:
    run = run_at(hub, securityhub_member_invite, account_ids=PAIR, profile="security")
    assert run.failed
    assert run.result["msg"].startswith("profile (AWS_PROFILE) and access_key (AWS_ACCESS_KEY_ID) are both set")
    assert run.result["invited_accounts"] == run.result["unprocessed_accounts"] == run.result["failed_regions"] == []


def test_equal_failures_of_regions_are_told_once(hub: Hub) -> None:
    run = run_at(hub, securityhub_member_invite, account_ids=[MEMBER], regions=THREE)
    assert len(run.result["failed_regions"]) == 3
    assert run.result["msg"].count("Security Hub is not enabled") == 1
    assert "eu-west-1, eu-central-1 and eu-south-1" in run.result["msg"]


def test_endpoint_that_does_not_listen_names_endpoint_url(hub: Hub) -> None:
    run = run_at(hub, securityhub_member_info, endpoint_url="http://127.0.0.1:1", region="eu-west-1")
    assert run.failed
    assert "endpoint_url" in run.result["msg"]
    assert "aws_ca_bundle" in run.result["msg"]
