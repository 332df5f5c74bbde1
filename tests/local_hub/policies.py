# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM policies: which actions an account, a role or a session may call. Resources and conditions are not looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

# Always allowed, whatever a policy says (STS's documentation).
FREE = frozenset({"sts:GetCallerIdentity"})


@dataclass(frozen=True)
class Policy:
    """Patterns of actions, such as securityhub:Get*. A denial outweighs."""

    allowed: tuple[str, ...]
    denied: tuple[str, ...] = ()

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Policy:
        """Read a policy document. Raises ValueError or TypeError where a statement has no actions."""
        statements = document.get("Statement", [])
        actions: dict[str, list[str]] = {"Allow": [], "Deny": []}
        for statement in [statements] if isinstance(statements, Mapping) else statements:
            if not isinstance(statement, Mapping) or statement.get("Effect") not in actions:
                raise ValueError("a statement has the Effect Allow or Deny")
            named = statement.get("Action")
            if not isinstance(named, (str, list)):
                raise TypeError("a statement has an Action, a text or a list")
            actions[statement["Effect"]] += [named] if isinstance(named, str) else named
        return cls(tuple(actions["Allow"]), tuple(actions["Deny"]))

    def allows(self, action: str) -> bool:
        """Whether an action may be called."""
        return _matches(action, self.allowed) and not _matches(action, self.denied)


def _matches(action: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


class Policies:
    """The seeded policies. Where there is none, everything is allowed."""

    def __init__(self) -> None:
        self._policies: dict[tuple[str, str], Policy] = {}

    def put(self, account_id: str, role: str, policy: Policy) -> None:
        """Set the policy of an account, or of one of its roles."""
        self._policies[account_id, role] = policy

    def allows(self, account_id: str, role: str, action: str) -> bool:
        """Whether the user of an account (without `role`), or a role, may call an action.

        A role without a policy of its own has that of its account.
        """
        own = self._policies.get((account_id, role), self._policies.get((account_id, "")))
        return own is None or action in FREE or own.allows(action)

    def dump(self) -> list[dict[str, Any]]:
        """All policies."""
        return [
            {"account_id": account_id, "role": role, "allowed_actions": policy.allowed, "denied_actions": policy.denied}
            for (account_id, role), policy in self._policies.items()
        ]
