# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds of what surrounds hubs and member lists: roles, policies, Regions, aggregators, AWS Config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .catalogue import SHORT_NAME
from .config_recorders import SECURITY_HUB, SERVICE_LINKED_NAME, STATUSES, Recorder
from .model import (
    ALWAYS,
    LINKING_MODES,
    MODES_WITH_REGIONS,
    Aggregator,
    Store,
)
from .partitions import partition
from .policies import Policy
from .roles import ROLE_NAME, SESSION_SECONDS, Role
from .seed_checks import account_id, account_ids, choice, control_ids, known, regions_of


def seed_settings(store: Store, body: Mapping[str, Any]) -> None:
    """Write down everything of a seed that is no hub and no member."""
    store.organization_accounts.update(account_ids(body.get("organization_accounts", [])))
    store.policy_managed_accounts.update(account_ids(body.get("policy_managed_accounts", [])))
    store.roles.denied_accounts.update(account_ids(body.get("denied_roles", [])))
    store.roles.denied_accounts.difference_update(account_ids(body.get("allowed_roles", [])))
    for key, write in (
        ("enabled_regions", store.regions.enable_only),
        ("disabled_regions", store.regions.disable),
    ):
        for row in body.get(key, []):
            known(row, ("account_id", "region", "regions"), f"a row of {key}")
            write(account_id(row.get("account_id")), regions_of(row))
    for key, write_row in (
        ("roles", _role),
        ("policies", _policy),
        ("offered_standards", _offer_standards),
        ("unavailable_controls", _unavailable_controls),
        ("config_recorders", _recorder),
        ("finding_aggregators", _aggregator),
    ):
        for row in body.get(key, []):
            write_row(store, row)


def _role(store: Store, row: Mapping[str, Any]) -> None:
    known(row, ("account_id", "role", "external_id", "max_session_duration"), "a role")
    name, external_id = row.get("role"), row.get("external_id")
    seconds = row.get("max_session_duration", SESSION_SECONDS)
    if not isinstance(name, str) or not ROLE_NAME.fullmatch(name):
        raise ValueError(f"role is a role's name, after its path if it has one, not {name!r}")
    if not isinstance(external_id, str | None) or not isinstance(seconds, int):
        raise TypeError(f"external_id is a text and max_session_duration a number of seconds in {dict(row)}")
    store.roles.put(Role(account_id(row.get("account_id")), name, external_id, seconds))


def _policy(store: Store, row: Mapping[str, Any]) -> None:
    known(row, ("account_id", "role", "allowed_actions", "policy"), "a policy")
    role, actions, document = row.get("role", ""), row.get("allowed_actions"), row.get("policy")
    if role != "" and (not isinstance(role, str) or not ROLE_NAME.fullmatch(role)):
        raise ValueError(f"role is a role's name, after its path if it has one, not {role!r}")
    if isinstance(document, Mapping) and actions is None:
        policy = Policy.parse(document)
    elif isinstance(actions, list) and all(isinstance(action, str) for action in actions) and document is None:
        policy = Policy.of_actions(actions)
    else:
        raise ValueError(f"allowed_actions (a list of texts) or policy (a policy document) is missing in {dict(row)}")
    store.policies.put(account_id(row.get("account_id")), role, policy)


def _offer_standards(store: Store, row: Mapping[str, Any]) -> None:
    known(row, ("region", "regions", "standards"), "a row of offered_standards")
    names = row.get("standards")
    if not isinstance(names, list) or not all(SHORT_NAME.fullmatch(str(name)) for name in names):
        raise ValueError(f"standards is a list of short names such as pci-dss/v/4.0.1, not {names!r}")
    for region in regions_of(row):
        store.offered_standards[region] = tuple(names)


def _unavailable_controls(store: Store, row: Mapping[str, Any]) -> None:
    known(row, ("region", "regions", "controls"), "a row of unavailable_controls")
    for region in regions_of(row):
        store.unavailable_controls[region] = tuple(control_ids(row.get("controls")))


def _recorder(store: Store, row: Mapping[str, Any]) -> None:
    """A recorder of AWS Config in each Region of a row."""
    known(row, ("account_id", "region", "regions", "name", "recording", "last_status", "service_linked"), "a recorder")
    linked, recording = row.get("service_linked", False), row.get("recording", True)
    name = row.get("name", SERVICE_LINKED_NAME if linked else "default")
    if not isinstance(linked, bool) or not isinstance(recording, bool) or not isinstance(name, str) or not name:
        raise TypeError(f"service_linked and recording are true or false, and name is a text, in {dict(row)}")
    status = choice(row, "last_status", STATUSES, "Success")
    owner, principal = account_id(row.get("account_id")), SECURITY_HUB if linked else None
    for region in regions_of(row):
        store.config_recorders.put(Recorder(owner, region, name, recording, status, principal))


def _aggregator(store: Store, row: Mapping[str, Any]) -> None:
    known(row, ("account_id", "home_region", "linking_mode", "regions"), "a finding aggregator")
    mode = choice(row, "linking_mode", LINKING_MODES, "ALL_REGIONS")
    home, with_regions = row.get("home_region"), mode in MODES_WITH_REGIONS
    if not isinstance(home, str) or not home:
        raise ValueError(f"home_region is a Region, not {home!r}")
    if with_regions != ("regions" in row):
        raise ValueError(f"regions belong to linking_mode {' and '.join(MODES_WITH_REGIONS)}, not to {mode}")
    regions = tuple(regions_of(row)) if with_regions else ()
    aggregator = Aggregator(account_id(row.get("account_id")), home, mode, regions)
    store.put_aggregator(aggregator.account_id, partition(home), aggregator, ALWAYS)
