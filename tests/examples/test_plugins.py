# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every block in the EXAMPLES of modules and the inventory plugin, and the commands in their comments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from examples.plugin_examples import ad_hoc_commands, examples_of, inventory_sources, plugin_files
from examples.runner import ADMINISTRATOR, Terminal

ONE, ZERO, FOUR, OTHER = "111122223333", "012345670123", "444455556666", "777788889999"
REGIONS = ["eu-west-1", "eu-central-1"]
CSV = f"Account ID,Email\n{ONE},security@example.com\n{ZERO},platform@example.com\n"
FILES = {"accounts.csv": CSV, "organization.csv": CSV, "Organization_accounts_information.csv": CSV}
# What the examples say without showing it.
VARIABLES: dict[str, Any] = {"security_accounts": [ONE, ZERO], "leaving_accounts": [OTHER], "ansible_become": False}


def members(*account_ids: str, status: str = "Created", administrator: str = ADMINISTRATOR) -> list[dict[str, Any]]:
    """Return rows for the member list, in both Regions."""
    return [
        {"administrator_id": administrator, "regions": REGIONS, "account_id": account_id, "member_status": status}
        for account_id in account_ids
    ]


HUB = [{"account_id": ADMINISTRATOR, "regions": REGIONS}]
AGGREGATOR = [{"account_id": ADMINISTRATOR, "home_region": "eu-west-1", "linking_mode": "NO_REGIONS"}]
ENABLED_REGIONS = [{"account_id": ADMINISTRATOR, "regions": REGIONS}]
# {plugin: what the local hub has before its examples}
SEEDS: dict[str, dict[str, Any]] = {
    "securityhub_finding_aggregator": {"hubs": HUB},
    "securityhub_hub_info": {"finding_aggregators": AGGREGATOR},
    "securityhub_invitation": {
        "hubs": [{"account_id": ONE, "regions": REGIONS}],
        "members": members(ONE, status="Invited") + members(ONE, status="Invited", administrator=FOUR),
    },
    "securityhub_invitation_info": {"members": members(ONE, status="Enabled")},
    "securityhub_member": {
        "hubs": HUB,
        "members": members(ONE, status="Enabled") + members(OTHER) + members(FOUR, status="Resigned"),
    },
    "securityhub_member_info": {"members": members(ONE, status="Invited") + members(FOUR, status="Resigned")},
    "securityhub_member_invite": {"members": members(ONE, ZERO, FOUR), "enabled_regions": ENABLED_REGIONS},
    "securityhub_membership": {"finding_aggregators": AGGREGATOR, "members": members(FOUR)},
    "securityhub_members": {
        "finding_aggregators": AGGREGATOR,
        "members": [
            {**row, "email": f"team-{row['account_id']}@mail.example.com"}
            for row in members(ONE, ZERO, status="Invited")
        ],
    },
    "securityhub_controls": {"hubs": [{"account_id": name, "regions": REGIONS} for name in (ADMINISTRATOR, ONE, ZERO)]},
    "securityhub_controls_info": {
        "hubs": [{"account_id": name, "regions": REGIONS} for name in (ADMINISTRATOR, ONE, ZERO)]
    },
    "securityhub_standards": {
        "hubs": [{"account_id": name, "regions": REGIONS} for name in (ADMINISTRATOR, ONE, ZERO)]
    },
}
# Whose credentials the examples run with, where it is not the administrator.
CALLERS = {"securityhub_invitation": ONE, "securityhub_invitation_info": ONE}


def name_of(plugin: Path) -> str:
    return plugin.stem


@pytest.fixture
def user(terminal: Terminal) -> Terminal:
    """A user with the files that the examples name."""
    for name, text in FILES.items():
        terminal.write(name, text)
    return terminal


def run_commands(plugin: Path, user: Terminal, caller: str) -> int:
    commands = ad_hoc_commands(examples_of(plugin))
    for command in commands:
        user.run(command, caller)
    return len(commands)


@pytest.mark.parametrize("plugin", plugin_files("modules"), ids=name_of)
def test_examples_of_module(plugin: Path, user: Terminal, record_property: Callable[[str, object], None]) -> None:
    user.hub.seed(**SEEDS.get(plugin.stem, {}))
    examples, caller = examples_of(plugin), CALLERS.get(plugin.stem, "")
    user.play(examples, caller, variables=VARIABLES)
    commands = run_commands(plugin, user, caller)
    assert commands, "the module has no ad hoc command among its examples"
    record_property("run", len(yaml.safe_load(examples)) + commands)


@pytest.mark.parametrize("plugin", plugin_files("filter"), ids=name_of)
def test_examples_of_filter(plugin: Path, user: Terminal, record_property: Callable[[str, object], None]) -> None:
    examples = examples_of(plugin)
    user.play(examples.replace("/srv/reports", str(user.folder)), variables=VARIABLES)
    record_property("run", len(yaml.safe_load(examples)))


@pytest.mark.parametrize("plugin", plugin_files("inventory"), ids=name_of)
def test_examples_of_inventory(plugin: Path, user: Terminal, record_property: Callable[[str, object], None]) -> None:
    user.hub.seed(**SEEDS[plugin.stem])
    documents = inventory_sources(examples_of(plugin))
    assert len(documents) > 1
    for document in documents:
        user.write("fleet.securityhub_members.yml", document)
        user.run("ANSIBLE_INVENTORY_UNPARSED_FAILED=true ansible-inventory -i fleet.securityhub_members.yml --list")
        assert ONE in user.output
    commands = run_commands(plugin, user, "")
    record_property("run", len(documents) + commands)
