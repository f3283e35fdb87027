// @ts-check
import { list, whole } from "./replies.js";

const KEPT = 20;
const HISTORY = 6;

/** @param {HTMLElement} element */
const store = (element) => {
  const persist = element.getAttribute("persist");
  try {
    return persist === "none" ? null : persist === "local" ? localStorage : sessionStorage;
  } catch {
    return null; // the browser forbids storage: the conversation lives as long as the page
  }
};

/** @param {HTMLElement} element @param {string} key @returns {Turn[]} */
export const load = (element, key) => {
  try {
    return list(JSON.parse(store(element)?.getItem(key) ?? "[]")).map(({ question, answer, done, failure, rating }) => ({
      question, answer: answer && whole(answer), done, failure: failure ?? (done ? undefined : { code: "lost" }), rating }));
  } catch {
    return [];
  }
};

/** @param {HTMLElement} element @param {string} key @param {Turn[]} turns */
export const save = (element, key, turns) => {
  if (!key) return;
  const kept = turns.slice(-KEPT).map(({ node, ...turn }) => turn);
  try {
    if (kept.length) store(element)?.setItem(key, JSON.stringify(kept));
    else store(element)?.removeItem(key);
  } catch {}
};

/** What was said before, as the server wants it. @param {Turn[]} turns */
export const said = (turns) => {
  const messages = turns.filter((t) => t.done && t.answer).flatMap((t) => [
    { role: "user", content: t.question },
    { role: "assistant", content: /** @type {Answer} */ (t.answer).answer },
  ]);
  return messages.slice(-HISTORY).map(({ role, content }) => ({ role, content: content.slice(0, 2000) }));
};
