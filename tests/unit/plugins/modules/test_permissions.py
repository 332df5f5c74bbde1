# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies in docs/policies: each module works with its actions, and without one of them names it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import READ_ONLY_POLICY
from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_controls,
    securityhub_controls_info,
    securityhub_finding_aggregator,
    securityhub_hub,
    securityhub_hub_info,
    securityhub_invitation,
    securityhub_invitation_info,
    securityhub_member,
    securityhub_member_info,
    securityhub_member_invite,
    securityhub_membership,
    securityhub_standards,
    securityhub_standards_info,
)
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub, credentials
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION, ModuleRun, run_module

DOCS = Path(__file__).parents[4] / "docs"
POLICIES, GUIDE = DOCS / "policies", DOCS / "docsite" / "rst" / "permissions.rst"
MEMBER, ROLE, FORMER = "111122223333", "SecurityHubOnboarding", "777766665555"
STANDARD, OTHER_STANDARD = "aws-foundational-security-best-practices/v/1.0.0", "cis-aws-foundations-benchmark/v/1.2.0"
SERVICE_LINKED_ROLE = "iam:CreateServiceLinkedRole"
ASSUME_ROLE = "sts:AssumeRole"
CONFIG = "config:DescribeConfigurationRecorderStatus"


def allowed(name: str) -> set[str]:
    """The actions of a policy file."""
    document = json.loads((POLICIES / f"{name}.json").read_text(encoding="utf-8"))
    actions = [statement["Action"] for statement in document["Statement"]]
    return {action for each in actions for action in ([each] if isinstance(each, str) else each)}


@dataclass(frozen=True)
class Case:
    """A task, and what it is allowed.

    `needs` are the actions of the account whose credentials the task has, `member_needs` those of the member's role.
    `writes` are those of both that check mode does without, `foresees` those that only check mode needs, and `spares`
    those without which the task goes another way. The files have them all.
    """

    module: Any
    options: Mapping[str, Any]
    needs: frozenset[str]
    files: tuple[str, ...]
    seeds: tuple[Mapping[str, Any], ...] = ()
    member_needs: frozenset[str] = frozenset()
    member_files: tuple[str, ...] = ()
    writes: frozenset[str] = frozenset()
    foresees: frozenset[str] = frozenset()
    spares: frozenset[str] = frozenset()
    caller: str = ADMINISTRATOR


def hubs(*actions: str) -> frozenset[str]:
    return frozenset(f"securityhub:{action}" for action in actions)


def listed(status: str) -> Mapping[str, Any]:
    row = {"administrator_id": ADMINISTRATOR, "region": REGION, "account_id": MEMBER, "member_status": status}
    return {"members": [row]}


def enabled(account_id: str, **more: Any) -> Mapping[str, Any]:
    return {"hubs": [{"account_id": account_id, "region": REGION, **more}]}


AGGREGATOR = {
    "finding_aggregators": [{"account_id": ADMINISTRATOR, "home_region": REGION, "linking_mode": "NO_REGIONS"}]
}
LOOK, ACT = "administrator-look", "administrator-act"
ADMINISTERED = {"administrator_id": ADMINISTRATOR}
BY_ROLE = {"members": [MEMBER], "member_role": ROLE}
JOINING = hubs("GetAdministratorAccount", "ListInvitations", "EnableSecurityHub", "AcceptAdministratorInvitation")
JOINING_WRITES = hubs("EnableSecurityHub", "AcceptAdministratorInvitation") | {SERVICE_LINKED_ROLE}
LEAVING = hubs(
    "GetAdministratorAccount", "ListInvitations", "DisassociateFromAdministratorAccount", "DeleteInvitations"
)
MOVING = hubs(
    "GetAdministratorAccount",
    "ListInvitations",
    "DisassociateFromAdministratorAccount",
    "AcceptAdministratorInvitation",
)
LEAVING_WRITES = hubs("DisassociateFromAdministratorAccount", "DeclineInvitations", "DeleteInvitations")

READING_CONTROLS = hubs(
    "GetEnabledStandards", "ListSecurityControlDefinitions", "BatchGetStandardsControlAssociations",
    "DescribeStandardsControls",
)  # fmt: skip

CASES: dict[str, Case] = {
    "list members": Case(securityhub_member_info, {}, hubs("ListMembers"), (LOOK,), (listed("Invited"),)),
    "add": Case(
        securityhub_member, {"members": [MEMBER]}, hubs("GetMembers", "CreateMembers"), (LOOK, ACT),
        (enabled(ADMINISTRATOR),), writes=hubs("CreateMembers"),
    ),
    "invite": Case(
        securityhub_member_invite, {"account_ids": [MEMBER]}, hubs("GetMembers", "InviteMembers"), (LOOK, ACT),
        (listed("Created"),), writes=hubs("InviteMembers"),
    ),
    "disassociate": Case(
        securityhub_member, {"members": [MEMBER], "state": "disassociated"}, hubs("GetMembers", "DisassociateMembers"),
        (LOOK, ACT), (listed("Enabled"),), writes=hubs("DisassociateMembers"),
    ),
    "delete": Case(
        securityhub_member, {"members": [MEMBER], "state": "absent"},
        hubs("GetMembers", "DisassociateMembers", "DeleteMembers"), (LOOK, ACT), (listed("Enabled"),),
        writes=hubs("DisassociateMembers", "DeleteMembers"),
    ),
    "join": Case(
        securityhub_membership, BY_ROLE,
        hubs("GetMembers", "GetAdministratorAccount", "CreateMembers", "InviteMembers") | {ASSUME_ROLE}, (LOOK, ACT),
        (enabled(ADMINISTRATOR),), JOINING | {SERVICE_LINKED_ROLE}, ("member",),
        hubs("CreateMembers", "InviteMembers") | JOINING_WRITES,
    ),
    "join where Security Hub is disabled": Case(
        securityhub_membership, {"members": [MEMBER]},
        hubs("GetMembers", "EnableSecurityHub", "CreateMembers", "InviteMembers") | {SERVICE_LINKED_ROLE}, (LOOK, ACT),
        writes=hubs("EnableSecurityHub", "CreateMembers", "InviteMembers") | {SERVICE_LINKED_ROLE},
    ),
    "join with a standard": Case(
        securityhub_membership, {**BY_ROLE, "standards": [STANDARD]}, hubs("GetMembers") | {ASSUME_ROLE}, (LOOK, ACT),
        (listed("Enabled"), enabled(MEMBER, standards=[])),
        hubs("GetEnabledStandards", "DescribeStandards", "BatchEnableStandards"), ("member", "standards"),
        hubs("BatchEnableStandards"),
    ),
    "leave": Case(
        securityhub_membership, {**BY_ROLE, "state": "absent"},
        hubs("GetMembers", "DeleteMembers") | {ASSUME_ROLE}, (LOOK, ACT), (listed("Enabled"),),
        LEAVING, ("member-offboarding",), hubs("DeleteMembers") | LEAVING_WRITES,
        spares=LEAVING | {ASSUME_ROLE},  # the administrator disassociates whoever can't leave
    ),
    "leave a former administrator": Case(
        securityhub_membership, {**BY_ROLE, "leave_administrator_ids": [FORMER]}, hubs("GetMembers") | {ASSUME_ROLE},
        (LOOK, ACT),
        (listed("Invited"), {"members": [{**listed("Enabled")["members"][0], "administrator_id": FORMER}]}),
        MOVING, ("member", "member-offboarding"),
        hubs("DisassociateFromAdministratorAccount", "AcceptAdministratorInvitation"),
    ),
    "look at AWS Config": Case(
        securityhub_membership, {**BY_ROLE, "config_recorder": True}, hubs("GetMembers") | {ASSUME_ROLE},
        (LOOK, ACT), (listed("Enabled"),), frozenset({CONFIG}), ("member", "config"),
        spares=frozenset({CONFIG, ASSUME_ROLE}),
    ),
    "show the hub with AWS Config": Case(
        securityhub_hub_info, {"config_recorder": True},
        hubs("DescribeHub", "ListTagsForResource") | {CONFIG}, (LOOK, "config"), (enabled(ADMINISTRATOR),),
        spares=frozenset({CONFIG}),
    ),
    "create a finding aggregator": Case(
        securityhub_finding_aggregator, {"linking_mode": "all_regions"},
        hubs(
            "ListFindingAggregators", "GetFindingAggregator", "GetAdministratorAccount", "CreateFindingAggregator"
        ), ("aggregator",),
        (enabled(ADMINISTRATOR),), writes=hubs("CreateFindingAggregator", "GetFindingAggregator"),
        spares=hubs("GetAdministratorAccount"),
    ),
    "change a finding aggregator": Case(
        securityhub_finding_aggregator, {"linking_mode": "all_regions"},
        hubs("ListFindingAggregators", "GetFindingAggregator", "UpdateFindingAggregator"), ("aggregator",),
        (AGGREGATOR,), writes=hubs("UpdateFindingAggregator"),
    ),
    "delete a finding aggregator": Case(
        securityhub_finding_aggregator, {"state": "absent"},
        hubs("ListFindingAggregators", "GetFindingAggregator", "DeleteFindingAggregator"), ("aggregator",),
        (AGGREGATOR,), writes=hubs("DeleteFindingAggregator"),
    ),
    "leave and be able to come back": Case(
        securityhub_invitation, {**ADMINISTERED, "state": "left"},
        hubs("GetAdministratorAccount", "ListInvitations", "DisassociateFromAdministratorAccount"),
        ("member-offboarding",),
        (listed("Enabled"),), writes=hubs("DisassociateFromAdministratorAccount"), caller=MEMBER,
    ),
    "remove closed accounts": Case(
        securityhub_membership, {"members": [{"Id": MEMBER, "Status": "CLOSED"}], "closed_accounts": "remove"},
        hubs("GetMembers", "DisassociateMembers", "DeleteMembers"), (LOOK, ACT), (listed("Enabled"),),
        writes=hubs("DisassociateMembers", "DeleteMembers"),
    ),
    "remove surplus": Case(
        securityhub_membership, {"members": ["444455556666"], "surplus": "remove"},
        hubs("GetMembers", "ListMembers", "DisassociateMembers", "DeleteMembers"), (LOOK, ACT),
        (listed("Enabled"), {"members": [{**listed("Enabled")["members"][0], "account_id": "444455556666"}]}),
        writes=hubs("DisassociateMembers", "DeleteMembers"),
    ),
    "accept": Case(
        securityhub_invitation, {**ADMINISTERED, "enable_hub": True}, JOINING | {SERVICE_LINKED_ROLE}, ("member",),
        (listed("Invited"),), writes=JOINING_WRITES, caller=MEMBER,
    ),
    "decline": Case(
        securityhub_invitation, {**ADMINISTERED, "state": "declined"},
        hubs("GetAdministratorAccount", "ListInvitations", "DeclineInvitations"), ("member-offboarding",),
        (listed("Invited"), enabled(MEMBER)), writes=hubs("DeclineInvitations"), caller=MEMBER,
    ),
    "leave by oneself": Case(
        securityhub_invitation, {**ADMINISTERED, "state": "absent"}, LEAVING, ("member-offboarding",),
        (listed("Enabled"),), writes=LEAVING_WRITES, caller=MEMBER,
    ),
    "list invitations": Case(
        securityhub_invitation_info, {}, hubs("GetAdministratorAccount", "ListInvitations"), (LOOK,),
        (listed("Enabled"),), caller=MEMBER,
    ),
    "show the hub": Case(
        securityhub_hub_info, {}, hubs("DescribeHub", "ListTagsForResource"), (LOOK,), (enabled(ADMINISTRATOR),)
    ),
    "enable": Case(
        securityhub_hub, {"tags": {"team": "security"}},
        hubs("DescribeHub", "ListTagsForResource", "EnableSecurityHub", "TagResource") | {SERVICE_LINKED_ROLE},
        ("hub",), writes=hubs("ListTagsForResource", "EnableSecurityHub", "TagResource") | {SERVICE_LINKED_ROLE},
    ),
    "change settings": Case(
        securityhub_hub, {"tags": {"team": "security"}, "auto_enable_controls": False},
        hubs("DescribeHub", "ListTagsForResource", "UpdateSecurityHubConfiguration", "TagResource"), ("hub",),
        (enabled(ADMINISTRATOR),), writes=hubs("UpdateSecurityHubConfiguration", "TagResource"),
    ),
    "disable": Case(
        securityhub_hub, {"state": "absent"}, hubs("DescribeHub", "DisableSecurityHub"), ("hub",),
        (enabled(ADMINISTRATOR),), writes=hubs("DisableSecurityHub"),
        foresees=hubs("GetAdministratorAccount", "ListMembers"),
    ),
    "enable a standard": Case(
        securityhub_standards, {"standards": [STANDARD]},
        hubs("GetEnabledStandards", "DescribeStandards", "BatchEnableStandards"), ("standards",),
        (enabled(ADMINISTRATOR, standards=[]),), writes=hubs("BatchEnableStandards"),
    ),
    "disable a standard": Case(
        securityhub_standards, {"standards": [STANDARD], "state": "absent"},
        hubs("GetEnabledStandards", "BatchDisableStandards"), ("standards",),
        (enabled(ADMINISTRATOR, standards=[STANDARD]),), writes=hubs("BatchDisableStandards"),
    ),
    "list standards": Case(
        securityhub_standards_info, {}, hubs("GetEnabledStandards"), (LOOK,), (enabled(ADMINISTRATOR),)
    ),
    "disable a control": Case(
        securityhub_controls, {"controls": ["IAM.6"], "state": "disabled"},
        READING_CONTROLS | hubs("BatchUpdateStandardsControlAssociations", "UpdateStandardsControl"), ("controls",),
        (enabled(ADMINISTRATOR, standards=[STANDARD]),),
        writes=hubs("BatchUpdateStandardsControlAssociations", "UpdateStandardsControl"),
    ),
    "set a parameter": Case(
        securityhub_controls, {"controls": [{"control_id": "ACM.1", "parameters": {"daysToExpiration": 15}}]},
        READING_CONTROLS | hubs("BatchGetSecurityControls", "UpdateSecurityControl", "UpdateStandardsControl"),
        ("controls",), (enabled(ADMINISTRATOR, standards=[STANDARD]),),
        writes=hubs("UpdateSecurityControl", "UpdateStandardsControl"),
    ),
    "list controls": Case(
        securityhub_controls_info, {}, READING_CONTROLS | hubs("BatchGetSecurityControls"), ("controls",),
        (enabled(ADMINISTRATOR, standards=[STANDARD]),),
    ),
    "all Regions": Case(
        securityhub_member_info, {"regions": "all"}, hubs("ListMembers") | {"ec2:DescribeRegions"}, (LOOK, "regions"),
        (enabled(ADMINISTRATOR), {"enabled_regions": [{"account_id": ADMINISTRATOR, "regions": [REGION]}]}),
    ),
    "linked Regions": Case(
        securityhub_member_info, {"regions": "linked"},
        hubs("ListMembers", "ListFindingAggregators", "GetFindingAggregator"), (LOOK, "regions"),
        ({"finding_aggregators": [
            {"account_id": ADMINISTRATOR, "home_region": REGION, "linking_mode": "NO_REGIONS"}
        ]},),
    ),
}  # fmt: skip
# Actions of files and modules that no case needs: to look for members before accepting, and to remove tags.
MORE = {
    "member": hubs("ListMembers"),
    "hub": hubs("UntagResource"),
    "securityhub_invitation": hubs("ListMembers"),
    "securityhub_hub": hubs("UntagResource"),
}


def name_of(module: Any) -> str:
    return str(module.__name__).rpartition(".")[2]


MODULES = sorted({name_of(case.module) for case in CASES.values()})


@pytest.fixture(name="run_case")
def _run_case(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a case with exactly these actions."""

    def run(case: Case, needs: frozenset[str], member_needs: frozenset[str], check: bool = False) -> ModuleRun:
        for name, value in credentials(case.caller).items():
            monkeypatch.setenv(name, value)
        for seed in case.seeds:
            hub.seed(**seed)
        policies: list[dict[str, Any]] = [{"account_id": case.caller, "allowed_actions": sorted(needs)}]
        if case.member_needs:
            policies.append({"account_id": MEMBER, "role": ROLE, "allowed_actions": sorted(member_needs)})
        hub.seed(policies=policies)
        options = {"endpoint_url": hub.url, "region": REGION, **case.options}
        return run_module(case.module.main, check, **options)

    return run


def each_need() -> list[Any]:
    return [
        pytest.param(case, action, id=f"{name}-{action}")
        for name, case in CASES.items()
        for action in sorted((case.needs | case.member_needs) - case.spares)
    ]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_have_what_a_task_needs(case: Case) -> None:
    assert case.needs | case.foresees <= set().union(*map(allowed, case.files))
    assert case.member_needs <= set().union(*map(allowed, case.member_files))


@pytest.mark.parametrize(
    "name", sorted({file.stem for file in POLICIES.glob("*.json")} - {"member-trust", "member-look"})
)
def test_file_has_nothing_more(name: str) -> None:
    for_caller = (case.needs | case.foresees for case in CASES.values() if name in case.files)
    for_members = (case.member_needs for case in CASES.values() if name in case.member_files)
    needed = set().union(*for_caller, *for_members)
    assert allowed(name) <= needed | MORE.get(name, frozenset())


def test_policy_to_look_in_members_has_the_reads_and_nothing_more() -> None:
    needed = set().union(*(case.needs | case.foresees | case.member_needs for case in CASES.values()))
    writes = set().union(*(case.writes for case in CASES.values()))
    reads = needed - writes - hubs("GetMembers") - {ASSUME_ROLE} | hubs("ListTagsForResource", "GetFindingAggregator")
    assert allowed("member-look") == reads


def actions_in_guide(name: str) -> set[str]:
    """The actions in the rows of the guide that name a module or an option."""
    text = GUIDE.read_text(encoding="utf-8")
    rows = re.findall(r"^   \* - (.+)\n     - (.+\n(?:       .+\n)*)", text, re.MULTILINE)
    return {action for what, row in rows if f"``{name}``" in what for action in re.findall(r"``(\w+:\w+)``", row)}


@pytest.mark.parametrize("module", MODULES)
def test_guide_names_the_actions_of_module(module: str) -> None:
    named = actions_in_guide(module)
    cases = [case for case in CASES.values() if name_of(case.module) == module and "regions" not in case.options]
    needed = set().union(*(case.needs | case.foresees for case in cases)) - {SERVICE_LINKED_ROLE}
    assert needed <= named <= needed | MORE.get(module, set())


def test_guide_names_the_actions_of_regions() -> None:
    assert actions_in_guide("regions: all") == {"ec2:DescribeRegions"}
    assert actions_in_guide("regions: linked") == allowed("regions")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_task_works_with_exactly_its_actions(run_case: Any, case: Case) -> None:
    failed, result = run_case(case, case.needs, case.member_needs)
    assert not failed, result
    assert result["changed"] == bool(case.writes)


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.writes])
def test_check_mode_needs_no_write(run_case: Any, case: Case) -> None:
    needs = case.needs - case.writes | case.foresees
    failed, result = run_case(case, needs, case.member_needs - case.writes, check=True)
    assert not failed, result
    assert result["changed"]


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.member_needs])
def test_check_mode_sends_the_policy_to_look_in_members(run_case: Any, hub: Hub, case: Case) -> None:
    """The role may do everything; what check mode sends takes the rest away."""
    failed, result = run_case(case, case.needs, case.member_needs, check=True)
    assert not failed, result
    assert case.member_needs - case.writes <= allowed("member-look")
    assert {session["policy"] for session in hub.sessions()} == {READ_ONLY_POLICY}


def test_session_policy_is_the_file() -> None:
    assert json.loads(READ_ONLY_POLICY) == json.loads((POLICIES / "member-look.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("case", "action"), each_need())
def test_task_without_an_action_names_it(run_case: Any, case: Case, action: str) -> None:
    failed, result = run_case(case, case.needs - {action}, case.member_needs - {action})
    assert failed, result
    assert action in json.dumps(result)
