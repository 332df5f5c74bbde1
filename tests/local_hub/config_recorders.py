# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Config's recorders: those that a seed has, beside those that moto has been told of."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from .errors import ServiceError
from .partitions import partition
from .protocol import Reply, Request, json_reply, parse_json_object

OPERATIONS = ("DescribeConfigurationRecorders", "DescribeConfigurationRecorderStatus")
SECURITY_HUB = "securityhub.amazonaws.com"
# The recorder that Security Hub CSPM makes of its own where the new Security Hub is enabled beside it (the user guide).
SERVICE_LINKED_NAME = "AWSConfigurationRecorderForSecurityHubCSPM"
STATUSES = ("Success", "Pending", "Failure", "NotApplicable")
CONTENT_TYPE = ("Content-Type", "application/x-amz-json-1.1")


@dataclass(frozen=True)
class Recorder:
    """A recorder of an account and Region."""

    account_id: str
    region: str
    name: str = "default"
    recording: bool = True
    last_status: str = "Success"
    service_principal: str | None = None

    @property
    def _identity(self) -> dict[str, Any]:
        place = f"arn:{partition(self.region)}:config:{self.region}:{self.account_id}"
        row = {"name": self.name, "arn": f"{place}:configuration-recorder/{self.name}/local"}
        return {**row, "servicePrincipal": self.service_principal} if self.service_principal else row

    def describe(self) -> dict[str, Any]:
        """As DescribeConfigurationRecorders lists it."""
        role = f"arn:{partition(self.region)}:iam::{self.account_id}:role/aws-service-role/config.amazonaws.com/Config"
        scope = "INTERNAL" if self.service_principal else "PAID"
        group = {"allSupported": True, "includeGlobalResourceTypes": True, "resourceTypes": []}
        return {**self._identity, "roleARN": role, "recordingGroup": group, "recordingScope": scope}

    def status(self) -> dict[str, Any]:
        """As DescribeConfigurationRecorderStatus lists it."""
        return {**self._identity, "recording": self.recording, "lastStatus": self.last_status}

    def dump(self) -> dict[str, Any]:
        """As GET /_hub/state shows it."""
        return {
            "account_id": self.account_id,
            "region": self.region,
            "name": self.name,
            "recording": self.recording,
            "last_status": self.last_status,
            "service_linked": self.service_principal is not None,
        }


class Recorders:
    """The seeded recorders, by account, Region and name."""

    def __init__(self) -> None:
        self._recorders: dict[tuple[str, str], dict[str, Recorder]] = {}

    def put(self, recorder: Recorder) -> None:
        """Add a recorder, or change it."""
        self._recorders.setdefault((recorder.account_id, recorder.region), {})[recorder.name] = recorder

    def dump(self) -> list[dict[str, Any]]:
        """All of them."""
        return [recorder.dump() for recorders in self._recorders.values() for recorder in recorders.values()]

    def answer(self, operation: str, account_id: str, region: str, request: Request, others: Reply | None) -> Reply:
        """The answer to one of the two operations. `others` is moto's, about all recorders that it knows."""
        described = operation == "DescribeConfigurationRecorders"
        key = "ConfigurationRecorders" if described else "ConfigurationRecordersStatus"
        seeded = self._recorders.get((account_id, region), {})
        rows = {name: each.describe() if described else each.status() for name, each in seeded.items()}
        made = json.loads(others.body)[key] if others else []
        rows = {**{row["name"]: row for row in made}, **rows}
        chosen = _chosen(list(rows.values()), parse_json_object(request.body))
        return replace(json_reply(200, {key: chosen}), headers=(CONTENT_TYPE,))


def _chosen(rows: list[dict[str, Any]], parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of the rows that a call asks for, by name, ARN or service."""
    names = parameters.get("ConfigurationRecorderNames") or []
    missing = sorted(set(names) - {row["name"] for row in rows})
    if missing:
        raise ServiceError(
            "NoSuchConfigurationRecorderException",
            400,
            f"Cannot find configuration recorder with the specified name '{missing[0]}'.",
        )
    wanted = {"arn": parameters.get("Arn"), "servicePrincipal": parameters.get("ServicePrincipal")}
    return [
        row
        for row in rows
        if (not names or row["name"] in names)
        and all(value is None or row.get(key) == value for key, value in wanted.items())
    ]
