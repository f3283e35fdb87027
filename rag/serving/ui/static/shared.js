// A shared conversation: a marker leads to its excerpt and back, and a link to a source says in which knowledge base it is.
const kb = document.body.dataset.kb;
for (const link of kb ? document.querySelectorAll('a[href^="source/"]') : []) {
  const [path, fragment] = link.getAttribute("href").split("#");
  link.setAttribute("href", `${path}?kb=${encodeURIComponent(kb)}${fragment ? `#${fragment}` : ""}`);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-go]");
  const target = button && document.getElementById(button.dataset.go);
  if (!target) return;
  for (const old of document.querySelectorAll(".found")) old.classList.remove("found");
  target.classList.add("found");
  target.scrollIntoView({ block: "nearest" });
  target.focus({ preventScroll: true });
});
