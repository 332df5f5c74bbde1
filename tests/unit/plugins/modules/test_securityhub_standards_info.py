# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it, against the local Security Hub."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.modules import securityhub_standards_info as module
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import (
    MEMBER,
    OTHER_MEMBER,
    THREE,
    failures,
    run_at,
)
from ansible_collections.multiaccount.aws.tests.unit.support import (
    ADMINISTRATOR,
    REGION,
    ModuleRun,
    differences_from_return,
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
    """Run the module in check mode and outside: it is the same, and writes nothing."""
    hub.reset_counts()
    foreseen, run = run_at(hub, module, check=True, **options), run_at(hub, module, diff=True, **options)
    assert foreseen == run
    assert not run.result["changed"]
    assert hub.counts()["writes"] == 0
    return run


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


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("access_denied", "AccessDeniedException"),
        ("not_opted_in", "UnrecognizedClientException"),
        ("throttle", "TooManyRequestsException"),
    ],
)
def test_one_region_of_three_fails_and_the_rest_is_returned(hub: Hub, kind: str, code: str) -> None:
    seed(hub, THREE, PCI)
    hub.fault(kind=kind, region=THREE[1], operation=GET, times=None)
    run = look(hub, regions=THREE)
    assert failures(run.result) == {THREE[1]: code}
    assert run.result["msg"].startswith("1 of 3 Regions failed. ")
    assert f"{GET}, called by account {ADMINISTRATOR}, failed in {THREE[1]} with {code}: " in run.result["msg"]
    assert [row["region"] for row in run.result["standards"]] == [THREE[0], THREE[2]]


def test_reads_are_repeated(hub: Hub) -> None:
    seed(hub, [REGION], PCI)
    hub.fault(kind="throttle", operation=GET, times=5)
    hub.fault(kind="lost_reply", operation=GET)
    assert not run_at(hub, module).failed
    assert hub.counts()["calls"] == {GET: 7}


def test_options_that_cannot_be_used(hub: Hub) -> None:
    run = look(hub, regions=["Ireland"])
    assert run.failed
    assert run.result.pop("msg").startswith("regions: not a Region")
    assert run.result == NOTHING
    assert hub.counts()["calls"] == {}


def test_results_of_many_accounts_are_as_documented(hub: Hub) -> None:
    seed(hub, THREE[:1], PCI, account_id=MEMBER)
    hub.fault(kind="access_denied", region=THREE[1])
    hub.seed(denied_roles=[OTHER_MEMBER])
    options: dict[str, Any] = {"account_ids": [MEMBER, OTHER_MEMBER], "member_role": "reader", "regions": THREE}
    result = run_at(hub, module, **options).result
    result = {key: value for key, value in result.items() if key not in ("changed", "msg")}
    assert {key: [row["account_id"] for row in rows] for key, rows in result.items()} == {
        "standards": [MEMBER],
        "disabled_regions": [MEMBER],
        "failed_regions": [MEMBER],
        "failed_accounts": [OTHER_MEMBER],
    }
    assert differences_from_return(module, result) == []
