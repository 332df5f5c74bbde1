/* Copyright: multiaccount.aws contributors. SPDX-License-Identifier: GPL-3.0-or-later */
"use strict";
// Filters what the page shows already; without scripts, the page shows all of it and no filter.
(() => {
  const form = document.getElementById("filter");
  const matrix = document.getElementById("matrix");
  if (!form || !matrix) return;

  const regions = Array.from(matrix.tHead.rows[0].cells).slice(1).map((cell) => cell.textContent);
  const rows = Array.from(matrix.tBodies[0].rows, (element) => ({
    element,
    account: element.querySelector("b").textContent,
    text: element.cells[0].textContent.toLowerCase(),
    kinds: Array.from(element.cells).slice(1).map((cell) => cell.className),
    shown: true,
  }));
  const byAccount = new Map(rows.map((row) => [row.account, row]));
  const groups = Array.from(document.querySelectorAll(".todo"), (element) => ({
    element,
    kind: element.dataset.css,
    match: element.querySelector(".match"),
    items: Array.from(element.querySelectorAll("li"), (item) => ({
      element: item,
      row: byAccount.get(item.querySelector("b").textContent),
    })),
  }));
  const columns = new CSSStyleSheet();
  document.adoptedStyleSheets = [columns];

  // A word that begins a Region's name chooses columns; every other one must occur in the account, its name or its email address.
  function read() {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const begins = (word) => regions.some((region) => /^[a-z]/.test(word) && region.toLowerCase().startsWith(word));
    const places = words.filter(begins);
    const chosen = (region) => places.some((word) => region.toLowerCase().startsWith(word));
    return {
      kind: form.elements.status.value,
      words: words.filter((word) => !begins(word)),
      visible: regions.map((region) => !places.length || chosen(region)),
    };
  }

  // What could not be read, was not requested or is the administrator itself is neither Enabled nor "Not Enabled".
  function fits(kind, wanted) {
    return !wanted || (wanted === "!e" ? !"efax".includes(kind) : kind === wanted);
  }

  function narrow(visible) {
    const hidden = visible.flatMap((shown, index) => (shown ? [] : [index + 2]));
    const rules = hidden.map((n) => `#matrix col:nth-child(${n}), #matrix tr > :nth-child(${n}) { display: none }`);
    columns.replaceSync(`@media screen { ${rules.join(" ")} }`); // paper gets the whole table
  }

  function showGroup(group, wanted) {
    const concerns = (row) => row.kinds.some((kind, index) => kind === group.kind && wanted.visible[index]);
    let left = 0;
    for (const item of group.items) {
      const shown = fits(group.kind, wanted.kind) && item.row.shown && concerns(item.row);
      item.element.hidden = !shown;
      left += shown;
    }
    group.element.hidden = !left;
    group.match.textContent = left < group.items.length ? ` (${left} shown)` : "";
  }

  function show() {
    const wanted = read();
    let left = 0;
    for (const row of rows) {
      row.shown =
        wanted.words.every((word) => row.text.includes(word)) &&
        row.kinds.some((kind, index) => wanted.visible[index] && fits(kind, wanted.kind));
      if (row.element.hidden === row.shown) row.element.hidden = !row.shown;
      left += row.shown;
    }
    narrow(wanted.visible);
    groups.forEach((group) => showGroup(group, wanted));
    const places = wanted.visible.filter(Boolean).length;
    form.querySelector("output").textContent = left
      ? `${left} of ${rows.length} accounts, ${places} of ${regions.length} Regions`
      : "No account matches.";
  }

  let timer;
  function soon(delay) {
    clearTimeout(timer);
    timer = setTimeout(show, delay);
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => soon(100));
  form.addEventListener("reset", () => soon(0)); // the form is empty only after the event
  form.hidden = false;
  show();
})();
