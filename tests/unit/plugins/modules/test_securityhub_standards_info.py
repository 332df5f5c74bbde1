# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub."""

from __future__ import annotations

from typing import Any

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_standards_info as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_MEMBER,
    THREE,
    look_at,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
)

GET = "GetEnabledStandards"
PCI, NIST = "pci-dss/v/4.0.1", "nist-800-53/v/5.0.0"
NOTHING: dict[str, Any] = {
    "changed": False,
    "standards": [],
    "disabled_regions": [],
    "failed_regions": [],
    "failed_accounts": [],
}


def look(hub: Hub, **options: Any) -> ModuleRun:
    return look_at(hub, module, **options)


def seed(hub: Hub, regions: list[str], *standards: Any, account_id: str = ADMINISTRATOR) -> None:
    hub.seed(hubs=[{"account_id": account_id, "regions": regions, "standards": list(standards)}])


def test_rows_in_every_status(hub: Hub) -> None:
    statuses = ["PENDING", "READY", "INCOMPLETE", "FAILED", "DELETING"]
    names = [f"pci-dss/v/{number}.0" for number in range(5)]
    reason = "NO_AVAILABLE_CONFIGURATION_RECORDER"
    rows = [
        {"standards": name, "status": status, "reason": reason if status == "INCOMPLETE" else ""}
        for name, status in zip(names, statuses, strict=True)
    ]
    seed(hub, [REGION], *reversed(rows))
    assert look(hub).result["standards"] == [
        {
            "region": REGION,
            "name": name,
            "standards_arn": f"arn:aws:securityhub:{REGION}::standards/{name}",
            "standards_subscription_arn": f"arn:aws:securityhub:{REGION}:{ADMINISTRATOR}:subscription/{name}",
            "standards_status": status,
            "status_reason_code": reason if status == "INCOMPLETE" else None,
        }
        for name, status in zip(names, statuses, strict=True)
    ]


def test_regions_where_security_hub_is_disabled_are_named(hub: Hub) -> None:
    seed(hub, [THREE[2], THREE[0]], PCI, NIST)
    run = look(hub, regions=THREE)
    assert not run.failed
    assert run.result["disabled_regions"] == [{"region": THREE[1]}]
    assert [(row["region"], row["name"]) for row in run.result["standards"]] == [
        (region, name) for region in (THREE[0], THREE[2]) for name in (NIST, PCI)
    ]
    assert hub.counts()["calls"] == {GET: 2 * 3}


def test_hub_without_standards_is_not_one_that_is_disabled(hub: Hub) -> None:
    seed(hub, [REGION])
    assert look(hub) == ModuleRun(False, NOTHING)
    disabled = {"disabled_regions": [{"region": region} for region in THREE[1:]]}
    assert look(hub, regions=THREE[1:]) == ModuleRun(False, {**NOTHING, **disabled})


def test_accounts_where_security_hub_is_disabled_are_named(hub: Hub) -> None:
    seed(hub, [REGION], PCI, account_id=MEMBER)
    run = look(hub, account_ids=[MEMBER, OTHER_MEMBER], member_role="reader")
    assert not run.failed
    assert run.result["disabled_regions"] == [{"region": REGION, "account_id": OTHER_MEMBER}]


def test_more_than_a_page(hub: Hub) -> None:
    seed(hub, [REGION], *(f"pci-dss/v/{number}.0" for number in range(130)))
    assert len(look(hub).result["standards"]) == 130
    assert hub.counts()["calls"] == {GET: 2 * 2}
