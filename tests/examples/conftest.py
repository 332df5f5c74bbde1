# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests share: a terminal at a local hub, and a count of the examples at the end."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from warm.fixtures import hub, path

from examples.runner import Terminal
from local_hub.control import Hub

__all__ = ["hub", "path"]
COUNTED = ("run", "skipped")


@pytest.fixture
def terminal(hub: Hub, path: str, tmp_path: Path) -> Terminal:
    """A terminal at the hub, which has forgotten everything."""
    hub.reset()
    return Terminal(hub, tmp_path, path)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many examples ran and were skipped."""
    numbers: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        numbers.update({name: int(value) for name, value in report.user_properties if name in COUNTED})
    if numbers:
        terminalreporter.write_line(f"Examples: {numbers['run']} run, {numbers['skipped']} skipped")
