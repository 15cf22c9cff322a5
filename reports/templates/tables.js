// Sorts tables, hides what the reader has not chosen, and copies or saves tables. Without it, the page has the same
// content in its original order.
const order = new WeakMap();

// --- sorting
const numberIn = (cell) => {
  const match = /[-+]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?/i.exec(textOf(cell));
  return match && !textOf(cell).startsWith("—") ? parseFloat(match[0].replaceAll(",", "")) : null;
};
const keyFunction = (head) => {
  if (head.classList.contains("l")) return (cell) => textOf(cell) === "—" ? null : textOf(cell);
  const target = /([→≤]) ([\d.]+)/.exec(textOf(head));
  if (!target) return numberIn;
  const beyond = (value) => target[1] === "≤" ? Math.max(value, 0) : Math.abs(value);
  return (cell) => numberIn(cell) === null ? null : beyond(numberIn(cell) - parseFloat(target[2]));
};
const startsAscending = (head) => head.classList.contains("l") || /[↓→≤]|^(Rank|Ranks|Fit|p \()/.test(textOf(head));
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

// --- what the reader has chosen
const lineOf = (cell) => cell.dataset.name ?? textOf(cell);

function filterTable(table) {
  const heads = [...table.tHead.rows[0].cells];
  const grouped = heads.some((head) => head.dataset.group);
  const hide = heads.map((head) => !showsGenerator(lineOf(head)) || (Boolean(head.dataset.group) && (
    !showsFamily(head.dataset.group) || !showsWords(textOf(head)))));
  table.closest(".table").hidden = grouped && heads.every((head, at) => !head.dataset.group || hide[at]);
  for (const row of table.rows) [...row.cells].forEach((cell, at) => { cell.hidden = hide[at]; });
  const rows = [...table.tBodies[0].rows];
  for (const row of rows) {
    const named = [...row.cells].slice(0, 2).filter((cell) => isGenerator(lineOf(cell)));
    const other = row.dataset.topic && (!showsFamily(row.dataset.group) || !showsWords(row.dataset.topic));
    row.hidden = Boolean(other) || (!row.classList.contains("apart") && named.some((cell) => !showsGenerator(lineOf(cell))));
  }
}

const filterAll = (root) => {
  root.querySelectorAll("table").forEach(filterTable);
  root.querySelectorAll("details[data-about]").forEach((part) => { part.hidden = !showsGenerator(part.dataset.about); });
  root.querySelectorAll("details[data-column]").forEach((part) => { part.hidden = !showsWords(part.dataset.column); });
};

// --- copy and save
function visibleCells(table) {
  return [...table.rows].filter((row) => !row.hidden)
    .map((row) => [...row.cells].filter((cell) => !cell.hidden).map((cell) => textOf(cell).replace(/\s+/g, " ")));
}
const asCsv = (rows) => rows.map((row) => row.map((cell) =>
  /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join(",")).join("\n") + "\n";

function addTools(table) {
  const place = table.closest(".table"), name = textOf(place.querySelector(".caption") ?? table.closest("section").querySelector("h2"));
  const button = (label, what, action) => {
    const node = make("button", { type: "button", title: what, "aria-label": `${what}: ${name}` }, label);
    node.addEventListener("click", action);
    return node;
  };
  const copy = button("Copy", "Copy the table as shown, for a spreadsheet", async () => {
    await navigator.clipboard.writeText(visibleCells(table).map((row) => row.join("\t")).join("\n") + "\n");
    announce("Table copied");
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  });
  const save = button("CSV", "Save the table as shown as a CSV file", () => {
    const address = URL.createObjectURL(new Blob([asCsv(visibleCells(table))], { type: "text/csv" }));
    const file = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || "table";
    make("a", { href: address, download: `${file}.csv` }).click();
    URL.revokeObjectURL(address);
  });
  place.prepend(make("div", { class: "tools" }, copy, save));
}

function addCopyOfCode(code) {
  const copy = make("button", { type: "button" }, "Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent.trim() + "\n");
    announce("Copied");
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  });
  code.before(make("div", { class: "tools" }, copy));
}

function prepareTables(root) {
  root.querySelectorAll("pre").forEach((code) => {
    if (code.dataset.ready) return;
    code.dataset.ready = "yes";
    addCopyOfCode(code);
  });
  root.querySelectorAll("table").forEach((table) => {
    if (table.dataset.ready) return;
    table.dataset.ready = "yes";
    for (const cell of table.querySelectorAll("th, td")) cell.dataset.name ??= textOf(cell);
    if ("sort" in table.dataset) makeSortable(table);
    addTools(table);
  });
  filterAll(root);
}
