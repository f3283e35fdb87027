"""PDF by pypdfium2: lines with their place and size, page by page; :mod:`rag.corpus.reflow` makes paragraphs of them."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

from rag.corpus.draft import Draft, draft_of
from rag.corpus.furniture import PageLines
from rag.corpus.items import headed
from rag.corpus.printed import printed_lines
from rag.corpus.reflow import pieces_of
from rag.corpus.refusal import Unreadable
from rag.corpus.ruled import RuledTables
from rag.settings import Parsing

_OCR = "Run text recognition over it, for example with OCRmyPDF, and put the result in its place."
_PASSWORD = 4
"""FPDF_ERR_PASSWORD."""
_JUNK_TITLE = re.compile(
    r"(?i)\A(?:microsoft word|untitled|document\d*|doc\d+|title|print|slide)\b|\.(?:docx?|indd|pdf|rtf|qxd|tex|dvi)\Z"
)
_UNMAPPED = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\ufffe\uffff]")
_TOLERATED = 0.3


def draft_pdf(data: bytes, parsing: Parsing) -> Draft:
    """A draft of a PDF with its pages.

    Raises:
        Unreadable: it is encrypted, broken, too long, or has no text (a scan).
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise Unreadable("it is encrypted.", "Save a copy without a password and put that in its place.") from None
        raise Unreadable("it is not a PDF or is damaged.", "Open it and save it again, or fetch it once more.") from None
    try:
        count = len(document)
        if count > parsing.max_pages:
            raise Unreadable(
                f"it has {count:,} pages, more than the {parsing.max_pages:,} allowed.", "Split it, or raise parsing_max_pages."
            )
        pages: list[PageLines] = []
        scanned: list[int] = []
        characters = 0
        ruled = RuledTables(data)
        for index in range(count):
            try:
                page = document[index]
            except pypdfium2.PdfiumError:
                raise Unreadable(f"its page {index + 1} is damaged.", "Open it and save it again.") from None
            lines = printed_lines(pypdfium2, page)
            found = PageLines(index + 1, page.get_height(), tuple(lines), tuple(ruled.on(pypdfium2, page, index + 1, lines)))
            characters += sum(len(line.text) for line in found.lines)
            if characters > parsing.max_characters:
                raise Unreadable(
                    f"it has more than the {parsing.max_characters:,} characters allowed.",
                    "Split it, or raise parsing_max_characters.",
                )
            if not found.lines and _has_image(pypdfium2, page):
                scanned.append(index + 1)
            pages.append(found)
            page.close()
        title = document.get_metadata_value("Title")
        ruled.close()
    finally:
        document.close()
    _refuse_without_text(pages, scanned, count)
    notes = (f"page {', '.join(map(str, scanned))} is an image without text. {_OCR}",) if scanned else ()
    return draft_of(pieces_of(pages), title=_believable(title, pages), notes=notes)


def _refuse_without_text(pages: list[PageLines], scanned: list[int], count: int) -> None:
    text = "".join(line.text for page in pages for line in page.lines)
    if not text.strip():
        what = "its pages are images without text (a scan)." if scanned else f"there is no text on its {count} pages."
        raise Unreadable(what, _OCR)
    if len(_UNMAPPED.findall(text)) > _TOLERATED * len(text):
        raise Unreadable("its fonts do not say which characters they show.", _OCR)


def _has_image(pypdfium2: Any, page: Any) -> bool:
    return any(True for _ in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _believable(title: str, pages: list[PageLines]) -> str | None:
    """The metadata's title, unless it is a file name or a leftover, or the first page has a heading that differs from it."""
    name = " ".join(title.split())
    if not name or _JUNK_TITLE.search(name) or PurePath(name).suffix in {".doc", ".docx"}:
        return None
    first = " ".join(line.text for line in pages[0].lines)
    if name.casefold() in " ".join(first.split()).casefold():
        return name
    return None if headed(pages) else name
