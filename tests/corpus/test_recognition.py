"""Scans are read by Tesseract where it is there: as sentences, with their confidence, or they are named and not guessed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from rag.answering.writing.citing import Citer
from rag.contract import citation_json
from rag.corpus.formats import recognition
from rag.corpus.formats.pdf.image import draft_image
from rag.corpus.formats.pdf.loader import draft_pdf
from rag.corpus.formats.pictures import is_blank
from rag.corpus.formats.recognition import Recogniser
from rag.corpus.loading import load
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.assembly import assemble
from rag.corpus.shape.passages import cut
from rag.corpus.sources import SourceFile
from rag.settings import Parsing, Passages
from rag.types import Flaw
from tests.corpus.scans import LEASE, SIZE, pdf_of, scan, tesseract

PARSING = Parsing(ocr_languages=("eng",), ocr_seconds=600)
SENTENCES = [
    "The landlord lets the depot to the ministry for ten years.",
    "The rent is 11,500 manat a month and is paid by the fifth of each month.",
]
PRINTED = ("The depot has a yard for forty lorries.", "Its gate is closed at night.")


def reader(parsing: Parsing = PARSING) -> Recogniser:
    return Recogniser(parsing)


def bytes_of(*pages: Image.Image, form: str = "TIFF") -> bytes:
    data = io.BytesIO()
    more = {"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}
    pages[0].save(data, form, **more)
    return data.getvalue()


@tesseract
def test_a_scanned_page_becomes_sentences_and_its_citation_says_so_with_its_confidence() -> None:
    draft = draft_pdf(pdf_of(PRINTED, scan(LEASE)), PARSING, reader())
    document = assemble(draft, document_id="lease.pdf")
    assert [s.of(document.text) for s in document.sentences] == [*PRINTED, *SENTENCES]
    printed, scanned = document.pages
    assert printed.recognised is None and scanned.recognised is not None and scanned.recognised > 0.9
    assert [(gap.lost, gap.what.partition("(")[0]) for gap in draft.gaps] == [
        (False, "page 2 is scanned and read by text recognition ")
    ]
    passages = cut(document, Passages(), lambda text: len(text.split()))
    citer = Citer(lambda _: document)
    told = [citation_json(citer.cite(1, p, p.sentences[-1])) for p in (passages[0], passages[-1])]
    assert told[-1]["page"] == 2 and told[-1]["recognised"] == scanned.recognised
    first = citation_json(citer.cite(1, passages[0], document.sentences[0]))
    assert first["page"] == 1 and "recognised" not in first


@tesseract
def test_pictures_are_sources_and_each_frame_of_a_tiff_is_a_page() -> None:
    draft = draft_image(bytes_of(scan(LEASE), scan(PRINTED)), PARSING, reader())
    document = assemble(draft, document_id="lease.tiff")
    assert [s.of(document.text) for s in document.sentences] == [*SENTENCES, *PRINTED]
    assert [page.number for page in document.pages] == [1, 2]
    assert all(page.recognised is not None and page.recognised > 0.9 for page in document.pages)


@tesseract
def test_a_page_below_the_bound_is_named_and_not_guessed() -> None:
    blurred = scan(LEASE, blur=5)
    draft = draft_pdf(pdf_of(PRINTED, blurred), PARSING, reader())
    assert [p.number for p in draft.pages] == [1] and "landlord" not in draft.text
    assert [(gap.lost, gap.what.partition(" (")[0]) for gap in draft.gaps] == [
        (True, "page 2 is recognised too unsurely to be read")
    ]
    with pytest.raises(Unreadable, match="it is an image, recognised too unsurely to be read"):
        draft_image(bytes_of(blurred, form="PNG"), PARSING, reader())
    strict = PARSING.model_copy(update={"ocr_confidence": 1.0})
    with pytest.raises(Unreadable, match="too unsurely"):
        draft_pdf(pdf_of(scan(LEASE)), strict, Recogniser(strict))


@tesseract
def test_a_scan_is_read_in_the_parsing_process_under_its_limits(tmp_path: Path) -> None:
    path = tmp_path / "lease.pdf"
    path.write_bytes(pdf_of(scan(LEASE)))
    flaws: list[Flaw] = []
    source = SourceFile("lease.pdf", path, path.stat().st_size, "")
    (document,) = load(source, PARSING, flaws.append)
    assert [s.of(document.text) for s in document.sentences] == SENTENCES
    assert [flaw.loss for flaw in flaws] == ["aside"] and document.pages[0].recognised is not None


@tesseract
def test_a_page_that_takes_too_long_is_named() -> None:
    hasty = PARSING.model_copy(update={"ocr_seconds": 0.001})
    beats: list[None] = []
    draft = draft_pdf(pdf_of(PRINTED, scan(LEASE)), hasty, Recogniser(hasty, alive=lambda: beats.append(None)))
    assert [gap.what for gap in draft.gaps] == ["page 2 is scanned, and text recognition takes too long."]
    assert beats


@tesseract
def test_what_the_engine_lacks_and_the_cap_on_pages_are_told_with_the_remedy() -> None:
    for change, remedy in (
        ({"ocr_languages": ("eng", "tlh")}, "tesseract-ocr-tlh"),
        ({"ocr_languages": ()}, "parsing_ocr_languages"),
        ({"ocr_pages": 0}, "parsing_ocr_pages"),
    ):
        parsing = PARSING.model_copy(update=change)
        draft = draft_pdf(pdf_of(PRINTED, scan(LEASE)), parsing, Recogniser(parsing, "tlh"))
        assert [gap.what for gap in draft.gaps] == ["page 2 is scanned, without text."]
        assert remedy in draft.gaps[0].remedy


def test_without_the_engine_a_scan_and_a_picture_are_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    recognition.installed.cache_clear()
    try:
        assert recognition.engine(PARSING) == ""
        draft = draft_pdf(pdf_of(PRINTED, scan(LEASE)), PARSING, reader())
        assert [gap.what for gap in draft.gaps] == ["page 2 is scanned, without text."]
        assert "Install Tesseract" in draft.gaps[0].remedy
        for made in (draft_image, draft_pdf):
            data = pdf_of(scan(LEASE)) if made is draft_pdf else bytes_of(scan(LEASE), form="JPEG")
            with pytest.raises(Unreadable) as refused:
                made(data, PARSING, reader())
            assert "without text (a scan)" in refused.value.cause and "Install Tesseract" in refused.value.remedy
    finally:
        recognition.installed.cache_clear()


def test_an_empty_page_is_no_gap_and_a_broken_picture_is_none() -> None:
    empty = Image.new("L", SIZE, 240)
    assert is_blank(empty) and not is_blank(scan(LEASE[:1])) and not is_blank(scan(LEASE, blur=9))
    assert draft_pdf(pdf_of(PRINTED, empty), PARSING, reader()).gaps == ()
    whole = bytes_of(scan(LEASE), form="PNG")
    for data in (whole[: len(whole) // 2], b"GIF89a", b"no picture"):
        with pytest.raises(Unreadable, match="not an image or is damaged"):
            draft_image(data, PARSING, reader())
    with pytest.raises(Unreadable, match="too many"):
        draft_image(bytes_of(Image.new("1", (12_000, 12_000)), form="PNG"), PARSING, reader())
