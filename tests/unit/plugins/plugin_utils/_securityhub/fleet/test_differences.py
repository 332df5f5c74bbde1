# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How members differ from the policy, in words and grouped, and what a run makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import PolicyDifference
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.differences import (
    FURTHER,
    Difference,
    differences,
    differences_in_words,
)
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.fleet import Fleet, fleet_of
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.summary import (
    LOOKING_PURPOSES,
    Request,
    Summary,
    summarize,
)

ONE, OTHER = "111122220001", "111122220002"


def control(control_id: str = "IAM.6", current: str = "ENABLED", wanted: str = "DISABLED") -> dict[str, Any]:
    return {"kind": "control", "id": control_id, "parameter": None, "current": current, "wanted": wanted}


def parameter(current: object, wanted: object) -> dict[str, Any]:
    return {"kind": "parameter", "id": "ACM.1", "parameter": "days", "current": current, "wanted": wanted}


def row(account_id: str, region: str, *found: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a member that differs so, or is as the policy says."""
    policy = {"policy": "differs" if found else "applied", "policy_differences": [*found]}
    counted: dict[str, Any] = {"policy_difference_count": len(found), "reason": None, "actions": []}
    return {"account_id": account_id, "region": region, "member_status": "Enabled", **policy, **counted, **fields}


def fleet(*rows: dict[str, Any], purpose: str = "verify") -> Fleet:
    results = {"administrator_id": "999988887777", "memberships": list(rows)}
    return fleet_of(results, before=purpose in LOOKING_PURPOSES)


def summed(*rows: dict[str, Any], purpose: str = "verify", **request: Any) -> Summary:
    return summarize(fleet(*rows, purpose=purpose), Request(purpose=purpose, **request))


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (control(), "IAM.6 is ENABLED instead of DISABLED"),
        (parameter(30, 15), "ACM.1 days is 30 instead of 15"),
        (parameter(None, [22, 443]), "ACM.1 days is null instead of [22, 443]"),
        (parameter(True, "strict"), "ACM.1 days is true instead of strict"),
    ],
)
def test_difference_text(found: dict[str, Any], text: str) -> None:
    assert Difference("eu-west-1", ONE, PolicyDifference(**found)).text == text


def test_differences_same_in_many_accounts_is_one_group() -> None:
    accounts = [f"{number:012d}" for number in range(200)]
    rows = [row(each, region, control()) for region in ("eu-west-1", "us-east-1") for each in accounts]
    (group,) = differences(fleet(*rows).memberships)
    assert (len(group.rows), len(group.account_ids)) == (400, 200)


def test_differences_values_that_differ_are_apart() -> None:
    rows = [row(ONE, "eu-west-1", parameter(30, 15)), row(OTHER, "eu-west-1", parameter(60, 15))]
    assert [group.account_ids for group in differences(fleet(*rows).memberships)] == [[ONE], [OTHER]]


def test_differences_in_words_are_at_most_ten() -> None:
    rows = [row(ONE, "eu-west-1", *(control(f"EC2.{number}") for number in range(11)))]
    lines = differences_in_words(fleet(*rows).memberships)
    assert lines[0] == f"EC2.0 is ENABLED instead of DISABLED: {ONE} in eu-west-1"
    assert (len(lines), lines[-1]) == (11, FURTHER)


def test_differences_in_words_says_that_the_module_named_not_all() -> None:
    rows = [row(ONE, "eu-west-1", control(), policy_difference_count=2)]
    assert differences_in_words(fleet(*rows).memberships)[1:] == [FURTHER]


def test_summarize_verification_fails_for_who_differs() -> None:
    rows = (
        row(ONE, "eu-west-1", control(), actions=["disable_controls"]),
        row(ONE, "us-east-1", control(), actions=["disable_controls"]),
        row(OTHER, "eu-west-1", control(), parameter(30, 15), actions=["disable_controls", "set_parameters"]),
        row(OTHER, "us-east-1"),
    )
    found = summed(*rows)
    where = f"{ONE} in eu-west-1 and us-east-1, {OTHER} in eu-west-1"
    assert found.failed
    assert found.msg == (
        "3 of 4 memberships are not as requested: 3 differ from the policy "
        f"(IAM.6 is ENABLED instead of DISABLED: {where}; ACM.1 days is 30 instead of 15: {OTHER} in eu-west-1). "
        "The summary says what to do."
    )
    assert "Policy: 1 applied, 3 differs" in found.lines
    assert f"  IAM.6 is ENABLED instead of DISABLED: {where}" in found.lines
    assert (
        "  Next: Run multiaccount.aws.securityhub_onboard with the same policy, which configures the accounts."
        in found.lines
    )


def test_summarize_verification_one_that_differs_is_singular() -> None:
    assert (
        "1 of 1 membership is not as requested: 1 differs from the policy ("
        in summed(row(ONE, "eu-west-1", control())).msg
    )


def test_summarize_verification_passes_where_the_policy_is_applied() -> None:
    found = summed(row(ONE, "eu-west-1"))
    assert (found.failed, found.lines[1]) == (False, "Policy: 1 applied")


def test_summarize_verification_standards_on_their_way_do_not_hide_a_difference() -> None:
    pending = {"reason": "standards_pending", "processing_result": "Not ready."}
    assert not summed(row(ONE, "eu-west-1", policy="differs", **pending)).failed
    assert summed(row(ONE, "eu-west-1", control(), **pending)).failed


def test_summarize_onboarding_that_leaves_a_difference_names_it() -> None:
    found = summed(row(ONE, "eu-west-1", control()), purpose="onboard")
    assert not found.failed
    assert f"  IAM.6 is ENABLED instead of DISABLED: {ONE} in eu-west-1" in found.lines


def test_summarize_onboarding_check_shows_a_plan_and_no_shortfall() -> None:
    changes = row(ONE, "eu-west-1", control(), actions=["disable_controls"])
    found = summed(changes, purpose="onboard", is_check=True)
    assert found.lines[1:] == [
        "Policy: 1 differs",
        "Region: eu-west-1; administrator: 999988887777",
        "To do: disable controls in 1",
    ]


def test_summarize_onboarding_policy_that_failed_fails_the_run() -> None:
    refused = {"policy": "failed", "reason": "managed_by_policy", "processing_result": "Managed by a policy."}
    found = summed(row(ONE, "eu-west-1", **refused), purpose="onboard")
    assert found.failed
    assert "Policy: 1 failed" in found.lines


def test_fleet_of_account_that_is_not_enabled_yet_has_no_policy() -> None:
    new = row(ONE, "eu-west-1", control(), previous_member_status=None, actions=["create", "disable_controls"])
    (looked,) = fleet(new).memberships
    (planned,) = fleet(new, purpose="onboard").memberships
    assert (looked.policy, planned.policy_state) == (None, "differs")
