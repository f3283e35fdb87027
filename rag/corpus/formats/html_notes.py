"""Footnotes of a web page or a chapter of a book: asides that are text of their own, and the raised marks that lead to them."""

from __future__ import annotations

import re
from typing import Any

from rag.corpus.formats.pdf.footnotes import raised

NOTE = "\ue001"
"""Opens a paragraph that is a note, once :func:`settle_notes` has seen the page."""
_KINDS = frozenset(("footnote", "endnote", "rearnote", "note", "doc-footnote", "doc-endnote"))
_REFERENCES = frozenset(("noteref", "doc-noteref"))
_BACK = frozenset(("doc-backlink", "backlink"))
_DIGITS = re.compile(r"\s*\[?(\d{1,3})\]?\s*\Z")
_OPENING = re.compile(r"\s*\[?(\d{1,3})\]?[.)]?\s+(?=\S)")


def settle_notes(page: Any) -> None:
    """Write raised numbers as raised digits, which add none to the word before, and every note as a paragraph at the end."""
    notes: list[Any] = []
    for element in list(page.iter("*")):
        roles = _roles(element)
        if roles & _BACK:
            element.drop_tree()
        elif element.tag == "sup" or roles & _REFERENCES:
            _raise(element)
        elif roles & _KINDS and element.tag in {"aside", "div", "section", "p"}:
            notes.append(element)
    body = page.find("body")
    for note in notes if body is not None else ():
        if note.getparent() is not None:
            paragraph = body.makeelement("p")
            paragraph.text = NOTE + _OPENING.sub(lambda m: f"{raised(int(m[1]))} ", " ".join(note.text_content().split()))
            note.drop_tree()
            _main(body).append(paragraph)


def _main(body: Any) -> Any:
    """Where the text of the page ends."""
    return next((found for tag in ("article", "main") if (found := body.find(f".//{tag}")) is not None), body)


def _roles(element: Any) -> set[str]:
    said = (element.get(name) or "" for name in ("epub:type", "{http://www.idpf.org/2007/ops}type", "role"))
    return set(" ".join(said).lower().split())


def _raise(element: Any) -> None:
    found = _DIGITS.match(element.text_content())
    if found is not None and element.getparent() is not None:
        for child in list(element):
            child.drop_tag()
        element.text = raised(int(found[1]))
        element.drop_tag()
