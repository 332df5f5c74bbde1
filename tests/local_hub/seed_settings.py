# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds of what surrounds the member lists: roles, policies, Regions, aggregators, standards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .catalogue import SHORT_NAME, short_name, standards_arn
from .control_catalogue import controls
from .control_parameters import problems_of_value
from .model import (
    ALWAYS,
    CONTROL_DISABLED,
    LINKING_MODES,
    MODES_WITH_REGIONS,
    STANDARDS_STATUSES,
    Aggregator,
    Association,
    ControlParameters,
    Store,
    Subscription,
)
from .partitions import partition
from .policies import Policy
from .roles import ROLE_NAME, SESSION_SECONDS, Role
from .seed_checks import account_id, account_ids, choice, control_ids, known, regions_of

REASONS = (
    "",
    "NO_AVAILABLE_CONFIGURATION_RECORDER",
    "MAXIMUM_NUMBER_OF_CONFIG_RULES_EXCEEDED",
    "INTERNAL_ERROR",
)


def seed_settings(store: Store, body: Mapping[str, Any]) -> None:
    """Write down everything of a seed that is no hub and no member."""
    store.organization_accounts.update(account_ids(body.get("organization_accounts", [])))
    store.roles.denied_accounts.update(account_ids(body.get("denied_roles", [])))
    store.roles.denied_accounts.difference_update(account_ids(body.get("allowed_roles", [])))
    for row in body.get("roles", []):
        store.roles.put(_role(row))
    for row in body.get("policies", []):
        _policy(store, row)
    for key, write in (
        ("enabled_regions", store.regions.enable_only),
        ("disabled_regions", store.regions.disable),
    ):
        for row in body.get(key, []):
            known(row, ("account_id", "region", "regions"), f"a row of {key}")
            write(account_id(row.get("account_id")), regions_of(row))
    for row in body.get("offered_standards", []):
        _offer_standards(store, row)
    store.policy_managed_accounts.update(account_ids(body.get("policy_managed_accounts", [])))
    for row in body.get("unavailable_controls", []):
        known(row, ("region", "regions", "controls"), "a row of unavailable_controls")
        for region in regions_of(row):
            store.unavailable_controls[region] = tuple(control_ids(row.get("controls")))
    for row in body.get("finding_aggregators", []):
        aggregator = _aggregator(row)
        store.put_aggregator(aggregator.account_id, partition(aggregator.home_region), aggregator, ALWAYS)


def _role(row: Mapping[str, Any]) -> Role:
    known(row, ("account_id", "role", "external_id", "max_session_duration"), "a role")
    name, external_id = row.get("role"), row.get("external_id")
    seconds = row.get("max_session_duration", SESSION_SECONDS)
    if not isinstance(name, str) or not ROLE_NAME.fullmatch(name):
        raise ValueError(f"role is a role's name, after its path if it has one, not {name!r}")
    if not isinstance(external_id, str | None) or not isinstance(seconds, int):
        raise TypeError(f"external_id is a text and max_session_duration a number of seconds in {dict(row)}")
    return Role(account_id(row.get("account_id")), name, external_id, seconds)


def _policy(store: Store, row: Mapping[str, Any]) -> None:
    known(row, ("account_id", "role", "allowed_actions", "policy"), "a policy")
    role, actions, document = row.get("role", ""), row.get("allowed_actions"), row.get("policy")
    if role != "" and (not isinstance(role, str) or not ROLE_NAME.fullmatch(role)):
        raise ValueError(f"role is a role's name, after its path if it has one, not {role!r}")
    if isinstance(document, Mapping) and actions is None:
        policy = Policy.parse(document)
    elif isinstance(actions, list) and all(isinstance(action, str) for action in actions) and document is None:
        policy = Policy(tuple(actions))
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


def _aggregator(row: Mapping[str, Any]) -> Aggregator:
    known(row, ("account_id", "home_region", "linking_mode", "regions"), "a finding aggregator")
    mode = choice(row, "linking_mode", LINKING_MODES, "ALL_REGIONS")
    home, with_regions = row.get("home_region"), mode in MODES_WITH_REGIONS
    if not isinstance(home, str) or not home:
        raise ValueError(f"home_region is a Region, not {home!r}")
    if with_regions != ("regions" in row):
        raise ValueError(f"regions belong to linking_mode {' and '.join(MODES_WITH_REGIONS)}, not to {mode}")
    regions = tuple(regions_of(row)) if with_regions else ()
    return Aggregator(account_id(row.get("account_id")), home, mode, regions)


def subscription(value: Any, region: str) -> Subscription:
    """A standard of a seeded hub: a short name or an ARN, or a row with status, reason and what its controls are."""
    row: Mapping[str, Any] = value if isinstance(value, Mapping) else {"standards": value}
    known(row, ("standards", "status", "reason", "disabled_controls", "controls_updatable"), "a standard")
    name = str(row.get("standards"))
    if not SHORT_NAME.fullmatch(name) and not short_name(name):
        raise ValueError(f"standards is a short name such as pci-dss/v/4.0.1 or an ARN, not {name!r}")
    arn = name if short_name(name) else standards_arn(name, region)
    status = choice(row, "status", STANDARDS_STATUSES, "READY")
    return Subscription(
        arn,
        status=status,
        reason=choice(row, "reason", REASONS, "") or None,
        updatable_from=ALWAYS if row.get("controls_updatable", True) else float("inf"),
        associations=_associations(row.get("disabled_controls", [])),
    )


def _associations(disabled: Any) -> dict[str, Association]:
    """Controls that are disabled: a list, or an object with the reasons."""
    reasons = disabled if isinstance(disabled, Mapping) else {}
    return {each: Association(CONTROL_DISABLED, reasons.get(each)) for each in control_ids(list(disabled))}


def control_parameters(value: Any) -> dict[str, ControlParameters]:
    """The customized parameters of a seeded hub, such as {"ACM.1": {"daysToExpiration": {"Integer": 15}}}."""
    if not isinstance(value, Mapping):
        raise TypeError(f"control_parameters is an object by the ids of controls, not {value!r}")
    for control_id, values in zip(control_ids(list(value)), value.values(), strict=True):
        parameters = controls()[control_id].parameters
        known(values, tuple(parameters), f"the control {control_id}")
        problems = [each for name in values for each in problems_of_value(parameters[name], values[name])]
        if problems:
            raise ValueError(f"{control_id}: {'; '.join(problems)}")
    return {control_id: ControlParameters(dict(values)) for control_id, values in value.items()}
