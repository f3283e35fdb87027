// The conversations and the unsent question, kept in this browser. Nothing is kept where storage is switched off.
// A tab knows which conversation it shows; all tabs share the list of them.
(() => {
  // Another server may lie below another path of this host, and each knowledge base has conversations of its own.
  const kb = new URLSearchParams(location.search).get("kb");
  const place = new URL("./", document.baseURI).pathname + (kb ? `?kb=${kb}` : "");
  const named = (name) => (place === "/" ? name : `${name} ${place}`);
  const MOST = 60; // conversations; the oldest go first, also where the browser has no room left
  const attempt = (work, otherwise) => {
    try {
      return work();
    } catch {
      return otherwise; // storage is switched off or full: the page works without
    }
  };
  const tab = (name, value) =>
    attempt(() => {
      if (value === undefined) return sessionStorage.getItem(named(name)) || "";
      if (value) sessionStorage.setItem(named(name), value);
      else sessionStorage.removeItem(named(name));
      return "";
    }, "");
  const LIST = named("charterqa-conversations");
  const text = (id) => `${named("charterqa-conversation")} ${id}`;

  /** Newest first: {id, title, at, named}. */
  function list() {
    const found = attempt(() => JSON.parse(localStorage.getItem(LIST) || "[]"), []);
    return Array.isArray(found) ? found.filter((entry) => entry && typeof entry.id === "string" && typeof entry.title === "string") : [];
  }

  function save(entries) {
    for (const gone of entries.slice(MOST)) attempt(() => localStorage.removeItem(text(gone.id)));
    return attempt(() => (localStorage.setItem(LIST, JSON.stringify(entries.slice(0, MOST))), true), false);
  }

  function put(id, value) {
    for (let entries = list(); ; entries = entries.slice(0, -1)) {
      if (attempt(() => (localStorage.setItem(text(id), value), true), false)) return true;
      const oldest = entries[entries.length - 1];
      if (!oldest || oldest.id === id) return false;
      attempt(() => localStorage.removeItem(text(oldest.id)));
      save(entries.slice(0, -1));
    }
  }

  const fresh = () => `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  const asked = (value) => attempt(() => JSON.parse(value).exchanges[0].question, "");

  window.charterMemory = {
    /** Whether anything can be kept at all. */
    works: attempt(() => (localStorage.setItem(LIST, localStorage.getItem(LIST) || "[]"), true), false),
    list,
    /** Whether a conversation of the list says `low`, in lower case. */
    holds: (entry, low) => [entry.title, window.charterMemory.read(entry.id)].some((said) => said.toLocaleLowerCase().includes(low)),
    refresh: () => {}, // the list is at hand
    fresh,
    current: () => tab("charterqa-current"),
    read: (id = tab("charterqa-current")) => (id ? attempt(() => localStorage.getItem(text(id)), "") || "" : ""),
    /** Keeps the conversation of this tab; without one there is nothing to keep. */
    write: (value) => {
      if (!value) return;
      let id = tab("charterqa-current");
      if (!id) tab("charterqa-current", (id = fresh()));
      if (!put(id, value)) return;
      const entries = list();
      const old = entries.find((entry) => entry.id === id);
      const title = old?.named ? old.title : asked(value).slice(0, 120);
      save([{ id, title, at: Date.now(), named: Boolean(old?.named) }, ...entries.filter((entry) => entry.id !== id)]);
      dispatchEvent(new Event("charter-kept"));
    },
    begin: (id = "") => tab("charterqa-current", id),
    rename: (id, title) => save(list().map((entry) => (entry.id === id ? { ...entry, title, named: true } : entry))),
    remove: (id) => {
      attempt(() => localStorage.removeItem(text(id)));
      save(list().filter((entry) => entry.id !== id));
    },
    draft: (value) => tab("charterqa-draft", value),
    forget: () => {
      for (const entry of list()) attempt(() => localStorage.removeItem(text(entry.id)));
      attempt(() => localStorage.removeItem(LIST));
      ["charterqa-current", "charterqa-draft"].forEach((name) => tab(name, ""));
    },
  };

  // Known before the first paint, so that nothing jumps once the server has drawn the conversation.
  const linked = new URLSearchParams(location.search).has("q");
  if (linked || window.charterMemory.read()) document.documentElement.dataset.filled = "";
  const side = attempt(() => localStorage.getItem(named("charterqa-side")), "");
  if (side === "open" && innerWidth >= 1100) document.documentElement.dataset.side = "";
  window.charterSide = (open) => attempt(() => localStorage.setItem(named("charterqa-side"), open ? "open" : ""));
})();
