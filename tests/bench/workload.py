# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the entries work on: accounts and Regions of the local Security Hub, and the programs that are measured."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import botocore

from bench.measure import BenchError, Run, run
from local_hub.control import Hub, running_hub
from run.layout import BIN, COLLECTIONS, ROOT
from run.layout import environment as tool_environment

ADMINISTRATOR = "111122223333"
INVITE = "multiaccount.aws.securityhub_member_invite"
# The Regions that every account has without opting in.
REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1",
    "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1",
    "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2",
)  # fmt: skip
LATENCY = 0.1  # seconds a call, where an entry says so
# What is called of other services than Security Hub.
OTHER_OPERATIONS = ["AssumeRole", "GetCallerIdentity", "ListAccountAliases", "DescribeRegions"]
SEEDED_AT_ONCE = 1000
FIRST_ACCOUNT = 200_000_000_000

Options = Mapping[str, Any]


def accounts(number: int) -> list[str]:
    """So many account ids."""
    return [f"{FIRST_ACCOUNT + index:012d}" for index in range(number)]


def invitation(number: int, regions: Sequence[str]) -> Options:
    """The options that invite so many accounts."""
    return {"account_ids": accounts(number), "regions": list(regions)}


class Bench:
    """A local Security Hub of its own, a folder for files, and the programs to run against both."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub = hub
        self.folder = folder
        # Seconds that InviteMembers takes besides what every call takes.
        self.slow_invitation = 0.0
        self.environment = self._environment(**hub.environment(ADMINISTRATOR, REGIONS[0]))
        if hub.ca_file:
            self.environment["AWS_CA_BUNDLE"] = self._bundle(hub.ca_file)

    def _bundle(self, ca_file: str) -> str:
        """Write a CA file of the size that clients have, with the hub's among them: it is read for each connection."""
        usual = Path(botocore.__file__).parent / "cacert.pem"
        bundle = self.folder / "bundle.pem"
        bundle.write_text(usual.read_text(encoding="utf-8") + Path(ca_file).read_text(encoding="utf-8"), "utf-8")
        return str(bundle)

    def _environment(self, **more: str) -> dict[str, str]:
        return tool_environment(
            ANSIBLE_LOCALHOST_WARNING="false",
            ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
            TMPDIR=str(self.folder),
            **more,
        )

    def seed(self, statuses: Mapping[str, str], regions: Sequence[str], latency: float = 0) -> None:
        """Start anew with these accounts, {account id: status}, in each Region, and so many seconds a call."""
        self.hub.reset()
        rows = [
            {
                "administrator_id": ADMINISTRATOR,
                "regions": list(regions),
                "account_id": account,
                "member_status": status,
            }
            for account, status in statuses.items()
        ]
        for start in range(0, len(rows), SEEDED_AT_ONCE):
            self.hub.seed(members=rows[start : start + SEEDED_AT_ONCE])
        if latency:
            for operations in ("*", OTHER_OPERATIONS):
                self.hub.fault(kind="latency", seconds=latency, operation=operations)

    def ad_hoc(self, module: str, options: Options) -> Run:
        """Run a module as an ad-hoc command."""
        arguments = ["--args", json.dumps(options)] if options else []
        return run([str(BIN / "ansible"), "localhost", "--module-name", module, *arguments], self.environment)

    def playbook(self, name: str, variables: Options, *arguments: str) -> Run:
        """Run a playbook, by its name in the collection or by its file."""
        file = self.folder / "variables.json"
        file.write_text(json.dumps(variables), encoding="utf-8")
        command = [str(BIN / "ansible-playbook"), name, "--extra-vars", f"@{file}", *arguments]
        return run(command, self.environment)

    def task(self, module: str, options: Options) -> str:
        """Write a playbook with the module as its only task; return its file."""
        file = self.folder / "task.yml"
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"name": "Measure", module: options}]}
        file.write_text(json.dumps([play]), encoding="utf-8")
        return str(file)

    def process(self, module: str, options: Options, *arguments: str, collections: Path = COLLECTIONS) -> list[str]:
        """Return the command by which Ansible runs the module on a managed node: the file that it would send there.

        Ansible is told to keep that file. It runs it, too, but without credentials and without a Region, so that the
        module ends before any call.
        """
        with tempfile.TemporaryDirectory(dir=self.folder) as kept:
            environment = self._environment(
                ANSIBLE_KEEP_REMOTE_FILES="1", ANSIBLE_REMOTE_TEMP=kept, ANSIBLE_COLLECTIONS_PATH=str(collections)
            )
            said = run([str(BIN / "ansible-playbook"), self.task(module, options), *arguments], environment)
            files = list(Path(kept).rglob("AnsiballZ_*.py"))
            if len(files) != 1:
                raise BenchError(f"Ansible kept {len(files)} files of {module}: {said.output[-2000:]}")
            return [str(BIN / "python"), str(files[0].rename(self.folder / f"{files[0].name}.{len(self._kept())}"))]

    def _kept(self) -> list[Path]:
        return list(self.folder.glob("AnsiballZ_*"))

    def script(self, name: str, *arguments: str) -> list[str]:
        """Return the command for a Python script of this folder."""
        return [str(BIN / "python"), str(ROOT / "tests" / "bench" / name), *arguments]

    def run(self, command: Sequence[str]) -> Run:
        """Run a program as the administrator."""
        return run(command, self.environment).succeeded()

    def expect(self, *, invited: int) -> None:
        """Raise BenchError unless so many invitations were sent, no account got two, and no call was too long."""
        counts = self.hub.counts()
        by_region = counts["invitations"].get(ADMINISTRATOR, {})
        times = [number for region in by_region.values() for number in region.values()]
        if len(times) != invited or sum(times) != invited or max(counts["max_ids"].values()) > 50:
            raise BenchError(f"{invited} accounts were to be invited once, {len(times)} were, {sum(times)} times")


@contextmanager
def prepared(tls: bool = False) -> Iterator[Bench]:
    """Start a local Security Hub, and end it afterwards."""
    with tempfile.TemporaryDirectory() as folder, running_hub(tls=tls) as hub:
        yield Bench(hub, Path(folder))
