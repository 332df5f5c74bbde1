# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.api import FindingAggregator
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.find_regions import (
    find_regions,
    linked_regions,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput, SecurityHubError
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.regions import (
    KnownRegions,
    RequestedRegions,
    parse_region,
    requested_regions,
)
from ansible_collections.multiaccount.aws.tests.unit.support import error

IRELAND, FRANKFURT, VIRGINIA, PARIS = "eu-west-1", "eu-central-1", "us-east-1", "eu-west-3"
KNOWN = KnownRegions([IRELAND, FRANKFURT, VIRGINIA, PARIS, "us-gov-west-1"], "1.34.0")
ARN = "arn:aws:securityhub:{}:999988887777:finding-aggregator/1234"
DENIED = error("UnauthorizedOperation", 403, "You are not authorized to perform this operation.")


def names(regions: list[Any] | None, exclude: list[Any] | None = None, region: str | None = None) -> list[str]:
    """The Regions that a list names."""
    return list(requested_regions(regions, exclude, region, KNOWN).names)


@pytest.mark.parametrize(
    ("values", "regions"),
    [
        ([IRELAND], [IRELAND]),
        ([IRELAND, FRANKFURT], [IRELAND, FRANKFURT]),
        (["us-gov-west-1, eu-west-1\neu-central-1"], ["us-gov-west-1", IRELAND, FRANKFURT]),
        ([IRELAND, "eu-west-1 eu-west-1"], [IRELAND]),
        (None, [VIRGINIA]),
    ],
)
def test_regions_are_taken(values: list[Any] | None, regions: list[str]) -> None:
    assert names(values, region=VIRGINIA) == regions


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["eu-wset-1"], "not a Region {}: 'eu-wset-1' (did you mean eu-west-1?). If eu-wset-1 is a new Region, {}"),
        (["EU-WEST-1"], "not a Region {}: 'EU-WEST-1' (did you mean eu-west-1?)."),
        (["eu-west-1a"], "not a Region {}: 'eu-west-1a' (did you mean eu-west-1?)."),
        (["eu-west-9"], "not a Region {}: 'eu-west-9' (did you mean eu-west-3?). If eu-west-9 is a new Region, {}"),
        (["Ireland"], "not a Region {}: 'Ireland'. Check the spelling, such as eu-west-1."),
        (["mx-queretaro-1"], "not a Region {}: 'mx-queretaro-1'. Check the spelling, such as eu-west-1. If mx-quere"),
        (
            ["Ireland, us-est-1", "us-gov-west-3"],
            (
                "not Regions {}: 'Ireland', 'us-est-1' (did you mean us-east-1?), 'us-gov-west-3' (did you mean "
                "us-gov-west-1?). Check the spelling, such as eu-west-1. If us-est-1 and us-gov-west-3 are new "
                "Regions, {}"
            ),
        ),
        (["eu-west-1;eu-central-1"], "not a Region {}: 'eu-west-1;eu-central-1'"),
        (["All"], "not a Region {}: 'All' (did you mean all?)."),
        (["linkd"], "not a Region {}: 'linkd' (did you mean linked?)."),
        ([], "empty. Name at least one Region"),
        ([" ,\n"], "empty. Name at least one Region"),
    ],
)
def test_unknown_regions_are_refused_by_name(values: list[Any], message: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        names(values)
    told = message.format("with Security Hub", "update botocore (1.34.0 is installed).")
    assert str(refusal.value).startswith(f"regions: {told}")


@pytest.mark.parametrize(
    ("region", "message"),
    [
        ("eu-west-1, us-east-1", r"^region: 'eu-west-1, us-east-1' is not one Region\. Name several in regions\."),
        ("all", r"^region: 'all' is not one Region\. Set regions to all, and region to a Region\."),
        ("linkd", r"^region: not a Region .*: 'linkd'\. Check the spelling"),
    ],
)
def test_region_is_one_region(region: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        parse_region(region, KNOWN)


@pytest.mark.parametrize("word", ["all", "linked"])
def test_word_is_alone(word: str) -> None:
    assert requested_regions([f" {word}\n", word], [f"{PARIS} {VIRGINIA}"], IRELAND, KNOWN) == RequestedRegions(
        (), word, [PARIS, VIRGINIA], IRELAND
    )
    with pytest.raises(InvalidInput, match=rf"^regions: {word} can't be combined with 'eu-west-1', 'us-east-1'\."):
        requested_regions([IRELAND, word, VIRGINIA], None, IRELAND, KNOWN)


def test_words_exclude_each_other() -> None:
    with pytest.raises(InvalidInput, match=r"^regions: linked can't be combined with 'all'\. Set only linked,"):
        requested_regions(["linked all"], None, IRELAND, KNOWN)


@pytest.mark.parametrize(
    ("region", "message"),
    [
        (None, r"^regions: all is looked up in the Region from the connection options, and there is none\. Set region"),
        ("eu-west-9", r"^region: not a Region"),
    ],
)
def test_word_needs_a_region_to_ask_in(region: str | None, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        requested_regions(["all"], None, region, KNOWN)


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        (None, [IRELAND, VIRGINIA]),
        ([], [IRELAND, VIRGINIA]),
        ([""], [IRELAND, VIRGINIA]),
        ([VIRGINIA], [IRELAND]),
        (["us-east-1, eu-west-3"], [IRELAND]),
    ],
)
def test_exclude_regions_leaves_the_others(exclude: list[Any] | None, left: list[str]) -> None:
    assert names([IRELAND, VIRGINIA], exclude) == left


def test_first_call_is_made_in_a_region_that_is_not_excluded() -> None:
    assert requested_regions([IRELAND, VIRGINIA], [IRELAND], PARIS, KNOWN).asked_in == VIRGINIA


@pytest.mark.parametrize(
    ("exclude", "message"),
    [
        ([VIRGINIA, IRELAND], r"^exclude_regions: no Region is left of eu-west-1, us-east-1\."),
        (["eu-west-9"], r"^exclude_regions: not a Region .*'eu-west-9'"),
        (["linked"], r"^exclude_regions: not a Region .*'linked'\. Check the spelling"),
    ],
)
def test_exclude_regions_refuses_what_cannot_be_excluded(exclude: list[Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        names([IRELAND, VIRGINIA], exclude)


class Account:
    """The administrator's EC2 and Security Hub, as botocore's clients; an exception for a response is raised."""

    def __init__(self, enabled: Any = (), aggregators: Any = (), details: Any = None) -> None:
        self.enabled, self.aggregators, self.details = enabled, aggregators, details
        self.calls: list[str] = []

    def describe_regions(self) -> dict[str, Any]:
        return {"Regions": [{"RegionName": name} for name in self._answer("DescribeRegions", self.enabled)]}

    def list_finding_aggregators(self, **_parameters: Any) -> dict[str, Any]:
        arns = self._answer("ListFindingAggregators", self.aggregators)
        return {"FindingAggregators": [{"FindingAggregatorArn": arn} for arn in arns]}

    def get_finding_aggregator(self, **parameters: Any) -> dict[str, Any]:
        home, mode, regions = self._answer("GetFindingAggregator", self.details)
        more = {"Regions": regions} if regions else {}
        return {**parameters, "FindingAggregationRegion": home, "RegionLinkingMode": mode, **more}

    def _answer(self, operation: str, answer: Any) -> Any:
        self.calls.append(operation)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def find(self, word: str, exclude: list[Any] | None = None) -> tuple[list[str], list[str]]:
        """The Regions that a word stands for, asked in Ireland."""
        client = RegionClient(IRELAND, self, read_attempts=1)
        requested = requested_regions([word], exclude, IRELAND, KNOWN)
        return find_regions(requested, lambda: client, lambda: client, KNOWN)


def test_all_is_what_is_enabled_and_known() -> None:
    account = Account([VIRGINIA, "mars-north-1", IRELAND, PARIS])
    assert account.find("all") == ([IRELAND, PARIS, VIRGINIA], ["mars-north-1"])
    assert account.calls == ["DescribeRegions"]


def test_all_without_excluded_ones() -> None:
    account = Account([VIRGINIA, IRELAND])
    assert account.find("all", [IRELAND, PARIS])[0] == [VIRGINIA]
    with pytest.raises(InvalidInput, match=r"^exclude_regions: no Region is left of eu-west-1, us-east-1\."):
        account.find("all", [IRELAND, VIRGINIA])


@pytest.mark.parametrize(
    ("mode", "regions", "found", "calls"),
    [
        ("ALL_REGIONS", None, [IRELAND, PARIS, VIRGINIA], ["DescribeRegions"]),
        ("ALL_REGIONS_EXCEPT_SPECIFIED", [PARIS], [IRELAND, VIRGINIA], ["DescribeRegions"]),
        ("SPECIFIED_REGIONS", [VIRGINIA, FRANKFURT], [IRELAND, FRANKFURT, VIRGINIA], []),
        ("NO_REGIONS", None, [IRELAND], []),
    ],
)
def test_linked_in_each_linking_mode(mode: str, regions: Any, found: list[str], calls: list[str]) -> None:
    account = Account([VIRGINIA, PARIS, IRELAND], [ARN.format(IRELAND)], (IRELAND, mode, regions))
    assert account.find("linked") == (found, [])
    assert account.calls == ["ListFindingAggregators", "GetFindingAggregator", *calls]


def test_linked_begins_with_the_home_region() -> None:
    aggregator = FindingAggregator(ARN, VIRGINIA, "ALL_REGIONS", ())
    ec2 = RegionClient(IRELAND, Account([IRELAND, "mars-north-1", VIRGINIA]))
    assert linked_regions(aggregator, lambda: ec2) == [VIRGINIA, IRELAND, "mars-north-1"]


def test_linked_names_specified_regions_that_botocore_does_not_know() -> None:
    account = Account(
        aggregators=[ARN.format(IRELAND)], details=(IRELAND, "SPECIFIED_REGIONS", [PARIS, "mars-north-1"])
    )
    assert account.find("linked", [IRELAND]) == ([PARIS], ["mars-north-1"])


@pytest.mark.parametrize(
    ("account", "message"),
    [
        (Account(), "regions: linked: the account has no finding aggregator, as ListFindingAggregators in eu-west-1"),
        (
            Account(aggregators=[ARN.format(VIRGINIA)]),
            (
                "regions: linked: eu-west-1, the Region from the connection options, is not the home Region of the "
                "finding aggregator. Its home Region is us-east-1. Set region, or the environment variable "
                "AWS_REGION, to us-east-1."
            ),
        ),
        (
            Account(aggregators=[ARN.format(IRELAND)], details=(VIRGINIA, "NO_REGIONS", None)),
            "regions: linked: eu-west-1, the Region from the connection options, is not the home Region",
        ),
        (
            Account(aggregators=[ARN.format(IRELAND)], details=(IRELAND, "SOME_REGIONS", None)),
            "regions: linked: the finding aggregator has the linking mode SOME_REGIONS, which this version",
        ),
        (
            Account(aggregators=error("InvalidAccessException", 401, "Account 1 is not subscribed to it")),
            "regions: linked: Security Hub is not enabled in eu-west-1, so the finding aggregator can't be read",
        ),
        (
            Account(DENIED, [ARN.format(IRELAND)], (IRELAND, "ALL_REGIONS", None)),
            (
                "regions: linked: DescribeRegions failed in eu-west-1 with UnauthorizedOperation: You are not "
                "authorized to perform this operation. Allow ec2:DescribeRegions in the caller's IAM policy, or name"
            ),
        ),
    ],
)
def test_linked_that_cannot_be_found(account: Account, message: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        account.find("linked")
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (DENIED, "Allow ec2:DescribeRegions in the caller's IAM policy, or name the Regions."),
        (
            error("AuthFailure", 401, "Not valid"),
            "whether the Region eu-west-1 is enabled (opted in) in the account, or",
        ),
        (error("RequestLimitExceeded", 503, "Too many"), "Fix the cause and run the task again, or name the Regions"),
    ],
)
def test_all_that_cannot_be_read(problem: Exception, message: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Account(problem).find("all")
    assert str(refusal.value).startswith("regions: all: DescribeRegions failed in eu-west-1 with ")
    assert message in str(refusal.value)
    assert isinstance(refusal.value.__cause__, SecurityHubError)


@pytest.mark.parametrize("operation", ["ListFindingAggregators", "GetFindingAggregator"])
def test_linked_names_the_action_that_is_denied(operation: str) -> None:
    refusal = error("AccessDeniedException", 403, "x is not authorized to perform: securityhub:" + operation)
    account = Account(aggregators=[ARN.format(IRELAND)], details=refusal)
    if operation == "ListFindingAggregators":
        account.aggregators = refusal
    with pytest.raises(InvalidInput, match=rf"{operation} failed in eu-west-1 .* Allow securityhub:{operation} in"):
        account.find("linked")
