# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""make demo: invite a dozen accounts at a local Security Hub: check, run, run again.

Needs what `make setup` makes, and nothing else: no AWS account, no network but loopback.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

# Started as a script, from wherever.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from demo import table
from demo.accounts import ACCOUNTS, ADMINISTRATOR, ORGANIZATION, REGIONS, seed_rows
from demo.style import Style
from local_hub.control import Hub, HubError, running_hub
from run.layout import BIN, environment

PLAYBOOK = "multiaccount.aws.securityhub_invite"
SETTINGS_OF_COLOUR = ("NO_COLOR", "ANSIBLE_NOCOLOR")


class DemoError(Exception):
    """A step that did not go as the demonstration tells."""


class Demo:
    """The steps, in their order."""

    def __init__(self, hub: Hub, style: Style, folder: Path) -> None:
        self.hub = hub
        self.folder = folder
        self.style = style
        self.step = 0

    def play(self) -> None:
        """Show everything. Raises DemoError where something else happens than is told."""
        self.hub.seed(organization_accounts=ORGANIZATION, members=seed_rows())
        before = self.statuses()
        self.tell(
            "Where everybody stands",
            f"The administrator {ADMINISTRATOR} of a made-up company wants {len(ACCOUNTS)} accounts to be members, in "
            f"{' and '.join(REGIONS)}. This is its member list, read from the local Security Hub:",
        )
        self.show(before, before)
        self.check(before)
        after = self.invite(before)
        self.tell("Who stands where now", "Read from the local Security Hub again:")
        self.show(before, after)
        self.say(
            "Those who are invited become members when they accept. The others need what stands under NEXT. All this "
            "happened on this machine: no AWS account was involved."
        )

    def check(self, before: table.Statuses) -> None:
        """Show check mode, which changes nothing."""
        self.tell(
            "Check: what would be done?",
            "Check mode only reads; with --diff it shows who would stand where. An account that cannot be invited is "
            "named with the reason, and would fail the play if that were not switched off here.",
        )
        self.ansible("--check", "--diff")
        self.expect(self.writes() == 0 and self.statuses() == before, "the check changed something")

    def invite(self, before: table.Statuses) -> table.Statuses:
        """Show the run, and the same run again; return who stands where then."""
        self.tell("Run: invite", "The same command without --check. Both Regions are worked on at the same time.")
        self.ansible()
        writes, after = self.writes(), self.statuses()
        self.expect(writes == len(REGIONS) and after != before, "the run did not invite")

        self.tell("Run again: nothing to do", "Everything that can be done is done: no call writes, and changed=0.")
        self.ansible()
        self.expect(self.writes() == 0 and self.statuses() == after, "the second run changed something")
        return after

    def tell(self, heading: str, text: str) -> None:
        """Start a step."""
        self.step += 1
        print(f"\n{self.style.heading(f'{self.step}. {heading}')}\n")
        self.say(text)

    def say(self, text: str) -> None:
        """Explain, in lines that fit a terminal."""
        print(textwrap.fill(text, self.style.width) + "\n", flush=True)

    def show(self, before: table.Statuses, after: table.Statuses) -> None:
        """Print the table of all accounts."""
        print("\n".join(table.lines(before, after, self.style)) + "\n", flush=True)

    def ansible(self, *options: str) -> None:
        """Run the playbook, with what it prints on the terminal."""
        variables = {
            "securityhub_accounts": [account.account_id for account in ACCOUNTS],
            "securityhub_regions": list(REGIONS),
            "securityhub_fail_on_unprocessed": False,
        }
        (self.folder / "request.json").write_text(json.dumps(variables), encoding="utf-8")
        words = ["ansible-playbook", PLAYBOOK, *options, "-e", "@request.json"]
        print(self.style.command(f"$ {' '.join(words)}"), flush=True)
        command = [str(BIN / words[0]), *words[1:]]
        self.hub.reset_counts()
        with ended(command, self.folder, self._environment()) as process:
            for line in process.stdout or ():
                print(line, end="", flush=True)
            code = process.wait()
        self.expect(code == 0, f"ansible-playbook ended with exit code {code}")

    def _environment(self) -> dict[str, str]:
        variables = environment(
            **self.hub.environment(ADMINISTRATOR, REGIONS[0]),
            ANSIBLE_CALLBACK_RESULT_FORMAT="yaml",
            ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
            ANSIBLE_LOCALHOST_WARNING="false",
        )
        if self.style.colour:
            for name in SETTINGS_OF_COLOUR:
                variables.pop(name, None)
            variables["ANSIBLE_FORCE_COLOR"] = "true"  # it does not write to the terminal itself
        return variables

    def writes(self) -> int:
        """Tell how many calls the last run of Ansible took; return how many of them write."""
        counts = self.hub.counts()
        self.say(f"Calls to the service: {counts['reads']} to read, {counts['writes']} to write.")
        return int(counts["writes"])

    def statuses(self) -> table.Statuses:
        """Who stands where, read from the server: {region: {account_id: status}}, None for no member."""
        members = self.hub.state()["members"][ADMINISTRATOR]
        return {
            region: {
                account.account_id: members[region].get(account.account_id, {}).get("member_status")
                for account in ACCOUNTS
            }
            for region in REGIONS
        }

    def expect(self, as_told: bool, otherwise: str) -> None:
        """Stop where something else happened than was told."""
        if not as_told:
            raise DemoError(f"This is not what should happen: {otherwise}.")


@contextlib.contextmanager
def ended(command: list[str], folder: Path, variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Start a program, and leave none behind, whatever happens; Ansible ends its workers when it is asked to end.

    It has a session of its own and its output is passed on: an interruption by the terminal reaches this program alone,
    and what Ansible says of being ended, which may be a traceback, is not shown.
    """
    with subprocess.Popen(
        command, cwd=folder, env=variables, text=True, errors="replace", start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=60)
                except subprocess.TimeoutExpired:
                    process.kill()


def main() -> int:
    """Show the demonstration; return the exit code."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    # a shell that runs this in the background has it ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    style = Style.of(sys.stdout, os.environ)
    try:
        with tempfile.TemporaryDirectory() as folder, running_hub() as hub:
            Demo(hub, style, Path(folder)).play()
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    except (DemoError, HubError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
