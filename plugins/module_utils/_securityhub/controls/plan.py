# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""How the security controls of an account get to the desired state in one Region. Pure: neither boto3 nor Ansible.

What is done about a control in each standard that has it:

=============================  ===========  ================================  ====================================
standard                       association  to be enabled                     to be disabled
=============================  ===========  ================================  ====================================
ready for updates              ENABLED      nothing                           disable, with the reason
ready for updates              DISABLED     enable                            nothing; another reason is set again
ready for updates              unknown      nothing: ``unknown_status``       nothing: ``unknown_status``
ready for updates              not shown    wait, then ``unreadable``         wait, then ``unreadable``
not ready for updates          any          wait, then ``not_ready``          wait, then ``not_ready``
being disabled                 any          as if it were not enabled         as if it were not enabled
managed by another service     any          nothing, unless a row names it    nothing, unless a row names it
none, or not in the Region     none         nothing: ``not_available``        nothing
=============================  ===========  ================================  ====================================

A control that is named is to be what its row says. ``others`` decides about those that are not named: left as they are,
enabled, or disabled. What is done about parameters is in ``parameters.py``; a control whose parameters are being
updated is waited for. Parameters of a control that no enabled standard has are left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import (
    Any,
    Collection,
    Dict,
    FrozenSet,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
    Union,
)

from ..errors import PreconditionFailed, is_managed_centrally_message
from ..inputs.controls import ControlEntry, Parameters
from ..inputs.options import nearest
from ..inputs.policy import Policy
from ..model import (
    SET_PARAMETERS,
    AssociationUpdate,
    ControlAssociation,
    ControlDefinition,
    ParameterUpdate,
    ParameterValue,
    PolicyDifference,
    SecurityControl,
    Standard,
)
from ..reasons import (
    INVALID_PARAMETERS,
    MANAGED_BY_POLICY,
    NOT_AVAILABLE,
    NOT_READY,
    REASONS,
    REJECTED,
    UNCONFIRMED,
    UNKNOWN_CONTROL,
    UNKNOWN_STATUS,
    UNREADABLE,
    UPDATING,
)
from ..standards.plan import DELETING, MANAGED_ELSEWHERE, READY
from .global_controls import GLOBAL_CONTROLS
from .parameters import after_sending, parameter_problems, parameters_to_send

ENABLED, DISABLED = "ENABLED", "DISABLED"
# What was done to a control, or in check mode would be.
ENABLE, DISABLE, SET_REASON = "enable", "disable", "set_reason"
# Error codes of unprocessed associations that may pass: while a standard is not ready for updates, and for the rate.
PASSING_CODES = frozenset(["RESOURCE_NOT_FOUND", "NOT_FOUND", "LIMIT_EXCEEDED"])

# What the console shows beside a disabled control where the task gives no reason.
_DEFAULT_REASON = "Disabled with the Ansible collection multiaccount.aws"
# What LastUpdateReason does not take, by the service model.
_NO_UPDATE_REASON = re.compile(r"[^-_ a-zA-Z0-9\u0080-\U0010ffff]+")
# IDs that a control has in a single standard, such as CIS.1.14, PCI.IAM.6 and 1.14.
_STANDARDS_ID = re.compile(r"(CIS|PCI|NIST)\..+|[0-9.]+")
_NOT_SHOWN = "The service does not show whether the control is enabled, or its parameters."

ControlUpdate = Union[AssociationUpdate, ParameterUpdate]
Pair = Tuple[str, str]  # the short name of a standard, and the ID of a control


class Unprocessed(NamedTuple):
    """Why a control is not as requested, and the service's own words or ours."""

    reason: str
    message: str


@dataclass(frozen=True)
class ControlCatalog:
    """What the definitions of a Region tell of its controls; one serves all accounts.

    :param controls: definitions by ID
    :param standards: the IDs of the controls of each standard, by its short name
    """

    controls: Mapping[str, ControlDefinition]
    standards: Mapping[str, Tuple[str, ...]]


@dataclass(frozen=True)
class DesiredControls:
    """The desired state of the controls of an account in one Region.

    :param named: the rows that are meant for the Region, by ID
    :param is_enabled: what rows without a state ask for
    :param reason: the reason of rows without one
    :param others: whether controls that are not named are to be enabled; None to leave them as they are
    :param disabled_here: controls that are to be disabled in this Region, though nobody named them
    :param parameters: by ID; of a policy, those that are not listed are to have their default values, and a control
        that is to be disabled is left alone
    """

    named: Mapping[str, ControlEntry] = field(default_factory=dict)
    is_enabled: bool = True
    reason: Optional[str] = None
    others: Optional[bool] = None
    disabled_here: FrozenSet[str] = frozenset()
    parameters: Mapping[str, Parameters] = field(default_factory=dict)
    is_policy: bool = False

    def wants(self, control_id: str, standard: str) -> Optional[bool]:
        """Whether a control is to be enabled in a standard; None if it stays as it is."""
        entry = self.named.get(control_id)
        if standard.startswith(MANAGED_ELSEWHERE) and not (entry and entry.standards):
            return None
        if entry:
            is_enabled = self.is_enabled if entry.is_enabled is None else entry.is_enabled
            return is_enabled if entry.standards is None or standard in entry.standards else None
        return False if control_id in self.disabled_here else self.others

    @property
    def ids(self) -> Tuple[str, ...]:
        """The controls that somebody has named, in whatever part."""
        return (*self.named, *self.parameters, *sorted(self.disabled_here.difference(GLOBAL_CONTROLS)))

    @property
    def is_absent(self) -> bool:
        """Whether nothing is asked for but that controls are disabled."""
        states = {self.is_enabled if each.is_enabled is None else each.is_enabled for each in self.named.values()}
        return not (self.others or True in states or self.parameters)

    def reason_of(self, control_id: str) -> Optional[str]:
        """Return the reason that the task gives for a control."""
        entry = self.named.get(control_id)
        return entry.reason or self.reason if entry else self.reason

    def parameters_of(self, control: ControlDefinition, is_wanted: bool) -> Parameters:
        """Return the parameters that a control is to have, None for the default value."""
        given = self.parameters.get(control.control_id, {})
        if not self.is_policy:
            return given
        return {**dict.fromkeys(control.parameters), **given} if is_wanted else {}


@dataclass(frozen=True)
class ControlsState:
    """What was read of the controls of an account in one Region: as much as the desired state asks about."""

    standards: Tuple[Standard, ...] = ()
    associations: Mapping[Pair, ControlAssociation] = field(default_factory=dict)
    controls: Mapping[str, SecurityControl] = field(default_factory=dict)


@dataclass(frozen=True)
class ControlsPlan:
    """What is to be done to the controls of one account and Region.

    ``waiting`` names the controls that can't be decided about yet. ``unprocessed`` has why controls end short, those
    that are waited for included.
    """

    updates: Tuple[AssociationUpdate, ...] = ()
    parameter_updates: Tuple[ParameterUpdate, ...] = ()
    waiting: Tuple[str, ...] = ()
    unprocessed: Mapping[str, Unprocessed] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.writes)

    @property
    def writes(self) -> Tuple[ControlUpdate, ...]:
        """All that is to be written."""
        return (*self.updates, *self.parameter_updates)

    @property
    def changes(self) -> Set[str]:
        """The controls to which something is written."""
        return {each.control_id for each in self.writes}


@dataclass(frozen=True)
class ControlOutcome:
    """What came, or in check mode would come, of a control in one account and Region: as ``control_view`` has it."""

    control_id: str
    title: Optional[str]
    severity: Optional[str]
    previous_state: Optional[str]
    state: Optional[str]
    standards: Mapping[str, str]
    parameters: Mapping[str, object]
    reason: Optional[str]
    actions: Tuple[str, ...] = ()
    unprocessed: Optional[Unprocessed] = None


def catalog_of(definitions: Mapping[str, Iterable[ControlDefinition]]) -> ControlCatalog:
    """Return the catalog of a Region from the definitions of each of its standards."""
    controls: Dict[str, ControlDefinition] = {}
    standards: Dict[str, Tuple[str, ...]] = {}
    for name, found in definitions.items():
        listed = list(found)
        controls.update({each.control_id: each for each in listed})
        standards[name] = tuple(each.control_id for each in listed)
    return ControlCatalog(controls, standards)


def only_definitions(catalog: ControlCatalog, control_ids: Collection[str]) -> ControlCatalog:
    """Return the catalog of some controls."""
    return ControlCatalog(
        {each: catalog.controls[each] for each in control_ids if each in catalog.controls},
        {name: tuple(each for each in ids if each in control_ids) for name, ids in catalog.standards.items()},
    )


def only_controls(state: ControlsState, control_ids: Collection[str]) -> ControlsState:
    """Return what was read of some controls."""
    return ControlsState(
        state.standards,
        {pair: each for pair, each in state.associations.items() if pair[1] in control_ids},
        {control_id: each for control_id, each in state.controls.items() if control_id in control_ids},
    )


def desired_in(desired: DesiredControls, entries: Iterable[ControlEntry], region: str) -> DesiredControls:
    """Return the desired state in one Region: with the rows that are meant for it."""
    named = {entry.control_id: entry for entry in entries if entry.is_in(region)}
    parameters = {control_id: entry.parameters for control_id, entry in named.items() if entry.parameters}
    return replace(desired, named=named, parameters=parameters)


def desired_by_policy(policy: Policy, region: str) -> DesiredControls:
    """Return what a policy asks for in one Region.

    Controls that involve global resources are disabled in all Regions but the policy's, as AWS's own policies do.
    """
    is_elsewhere = policy.global_region is not None and policy.global_region != region
    listed = GLOBAL_CONTROLS if policy.global_controls is None else policy.global_controls
    disabled_here = frozenset(listed if is_elsewhere else ())
    named = {
        control_id: ControlEntry(control_id, policy.lists_enabled)
        for control_id in policy.controls
        if control_id not in disabled_here
    }
    return DesiredControls(
        named=named,
        others=not policy.lists_enabled,
        disabled_here=disabled_here,
        parameters=policy.parameters,
        is_policy=True,
    )


def check_control_ids(
    named: Iterable[str], known: Collection[str], former: Mapping[str, Collection[str]], option: str
) -> None:
    """Refuse IDs that exist nowhere.

    :param known: the IDs of all controls in the Regions of the task
    :param former: the security controls of IDs that belong to one standard, as far as they are known
    :raises PreconditionFailed: naming every one of them, with what was probably meant
    """
    wrong = [control_id for control_id in dict.fromkeys(named) if control_id not in known]
    if wrong:
        hints = {control_id: _hint(control_id, known, former) for control_id in wrong}
        listed = ", ".join(f"{control_id!r}{f' ({hint})' if hint else ''}" for control_id, hint in hints.items())
        raise PreconditionFailed(
            UNKNOWN_CONTROL,
            "{option}: no security control has the ID {listed}. An ID is the same in all standards, such as IAM.6. "
            "Nothing was changed.",
            option=option,
            listed=listed,
        )


def _hint(control_id: str, known: Collection[str], former: Mapping[str, Collection[str]]) -> str:
    if control_id in former:
        return f"an ID of one standard: did you mean {' or '.join(sorted(former[control_id]))}?"
    if _STANDARDS_ID.fullmatch(control_id):
        return "an ID of one standard"
    found = nearest(control_id, known)
    return f"did you mean {found}?" if found else ""


def former_ids(associations: Iterable[ControlAssociation]) -> Dict[str, Set[str]]:
    """Return the security controls of the IDs that they have in a standard, such as CIS.1.14.

    The ARN of a control in a standard ends with that ID, which CIS writes without its first part.
    """
    found: Dict[str, Set[str]] = {}
    for each in associations:
        for arn in each.standards_control_arns:
            control_id = arn.rpartition("/")[2]
            prefix = "CIS." if each.standard.startswith("cis-") and not control_id.startswith("CIS.") else ""
            if control_id != each.control_id:
                found.setdefault(prefix + control_id, set()).add(each.control_id)
    return found


def check_parameters(desired: DesiredControls, catalog: ControlCatalog, option: str) -> None:
    """Refuse parameters that the definitions of the Region do not have, and values that they do not take.

    :raises PreconditionFailed: naming every one of them with what it takes
    """
    problems = [
        problem
        for control_id, given in desired.parameters.items()
        if control_id in catalog.controls
        for problem in parameter_problems(catalog.controls[control_id], given)
    ]
    if problems:
        raise PreconditionFailed(
            INVALID_PARAMETERS,
            "{option}: {problems}. Nothing was changed.",
            option=option,
            problems="; ".join(problems),
        )


def pairs_to_read(
    desired: DesiredControls, catalog: ControlCatalog, standards: Iterable[Standard]
) -> Iterator[Tuple[Standard, str]]:
    """Yield each control that the desired state asks about with each standard in which it does."""
    for standard in standards:
        if standard.standards_status == DELETING:
            continue
        for control_id in catalog.standards.get(standard.name, ()):
            is_available = catalog.controls[control_id].is_available
            if is_available and desired.wants(control_id, standard.name) is not None:
                yield standard, control_id


def asked_controls(desired: DesiredControls, catalog: ControlCatalog, standards: Iterable[Standard]) -> List[str]:
    """Return the controls that the desired state asks about, those that are named first."""
    found = (control_id for _standard, control_id in pairs_to_read(desired, catalog, standards))
    return list(dict.fromkeys([*desired.named, *found]))


def controls_to_read(desired: DesiredControls, catalog: ControlCatalog, standards: Iterable[Standard]) -> List[str]:
    """Return the controls whose parameters the desired state asks about."""
    return list(_wanted_parameters(desired, catalog, list(pairs_to_read(desired, catalog, standards))))


def _wanted_parameters(
    desired: DesiredControls, catalog: ControlCatalog, pairs: Sequence[Tuple[Standard, str]]
) -> Dict[str, Parameters]:
    """Return the parameters that are asked for, by control."""
    wanted = {control_id: desired.wants(control_id, standard.name) is True for standard, control_id in pairs}
    asked = {each: desired.parameters_of(catalog.controls[each], is_wanted) for each, is_wanted in wanted.items()}
    return {control_id: parameters for control_id, parameters in asked.items() if parameters}


def plan_controls(desired: DesiredControls, catalog: ControlCatalog, state: ControlsState) -> ControlsPlan:
    """Plan what is to be done about the controls that are seen now."""
    pairs = list(pairs_to_read(desired, catalog, state.standards))
    updates: List[AssociationUpdate] = []
    short = dict.fromkeys(_not_available(desired, {each for _standard, each in pairs}), NOT_AVAILABLE)
    messages: Dict[str, str] = {}
    for standard, control_id in pairs:
        association = state.associations.get((standard.name, control_id))
        if not standard.is_updatable:
            short[control_id] = NOT_READY
        elif association is None:
            short.setdefault(control_id, UNREADABLE)
        elif association.status not in (ENABLED, DISABLED):
            short[control_id] = UNKNOWN_STATUS
            messages[control_id] = f"The status {association.status!r} is not known, so nothing was done."
        else:
            updates.extend(_association_update(desired, standard, association))
    parameter_updates: List[ParameterUpdate] = []
    for control_id, parameters in _wanted_parameters(desired, catalog, pairs).items():
        control = state.controls.get(control_id)
        if control is None or control.is_updating:
            short.setdefault(control_id, UPDATING if control else UNREADABLE)
            continue
        sent = parameters_to_send(catalog.controls[control_id], parameters, control.parameters)
        if sent:
            parameter_updates.append(ParameterUpdate(control_id, sent, _update_reason(desired.reason_of(control_id))))
    return ControlsPlan(
        updates=tuple(updates),
        parameter_updates=tuple(parameter_updates),
        waiting=tuple(each for each, reason in short.items() if reason in (NOT_READY, UNREADABLE, UPDATING)),
        unprocessed={
            each: Unprocessed(reason, messages.get(each) or _explanation(reason)) for each, reason in short.items()
        },
    )


def _explanation(reason: str) -> str:
    return _NOT_SHOWN if reason == UNREADABLE else REASONS[reason].explanation


def _not_available(desired: DesiredControls, found: Collection[str]) -> List[str]:
    """Return the named controls that are to be enabled, but that no enabled standard has in the Region.

    A policy is meant for many Regions, and skips them.
    """
    if desired.is_policy:
        return []
    asked = {entry.control_id: entry.is_enabled for entry in desired.named.values() if entry.control_id not in found}
    return [each for each, is_enabled in asked.items() if (desired.is_enabled if is_enabled is None else is_enabled)]


def _association_update(
    desired: DesiredControls, standard: Standard, association: ControlAssociation
) -> List[AssociationUpdate]:
    """Return what is to be written about a control in a standard: at most one update."""
    control_id = association.control_id
    status = ENABLED if desired.wants(control_id, standard.name) else DISABLED
    reason = desired.reason_of(control_id) if status == DISABLED else None
    if association.status == status and reason in (None, association.reason):
        return []
    if status == DISABLED:
        reason = reason or _DEFAULT_REASON
    return [AssociationUpdate(standard.name, standard.standards_arn, control_id, status, reason)]


def _update_reason(reason: Optional[str]) -> Optional[str]:
    """Return a reason without the characters that LastUpdateReason does not take."""
    return " ".join(_NO_UPDATE_REASON.sub(" ", reason or "").split()) or None


def refusal(error_code: str, text: str) -> Unprocessed:
    """Return why the service did not process an update, from what it says."""
    return Unprocessed(MANAGED_BY_POLICY if is_managed_centrally_message(text) else REJECTED, text or error_code)


def with_new_standards(state: ControlsState, standards: Iterable[Standard], catalog: ControlCatalog) -> ControlsState:
    """Return what is to be expected once standards are enabled: all their controls enabled, with default values.

    A control that another standard has keeps the parameters that were read.
    """
    added = {each.name: replace(each, standards_status=READY, is_updatable=True) for each in standards}
    associations = dict(state.associations)
    controls = dict(state.controls)
    for name in added:
        for definition in (catalog.controls[each] for each in catalog.standards.get(name, ())):
            control_id = definition.control_id
            if definition.is_available:
                associations[name, control_id] = ControlAssociation(name, control_id, ENABLED)
            if definition.is_available and definition.parameters:
                defaults = {key: ParameterValue(each.default) for key, each in definition.parameters.items()}
                controls.setdefault(control_id, SecurityControl(control_id, defaults))
    kept = (each for each in state.standards if each.name not in added)
    return ControlsState((*kept, *added.values()), associations, controls)


def expected_state(plan: ControlsPlan, catalog: ControlCatalog, state: ControlsState) -> ControlsState:
    """Return the controls after a plan, if all goes well."""
    associations = dict(state.associations)
    for update in plan.updates:
        pair = (update.standard, update.control_id)
        associations[pair] = replace(associations[pair], status=update.status, reason=update.reason)
    controls = dict(state.controls)
    for sent in plan.parameter_updates:
        now = controls[sent.control_id]
        after = after_sending(catalog.controls[sent.control_id], now.parameters, sent.parameters)
        controls[sent.control_id] = replace(now, parameters=after)
    return replace(state, associations=associations, controls=controls)


def actions_of(plan: ControlsPlan, state: ControlsState) -> Dict[str, Tuple[str, ...]]:
    """Return what a plan does to each control.

    :param state: the controls before it
    """
    found: Dict[str, List[str]] = {}
    for update in plan.updates:
        is_same = state.associations[update.standard, update.control_id].status == update.status
        action = SET_REASON if is_same else ENABLE if update.status == ENABLED else DISABLE
        found.setdefault(update.control_id, []).append(action)
    for sent in plan.parameter_updates:
        found.setdefault(sent.control_id, []).append(SET_PARAMETERS)
    return {control_id: tuple(dict.fromkeys(actions)) for control_id, actions in found.items()}


def control_differences(
    plan: ControlsPlan, catalog: ControlCatalog, state: ControlsState
) -> Tuple[PolicyDifference, ...]:
    """Return what a plan changes: a control once, whatever the number of standards, and each of its parameters."""
    states = {ENABLED: DISABLED, DISABLED: ENABLED}
    found = {each.control_id: each.status for each in plan.updates}
    differences = [PolicyDifference("control", each, None, states[status], status) for each, status in found.items()]
    for sent in plan.parameter_updates:
        now = state.controls[sent.control_id].parameters
        wanted = after_sending(catalog.controls[sent.control_id], now, sent.parameters)
        for name in sent.parameters:
            current = now[name].value if name in now else None
            differences.append(PolicyDifference("parameter", sent.control_id, name, current, wanted[name].value))
    return tuple(differences)


def control_outcomes(
    desired: DesiredControls,
    catalog: ControlCatalog,
    before: ControlsState,
    after: ControlsState,
    actions: Mapping[str, Tuple[str, ...]],
    refused: Mapping[str, Unprocessed],
) -> List[ControlOutcome]:
    """Return what came of each control that is named, that has changed, or that is not as requested.

    Of a policy, which names many, those that are as requested are left out.

    :param actions: what was, or may have been, done to each control
    :param refused: what the service refused, by control
    """
    left = plan_controls(desired, catalog, after)
    unprocessed = {each: Unprocessed(UNCONFIRMED, REASONS[UNCONFIRMED].explanation) for each in left.changes}
    unprocessed.update(left.unprocessed)
    unprocessed.update({each: reason for each, reason in refused.items() if each in unprocessed})
    asked = dict.fromkeys(control_id for _standard, control_id in pairs_to_read(desired, catalog, after.standards))
    shown = [each for each in asked if each in unprocessed or each in actions]
    named = () if desired.is_policy else desired.named
    return [
        _outcome(each, catalog, before, after, actions.get(each, ()), unprocessed.get(each))
        for each in dict.fromkeys([*named, *shown])
    ]


def _outcome(
    control_id: str,
    catalog: ControlCatalog,
    before: ControlsState,
    after: ControlsState,
    actions: Tuple[str, ...],
    unprocessed: Optional[Unprocessed],
) -> ControlOutcome:
    definition = catalog.controls.get(control_id)
    return ControlOutcome(
        control_id,
        definition.title if definition else None,
        definition.severity if definition else None,
        actions=actions,
        unprocessed=unprocessed,
        previous_state=control_view(control_id, before)["state"],
        **control_view(control_id, after),
    )


def control_view(control_id: str, state: ControlsState) -> Dict[str, Any]:
    """Return what is seen of a control: its state in all standards and in each, its parameters, and the reason.

    The state is ENABLED where a standard has it enabled, DISABLED where none has, None where no enabled standard has
    the control.
    """
    found = _associations_of(control_id, state)
    control = state.controls.get(control_id)
    return {
        "state": _state_of(found),
        "standards": {each.standard: each.status for each in found},
        "parameters": {name: each.value for name, each in control.parameters.items()} if control else {},
        "reason": next((each.reason for each in found if each.status == DISABLED and each.reason), None),
    }


def _associations_of(control_id: str, state: ControlsState) -> List[ControlAssociation]:
    found = [state.associations.get((each.name, control_id)) for each in state.standards]
    return [each for each in found if each]


def _state_of(associations: Sequence[ControlAssociation]) -> Optional[str]:
    statuses = {each.status for each in associations}
    return next((status for status in (ENABLED, DISABLED) if status in statuses), None)
