# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The roles that the options and rows name: their names, and the parameters of AssumeRole."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Dict, Mapping, Optional

from ansible_collections.amazon.aws.plugins.module_utils.arn import parse_aws_arn

from ..errors import InvalidInput
from .account_ids import is_account_id
from .rows import AccountRow, parse_account_ids

# IAM's rules for role names and paths, by its API reference.
_NAME = r"[A-Za-z0-9+=,.@_-]{1,64}"
_PATH_AND_NAME = re.compile(rf"(?:[!-.0-~]+/)*{_NAME}")
_SESSION_NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{2,64}")
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_+=,.@:/-]{2,1224}")  # by STS's API reference
DEFAULT_SESSION_NAME = "multiaccount.aws"
# What check mode sends to AssumeRole: the actions of docs/policies/member-look.json.
_READS = [
    "securityhub:GetAdministratorAccount",
    "securityhub:ListInvitations",
    "securityhub:ListMembers",
    "securityhub:DescribeHub",
    "securityhub:ListTagsForResource",
    "securityhub:GetEnabledStandards",
    "securityhub:DescribeStandards",
    "securityhub:ListSecurityControlDefinitions",
    "securityhub:BatchGetStandardsControlAssociations",
    "securityhub:BatchGetSecurityControls",
    "securityhub:DescribeStandardsControls",
    "securityhub:ListFindingAggregators",
    "securityhub:GetFindingAggregator",
    "ec2:DescribeRegions",
    "config:DescribeConfigurationRecorderStatus",
]
_READ_STATEMENT = {"Sid": "Look", "Effect": "Allow", "Action": _READS, "Resource": "*"}
READ_ONLY_POLICY = json.dumps({"Version": "2012-10-17", "Statement": [_READ_STATEMENT]})
# The options that go with the name of a role, and the fields of Role.
_COMPANIONS = ("external_id", "session_name", "duration", "policy")


@dataclass(frozen=True)
class Role:
    """A role to take.

    :param name: its name, with its path if it has one, or its ARN
    :param duration: seconds, None for the service's default
    """

    name: str
    external_id: Optional[str] = None
    session_name: str = DEFAULT_SESSION_NAME
    duration: Optional[int] = None
    policy: Optional[str] = None

    def arn(self, account_id: str, partition: str) -> str:
        """Return the ARN of the role in an account.

        :raises InvalidInput: if it is one of another partition
        """
        if not self.name.startswith("arn:"):
            return f"arn:{partition}:iam::{account_id}:role/{self.name}"
        if parse_aws_arn(self.name)["partition"] != partition:
            raise InvalidInput(f"member_role of members: {self.name!r} is not in the partition {partition}.")
        return self.name

    def request(self, arn: str, only_reads: bool = False) -> Dict[str, Any]:
        """Return the parameters of AssumeRole.

        :param only_reads: whether the session is one that only reads; a policy that the user set stays as it is
        """
        policy = self.policy or (READ_ONLY_POLICY if only_reads else None)
        optional = {"ExternalId": self.external_id, "DurationSeconds": self.duration, "Policy": policy}
        given = {key: value for key, value in optional.items() if value is not None}
        return {"RoleArn": arn, "RoleSessionName": self.session_name, **given}


def check_role_name(name: str, option: str, allow_arn: bool) -> str:
    """Return the name of a role as it is.

    :param allow_arn: whether a full ARN is allowed too
    :raises InvalidInput: for what can't be the name of a role
    """
    if name.startswith("arn:") and allow_arn:
        return check_role_arn(name, option)
    if name.startswith("arn:"):
        raise InvalidInput(
            f"{option}: {name!r} is an ARN. Set the name of the role, which is the same in each account."
        )
    if name.startswith("/"):
        raise InvalidInput(f"{option}: {name!r} begins with a slash. Write a path without it: {name.lstrip('/')!r}.")
    if not _PATH_AND_NAME.fullmatch(name):
        raise InvalidInput(
            f"{option}: {name!r} can't be the name of a role. A name has 1 to 64 letters, digits and +=,.@_-, "
            "without blanks; a path may stand in front."
        )
    return name


def check_role_arn(arn: str, option: str) -> str:
    """Return the ARN of a role as it is.

    :raises InvalidInput: for what can't be the ARN of a role
    """
    parts = parse_aws_arn(arn) or {}
    name = str(parts.get("resource_id"))
    # parse_aws_arn finds an ARN anywhere in a text, and takes any account ID: what it has found has to be all of it.
    role_arn = f"arn:{parts.get('partition')}:iam::{parts.get('account_id')}:role/{name}"
    if arn != role_arn or not is_account_id(parts["account_id"]) or not _PATH_AND_NAME.fullmatch(name):
        raise InvalidInput(
            f"{option}: {arn!r} is not the ARN of a role, such as arn:aws:iam::111122223333:role/security-hub."
        )
    return arn


def check_session_name(name: str, option: str) -> str:
    """Return the name of a role session as it is.

    :raises InvalidInput: for what STS would refuse
    """
    if not _SESSION_NAME.fullmatch(name):
        raise InvalidInput(f"{option}: {name!r} can't be a session name. It has 2 to 64 letters, digits and +=,.@_-.")
    return name


def check_external_id(external_id: str, option: str) -> str:
    """Return an external ID as it is.

    :raises InvalidInput: for what STS would refuse, and repeat; it is in no message of ours
    """
    if not _EXTERNAL_ID.fullmatch(external_id):
        raise InvalidInput(f"{option}: can't be an external ID. It has 2 to 1,224 letters, digits and _+=,.@:/-.")
    return external_id


def _role(params: Mapping[str, Any], option: str, name: str) -> Role:
    """Return a role as the options say that go with its name."""
    given = {part: params.get(f"{option}_{part}") for part in _COMPANIONS}
    if given["session_name"]:
        check_session_name(given["session_name"], f"{option}_session_name")
    if given["external_id"]:
        check_external_id(given["external_id"], f"{option}_external_id")
    return Role(name, **{part: value for part, value in given.items() if value not in (None, "")})


def _refuse_without_role(params: Mapping[str, Any], option: str, needed: str) -> None:
    """Refuse options that go with a role where there is none: they would be dropped, a restricting policy too."""
    for name in (f"{option}_{part}" for part in _COMPANIONS):
        if params.get(name):
            raise InvalidInput(f"{name}: there is no role to take. Set {needed} too.")


def assume_role(params: Mapping[str, Any]) -> Optional[Role]:
    """Return the role of the options ``assume_role_...``, None where there is none.

    :raises InvalidInput: for what can't be one
    """
    arn = params.get("assume_role_arn")
    if arn:
        return _role(params, "assume_role", check_role_arn(arn, "assume_role_arn"))
    _refuse_without_role(params, "assume_role", "assume_role_arn")
    return None


def member_role(params: Mapping[str, Any]) -> Role:
    """Return the role of the options ``member_role...``. Without a name, it is how the roles of rows are taken.

    :raises InvalidInput: for what can't be one
    """
    name = params.get("member_role")
    return _role(params, "member_role", "" if name is None else check_role_name(name, "member_role", allow_arn=False))


def member_roles(rows: Mapping[str, AccountRow], params: Mapping[str, Any]) -> Dict[str, Role]:
    """Return the role of each account that has one: its row's, else the usual one.

    :raises InvalidInput: for what can't be a role, and for options that go with a role where there is none
    """
    usual = member_role(params)
    roles = {
        account_id: role_of_row(account_id, row.member_role, row.member_role_external_id, usual)
        for account_id, row in rows.items()
    }
    if rows and not any(roles.values()):
        _refuse_without_role(params, "member_role", "member_role, or the role of a row,")
    return {account_id: role for account_id, role in roles.items() if role}


def role_of_row(account_id: str, name: Optional[str], external_id: Optional[str], usual: Role) -> Optional[Role]:
    """Return the role of one account, from its row of ``members`` and the usual role; None where there is none.

    :raises InvalidInput: for what can't be a role, or is the role of another account
    """
    if external_id:
        check_external_id(external_id, f"members: member_role_external_id of {account_id}")
    if not name and not usual.name:
        if external_id:
            raise InvalidInput("members: a row has member_role_external_id, but there is no role. Set member_role too.")
        return None
    role_name = check_role_name(name, "member_role of members", allow_arn=True) if name else usual.name
    if role_name.startswith("arn:") and parse_aws_arn(role_name)["account_id"] != account_id:
        raise InvalidInput(f"member_role of members: {role_name!r} is not a role of account {account_id}.")
    return replace(usual, name=role_name, external_id=external_id or usual.external_id)


def account_roles(params: Mapping[str, Any]) -> Optional[Dict[str, Role]]:
    """Return {account ID: its role} for the options ``account_ids`` and ``member_role...``, None without account_ids.

    :raises InvalidInput: for what can't be used, or one without the other
    """
    role, account_ids = member_role(params), params["account_ids"]
    if not role.name:
        _refuse_without_role(params, "member_role", "member_role")
    if account_ids is None:
        if role.name:
            raise InvalidInput("member_role: there is no account to take it in. Set account_ids too.")
        return None
    parsed = parse_account_ids(account_ids, "account_ids")
    if parsed and not role.name:
        raise InvalidInput("account_ids: there is no role to take in the accounts. Set member_role too.")
    return dict.fromkeys(parsed, role)
