# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several tests of the report use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from report.browser import Page, chromium, programs


@pytest.fixture(scope="session")
def browser() -> Iterator[Page]:
    """A headless Chromium, one for all tests."""
    program, driver = programs()
    if not program or not driver:
        missing = " and ".join(name for name, path in (("chromium", program), ("chromedriver", driver)) if not path)
        pytest.skip(f"no {missing} on PATH (Debian: apt-get install chromium chromium-driver)")
    with chromium(program, driver) as page:
        yield page
