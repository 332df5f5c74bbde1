# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options: what is taken, and what is refused with which words."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    checked_wait_timeout,
    parse_statuses,
    parse_tags,
    split_text,
)


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ([], []),
        ([""], []),
        ([" , \n,"], []),
        (["one", "two"], ["one", "two"]),
        (["one,two"], ["one", "two"]),
        (["one, two ,three"], ["one", "two", "three"]),
        (["one two\tthree"], ["one", "two", "three"]),
        (["one\ntwo\r\nthree\n"], ["one", "two", "three"]),
        (["\none,\n\ntwo,,"], ["one", "two"]),
        (["two", "one two", "one"], ["two", "one"]),
        ([111, "111", 22], ["111", "22"]),
    ],
)
def test_split_text(values: list[Any], parts: list[str]) -> None:
    assert split_text(values) == parts


def test_tags_become_texts() -> None:
    tags = {"team": "security", 1: 2, "flag": True, "empty": None, "k" * 128: "v" * 256}
    assert parse_tags(tags, "tags") == {
        "team": "security", "1": "2", "flag": "True", "empty": "", "k" * 128: "v" * 256
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"),
    [("", "x"), ("k" * 129, "x"), ("aws:owner", "x"), ("long", "v" * 257), ("list", ["a"]), ("dict", {"a": "b"})],
)
def test_tags_that_the_service_would_refuse(key: str, value: Any) -> None:
    with pytest.raises(InvalidInput, match=f"^tags: can't be set: {key!r}\\. A key has 1 to 128 characters"):
        parse_tags({"team": "security", key: value}, "tags")


@pytest.mark.parametrize("number", [0, 1, 30, 3600])
def test_wait_timeout(number: int) -> None:
    assert checked_wait_timeout(number) == number


def test_negative_wait_timeout_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^wait_timeout: -1 is less than 0\."):
        checked_wait_timeout(-1)


def test_statuses_are_taken_in_any_spelling() -> None:
    assert parse_statuses(["CREATED, associated", "Removed"], "member_status") == ["Created", "Enabled", "Removed"]


def test_unknown_statuses_are_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match=r"^member_status: not a member status: 'Pending', 'Nobody'\. The statuses "):
        parse_statuses(["Created", "Pending", "Nobody"], "member_status")
