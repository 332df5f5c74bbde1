# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables securityhub_policy and securityhub_policy_file in the playbooks and the role."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import boto3
import pytest
from jsonschema import validate

from local_hub.tests.awscli import Cli
from playbooks.fleet import ACCOUNTS, MEMBER_ROLE, ONE, REGIONS, ZERO, Fleet, everywhere, recap
from playbooks.scene import REGION

FSBP, PCI = "aws-foundational-security-best-practices/v/1.0.0", "pci-dss/v/4.0.1"
FSBP_ARN = f"arn:aws:securityhub:{REGION}::standards/{FSBP}"
# As the AWS CLI prints it: the standard of another Region stands for the one of each Region.
POLICY: dict[str, Any] = {
    "Arn": "arn:aws:securityhub:eu-west-1:999988887777:configuration-policy/a1b2c3d4-5678-90ab-cdef-EXAMPLE11111",
    "Id": "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111",
    "Name": "SampleConfigurationPolicy",
    "ConfigurationPolicy": {
        "SecurityHub": {
            "ServiceEnabled": True,
            "EnabledStandardIdentifiers": [FSBP_ARN],
            "SecurityControlsConfiguration": {
                "DisabledSecurityControlIdentifiers": ["CloudTrail.2"],
                "SecurityControlCustomParameters": [
                    {
                        "SecurityControlId": "ACM.1",
                        "Parameters": {"daysToExpiration": {"ValueType": "CUSTOM", "Value": {"Integer": 15}}},
                    }
                ],
            },
        }
    },
}
# The example of AWS's user guide, unchanged, and the standards that it names.
EXAMPLE = Path(__file__).parents[1] / "configuration_policy.json"
EXAMPLE_STANDARDS = {FSBP, "cis-aws-foundations-benchmark/v/1.2.0"}
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


def seed(fleet: Fleet) -> None:
    """Two members and an account that is none, with another standard than the policy's."""
    fleet.seed({ONE: "Enabled", ZERO: "Enabled"})
    rows = [{"account_id": each, "regions": list(REGIONS), "standards": [PCI]} for each in ACCOUNTS]
    fleet.scene.hub.seed(hubs=rows)
    (fleet.scene.folder / "policy.json").write_text(json.dumps(POLICY), encoding="utf-8")


def configured(fleet: Fleet) -> list[tuple[list[str], set[str], Any]]:
    """The standards, the disabled controls and the custom parameters of each account in each Region."""
    hubs = fleet.scene.hub.state()["hubs"]
    found = [hubs[account_id][region] for account_id in ACCOUNTS for region in REGIONS]
    return [
        (
            [arn.partition("standards/")[2] for arn in each["standards"]],
            {control for controls in each["disabled_controls"].values() for control in controls},
            each["control_parameters"],
        )
        for each in found
    ]


def test_onboard_check_run_and_run_again(fleet: Fleet) -> None:
    seed(fleet)
    given: dict[str, Any] = {"accounts": ACCOUNTS, "member_role": MEMBER_ROLE, "policy_file": "policy.json"}
    check = fleet.play("onboard", "--check", **given)
    assert check.code == 0, check.output
    planned = next(line for line in check.summary if line.startswith("To do: "))
    assert fleet.scene.writes() == 0

    run = fleet.play("onboard", **given, wait_timeout=60)
    assert run.code == 0, run.output
    done = next(line for line in run.summary if line.startswith("Done: "))
    kinds = ("standards enabled", "standards disabled", "controls disabled", "parameters set")
    assert done == f"Done: 2 added, 2 invited, 2 accepted, {', '.join(f'{kind} in 6' for kind in kinds)}"
    plans = ("enable standards", "disable standards", "disable controls", "set parameters")
    assert planned == f"To do: add 2, invite 2, accept 2, {', '.join(f'{plan} in 6' for plan in plans)}"
    assert "Policy: 6 applied" in run.summary
    assert fleet.statuses() == everywhere("Enabled")
    assert configured(fleet) == [([FSBP], {"CloudTrail.2"}, {"ACM.1": {"daysToExpiration": {"Integer": 15}}})] * 6

    fleet.scene.hub.reset_counts()
    again = fleet.play("onboard", **given)
    assert again.code == 0, again.output
    assert again.summary[-1] == "Done: nothing"
    assert recap(again) == {"localhost": (0, 0)}
    assert fleet.scene.writes() == 0


@pytest.mark.parametrize("way", ["file of the role", "inline in the module"])
def test_example_of_the_user_guide_is_read_back_with_the_aws_cli(fleet: Fleet, way: str) -> None:
    seed(fleet)
    if way == "file of the role":
        given: dict[str, Any] = {"accounts": ACCOUNTS, "member_role": MEMBER_ROLE, "wait_timeout": 60}
        run = fleet.play("onboard", **given, policy_file=str(EXAMPLE))
    else:
        policy = json.loads(EXAMPLE.read_text(encoding="utf-8"))
        options = {"members": ACCOUNTS, "regions": REGIONS, "member_role": MEMBER_ROLE, "policy": policy}
        module = "multiaccount.aws.securityhub_membership"
        run = fleet.scene.run("ansible", "localhost", "-m", module, "-a", json.dumps({**options, "wait_timeout": 60}))
    assert run.code == 0, run.output
    with ThreadPoolExecutor(4) as pool:
        shown = list(pool.map(partial(shown_by_the_cli, fleet), *zip(*product(ACCOUNTS, REGIONS), strict=True)))
    assert shown == [(EXAMPLE_STANDARDS, {"DISABLED"}, {"ValueType": "CUSTOM", "Value": {"Integer": 15}})] * 6


def shown_by_the_cli(fleet: Fleet, account_id: str, region: str) -> tuple[set[str], set[str], Any]:
    """The enabled standards, the states of CloudTrail.2 in them, and the parameter of ACM.1."""
    home = fleet.scene.folder / f"{account_id}-{region}"
    home.mkdir()
    owner = Cli(fleet.scene.hub.environment(account_id, region), home)
    standards = owner("get-enabled-standards")["StandardsSubscriptions"]
    words = ("list-standards-control-associations", "--security-control-id", "CloudTrail.2")
    states = owner(*words)["StandardsControlAssociationSummaries"]
    (control,) = owner("batch-get-security-controls", "--security-control-ids", "ACM.1")["SecurityControls"]
    arns = [row["StandardsArn"] for row in standards]
    assert sorted(row["StandardsArn"] for row in states) == sorted(arns)
    return (
        {re.sub("^.*:+(standards|ruleset)/", "", arn) for arn in arns},
        {row["AssociationStatus"] for row in states},
        control["Parameters"]["daysToExpiration"],
    )


def test_verify_and_report_name_what_differs(fleet: Fleet) -> None:
    seed(fleet)
    given: dict[str, Any] = {"accounts": [ONE, ZERO], "member_role": MEMBER_ROLE, "policy": POLICY}
    onboard, green = fleet.steps(("main", {"wait_timeout": 60}), ("verify", {}), **given)
    assert onboard.run.code == 0, onboard.run.output
    assert green.run.code == 0, green.run.output
    assert green.writes == 0

    enable_by_hand(fleet, ONE, "CloudTrail.2")
    fleet.scene.hub.reset_counts()
    difference = "CloudTrail.2 is ENABLED instead of DISABLED"
    red, report = fleet.steps(("verify", {}), ("report", {"report_path": fleet.page}), **given)
    assert red.run.code == 2
    assert red.run.error == (
        f"1 of 4 memberships is not as requested: 1 differs from the policy ({difference}: {ONE} in {REGION}). "
        "The summary says what to do."
    )
    assert "Policy: 3 applied, 1 differs" in red.run.summary
    assert report.run.code == 0, report.run.output
    assert red.writes == report.writes == 0
    document = json.loads(Path(fleet.page).with_suffix(".json").read_text(encoding="utf-8"))
    validate(document, json.loads((SCHEMAS / "report.json").read_text(encoding="utf-8")))
    assert [(row["text"], row["accounts"]) for row in document["policy_differences"]] == [(difference, {ONE: [REGION]})]
    assert '<th scope="row"><bdi>CloudTrail.2</bdi></th>' in Path(fleet.page).read_text(encoding="utf-8")


def enable_by_hand(fleet: Fleet, account_id: str, control_id: str) -> None:
    """Enable a control as the owner of an account does, past the collection."""
    keys = fleet.scene.hub.environment(account_id, REGION)
    client = boto3.client(
        "securityhub",
        REGION,
        endpoint_url=keys["AWS_ENDPOINT_URL"],
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    )
    update = {"StandardsArn": FSBP_ARN, "SecurityControlId": control_id, "AssociationStatus": "ENABLED"}
    response = client.batch_update_standards_control_associations(StandardsControlAssociationUpdates=[update])
    assert response["UnprocessedAssociationUpdates"] == []


def test_mistakes_are_named_before_any_call(fleet: Fleet) -> None:
    seed(fleet)
    (fleet.scene.folder / "policy.json").write_text('{"EnabledStandards": [], "DisabledControl": []}', encoding="utf-8")
    given: dict[str, Any] = {"accounts": [ONE], "member_role": MEMBER_ROLE}
    run = fleet.play("onboard", **given, policy_file="policy.json")
    assert run.code == 2
    assert run.error.startswith("policy.json: unknown key 'DisabledControl' (did you mean ")
    assert fleet.scene.calls() == 0
