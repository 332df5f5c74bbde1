# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of the security controls of an account in one Region: one row a case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.global_controls import (
    DATE,
    GLOBAL_CONTROLS,
    SOURCE,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.controls.plan import (
    PASSING_CODES,
    ControlsPlan,
    ControlsState,
    DesiredControls,
    Unprocessed,
    actions_of,
    asked_controls,
    catalog_of,
    check_control_ids,
    check_parameters,
    control_differences,
    control_outcomes,
    control_view,
    controls_to_read,
    desired_by_policy,
    desired_in,
    expected_state,
    former_ids,
    only_controls,
    only_definitions,
    pairs_to_read,
    plan_controls,
    refusal,
    with_new_standards,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import PreconditionFailed
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.controls import ControlEntry
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.policy import Policy
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    AssociationUpdate,
    ControlAssociation,
    ControlDefinition,
    ParameterDefinition,
    ParameterUpdate,
    ParameterValue,
    PolicyDifference,
    SecurityControl,
    Standard,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.reasons import REASONS

REGION, ELSEWHERE = "eu-west-1", "eu-central-1"
FOUNDATIONAL, CIS = "aws-foundational-security-best-practices/v/1.0.0", "cis-aws-foundations-benchmark/v/1.4.0"
TOWER = "service-managed-aws-control-tower/v/1.0.0"
DAYS = ParameterDefinition("Integer", 30, minimum=14, maximum=365)


def definition(control_id: str, is_available: bool = True, **parameters: ParameterDefinition) -> ControlDefinition:
    return ControlDefinition(control_id, f"About {control_id}", "HIGH", is_available, parameters)


def standard(name: str, status: str = "READY") -> Standard:
    return Standard(name, f"arn:aws:securityhub:{REGION}::standards/{name}", None, status)


# IAM.6 is in two standards, KMS.1 in the foundational one alone, ACM.1 has a parameter, the Region lacks WAF.1.
CATALOG = catalog_of(
    {
        FOUNDATIONAL: [
            definition("IAM.6"),
            definition("KMS.1"),
            definition("ACM.1", daysToExpiration=DAYS),
            definition("WAF.1", is_available=False),
        ],
        CIS: [definition("IAM.6")],
        TOWER: [definition("KMS.1")],
    }
)
BOTH = (standard(FOUNDATIONAL), standard(CIS))
ONLY_CIS = (standard(CIS),)


def state(
    standards: tuple[Standard, ...] = BOTH,
    statuses: dict[str, str] | None = None,
    reason: str | None = None,
    days: ParameterValue | None = None,
    is_updating: bool = False,
    not_ready: tuple[str, ...] = (),
) -> ControlsState:
    """All controls of the standards: ENABLED but for ``statuses``."""
    pairs = {
        (each.name, control_id): (statuses or {}).get(control_id, "ENABLED")
        for each in standards
        for control_id in CATALOG.standards[each.name]
        if CATALOG.controls[control_id].is_available and each.name not in not_ready
    }
    value = days or ParameterValue(30)
    return ControlsState(
        tuple(replace(each, is_updatable=each.name not in not_ready) for each in standards),
        {
            pair: ControlAssociation(*pair, status, reason if status == "DISABLED" else None)
            for pair, status in pairs.items()
            if status != "MISSING"
        },
        {"ACM.1": SecurityControl("ACM.1", {"daysToExpiration": value}, is_updating)},
    )


def row(control_id: str, is_enabled: bool | None = None, **parts: Any) -> DesiredControls:
    return desired_in(DesiredControls(), [ControlEntry(control_id, is_enabled, **parts)], REGION)


def steps(desired: DesiredControls, now: ControlsState, control_id: str = "IAM.6") -> str:
    """What is planned for a control, in words: its updates, or why there is none."""
    plan = plan_controls(desired, CATALOG, now)
    updates = [each for each in plan.updates if each.control_id == control_id]
    assert plan.changed == bool(plan.changes)
    if control_id in plan.unprocessed:
        assert not updates
        waits = "wait " if control_id in plan.waiting else ""
        return waits + plan.unprocessed[control_id].reason
    names = {FOUNDATIONAL: "foundational", CIS: "cis", TOWER: "tower"}
    return " ".join(f"{each.status} {names[each.standard]}" for each in updates)


# associations: state, what is done to enable, to disable
@pytest.mark.parametrize(
    ("now", "enabled", "disabled"),
    [
        (state(ONLY_CIS), "", "DISABLED cis"),
        (state(ONLY_CIS, {"IAM.6": "DISABLED"}), "ENABLED cis", ""),
        (state(ONLY_CIS, {"IAM.6": "CURIOUS"}), "unknown_status", "unknown_status"),
        (state(ONLY_CIS, {"IAM.6": "MISSING"}), "wait unreadable", "wait unreadable"),
        (state(ONLY_CIS, not_ready=(CIS,)), "wait not_ready", "wait not_ready"),
        (state((standard(CIS, "DELETING"),)), "not_available", ""),
        (state((standard(TOWER),)), "not_available", ""),
        (state(()), "not_available", ""),
        (state((standard(CIS, "INCOMPLETE"),)), "", "DISABLED cis"),
        (state((standard(CIS, "FAILED"),), {"IAM.6": "DISABLED"}), "ENABLED cis", ""),
        (state((standard(CIS, "PENDING"),), {"IAM.6": "DISABLED"}), "ENABLED cis", ""),
        (state(), "", "DISABLED foundational DISABLED cis"),
        (state(BOTH, {"IAM.6": "DISABLED"}), "ENABLED foundational ENABLED cis", ""),
        (state((standard(FOUNDATIONAL), standard(CIS, "DELETING"))), "", "DISABLED foundational"),
    ],
)
def test_plan_each_state_named_and_as_other(now: ControlsState, enabled: str, disabled: str) -> None:
    assert steps(row("IAM.6", True), now) == enabled
    assert steps(row("IAM.6", False), now) == disabled
    assert steps(row("IAM.6"), now) == enabled
    assert steps(desired_in(DesiredControls(is_enabled=False), [ControlEntry("IAM.6")], REGION), now) == disabled
    # what is not named is never missed
    assert steps(DesiredControls(others=True), now) == ("" if enabled == "not_available" else enabled)
    assert steps(DesiredControls(others=False), now) == disabled
    assert steps(DesiredControls(), now) == ""
    assert steps(row("KMS.1", False), now) == ""


def test_plan_one_standard_that_is_not_ready_stops_no_other() -> None:
    plan = plan_controls(row("IAM.6", False), CATALOG, state(not_ready=(CIS,)))
    assert [each.standard for each in plan.updates] == [FOUNDATIONAL]
    assert plan.waiting == ("IAM.6",)
    assert plan.unprocessed["IAM.6"].reason == "not_ready"


@pytest.mark.parametrize("others", [None, True, False])
def test_plan_named_controls_are_no_others(others: bool | None) -> None:
    desired = desired_in(
        DesiredControls(others=others), [ControlEntry("IAM.6", False), ControlEntry("KMS.1", True)], REGION
    )
    plan = plan_controls(desired, CATALOG, state(BOTH, {"KMS.1": "DISABLED", "ACM.1": "DISABLED"}))
    found = {each.control_id: each.status for each in plan.updates}
    assert found == {"IAM.6": "DISABLED", "KMS.1": "ENABLED", **({"ACM.1": "ENABLED"} if others else {})}


def test_plan_row_for_some_standards_leaves_the_others_alone() -> None:
    desired = row("IAM.6", False, standards=(CIS,))
    assert steps(desired, state()) == "DISABLED cis"
    assert (
        steps(
            desired_in(DesiredControls(others=False), [ControlEntry("IAM.6", True, standards=(CIS,))], REGION), state()
        )
        == ""
    )
    assert steps(row("IAM.6", True, standards=(TOWER,)), state()) == "not_available"


def test_plan_standard_of_another_service_only_where_a_row_names_it() -> None:
    now = state((standard(FOUNDATIONAL), standard(TOWER)))
    assert steps(row("KMS.1", False), now, "KMS.1") == "DISABLED foundational"
    assert steps(DesiredControls(others=False), now, "KMS.1") == "DISABLED foundational"
    assert steps(row("KMS.1", False, standards=(TOWER,)), now, "KMS.1") == "DISABLED tower"


def test_plan_row_for_other_regions_is_not_meant_here() -> None:
    entries = [ControlEntry("IAM.6", False, regions=(ELSEWHERE,)), ControlEntry("KMS.1", False, regions=(REGION,))]
    assert set(desired_in(DesiredControls(), entries, REGION).named) == {"KMS.1"}
    assert set(desired_in(DesiredControls(), entries, ELSEWHERE).named) == {"IAM.6"}


@pytest.mark.parametrize(("is_enabled", "reason"), [(True, "not_available"), (False, None)])
def test_plan_control_that_the_region_lacks(is_enabled: bool, reason: str | None) -> None:
    plan = plan_controls(row("WAF.1", is_enabled), CATALOG, state())
    assert (plan.changed, plan.waiting) == (False, ())
    assert [each.reason for each in plan.unprocessed.values()] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("now", "message"),
    [
        (
            state(not_ready=(CIS, FOUNDATIONAL)),
            "The controls of a standard are not ready for updates yet.",
        ),
        (
            state(statuses={"ACM.1": "MISSING"}),
            "The service does not show whether the control is enabled, or its parameters.",
        ),
        (state(is_updating=True), "The service is still updating the parameters of the control."),
        (state(statuses={"ACM.1": "CURIOUS"}), "The status 'CURIOUS' is not known, so nothing was done."),
        (state(ONLY_CIS), "No enabled standard has this control in the Region."),
    ],
)
def test_plan_says_why_a_control_ends_short(now: ControlsState, message: str) -> None:
    plan = plan_controls(row("ACM.1", parameters={"daysToExpiration": None}), CATALOG, now)
    assert plan.unprocessed["ACM.1"].message == message


# reasons


@pytest.mark.parametrize(
    ("task", "of_row", "sent"),
    [
        (None, None, "Disabled with the Ansible collection multiaccount.aws"),
        ("by SSO", None, "by SSO"),
        ("by SSO", "hardware keys", "hardware keys"),
    ],
)
def test_plan_disables_with_the_reason(task: str | None, of_row: str | None, sent: str) -> None:
    desired = desired_in(DesiredControls(reason=task), [ControlEntry("IAM.6", False, of_row)], REGION)
    assert plan_controls(desired, CATALOG, state(ONLY_CIS)).updates == (
        AssociationUpdate(CIS, ONLY_CIS[0].standards_arn, "IAM.6", "DISABLED", sent),
    )
    assert desired_in(DesiredControls(reason=task, others=False), [], REGION).reason_of("KMS.1") == task


@pytest.mark.parametrize(
    ("reason", "now", "sent"),
    [("by SSO", "by SSO", []), ("by SSO", None, ["by SSO"]), ("by SSO", "other", ["by SSO"]), (None, "other", [])],
)
def test_plan_sets_another_reason_only_where_one_is_given(reason: str | None, now: str | None, sent: list[str]) -> None:
    plan = plan_controls(row("IAM.6", False, reason=reason), CATALOG, state(ONLY_CIS, {"IAM.6": "DISABLED"}, now))
    assert [each.reason for each in plan.updates] == sent


def test_plan_enables_without_a_reason() -> None:
    now = state(ONLY_CIS, {"IAM.6": "DISABLED"}, "other")
    assert plan_controls(row("IAM.6", True, reason="x"), CATALOG, now).updates[0].reason is None


# parameters


@pytest.mark.parametrize(
    ("now", "wanted", "sent"),
    [
        (ParameterValue(30), 15, {"daysToExpiration": {"ValueType": "CUSTOM", "Value": {"Integer": 15}}}),
        (ParameterValue(15, True), 15, None),
        (ParameterValue(15, True), None, {"daysToExpiration": {"ValueType": "DEFAULT"}}),
        (ParameterValue(30), None, None),
    ],
)
def test_plan_parameters_that_differ(now: ParameterValue, wanted: object, sent: dict[str, Any] | None) -> None:
    desired = row("ACM.1", parameters={"daysToExpiration": wanted})
    plan = plan_controls(desired, CATALOG, state(days=now))
    assert plan.parameter_updates == ((ParameterUpdate("ACM.1", sent),) if sent else ())
    assert plan.updates == ()


def test_plan_parameters_that_are_being_updated_are_waited_for() -> None:
    desired = row("ACM.1", False, parameters={"daysToExpiration": 15})
    plan = plan_controls(desired, CATALOG, state(is_updating=True))
    assert [each.control_id for each in plan.updates] == ["ACM.1"]
    assert (plan.parameter_updates, plan.waiting) == ((), ("ACM.1",))
    assert plan.unprocessed["ACM.1"].reason == "updating"


def test_plan_parameters_that_were_not_shown_are_waited_for() -> None:
    desired = row("ACM.1", parameters={"daysToExpiration": 15})
    now = ControlsState(BOTH, associations=state().associations)
    plan = plan_controls(desired, CATALOG, now)
    assert (plan.changed, plan.waiting, plan.unprocessed["ACM.1"].reason) == (False, ("ACM.1",), "unreadable")


def test_plan_parameters_of_a_control_in_no_enabled_standard_are_left_alone() -> None:
    plan = plan_controls(row("ACM.1", False, parameters={"daysToExpiration": 15}), CATALOG, state(ONLY_CIS))
    assert plan == ControlsPlan()


@pytest.mark.parametrize(
    ("reason", "sent"),
    [
        ("by SSO_2-3", "by SSO_2-3"),
        ("We use SSO; no users.", "We use SSO no users"),
        ("SSO;users", "SSO users"),
        ("für Prüfer", "für Prüfer"),
        ("...", None),
        (None, None),
    ],
)
def test_plan_reason_of_parameters_has_only_what_is_taken(reason: str | None, sent: str | None) -> None:
    desired = row("ACM.1", reason=reason, parameters={"daysToExpiration": 15})
    assert plan_controls(desired, CATALOG, state()).parameter_updates[0].reason == sent


def test_check_parameters_names_all_that_is_wrong() -> None:
    entries = [
        ControlEntry("ACM.1", parameters={"daysToExpiration": 500}),
        ControlEntry("IAM.6", parameters={"x": 1}),
        ControlEntry("EC2.99", parameters={"not": "here"}),
    ]
    with pytest.raises(PreconditionFailed) as refused:
        check_parameters(desired_in(DesiredControls(), entries, REGION), CATALOG, "controls")
    assert str(refused.value) == (
        "controls: ACM.1: daysToExpiration takes an integer from 14 to 365, not 500; IAM.6 has no parameters. "
        "Nothing was changed."
    )
    assert refused.value.error_code == "invalid_parameters"
    check_parameters(row("ACM.1", parameters={"daysToExpiration": 15}), CATALOG, "controls")


# IDs


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["IAM.66"], "'IAM.66' (did you mean IAM.6?)"),
        (["iam.6"], "'iam.6' (did you mean IAM.6?)"),
        (["CIS.1.14"], "'CIS.1.14' (an ID of one standard: did you mean IAM.3 or IAM.6?)"),
        (["PCI.KMS.1", "1.10"], "'PCI.KMS.1' (an ID of one standard), '1.10' (an ID of one standard)"),
        (["Whatever.1", "Whatever.1"], "'Whatever.1'"),
    ],
)
def test_check_control_ids_names_the_nearest(wrong: list[str], words: str) -> None:
    former = {"CIS.1.14": ["IAM.6", "IAM.3"]}
    with pytest.raises(PreconditionFailed) as refused:
        check_control_ids(["KMS.1", *wrong], CATALOG.controls, former, "controls")
    assert str(refused.value) == (
        f"controls: no security control has the ID {words}. An ID is the same in all standards, such as IAM.6. "
        "Nothing was changed."
    )
    assert refused.value.error_code == "unknown_control"


def test_check_control_ids_takes_those_that_a_region_lacks() -> None:
    check_control_ids(["WAF.1", "IAM.6"], CATALOG.controls, {}, "controls")


def test_former_ids_from_the_arns_of_a_standard() -> None:
    arn = f"arn:aws:securityhub:{REGION}:111122223333:control"
    associations = [
        ControlAssociation(CIS, "IAM.6", "ENABLED", None, (f"{arn}/{CIS}/1.6",)),
        ControlAssociation("cis-aws-foundations-benchmark/v/1.2.0", "IAM.1", "ENABLED", None, (f"{arn}/x/v/1/1.6",)),
        ControlAssociation(CIS, "IAM.2", "ENABLED", None, (f"{arn}/{CIS}/CIS.1.7",)),
        ControlAssociation("pci-dss/v/3.2.1", "IAM.19", "ENABLED", None, (f"{arn}/pci-dss/v/3.2.1/PCI.IAM.6",)),
        ControlAssociation(FOUNDATIONAL, "KMS.1", "ENABLED", None, (f"{arn}/{FOUNDATIONAL}/KMS.1",)),
    ]
    assert former_ids(associations) == {
        "CIS.1.6": {"IAM.6", "IAM.1"},
        "CIS.1.7": {"IAM.2"},
        "PCI.IAM.6": {"IAM.19"},
    }


# what is asked for


def test_desired_ids_are_what_somebody_has_named() -> None:
    desired = desired_by_policy(policy("KMS.9", parameters={"ACM.1": {}}, global_region=ELSEWHERE), REGION)
    assert desired.ids == ("KMS.9", "ACM.1")
    own = policy("KMS.9", global_region=ELSEWHERE, global_controls=("IAM.6", "EC2.1", "S3.1"))
    assert desired_by_policy(own, REGION).ids == ("KMS.9", "EC2.1", "S3.1")


def test_desired_by_policy_has_a_row_for_each_listed_control() -> None:
    assert desired_by_policy(policy("IAM.6"), REGION).named == {"IAM.6": ControlEntry("IAM.6", False)}


def test_only_some_controls_are_kept() -> None:
    assert only_controls(state(), ["IAM.6", "WAF.9"]) == ControlsState(
        BOTH, {pair: each for pair, each in state().associations.items() if pair[1] == "IAM.6"}
    )
    assert only_controls(state(), ["ACM.1"]).controls == state().controls
    assert only_definitions(CATALOG, ["ACM.1", "WAF.9"]) == catalog_of(
        {FOUNDATIONAL: [CATALOG.controls["ACM.1"]], CIS: [], TOWER: []}
    )


def test_desired_rows_without_parameters_ask_for_none() -> None:
    assert row("IAM.6").parameters == {}


@pytest.mark.parametrize(
    ("desired", "is_absent"),
    [
        (DesiredControls(), True),
        (row("IAM.6", False), True),
        (row("IAM.6", True), False),
        (row("IAM.6"), False),
        (replace(row("IAM.6"), is_enabled=False), True),
        (replace(row("IAM.6", True), is_enabled=False), False),
        (replace(row("IAM.6", False), others=True), False),
        (replace(row("IAM.6", False), others=False), True),
        (row("ACM.1", False, parameters={"daysToExpiration": 15}), False),
    ],
)
def test_desired_is_absent_where_nothing_is_to_be_there(desired: DesiredControls, is_absent: bool) -> None:
    assert desired.is_absent is is_absent


@pytest.mark.parametrize(
    ("desired", "asked"),
    [
        (DesiredControls(), []),
        (row("WAF.1"), ["WAF.1"]),
        (replace(row("ACM.1"), others=True), ["ACM.1", "IAM.6", "KMS.1"]),
    ],
)
def test_asked_controls_are_named_ones_and_then_others(desired: DesiredControls, asked: list[str]) -> None:
    assert asked_controls(desired, CATALOG, BOTH) == asked


def test_plan_changes_and_writes_have_parameters_too() -> None:
    plan = plan_controls(row("ACM.1", parameters={"daysToExpiration": 15}), CATALOG, state())
    assert (plan.changes, plan.writes) == ({"ACM.1"}, plan.parameter_updates)


# what has to be read


def test_standard_without_definitions_has_nothing_to_read() -> None:
    assert list(pairs_to_read(DesiredControls(others=True), CATALOG, [standard("of-a-newer-service/v/1.0.0")])) == []


@pytest.mark.parametrize(
    ("desired", "pairs", "controls"),
    [
        (DesiredControls(), [], []),
        (row("IAM.6"), [(FOUNDATIONAL, "IAM.6"), (CIS, "IAM.6")], []),
        (row("WAF.1"), [], []),
        (row("ACM.1", parameters={"daysToExpiration": None}), [(FOUNDATIONAL, "ACM.1")], ["ACM.1"]),
        (row("ACM.1"), [(FOUNDATIONAL, "ACM.1")], []),
        (
            DesiredControls(others=True),
            [(FOUNDATIONAL, "IAM.6"), (FOUNDATIONAL, "KMS.1"), (FOUNDATIONAL, "ACM.1"), (CIS, "IAM.6")],
            [],
        ),
    ],
)
def test_only_what_is_asked_about_is_read(
    desired: DesiredControls, pairs: list[tuple[str, str]], controls: list[str]
) -> None:
    assert [(each.name, control_id) for each, control_id in pairs_to_read(desired, CATALOG, BOTH)] == pairs
    assert controls_to_read(desired, CATALOG, BOTH) == controls


# policies


def policy(*controls: str, lists_enabled: bool = False, **parts: Any) -> Policy:
    return Policy((FOUNDATIONAL, CIS), controls, lists_enabled, **parts)


def after_policy(given: Policy, now: ControlsState, region: str = REGION) -> dict[str, str]:
    """The controls that are enabled or disabled, as the plan of a policy leaves them."""
    desired = desired_by_policy(given, region)
    after = expected_state(plan_controls(desired, CATALOG, now), CATALOG, now)
    assert plan_controls(desired, CATALOG, after).changed is False
    return {control_id: each.status for (_standard, control_id), each in after.associations.items()}


@pytest.mark.parametrize("statuses", [{}, {"IAM.6": "DISABLED", "KMS.1": "DISABLED", "ACM.1": "DISABLED"}])
def test_policy_says_what_becomes_of_every_control(statuses: dict[str, str]) -> None:
    now = state(BOTH, statuses)
    assert after_policy(policy("IAM.6"), now) == {"IAM.6": "DISABLED", "KMS.1": "ENABLED", "ACM.1": "ENABLED"}
    assert after_policy(policy(), now) == {"IAM.6": "ENABLED", "KMS.1": "ENABLED", "ACM.1": "ENABLED"}
    listed = policy("IAM.6", lists_enabled=True)
    assert after_policy(listed, now) == {"IAM.6": "ENABLED", "KMS.1": "DISABLED", "ACM.1": "DISABLED"}


@pytest.mark.parametrize(
    ("given", "here", "elsewhere"),
    [
        (policy(global_region=REGION), {"IAM.6", "KMS.1", "ACM.1"}, {"ACM.1"}),
        (policy("IAM.6", global_region=REGION), {"KMS.1", "ACM.1"}, {"ACM.1"}),
        (policy("IAM.6", "ACM.1", lists_enabled=True, global_region=REGION), {"IAM.6", "ACM.1"}, {"ACM.1"}),
        (
            policy(global_region=REGION, global_controls=("ACM.1",)),
            {"IAM.6", "KMS.1", "ACM.1"},
            {"IAM.6", "KMS.1"},
        ),
        (policy(global_region=REGION, global_controls=()), {"IAM.6", "KMS.1", "ACM.1"}, {"IAM.6", "KMS.1", "ACM.1"}),
        (policy(), {"IAM.6", "KMS.1", "ACM.1"}, {"IAM.6", "KMS.1", "ACM.1"}),
    ],
)
def test_policy_global_controls_only_in_their_region(given: Policy, here: set[str], elsewhere: set[str]) -> None:
    for region, enabled in ((REGION, here), (ELSEWHERE, elsewhere)):
        after = after_policy(given, state(), region)
        assert {control_id for control_id, status in after.items() if status == "ENABLED"} == enabled


@pytest.mark.parametrize(
    ("given", "now", "sent"),
    [
        (policy(parameters={"ACM.1": {"daysToExpiration": 15}}), ParameterValue(30), "CUSTOM"),
        (policy(parameters={"ACM.1": {"daysToExpiration": 15}}), ParameterValue(15, True), None),
        (policy(), ParameterValue(15, True), "DEFAULT"),
        (policy(), ParameterValue(30), None),
        (policy("ACM.1"), ParameterValue(15, True), None),
        (policy("ACM.1", parameters={"ACM.1": {"daysToExpiration": 15}}), ParameterValue(30), None),
        (policy("IAM.6", lists_enabled=True), ParameterValue(15, True), None),
        (policy("ACM.1", lists_enabled=True), ParameterValue(15, True), "DEFAULT"),
    ],
)
def test_policy_parameters_as_listed_and_all_others_default(
    given: Policy, now: ParameterValue, sent: str | None
) -> None:
    desired = desired_by_policy(given, REGION)
    plan = plan_controls(desired, CATALOG, state(days=now))
    found = [each.parameters["daysToExpiration"]["ValueType"] for each in plan.parameter_updates]
    assert found == ([sent] if sent else [])
    assert controls_to_read(desired, CATALOG, BOTH) == (["ACM.1"] if desired.wants("ACM.1", FOUNDATIONAL) else [])


def test_policy_control_that_the_region_lacks_is_skipped() -> None:
    desired = desired_by_policy(policy("WAF.1", lists_enabled=True), REGION)
    now = state(BOTH, {"IAM.6": "DISABLED", "KMS.1": "DISABLED", "ACM.1": "DISABLED"})
    plan = plan_controls(desired, CATALOG, now)
    assert (plan.changed, plan.unprocessed) == (False, {})
    assert control_outcomes(desired, CATALOG, now, now, {}, {}) == []


@pytest.mark.parametrize(
    ("given", "now", "differences"),
    [
        (policy("IAM.6"), state(), [("control", "IAM.6", None, "ENABLED", "DISABLED")]),
        (policy(), state(statuses={"KMS.1": "DISABLED"}), [("control", "KMS.1", None, "DISABLED", "ENABLED")]),
        (
            policy(parameters={"ACM.1": {"daysToExpiration": 15}}),
            state(),
            [("parameter", "ACM.1", "daysToExpiration", 30, 15)],
        ),
        (policy(), state(days=ParameterValue(15, True)), [("parameter", "ACM.1", "daysToExpiration", 15, 30)]),
        (
            policy(parameters={"ACM.1": {"daysToExpiration": 15}}),
            replace(state(), controls={"ACM.1": SecurityControl("ACM.1")}),
            [("parameter", "ACM.1", "daysToExpiration", None, 15)],
        ),
        (policy(), state(), []),
    ],
)
def test_policy_differences_are_what_a_plan_changes(
    given: Policy, now: ControlsState, differences: list[tuple[Any, ...]]
) -> None:
    plan = plan_controls(desired_by_policy(given, REGION), CATALOG, now)
    assert control_differences(plan, CATALOG, now) == tuple(PolicyDifference(*each) for each in differences)


def test_global_controls_have_a_date_a_source_and_no_control_of_a_single_region() -> None:
    assert len(GLOBAL_CONTROLS) == len(set(GLOBAL_CONTROLS)) == 29
    assert {"Account.1", "IAM.1", "IAM.19", "IAM.21", "IAM.27", "KMS.2"} <= set(GLOBAL_CONTROLS)
    assert not {"IAM.20", "IAM.23", "IAM.28", "KMS.3", "Route53.2", "WAF.1", "CloudFront.1"} & set(GLOBAL_CONTROLS)
    assert SOURCE.startswith("https://docs.aws.amazon.com/securityhub/")
    assert DATE >= "2026-12-01"


# what the service refuses


def test_codes_that_may_pass_are_those_of_the_service_model() -> None:
    assert sorted(PASSING_CODES) == ["LIMIT_EXCEEDED", "NOT_FOUND", "RESOURCE_NOT_FOUND"]


@pytest.mark.parametrize(
    ("code", "text", "reason", "message"),
    [
        ("INVALID_INPUT", "no such control", "rejected", "no such control"),
        ("ACCESS_DENIED", "The account is managed by a Configuration Policy", "managed_by_policy", None),
        ("ACCESS_DENIED", "not authorized", "rejected", "not authorized"),
        ("LIMIT_EXCEEDED", "", "rejected", "LIMIT_EXCEEDED"),
    ],
)
def test_refusal_in_the_words_of_the_service(code: str, text: str, reason: str, message: str | None) -> None:
    assert refusal(code, text) == Unprocessed(reason, message or text)


# before, after and why


def run(desired: DesiredControls, now: ControlsState, refused: dict[str, Unprocessed] | None = None) -> dict[str, Any]:
    """The outcomes by control, if all that is not refused goes well."""
    plan = plan_controls(desired, CATALOG, now)
    done = ControlsPlan(
        tuple(each for each in plan.updates if each.control_id not in (refused or {})),
        tuple(each for each in plan.parameter_updates if each.control_id not in (refused or {})),
    )
    after = expected_state(done, CATALOG, now)
    found = control_outcomes(desired, CATALOG, now, after, actions_of(done, now), refused or {})
    return {each.control_id: each for each in found}


def test_outcome_of_a_control_that_is_disabled() -> None:
    outcome = run(row("IAM.6", False, reason="by SSO"), state())["IAM.6"]
    assert (outcome.title, outcome.severity) == ("About IAM.6", "HIGH")
    assert (outcome.previous_state, outcome.state, outcome.actions) == ("ENABLED", "DISABLED", ("disable",))
    assert outcome.standards == {FOUNDATIONAL: "DISABLED", CIS: "DISABLED"}
    assert (outcome.reason, outcome.parameters, outcome.unprocessed) == ("by SSO", {}, None)


def test_outcome_is_enabled_as_long_as_one_standard_has_it_enabled() -> None:
    outcome = run(row("IAM.6", False, standards=(CIS,)), state())["IAM.6"]
    assert (outcome.state, outcome.standards) == ("ENABLED", {FOUNDATIONAL: "ENABLED", CIS: "DISABLED"})


@pytest.mark.parametrize(
    ("desired", "now", "actions"),
    [
        (row("ACM.1", True, parameters={"daysToExpiration": 15}), state(), ("set_parameters",)),
        (
            row("ACM.1", True, parameters={"daysToExpiration": 15}),
            state(statuses={"ACM.1": "DISABLED"}),
            ("enable", "set_parameters"),
        ),
        (row("ACM.1", False, reason="new"), state(statuses={"ACM.1": "DISABLED"}, reason="old"), ("set_reason",)),
        (row("ACM.1"), state(), ()),
    ],
)
def test_outcome_names_what_was_done(desired: DesiredControls, now: ControlsState, actions: tuple[str, ...]) -> None:
    outcome = run(desired, now)["ACM.1"]
    assert outcome.actions == actions
    assert outcome.parameters == {"daysToExpiration": 15 if "set_parameters" in actions else 30}


@pytest.mark.parametrize(("reason", "message"), [("rejected", "no"), ("managed_by_policy", "a configuration policy")])
def test_outcome_of_a_control_that_is_refused(reason: str, message: str) -> None:
    found = run(DesiredControls(others=False), state(), {"IAM.6": Unprocessed(reason, message)})
    assert found["IAM.6"].unprocessed == Unprocessed(reason, message)
    assert (found["IAM.6"].actions, found["IAM.6"].state) == ((), "ENABLED")
    assert (found["KMS.1"].actions, found["KMS.1"].unprocessed) == (("disable",), None)


def test_outcome_of_a_refusal_that_is_seen_to_be_done() -> None:
    now = state(statuses={"IAM.6": "DISABLED"})
    found = control_outcomes(row("IAM.6", False), CATALOG, now, now, {}, {"IAM.6": Unprocessed("rejected", "no")})
    assert [each.unprocessed for each in found] == [None]


def test_outcome_of_a_change_that_is_not_shown() -> None:
    desired = row("IAM.6", False)
    actions = actions_of(plan_controls(desired, CATALOG, state()), state())
    (outcome,) = control_outcomes(desired, CATALOG, state(), state(), actions, {})
    assert outcome.unprocessed is not None
    assert (outcome.unprocessed.reason, outcome.actions) == ("unconfirmed", ("disable",))
    assert outcome.unprocessed.message == REASONS["unconfirmed"].explanation


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (("DISABLED", "one"), ("DISABLED", "two"), "one"),
        (("DISABLED", None), ("DISABLED", "two"), "two"),
        (("ENABLED", "why it was disabled"), ("DISABLED", "two"), "two"),
        (("ENABLED", "why it was disabled"), ("ENABLED", None), None),
    ],
)
def test_control_view_shows_the_reason_of_what_is_disabled(
    first: tuple[str, str | None], second: tuple[str, str | None], reason: str | None
) -> None:
    pairs = {name: ControlAssociation(name, "IAM.6", *each) for name, each in ((FOUNDATIONAL, first), (CIS, second))}
    now = ControlsState(BOTH, {(name, "IAM.6"): each for name, each in pairs.items()})
    assert control_view("IAM.6", now)["reason"] == reason


def test_outcomes_only_of_what_is_named_changed_or_not_as_requested() -> None:
    assert list(run(DesiredControls(others=True), state())) == []
    assert list(run(DesiredControls(others=True), state(statuses={"KMS.1": "DISABLED"}))) == ["KMS.1"]
    assert list(run(row("IAM.6"), state())) == ["IAM.6"]
    assert list(run(row("WAF.1"), state())) == ["WAF.1"]
    assert list(run(desired_by_policy(policy("IAM.6"), REGION), state(statuses={"IAM.6": "DISABLED"}))) == []


def test_outcome_of_a_control_without_a_definition() -> None:
    outcome = run(row("EC2.8"), state())["EC2.8"]
    assert (outcome.title, outcome.severity, outcome.state, outcome.previous_state) == (None, None, None, None)
    assert outcome.unprocessed == Unprocessed("not_available", "No enabled standard has this control in the Region.")


def test_new_standards_are_expected_with_all_controls_enabled() -> None:
    not_ready = [replace(each, is_updatable=False) for each in BOTH]
    after = with_new_standards(ControlsState(), not_ready, CATALOG)
    assert after == state()
    assert all(each.is_updatable for each in after.standards)
    kept = state(ONLY_CIS, {"IAM.6": "DISABLED"}, days=ParameterValue(15, True))
    after = with_new_standards(kept, [standard(FOUNDATIONAL, "PENDING")], CATALOG)
    assert after.standards == (standard(CIS), standard(FOUNDATIONAL))
    assert after.controls == kept.controls
    assert {pair: each.status for pair, each in after.associations.items() if pair[1] == "IAM.6"} == {
        (CIS, "IAM.6"): "DISABLED",
        (FOUNDATIONAL, "IAM.6"): "ENABLED",
    }


def test_new_standard_that_was_there_before_is_there_once() -> None:
    failed = (standard(FOUNDATIONAL, "FAILED"), standard(CIS))
    after = with_new_standards(ControlsState(failed), [standard(FOUNDATIONAL, "PENDING")], CATALOG)
    assert after.standards == (standard(CIS), standard(FOUNDATIONAL))


def test_new_standard_brings_only_what_is_known_and_what_the_region_has() -> None:
    lacking = catalog_of({CIS: [definition("WAF.2", is_available=False, days=DAYS)]})
    after = with_new_standards(ControlsState(), [standard(CIS), standard("of-a-newer-service/v/1.0.0")], lacking)
    assert (after.associations, after.controls) == ({}, {})
    assert [each.name for each in after.standards] == [CIS, "of-a-newer-service/v/1.0.0"]
