# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command of each thing to do, and the text to the owner of each open invitation."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from ansible.parsing.splitter import parse_kv

from report import fleets
from report.fleets import TIME, made, row
from report.states import HOSTILE, account

EUROPE, US = "eu-west-1", "us-east-1"


def report(*rows: dict[str, Any], accounts: Any = None, purpose: str = "onboard", **settings: Any) -> dict[str, Any]:
    """Return the report as data; settings without their prefix."""
    named = {f"securityhub_{name}": value for name, value in settings.items()}
    text = made(fleets.result(*rows), "json", accounts, purpose, TIME, settings=named)
    read: dict[str, Any] = json.loads(text)
    return read


def variables(command: str) -> dict[str, Any]:
    """Return the extra variables of a command line, as the shell and Ansible read them."""
    program, playbook, *words = shlex.split(command.replace("\\\n", ""))
    assert program == "ansible-playbook"
    assert words[::2] == ["-e"] * (len(words) // 2)
    found: dict[str, Any] = {"playbook": playbook.removeprefix("multiaccount.aws.securityhub_")}
    for word in words[1::2]:
        found |= json.loads(word) if word.startswith("{") else parse_kv(word)
    return {name.removeprefix("securityhub_"): value for name, value in found.items()}


def command_for(status: str | None, reason: str, purpose: str = "onboard", **settings: Any) -> dict[str, Any]:
    """Return the variables of the one command for accounts with this reason."""
    rows = [row(region, account(n), status, reason=reason) for n in (1, 2) for region in (EUROPE, US)]
    ((command,),) = [group["commands"] for group in report(*rows, purpose=purpose, **settings)["to_do"]]
    return variables(command)


BASE = {"playbook": "onboard", "accounts": f"{account(1)},{account(2)}", "regions": f"{EUROPE},{US}"}


@pytest.mark.parametrize(
    ("status", "reason", "more"),
    [
        (None, "not_a_member", {}),
        ("Created", "rejected", {}),
        ("Removed", "removed", {"reinvite": "removed"}),
        ("Resigned", "resigned", {"reinvite": "removed,resigned"}),
        ("Invited", "unconfirmed", {"wait_timeout": "120"}),
        ("Invited", "awaiting_acceptance", {"member_role": "SecurityHubOnboarding"}),
        (None, "other_administrator", {}),
    ],
)
def test_command_by_reason(status: str | None, reason: str, more: dict[str, str]) -> None:
    assert command_for(status, reason) == {**BASE, **more}


@pytest.mark.parametrize(
    ("status", "reason"),
    [("AccountSuspended", "suspended"), ("Enabled", "own_account"), ("Paused", "unknown_status")],
)
def test_no_command_where_no_playbook_helps(status: str, reason: str) -> None:
    found = report(row(EUROPE, account(1), status, reason=reason))["to_do"]
    assert [group["commands"] for group in found] == [[]]


def test_command_has_the_variables_of_the_run() -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    found = command_for(
        "Invited",
        "role_not_assumed",
        member_role="security/Onboarding",
        member_role_policy=policy,
        standards=["pci-dss/v/4.0.1"],
        enable_default_standards=True,
        reinvite=["removed"],
        report_path="/srv/report.html",
        batch_size=5,
    )
    assert found == {
        **BASE,
        "member_role": "security/Onboarding",
        "member_role_policy": policy,
        "standards": "pci-dss/v/4.0.1",
        "enable_default_standards": "true",
    }


def test_external_id_stays_out_of_the_page() -> None:
    line = report(row(EUROPE, account(1), "Created", reason="rejected"), member_role_external_id="hidden")
    (command,) = line["to_do"][0]["commands"]
    assert "hidden" not in json.dumps(line)
    assert '-e securityhub_member_role_external_id="$SECURITYHUB_MEMBER_ROLE_EXTERNAL_ID"' in command


def test_offboarding_is_repeated_as_offboarding_and_what_has_left_is_nothing_to_do() -> None:
    assert command_for("Enabled", "rejected", "offboard") == {**BASE, "playbook": "offboard"}
    assert report(row(EUROPE, account(1), None), purpose="offboard")["to_do"] == []


def test_command_asks_for_no_region_that_was_not_requested() -> None:
    rows = [row(EUROPE, account(1), None, reason="not_a_member"), row(US, account(2), None, reason="not_a_member")]
    accounts = {
        "accounts": [{"account_id": account(1), "regions": [EUROPE]}, {"account_id": account(2), "regions": [US]}]
    }
    (group,) = report(*rows, accounts=accounts)["to_do"]
    found = [(found["accounts"], found["regions"]) for found in map(variables, group["commands"])]
    assert found == [(account(1), EUROPE), (account(2), US)]


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_from_outside_are_words_of_the_shell(text: str) -> None:
    (group,) = report(row(text, account(1), None, reason="not_a_member"), member_role=text)["to_do"]
    (command,) = group["commands"]
    found = variables(command)
    assert (found["regions"], found["member_role"]) == (text, text)


def test_owners_of_open_invitations_oldest_first() -> None:
    rows = [
        row(EUROPE, account(1), "Invited", email="a@example.com"),
        row(US, account(1), "Invited", email="a@example.com", invited_at="2026-02-27T08:00:00Z"),
        row(EUROPE, account(2), "Invited", email="b@example.com", invited_at="2026-01-30T08:00:00Z"),
        row(EUROPE, account(3), "Invited", email="a@example.com", invited_at=None),
        row(EUROPE, account(4), "Enabled", email="c@example.com"),
    ]
    accounts = {"accounts": [{"account_id": account(1), "name": "Shop <Regions>", "regions": []}]}
    second, first = [account(2)], [account(1), account(3)]
    found = report(*rows, accounts=accounts)["open_invitations"]
    assert [(owner["email"], owner["invitation_age_days"]) for owner in found] == [
        ("b@example.com", 30),
        ("a@example.com", 28),
    ]
    assert [[each["account_id"] for each in owner["accounts"]] for owner in found] == [second, first]
    text = found[1]["text"]
    assert (
        f"\n- {account(1)} (Shop <Regions>) in {EUROPE}, {US}, invited 28 days ago\n- {account(3)} in {EUROPE}\n"
        in text
    )
    assert f"'administrator_id=999988887777 state=accepted enable_hub=true regions={EUROPE},{US}'" in text
    assert f"for region in $(echo {EUROPE},{US} | tr , ' '); do" in text
    assert "<accounts>" not in text


def test_owner_without_address_and_nobody_to_chase() -> None:
    (owner,) = report(row(EUROPE, account(1), "Invited", email=None, invited_at=None))["open_invitations"]
    assert (owner["email"], owner["invitation_age_days"]) == (None, None)
    assert report(row(EUROPE, account(1)))["open_invitations"] == []
