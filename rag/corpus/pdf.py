"""PDF by pypdfium2: lines with their place and size, page by page; :mod:`rag.corpus.reflow` makes paragraphs of them."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

from rag.corpus.draft import Draft, draft_of
from rag.corpus.reflow import Line, PageLines, headed, pieces_of
from rag.corpus.refusal import Unreadable
from rag.settings import Parsing

_OCR = "Run text recognition over it, for example with OCRmyPDF, and put the result in its place."
_PASSWORD = 4
"""FPDF_ERR_PASSWORD."""
_HYPHEN = "\x02"
"""What PDFium gives for a hyphen at the end of a line."""
_JUNK_TITLE = re.compile(
    r"(?i)\A(?:microsoft word|untitled|document\d*|doc\d+|title|print|slide)\b|\.(?:docx?|indd|pdf|rtf|qxd|tex|dvi)\Z"
)
_UNMAPPED = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\ufffe\uffff]")
_TOLERATED = 0.3
_BOLD = 600


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
        for index in range(count):
            try:
                page = document[index]
            except pypdfium2.PdfiumError:
                raise Unreadable(f"its page {index + 1} is damaged.", "Open it and save it again.") from None
            found = _lines(pypdfium2, page, index + 1)
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


def _lines(pypdfium2: Any, page: Any, number: int) -> PageLines:
    raw = pypdfium2.raw
    text_page = page.get_textpage()
    count = text_page.count_chars()
    found: list[Line] = []
    codes: list[int] = []
    places: list[int] = []

    def finish(*, hyphen: bool = False) -> None:
        text = _decode(codes)
        if text.strip() and places:
            found.append(_line(raw, text_page, text.strip(), places, hyphen))
        codes.clear()
        places.clear()

    for index in range(count):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code in (10, 13):
            finish()
        elif code == ord(_HYPHEN):
            finish(hyphen=True)
        else:
            codes.append(code)
            if code > 32 and raw.FPDFText_IsGenerated(text_page, index) != 1:
                places.append(index)
    finish()
    text_page.close()
    return PageLines(number, page.get_height(), tuple(found))


def _line(raw: Any, text_page: Any, text: str, places: list[int], hyphen: bool) -> Line:
    boxes = [_box(text_page, index) for index in (places[0], places[len(places) // 2], places[-1])]
    heights = sorted(top - bottom for _, _, bottom, top in boxes)
    weight = raw.FPDFText_GetFontWeight(text_page, places[0])
    return Line(
        text=text,
        left=boxes[0][0],
        right=boxes[-1][1],
        bottom=min(box[2] for box in boxes),
        top=max(box[3] for box in boxes),
        size=heights[1],
        bold=weight >= _BOLD,
        hyphen=hyphen,
    )


def _box(text_page: Any, index: int) -> tuple[float, float, float, float]:
    """Left, right, bottom, top of a character in points, the origin at the bottom left of the page.

    The loose box goes from the font's descent to its ascent, so its height is the size as printed, whatever the matrix.
    """
    left, bottom, right, top = text_page.get_charbox(index, loose=True)
    return left, right, bottom, top


def _decode(codes: list[int]) -> str:
    """PDFium gives UTF-16 units; pairs make one character and halves none."""
    units = "".join(map(chr, codes))
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


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
