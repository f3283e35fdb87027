// The list of conversations that are kept: to open, search, rename and delete. Drawn here, since the page's server part has none.
import { icon, make, root, words, written } from "./words.js";

const memory = window.charterMemory;
const docked = matchMedia("(min-width: 68.75rem)");
const nav = make("nav", { id: "charter-talks" });
let resume = () => {};
let clear = () => {};
let wanted = "";
let editing = "";
let doomed = "";

export function isOpen() {
  return "side" in document.documentElement.dataset;
}

export function toggle(open = !isOpen()) {
  if (open) document.documentElement.dataset.side = "";
  else delete document.documentElement.dataset.side;
  if (docked.matches) window.charterSide(open);
  editing = doomed = "";
  draw();
  mark();
  if (open) memory.refresh();
  if (open) nav.querySelector("input, button")?.focus();
  else document.querySelector("[data-side-toggle]")?.focus();
}

/** The button in the head says whether the list is open. */
export function mark() {
  document.querySelector("[data-side-toggle]")?.setAttribute("aria-expanded", isOpen());
}

/** Where the list lies over the page, a choice closes it. */
function chosen() {
  if (!docked.matches && isOpen()) toggle(false);
}

export function begin(onResume, onClear) {
  resume = onResume;
  clear = onClear;
  addEventListener("charter-kept", draw);
  addEventListener("storage", draw);
  if (isOpen()) memory.refresh();
  document.body.append(nav, make("div", { id: "charter-veil", "data-side-toggle-veil": true }));
  document.getElementById("charter-veil").addEventListener("click", () => toggle(false));
  nav.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (editing || doomed) {
      const id = editing || doomed;
      editing = doomed = "";
      draw();
      nav.querySelector(`[data-talk="${CSS.escape(id)}"] .open`)?.focus();
    } else toggle(false);
  });
  draw();
}

function row(entry) {
  const here = entry.id === memory.current();
  if (entry.id === editing) {
    const input = make("input", { type: "text", value: entry.title, "aria-label": words().rename, maxlength: "120" });
    const form = make("form", {}, input, make("button", { type: "submit", class: "small" }, words().save));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (input.value.trim()) memory.rename(entry.id, input.value.trim());
      editing = "";
      draw();
      nav.querySelector(`[data-talk="${CSS.escape(entry.id)}"] .open`)?.focus();
    });
    return make("li", { "data-talk": entry.id }, form);
  }
  const open = make("button", { type: "button", class: "open", "aria-current": here && "true", title: entry.title }, entry.title);
  open.addEventListener("click", () => {
    chosen();
    if (!here) {
      memory.begin(entry.id);
      Promise.resolve(memory.read(entry.id)).then(resume);
    }
    draw();
  });
  const rename = make("button", { type: "button", class: "bare", "aria-label": `${words().rename}: ${entry.title}`, title: words().rename }, icon("pen"));
  rename.addEventListener("click", () => {
    editing = entry.id;
    draw();
    nav.querySelector("form input")?.select();
  });
  const sure = entry.id === doomed;
  const remove = make(
    "button",
    { type: "button", class: sure ? "small bad" : "bare", "aria-label": sure ? false : `${words().delete}: ${entry.title}`, title: sure ? false : words().delete },
    sure ? words().sure : icon("bin"),
  );
  remove.addEventListener("click", () => {
    if (!sure) {
      doomed = entry.id;
      draw();
      nav.querySelector(".bad")?.focus();
      return;
    }
    doomed = "";
    memory.remove(entry.id);
    if (here) clear();
    draw();
    nav.querySelector("input, button")?.focus();
  });
  return make("li", { "data-talk": entry.id }, open, ...(sure ? [remove] : [rename, remove]));
}

/** A day for those of one day, by the reader's own calendar. */
function day(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
  return [words().today, words().yesterday][days] ?? written(new Date(at));
}

function matches(entry) {
  const low = wanted.toLocaleLowerCase();
  return !low || memory.holds(entry, low);
}

export function draw() {
  if (!isOpen()) {
    nav.replaceChildren();
    nav.hidden = true;
    return;
  }
  nav.hidden = false;
  nav.setAttribute("aria-label", words().talks ?? "");
  nav.lang = root()?.dataset.lang || "en";
  if (!nav.querySelector("input[type=search]") || nav.dataset.lang !== nav.lang) frame();
  const list = nav.querySelector(".list");
  const found = memory.list().filter(matches);
  const groups = [];
  for (const entry of found) {
    const name = day(entry.at);
    if (groups[groups.length - 1]?.name !== name) groups.push({ name, rows: [] });
    groups[groups.length - 1].rows.push(row(entry));
  }
  list.replaceChildren(
    ...groups.flatMap((group) => [make("h3", {}, group.name), make("ul", {}, ...group.rows)]),
    ...(found.length ? [] : [make("p", { class: "note" }, memory.works ? words().notalks : words().nostorage)]),
  );
}

function frame() {
  nav.dataset.lang = nav.lang;
  const close = make("button", { type: "button", class: "bare", "aria-label": words().close, title: words().close }, icon("cross"));
  close.addEventListener("click", () => toggle(false));
  const search = make("input", { type: "search", placeholder: words().searchtalks, "aria-label": words().searchtalks });
  search.value = wanted;
  search.addEventListener("input", () => {
    wanted = search.value;
    draw();
  });
  nav.replaceChildren(
    make("div", { class: "bar" }, make("h2", {}, words().talks ?? ""), close),
    search,
    make("div", { class: "list" }),
    make("p", { class: "note" }, words().talksnote ?? ""),
  );
}
