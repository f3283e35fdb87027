"""One question, one outcome: what was right and what was not.

**Right**, for an answerable question: a cited quote overlaps one of its evidence excerpts, every ``must_include`` string (and,
for SQuAD, one of the gold answers) stands inside a cited quote, and unless the kind is ``list`` at most three sentences are
cited. For an unanswerable question: it is refused. An error is never right.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.errors import NotFound
from rag.evaluation.questions.asker import DocumentSource
from rag.evaluation.questions.evidence import EvidencePlace
from rag.evaluation.questions.question import Question
from rag.evaluation.runs.integrity import MARKER, faults
from rag.evaluation.runs.tokens import coverage, token_f1
from rag.types import Answer, Citation, Outcome, Span

WRONGLY_REFUSED = ("refused, but the documents answer it",)
Status = Literal["answered", "refused", "error"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Scores of one outcome. Shares are in [0, 1]; an error has 0 everywhere.

    ``citations_relevant`` of ``citations`` overlap the evidence. ``evidence_recall`` is the largest share of one evidence
    excerpt's characters (white space aside) that the quotes cover. ``claim_coverage`` is the mean share of a claim's words that
    its own quotes hold. ``confidence`` of an error is as wrong as can be. ``reasons`` say in words why it is not right.
    """

    status: Status
    right: bool
    evidence_cited: bool = False
    contained: bool = False
    concise: bool = False
    cited_sentences: int = 0
    citations: int = 0
    citations_relevant: int = 0
    evidence_recall: float = 0.0
    intact: bool = False
    claims: int = 0
    claim_coverage: float = 0.0
    token_f1: float = 0.0
    confidence: float = 0.0
    withheld: int = 0
    reasons: tuple[str, ...] = ()


def judge_error(question: Question, message: str) -> Verdict:
    """The verdict on a question that ended in an error: a failure in every respect."""
    return Verdict("error", False, confidence=0.0 if question.answerable else 1.0, reasons=(f"error: {message}",))


def judge_outcome(question: Question, outcome: Outcome, places: Sequence[EvidencePlace], library: DocumentSource) -> Verdict:
    """Score ``outcome`` against where the evidence stands (``places``)."""
    broken = faults(outcome, library)
    if not isinstance(outcome, Answer):
        return Verdict(
            "refused",
            right=not question.answerable,
            intact=not broken,
            confidence=outcome.confidence,
            withheld=len(outcome.withheld),
            reasons=(*(WRONGLY_REFUSED if question.answerable else ()), *broken),
        )
    relevant = [c for c in outcome.citations if any(_overlaps(c, p) for p in places)]
    quotes = [_flat(quote) for c in outcome.citations for quote in (c.quote, *(place.quote for place in c.spans))]
    absent = [m for m in question.must_include if not any(_flat(m) in quote for quote in quotes)]
    answer_cited = not question.answers or any(_flat(a) in quote for a in question.answers for quote in quotes)
    sentences = cited_sentences(outcome.citations, library)
    most = question.most_sentences
    concise = most is None or sentences <= most
    contained = not absent and answer_cited
    reasons: list[str] = []
    if not question.answerable:
        reasons.append("answered, but the documents do not answer it")
    else:
        reasons += [] if relevant else ["no cited quote overlaps the evidence"]
        reasons += [f"no cited quote holds “{m}”" for m in absent]
        reasons += [] if answer_cited else [f"no cited quote holds the answer “{question.answers[0]}”"]
        reasons += [] if concise else [f"{sentences} sentences cited, at most {most} allowed"]
    references = question.answers or tuple(e.text for e in question.evidence)
    shown = MARKER.sub("", outcome.text)
    return Verdict(
        status="answered",
        right=question.answerable and bool(relevant) and contained and concise,
        evidence_cited=bool(relevant),
        contained=question.answerable and contained,
        concise=concise,
        cited_sentences=sentences,
        citations=len(outcome.citations),
        citations_relevant=len(relevant),
        evidence_recall=_recall(outcome.citations, places, library),
        intact=not broken,
        claims=len(outcome.claims),
        claim_coverage=_claim_coverage(outcome),
        token_f1=max((token_f1(shown, r) for r in references), default=0.0),
        confidence=outcome.confidence,
        withheld=len(outcome.withheld),
        reasons=(*reasons, *broken),
    )


def cited_sentences(citations: Sequence[Citation], library: DocumentSource) -> int:
    """How many different sentences the citations touch; a citation of a document without sentences counts as one."""
    touched: set[tuple[str, Span]] = set()
    for citation in citations:
        try:
            sentences = library.document(citation.document).sentences
        except NotFound:
            sentences = ()
        own = [s for s in sentences if s.overlaps(citation.span)] or [citation.span]
        touched |= {(citation.document, s) for s in own}
    return len(touched)


def _overlaps(citation: Citation, place: EvidencePlace) -> bool:
    return citation.document == place.document and citation.span.overlaps(place.span)


def _recall(citations: Sequence[Citation], places: Sequence[EvidencePlace], library: DocumentSource) -> float:
    """Largest covered share of one place: any one of the evidence excerpts is enough."""
    best = 0.0
    for place in places:
        text = library.document(place.document).text
        solid = [at for at in range(place.span.start, place.span.end) if not text[at].isspace()]
        spans = [c.span for c in citations if c.document == place.document]
        covered = sum(any(s.start <= at < s.end for s in spans) for at in solid)
        best = max(best, covered / len(solid))
    return best


def _claim_coverage(answer: Answer) -> float:
    quotes = {c.id: c.quote for c in answer.citations}
    shares = [coverage(c.text, " ".join(quotes.get(n, "") for n in c.citations)) for c in answer.claims]
    return sum(shares) / len(shares) if shares else 0.0


def _flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
