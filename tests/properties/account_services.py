# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account has for itself alone in the model of a Region: its hub with settings and tags, and its standards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.multiaccount.aws.tests.unit.scripted import error

HUB_ARN = "arn:aws:securityhub:eu-west-1:111122223333:hub/default"
STANDARDS_ARN = "arn:aws:securityhub:eu-west-1::standards/"
SUBSCRIPTION_ARN = "arn:aws:securityhub:eu-west-1:111122223333:subscription/"
PCI, NIST, CIS = "pci-dss/v/4.0.1", "nist-800-53/v/5.0.0", "cis-aws-foundations-benchmark/v/1.2.0"
FOUNDATIONAL = "aws-foundational-security-best-practices/v/1.0.0"
CONTROL_TOWER = "service-managed-aws-control-tower/v/1.0.0"
OFFERED = (PCI, NIST, CIS, FOUNDATIONAL)
DEFAULTS = (FOUNDATIONAL, CIS)
# What a standard that is on its way is at the next look; None: not there any more.
NEXT = {"PENDING": "READY", "DELETING": None}


@dataclass
class AccountServices:
    """Security Hub of an account in one Region. `standards` are {short name: status}."""

    is_hub_enabled: bool = True
    auto_enable_controls: bool = True
    control_finding_generator: str = "SECURITY_CONTROL"
    tags: dict[str, str] = field(default_factory=dict)
    standards: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def require_hub(self, account_id: str = "") -> None:
        if not self.is_hub_enabled:
            text = f"Account {account_id or '111122223333'} is not subscribed to AWS Security Hub"
            raise error("InvalidAccessException", 401, text)

    # the hub

    def describe_hub(self) -> dict[str, Any]:
        self.require_hub()
        return {
            "HubArn": HUB_ARN,
            "SubscribedAt": "2026-01-31T08:15:30.123Z",
            "AutoEnableControls": self.auto_enable_controls,
            "ControlFindingGenerator": self.control_finding_generator,
        }

    def enable_security_hub(self, **request: Any) -> None:
        self.requests.append("enable_security_hub")
        if self.is_hub_enabled:
            raise error("ResourceConflictException", 409, "Account is already subscribed to Security Hub")
        self.is_hub_enabled, self.auto_enable_controls = True, True
        self.control_finding_generator = request.get("ControlFindingGenerator", "SECURITY_CONTROL")
        self.tags = dict(request.get("Tags", {}))
        self.standards = dict.fromkeys(DEFAULTS, "READY") if request["EnableDefaultStandards"] else {}

    def disable_security_hub(self) -> None:
        self.requests.append("disable_security_hub")
        self.require_hub()
        self.is_hub_enabled = False

    def update_security_hub_configuration(self, **request: Any) -> None:
        self.requests.append("update_security_hub_configuration")
        self.require_hub()
        self.auto_enable_controls = request.get("AutoEnableControls", self.auto_enable_controls)
        self.control_finding_generator = request.get("ControlFindingGenerator", self.control_finding_generator)

    def list_tags_for_resource(self, **_request: Any) -> dict[str, Any]:
        self.require_hub()
        return {"Tags": dict(self.tags)}

    def tag_resource(self, **request: Any) -> None:
        self.requests.append("tag_resource")
        self.tags.update(request["Tags"])

    def untag_resource(self, **request: Any) -> None:
        self.requests.append("untag_resource")
        if any(key.startswith("aws:") for key in request["TagKeys"]):
            raise error("InvalidInputException", 400, "aws: prefixed tag key names are not allowed")
        self.tags = {key: value for key, value in self.tags.items() if key not in request["TagKeys"]}

    # the standards

    def describe_standards(self, **_request: Any) -> dict[str, Any]:
        self.require_hub()
        managed = {"StandardsManagedBy": {"Company": "AWS", "Product": "Control Tower"}}
        rows = [{"StandardsArn": STANDARDS_ARN + name, "EnabledByDefault": name in DEFAULTS} for name in OFFERED]
        return {"Standards": [*rows, {"StandardsArn": STANDARDS_ARN + CONTROL_TOWER, **managed}]}

    def get_enabled_standards(self, **_request: Any) -> dict[str, Any]:
        """List them as they are; what is on its way arrives before the next look."""
        self.require_hub()
        rows = [self._subscription(name) for name in self.standards]
        later = {name: NEXT.get(status, status) for name, status in self.standards.items()}
        self.standards = {name: status for name, status in later.items() if status is not None}
        return {"StandardsSubscriptions": rows}

    def _subscription(self, name: str) -> dict[str, Any]:
        arns = {"StandardsArn": STANDARDS_ARN + name, "StandardsSubscriptionArn": SUBSCRIPTION_ARN + name}
        return {**arns, "StandardsStatus": self.standards[name]}

    def batch_enable_standards(self, **request: Any) -> dict[str, Any]:
        self.requests.append("batch_enable_standards")
        names = [each["StandardsArn"].removeprefix(STANDARDS_ARN) for each in request["StandardsSubscriptionRequests"]]
        for name in names:
            if self.standards.get(name) in (None, "FAILED"):
                self.standards[name] = "PENDING"
        return {"StandardsSubscriptions": [self._subscription(name) for name in names]}

    def batch_disable_standards(self, **request: Any) -> dict[str, Any]:
        self.requests.append("batch_disable_standards")
        names = [each.removeprefix(SUBSCRIPTION_ARN) for each in request["StandardsSubscriptionArns"]]
        self.standards.update(dict.fromkeys(names, "DELETING"))
        return {"StandardsSubscriptions": [self._subscription(name) for name in names]}
