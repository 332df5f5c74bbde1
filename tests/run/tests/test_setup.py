# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the set-up leaves behind."""

from __future__ import annotations

import sys
from importlib.util import cache_from_source, find_spec
from pathlib import Path

import pytest

from run import layout, setup


@pytest.mark.parametrize("module", ["ansible.cli", "ansible.module_utils.basic", "boto3.session", "moto.server"])
def test_the_tools_are_compiled_once_for_all_processes(module: str) -> None:
    spec = find_spec(module)

    assert spec is not None
    assert Path(cache_from_source(str(spec.origin))).exists()


@pytest.mark.parametrize("name", ["PIP_CACHE_DIR", "UV_CACHE_DIR"])
def test_packages_are_cached_in_the_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    seen = tmp_path / "seen"
    program = f"import os, pathlib; pathlib.Path({str(seen)!r}).write_text(os.environ[{name!r}])"
    monkeypatch.delenv(name, raising=False)
    setup.run(sys.executable, "-c", program)
    assert layout.BUILD in Path(seen.read_text(encoding="utf-8")).parents
    monkeypatch.setenv(name, "the user's")
    setup.run(sys.executable, "-c", program)
    assert seen.read_text(encoding="utf-8") == "the user's"
