"""What of a Word file is not in its text: comments, letterheads, pictures of words, charts, embedded files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rag.corpus.formats.pictures import holds_words
from rag.corpus.shape.draft import Gap

_NAMES = {
    "chart": ("chart", "Put its figures into a table."),
    "diagramData": ("drawing of boxes (SmartArt)", "Put its words into the text."),
    "oleObject": ("embedded object", "Save it as a file of its own beside this one."),
    "package": ("embedded file", "Save it as a file of its own beside this one."),
    "aFChunk": ("embedded document", "Save it as a file of its own beside this one."),
}
_QUOTED = 60


def gaps_of(document: Any, qualify: Any) -> Iterator[Gap]:
    """The gaps of a python-docx document. ``qualify`` is its ``qn``."""
    relations = [relation for relation in document.part.rels.values() if not relation.is_external]
    kinds = [relation.reltype.rpartition("/")[2] for relation in relations]
    for kind, (name, remedy) in _NAMES.items():
        if number := kinds.count(kind):
            yield Gap(f"{number} {name}{'s' if number > 1 else ''} in it {'are' if number > 1 else 'is'} not read.", remedy)
    pictures = [r.target_part for r, kind in zip(relations, kinds, strict=True) if kind == "image"]
    worded = sum(holds_words(part.blob) for part in pictures)
    if worded:
        what = (
            "1 image in it seems to hold words and is" if worded == 1 else f"{worded} images in it seem to hold words and are"
        )
        yield Gap(f"{what} not read.", "Put the words into the text, or run text recognition over the pages.")
    heads = dict.fromkeys(
        words
        for r, kind in zip(relations, kinds, strict=True)
        if kind in {"header", "footer"}
        if (words := _words(r.target_part, qualify))
    )
    if heads:
        shown = "; ".join(f"“{words[:_QUOTED]}{'…' if len(words) > _QUOTED else ''}”" for words in heads)
        yield Gap(f"its headers and footers are left out: {shown}.", lost=False)
    comments = next((r.target_part for r, kind in zip(relations, kinds, strict=True) if kind == "comments"), None)
    number = len(re.findall(rb"<w:comment[ >]", comments.blob)) if comments is not None else 0
    if number:
        yield Gap(f"{number} comment{'s' if number > 1 else ''} in its margin left out.", lost=False)


def _words(part: Any, qualify: Any) -> str:
    return " ".join("".join(node.text or "" for node in part.element.iter(qualify("w:t"))).split())
