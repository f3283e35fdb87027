"""Pages of PDFs as pictures: excerpts are marked where their characters are printed, and nowhere where that is a guess."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from rag.corpus.facsimiles import Facsimiles, PageMark, SourcePdf
from rag.corpus.formats.pdf.loader import draft_pdf
from rag.corpus.shape.assembly import assemble
from rag.errors import NotFound, SourceError
from rag.knowledge_base import KnowledgeBase
from rag.settings import Parsing
from rag.types import Document, Span
from tests.corpus.press import Printed, column, press

LEFT = (
    "The municipality shall keep a register of all the gatherings that were notified to it in the course of the year. "
    "It shall publish the register no later than the end of January."
)
RIGHT = (
    "The organiser shall answer for the order at the gathering and shall name the persons who help with it. "
    "A gathering that was not notified may be broken up by the police after a warning."
)


@pytest.fixture(scope="module")
def drawer() -> Iterator[Facsimiles]:
    made = Facsimiles(Parsing())
    yield made
    made.close()


def source_of(drawer: Facsimiles, folder: Path, data: bytes) -> SourcePdf:
    kb = KnowledgeBase(folder)
    kb.sources.mkdir(exist_ok=True)
    (kb.sources / "report.pdf").write_bytes(data)
    document = assemble(draft_pdf(data, Parsing()), document_id="report.pdf")
    found = drawer.find(kb, document)
    assert found is not None
    return found


def marks_of(drawer: Facsimiles, source: SourcePdf, words: str, *answering: str) -> tuple[PageMark, ...]:
    text = source.document.text
    spans = [Span(text.index(said), text.index(said) + len(said)) for said in (words, *answering)]
    return drawer.marks(source, spans[:1], spans[1:])


def ink(picture: bytes, box: tuple[float, float, float, float]) -> bool:
    """Whether anything is printed inside a box."""
    image = Image.open(io.BytesIO(picture)).convert("L")
    left, top, wide, high = box
    across, down = image.size
    cut = image.crop((left * across, top * down, (left + wide) * across, (top + high) * down))
    return any(cut.histogram()[:128])


def test_a_sentence_in_a_column_is_marked_line_by_line_where_it_is_printed(drawer: Facsimiles, tmp_path: Path) -> None:
    source = source_of(drawer, tmp_path, press(column(LEFT, 72, 720, 180) + column(RIGHT, 300, 720, 180)))
    (mark,) = marks_of(drawer, source, LEFT.partition(". ")[0] + ".", "municipality shall")
    assert (mark.page, len(mark.boxes), len(mark.words)) == (1, 3, 1)
    assert all(left > 0.11 and left + wide < 0.45 for left, _, wide, _ in mark.boxes)  # the left column alone
    assert mark.words[0][0] > mark.boxes[0][0] and mark.words[0][1] == mark.boxes[0][1]
    picture = drawer.picture(source, 1, 800)
    assert Image.open(io.BytesIO(picture)).size[0] == 800
    assert all(ink(picture, box) for box in (*mark.boxes, *mark.words))


def test_a_sentence_that_runs_overleaf_is_marked_on_both_pages(drawer: Facsimiles, tmp_path: Path) -> None:
    words = "The court decides within three days of the appeal, and its decision is final."
    first, second = "The court decides within three days of", "the appeal, and its decision is final."
    pages = (
        [Printed(72, 700, RIGHT[:60]), Printed(72, 60, first)],
        [Printed(72, 740, second), Printed(72, 700, "Another line.")],
    )
    source = source_of(drawer, tmp_path, press(*pages))
    text = source.document.text
    start = text.index("The court")
    marks = drawer.marks(source, [Span(start, start + len(words))])
    assert [mark.page for mark in marks] == [1, 2] and all(len(mark.boxes) == 1 for mark in marks)


def test_words_said_twice_are_told_apart_by_what_stands_around_them(drawer: Facsimiles, tmp_path: Path) -> None:
    lines = ["The first fee is 5 euro.", "The second fee is 5 euro.", "The third fee is 5 euro."]
    source = source_of(drawer, tmp_path, press([Printed(72, 700 - 40 * n, line) for n, line in enumerate(lines)]))
    text = source.document.text
    at = text.index("5 euro", text.index("second"))
    (mark,) = drawer.marks(source, [Span(at, at + 6)])
    (whole,) = marks_of(drawer, source, "The second fee is 5 euro.")
    assert mark.boxes[0][1] == whole.boxes[0][1]


def test_what_is_not_printed_as_it_is_written_is_only_said_to_be_on_the_page(drawer: Facsimiles, tmp_path: Path) -> None:
    source = source_of(drawer, tmp_path, press(column(LEFT, 72, 720, 300)))
    document = source.document
    reworded = replace(document, text=document.text.replace("register", "registry", 1))
    (mark,) = drawer.marks(replace(source, document=reworded), [Span(0, 60)])
    assert mark == PageMark(0, 1)
    recognised = replace(document, pages=tuple(replace(page, recognised=0.9) for page in document.pages))
    assert drawer.marks(replace(source, document=recognised), [Span(0, 60)]) == (PageMark(0, 1),)


def test_marks_follow_a_page_that_is_turned_and_cut(drawer: Facsimiles, tmp_path: Path) -> None:
    pdf = pypdfium2.PdfDocument(press([Printed(100, 300, "The harbour opens at six in the morning.")]))
    pdf[0].set_cropbox(50, 100, 350, 600)
    pdf[0].set_rotation(90)
    data = io.BytesIO()
    pdf.save(data)
    pdf.close()
    source = source_of(drawer, tmp_path, data.getvalue())
    assert drawer.sizes(source) == ((500.0, 300.0),)
    (mark,) = marks_of(drawer, source, "The harbour opens at six in the morning.")
    assert len(mark.boxes) == 1 and ink(drawer.picture(source, 1, 800), mark.boxes[0])
    assert mark.boxes[0][3] > 3 * mark.boxes[0][2]  # it stands upright now


def test_a_file_that_is_no_pdf_any_more_or_gone_or_elsewhere_shows_no_pages(drawer: Facsimiles, tmp_path: Path) -> None:
    source = source_of(drawer, tmp_path, press([Printed(72, 700, "The harbour opens at six.")]))
    kb, document = KnowledgeBase(tmp_path), source.document
    with pytest.raises(NotFound):
        drawer.picture(source, 2, 800)
    with pytest.raises(NotFound):
        drawer.picture(source, 1, 30_000)
    source.path.write_bytes(b"%PDF-1.7 no more")
    changed = drawer.find(kb, document)
    assert changed is not None and changed.version != source.version
    with pytest.raises(SourceError, match=r"report\.pdf: it is not a PDF"):
        drawer.sizes(changed)
    source.path.unlink()
    assert drawer.find(kb, document) is None
    (tmp_path / "secret.pdf").write_bytes(b"%PDF")
    assert drawer.find(kb, replace(document, id="../secret.pdf")) is None
    assert drawer.find(kb, Document("notes.txt", "Notes", "Text", "0" * 64)) is None
