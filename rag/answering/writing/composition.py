"""An outcome in the making: claims with their citations, numbered as they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rag.answering.writing.citing import Citer
from rag.events import CitationReady, ClaimReady, Delta, Event
from rag.types import Citation, Claim, Passage, Span


class Composition:
    """Collects proved claims and turns each into events. An excerpt that two claims rest on is one citation; ``highlights`` are
    the words that answer, by document and excerpt. A row of a table and an item of a list stand in the text on lines of their
    own, below the header or lead-in without which nobody would understand them."""

    def __init__(self, citer: Citer, highlights: Mapping[tuple[str, Span], tuple[Span, ...]]) -> None:
        self._citer = citer
        self._highlights = highlights
        self.claims: list[Claim] = []
        self.citations: list[Citation] = []
        self.text = ""
        self._numbers: dict[tuple[str, Span], int] = {}
        self._introduced: set[tuple[str, Span]] = set()
        self._on_a_line = False

    def has(self, passage: Passage, span: Span) -> bool:
        """Whether the excerpt is cited already."""
        return (passage.document, span) in self._numbers

    def add(self, text: str, spans: tuple[tuple[Passage, Span], ...], support: float) -> Iterator[Event]:
        """The events of one more claim: its new citations, itself, the words to append."""
        if not spans:
            raise ValueError("a displayed claim has at least one citation")
        ids: list[int] = []
        for passage, span in spans:
            key = (passage.document, span)
            if key not in self._numbers:
                self._numbers[key] = len(self.citations) + 1
                self.citations.append(self._citer.cite(self._numbers[key], passage, span, self._highlights.get(key, ())))
                yield CitationReady(self.citations[-1])
            if self._numbers[key] not in ids:
                ids.append(self._numbers[key])
        claim = Claim(text, tuple(ids), support)
        words = self._before(text, *spans[0]) + text + " " + "".join(f"[{n}]" for n in ids)
        self.claims.append(claim)
        self.text += words
        yield ClaimReady(claim)
        yield Delta(words)

    def _before(self, text: str, passage: Passage, span: Span) -> str:
        """What stands between the text so far and ``text``."""
        verbatim = text == self._citer.quote(passage, span)
        contexts = passage.context_of(span) if verbatim else ()
        leads = [c for c in contexts if (passage.document, c.span) not in self._introduced]
        self._introduced.update((passage.document, place) for place in (*(c.span for c in contexts), span))
        lined = self._on_a_line
        self._on_a_line = bool(contexts)
        start = "" if not self.claims else "\n" if lined or contexts else " "
        return start + "".join(f"{lead.text}\n" for lead in leads)
