# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the caller's policies allow a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import denied
from .identity import Caller
from .model import Store
from .policies import FREE

# Actions beside the one of the operation's name (the Service Authorization Reference).
ALSO_NEEDED = {
    "BatchGetSecurityControls": ("DescribeStandardsControls",),
    "BatchGetStandardsControlAssociations": ("DescribeStandardsControls",),
    "ListStandardsControlAssociations": ("DescribeStandardsControls",),
    "BatchUpdateStandardsControlAssociations": ("UpdateStandardsControl",),
    "UpdateSecurityControl": ("UpdateStandardsControl",),
}
SERVICE_ROLE = "role/aws-service-role/securityhub.amazonaws.com/AWSServiceRoleForSecurityHub"


def authorize(store: Store, caller: Caller, service: str, action: str, resource: str = "") -> None:
    """Refuse an action, such as securityhub:GetMembers, that no policy of the caller allows on the resource."""
    if not store.policies.allows(caller.account_id, caller.role, action, resource):
        raise denied(service, caller.arn, action, resource)
    if caller.session_policy and action not in FREE and not caller.session_policy.allows(action, resource):
        raise denied(service, caller.arn, action, resource, policy="session")


def authorize_operation(
    store: Store, caller: Caller, operation: str, parameters: Mapping[str, Any], hub_arn: str
) -> None:
    """Refuse an operation of Security Hub that no policy of the caller allows, with each action that it needs.

    Where Security Hub is enabled in an account for the first time, its service-linked role is made with the caller's
    permissions (the user guide).
    """
    for action in (operation, *ALSO_NEEDED.get(operation, ())):
        authorize(store, caller, "securityhub", f"securityhub:{action}", hub_arn)
    if operation == "EnableSecurityHub" and parameters.get("Tags"):
        authorize(store, caller, "securityhub", "securityhub:TagResource", hub_arn)
    if operation == "EnableSecurityHub" and not store.ever_had_hub(caller.account_id):
        role_arn = f"arn:{hub_arn.split(':')[1]}:iam::{caller.account_id}:{SERVICE_ROLE}"
        authorize(store, caller, "securityhub", "iam:CreateServiceLinkedRole", role_arn)
