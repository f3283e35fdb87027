// @ts-check
/* <charter-chat>: answers with proof, inside somebody else's page. What you read is what is served. Its attributes, methods,
events and themes, and what the host page's policy must allow, are in docs/intranet.md. */
/* Written by `python -m rag.serving.widget.words` from rag/localization/catalogues. */
/** @type {Record<string, Record<string, string>>} */
const STRINGS = {
  en: {
    heading: "Ask the documents",
    close: "Close",
    reset: "New conversation",
    log: "Conversation",
    label: "Your question",
    send: "Send",
    stop: "Stop",
    retry: "Try again",
    you: "You asked:",
    greeting: "Ask a question. Every sentence of the answer comes with the passage that proves it.",
    busy: "Searching the documents…",
    excerpt: "Excerpt {n}: {title}",
    page: "page {n}",
    source: "Open in the document",
    related: "Nearest passages (not an answer)",
    withheld: "Left out because the documents do not support it: {n}",
    up: "Helpful",
    down: "Not helpful",
    comment: "What was wrong? (optional)",
    thanks: "Thank you.",
    stopped: "Stopped.",
    lost: "The connection was lost.",
    unreached: "The service cannot be reached just now.",
    wait: "The service is busy. Try again shortly.",
    signin: "Sign in again to ask questions.",
    failed: "The service could not answer.",
    long: "Please shorten the question: {n} of {most} characters.",
    origin: "The service does not accept questions from this page. Its administrator must allow {origin}.",
    copy: "Copy",
    sources: "Sources ({n})",
    topics: "The documents are about: {list}",
    not_mentioned: "Not in the documents: {list}",
  },
  az: {
    heading: "Sənədlərdən soruşun",
    close: "Bağla",
    reset: "Yeni söhbət",
    log: "Söhbət",
    label: "Sualınız",
    send: "Göndər",
    stop: "Dayandır",
    retry: "Yenidən cəhd et",
    you: "Sualınız:",
    greeting: "Sual verin. Cavabın hər cümləsi onu sübut edən çıxarışla birlikdə göstərilir.",
    busy: "Sənədlərdə axtarılır…",
    excerpt: "Çıxarış {n}: {title}",
    page: "səhifə {n}",
    source: "Sənəddə aç",
    related: "Ən yaxın hissələr (cavab deyil)",
    withheld: "Sənədlər təsdiqləmədiyi üçün çıxarılıb: {n}",
    up: "Faydalıdır",
    down: "Faydalı deyil",
    comment: "Nə səhv idi? (istəyə bağlı)",
    thanks: "Təşəkkür edirik.",
    stopped: "Dayandırıldı.",
    lost: "Əlaqə kəsildi.",
    unreached: "Xidmətə hazırda çatmaq olmur.",
    wait: "Xidmət məşğuldur. Bir azdan yenidən cəhd edin.",
    signin: "Sual vermək üçün yenidən daxil olun.",
    failed: "Xidmət cavab verə bilmədi.",
    long: "Sualı qısaldın: {n} simvol, ən çoxu {most} ola bilər.",
    origin: "Xidmət bu səhifədən sual qəbul etmir. İnzibatçı {origin} ünvanına icazə verməlidir.",
    copy: "Kopyala",
    sources: "Mənbələr ({n})",
    topics: "Sənədlərin mövzuları: {list}",
    not_mentioned: "Sənədlərdə yoxdur: {list}",
  },
  ru: {
    heading: "Вопросы к документам",
    close: "Закрыть",
    reset: "Новая беседа",
    log: "Беседа",
    label: "Ваш вопрос",
    send: "Отправить",
    stop: "Остановить",
    retry: "Повторить",
    you: "Вы спросили:",
    greeting: "Задайте вопрос. Каждое предложение ответа подтверждено отрывком из документа.",
    busy: "Поиск по документам…",
    excerpt: "Отрывок {n}: {title}",
    page: "с. {n}",
    source: "Открыть в документе",
    related: "Ближайшие отрывки (не ответ)",
    withheld: "Опущено, так как документы этого не подтверждают: {n}",
    up: "Полезно",
    down: "Не полезно",
    comment: "Что не так? (необязательно)",
    thanks: "Спасибо.",
    stopped: "Остановлено.",
    lost: "Связь прервалась.",
    unreached: "Сервис сейчас недоступен.",
    wait: "Сервис занят. Повторите немного позже.",
    signin: "Чтобы задавать вопросы, войдите снова.",
    failed: "Сервис не смог ответить.",
    long: "Сократите вопрос: {n} знаков при допустимых {most}.",
    origin: "Сервис не принимает вопросы с этой страницы. Администратор должен разрешить {origin}.",
    copy: "Копировать",
    sources: "Источники ({n})",
    topics: "О чём документы: {list}",
    not_mentioned: "В документах нет: {list}",
  },
  tr: {
    heading: "Belgelere sorun",
    close: "Kapat",
    reset: "Yeni sohbet",
    log: "Sohbet",
    label: "Sorunuz",
    send: "Gönder",
    stop: "Durdur",
    retry: "Yeniden dene",
    you: "Sorunuz:",
    greeting: "Bir soru sorun. Yanıtın her cümlesi, onu kanıtlayan alıntıyla birlikte gelir.",
    busy: "Belgelerde aranıyor…",
    excerpt: "Alıntı {n}: {title}",
    page: "sayfa {n}",
    source: "Belgede aç",
    related: "En yakın bölümler (yanıt değil)",
    withheld: "Belgeler desteklemediği için çıkarılan: {n}",
    up: "Yararlı",
    down: "Yararlı değil",
    comment: "Yanlış olan neydi? (isteğe bağlı)",
    thanks: "Teşekkürler.",
    stopped: "Durduruldu.",
    lost: "Bağlantı kesildi.",
    unreached: "Hizmete şu anda ulaşılamıyor.",
    wait: "Hizmet meşgul. Biraz sonra yeniden deneyin.",
    signin: "Soru sormak için yeniden oturum açın.",
    failed: "Hizmet yanıt veremedi.",
    long: "Soruyu kısaltın: {n} karakter, en çok {most} olabilir.",
    origin: "Hizmet bu sayfadan soru kabul etmiyor. Yöneticinin {origin} adresine izin vermesi gerekir.",
    copy: "Kopyala",
    sources: "Kaynaklar ({n})",
    topics: "Belgelerin konuları: {list}",
    not_mentioned: "Belgelerde yok: {list}",
  },
};

// Important declarations on :host win over the page's: it changes what --charter-*, ::part and `hidden` let it change.
const CSS = `
:host { all: initial !important; color-scheme: light dark !important; unicode-bidi: isolate !important; display: block !important;
  font: 400 medium/1.5 var(--charter-font, system-ui, sans-serif) !important }
:host([theme=light]) { color-scheme: light !important }
:host([theme=dark]) { color-scheme: dark !important }
:host([hidden]), [hidden] { display: none !important }
/* The launcher lies in the top layer, out of reach of the page's transforms and stacking. */
:host(:not([mode=inline])), [popover] { position: fixed !important; z-index: var(--charter-z-index, 2147483000) !important;
  --at: calc(var(--charter-offset, 20px) + var(--slot, 0) * 68px);
  inset: auto var(--charter-offset, 20px) var(--at) auto !important; width: 56px !important; height: 56px !important }
:host(:state(left)), :host(:state(left)) [popover] { right: auto !important; left: var(--charter-offset, 20px) !important }
:host(:state(top)), :host(:state(top)) [popover] { bottom: auto !important; top: var(--at) !important }
:host(:state(slot1)) { --slot: 1 } :host(:state(slot2)) { --slot: 2 } :host(:state(slot3)) { --slot: 3 }
.root { --accent: var(--charter-accent, light-dark(#0f766e, #5ed3c6)); --on: var(--charter-on-accent, light-dark(#fff, #06211e));
  --bg: var(--charter-background, light-dark(#fff, #15191f)); --soft: var(--charter-surface, light-dark(#f2f5f9, #202730));
  --text: var(--charter-text, light-dark(#18202a, #e8edf3)); --muted: var(--charter-muted, light-dark(#55606e, #a6b1bf));
  --line: var(--charter-border, light-dark(#cfd7e1, #3a4552)); --r: var(--charter-radius, 12px);
  color: var(--text); font-size: var(--charter-font-size, .9375em); overflow-wrap: anywhere; text-align: start;
  margin: 0; padding: 0; border: 0; background: none; overflow: visible }
*, ::before { box-sizing: border-box }
button, textarea, input { font: inherit; color: inherit; margin: 0 }
button { min-width: 24px; min-height: 24px; padding: 0; border: 1px solid transparent; border-radius: 8px; background: none; cursor: pointer }
button:hover { background: var(--soft) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
svg { display: block; margin: auto; width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
p { margin: 0 }
::placeholder { color: var(--muted); opacity: 1 }
.launcher, .send, .launcher:hover, .send:hover { background: var(--accent); color: var(--on) }
.launcher { width: 56px; height: 56px; border-radius: 50%; box-shadow: 0 4px 16px #0005 }
.panel, .excerpt, .note { border: 1px solid var(--line); border-radius: 8px }
.panel { background: var(--bg); border-radius: var(--r); overflow: hidden; gap: 0 !important;
  height: var(--charter-height, 560px); width: var(--charter-width, auto) }
[popover] .panel { position: absolute; right: 0; bottom: 68px; box-shadow: 0 12px 40px #0004;
  width: min(var(--charter-width, 400px), 100vw - 2 * var(--charter-offset, 20px));
  height: min(var(--charter-height, 600px), 100vh - 88px - 2 * var(--charter-offset, 20px) - var(--slot, 0) * 68px) }
:host(:state(left)) .panel { right: auto !important; left: 0 }
:host(:state(top)) .panel { bottom: auto !important; top: 68px }
.header, .foot { display: flex; gap: 4px; align-items: center; padding: 8px; padding-inline-start: 16px }
.header { border-bottom: 1px solid var(--line) }
.header b { flex: 1 }
.header button, .foot button { flex: none; width: 40px; height: 40px }
.foot { border-top: 1px solid var(--line); align-items: flex-end; flex-wrap: wrap; padding: 8px }
.count { flex: 1 0 100%; order: -1 }
.count:empty { display: none }
textarea { flex: 1; min-width: 0; resize: none; field-sizing: content; max-height: 8em; min-height: 40px; padding: 7px 10px; font-size: max(16px, 1em);
  line-height: 24px }
textarea, input { background: var(--bg); border: 1px solid light-dark(#7b8794, #76818e); border-radius: 8px }
.messages { flex: 1; overflow: auto; padding: 16px; overscroll-behavior: contain }
.messages:focus-visible { outline-offset: -3px }
.panel, .messages, .turn, .intro, .answer, .tail { display: flex; flex-direction: column; gap: 8px }
.intro, .answer, .tail { align-items: flex-start }
.greeting { color: var(--muted) }
.chips { display: flex; flex-wrap: wrap; gap: 8px }
.chips button, .retry, .tail input { padding: 5px 12px; border-color: var(--line); text-align: start; min-height: 36px }
.question { align-self: flex-end; max-width: 85%; padding: 8px 12px; border-radius: var(--r); background: var(--soft); border: 1px solid transparent }
.question, .text, blockquote { white-space: pre-wrap }
.question { max-height: 10em; overflow: auto; flex: none }
.answer { margin: 4px 0 }
.text { line-height: 1.7 }
.refused .text { padding-inline-start: 12px; border-inline-start: 3px solid var(--muted) }
.marker { padding: 0 4px; margin-inline: 2px; font-size: .85em; font-weight: 600; line-height: 22px; color: var(--accent); background: var(--soft); border-color: var(--line); white-space: nowrap }
.marker[aria-expanded=true] { background: var(--accent); color: var(--on) }
.excerpt { padding: 10px 12px; border-inline-start: 3px solid var(--accent); background: var(--soft); font-size: .93em }
.excerpt header { display: flex; gap: 8px; align-items: start }
.excerpt header div { flex: 1 }
small, .small { font-size: .87em; color: var(--muted) }
small, header b { display: block }
strong, mark:not(:has(strong)) { background: light-dark(#ffe680, #6b5808); color: light-dark(#2b2300, #fff6cf); border-radius: 3px; padding: 1px 2px }
mark { background: none; color: inherit }
.lead, blockquote:has(mark) { color: var(--muted) }
blockquote mark { color: var(--text) }
.lead { display: block }
blockquote { margin: 8px 0; max-height: 14em; overflow: auto }
a { color: var(--accent); display: inline-block; min-height: 24px }
summary { cursor: pointer; min-height: 24px; padding: 2px 0 }
details, .slot, .tail, .note, .tail > div { width: 100% }
details .excerpt { margin: 4px 0 }
.tail:empty, .slot:empty { display: none }
.note { padding: 8px 12px }
.error { border-color: light-dark(#b3261e, #f2b8b5) }
.feedback { display: flex; gap: 4px; align-items: center; flex-wrap: wrap; color: var(--muted) }
.feedback button { width: 32px; height: 32px }
.feedback svg { width: 16px; height: 16px }
[name=down] svg { transform: rotate(180deg) }
.feedback [aria-pressed=true] { color: var(--on); background: var(--accent); border-color: var(--accent) }
.feedback input { flex: 1; color: var(--text) }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (max-width: 480px), (max-height: 400px) {
  [popover] .panel { position: fixed; inset: 0 !important; width: auto; height: auto; border: 0; border-radius: 0;
    padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left) }
}
@media (pointer: coarse) { .marker { min-width: 28px; min-height: 28px } .feedback button, .header button, .foot button { width: 44px; height: 44px } }
@media (prefers-reduced-motion: no-preference) {
  .wait { animation: wait 1.4s ease-in-out infinite alternate }
  @keyframes wait { from { opacity: .75 } }
}
@media (forced-colors: active) { .marker, .feedback button, .header button, .foot button, .question { border-color: currentColor }
  .root { --accent: Highlight; --on: HighlightText } [aria-pressed=true], .marker[aria-expanded=true] { forced-color-adjust: none } }
@media print { :host(:not([mode=inline])) { display: none !important } }
`;
const SHEET = new CSSStyleSheet();
SHEET.replaceSync(CSS);

const ICONS = {
  chat: "M21 12a8 8 0 0 1-8 8H4l2-3a8 8 0 1 1 15-5zM9 10h7M9 14h4",
  close: "M6 6l12 12M18 6L6 18",
  reset: "M4 5v5h5M4.5 10A8 8 0 1 1 4 14",
  send: "M12 20V5M5 11l7-7 7 7",
  stop: "M7 7h10v10H7z",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  rate: "M7 11v9H4v-9zM7 11l4-8a2 2 0 0 1 3 2l-1 4h6l-2 10a1 1 0 0 1-1 1H7",
};
const RTL = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/i;
const KEPT = 20;
const HISTORY = 6;
const MOST = 4000;
/** @type {Map<string, CharterChat>} */
const claimed = new Map();

/** An element. Text only ever becomes text nodes; functions become listeners.
 * @param {string} tag @param {Record<string, any>} [attributes] @param {any[]} children @returns {any} */
const h = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "part") node.className = value;
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value != null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== ""));
  return node;
};

/** @param {keyof typeof ICONS} name */
const icon = (name) => {
  const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
};

/** @param {any} value */
const list = (value) => (Array.isArray(value) ? value.filter(Boolean) : []);

/** @param {any} answer @returns {Answer} */
const whole = (answer) => ({ ...answer, answer: String(answer.answer ?? ""), claims: list(answer.claims), citations: list(answer.citations) });

class Failure extends Error {
  /** @param {string} code @param {string} [detail] @param {number} [status] */
  constructor(code, detail = "", status = 0) {
    super(detail || code);
    this.code = code;
    this.detail = detail;
    this.status = status;
  }
}

/** @param {any} problem @param {number} status */
const failure = (problem, status) => {
  const code = status === 401 || status === 0 ? "signin" : status === 429 || status === 503 ? "wait" : "failed";
  const id = problem?.request_id;
  return new Failure(code, [problem?.detail || problem?.title, id && `(${id})`].filter(Boolean).join(" "), status);
};

/** @param {AbortSignal} signal @returns {Promise<never>} */
const ended = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** The events of an event stream. A garbled one is dropped: `done` carries the whole answer.
 * @param {ReadableStream<Uint8Array>} body @param {() => void} alive */
async function* events(body, alive) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "", event = "", data = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("event:")) event = line.slice(6).trim();
      else if (line.startsWith("data:")) data += line.slice(5) + "\n";
      else if (!line) {
        let parsed;
        try {
          parsed = JSON.parse(data);
        } catch {}
        if (parsed && typeof parsed === "object") yield { event, data: parsed };
        event = data = "";
      }
    }
  }
}

/** A text cut at its markers: strings, and the numbers of citations. "[2]" inside a claim is the document's own and stays text.
 * @param {string} text @param {Claim[]} claims @param {Citation[]} citations */
const pieces = (text, claims, citations) => {
  const own = [];
  let from = 0;
  for (const { text: claim } of claims) {
    const at = claim ? text.indexOf(claim, from) : -1;
    if (at >= 0) own.push([at, (from = at + claim.length)]);
  }
  const result = [];
  from = 0;
  for (const match of text.matchAll(/\[(\d+)\]/g)) {
    const id = Number(match[1]);
    if (own.some(([start, end]) => match.index >= start && match.index < end) || !citations.some((c) => c.id === id)) continue;
    result.push(text.slice(from, match.index), id);
    from = match.index + match[0].length;
  }
  return [...result, text.slice(from)];
};

/** A quote, the words that answer strong. @param {Citation} citation @returns {any[]} */
const quoted = ({ quote, start, highlights }) => {
  const points = [...quote];
  let at = 0;
  const parts = list(highlights).flatMap(([from, to]) => {
    const between = points.slice(at, from - start).join("");
    at = to - start;
    return [between, h("strong", {}, points.slice(from - start, at).join(""))];
  });
  return [...parts, points.slice(at).join("")];
};

class CharterChat extends HTMLElement {
  static observedAttributes = ["mode", "position", "lang", "dir", "heading", "greeting", "suggestions", "kb", "tags"];
  #root = this.attachShadow({ mode: "open" });
  #states = this.attachInternals().states;
  #key = "";
  #ordinal = 0;
  #corner = "";
  /** @type {Turn[]} */ #turns = [];
  /** @type {AbortController?} */ #control = null;
  /** @type {Promise<string>?} */ #token = null;
  #renewAt = 0;
  #open = false;
  /** @type {string[]} */ #begin = [];
  /** @type {Failure?} */ #wrong = null;
  /** @type {Record<string, string>} */ #t = STRINGS.en;
  #strings = {};
  #lang = "en";
  /** @type {Record<string, any>} */ #ui = {};

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
    return this.#strings;
  }
  set strings(value) {
    this.#strings = { ...value };
    this.#render();
  }

  connectedCallback() {
    if (Object.hasOwn(this, "strings")) {
      const early = this.strings;
      delete (/** @type {any} */ (this).strings);
      this.#strings = { ...early };
    }
    if (this.#key) return this.#surface();
    this.#claim();
    this.#open = this.#inline;
    this.#unhide();
    this.#render();
    if (!this.#signs) this.#start();
    // Where a body is swapped, the old element may leave after the new one has come.
    if (this.#ordinal > 1)
      queueMicrotask(() => {
        if (this.isConnected && !this.#turns.length && this.#claim()) this.#render();
      });
  }

  #claim() {
    const name = `charter-chat ${this.#url("", "")} ${this.id || (this.#inline ? "inline" : "launcher")}`;
    const others = [...claimed].filter(([, element]) => element !== this && element.isConnected);
    let key = name;
    for (let n = 2; others.some(([used]) => used === key); n++) key = `${name} ${n}`;
    this.#ordinal = others.length + 1;
    if (key === this.#key) return false;
    if (this.#key) claimed.delete(this.#key);
    claimed.set((this.#key = key), this);
    this.#turns = this.#load();
    return true;
  }

  /** Where the page's style sheet hides every element there is, the way down to this one is shown again. */
  #unhide() {
    const probe = document.documentElement.appendChild(h("charter-probe"));
    const all = getComputedStyle(probe).display === "none";
    probe.remove();
    for (let node = /** @type {any} */ (this); all && (node = node.parentNode ?? node.host); )
      if (node.style && getComputedStyle(node).display === "none") node.style.setProperty("display", "block", "important");
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
    if (opened && this.#signs && !this.#turns.length) this.#start();
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
    const history = this.#history();
    /** @type {Turn} */ const turn = { question };
    this.#turns.push(turn);
    this.#save();
    this.#busy(true);
    this.#ui.intro.hidden = true;
    this.#ui.log.append(this.#view(turn));
    this.#ui.log.scrollTop = this.#ui.log.scrollHeight;
    let answer = null;
    try {
      answer = await this.#request(turn, history, control);
      this.#finish(turn, answer);
    } catch (error) {
      const cause = await this.#explain(error, control.signal);
      turn.failure = { code: cause.code, detail: cause.detail };
      this.#tail(turn);
      if ([413, 422].includes(cause.status)) this.#ui.input.value ||= question;
      if (cause.code !== "stopped") this.#emit("charter-error", { code: cause.code, message: cause.message, status: cause.status });
    }
    if (this.#control === control) {
      this.#control = null;
      this.#busy(false);
      this.#announce(turn);
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

  get #base() {
    let url = new URL("../..", import.meta.url);
    try {
      const given = new URL(this.getAttribute("server") || url, location.href);
      if (/^https?:$/.test(given.protocol)) url = given;
    } catch {}
    return url.origin + url.pathname.replace(/\/*$/, "/");
  }

  /** @param {string} path @param {string} id @param {string} [query] */
  #url(path, id, query = "") {
    const kb = this.getAttribute("kb");
    const asked = [kb && `kb=${encodeURIComponent(kb)}`, query].filter(Boolean).join("&");
    return this.#base + path + String(id).split("/").map(encodeURIComponent).join("/") + (asked && `?${asked}`);
  }

  /** @param {string} key @param {Record<string, any>} [values] */
  #say(key, values = {}) {
    return (this.#t[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => this.#number(values[name]) ?? all);
  }

  /** A number as the reader's language writes it; anything else as it is. @param {any} value @param {Intl.NumberFormatOptions} [style] */
  #number(value, style) {
    return typeof value === "number" ? value.toLocaleString(this.#lang, style) : value;
  }

  /** @param {{code: string, detail?: string}} failure */
  #tell({ code, detail }) {
    return `${this.#say(code, { origin: location.origin })} ${detail || ""}`.trim();
  }

  /** Chooses language and direction: the own `lang`, else the nearest ancestor's, else the browser's. */
  #speak() {
    /** @param {string} attribute */
    const nearest = (attribute) => {
      for (let node = /** @type {any} */ (this); node; node = node.getRootNode().host) {
        const found = node.closest(`[${attribute}]:not([${attribute}=""])`);
        if (found) return found.getAttribute(attribute);
      }
      return "";
    };
    const wanted = nearest("lang") || navigator.language;
    const short = wanted.toLowerCase().split("-")[0];
    this.#lang = STRINGS[short] ? short : "en";
    this.#t = { ...STRINGS.en, ...STRINGS[this.#lang], ...this.#strings };
    const dir = this.getAttribute("dir") || (RTL.test(wanted) ? "rtl" : STRINGS[short] ? "ltr" : nearest("dir"));
    return { dir: dir === "rtl" ? "rtl" : "ltr", lang: Object.keys(this.#strings).length ? wanted : this.#lang };
  }

  #render() {
    if (!this.#key) return;
    const { dir, lang } = this.#speak();
    const position = this.getAttribute("position") || (dir === "rtl" ? "left" : "right");
    const sides = ["left", "top"].filter((side) => position.includes(side));
    this.#corner = this.#inline ? "inline" : sides.join();
    const all = [...claimed.values()];
    const before = all.slice(0, all.indexOf(this)).filter((e) => e.isConnected && e.#corner === this.#corner);
    const states = [...sides, `slot${before.length}`];
    for (const state of ["left", "top", "slot1", "slot2", "slot3"]) this.#states[states.includes(state) ? "add" : "delete"](state);
    const heading = this.getAttribute("heading") || this.#t.heading;
    const button = (/** @type {string} */ label, /** @type {keyof typeof ICONS} */ name, /** @type {() => void} */ click, more = {}) =>
      h("button", { "aria-label": this.#t[label], title: this.#t[label], click, ...more }, icon(name));
    const draft = this.#ui.input?.value ?? "";
    const typing = this.#ui.input && this.#root.activeElement === this.#ui.input;
    const ui = (this.#ui = {
      launcher: button("heading", "chat", () => (this.#open ? this.close() : this.open()), {
        part: "launcher", "aria-controls": "panel", "aria-label": heading, title: null, hidden: this.#inline }),
      intro: h("div", { class: "intro" }, h("p", { class: "greeting", dir: "auto" }, this.getAttribute("greeting") || this.#t.greeting)),
      log: h("div", { part: "messages", role: "group", "aria-label": this.#t.log, tabindex: 0 }),
      status: h("div", { class: "sr", role: "status" }),
      input: h("textarea", { part: "input", rows: 1, dir: "auto", "aria-label": this.#t.label, placeholder: this.#t.label, input: () => this.#count() }),
      count: h("p", { class: "count small" }),
      send: button("send", "send", () => this.#submit(ui.input.value), { part: "send" }),
      stop: button("stop", "stop", () => this.#control?.abort(), { part: "stop" }),
      panel: /** @type {any} */ (null),
    });
    ui.input.value = draft;
    const chips = this.#chips(this.#suggestions());
    if (chips) ui.intro.append(chips);
    if (this.#wrong) ui.intro.append(h("p", { part: "note error" }, this.#tell(this.#wrong)));
    ui.intro.hidden = this.#turns.length > 0;
    ui.log.append(ui.intro, ...this.#turns.map((turn) => this.#view(turn)));
    ui.panel = h("div", { id: "panel", part: "panel", role: this.#inline ? null : "dialog", "aria-label": this.#inline ? null : heading },
      h("div", { part: "header" }, h("b", { dir: "auto" }, heading), button("reset", "reset", () => this.reset()),
        !this.#inline && button("close", "close", () => this.close()) || ""),
      ui.log,
      h("div", { class: "foot" }, ui.count, ui.input, ui.send, ui.stop));
    this.#root.replaceChildren(h("section", { class: "root", popover: this.#inline ? null : "manual", dir, lang, "aria-label": this.#ordinal > 1 ? `${heading} ${this.#ordinal}` : heading }, ui.launcher, ui.panel, ui.status));
    this.#surface();
    this.#show(this.#open || this.#inline);
    this.#busy(!!this.#control);
    if (typing) ui.input.focus();
  }

  #surface() {
    const root = /** @type {any} */ (this.#root.firstChild);
    if (root?.popover && this.isConnected && !root.matches(":popover-open")) root.showPopover();
  }

  /** @param {string[]} texts */
  #chips(texts) {
    return texts.length ? h("p", { class: "chips" }, texts.map((text) => h("button", { part: "suggestion", click: () => this.#submit(text) }, text))) : null;
  }

  async #start() {
    this.#wrong = null;
    try {
      this.#begin = list((await (await this.#fetch(this.#url("api/v1/start", ""), {})).json()).suggestions).map(String);
    } catch (error) {
      const cause = await this.#explain(error);
      console.error(`charter-chat: ${this.#tell(cause)}`);
      this.#wrong = cause;
    }
    if (!this.#turns.length) this.#render();
  }

  #suggestions() {
    const text = this.getAttribute("suggestions");
    if (text == null) return this.#begin;
    try {
      return list(JSON.parse(text)).map(String);
    } catch {
      return text.split("|").map((part) => part.trim()).filter(Boolean);
    }
  }

  /** @param {boolean} open */
  #show(open) {
    this.#open = open;
    if (!this.#ui.panel) return;
    this.#ui.panel.hidden = !open;
    this.#ui.launcher.setAttribute("aria-expanded", open);
    this.#ui.log.scrollTop = this.#ui.log.scrollHeight;
  }

  /** @param {boolean} busy */
  #busy(busy) {
    const { log, send, stop, input, status } = this.#ui;
    const focused = this.#root.activeElement;
    log.setAttribute("aria-busy", busy);
    send.hidden = busy;
    stop.hidden = !busy;
    if (busy) status.textContent = "";
    if (focused === send || focused === stop) input.focus();
  }

  /** The one announcement of a turn. @param {Turn} turn */
  #announce(turn) {
    const { answer, failure } = turn;
    const words = answer ? pieces(answer.answer, answer.claims, answer.citations).filter((piece) => typeof piece === "string") : [];
    this.#ui.status.textContent = failure ? this.#tell(failure) : words.join("");
  }

  /** @param {Turn} turn */
  #view(turn) {
    const text = h("p", { class: "text", dir: "auto" });
    const { answer } = turn;
    turn.node = h("div", { class: "turn" },
      h("p", { part: "question", dir: "auto", tabindex: turn.question?.length > 250 ? 0 : null }, h("span", { class: "sr" }, this.#t.you + " "), turn.question),
      h("div", { part: "answer" }, text, h("div", { class: "slot" }), h("div", { class: "tail" })));
    if (answer) this.#grow(turn, answer.answer);
    else if (!turn.failure) text.append(h("span", { class: "wait small" }, this.#t.busy));
    if (turn.done || turn.failure) this.#tail(turn);
    return turn.node;
  }

  /** @param {Turn} turn @param {string} words */
  #grow(turn, words) {
    const { claims, citations } = /** @type {Answer} */ (turn.answer);
    const text = turn.node.querySelector(".text");
    text.querySelector(".wait")?.remove();
    const { log } = this.#ui;
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
      "aria-label": this.#say("excerpt", { n: citation.id, title: citation.title }), click: () => {
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
    const scan = recognised ? ` (OCR ${this.#number(recognised, { style: "percent" })})` : "";
    const place = [...list(section), page != null && this.#say("page", { n: `${page}` }) + scan].filter(Boolean).join(" › ");
    const label = this.#say("excerpt", { n: citation.id, title });
    const words = list(citation.highlights).map((pair) => pair.join("-")).join();
    const span = [start, end].every(Number.isInteger) ? `#c=${start}-${end}${words && `&h=${words}`}` : "";
    const link = h("a", { href: this.#url("source/", id) + span, target: "_blank", rel: "noopener", click: (/** @type {any} */ event) => {
      if (!this.#signs) return; // a link cannot carry the token, so the document is read here
      event.preventDefault();
      this.#around(citation, box, 1500, link);
    } }, this.#t.source);
    const box = h("div", { part: "excerpt", role: "group", "aria-label": label, tabindex: -1 },
      h("header", {}, h("div", {}, h("b", { dir: "auto" }, title), h("small", { dir: "auto" }, place)),
        close ? h("button", { "aria-label": this.#t.close, title: this.#t.close, click: close }, icon("close")) : ""),
      h("blockquote", { dir: "auto" }, list(citation.spans).slice(0, -1).filter((s) => s.document === id).map((s) => h("span", { class: "lead" }, s.quote)), quoted(citation)), link);
    if (close) this.#around(citation, box, 200);
    return Object.assign(box, { close });
  }

  /** Shows the passage in its context; instead of the link, where that cannot lead there. @param {Citation} citation @param {any} box @param {number} width @param {HTMLElement} [link] */
  async #around(citation, box, width, link) {
    const { document: id, start, end } = citation;
    const quote = box.querySelector("blockquote");
    try {
      const { before, after, quote: found } = await (await this.#fetch(this.#url("api/v1/documents/", id, `at=${start}-${end}&width=${width}`), {})).json();
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
      link?.replaceWith(h("p", {}, this.#tell(await this.#explain(error))));
    }
  }

  /** @param {Turn} turn */
  #tail(turn) {
    const tail = turn.node.querySelector(".tail");
    const { answer, failure } = turn;
    turn.node.querySelector(".wait")?.remove();
    turn.node.querySelector(".answer").classList.toggle("refused", answer?.status === "refused");
    if (failure) {
      const retry = h("button", { part: "retry", click: () => {
        this.#turns = this.#turns.filter((t) => t !== turn);
        turn.node.remove();
        this.#ui.input.focus();
        this.ask(turn.question);
      } }, this.#t.retry);
      tail.replaceChildren(h("p", { part: failure.code === "stopped" ? "note" : "note error" }, this.#tell(failure)), retry);
      return;
    }
    if (!answer) return;
    const related = list(answer.related);
    const withheld = list(answer.withheld);
    tail.replaceChildren(...[
      answer.notice && h("p", { part: "note notice", dir: "auto" }, answer.notice),
      related.length && h("div", {}, h("p", { class: "small" }, this.#t.related), related.map((c) =>
        h("details", {}, h("summary", { dir: "auto" }, [c.title, ...list(c.section)].join(" › ")), this.#excerpt(c)))),
      ...(answer.status === "refused" ? ["not_mentioned", "topics"] : []).map((key) => {
        const named = list(/** @type {any} */ (answer)[key]).join(", ");
        return named && h("p", { class: "small", dir: "auto" }, this.#say(key, { list: named }));
      }),
      this.#chips(list(answer.suggestions)),
      answer.citations.length && h("details", { class: "small" }, h("summary", {}, this.#say("sources", { n: answer.citations.length })), answer.citations.map((c) => this.#excerpt(c))),
      withheld.length && h("details", { class: "small" }, h("summary", {}, this.#say("withheld", { n: withheld.length })),
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
        await this.#fetch(this.#base + "api/v1/feedback", { body: JSON.stringify(detail) });
        turn.rating = rating;
        this.#save();
        this.#emit("charter-feedback", detail);
        note.textContent = this.#t.thanks;
      } catch (error) {
        note.textContent = this.#tell(await this.#explain(error));
      }
      this.#ui.status.textContent = note.textContent;
      for (const b of buttons) b.setAttribute("aria-pressed", b.name === turn.rating);
      comments.hidden = turn.rating !== "down" || !!comment;
    };
    const comments = h("input", { "aria-label": this.#t.comment, placeholder: this.#t.comment, maxlength: 2000, hidden: true, keydown: (/** @type {any} */ event) => {
      if (event.key !== "Enter" || event.isComposing || !comments.value.trim()) return;
      this.#ui.input.focus();
      send("down", comments.value.trim());
    } });
    const buttons = /** @type {const} */ (["up", "down"]).map((name) =>
      h("button", { name, "aria-label": this.#t[name], title: this.#t[name], "aria-pressed": String(turn.rating === name), click: () => send(name, "") }, icon("rate")));
    const copy = h("button", { "aria-label": this.#t.copy, title: this.#t.copy, click: async () => {
      const { answer, citations } = /** @type {Answer} */ (turn.answer);
      await navigator.clipboard.writeText([answer, ...citations.map((c) => `[${c.id}] ${c.title}: “${c.quote}”`)].join("\n\n"));
      note.textContent = "✓";
    } }, icon("copy"));
    return h("div", { part: "feedback" }, navigator.clipboard ? copy : "", buttons, note, comments);
  }

  #count(text = this.#ui.input.value) {
    const n = [...text.trim()].length;
    this.#ui.count.textContent = n > MOST ? this.#say("long", { n, most: MOST }) : "";
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

  #history() {
    const messages = this.#turns.filter((t) => t.done && t.answer).flatMap((t) => [
      { role: "user", content: t.question },
      { role: "assistant", content: /** @type {Answer} */ (t.answer).answer },
    ]);
    return messages.slice(-HISTORY).map(({ role, content }) => ({ role, content: content.slice(0, 2000) }));
  }

  get #signs() {
    return !!(/** @type {any} */ (this).getToken || this.getAttribute("token-url"));
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
    const provider = /** @type {any} */ (this).getToken;
    const signal = AbortSignal.timeout(20000);
    const started = Date.now();
    let given;
    try {
      if (provider) given = await Promise.race([provider.call(this), ended(signal)]);
      else {
        const response = await fetch(this.getAttribute("token-url") ?? "", { credentials: "same-origin", cache: "no-store", signal });
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

  /** One request; a 401 is answered once, with a new token. @param {string} url @param {RequestInit} options */
  async #fetch(url, options) {
    for (let renew = false; ; renew = true) {
      /** @type {Record<string, string>} */ const headers = { Accept: "text/event-stream, application/json", "Accept-Language": this.#lang };
      if (options.body) headers["Content-Type"] = "application/json";
      if (this.#signs) headers.Authorization = `Bearer ${await this.#bearer(renew)}`;
      const credentials = this.#signs ? "omit" : this.getAttribute("credentials") === "include" ? "include" : "same-origin";
      const response = await fetch(url, { method: options.body ? "POST" : "GET", credentials, cache: "no-store", redirect: "manual", ...options, headers }).catch((error) => {
        throw error instanceof TypeError ? new Failure("unreached") : error;
      });
      if (response.ok) return response;
      if (response.status !== 401 || renew || !this.#signs) throw failure(await response.json().catch(() => null), response.status);
    }
  }

  /** @param {Turn} turn @param {object[]} history @param {AbortController} control @returns {Promise<Answer>} */
  async #request(turn, history, control) {
    let timer = 0;
    const alive = (seconds = 45) => {
      clearTimeout(timer);
      timer = setTimeout(() => control.abort(new Failure("lost")), seconds * 1000);
    };
    try {
      alive(150);
      const tags = (this.getAttribute("tags") ?? "").split(",").map((tag) => tag.trim()).filter(Boolean);
      const body = JSON.stringify({ question: turn.question, history, lang: this.#lang, stream: true,
        kb: this.getAttribute("kb") || undefined, filter: tags.length ? { tags } : undefined });
      const { signal } = control;
      const response = await Promise.race([this.#fetch(this.#base + "api/v1/ask", { body, signal }), ended(signal)]);
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
          this.#grow(turn, words);
        } else if (event === "error") throw failure(data, data.status);
        else if (event === "done") return data;
      }
      throw new Failure("lost");
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {Turn} turn @param {Answer} answer */
  #finish(turn, answer) {
    const shown = turn.answer?.answer;
    turn.answer = whole(answer);
    turn.done = true;
    if (shown === turn.answer.answer) this.#tail(turn);
    else turn.node.replaceWith(this.#view(turn));
  }

  /** @param {any} error @param {AbortSignal} [signal] @returns {Promise<Failure>} */
  async #explain(error, signal) {
    if (signal?.aborted) return signal.reason instanceof Failure ? signal.reason : new Failure("stopped");
    if (!(error instanceof Failure)) console.warn("charter-chat:", error);
    const { code } = error;
    if (code === "signin" && !this.#signs) console.error("charter-chat: the server asks who you are. Set token-url or getToken.");
    if (code !== "unreached") return error instanceof Failure ? error : new Failure("lost");
    const server = new URL(this.#base).origin;
    if (server !== location.origin)
      try {
        // Every page gets the static file: if it arrives and no answer did, the page's origin is missing.
        const probe = await fetch(this.#base + "widget/v1/widget.js", { method: "HEAD", cache: "no-store", credentials: "omit" });
        if (probe.ok) {
          console.error(`charter-chat: ${server} refuses this page. It needs the setting CHARTERQA_ORIGINS=${location.origin}`);
          return new Failure("origin");
        }
      } catch {}
    return error;
  }

  get #store() {
    const persist = this.getAttribute("persist");
    try {
      return persist === "none" ? null : persist === "local" ? localStorage : sessionStorage;
    } catch {
      return null; // the browser forbids storage: the conversation lives as long as the page
    }
  }

  #load() {
    try {
      return list(JSON.parse(this.#store?.getItem(this.#key) ?? "[]")).map(({ question, answer, done, failure, rating }) => ({
        question, answer: answer && whole(answer), done, failure: failure ?? (done ? undefined : { code: "lost" }), rating }));
    } catch {
      return [];
    }
  }

  #save() {
    if (!this.#key) return;
    const kept = this.#turns.slice(-KEPT).map(({ node, ...turn }) => turn);
    try {
      if (kept.length) this.#store?.setItem(this.#key, JSON.stringify(kept));
      else this.#store?.removeItem(this.#key);
    } catch {}
  }
}

if (!customElements.get("charter-chat")) customElements.define("charter-chat", CharterChat);
