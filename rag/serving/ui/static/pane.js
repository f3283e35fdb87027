// The pane beside the conversation: the list of documents, and a document with its excerpt marked.
import { HERE, icon, make, root, wide, words } from "./words.js";

const state = document.documentElement.dataset; // pane: "library" or "source"
let back = null; // what had the focus before the pane opened
let frame = null;
let pane = null;
let searching = 0;
let ask = () => {};

export function begin(trigger) {
  ask = trigger;
  document.addEventListener("click", follow);
  document.addEventListener("input", (event) => {
    if (!event.target.matches?.("[data-library-search]")) return;
    clearTimeout(searching);
    searching = setTimeout(() => ask("library", { wanted: wanted() }), 150);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-only]")) choose("document", event.target.dataset.only);
  });
  // What the server drew is what is chosen; a box that was clicked before keeps its own idea of that.
  new MutationObserver(() => {
    for (const box of document.querySelectorAll("[data-only]")) box.checked = box.hasAttribute("checked");
  }).observe(document.getElementById("charter-library"), { subtree: true, childList: true, attributeFilter: ["checked", "data-only"] });
}

const wanted = () => document.querySelector("[data-library-search]")?.value ?? "";

/** One document or tag more, or one less, of those that alone are asked. */
export function choose(kind, name) {
  clearTimeout(searching); // the list comes with it
  ask("scope", { kind, name, wanted: wanted() });
}

/** A link to a source opens beside the conversation where there is room, unless the reader asks for a tab of its own. */
function follow(event) {
  const link = event.target.closest?.("a[data-source]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (!wide.matches) return;
  event.preventDefault();
  openSource(new URL(link.getAttribute("href"), HERE), link.dataset.source, link);
}

function openSource(address, title, from) {
  if (!pane) build();
  if (from && !pane.contains(from) && !from.closest("#charter-library")) back = from;
  address.searchParams.set("lang", root()?.dataset.lang || "en");
  pane.setAttribute("aria-label", title);
  pane.querySelector("h2").textContent = title;
  pane.querySelector("[data-tab]").href = address.href;
  relabel();
  const old = frame;
  // A frame of the same document only moves its mark; another document gets a frame of its own, so that Back stays the chat's.
  if (old && old.contentWindow?.location.pathname === address.pathname && old.contentDocument?.readyState === "complete") {
    old.contentWindow.location.replace(address.href);
  } else {
    frame = make("iframe", { src: address.href, title });
    frame.addEventListener("load", () => frame.contentWindow.addEventListener("keydown", (key) => key.key === "Escape" && closePane()));
    if (old) old.replaceWith(frame);
    else pane.append(frame);
  }
  frame.title = title;
  state.pane = "source";
  mark();
  pane.querySelector("[data-pane-close]").focus();
}

function build() {
  const close = make("button", { type: "button", class: "bare", "data-pane-close": true }, icon("cross"));
  const library = make("button", { type: "button", class: "bare", "data-library": "open" }, icon("back"));
  const tab = make("a", { "data-tab": true, target: "_blank", rel: "noopener", class: "bare" }, icon("out"));
  pane = make("aside", { id: "charter-source" }, make("div", { class: "bar" }, library, make("h2"), tab, close));
  document.body.append(pane);
}

function relabel() {
  const say = words();
  pane.lang = root()?.dataset.lang || "en";
  for (const [selector, text] of [["[data-pane-close]", say.close], ["[data-library]", say.documents], ["[data-tab]", say.newtab]]) {
    const button = pane.querySelector(selector);
    button.setAttribute("aria-label", text);
    button.title = text;
  }
}

export function openLibrary(button) {
  if (button?.closest("#charter-top, #charter-shelf, #charter-hint")) back = button;
  if (state.pane === "library" && button?.hasAttribute("aria-expanded")) return closePane();
  state.pane = "library";
  ask("library", { wanted: wanted() });
  mark();
  document.querySelector("[data-library-search]")?.focus();
  return true;
}

/** Closes whatever is open on the right; says whether anything was. */
export function closePane() {
  if (!("pane" in state)) return false;
  delete state.pane;
  mark();
  (back?.isConnected ? back : document.querySelector("[data-library]"))?.focus();
  back = null;
  return true;
}

/** The button in the head says whether the list is open; a list that is not on show takes no focus. */
export function mark() {
  document.querySelector("#charter-top [data-library]")?.setAttribute("aria-expanded", state.pane === "library");
  if (pane) pane.hidden = state.pane !== "source";
}
