# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local Security Hub for as long as a stage needs one."""

from __future__ import annotations

import contextlib
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from local_hub.identity import KEY_PREFIX
from run.layout import BIN, BUILD, ROOT, environment

PATIENCE = 30.0  # seconds that the server may take to start or to end
READY = re.compile(r"is ready at (http://\S+)")
ADMINISTRATOR = "111122223333"
REGION = "eu-west-1"


class HubError(Exception):
    """The local Security Hub did not start; the message carries what it said."""


def wait_for_url(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return the URL that the server writes into its log once it listens."""
    deadline = time.monotonic() + PATIENCE
    while not (ready := READY.search(log.read_text(encoding="utf-8"))):
        if process.poll() is not None or time.monotonic() > deadline:
            raise HubError(f"the local Security Hub did not start:\n{log.read_text(encoding='utf-8')}")
        time.sleep(0.05)
    return ready.group(1)


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Run a fresh local Security Hub on a free port; give its URL, and end it afterwards."""
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        log = Path(folder) / "hub.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [BIN / "python", "-m", "local_hub", "--port", "0", "--quiet"],
                cwd=ROOT, env=environment(PYTHONPATH=str(ROOT / "tests")),
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            yield wait_for_url(process, log)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def client_environment(url: str) -> dict[str, str]:
    """Return the variables that lead an AWS client, and whoever steers the hub, to the hub at this URL.

    The keys are those of an administrator's account; the hub looks at the account in the key, and at no secret.
    """
    return {
        "LOCAL_HUB_URL": url,
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": f"{KEY_PREFIX}{ADMINISTRATOR}",
        "AWS_SECRET_ACCESS_KEY": "local-hub-secret-key",
    }
