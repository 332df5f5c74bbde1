# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Enables and disables security controls, and sets their parameters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import (
    Any,
    Callable,
    Collection,
    Dict,
    FrozenSet,
    Iterable,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Set,
    Tuple,
)

from ..aws.api import (
    CONTROLS_BATCH_SIZE,
    ArnPair,
    get_associations,
    get_enabled_standards,
    get_security_controls,
    list_control_definitions,
    update_associations,
    update_security_control,
)
from ..aws.calls import ReadOnce, RegionClient, batches
from ..aws.retry import ReconcileRun, WriteTracker, advance_all, guarded
from ..errors import Failure, RegionResult, SecurityHubError
from ..model import (
    DISABLE_CONTROLS,
    ENABLE_CONTROLS,
    SET_PARAMETERS,
    AssociationUpdate,
    ControlAssociation,
    ControlDefinition,
    ControlRefusal,
    ParameterUpdate,
    PolicyDifference,
    SecurityControl,
    Standard,
    StateChange,
)
from ..reasons import (
    MANAGED_BY_POLICY,
    NOT_ATTEMPTED,
    REASONS,
    REJECTED,
    UNCONFIRMED,
    UNREADABLE,
    UPDATING,
)
from ..standards.plan import DELETING, FAILED
from .plan import (
    DISABLE,
    ENABLE,
    PASSING_CODES,
    ControlCatalog,
    ControlOutcome,
    ControlsPlan,
    ControlsState,
    ControlUpdate,
    DesiredControls,
    Pair,
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
    expected_state,
    former_ids,
    only_controls,
    only_definitions,
    pairs_to_read,
    plan_controls,
    refusal,
    with_new_standards,
)

# UpdateSecurityControl refuses a control that is being updated with ResourceInUseException.
_IN_USE = "ResourceInUse"
_UNCONFIRMED = Unprocessed(UNCONFIRMED, REASONS[UNCONFIRMED].explanation)
_POLICY_ACTIONS = {ENABLE: ENABLE_CONTROLS, DISABLE: DISABLE_CONTROLS, SET_PARAMETERS: SET_PARAMETERS}
_NOT_DONE = "The Region failed before this was done."
_PARAMETERS = ""  # stands for the name of a standard where parameters were sent


@dataclass(frozen=True)
class ControlsSummary:
    """The controls of one account and Region that a result shows.

    :param shown: what changes, by control, for the diff
    :param requested: how many controls were asked about
    """

    outcomes: Tuple[ControlOutcome, ...] = ()
    shown: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    requested: int = 0


ControlsChange = StateChange[ControlsSummary]


class Definitions:
    """The controls of each standard in each Region: read once a Region, whatever the number of accounts."""

    def __init__(self) -> None:
        self._controls: ReadOnce[List[ControlDefinition]] = ReadOnce()
        self._catalogs: ReadOnce[ControlCatalog] = ReadOnce()
        self._former: ReadOnce[Dict[str, Set[str]]] = ReadOnce()

    def catalog(self, client: RegionClient, standards: Sequence[Standard]) -> ControlCatalog:
        """Return the controls of standards.

        :raises SecurityHubError: if they can't be read; the next account asks again
        """
        key = (client.region, *(each.name for each in standards))
        return self._catalogs.get(key, lambda: catalog_of({each.name: self._of(client, each) for each in standards}))

    def _of(self, client: RegionClient, standard: Standard) -> List[ControlDefinition]:
        key = (client.region, standard.name)
        return self._controls.get(key, lambda: list_control_definitions(client, StandardsArn=standard.standards_arn))

    def check_ids(self, client: RegionClient, names: Iterable[str], standards: Sequence[Standard], option: str) -> None:
        """Refuse IDs that no control of the Region has, in no standard.

        :raises PreconditionFailed: naming every one of them, with what was probably meant
        :raises SecurityHubError: if the controls can't be read
        """
        catalog = self.catalog(client, standards)
        missing = [each for each in names if each not in catalog.controls]
        if missing:
            every = self._controls.get((client.region,), lambda: list_control_definitions(client))
            known = {each.control_id for each in every}
            former = {} if known.issuperset(missing) else self._former_ids(client, catalog, standards)
            check_control_ids(missing, known, former, option)

    def check_policy(self, client: RegionClient, desired: DesiredControls, option: str) -> None:
        """Refuse what can't be in any account, before the first write.

        :raises PreconditionFailed: for controls that do not exist, and parameters that they do not take
        :raises SecurityHubError: if the controls can't be read
        """
        self.check_ids(client, desired.ids, (), option)
        every = self._controls.get((client.region,), lambda: list_control_definitions(client))
        check_parameters(desired, catalog_of({"": every}), option)

    def _former_ids(
        self, client: RegionClient, catalog: ControlCatalog, standards: Sequence[Standard]
    ) -> Dict[str, Set[str]]:
        """Return the security controls of the IDs that belong to one standard, as far as they can be read."""
        pairs = [(each.standards_arn, control_id) for each in standards for control_id in catalog.standards[each.name]]

        def read() -> Dict[str, Set[str]]:
            found = (get_associations(client, batch)[0] for batch in batches(pairs, CONTROLS_BATCH_SIZE))
            return former_ids(each for batch in found for each in batch)

        try:
            return self._former.get(client.region, read)
        except SecurityHubError:
            return {}


# Most accounts have most controls in the same state, so that many thousand places share a few hundred records.
_shared_association = lru_cache(maxsize=None)(ControlAssociation)
_CONTROLS: Dict[str, SecurityControl] = {}


@lru_cache(maxsize=None)
def _shared_pair(standard: str, control_id: str) -> Pair:
    return standard, control_id


def _shared_control(control: SecurityControl) -> SecurityControl:
    """Return the record of a control that is the same, if there has been one."""
    return _CONTROLS.setdefault(repr(control), control)


def read_standards(client: RegionClient) -> Tuple[Standard, ...]:
    """Return the standards of an account, except for those that are being disabled.

    :raises SecurityHubError: if they can't be read
    """
    return in_use(get_enabled_standards(client))


def in_use(standards: Iterable[Standard]) -> Tuple[Standard, ...]:
    """Return standards by name, except for those that are being disabled."""
    return tuple(sorted((each for each in standards if each.standards_status != DELETING), key=lambda each: each.name))


def read_controls(
    client: RegionClient, known: ControlsState, pairs: Iterable[Tuple[Standard, str]], control_ids: Sequence[str]
) -> Tuple[ControlsState, Dict[str, ControlRefusal]]:
    """Return what is known with what is read now, and why the service does not show some controls.

    :param pairs: the controls to look up in their standards, as far as these are ready
    :param control_ids: those whose parameters are looked up
    :raises SecurityHubError: if they can't be read
    """
    associations, controls = dict(known.associations), dict(known.controls)
    unread: Dict[str, ControlRefusal] = {}
    names: Dict[ArnPair, Pair] = {
        (standard.standards_arn, control_id): (standard.name, control_id)
        for standard, control_id in pairs
        if standard.is_updatable
    }
    for batch in batches(list(names), CONTROLS_BATCH_SIZE):
        found, refused = get_associations(client, batch)
        for each in found:
            association = _shared_association(each.standard, each.control_id, each.status, each.reason)
            associations[_shared_pair(each.standard, each.control_id)] = association
        for pair, why in refused.items():
            associations.pop(names[pair], None)
            unread[pair[1]] = why
    for part in batches(control_ids, CONTROLS_BATCH_SIZE):
        shown, hidden = get_security_controls(client, part)
        controls.update({each.control_id: _shared_control(each) for each in shown})
        unread.update(hidden)
    return replace(known, associations=associations, controls=controls), unread


@dataclass
class ControlsRun(ReconcileRun):
    """The controls of one account and Region while they are brought to their desired state.

    ``actions`` has what was, or may have been, done to each control.

    :param definitions: the controls of the Regions, shared by all accounts
    :param option: what the desired state comes from, for messages
    :param wait_timeout: seconds that a change may take to be accepted and shown; 0 not to read again
    :param known_standards: returns the standards of the account where they are known already
    """

    client: RegionClient
    desired: DesiredControls
    definitions: Definitions
    option: str
    wait_timeout: float
    known_standards: Optional[Callable[[], Tuple[Standard, ...]]] = None
    tracker: WriteTracker = field(default_factory=WriteTracker)
    error: Optional[Failure] = None
    is_read: bool = False
    before: ControlsState = field(default_factory=ControlsState)
    state: ControlsState = field(default_factory=ControlsState)
    plan: ControlsPlan = field(default_factory=ControlsPlan)
    actions: Dict[str, Tuple[str, ...]] = field(default_factory=dict)
    _catalog: ControlCatalog = field(default_factory=lambda: ControlCatalog({}, {}))
    # The controls that are left, None for all.
    _only: Optional[FrozenSet[str]] = None
    # What was sent, and accepted; refused for good; refused, but may pass. By standard and control.
    _sent: Set[Pair] = field(default_factory=set)
    _refused: Dict[Pair, Unprocessed] = field(default_factory=dict)
    _put_off: Dict[Pair, Unprocessed] = field(default_factory=dict)
    # Why the service does not show a control.
    _unread: Dict[str, ControlRefusal] = field(default_factory=dict)
    step_name = "Changing controls"

    def look(self) -> None:
        """Read the controls, and plan.

        :raises SecurityHubError: if they can't be read
        :raises PreconditionFailed: for controls that do not exist, and parameters that they do not take
        """
        self.state, self._only, self.plan = ControlsState(), None, ControlsPlan()  # what a failure leaves
        self._use(self.known_standards() if self.known_standards else read_standards(self.client))
        self._check()
        self._read(())
        self.is_read, self.before = True, self.state
        self.plan = plan_controls(self.desired, self._catalog, self.state)

    def narrow(self) -> None:
        """Forget the controls that are as desired: thousands of accounts are held at a time."""
        self._only = frozenset(self.plan.changes.union(self.plan.unprocessed))
        self._use(self.state.standards)
        self.before = self.state = only_controls(self.state, self._only)
        self._sent = {each for each in self._sent if each[1] in self._only}

    def expect(self, standards: Tuple[Standard, ...]) -> None:
        """Plan for the standards that the account is going to have; those that it does not have yet come as new.

        Custom parameters outlast a standard, so where Security Hub is enabled they are read.

        :raises SecurityHubError: if the controls of the standards, or their parameters, can't be read
        :raises PreconditionFailed: for parameters that controls do not take
        """
        # One that FAILED is enabled again, and then begins as a new one.
        names = {each.name for each in self.state.standards if each.standards_status != FAILED}
        self._use(standards)
        check_parameters(self.desired, self._catalog, self.option)
        if self.is_read:
            ids = controls_to_read(self.desired, self._catalog, standards)
            unknown = [each for each in ids if each not in self.state.controls]
            self.state, _unread = read_controls(self.client, self.state, (), unknown)
        new = [each for each in self.state.standards if each.name not in names]
        self.state = with_new_standards(self.state, new, self._catalog)
        self.plan = plan_controls(self.desired, self._catalog, self.state)

    def _use(self, standards: Tuple[Standard, ...]) -> None:
        self.state = replace(self.state, standards=standards)
        catalog = self.definitions.catalog(self.client, standards)
        self._catalog = catalog if self._only is None else only_definitions(catalog, self._only)

    def _check(self) -> None:
        """Refuse what no control of the Region can be, before the first write."""
        self.definitions.check_ids(self.client, self.desired.ids, self.state.standards, self.option)
        check_parameters(self.desired, self._catalog, self.option)

    def _read(self, again: Collection[str]) -> None:
        """Read what is not known yet, and what is to be read again."""
        known, standards = self.state, self.state.standards
        pairs = [
            (standard, control_id)
            for standard, control_id in pairs_to_read(self.desired, self._catalog, standards)
            if control_id in again or (standard.name, control_id) not in known.associations
        ]
        wanted = controls_to_read(self.desired, self._catalog, standards)
        ids = [each for each in wanted if each in again or each not in known.controls]
        self.state, self._unread = read_controls(self.client, known, pairs, ids)

    @property
    def _unsent(self) -> ControlsPlan:
        """What is to be written and was neither accepted nor refused for good."""
        known = self._sent.union(self._refused)
        return ControlsPlan(
            tuple(each for each in self.plan.updates if _key(each) not in known),
            tuple(each for each in self.plan.parameter_updates if _key(each) not in known),
        )

    @property
    def has_writes(self) -> bool:
        """Whether there is anything to write that was not sent yet."""
        return any(_key(each) not in self._put_off for each in self._unsent.writes)

    def is_open(self, check_mode: bool) -> bool:
        """Whether something is left to write, which check mode does not, or to wait for."""
        if self.error:
            return False
        hidden = {each for each, why in self._unread.items() if why.code not in PASSING_CODES}
        left = not check_mode and any(_key(each) not in self._refused for each in self.plan.writes)
        return left or any(each not in hidden for each in self.plan.waiting)

    def advance(self) -> None:
        """Write what the plan says, and read again, unless nothing is to be waited for.

        :raises SecurityHubError: if the service refuses every change alike, or keeps failing
        """
        unsent = self._unsent
        for batch in batches(unsent.updates, CONTROLS_BATCH_SIZE):
            left = [each for each in batch if _key(each) not in self._refused]
            if left:
                self._send_updates(left)
        for update in unsent.parameter_updates:
            if _key(update) not in self._refused:
                self._send_parameters(update)
        if self.wait_timeout > 0:
            self.refresh()
        else:
            self._take_for_done()

    def refresh(self) -> None:
        """Read again what is to be changed or waited for, and plan what is left.

        :raises SecurityHubError: if the controls can't be read
        """
        is_ready = all(each.is_updatable for each in self.state.standards)
        if not is_ready or self._unread or self._put_off:
            self._use(read_standards(self.client))
        self._read(self.plan.changes.union(self.plan.waiting))
        self.plan = plan_controls(self.desired, self._catalog, self.state)
        if self._only is not None:
            self.narrow()

    def _take_for_done(self) -> None:
        """Take what the service accepted for done, without reading again."""
        accepted = ControlsPlan(
            tuple(each for each in self.plan.updates if _key(each) in self._sent),
            tuple(each for each in self.plan.parameter_updates if _key(each) in self._sent),
        )
        self.state = expected_state(accepted, self._catalog, self.state)
        self.plan = plan_controls(self.desired, self._catalog, self.state)

    def _send_updates(self, updates: Sequence[AssociationUpdate]) -> None:
        """Send a batch; halves of it where the service refuses it as a whole."""
        before = self.state
        refused: Dict[ArnPair, ControlRefusal] = {}

        def send() -> None:
            refused.clear()
            refused.update(update_associations(self.client, updates))

        def is_done(_error: SecurityHubError) -> bool:
            self._read({each.control_id for each in updates})
            return all(_is_shown(each, self.state) for each in updates)

        try:
            self.tracker.send(send, is_done)
        except SecurityHubError as error:
            self._note_doubt(ControlsPlan(tuple(updates)), before)
            middle = len(updates) // 2
            if not middle or not error.refuses_request or error.error_code.startswith(_IN_USE):
                self._note_refused_call(updates, error)
                return
            for half in (updates[:middle], updates[middle:]):
                alike = [why for why in self._refused.values() if why.message == error.text]
                if len(alike) > 1 and not self._sent:  # it concerns all controls, so it need not be said of each
                    self._note_refused_call(half, error)
                else:
                    self._send_updates(half)
            return
        accepted = [each for each in updates if (each.standards_arn, each.control_id) not in refused]
        self._note_sent(ControlsPlan(tuple(accepted)), before)
        for each in updates:
            why = refused.get((each.standards_arn, each.control_id))
            if why:
                known = self._put_off if why.code in PASSING_CODES else self._refused
                known[_key(each)] = refusal(why.code, why.message)

    def _send_parameters(self, update: ParameterUpdate) -> None:
        before, sent = self.state, ControlsPlan(parameter_updates=(update,))

        def is_done(error: SecurityHubError) -> bool:
            if error.is_stale:
                raise error
            self._read([update.control_id])
            plan = plan_controls(self.desired, self._catalog, self.state)
            return update.control_id not in {each.control_id for each in plan.parameter_updates}

        try:
            self.tracker.send(lambda: update_security_control(self.client, update), is_done)
        except SecurityHubError as error:
            self._note_doubt(sent, before)
            self._note_refused_call([update], error)
        else:
            self._note_sent(sent, before)

    def _note_sent(self, accepted: ControlsPlan, before: ControlsState) -> None:
        self._sent.update(map(_key, accepted.writes))
        for control_id, actions in actions_of(accepted, before).items():
            self.actions[control_id] = tuple(dict.fromkeys([*self.actions.get(control_id, ()), *actions]))

    def _note_doubt(self, sent: ControlsPlan, before: ControlsState) -> None:
        """Record what may have been done, as a response was lost."""
        if self.tracker.in_doubt:
            self._note_sent(sent, before)

    def _note_refused_call(self, updates: Sequence[ControlUpdate], error: SecurityHubError) -> None:
        """Record why the service refused a call for these updates, or for all of them.

        :raises SecurityHubError: that is no refusal, or concerns the caller
        """
        keys = [_key(each) for each in updates]
        if error.is_managed_centrally:
            every = map(_key, self._unsent.writes)
            self._refused.update(dict.fromkeys(every, Unprocessed(MANAGED_BY_POLICY, error.text)))
        elif error.error_code.startswith(_IN_USE):
            self._put_off.update(dict.fromkeys(keys, Unprocessed(UPDATING, error.text)))
        elif error.refuses_request or (error.error_code == "LimitExceededException" and len(keys) == 1):
            self._refused.update(dict.fromkeys(keys, Unprocessed(REJECTED, error.text)))
        else:
            raise error

    def summary(self, check_mode: bool) -> ControlsChange:
        """Return what was seen, or said by the service since; in check mode what the run would do."""
        if not self.is_read:
            return StateChange(is_read=False)
        after = expected_state(self.plan, self._catalog, self.state) if check_mode else self.state
        actions = actions_of(self.plan, self.state) if check_mode else self.actions
        outcomes = control_outcomes(self.desired, self._catalog, self.before, after, actions, dict(self._reasons()))
        requested = len(asked_controls(self.desired, self._catalog, self.state.standards))
        shown = [{each: control_view(each, state) for each in actions} for state in (self.before, after)]
        return StateChange(
            ControlsSummary(shown=shown[0]), ControlsSummary(tuple(outcomes), shown[1], requested), bool(actions)
        )

    def differences(self) -> Tuple[PolicyDifference, ...]:
        """Return what is not as desired, as far as it is known."""
        return control_differences(self.plan, self._catalog, self.state)

    def policy_actions(self, check_mode: bool) -> Tuple[str, ...]:
        """Return what was, or may have been, done to the controls, or in check mode would be."""
        done = actions_of(self.plan, self.state) if check_mode else self.actions
        found = {action for actions in done.values() for action in actions}
        return tuple(name for action, name in _POLICY_ACTIONS.items() if action in found)

    def shortfall(self, check_mode: bool) -> Optional[Unprocessed]:
        """Return why the first control is not as desired that is not, or in check mode would not be."""
        changes = () if check_mode else self.plan.changes
        left = {**dict.fromkeys(changes, _UNCONFIRMED), **self.plan.unprocessed}
        left.update({each: why for each, why in self._reasons() if each in left})
        return next(iter(left.values()), None)

    def _reasons(self) -> Iterator[Tuple[str, Unprocessed]]:
        """Yield why controls end short; of several reasons for one, the last weighs most."""
        if self.error:
            yield from ((each, Unprocessed(NOT_ATTEMPTED, _NOT_DONE)) for each in self._unsent.changes)
        yield from ((each, Unprocessed(UNREADABLE, why.message)) for each, why in self._unread.items())
        for known in (self._put_off, self._refused):
            yield from ((control_id, why) for (_name, control_id), why in known.items() if control_id)


def _key(update: ControlUpdate) -> Pair:
    standard = update.standard if isinstance(update, AssociationUpdate) else _PARAMETERS
    return standard, update.control_id


def _is_shown(update: AssociationUpdate, state: ControlsState) -> bool:
    """Whether the association shows that an update was carried out."""
    now = state.associations.get((update.standard, update.control_id))
    return bool(now and now.status == update.status and update.reason in (None, now.reason))


def reconcile_controls(
    client: RegionClient,
    desired: DesiredControls,
    definitions: Definitions,
    option: str,
    wait_timeout: float,
    check_mode: bool,
) -> RegionResult[ControlsChange]:
    """Bring the controls of one account and Region to their desired state, or in check mode return what that would do.

    :param definitions: the controls of the Regions, shared by all accounts
    :param option: what the desired state comes from, for messages
    :param wait_timeout: seconds that a change may take to be accepted and shown; 0 not to read again
    """
    run = ControlsRun(client, desired, definitions, option, wait_timeout)
    run.attempt(ControlsRun.look)
    advance_all({"": run}, lambda _accounts, step: run.attempt(step), wait_timeout, check_mode)
    if isinstance(run.error, SecurityHubError) and run.error.hub_is_disabled and desired.is_absent:
        # Without Security Hub there are no controls.
        run.error, run.is_read = None, True
    if not run.error:
        return RegionResult(run.summary(check_mode))
    return RegionResult(change_after_failure(run), run.error)


def change_after_failure(run: ControlsRun) -> ControlsChange:
    """Return what was done before a failure, from another look if that is possible."""
    is_certain = True
    if run.tracker.any:
        try:
            with guarded("Reading controls", run.client.region):
                run.refresh()
        except SecurityHubError:
            is_certain = not run.tracker.in_doubt  # without doubt, what was seen and said before stands
    return replace(run.summary(False), is_certain=is_certain)
