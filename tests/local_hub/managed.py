# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that a configuration policy of their organization governs: they cannot change standards and controls."""

from __future__ import annotations

from .calls import Call
from .errors import access_denied

# What the service says: both have been seen in public reports.
WORDING = {
    "managed": "Account {account_id} is managed by a configuration policy",
    "not_authorized": "Account id {account_id} is not authorized to perform action on resource",
}


def refuse_managed(call: Call) -> None:
    """AccessDeniedException where a configuration policy governs the caller's account."""
    if call.account_id in call.store.policy_managed_accounts:
        raise access_denied(WORDING[call.switches["managed_wording"]].format(account_id=call.account_id))
