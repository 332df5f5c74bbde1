# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""make demo: a dozen accounts at a local Security Hub: check, run, run again, members accept, report.

Needs what `make setup` makes, and nothing else: no AWS account, no network but loopback.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

# Started as a script, from wherever.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from demo import table
from demo.accounts import ACCOUNTS, ADMINISTRATOR, ORGANIZATION, REGIONS, seed_rows
from demo.style import Style
from local_hub.control import Hub, HubError, running_hub
from run.layout import BIN, BUILD, environment

INVITE, ONBOARD, REPORT = (f"multiaccount.aws.securityhub_{name}" for name in ("invite", "onboard", "report"))
SITE = "https://multiaccount.github.io/multiaccount.aws/latest/"
MEMBER_ROLE = "SecurityHubOnboarding"
FOLDER = BUILD / "demo"
COLOUR, RESET = re.compile(r"\x1b\[[\d;]*m"), "\x1b[0m"
HEADING, SILENT = re.compile(r"(PLAY|TASK) "), re.compile(r"(ok|skipping): \[[^\]]*\]|included: .*")
SECONDS_TO_END = 3
SETTINGS_OF_COLOUR = ("NO_COLOR", "ANSIBLE_NOCOLOR")


class DemoError(Exception):
    """A step that did not go as the demonstration tells."""


class Demo:
    """The steps, in their order."""

    def __init__(self, hub: Hub, style: Style, folder: Path) -> None:
        self.hub = hub
        self.folder = folder
        self.page = folder / "report.html"
        self.style = style
        self.step = 0

    def play(self) -> None:
        """Show everything. Raises DemoError where something else happens than the text says."""
        self.hub.seed(organization_accounts=ORGANIZATION, members=seed_rows())
        before = self.statuses()
        self.tell(
            "The accounts and their status",
            f"The administrator account {ADMINISTRATOR} of a fictional company wants {len(ACCOUNTS)} accounts as "
            f"members in {' and '.join(REGIONS)}. This is its member list at the local Security Hub:",
        )
        self.show(before, before)
        self.check(before)
        invited = self.invite()
        self.show(before, invited)
        self.repeat(invited)
        enabled = self.onboard(invited)
        self.show(invited, enabled)
        self.report()
        self.what_next()

    def check(self, before: table.Statuses) -> None:
        """Show check mode, which changes nothing."""
        self.tell(
            "Check: what would a run do?",
            "Check mode only reads. With --diff it shows the status of each account before and after. An account that "
            "cannot be invited is named with the reason. Tasks that change nothing and show nothing are left out here.",
        )
        self.ansible(INVITE, "--check", "--diff")
        self.expect(self.writes() == 0 and self.statuses() == before, "the check changed something")

    def invite(self) -> table.Statuses:
        """Show the run; return the statuses after it."""
        self.tell("Run: invite", "The same command without --check. Ansible works on both Regions at the same time.")
        before = self.statuses()
        self.ansible(INVITE)
        writes, after = self.writes(), self.statuses()
        self.expect(writes == len(REGIONS) and after != before, "the run did not invite")
        return after

    def repeat(self, before: table.Statuses) -> None:
        """Show the same run again."""
        self.tell("Run again: nothing to do", "A second run makes no call that writes, and ends with changed=0.")
        self.ansible(INVITE)
        self.expect(self.writes() == 0 and self.statuses() == before, "the second run changed something")

    def onboard(self, before: table.Statuses) -> table.Statuses:
        """Show that the members accept; return the statuses after it."""
        self.tell(
            "Members accept",
            "With a role in the member accounts, one run adds the accounts that are not listed, enables Security Hub "
            "in the members and accepts the invitations.",
        )
        self.ansible(ONBOARD, "-e", f"securityhub_member_role={MEMBER_ROLE}")
        writes, after = self.writes(), self.statuses()
        self.expect(
            writes > 0 and list(after[REGIONS[0]].values()).count("Enabled") > len(ACCOUNTS) / 2, "few accepted"
        )
        self.expect(after != before, "nobody accepted")
        return after

    def report(self) -> None:
        """Show the report."""
        self.tell("Report", "One HTML page, with the same data as JSON beside it. The run changes nothing.")
        for file in self.page, self.page.with_suffix(".json"):
            file.unlink(missing_ok=True)  # of an earlier demonstration
        self.ansible(REPORT, "-e", f"securityhub_report_path={self.page.name}")
        self.expect(self.writes() == 0 and self.page.is_file(), "there is no report")

    def what_next(self) -> None:
        """Say what to try next."""
        self.tell("What to try next", "All this happened on this machine, without an AWS account.")
        print(f"Open the report in a browser:\n  {self.page.as_uri()}\n")
        print("Use the local Security Hub with your own playbooks or the AWS CLI:\n  make hub\n")
        print(f"Look at your own accounts, which changes nothing:\n  {SITE}\n", flush=True)

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

    def ansible(self, playbook: str, *options: str) -> None:
        """Run a playbook, with what it prints on the terminal."""
        variables = {
            "securityhub_accounts": [account.account_id for account in ACCOUNTS],
            "securityhub_regions": list(REGIONS),
            "securityhub_fail_on_unprocessed": False,
        }
        request = self.folder / f"request-{os.getpid()}.json"
        request.write_text(json.dumps(variables), encoding="utf-8")
        request.replace(self.folder / "request.json")  # in one step: another demonstration may read it
        words = ["ansible-playbook", playbook, *options, "-e", "@request.json"]
        print(self.style.command("\n".join(lines_of_command(words))), flush=True)
        command = [str(BIN / words[0]), *words[1:]]
        self.hub.reset_counts()
        with ended(command, self.folder, self._environment()) as process:
            for line in telling(unfolded(process.stdout or ())):
                print(fitted(line, self.style.width), flush=True)
            code = process.wait()
        self.expect(code == 0, f"ansible-playbook ended with exit code {code}")

    def _environment(self) -> dict[str, str]:
        variables = environment(
            **self.hub.environment(ADMINISTRATOR, REGIONS[0]),
            ANSIBLE_CALLBACK_RESULT_FORMAT="yaml",
            ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
            ANSIBLE_LOCALHOST_WARNING="false",
            COLUMNS=str(self.style.width),
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
        """Return the statuses at the server: {region: {account_id: status}}, None for no member."""
        members = self.hub.state()["members"][ADMINISTRATOR]
        return {
            region: {
                account.account_id: members[region].get(account.account_id, {}).get("member_status")
                for account in ACCOUNTS
            }
            for region in REGIONS
        }

    def expect(self, as_told: bool, otherwise: str) -> None:
        """Stop where something else happened than the text says."""
        if not as_told:
            raise DemoError(f"This is not what should happen: {otherwise}.")


def lines_of_command(words: Sequence[str]) -> list[str]:
    """Return a command as the user types it, each extra variable on a line of its own."""
    text = f"$ {' '.join(words)}".replace(" -e ", " \\\n    -e ")
    return text.split("\n")


def unfolded(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of Ansible; an entry of a list that YAML folded is one line again."""
    entry = ""
    for line in lines:
        plain = COLOUR.sub("", line)
        if entry and plain.startswith(" " * 8):
            entry = f"{entry.rstrip().removesuffix(RESET)} {plain.strip()}{RESET if plain != line else ''}"
            continue
        if entry:
            yield entry
        entry = line if plain.startswith("    - ") else ""
        if not entry:
            yield line
    if entry:
        yield entry


def telling(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of Ansible without the play's name, and without tasks of which it says no more than ok."""
    block: list[str] = []
    for line in lines:
        if HEADING.match(COLOUR.sub("", line)):
            yield from _told(block)
            block = []
        block.append(line)
    yield from _told(block)


def _told(block: list[str]) -> list[str]:
    heading, *rest = [COLOUR.sub("", line).strip() for line in block] or [""]
    is_silent = heading.startswith("TASK [") and all(not line or SILENT.fullmatch(line) for line in rest)
    return [] if is_silent or heading.startswith("PLAY [") else block


def fitted(text: str, width: int) -> str:
    """Return a line of Ansible that fits the terminal: broken between words, the colours of its start in each part.

    An address stays whole, so that it can be opened.
    """
    text = text.rstrip("\n")
    codes = "".join(re.findall(r"^(?:\x1b\[[\d;]*m)+", text))
    plain = COLOUR.sub("", text)
    if len(plain) <= width:
        return text
    if set(plain.split()[-1]) == {"*"}:  # the name of a task, and a line to the border
        return text.replace(plain, plain[:width])
    margin = plain[: len(plain) - len(plain.lstrip())]
    lines = textwrap.wrap(
        plain.strip(), width, initial_indent=margin, subsequent_indent=f"{margin}  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join(f"{codes}{line}{RESET if codes else ''}" for line in lines)


def descendants(process: int) -> list[int]:
    """Return the processes that a process has started, and those that they have; none where there is no /proc."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            parent = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(status.parent.name))
    found, left = [], [process]
    while left:
        left = [child for each in left for child in children.get(each, ())]
        found += left
    return found


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
                started = [process.pid, *descendants(process.pid)]
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=SECONDS_TO_END)
                for number in started:  # a module that waits for the service would go on
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(number, signal.SIGKILL)


def main() -> int:
    """Show the demonstration; return the exit code."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    # a shell that runs this in the background has it ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    style = Style.of(sys.stdout, os.environ)
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with running_hub() as hub:
            Demo(hub, style, FOLDER).play()
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    except (DemoError, HubError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
