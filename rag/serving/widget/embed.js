// @ts-check
/*
/embed: the element alone on a page of the server, for hosts that allow only frames.

  <iframe src="https://HOST/embed?lang=az&theme=light" title="Ask the documents"></iframe>

In the address: lang, theme, persist, heading, greeting, suggestions, as the element's attributes. Never a token.

Messages, both ways: objects {charter: 1, type, …}. The frame talks to its parent window alone, under one of the origins in
CHARTERQA_ORIGINS, and never with "*"; a message from any other window or origin, or of another shape, is dropped. The host
checks the same: event.origin === "https://HOST" && event.source === frame.contentWindow.

  host to frame   {charter: 1, type: "hello"}               for hosts that hide their address (no referrer)
                  {charter: 1, type: "ask", text}           asks
                  {charter: 1, type: "reset"}               a new conversation
                  {charter: 1, type: "token", id, token}    replies to a token-request; no token: "sign in" is shown
  frame to host   {charter: 1, type: "ready"}               asks may be sent
                  {charter: 1, type: "token-request", id}   where the server wants a token: reply within 15 s
                  {charter: 1, type: "charter-answer" | "charter-error" | "charter-feedback", detail}
*/
import "./widget.js";

const SETTABLE = ["lang", "theme", "persist", "heading", "greeting", "suggestions"];
const PATIENCE = 15000;

/** @param {string} name */
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? "";
const listed = meta("charter-origins").split(" ").filter(Boolean);
const framed = window.parent !== window;
/** @type {Map<number, (token: unknown) => void>} */
const waiting = new Map();
let requests = 0;

/** The origin that frames this page, as far as the browser tells; else it is learnt from the first message. */
const ancestor = () => {
  const told = location.ancestorOrigins?.[0] ?? (document.referrer && new URL(document.referrer).origin);
  return listed.includes(told) ? told : "";
};
let host = framed ? ancestor() : "";

/** @param {string} type @param {object} [content] */
const post = (type, content = {}) => {
  if (host) window.parent.postMessage({ charter: 1, type, ...content }, host);
};

const style = new CSSStyleSheet();
style.replaceSync("html, body { margin: 0; height: 100% } charter-chat { --charter-height: 100dvh; --charter-radius: 0px }");
document.adoptedStyleSheets = [style];

const chat = /** @type {any} */ (document.createElement("charter-chat"));
chat.setAttribute("mode", "inline");
// Opened by itself the page could be made to say anything by its address, so the address counts only inside a listed page.
if (framed)
  for (const name of SETTABLE) {
    const value = new URLSearchParams(location.search).get(name);
    if (value != null) chat.setAttribute(name, value);
  }
const lang = chat.getAttribute("lang") || navigator.language;
if (lang) document.documentElement.lang = lang;

if (framed && meta("charter-token") === "ask")
  chat.getToken = () =>
    new Promise((resolve, reject) => {
      const id = ++requests;
      const timer = setTimeout(() => settle(""), PATIENCE);
      /** @param {unknown} token */
      const settle = (token) => {
        clearTimeout(timer);
        waiting.delete(id);
        if (typeof token === "string" && token) resolve(token);
        else reject(new Error("the page around this frame gave no token"));
      };
      waiting.set(id, settle);
      post("token-request", { id });
    });

window.addEventListener("message", ({ source, origin, data }) => {
  if (!framed || source !== window.parent || !listed.includes(origin) || (host && origin !== host)) return;
  if (typeof data !== "object" || data?.charter !== 1) return;
  const { type, text, id, token } = data;
  const greeted = !host && type === "hello";
  host ||= origin;
  if (greeted) post("ready");
  else if (type === "ask" && typeof text === "string") chat.ask(text);
  else if (type === "reset") chat.reset();
  else if (type === "token") waiting.get(id)?.(token);
});
for (const name of ["charter-answer", "charter-error", "charter-feedback"])
  chat.addEventListener(name, (/** @type {CustomEvent} */ { detail }) => post(name, { detail }));

document.body.append(chat);
post("ready");
