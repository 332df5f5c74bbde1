# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepare the commit of a release: the version in every file that names it, and the changelog from its fragments.

`make release VERSION=1.1.0`, with `DATE=2026-12-31` for another date than today's. Nothing is committed or tagged.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from run.layout import HOME, ROOT, environment
from run.shell import show

VERSION = r"(\d+\.\d+\.\d+(?:-[0-9A-Za-z]+(?:\.\d+)?)?)"
PATTERN = "extensions/patterns/securityhub_onboarding"
# What stands before the version, by file. galaxy.yml decides; the others are what users copy, and what modules say.
PLACES = {
    "galaxy.yml": [r"^version: "],
    "plugins/module_utils/_securityhub/version.py": [r'^COLLECTION_VERSION = "'],
    f"{PATTERN}/exec_env/execution-environment.yml": [r"name: multiaccount\.aws\n +version: "],
    f"{PATTERN}/setup.yml": [r"project_branch \| default\('"],
    f"{PATTERN}/README.md": [r"--tag \S+:", r"`project_branch` \| `"],
    "docs/docsite/rst/awx.rst": [r"name: multiaccount\.aws\n +version: ", r"--tag \S+:"],
    "docs/docsite/rst/releases.rst": [r"multiaccount-aws-"],
}


def places() -> Iterator[tuple[Path, re.Pattern[str]]]:
    """Yield each file with each expression for what is before the version and, as its last group, the version."""
    for name, befores in PLACES.items():
        for before in befores:
            yield ROOT / name, re.compile(f"({before}){VERSION}", re.MULTILINE)


def versions() -> dict[tuple[str, str], set[str]]:
    """Return which versions are at each place: a file and an expression."""
    return {
        (path.relative_to(ROOT).as_posix(), place.pattern): {
            found[2] for found in place.finditer(path.read_text(encoding="utf-8"))
        }
        for path, place in places()
    }


def set_version(version: str) -> None:
    """Write the version at each place."""
    for path, place in places():
        text = path.read_text(encoding="utf-8")
        path.write_text(place.sub(rf"\g<1>{version}", text), encoding="utf-8")


def main() -> int:
    """Prepare the release of the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m run.release", description=__doc__)
    parser.add_argument("version", help="such as 1.1.0")
    parser.add_argument("date", nargs="?", default="", help="such as 2026-12-31")
    options = parser.parse_args()
    if not re.fullmatch(VERSION, options.version):
        parser.error(f"not a semantic version: {options.version!r}")
    set_version(options.version)
    date = ("--date", options.date) if options.date else ()
    # It asks ansible-doc what is new, which needs amazon.aws for the fragments of the documentation.
    show("antsibull-changelog", "release", "--version", options.version, *date, env=environment(HOME=str(HOME)))
    print(f"{options.version} is in {len(PLACES)} files and in the changelog.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
