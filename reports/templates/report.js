"use strict";
// Sorting, filtering and opening. Without it the page shows the same, in the order written, with all parts filled.
(() => {
  const order = new WeakMap();
  const words = (node) => node.textContent.trim();
  const make = (tag, attributes = {}, ...inside) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...inside);
    return node;
  };
  const status = make("p", { class: "unseen", role: "status" });
  const say = (text) => { status.textContent = text; };

  // --- sorting
  const number = (cell) => {
    const found = /[-+]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?/i.exec(words(cell));
    return found && !words(cell).startsWith("—") ? parseFloat(found[0].replaceAll(",", "")) : null;
  };
  const keyOf = (head) => {
    if (head.classList.contains("l")) return (cell) => words(cell) === "—" ? null : words(cell);
    const target = /→ ([\d.]+)/.exec(words(head));
    if (!target) return number;
    return (cell) => number(cell) === null ? null : Math.abs(number(cell) - parseFloat(target[1]));
  };
  const upFirst = (head) => head.classList.contains("l") || /[↓→]|^(Rank|Ranks|Fit|p \()/.test(words(head));
  const compare = (one, other) =>
    typeof one === "string" ? one.localeCompare(other, "en", { numeric: true }) : one - other;

  function sort(table, at, sign) {
    const body = table.tBodies[0], key = keyOf(table.tHead.rows[0].cells[at]);
    const rows = [...body.rows].filter((row) => !row.classList.contains("apart"));
    const apart = [...body.rows].filter((row) => row.classList.contains("apart"));
    const keys = new Map(rows.map((row) => [row, sign ? key(row.cells[at]) : 0]));
    rows.sort((one, other) => {
      const [left, right] = [keys.get(one), keys.get(other)];
      const missing = (left === null) - (right === null);  // whichever way, what has no value comes last
      return missing || (left === null ? 0 : sign * compare(left, right)) || order.get(one) - order.get(other);
    });
    body.append(...rows, ...apart);
  }

  function press(table, at) {
    const heads = [...table.tHead.rows[0].cells], head = heads[at], first = upFirst(head) ? 1 : -1;
    const was = { ascending: 1, descending: -1 }[head.getAttribute("aria-sort")] ?? 0;
    const sign = was === 0 ? first : was === first ? -first : 0;
    heads.forEach((each) => each.removeAttribute("aria-sort"));
    if (sign) head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    sort(table, at, sign);
    say(sign ? `Sorted by ${words(head)}, ${sign > 0 ? "ascending" : "descending"}` : "In the order of the report");
  }

  function sortable(table) {
    [...table.tBodies[0].rows].forEach((row, at) => order.set(row, at));
    [...table.tHead.rows[0].cells].forEach((head, at) => {
      const button = make("button", { type: "button" }, ...head.childNodes);
      if (head.title) button.title = head.title;
      head.removeAttribute("title");
      button.addEventListener("click", () => press(table, at));
      head.append(button);
    });
  }

  // --- filtering
  const asked = (field) => field.value.toLowerCase().split(",").map((word) => word.trim()).filter(Boolean);
  const fits = (text, sought) => !sought.length || sought.some((word) => text.toLowerCase().includes(word));

  function narrow(table, sought) {
    const heads = [...table.tHead.rows[0].cells];
    const hide = heads.map((head) => Boolean(head.dataset.group) && (
      (sought.family && head.dataset.group !== sought.family) || !fits(words(head), sought.metrics)));
    const grouped = heads.some((head) => head.dataset.group);
    table.closest(".table").hidden = grouped && heads.every((head, at) => !head.dataset.group || hide[at]);
    for (const row of table.rows) [...row.cells].forEach((cell, at) => { cell.hidden = hide[at]; });
    for (const row of table.tBodies[0].rows) {
      const name = row.querySelector("th");
      row.hidden = Boolean(name) && !row.classList.contains("apart") && !fits(words(name), sought.names);
    }
  }

  function apply(section) {
    const form = section.querySelector("form.filter");
    if (!form) return;
    const { names, family, metrics } = form.elements;
    const sought = { names: asked(names), family: family?.value ?? "", metrics: asked(metrics) };
    section.querySelectorAll("table").forEach((table) => narrow(table, sought));
    const rows = [...(section.querySelector("table[data-named]")?.tBodies[0].rows ?? [])];
    const all = rows.filter((row) => !row.classList.contains("apart"));
    const shown = all.filter((row) => !row.hidden).length;
    form.querySelector("output").textContent = sought.names.length ? `${shown} of ${all.length} generators` : "";
  }

  function filterable(section) {
    const groups = [...section.querySelectorAll("th[data-group]")].map((head) => head.dataset.group).filter(Boolean);
    if (!groups.length) return;
    const field = (label, control) => make("label", {}, label, control);
    const family = make("select", { name: "family" }, make("option", { value: "" }, "all"));
    [...new Set(groups)].forEach((each) => family.append(make("option", { value: each }, each)));
    const form = make("form", { class: "filter" },
      field("Generator", make("input", { name: "names", type: "search", placeholder: "contains", autocomplete: "off" })),
      ...(family.options.length > 2 ? [field("Family", family)] : []),
      field("Column", make("input", { name: "metrics", type: "search", placeholder: "contains", autocomplete: "off" })),
      make("button", { type: "reset" }, "Clear"), make("output", {}));
    form.setAttribute("aria-label", `Filter: ${words(section.querySelector("h2"))}`);
    form.addEventListener("input", () => apply(section));
    form.addEventListener("reset", () => setTimeout(() => apply(section)));
    form.addEventListener("submit", (event) => event.preventDefault());
    section.querySelector("h2").after(form);
  }

  // --- parts that cost nothing until opened
  function fill(part) {
    const held = part.querySelector(":scope > noscript");
    if (!held) return;
    held.insertAdjacentHTML("beforebegin", held.textContent);
    held.remove();
    part.querySelectorAll("table[data-sort]").forEach(sortable);
    const section = part.closest("section");
    if (section.querySelector("form.filter")) apply(section);
  }

  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.tagName !== "DETAILS") return;
    target.open = true;
    fill(target);
    target.scrollIntoView();
    target.querySelector("summary").focus({ preventScroll: true });
  }

  function openers(section) {
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

  // --- where the reader is: the last section that begins above the middle of the window
  function place() {
    const links = [...document.querySelectorAll("nav a")];
    const here = links.filter((link) => document.querySelector(link.hash).getBoundingClientRect().top < innerHeight / 2).pop();
    links.forEach((link) => link.removeAttribute("aria-current"));
    if (!here) return;
    here.setAttribute("aria-current", "true");
    here.closest("ul").scrollLeft = here.offsetLeft - 16;
  }
  let waiting = 0;
  addEventListener("scroll", () => {
    if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; place(); });
  }, { passive: true });

  document.addEventListener("toggle", (event) => { if (event.target.open) fill(event.target); }, true);
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => document.querySelectorAll("details[data-lazy=tables]").forEach(fill));
  document.body.append(status);
  document.querySelectorAll("table[data-sort]").forEach(sortable);
  document.querySelectorAll("main > section").forEach((section) => { filterable(section); openers(section); });
  reveal();
  place();
})();
