"""The process that draws pages: ``python -m rag.corpus.process.drawing`` reads and answers requests as JSON lines.

A page of an unknown PDF is drawn where it can be parsed: in a process without secrets, under caps, that can be killed.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import Any, BinaryIO

from rag.corpus.formats.pdf.facsimile import Facsimile, Sought
from rag.corpus.process.child import answer, run
from rag.corpus.process.limits import allow_seconds, confine
from rag.corpus.refusal import Unreadable
from rag.settings import Parsing
from rag.types import Span


def reply(request: dict[str, Any]) -> dict[str, Any]:
    """``{"picture"}`` (base64) for a request with ``width``, ``{"places"}`` for one with ``sought``, else ``{"sizes"}``; or an
    error."""
    try:
        with Facsimile(request["path"]) as facsimile:
            if "width" in request:
                return {"picture": base64.b64encode(facsimile.picture(request["page"], request["width"])).decode("ascii")}
            if "sought" in request:
                sought = [Sought(Span(*span), tuple(Span(*words) for words in inside)) for span, inside in request["sought"]]
                places = facsimile.places(request["page"], request["text"], sought)
                return {"places": [place and asdict(place) for place in places]}
            return {"sizes": facsimile.sizes()}
    except Unreadable as refused:
        return {"error": refused.cause, "remedy": refused.remedy}
    except MemoryError:
        return {"error": "it needs more memory to draw than parsing_memory allows.", "remedy": "Read it as text."}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there are no more requests. The first line is the caps; ``ready`` says that they are in force."""
    parsing = Parsing.model_validate_json(requests.readline())
    confine(parsing.memory)
    answer(answers, {"ready": True})
    for line in requests:
        allow_seconds(parsing.seconds)
        said = reply(json.loads(line))
        answer(answers, said)
        if "error" not in said:
            answer(answers, {"end": True})


if __name__ == "__main__":
    run(serve)
