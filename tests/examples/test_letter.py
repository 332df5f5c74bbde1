# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the letter to account owners, with the policy that the guides name for them."""

from __future__ import annotations

import re

import pytest

from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.report.invitations import REGIONS, letter
from examples.permissions import ADMINISTRATOR, policy_rows
from examples.runner import Terminal

OWNER, PLACES = "111122223333", ["eu-west-1", "eu-central-1"]
LETTER = letter(ADMINISTRATOR).replace(REGIONS, ",".join(PLACES))


def commands(start: str) -> str:
    """Return the lines of the letter from one that begins so, to the next empty line."""
    (found,) = re.findall(rf"^{start} .+\n(?:.+\n)*", LETTER, re.MULTILINE)
    return str(found)


@pytest.mark.parametrize("start", ["for", "ansible"])
def test_letter_commands_accept_the_invitation(terminal: Terminal, start: str) -> None:
    member = {"administrator_id": ADMINISTRATOR, "account_id": OWNER, "member_status": "Invited"}
    terminal.hub.seed(members=[{**member, "regions": PLACES}])
    terminal.hub.seed(policies=policy_rows(f":Account owners: ``member.json``\n\n{OWNER}"))
    terminal.run(commands(start), OWNER)
    assert {terminal.hub.status(ADMINISTRATOR, region, OWNER) for region in PLACES} == {"Enabled"}
