// Replaces static pictures by charts of the same data when they come into view; charts follow the reader's choice.
const dark = matchMedia("(prefers-color-scheme: dark)");
const charts = new Map();  // figure -> its panels
const begun = new WeakSet();  // figures whose panels are read, or will be
const LETTER = 6.4, BESIDE = 110;  // pixels of a letter, and of what stands left of rows with labels

// Blocks of rows to rows: a field is a list, or one value for all rows of the block.
const readRows = (blocks) => blocks.flatMap(({ rows, ...fields }) => Array.from({ length: rows }, (_, at) =>
  Object.fromEntries(Object.entries(fields).map(([field, cells]) => [field, Array.isArray(cells) ? cells[at] : cells]))));
const showsColumn = (column) => column === undefined || (isGenerator(column) ? showsGenerator(column) : showsWords(column));
const isShown = (row) => showsGenerator(row.n) && showsFamily(row.f) && showsColumn(row.column);

function configuration() {
  const ink = getComputedStyle(document.documentElement).getPropertyValue("--ink").trim();
  const line = getComputedStyle(document.documentElement).getPropertyValue("--line").trim();
  const font = getComputedStyle(document.body).fontFamily;
  const text = { labelColor: ink, titleColor: ink, labelFont: font, titleFont: font, titleFontWeight: 400 };
  return {
    background: null, font, view: { stroke: null },
    axis: { ...text, gridColor: line, domainColor: ink, tickColor: ink, labelFontSize: 11, titleFontSize: 11.5, titlePadding: 8 },
    title: { color: ink, font, fontSize: 12.5, fontWeight: 600 }, text: { font, fontSize: 11, color: ink },
  };
}

// Rows with labels need room for each; other charts are as tall as their static picture. A matrix that is too wide scrolls.
function sizeOf(panel, values, width, height) {
  const rows = new Set(values.map((row) => row.row)).size;
  if (panel.spec.layer[0].encoding?.y?.type !== "nominal") return { width: Math.max(width - 4, 60), height };
  const above = panel.spec.title ? 22 : 4;
  const columns = new Set(values.map((row) => row.column).filter((column) => column !== undefined));
  if (!columns.size) return { width: Math.max(width - 4, 60), height: above + 22 * Math.max(rows, 1) + 40 };
  const below = 12 + LETTER * Math.min(Math.max(...[...columns].map((column) => column.length)), 22);
  const wide = Math.max(Math.min(width - 4, BESIDE + 60 * columns.size), BESIDE + 13 * columns.size);
  const cell = Math.min(Math.max((wide - BESIDE) / columns.size, 15), 26);
  return { width: wide, height: above + cell * Math.max(rows, 1) + below };
}

async function drawPanel(place, panel, values) {
  const { width, height } = place.getBoundingClientRect();
  if (!width) return;
  const kept = place.style.minHeight;
  place.style.minHeight = `${height}px`;  // nothing moves while the chart is made
  // A panel without a static picture is as tall as the first one.
  place.dataset.height ??= height || place.parentElement.querySelector("[data-height]")?.dataset.height || 190;
  const size = sizeOf(panel, values, width, Number(place.dataset.height));
  const spec = { ...panel.spec, data: { values }, ...size, autosize: { type: "fit", contains: "padding" } };
  const target = make("div", { class: "chart" });
  const result = await vegaEmbed(target, spec, {
    ast: true, actions: false, renderer: "svg", config: configuration(), tooltip: { theme: dark.matches ? "dark" : "light" },
  });
  place._view?.finalize();
  place._view = result.view;
  const svg = target.querySelector("svg");
  svg.setAttribute("aria-hidden", "true");
  svg.removeAttribute("role");
  place.replaceChildren(target);
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", place.dataset.alt);
  place.dataset.drawn = "yes";
  place.style.minHeight = kept;
}

// A figure without any chosen generator says so; panels without generators, such as real rows, stay.
function sayIfNothing(figure, panels, places) {
  figure.querySelector(".nothing")?.remove();
  const own = panels.flatMap((panel, at) => panel.names.length && places[at] ? [places[at]] : []);
  if (!own.length || own.some((place) => !place.hidden)) return;
  figure.append(make("p", { class: "nothing" }, "None of the chosen generators is in this figure."));
}

function drawFigure(figure) {
  const { panels, places } = charts.get(figure);
  figure.querySelectorAll(".key[data-name]").forEach((key) => { key.hidden = !showsGenerator(key.dataset.name); });
  return Promise.all(panels.map(async (panel, at) => {
    const place = places[at];
    if (!place) return;
    place.hidden = panel.names.length > 0 && !panel.names.some(showsGenerator);
    const values = (panel.values ??= readRows(panel.rows)).filter(isShown);
    place.hidden ||= values.length === 0;
    if (!place.hidden) await drawPanel(place, panel, values);
  })).then(() => sayIfNothing(figure, panels, places));
}

// --- figures that compare two generators: the reader chooses which
function pairChooser(figure, panels, place) {
  const names = best.filter((name) => panels.some((panel) => panel.between.includes(name)));
  const [from, to] = ["from", "to"].map((word) => make("select", { name: word, "aria-label": `Generator ${word}` },
    ...names.map((name) => make("option", { value: name }, name))));
  [to.value, from.value] = panels[0].between;
  let before = "";
  // After a choice of generators, the two best of them are compared.
  const followChoice = () => {
    const now = names.filter(showsGenerator);
    if (String(now) === before) return;
    before = String(now);
    for (const option of form.querySelectorAll("option")) option.disabled = !showsGenerator(option.value);
    if (now.length > 1 && ![from, to].every(({ value }) => showsGenerator(value))) [to.value, from.value] = now;
  };
  const show = () => {
    followChoice();
    const found = panels.find(({ between }) => between.includes(from.value) && between.includes(to.value) && from.value !== to.value);
    place.hidden = !found;
    if (!found) return announce("Choose two different generators");
    const flip = found.between[0] !== to.value;
    const values = readRows(found.rows).map((row) => flip ? { ...row, x: -row.x } : row);
    const title = { ...found.spec.title, text: `from ${from.value} to ${to.value}` };
    drawPanel(place, { ...found, spec: { ...found.spec, title } }, values);
  };
  for (const control of [from, to]) control.addEventListener("change", show);
  const form = make("form", { class: "pair" }, make("label", {}, "From ", from), make("label", {}, " to ", to));
  place.parentElement.before(form);
  return show;
}

async function readCharts(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

async function prepareFigure(figure) {
  const script = figure.querySelector("script[type='text/plain']");
  if (!script || begun.has(figure) || typeof vegaEmbed === "undefined") return;
  begun.add(figure);
  const panels = await readCharts(script.textContent);
  const places = [...figure.querySelectorAll(".panel")];
  if (panels[0].between.length) {
    places.slice(1).forEach((place) => place.remove());
    const show = pairChooser(figure, panels, places[0]);
    charts.set(figure, { panels: [], places: [], show });
  } else charts.set(figure, { panels, places });
}

const inView = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    inView.unobserve(target);
    prepareFigure(target).then(() => redraw(target));
  }
}, { rootMargin: "300px" });

const redraw = (figure) => {
  const known = charts.get(figure);
  if (known) (known.show ?? (() => drawFigure(figure)))();
};
const redrawVisible = () => charts.forEach((_, figure) => {
  if (figure.getClientRects().length) redraw(figure);
  else inView.observe(figure);
});
const prepareCharts = (root) => root.querySelectorAll("figure").forEach((figure) => inView.observe(figure));

let resizing = 0;
let widthBefore = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === widthBefore) return;
  clearTimeout(resizing);
  resizing = setTimeout(() => { widthBefore = innerWidth; redrawVisible(); }, 150);
});
dark.addEventListener("change", redrawVisible);
