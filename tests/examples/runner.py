# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's terminal: a home folder, a working folder, and commands that reach the local hub instead of AWS."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml
from warm.fixtures import QUIET

from examples.blocks import SHELL, YAML, Block
from local_hub.control import DEFAULT_REGION, Hub, credentials
from run.crash import crash_in
from run.layout import environment

ADMINISTRATOR = "999988887777"
# The file that READMEs name without showing it.
ACCOUNTS = "Account ID,Email\n111122223333,security@example.com\n012345670123,platform@example.com\n"
# The user's own settings count on these pages, unlike in all other tests.
NOT_SET = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
# Each block runs in a shell of its own; what it exports is there in the next one, unless that is another user's.
SCRIPT = """\
set -eo pipefail
[ ! -f "{state}" ] || . "{state}"
{commands}
export -p > "{state}"
"""
OTHER_USER = "set -eo pipefail\n{commands}"
PROFILE = """\
[default]
aws_access_key_id = {AWS_ACCESS_KEY_ID}
aws_secret_access_key = {AWS_SECRET_ACCESS_KEY}
"""


class ExampleError(AssertionError):
    """An example that does not do what its page says."""


class Terminal:
    """One user in front of the local hub, with the administrator's keys in the default profile."""

    def __init__(self, hub: Hub, folder: Path, path: str, **variables: str) -> None:
        self.hub = hub
        self.variables = variables
        self.path = path
        self.home = folder / "home"
        self.folder = folder / "work"
        self.state = folder / "exported.sh"
        self.output = ""
        profiles = self.home / ".aws"
        for needed in (self.folder, profiles):
            needed.mkdir(parents=True)
        (profiles / "credentials").write_text(PROFILE.format(**credentials(ADMINISTRATOR)), encoding="utf-8")
        (profiles / "config").write_text(f"[default]\nregion = {DEFAULT_REGION}\n", encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Write a file of the page; ~ is the home folder."""
        path = self.home / name[2:] if name.startswith("~/") else self.folder / name
        if not path.resolve().is_relative_to(self.folder.parent.resolve()):
            raise ExampleError(f"{name} is outside of the test's folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, commands: str, account: str = "", fails: bool = False) -> None:
        """Run commands; raise where they end otherwise than they should."""
        script = (OTHER_USER if account else SCRIPT).format(state=self.state, commands=commands)
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self._environment(account), text=True, check=False,
            timeout=600, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.output = done.stdout
        if crash_in(done.stdout) or bool(done.returncode) != fails:
            raise ExampleError(f"exit code {done.returncode}:\n{commands}\n{done.stdout}")

    def play(self, text: str, account: str = "", fails: bool = False, variables: dict[str, Any] | None = None) -> None:
        """Run plays, or tasks in a play of their own."""
        content = yaml.safe_load(text)
        if not isinstance(content, list):
            raise ExampleError(f"neither plays nor tasks, and no file name:\n{text}")
        is_plays = any("hosts" in entry or "ansible.builtin.import_playbook" in entry for entry in content)
        self.write(".example.yml", text if is_plays else json.dumps([play_of(content, variables or {})]))
        self.run("ansible-playbook .example.yml", account, fails)

    def _environment(self, account: str) -> dict[str, str]:
        more = {"AWS_ENDPOINT_URL": self.hub.url, "HOME": str(self.home), "PATH": self.path, **QUIET, **self.variables}
        if account:
            more.update({**credentials(account), "AWS_REGION": DEFAULT_REGION})
        return {name: value for name, value in environment(**more).items() if name not in NOT_SET}


def play_of(tasks: Sequence[Any], variables: dict[str, Any]) -> dict[str, Any]:
    """Return a play that runs tasks on localhost."""
    interpreter = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    return {"hosts": "localhost", "gather_facts": False, "vars": {**interpreter, **variables}, "tasks": list(tasks)}


def run_page(blocks: Iterable[Block], terminal: Terminal) -> Counter[str]:
    """Run the blocks of a page in their order; return how many ran and were skipped."""
    numbers: Counter[str] = Counter()
    for block in blocks:
        kind = "read" if block.is_inert else "skipped" if block.skip else "run"
        numbers[kind] += 1
        if kind == "run":
            try:
                run_block(block, terminal)
            except ExampleError as error:
                raise ExampleError(f"line {block.line}: {error}") from error
    return numbers


def run_block(block: Block, terminal: Terminal) -> None:
    """Run one block, write it down as the file that it is, or compare it with the output of the command before."""
    if block.seed:
        terminal.hub.seed(**block.seed)
    if block.is_output:
        compare(block.text, terminal.output)
    elif block.name:
        terminal.write(block.name, block.text)
    elif block.language == SHELL:
        terminal.run(block.text, block.account, block.fails)
    elif block.language == YAML:
        terminal.play(block.text, block.account, block.fails)


def compare(shown: str, output: str) -> None:
    """Raise unless each line of a text is in the output, in this order; lines of dots stand for any number of lines."""
    wanted = [line.strip() for line in shown.splitlines() if line.strip(" .")]
    lines = iter([line.strip() for line in output.splitlines()])
    missing = [line for line in wanted if not any(line in found for found in lines)]
    if missing:
        raise ExampleError(f"not in the output: {missing[0]}\n{output}")


def unused_files(blocks: Sequence[Block]) -> list[str]:
    """Return the files of a page that no later block names: nothing would run what is in them."""
    return [
        block.name
        for number, block in enumerate(blocks)
        if block.name and not block.skip and not _is_named(block.name, blocks[number + 1 :])
    ]


def _is_named(name: str, later: Sequence[Block]) -> bool:
    settings = {"~/.aws/config": "AWS_PROFILE"}  # read by the SDK
    return any(settings.get(name, name) in block.text for block in later if not block.skip)
