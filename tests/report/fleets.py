# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up results of securityhub_membership, as the role has them before it writes its report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.fleet import fleet_of
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.summary import (
    LOOKING_PURPOSES,
    Request,
)
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.report.comparison import read_report
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.report.report import texts_of
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.report.report_data import ReportOptions
from report.states import ADMINISTRATOR, HOSTILE, REGIONS, account

Result = dict[str, Any]

TIME = "2026-03-01T08:00:00Z"
INVITED_AT = "2026-02-01T07:00:00Z"  # 28 days before
DENIED = "GetMembers is denied in {}: allow securityhub:GetMembers."


def made(
    results: Any,
    form: str,
    accounts: Mapping[str, Any] | None = None,
    purpose: str = "onboard",
    generated_at: str = TIME,
    settings: Mapping[str, Any] | None = None,
    previous: str | None = None,
) -> str:
    """Return the report of results, html or json, as the role writes it."""
    accounts = accounts or {}
    found = fleet_of(results, accounts.get("accounts") or (), before=purpose in LOOKING_PURPOSES)
    earlier = read_report(Path(previous)) if previous else None
    request = Request(purpose=purpose, skipped=accounts.get("skipped") or ())
    options = ReportOptions(generated_at, "1.0.0", request, settings or {}, earlier)
    return texts_of(found, options)[form]


def row(region: str, account_id: str, status: str | None = "Enabled", **more: Any) -> dict[str, Any]:
    """Return one membership."""
    texts: dict[str, Any] = {
        "email": f"owner-{account_id}@example.com",
        "previous_member_status": status,
        "actions": [],
    }
    times = {"invited_at": INVITED_AT if status == "Invited" else None, "updated_at": None}
    return {
        "region": region, "account_id": account_id, "member_status": status, "reason": None, "processing_result": None,
        **texts, **times, **more,
    }  # fmt: skip


def result(*rows: dict[str, Any], failed: tuple[str, ...] = (), surplus: tuple[dict[str, Any], ...] = ()) -> Result:
    """Return a result of these memberships."""
    failures = [{"region": name, "error_code": "AccessDeniedException", "msg": DENIED.format(name)} for name in failed]
    return {
        "administrator_id": ADMINISTRATOR, "memberships": list(rows), "failed_regions": failures,
        "surplus_members": list(surplus), "hub_enabled_regions": [], "changed": False,
    }  # fmt: skip


def trouble(region: str, number: int) -> tuple[str | None, str, str | None] | None:
    """Return the status, reason and message of an account that is not Enabled in a Region."""
    account_id = account(number)
    role = f"AccessDenied: not authorized to perform sts:AssumeRole on arn:aws:iam::{account_id}:role/Member"
    kinds: list[tuple[bool, tuple[str | None, str, str | None]]] = [
        (number % 10 == 3, ("Invited", "awaiting_acceptance", None)),
        (number % 25 == 4, ("Invited", "role_not_assumed", role)),
        (number % 25 == 6 and region.startswith("eu-"), ("Resigned", "resigned", None)),
        (number % 50 == 7, (None, "other_administrator", f"Account {account_id} has the administrator 222222222222.")),
        (number % 100 == 8, ("AccountSuspended", "suspended", None)),
    ]
    return next((words for true, words in kinds if true), None)


def troubled(region: str, number: int) -> dict[str, Any]:
    """Return an account in a Region of a fleet where one in ten has not accepted, and some are odder."""
    status, reason, message = trouble(region, number) or ("Enabled", None, None)
    return row(region, account(number), status, reason=reason, processing_result=message)


def accounts(number: int) -> dict[str, Any]:
    """Return the accounts of a fleet, as the role reads them."""
    rows: list[dict[str, Any]] = [
        {"account_id": account(n), "email": None, "name": f"Workload {n}" if n % 2 else None, "regions": []}
        for n in range(number)
    ]
    return {"source": "accounts.csv", "accounts": rows, "skipped": []}


def fleet(number: int, failed: tuple[str, ...] = ("eu-west-3",)) -> Result:
    """Return a fleet in 17 Regions, of which one failed."""
    rows = [troubled(region, n) for region in REGIONS if region not in failed for n in range(number)]
    return result(*rows, failed=failed)


def small() -> Result:
    """Return every status there is, in two Regions of which one failed."""
    known = ["Enabled", "Invited", "Created", "Removed", "Resigned", "Deleted", "AccountSuspended", "PendingReview"]
    good = [row("eu-west-1", account(n), status) for n, status in enumerate(known)]
    good.append(row("eu-west-1", account(8), None, reason="rejected", processing_result="Not allowed", email=None))
    good.append(row("eu-west-1", ADMINISTRATOR, None, reason="own_account"))
    bad = [row("us-east-1", account(n), None, reason="not_attempted", email=None) for n in range(9)]
    surplus = {
        "region": "eu-west-1", "account_id": account(50), "email": "extra@example.com", "member_status": "Invited",
        "invited_at": "2026-01-01T08:00:00+00:00",
    }  # fmt: skip
    return result(*good, *bad, failed=("us-east-1",), surplus=(surplus,))


def small_accounts() -> dict[str, Any]:
    """Return the accounts of ``small``: the administrator's own only in one Region, and a row that was left out."""
    rows: list[dict[str, Any]] = [{"account_id": account(n), "name": None, "regions": []} for n in range(9)]
    rows[1]["name"] = "Shop"
    own = {"account_id": ADMINISTRATOR, "name": None, "regions": ["eu-west-1"]}
    skipped = [{"row": 3, "account_id": account(60), "name": "Old shop", "reason": "is SUSPENDED"}]
    return {"source": "accounts.csv", "accounts": [*rows, own], "skipped": skipped}


def hostile() -> Result:
    """Return texts from outside that are out for trouble, wherever such a text can stand."""
    rows = [
        row("eu-west-1", account(n), text, email=text, reason=text, processing_result=f"{text}.", invited_at=text)
        for n, text in enumerate(HOSTILE)
    ]
    extra = {"region": HOSTILE[2], "account_id": HOSTILE[0], "email": HOSTILE[1], "member_status": "Invited"}
    made = result(*rows, failed=(HOSTILE[0],), surplus=({**extra, "invited_at": HOSTILE[3]},))
    made["failed_regions"][0].update(msg=HOSTILE[1], error_code=HOSTILE[2])
    return made


def hostile_accounts() -> dict[str, Any]:
    """Return names and rows from a file that are out for trouble."""
    rows = [{"account_id": account(n), "name": text, "regions": ["eu-west-1"]} for n, text in enumerate(HOSTILE)]
    skipped = [{"row": 1, "account_id": account(60), "name": text, "reason": text} for text in HOSTILE]
    return {"source": HOSTILE[0], "accounts": rows, "skipped": skipped}


def with_policy(number: int) -> Result:
    """Return members in two Regions: every second one differs from the policy, and not in the same way everywhere."""
    control = {"kind": "control", "id": "IAM.6", "parameter": None, "current": "ENABLED", "wanted": "DISABLED"}
    days = {"kind": "parameter", "id": "ACM.1", "parameter": "daysToExpiration", "current": 30, "wanted": 15}
    standard = {"kind": "standard", "id": "pci-dss/v/4.0.1", "parameter": None, "current": "ENABLED"}
    rows = []
    for region in REGIONS[6:8]:
        for n in range(number):
            differences = [control, *([days] if n % 4 == 1 else [{**standard, "wanted": "DISABLED"}])] if n % 2 else []
            rows.append(
                row(
                    region,
                    account(n),
                    policy="differs" if n % 2 else "applied",
                    policy_differences=differences,
                    policy_difference_count=len(differences),
                    actions=["disable_controls"] if n % 2 else [],
                )
            )
    return result(*rows)
