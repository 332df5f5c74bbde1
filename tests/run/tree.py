# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The true copy of the checkout that ansible-test and antsibull-docs work on (layout.COPY)."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from run import guards
from run.layout import COPY, ROOT
from run.shell import read

# Stages that run at the same time use the same copy.
REFRESHING = threading.Lock()


def files_git_sees(folder: Path) -> list[str]:
    """Return the files that are committed or could be, as ansible-test and antsibull-docs list them."""
    listing = read("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=folder)
    return [name for name in listing.split("\0") if name and (folder / name).is_file()]


def files_git_knows(folder: Path) -> list[str]:
    """Return the files that are committed or staged."""
    listing = read("git", "ls-files", "--cached", "-z", cwd=folder)
    return [name for name in listing.split("\0") if name and (folder / name).is_file()]


def refresh() -> list[str]:
    """Bring the copy up to date and return its files. What git ignores there (reports, cloud config) stays."""
    with REFRESHING:
        return _refresh()


def _refresh() -> list[str]:
    COPY.mkdir(parents=True, exist_ok=True)
    if not (COPY / ".git").is_dir():
        # without a repository of its own, git would see an ignored part of ours: no file at all
        read("git", "init", "--quiet", "--initial-branch=main", cwd=COPY)
    wanted = files_git_sees(ROOT)
    for name in set(files_git_sees(COPY)) - set(wanted):
        (COPY / name).unlink()
    for name in wanted:
        replace(ROOT / name, COPY / name)
    guards.same_files(wanted, files_git_sees(COPY))
    return wanted


def replace(source: Path, copy: Path) -> None:
    """Copy one file with its mode and time, unless it is there already."""
    old, new = source.stat(), copy.stat() if copy.is_file() else None
    if new and (new.st_mtime_ns, new.st_size, new.st_mode) == (old.st_mtime_ns, old.st_size, old.st_mode):
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, copy)
