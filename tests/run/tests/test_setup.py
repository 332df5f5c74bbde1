# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the set-up leaves behind."""

from __future__ import annotations

from importlib.util import cache_from_source, find_spec
from pathlib import Path

import pytest


@pytest.mark.parametrize("module", ["ansible.cli", "ansible.module_utils.basic", "boto3.session", "moto.server"])
def test_the_tools_are_compiled_once_for_all_processes(module: str) -> None:
    spec = find_spec(module)

    assert spec is not None
    assert Path(cache_from_source(str(spec.origin))).exists()
