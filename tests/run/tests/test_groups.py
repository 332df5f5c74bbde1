# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stages run at the same time."""

from __future__ import annotations

import pytest

from run.__main__ import GROUPS, lanes_of
from run.stages import STAGES


@pytest.mark.parametrize(
    ("stages", "lanes"),
    [
        (["lint"], [[["lint"]]]),
        (["lint", "types", "unit"], [[["lint", "types"]], [["unit"]]]),
        (["lint", "sanity", "build"], [[["lint", "build"], ["sanity"]]]),
        (["units", "integration", "molecule", "build"], [[["units"]], [["integration"], ["molecule"]], [["build"]]]),
        (["molecule", "integration"], [[["integration"], ["molecule"]]]),
        (["integration"], [[["integration"]]]),
    ],
)
def test_lanes_of_stages(stages: list[str], lanes: list[list[list[str]]]) -> None:
    assert list(lanes_of(stages)) == lanes


def test_each_lane_names_stages() -> None:
    assert {name for group in GROUPS for lane in group for name in lane} <= STAGES.keys()
