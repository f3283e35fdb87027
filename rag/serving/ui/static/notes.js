// What is said in passing: short notes, a lost connection, and Gradio's own notes in our place and language.
import { HERE, root, words } from "./words.js";

const ALIVE = new URL("healthz", HERE);
export const notes = document.createElement("div");
notes.id = "charter-notes";
function live(id, role) {
  const node = document.createElement("div");
  node.id = id;
  node.setAttribute("role", role);
  notes.append(node);
  return node;
}
const toast = live("charter-toast", "status");
const banner = live("charter-offline", "alert");
let fading = 0;
let spoken = ""; // the language of what is on show

/** Says one of the page's own words, by its name, or `text` that came from elsewhere. */
export function say(name, text = words()[name], seconds = 4) {
  toast.dataset.name = name;
  toast.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => (toast.textContent = ""), seconds * 1000);
}

/** What is on show follows the language of the page; words that came from elsewhere cannot, and go. */
export function respeak(language) {
  if (spoken && spoken !== language) {
    if (toast.textContent) toast.textContent = words()[toast.dataset.name] ?? "";
    if (banner.textContent) banner.textContent = words().offline;
  }
  spoken = language;
  notes.lang = language;
}

// Offline: the browser says so at once; a server that is gone is asked for until it is back.
let asking = 0;
function online() {
  clearTimeout(asking);
  if (banner.textContent) say("online");
  banner.textContent = "";
}
function offline() {
  banner.textContent = words().offline;
  clearTimeout(asking);
  asking = setTimeout(check, 3000);
}
async function check() {
  try {
    await fetch(ALIVE, { cache: "no-store", signal: AbortSignal.timeout(5000) });
    online();
  } catch {
    offline();
  }
}

/** Begins to listen; `failed` is called when a request of ours was turned away. */
export function listen(failed) {
  addEventListener("offline", offline);
  addEventListener("online", check);
  setInterval(() => {
    if (!banner.textContent && (root()?.getAttribute("aria-busy") === "true" || document.hasFocus())) check();
  }, 15000);
  // Gradio's own notes nest controls, which assistive technology cannot tell apart.
  new MutationObserver((records) => {
    for (const node of records.flatMap((record) => [...record.addedNodes])) {
      const note =
        node.nodeType === 1 &&
        (node.matches("[data-testid=toast-body]") ? node : node.querySelector("[data-testid=toast-body]"));
      const text = note && note.querySelector("[data-testid=toast-text]")?.textContent.trim();
      if (!text) continue;
      failed();
      if (note.classList.contains("error")) {
        check();
        if (navigator.onLine && !/reconnect/i.test(text)) say("", `${words().failed} ${text}`, 8);
      } else {
        say("", text, 8);
      }
    }
  }).observe(document.body, { childList: true, subtree: true });
}
