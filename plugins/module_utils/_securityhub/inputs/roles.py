# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The roles that the options and rows name: their names, and the parameters of AssumeRole."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Dict, Mapping, Optional

from ..errors import InvalidInput
from .rows import parse_account_ids

# IAM's rules for role names and paths, by its API reference.
_NAME = r"[A-Za-z0-9+=,.@_-]{1,64}"
_PATH_AND_NAME = re.compile(rf"(?:[!-.0-~]+/)*{_NAME}")
_ARN = re.compile(rf"arn:[a-z0-9-]+:iam::[0-9]{{12}}:role/(?:[!-.0-~]+/)*{_NAME}")
_SESSION_NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{2,64}")
DEFAULT_SESSION_NAME = "multiaccount.aws"


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
        """Return the ARN of the role in an account."""
        return self.name if self.name.startswith("arn:") else f"arn:{partition}:iam::{account_id}:role/{self.name}"

    def request(self, arn: str) -> Dict[str, Any]:
        """Return the parameters of AssumeRole."""
        optional = {"ExternalId": self.external_id, "DurationSeconds": self.duration, "Policy": self.policy}
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
    if not _ARN.fullmatch(arn):
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


def assume_role(params: Mapping[str, Any]) -> Optional[Role]:
    """Return the role of the options ``assume_role_...``, None where there is none.

    :raises InvalidInput: for what can't be one
    """
    arn = params.get("assume_role_arn")
    session_name = params.get("assume_role_session_name")
    if not arn:
        left = [name for name in ("assume_role_external_id", "assume_role_session_name") if params.get(name)]
        if left:
            raise InvalidInput(f"{left[0]}: there is no role to take. Set assume_role_arn too.")
        return None
    return Role(
        check_role_arn(arn, "assume_role_arn"),
        params.get("assume_role_external_id"),
        check_session_name(session_name, "assume_role_session_name") if session_name else DEFAULT_SESSION_NAME,
    )


def member_role(params: Mapping[str, Any]) -> Optional[Role]:
    """Return the role of the options ``member_role...``, None where there is none.

    :raises InvalidInput: for what can't be one
    """
    name = params.get("member_role")
    session_name = params.get("member_role_session_name")
    if name is None:
        return None
    return Role(
        check_role_name(name, "member_role", allow_arn=False),
        params.get("member_role_external_id"),
        check_session_name(session_name, "member_role_session_name") if session_name else DEFAULT_SESSION_NAME,
        params.get("member_role_duration"),
        params.get("member_role_policy"),
    )


def role_of_row(
    account_id: str, name: Optional[str], external_id: Optional[str], usual: Optional[Role]
) -> Optional[Role]:
    """Return the role of one account, from its row of ``members`` and the usual role; None where there is none.

    :raises InvalidInput: for what can't be a role, or is the role of another account
    """
    if name is None and external_id is None:
        return usual
    if name is None and usual is None:
        raise InvalidInput("members: a row has member_role_external_id, but there is no role. Set member_role too.")
    base = usual or Role("")
    role_name = check_role_name(name, "member_role of members", allow_arn=True) if name else base.name
    if role_name.startswith("arn:") and f"::{account_id}:" not in role_name:
        raise InvalidInput(f"member_role of members: {role_name!r} is not a role of account {account_id}.")
    return replace(base, name=role_name, external_id=external_id or base.external_id)


def account_roles(params: Mapping[str, Any]) -> Optional[Dict[str, Role]]:
    """Return {account ID: its role} for the options ``account_ids`` and ``member_role...``, None without account_ids.

    :raises InvalidInput: for what can't be used, or one without the other
    """
    role = member_role(params)
    if params["account_ids"] is None:
        if role:
            raise InvalidInput("member_role: there is no account to take it in. Set account_ids too.")
        return None
    account_ids = parse_account_ids(params["account_ids"], "account_ids")
    if not role and account_ids:
        raise InvalidInput("account_ids: there is no role to take in the accounts. Set member_role too.")
    return {account_id: role for account_id in account_ids if role}
