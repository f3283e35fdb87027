// @ts-check
import { STRINGS } from "./words.js";

const RTL = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/i;

/** What is said, in the language of the place. */
export class Voice {
  /** @type {Record<string, string>} */ t = STRINGS.en;
  strings = {};
  lang = "en";

  /** @param {string} key @param {Record<string, any>} [values] */
  say(key, values = {}) {
    return (this.t[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => this.number(values[name]) ?? all);
  }

  /** A number as the reader's language writes it; anything else as it is. @param {any} value @param {Intl.NumberFormatOptions} [style] */
  number(value, style) {
    return typeof value === "number" ? value.toLocaleString(this.lang, style) : value;
  }

  /** @param {{code: string, detail?: string}} failure */
  tell({ code, detail }) {
    return `${this.say(code, { origin: location.origin })} ${detail || ""}`.trim();
  }

  /** Chooses language and direction: the own `lang`, else the nearest ancestor's, else the browser's. @param {HTMLElement} element */
  choose(element) {
    /** @param {string} attribute */
    const nearest = (attribute) => {
      for (let node = /** @type {any} */ (element); node; node = node.getRootNode().host) {
        const found = node.closest(`[${attribute}]:not([${attribute}=""])`);
        if (found) return found.getAttribute(attribute);
      }
      return "";
    };
    const wanted = nearest("lang") || navigator.language;
    const short = wanted.toLowerCase().split("-")[0];
    this.lang = STRINGS[short] ? short : "en";
    this.t = { ...STRINGS.en, ...STRINGS[this.lang], ...this.strings };
    const dir = element.getAttribute("dir") || (RTL.test(wanted) ? "rtl" : STRINGS[short] ? "ltr" : nearest("dir"));
    return { dir: dir === "rtl" ? "rtl" : "ltr", lang: Object.keys(this.strings).length ? wanted : this.lang };
  }
}
