# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the HTML documentation, as docs.ansible.com shows it, into .build/docs."""

from __future__ import annotations

import shutil
import sys

from run import tree
from run.layout import BUILD, COLLECTION, HOME, TEST_TREE, environment
from run.shell import CommandError, show

SITE = BUILD / "docs"
INDEX = SITE / "build" / "html" / "collections" / "multiaccount" / "aws" / "index.html"


def build() -> None:
    """Write the sources of the site, from the plugins and docs/docsite, then the pages. Works offline."""
    tree.refresh()
    shutil.rmtree(SITE, ignore_errors=True)
    SITE.mkdir(parents=True)
    env = environment(ANSIBLE_COLLECTIONS_PATH=str(TEST_TREE), HOME=str(HOME))
    show(
        "antsibull-docs",
        "sphinx-init",
        "--use-current",
        "--dest-dir",
        SITE,
        "--project",
        COLLECTION,
        COLLECTION,
        env=env,
    )
    (SITE / "rst").chmod(0o755)  # antsibull-docs refuses a folder that the group may write to
    show("antsibull-docs", "collection", "--use-current", "--dest-dir", SITE / "rst", COLLECTION, env=env)
    show("sphinx-build", "--builder", "html", "-c", SITE, SITE / "rst", SITE / "build" / "html", env=env)


def main() -> int:
    """Build the site; return the exit code."""
    try:
        build()
    except CommandError as error:
        print(f"The documentation could not be built: {error}", file=sys.stderr)
        return 1
    print(f"\nOpen {INDEX}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
