# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demonstration runs through, is plain text where that is wanted, and leaves nothing behind."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.picture import picture, shown
from demo.run import COLOUR, FOLDER, descendants, fitted, telling, unfolded
from demo.style import Style

SCRIPT = Path(__file__).with_name("run.py")
MARK = "DEMO_TEST_MARK"


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def mark() -> Iterator[str]:
    """A variable of the environment that marks the demonstration and all that it starts; none is left at the end."""
    value = uuid.uuid4().hex
    yield value
    deadline = time.monotonic() + 60
    while (left := marked(value)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left, f"still running: {left}"


def marked(value: str) -> list[str]:
    """The processes with this mark in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if value.encode() in (folder / "environ").read_bytes():
                found.append(f"{folder.name}: {(folder / 'cmdline').read_bytes()!r}")
        except OSError:
            continue  # gone in the meantime, or somebody else's
    return found


def start(mark: str) -> subprocess.Popen[str]:
    """Start the demonstration as the leader of a group of processes, as a terminal does."""
    return subprocess.Popen(
        [sys.executable, SCRIPT], env={**os.environ, MARK: mark}, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def test_it_runs_through_and_fits_80_columns() -> None:
    """And the picture has its last step, and loads nothing."""
    with start(uuid.uuid4().hex) as process:
        output = process.communicate(timeout=600)[0]
    assert process.returncode == 0, output
    assert "\x1b" not in output
    lines = output.splitlines()
    headings = [line.split("──")[1].split(".")[0].strip() for line in lines if line.startswith("── ")]
    assert headings == [str(number) for number in range(1, 8)]
    assert sum("changed=1" in line for line in lines) == 3
    assert sum("changed=0" in line and "localhost" in line for line in lines) == 2
    assert "Calls to the service: 4 to read, 2 to write." in lines
    rows = [" ".join(line.split()) for line in lines if line[:12].isdigit()]
    assert "111122220001 shop-prod Created > Invited Created > Invited" in rows
    assert "111122220001 shop-prod Invited > Enabled Invited > Enabled" in rows
    assert "111122220010 research-lab Resigned Resigned" in rows
    assert lines[lines.index("Open the report in a browser:") + 1].strip() == (FOLDER / "report.html").as_uri()
    assert (FOLDER / "report.html").stat().st_size > 10_000

    # an address is not broken, so that it can be opened
    assert [line for line in lines if len(line) > 80 and "file://" not in line] == []

    svg = picture(shown(output))
    assert "PLAY&#160;RECAP" in svg
    assert "Invited&#160;&gt;&#160;Enabled" in svg
    assert not re.findall(r"url\((?!#)|href|@font-face", svg)


def test_long_lines_are_broken_between_words_in_their_colour() -> None:
    line = f"\x1b[0;32m    - 'To do: {'word ' * 20}'\x1b[0m"
    parts = fitted(f"{line}\n", 40).split("\n")
    assert [part[:7] for part in parts] == ["\x1b[0;32m"] * len(parts)
    assert all(len(COLOUR.sub("", part)) <= 40 for part in parts)
    assert " ".join(COLOUR.sub("", part).strip() for part in parts) == COLOUR.sub("", line).strip()
    assert fitted(f"TASK [name] {'*' * 60}\n", 40) == f"TASK [name] {'*' * 28}"


def test_tasks_that_say_no_more_than_ok_are_left_out() -> None:
    silent = ["TASK [one] ***", "ok: [localhost]", "", "TASK [two] ***", "skipping: [localhost]", "included: a.yml"]
    changed = ["TASK [three] ***", "changed: [localhost] => (item=1)", ""]
    told = [*changed, "TASK [four] ***", "ok: [localhost] =>", "  msg: a"]
    recap = ["PLAY RECAP ***", "localhost : ok=4"]
    assert list(telling(["PLAY [all] ***", "", *silent, *told, *recap])) == [*told, *recap]
    assert list(telling([])) == []


def test_descendants_are_found_through_all_generations() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as process:
        while not (found := descendants(process.pid)):
            time.sleep(0.01)
        assert set(found) <= set(descendants(os.getpid()))
        process.communicate(b"\n")


def test_folded_entries_are_one_line_again() -> None:
    lines = ["    msg:\n", "    - 'one\n", "        two\n", "        three'\n", "    - four\n", "end\n"]
    found = [line.strip() for line in unfolded(lines)]
    assert found == ["msg:", "- 'one two three'", "- four", "end"]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to see what is left")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_leaves_nothing_behind_when_it_is_interrupted(mark: str, number: signal.Signals, code: int) -> None:
    with start(mark) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("$ ansible-playbook"):
                break
        while (
            len(marked(mark)) < 5 and process.poll() is None
        ):  # the demonstration, its hub, Ansible, its worker, and a module
            time.sleep(0.01)
        if number == signal.SIGINT:  # a terminal sends it to all of the group
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        rest = process.communicate(timeout=120)[0]
    assert process.returncode == code, rest
    assert "Traceback" not in rest


def test_colour_is_for_terminals_that_want_it() -> None:
    assert Style.of(Terminal(), {}).paint("text", "1") == "\x1b[1mtext\x1b[0m"
    assert Style.of(Terminal(), {"NO_COLOR": "1"}).paint("text", "1") == "text"
    assert Style.of(Terminal(), {"TERM": "dumb"}).paint("text", "1") == "text"
    assert Style.of(io.StringIO(), {}).paint("text", "1") == "text"
