# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of module calls merged, summed up, and the verdict."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.reasons import REASONS
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.fleet import Fleet, fleet_of
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.reasons import MISSING_REGIONS_STEP
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.summary import (
    LOOKING_PURPOSES,
    PURPOSES,
    Request,
    Summary,
    outcome_of,
    summarize,
)

ADMINISTRATOR = "999988887777"
WAITING = REASONS["awaiting_acceptance"]
REGIONS = ["eu-central-1", "eu-west-1", "us-east-1"]
DENIED = {"region": "us-east-1", "error_code": "AccessDeniedException", "msg": "GetMembers is denied in us-east-1"}


def account(number: int) -> str:
    """Return an account ID."""
    return f"{number:012d}"


def row(number: int, region: str = "eu-west-1", status: str | None = "Enabled", **fields: Any) -> dict[str, Any]:
    """Return a row of memberships."""
    row = {"region": region, "account_id": account(number), "email": None, "member_status": status}
    empty: dict[str, Any] = {"previous_member_status": status, "invited_at": None, "updated_at": None, "actions": []}
    return {**row, **empty, "reason": None, "processing_result": None, **fields}


def result(*rows: dict[str, Any], failed: tuple[dict[str, Any], ...] = (), **keys: Any) -> dict[str, Any]:
    """Return a result of securityhub_membership."""
    lists: dict[str, list[Any]] = {"surplus_members": [], "hub_enabled_regions": []}
    known = {"administrator_id": ADMINISTRATOR, "changed": False, "counts": {}}
    return {**known, **lists, "memberships": list(rows), "failed_regions": list(failed), **keys}


def merged(results: Any, purpose: str = "onboard", accounts: Any = ()) -> Fleet:
    """Return the merged results as the summary of a purpose sees them."""
    return fleet_of(results, accounts, before=purpose in LOOKING_PURPOSES)


def summed(results: Any, purpose: str = "onboard", accounts: Any = (), **request: Any) -> Summary:
    """Return the summary of results."""
    return summarize(merged(results, purpose, accounts), Request(purpose=purpose, **request))


def hub_with(*linked: str | None, home: str = "eu-west-1") -> dict[str, Any]:
    """Return a result of securityhub_hub_info with a finding aggregator; None for an unknown linking mode."""
    regions = None if linked == (None,) else list(linked)
    return {"hubs": [{"finding_aggregator": {"finding_aggregation_region": home, "linked_regions": regions}}]}


@pytest.mark.parametrize(
    ("hub", "missing"),
    [
        ({}, []),
        ({"hubs": []}, []),
        ({"hubs": [{"finding_aggregator": None}]}, []),
        (hub_with(), []),
        (hub_with(None), []),
        (hub_with("us-east-1"), []),
        (hub_with("us-east-1", "eu-north-1", home="eu-west-3"), ["eu-west-3", "eu-north-1"]),
    ],
)
def test_regions_of_the_aggregator_that_are_missing_in_the_report(hub: dict[str, Any], missing: list[str]) -> None:
    fleet = merged([hub, result(row(1), failed=(DENIED,))], "report")
    assert fleet.missing_regions == missing
    lines = summarize(fleet, Request(purpose="report")).lines
    named = [line for line in lines if line.startswith("Regions of the finding aggregator ")]
    text = "Regions of the finding aggregator that are not in this report: eu-west-3 and eu-north-1"
    assert named == ([text] if missing else [])
    assert (f"  Next: {MISSING_REGIONS_STEP}" in lines) == bool(missing)
    assert merged([hub, result()], "report").missing_regions == []


def fleet_of_thirty() -> dict[str, Any]:
    """Return 30 accounts in 3 Regions, of which 2 have not accepted."""
    waiting = {"status": "Invited", "reason": "awaiting_acceptance"}
    few = [(29, region) for region in REGIONS] + [(28, "eu-west-1"), (28, "us-east-1")]
    rows = [row(n, region, **(waiting if (n, region) in few else {})) for n in range(30) for region in REGIONS]
    return result(*rows)


def test_waiting_owners_are_no_failure() -> None:
    found = summed(fleet_of_thirty())
    assert not found.failed
    assert found.msg == ""
    assert found.lines == [
        "30 accounts \u00d7 3 Regions = 90 memberships: 85 Enabled, 5 Invited",
        "Regions: eu-central-1, eu-west-1, us-east-1; administrator: 999988887777",
        "Done: nothing",
        f"5 memberships of 2 accounts in all 3 Regions (awaiting_acceptance): {WAITING.explanation}",
        "  Accounts: 000000000028 and 000000000029",
        f"  Next: {WAITING.playbook_step}",
    ]


def test_verify_fails_unless_all_are_enabled() -> None:
    found = summed(fleet_of_thirty(), "verify", is_check=True)
    assert found.failed
    assert found.msg == (
        "5 of 90 memberships are not Enabled: 5 awaiting_acceptance (000000000028 in eu-west-1 and us-east-1, "
        "000000000029 in eu-central-1 and 2 more Regions). The summary says what to do."
    )
    assert not summed(result(row(1), row(2)), "verify", is_check=True).failed
    one = summed(result(row(1), row(2, status="Created")), "verify", is_check=True)
    assert one.msg.startswith("1 of 2 memberships is not Enabled: 1 Created (000000000002 in eu-west-1).")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_one_of_everything_is_singular(purpose: str) -> None:
    reason = {"reason": "rejected", "processing_result": "No such account"}
    text = "\n".join(summed(result(row(1, status="Created", **reason)), purpose).lines)
    assert "1 account \u00d7 1 Region = 1 membership: " in text
    assert "Region: eu-west-1; " in text
    assert "1 account in eu-west-1 (rejected): No such account.\n  Account: 000000000001\n" in text
    assert not re.search(r"\b1 \w+s\b", text.replace("1 was", ""))


FAILS = {"onboard": True, "invite": True, "verify": True, "report": False, "offboard": True}


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("reason", sorted(REASONS))
def test_summarize_fails_by_purpose_and_reason(purpose: str, reason: str) -> None:
    found = summed(result(row(1, status="Created", reason=reason)), purpose)
    accepted = purpose != "verify" and reason in (
        "awaiting_acceptance",
        "standards_pending",
        "not_available",
    )
    assert found.failed == (FAILS[purpose] and not accepted and reason != "own_account")
    assert REASONS[reason].explanation in "\n".join(found.lines)
    assert REASONS[reason].playbook_step in "\n".join(found.lines)


STANDARDS: dict[str, Any] = {"actions": ["enable_standards"]}


def test_verify_fails_for_standards_that_are_missing() -> None:
    found = summed(result(row(1, **STANDARDS), row(2)), "verify", is_check=True)
    assert found.msg == (
        "1 of 2 memberships is not as requested: 1 without standards (000000000001 in eu-west-1). The summary says "
        "what to do."
    )
    assert found.lines == [
        "2 accounts \u00d7 1 Region = 2 memberships: 2 Enabled",
        "Region: eu-west-1; administrator: 999988887777",
        "An onboarding run would do: enable standards in 1",
        "1 account in eu-west-1: The account is a member, and does not have all of securityhub_standards yet.",
        "  Account: 000000000001",
        "  Next: Run multiaccount.aws.securityhub_onboard for these steps: enable standards.",
    ]
    both = summed(result(row(1, **STANDARDS), row(2, status="Created")), "verify", is_check=True)
    assert both.msg.startswith("2 of 2 memberships are not as requested: 1 without standards (")


@pytest.mark.parametrize(
    ("reason", "verify", "onboard"),
    [("standards_pending", False, False), ("standards_incomplete", True, True), ("standards_not_offered", True, True)],
)
def test_verdict_about_standards_of_enabled_accounts(reason: str, verify: bool, onboard: bool) -> None:
    rows = result(row(1, reason=reason, processing_result="pci-dss/v/4.0.1 is what it is"), row(2))
    assert summed(rows, "verify", is_check=True).failed == verify
    assert summed(rows).failed == onboard
    text = "\n".join(summed(rows).lines)
    assert f"1 account in eu-west-1 ({reason}): pci-dss/v/4.0.1 is what it is." in text
    assert REASONS[reason].playbook_step in text


def test_enabled_standards_are_counted() -> None:
    assert "Done: standards enabled in 2" in summed(result(row(1, **STANDARDS), row(2, **STANDARDS), row(3))).lines
    checked = summed(result(row(1, **STANDARDS), row(2)), is_check=True)
    assert "To do: enable standards in 1" in checked.lines
    assert not checked.failed


@pytest.mark.parametrize(("fail", "purpose", "failed"), [
    (True, "onboard", True), (False, "onboard", False), (False, "verify", True), (False, "offboard", False),
])  # fmt: skip
def test_summarize_fail_on_unprocessed_excuses_accounts_and_no_region(fail: bool, purpose: str, failed: bool) -> None:
    stuck = result(row(1, status="Created", reason="rejected"), row(2))
    assert summed(stuck, purpose, fail_on_unprocessed=fail).failed == failed
    region = result(row(1), failed=(DENIED,))
    assert summed(region, purpose, fail_on_unprocessed=fail).failed, "a failed Region always fails"


def test_message_of_unprocessed_counts_the_reasons() -> None:
    rows = [row(n, status="Invited", reason="role_not_assumed") for n in range(3)]
    found = summed(result(*rows, row(4, status="Resigned", reason="resigned"), row(5)))
    assert found.msg.startswith(
        "4 of 5 memberships were not processed: 3 role_not_assumed (000000000000 in eu-west-1, "
    )
    assert "), 1 resigned (000000000004 in eu-west-1). " in found.msg
    checked = summed(result(*rows, row(5)), is_check=True)
    assert checked.msg.startswith("3 of 4 memberships would not be processed: 3 role_not_assumed (")


def test_messages_that_differ_in_account_region_and_request_are_one_group() -> None:
    text = "AccessDenied on arn:aws:iam::{}:role/M in {} (request {:08d}-aaaa-bbbb-cccc-dddddddddddd)"
    rows = [
        row(n, region, "Invited", reason="role_not_assumed", processing_result=text.format(account(n), region, n))
        for n in range(12)
        for region in REGIONS
    ]
    lines = summed(result(*rows), accounts=[{"account_id": account(0), "name": "Shop"}]).lines
    head = [line for line in lines if "role_not_assumed" in line]
    assert len(head) == 1
    assert head[0] == (
        "36 memberships of 12 accounts in all 3 Regions (role_not_assumed): For example: "
        + text.format(account(0), "eu-central-1", 0)
        + "."
    )
    (accounts,) = [line for line in lines if line.startswith("  Accounts: ")]
    assert accounts.startswith("  Accounts: 000000000000 (Shop), 000000000001, ")
    assert accounts.endswith("000000000009 and 2 more")


def test_a_message_about_another_region_is_in_the_same_group() -> None:
    text = "AssumeRole failed in eu-west-1: denied for {}."
    rows = [
        row(n, region, "Invited", reason="role_not_assumed", processing_result=text.format(account(n)))
        for n in (1, 2)
        for region in ("eu-west-1", "eu-central-1")
    ]
    lines = summed(result(*rows)).lines
    (line,) = [line for line in lines if "AssumeRole failed" in line]
    assert line.startswith("4 memberships of 2 accounts in both Regions (role_not_assumed): ")
    assert line.endswith("For example: AssumeRole failed in eu-west-1: denied for 000000000001.")


def test_a_plan_to_invite_is_not_an_invitation_that_waits() -> None:
    plan: dict[str, Any] = {
        "reason": "awaiting_acceptance",
        "processing_result": "The owner has to accept.",
        "actions": ["invite"],
    }
    lines = summed(result(row(1, status="Removed", **plan)), "report").lines
    assert "1 account in eu-west-1: The administrator ended the membership." in lines
    assert "  Next: Run multiaccount.aws.securityhub_onboard for these steps: invite." in lines


def test_words_of_the_service_are_passed_on_unchanged() -> None:
    words = "Check member_role on arn:aws:securityhub:eu-west-1:1:hub, within wait_timeout."
    rows = [row(1, region, reason="rejected", processing_result=words) for region in REGIONS]
    denied = {**DENIED, "msg": words}
    lines = summed(result(*rows, failed=(denied, {**denied, "region": "eu-west-1"}))).lines
    assert sum(line.endswith(f": {words}") for line in lines) == 2


def test_options_of_modules_that_refuse_their_input_are_named_as_variables() -> None:
    failed = summed({"failed": True, "msg": "surplus_limit: 12 accounts are too many. Raise surplus_limit."})
    assert failed.msg == "securityhub_surplus_limit: 12 accounts are too many. Raise securityhub_surplus_limit."


def test_many_reasons_are_cut() -> None:
    texts = [f"Cause {letter}" for letter in "abcdefghijklmnopqrstuvwxy"]
    rows = [row(n, status="Created", reason="rejected", processing_result=text) for n, text in enumerate(texts)]
    lines = summed(result(*rows)).lines
    assert len([line for line in lines if "(rejected)" in line]) == 20
    assert "5 further reasons: see the report (securityhub_report_path)" in lines


def test_batches_are_merged() -> None:
    first = result(row(1), hub_enabled_regions=["eu-west-1"], failed=(DENIED,))
    second = result(row(2), hub_enabled_regions=["eu-west-1"], failed=(DENIED,), administrator_id=None)
    for results in ([first, second], {"results": [first, second], "changed": True}):
        found = merged(results)
        assert [(line.account_id, line.region, line.status) for line in found.memberships] == [
            (account(1), "eu-west-1", "Enabled"), (account(1), "us-east-1", "unreadable"),
            (account(2), "eu-west-1", "Enabled"), (account(2), "us-east-1", "unreadable"),
        ]  # fmt: skip
        assert found.hub_enabled_regions == ["eu-west-1"]
        assert len(found.failed_regions) == 1
        assert found.administrator_id == ADMINISTRATOR
    assert merged(first).memberships == merged([first]).memberships


@pytest.mark.parametrize("skipped", [
    {"results": [], "skipped": True, "changed": False}, {"skipped": True, "changed": False}, [], result(),
])  # fmt: skip
def test_summarize_without_accounts_says_what_to_set(skipped: Any) -> None:
    found = summed(skipped)
    assert not found.failed
    assert found.lines[0].startswith("No accounts: nothing to do. Set securityhub_accounts ")


def test_accounts_that_are_named_anywhere_are_no_surplus() -> None:
    """In another batch, in another Region, or in a row that is left out."""
    extra = [row(n) for n in (1, 2, 3, 4)]
    elsewhere = row(2, "us-east-1", "Invited")
    calls = [result(row(1), surplus_members=extra[1:]), result(row(2), surplus_members=[*extra[2:], elsewhere])]
    found = fleet_of(
        calls, [{"account_id": account(n), "regions": []} for n in (1, 2)], False, [{"account_id": account(4)}]
    )
    assert [(each.account_id, each.region) for each in found.surplus_members] == [(account(3), "eu-west-1")]


REMOVAL: dict[str, Any] = {"member_status": None, "actions": ["disassociate", "delete"]}
NOT_REMOVED: dict[str, Any] = {"reason": "not_attempted", "processing_result": "1 account failed in eu-west-1."}


@pytest.mark.parametrize(
    ("check", "rows", "lines"),
    [
        (False, [row(3)], [
            "Done: nothing",
            "Members that this run does not name: 1 account in eu-west-1",
            "  Account: 000000000003 (Enabled in eu-west-1)",
            "  Next: Add the account to the list, or set securityhub_surplus to remove.",
        ]),
        (False, [row(3, **REMOVAL), row(4, status="Created", **REMOVAL)], [
            "Done: 2 surplus memberships removed",
            "Surplus members removed: 2 accounts in eu-west-1",
            "  Accounts: 000000000003 (was Enabled in eu-west-1) and 000000000004 (was Created in eu-west-1)",
        ]),
        (True, [row(3, **REMOVAL)], [
            "To do: remove 1 surplus membership",
            "Surplus members to remove: 1 account in eu-west-1",
            "  Account: 000000000003 (Enabled in eu-west-1)",
        ]),
        (False, [row(3, **NOT_REMOVED)], [
            "Done: nothing",
            "Surplus members not removed: 1 account in eu-west-1 (not_attempted): 1 account failed in eu-west-1.",
            "  Account: 000000000003 (Enabled in eu-west-1)",
        ]),
        (False, [row(3, actions=["disassociate"], reason="rejected", processing_result="No.")], [
            "Done: 1 surplus membership disassociated",
            "Surplus members not removed: 1 account in eu-west-1 (rejected): No.",
            "  Account: 000000000003 (Enabled in eu-west-1)",
        ]),
    ],
)  # fmt: skip
def test_summarize_surplus_says_what_became_of_it(check: bool, rows: list[dict[str, Any]], lines: list[str]) -> None:
    found = summed(result(row(1), surplus_members=rows), is_check=check)
    assert found.lines[2:] == lines
    assert found.failed == bool(rows[0]["reason"])


def test_summarize_closed_accounts_are_no_surplus_ones() -> None:
    skipped = [{"account_id": account(3), "row": 4, "reason": "is CLOSED"}]
    removed = summed(result(row(1), surplus_members=[row(3, **REMOVAL)]), skipped=skipped)
    assert removed.lines[2:4] == ["Done: 1 closed membership removed", "Closed members removed: 1 account in eu-west-1"]
    both = [row(3, **REMOVAL), row(4, **REMOVAL)]
    mixed = summed(result(row(1), surplus_members=both), skipped=skipped, is_check=True)
    assert mixed.lines[2] == "To do: remove 2 surplus or closed memberships"
    left = result(row(1), surplus_members=[row(3, **NOT_REMOVED)], failed=(), msg="1 of 2 memberships is not.")
    assert summed(left, skipped=skipped).msg.startswith("1 closed membership not removed: ")


def test_surplus_that_was_not_removed_fails_a_run_that_fails_for_it() -> None:
    left = result(row(1), surplus_members=[row(3, **NOT_REMOVED)], failed=(), msg="1 of 2 memberships is not.")
    found = summed(left)
    assert found.msg == "1 surplus membership not removed: 1 not_attempted (000000000003 in eu-west-1)."
    assert not summed(left, fail_on_unprocessed=False).failed
    assert not summed(left, "verify").failed


def test_unreadable_region_is_not_counted_as_not_a_member() -> None:
    accounts = [{"account_id": account(n), "regions": []} for n in range(3)]
    rows = [row(0), row(1), row(2), row(0, "us-east-1", None, reason="not_attempted")]
    found = summed(result(*rows, failed=(DENIED,)), accounts=accounts)
    assert found.lines[0] == "3 accounts \u00d7 2 Regions = 6 memberships: 3 Enabled, 3 unreadable"
    assert found.lines[3] == "us-east-1 failed (AccessDeniedException): GetMembers is denied in us-east-1."
    assert len(found.lines) == 4
    assert found.msg == found.lines[3]
    verified = summed(result(*rows, failed=(DENIED,)), "verify", accounts, is_check=True)
    assert verified.msg == found.lines[3], "what could not be read is not called not Enabled"


def test_account_in_regions_of_its_own() -> None:
    accounts = [{"account_id": account(0), "regions": []}, {"account_id": account(1), "regions": ["eu-west-1"]}]
    rows = [row(0), row(0, "eu-central-1"), row(1)]
    found = summed(result(*rows, failed=(DENIED,)), accounts=accounts)
    assert found.lines[0] == "4 memberships of 2 accounts in 3 Regions: 3 Enabled, 1 unreadable"


def test_region_that_failed_after_it_was_read_keeps_its_statuses() -> None:
    rows = [
        row(0, "us-east-1"),
        row(1, "us-east-1", "Created", reason="not_attempted"),
        row(2, "us-east-1", None, reason="rejected"),
    ]
    found = merged(result(*rows, failed=(DENIED,)))
    assert [line.status for line in found.memberships] == ["Enabled", "Created", "not_a_member"]


def test_failure_of_one_account_in_a_region() -> None:
    failure = {**DENIED, "account_id": account(1), "msg": f"Account {account(1)} timed out in us-east-1"}
    other = {**DENIED, "account_id": account(2), "msg": f"Account {account(2)} timed out in us-east-1"}
    rows = [row(n, "us-east-1", None) for n in range(3)]
    found = merged(result(*rows, failed=(failure, other)))
    assert [line.status for line in found.memberships] == ["not_a_member", "unreadable", "unreadable"]
    lines = summed(result(*rows, failed=(failure, other))).lines
    assert (
        "us-east-1 failed for 2 accounts (000000000001 and 000000000002) (AccessDeniedException): "
        "For example: Account 000000000001 timed out in us-east-1."
    ) in lines


def test_regions_with_the_same_failure_are_one_line() -> None:
    failures = [{**DENIED, "region": region, "msg": f"GetMembers is denied in {region}"} for region in REGIONS]
    found = summed(result(failed=tuple(failures)))
    where = "eu-central-1, eu-west-1 and us-east-1"
    line = f"{where} failed (AccessDeniedException): For example: GetMembers is denied in eu-central-1."
    assert found.lines == ["Regions: eu-central-1, eu-west-1, us-east-1; administrator: 999988887777", line]
    assert found.msg == line


@pytest.mark.parametrize(
    ("failed", "read", "words"),
    [
        (17, 0, "All 17 Regions failed "),
        (5, 1, "All Regions except for r5 failed "),
        (5, 3, "r0, r1, r2, r3 and r4 failed "),
    ],
)
def test_many_failed_regions_are_not_listed_twice(failed: int, read: int, words: str) -> None:
    failures = [{**DENIED, "region": f"r{n}", "msg": f"GetMembers is denied in r{n}"} for n in range(failed)]
    rows = [row(0, f"r{failed + n}") for n in range(read)]
    assert summed(result(*rows, failed=tuple(failures))).msg.startswith(words)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_call_that_failed_as_a_whole_comes_first(purpose: str) -> None:
    broken = {"failed": True, "changed": False, "msg": "members[0].account_id: 'x' is not an account ID."}
    found = summed([result(row(1)), broken], purpose)
    assert found.failed
    assert found.msg.startswith("members[0].account_id: 'x' is not an account ID.")
    assert found.lines[0] == "members[0].account_id: 'x' is not an account ID."
    refused = result(row(1), failed=(), msg="12 surplus members are more than surplus_limit (10).")
    found = summed({**refused, "failed": True}, purpose)
    assert found.msg == "12 surplus members are more than securityhub_surplus_limit (10)."


def test_message_of_a_call_that_names_rows_is_not_repeated() -> None:
    stuck = result(row(1, status="Created", reason="rejected"), msg="1 of 1 memberships: see memberships")
    assert "see memberships" not in summed({**stuck, "failed": True}).msg


def test_report_shows_what_is_and_what_a_run_would_do() -> None:
    planned = row(1, previous_member_status=None, actions=["create", "invite", "enable_hub", "accept"])
    found = summed(result(planned, row(2), hub_enabled_regions=["eu-west-1"]), "report", is_check=True)
    assert found.lines == [
        "2 accounts \u00d7 1 Region = 2 memberships: 1 Enabled, 1 not_a_member",
        "Region: eu-west-1; administrator: 999988887777",
        "An onboarding run would do: enable Security Hub in 1, add 1, invite 1, accept 1",
        "Security Hub is to be enabled in the administrator account in eu-west-1",
        "1 account in eu-west-1: The account is not in the member list.",
        "  Account: 000000000001",
        "  Next: Run multiaccount.aws.securityhub_onboard for these steps: add, invite, enable Security Hub, accept.",
    ]
    assert not found.failed


def test_check_mode_shows_what_a_run_would_leave() -> None:
    planned = row(1, previous_member_status=None, actions=["create", "invite", "accept"])
    found = summed(result(planned, hub_enabled_regions=["eu-west-1"]), is_check=True)
    assert found.lines[0] == "1 account \u00d7 1 Region = 1 membership after a run: 1 Enabled"
    assert found.lines[2] == "To do: add 1, invite 1, accept 1"
    done = summed(result(planned, hub_enabled_regions=["eu-west-1"]))
    assert done.lines[0] == "1 account \u00d7 1 Region = 1 membership: 1 Enabled"
    assert done.lines[2:] == [
        "Done: 1 added, 1 invited, 1 accepted", "Security Hub was enabled in the administrator account in eu-west-1",
    ]  # fmt: skip


@pytest.mark.parametrize("purpose", ["report", "verify"])
@pytest.mark.parametrize(
    ("status", "step"),
    [
        (None, "Run multiaccount.aws.securityhub_onboard to add"),
        ("Deleted", "Run multiaccount.aws.securityhub_onboard to add"),
        ("Created", "Run multiaccount.aws.securityhub_onboard to invite"),
        ("Invited", "Ask the account owners to enable Security Hub"),
        ("Removed", "Add removed to securityhub_reinvite"),
        ("Resigned", "set securityhub_reinvite to removed,resigned"),
        ("AccountSuspended", "AWS Support reopens a closed account within 90 days"),
        ("PendingReview", "Look at the account in the Security Hub console"),
    ],
)
def test_status_without_a_reason_has_a_next_step(purpose: str, status: str | None, step: str) -> None:
    assert step in summed(result(row(1, status=status)), purpose).lines[-1]


def test_offboard_counts_outcomes() -> None:
    rows = [
        row(1, status=None, actions=["leave", "disassociate", "delete"]),
        row(2, status=None),
        row(3, status="Removed", actions=["disassociate"], reason="rejected", processing_result="still associated"),
        {**row(4, status=None, reason="own_account")},
    ]
    found = summed(result(*rows), "offboard")
    assert found.lines[0].startswith("4 accounts \u00d7 1 Region = 4 memberships: 1 ")
    for kind in ("1 removed", "1 already not_a_member", "1 not removed", "1 own_account"):
        assert kind in found.lines[0]
    assert found.lines[2] == "Done: 1 left, 2 disassociated, 1 deleted"
    assert "1 account in eu-west-1 (rejected): still associated." in found.lines
    assert found.msg.startswith("1 of 4 memberships was not processed: 1 rejected (")
    assert not summed(result(*rows[:2]), "offboard").failed


def test_invite_takes_the_lists_of_its_module() -> None:
    rows = {"invited_accounts": [row(1, status="Invited")], "unchanged_accounts": [row(2)],
            "unprocessed_accounts": [row(3, status=None, reason="not_a_member")]}  # fmt: skip
    found = summed({**rows, "failed_regions": [], "changed": True, "failed": True, "msg": "1 account"}, "invite")
    assert found.lines[0].endswith("3 memberships: 1 Enabled, 1 Invited, 1 not_a_member")
    assert "Done: 1 invited" in found.lines
    assert found.msg.startswith("1 of 3 memberships was not processed: 1 not_a_member (")


def test_rows_that_were_left_out_and_the_report() -> None:
    skipped = [
        {"row": n, "account_id": account(n), "name": "Old" if n == 3 else None, "reason": "is SUSPENDED"}
        for n in (3, 5)
    ]
    found = summed(result(row(1)), skipped=skipped, source="accounts.csv", report_path="/srv/my reports/page.html")
    assert found.lines[-2:] == [
        "2 rows of accounts.csv left out: row 3 (000000000003, Old) is SUSPENDED and row 5 (000000000005) is SUSPENDED",
        "Report: file:///srv/my%20reports/page.html",
    ]


def test_account_that_the_service_did_not_return_is_unreadable_and_not_passed_over() -> None:
    left = row(1, status=None, reason="unreadable", processing_result="Not now.")
    for purpose in ("onboard", "verify"):
        found = summed(result(left, row(2)), purpose)
        assert found.lines[0].endswith("1 Enabled, 1 unreadable")
        assert found.msg.startswith("1 of 2 memberships ")
        assert "1 unreadable (000000000001 in eu-west-1)" in found.msg
    assert "1 account in eu-west-1 (unreadable): Not now." in summed(result(left, row(2))).lines


def test_failing_message_names_the_first_ten_accounts_of_each_reason() -> None:
    rows = [row(n, region, "Invited", reason="rejected") for n in range(12) for region in REGIONS]
    msg = summed(result(*rows, row(20, reason="resigned", status="Resigned"))).msg
    assert "36 rejected (000000000000 in eu-central-1 and 2 more Regions, 000000000001 in " in msg
    assert "000000000009 in eu-central-1 and 2 more Regions and 2 more accounts), 1 resigned (000000000020 in " in msg
    assert msg.count("000000000000") == 1


def test_names_with_escape_sequences_reach_no_terminal() -> None:
    accounts = [{"account_id": account(1), "name": "\x1b[2JShop\x07"}]
    lines = summed(result(row(1, status="Created", reason="rejected")), accounts=accounts).lines
    assert "  Account: 000000000001 (Shop)" in lines
    skipped = [{"row": 1, "account_id": account(3), "name": "\x1b[31mOld", "reason": "is SUSPENDED"}]
    assert "\x1b" not in "".join(summed(result(row(1)), skipped=skipped).lines)


def outcome(*rows: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Return the result of a run with these rows, as JSON keeps it."""
    failed = options.pop("failed_regions", ())
    request = Request(**options)
    fleet = fleet_of(result(*rows, failed=failed), before=request.looks_only)
    return dict(json.loads(json.dumps(outcome_of(fleet, request, summarize(fleet, request)))))


def test_outcome_counts_memberships_and_actions() -> None:
    found = outcome(
        row(1, "eu-west-1", "Enabled", actions=["invite", "accept"]),
        row(1, "us-east-1", "Enabled", actions=["accept"]),
        row(2, "eu-west-1", "Enabled"),
        report_path="/tmp/report.html",
    )
    assert found == {
        "purpose": "onboard",
        "check_mode": False,
        "failed": False,
        "msg": "",
        "administrator_id": ADMINISTRATOR,
        "regions": ["eu-west-1", "us-east-1"],
        "counts": {
            "accounts": 2,
            "memberships": 3,
            "by_status": {"Enabled": 3},
            "by_policy": {},
            "by_config_recorder": {},
        },
        "actions": {"invite": 1, "accept": 2},
        "remaining": [],
        "policy_differences": [],
        "failed_regions": [],
        "report_path": "/tmp/report.html",
    }


def test_outcome_groups_remaining_accounts_by_reason() -> None:
    waiting = {"reason": "awaiting_acceptance"}
    found = outcome(
        row(1, "eu-west-1", "Invited", **waiting),
        row(1, "us-east-1", "Invited", **waiting),
        row(2, "eu-west-1", "Invited", **waiting),
        row(3, "eu-west-1", "Resigned", reason="resigned"),
    )
    rows = [(each["member_status"], each["reason"], each["memberships"]) for each in found["remaining"]]
    assert rows == [("Invited", "awaiting_acceptance", 3), ("Resigned", "resigned", 1)]
    assert found["remaining"][0]["account_ids"] == [account(1), account(2)]
    assert found["remaining"][0]["regions"] == ["eu-west-1", "us-east-1"]
    assert all(each["explanation"] and each["next_step"] for each in found["remaining"])
    assert found["failed"] is True
    assert found["msg"].startswith("1 of 4 memberships was not processed: 1 resigned (000000000003 in eu-west-1).")


def test_outcome_has_failed_regions_and_check_mode() -> None:
    failed = {"region": "us-east-1", "error_code": "AccessDeniedException", "msg": "Denied."}
    found = outcome(row(1, "eu-west-1", "Enabled"), failed_regions=(failed,), is_check=True)
    assert found["failed_regions"] == [{**failed, "account_id": None}]
    assert (found["check_mode"], found["failed"]) == (True, True)


def test_outcome_of_offboarding_leaves_those_that_are_still_there() -> None:
    found = outcome(
        row(1, "eu-west-1", None, actions=["delete"]),
        row(2, "eu-west-1", "Enabled", reason="rejected", processing_result="It has to stay."),
        purpose="offboard",
    )
    assert [each["account_ids"] for each in found["remaining"]] == [[account(2)]]


def test_outcome_counts_with_the_words_of_the_modules() -> None:
    rows = [
        row(1, "eu-west-1", None, reason="own_account"),
        row(2, "eu-west-1", None, reason="unreadable"),
        row(3, "eu-west-1", None, reason="not_a_member"),
    ]
    assert outcome(*rows)["counts"]["by_status"] == {"not_a_member": 1, "unreadable": 1, "own_account": 1}


def test_outcome_counts_the_policy_and_groups_its_differences() -> None:
    disabled = {"kind": "control", "id": "IAM.6", "parameter": None, "current": "ENABLED", "wanted": "DISABLED"}
    days = {"kind": "parameter", "id": "ACM.1", "parameter": "daysToExpiration", "current": 30, "wanted": 15}
    differing: dict[str, Any] = {"policy": "differs", "policy_difference_count": 1, "policy_differences": [disabled]}
    found = outcome(
        row(1, "eu-west-1", "Enabled", **differing),
        row(2, "eu-west-1", "Enabled", policy="differs", policy_difference_count=1, policy_differences=[days]),
        row(2, "us-east-1", "Enabled", **differing),
        row(3, "eu-west-1", "Enabled", policy="applied", policy_difference_count=0, policy_differences=[]),
        purpose="verify",
    )
    assert found["counts"]["by_policy"] == {"applied": 1, "differs": 3}
    assert found["policy_differences"] == [
        {**disabled, "memberships": 2, "account_ids": [account(1), account(2)], "regions": ["eu-west-1", "us-east-1"]},
        {**days, "memberships": 1, "account_ids": [account(2)], "regions": ["eu-west-1"]},
    ]
    (remaining,) = found["remaining"]
    assert (remaining["explanation"], remaining["memberships"]) == (
        "The account is a member and differs from the policy.",
        3,
    )


def test_recorders_are_counted_and_named() -> None:
    rows = [
        row(1, config_recorder="none"), row(2, config_recorder="off", config_recorder_name="default"),
        row(3, config_recorder="recording"), row(4, config_recorder="unreadable"), row(5),
    ]  # fmt: skip
    found = summed(result(*rows), "verify")
    kinds = {"off": account(2), "none": account(1), "unreadable": account(4)}
    named = ", ".join(f"1 {state} ({account_id} in eu-west-1)" for state, account_id in kinds.items())
    line = f"AWS Config was not seen to record in 3 memberships: {named}"
    assert line in found.lines
    assert found.lines[found.lines.index(line) + 1].startswith(
        "  Next: Turn on AWS Config in these accounts and Regions"
    )
    assert found.failed
    assert found.msg == f"{line}."
    assert not summed(result(*rows)).failed
    assert not summed(result(row(3, config_recorder="recording")), "verify").failed
    unreadable = summed(result(row(4, config_recorder="unreadable"))).lines
    assert any(line.startswith("  Next: Warnings say why AWS Config could not be read.") for line in unreadable)
