// The conversation and the unsent question, kept by this tab until it is closed. Nothing is kept where storage is switched off.
(() => {
  const place = new URL("./", document.baseURI).pathname; // another server may lie below another path of this host
  const store = (name, value) => {
    const key = place === "/" ? name : `${name} ${place}`;
    try {
      if (value === undefined) return sessionStorage.getItem(key) || "";
      if (value) sessionStorage.setItem(key, value);
      else sessionStorage.removeItem(key);
    } catch {
      // storage is switched off or full: the page works without
    }
    return "";
  };
  window.charterMemory = {
    read: () => store("charterqa-conversation"),
    write: (text) => store("charterqa-conversation", text || ""),
    draft: (text) => store("charterqa-draft", text),
    forget: () => ["charterqa-conversation", "charterqa-draft"].forEach((key) => store(key, "")),
  };
})();
