// The page's behaviour. Runs once, with `element`, `trigger` and `watch` from Gradio's HTML component around the transcript.
// Text reaches the document through textContent only; markup comes from the server alone, where it is escaped.
const LANGUAGE_COOKIE = "charterqa-language";
const HERE = new URL("./", document.baseURI); // the server may lie below a path
const ALIVE = new URL("healthz", HERE);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const opened = new Set();
const unfolded = new Set();
let newest = -1; // the number of the last exchange seen; below zero before there was a first look

const root = () => document.getElementById("charter-transcript");
const words = () => document.getElementById("charter-header").dataset;
const field = () => document.querySelector("#charter-question textarea");
const shown = (node) => node && node.getClientRects().length > 0;

const notes = document.createElement("div");
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
function say(name, text = words()[name], seconds = 4) {
  toast.dataset.name = name;
  toast.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => (toast.textContent = ""), seconds * 1000);
}

/** What is on show follows the language of the page; words that came from elsewhere cannot, and go. */
function respeak(language) {
  if (spoken && spoken !== language) {
    if (toast.textContent) toast.textContent = words()[toast.dataset.name] ?? "";
    if (banner.textContent) banner.textContent = words().offline;
  }
  spoken = language;
  notes.lang = language;
}

function go(id) {
  const target = document.getElementById(id);
  if (!target) return;
  for (const old of document.querySelectorAll(".found")) old.classList.remove("found");
  target.classList.add("found");
  target.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
  target.focus({ preventScroll: true });
}

async function copy(text, name) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea"); // plain http on an intranet: the clipboard API is not there
    area.value = text;
    area.className = "sr";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(name);
}

function link(question) {
  const address = new URL(location.pathname, location.origin);
  address.searchParams.set("q", question);
  return address.href;
}

window.charterSave = (file) => {
  const address = URL.createObjectURL(new Blob([file.text], { type: `${file.type};charset=utf-8` }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = file.name;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
  say("saved");
};

const actions = {
  ask: (value) => {
    trigger("ask", { question: value });
    field()?.focus();
  },
  retry: () => trigger("retry", {}),
  clear: () => {
    opened.clear();
    unfolded.clear();
    trigger("clear", {});
    field()?.focus();
  },
  save: (format) => trigger("save", { format }),
  go,
  copy: (text) => copy(text, "copied"),
  link: (question) => copy(link(question), "linked"),
  unfolds: (id) => {
    if (!unfolded.delete(id)) unfolded.add(id);
    fold();
  },
  rate: (rating, button) => trigger("rate", { rating, answer: button.dataset.answer }),
  focusQuestion: () => field()?.focus(),
  signout: async () => {
    await fetch(new URL("signout", HERE), { method: "POST", redirect: "manual" });
    window.charterMemory.forget(); // the next to sit here may be somebody else
    location.assign(HERE);
  },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button || button.disabled) return;
  for (const [name, act] of Object.entries(actions)) {
    if (name in button.dataset) act(button.dataset[name], button);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("form.comment");
  if (!form) return;
  event.preventDefault();
  const comment = form.querySelector("textarea").value.trim();
  if (comment) trigger("rate", { rating: "down", answer: form.dataset.answer, comment });
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-language]")) {
    document.cookie = `${LANGUAGE_COOKIE}=${event.target.value}; Path=${HERE.pathname}; SameSite=Lax; Max-Age=31536000`;
    trigger("speak", { language: event.target.value });
  } else if (event.target.matches?.("[data-appearance]")) {
    window.charterAppearance.set(event.target.value);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const stop = document.querySelector("button#charter-stop, #charter-stop button");
  if (shown(stop)) stop.click();
  const source = event.target.closest?.(".sources li");
  const back = source && document.querySelector(`[data-go="${CSS.escape(source.id)}"]`);
  (back || field())?.focus();
});

// A pressed Send or Stop gives way to the other one; the focus goes where the next word is typed.
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#charter-send, #charter-stop")) field()?.focus();
});

// Opened notes stay open while the answer below them goes on: the server's markup knows nothing of them.
document.addEventListener("click", (event) => {
  const note = event.target.closest?.("#charter-transcript summary")?.parentElement;
  if (!note) return;
  if (note.open) opened.delete(note.id); // the click is about to turn it
  else opened.add(note.id);
});

/** Long questions are folded, save those that were opened. */
function fold() {
  for (const button of document.querySelectorAll("[data-unfolds]")) {
    const whole = unfolded.has(button.dataset.unfolds);
    document.getElementById(button.dataset.unfolds)?.classList.toggle("unfolded", whole);
    button.setAttribute("aria-expanded", whole);
    button.textContent = whole ? words().fold : words().unfold;
  }
}

/** How much room is left, once there is little; the server lets nothing longer pass, and the text stays in the field. */
function count() {
  const counter = document.getElementById("charter-count");
  if (!counter) return;
  const limit = Number(counter.dataset.limit);
  const length = [...field().value.trim()].length;
  const [number, note] = counter.children;
  counter.classList.toggle("over", length > limit);
  number.textContent = length > limit * 0.9 ? `${length} / ${limit}` : "";
  const said = length > limit ? counter.dataset.long : "";
  if (note.textContent !== said) note.textContent = said;
}

/** A linked question was asked: a reload, or a new conversation, must not ask it again. */
function unlink() {
  const address = new URL(location.href);
  if (!address.searchParams.has("q")) return;
  address.searchParams.delete("q");
  history.replaceState(history.state, "", address);
}

function settle() {
  const now = root();
  if (!now || !field()) return;
  const composer = document.getElementById("charter-composer");
  if (notes.parentNode !== composer) composer.prepend(notes);
  document.documentElement.lang = now.dataset.lang;
  respeak(now.dataset.lang);
  fold();
  count();
  for (const id of opened) {
    const note = document.getElementById(id);
    if (note) note.open = true;
  }
  const look = document.querySelector("[data-appearance]");
  if (look) look.value = window.charterAppearance.get();
  const languages = document.querySelector("[data-language]");
  if (languages) languages.value = now.dataset.lang;
  const last = now.querySelector(".exchange:last-of-type");
  const number = last ? Number(last.dataset.number) : 0;
  if (last) unlink();
  if (newest < 0) redraft();
  else if (number > newest) window.charterMemory.draft(field().value); // what was typed is sent now
  if (number > Math.max(newest, 0)) last.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  newest = number;
}
watch("value", () => requestAnimationFrame(settle));
requestAnimationFrame(settle);

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
addEventListener("offline", offline);
addEventListener("online", check);
setInterval(() => {
  if (!banner.textContent && (root()?.getAttribute("aria-busy") === "true" || document.hasFocus())) check();
}, 15000);

// What was typed and not sent survives a reload, as the conversation does.
document.addEventListener("input", (event) => {
  if (event.target !== field()) return;
  window.charterMemory.draft(event.target.value);
  count();
});
function redraft() {
  const draft = window.charterMemory.draft();
  if (!draft || field().value) return;
  field().value = draft;
  field().dispatchEvent(new Event("input", { bubbles: true }));
}

// Gradio's own notes (a refused request, a lost connection) are said in our place and language: theirs nest controls, which
// assistive technology cannot tell apart.
new MutationObserver((records) => {
  for (const node of records.flatMap((record) => [...record.addedNodes])) {
    const note = node.nodeType === 1 && (node.matches("[data-testid=toast-body]") ? node : node.querySelector("[data-testid=toast-body]"));
    const text = note && note.querySelector("[data-testid=toast-text]")?.textContent.trim();
    if (!text) continue;
    if (note.classList.contains("error")) {
      check();
      if (navigator.onLine && !/reconnect/i.test(text)) say("", `${words().failed} ${text}`, 8);
    } else {
      say("", text, 8);
    }
  }
}).observe(document.body, { childList: true, subtree: true });
