"""HTML: the main text of a page, not its menus, by trafilatura; headings, lists and tables keep their shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from rag.corpus.formats.html_notes import NOTE, settle_notes
from rag.corpus.formats.html_tables import HEAD, settle_tables
from rag.corpus.formats.pdf.footnotes import mark_of
from rag.corpus.formats.text import decode
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Draft, Piece, draft_of
from rag.corpus.shape.language import CODES
from rag.corpus.shape.lines import blocks
from rag.corpus.shape.markers import marker
from rag.corpus.shape.numerals import numeral
from rag.corpus.shape.tables import table_pieces

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w\-]{2,30})", re.IGNORECASE)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_NOT_XML = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|&#(?:[0-8]|1[124-9]|2\\d|3[01]|x0*1?[0-9a-f]);", re.I
)
"""Control characters, also as references: the tree takes them from a page but lets nobody write them again."""
_HIDDEN_STYLE = re.compile(r"(?i)(?:display\s*:\s*none|visibility\s*:\s*hidden)")
_HEAD_BYTES = 4096
_AROUND = frozenset(("nav", "aside", "footer", "script", "style", "template", "noscript", "form", "button"))
_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "menu", "menubar"))
_BLOCKS = frozenset(("div", "p", "ul", "ol", "table", "section", "article", "pre", "blockquote", "h1", "h2", "h3", "h4", "dl"))
_APART = frozenset(("p", "head", "list", "item", "table", "row", "quote"))
_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def draft_html(data: bytes) -> Draft:
    """A draft of a web page.

    Raises:
        Unreadable: it is not HTML, or has no main text.
    """
    page = _page(data)
    language = (page.get("lang") or "")[:2].lower()
    body, title = _main_text(page)
    if body is None:
        raise Unreadable("there is no main text on the page.", "Save the page with its text, or as plain text.")
    # a page's own word for its language is often its template's; it counts only where the words cannot be told
    return draft_of(_pieces(body), title=title, language=language if language.isalpha() and language not in CODES else None)


def html_pieces(data: bytes) -> list[Piece]:
    """The text of a page that is a part of something else (a mail, a chapter); empty where it has none.

    Raises:
        Unreadable: it is not HTML.
    """
    body, _ = _main_text(_page(data))
    return [] if body is None else list(_pieces(body))


def _page(data: bytes) -> Any:
    """The tree of a page as a reader sees it."""
    from lxml import etree, html

    text = _NOT_XML.sub("", _DECLARATION.sub("", _decode(data)))
    if not text.strip():
        raise Unreadable("there is no text in it.", "Remove it, or put the text in.")
    try:
        page = html.document_fromstring(text, parser=html.HTMLParser(no_network=True, remove_comments=True))
    except (etree.LxmlError, ValueError):
        raise Unreadable("it is not HTML.", "Give it the suffix of its real format.") from None
    settle_notes(page)
    _remove_other(page)
    _write_numbers(page)
    _join_terms(page)
    settle_tables(page)
    _name_paragraphs(page)
    return page


def _decode(data: bytes) -> str:
    found = _CHARSET.search(data[:_HEAD_BYTES])
    if found and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            return data.decode(found[1].decode("ascii"))
        except (UnicodeDecodeError, LookupError):
            return decode(data)
    return decode(data)


def _remove_other(page: Any) -> None:
    """Take out what a reader does not see, which must not be quoted, least of all to a model, and what surrounds the main text.

    trafilatura falls back to every word on the page where it finds no main text; without this that means the menus.
    """
    for element in list(page.iter("*")):
        hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
        around = element.tag in _AROUND or element.get("role") in _ROLES
        banner = element.tag == "header" and element.find(".//h1") is None
        hidden = hidden or _HIDDEN_STYLE.search(element.get("style") or "") is not None
        if (hidden or around or banner) and element.getparent() is not None:
            element.drop_tree()


def _write_numbers(page: Any) -> None:
    """Write the numbers of ordered lists into the text: they are shown to the reader but are nowhere in the source."""
    for ordered in page.iter("ol"):
        start = ordered.get("start") or "1"
        number = int(start) if start.lstrip("-").isdigit() and len(start) < 6 else 1
        form = _FORMS.get(ordered.get("type") or "", "decimal")
        for item in ordered.iterchildren("li"):
            value = item.get("value") or ""
            number = int(value) if value.isdigit() and len(value) < 6 else number
            item.text = f"{numeral(number, form)}. {(item.text or '').lstrip()}"
            number += 1


def _join_terms(page: Any) -> None:
    """Write a term and what is said of it as one: "Audio guide: 3 euros." Apart, neither of them answers anything.

    What is said in paragraphs has the term for its heading.
    """
    for terms in list(page.iter("dl")):
        waiting: list[str] = []
        terms.tag = "div"
        for element in list(terms.iter("dt", "dd")):
            if element.tag == "dt":
                waiting.append(" ".join(element.text_content().split()))
                element.drop_tree()
                continue
            name, waiting = ", ".join(waiting), []
            blocks = any(child.tag in _BLOCKS for child in element.iterdescendants())
            element.tag = "div" if blocks else "p"
            if blocks and name:
                heading = element.makeelement("h5")
                heading.text = name
                element.addprevious(heading)
            elif name:
                joint = " " if name[-1] in ".:?!" else ": "
                element.text = name + joint + (element.text or "").lstrip()


def _name_paragraphs(page: Any) -> None:
    """A ``div`` that holds words and no blocks is a paragraph; left a ``div``, trafilatura may lose it."""
    for division in page.iter("div"):
        if (division.text or "").strip() and not any(child.tag in _BLOCKS for child in division.iterdescendants()):
            division.tag = "p"


def _main_text(page: Any) -> tuple[Any | None, str | None]:
    from trafilatura import bare_extraction
    from trafilatura.settings import DEFAULT_CONFIG

    config = deepcopy(DEFAULT_CONFIG)
    # below this size trafilatura throws all structure away and returns one paragraph, menus and all
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
    config.set("DEFAULT", "EXTRACTION_TIMEOUT", "0")
    if page.find(".//article") is None and page.find(".//main") is None:
        _wrap(page)
    found = bare_extraction(page, include_comments=False, with_metadata=True, config=config, favor_recall=True)
    if found is None or found.body is None or not "".join(found.body.itertext()).strip():
        return None, None
    # the metadata's title is any h1 of the page, that of a hidden dialogue too; a heading at the top of the text is surer,
    # and so is a line of capitals
    first = next(found.body.iterchildren(), None)
    named = first is not None and (first.tag == "head" or "".join(first.itertext()).isupper())
    return found.body, None if named else found.title


def _wrap(page: Any) -> None:
    """Where a page does not say what its main part is, all of it is looked at; menus and footers are dropped all the same.

    Otherwise the main part is taken to begin at the first paragraph, below the headings.
    """
    body = page.find("body")
    if body is not None:
        article = body.makeelement("article")
        article.text, body.text = body.text, None
        article.extend(list(body))
        body.append(article)


def _pieces(body: Any) -> Iterator[Piece]:
    if (body.text or "").strip():
        yield from _paragraph(_flat(body.text), tight=False)
    for element in body.iterchildren():
        if element.tag == "head":
            level = (element.get("rend") or "h2")[1:]
            yield Piece(" ".join(_text(element).split()), int(level) if level.isdigit() else 2)
        elif element.tag == "list":
            yield from _list(element)
        elif element.tag == "table":
            yield from _table(element)
        elif element.tag == "code":
            yield Piece(_text(element), prose=False)
        else:
            yield from _paragraph(_text(element), tight=False)
        if (element.tail or "").strip():
            yield from _paragraph(_flat(element.tail), tight=False)


def _list(element: Any) -> Iterator[Piece]:
    for item in element.iterchildren("item"):
        nested = list(item.iterchildren("list"))
        words = " ".join(_text(item, without=nested).split())
        if words:
            yield Piece(words if marker(words) else f"- {words}", tight=True)
        for inner in nested:
            yield from _list(inner)


def _table(element: Any) -> Iterator[Piece]:
    rows: list[list[str]] = []
    heads = 0
    for row in element.iter("row"):
        cells = [" ".join(_text(cell).split()) for cell in row.iterchildren("cell")]
        heads += bool(cells) and cells[0].startswith(HEAD)
        rows.append([cell.removeprefix(HEAD).lstrip() for cell in cells])
    yield from table_pieces(rows, header=heads)


def _paragraph(text: str, *, tight: bool) -> Iterator[Piece]:
    lines = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    if lines.startswith(NOTE):
        words = " ".join(lines.replace(NOTE, "").split())
        yield Piece(words, prose=False, note=mark_of(words))
        return
    for span in blocks(lines):
        yield Piece(span.of(lines), tight=tight)
        tight = True


def _text(element: Any, without: list[Any] | None = None) -> str:
    """The words of an element; ``lb`` is a line break, a line break of the source is a space."""
    words: list[str] = []

    def walk(node: Any) -> None:
        words.append(_flat(node.text))
        for child in node:
            if child.tag == "lb":
                words.append("\n")
            elif without is None or child not in without:
                apart = "\n" if child.tag in _APART else ""
                words.append(apart)
                walk(child)
                words.append(apart)
            words.append(_flat(child.tail))

    walk(element)
    return "".join(words)


def _flat(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")
