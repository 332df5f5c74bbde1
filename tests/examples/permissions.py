# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies that a guide tells its readers to attach, as a seed of the local hub.

A guide names them in a list of fields, which readers see::

    :Administrator account: ``administrator-look.json``, ``administrator-act.json``
    :``SecurityHubOnboarding`` in the member accounts: ``member.json``
    :Account owners: ``member.json``

Instead of the account, it can be a role "in the administrator account", which the account's user may then assume.
Where the administrator's policies are to name another role, "for the role ``Name``" follows. Whoever is not in the list
may do nothing.
"""

from __future__ import annotations

import json
import re
from typing import Any

from templates.policies import policy

ADMINISTRATOR = "999988887777"
_FIELD = re.compile(r"^:(?P<who>(?! )[^:\n]+): +(?P<policies>.+(?:\n +.+)*)$", re.MULTILINE)
_ROLE = re.compile(r"``([^`]+)`` in the (member accounts|administrator account)")
_FOR_ROLE = re.compile(r"for\s+the\s+role\s+``([^`]+)``")
_DEFAULT_ROLE = "SecurityHubOnboarding"


def fields_of(text: str) -> dict[str, str]:
    """Return {whose: the names of policies} of a guide, none where it has no such list."""
    return {field["who"]: field["policies"] for field in _FIELD.finditer(text) if ".json``" in field["policies"]}


def policy_rows(text: str) -> list[dict[str, Any]]:
    """Return the rows of ``policies`` of a seed, for the accounts that a guide names."""
    fields = fields_of(text)
    members = sorted(set(re.findall(r"\b\d{12}\b", text)) - {ADMINISTRATOR})
    user = _row(ADMINISTRATOR, fields.pop("Administrator account", ""))
    owners = fields.pop("Account owners", "")
    rows = [user, *(_row(account_id, owners) for account_id in members)]
    for who, names in fields.items():
        role = _ROLE.fullmatch(who)
        if not role:
            raise ValueError(f"whose policies are these? {who}")
        if role[2] == "administrator account":
            user["policy"]["Statement"].append(_may_assume(role[1]))
        accounts = members if role[2] == "member accounts" else [ADMINISTRATOR]
        rows += [{**_row(account_id, names), "role": role[1]} for account_id in accounts]
    return rows


def _may_assume(role: str) -> dict[str, str]:
    arn = f"arn:aws:iam::{ADMINISTRATOR}:role/{role}"
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn}


def _row(account_id: str, field: str) -> dict[str, Any]:
    documents = [policy(name) for name in re.findall(r"``([\w-]+)\.json``", field)]
    statements = [statement for document in documents for statement in document["Statement"]]
    role = _FOR_ROLE.search(field)
    named = json.dumps({"Statement": statements}).replace(_DEFAULT_ROLE, role[1] if role else _DEFAULT_ROLE)
    return {"account_id": account_id, "policy": json.loads(named)}
