"""The guide of a generation: topics, and questions each of which the engine itself answers from where it was made.

Made while the index is, so that a chat has it at once. Deterministic, and bounded: so many documents are looked through and so
many questions are asked, whatever the size of the library.
"""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, zip_longest
from pathlib import Path

from rag.answering.engine import Engine, shipped_gate
from rag.errors import IndexMismatch
from rag.guiding.examples_file import EXAMPLES, given
from rag.guiding.proposals import Proposal, propose
from rag.guiding.topics import topics_of
from rag.index.generation import Generation
from rag.index.guide import Guide, GuideQuestion
from rag.knowledge_base import KnowledgeBase
from rag.models.embedder import Embedder
from rag.models.onnx_reader import fingerprint_of
from rag.models.opening import open_reader, reader_folder
from rag.models.reader import Reader
from rag.settings import Settings
from rag.types import Answer, Document

KEPT = 16
FEWEST, SENTENCES_EACH = 6, 4
"""Proposals kept. Twice as many are asked at most, in a small library one for every few sentences: each costs an answer."""
DOCUMENTS = 200
CHARACTERS = 2_000_000
"""Documents looked through, and characters of all of them; every nth where there are more."""
SHORTEST, LONGEST = 12, 110
_log = logging.getLogger(__name__)
_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class _Standing:
    """One generation that is not published yet."""

    generation: Generation

    def current(self) -> Generation:
        return self.generation


class Guides:
    """Makes guides for one knowledge base; a :class:`rag.indexing.build.GuideMaker`."""

    def __init__(self, kb: KnowledgeBase, settings: Settings, embedder: Embedder, reader: Reader | None = None) -> None:
        self._kb = kb
        self._settings = settings
        self._embedder = embedder
        self._given_reader = reader

    @cached_property
    def _reader(self) -> Reader:
        return self._given_reader or open_reader(self._settings)

    @cached_property
    def fingerprint(self) -> str:
        """Of this code, the reader, the gate and the questions given by hand."""
        gate = self._kb.gate if self._kb.gate.is_file() else shipped_gate(self._settings.embedding)
        by_hand = [f for f in (self._kb.questions / EXAMPLES, *sorted(self._kb.questions.glob("*.jsonl"))) if f.is_file()]
        loaded = self._given_reader
        reader = fingerprint_of(reader_folder(self._settings)) if loaded is None else loaded.fingerprint
        total = hashlib.sha256(reader.encode())
        for file in (*sorted(_HERE.glob("*.py")), gate, *by_hand):
            total.update(hashlib.sha256(file.read_bytes()).digest())
        return total.hexdigest()[:16]

    def guide(self, generation: Generation) -> Guide:
        """Topics and questions of ``generation``."""
        documents = [*_some(generation)]
        most = min(2 * KEPT, max(FEWEST, sum(len(d.sentences) for d in documents) // SENTENCES_EACH))
        engine = Engine(self._kb, self._settings, _Standing(generation), self._embedder, self._reader)
        try:
            questions = [*self._by_hand(engine), *_checked(engine, _in_turn(propose(documents)), most)]
        except IndexMismatch:
            questions = []  # whoever asks hears that the gate does not fit
        once = {q.text.casefold(): q for q in reversed(questions)}
        kept = tuple(once[text] for text in dict.fromkeys(q.text.casefold() for q in questions))
        return Guide(topics_of(documents), kept, self.fingerprint)

    def _by_hand(self, engine: Engine) -> Iterator[GuideQuestion]:
        for question in given(self._kb):
            outcome = engine.ask(question.text)
            if isinstance(outcome, Answer):
                first = outcome.citations[0]
                yield GuideQuestion(question.text, first.document, first.span, question.lang)
            elif self._reader.knows(question.text):
                _log.warning("the example “%s” is left out: the documents do not answer it", question.text)
            else:  # meant for another profile, such as the multilingual one
                _log.info("the example “%s” is left out: the models do not know its language", question.text)


def _some(generation: Generation) -> Iterator[Document]:
    """Whole documents, as many as the bounds allow, spread evenly over the library."""
    entries = generation.documents()
    left = CHARACTERS
    for entry in entries[:: max(1, -(-len(entries) // DOCUMENTS))]:
        document = generation.document(entry.id)
        left -= len(document.text)
        yield document
        if left < 0:
            return


def _in_turn(proposals: Sequence[Proposal]) -> Iterator[Proposal]:
    """One of each sentence before a second one of any, and the documents in turn."""
    by_sentence: defaultdict[tuple[str, str], list[Proposal]] = defaultdict(list)
    for proposal in proposals:
        if SHORTEST <= len(proposal.text) <= LONGEST:
            by_sentence[proposal.document, proposal.sentence].append(proposal)
    by_document: defaultdict[str, list[list[Proposal]]] = defaultdict(list)
    for (document, _), made in by_sentence.items():
        by_document[document].append(made)
    ranked = [[p for row in zip_longest(*sentences) for p in row if p is not None] for sentences in by_document.values()]
    yield from (p for row in zip_longest(*ranked) for p in row if p is not None)


def _checked(engine: Engine, proposals: Iterator[Proposal], most: int) -> Iterator[GuideQuestion]:
    """Of the first ``most`` those that are answered directly, in the words and from the sentence that they were made of."""
    kept = 0
    for proposal in islice(proposals, most):
        outcome = engine.ask(proposal.text)
        if not isinstance(outcome, Answer) or outcome.label != "direct" or proposal.span is None:
            continue
        cited = [c for c in outcome.citations if c.document == proposal.document and c.span.overlaps(proposal.span)]
        quotes = " ".join(" ".join(c.quote.split()) for c in cited)
        if cited and all(words in quotes for words in proposal.must):
            yield GuideQuestion(proposal.text, proposal.document, proposal.span)
            kept += 1
            if kept == KEPT:
                return
