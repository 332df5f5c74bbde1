# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches for what nobody has documented: each lists the answers that the service may give, the default first."""

from __future__ import annotations

from collections.abc import Mapping

CHOICES: dict[str, tuple[str, ...]] = {
    # GetMembers names an account that is no member; omitted: it is in neither list of the answer.
    "get_members_unknown": ("unprocessed", "omitted", "not_found", "bad_request", "access_denied"),
    # InviteMembers names an account that is no member.
    "invite_non_member": ("unprocessed", "not_found"),
    # InviteMembers names an account that declined or left.
    "invite_resigned": ("processed", "already_invited"),
    # InviteMembers names an account that is a member of another administrator: the user guide says that it cannot
    # receive invitations from others.
    "invite_associated": ("unprocessed", "processed"),
    # InviteMembers names an account of the organization.
    "invite_organization": ("unprocessed", "invalid_input"),
    # More than 50 accounts in one call: the model has the limit for CreateMembers, GuardDuty's for all lists.
    "over_50": ("error", "per_account"),
    # What the service's texts call the inviting account: every sighting still says master.
    "wording": ("master", "administrator"),
    # How statuses are spelt: an older API page has them in capitals.
    "status_case": ("documented", "upper"),
    # What Enabled is called: Associated was its name until November 2020.
    "enabled_name": ("Enabled", "Associated"),
    # More than 100 controls in one call: no limit is documented, published clients send 100.
    "over_100": ("error", "per_control"),
    # A control is named that the Region lacks.
    "unavailable_control": ("not_found", "invalid_input"),
    # What state the controls of a standard have that is enabled: what AutoEnableControls says, or always ENABLED.
    "controls_of_new_standards": ("auto_enable_controls", "enabled"),
    # What is said to an account that a configuration policy of its organization governs.
    "managed_wording": ("managed", "not_authorized"),
    # CreateFindingAggregator where there is one.
    "second_aggregator": ("limit_exceeded", "invalid_input"),
    # Whether DescribeHub shows ControlFindingGenerator.
    "control_finding_generator": ("shown", "omitted"),
    # BatchDisableStandards names a standard that is PENDING.
    "disable_pending_standard": ("processed", "invalid_input"),
    # The administrator names its own account.
    "own_id": ("unprocessed", "invalid_input"),
}


class Switches:
    """The present position of every switch."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self.reset()

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def reset(self) -> None:
        """Back to the defaults."""
        self._values = {name: choices[0] for name, choices in CHOICES.items()}

    def set(self, values: Mapping[str, object]) -> None:
        """Turn switches. Raises ValueError, and turns none, when a name or a value is unknown."""
        for name, value in values.items():
            if name not in CHOICES:
                raise ValueError(f"there is no switch {name!r}, only {', '.join(sorted(CHOICES))}")
            if value not in CHOICES[name]:
                raise ValueError(f"{name} can be {', '.join(CHOICES[name])}, not {value!r}")
        self._values.update({name: str(value) for name, value in values.items()})

    def dump(self) -> dict[str, str]:
        """Every switch and its position."""
        return dict(self._values)
