# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks that meet faults: a module, its options, and what the local hub holds before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PIPELINE = "111111110000"
ADMINISTRATOR = "999988887777"
FORMER = "777766665555"
REGIONS = ["eu-west-1", "eu-central-1"]
A, B, C, D, E = ACCOUNTS = [f"{number:012d}" for number in range(1, 6)]
FIRST = A
ROLE = "hub-member"
ADMINISTRATOR_ROLE = f"arn:aws:iam::{ADMINISTRATOR}:role/security"
PCI, NIST = "pci-dss/v/4.0.1", "nist-800-53/v/5.0.0"
# Seconds of the modules' clock, which runs faster than the local hub's (running.py).
WAIT_TIMEOUT = 10

Seed = Mapping[str, Any]


@dataclass(frozen=True)
class Scenario:
    """One task."""

    name: str
    module: str
    options: Mapping[str, Any]
    seeds: tuple[Seed, ...]

    @property
    def regions(self) -> list[str]:
        """The Regions that the task is about."""
        return list(self.options["regions"])

    @property
    def requested(self) -> list[str]:
        """The accounts that the task is about."""
        rows = self.options.get("members", self.options.get("account_ids", []))
        rows = [row for row in rows if not (isinstance(row, Mapping) and "status" in row)]  # closed
        return [row["account_id"] if isinstance(row, Mapping) else row for row in rows]


def members(**statuses: str) -> Seed:
    """A seed of the administrator's member list: a status for each of A to E."""
    rows = [
        {"administrator_id": ADMINISTRATOR, "regions": REGIONS, "account_id": account_id, "member_status": status}
        for name, status in statuses.items()
        for account_id in [ACCOUNTS["ABCDE".index(name)]]
    ]
    return {"hubs": [{"account_id": ADMINISTRATOR, "regions": REGIONS}], "members": rows}


def of_another(*account_ids: str) -> Seed:
    """A seed that makes these accounts members of another administrator."""
    rows = [{"administrator_id": FORMER, "regions": REGIONS, "account_id": each} for each in account_ids]
    return {"members": [{**row, "member_status": "Enabled"} for row in rows]}


def hubs(*account_ids: str, **more: Any) -> Seed:
    """A seed that enables Security Hub in these accounts."""
    return {"hubs": [{"account_id": account_id, "regions": REGIONS, **more} for account_id in account_ids]}


def as_administrator(name: str, module: str, seed: Seed, *more: Seed, **options: Any) -> Scenario:
    """A task of the administrator, from a pipeline that assumes its role."""
    shared = {"regions": REGIONS, "assume_role_arn": ADMINISTRATOR_ROLE, "wait_timeout": WAIT_TIMEOUT}
    return Scenario(name, module, {**shared, **options}, (seed, *more))


def in_accounts(name: str, module: str, *seeds: Seed, **options: Any) -> Scenario:
    """A task in two member accounts, by their role."""
    shared = {"regions": REGIONS[:1], "account_ids": [A, B], "member_role": ROLE}
    waiting = {} if module == "securityhub_hub" else {"wait_timeout": WAIT_TIMEOUT}
    return Scenario(name, module, {**shared, **waiting, **options}, seeds)


INVITE, MEMBER, MEMBERSHIP = "securityhub_member_invite", "securityhub_member", "securityhub_membership"
INVITATION, HUB, STANDARDS = "securityhub_invitation", "securityhub_hub", "securityhub_standards"
CONTROLS = "securityhub_controls"
ADMINISTERED = {"administrator_id": ADMINISTRATOR}
FLEET = {"members": [A, B, C, D, E], "member_role": ROLE}
INVITED = members(A="Invited", B="Invited")
ENABLED = members(A="Enabled", B="Enabled")
# Rows with roles of their own: by ARN, by name, with an external ID, and the usual one.
OWN_ROLES = {
    "roles": [
        {"account_id": A, "role": "team/onboarding", "external_id": "external-a"},
        {"account_id": B, "role": "own-role"},
    ]
}
OWN_ROWS = [
    {
        "account_id": A,
        "member_role": f"arn:aws:iam::{A}:role/team/onboarding",
        "member_role_external_id": "external-a",
    },
    {"account_id": B, "member_role": "own-role"},
    {"account_id": C},
]

POLICY = {
    "enabled_standards": [PCI],
    "disabled_controls": ["IAM.6"],
    "control_parameters": {"ACM.1": {"daysToExpiration": 15}},
}
# What the local hub holds where the policy is applied: disabled controls by ARN, custom parameters.
APPLIED = [
    {f"arn:aws:securityhub:{REGIONS[0]}::standards/{PCI}": ["IAM.6"]},
    {"ACM.1": {"daysToExpiration": {"Integer": 15}}},
]

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        as_administrator(
            "invite", INVITE, members(A="Created", B="Removed", C="Invited", D="Resigned"),
            account_ids=[A, B, C, D, E, ADMINISTRATOR], reinvite=["removed", "resigned"],
        ),
        as_administrator("member-present", MEMBER, members(C="Created"), members=[A, B, C, ADMINISTRATOR]),
        as_administrator(
            "member-disassociated", MEMBER, members(A="Enabled", B="Enabled", C="Created"),
            members=[A, B, C], state="disassociated",
        ),
        as_administrator(
            "member-absent", MEMBER, members(A="Enabled", B="Created", C="Removed"),
            members=[A, B, C, D], state="absent",
        ),
        as_administrator(
            "membership-present", MEMBERSHIP, members(C="Created", D="Invited", E="Enabled"), hubs(B, D), **FLEET
        ),
        as_administrator("membership-first", MEMBERSHIP, {}, members=[A], member_role=ROLE, regions=REGIONS[:1]),
        as_administrator(
            "membership-without-role", MEMBERSHIP, members(B="Removed", C="Enabled"),
            members=[A, B, C], regions=REGIONS[:1],
        ),
        as_administrator(
            "membership-standards", MEMBERSHIP, members(A="Created", B="Enabled"), hubs(B, standards=[NIST]),
            members=[A, B], member_role=ROLE, standards=[PCI], regions=REGIONS[:1],
        ),
        as_administrator(
            "membership-policy", MEMBERSHIP, members(A="Created", B="Enabled", C="Enabled"), hubs(B, standards=[NIST]),
            hubs(
                C, standards=[{"standards": PCI, "disabled_controls": ["EC2.1"]}],
                control_parameters={"SecretsManager.3": {"unusedForDays": {"Integer": 30}}},
            ),
            members=[A, B, C], member_role=ROLE, regions=REGIONS[:1], policy=POLICY,
        ),
        as_administrator(
            "membership-absent", MEMBERSHIP, members(A="Enabled", B="Invited", C="Created", D="Removed"), hubs(B),
            state="absent", **FLEET,
        ),
        as_administrator(
            "membership-surplus", MEMBERSHIP, members(A="Created", B="Enabled", C="Created"),
            members=[A], member_role=ROLE, surplus="remove", regions=REGIONS[:1],
        ),
        as_administrator(
            "membership-moved", MEMBERSHIP, members(A="Invited", B="Created"), of_another(A, B), hubs(C),
            members=[A, B, C], member_role=ROLE, leave_administrator_ids=[FORMER], regions=REGIONS[:1],
        ),
        as_administrator(
            "membership-config", MEMBERSHIP, members(A="Enabled", B="Created"), hubs(B), members=[A, B],
            member_role=ROLE, config_recorder=True, regions=REGIONS[:1],
        ),
        as_administrator(
            "membership-closed", MEMBERSHIP, members(A="Created", B="Enabled", C="Created"),
            members=[A, {"account_id": B, "status": "CLOSED"}, {"account_id": C, "status": "CLOSED"}],
            member_role=ROLE, closed_accounts="remove", regions=REGIONS[:1],
        ),
        as_administrator(
            "membership-resigned", MEMBERSHIP, members(A="Resigned", B="Created"),
            members=[A, B], reinvite=["removed", "resigned"], regions=REGIONS[:1],
        ),
        as_administrator(
            "membership-rows", MEMBERSHIP, members(B="Invited", C="Enabled", D="Enabled"), OWN_ROLES,
            members=OWN_ROWS, member_role=ROLE, surplus="remove",
        ),
        in_accounts("invitation-accepted", INVITATION, INVITED, hubs(B), **ADMINISTERED, enable_hub=True),
        in_accounts("invitation-declined", INVITATION, INVITED, hubs(A, B), **ADMINISTERED, state="declined"),
        in_accounts("invitation-left", INVITATION, ENABLED, **ADMINISTERED, state="left"),
        in_accounts("invitation-ended", INVITATION, ENABLED, **ADMINISTERED, state="absent"),
        in_accounts("invitation-absent", INVITATION, INVITED, hubs(A, B), **ADMINISTERED, state="absent"),
        in_accounts("hub-present", HUB, {}, tags={"team": "security"}),
        in_accounts(
            "hub-settings", HUB, hubs(A, B), tags={"team": "security"}, auto_enable_controls=False
        ),
        in_accounts("hub-absent", HUB, hubs(A, B), state="absent"),
        in_accounts("standards-present", STANDARDS, hubs(A, B, standards=[]), standards=[PCI]),
        in_accounts(
            "standards-purged", STANDARDS, hubs(A, B, standards=[NIST]), standards=[PCI], purge_standards=True
        ),
        in_accounts(
            "standards-absent", STANDARDS, hubs(A, B, standards=[PCI, NIST]), standards=[PCI], state="absent"
        ),
        in_accounts(
            "controls-changed", CONTROLS,
            hubs(A, B, standards=[PCI, {"standards": NIST, "disabled_controls": ["EC2.2"]}]),
            controls=[
                "EC2.2", {"control_id": "IAM.6", "state": "disabled"},
                {"control_id": "ACM.1", "parameters": {"daysToExpiration": 15}},
            ],
        ),
    )
}  # fmt: skip
