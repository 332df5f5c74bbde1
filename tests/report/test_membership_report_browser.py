# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a browser: looks, filters, keyboard, paper, size. Screenshots are kept in .build/reports/membership."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from report import fleets
from report.browser import PATIENCE, Page
from report.fleets import made
from report.reading import contrast
from report.states import HOSTILE, account
from run.layout import BUILD

SHOTS = BUILD / "reports" / "membership"
TAB = "\ue004"  # https://www.w3.org/TR/webdriver2/#keyboard-actions
SHOWN_ROWS = "return [...document.querySelectorAll('#matrix tbody tr')].filter(row => row.offsetHeight).length"
SHOWN_COLUMNS = """return [...document.querySelectorAll('#matrix thead th')].slice(1)
  .filter(cell => cell.offsetWidth).map(cell => cell.textContent)"""
SHOWN_ACCOUNTS = """return [...document.querySelectorAll('#matrix tbody tr')].filter(row => row.offsetHeight)
  .map(row => row.querySelector('b').textContent)"""
SHOWN_TO_DO = """return [...document.querySelectorAll('.todo')].filter(card => card.offsetHeight)
  .map(card => [card.querySelector('h3').textContent, card.querySelectorAll('li:not([hidden])').length])"""
OPEN_ITEMS = """return [...document.querySelectorAll('.todo:not([hidden]) li:not([hidden])')]
  .every(item => item.checkVisibility())"""
FOCUS = """const focus = document.activeElement;
  return focus.dataset.copy || focus.id || focus.className || focus.tagName.toLowerCase()"""
CONTROLS = "return [...document.querySelectorAll('select, input, button')].filter(one => one.offsetHeight).length"
SHOWN_WORDS = """return [...document.querySelectorAll(`#matrix td.${arguments[0]} i`)]
  .filter(word => word.offsetWidth > 2).length"""
FILTER = """const form = document.getElementById('filter');
  form.elements.status.value = arguments[0]; form.elements.text.value = arguments[1];
  form.elements.text.dispatchEvent(new Event('input', {bubbles: true}))"""
# the colours of each text that is seen, and of what lies under it
COLOURS = """
const under = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const colour = getComputedStyle(e).backgroundColor;
    if (colour !== 'rgba(0, 0, 0, 0)') return colour;
  }
};
const texts = [...document.body.querySelectorAll('*')].filter((element) => element.checkVisibility()
  && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
return [...new Set(texts.map((element) => `${getComputedStyle(element).color} ${under(element)}`))]"""

Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Page, tmp_path: Path) -> Opener:
    """A function that opens the page of a result, and checks that the browser reports no problem."""

    def opens(result: Any, accounts: Any = None, width: int = 1440, theme: str = "light") -> Page:
        file = tmp_path / "report.html"
        html = made(result, "html", accounts, generated_at=fleets.TIME)
        file.write_text(html, encoding="utf-8")
        browser.show(width, theme=theme)
        browser.problems()
        browser.open(file)
        assert browser.problems() == []
        return browser

    return opens


def filtered(page: Page, status: str = "", text: str = "") -> str:
    """Set the filter; return what the page says about it."""
    before = page.run("return document.querySelector('output').textContent = ''")
    page.run(FILTER, status, text)
    end = time.monotonic() + PATIENCE
    while (said := page.run("return document.querySelector('output').textContent")) == before:
        assert time.monotonic() < end, "the filter does nothing"
    return str(said)


def test_filter_by_account_and_e_mail(opened: Opener) -> None:
    page = opened(fleets.fleet(50), fleets.accounts(50))
    assert page.run(SHOWN_ROWS) == 50
    assert filtered(page, text=account(3)) == "1 of 50 accounts, 17 of 17 Regions"
    assert page.run(SHOWN_ROWS) == 1
    assert [words[0].split("\n")[-1] for words in page.run(SHOWN_TO_DO)] == [
        "\u2026 Invited The account owner must accept the invitation.",
    ]
    assert filtered(page, text=f"OWNER-{account(8)}@") == "1 of 50 accounts, 17 of 17 Regions"
    assert filtered(page, text="nobody") == "No account matches."
    assert page.run(SHOWN_ROWS) == 0
    assert page.run(SHOWN_TO_DO) == []


def test_filter_by_region(opened: Opener) -> None:
    page = opened(fleets.fleet(50), fleets.accounts(50))
    assert filtered(page, text="eu-west EU-C") == "50 of 50 accounts, 4 of 17 Regions"
    assert page.run(SHOWN_COLUMNS) == ["eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"]
    assert filtered(page, "resigned", "us-") == "No account matches."  # those who resigned did so in Europe
    assert filtered(page, "resigned", "eu-north-1") == "2 of 50 accounts, 1 of 17 Regions"


def test_filter_by_status(opened: Opener) -> None:
    page = opened(fleets.fleet(50), fleets.accounts(50))
    assert filtered(page, "invited") == "7 of 50 accounts, 17 of 17 Regions"
    assert [count for _words, count in page.run(SHOWN_TO_DO)] == [2, 5]
    assert filtered(page, "not-enabled", "us-east-1") == "9 of 50 accounts, 1 of 17 Regions"
    page.run("document.querySelector('button[type=reset]').click()")
    time.sleep(0.2)
    assert page.run(SHOWN_ROWS) == 50
    assert len(page.run(SHOWN_COLUMNS)) == 17


def test_keyboard_reaches_everything(opened: Opener) -> None:
    page = opened(fleets.fleet(50), fleets.accounts(50))
    reached = []
    for _press in range(26):
        page.press(TAB)
        reached.append(page.run(FOCUS))
    links, rest = reached[: reached.index("status")], reached[reached.index("status") :]
    assert links == ["a"] * 8  # to what is to be done, to the invitations, and each status to its view
    assert rest[:8] == ["status", "text", "sort", "button", "shown", "summary", "summary", "pre"]
    assert {"ids", "command"} <= set(rest)
    assert page.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_without_scripts_all_is_shown_and_no_filter(opened: Opener, browser: Page) -> None:
    browser.scripts(on=False)
    try:
        page = opened(fleets.fleet(50), fleets.accounts(50))
        assert page.run(SHOWN_ROWS) == 50
        assert page.run("return document.getElementById('filter').offsetHeight") == 0
    finally:
        browser.scripts(on=True)


def test_hostile_texts_do_nothing(opened: Opener) -> None:
    page = opened(fleets.hostile(), fleets.hostile_accounts())
    shown = page.run("return [...document.querySelectorAll('#matrix tbody bdi')].map(text => text.textContent)")
    assert tuple(shown[1::2]) == HOSTILE
    assert page.run("return document.querySelectorAll('script, img, style').length") == 2
    assert filtered(page, text="<script>alert(1)") == "1 of 6 accounts, 2 of 2 Regions"


def test_paper_gets_what_the_filter_shows_and_no_controls(opened: Opener, tmp_path: Path) -> None:
    page = opened(fleets.fleet(50), fleets.accounts(50))
    filtered(page, "invited", "eu-central-1")
    page.show(1100, media="print")
    try:
        assert page.run(SHOWN_ROWS) == 7
        assert page.run(SHOWN_COLUMNS) == ["eu-central-1"]
        assert [number for _words, number in page.run(SHOWN_TO_DO)] == [2, 5]
        assert page.run(CONTROLS) == 0
        assert page.run("return document.querySelector('output').offsetHeight") > 0
        assert page.run(OPEN_ITEMS)
        filtered(page)
        assert page.run(SHOWN_ROWS) == 50
        assert page.run("return document.querySelector('.scroll').scrollWidth <= innerWidth")
        page.pdf(tmp_path / "report.pdf")
        pages = re.findall(rb"/Type\s*/Page\b", (tmp_path / "report.pdf").read_bytes())
        assert len(pages) > 1
    finally:
        page.show(1440)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_looks(opened: Opener, width: int, theme: str) -> None:
    page = opened(fleets.small(), fleets.small_accounts(), width, theme)
    assert page.run("return document.documentElement.scrollWidth <= innerWidth"), "the page itself scrolls sideways"
    pairs = [re.findall(r"rgb\((\d+), (\d+), (\d+)\)", pair) for pair in page.run(COLOURS)]
    assert len(pairs) >= 10
    hexes = [["#" + "".join(f"{int(part):02x}" for part in colour) for colour in pair] for pair in pairs]
    assert [pair for pair in hexes if contrast(*pair) < 4.5] == []
    ground = page.run("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(15, 20, 26)") == (theme == "dark")
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(SHOTS / f"{width}-{theme}.png")


@pytest.mark.parametrize("width", [1440, 390])
def test_head_and_first_column_stay(opened: Opener, width: int) -> None:
    page = opened(fleets.fleet(50), fleets.accounts(50), width)
    places = """const box = document.querySelector('.scroll'), head = document.querySelector('#matrix thead th');
      const row = document.querySelectorAll('#matrix tbody th')[20];
      box.scrollTo(arguments[0], arguments[0]);
      const [from, top, left] = [box, head, row].map((element) => element.getBoundingClientRect());
      return [top.top - from.top, left.left - from.left, box.scrollTop]"""
    at_start, scrolled = page.run(places, 0), page.run(places, 300)
    assert scrolled[:2] == at_start[:2]
    assert scrolled[2] == 300


@pytest.mark.parametrize("number", [5, 200, 2000])
def test_size(opened: Opener, record_property: Callable[[str, object], None], number: int) -> None:
    result, accounts = fleets.fleet(number), fleets.accounts(number)
    html, data = (made(result, form, accounts) for form in ("html", "json"))
    page = opened(result, accounts)
    assert page.run(SHOWN_ROWS) == number
    assert filtered(page) == f"{number:,} of {number:,} accounts, 17 of 17 Regions"
    said = filtered(page, "not-enabled", "000")
    size = len(html.encode())
    record_property("measured", f"{number} accounts: page of {size:,} bytes, JSON of {len(data):,}, {said}")
    assert size < 3_000_000


def test_not_enabled_leaves_out_what_could_not_be_read(opened: Opener) -> None:
    rows = [fleets.row("eu-west-1", account(n), "Created" if n == 3 else "Enabled") for n in range(20)]
    page = opened(fleets.result(*rows, failed=("us-east-1",)), fleets.accounts(20))
    assert filtered(page, "not-enabled") == "1 of 20 accounts, 2 of 2 Regions"
    assert filtered(page, "not-enabled", "us-east-1") == "No account matches."
    assert filtered(page, "not-readable") == "20 of 20 accounts, 2 of 2 Regions"


def test_filter_by_name(opened: Opener) -> None:
    page = opened(fleets.fleet(50), fleets.accounts(50))
    # Workload 17, and another with 17 in its account ID
    assert filtered(page, text="workload 17") == "2 of 50 accounts, 17 of 17 Regions"


# What is not cut: each word of a cell is narrower than the cell, and on one line.
BROKEN_WORDS = """
const broken = [];
for (const word of document.querySelectorAll('#matrix td i')) {
  const text = word.firstChild, range = document.createRange();
  if (!word.checkVisibility() || word.offsetWidth < 2) continue;
  for (const part of text.data.matchAll(/\\S+/g)) {
    range.setStart(text, part.index); range.setEnd(text, part.index + part[0].length);
    const boxes = range.getClientRects(), cell = word.closest('td').getBoundingClientRect();
    if (boxes.length > 1 || boxes[0].right > cell.right) broken.push(part[0]);
  }
}
return [...new Set(broken)]"""


def test_17_regions_are_in_sight_and_no_word_is_broken(opened: Opener) -> None:
    page = opened(fleets.fleet(50), fleets.accounts(50), 1440)
    assert page.run("return document.querySelector('.scroll').scrollWidth <= innerWidth")
    assert page.run("const box = document.querySelector('.scroll'); return box.scrollWidth - box.clientWidth") <= 0
    assert page.run(BROKEN_WORDS) == []
    page.show(390)
    assert page.run(BROKEN_WORDS) == []


def test_what_is_fine_is_a_symbol_with_its_word_for_a_screen_reader(opened: Opener) -> None:
    page = opened(fleets.fleet(50), fleets.accounts(50))
    assert (page.run(SHOWN_WORDS, "e"), page.run(SHOWN_WORDS, "f")) == (0, 0)
    assert page.run(SHOWN_WORDS, "i") > 0
    assert page.run("return document.querySelector('#matrix td.e').textContent.trim()") == "\u2713 Enabled"
    legend = page.run("return document.querySelector('.legend').textContent")
    assert all(word in legend for word in ("\u2713 Enabled", "\u2026 Invited", "! Not readable"))
