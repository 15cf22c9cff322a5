// What the reader has chosen for the whole report: generators, metric families, and words in the names of columns and
// metrics. The choice is kept in the address, so a link shows the same. Tables and charts follow it.
const make = (tag, attributes = {}, ...inside) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...inside);
  return node;
};
const textOf = (node) => node.textContent.trim();
const status = make("p", { class: "unseen", role: "status" });
const announce = (text) => { status.textContent = text; };

const generators = JSON.parse(document.querySelector("script[data-generators]").textContent);
const markers = new Map(generators.map(({ name, marker }) => [name, marker]));
const best = generators.map(({ name }) => name);  // they come in the order of the first board
const listeners = [];
const chosen = { generators: null, families: null, words: [] };  // null: all

const isGenerator = (name) => markers.has(name);
const showsGenerator = (name) => !chosen.generators || !markers.has(name) || chosen.generators.has(name);
const showsFamily = (family) => !family || !chosen.families || chosen.families.has(family);
const showsWords = (text) => !chosen.words.length || chosen.words.some((word) => text.toLowerCase().includes(word));

function familiesOfReport() {
  const found = new Set([...document.querySelectorAll("[data-group]")].map((head) => head.dataset.group));
  return [...found].filter(Boolean);
}

// --- the address: #place?generators=a,b&families=c&words=d
function readAddress() {
  const [place, query] = location.hash.slice(1).split("?");
  const given = new URLSearchParams(query ?? "");
  const set = (key, known) => {
    const names = given.getAll(key).filter((name) => known.includes(name));
    return names.length ? new Set(names) : null;
  };
  chosen.generators = set("generator", [...markers.keys()]);
  chosen.families = set("family", familiesOfReport());
  chosen.words = (given.get("words") ?? "").toLowerCase().split(",").map((word) => word.trim()).filter(Boolean);
  return decodeURIComponent(place);
}

function queryOfChoice() {
  const given = new URLSearchParams();
  for (const name of chosen.generators ?? []) given.append("generator", name);
  for (const name of chosen.families ?? []) given.append("family", name);
  if (chosen.words.length) given.set("words", chosen.words.join(","));
  return given.size ? `?${given}` : "";
}

function choose(change) {
  Object.assign(chosen, change);
  const place = location.hash.slice(1).split("?")[0];
  history.replaceState(null, "", `#${place}${queryOfChoice()}`);
  listeners.forEach((listener) => listener());
}

// --- the bar of controls
function boxes(title, names, key) {
  const summary = make("summary", {}, title);
  const list = make("div", { class: "list" });
  const inputs = names.map((name) => {
    const box = make("input", { type: "checkbox", value: name });
    const label = make("label", {}, box);
    if (markers.has(name)) label.insertAdjacentHTML("beforeend", markers.get(name));
    label.append(name);
    list.append(label);
    return box;
  });
  const read = () => {
    const on = inputs.filter((box) => box.checked).map((box) => box.value);
    choose({ [key]: on.length === names.length || !on.length ? null : new Set(on) });
  };
  inputs.forEach((box) => box.addEventListener("change", read));
  const all = make("button", { type: "button" }, "All");
  all.addEventListener("click", () => choose({ [key]: null }));
  const first = markers.has(names[0]) ? [...best] : names;
  const few = make("button", { type: "button" }, markers.has(names[0]) ? "Best 3 only" : "First 3 only");
  few.addEventListener("click", () => choose({ [key]: new Set(first.slice(0, 3)) }));
  const part = make("details", { class: "choice" }, summary,
    make("div", { class: "popup" }, make("div", { class: "buttons" }, all, ...(names.length > 3 ? [few] : [])), list));
  const show = () => {
    inputs.forEach((box) => { box.checked = !chosen[key] || chosen[key].has(box.value); });
    summary.textContent = `${title}: ${chosen[key] ? `${chosen[key].size} of ${names.length}` : `all ${names.length}`}`;
  };
  listeners.push(show);
  return part;
}

function addChoices() {
  const families = familiesOfReport();
  const words = make("input", { type: "search", name: "words", placeholder: "name contains", autocomplete: "off" });
  words.addEventListener("input", () => choose({
    words: words.value.toLowerCase().split(",").map((word) => word.trim()).filter(Boolean),
  }));
  const reset = make("button", { type: "reset" }, "Reset");
  const form = make("form", { class: "choices", "aria-label": "Choose what the report shows" },
    ...(markers.size > 1 ? [boxes("Generators", [...markers.keys()], "generators")] : []),
    ...(families.length > 1 ? [boxes("Metric families", families, "families")] : []),
    make("label", { class: "words" }, "Columns, metrics ", words), reset);
  const parts = form.querySelectorAll("details");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => choose({ generators: null, families: null, words: [] }));
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") parts.forEach((part) => { part.open = false; }); });
  document.addEventListener("click", (event) => parts.forEach((part) => {
    if (!part.contains(event.target)) part.open = false;
  }));
  listeners.push(() => {
    if (document.activeElement !== words) words.value = chosen.words.join(", ");
    reset.hidden = !queryOfChoice();
  });
  document.querySelector("nav").append(form);
}
