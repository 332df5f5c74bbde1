/* Copyright: multiaccount.aws contributors. SPDX-License-Identifier: GPL-3.0-or-later */
"use strict";
// Filters, sorts and copies what the page shows already; without scripts, the page shows all of it and no controls.
(() => {
  const form = document.getElementById("filter");
  const matrix = document.getElementById("matrix");
  if (!form || !matrix) return;

  const { status, text, sort } = form.elements;
  const body = matrix.tBodies[0];
  const first = matrix.tHead.querySelector(".policy") ? 2 : 1; // the columns before the Regions
  const regions = Array.from(matrix.tHead.rows[0].cells).slice(first).map((cell) => cell.textContent);
  const rows = Array.from(body.rows, (element, worst) => ({
    element,
    worst,
    place: Number(element.dataset.n),
    account: element.querySelector("b").textContent,
    name: (element.querySelector("bdi")?.textContent ?? "").toLowerCase(),
    text: element.cells[0].textContent.toLowerCase(),
    kinds: Array.from(element.cells).slice(first).map((cell) => cell.className),
    differs: Array.from(element.cells).slice(first).map((cell) => cell.hasAttribute("data-p")),
    shown: true,
  }));
  const byAccount = new Map(rows.map((row) => [row.account, row]));
  // The cards of what to do, and the owners of open invitations.
  const groups = Array.from(document.querySelectorAll(".todo, .owner, .difference"), (element) => ({
    element,
    kind: element.dataset.css ?? "i",
    ofPolicy: element.hasAttribute("data-policy"),
    match: element.querySelector(".match"),
    commands: Array.from(element.querySelectorAll(".ids"), (ids) => ({ ids, all: ids.textContent.split(",") })),
    items: Array.from(element.querySelectorAll("li"), (item) => ({
      element: item,
      row: byAccount.get(item.querySelector("b").textContent),
      places: item.dataset.regions?.split(",").map(Number),
    })),
  }));
  const columns = new CSSStyleSheet();
  document.adoptedStyleSheets = [columns];

  // A word that begins a Region's name chooses columns; every other one must occur in the account, its name or its email address.
  function read() {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const begins = (word) => regions.some((region) => /^[a-z]/.test(word) && region.toLowerCase().startsWith(word));
    const places = words.filter(begins);
    const chosen = (region) => places.some((word) => region.toLowerCase().startsWith(word));
    return {
      kind: status.selectedOptions[0]?.dataset.kind ?? "",
      words: words.filter((word) => !begins(word)),
      visible: regions.map((region) => !places.length || chosen(region)),
    };
  }

  // What could not be read, was not requested or is the administrator itself is neither Enabled nor "Not Enabled".
  function fits(kind, wanted, differs) {
    if (wanted === "!p") return differs;
    return !wanted || (wanted === "!e" ? !"efax".includes(kind) : kind === wanted);
  }

  function narrow(visible) {
    const hidden = visible.flatMap((shown, index) => (shown ? [] : [index + first + 1]));
    const rules = hidden.map((n) => `#matrix col:nth-child(${n}), #matrix tr > :nth-child(${n}) { display: none }`);
    columns.replaceSync(rules.join(" "));
  }

  function showGroup(group, wanted) {
    const meets = (row, index) => row.kinds[index] === group.kind && (!group.ofPolicy || row.differs[index]);
    const concerns = ({ row, places }) =>
      row.kinds.some((_, index) => wanted.visible[index] && meets(row, index) && (places?.includes(index) ?? true));
    let left = 0;
    for (const item of group.items) {
      const shown = fits(group.kind, wanted.kind, group.ofPolicy) && item.row.shown && concerns(item);
      item.element.hidden = !shown;
      left += shown;
    }
    group.element.hidden = !left;
    if (group.match) group.match.textContent = left < group.items.length ? ` (${left} shown)` : "";
    const shown = new Set(shownAccounts(group));
    for (const { ids, all } of group.commands) ids.textContent = all.filter((id) => shown.has(id)).join(",");
  }

  function shownAccounts(group) {
    return group.items.filter((item) => !item.element.hidden).map((item) => item.row.account);
  }

  function showOwners() {
    const owners = groups.filter((group) => group.element.matches(".owner"));
    const left = owners.filter((group) => !group.element.hidden).length;
    const match = document.getElementById("owners");
    if (match) match.textContent = left < owners.length ? ` (${left} shown)` : "";
  }

  function show() {
    const wanted = read();
    let left = 0;
    for (const row of rows) {
      row.shown =
        wanted.words.every((word) => row.text.includes(word)) &&
        row.kinds.some((kind, index) => wanted.visible[index] && fits(kind, wanted.kind, row.differs[index]));
      if (row.element.hidden === row.shown) row.element.hidden = !row.shown;
      left += row.shown;
    }
    narrow(wanted.visible);
    groups.forEach((group) => showGroup(group, wanted));
    showOwners();
    const places = wanted.visible.filter(Boolean).length;
    document.getElementById("shown").textContent = left
      ? `${left.toLocaleString("en")} of ${rows.length.toLocaleString("en")} accounts, ${places} of ${regions.length} Regions`
      : "No account matches.";
  }

  const orders = {
    "": (row) => row.worst,
    account: (row) => row.account,
    name: (row) => row.name || "\uffff",
    request: (row) => row.place,
  };
  let order = "";
  function arrange() {
    if (sort.value === order) return;
    order = sort.value;
    const key = orders[order];
    const before = (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.worst - b.worst);
    const sorted = [...rows].sort(before);
    body.append(...sorted.map((row) => row.element));
  }

  // The address keeps the view: #status=invited&text=eu-west-1. The address of a heading leaves the view as it is.
  function readAddress() {
    const address = location.hash.slice(1);
    if (document.getElementById(address)) return;
    const view = new URLSearchParams(address);
    for (const field of [status, text, sort]) {
      field.value = view.get(field.name) ?? "";
      if (field.selectedIndex === -1) field.value = "";
    }
    arrange();
    show();
  }

  function writeAddress() {
    const view = new URLSearchParams();
    for (const field of [status, text, sort]) if (field.value) view.set(field.name, field.value);
    history.replaceState(null, "", view.size ? `#${view}` : location.pathname + location.search);
  }

  let timer;
  function soon(delay) {
    clearTimeout(timer);
    timer = setTimeout(() => (writeAddress(), arrange(), show()), delay);
  }

  // What each button copies: a text, and what to say about it.
  const counted = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const copies = {
    shown: () => idsOf(rows.filter((row) => row.shown).map((row) => row.account)),
    ids: (button) => idsOf(shownAccounts(groupOf(button))),
    command: (button) => {
      const card = button.closest(".todo");
      const place = Array.from(card.querySelectorAll("[data-copy=command]")).indexOf(button);
      return [card.querySelectorAll(".command pre")[place].textContent, "the command"];
    },
    emails: () => {
      const owners = groups.filter((group) => group.element.matches(".owner:not([hidden])"));
      const found = owners.map((group) => group.element.querySelector("th").textContent);
      const known = found.filter((email) => email.includes("@"));
      return [known.join(", "), counted(known.length, "email address").replace("addresss", "addresses")];
    },
    letter: (button) => [letter(groupOf(button)), "the text"],
  };

  function idsOf(accounts) {
    return [accounts.join(","), counted(accounts.length, "account ID")];
  }

  function groupOf(button) {
    const element = button.closest(".todo, .owner");
    return groups.find((group) => group.element === element);
  }

  function letter(group) {
    const items = group.items.filter((item) => !item.element.hidden).map((item) => item.element);
    const places = items.map((item) => item.dataset.regions.split(",").map((place) => regions[place]));
    const lines = items.map((item, index) => {
      const name = item.querySelector("bdi");
      const part = name ? ` (${name.textContent})` : "";
      const age = item.querySelector(".age").textContent;
      return `- ${item.querySelector("b").textContent}${part} in ${places[index].join(", ")}${age}`;
    });
    const text = document.getElementById("letter").textContent;
    const everywhere = Array.from(new Set(places.flat())).join(",");
    return text.replaceAll("<Regions>", () => everywhere).replace("<accounts>", () => lines.join("\n"));
  }

  // Pages that came by plain HTTP have no clipboard of their own.
  async function toClipboard(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  }

  async function copy(button) {
    const [text, what] = copies[button.dataset.copy](button);
    const label = (button.dataset.label ??= button.textContent);
    const said = (await toClipboard(text)) ? `Copied ${what}` : "The browser does not let this page copy";
    button.focus();
    button.textContent = said;
    document.getElementById("copied").textContent = said;
    setTimeout(() => (button.textContent = label), 2000);
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  // Each status of the summary opens its view.
  for (const row of document.querySelectorAll(".counts tr[data-css]")) {
    const option = Array.from(status.options).find((each) => each.dataset.kind === row.dataset.css);
    const mark = row.querySelector(".mark");
    const link = document.createElement("a");
    if (!option) continue;
    link.href = `#status=${option.value}`;
    link.addEventListener("click", () => form.scrollIntoView());
    mark.replaceWith(link);
    link.append(mark);
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => soon(100));
  form.addEventListener("reset", () => soon(0)); // the form is empty only after the event
  addEventListener("hashchange", readAddress);
  form.hidden = false;
  readAddress();
})();
