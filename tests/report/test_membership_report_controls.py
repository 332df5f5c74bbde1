# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page's controls do: the view in its address, the order, and what the buttons copy."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from report import fleets
from report.browser import PATIENCE, Page
from report.fleets import made
from report.states import account

ROWS = """return [...document.querySelectorAll('#matrix tbody tr')].filter(row => row.offsetHeight)
  .map(row => row.querySelector('b').textContent)"""
FIELDS = "return ['status', 'text', 'sort'].map(name => document.getElementById('filter').elements[name].value)"
SET = """const field = document.getElementById('filter').elements[arguments[0]];
  field.value = arguments[1]; field.dispatchEvent(new Event('input', {bubbles: true}))"""
# ChromeDriver may not read the clipboard of a file, so the page's own call is watched.
WATCH = """window.copied = null;
  Object.defineProperty(navigator, 'clipboard', {configurable: true, value: {writeText: async (text) => {
    if (arguments[0]) throw new Error('not allowed'); window.copied = text }}});
  document.execCommand = () => { window.copied = document.activeElement.value; return true }"""
REPORT = fleets.fleet(30), fleets.accounts(30)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a fleet."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(made(REPORT[0], "html", REPORT[1], generated_at=fleets.TIME), "utf-8")
    return path


@pytest.fixture
def page(browser: Page, file: Path) -> Page:
    """The page, opened."""
    browser.show(1440)
    browser.problems()
    browser.open(file)
    assert browser.problems() == []
    return browser


def until(page: Page, script: str, wanted: Any, *arguments: Any) -> None:
    """Wait until a script returns this."""
    end = time.monotonic() + PATIENCE
    while (found := page.run(script, *arguments)) != wanted:
        assert time.monotonic() < end, f"{found} is not {wanted}"
        time.sleep(0.02)


def copied(page: Page, selector: str, refused: bool = False) -> str:
    """Press the first button that fits a selector; return what it copies."""
    page.run(WATCH, refused)
    page.run("document.querySelector(arguments[0]).click()", selector)
    until(page, "return window.copied !== null", True)
    return str(page.run("return window.copied"))


def test_view_is_in_the_address_and_an_address_opens_its_view(page: Page) -> None:
    page.run(SET, "status", "invited")
    page.run(SET, "text", "eu-central-1 workload")
    page.run(SET, "sort", "account")
    until(page, "return location.hash", "#status=invited&text=eu-central-1+workload&sort=account")
    shown = page.run(ROWS)
    assert shown == sorted(shown)
    assert 0 < len(shown) < 30
    page.run("location.hash = ''")
    until(page, FIELDS, ["", "", ""])
    assert len(page.run(ROWS)) == 30
    page.run("location.hash = arguments[0]", "status=invited&text=eu-central-1+workload&sort=account")
    until(page, ROWS, shown)
    page.run("document.querySelector('a[href=\"#todo-title\"]').click()")
    until(page, "return location.hash", "#todo-title")
    assert page.run(FIELDS) == ["invited", "eu-central-1 workload", "account"], "a heading leaves the view as it is"
    page.run("location.hash = 'status=nonsense&sort=nonsense&x=%'")
    until(page, FIELDS, ["", "", ""])
    assert page.problems() == []


def test_status_of_the_summary_opens_its_view(page: Page) -> None:
    page.run("document.querySelector('.counts .q').closest('a').click()")
    until(page, FIELDS, ["resigned", "", ""])
    assert page.run(ROWS) == [account(6)]


def test_order(page: Page) -> None:
    worst = page.run(ROWS)
    assert worst[:4] == [account(6), account(8), account(7), account(4)]
    orders = {
        "account": sorted(worst),
        "request": [account(n) for n in range(30)],
        "name": [account(n) for n in sorted(range(30), key=name)],
        "": worst,
    }
    for order, wanted in orders.items():
        page.run(SET, "sort", order)
        until(page, ROWS, wanted)


def name(number: int) -> str:
    """Return what an account is sorted by: its name, else its email address."""
    return f"workload {number}" if number % 2 else f"owner-{account(number)}@example.com"


@pytest.mark.parametrize("refused", [False, True])
def test_buttons_copy_what_is_shown(page: Page, refused: bool) -> None:
    waiting = '.todo[data-css="i"]:nth-last-of-type(1)'
    assert copied(page, f"{waiting} [data-copy=ids]", refused).split(",") == [account(n) for n in (3, 13, 23)]
    page.run(SET, "text", f"{account(13)} eu-central-1")
    until(page, ROWS, [account(13)])
    assert copied(page, f"{waiting} [data-copy=ids]", refused) == account(13)
    command = copied(page, f"{waiting} [data-copy=command]", refused)
    assert f" -e securityhub_accounts={account(13)} \\\n" in command
    assert copied(page, "[data-copy=shown]", refused) == account(13)
    assert copied(page, "[data-copy=emails]", refused) == f"owner-{account(13)}@example.com"
    assert page.run("return document.activeElement.dataset.copy") == "emails"
    assert page.run("return document.getElementById('copied').textContent") == "Copied 1 email address"


def test_commands_are_those_of_the_json(page: Page) -> None:
    groups = json.loads(made(REPORT[0], "json", REPORT[1]))["to_do"]
    commands = [command for group in groups for command in group["commands"]]
    assert page.run("return [...document.querySelectorAll('.command pre')].map(one => one.textContent)") == commands


def test_text_to_an_owner_is_that_of_the_json(page: Page) -> None:
    owners = json.loads(made(*REPORT[:1], "json", REPORT[1], generated_at=fleets.TIME))
    texts = {owner["email"]: owner["text"] for owner in owners["open_invitations"]}
    assert len(texts) > 1
    first = page.run("return document.querySelector('.owner th').textContent")
    assert copied(page, ".owner [data-copy=letter]") == texts[first]


def test_without_scripts_commands_and_text_are_there_and_no_button(browser: Page, file: Path) -> None:
    browser.scripts(on=False)
    try:
        browser.show(1440)
        browser.open(file)
        assert browser.run("return [...document.querySelectorAll('button')].every(one => !one.offsetHeight)")
        assert "<accounts>" in browser.run("return document.getElementById('letter').textContent")
        assert browser.run("return document.querySelectorAll('.command pre').length") > 0
    finally:
        browser.scripts(on=True)
