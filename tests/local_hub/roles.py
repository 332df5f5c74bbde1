# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles that can be assumed, and what they demand."""

from __future__ import annotations

import re
from dataclasses import dataclass

# The longest session of a role that has not been given another (IAM's documentation).
SESSION_SECONDS = 3600
ROLE_NAME = re.compile(r"(?:[\x21-\x7e]+/)?[\w+=,.@-]+", re.ASCII)
_ARN = re.compile(r"arn:(aws[a-z-]*):iam::([0-9]{12}):role/(\S+)", re.ASCII)


@dataclass(frozen=True)
class Role:
    """A role of an account. `name` has its path before it: security/Onboarding."""

    account_id: str
    name: str
    external_id: str | None = None
    max_session_duration: int = SESSION_SECONDS


@dataclass(frozen=True)
class RoleArn:
    """The parts of a role's ARN."""

    partition: str
    account_id: str
    name: str

    @classmethod
    def parse(cls, arn: str) -> RoleArn | None:
        """The parts; None for what is no role's ARN."""
        found = _ARN.fullmatch(arn)
        return cls(*found.groups()) if found and ROLE_NAME.fullmatch(found.group(3)) else None


class Roles:
    """An account of which roles are seeded has these; any other account has every role that is asked for."""

    def __init__(self) -> None:
        self.denied_accounts: set[str] = set()
        self._roles: dict[str, dict[str, Role]] = {}

    def put(self, role: Role) -> None:
        """Add a role, or change it."""
        self._roles.setdefault(role.account_id, {})[role.name] = role

    def find(self, account_id: str, name: str) -> Role | None:
        """The role; None where there is none, or where none may be assumed."""
        if account_id in self.denied_accounts:
            return None
        roles = self._roles.get(account_id)
        return Role(account_id, name) if roles is None else roles.get(name)

    def dump(self) -> dict[str, dict[str, dict[str, object]]]:
        """The seeded roles, by account id and name."""
        return {
            account_id: {
                role.name: {"external_id": role.external_id, "max_session_duration": role.max_session_duration}
                for role in roles.values()
            }
            for account_id, roles in self._roles.items()
        }
