# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's programs for the command line, as a process of their own or, ten times as fast, in a fork of the test.

A fork has everything imported already. What ansible-core has read from the environment by then, it is told again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, NoReturn

from ansible import constants
from ansible.cli import adhoc, inventory, playbook
from ansible.utils.collection_loader import _collection_finder

from ansible_collections.multiaccount.aws.plugins.inventory import securityhub_members

PROGRAMS = {"ansible": adhoc, "ansible-inventory": inventory, "ansible-playbook": playbook}
TIMEOUT = 120
# The parent folder of ansible_collections.
COLLECTIONS = str(Path(securityhub_members.__file__).absolute().parents[5])
# A program must fail if the inventory does: without that, it would list nobody, and say it went well.
SETTINGS = {
    "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS,
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "true",
    "ANSIBLE_DEPRECATION_WARNINGS": "false",  # of the versions of amazon.aws and ansible-core together
    "ANSIBLE_NOCOLOR": "1",
}


class ProgramEnd(NamedTuple):
    """How a program ended."""

    code: int
    output: str
    errors: str


def run_program(program: str, words: list[str], variables: Mapping[str, str], folder: Path) -> ProgramEnd:
    """Run a program in a fork, with more environment variables; what it prints is kept in the folder meanwhile."""
    output, errors = folder / "output.txt", folder / "errors.txt"
    child = os.fork()
    if not child:
        _become(program, words, variables, (output, errors))
    status = os.waitpid(child, 0)[1]
    return ProgramEnd(
        os.waitstatus_to_exitcode(status), *(file.read_text(encoding="utf-8") for file in (output, errors))
    )


def _become(program: str, words: list[str], variables: Mapping[str, str], files: tuple[Path, Path]) -> NoReturn:
    """Be the program until it ends: no more of the test runs in this process."""
    code: object = os.EX_SOFTWARE
    try:
        signal.alarm(TIMEOUT)
        _redirect(files)
        os.environ.update({**SETTINGS, **variables})
        _tell_settings()
        PROGRAMS[program].main([program, *words])
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else os.EX_SOFTWARE)


def _redirect(files: tuple[Path, Path]) -> None:
    """Let this process print into files, whatever pytest has put in place of its output."""
    sys.stdout, sys.stderr = (file.open("w", encoding="utf-8") for file in files)
    os.dup2(sys.stdout.fileno(), 1)
    os.dup2(sys.stderr.fileno(), 2)


def _tell_settings() -> None:
    """Set what ansible-core reads from the environment when it is imported, and let it look for collections again."""
    constants.COLLECTIONS_PATHS = [COLLECTIONS]
    constants.INVENTORY_UNPARSED_IS_FAILED = True
    constants.DEPRECATION_WARNINGS = False
    _collection_finder._AnsibleCollectionFinder._remove()
    # Without ansible-test, pytest has made packages of folders, and Ansible's loader looks for a file of each package.
    for name in [name for name, module in sys.modules.items() if getattr(module, "__file__", None) is None]:
        if name.split(".")[0] == "ansible_collections":
            del sys.modules[name]


def start_program(program: str, words: list[str], variables: Mapping[str, str]) -> ProgramEnd:
    """Run a program as a user does, with more environment variables."""
    command = [sys.executable, "-m", PROGRAMS[program].__name__, *words]
    env = {**os.environ, **SETTINGS, **variables}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=TIMEOUT)
    return ProgramEnd(done.returncode, done.stdout, done.stderr)
