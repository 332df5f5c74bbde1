# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks with the policies of docs/policies and no others, which the local hub enforces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, THREE, ZERO, Fleet, everywhere
from playbooks.scene import ADMINISTRATOR
from run.layout import ROOT

LOOK, ACT = "administrator-look", "administrator-act"
LOOK_ROLE = "SecurityHubLook"
CREATED = dict.fromkeys(ACCOUNTS, "Created")


def statements(*names: str, sid: str = "") -> list[dict[str, Any]]:
    """The statements of policy files, or those of them with a Sid."""
    files = [ROOT / "docs" / "policies" / f"{name}.json" for name in names]
    found = [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))["Statement"]]
    return [row for row in found if sid in ("", row["Sid"])]


def denied(action: str) -> list[dict[str, Any]]:
    """A statement that takes one action away."""
    return [{"Effect": "Deny", "Action": action}]


def allow(fleet: Fleet, administrator: list[dict[str, Any]], members: Mapping[str, list[dict[str, Any]]]) -> None:
    """Give the administrator, and the roles in the member accounts, these statements and no others.

    The role to look has the policy to look in members.
    """
    rows: list[dict[str, Any]] = [{"account_id": ADMINISTRATOR, "policy": {"Statement": administrator}}]
    for account_id, each in members.items():
        for role, own in ((MEMBER_ROLE, each), (LOOK_ROLE, statements("member-look"))):
            rows.append({"account_id": account_id, "role": role, "policy": {"Statement": own}})
    fleet.scene.hub.seed(policies=rows)


def alike(members: list[dict[str, Any]], account_ids: Iterable[str] = ACCOUNTS) -> dict[str, list[dict[str, Any]]]:
    """The same statements for the roles in all accounts."""
    return dict.fromkeys(account_ids, members)


def test_invite(fleet: Fleet) -> None:
    fleet.seed(CREATED)
    allow(fleet, statements(LOOK), {})
    check = fleet.play("invite", "--check", accounts=ACCOUNTS)
    assert check.code == 0, check.output
    assert "To do: invite 6" in check.summary

    allow(fleet, statements(LOOK, ACT) + denied("securityhub:InviteMembers"), {})
    less = fleet.play("invite", accounts=ACCOUNTS)
    assert less.code == 2, less.output
    assert "securityhub:InviteMembers" in "\n".join(less.summary)
    assert fleet.statuses() == everywhere("Created")

    allow(fleet, statements(LOOK, ACT), {})
    run = fleet.play("invite", accounts=ACCOUNTS)
    assert run.code == 0, run.output
    assert fleet.statuses() == everywhere("Invited")


def test_onboard(fleet: Fleet) -> None:
    """Without an action: below, and in test_onboard_trouble.py for one of the administrator's."""
    given: dict[str, Any] = {"accounts": ACCOUNTS, "member_role": MEMBER_ROLE}
    allow(fleet, statements(LOOK), alike(statements("member")))
    refused = fleet.play("onboard", "--check", **given)
    assert refused.code == 2, refused.output
    assert "role_not_assumed" in refused.error

    check = fleet.play("onboard", "--check", **{**given, "member_role": LOOK_ROLE})
    assert check.code == 0, check.output
    assert "To do: enable Security Hub in 6, add 6, invite 6, accept 6" in check.summary

    allow(fleet, statements(LOOK, ACT), alike(statements("member")))
    run = fleet.play("onboard", **given)
    assert run.code == 0, run.output
    assert fleet.statuses() == everywhere("Enabled")


def test_onboard_names_each_action_that_a_member_role_lacks(fleet: Fleet) -> None:
    """Each account lacks another one."""
    optional = "securityhub:ListMembers"
    actions = [*statements("member", sid="Join")[0]["Action"], "iam:CreateServiceLinkedRole"]
    actions += [action for action in statements("member", sid="Look")[0]["Action"] if action != optional]
    lacking = {f"11112222000{number}": action for number, action in enumerate([*actions, optional])}
    member = statements("member")
    allow(fleet, statements(LOOK, ACT), {each: member + denied(action) for each, action in lacking.items()})
    run = fleet.play("onboard", accounts=list(lacking), member_role=MEMBER_ROLE)
    assert run.code == 2, run.output
    text = "\n".join(run.summary)
    assert [action for action in actions if f"perform: {action}" not in text] == []
    enabled = [account_id for account_id, status in fleet.scene.statuses().items() if status == "Enabled"]
    assert [lacking[account_id] for account_id in enabled] == [optional]


def test_offboard(fleet: Fleet) -> None:
    fleet.seed(dict.fromkeys(ACCOUNTS, "Enabled"))
    given: dict[str, Any] = {"accounts": ACCOUNTS, "member_role": MEMBER_ROLE}
    allow(fleet, statements(LOOK), alike(statements("member-offboarding")))
    check = fleet.play("offboard", "--check", **{**given, "member_role": LOOK_ROLE})
    assert check.code == 0, check.output
    assert check.summary[0].endswith(": 6 removed")

    members = alike(statements("member-offboarding"))
    allow(fleet, statements(LOOK, ACT) + denied("securityhub:DeleteMembers"), members)
    less = fleet.play("offboard", **given)
    assert less.code == 2, less.output
    assert "securityhub:DeleteMembers" in "\n".join(less.summary)
    assert fleet.statuses() == everywhere("Resigned")

    allow(fleet, statements(LOOK, ACT), members)
    run = fleet.play("offboard", **given)
    assert run.code == 0, run.output
    assert fleet.statuses() == everywhere(None)


def test_report(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled", ZERO: "Invited", THREE: "Created"})
    allow(fleet, statements(LOOK) + denied("securityhub:ListMembers"), {})
    less = fleet.play("report")
    assert less.code == 2, less.output
    assert "failed (AccessDeniedException): For example: ListMembers" in less.error
    assert "securityhub:ListMembers" in "\n".join(less.summary)

    allow(fleet, statements(LOOK), {})
    run = fleet.play("report")
    assert run.code == 0, run.output
    assert run.summary[0] == "3 accounts \u00d7 2 Regions = 6 memberships: 2 Enabled, 2 Invited, 2 Created"
