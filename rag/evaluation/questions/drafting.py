"""Proposed questions as a person gets them to review."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.evaluation.questions.asker import DocumentSource
from rag.evaluation.questions.question import Expected, Question
from rag.guiding.proposals import Proposal


def near_misses(proposals: Iterable[Proposal], without: str, library: DocumentSource) -> tuple[Proposal, ...]:
    """Proposals from the document ``without`` that no other document answers: unanswerable once it is taken out.

    A question is dropped where another document has a sentence with the answering words and half of the question's own.
    """
    others = [library.document(e.id) for e in library.documents() if e.id != without]
    sentences = [s.of(d.text).casefold() for d in others for s in d.sentences]
    kept = []
    for proposal in proposals:
        if proposal.document != without:
            continue
        words = {
            w for w in re.findall(r"\w{4,}", proposal.text.casefold()) if w not in {"when", "where", "which", "what", "many"}
        }
        answered = any(
            all(m.casefold() in s for m in proposal.must) and 2 * sum(w in s for w in words) >= len(words) for s in sentences
        )
        if not answered:
            kept.append(proposal)
    return tuple(kept)


def draft_questions(proposals: Iterable[Proposal], prefix: str, *, answerable: bool = True) -> Iterator[tuple[Question, str]]:
    """Proposals as unreviewed questions, each with a note for its reviewer."""
    for number, p in enumerate(proposals, 1):
        identity = f"{prefix}-{number:04d}"
        if answerable:
            note = f"{p.rule}, from {p.document}"
            yield Question(identity, p.text, True, p.kind, (Expected(p.sentence),), p.must, reviewed=False), note
        else:
            note = f"{p.rule}; only {p.document} answers it: take it out of the knowledge base"
            yield Question(identity, p.text, False, "unanswerable-near", reviewed=False), note
