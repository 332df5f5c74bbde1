# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM policies: the actions that an account, a role or a session may call, and on what. Conditions do not count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

# Always allowed, whatever a policy says (STS's documentation).
FREE = frozenset({"sts:GetCallerIdentity"})


@dataclass(frozen=True)
class Policy:
    """Pairs of patterns, of actions such as securityhub:Get* and of resources. A denial outweighs."""

    allowed: tuple[tuple[str, str], ...]
    denied: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_actions(cls, actions: Iterable[str]) -> Policy:
        """A policy that allows these actions on all resources."""
        return cls(tuple((action, "*") for action in actions))

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Policy:
        """Read a policy document. Raises ValueError or TypeError where a statement has no actions."""
        statements = document.get("Statement", [])
        found: dict[str, list[tuple[str, str]]] = {"Allow": [], "Deny": []}
        for statement in [statements] if isinstance(statements, Mapping) else statements:
            if not isinstance(statement, Mapping) or statement.get("Effect") not in found:
                raise ValueError("a statement has the Effect Allow or Deny")
            named = statement.get("Action")
            if not isinstance(named, (str, list)):
                raise TypeError("a statement has an Action, a text or a list")
            found[statement["Effect"]] += product(_texts(named), _texts(statement.get("Resource", "*")))
        return cls(tuple(found["Allow"]), tuple(found["Deny"]))

    def allows(self, action: str, resource: str = "") -> bool:
        """Whether an action may be called on a resource; without one, whether it may be called on any."""
        return _matches(action, resource, self.allowed) and not _matches(action, resource, self.denied)


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _matches(action: str, resource: str, patterns: Iterable[tuple[str, str]]) -> bool:
    return any(
        fnmatchcase(action.lower(), actions.lower()) and (not resource or fnmatchcase(resource, resources))
        for actions, resources in patterns
    )


class Policies:
    """The seeded policies. Where there is none, everything is allowed."""

    def __init__(self) -> None:
        self._policies: dict[tuple[str, str], Policy] = {}

    def put(self, account_id: str, role: str, policy: Policy) -> None:
        """Set the policy of an account, or of one of its roles."""
        self._policies[account_id, role] = policy

    def allows(self, account_id: str, role: str, action: str, resource: str = "") -> bool:
        """Whether the user of an account (without `role`), or a role, may call an action on a resource.

        A role without a policy of its own has that of its account.
        """
        own = self._policies.get((account_id, role), self._policies.get((account_id, "")))
        return own is None or action in FREE or own.allows(action, resource)

    def dump(self) -> list[dict[str, Any]]:
        """All policies."""
        return [
            {
                "account_id": account_id,
                "role": role,
                "allowed_actions": list(dict(policy.allowed)),
                "denied_actions": list(dict(policy.denied)),
            }
            for (account_id, role), policy in self._policies.items()
        ]
