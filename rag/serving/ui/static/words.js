// What the modules share: where things are, and the words of the page, which ride along in the markup of the server.
export const HERE = new URL("./", document.baseURI); // the server may lie below a path
export const calm = matchMedia("(prefers-reduced-motion: reduce)");
export const wide = matchMedia("(min-width: 75rem)");
export const root = () => document.getElementById("charter-transcript");
export const words = () => document.getElementById("charter-header")?.dataset ?? {};
export const field = () => document.querySelector("#charter-question textarea");
export const shown = (node) => Boolean(node && node.getClientRects().length > 0);

/** A date as readers of the page's language write it. Some browsers know the names of no months in it, and say "M11". */
export function written(date) {
  const long = date.toLocaleDateString(root()?.dataset.lang || "en", { year: "numeric", month: "long", day: "numeric" });
  const two = (number) => String(number).padStart(2, "0");
  return /M\d/.test(long) ? `${two(date.getDate())}.${two(date.getMonth() + 1)}.${date.getFullYear()}` : long;
}

/** An element with its attributes; children are nodes or text, never markup. */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** A drawing of our own, by the name of its symbol in the page's head. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}
