# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make .build/venv with the pinned tools, and lay the collections out where Ansible looks for them.

Runs on a bare Python (standard library only). Does nothing when what it made still fits the requirements.
Packages come from wherever pip's configuration says; they are cached in .build/cache.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from run import pip_settings
from run.layout import (
    BIN,
    BUILD,
    CACHE,
    COLLECTIONS,
    DEPENDENCIES,
    HOME,
    LINKED,
    NO_SETTINGS,
    REQUIREMENTS,
    ROOT,
    TEST_TREE,
    VENV,
    link,
    locked,
)

PYTHON_FLOOR = (3, 11)
LOCKED = REQUIREMENTS / "dev.txt"
BUNDLE = REQUIREMENTS / "collections.txt"
CARRIED = "ansible_collections/amazon/aws/"
# Hundreds of megabytes, which would otherwise stay in the home folder after `make clean`.
PACKAGE_CACHES = {"PIP_CACHE_DIR": str(CACHE / "pip"), "UV_CACHE_DIR": str(CACHE / "uv")}


class SetupError(Exception):
    """What cannot be set up; the message says what to do."""


def fingerprint(requirements: Path) -> str:
    """Return what an installation depends on: the requirements, the Python, and where the checkout lies.

    The last, because a virtual environment does not survive being moved.
    """
    parts = [requirements.read_text(encoding="utf-8"), sys.version, sys.base_prefix, str(ROOT)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def up_to_date(folder: Path, stamp: str) -> bool:
    """Whether the folder was made whole for this stamp."""
    marker = folder / ".stamp"
    return marker.is_file() and marker.read_text(encoding="utf-8") == stamp


def seal(folder: Path, stamp: str) -> None:
    """Mark the folder as made whole for this stamp."""
    (folder / ".stamp").write_text(stamp, encoding="utf-8")


def run(*command: str | Path, **variables: str) -> None:
    """Run a command with these environment variables besides its own, silent on success."""
    env = {**PACKAGE_CACHES, **variables, **os.environ}
    done = subprocess.run(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise SetupError(f"{' '.join(map(str, command))}\n{done.stdout.strip()}")


def make_venv(folder: Path, python: str = sys.executable) -> None:
    """Make a new virtual environment, in place of the one that may be there."""
    try:
        run(python, "-m", "venv", "--clear", folder)
    except SetupError as error:
        raise SetupError(
            f"{error}\nThis Python cannot make a virtual environment (Debian and Ubuntu: apt install python3-venv)."
        ) from error


def install(folder: Path, *requirements: str) -> None:
    """Install into a virtual environment: by uv, which is five times as fast, else by pip.

    uv does not read pip's configuration: it is told the index, and where that is not enough, pip decides. It is also
    told to compile, as pip does: each of the thousands of Python processes of a test run would else do it anew where
    nothing may be written beside the sources.
    """
    python = folder / "bin" / "python"
    try:
        if not (BIN / "uv").exists():
            run(python, "-m", "pip", "install", "--quiet", "uv", "--constraint", LOCKED)
        settings = pip_settings.for_uv(pip_settings.of_machine(python))
        uv = (BIN / "uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", python)
        run(*uv, *requirements, **settings)
    except SetupError as error:
        print(f"uv could not install, so pip does (slower): {str(error).splitlines()[-1]}")
        run(python, "-m", "pip", "install", "--quiet", *requirements)


def set_up_tools() -> None:
    """Make .build/venv with everything that tests/requirements/dev.txt pins."""
    stamp = fingerprint(LOCKED)
    if up_to_date(VENV, stamp):
        return
    print(f"Installing the tools into {VENV.relative_to(ROOT)} (Python {sys.version.split()[0]}) ...")
    make_venv(VENV)
    install(VENV, "--requirement", str(LOCKED))
    seal(VENV, stamp)


def set_up_dependencies() -> None:
    """Unpack amazon.aws out of the `ansible` package: package indexes are reachable where Ansible Galaxy may not be."""
    stamp = fingerprint(BUNDLE)
    folder = DEPENDENCIES / "amazon" / "aws"
    if up_to_date(DEPENDENCIES, stamp) and folder.is_dir():
        return
    print(f"Unpacking amazon.aws into {DEPENDENCIES.relative_to(ROOT)} ...")
    unpack_amazon_aws(BUNDLE, DEPENDENCIES.parent)
    # antsibull-docs takes only the files that git lists, and of a folder that our repository ignores it lists none
    run("git", "init", "--quiet", "--initial-branch=main", DEPENDENCIES.parent)
    seal(DEPENDENCIES, stamp)


def unpack_amazon_aws(requirements: Path, target: Path, *options: str) -> None:
    """Put ansible_collections/amazon/aws into the target, in place of what is there.

    :param requirements: a file that names the package `ansible`, which carries it
    :param options: more options for pip download
    """
    folder = target / "ansible_collections"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
        pip = (BIN / "python", "-m", "pip")
        run(*pip, "download", "--quiet", "--no-deps", *options, "--requirement", requirements, "--dest", scratch)
        unpack(next(Path(scratch).glob("*.whl")), target)
    run(BIN / "python", "-m", "compileall", "-q", folder)


def unpack(wheel: Path, target: Path) -> None:
    """Unpack from the wheel only what CARRIED names."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith(CARRIED)]
        if not names:
            raise SetupError(f"{wheel.name} carries no {CARRIED}")
        archive.extractall(target, names)


def lay_out() -> None:
    """Put our collection and those it depends on side by side, as Ansible wants them."""
    NO_SETTINGS.touch()
    HOME.mkdir(exist_ok=True)
    link(LINKED, ROOT)
    for tree in (COLLECTIONS, TEST_TREE):
        link(tree / "ansible_collections" / "amazon", DEPENDENCIES / "amazon")


def main() -> int:
    """Set up what is not yet there; return the exit code."""
    if sys.version_info < PYTHON_FLOOR:
        print(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: make setup PYTHON=python3.12")
        return 1
    with locked("setup"):
        try:
            set_up_tools()
            set_up_dependencies()
            lay_out()
        except SetupError as error:
            print(f"Set-up failed: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
