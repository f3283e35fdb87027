// The pages of a PDF as pictures, the excerpts of the address marked on them. The text stays on the page, one click or one key away.
// source.js reads the address; it says which excerpts there are and which of them the reader looks at.
const here = document.documentElement.dataset;
const sheets = document.getElementById("pages");
const toggle = document.getElementById("view");
const say = sheets.dataset;
const REMEMBERED = "charterqa-view";
let excerpts = []; // {start, end, words: what it says}
let answering = []; // spans of words that answer
let asked = ""; // for which excerpts the marks were asked
let spots = new Map(); // of an excerpt, by its number: what stands for it on its first page
let current = null;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const told = (spans) => spans.map(({ start, end }) => `${start}-${end}`).join(",");

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null; // storage is switched off: pages come first
  }
}

function address(parameters) {
  const url = new URL(say.address, location.origin);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function sheet([width, height], index) {
  const n = index + 1;
  const figure = element("figure", { class: "sheet", id: `sheet-${n}`, tabindex: "-1" }, element("figcaption", {}, fill(say.page, { n })));
  const paper = element("div", { class: "paper" });
  figure.append(paper);
  const missing = () => paper.replaceWith(element("p", { class: "unshown" }, say.unshown));
  if (!(width > 0 && height > 0)) {
    missing();
    return figure;
  }
  const fine = Math.min(sheets.clientWidth || 800, 832) * devicePixelRatio > 900 ? 1600 : 800;
  const picture = element("img", { loading: "lazy", decoding: "async", alt: fill(say.picture, { n }), width: Math.round(width), height: Math.round(height) });
  picture.addEventListener("error", missing);
  picture.src = address({ page: n, width: fine });
  paper.append(picture);
  return figure;
}

/** Puts a node where a box [left, top, width, height] lies inside another; a policy without inline styles lets a script do that. */
function put(node, [left, top, width, height], [x, y, wide, high] = [0, 0, 1, 1]) {
  node.style.left = `${((left - x) / wide) * 100}%`;
  node.style.top = `${((top - y) / high) * 100}%`;
  node.style.width = `${(width / wide) * 100}%`;
  node.style.height = `${(height / high) * 100}%`;
  return node;
}

/** The smallest box around others. */
function around(list) {
  const left = Math.min(...list.map((box) => box[0]));
  const top = Math.min(...list.map((box) => box[1]));
  return [left, top, Math.max(...list.map((box) => box[0] + box[2])) - left, Math.max(...list.map((box) => box[1] + box[3])) - top];
}

function boxes(list, kind, within) {
  return list.map((box) => put(element("span", { class: kind }), box, within));
}

function draw(marks) {
  for (const old of sheets.querySelectorAll(".spot, .somewhere")) old.remove();
  for (const old of sheets.querySelectorAll(".cited")) old.classList.remove("cited");
  spots = new Map();
  const known = new Set(marks.filter((mark) => mark.words.length).map((mark) => mark.excerpt));
  for (const mark of marks) {
    const figure = document.getElementById(`sheet-${mark.page}`);
    if (!figure) continue;
    figure.classList.add("cited");
    let spot = figure;
    if (mark.boxes.length) {
      const name = fill(say.excerpt, { n: mark.excerpt + 1, words: excerpts[mark.excerpt]?.words ?? "" });
      spot = element("div", { class: known.has(mark.excerpt) ? "spot faint" : "spot", role: "img", tabindex: "-1", "aria-label": name });
      const whole = around(mark.boxes);
      put(spot, whole).append(...boxes(mark.boxes, "box", whole), ...boxes(mark.words, "box answers", whole));
      figure.querySelector(".paper")?.append(spot);
    } else if (!figure.querySelector(".somewhere")) {
      figure.querySelector("figcaption").after(element("p", { class: "somewhere" }, say.somewhere));
    }
    if (!spots.has(mark.excerpt)) spots.set(mark.excerpt, spot);
  }
}

async function load() {
  const wanted = `${told(excerpts)} ${told(answering)}`;
  if (asked === wanted && sheets.childElementCount) return;
  asked = wanted;
  const module = await import(address(excerpts.length ? { at: told(excerpts), words: told(answering) } : {}));
  const { pages, marks } = module.default;
  if (asked !== wanted) return; // another excerpt is looked for by now
  if (!sheets.childElementCount) sheets.append(...pages.map(sheet));
  draw(marks);
  look();
}

/** Brings the excerpt that the reader looks at into view, and the focus to it unless that is elsewhere on purpose. */
function look() {
  if (here.view !== "pages" || current === null) return;
  const spot = spots.get(current.number);
  if (!spot) return;
  const from = spot.querySelector?.(".box") ?? spot;
  from.scrollIntoView({ block: spot === from ? "start" : "center" });
  if (!current.quietly) spot.focus({ preventScroll: true });
}

/** Shows pages or text; what cannot be shown as pages is shown as text. */
async function show(view) {
  here.view = view;
  toggle.textContent = view === "pages" ? say.asText : say.asPages;
  if (view !== "pages") return;
  try {
    await load();
  } catch {
    asked = "";
    here.view = "text";
    toggle.hidden = true; // the document is there, its pages are not
    document.dispatchEvent(new Event("charter-view"));
  }
}

addEventListener("keydown", (event) => {
  // By the key's place: with Alt some keyboards write another letter.
  if (event.code !== "KeyT" || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || toggle.hidden) return;
  event.preventDefault();
  toggle.click();
});

toggle.addEventListener("click", async () => {
  const view = here.view === "pages" ? "text" : "pages";
  try {
    localStorage.setItem(REMEMBERED, view);
  } catch {
    // storage is switched off: the choice holds for this page
  }
  await show(view);
  document.dispatchEvent(new Event("charter-view"));
});

document.addEventListener("charter-excerpts", ({ detail }) => {
  ({ excerpts, answering } = detail);
  current = null;
  show(here.view).then(follow);
});
document.addEventListener("charter-excerpt", ({ detail }) => {
  current = detail;
  look();
});

/** A section or page that the address or the contents name: the page on which it begins. */
function follow() {
  const target = here.view === "pages" && /^#[sp]\d+$/.test(location.hash) && document.querySelector(location.hash);
  if (!target) return;
  const starts = [...document.querySelectorAll("#text .page")];
  const before = starts.filter((start) => start === target || start.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING);
  document.getElementById(`sheet-${(before.pop() ?? starts[0])?.id.slice(1)}`)?.scrollIntoView({ block: "start" });
}
addEventListener("hashchange", follow);

here.view = remembered() === "text" ? "text" : "pages"; // drawn once source.js, which comes next, has read the address
