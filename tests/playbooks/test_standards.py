# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variable securityhub_standards in the playbooks and the role."""

from __future__ import annotations

from typing import Any

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, REGIONS, THREE, ZERO, Fleet, everywhere, recap
from playbooks.scene import ADMINISTRATOR

PCI, NIST = "pci-dss/v/4.0.1", "nist-800-53/v/5.0.0"


def seed(fleet: Fleet, *standards: str) -> None:
    """Two members and an account that is none, with Security Hub and these standards."""
    fleet.seed({ONE: "Enabled", ZERO: "Enabled"})
    rows = [{"account_id": each, "regions": list(REGIONS), "standards": list(standards)} for each in ACCOUNTS]
    fleet.scene.hub.seed(hubs=rows)


def standards_of(fleet: Fleet) -> dict[str, list[list[str]]]:
    """The short names of the standards of each account, by Region."""
    hubs = fleet.scene.hub.state()["hubs"]
    return {
        account_id: [
            sorted(arn.partition("standards/")[2] for arn in hubs[account_id][region]["standards"])
            for region in REGIONS
        ]
        for account_id in ACCOUNTS
    }


def test_onboard_check_run_and_run_again(fleet: Fleet) -> None:
    seed(fleet, NIST)
    given: dict[str, Any] = {"accounts": ACCOUNTS, "member_role": MEMBER_ROLE, "standards": f" {PCI}\n"}
    check = fleet.play("onboard", "--check", **given)
    assert check.code == 0, check.output
    assert "To do: add 2, invite 2, accept 2, enable standards in 6" in check.summary
    assert fleet.scene.writes() == 0

    run = fleet.play("onboard", **given)
    assert run.code == 0, run.output
    assert "Done: 2 added, 2 invited, 2 accepted, standards enabled in 6" in run.summary
    assert fleet.statuses() == everywhere("Enabled")
    assert standards_of(fleet) == {account_id: [[NIST, PCI]] * 2 for account_id in ACCOUNTS}

    fleet.scene.hub.reset_counts()
    again = fleet.play("onboard", **given)
    assert again.code == 0, again.output
    assert again.summary[-1] == "Done: nothing"
    assert recap(again) == {"localhost": (0, 0)}
    assert fleet.scene.writes() == 0


def test_verify_and_report_name_what_is_missing(fleet: Fleet) -> None:
    seed(fleet)
    wanted = {"standards": [PCI]}
    fine, verify, report, onboard, again = fleet.steps(
        ("verify", {}), ("verify", wanted), ("report", wanted), ("main", wanted), ("verify", wanted),
        accounts=[ONE, ZERO], member_role=MEMBER_ROLE,
    )  # fmt: skip
    assert fine.run.code == 0, fine.run.output
    assert verify.run.code == 2, verify.run.output
    assert "4 of 4 memberships are not as requested: 4 without standards (" in verify.run.error
    assert report.run.code == 0, report.run.output
    assert "An onboarding run would do: enable standards in 4" in report.run.summary
    assert any(
        "The account is a member, and does not have all of securityhub_standards yet." in line
        for line in report.run.summary
    )
    assert fine.writes == verify.writes == report.writes == again.writes == 0
    assert onboard.writes > 0
    assert again.run.code == 0, again.run.output


def test_standard_that_is_not_offered_is_named(fleet: Fleet) -> None:
    seed(fleet)
    run = fleet.play("onboard", accounts=[ONE], member_role=MEMBER_ROLE, standards="pci-dss/v/0.0.0")
    assert run.code == 2, run.output
    text = "\n".join(run.summary)
    assert "2 memberships of 1 account in both Regions (standards_not_offered): " in text
    assert "can't enable " in text
    assert NIST in text
    assert "Correct securityhub_standards" in text


def test_mistakes_name_the_variables(fleet: Fleet) -> None:
    seed(fleet)
    without_role, wrong = fleet.steps(
        ("main", {"standards": [PCI]}), ("main", {"standards": "cis", "member_role": MEMBER_ROLE}), accounts=[ONE]
    )
    assert without_role.run.code == wrong.run.code == 2
    text = without_role.run.error
    assert "securityhub_standards: there is no role to enable them with in 1 of the accounts" in text
    assert "Set securityhub_member_role." in text
    assert "securityhub_standards: not a standard: 'cis'" in wrong.run.error
    assert without_role.writes == wrong.writes == 0


def test_offboarding_leaves_the_standards(fleet: Fleet) -> None:
    """And refuses the variable, as inviting does: it would have no effect."""
    seed(fleet, PCI)
    for name in ("offboard", "invite"):
        refused = fleet.play(name, accounts=[ONE], standards=[PCI])
        assert refused.code == 2, refused.output
        assert refused.error == (
            f"securityhub_standards has no effect: the entry point {name} does not use it. Remove it."
        )
    assert fleet.scene.calls() == 0
    run = fleet.play("offboard", accounts=[ONE, ZERO, THREE], member_role=MEMBER_ROLE)
    assert run.code == 0, run.output
    assert fleet.scene.hub.state()["members"].get(ADMINISTRATOR, {}) == {}
    assert standards_of(fleet) == {account_id: [[PCI]] * 2 for account_id in ACCOUNTS}
