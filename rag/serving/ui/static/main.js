// The page's behaviour. Starts with `trigger` and `watch` from Gradio's HTML component around the transcript.
// Text reaches the document through textContent only; markup comes from the server alone, where it is escaped.
import { askable, busy, count, forgetEcho, pending, redraft, unlink, write } from "./composing.js";
import { closeMenus, edit, escapeMenu, forgetOpened, restoreOpened, unfold } from "./menus.js";
import { listen, notes, respeak, say } from "./notes.js";
import * as pane from "./pane.js";
import * as sharing from "./share.js";
import * as talks from "./talks.js";
import { HERE, calm, field, root, shown, words } from "./words.js";

const LANGUAGE_COOKIE = "charterqa-language";
let trigger = () => {};
let newest = -1; // the number of the last exchange seen; below zero before there was a first look
let saving = "markdown";
let leaving = false; // another conversation is about to be drawn: there is nothing new to scroll to

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

window.charterSave = (text) => {
  const type = saving === "json" ? "application/json" : "text/markdown";
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = saving === "json" ? "conversation.json" : "conversation.md";
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
  say("saved");
};

function begin() {
  window.charterMemory.begin();
  forgetOpened();
  leaving = true;
  trigger("clear", {});
  talks.draw();
  field()?.focus();
}

function resume(text) {
  forgetOpened();
  leaving = true;
  trigger("resume", { text });
}

const actions = {
  ask: (value) => {
    if (busy()) {
      write(value);
    } else {
      pending(value);
      trigger("ask", { question: value });
    }
    field()?.focus();
  },
  retry: () => trigger("edit", { number: "", question: "" }),
  edit: (number, button) => {
    edit(number, button.dataset.question, (question) => trigger("edit", { number, question }));
  },
  clear: begin,
  share: () => sharing.share(root()?.querySelector(".question")?.lastChild?.textContent.trim().slice(0, 120) ?? ""),
  save: (format) => trigger("save", { format: (saving = format) }),
  go,
  copy: (text) => copy(text, "copied"),
  link: (question) => copy(link(question), "linked"),
  unfolds: unfold,
  rate: (rating, button) => trigger("rate", { rating, answer: button.dataset.answer }),
  reason: (reason, button) => trigger("rate", { rating: "down", answer: button.dataset.answer, reason }),
  focusQuestion: () => field()?.focus(),
  sideToggle: () => talks.toggle(),
  library: (_, button) => pane.openLibrary(button),
  paneClose: () => pane.closePane(),
  scope: (name, button) => pane.choose(button.dataset.kind, name),
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
  // A pressed Send or Stop gives way to the other one; the focus goes where the next word is typed.
  if (button.matches("#charter-send, #charter-send *")) pending(askable());
  if (button.closest("#charter-send, #charter-stop")) field()?.focus();
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

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === field()) pending(askable());
  },
  { capture: true },
);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const stop = document.querySelector("button#charter-stop, #charter-stop button");
  if (shown(stop)) stop.click();
  else if (escapeMenu()) return;
  const source = event.target.closest?.(".sources [tabindex='-1']");
  const back = source && document.querySelector(`[data-go="${CSS.escape(source.id)}"]`);
  if (back) back.focus();
  else if (!event.target.closest?.("#charter-source, #charter-library") || !pane.closePane()) field()?.focus();
});

function settle() {
  const now = root();
  if (!now || !field()) return;
  const composer = document.getElementById("charter-composer");
  if (notes.parentNode !== composer) composer.prepend(notes);
  document.documentElement.lang = now.dataset.lang;
  document.documentElement.dir = now.dir;
  respeak(now.dataset.lang);
  restoreOpened();
  count();
  const look = document.querySelector("[data-appearance]");
  if (look) look.value = window.charterAppearance.get();
  const languages = document.querySelector("[data-language]");
  if (languages) languages.value = now.dataset.lang;
  talks.draw();
  talks.mark();
  pane.mark();
  const last = now.querySelector(".exchange:not(.echo):last-of-type");
  const number = last ? Number(last.dataset.number) : 0;
  if (last) unlink();
  if (last) document.documentElement.dataset.filled = "";
  else if (!now.querySelector(".echo, .waiting")) delete document.documentElement.dataset.filled;
  if (newest < 0) redraft();
  else if (number > newest && !leaving) window.charterMemory.draft(field().value); // what was typed is sent now
  if (leaving) scrollTo({ top: last ? document.body.scrollHeight : 0 });
  else if (number > Math.max(newest, 0)) last.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  newest = number;
  leaving = false;
}

function start(send, watch) {
  trigger = send;
  listen(forgetEcho);
  pane.begin((name, data) => trigger(name, data));
  talks.begin(resume, begin);
  sharing.begin((name, data) => trigger(name, data), (text) => copy(text, "sharecopied"));
  addEventListener("charter-unkept", () => say("unkept"));
  watch("value", () => requestAnimationFrame(settle));
  requestAnimationFrame(settle);
}

closeMenus();
window.charterStart = start;
if (window.charterWaiting) start(...window.charterWaiting);
