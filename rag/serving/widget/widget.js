// @ts-check
/* <charter-chat>: answers with proof, inside somebody else's page. What you read is what is served. Its attributes, methods,
events and themes, and what the host page's policy must allow, are in docs/intranet.md. */
import { SHEET } from "./element/style.js";
import { h, ICONS, icon, unhide } from "./element/nodes.js";
import { Failure, list, suggestions } from "./element/replies.js";
import { Voice } from "./element/voice.js";
import { Server } from "./element/server.js";
import { load, said, save } from "./element/memory.js";
import { Thread } from "./element/thread.js";

const MOST = 4000;
/** @type {Map<string, CharterChat>} */
const claimed = new Map();

class CharterChat extends HTMLElement {
  static observedAttributes = ["mode", "position", "lang", "dir", "heading", "greeting", "suggestions", "kb", "tags"];
  #root = this.attachShadow({ mode: "open" });
  #states = this.attachInternals().states;
  #key = "";
  #ordinal = 0;
  #corner = "";
  /** @type {Turn[]} */ #turns = [];
  /** @type {AbortController?} */ #control = null;
  #open = false;
  /** @type {string[]} */ #begin = [];
  /** @type {Failure?} */ #wrong = null;
  /** @type {Record<string, any>} */ #ui = {};
  #voice = new Voice();
  #server = new Server(this, new URL("../..", import.meta.url), this.#voice);
  #thread = new Thread(this.#server, this.#voice, {
    submit: (text) => this.#submit(text),
    retry: (turn) => {
      this.#turns = this.#turns.filter((t) => t !== turn);
      turn.node.remove();
      this.#ui.input.focus();
      this.ask(turn.question);
    },
    rated: (detail) => {
      this.#save();
      this.#emit("charter-feedback", detail);
    },
  });

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [SHEET];
    for (const type of ["keydown", "keypress", "keyup"])
      this.#root.addEventListener(type, (/** @type {any} */ event) => {
        if (type === "keydown") this.#onKey(event);
        if (event.target.matches("textarea, input")) event.stopPropagation();
      });
  }

  get strings() {
    return this.#voice.strings;
  }
  set strings(value) {
    this.#voice.strings = { ...value };
    this.#render();
  }

  connectedCallback() {
    if (Object.hasOwn(this, "strings")) {
      const early = this.strings;
      delete (/** @type {any} */ (this).strings);
      this.#voice.strings = { ...early };
    }
    if (this.#key) return this.#surface();
    this.#claim();
    this.#open = this.#inline;
    unhide(this);
    this.#render();
    if (!this.#server.signs) this.#start();
    // Where a body is swapped, the old element may leave after the new one has come.
    if (this.#ordinal > 1)
      queueMicrotask(() => {
        if (this.isConnected && !this.#turns.length && this.#claim()) this.#render();
      });
  }

  #claim() {
    const name = `charter-chat ${this.#server.url("", "")} ${this.id || (this.#inline ? "inline" : "launcher")}`;
    const others = [...claimed].filter(([, element]) => element !== this && element.isConnected);
    let key = name;
    for (let n = 2; others.some(([used]) => used === key); n++) key = `${name} ${n}`;
    this.#ordinal = others.length + 1;
    if (key === this.#key) return false;
    if (this.#key) claimed.delete(this.#key);
    claimed.set((this.#key = key), this);
    this.#turns = load(this, this.#key);
    return true;
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#control?.abort();
      if (claimed.get(this.#key) === this) claimed.delete(this.#key);
      this.#key = "";
    });
  }

  attributeChangedCallback() {
    this.#render();
  }

  open() {
    if (this.#inline) return;
    const opened = !this.#open;
    this.#show(true);
    this.#ui.input?.focus();
    if (opened && this.#server.signs && !this.#turns.length) this.#start();
    if (opened) this.#emit("charter-open");
  }

  close() {
    if (this.#inline || !this.#open) return;
    const inside = this.#root.activeElement;
    this.#show(false);
    if (inside) this.#ui.launcher.focus();
    this.#emit("charter-close");
  }

  /** Asks, and resolves to the Answer, or to null where none came. @param {string} text @returns {Promise<Answer?>} */
  async ask(text) {
    const question = String(text ?? "").trim();
    if (!question || !this.#key) return null;
    this.#control?.abort();
    if (!this.#inline && !this.#open) this.open();
    const control = (this.#control = new AbortController());
    const history = said(this.#turns);
    /** @type {Turn} */ const turn = { question };
    this.#turns.push(turn);
    this.#save();
    this.#thread.busy(true);
    this.#ui.intro.hidden = true;
    this.#ui.log.append(this.#thread.view(turn));
    this.#ui.log.scrollTop = this.#ui.log.scrollHeight;
    let answer = null;
    try {
      answer = await this.#server.ask(turn, { history, lang: this.#voice.lang }, control, (words) => this.#thread.grow(turn, words));
      this.#thread.finish(turn, answer);
    } catch (error) {
      const cause = await this.#server.explain(error, control.signal);
      turn.failure = { code: cause.code, detail: cause.detail };
      this.#thread.tail(turn);
      if ([413, 422].includes(cause.status)) this.#ui.input.value ||= question;
      if (cause.code !== "stopped") this.#emit("charter-error", { code: cause.code, message: cause.message, status: cause.status });
    }
    if (this.#control === control) {
      this.#control = null;
      this.#thread.busy(false);
      this.#thread.announce(turn);
    }
    this.#save();
    if (answer) this.#emit("charter-answer", answer);
    return answer;
  }

  reset() {
    this.#control?.abort();
    this.#control = null;
    this.#turns = [];
    this.#save();
    this.#render();
    if (this.#open) this.#ui.input?.focus();
  }

  get #inline() {
    return this.getAttribute("mode") === "inline";
  }

  #render() {
    if (!this.#key) return;
    const { dir, lang } = this.#voice.choose(this);
    const position = this.getAttribute("position") || (dir === "rtl" ? "left" : "right");
    const sides = ["left", "top"].filter((side) => position.includes(side));
    this.#corner = this.#inline ? "inline" : sides.join();
    const all = [...claimed.values()];
    const before = all.slice(0, all.indexOf(this)).filter((e) => e.isConnected && e.#corner === this.#corner);
    const states = [...sides, `slot${before.length}`];
    for (const state of ["left", "top", "slot1", "slot2", "slot3"]) this.#states[states.includes(state) ? "add" : "delete"](state);
    const heading = this.getAttribute("heading") || this.#voice.t.heading;
    const button = (/** @type {string} */ label, /** @type {keyof typeof ICONS} */ name, /** @type {() => void} */ click, more = {}) =>
      h("button", { "aria-label": this.#voice.t[label], title: this.#voice.t[label], click, ...more }, icon(name));
    const draft = this.#ui.input?.value ?? "";
    const typing = this.#ui.input && this.#root.activeElement === this.#ui.input;
    const ui = (this.#ui = this.#thread.ui = {
      launcher: button("heading", "chat", () => (this.#open ? this.close() : this.open()), {
        part: "launcher", "aria-controls": "panel", "aria-label": heading, title: null, hidden: this.#inline }),
      intro: h("div", { class: "intro" }, h("p", { class: "greeting", dir: "auto" }, this.getAttribute("greeting") || this.#voice.t.greeting)),
      log: h("div", { part: "messages", role: "group", "aria-label": this.#voice.t.log, tabindex: 0 }),
      status: h("div", { class: "sr", role: "status" }),
      input: h("textarea", { part: "input", rows: 1, dir: "auto", "aria-label": this.#voice.t.label, placeholder: this.#voice.t.label, input: () => this.#count() }),
      count: h("p", { class: "count small" }),
      send: button("send", "send", () => this.#submit(ui.input.value), { part: "send" }),
      stop: button("stop", "stop", () => this.#control?.abort(), { part: "stop" }),
      panel: /** @type {any} */ (null),
    });
    ui.input.value = draft;
    const chips = this.#thread.chips(suggestions(this.getAttribute("suggestions")) ?? this.#begin);
    if (chips) ui.intro.append(chips);
    if (this.#wrong) ui.intro.append(h("p", { part: "note error" }, this.#voice.tell(this.#wrong)));
    ui.intro.hidden = this.#turns.length > 0;
    ui.log.append(ui.intro, ...this.#turns.map((turn) => this.#thread.view(turn)));
    ui.panel = h("div", { id: "panel", part: "panel", role: this.#inline ? null : "dialog", "aria-label": this.#inline ? null : heading },
      h("div", { part: "header" }, h("b", { dir: "auto" }, heading), button("reset", "reset", () => this.reset()),
        !this.#inline && button("close", "close", () => this.close()) || ""),
      ui.log,
      h("div", { class: "foot" }, ui.count, ui.input, ui.send, ui.stop));
    this.#root.replaceChildren(h("section", { class: "root", popover: this.#inline ? null : "manual", dir, lang, "aria-label": this.#ordinal > 1 ? `${heading} ${this.#ordinal}` : heading }, ui.launcher, ui.panel, ui.status));
    this.#surface();
    this.#show(this.#open || this.#inline);
    this.#thread.busy(!!this.#control);
    if (typing) ui.input.focus();
  }

  #surface() {
    const root = /** @type {any} */ (this.#root.firstChild);
    if (root?.popover && this.isConnected && !root.matches(":popover-open")) root.showPopover();
  }

  async #start() {
    this.#wrong = null;
    try {
      this.#begin = list((await (await this.#server.fetch(this.#server.url("api/v1/start", ""))).json()).suggestions).map(String);
    } catch (error) {
      const cause = await this.#server.explain(error);
      console.error(`charter-chat: ${this.#voice.tell(cause)}`);
      this.#wrong = cause;
    }
    if (!this.#turns.length) this.#render();
  }

  /** @param {boolean} open */
  #show(open) {
    this.#open = open;
    if (!this.#ui.panel) return;
    this.#ui.panel.hidden = !open;
    this.#ui.launcher.setAttribute("aria-expanded", open);
    this.#ui.log.scrollTop = this.#ui.log.scrollHeight;
  }

  #count(text = this.#ui.input.value) {
    const n = [...text.trim()].length;
    this.#ui.count.textContent = n > MOST ? this.#voice.say("long", { n, most: MOST }) : "";
    return n > MOST;
  }

  /** @param {string} text */
  #submit(text) {
    if (this.#control || !text.trim()) return;
    if (this.#count(text)) return void (this.#ui.status.textContent = this.#ui.count.textContent);
    this.#ui.input.value = "";
    this.#ui.input.focus();
    this.ask(text);
  }

  /** @param {any} event */
  #onKey(event) {
    const { key, target, shiftKey } = event;
    if (event.isComposing) return;
    if (key === "Enter" && target === this.#ui.input && !shiftKey) {
      event.preventDefault();
      this.#submit(this.#ui.input.value);
    } else if (key === "Tab" && getComputedStyle(this.#ui.panel).position === "fixed") {
      const stops = [...this.#ui.panel.querySelectorAll("button, a, summary, input, textarea, [tabindex='0']")].filter((n) => n.checkVisibility());
      const ends = [stops[0], stops[stops.length - 1]];
      if (shiftKey) ends.reverse();
      if (target !== ends[1]) return;
      event.preventDefault();
      ends[0].focus();
    } else if (key === "Escape") {
      const box = target.closest(".turn")?.querySelector(".slot > *");
      if (box) box.close();
      else if (this.#inline || !this.#open) return;
      else this.close();
      event.stopPropagation();
      event.preventDefault();
    }
  }

  /** @param {string} name @param {any} [detail] */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #save() {
    save(this, this.#key, this.#turns);
  }
}

if (!customElements.get("charter-chat")) customElements.define("charter-chat", CharterChat);
