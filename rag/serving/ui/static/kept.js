// Where the server tells readers apart it keeps their conversations, so that they find them in every browser. In the place of
// what memory.js keeps in this one; which conversation a tab shows, and what is typed in it, stay with the tab.
(() => {
  if (!document.querySelector('meta[name="charterqa-conversations"]')) return;
  const browser = window.charterMemory;
  const kb = new URLSearchParams(location.search).get("kb");
  let entries = []; // newest first, as the server has them
  let last = Promise.resolve(); // one request after the other: what was written last is what is kept
  let unkept; // what the server could not take: {id, value}

  const say = (name) => dispatchEvent(new Event(name));
  const address = (id = "") => {
    const url = new URL(`api/v1/conversations${id && `/${encodeURIComponent(id)}`}`, document.baseURI);
    if (kb) url.searchParams.set("kb", kb);
    return url;
  };
  async function send(method, id, body) {
    const text = body && JSON.stringify(body);
    const small = !text || text.length < 60000; // what a browser still sends for a page that is being left
    const headers = text ? { "Content-Type": "application/json" } : {};
    const response = await fetch(address(id), { method, body: text, headers, keepalive: small && method !== "GET" });
    if (!response.ok) throw new Error(String(response.status));
    return response.status === 204 ? null : response.json();
  }
  const inTurn = (work) => (last = last.then(work, work));
  const changed = (method, id, body) =>
    inTurn(() => send(method, id, body)).catch(() => {
      say("charter-unkept");
      return window.charterMemory.refresh();
    });

  window.charterMemory = {
    ...browser,
    works: true,
    list: () => entries,
    holds: (entry, low) => [entry.title, ...entry.questions].some((text) => text.toLocaleLowerCase().includes(low)),
    refresh: () =>
      inTurn(async () => {
        entries = await send("GET");
        say("charter-kept");
      }).catch(() => say("charter-unkept")),
    /** A promise of the text; empty where there is none. */
    read: async (id = browser.current()) => {
      if (!id) return "";
      if (unkept?.id === id) return unkept.value;
      return inTurn(() => send("GET", id)).then(
        (found) => found.text,
        () => "",
      );
    },
    write: (value) => {
      if (!value) return;
      const id = browser.current() || browser.begin(browser.fresh()) || browser.current();
      if (!id) return; // this browser keeps nothing, not even which conversation this is
      unkept = { id, value };
      inTurn(() => send("PUT", id, { text: value })).then(
        (entry) => {
          if (unkept?.value === value) unkept = undefined;
          entries = [entry, ...entries.filter((old) => old.id !== id)];
          say("charter-kept");
        },
        () => say("charter-unkept"),
      );
    },
    rename: (id, title) => {
      entries = entries.map((entry) => (entry.id === id ? { ...entry, title, named: true } : entry));
      changed("PATCH", id, { title });
    },
    remove: (id) => {
      entries = entries.filter((entry) => entry.id !== id);
      changed("DELETE", id);
    },
  };
  if (browser.current()) document.documentElement.dataset.filled = "";
})();
