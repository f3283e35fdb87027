"""The parsing process: ``python -m rag.corpus.process.worker`` reads requests as JSON lines and answers with JSON lines.

It holds no secrets, writes no file and can be killed at any moment. What it cannot read for a known reason is an ``error``
reply; what a parser does not expect at all ends the process, and its parent says so and starts another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from rag.corpus.formats import beir
from rag.corpus.formats.csv_table import draft_csv
from rag.corpus.formats.docx import draft_docx
from rag.corpus.formats.epub import draft_epub
from rag.corpus.formats.html import draft_html
from rag.corpus.formats.mail import draft_eml, draft_msg
from rag.corpus.formats.markdown import draft_markdown
from rag.corpus.formats.opendocument import draft_opendocument
from rag.corpus.formats.pdf.image import draft_image
from rag.corpus.formats.pdf.loader import draft_pdf
from rag.corpus.formats.pptx import draft_pptx
from rag.corpus.formats.recognition import Recogniser
from rag.corpus.formats.rtf import draft_rtf
from rag.corpus.formats.text import draft_text
from rag.corpus.formats.xlsx import draft_xlsx
from rag.corpus.process.child import answer, run
from rag.corpus.process.limits import allow_seconds, confine
from rag.corpus.process.wire import document_wire
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.assembly import assemble
from rag.corpus.shape.draft import Draft
from rag.corpus.shape.language import language_of, language_of_all
from rag.corpus.suffixes import Format
from rag.settings import Parsing

_DRAFTERS: dict[Format, Callable[[bytes, Parsing, Recogniser], Draft]] = {
    "text": lambda data, *_: draft_text(data),
    "markdown": lambda data, *_: draft_markdown(data),
    "html": lambda data, *_: draft_html(data),
    "docx": lambda data, parsing, _: draft_docx(data, parsing),
    "pdf": draft_pdf,
    "image": draft_image,
    "csv": lambda data, *_: draft_csv(data),
    "xlsx": lambda data, parsing, _: draft_xlsx(data, parsing),
    "pptx": lambda data, parsing, _: draft_pptx(data, parsing),
    "opendocument": lambda data, parsing, _: draft_opendocument(data, parsing),
    "rtf": lambda data, *_: draft_rtf(data),
    "epub": lambda data, parsing, _: draft_epub(data, parsing),
    "eml": lambda data, *_: draft_eml(data),
    "msg": lambda data, *_: draft_msg(data),
}
Reply = dict[str, Any]
_WARM = "The Parties confirm their partnership."


def replies(request: Reply, parsing: Parsing, alive: Callable[[], None] = lambda: None) -> Iterator[Reply]:
    """The answer to one request: any number of ``document``, ``gap`` and ``broken`` (a line), then ``end`` or ``error``.

    ``alive`` is called now and then where that takes long.
    """
    try:
        yield from _documents(request, parsing, alive)
    except Unreadable as refused:
        yield {"error": refused.cause, "remedy": refused.remedy}
    except MemoryError:
        limit = parsing.memory // 2**20
        yield {"error": f"it needs more than {limit} MB of memory to read.", "remedy": "Split it, or raise parsing_memory."}
    else:
        yield {"end": True}


def _documents(request: Reply, parsing: Parsing, alive: Callable[[], None]) -> Iterator[Reply]:
    path, identity, language = Path(request["path"]), str(request["id"]), request["language"]
    if request["format"] == "beir":
        language = language or language_of_all(beir.sample(path))
        with path.open("rb") as file:
            for line in beir.lines(file):
                if isinstance(line, beir.BrokenLine):
                    yield {"broken": line.cause, "line": line.number}
                    continue
                document = assemble(line.draft, document_id=f"{identity}#{line.id}", language=language)
                yield {"document": document_wire(document)}
        return
    draft = _DRAFTERS[request["format"]](_read(path, parsing), parsing, Recogniser(parsing, language, alive))
    if len(draft.text) > parsing.max_characters:
        raise Unreadable(
            f"it has {len(draft.text):,} characters, more than the {parsing.max_characters:,} allowed.",
            "Split it, or raise parsing_max_characters.",
        )
    if not draft.text:
        raise Unreadable("there is no text in it.", "Remove it, or put the text in.")
    for gap in draft.gaps:
        yield {"gap": gap.what, "remedy": gap.remedy, "lost": gap.lost}
    yield {"document": document_wire(assemble(draft, document_id=identity, language=language))}


def _read(path: Path, parsing: Parsing) -> bytes:
    with path.open("rb") as file:
        data = file.read(parsing.max_bytes + 1)
    if len(data) > parsing.max_bytes:
        raise Unreadable("it grew past the size allowed while it was read.", "Index again when it no longer changes.")
    return data


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more. The first line is the caps, as JSON of ``Parsing``;
    ``ready`` says that they are in force."""
    parsing = Parsing.model_validate_json(requests.readline())
    language_of(_WARM)  # loads the models now, so that no file's seconds pay for it
    confine(parsing.memory)
    answer(answers, {"ready": True})

    def alive() -> None:
        answer(answers, {"alive": True})
        allow_seconds(parsing.seconds)

    for line in requests:
        allow_seconds(parsing.seconds)
        for reply in replies(json.loads(line), parsing, alive):
            answer(answers, reply)
            allow_seconds(parsing.seconds)


if __name__ == "__main__":
    run(serve)
