# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium for the tests of the report, which are skipped without it."""

from __future__ import annotations

import os
import shutil
import subprocess

from report.browser import programs

# Debian's. Recommended packages are left out, as they are a desktop, but for a font.
PACKAGES = ("chromium", "chromium-driver", "fonts-liberation")


def there() -> bool:
    """Whether the tests will find a browser."""
    return all(programs())


def provide() -> bool:
    """Install the browser where that is possible, by apt-get as root; return whether there is one."""
    if not there() and shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing Chromium for the tests of the report ...", flush=True)
        variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
            subprocess.run(["apt-get", "--quiet", "--quiet", *command], env=variables, check=False)
    if not there():
        print("No Chromium: the tests that look at the report in a browser are skipped (Debian: apt-get install "
              f"{' '.join(PACKAGES)}).", flush=True)  # fmt: skip
    return there()
