// Which documents are asked, and, for whoever may, adding, renaming and deleting them. Mounts itself into [data-library-place],
// else into the controls of the head, again whenever those are drawn anew. Everything is text; nothing becomes markup.
window.charterLibrary = () => {
  if (document.readyState === "loading") return addEventListener("DOMContentLoaded", window.charterLibrary);
  const ALL_WORDS = window.charterLibraryWords;
  const kb = new URLSearchParams(location.search).get("kb") || "";
  const named = kb ? `?kb=${encodeURIComponent(kb)}` : "";
  const WAIT = 20, AGAIN = 2000;
  let kbs = [], current = null, dialog = null, rows = null, documents = null, chain = Promise.resolve();

  const language = () => [document.querySelector("#charter-header")?.lang, document.documentElement.lang, "en"].find((code) => ALL_WORDS[code]);
  /** A message, completed; of one with plural forms the one for {n}. Numbers as the reader's language writes them. */
  const say = (key, values = {}) => {
    const forms = ALL_WORDS[language()][key];
    const text = typeof forms === "string" ? forms : forms[new Intl.PluralRules(language()).select(values.n)] ?? forms.other;
    const shown = (value) => (typeof value === "number" ? value.toLocaleString(language()) : value);
    return text.replace(/\{(\w+)\}/g, (all, name) => shown(values[name] ?? all));
  };
  const h = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") node.addEventListener(name, value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value != null) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child != null && child !== ""));
    return node;
  };
  const address = (id) => `api/v1/documents/${id.split("/").map(encodeURIComponent).join("/")}${named}`;
  const failure = ({ problem, remedy }) => [problem, remedy].filter(Boolean).join(" ");
  const told = (problem) => [problem?.detail, problem?.remedy].filter(Boolean).join(" ") || say("failed");
  const announce = (text) => { if (dialog) dialog.querySelector(".said").textContent = text; };

  /** JSON from the server; what it refuses is an Error in its own words. */
  async function ask(url, options = {}) {
    const response = await fetch(url, { cache: "no-store", ...options, headers: { "Accept-Language": language(), ...options.headers } }).catch(() => null);
    const body = await response?.json().catch(() => null);
    if (!response?.ok) throw new Error(told(body));
    return body;
  }

  /** A job until it is over; one at a time, so that the browser's few connections stay free for answers. */
  function follow(job, tell) {
    const watch = async () => {
      for (let now = job; ; ) {
        tell(now);
        if (now.state === "done" || now.state === "failed") return now;
        now = await ask(`api/v1/jobs/${job.id}?wait=${WAIT}`);
      }
    };
    const ended = chain.then(watch);
    chain = ended.catch(() => {});
    return ended;
  }

  function changed() {
    list();
    document.dispatchEvent(new CustomEvent("charter-documents-changed"));
  }

  // ---- adding

  function add(files) {
    open();
    for (const file of files) send(file, false, rows.appendChild(h("li")));
  }

  function send(file, replace, row) {
    const name = h("b", { dir: "auto" }, file.name);
    const bar = h("progress", { max: 1, value: 0, "aria-label": file.name });
    const said = h("p", {}, say("sending"));
    row.className = "";
    row.replaceChildren(name, bar, said);
    const end = (text, bad, ...buttons) => {
      row.classList.toggle("bad", bad);
      bar.remove();
      said.textContent = text;
      row.append(...buttons);
      announce(`${file.name}: ${text}`);
    };
    const { types, file_bytes: most } = current.uploads;
    if (file.size > most) return end(say("large", { n: Math.floor(most / 2 ** 20) }), true);
    if (!types.some((type) => file.name.toLowerCase().endsWith(type))) return end(say("unknown", { types: types.join(" ") }), true);
    const form = new FormData();
    form.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", `api/v1/documents${named}${replace ? `${named ? "&" : "?"}replace=true` : ""}`);
    request.setRequestHeader("Accept-Language", language());
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total / 2; };
    request.onerror = () => end(say("failed"), true);
    request.onload = async () => {
      const body = request.response;
      if (request.status !== 202) {
        const taken = body?.files?.[0]?.taken && !replace;
        return end(told(body), true, taken ? h("button", { type: "button", click: () => send(file, true, row) }, say("replace")) : "");
      }
      said.textContent = say("reading");
      try {
        const job = await follow(body, ({ stage, done, total }) => {
          if (stage === "embed") bar.value = 0.5 + (total ? done / total / 2 : 0.5);
        });
        const [made] = job.files;
        const notes = made.notes.map(({ message, remedy }) => `${message} ${remedy}`).join(" ");
        if (made.state === "refused") end(say("refused", { why: failure(job) || notes }), true);
        else end(`${say("read", { n: made.passages })} ${notes}`.trim(), false);
      } catch (error) {
        end(error.message, true);
      }
      changed();
    };
    request.send(form);
  }

  // ---- what is there

  async function list() {
    if (!documents) return;
    try {
      const found = await ask(`api/v1/documents${named}`);
      documents.replaceChildren(...found.map(item));
    } catch (error) {
      announce(error.message);
    }
  }

  function item(entry) {
    const title = h("a", { href: `source/${entry.id.split("/").map(encodeURIComponent).join("/")}${named}`, target: "_blank", rel: "noopener", dir: "auto" }, entry.title || entry.id);
    const row = h("li", {}, title);
    const button = (key, click) => h("button", { type: "button", click, "aria-label": `${say(key)}: ${entry.title || entry.id}` }, say(key));
    const work = async (method, body) => {
      for (const one of row.querySelectorAll("button, input")) one.disabled = true;
      try {
        const options = { method, ...(body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }) };
        const job = await follow(await ask(address(entry.id), options), () => announce(say("reading")));
        announce(failure(job) || say("done"));
      } catch (error) {
        announce(error.message);
      }
      changed();
    };
    const rename = () => {
      const field = h("input", { type: "text", dir: "auto", value: entry.title, "aria-label": say("title"), maxlength: 300 });
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && field.value.trim()) work("PATCH", { title: field.value });
        if (event.key === "Escape") { event.preventDefault(); list(); }
      });
      row.replaceChildren(field, h("button", { type: "button", click: () => field.value.trim() && work("PATCH", { title: field.value }) }, say("save")));
      field.select();
    };
    const remove = () => {
      const sure = h("button", { type: "button", click: () => work("DELETE") }, say("sure"));
      row.replaceChildren(title, sure, h("button", { type: "button", click: list }, say("keep")));
      sure.focus();
    };
    if (!entry.id.includes("#")) row.append(button("rename", rename), button("delete", remove));
    row.append(h("small", {}, entry.id));
    return row;
  }

  // ---- the dialog and its place

  function open() {
    if (dialog?.open) return;
    dialog?.remove();
    const input = h("input", { type: "file", multiple: true, accept: current.uploads.types.join(), change: () => { add(input.files); input.value = ""; } });
    const drop = h("label", { class: "drop" }, input, h("b", {}, say("drop")), h("small", {}, say("limits", { n: Math.floor(current.uploads.file_bytes / 2 ** 20), types: current.uploads.types.join(" ") })));
    rows = h("ul", { "aria-label": say("added") });
    documents = h("ul", { "aria-label": say("documents") });
    dialog = h("dialog", { id: "charter-documents", lang: language(), dir: document.documentElement.dir || "ltr", "aria-labelledby": "charter-documents-title" },
      h("header", {}, h("h2", { id: "charter-documents-title" }, say("documents")), h("button", { type: "button", click: () => dialog.close() }, say("close"))),
      drop, rows, h("p", { class: "said", role: "status" }), documents);
    document.body.append(dialog);
    dialog.showModal();
    list();
  }

  function place() {
    const where = document.querySelector("[data-library-place]") || document.querySelector("#charter-header .controls");
    if (!where || !current || where.querySelector(".charter-library")) return;
    const choice = kbs.length > 1 && h("select", { "aria-label": say("choose"), change: (event) => {
      const url = new URL(location.href);
      const chosen = kbs.find(({ name }) => name === event.target.value);
      url.searchParams.delete("q");
      if (chosen.default) url.searchParams.delete("kb");
      else url.searchParams.set("kb", chosen.name);
      location.assign(url);
    } }, ...kbs.map(({ name, title }) => h("option", { value: name, selected: name === current.name }, title)));
    const button = current.editable && h("button", { type: "button", click: open }, say("add"));
    if (choice || button) where.prepend(h("span", { class: "charter-library" }, choice || "", button || ""));
  }

  /** A document's id counts within its knowledge base: links to sources say which. */
  function mark() {
    if (!kb) return;
    for (const link of document.querySelectorAll('a[href^="source/"]:not([href*="kb="])')) {
      const [path, fragment] = link.getAttribute("href").split("#");
      link.setAttribute("href", `${path}${path.includes("?") ? "&" : "?"}kb=${encodeURIComponent(kb)}${fragment ? `#${fragment}` : ""}`);
    }
  }

  const carries = (event) => current?.editable && event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    open();
    dialog.querySelector(".drop").classList.add("over");
  });
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    dialog?.querySelector(".drop").classList.remove("over");
    add(event.dataTransfer.files);
  });

  async function look() {
    kbs = await ask("api/v1/kbs");
    current = kbs.find(({ name, default: first }) => (kb ? name === kb : first));
    for (const option of document.querySelectorAll(".charter-library option")) {
      const { title } = kbs.find(({ name }) => name === option.value) ?? {};
      if (title && title !== option.textContent) option.textContent = title;
    }
    place();
    mark();
    // a title is known once the documents are open
    if (kbs.length > 1 && kbs.some(({ default: first, ready }) => first && !ready)) setTimeout(() => look().catch(() => {}), AGAIN);
  }

  look().then(() => {
    new MutationObserver(() => { place(); mark(); }).observe(document.body, { childList: true, subtree: true });
    document.addEventListener("charter-documents-changed", () => look().catch(() => {}));
  }).catch(() => {});
};
if (window.charterLibraryWords) window.charterLibrary();
