# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module as a process of its own, killed while it works."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from faults.running import MODULES, clean_environment, options
from faults.scenarios import Scenario
from local_hub.control import Hub

TESTS = Path(__file__).resolve().parents[1]
COLLECTIONS = TESTS.parent / ".build" / "collections"
LATENCY = 0.02  # seconds a call, so that the process is still at work when it is killed


def kill(hub: Hub, scenario: Scenario, calls: int) -> bool:
    """Run a module, and kill it once the local hub has had so many calls; return whether it was still running."""
    hub.fault(kind="latency", seconds=LATENCY, operation=["*"])
    with _process(hub, scenario) as process:
        while process.poll() is None and _calls(hub) < calls:
            time.sleep(0.005)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
    _wait_for_silence(hub)
    hub.clear_faults()
    return process.returncode == -signal.SIGKILL


def _process(hub: Hub, scenario: Scenario) -> subprocess.Popen[bytes]:
    environment = {**clean_environment(), "PYTHONPATH": str(COLLECTIONS)}
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": options(hub, scenario)})
    command = [sys.executable, "-m", f"{MODULES}.{scenario.module}"]
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if process.stdin:
        process.stdin.write(arguments.encode())
        process.stdin.close()
    return process


def _calls(hub: Hub) -> int:
    counts = hub.counts()
    return sum(counts["calls"].values()) + counts["other"].get("sts:AssumeRole", 0)


def _wait_for_silence(hub: Hub) -> None:
    """Wait until what had been sent when the process was killed has been worked on."""
    seen = None
    while seen != (seen := hub.state()):
        time.sleep(3 * LATENCY)
