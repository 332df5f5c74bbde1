# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.regions import (
    KnownRegions,
    RequestedRegions,
    parse_region,
    requested_regions,
)

IRELAND, FRANKFURT, VIRGINIA, PARIS = "eu-west-1", "eu-central-1", "us-east-1", "eu-west-3"
KNOWN = KnownRegions([IRELAND, FRANKFURT, VIRGINIA, PARIS, "us-gov-west-1"], "1.34.0")


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
