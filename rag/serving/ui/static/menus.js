// Menus, folded questions, opened notes and the form in which a question is edited: what the server's markup knows nothing of.
import { make, words } from "./words.js";

const opened = new Set();
const unfolded = new Set();

export function forgetOpened() {
  opened.clear();
  unfolded.clear();
}

export function closeMenus(except = null) {
  let closed = null;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu === except || menu.contains(except)) continue;
    menu.open = false;
    closed = menu;
  }
  return closed;
}

// Opened notes stay open while the answer below them goes on.
document.addEventListener("click", (event) => {
  const summary = event.target.closest?.("summary");
  const note = summary?.closest("#charter-transcript details:not(.menu)");
  if (note && summary.parentElement === note) {
    if (note.open) opened.delete(note.id); // the click is about to turn it
    else opened.add(note.id);
  }
  const menu = event.target.closest?.("details.menu");
  closeMenus(menu);
  if (menu && event.target.closest("button")) menu.open = false;
});
document.addEventListener("focusin", (event) => closeMenus(event.target));

/** Esc in a menu closes it and goes back to its button; says whether it did. */
export function escapeMenu() {
  const menu = closeMenus();
  menu?.querySelector("summary").focus();
  return Boolean(menu);
}

/** Long questions are folded, save those that were opened; notes are as they were left. */
export function restoreOpened() {
  for (const button of document.querySelectorAll("[data-unfolds]")) {
    const whole = unfolded.has(button.dataset.unfolds);
    document.getElementById(button.dataset.unfolds)?.classList.toggle("unfolded", whole);
    button.setAttribute("aria-expanded", whole);
    button.textContent = whole ? words().fold : words().unfold;
  }
  for (const id of opened) {
    const note = document.getElementById(id);
    if (note) note.open = true;
  }
}

export function unfold(id) {
  if (!unfolded.delete(id)) unfolded.add(id);
  restoreOpened();
}

/** A dialog with the question in a field; `ask` gets what it says in the end. */
export function edit(number, question, ask) {
  const area = make("textarea", { rows: "3", maxlength: "4000", "aria-label": words().edit });
  area.value = question;
  const form = make(
    "form",
    { method: "dialog" },
    make("h2", { id: "charter-edit-name" }, words().edit),
    make("p", { class: "note" }, words().editnote),
    area,
    make(
      "div",
      { class: "row" },
      make("button", { type: "submit", class: "primary", value: "ask" }, words().ask),
      make("button", { type: "submit", value: "cancel" }, words().cancel),
    ),
  );
  const dialog = make("dialog", { id: "charter-edit", "aria-labelledby": "charter-edit-name" }, form);
  document.body.append(dialog);
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    dialog.close("ask");
  });
  dialog.addEventListener("close", () => {
    const text = area.value.trim();
    dialog.remove();
    if (dialog.returnValue === "ask" && text) ask(text, number);
    else document.querySelector(`[data-edit="${number}"]`)?.closest("details")?.querySelector("summary")?.focus();
  });
  dialog.showModal();
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}
