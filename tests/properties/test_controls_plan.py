# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the security controls of an account, whatever their states, against a pure model of the service."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.plan import (
    ControlCatalog,
    ControlOutcome,
    ControlsPlan,
    ControlsState,
    DesiredControls,
    actions_of,
    catalog_of,
    check_parameters,
    control_outcomes,
    controls_to_read,
    desired_by_policy,
    desired_in,
    expected_state,
    pairs_to_read,
    plan_controls,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.controls import ControlEntry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.policy import Policy, parse_policy
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.regions import KnownRegions
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    ControlAssociation,
    ControlDefinition,
    ParameterDefinition,
    ParameterValue,
    SecurityControl,
    Standard,
)

REGION, ELSEWHERE = "eu-west-1", "eu-central-1"
KNOWN = KnownRegions((REGION, ELSEWHERE), "1.44.5")
NAMES = (
    "aws-foundational-security-best-practices/v/1.0.0",
    "cis-aws-foundations-benchmark/v/1.4.0",
    "service-managed-aws-control-tower/v/1.0.0",
)
PARAMETERS = {
    "days": ParameterDefinition("Integer", 30, minimum=14, maximum=365),
    "ports": ParameterDefinition("IntegerList", [80, 443], minimum=1, maximum=65535, max_items=3),
    "symbols": ParameterDefinition("Boolean", True),
    "retention": ParameterDefinition("Enum", "365", allowed=("365", "731")),
}
# Values that are taken, the default ones among them.
VALUES = {
    "days": st.sampled_from([14, 30, "60"]),
    "ports": st.lists(st.sampled_from([22, 80, 443]), min_size=1, max_size=3, unique=True),
    "symbols": st.booleans(),
    "retention": st.sampled_from([365, "731"]),
}
DEFINITIONS = {
    "IAM.6": ControlDefinition("IAM.6", "Hardware MFA", "CRITICAL"),
    "KMS.1": ControlDefinition("KMS.1", "Decryption", "MEDIUM"),
    "ACM.1": ControlDefinition("ACM.1", "Renewal", "MEDIUM", True, PARAMETERS),
    "IAM.7": ControlDefinition("IAM.7", "Password policies", "MEDIUM", True, PARAMETERS),
    "WAF.1": ControlDefinition("WAF.1", "Logging", "MEDIUM", False),
}
CATALOG = catalog_of(
    {
        NAMES[0]: DEFINITIONS.values(),
        NAMES[1]: [DEFINITIONS["IAM.6"], DEFINITIONS["IAM.7"]],
        NAMES[2]: [DEFINITIONS["KMS.1"], DEFINITIONS["ACM.1"]],
    }
)
IDS = st.sampled_from([*DEFINITIONS, "EC2.8"])
REASONS = st.sampled_from([None, "by SSO", "hardware keys"])
STANDARD_STATUSES = st.sampled_from(["READY", "INCOMPLETE", "FAILED", "PENDING", "DELETING"])


@dataclass
class Service:
    """The controls of an account as the service keeps them, read and written in the API's form."""

    standards: dict[str, str]
    not_ready: set[str] = field(default_factory=set)
    # by standard and control: the status and its reason
    associations: dict[tuple[str, str], tuple[str, str | None]] = field(default_factory=dict)
    # by control: the custom values
    custom: dict[str, dict[str, object]] = field(default_factory=dict)
    updating: set[str] = field(default_factory=set)

    def read(self, desired: DesiredControls, catalog: ControlCatalog = CATALOG) -> ControlsState:
        """What is read because the desired state asks about it, and no more."""
        standards = tuple(
            Standard(
                name,
                f"arn:aws:securityhub:{REGION}::standards/{name}",
                None,
                status,
                is_updatable=name not in self.not_ready,
            )
            for name, status in self.standards.items()
        )
        pairs = [(each.name, control_id) for each, control_id in pairs_to_read(desired, catalog, standards)]
        return ControlsState(
            standards,
            {
                pair: ControlAssociation(*pair, *self.associations.get(pair, ("ENABLED", None)))
                for pair in pairs
                if pair[0] not in self.not_ready
            },
            {each: self._control(each) for each in controls_to_read(desired, catalog, standards)},
        )

    def _control(self, control_id: str) -> SecurityControl:
        custom = self.custom.get(control_id, {})
        values = {
            name: ParameterValue(custom.get(name, definition.default), name in custom)
            for name, definition in DEFINITIONS[control_id].parameters.items()
        }
        return SecurityControl(control_id, values, control_id in self.updating)

    def write(self, plan: ControlsPlan) -> None:
        """Do what a plan says, as the service would: it refuses what is not ready."""
        for update in plan.updates:
            assert update.standard not in self.not_ready
            assert self.standards[update.standard] != "DELETING"
            assert update.standards_arn.endswith(update.standard)
            self.associations[update.standard, update.control_id] = (update.status, update.reason)
        for sent in plan.parameter_updates:
            assert sent.control_id not in self.updating
            custom = self.custom.setdefault(sent.control_id, {})
            for name, value in json.loads(json.dumps(sent.parameters)).items():
                custom.pop(name, None)
                if value["ValueType"] == "CUSTOM":
                    custom[name] = value["Value"][PARAMETERS[name].data_type]

    def get_ready(self) -> None:
        """Let all that is on its way be done."""
        self.not_ready.clear()
        self.updating.clear()


@st.composite
def parameters(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(list(PARAMETERS)), unique=True))
    return {name: draw(st.none() | VALUES[name]) for name in names}


@st.composite
def services(draw: st.DrawFn) -> Service:
    standards = draw(st.dictionaries(st.sampled_from(NAMES), STANDARD_STATUSES))
    pairs = [(name, each) for name in NAMES for each in CATALOG.standards[name]]
    statuses = st.tuples(st.sampled_from(["ENABLED", "DISABLED", "CURIOUS"]), REASONS)
    customs = st.dictionaries(st.sampled_from(["ACM.1", "IAM.7"]), parameters())
    return Service(
        standards,
        draw(st.sets(st.sampled_from(sorted(standards)))) if standards else set(),
        draw(st.dictionaries(st.sampled_from(pairs), statuses)),
        {
            control_id: {name: value for name, value in values.items() if value is not None}
            for control_id, values in draw(customs).items()
        },
        draw(st.sets(st.sampled_from(["ACM.1", "IAM.7"]))),
    )


@st.composite
def entries(draw: st.DrawFn) -> ControlEntry:
    control_id = draw(IDS)
    return ControlEntry(
        control_id,
        draw(st.sampled_from([None, True, False])),
        draw(REASONS),
        draw(st.none() | st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(tuple)),
        draw(st.sampled_from([None, (REGION,), (ELSEWHERE,)])),
        draw(parameters()) if control_id in ("ACM.1", "IAM.7") else {},
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    return Policy(
        NAMES[:2],
        tuple(draw(st.lists(IDS, unique=True))),
        draw(st.booleans()),
        draw(st.dictionaries(st.sampled_from(["ACM.1", "IAM.7"]), parameters())),
        draw(st.sampled_from([None, REGION, ELSEWHERE])),
        draw(st.none() | st.lists(IDS, unique=True).map(tuple)),
    )


@st.composite
def requests(draw: st.DrawFn) -> DesiredControls:
    """What rows ask for in the Region, or a policy."""
    if draw(st.booleans()):
        return desired_by_policy(draw(policies()), REGION)
    task = DesiredControls(
        is_enabled=draw(st.booleans()), reason=draw(REASONS), others=draw(st.sampled_from([None, True, False]))
    )
    rows = draw(st.lists(entries(), max_size=4, unique_by=lambda entry: entry.control_id))
    return desired_in(task, rows, REGION)


def run(service: Service, desired: DesiredControls) -> list[ControlOutcome]:
    before = service.read(desired)
    plan = plan_controls(desired, CATALOG, before)
    service.write(plan)
    return control_outcomes(desired, CATALOG, before, service.read(desired), actions_of(plan, before), {})


@given(services(), requests())
def test_second_run_has_nothing_to_do(service: Service, desired: DesiredControls) -> None:
    first = run(service, desired)
    plan = plan_controls(desired, CATALOG, service.read(desired))
    assert not plan.changed
    second = control_outcomes(desired, CATALOG, service.read(desired), service.read(desired), {}, {})
    named = () if desired.is_policy else desired.named
    shown = {each.control_id: each.unprocessed for each in first if each.unprocessed or each.control_id in named}
    assert {each.control_id: each.unprocessed for each in second} == shown


@given(services(), requests())
def test_check_mode_shows_what_a_run_does(service: Service, desired: DesiredControls) -> None:
    before = service.read(desired)
    plan = plan_controls(desired, CATALOG, before)
    after = expected_state(plan, CATALOG, before)
    expected = control_outcomes(desired, CATALOG, before, after, actions_of(plan, before), {})
    assert expected == run(service, desired)
    assert after == service.read(desired)


@given(services(), requests())
def test_run_ends_as_desired_once_all_is_ready(service: Service, desired: DesiredControls) -> None:
    run(service, desired)
    service.get_ready()
    run(service, desired)
    plan = plan_controls(desired, CATALOG, service.read(desired))
    assert (plan.changed, plan.waiting) == (False, ())
    assert {each.reason for each in plan.unprocessed.values()} <= {"not_available", "unknown_status"}
    for standard, control_id in pairs_to_read(desired, CATALOG, service.read(desired).standards):
        status = service.associations.get((standard.name, control_id), ("ENABLED", None))[0]
        wanted = "ENABLED" if desired.wants(control_id, standard.name) else "DISABLED"
        assert status in (wanted, "CURIOUS")


@given(services(), requests())
def test_only_what_is_asked_about_is_written(service: Service, desired: DesiredControls) -> None:
    plan = plan_controls(desired, CATALOG, service.read(desired))
    asked = {
        (each.name, control_id) for each, control_id in pairs_to_read(desired, CATALOG, service.read(desired).standards)
    }
    assert {(each.standard, each.control_id) for each in plan.updates} <= asked
    assert all(desired.wants(each.control_id, each.standard) is not None for each in plan.updates)
    assert all(service.associations.get(pair, ("", None))[0] != "CURIOUS" for pair in _pairs(plan))
    assert len(_pairs(plan)) == len(plan.updates)


def _pairs(plan: ControlsPlan) -> set[tuple[str, str]]:
    return {(each.standard, each.control_id) for each in plan.updates}


@given(services(), requests())
def test_each_control_is_in_at_most_one_row_and_every_named_one_in_one(
    service: Service, desired: DesiredControls
) -> None:
    rows = [each.control_id for each in run(service, desired)]
    assert len(rows) == len(set(rows))
    assert desired.is_policy or set(desired.named) <= set(rows)


@given(services(), requests())
def test_row_of_a_policy_or_of_others_is_only_of_what_changed_or_differs(
    service: Service, desired: DesiredControls
) -> None:
    for outcome in run(service, desired):
        is_named = outcome.control_id in desired.named and not desired.is_policy
        assert is_named or outcome.actions or outcome.unprocessed


@given(services(), requests())
def test_values_that_are_taken_are_never_refused(service: Service, desired: DesiredControls) -> None:
    check_parameters(desired, CATALOG, "controls")
    for name, values in service.custom.items():
        check_parameters(replace(desired, parameters={name: values}), CATALOG, "controls")


@given(policies())
def test_policy_reads_back_from_the_form_of_aws(policy: Policy) -> None:
    key = "EnabledSecurityControlIdentifiers" if policy.lists_enabled else "DisabledSecurityControlIdentifiers"
    rows = [
        {
            "SecurityControlId": control_id,
            "Parameters": {
                name: {"ValueType": "DEFAULT"}
                if value is None
                else {"ValueType": "CUSTOM", "Value": {PARAMETERS[name].data_type: value}}
                for name, value in values.items()
            },
        }
        for control_id, values in policy.parameters.items()
    ]
    written: dict[str, object] = {
        "ConfigurationPolicy": {
            "SecurityHub": {
                "ServiceEnabled": True,
                "EnabledStandardIdentifiers": [
                    f"arn:aws:securityhub:us-east-1::standards/{each}" for each in NAMES[:2]
                ],
                "SecurityControlsConfiguration": {key: list(policy.controls), "SecurityControlCustomParameters": rows},
            }
        }
    }
    if policy.global_region:
        written["global_controls_region"] = policy.global_region
        written["global_controls"] = None if policy.global_controls is None else list(policy.global_controls)
    expected = policy if policy.global_region else replace(policy, global_controls=None)
    assert parse_policy(json.dumps(written), "policy", KNOWN) == expected
