# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults that a call can meet, on which calls they can act, and the positions of the local hub's switches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from faults.scenarios import FIRST

READING = ("Get", "List", "Describe", "BatchGet")
ABOUT_STS = ("AssumeRole", "GetCallerIdentity")


@dataclass(frozen=True)
class Observed:
    """What a run without faults was seen to call: {operation: number of calls}, and operations that list accounts."""

    calls: Mapping[str, int]
    listing: frozenset[str] = frozenset()


def is_read(operation: str) -> bool:
    """Whether an operation changes nothing."""
    return operation.startswith(READING) or operation == "AssumeRole"


def _everywhere(_operation: str, _observed: Observed) -> bool:
    return True


def _in_security_hub(operation: str, _observed: Observed) -> bool:
    return operation not in ABOUT_STS


def _reads(operation: str, _observed: Observed) -> bool:
    return operation.startswith(READING) and operation != "GetCallerIdentity"


def _lists(operation: str, observed: Observed) -> bool:
    return operation in observed.listing


def _limited(operation: str, observed: Observed) -> bool:
    """Once a scenario: the limit is one of all calls."""
    return operation == min(observed.calls)


def _on(*operations: str) -> Callable[[str, Observed], bool]:
    return lambda operation, _observed: operation in operations


@dataclass(frozen=True)
class Kind:
    """One kind of fault: what the local hub is told, and on which operations it can act.

    passes: it acts once, so that another attempt succeeds. loses: what became of a call cannot be told from its
    response. begins: it may also begin at a later call. options: what the module needs to meet it. speed: so many
    seconds of the module's clock are one of the local hub's, None as usual.
    """

    fields: Mapping[str, Any]
    acts_on: Callable[[str, Observed], bool] = _everywhere
    passes: bool = False
    begins: bool = True
    loses: bool = False
    options: Mapping[str, Any] | None = None
    speed: int | None = None


HANG_SECONDS, READ_TIMEOUT, OUTAGE_SECONDS = 0.5, 0.2, 0.05
# The service's limit in calls a second of the modules' clock, which is slower here than for other faults (running.py):
# otherwise no module would be as fast as the limit.
RATES, RATE_SPEED = (1, 3, 10, 100), 10
SHORT_TIMEOUT = {"aws_config": {"read_timeout": READ_TIMEOUT}}
REFUSED = {"code": "InvalidInputException", "status": 400}

KINDS: dict[str, Kind] = {
    "throttle": Kind({"kind": "throttle"}, passes=True),
    "throttle-lasting": Kind({"kind": "throttle", "times": None}),
    "error": Kind({"kind": "error"}, loses=True, passes=True),
    "error-lasting": Kind({"kind": "error", "times": None}, loses=True),
    "error-after": Kind({"kind": "error_after"}, loses=True, passes=True),
    "lost-reply": Kind({"kind": "lost_reply"}, loses=True, passes=True),
    "lost-request": Kind({"kind": "lost_request"}, loses=True, passes=True),
    "hang": Kind({"kind": "hang", "seconds": HANG_SECONDS}, loses=True, options=SHORT_TIMEOUT, passes=True),
    "refuse-connection": Kind({"kind": "refuse_connection", "seconds": OUTAGE_SECONDS}, loses=True),
    "slow-visibility": Kind({"kind": "slow_visibility", "seconds": 0.03}, _reads, loses=True),
    "never-visible": Kind({"kind": "slow_visibility", "seconds": 3600}, _reads, loses=True),
    "access-denied": Kind({"kind": "access_denied"}),
    "not-opted-in": Kind({"kind": "not_opted_in"}, _in_security_hub, begins=False),
    "quota": Kind({"kind": "quota", "limit": 1}, _on("InviteMembers")),
    "quota-by-account": Kind({"kind": "quota", "limit": 2, "per_account": True}, _on("InviteMembers")),
    "reject-one": Kind({"kind": "reject", "account_ids": [FIRST]}, _lists),
    "refuse-one": Kind({"kind": "refuse_call", "account_ids": [FIRST], **REFUSED}, _lists),
    **{
        f"rate-{rate}": Kind(
            {"kind": "rate_limit", "rate": rate * RATE_SPEED, "burst": 2, "operation": "*"},
            _limited,
            begins=False,
            speed=RATE_SPEED,
        )
        for rate in RATES
    },
    "expired-session": Kind({"kind": "expired_session"}, _in_security_hub, passes=True),
    "sts-disabled": Kind({"kind": "sts_disabled"}, _on("AssumeRole"), begins=False),
    "sts-token-refused": Kind({"kind": "sts_token_refused"}, _on(*ABOUT_STS), begins=False),
}

# Every position of every switch is in one of these; a run without faults has to get on with each.
SWITCHES: dict[str, dict[str, str]] = {
    "documented": {},
    "omitted": {
        "get_members_unknown": "omitted", "invite_non_member": "not_found", "wording": "administrator",
        "invite_associated": "processed",
        "control_finding_generator": "omitted",
    },
    "not-found": {
        "get_members_unknown": "not_found", "status_case": "upper", "over_50": "per_account",
        "over_100": "per_control", "unavailable_control": "invalid_input",
    },
    "bad-request": {
        "get_members_unknown": "bad_request", "enabled_name": "Associated", "invite_organization": "invalid_input",
        "second_aggregator": "invalid_input", "disable_pending_standard": "invalid_input",
    },
    "denied": {
        "get_members_unknown": "access_denied", "invite_resigned": "already_invited", "own_id": "invalid_input",
        "managed_wording": "not_authorized", "controls_of_new_standards": "enabled",
    },
}  # fmt: skip
# The operations whose answers a switch turns; those of the others need more than 50 accounts, an organization, or what
# no scenario does.
TURNS: dict[str, tuple[str, ...]] = {
    "get_members_unknown": ("GetMembers",),
    "invite_non_member": ("InviteMembers",),
    "invite_associated": ("InviteMembers",),
    "invite_resigned": ("InviteMembers",),
    "wording": ("InviteMembers", "AcceptAdministratorInvitation"),
    "status_case": ("GetMembers", "ListMembers", "ListInvitations", "GetAdministratorAccount"),
    "enabled_name": ("GetMembers", "ListMembers", "ListInvitations", "GetAdministratorAccount"),
    "own_id": ("InviteMembers", "CreateMembers"),
}


def switches_for(observed: Observed) -> list[str]:
    """Return the settings of switches that turn the answer to any of these operations, as documented the first."""
    turned = {name for name, operations in TURNS.items() if observed.calls.keys() & set(operations)}
    return [name for name, positions in SWITCHES.items() if not positions or turned & positions.keys()]
