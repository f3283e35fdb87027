// A link to the conversation that others can read: made and taken back here. The keys that take links back stay in this browser.
import { HERE, make, words, written } from "./words.js";

const LINKS = `charterqa-shared ${HERE.pathname}`;
let ask = () => {};
let copy = () => {};
let wants = null; // the dialog that waits for the server's word

function links() {
  try {
    const found = JSON.parse(localStorage.getItem(LINKS) || "[]");
    return (Array.isArray(found) ? found : []).filter((link) => link && link.id && link.key && link.expires * 1000 > Date.now());
  } catch {
    return [];
  }
}

function keep(list) {
  try {
    localStorage.setItem(LINKS, JSON.stringify(list.slice(0, 200)));
  } catch {
    // storage is switched off: the link is shown once, and ends by itself
  }
}

function address(id) {
  const url = new URL("shared", HERE);
  url.searchParams.set("c", id);
  return url.href;
}

function row(link) {
  const name = link.title || link.id;
  const copying = make("button", { type: "button", "aria-label": `${words().sharecopy}: ${name}` }, words().sharecopy);
  copying.addEventListener("click", () => copy(address(link.id)));
  const revoking = make("button", { type: "button", class: "bad", "aria-label": `${words().sharerevoke}: ${name}` }, words().sharerevoke);
  revoking.addEventListener("click", () => ask("unlink", { link: link.id, key: link.key }));
  const open = make("a", { href: address(link.id), target: "_blank", rel: "noopener" }, name);
  return make("li", { "data-link-id": link.id }, make("div", {}, open, make("p", { class: "note" }, words().shareuntil.replace("{end}", written(new Date(link.expires * 1000))))), copying, revoking);
}

function draw() {
  const list = wants?.querySelector("ul");
  if (!list) return;
  const found = links();
  list.replaceChildren(...found.map(row));
  wants.querySelector("h3").hidden = !found.length;
}

export function begin(trigger, copied) {
  ask = trigger;
  copy = copied;
}

/** The dialog; the link is made in it, once the reader has read who will see what. */
export function share(title) {
  const making = make("button", { type: "button", class: "primary" }, words().sharemake);
  const close = make("button", { type: "button" }, words().close);
  wants = make(
    "dialog",
    { id: "charter-share", class: "charter-dialog", "aria-labelledby": "charter-share-name" },
    make("h2", { id: "charter-share-name" }, words().sharename),
    make("p", { class: "note" }, words().sharenote),
    make("p", { class: "said", role: "status" }),
    make("div", { class: "row" }, making, close),
    make("h3", { hidden: true }, words().sharelinks),
    make("ul"),
  );
  const dialog = wants;
  dialog.dataset.title = title;
  making.addEventListener("click", () => ask("link", {}));
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (wants === dialog) wants = null;
    document.querySelector("#charter-menu summary")?.focus();
  });
  document.body.append(dialog);
  draw();
  dialog.showModal();
}

/** The server's word: a new link, one that is taken back, or why there is none. */
window.charterShared = (text) => {
  let told = {};
  try {
    told = JSON.parse(text);
  } catch {
    return;
  }
  if (told.revoked) keep(links().filter((link) => link.id !== told.revoked));
  if (told.id) keep([{ id: told.id, key: told.key, expires: told.expires, title: wants?.dataset.title || "" }, ...links()]);
  draw();
  const said = wants?.querySelector(".said");
  if (!said) return;
  if (told.id) {
    said.replaceChildren(make("a", { href: address(told.id), target: "_blank", rel: "noopener" }, address(told.id)));
    copy(address(told.id));
  } else said.textContent = told.revoked ? words().sharerevoked : told.problem;
};
