# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pip is told must reach uv and ansible-test, which do not read its files."""

from __future__ import annotations

import configparser

import pytest

from run import pip_settings


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        ("", {}),
        ("global.index-url='https://packages.example/simple'\n", {"index-url": "https://packages.example/simple"}),
        (":env:.timeout='60'\nglobal.timeout='30'\n", {"timeout": "60"}),
        ("global.timeout='30'\n:env:.timeout='60'\n", {"timeout": "60"}),
        ("install.no-deps='true'\n:env:.config-file='/a/pip.conf'\n", {}),
        ("global.extra-index-url='https://a.example\\nhttps://b.example'\n",
         {"extra-index-url": "https://a.example\nhttps://b.example"}),
        ("global.index-url='https://packages.example/simple?a=b'\n",
         {"index-url": "https://packages.example/simple?a=b"}),
    ],
)  # fmt: skip
def test_parse(listing: str, expected: dict[str, str]) -> None:
    assert pip_settings.parse(listing) == expected


def test_a_file_of_the_settings_reads_back() -> None:
    settings = {
        "index-url": "https://packages.example/simple",
        "extra-index-url": "https://a.example https://b.example",
    }
    parser = configparser.RawConfigParser()
    parser.read_string(pip_settings.as_file(settings))
    assert {name: value.split() for name, value in parser["global"].items()} == {
        name: value.split() for name, value in settings.items()
    }


def test_uv_is_told_of_the_index_only_where_pip_is() -> None:
    assert pip_settings.for_uv({"timeout": "60"}) == {}
    assert pip_settings.for_uv({"index-url": "https://packages.example/simple"}) == {
        "UV_DEFAULT_INDEX": "https://packages.example/simple"
    }
