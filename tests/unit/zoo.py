# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts in every situation that securityhub_membership knows, and what becomes of each of them.

ZOO has those that are, or are to be, members; CONFIGURED has members that are configured in every way, which matters to
a policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.local_hub.control_catalogue import Control, controls
from ansible_collections.multiaccount.aws.tests.unit.controls import (
    ASSOCIATIONS,
    CIS,
    FSBP,
    NIST,
    PARAMETERS,
    PCI,
    SET,
    STANDARDS,
    UPDATE,
)
from ansible_collections.multiaccount.aws.tests.unit.membership import EMAIL, OTHER_ADMINISTRATOR, seed_members
from ansible_collections.multiaccount.aws.tests.unit.standards import TOWER, client_of
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR

ROLE = "security/hub-member"
LAST_REGION = "eu-south-1"
Ending = tuple[str | None, tuple[str, ...], str | None]


class Animal(NamedTuple):
    """One account: how it is seeded, and status, actions and reason in the end.

    ``hub``: Security Hub is enabled in it. ``role``: what is seeded of its role, "denied" for none that can be assumed.
    ``has``: another administrator, members of its own, an organization, or nothing of that. ``closed``: Regions in
    which it has not opted in. ``ends`` is for state present, ``leaves`` for state absent; ``row`` is what its row says.
    """

    status: str | None
    ends: Ending
    leaves: Ending
    hub: bool = False
    has: str = ""
    role: str = ""
    closed: str = ""
    row: tuple[tuple[str, Any], ...] = ()


NEW = ("create", "invite", "enable_hub", "accept")
GONE: Ending = (None, ("delete",), None)
NEVER_THERE: Ending = (None, (), None)
DECLINED: Ending = (None, ("decline", "delete"), None)
LEFT: Ending = (None, ("leave", "delete"), None)


def enabled(*actions: str) -> Ending:
    return "Enabled", actions, None


def invited(reason: str, *actions: str) -> Ending:
    return "Invited", actions, reason


ZOO = {
    "not listed": Animal(None, enabled(*NEW), NEVER_THERE),
    "not listed, hub": Animal(None, enabled("create", "invite", "accept"), NEVER_THERE, hub=True),
    "deleted": Animal("Deleted", enabled(*NEW), ("Deleted", (), None)),
    "created": Animal("Created", enabled("invite", "enable_hub", "accept"), GONE),
    "created, hub": Animal("Created", enabled("invite", "accept"), GONE, hub=True),
    "invited": Animal("Invited", enabled("enable_hub", "accept"), GONE),
    "invited, hub": Animal("Invited", enabled("accept"), DECLINED, hub=True),
    "enabled": Animal("Enabled", enabled(), LEFT),
    "removed": Animal("Removed", enabled("invite", "enable_hub", "accept"), GONE),
    "removed, hub": Animal("Removed", enabled("invite", "accept"), GONE, hub=True),
    "resigned": Animal("Resigned", ("Resigned", (), "resigned"), GONE, hub=True),
    "suspended": Animal("AccountSuspended", ("AccountSuspended", (), "suspended"), GONE),
    "unknown": Animal("Paused", ("Paused", (), "unknown_status"), ("Paused", (), "unknown_status"), hub=True),
    "organization, removed": Animal("Removed", enabled("create"), ("Removed", (), "rejected"), True, "organization"),
    "organization, enabled": Animal(
        "Enabled", enabled(), ("Removed", ("disassociate",), "rejected"), True, "organization"
    ),
    "other's": Animal(None, (None, (), "other_administrator"), NEVER_THERE, has="administrator"),
    "other's, created": Animal("Created", ("Created", (), "other_administrator"), GONE, has="administrator"),
    "other's, invited": Animal("Invited", invited("other_administrator"), DECLINED, has="administrator"),
    "other's, removed": Animal("Removed", ("Removed", (), "other_administrator"), GONE, has="administrator"),
    "administrator": Animal(None, (None, (), "has_members"), NEVER_THERE, has="members"),
    "administrator, created": Animal("Created", ("Created", (), "has_members"), GONE, has="members"),
    "administrator, invited": Animal("Invited", invited("has_members"), DECLINED, has="members"),
    "denied": Animal(None, invited("role_not_assumed", "create", "invite"), NEVER_THERE, role="denied"),
    "denied, created": Animal("Created", invited("role_not_assumed", "invite"), GONE, role="denied"),
    "denied, invited": Animal("Invited", invited("role_not_assumed"), GONE, role="denied"),
    "denied, removed": Animal("Removed", invited("role_not_assumed", "invite"), GONE, role="denied"),
    "denied, resigned": Animal("Resigned", ("Resigned", (), "resigned"), GONE, role="denied"),
    "denied, enabled": Animal("Enabled", enabled(), (None, ("disassociate", "delete"), None), role="denied"),
    "closed": Animal(None, invited("region_not_enabled", "create", "invite"), NEVER_THERE, closed="all"),
    "closed, invited": Animal("Invited", invited("region_not_enabled"), GONE, closed="all"),
    "closed in one": Animal("Created", enabled("invite", "enable_hub", "accept"), GONE, closed=LAST_REGION),
    "may not look": Animal(None, invited("rejected", "create", "invite"), NEVER_THERE, role="may not look"),
    "may not look, invited": Animal("Invited", invited("rejected"), GONE, role="may not look"),
    "may not look, enabled": Animal(
        "Enabled", enabled(), (None, ("disassociate", "delete"), None), role="may not look"
    ),
    "role by path": Animal(None, enabled(*NEW), NEVER_THERE, role="path", row=(("member_role", "own/path/hub"),)),
    "role by ARN": Animal(None, enabled(*NEW), NEVER_THERE, role="path", row=(("member_role", "ARN"),)),
    "wrong role name": Animal(
        None, invited("role_not_assumed", "create", "invite"), NEVER_THERE, row=(("member_role", "own/path/hub"),)
    ),
    "external id": Animal(
        None, enabled(*NEW), NEVER_THERE, role="external id", row=(("member_role_external_id", "a-long-external-id"),)
    ),
    "no external id": Animal(None, invited("role_not_assumed", "create", "invite"), NEVER_THERE, role="external id"),
    "e-mail": Animal(None, enabled(*NEW), NEVER_THERE, row=(("email", EMAIL),)),
    "one Region": Animal(None, enabled(*NEW), NEVER_THERE, row=(("regions", [LAST_REGION]),)),
}
IDS = {name: f"{number:012d}" for number, name in enumerate(ZOO, 10)}
NAMES = {account_id: name for name, account_id in IDS.items()}
# An account of an organization that was never there: that it is one shows only when it is created.
NEW_OF_ORGANIZATION = "000000000009"


def rows() -> list[Any]:
    """The option members: one row an account, in several forms, with a duplicate and the administrator itself."""
    given = [{"account_id": IDS[name], **dict(animal.row)} for name, animal in ZOO.items()]
    for row in given:
        if row.get("member_role") == "ARN":
            row["member_role"] = f"arn:aws:iam::{row['account_id']}:role/own/path/hub"
    plain = [row["account_id"] if len(row) == 1 else row for row in given]
    return [*plain, ADMINISTRATOR, NEW_OF_ORGANIZATION, IDS["not listed"], f" {IDS['created']}, {IDS['enabled']}"]


def seed(hub: Hub, regions: list[str]) -> None:
    """Write all of it down."""
    organization = [IDS[name] for name, animal in ZOO.items() if animal.has == "organization"]
    hub.seed(organization_accounts=[*organization, NEW_OF_ORGANIZATION])
    seed_members(hub, {IDS[name]: animal.status for name, animal in ZOO.items() if animal.status}, regions)
    for name, animal in ZOO.items():
        _seed_account(hub, IDS[name], animal, regions)
        _seed_role(hub, IDS[name], animal.role)


def _seed_account(hub: Hub, account_id: str, animal: Animal, regions: list[str]) -> None:
    if animal.hub:
        hub.seed(hubs=[{"account_id": account_id, "regions": regions}])
    if animal.has == "administrator":
        seed_members(hub, {account_id: "Enabled"}, regions, OTHER_ADMINISTRATOR)
    if animal.has == "members":
        seed_members(hub, {f"5555{account_id[4:]}": "Enabled"}, regions, account_id)
    if animal.closed:
        closed = regions if animal.closed == "all" else [animal.closed]
        hub.seed(disabled_regions=[{"account_id": account_id, "regions": closed}])


def _seed_role(hub: Hub, account_id: str, role: str) -> None:
    if role == "denied":
        hub.seed(denied_roles=[account_id])
    elif role == "path":
        hub.seed(roles=[{"account_id": account_id, "role": "own/path/hub"}])
    elif role == "external id":
        hub.seed(roles=[{"account_id": account_id, "role": ROLE, "external_id": "a-long-external-id"}])
    elif role == "may not look":
        hub.seed(policies=[{"account_id": account_id, "allowed_actions": ["securityhub:EnableSecurityHub"]}])
    else:
        hub.seed(roles=[{"account_id": account_id, "role": ROLE}])


def ending(account_id: str, region: str, state: str) -> Ending:
    """What the table says of an account: status, actions, reason."""
    if account_id == ADMINISTRATOR:
        return None, (), "own_account"
    if account_id == NEW_OF_ORGANIZATION:
        return enabled("create") if state == "present" else NEVER_THERE
    animal = ZOO[NAMES[account_id]]
    if state == "present" and animal.closed == region:
        return invited("region_not_enabled", "invite")
    return animal.ends if state == "present" else animal.leaves


# Members and their configuration. The first Region has controls that the other lacks.

HOME = "us-east-1"
TAGS = "aws-resource-tagging-standard/v/1.0.0"
# A value of each type.
CUSTOM: dict[str, dict[str, Any]] = {
    "ACM.1": {"daysToExpiration": {"Integer": 15}},
    "APIGateway.1": {"loggingLevel": {"Enum": "ERROR"}},
    "CloudWatch.15": {"okActionRequired": {"Boolean": True}},
    "DynamoDB.5": {"requiredTagKeys": {"StringList": ["owner", "team"]}},
    "EC2.18": {"authorizedTcpPorts": {"IntegerList": [22, 443]}},
    "IAM.7": {"MinimumPasswordLength": {"Integer": 20}, "RequireSymbols": {"Boolean": False}},
    "Kinesis.3": {"minimumBackupRetentionPeriod": {"String": "24"}},
    "LocalHub.1": {"maximumShare": {"Double": 0.25}},
    "S3.11": {"eventTypes": {"EnumList": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}},
}
DISABLED = ["CloudFront.1", "CloudTrail.2", "Config.1", "IAM.5", "SQS.2"]
POLICY_STANDARDS = [FSBP, NIST, TAGS]
# The IAM users of an account are the same in all Regions; WAF.1 is no such control, but the list may say so.
GLOBAL = ["IAM.3", "IAM.4", "IAM.5", "IAM.7", "WAF.1"]
POLICY: dict[str, Any] = {
    "enabled_standards": POLICY_STANDARDS,
    "disabled_controls": DISABLED,
    "control_parameters": {
        control_id: {name: next(iter(value.values())) for name, value in values.items()}
        for control_id, values in CUSTOM.items()
    },
    "global_controls_region": HOME,
    "global_controls": GLOBAL,
}
REASON = "Somebody's reason"
NOTHING: Mapping[str, Any] = MappingProxyType({})


def is_disabled(control: Control, region: str) -> bool:
    """Whether the policy disables a control in a Region."""
    return control.id in DISABLED or (region != HOME and control.id in GLOBAL)


def has(control: Control, standard: str, region: str) -> bool:
    """Whether a standard has a control in a Region."""
    return standard in control.standards and region in (control.regions or [region])


class Configured(NamedTuple):
    """A member: its standards (None for what the policy says) and what differs from the policy in it, and the end.

    ``enabled`` and ``disabled`` are controls that are so in all standards, or in those of ``only``, against the policy.
    ``custom`` are parameters beside the policy's; None stands for all defaults. ``faults`` are what its calls meet.
    ``surprises``: only a run can find out. ``ends`` are what its row says in the end: policy and reason.
    """

    ends: tuple[str, str | None] = ("applied", None)
    standards: tuple[Any, ...] | None = None
    enabled: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    custom: Mapping[str, Any] | None = NOTHING
    faults: tuple[dict[str, Any], ...] = ()
    surprises: bool = False
    is_managed: bool = False
    auto_enable: bool = True
    is_updating: bool = False


def refused(operation: str, code: str, times: int | None = None, **more: Any) -> dict[str, Any]:
    """A fault that names CloudTrail.2 as unprocessed."""
    named = {"controls": ["CloudTrail.2"], "message": "Not this one", **more}
    return {"kind": "reject_controls", "operation": operation, "code": code, "times": times, **named}


def failing(operation: str, kind: str = "access_denied", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "operation": operation, **more}


IN_USE = {"code": "ResourceInUseException", "status": 400, "message": "The control is being updated"}
OFF = {"code": "InvalidAccessException", "status": 401, "message": "The account is not subscribed to AWS Security Hub"}
AS_IT_IS: tuple[str, str | None] = ("differs", "rejected")
DRIFTED = ("CloudTrail.2",)
CONFIGURED: dict[str, Configured] = {
    "as the policy says": Configured(),
    "no standards": Configured(standards=(), custom=None),
    "another standard": Configured(standards=(PCI,), custom=None),
    "another standard too": Configured(standards=(*POLICY_STANDARDS, CIS)),
    "one standard of three": Configured(standards=(NIST,)),
    "new standards with controls disabled": Configured(standards=(), custom=None, auto_enable=False, surprises=True),
    "standard of another service": Configured(standards=(*POLICY_STANDARDS, TOWER)),
    "standard pending": Configured(
        ("differs", "standards_pending"), ({"standards": FSBP, "status": "PENDING"}, NIST, TAGS)
    ),
    "standard incomplete": Configured(
        ("differs", "standards_incomplete"), ({"standards": FSBP, "status": "INCOMPLETE"}, NIST, TAGS)
    ),
    "standard failed": Configured(standards=({"standards": FSBP, "status": "FAILED"}, NIST, TAGS), custom=None),
    "standard being disabled": Configured(
        ("differs", "unconfirmed"), ({"standards": FSBP, "status": "DELETING"}, NIST, TAGS)
    ),
    "another standard being disabled": Configured(
        ("differs", "unconfirmed"), ({"standards": PCI, "status": "DELETING"}, *POLICY_STANDARDS)
    ),
    "controls not ready": Configured(
        ("differs", "not_ready"), ({"standards": FSBP, "controls_updatable": False}, NIST, TAGS)
    ),
    "disabled everywhere": Configured(disabled=("EC2.1", "S3.1")),
    "disabled in one standard": Configured(disabled=("EC2.1", "S3.1"), only=(NIST,)),
    "disabled, one standard has it": Configured(disabled=("DynamoDB.5", "LocalHub.1")),
    "enabled everywhere": Configured(enabled=DRIFTED),
    "enabled in one standard": Configured(enabled=DRIFTED, only=(FSBP,)),
    "enabled, one standard has it": Configured(enabled=("SQS.2",)),
    "enabled, one Region has it": Configured(enabled=("CloudFront.1",)),
    "global and enabled": Configured(enabled=("IAM.3", "IAM.7")),
    "global and disabled": Configured(disabled=("IAM.3", "IAM.7", "WAF.1")),
    "both ways": Configured(enabled=("Config.1",), disabled=("RDS.3",)),
    "defaults": Configured(custom=None),
    "other values": Configured(
        custom={
            "ACM.1": {"daysToExpiration": {"Integer": 20}},
            "S3.11": {"eventTypes": {"EnumList": ["s3:Replication:*"]}},
        }
    ),
    "values in another order": Configured(custom={"EC2.18": {"authorizedTcpPorts": {"IntegerList": [443, 22]}}}),
    "custom beside the policy": Configured(
        custom={"EC2.4": {"AllowedDays": {"Integer": 5}}, "EC2.18": {"authorizedUdpPorts": {"IntegerList": [53]}}}
    ),
    "custom of what is disabled": Configured(
        custom={"Config.1": {"includeConfigServiceLinkedRoleCheck": {"Boolean": False}}}
    ),
    "being updated": Configured(is_updating=True, faults=(failing(SET, "slow_parameters", seconds=20),)),
    "being updated for long": Configured(
        ("differs", "updating"), is_updating=True, faults=(failing(SET, "slow_parameters", seconds=3600),)
    ),
    "in use once": Configured(custom=None, faults=(failing(SET, "error", times=1, **IN_USE),)),
    "in use": Configured(
        ("differs", "updating"), custom=None, surprises=True, faults=(failing(SET, "error", times=None, **IN_USE),)
    ),
    "managed by an organization": Configured(
        ("differs", "managed_by_policy"), enabled=DRIFTED, surprises=True, is_managed=True
    ),
    "managed, as the policy says": Configured(is_managed=True),
    "managed, other standards": Configured(
        ("failed", "rejected"), (NIST, TAGS), custom=None, surprises=True, is_managed=True
    ),
    "control that is refused": Configured(
        AS_IT_IS, enabled=DRIFTED, surprises=True, faults=(refused(UPDATE, "INVALID_INPUT"),)
    ),
    "control that is denied": Configured(
        AS_IT_IS, enabled=DRIFTED, surprises=True, faults=(refused(UPDATE, "ACCESS_DENIED"),)
    ),
    "control beyond a limit": Configured(
        AS_IT_IS, enabled=DRIFTED, surprises=True, faults=(refused(UPDATE, "LIMIT_EXCEEDED"),)
    ),
    "control beyond a limit, once": Configured(enabled=DRIFTED, faults=(refused(UPDATE, "LIMIT_EXCEEDED", 1),)),
    "control not found, twice": Configured(enabled=DRIFTED, faults=(refused(UPDATE, "RESOURCE_NOT_FOUND", 2),)),
    "control that is hidden": Configured(
        ("differs", "unreadable"), enabled=DRIFTED, faults=(refused(ASSOCIATIONS, "ACCESS_DENIED"),)
    ),
    "parameters that are hidden": Configured(
        ("differs", "unreadable"), faults=(refused(PARAMETERS, "ACCESS_DENIED", controls=["ACM.1"]),)
    ),
    "parameters that are refused": Configured(
        AS_IT_IS, custom=None, surprises=True, faults=(refused(SET, "INVALID_INPUT", controls=["ACM.1"]),)
    ),
    "hub off": Configured(("failed", "rejected"), faults=(failing(STANDARDS, "error", times=None, **OFF),)),
    "may not read controls": Configured(("failed", "rejected"), faults=(failing(ASSOCIATIONS),)),
    "may not write controls": Configured(
        ("failed", "rejected"), enabled=DRIFTED, surprises=True, faults=(failing(UPDATE),)
    ),
    "may not set parameters": Configured(("failed", "rejected"), custom=None, surprises=True, faults=(failing(SET),)),
}
MEMBER_IDS = {name: f"{number:012d}" for number, name in enumerate(CONFIGURED, 100)}
MEMBER_NAMES = {account_id: name for name, account_id in MEMBER_IDS.items()}


def seed_configured(hub: Hub, regions: list[str]) -> None:
    """Write the members and what is configured in them down."""
    seed_members(hub, dict.fromkeys(MEMBER_IDS.values(), "Enabled"), regions)
    hub.seed(roles=[{"account_id": each, "role": ROLE} for each in MEMBER_IDS.values()])
    hub.seed(
        hubs=[
            {
                "account_id": MEMBER_IDS[name],
                "region": region,
                "standards": [_standard(standard, each, region) for standard in _standards(each)],
                "control_parameters": {} if each.custom is None else _custom(each, region),
            }
            for name, each in CONFIGURED.items()
            for region in regions
        ],
    )
    for name, each in CONFIGURED.items():
        for fault in each.faults:
            hub.fault(**{"account_id": MEMBER_IDS[name], **fault})
        for region in regions if each.is_updating else []:
            value = {"daysToExpiration": {"ValueType": "CUSTOM", "Value": {"Integer": 60}}}
            client_of(hub, MEMBER_IDS[name], region).update_security_control(
                SecurityControlId="ACM.1", Parameters=value
            )
    hub.seed(policy_managed_accounts=[MEMBER_IDS[name] for name, each in CONFIGURED.items() if each.is_managed])


def _change(client: Any, member: Configured) -> None:
    """Do what the owner of an account did before, and what cannot be seeded."""
    if not member.auto_enable:
        client.update_security_hub_configuration(AutoEnableControls=False)
    if member.is_updating:
        value = {"daysToExpiration": {"ValueType": "CUSTOM", "Value": {"Integer": 60}}}
        client.update_security_control(SecurityControlId="ACM.1", Parameters=value)


def _standards(member: Configured) -> tuple[Any, ...]:
    return tuple(POLICY_STANDARDS) if member.standards is None else member.standards


def _standard(standard: Any, member: Configured, region: str) -> dict[str, Any]:
    row = standard if isinstance(standard, dict) else {"standards": standard}
    name = row["standards"]
    is_meant = not member.only or name in member.only
    as_the_policy = [each.id for each in controls().values() if has(each, name, region) and is_disabled(each, region)]
    disabled = [each for each in as_the_policy if not (is_meant and each in member.enabled)]
    more = [each for each in member.disabled if is_meant and has(controls()[each], name, region)]
    return {**row, "disabled_controls": dict.fromkeys([*disabled, *more], REASON)}


def _custom(member: Configured, region: str) -> dict[str, Any]:
    wanted = {each: dict(values) for each, values in CUSTOM.items() if not is_disabled(controls()[each], region)}
    for control_id, values in (member.custom or {}).items():
        wanted.setdefault(control_id, {}).update(values)
    return wanted


def is_as_the_policy(found: Mapping[str, Any], region: str) -> bool:
    """Whether a member, as the server shows it, is configured as the policy says."""
    disabled = {arn.partition("standards/")[2]: set(controls) for arn, controls in found["disabled_controls"].items()}
    own = {name: each for name, each in disabled.items() if name != TOWER}
    wanted = {
        name: {each.id for each in controls().values() if has(each, name, region) and is_disabled(each, region)}
        for name in POLICY_STANDARDS
    }
    custom = {
        control_id: {name: _sorted(value) for name, value in values.items()}
        for control_id, values in found["control_parameters"].items()
        if values and not is_disabled(controls()[control_id], region)
    }
    expected = {
        control_id: {name: _sorted(value) for name, value in values.items()}
        for control_id, values in CUSTOM.items()
        if not is_disabled(controls()[control_id], region)
    }
    statuses = {status for arn, status in found["standards_status"].items() if not arn.endswith(TOWER)}
    return (own, custom, statuses) == (wanted, expected, {"READY"})


def _sorted(value: dict[str, Any]) -> dict[str, Any]:
    return {kind: sorted(each) if isinstance(each, list) else each for kind, each in value.items()}
