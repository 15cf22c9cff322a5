"use strict";
// Sorts and filters tables and fills folded parts. Without it, the page has the same content in its original order.
(() => {
  const order = new WeakMap();
  const textOf = (node) => node.textContent.trim();
  const make = (tag, attributes = {}, ...inside) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...inside);
    return node;
  };
  const status = make("p", { class: "unseen", role: "status" });
  const announce = (text) => { status.textContent = text; };

  // --- sorting
  const numberIn = (cell) => {
    const match = /[-+]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?/i.exec(textOf(cell));
    return match && !textOf(cell).startsWith("—") ? parseFloat(match[0].replaceAll(",", "")) : null;
  };
  const keyFunction = (head) => {
    if (head.classList.contains("l")) return (cell) => textOf(cell) === "—" ? null : textOf(cell);
    const target = /→ ([\d.]+)/.exec(textOf(head));
    if (!target) return numberIn;
    return (cell) => numberIn(cell) === null ? null : Math.abs(numberIn(cell) - parseFloat(target[1]));
  };
  const startsAscending = (head) => head.classList.contains("l") || /[↓→]|^(Rank|Ranks|Fit|p \()/.test(textOf(head));
  const compare = (left, right) =>
    typeof left === "string" ? left.localeCompare(right, "en", { numeric: true }) : left - right;

  function sortRows(table, at, sign) {
    const body = table.tBodies[0], key = keyFunction(table.tHead.rows[0].cells[at]);
    const rows = [...body.rows].filter((row) => !row.classList.contains("apart"));
    const apart = [...body.rows].filter((row) => row.classList.contains("apart"));
    const keys = new Map(rows.map((row) => [row, sign ? key(row.cells[at]) : 0]));
    rows.sort((first, second) => {
      const [left, right] = [keys.get(first), keys.get(second)];
      const missing = (left === null) - (right === null);  // rows without a value come last in both directions
      return missing || (left === null ? 0 : sign * compare(left, right)) || order.get(first) - order.get(second);
    });
    body.append(...rows, ...apart);
  }

  function sortByHeader(table, at) {
    const heads = [...table.tHead.rows[0].cells], head = heads[at], first = startsAscending(head) ? 1 : -1;
    const was = { ascending: 1, descending: -1 }[head.getAttribute("aria-sort")] ?? 0;
    const sign = was === 0 ? first : was === first ? -first : 0;
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    if (sign) head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    sortRows(table, at, sign);
    announce(sign ? `Sorted by ${textOf(head)}, ${sign > 0 ? "ascending" : "descending"}` : "Original order");
  }

  function makeSortable(table) {
    [...table.tBodies[0].rows].forEach((row, at) => order.set(row, at));
    [...table.tHead.rows[0].cells].forEach((head, at) => {
      const button = make("button", { type: "button" }, ...head.childNodes);
      if (head.title) button.title = head.title;
      head.removeAttribute("title");
      button.addEventListener("click", () => sortByHeader(table, at));
      head.append(button);
    });
  }

  // --- filtering
  const searchWords = (field) => field.value.toLowerCase().split(",").map((word) => word.trim()).filter(Boolean);
  const matchesAny = (text, sought) => !sought.length || sought.some((word) => text.toLowerCase().includes(word));

  function filterTable(table, sought) {
    const heads = [...table.tHead.rows[0].cells];
    const hide = heads.map((head) => Boolean(head.dataset.group) && (
      (sought.family && head.dataset.group !== sought.family) || !matchesAny(textOf(head), sought.metrics)));
    const grouped = heads.some((head) => head.dataset.group);
    table.closest(".table").hidden = grouped && heads.every((head, at) => !head.dataset.group || hide[at]);
    for (const row of table.rows) [...row.cells].forEach((cell, at) => { cell.hidden = hide[at]; });
    for (const row of table.tBodies[0].rows) {
      const name = row.querySelector("th");
      row.hidden = Boolean(name) && !row.classList.contains("apart") && !matchesAny(textOf(name), sought.names);
    }
  }

  function applyFilter(section) {
    const form = section.querySelector("form.filter");
    if (!form) return;
    const { names, family, metrics } = form.elements;
    const sought = { names: searchWords(names), family: family?.value ?? "", metrics: searchWords(metrics) };
    section.querySelectorAll("table").forEach((table) => filterTable(table, sought));
    const rows = [...(section.querySelector("table[data-named]")?.tBodies[0].rows ?? [])];
    const all = rows.filter((row) => !row.classList.contains("apart"));
    const shown = all.filter((row) => !row.hidden).length;
    form.querySelector("output").textContent = sought.names.length ? `${shown} of ${all.length} generators` : "";
  }

  function addFilter(section) {
    const groups = [...section.querySelectorAll("th[data-group]")].map((head) => head.dataset.group).filter(Boolean);
    if (!groups.length) return;
    const field = (label, control) => make("label", {}, label, control);
    const family = make("select", { name: "family" }, make("option", { value: "" }, "all"));
    [...new Set(groups)].forEach((group) => family.append(make("option", { value: group }, group)));
    const form = make("form", { class: "filter" },
      field("Generator", make("input", { name: "names", type: "search", placeholder: "contains", autocomplete: "off" })),
      ...(family.options.length > 2 ? [field("Family", family)] : []),
      field("Column", make("input", { name: "metrics", type: "search", placeholder: "contains", autocomplete: "off" })),
      make("button", { type: "reset" }, "Clear"), make("output", {}));
    form.setAttribute("aria-label", `Filter: ${textOf(section.querySelector("h2"))}`);
    form.addEventListener("input", () => applyFilter(section));
    form.addEventListener("reset", () => setTimeout(() => applyFilter(section)));
    form.addEventListener("submit", (event) => event.preventDefault());
    section.querySelector("h2").after(form);
  }

  // --- parts that are filled when they are opened
  function fillPart(part) {
    const content = part.querySelector(":scope > noscript");
    if (!content) return;
    content.insertAdjacentHTML("beforebegin", content.textContent);
    content.remove();
    part.querySelectorAll("table[data-sort]").forEach(makeSortable);
    const section = part.closest("section");
    if (section.querySelector("form.filter")) applyFilter(section);
  }

  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.tagName !== "DETAILS") return;
    target.open = true;
    fillPart(target);
    target.scrollIntoView();
    target.querySelector("summary").focus({ preventScroll: true });
  }

  function addOpenAllButton(section) {
    const parts = [...section.querySelectorAll(":scope > details.fold")];
    if (parts.length < 3) return;
    const button = make("button", { type: "button", class: "all" }, "Open all");
    button.addEventListener("click", () => {
      const open = parts.some((part) => !part.open);
      parts.forEach((part) => { part.open = open; });
      button.textContent = open ? "Close all" : "Open all";
    });
    parts[0].before(button);
  }

  // --- current section: the last one that begins above the middle of the window
  function markSection() {
    const links = [...document.querySelectorAll("nav a")];
    const here = links.filter((link) => document.querySelector(link.hash).getBoundingClientRect().top < innerHeight / 2).pop();
    links.forEach((link) => link.removeAttribute("aria-current"));
    if (!here) return;
    here.setAttribute("aria-current", "true");
    here.closest("ul").scrollLeft = here.offsetLeft - 16;
  }
  let waiting = 0;
  addEventListener("scroll", () => {
    if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; markSection(); });
  }, { passive: true });

  document.addEventListener("toggle", (event) => { if (event.target.open) fillPart(event.target); }, true);
  addEventListener("hashchange", openTarget);
  addEventListener("beforeprint", () => document.querySelectorAll("details[data-lazy=tables]").forEach(fillPart));
  document.body.append(status);
  document.querySelectorAll("table[data-sort]").forEach(makeSortable);
  document.querySelectorAll("main > section").forEach((section) => { addFilter(section); addOpenAllButton(section); });
  openTarget();
  markSection();
})();
