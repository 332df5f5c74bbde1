# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Members, invitations, hubs, standards and controls as records, and statuses. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Generic, Iterable, Mapping, NamedTuple, Optional, Sequence, Tuple, TypeVar

from .errors import SecurityHubError

State = TypeVar("State")

CREATED = "Created"
INVITED = "Invited"
ENABLED = "Enabled"
REMOVED = "Removed"
RESIGNED = "Resigned"
DELETED = "Deleted"
SUSPENDED = "AccountSuspended"
# The values that the service model documents for Member.MemberStatus.
STATUSES = (CREATED, INVITED, ENABLED, REMOVED, RESIGNED, DELETED, SUSPENDED)
# Outputs have shown upper case, and "Associated" until the service renamed it in 2020.
_SPELLINGS = {status.lower(): status for status in STATUSES}
_SPELLINGS["associated"] = ENABLED
# What is done for a membership, as results name it, and what an account does about an invitation besides.
ENABLE_HUB = "enable_hub"
CREATE = "create"
INVITE = "invite"
ACCEPT = "accept"
LEAVE = "leave"
DECLINE = "decline"
DELETE_INVITATION = "delete_invitation"
DISASSOCIATE = "disassociate"
DELETE = "delete"
ENABLE_STANDARDS = "enable_standards"
DISABLE_STANDARDS = "disable_standards"
ENABLE_CONTROLS = "enable_controls"
DISABLE_CONTROLS = "disable_controls"
SET_PARAMETERS = "set_parameters"
# Whether an account is as its policy says.
APPLIED, DIFFERS, FAILED = POLICY_STATES = ("applied", "differs", "failed")
# So many differences from the policy are in a row.
SHOWN_DIFFERENCES = 20
# What AWS Config's recorder does.
RECORDING, RECORDER_OFF, NO_RECORDER, RECORDER_UNREADABLE = RECORDER_STATES = ("recording", "off", "none", "unreadable")
# EnableSecurityHub's defaults, documented in the API reference.
DEFAULT_AUTO_ENABLE_CONTROLS = True
DEFAULT_CONTROL_FINDING_GENERATOR = "SECURITY_CONTROL"


@dataclass(frozen=True)
class Member:
    """One entry of the administrator's member list in one Region.

    Times are ISO 8601 text. ``email`` is missing for accounts of an organization.
    """

    account_id: str
    member_status: str
    email: Optional[str] = None
    administrator_id: Optional[str] = None
    invited_at: Optional[str] = None
    updated_at: Optional[str] = None


@dataclass(frozen=True)
class MemberList:
    """What was read of the administrator's member list in one Region.

    ``members`` has the accounts whose place is known, None for one that is not in the list. ``unreadable`` has the
    service's message for each account that could not be looked up.
    """

    members: Dict[str, Optional[Member]] = field(default_factory=dict)
    unreadable: Dict[str, str] = field(default_factory=dict)


class ConfigRecorder(NamedTuple):
    """The recorder of AWS Config that the controls of Security Hub CSPM use in one account and Region.

    :param state: one of RECORDER_STATES
    :param name: its name, None where there is none, or it could not be read
    :param error: why it could not be read
    """

    state: str
    name: Optional[str] = None
    error: Optional[SecurityHubError] = None


class PolicyDifference(NamedTuple):
    """Where an account differs from its policy: in a standard, a control, or a parameter of a control.

    :param kind: standard, control or parameter
    :param id: the short name of the standard, or the ID of the control
    :param parameter: the name of the parameter, None for the other kinds
    """

    kind: str
    id: str
    parameter: Optional[str]
    current: object
    wanted: object


@dataclass(frozen=True)
class PolicyOutcome:
    """Whether an account is as its policy says, one of POLICY_STATES, and where it differs.

    ``unlisted`` is how many differences are known by their number alone.
    """

    state: str
    differences: Tuple[PolicyDifference, ...] = ()
    unlisted: int = 0

    @property
    def difference_count(self) -> int:
        """How many differences there are."""
        return len(self.differences) + self.unlisted


@dataclass(frozen=True)
class Outcome:
    """One account in one Region: before, after, and why. As planned, as check mode expects it, or as a run found it.

    An entry of None stands for an account that is not in the member list. ``actions`` are the writes: those that are
    planned, or those that were, or may have been, carried out. ``reason`` says why the account ends short of what was
    wanted; ``processing_result`` explains it, in the service's own words where it gave any. ``is_seen`` is False where
    the account could not be looked up. ``policy`` is None where no policy was to be applied. ``left_administrator_id``
    is another administrator that the account leaves, None where it leaves none. ``config_recorder`` is None where it
    was not looked at.
    """

    account_id: str
    before: Optional[Member]
    after: Optional[Member]
    actions: Tuple[str, ...] = ()
    reason: Optional[str] = None
    processing_result: Optional[str] = None
    is_seen: bool = True
    policy: Optional[PolicyOutcome] = None
    left_administrator_id: Optional[str] = None
    config_recorder: Optional[ConfigRecorder] = None

    @property
    def changed(self) -> bool:
        """Whether something was, or may have been, written."""
        return bool(self.actions)

    @property
    def entry(self) -> Member:
        """What is known of the account: its entry of the member list after, else before; without a status, neither."""
        return self.after or self.before or Member(self.account_id, "")


@dataclass(frozen=True)
class Invitation:
    """What a member account sees of an administrator: its invitation, or the relationship that came of it."""

    administrator_id: str
    member_status: str
    invitation_id: Optional[str] = None
    invited_at: Optional[str] = None


@dataclass(frozen=True)
class MemberSide:
    """What a member account sees in one Region.

    ``administrator`` is the one it is associated with, None for none. ``invitation`` is what it has from the
    administrator that was asked for, None for nothing. ``administers_members`` says whether it has enabled members of
    its own, which keeps it from accepting an invitation.
    """

    administrator: Optional[Invitation]
    invitation: Optional[Invitation]
    administers_members: bool = False


@dataclass(frozen=True)
class Hub:
    """Security Hub in one account and Region, where it is enabled.

    ARN and time are None before it is enabled, settings where the service does not show them, tags where they were not
    read.
    """

    hub_arn: Optional[str]
    subscribed_at: Optional[str]
    auto_enable_controls: Optional[bool]
    control_finding_generator: Optional[str]
    tags: Optional[Dict[str, str]]


@dataclass(frozen=True)
class Standard:
    """A security standard that is enabled in one account and Region, or on its way there, or out.

    ``name`` is the short name, such as pci-dss/v/4.0.1. The ARN of the subscription is None before it is enabled.
    ``is_updatable`` says whether its controls can be read and configured (StandardsControlsUpdatable).
    """

    name: str
    standards_arn: str
    standards_subscription_arn: Optional[str]
    standards_status: str
    status_reason_code: Optional[str] = None
    is_updatable: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class OfferedStandard:
    """A security standard that a Region offers. ``managed_by`` is the AWS service that enables it, None for anybody."""

    name: str
    standards_arn: str
    title: str = ""
    is_default: bool = False
    managed_by: Optional[str] = None


# Linking modes of a finding aggregator, by the API reference of GetFindingAggregator.
NO_REGIONS, SPECIFIED_REGIONS = "NO_REGIONS", "SPECIFIED_REGIONS"
ALL_REGIONS, ALL_REGIONS_EXCEPT = "ALL_REGIONS", "ALL_REGIONS_EXCEPT_SPECIFIED"
LINKING_MODES = (ALL_REGIONS, ALL_REGIONS_EXCEPT, SPECIFIED_REGIONS, NO_REGIONS)


class FindingAggregator(NamedTuple):
    """What links Regions: its home Region, its linking mode, and the Regions that this mode includes or excludes."""

    arn: Optional[str]
    home_region: str
    linking_mode: str
    regions: Sequence[str]


def aggregator_keys(aggregator: FindingAggregator) -> Dict[str, Any]:
    """Return what rows have of a finding aggregator; the ARN is None before there is one."""
    return {
        "finding_aggregator_arn": aggregator.arn,
        "finding_aggregation_region": aggregator.home_region,
        "region_linking_mode": aggregator.linking_mode,
        "regions": list(aggregator.regions),
    }


@dataclass(frozen=True)
class ParameterDefinition:
    """What values a parameter of a security control takes, as ListSecurityControlDefinitions describes it.

    ``data_type`` is the API's name of its type, such as Integer or EnumList. The bounds hold for each item of a list.
    ``pattern`` is a regular expression in the syntax of RE2.
    """

    data_type: str
    default: object = None
    minimum: Optional[float] = None
    maximum: Optional[float] = None
    allowed: Tuple[str, ...] = ()
    max_items: Optional[int] = None
    pattern: Optional[str] = None
    pattern_description: Optional[str] = None


@dataclass(frozen=True)
class ControlDefinition:
    """A security control of a standard. ``is_available`` says whether the Region has it."""

    control_id: str
    title: str
    severity: str
    is_available: bool = True
    parameters: Mapping[str, ParameterDefinition] = field(default_factory=dict)


@dataclass(frozen=True)
class ControlAssociation:
    """A security control in a standard of one account and Region.

    ``standard`` is the short name. ``reason`` is the one that was given when the status was set. The ARNs of the
    control in the standard end with the ID that it has there.
    """

    standard: str
    control_id: str
    status: str
    reason: Optional[str] = None
    standards_control_arns: Tuple[str, ...] = ()


@dataclass(frozen=True)
class ParameterValue:
    """The value of a parameter, and whether it is a custom one; a default value may be none."""

    value: object
    is_custom: bool = False


@dataclass(frozen=True)
class SecurityControl:
    """The parameters of a security control in one account and Region, and whether they are being updated."""

    control_id: str
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    is_updating: bool = False


class AssociationUpdate(NamedTuple):
    """A control to be enabled or disabled in a standard, which is named by its short name and its ARN."""

    standard: str
    standards_arn: str
    control_id: str
    status: str
    reason: Optional[str] = None


class ParameterUpdate(NamedTuple):
    """Parameters to be set, in the form of UpdateSecurityControl."""

    control_id: str
    parameters: Mapping[str, Mapping[str, Any]]
    reason: Optional[str] = None


class ControlRefusal(NamedTuple):
    """Why the service left a control unprocessed: the code and the words that a batch has for it."""

    code: str
    message: str


@dataclass(frozen=True)
class StateChange(Generic[State]):
    """A resource of one Region before and after a run, or as check mode expects it after.

    None stands for no resource. ``is_read`` is False where the state could not be read, so that neither says anything.
    ``is_certain`` is False where the state could not be read after a write, so that ``after`` says nothing.
    """

    before: Optional[State] = None
    after: Optional[State] = None
    changed: bool = False
    is_read: bool = True
    is_certain: bool = True


def canonical_status(status: str) -> str:
    """Return the documented spelling of a status, or the text as it is where the status is not known."""
    return _SPELLINGS.get(status.lower(), status)


def status_of(member: Optional[Member]) -> Optional[str]:
    """Return the status of a member, None for an account that is not in the member list."""
    return member.member_status if member else None


def is_listed(member: Optional[Member]) -> bool:
    """Whether the account is in the member list; Deleted is what may linger of an entry that is not there any more."""
    return status_of(member) not in (None, DELETED)


def as_row(region: str, outcome: Outcome) -> Dict[str, Any]:
    """Return the row of an outcome in the result of securityhub_membership."""
    policy = outcome.policy
    return {
        "region": region,
        "account_id": outcome.account_id,
        "email": outcome.entry.email,
        "member_status": status_of(outcome.after),
        "previous_member_status": status_of(outcome.before),
        "invited_at": outcome.entry.invited_at,
        "updated_at": outcome.entry.updated_at,
        "actions": list(outcome.actions),
        "left_administrator_id": outcome.left_administrator_id,
        "reason": outcome.reason,
        "processing_result": outcome.processing_result,
        **recorder_keys(outcome.config_recorder),
        "policy": policy.state if policy else None,
        "policy_differences": [each._asdict() for each in policy.differences[:SHOWN_DIFFERENCES]] if policy else [],
        "policy_difference_count": policy.difference_count if policy else 0,
    }


def recorder_keys(recorder: Optional[ConfigRecorder]) -> Dict[str, Optional[str]]:
    """Return what rows have of a recorder; null where it was not looked at."""
    return {
        "config_recorder": recorder.state if recorder else None,
        "config_recorder_name": recorder.name if recorder else None,
    }


def from_row(row: Mapping[str, Any]) -> Outcome:
    """Return the outcome that a row shows; what the rows of another module lack is None or empty."""
    account_id, state, recorder = str(row["account_id"]), row.get("policy"), row.get("config_recorder")
    differences = tuple(PolicyDifference(**each) for each in row.get("policy_differences") or ())
    unlisted = int(row.get("policy_difference_count") or 0) - len(differences)
    details = (row.get("email"), None, row.get("invited_at"), row.get("updated_at"))
    after, before = (
        Member(account_id, str(status), *details) if status else None
        for status in (row.get("member_status"), row.get("previous_member_status"))
    )
    return Outcome(
        account_id,
        before,
        after,
        tuple(row.get("actions") or ()),
        row.get("reason"),
        row.get("processing_result"),
        policy=PolicyOutcome(state, differences, unlisted) if state else None,
        left_administrator_id=row.get("left_administrator_id"),
        config_recorder=ConfigRecorder(recorder, row.get("config_recorder_name")) if recorder else None,
    )


def by_account(members: Iterable[Member]) -> Dict[str, Member]:
    """Return the members by account id."""
    return {member.account_id: member for member in members}
