// Shows one page at a time, opens what an address names, and fills folded parts when they are opened.
const pages = [...document.querySelectorAll("main > .page")];
const links = [...document.querySelectorAll("nav .pages a")];

function fillPart(part) {
  const content = part.querySelector(":scope > noscript");
  if (!content) return;
  content.insertAdjacentHTML("beforebegin", content.textContent);
  content.remove();
  prepareTables(part);
  prepareCharts(part);
}

function showPage(page) {
  pages.forEach((other) => { other.hidden = other !== page; });
  links.forEach((link) => {
    if (link.hash.slice(1) === page.id) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
  const current = links.find((link) => link.hasAttribute("aria-current"));
  current.closest("ul").scrollLeft = current.offsetLeft - 16;
}

function showAddress() {
  const place = readAddress();
  const target = (place && document.getElementById(place)) || pages[0];
  showPage(target.closest("main > .page") ?? pages[0]);
  listeners.forEach((listener) => listener());
  if (target.tagName === "DETAILS") {
    target.open = true;
    fillPart(target);
    target.querySelector("summary").focus({ preventScroll: true });
  }
  if (pages.includes(target)) scrollTo(0, 0);
  else target.scrollIntoView();
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

// Links within the report keep what the reader has chosen.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  if (!link || event.defaultPrevented) return;
  event.preventDefault();
  const address = `#${link.getAttribute("href").slice(1)}${queryOfChoice()}`;
  if (address !== location.hash) history.pushState(null, "", address);
  showAddress();
});
document.addEventListener("toggle", (event) => { if (event.target.open) fillPart(event.target); }, true);
addEventListener("hashchange", showAddress);
addEventListener("popstate", showAddress);
addEventListener("beforeprint", () => document.querySelectorAll("details[data-lazy=tables]").forEach(fillPart));

document.body.append(status);
document.body.classList.add("scripted");
addChoices();
listeners.push(() => filterAll(document), redrawVisible);
listeners.push(() => document.body.classList.toggle("chosen", queryOfChoice() !== ""));
prepareTables(document);
prepareCharts(document);
document.querySelectorAll("main section").forEach(addOpenAllButton);
showAddress();
