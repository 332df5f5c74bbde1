# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium, driven by selenium."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.support.wait import WebDriverWait

# Nothing that would have Chromium call its maker; without a sandbox, which a container's root can't have.
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--hide-scrollbars",
)  # fmt: skip
PATIENCE = 60.0  # seconds; a page of 34,000 cells on a busy machine takes its time
LOADED = "return document.readyState === 'complete' && location.href === arguments[0] && document.body.offsetHeight"


def programs() -> tuple[str | None, str | None]:
    """Return where Chromium and ChromeDriver are, None for what PATH does not have."""
    return shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("chromedriver")


class Page:
    """One window. Media features and sizes stay as they were set until they are set anew."""

    def __init__(self, driver: Chrome) -> None:
        """Take the driver of a window."""
        self.driver = driver
        self.run = driver.execute_script

    def cdp(self, command: str, **parameters: Any) -> Any:
        """Carry a command of the Chrome DevTools Protocol out."""
        return self.driver.execute_cdp_cmd(command, parameters)

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
        self.driver.get("about:blank")  # or the same file, opened before, looks loaded
        address = file.resolve().as_uri()
        self.driver.get(address)
        # the call returns before the page is there: a file may get a process of its own
        WebDriverWait(self.driver, PATIENCE, 0.02).until(lambda _driver: self.run(LOADED, address))

    def press(self, keys: str) -> None:
        """Type into whatever has the focus, as a keyboard does."""
        ActionChains(self.driver).send_keys(keys).perform()

    def screenshot(self, file: Path) -> None:
        """Save what the window shows as PNG."""
        self.driver.save_screenshot(str(file))

    def pdf(self, file: Path) -> None:
        """Save what would be printed."""
        options = {"preferCSSPageSize": True, "printBackground": True}
        file.write_bytes(base64.b64decode(self.cdp("Page.printToPDF", **options)["data"]))

    def problems(self) -> list[str]:
        """Return what the console was told since the last call, such as errors of scripts and of the policy."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]


@contextlib.contextmanager
def chromium(program: str, driver: str) -> Iterator[Page]:
    """Start Chromium with a profile of its own, and end it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # Chromium and its libraries also write to ~/.pki, ~/.config and ~/.cache. No proxy: it only opens files.
        folders = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"), profile)
        options = ChromeOptions()
        options.binary_location = program
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        for switch in (*SWITCHES, f"--user-data-dir={profile}"):
            options.add_argument(switch)
        with mock.patch.dict(os.environ, {**folders, "no_proxy": "*", "NO_PROXY": "*"}):
            window = Chrome(options, ChromeService(driver, env=dict(os.environ)))
            try:
                yield Page(window)
            finally:
                window.quit()
