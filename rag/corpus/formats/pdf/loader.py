"""PDF by pypdfium2: lines with place and size, page by page; :mod:`rag.corpus.formats.pdf.reflow` makes paragraphs of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from rag.corpus.formats.pdf.annotations import write_annotations
from rag.corpus.formats.pdf.furniture import PageLines, running_heads, without_running_heads
from rag.corpus.formats.pdf.garbled import garbled
from rag.corpus.formats.pdf.items import body_size, headed
from rag.corpus.formats.pdf.page_pictures import PagePictures
from rag.corpus.formats.pdf.printed import printed_lines
from rag.corpus.formats.pdf.reflow import pieces_of
from rag.corpus.formats.pdf.ruled import RuledTables
from rag.corpus.formats.pdf.scans import Scans, pages_are
from rag.corpus.formats.recognition import Recogniser
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Draft, Gap, draft_of
from rag.settings import Parsing

_OCR = "Run text recognition over it, for example with OCRmyPDF, and put the result in its place."
_PASSWORD = 4
"""FPDF_ERR_PASSWORD."""
_JUNK_TITLE = re.compile(
    r"(?i)\A\W*(?:microsoft word|untitled|anonymous|unspecified|unknown|document\d*|doc\d+|title|print|slide)\b"
    r"|\.(?:docx?|indd|pdf|rtf|qxd|tex|dvi)\Z"
)
_LEAST_BODY = 40
"""Characters. A page with an image all over it that has fewer besides its running heads is a scan with a stamp."""


def draft_pdf(data: bytes, parsing: Parsing, recogniser: Recogniser | None = None) -> Draft:
    """A draft of a PDF with its pages, the scanned ones read by ``recogniser`` where there is one.

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
    reader = _Reader(pypdfium2, document, data, Scans(recogniser))
    try:
        pages = reader.pages(parsing)
        title = document.get_metadata_value("Title")
        gaps = reader.gaps(pages)
    finally:
        reader.close()
    return draft_of(pieces_of(pages), title=_believable(title, pages), gaps=gaps, recognised=reader.scans.sure)


class _Reader:
    """Reads the pages of one document and remembers what of them is no text."""

    def __init__(self, pypdfium2: Any, document: Any, data: bytes, scans: Scans) -> None:
        self.scans = scans
        self._pdfium = pypdfium2
        self._document = document
        self._ruled = RuledTables(data)
        self._pictures: dict[int, PagePictures] = {}
        self._damaged: list[int] = []
        self._unmapped: list[int] = []
        self._comments = 0

    def close(self) -> None:
        self._ruled.close()
        self._document.close()

    def pages(self, parsing: Parsing) -> list[PageLines]:
        """Every page that is not damaged; one whose fonts do not say what they show has no lines."""
        count = len(self._document)
        if count > parsing.max_pages:
            raise Unreadable(
                f"it has {count:,} pages, more than the {parsing.max_pages:,} allowed.", "Split it, or raise parsing_max_pages."
            )
        pages: list[PageLines] = []
        characters = 0
        for number in range(1, count + 1):
            try:
                page = self._document[number - 1]
            except self._pdfium.PdfiumError:
                self._damaged.append(number)
                continue
            pages.append(self._page(page, number))
            page.close()
            characters += sum(len(line.text) for line in pages[-1].lines)
            if characters > parsing.max_characters:
                raise Unreadable(
                    f"it has more than the {parsing.max_characters:,} characters allowed.",
                    "Split it, or raise parsing_max_characters.",
                )
        scanned = [page.number for page in pages if self._is_scan(page, pages)]
        pages = self.scans.read_all(self._document, pages, scanned, body_size(pages))
        if not characters and not self.scans.sure:
            raise self._without_text(count)
        return pages

    def _is_scan(self, page: PageLines, pages: Sequence[PageLines]) -> bool:
        covered = self._pictures[page.number].scan and not _body(page, pages)
        return covered or page.number in self._unmapped

    def _page(self, page: Any, number: int) -> PageLines:
        self._comments += write_annotations(self._pdfium, page)
        lines = printed_lines(self._pdfium, page)
        if garbled("\n".join(line.text for line in lines)):
            self._unmapped.append(number)
            lines = []
        found = PageLines(number, page.get_height(), tuple(lines), tuple(self._ruled.on(self._pdfium, page, number, lines)))
        self._pictures[number] = PagePictures.on(self._pdfium, page, lines)
        return found

    def _without_text(self, count: int) -> Unreadable:
        if self._unmapped:
            return Unreadable("its fonts do not say which characters they show, or say wrong ones.", _OCR)
        if any(pictures.covered for pictures in self._pictures.values()):
            return self.scans.refusal("its pages are images")
        if self._damaged:
            return Unreadable(f"its page {self._damaged[0]} is damaged.", "Open it and save it again.")
        return Unreadable(f"there is no text on its {count} pages.", _OCR)

    def gaps(self, pages: Sequence[PageLines]) -> list[Gap]:
        """What of the document is not in its text, by page."""
        worded = [page.number for page in pages if self._pictures[page.number].worded and not self.scans.knows(page.number)]
        unmapped = [number for number in self._unmapped if not self.scans.tried(number)]
        attached = self._document.count_attachments()
        told = (
            (self._damaged, "damaged and not read.", "Open it and save it again.", True),
            (unmapped, "set in fonts that do not say which characters they show, or say wrong ones.", _OCR, True),
            (worded, "partly in images that seem to hold words.", _OCR, True),
            (self._ruled.failed, "read without its ruled tables as such.", "Print it to a new PDF if a table is wrong.", False),
        )
        gaps = [Gap(f"{pages_are(numbers)} {what}", remedy, lost) for numbers, what, remedy, lost in told if numbers]
        gaps += self.scans.gaps(besides=unmapped)
        if self._comments:
            gaps.append(Gap(f"{_count(self._comments, 'comment')} on its pages are left out.", lost=False))
        if attached:
            gaps.append(Gap(f"{_count(attached, 'attached file')} in it not read.", "Save what matters beside it."))
        return gaps


def _body(page: PageLines, pages: Sequence[PageLines]) -> bool:
    """Whether a page has text besides what runs on every page."""
    heads = running_heads(pages)
    return sum(len(line.text) for line in without_running_heads(page, heads)) >= _LEAST_BODY


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


def _believable(title: str, pages: list[PageLines]) -> str | None:
    """The metadata's title, unless it is a file name or a leftover, or the first page has a heading that differs from it."""
    name = " ".join(title.split())
    if not name or _JUNK_TITLE.search(name) or PurePath(name).suffix in {".doc", ".docx"}:
        return None
    first = " ".join(line.text for line in pages[0].lines)
    if name.casefold() in " ".join(first.split()).casefold():
        return name
    return None if headed(pages) else name
