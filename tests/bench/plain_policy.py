# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain program that configures members: boto3 as its documentation shows it, with 50 threads and one session.

It looks at every control, changes those that differ in batches of 100, and looks again. It handles no error.

Usage: plain_policy.py ROLE ACCOUNTS REGIONS POLICY; accounts and Regions are separated by commas, the policy is JSON.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import boto3
from botocore.config import Config

THREADS = 50
BATCH = 100

SESSION = boto3.session.Session()
LOCK = threading.Lock()  # sessions are not safe for threads, the clients that they make are


def client(service: str, region: str, **keys: str) -> Any:
    """Return a client with the caller's credentials, or with those of a role."""
    with LOCK:
        return SESSION.client(service, region_name=region, config=Config(max_pool_connections=THREADS), **keys)


def batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The items in lists that one call takes."""
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def assume(account: str, role: str, region: str) -> dict[str, str]:
    """Take the role of an account; return its keys."""
    arn = f"arn:aws:iam::{account}:role/{role}"
    taken = client("sts", region).assume_role(RoleArn=arn, RoleSessionName="plain")["Credentials"]
    return {
        "aws_access_key_id": taken["AccessKeyId"],
        "aws_secret_access_key": taken["SecretAccessKey"],
        "aws_session_token": taken["SessionToken"],
    }


def definitions(region: str, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The controls of the standards that the Region has, by the ARN of the standard."""
    hub = client("securityhub", region)
    pages = hub.get_paginator("list_security_control_definitions")
    found: dict[str, list[dict[str, Any]]] = {}
    for name in names:
        arn = f"arn:aws:securityhub:{region}::standards/{name}"
        rows = [row for page in pages.paginate(StandardsArn=arn) for row in page["SecurityControlDefinitions"]]
        found[arn] = [row for row in rows if row["CurrentRegionAvailability"] == "AVAILABLE"]
    return found


def associations(hub: Any, pairs: Sequence[dict[str, str]]) -> dict[tuple[str, str], str]:
    """The state of each control in each standard."""
    details = [
        row
        for batch in batches(pairs)
        for row in hub.batch_get_standards_control_associations(StandardsControlAssociationIds=list(batch))[
            "StandardsControlAssociationDetails"
        ]
    ]
    return {(row["StandardsArn"], row["SecurityControlId"]): row["AssociationStatus"] for row in details}


def parameters(hub: Any, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The parameters of each control."""
    rows = [
        row
        for batch in batches(ids)
        for row in hub.batch_get_security_controls(SecurityControlIds=list(batch))["SecurityControls"]
    ]
    return {row["SecurityControlId"]: row["Parameters"] for row in rows}


def different(
    hub: Any, defined: dict[str, list[dict[str, Any]]], policy: dict[str, Any]
) -> tuple[list[Any], list[Any]]:
    """What is to be updated: controls in standards, and parameters."""
    pairs = [
        {"StandardsArn": arn, "SecurityControlId": row["SecurityControlId"]}
        for arn, rows in defined.items()
        for row in rows
    ]
    updates = []
    for (arn, control_id), status in associations(hub, pairs).items():
        wanted = "DISABLED" if control_id in policy["disabled_controls"] else "ENABLED"
        if status != wanted:
            updates.append({"StandardsArn": arn, "SecurityControlId": control_id, "AssociationStatus": wanted})
    known = {row["SecurityControlId"]: row for rows in defined.values() for row in rows}
    ids = [
        each for each in known if each not in policy["disabled_controls"] and known[each].get("ParameterDefinitions")
    ]
    custom = []
    for control_id, now in parameters(hub, ids).items():
        wanted_values = policy["control_parameters"].get(control_id, {})
        sent = {}
        for name, value in now.items():
            (kind,) = known[control_id]["ParameterDefinitions"][name]["ConfigurationOptions"]
            if name in wanted_values and value.get("Value") != {kind: wanted_values[name]}:
                sent[name] = {"ValueType": "CUSTOM", "Value": {kind: wanted_values[name]}}
            elif name not in wanted_values and value["ValueType"] == "CUSTOM":
                sent[name] = {"ValueType": "DEFAULT"}
        if sent:
            custom.append({"SecurityControlId": control_id, "Parameters": sent})
    return updates, custom


def configure(
    keys: dict[str, str], region: str, defined: dict[str, list[dict[str, Any]]], policy: dict[str, Any]
) -> bool:
    """Configure an account in a Region; return whether it is as the policy says."""
    hub = client("securityhub", region, **keys)
    enabled = {row["StandardsArn"] for row in hub.get_enabled_standards()["StandardsSubscriptions"]}
    if enabled != set(defined):
        raise SystemExit(f"other standards are enabled: {enabled}")
    updates, custom = different(hub, defined, policy)
    for batch in batches(updates):
        hub.batch_update_standards_control_associations(StandardsControlAssociationUpdates=list(batch))
    for each in custom:
        hub.update_security_control(**each)
    return not (updates or custom) or different(hub, defined, policy) == ([], [])


def main() -> int:
    """Configure the accounts of the command line."""
    role, account_list, region_list, text = sys.argv[1:]
    accounts, regions, policy = account_list.split(","), region_list.split(","), json.loads(text)
    with ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(lambda region: definitions(region, policy["enabled_standards"]), regions)
        defined = dict(zip(regions, found, strict=True))
        keys = dict(zip(accounts, pool.map(lambda each: assume(each, role, regions[0]), accounts), strict=True))
        done = pool.map(
            lambda place: configure(keys[place[0]], place[1], defined[place[1]], policy), product(accounts, regions)
        )
        return 0 if all(list(done)) else 1


if __name__ == "__main__":
    sys.exit(main())
