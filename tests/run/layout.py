# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things lie, and the environment that the tools run in. Only the standard library: set-up needs it first."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

NAMESPACE, NAME = "multiaccount", "aws"
COLLECTION = f"{NAMESPACE}.{NAME}"

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
VENV = BUILD / "venv"
BIN = VENV / "bin"
REQUIREMENTS = ROOT / "tests" / "requirements"
CACHE = BUILD / "cache"

# The collections ours depends on, unpacked once; the three trees below link to it.
DEPENDENCIES = BUILD / "dependencies" / "ansible_collections"
# The checkout itself, by a link: what is edited is what runs (pytest, ansible-playbook, molecule, ansible-lint, mypy).
COLLECTIONS = BUILD / "collections"
LINKED = COLLECTIONS / "ansible_collections" / NAMESPACE / NAME
# A true copy with a git repository of its own, for the tools that resolve links or leave out what git ignores:
# ansible-test and antsibull-docs.
TEST_TREE = BUILD / "test"
COPY = TEST_TREE / "ansible_collections" / NAMESPACE / NAME

# So many tests run at the same time: one more than there are processors, as some tests wait.
WORKERS = str((os.cpu_count() or 1) + 1)

# Stands in for the user's home folder with tools that write there and can't be told otherwise: ansible-test, antsibull.
HOME = BUILD / "home"
# An empty file, so that no ansible.cfg of the home folder or of /etc decides about a test.
NO_SETTINGS = BUILD / "ansible.cfg"


def link(path: Path, target: Path) -> None:
    """Make path a relative symbolic link to target, whatever it was a link to before."""
    wanted = os.path.relpath(target, path.parent)
    if path.is_symlink() and path.readlink() == Path(wanted):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(wanted)


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock of this checkout: two `make` at once must neither set up nor test over each other."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / f".{name}.lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another run in this checkout ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment(**more: str) -> dict[str, str]:
    """Return the environment for the tools: ours first on PATH, nothing of the user's AWS or Ansible settings.

    Without this, a test could meet a real AWS account.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_", "MOLECULE_"))}
    kept.pop("PYTHONPATH", None)
    return {
        **kept,
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(VENV),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "XDG_CACHE_HOME": str(CACHE),
        "ANSIBLE_CONFIG": str(NO_SETTINGS),
        "ANSIBLE_HOME": str(BUILD / "ansible"),
        "ANSIBLE_LOCAL_TEMP": str(BUILD / "ansible" / "tmp"),
        "ANSIBLE_REMOTE_TEMP": str(BUILD / "ansible" / "tmp"),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_NOCOLOR": "1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **more,
    }
