// @ts-check
import { Failure, ended, events, failure } from "./replies.js";

/** The server that an element asks, and who asks it. */
export class Server {
  /** @type {any} */ #element;
  #home;
  #voice;
  /** @type {Promise<string>?} */ #token = null;
  #renewAt = 0;

  /** @param {any} element @param {URL} home where the server is, unless the element says otherwise
   * @param {{ lang: string }} voice the language in which the server is to say what is wrong */
  constructor(element, home, voice) {
    this.#element = element;
    this.#home = home;
    this.#voice = voice;
  }

  get base() {
    let url = this.#home;
    try {
      const given = new URL(this.#element.getAttribute("server") || url, location.href);
      if (/^https?:$/.test(given.protocol)) url = given;
    } catch {}
    return url.origin + url.pathname.replace(/\/*$/, "/");
  }

  /** @param {string} path @param {string} id @param {string} [query] */
  url(path, id, query = "") {
    const kb = this.#element.getAttribute("kb");
    const asked = [kb && `kb=${encodeURIComponent(kb)}`, query].filter(Boolean).join("&");
    return this.base + path + String(id).split("/").map(encodeURIComponent).join("/") + (asked && `?${asked}`);
  }

  get signs() {
    return !!(this.#element.getToken || this.#element.getAttribute("token-url"));
  }

  /** The token, renewed shortly before it expires. It lives in memory alone. @param {boolean} renew */
  async #bearer(renew) {
    if (renew || !this.#token || Date.now() > this.#renewAt) {
      this.#renewAt = Infinity;
      this.#token = this.#obtain();
      this.#token.catch(() => (this.#token = null));
    }
    return this.#token;
  }

  async #obtain() {
    const provider = this.#element.getToken;
    const signal = AbortSignal.timeout(20000);
    const started = Date.now();
    let given;
    try {
      if (provider) given = await Promise.race([provider.call(this.#element), ended(signal)]);
      else {
        const response = await fetch(this.#element.getAttribute("token-url") ?? "", { credentials: "same-origin", cache: "no-store", signal });
        const text = await response.text();
        if (response.ok) given = text.trim().startsWith("{") ? JSON.parse(text) : text.trim().replace(/^"|"$/g, "");
      }
    } catch (error) {
      console.error("charter-chat: no token.", error);
    }
    const token = typeof given === "string" ? given : given?.token ?? given?.access_token;
    if (!token) throw new Failure("signin", "", 401);
    let life = 60;
    try {
      const { exp, iat } = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
      life = exp - (iat ?? started / 1000);
    } catch {}
    this.#renewAt = started + 1000 * (life - Math.min(30, life / 2));
    return /** @type {string} */ (token);
  }

  /** One request; a 401 is answered once, with a new token. @param {string} url @param {RequestInit} [options] */
  async fetch(url, options = {}) {
    for (let renew = false; ; renew = true) {
      /** @type {Record<string, string>} */ const headers = { Accept: "text/event-stream, application/json", "Accept-Language": this.#voice.lang };
      if (options.body) headers["Content-Type"] = "application/json";
      if (this.signs) headers.Authorization = `Bearer ${await this.#bearer(renew)}`;
      const credentials = this.signs ? "omit" : this.#element.getAttribute("credentials") === "include" ? "include" : "same-origin";
      const response = await fetch(url, { method: options.body ? "POST" : "GET", credentials, cache: "no-store", redirect: "manual", ...options, headers }).catch((error) => {
        throw error instanceof TypeError ? new Failure("unreached") : error;
      });
      if (response.ok) return response;
      if (response.status !== 401 || renew || !this.signs) throw failure(await response.json().catch(() => null), response.status);
    }
  }

  /** @param {Turn} turn @param {object} asked @param {AbortController} control @param {(words: string) => void} grow @returns {Promise<Answer>} */
  async ask(turn, asked, control, grow) {
    let timer = 0;
    const alive = (seconds = 45) => {
      clearTimeout(timer);
      timer = setTimeout(() => control.abort(new Failure("lost")), seconds * 1000);
    };
    try {
      alive(150);
      const tags = (this.#element.getAttribute("tags") ?? "").split(",").map((/** @type {string} */ tag) => tag.trim()).filter(Boolean);
      const body = JSON.stringify({ question: turn.question, ...asked, stream: true,
        kb: this.#element.getAttribute("kb") || undefined, filter: tags.length ? { tags } : undefined });
      const { signal } = control;
      const response = await Promise.race([this.fetch(this.base + "api/v1/ask", { body, signal }), ended(signal)]);
      const type = response.headers.get("Content-Type") ?? "";
      if (type.includes("json")) return await response.json();
      if (!type.includes("event-stream") || !response.body) throw new Failure("signin", "", response.status);
      /** @type {Answer} */ const partial = (turn.answer = { status: "answered", answer: "", claims: [], citations: [] });
      for await (const { event, data } of events(response.body, alive)) {
        if (event === "claim") partial.claims.push(data);
        else if (event === "citation") partial.citations.push(data);
        else if (event === "delta") {
          const words = String(data.text ?? "");
          partial.answer += words;
          grow(words);
        } else if (event === "error") throw failure(data, data.status);
        else if (event === "done") return data;
      }
      throw new Failure("lost");
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {any} error @param {AbortSignal} [signal] @returns {Promise<Failure>} */
  async explain(error, signal) {
    if (signal?.aborted) return signal.reason instanceof Failure ? signal.reason : new Failure("stopped");
    if (!(error instanceof Failure)) console.warn("charter-chat:", error);
    const { code } = error;
    if (code === "signin" && !this.signs) console.error("charter-chat: the server asks who you are. Set token-url or getToken.");
    if (code !== "unreached") return error instanceof Failure ? error : new Failure("lost");
    const server = new URL(this.base).origin;
    if (server !== location.origin)
      try {
        // Every page gets the static file: if it arrives and no answer did, the page's origin is missing.
        const probe = await fetch(this.base + "widget/v1/widget.js", { method: "HEAD", cache: "no-store", credentials: "omit" });
        if (probe.ok) {
          console.error(`charter-chat: ${server} refuses this page. It needs the setting CHARTERQA_ORIGINS=${location.origin}`);
          return new Failure("origin");
        }
      } catch {}
    return error;
  }
}
