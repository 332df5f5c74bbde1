# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""make screenshots: the pictures of the README, from the fictional accounts of the demonstration."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

# Started as a script, from wherever.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".build" / "collections"))

from demo.accounts import ACCOUNTS, ADMINISTRATOR

from report.browser import chromium, programs
from report.fleets import made
from run.layout import ROOT

REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")
REASONS = {
    "Invited": "awaiting_acceptance", "Removed": "removed", "Resigned": "resigned", "AccountSuspended": "suspended",
}  # fmt: skip
BEFORE, NOW = "2026-03-01T08:00:00Z", "2026-03-02T08:00:00Z"
PICTURES = {"light": "report.png", "dark": "report-dark.png"}


def result(number: int) -> dict[str, object]:
    """Return what a run has seen: the Nth one, of which each has a few more members."""
    rows = [row(place, region, number) for place in range(len(ACCOUNTS)) for region in REGIONS]
    return {"administrator_id": ADMINISTRATOR, "memberships": rows, "failed_regions": []}


def row(place: int, region: str, number: int) -> dict[str, object]:
    """Return one membership. Accounts accept one after the other; those that ended stay as they are."""
    account = ACCOUNTS[place]
    status = account.statuses[REGIONS.index(region) % 2]
    if status in ("Created", "Invited"):
        status = "Enabled" if place <= number * 2 else "Invited"
    elif status == "Removed" and number == 0 and region == REGIONS[1]:
        status = "Enabled"
    return {
        "region": region, "account_id": account.account_id, "member_status": status,
        "email": f"security+{account.name.split()[0]}@example.com", "actions": [],
        "invited_at": f"2026-02-{place + 10}T08:00:00Z" if status == "Invited" else None,
        "reason": REASONS.get(status or "", None if status else "not_a_member"),
    }  # fmt: skip


def page(folder: Path) -> Path:
    """Write the page of the second run, with what changed since the first; return its path."""
    named = [{"account_id": account.account_id, "name": account.name, "regions": []} for account in ACCOUNTS]
    accounts = {"accounts": named, "skipped": []}
    earlier, file = folder / "report.json", folder / "report.html"
    earlier.write_text(made(result(0), "json", accounts, generated_at=BEFORE), "utf-8")
    html = made(result(1), "html", accounts, generated_at=NOW, previous=str(earlier))
    file.write_text(html, "utf-8")
    return file


def main() -> int:
    """Take the pictures; return the exit code."""
    program, driver = programs()
    if not program or not driver:
        print("chromium and chromedriver are not on PATH (Debian: apt-get install chromium chromium-driver)")
        return 1
    images = ROOT / "docs" / "images"
    images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium(program, driver) as browser:
        file = page(Path(folder))
        for theme, name in PICTURES.items():
            browser.show(1200, 1000, theme=theme)
            browser.open(file)
            browser.screenshot(images / name)
            print(f"{images / name}: {(images / name).stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
