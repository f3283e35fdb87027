// Marks the spans that the address names (#c=START-END,START-END), and in them the words that answer (&h=START-END,…), all counted
// in Unicode code points of the article's text.

// Beside the conversation the page is light or dark as that one is, and leaves out what the pane around it says.
const framed = window.top !== window;
document.documentElement.classList.toggle("framed", framed);
try {
  const chosen = localStorage.getItem("charterqa-appearance");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.scheme = chosen;
} catch {
  // storage is switched off: the system's choice stands
}

const article = document.getElementById("text");
const said = document.getElementById("said");
const bar = document.getElementById("excerpts");
const position = document.getElementById("position");
let excerpts = [];
let current = 0;

/** The spans of a fragment under a name, in order, overlapping ones joined. */
function spansOf(fragment, name) {
  const wanted = new URLSearchParams(fragment.replace(/^#/, "")).get(name);
  if (!wanted) return [];
  const spans = [];
  for (const part of wanted.split(",").slice(0, 200)) {
    const found = /^(\d{1,9})-(\d{1,9})$/.exec(part.trim());
    if (found && Number(found[1]) < Number(found[2])) spans.push({ start: Number(found[1]), end: Number(found[2]) });
  }
  spans.sort((a, b) => a.start - b.start);
  const joined = [];
  for (const span of spans) {
    const last = joined[joined.length - 1];
    if (last && span.start < last.end) last.end = Math.max(last.end, span.end);
    else joined.push(span);
  }
  return joined;
}

/** The blocks of text, in order; each knows where its text begins. */
const carriers = Array.from(article.querySelectorAll("[data-start]"), (element) => ({
  element,
  start: Number(element.dataset.start),
}));

/** The last carrier that begins at or before an offset: the only one in which it can lie. */
function carrierAt(offset) {
  let low = 0;
  let high = carriers.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (carriers[middle].start <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The UTF-16 index of a code point offset: characters beyond the basic plane take two units. */
function unitsOf(text, points) {
  let units = 0;
  for (let n = 0; n < points && units < text.length; n += 1) units += text.codePointAt(units) > 0xffff ? 2 : 1;
  return units;
}

function pointsIn(text) {
  let points = text.length;
  for (let n = 0; n < text.length; n += 1) {
    const unit = text.charCodeAt(n);
    if (unit >= 0xd800 && unit < 0xdc00) points -= 1;
  }
  return points;
}

/** Wraps one span in elements, one per text node that it touches; the first of them stands for the excerpt. */
function markSpan(span, tag = "mark") {
  const marks = [];
  for (let n = carrierAt(span.start); n < carriers.length && carriers[n].start < span.end; n += 1) {
    let at = carriers[n].start;
    const walker = document.createTreeWalker(carriers[n].element, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    for (const node of nodes) {
      const length = pointsIn(node.data);
      const from = Math.max(span.start, at) - at;
      const to = Math.min(span.end, at + length) - at;
      at += length;
      if (from >= to) continue;
      const first = unitsOf(node.data, from);
      const last = unitsOf(node.data, to);
      const middle = first > 0 ? node.splitText(first) : node;
      if (last - first < middle.data.length) middle.splitText(last - first);
      const mark = document.createElement(tag);
      middle.replaceWith(mark);
      mark.append(middle);
      marks.push(mark);
    }
  }
  return marks;
}

function unmark() {
  for (const mark of article.querySelectorAll("mark, mark strong")) {
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent.normalize();
  }
}

const fill = (words, n) => words.replace("{n}", String(n + 1)).replace("{of}", String(excerpts.length));

/** Scrolls there, and again while blocks that are laid out only now push it away. */
function bringIntoView(mark, tries = 20) {
  mark.scrollIntoView({ block: "center" });
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const box = mark.getBoundingClientRect();
      const seen = box.bottom > 0 && box.top < window.innerHeight;
      if (!seen && tries > 0 && mark.isConnected) bringIntoView(mark, tries - 1);
    }),
  );
}

function goTo(n, quietly = false) {
  current = (n + excerpts.length) % excerpts.length;
  const mark = excerpts[current][0];
  if (document.documentElement.dataset.view !== "pages") {
    mark.tabIndex = -1;
    bringIntoView(mark);
    if (!quietly) mark.focus({ preventScroll: true });
  }
  position.textContent = fill(position.dataset.words, current);
  const words = excerpts[current].map((part) => part.textContent).join("");
  said.textContent = `${fill(said.dataset.words, current)}: ${words}`;
  tell("charter-excerpt", { number: current, quietly });
}

/** What pages.js draws, where the document has pages to show. */
function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

function show() {
  unmark();
  const spans = spansOf(location.hash, "c");
  const found = spans.map((span) => ({ ...span, marks: markSpan(span) })).filter(({ marks }) => marks.length > 0);
  excerpts = found.map(({ marks }) => marks);
  const answering = spansOf(location.hash, "h");
  const shown = found.map(({ start, end, marks }) => ({ start, end, words: marks.map((mark) => mark.textContent).join("") }));
  for (const words of answering) {
    const around = spans.find((span) => span.start <= words.start && words.end <= span.end);
    if (around) markSpan(words, "strong");
  }
  // A mark whose excerpt has its answer in another line is as faint as that line's.
  for (const marks of excerpts) {
    const known = marks.some((mark) => mark.querySelector("strong"));
    for (const mark of marks) mark.classList.toggle("faint", known);
  }
  tell("charter-excerpts", { excerpts: shown, answering });
  bar.hidden = excerpts.length < 2;
  said.classList.toggle("missing", spans.length > 0 && excerpts.length === 0);
  if (excerpts.length > 0) goTo(0, framed); // beside the conversation the reader is still in the conversation
  else said.textContent = spans.length > 0 ? said.dataset.missing : "";
}

document.getElementById("previous").addEventListener("click", () => goTo(current - 1));
document.getElementById("next").addEventListener("click", () => goTo(current + 1));
document.addEventListener("charter-view", () => excerpts.length > 0 && goTo(current, true));
window.addEventListener("hashchange", () => {
  if (location.hash.startsWith("#c=")) show();
});
show();
