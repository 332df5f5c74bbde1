# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the modules for members, invitations and hubs share: runs as either side, seeds, comparisons."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import workers
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs import rows as account_rows
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results import run as results
from ansible_collections.multiaccount.aws.tests.local_hub.control import SECRET_KEY, Hub, access_key
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR, REGION, ModuleRun, run_module

MEMBER, OTHER_MEMBER = "111122223333", "012345670123"
OTHER_ADMINISTRATOR = "777766665555"
EMAIL = "security@example.com"
THREE = ["eu-west-1", "eu-central-1", "eu-south-1"]

# What is not known before a write is done.
TIMES = ("invited_at", "updated_at", "subscribed_at")

# Whatever fails once, and is over.
INCIDENTS = ["throttle", "error", "error_after", "lost_reply", "lost_request"]
CARRIED_OUT = ("error_after", "lost_reply")


def run_at(
    hub: Hub, module: Any, check: bool = False, diff: bool = False, account_id: str = ADMINISTRATOR, **options: Any
) -> ModuleRun:
    """Run a module as an account; neither a traceback nor a secret may ever come out. An option of None is left out."""
    keys = {"access_key": access_key(account_id), "secret_key": SECRET_KEY}
    given = {"endpoint_url": hub.url, "region": REGION, **keys, **options}
    options = {name: value for name, value in given.items() if value is not None}
    # Ansible keeps warnings for as long as its process lives, and dresses them up by version: here they stay texts
    with (
        mock.patch.object(results, "warn") as warn,
        mock.patch.object(workers, "warn", warn),
        mock.patch.object(account_rows, "warn", warn),
    ):
        run = run_module(module.main, check, diff, **options)
    if warn.called:
        run.result["warnings"] = [call.args[0] for call in warn.call_args_list]
    text = json.dumps(run.result)
    assert "Traceback" not in text
    assert SECRET_KEY not in text
    assert run.failed == ("msg" in run.result)
    return run


def look_at(hub: Hub, module: Any, **options: Any) -> ModuleRun:
    """Run an info module in check mode and outside: it is the same, and writes nothing."""
    hub.reset_counts()
    foreseen, run = run_at(hub, module, check=True, **options), run_at(hub, module, diff=True, **options)
    assert foreseen == run
    assert not run.result["changed"]
    assert hub.counts()["writes"] == 0
    return run


def seed_members(
    hub: Hub, statuses: dict[str, str], regions: list[str] | None = None, administrator_id: str = ADMINISTRATOR
) -> None:
    """Turn Security Hub on in the administrator's account, and write its members down."""
    place = {"regions": regions or [REGION]}
    rows = [{"account_id": each, "member_status": status, **place} for each, status in statuses.items()]
    hub.seed(
        hubs=[{"account_id": administrator_id, **place}],
        members=[{"administrator_id": administrator_id, "email": EMAIL, **row} for row in rows],
    )


def turn_on(hub: Hub, account_id: str, regions: list[str] | None = None) -> None:
    """Turn Security Hub on in an account."""
    hub.seed(hubs=[{"account_id": account_id, "regions": regions or [REGION]}])


def statuses(hub: Hub, region: str = REGION, administrator_id: str = ADMINISTRATOR) -> dict[str, str]:
    """The administrator's member list at the server."""
    rows = hub.state()["members"].get(administrator_id, {}).get(region, {})
    return {account_id: row["member_status"] for account_id, row in rows.items()}


def writes(hub: Hub) -> dict[str, int]:
    """How often each operation that writes was called."""
    reading = ("Get", "List", "Describe", "BatchGet")
    calls = {name: number for name, number in hub.counts()["calls"].items() if not name.startswith(reading)}
    assert sum(calls.values()) == hub.counts()["writes"]
    return calls


def without(value: Any, keys: tuple[str, ...] = TIMES) -> Any:
    """A result without these keys, wherever they are."""
    if isinstance(value, dict):
        return {key: without(each, keys) for key, each in value.items() if key not in keys}
    return [without(each, keys) for each in value] if isinstance(value, list) else value


def reasons(result: dict[str, Any]) -> dict[str, str]:
    """The reason of each unprocessed account."""
    return {row["account_id"]: row["reason"] for row in result["unprocessed_accounts"]}


def failures(result: dict[str, Any]) -> dict[str, str]:
    """The error code of each Region that failed."""
    return {row["region"]: row["error_code"] for row in result["failed_regions"]}


def unreadable_member(hub: Hub, listed: bool, silent: bool = False) -> None:
    """Let GetMembers leave open whether the accounts are in the list, and ListMembers show it or not."""
    seed_members(hub, {MEMBER: "Enabled"})
    if silent:
        hub.switches(get_members_unknown="omitted")
    else:
        hub.fault(kind="reject", operation="GetMembers", account_ids=[MEMBER], message="internal error")
    if not listed:
        hub.fault(kind="access_denied", operation="ListMembers")


def deny_reading(hub: Hub, operation: str, after: int) -> None:
    """Deny a read once it was answered so often."""
    hub.fault(kind="access_denied", operation=operation, after=after)


def fail_in(region: str, error: Exception, original: Any) -> Any:
    """The original, which raises an error in one Region."""

    def work(*args: Any, **options: Any) -> Any:
        if any(region == getattr(each, "region", each) for each in args):
            raise error
        return original(*args, **options)

    return work
