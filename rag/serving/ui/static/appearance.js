// Light or dark before the first paint, as chosen last time; Gradio's own choice (the system's) is overruled, not fought.
(() => {
  const KEY = "charterqa-appearance";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const read = () => {
    try {
      return localStorage.getItem(KEY) || "auto";
    } catch {
      return "auto"; // storage is switched off: nothing is remembered
    }
  };
  let chosen = read();
  const apply = () => {
    const dark = chosen === "dark" || (chosen === "auto" && system.matches);
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
    if (document.body && document.body.classList.contains("dark") !== dark) document.body.classList.toggle("dark", dark);
  };
  window.charterAppearance = {
    get: () => chosen,
    set: (value) => {
      chosen = value;
      try {
        localStorage.setItem(KEY, value);
      } catch {
        // as above
      }
      apply();
    },
  };
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    new MutationObserver(apply).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  });
  apply();
})();
