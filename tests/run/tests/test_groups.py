# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stages run at the same time."""

from __future__ import annotations

import pytest

from run.__main__ import AT_ONCE, groups
from run.stages import STAGES


@pytest.mark.parametrize(
    ("stages", "grouped"),
    [
        (["lint"], [["lint"]]),
        (["lint", "types", "unit"], [["lint", "types"], ["unit"]]),
        (["units", "integration", "molecule", "build"], [["units"], ["integration", "molecule"], ["build"]]),
        (["molecule", "integration"], [["molecule"], ["integration"]]),
        (["integration"], [["integration"]]),
    ],
)
def test_groups_of_stages(stages: list[str], grouped: list[list[str]]) -> None:
    assert list(groups(stages)) == grouped


def test_each_pair_names_stages() -> None:
    assert {name for pair in AT_ONCE for name in pair} <= STAGES.keys()
