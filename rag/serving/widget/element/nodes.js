// @ts-check
import { list } from "./replies.js";

export const ICONS = {
  chat: "M21 12a8 8 0 0 1-8 8H4l2-3a8 8 0 1 1 15-5zM9 10h7M9 14h4",
  close: "M6 6l12 12M18 6L6 18",
  reset: "M4 5v5h5M4.5 10A8 8 0 1 1 4 14",
  send: "M12 20V5M5 11l7-7 7 7",
  stop: "M7 7h10v10H7z",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  rate: "M7 11v9H4v-9zM7 11l4-8a2 2 0 0 1 3 2l-1 4h6l-2 10a1 1 0 0 1-1 1H7",
};

/** An element. Text only ever becomes text nodes; functions become listeners.
 * @param {string} tag @param {Record<string, any>} [attributes] @param {any[]} children @returns {any} */
export const h = (tag, attributes = {}, ...children) => {
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
export const icon = (name) => {
  const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
};

/** A quote, the words that answer strong. @param {Citation} citation @returns {any[]} */
export const quoted = ({ quote, start, highlights }) => {
  const points = [...quote];
  let at = 0;
  const parts = list(highlights).flatMap(([from, to]) => {
    const between = points.slice(at, from - start).join("");
    at = to - start;
    return [between, h("strong", {}, points.slice(from - start, at).join(""))];
  });
  return [...parts, points.slice(at).join("")];
};

/** Where the page's style sheet hides every element there is, the way down to this one is shown again. @param {HTMLElement} element */
export const unhide = (element) => {
  const probe = document.documentElement.appendChild(h("charter-probe"));
  const all = getComputedStyle(probe).display === "none";
  probe.remove();
  for (let node = /** @type {any} */ (element); all && (node = node.parentNode ?? node.host); )
    if (node.style && getComputedStyle(node).display === "none") node.style.setProperty("display", "block", "important");
};
