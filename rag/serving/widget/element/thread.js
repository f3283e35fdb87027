// @ts-check
import { h, icon, quoted } from "./nodes.js";
import { list, pieces, whole } from "./replies.js";

/** The turns of a conversation as they are shown. */
export class Thread {
  /** @type {Record<string, any>} */ ui = {};
  #server;
  #voice;
  #chat;

  /** @param {import("./server.js").Server} server @param {import("./voice.js").Voice} voice
   * @param {{submit: (text: string) => void, retry: (turn: Turn) => void, rated: (detail: object) => void}} chat */
  constructor(server, voice, chat) {
    this.#server = server;
    this.#voice = voice;
    this.#chat = chat;
  }

  /** @param {string[]} texts */
  chips(texts) {
    return texts.length ? h("p", { class: "chips" }, texts.map((text) => h("button", { part: "suggestion", click: () => this.#chat.submit(text) }, text))) : null;
  }

  /** @param {Turn} turn */
  view(turn) {
    const text = h("p", { class: "text", dir: "auto" });
    const { answer } = turn;
    turn.node = h("div", { class: "turn" },
      h("p", { part: "question", dir: "auto", tabindex: turn.question?.length > 250 ? 0 : null }, h("span", { class: "sr" }, this.#voice.t.you + " "), turn.question),
      h("div", { part: "answer" }, text, h("div", { class: "slot" }), h("div", { class: "tail" })));
    if (answer) this.grow(turn, answer.answer);
    else if (!turn.failure) text.append(h("span", { class: "wait small" }, this.#voice.t.busy));
    if (turn.done || turn.failure) this.tail(turn);
    return turn.node;
  }

  /** @param {Turn} turn @param {string} words */
  grow(turn, words) {
    const { claims, citations } = /** @type {Answer} */ (turn.answer);
    const text = turn.node.querySelector(".text");
    text.querySelector(".wait")?.remove();
    const { log } = this.ui;
    const follow = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    for (const piece of pieces(words, claims, citations)) {
      const citation = citations.find((c) => c.id === piece);
      text.append(citation ? this.#marker(turn, citation) : String(piece));
    }
    if (follow) log.scrollTop = log.scrollHeight;
  }

  /** @param {Turn} turn @param {Citation} citation */
  #marker(turn, citation) {
    const marker = h("button", { part: "marker", "aria-expanded": "false",
      "aria-label": this.#voice.say("excerpt", { n: citation.id, title: citation.title }), click: () => {
        const slot = turn.node.querySelector(".slot");
        const opening = marker.getAttribute("aria-expanded") !== "true";
        for (const other of turn.node.querySelectorAll(".marker")) other.setAttribute("aria-expanded", "false");
        slot.replaceChildren();
        if (!opening) return marker.focus();
        marker.setAttribute("aria-expanded", "true");
        const excerpt = this.#excerpt(citation, () => marker.click());
        slot.append(excerpt);
        excerpt.focus();
        excerpt.scrollIntoView({ block: "nearest" });
      } }, String(citation.id));
    return marker;
  }

  /** @param {Citation} citation @param {() => void} [close] */
  #excerpt(citation, close) {
    const { title, section, page, recognised, start, end, document: id } = citation;
    const scan = recognised ? ` (OCR ${this.#voice.number(recognised, { style: "percent" })})` : "";
    const place = [...list(section), page != null && this.#voice.say("page", { n: `${page}` }) + scan].filter(Boolean).join(" › ");
    const label = this.#voice.say("excerpt", { n: citation.id, title });
    const words = list(citation.highlights).map((pair) => pair.join("-")).join();
    const span = [start, end].every(Number.isInteger) ? `#c=${start}-${end}${words && `&h=${words}`}` : "";
    const link = h("a", { href: this.#server.url("source/", id) + span, target: "_blank", rel: "noopener", click: (/** @type {any} */ event) => {
      if (!this.#server.signs) return; // a link cannot carry the token, so the document is read here
      event.preventDefault();
      this.#around(citation, box, 1500, link);
    } }, this.#voice.t.source);
    const box = h("div", { part: "excerpt", role: "group", "aria-label": label, tabindex: -1 },
      h("header", {}, h("div", {}, h("b", { dir: "auto" }, title), h("small", { dir: "auto" }, place)),
        close ? h("button", { "aria-label": this.#voice.t.close, title: this.#voice.t.close, click: close }, icon("close")) : ""),
      h("blockquote", { dir: "auto" }, list(citation.spans).slice(0, -1).filter((s) => s.document === id).map((s) => h("span", { class: "lead" }, s.quote)), quoted(citation)), link);
    if (close) this.#around(citation, box, 200);
    return Object.assign(box, { close });
  }

  /** Shows the passage in its context; instead of the link, where that cannot lead there. @param {Citation} citation @param {any} box @param {number} width @param {HTMLElement} [link] */
  async #around(citation, box, width, link) {
    const { document: id, start, end } = citation;
    const quote = box.querySelector("blockquote");
    try {
      const { before, after, quote: found } = await (await this.#server.fetch(this.#server.url("api/v1/documents/", id, `at=${start}-${end}&width=${width}`))).json();
      if (typeof before !== "string" || (!link && found !== citation.quote)) return;
      const lead = quote.querySelectorAll(".lead");
      const mark = h("mark", {}, quoted({ ...citation, quote: found }));
      quote.replaceChildren(...lead, before, mark, after);
      if (!link) return;
      quote.tabIndex = 0;
      quote.focus();
      quote.scrollTop = mark.offsetTop - quote.offsetTop - 40;
      link.remove();
    } catch (error) {
      link?.replaceWith(h("p", {}, this.#voice.tell(await this.#server.explain(error))));
    }
  }

  /** @param {Turn} turn */
  tail(turn) {
    const tail = turn.node.querySelector(".tail");
    const { answer, failure } = turn;
    turn.node.querySelector(".wait")?.remove();
    turn.node.querySelector(".answer").classList.toggle("refused", answer?.status === "refused");
    if (failure) {
      const retry = h("button", { part: "retry", click: () => this.#chat.retry(turn) }, this.#voice.t.retry);
      tail.replaceChildren(h("p", { part: failure.code === "stopped" ? "note" : "note error" }, this.#voice.tell(failure)), retry);
      return;
    }
    if (!answer) return;
    const related = list(answer.related);
    const withheld = list(answer.withheld);
    tail.replaceChildren(...[
      answer.notice && h("p", { part: "note notice", dir: "auto" }, answer.notice),
      related.length && h("div", {}, h("p", { class: "small" }, this.#voice.t.related), related.map((c) =>
        h("details", {}, h("summary", { dir: "auto" }, [c.title, ...list(c.section)].join(" › ")), this.#excerpt(c)))),
      ...(answer.status === "refused" ? ["not_mentioned", "topics"] : []).map((key) => {
        const named = list(/** @type {any} */ (answer)[key]).join(", ");
        return named && h("p", { class: "small", dir: "auto" }, this.#voice.say(key, { list: named }));
      }),
      this.chips(list(answer.suggestions)),
      answer.citations.length && h("details", { class: "small" }, h("summary", {}, this.#voice.say("sources", { n: answer.citations.length })), answer.citations.map((c) => this.#excerpt(c))),
      withheld.length && h("details", { class: "small" }, h("summary", {}, this.#voice.say("withheld", { n: withheld.length })),
        h("ul", {}, withheld.map((w) => h("li", { dir: "auto" }, `${w.text} (${w.reason})`)))),
      answer.id && this.#rating(turn, answer.id),
    ].filter(Boolean));
  }

  /** @param {Turn} turn @param {string} id */
  #rating(turn, id) {
    const note = h("span");
    const send = async (/** @type {string} */ rating, /** @type {string} */ comment) => {
      const detail = { answer_id: id, rating, ...(comment && { comment }) };
      try {
        await this.#server.fetch(this.#server.base + "api/v1/feedback", { body: JSON.stringify(detail) });
        turn.rating = rating;
        this.#chat.rated(detail);
        note.textContent = this.#voice.t.thanks;
      } catch (error) {
        note.textContent = this.#voice.tell(await this.#server.explain(error));
      }
      this.ui.status.textContent = note.textContent;
      for (const b of buttons) b.setAttribute("aria-pressed", b.name === turn.rating);
      comments.hidden = turn.rating !== "down" || !!comment;
    };
    const comments = h("input", { "aria-label": this.#voice.t.comment, placeholder: this.#voice.t.comment, maxlength: 2000, hidden: true, keydown: (/** @type {any} */ event) => {
      if (event.key !== "Enter" || event.isComposing || !comments.value.trim()) return;
      this.ui.input.focus();
      send("down", comments.value.trim());
    } });
    const buttons = /** @type {const} */ (["up", "down"]).map((name) =>
      h("button", { name, "aria-label": this.#voice.t[name], title: this.#voice.t[name], "aria-pressed": String(turn.rating === name), click: () => send(name, "") }, icon("rate")));
    const copy = h("button", { "aria-label": this.#voice.t.copy, title: this.#voice.t.copy, click: async () => {
      const { answer, citations } = /** @type {Answer} */ (turn.answer);
      await navigator.clipboard.writeText([answer, ...citations.map((c) => `[${c.id}] ${c.title}: “${c.quote}”`)].join("\n\n"));
      note.textContent = "✓";
    } }, icon("copy"));
    return h("div", { part: "feedback" }, navigator.clipboard ? copy : "", buttons, note, comments);
  }

  /** @param {Turn} turn @param {Answer} answer */
  finish(turn, answer) {
    const shown = turn.answer?.answer;
    const { log } = this.ui;
    const follow = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    turn.answer = whole(answer);
    turn.done = true;
    if (shown === turn.answer.answer) this.tail(turn);
    else turn.node.replaceWith(this.view(turn));
    // An answer is read from its beginning, unless the reader is elsewhere by now.
    if (follow) log.scrollTop += turn.node.getBoundingClientRect().top - log.getBoundingClientRect().top - 8;
  }

  /** @param {boolean} busy */
  busy(busy) {
    const { log, send, stop, input, status } = this.ui;
    const focused = log.getRootNode().activeElement;
    log.setAttribute("aria-busy", busy);
    send.hidden = busy;
    stop.hidden = !busy;
    if (busy) status.textContent = "";
    if (focused === send || focused === stop) input.focus();
  }

  /** The one announcement of a turn. @param {Turn} turn */
  announce(turn) {
    const { answer, failure } = turn;
    const words = answer ? pieces(answer.answer, answer.claims, answer.citations).filter((piece) => typeof piece === "string") : [];
    this.ui.status.textContent = failure ? this.#voice.tell(failure) : words.join("");
  }
}
