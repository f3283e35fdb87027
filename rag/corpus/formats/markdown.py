"""Markdown: headings become sections, the canonical text is what a person reads, without the markup.

Links keep their words, images their alternative text; comments and raw HTML are not text and are left out, so that nothing is
quoted, or fed to a model, that a reader of the rendered page does not see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.corpus.formats.text import decode
from rag.corpus.shape.canonical import canonical
from rag.corpus.shape.draft import Draft, Piece, draft_of
from rag.corpus.shape.lines import blocks
from rag.corpus.shape.tables import table_pieces

_FRONT_MATTER = re.compile(r"\A---[^\S\n]*\n(?P<matter>.*?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL)
_KEY = re.compile(r"^(?P<key>title|lang|language)\s*:\s*(?P<value>.+?)\s*$", re.MULTILINE | re.IGNORECASE)


def draft_markdown(data: bytes) -> Draft:
    """A draft of a Markdown file (CommonMark with tables and strikethrough; YAML front matter gives title and language)."""
    text = canonical(decode(data))
    told: dict[str, str] = {}
    if front := _FRONT_MATTER.match(text):
        told = {m["key"].lower(): m["value"].strip("\"'") for m in _KEY.finditer(front["matter"])}
        text = text[front.end() :]
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    language = (told.get("lang") or told.get("language") or "")[:2].lower()
    return draft_of(_pieces(tokens), title=told.get("title"), language=language or None)


def _pieces(tokens: list[Token]) -> Iterator[Piece]:
    lists: list[int | None] = []
    prefix = ""
    level: int | None = None
    row: list[str] | None = None
    rows: list[list[str]] = []
    tight = False
    for token in tokens:
        kind = token.type
        if kind == "heading_open":
            level = int(token.tag[1])
        elif kind == "heading_close":
            level = None
        elif kind in {"bullet_list_open", "ordered_list_open"}:
            lists.append(int(token.attrs.get("start", 1)) if kind.startswith("ordered") else None)
        elif kind in {"bullet_list_close", "ordered_list_close"}:
            lists.pop()
            prefix = ""
        elif kind == "list_item_open":
            number = lists[-1]
            prefix = "- " if number is None else f"{number}{token.markup or '.'} "
            if number is not None:
                lists[-1] = number + 1
            tight = True
        elif kind == "tr_open":
            row = []
            rows.append(row)
        elif kind == "tr_close":
            row = None
        elif kind == "table_close":
            yield from table_pieces(rows, header=1)
            rows = []
        elif kind == "inline" and row is not None:
            row.append(_plain(token))
        elif kind == "inline":
            yield from _paragraph(prefix + _plain(token), level, tight)
            prefix, tight = "", False
        elif kind in {"fence", "code_block"}:
            yield Piece(token.content, prose=False)


def _paragraph(text: str, level: int | None, tight: bool) -> Iterator[Piece]:
    if level is not None:
        yield Piece(" ".join(text.split()), level)
        return
    for span in blocks(text):
        yield Piece(span.of(text), tight=tight)
        tight = True


def _plain(token: Token) -> str:
    words: list[str] = []
    for child in token.children or []:
        if child.type in {"text", "code_inline"}:
            words.append(child.content)
        elif child.type == "softbreak":
            words.append(" ")
        elif child.type == "hardbreak":
            words.append("\n")
        elif child.type == "image":
            words.append(child.content)
    return "".join(words)
