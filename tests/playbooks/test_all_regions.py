# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks with securityhub_regions: all and linked."""

from __future__ import annotations

from typing import Any

from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, REGIONS, ZERO, Fleet, everywhere
from playbooks.scene import ADMINISTRATOR, OTHER_REGION, REGION


def test_all_onboards_in_every_enabled_region_and_names_the_rest(fleet: Fleet) -> None:
    """In batches, which are lines of progress."""
    hub = fleet.scene.hub
    hub.seed(
        enabled_regions=[{"account_id": ADMINISTRATOR, "regions": [*REGIONS, "eu-south-1", "mars-north-1"]}],
        disabled_regions=[{"account_id": ONE, "region": "eu-south-1"}],
    )
    given: dict[str, Any] = {"regions": "all", "accounts": list(ACCOUNTS), "member_role": MEMBER_ROLE}
    run = fleet.play("onboard", **given, batch_size="2", surplus="report", wait_timeout=5)
    assert run.code == 2
    for number, size in ((1, 2), (2, 1)):
        assert f"changed: [localhost] => (item=batch {number} of 2, accounts: {size})" in run.output
    assert not any("this run does not name" in line for line in run.summary), "a batch is not surplus to another"
    assert "1 of 9 memberships was not processed: 1 region_not_enabled (" in run.error
    assert "leaves out mars-north-1" in run.output
    assert fleet.statuses() == everywhere("Enabled")
    assert hub.state()["members"][ADMINISTRATOR]["eu-south-1"][ONE]["member_status"] == "Invited"
    assert fleet.count("ec2:DescribeRegions") == 2  # once for each batch
    fleet.scene.writes()

    again = fleet.play("onboard", **given)
    assert again.error == run.error
    assert fleet.scene.writes() == 0


def test_linked_invites_in_the_regions_of_the_aggregator(fleet: Fleet) -> None:
    fleet.seed({ONE: "Created", ZERO: "Invited"})
    fleet.scene.hub.seed(
        enabled_regions=[{"account_id": ADMINISTRATOR, "regions": [*REGIONS, "eu-south-1"]}],
        finding_aggregators=[{"account_id": ADMINISTRATOR, "home_region": REGION}],
    )
    run = fleet.play("invite", regions=" linked\n", exclude_regions="eu-south-1", accounts=[ONE, ZERO])
    assert run.code == 0, run.output
    assert run.summary[0] == "2 accounts × 2 Regions = 4 memberships: 4 Invited"
    assert fleet.invitations() == {REGION: {ONE: 1}, OTHER_REGION: {ONE: 1}}


def test_linked_from_another_region_says_where_to_run(fleet: Fleet) -> None:
    fleet.seed({ONE: "Enabled"})
    fleet.scene.hub.seed(finding_aggregators=[{"account_id": ADMINISTRATOR, "home_region": OTHER_REGION}])
    run = fleet.play("onboard", regions="linked", accounts=[ONE])
    assert run.code == 2
    assert run.error.startswith("securityhub_regions: linked: eu-west-1, the Region from the connection options, is ")
    assert "Set region, or the environment variable AWS_REGION, to eu-central-1." in run.error
