// The question field: how much room is left, what was typed and not sent, and an echo of a question before the server speaks.
import { field, make, root, words } from "./words.js";

let echo = null;

/** Shows a question at once where the answer will be; the server's first word takes its place. */
export function pending(question) {
  forgetEcho();
  if (!root() || !question) return;
  document.documentElement.dataset.filled = "";
  echo = make(
    "article",
    { class: "exchange looking echo" },
    make(
      "div",
      { class: "dialogue" },
      make("h2", { class: "question" }, question.length > 300 ? `${question.slice(0, 300)} …` : question),
      make("p", { class: "stage" }, make("span", { class: "dots", "aria-hidden": "true" }), words().searching),
    ),
  );
  root().append(echo);
  echo.scrollIntoView({ block: "start" });
}

/** Takes the echo back, once the server has drawn its own or has turned the question away. */
export function forgetEcho() {
  const was = echo;
  echo = null;
  if (!was) return;
  if (was.classList.contains("echo")) was.remove();
}

/** How much room is left, once there is little; the server lets nothing longer pass, and the text stays in the field. */
export function count() {
  const counter = document.getElementById("charter-count");
  if (!counter || !field()) return;
  const limit = Number(counter.dataset.limit);
  const length = [...field().value.trim()].length;
  const [number, note] = counter.children;
  counter.classList.toggle("over", length > limit);
  number.textContent = length > limit * 0.9 ? `${length} / ${limit}` : "";
  const said = length > limit ? counter.dataset.long : "";
  if (note.textContent !== said) note.textContent = said;
}

/** Whether an answer is under way: until it is over no other question is taken. */
export const busy = () => root()?.getAttribute("aria-busy") === "true";

/** What is in the field, if it would be taken. */
export function askable() {
  if (busy()) return "";
  const text = field()?.value.trim() ?? "";
  const limit = Number(document.getElementById("charter-count")?.dataset.limit || 4000);
  return text && [...text].length <= limit && navigator.onLine ? text : "";
}

/** What was typed and not sent survives a reload, as the conversation does. */
export function redraft() {
  const draft = window.charterMemory.draft();
  if (!draft || field().value) return;
  write(draft);
}

export function write(text) {
  field().value = text;
  field().dispatchEvent(new Event("input", { bubbles: true }));
}

/** A linked question was asked: a reload, or a new conversation, must not ask it again. */
export function unlink() {
  const address = new URL(location.href);
  if (!address.searchParams.has("q")) return;
  address.searchParams.delete("q");
  history.replaceState(history.state, "", address);
}

document.addEventListener("input", (event) => {
  if (event.target !== field()) return;
  window.charterMemory.draft(event.target.value);
  count();
});
