# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the local Security Hub remembers, and what it was before: hubs, members, invitations. No HTTP, no rules."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Generic, TypeVar

from . import clock
from .config_recorders import Recorders
from .control_catalogue import controls_of
from .partitions import partition
from .policies import Policies
from .regions import Regions
from .roles import Roles

# Member.MemberStatus as documented in the API's model.
CREATED = "Created"
INVITED = "Invited"
ENABLED = "Enabled"
REMOVED = "Removed"
RESIGNED = "Resigned"
DELETED = "Deleted"
SUSPENDED = "AccountSuspended"

# StandardsSubscription.StandardsStatus as documented in the API's model.
PENDING = "PENDING"
READY = "READY"
FAILED = "FAILED"
DELETING = "DELETING"
STANDARDS_STATUSES = (PENDING, READY, "INCOMPLETE", FAILED, DELETING)
# In these states, the controls of a standard can be read and changed.
UPDATABLE = (READY, "INCOMPLETE")

# FindingAggregator.RegionLinkingMode as documented in the API's model; two of them come with a list of Regions.
MODES_WITH_REGIONS = ("ALL_REGIONS_EXCEPT_SPECIFIED", "SPECIFIED_REGIONS")
LINKING_MODES = ("ALL_REGIONS", *MODES_WITH_REGIONS, "NO_REGIONS")

# AssociationStatus and SecurityControlStatus as documented in the API's model.
CONTROL_ENABLED = "ENABLED"
CONTROL_DISABLED = "DISABLED"

# How many versions of one record are kept for reads that lag behind (the fault slow_visibility).
VERSIONS_KEPT = 32
ALWAYS = float("-inf")

Place = tuple[str, str]
"""An account id and a Region: where a hub is, or whose member list it is."""

T = TypeVar("T")


@dataclass(frozen=True)
class Association:
    """Whether a control is enabled in a standard, and since when and why; None where nobody has changed it."""

    status: str
    reason: str | None = None
    updated_at: str | None = None


@dataclass(frozen=True)
class ControlParameters:
    """The values of a control's parameters that have been customized, such as {"daysToExpiration": {"Integer": 15}}."""

    values: dict[str, dict[str, Any]]
    reason: str | None = None
    updating_until: float = ALWAYS


@dataclass(frozen=True)
class Subscription:
    """A standard that is enabled in a hub. It is `pending_as` at first, then in `status`; DELETING until it is gone.

    `associations` has the controls that have been changed; the others are in the state `others`.
    """

    arn: str
    pending_until: float = ALWAYS
    status: str = READY
    reason: str | None = None
    gone_at: float | None = None
    pending_as: str = PENDING
    updatable_from: float = ALWAYS
    others: str = CONTROL_ENABLED
    associations: dict[str, Association] = field(default_factory=dict)

    def status_at(self, when: float) -> str:
        """The state at a monotonic time."""
        if self.gone_at is not None:
            return DELETING
        return self.pending_as if when < self.pending_until else self.status

    def is_updatable(self, when: float) -> bool:
        """Whether its controls can be read and changed at a monotonic time."""
        return self.status_at(when) in UPDATABLE and when >= self.updatable_from

    def association(self, control_id: str) -> Association:
        """The state of one of its controls."""
        return self.associations.get(control_id) or Association(self.others)

    def with_associations(self, changes: dict[str, Association]) -> Subscription:
        """The same with some controls changed."""
        return replace(self, associations={**self.associations, **changes})

    def disabled_controls(self) -> dict[str, str | None]:
        """The controls that are disabled in it, and why."""
        rows = {control.id: self.association(control.id) for control in controls_of(self.arn)}
        return {control_id: row.reason for control_id, row in rows.items() if row.status == CONTROL_DISABLED}


@dataclass(frozen=True)
class Hub:
    """Security Hub, turned on in one account and Region. Times are ISO 8601 in UTC."""

    arn: str
    subscribed_at: str
    auto_enable_controls: bool = True
    control_finding_generator: str = "SECURITY_CONTROL"
    tags: dict[str, str] = field(default_factory=dict)
    standards: tuple[Subscription, ...] = ()
    control_parameters: dict[str, ControlParameters] = field(default_factory=dict)
    enabled_at: float = ALWAYS

    def live(self, when: float) -> list[Subscription]:
        """The standards that are not gone at a monotonic time."""
        return [each for each in self.standards if each.gone_at is None or when < each.gone_at]

    def dump(self) -> dict[str, Any]:
        """As GET /_hub/state shows it."""
        now = clock.monotonic()
        live = self.live(now)
        return {
            "hub_arn": self.arn,
            "subscribed_at": self.subscribed_at,
            "auto_enable_controls": self.auto_enable_controls,
            "control_finding_generator": self.control_finding_generator,
            "tags": self.tags,
            "standards": [each.arn for each in live],
            "standards_status": {each.arn: each.status_at(now) for each in live},
            "disabled_controls": {each.arn: each.disabled_controls() for each in live},
            "control_parameters": {name: each.values for name, each in self.control_parameters.items() if each.values},
        }


@dataclass(frozen=True)
class Aggregator:
    """Cross-Region aggregation of an account; `regions` are the linked or, in one of the modes, the excluded ones."""

    account_id: str
    home_region: str
    linking_mode: str
    regions: tuple[str, ...] = ()
    identity: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def arn(self) -> str:
        """Its ARN, which names the home Region."""
        place = f"{partition(self.home_region)}:securityhub:{self.home_region}:{self.account_id}"
        return f"arn:{place}:finding-aggregator/{self.identity}"

    def dump(self) -> dict[str, Any]:
        """As GET /_hub/state shows it."""
        row = asdict(self)
        del row["identity"]
        return {**row, "arn": self.arn}


@dataclass(frozen=True)
class Member:
    """One account in one administrator's member list, with the invitation sent to it, if there is one.

    An invitation lives from InviteMembers until the member deletes it (DeleteInvitations) or the administrator deletes
    the member; its MemberStatus is the status of the association (the API's model of Invitation says so).
    """

    account_id: str
    status: str
    updated_at: str
    email: str | None = None
    invited_at: str | None = None
    invitation_id: str | None = None
    organization: bool = False


class Shelf(Generic[T]):
    """Records by place and key; each keeps its last versions, so that one can look back in time."""

    def __init__(self) -> None:
        self._versions: dict[Place, dict[str, list[tuple[float, T | None]]]] = {}

    def put(self, place: Place, key: str, value: T | None, when: float) -> None:
        """Set a record, or take it away with None. `when` ALWAYS says that it has never been otherwise."""
        versions = self._versions.setdefault(place, {}).setdefault(key, [])
        if when == ALWAYS:
            versions.clear()
        versions.append((when, value))
        del versions[:-VERSIONS_KEPT]

    def get(self, place: Place, key: str, at: float | None = None) -> T | None:
        """The record now, or as it was at the monotonic time `at`; None where there was none."""
        for when, value in reversed(self._versions.get(place, {}).get(key, ())):
            if at is None or when <= at:
                return value
        return None

    def items(self, place: Place, at: float | None = None) -> Iterator[tuple[str, T]]:
        """Keys and records of one place, in the order in which they first came."""
        for key in list(self._versions.get(place, ())):
            value = self.get(place, key, at)
            if value is not None:
                yield key, value

    def places(self) -> list[Place]:
        """Every place that ever had a record."""
        return list(self._versions)


class Store:
    """All records of all accounts and Regions."""

    def __init__(self) -> None:
        self.organization_accounts: set[str] = set()
        self.roles = Roles()
        self.regions = Regions()
        self.policies = Policies()
        self.offered_standards: dict[str, tuple[str, ...]] = {}
        self.unavailable_controls: dict[str, tuple[str, ...]] = {}
        self.policy_managed_accounts: set[str] = set()
        self.config_recorders = Recorders()
        self._hubs: Shelf[Hub] = Shelf()
        self._members: Shelf[Member] = Shelf()
        self._inviters: dict[Place, dict[str, None]] = {}
        self._aggregators: Shelf[Aggregator] = Shelf()

    def put_hub(self, place: Place, hub: Hub | None, when: float) -> None:
        """Turn Security Hub on with these settings, or off with None."""
        self._hubs.put(place, "hub", hub, when)

    def put_member(self, place: Place, account_id: str, member: Member | None, when: float) -> None:
        """Write an account into the administrator's list at `place`, or strike it off with None."""
        self._members.put(place, account_id, member, when)
        self._inviters.setdefault((account_id, place[1]), {})[place[0]] = None

    def put_aggregator(self, account_id: str, name: str, aggregator: Aggregator | None, when: float) -> None:
        """Set the aggregator of an account in a partition, or take it away with None."""
        self._aggregators.put((account_id, name), "aggregator", aggregator, when)

    def aggregator(self, account_id: str, name: str, at: float | None = None) -> Aggregator | None:
        """The aggregator of an account in a partition, now or at the monotonic time `at`."""
        return self._aggregators.get((account_id, name), "aggregator", at)

    def ever_had_hub(self, account_id: str) -> bool:
        """Whether Security Hub has ever been on in an account, in any Region."""
        return any(place[0] == account_id for place in self._hubs.places())

    def look(self, at: float | None = None) -> View:
        """What one sees now, or saw at the monotonic time `at`."""
        return View(self._hubs, self._members, self._inviters, at)

    def dump(self) -> dict[str, Any]:
        """Everything, as GET /_hub/state answers it."""
        view = self.look()
        hubs: dict[str, dict[str, Any]] = {}
        for account_id, region in self._hubs.places():
            hub = view.hub((account_id, region))
            if hub is not None:
                hubs.setdefault(account_id, {})[region] = hub.dump()
        members: dict[str, dict[str, Any]] = {}
        for administrator_id, region in self._members.places():
            rows = {key: _member_row(member) for key, member in view.members((administrator_id, region))}
            if rows:
                members.setdefault(administrator_id, {})[region] = rows
        return {
            "hubs": hubs,
            "members": members,
            "invitations": self._dump_invitations(view),
            "organization_accounts": sorted(self.organization_accounts),
            "denied_roles": sorted(self.roles.denied_accounts),
            "roles": self.roles.dump(),
            "policies": self.policies.dump(),
            "enabled_regions": self.regions.dump(),
            "finding_aggregators": [
                aggregator.dump() for place in self._aggregators.places() if (aggregator := self.aggregator(*place))
            ],
            "offered_standards": self.offered_standards,
            "unavailable_controls": self.unavailable_controls,
            "policy_managed_accounts": sorted(self.policy_managed_accounts),
            "config_recorders": self.config_recorders.dump(),
        }

    def _dump_invitations(self, view: View) -> dict[str, dict[str, Any]]:
        invitations: dict[str, dict[str, Any]] = {}
        for account_id, region in list(self._inviters):
            rows = [
                {"administrator_id": inviter, "invitation_id": member.invitation_id, "status": member.status}
                for inviter, member in view.invitations((account_id, region))
            ]
            if rows:
                invitations.setdefault(account_id, {})[region] = rows
        return invitations


def _member_row(member: Member) -> dict[str, Any]:
    row = asdict(member)
    row["member_status"] = row.pop("status")
    return row


class View:
    """Read access to the records, as they are or as they were."""

    def __init__(
        self, hubs: Shelf[Hub], members: Shelf[Member], inviters: dict[Place, dict[str, None]], at: float | None
    ) -> None:
        self._hubs = hubs
        self._members = members
        self._inviters = inviters
        self._at = at

    def hub(self, place: Place) -> Hub | None:
        """Security Hub in that account and Region, None where it is off."""
        return self._hubs.get(place, "hub", self._at)

    def member(self, place: Place, account_id: str) -> Member | None:
        """One account in the administrator's list at `place`."""
        return self._members.get(place, account_id, self._at)

    def members(self, place: Place) -> Iterator[tuple[str, Member]]:
        """The administrator's whole list at `place`, by account id."""
        return self._members.items(place, self._at)

    def relations(self, place: Place) -> Iterator[tuple[str, Member]]:
        """Every administrator that has the account at `place` in its list, with the record."""
        for administrator_id in list(self._inviters.get(place, ())):
            member = self.member((administrator_id, place[1]), place[0])
            if member is not None:
                yield administrator_id, member

    def invitations(self, place: Place) -> list[tuple[str, Member]]:
        """Invitations that the account at `place` has not deleted, by administrator id."""
        return [(inviter, member) for inviter, member in self.relations(place) if member.invitation_id]

    def administrator(self, place: Place) -> tuple[str, Member] | None:
        """The administrator that the account at `place` is associated with, and the record there."""
        for administrator_id, member in self.relations(place):
            if member.status == ENABLED:
                return administrator_id, member
        return None
