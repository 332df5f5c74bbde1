# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of the standards of an account in one Region: one row a case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    PreconditionFailed,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    OfferedStandard,
    PolicyDifference,
    Standard,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.plan import (
    DesiredStandards,
    Sent,
    expected_standards,
    names_to_enable,
    plan_standards,
    resolve,
    standard_differences,
    standard_row,
    why_short,
    with_short_names,
)

REGION = "eu-west-1"
PCI, NIST, CIS = "pci-dss/v/4.0.1", "nist-800-53/v/5.0.0", "cis-aws-foundations-benchmark/v/1.2.0"
TOWER = "service-managed-aws-control-tower/v/1.0.0"
PRESENT, ABSENT = DesiredStandards((PCI,)), DesiredStandards((PCI,), is_present=False)
PURGED = DesiredStandards((), purge=True)
NO_RECORDER = "NO_AVAILABLE_CONFIGURATION_RECORDER"


def standard(name: str, status: str = "READY", reason: str | None = None) -> Standard:
    arn = f"arn:aws:securityhub:{REGION}::standards/{name}"
    return Standard(name, arn, f"arn:aws:securityhub:{REGION}:111122223333:subscription/{name}", status, reason)


def offer(name: str, managed_by: str | None = None) -> OfferedStandard:
    return OfferedStandard(name, f"arn:aws:securityhub:{REGION}::standards/{name}", managed_by=managed_by)


OFFERS = {name: offer(name) for name in (PCI, NIST, CIS)}


def steps(desired: DesiredStandards, status: str | None, sent: Sent | None = None) -> str:
    """What is planned for PCI, of which everything is to be known."""
    plan = plan_standards(desired, [standard(PCI, status)] if status else [], {PCI: sent} if sent else None)
    found = [
        *("enable" for _name in plan.enable),
        *("disable" for _standard in plan.disable),
        *("wait" for _name in plan.waiting),
        *("stuck" for _name in plan.stuck),
    ]
    assert plan.changed == bool({"enable", "disable"} & set(found))
    return " ".join(found)


@pytest.mark.parametrize(
    ("status", "present", "absent"),
    [
        (None, "enable", ""),
        ("READY", "", "disable"),
        ("PENDING", "wait", "wait"),
        ("INCOMPLETE", "stuck", "disable"),
        ("FAILED", "enable", "disable"),
        ("DELETING", "wait", "wait"),
        ("CURIOUS", "stuck", "stuck"),
    ],
)
def test_each_status_present_absent_and_purged(status: str | None, present: str, absent: str) -> None:
    assert steps(PRESENT, status) == present
    assert steps(ABSENT, status) == absent
    assert steps(PURGED, status) == absent
    assert steps(DesiredStandards((PCI,), purge=True), status) == present
    assert steps(DesiredStandards((NIST,), is_present=False), status) == ""


ENABLED, ENABLED_AGAIN = Sent(True, None), Sent(True, "FAILED")
DISABLED, DISABLED_AGAIN = Sent(False, "READY"), Sent(False, "FAILED")


# what was sent before is never sent again: it is waited for, or has ended
@pytest.mark.parametrize(
    ("desired", "sent", "status", "step"),
    [
        (PRESENT, ENABLED, None, "wait"),
        (PRESENT, ENABLED, "PENDING", "wait"),
        (PRESENT, ENABLED, "DELETING", "wait"),
        (PRESENT, ENABLED, "READY", ""),
        (PRESENT, ENABLED, "INCOMPLETE", "stuck"),
        (PRESENT, ENABLED, "FAILED", "stuck"),
        (PRESENT, ENABLED_AGAIN, "FAILED", "wait"),
        (PRESENT, ENABLED_AGAIN, "INCOMPLETE", "stuck"),
        (ABSENT, DISABLED, "READY", "wait"),
        (ABSENT, DISABLED, "PENDING", "wait"),
        (ABSENT, DISABLED, "INCOMPLETE", "wait"),
        (ABSENT, DISABLED, "DELETING", "wait"),
        (ABSENT, DISABLED, "FAILED", "stuck"),
        (ABSENT, DISABLED_AGAIN, "FAILED", "wait"),
        (ABSENT, DISABLED, None, ""),
    ],
)
def test_after_something_was_sent(desired: DesiredStandards, sent: Sent, status: str | None, step: str) -> None:
    assert steps(desired, status, sent) == step


@pytest.mark.parametrize(
    ("sent", "shown", "not_shown"),
    [
        (ENABLED, ["PENDING", "READY", "INCOMPLETE", "FAILED"], [None, "DELETING"]),
        (ENABLED_AGAIN, ["PENDING", "READY", "INCOMPLETE"], [None, "DELETING", "FAILED"]),
        (DISABLED, [None, "DELETING", "FAILED"], ["READY", "PENDING", "INCOMPLETE"]),
        (DISABLED_AGAIN, [None, "DELETING"], ["READY", "PENDING", "INCOMPLETE", "FAILED"]),
    ],
)
def test_what_shows_that_a_request_was_carried_out(
    sent: Sent, shown: list[str | None], not_shown: list[str | None]
) -> None:
    assert [sent.is_shown(status) for status in shown] == [True] * len(shown)
    assert [sent.is_shown(status) for status in not_shown] == [False] * len(not_shown)


def test_purge_leaves_alone_what_another_service_manages() -> None:
    plan = plan_standards(DesiredStandards((PCI,), purge=True), [standard(TOWER), standard(NIST), standard(CIS)])
    assert [each.name for each in plan.disable] == [NIST, CIS]
    assert plan.enable == (PCI,)


def test_one_that_is_named_is_disabled_whoever_manages_it() -> None:
    assert plan_standards(DesiredStandards((TOWER,), False), [standard(TOWER)]).disable == (standard(TOWER),)


# what a Region offers


def test_region_that_offers_nothing() -> None:
    with pytest.raises(PreconditionFailed, match=r"Offered are none\. No standard was changed\."):
        resolve([PCI], {}, REGION)


@pytest.mark.parametrize(
    ("desired", "empty"),
    [
        (DesiredStandards(()), True),
        (DesiredStandards((PCI,)), False),
        (DesiredStandards((), purge=True), False),
        (DesiredStandards((PCI,), purge=True), False),
    ],
)
def test_nothing_is_asked_for(desired: DesiredStandards, empty: bool) -> None:
    assert desired.is_empty is empty


def test_what_a_region_does_not_offer_is_named_with_what_it_does() -> None:
    offers = {**OFFERS, TOWER: offer(TOWER, "Control Tower")}
    assert resolve([NIST], offers, REGION) == {NIST: OFFERS[NIST]}
    with pytest.raises(PreconditionFailed) as refusal:
        resolve([PCI, "pci-dss/v/9.9.9", TOWER], offers, REGION)
    assert refusal.value.error_code == "standards_not_offered"
    assert str(refusal.value) == (
        f"The account can't enable pci-dss/v/9.9.9, {TOWER} (which Control Tower manages) in {REGION}: not offered "
        f"there. Offered are {CIS}, {NIST}, {PCI}. No standard was changed."
    )


TITLED = {
    name: replace(offer(name), title=title)
    for name, title in ((PCI, "PCI DSS v4.0.1"), (CIS, "CIS AWS Foundations Benchmark v1.2.0"))
}


def test_with_short_names_looks_titles_up_in_the_offers() -> None:
    desired = DesiredStandards((NIST, "pci dss v4.0.1", PCI, TITLED[CIS].title), purge=True)
    assert desired.titles == ["pci dss v4.0.1", TITLED[CIS].title]
    assert with_short_names(desired, TITLED, REGION) == DesiredStandards((NIST, PCI, CIS), purge=True)


def test_with_short_names_title_that_is_not_offered_is_refused_with_the_nearest() -> None:
    with pytest.raises(PreconditionFailed) as refusal:
        with_short_names(DesiredStandards(("PCI DSS v9", "No such thing", TITLED[PCI].title)), TITLED, REGION)
    assert refusal.value.error_code == "standards_not_offered"
    assert str(refusal.value) == (
        "The account is offered no standard with the title 'PCI DSS v9' (did you mean 'PCI DSS v4.0.1'?), "
        f"'No such thing' in {REGION}. Offered are CIS AWS Foundations Benchmark v1.2.0, PCI DSS v4.0.1. No standard "
        "was changed."
    )


@pytest.mark.parametrize(("status", "names"), [(None, (PCI,)), ("DELETING", (PCI,)), ("READY", ()), ("PENDING", ())])
def test_only_what_is_to_be_enabled_has_to_be_resolved(status: str | None, names: tuple[str, ...]) -> None:
    plan = plan_standards(PRESENT, [standard(PCI, status)] if status else [])
    assert names_to_enable(PRESENT, plan) == names
    assert names_to_enable(ABSENT, plan_standards(ABSENT, plan.now)) == ()


# what check mode expects, and why it ends short


def test_expected_standards() -> None:
    desired = DesiredStandards((PCI, NIST), purge=True)
    plan = plan_standards(desired, [standard(NIST, "FAILED", "INTERNAL_ERROR"), standard(CIS)])
    new = Standard(PCI, f"arn:aws:securityhub:{REGION}::standards/{PCI}", None, "READY")
    assert set(expected_standards(plan, OFFERS, waits=True)) == {standard(NIST), new}
    unwaited = {each.name: each.standards_status for each in expected_standards(plan, OFFERS, waits=False)}
    assert unwaited == {PCI: "PENDING", NIST: "PENDING", CIS: "DELETING"}


@pytest.mark.parametrize(
    ("desired", "now", "code", "words"),
    [
        (PRESENT, standard(PCI, "INCOMPLETE", NO_RECORDER), "standards_incomplete", f"is INCOMPLETE ({NO_RECORDER})"),
        (PRESENT, standard(PCI, "PENDING"), "standards_pending", "is PENDING"),
        (PRESENT, standard(PCI, "DELETING"), "unconfirmed", "can be enabled again once it is gone"),
        (PRESENT, standard(PCI, "CURIOUS"), "unknown_status", "is CURIOUS"),
        (ABSENT, standard(PCI, "DELETING"), "unconfirmed", "is DELETING."),
        (ABSENT, standard(PCI, "CURIOUS"), "unknown_status", "is CURIOUS"),
    ],
)
def test_why_it_ends_short(desired: DesiredStandards, now: Standard, code: str, words: str) -> None:
    failure = why_short(desired, plan_standards(desired, [now]), REGION, waits=True)
    assert failure
    assert failure.error_code == code
    assert str(failure).startswith(f"The account has standards in {REGION} that are not as requested: {PCI} ")
    assert words in str(failure)
    assert ("AWS Config" in str(failure)) == (now.status_reason_code == NO_RECORDER)


RULES = "MAXIMUM_NUMBER_OF_CONFIG_RULES_EXCEEDED"


# what is seen, what was sent, and how the message ends
@pytest.mark.parametrize(
    ("now", "sent", "ending"),
    [
        ([standard(PCI, "PENDING")], None, f"{PCI} is PENDING."),
        ([standard(PCI, "DELETING")], None, f"{PCI} is DELETING, and can be enabled again once it is gone."),
        ([standard(PCI, "CURIOUS")], None, f"{PCI} is CURIOUS."),
        ([], ENABLED, f"{PCI} is not shown as enabled."),
        (
            [standard(PCI, "FAILED")],
            ENABLED,
            f"{PCI} is FAILED.",
        ),
        (
            [standard(PCI, "INCOMPLETE", RULES), standard(NIST, "INCOMPLETE", NO_RECORDER)],
            None,
            (
                f"{PCI} is INCOMPLETE ({RULES}); {NIST} is INCOMPLETE ({NO_RECORDER}). Remove AWS Config rules, or "
                "request a higher quota for them. Enable recording with AWS Config in the account and Region."
            ),
        ),
    ],
)
def test_why_short_says_what_is_seen(now: list[Standard], sent: Sent | None, ending: str) -> None:
    desired = DesiredStandards(tuple(each.name for each in now) or (PCI,))
    failure = why_short(desired, plan_standards(desired, now, {PCI: sent} if sent else None), REGION, waits=True)
    assert str(failure) == f"The account has standards in {REGION} that are not as requested: {ending}"


def test_without_waiting_what_is_not_shown_yet_is_as_desired() -> None:
    assert why_short(PRESENT, plan_standards(PRESENT, [], {PCI: ENABLED}), REGION, waits=False) is None


@pytest.mark.parametrize(
    ("desired", "sent", "status", "code"),
    [
        (PRESENT, ENABLED, None, "unconfirmed"),
        (PRESENT, ENABLED, "FAILED", "standards_failed"),
        (PRESENT, ENABLED_AGAIN, "FAILED", "standards_failed"),
        (ABSENT, DISABLED, "READY", "unconfirmed"),
        (ABSENT, DISABLED, "PENDING", "standards_pending"),
        (ABSENT, DISABLED, "INCOMPLETE", "unconfirmed"),
        (ABSENT, DISABLED, "FAILED", "standards_failed"),
    ],
)
def test_why_it_ends_short_after_a_write(desired: DesiredStandards, sent: Sent, status: str | None, code: str) -> None:
    plan = plan_standards(desired, [standard(PCI, status)] if status else [], {PCI: sent})
    failure = why_short(desired, plan, REGION, waits=True)
    assert failure
    assert failure.error_code == code


@pytest.mark.parametrize(("desired", "status"), [(PRESENT, "READY"), (PRESENT, None), (ABSENT, None)])
def test_what_is_done_or_to_be_done_is_not_short(desired: DesiredStandards, status: str | None) -> None:
    plan = plan_standards(desired, [standard(PCI, status)] if status else [])
    assert why_short(desired, plan, REGION, waits=True) is None


@pytest.mark.parametrize(
    ("desired", "status", "code"),
    [
        (PRESENT, "PENDING", None),
        (ABSENT, "DELETING", None),
        (PRESENT, "DELETING", "unconfirmed"),
        (ABSENT, "PENDING", "standards_pending"),
        (PRESENT, "INCOMPLETE", "standards_incomplete"),
    ],
)
def test_without_waiting_what_is_on_its_way_is_as_desired(
    desired: DesiredStandards, status: str, code: str | None
) -> None:
    failure = why_short(desired, plan_standards(desired, [standard(PCI, status)]), REGION, waits=False)
    assert (failure and failure.error_code) == code


def test_the_code_of_several_is_the_one_that_weighs_most() -> None:
    desired = DesiredStandards((PCI, NIST, CIS))
    now = [standard(PCI, "PENDING"), standard(NIST, "INCOMPLETE", NO_RECORDER), standard(CIS, "FAILED")]
    failure = why_short(desired, plan_standards(desired, now, {CIS: ENABLED}), REGION, waits=True)
    assert failure
    assert failure.error_code == "standards_failed"
    assert all(name in str(failure) for name in (PCI, NIST, CIS))


def test_why_short_unwanted_standard_that_is_pending_says_what_comes_next() -> None:
    failure = why_short(ABSENT, plan_standards(ABSENT, [standard(PCI, "PENDING")]), REGION, waits=True)
    assert str(failure).endswith(f"{PCI} is PENDING, and can be disabled once it is READY.")


@pytest.mark.parametrize(
    ("desired", "status", "current", "wanted"),
    [
        (PRESENT, None, "DISABLED", "ENABLED"),
        (PRESENT, "PENDING", "PENDING", "ENABLED"),
        (PRESENT, "INCOMPLETE", "INCOMPLETE", "ENABLED"),
        (ABSENT, "READY", "READY", "DISABLED"),
        (ABSENT, "DELETING", "DELETING", "DISABLED"),
        (PURGED, "READY", "READY", "DISABLED"),
    ],
)
def test_standard_differences_of_one_standard(
    desired: DesiredStandards, status: str | None, current: str, wanted: str
) -> None:
    plan = plan_standards(desired, [standard(PCI, status)] if status else [])

    assert standard_differences(desired, plan) == (PolicyDifference("standard", PCI, None, current, wanted),)


def test_standard_differences_of_what_is_as_desired_are_none() -> None:
    assert standard_differences(PRESENT, plan_standards(PRESENT, [standard(PCI)])) == ()


def test_standard_row_has_what_is_documented() -> None:
    assert standard_row(standard(PCI, "INCOMPLETE", NO_RECORDER)) == {
        "name": PCI,
        "standards_arn": f"arn:aws:securityhub:{REGION}::standards/{PCI}",
        "standards_subscription_arn": f"arn:aws:securityhub:{REGION}:111122223333:subscription/{PCI}",
        "standards_status": "INCOMPLETE",
        "status_reason_code": NO_RECORDER,
    }


def test_with_short_names_region_without_standards_says_so() -> None:
    with pytest.raises(PreconditionFailed, match=r"Offered are none\."):
        with_short_names(DesiredStandards(("Any Thing",)), {}, REGION)


def test_with_short_names_several_titles_are_near_names_the_nearest() -> None:
    offers = {"a": OfferedStandard("a", "arn", "Benchmark One"), "b": OfferedStandard("b", "arn", "Benchmark Two")}

    with pytest.raises(PreconditionFailed, match=r"'Benchmark Tw' \(did you mean 'Benchmark Two'\?\)"):
        with_short_names(DesiredStandards(("Benchmark Tw",)), offers, REGION)
