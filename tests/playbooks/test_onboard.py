# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook securityhub_onboard where nothing stands in the way."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import boto3

from local_hub.control import SECRET_KEY, Hub, access_key
from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, REGIONS, THREE, ZERO, Fleet, everywhere, once, recap
from playbooks.scene import ADMINISTRATOR, OTHER_REGION, REGION

# How many seconds turning Security Hub on takes a member: one after the other, no two are less apart.
LATENCY = 3


def client(hub: Hub, account_id: str, region: str) -> Any:
    """A client of an account that we did not write."""
    return boto3.client(
        "securityhub", region_name=region, endpoint_url=hub.url,
        aws_access_key_id=access_key(account_id), aws_secret_access_key=SECRET_KEY,
    )  # fmt: skip


def accept_when_invited(hub: Hub, stop: threading.Event) -> None:
    """Do what the owners do who accept by themselves, as soon as there is an invitation."""
    waiting = [(account_id, region) for account_id in ACCOUNTS for region in REGIONS]
    while waiting and not stop.wait(0.2):
        for account_id, region in list(waiting):
            if hub.status(ADMINISTRATOR, region, account_id) == "Invited":
                member = client(hub, account_id, region)
                member.enable_security_hub(EnableDefaultStandards=False)
                (invitation,) = member.list_invitations()["Invitations"]
                member.accept_administrator_invitation(
                    AdministratorId=ADMINISTRATOR, InvitationId=invitation["InvitationId"]
                )
                waiting.remove((account_id, region))


@contextmanager
def owners(hub: Hub) -> Iterator[None]:
    """Let the owners accept meanwhile."""
    stop = threading.Event()
    thread = threading.Thread(target=accept_when_invited, args=(hub, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def turned_on(hub: Hub, account_id: str, region: str) -> datetime:
    """When Security Hub was turned on in an account."""
    return datetime.fromisoformat(hub.state()["hubs"][account_id][region]["subscribed_at"])


def test_check_run_and_run_again(fleet: Fleet) -> None:
    hub = fleet.scene.hub
    rows = [{"account_id": ONE, "email": "one@example.com"}, {"account_id": ZERO}, {"account_id": THREE}]

    check = fleet.play("onboard", "--check", accounts=rows, member_role=MEMBER_ROLE, report_path=fleet.page)
    assert check.code == 0, check.output
    assert check.summary == [
        f"Security Hub would be turned on, and all accounts added and invited, in: {REGION}, {OTHER_REGION}",
        "Would be added: 0",
        "Would be invited: 0, and those that are added",
        "not a member: 6",
    ]
    assert "[WARNING]" not in check.output
    assert recap(check) == {"localhost": (1, 0)}
    assert fleet.scene.writes() == 0
    assert hub.state()["hubs"] == {}
    assert not Path(fleet.page).exists()

    hub.fault(kind="latency", operation="EnableSecurityHub", account_id=list(ACCOUNTS), seconds=LATENCY)
    run = fleet.play("onboard", "--forks", "3", accounts=rows, member_role=MEMBER_ROLE, report_path=fleet.page)
    assert run.code == 0, run.output
    assert run.summary == ["Enabled: 6"]
    assert recap(run) == {"localhost": (3, 0), **dict.fromkeys(ACCOUNTS, (1, 0))}
    assert fleet.statuses() == everywhere("Enabled")
    assert fleet.invitations() == once()
    assert fleet.count("AcceptAdministratorInvitation") == len(ACCOUNTS) * len(REGIONS)
    assert fleet.count("sts:AssumeRole") == len(ACCOUNTS)
    assert not any(region["standards"] for by in hub.state()["hubs"].values() for region in by.values())
    assert hub.state()["members"][ADMINISTRATOR][REGION][ONE]["email"] == "one@example.com"
    assert {row["member_status"] for by_region in fleet.report().values() for row in by_region.values()} == {"Enabled"}
    times = sorted(turned_on(hub, account_id, REGION) for account_id in ACCOUNTS)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    assert min(gaps) < LATENCY, "members were worked on one after the other"

    hub.reset_counts()
    again = fleet.play("onboard", accounts=rows, member_role=MEMBER_ROLE)
    assert again.code == 0, again.output
    assert again.summary == ["Enabled: 6"]
    assert "[WARNING]" not in again.output
    assert recap(again) == {"localhost": (0, 0)}, "accounts that are enabled everywhere cost nothing on their side"
    assert hub.counts()["other"] == {}
    assert fleet.scene.writes() == 0


def test_check_half_way_and_run(fleet: Fleet) -> None:
    """One is in the member list, one invited, one enabled here and invited there."""
    fleet.seed({ONE: "Created", ZERO: "Invited"})
    fleet.seed({THREE: "Enabled"}, REGION)
    fleet.seed({THREE: "Invited"}, OTHER_REGION)
    before = fleet.scene.hub.state()
    check = fleet.play("onboard", "--check", accounts=",".join(ACCOUNTS), member_role=MEMBER_ROLE)
    assert check.code == 0, check.output
    assert check.summary[:2] == ["Would be added: 0", "Would be invited: 2, and those that are added"]
    # the administrator's hub, members and invitations; and what those would do who are invited already
    assert recap(check) == {"localhost": (1, 0), ZERO: (1, 0), THREE: (1, 0)}
    assert fleet.scene.writes() == 0
    assert fleet.scene.hub.state() == before

    fleet.scene.hub.reset_counts()
    run = fleet.play("onboard", accounts=",".join(ACCOUNTS), member_role=MEMBER_ROLE)
    assert run.code == 0, run.output
    assert fleet.statuses() == everywhere("Enabled")
    assert fleet.invitations() == {region: {ONE: 1} for region in REGIONS}
    assert fleet.count("AcceptAdministratorInvitation") == 5


def test_without_a_role_it_ends_with_the_invitations(fleet: Fleet) -> None:
    """And takes the answers of a survey: texts, and boxes that were left empty."""
    fleet.seed({THREE: "Removed"}, REGION)
    run = fleet.play(
        "onboard",
        accounts=f"{ONE}\r\n {ZERO}\n\n{THREE}\n", regions=f"{REGION},\n{OTHER_REGION} ", reinvite=" ",
        accounts_file="", member_role="", report_path=fleet.page,
    )  # fmt: skip
    assert run.code == 0, run.output
    assert run.summary[0] == "Invited: 6"
    assert run.summary[1:] == [
        f"{account_id} in {REGION}, {OTHER_REGION}: Invited. The account has to turn Security Hub on and accept the "
        "invitation in this Region."
        for account_id in sorted(ACCOUNTS)
    ]
    assert fleet.invitations() == once()
    assert fleet.count("sts:AssumeRole") == 0
    assert set(fleet.scene.hub.state()["hubs"]) == {ADMINISTRATOR}
    advice = {row["advice"] for by_region in fleet.report().values() for row in by_region.values()}
    assert advice == {"The account has to turn Security Hub on and accept the invitation in this Region."}


def test_it_waits_for_the_owners_and_no_longer(fleet: Fleet) -> None:
    with owners(fleet.scene.hub):
        run = fleet.play("onboard", accounts=ACCOUNTS, wait_timeout=3600)  # a run is given up after 300 s
    assert run.code == 0, run.output
    assert run.summary == ["Enabled: 6"]
    assert fleet.statuses() == everywhere("Enabled")


def test_reinvite_as_text_and_as_list(fleet: Fleet) -> None:
    fleet.seed({ONE: "Removed", ZERO: "Resigned"}, REGION)
    neither = fleet.play("onboard", "--check", accounts=[ONE, ZERO], regions=REGION, reinvite=[])
    assert neither.code == 2, neither.output
    assert "Would be invited: 0, and those that are added" in neither.summary
    assert [line[:12] for line in neither.summary if line[:12].isdigit()] == [ZERO, ONE]

    both = fleet.play(
        "onboard", accounts=[ONE, ZERO], regions=REGION, reinvite="Removed, Resigned\n", member_role="Any"
    )
    assert both.code == 0, both.output
    assert both.summary == ["Enabled: 2"]


def test_accounts_of_a_file(fleet: Fleet) -> None:
    text = f"\ufeffAccount ID,Email\r\n{ONE},one@example.com\r\n {ZERO} ,\r\n\r\n{THREE},three@example.com\r\n"
    (fleet.scene.folder / "accounts.csv").write_text(text, encoding="utf-8", newline="")
    fleet.seed({THREE: "Created"}, REGION)
    # relative to where the command runs; an empty box of a survey beside it is no second source
    given: dict[str, Any] = {"accounts_file": "accounts.csv", "accounts": "\n", "regions": [REGION]}
    check = fleet.play("onboard", "--check", **given)
    assert check.code == 0, check.output
    assert check.summary[:2] == ["Would be added: 2", "Would be invited: 1, and those that are added"]

    run = fleet.play("onboard", **given, member_role=MEMBER_ROLE)
    assert run.code == 0, run.output
    assert run.summary == ["Enabled: 3"]
    members = fleet.scene.hub.state()["members"][ADMINISTRATOR][REGION]
    assert {account_id: row["email"] for account_id, row in members.items()} == {
        ONE: "one@example.com", ZERO: None, THREE: None,  # it was added without
    }  # fmt: skip


def test_accounts_of_the_inventory_within_the_limit(fleet: Fleet) -> None:
    inventory = {"all": {"hosts": {account_id: {"account_id": account_id} for account_id in ACCOUNTS}}}
    (fleet.scene.folder / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
    run = fleet.play(
        "onboard", "--inventory", "hosts.json", "--limit", f"localhost,{ZERO}", regions=REGION, member_role=MEMBER_ROLE
    )
    assert run.code == 0, run.output
    assert run.summary == ["Enabled: 1"]
    assert fleet.scene.statuses() == {ZERO: "Enabled"}
