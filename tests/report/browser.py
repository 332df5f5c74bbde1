# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium, driven through ChromeDriver by the W3C WebDriver protocol (https://www.w3.org/TR/webdriver2/)."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Nothing that would have Chromium call its maker; without a sandbox, which a container's root can't have.
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--hide-scrollbars",
)  # fmt: skip
PATIENCE = 60.0  # seconds; a page of 34,000 cells on a busy machine takes its time


class BrowserError(Exception):
    """What ChromeDriver refused, in its words."""


def programs() -> tuple[str | None, str | None]:
    """Return where Chromium and ChromeDriver are, None for what PATH does not have."""
    return shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("chromedriver")


def call(method: str, url: str, body: dict[str, Any] | None = None) -> Any:
    """Make one WebDriver call and return its value."""
    data = json.dumps(body or {}).encode() if method == "POST" else None
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        raise BrowserError(json.load(error)["value"]["message"]) from error


class Page:
    """One window. Media features and sizes stay as they were set until they are set anew."""

    def __init__(self, url: str) -> None:
        """Take the address of a WebDriver session."""
        self.url = url

    def cdp(self, command: str, **parameters: Any) -> Any:
        """Carry a command of the Chrome DevTools Protocol out."""
        return call("POST", f"{self.url}/goog/cdp/execute", {"cmd": command, "params": parameters})

    def show(self, width: int, height: int = 900, theme: str = "light", media: str = "screen") -> None:
        """Set the window's size in CSS pixels, the theme that the user prefers, and the medium."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.cdp("Emulation.setDeviceMetricsOverride", **size)
        features = [{"name": "prefers-color-scheme", "value": theme}]
        self.cdp("Emulation.setEmulatedMedia", media=media, features=features)

    def scripts(self, *, on: bool) -> None:
        """Let pages that are opened from now on run their scripts, or not."""
        self.cdp("Emulation.setScriptExecutionDisabled", value=not on)

    def open(self, file: Path) -> None:
        """Open a file and wait until it is loaded and laid out."""
        call("POST", f"{self.url}/url", {"url": "about:blank"})  # or the same file, opened before, looks loaded
        end, address = time.monotonic() + PATIENCE, file.resolve().as_uri()
        call("POST", f"{self.url}/url", {"url": address})
        # the call returns before the page is there: a file may get a process of its own
        loaded = (
            "return document.readyState === 'complete' && location.href === arguments[0] && document.body.offsetHeight"
        )
        while not self.run(loaded, address):
            assert time.monotonic() < end, f"{file.name} does not load"
            time.sleep(0.02)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a function in the page and return what it returns."""
        return call("POST", f"{self.url}/execute/sync", {"script": script, "args": list(arguments)})

    def press(self, keys: str) -> None:
        """Type into whatever has the focus, as a keyboard does."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        call("POST", f"{self.url}/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def screenshot(self, file: Path) -> None:
        """Save what the window shows as PNG."""
        file.write_bytes(base64.b64decode(call("GET", f"{self.url}/screenshot")))

    def pdf(self, file: Path) -> None:
        """Save what would be printed."""
        options = {"preferCSSPageSize": True, "printBackground": True}
        file.write_bytes(base64.b64decode(self.cdp("Page.printToPDF", **options)["data"]))

    def problems(self) -> list[str]:
        """Return what the console was told since the last call, such as errors of scripts and of the policy."""
        return [entry["message"] for entry in call("POST", f"{self.url}/se/log", {"type": "browser"})]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_until_ready(url: str) -> None:
    """Return when ChromeDriver answers."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            call("GET", f"{url}/status")
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


@contextlib.contextmanager
def chromium(program: str, driver: str) -> Iterator[Page]:
    """Start Chromium with a profile of its own, and end it."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    # no proxy: all that is opened is a file
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # Chromium and its libraries also write to ~/.pki, ~/.config and ~/.cache
        folders = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"), profile)
        env = {**kept, **folders}
        options = {"binary": program, "args": [*SWITCHES, f"--user-data-dir={profile}"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        command = [driver, f"--port={port}", "--log-level=OFF"]
        with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait_until_ready(url)
                session = call("POST", f"{url}/session", {"capabilities": {"alwaysMatch": wanted}})
                page = Page(f"{url}/session/{session['sessionId']}")
                try:
                    yield page
                finally:
                    call("DELETE", page.url)
            finally:
                process.terminate()
