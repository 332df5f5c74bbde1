# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""securityhub_member_invite: what is known to fail, or to need nothing, before the first write."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import api
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import MemberList
from ansible_collections.multiaccount.aws.plugins.modules import securityhub_member_invite as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_ADMINISTRATOR,
    OTHER_MEMBER,
    failures,
    reasons,
    run_at,
    seed_members,
    statuses,
    writes,
)
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION, ids


@pytest.mark.parametrize("check", [True, False])
def test_own_account_is_left_alone_without_failure(hub: Hub, check: bool) -> None:
    seed_members(hub, {MEMBER: "Created"})
    run = run_at(hub, module, account_ids=[ADMINISTRATOR, MEMBER], check=check)
    assert not run.failed
    assert reasons(run.result) == {ADMINISTRATOR: "own_account"}
    assert ids(run.result["invited_accounts"]) == [MEMBER]
    assert writes(hub) == ({} if check else {"InviteMembers": 1})


@pytest.mark.parametrize("check", [True, False])
def test_caller_that_is_a_member_fails_the_region_once(hub: Hub, check: bool) -> None:
    seed_members(hub, {MEMBER: "Created", OTHER_MEMBER: "Enabled"})
    seed_members(hub, {ADMINISTRATOR: "Enabled"}, administrator_id=OTHER_ADMINISTRATOR)
    run = run_at(hub, module, account_ids=[MEMBER, OTHER_MEMBER], check=check)
    assert failures(run.result) == {REGION: "caller_is_member"}
    assert run.result["msg"].startswith(
        f"The Region failed. Account {ADMINISTRATOR} is itself a member of administrator {OTHER_ADMINISTRATOR} in "
        f"{REGION}, so it can't invite accounts. Use the credentials of the administrator account, or leave "
    )
    assert reasons(run.result) == {MEMBER: "caller_is_member"}
    assert ids(run.result["unchanged_accounts"]) == [OTHER_MEMBER]
    assert not run.result["changed"]
    assert statuses(hub)[MEMBER] == "Created"


def test_check_mode_without_permission_to_read_the_administrator_expects_no_failure(hub: Hub) -> None:
    seed_members(hub, {MEMBER: "Created"})
    hub.fault(kind="access_denied", operation="GetAdministratorAccount", times=None)
    run = run_at(hub, module, account_ids=[MEMBER], check=True)
    assert not run.failed
    assert ids(run.result["invited_accounts"]) == [MEMBER]


@pytest.mark.parametrize("listable", [True, False])
def test_account_named_for_another_reason_is_read_from_the_list(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, listable: bool
) -> None:
    seed_members(hub, {MEMBER: "Created", OTHER_MEMBER: "Enabled"})
    read = api.get_members

    def named_as_unprocessed(client: RegionClient, account_ids: Sequence[str]) -> MemberList:
        found = read(client, account_ids)
        members = {each: member for each, member in found.members.items() if each != OTHER_MEMBER}
        return MemberList(members, dict.fromkeys({OTHER_MEMBER} & set(account_ids), "Not now."))

    monkeypatch.setattr(api, "get_members", named_as_unprocessed)
    if not listable:
        hub.fault(kind="access_denied", operation="ListMembers", times=None)
    run = run_at(hub, module, account_ids=[MEMBER, OTHER_MEMBER])
    assert ids(run.result["invited_accounts"]) == [MEMBER]
    assert ids(run.result["unchanged_accounts"]) == ([OTHER_MEMBER] if listable else [])
    assert reasons(run.result) == ({} if listable else {OTHER_MEMBER: "unreadable"})
    assert [row["processing_result"] for row in run.result["unprocessed_accounts"]] == (
        [] if listable else ["Not now."]
    )
