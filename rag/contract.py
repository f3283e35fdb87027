"""The JSON of the outside contract, version 1: the one place where the vocabulary becomes JSON.

Used alike by the command line (``--json``), HTTP, the SSE ``done`` event and evaluation logs.
"""

from __future__ import annotations

from typing import Any

from rag.guidance import Part
from rag.types import Answer, Citation, Claim, Document, DocumentEntry, Excerpt, Hit, Origin, Outcome, Passage, Timings

Json = dict[str, Any]


def citation_json(citation: Citation) -> Json:
    """A citation or, in ``related``, a nearest passage."""
    return (
        {
            "id": citation.id,
            "document": citation.document,
            "title": citation.title,
            "section": list(citation.section),
            "page": citation.page,
            "start": citation.span.start,
            "end": citation.span.end,
            "quote": citation.quote,
            "document_sha256": citation.document_sha256,
            "highlights": [[span.start, span.end] for span in citation.highlights],
        }
        | ({"spans": [excerpt_json(e) for e in citation.spans]} if citation.spans else {})
        | _recognised(citation)
    )


def excerpt_json(excerpt: Excerpt) -> Json:
    """One place of a citation of several places."""
    return {
        "document": excerpt.document,
        "start": excerpt.span.start,
        "end": excerpt.span.end,
        "quote": excerpt.quote,
        "section": list(excerpt.section),
        "page": excerpt.page,
    } | _recognised(excerpt)


def _recognised(place: Citation | Excerpt) -> Json:
    """The confidence of the text recognition (OCR) that read the page; nothing where the file has its text."""
    return {} if place.recognised is None else {"recognised": round(place.recognised, 4)}


def claim_json(claim: Claim) -> Json:
    """One displayed sentence with the ids of its citations."""
    return {"text": claim.text, "citations": list(claim.citations), "support": round(claim.support, 4)}


def part_json(part: Part) -> Json:
    """One of several questions asked at once."""
    claims, unknown = list(part.claims), list(part.not_mentioned)
    return {"text": part.text, "status": part.status, "claims": claims, "not_mentioned": unknown}


def timings_json(timings: Timings) -> Json:
    """Milliseconds by stage."""
    return {
        "retrieve": round(timings.retrieve, 2),
        "generate": round(timings.generate, 2),
        "verify": round(timings.verify, 2),
        "total": round(timings.total, 2),
    }


def outcome_json(outcome: Outcome, kb: str | None = None) -> Json:
    """The Answer of the contract, for an answer and for a refusal alike. The model's raw reply is not part of it.

    ``kb`` names the knowledge base where it is not the default one.
    """
    answered = isinstance(outcome, Answer)
    provenance = outcome.provenance
    return {
        "id": outcome.id,
        "question": outcome.question,
        "standalone_question": outcome.standalone_question,
        "status": "answered" if answered else "refused",
        "answer": outcome.text,
        "claims": [claim_json(c) for c in outcome.claims] if isinstance(outcome, Answer) else [],
        "citations": [citation_json(c) for c in outcome.citations] if isinstance(outcome, Answer) else [],
        "related": [] if isinstance(outcome, Answer) else [citation_json(c) for c in outcome.related],
        "withheld": [{"text": w.text, "reason": w.reason} for w in outcome.withheld],
        "notice": outcome.notice,
        "parts": [part_json(p) for p in outcome.parts],
        "label": outcome.label if isinstance(outcome, Answer) else None,
        "topics": list(outcome.guidance.topics),
        "suggestions": list(outcome.guidance.suggestions),
        "not_mentioned": list(outcome.guidance.not_mentioned),
        "card": outcome.guidance.card,
        "confidence": round(outcome.confidence, 4),
        "backend": provenance.backend,
        "model": provenance.model,
        "prompt": provenance.prompt,
        "index": provenance.index,
        "timings_ms": timings_json(provenance.timings),
    } | ({"kb": kb} if kb else {})


def passage_json(passage: Passage) -> Json:
    """A passage as ``search`` shows it."""
    return {
        "id": passage.id,
        "document": passage.document,
        "title": passage.title,
        "section": list(passage.section),
        "page": passage.page,
        "start": passage.span.start,
        "end": passage.span.end,
        "text": passage.text,
    }


def hit_json(hit: Hit) -> Json:
    """A hit with both of its scores."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "dense": None if hit.dense is None else round(hit.dense, 6),
        "lexical": None if hit.lexical is None else round(hit.lexical, 6),
        "named": hit.named,
        "passage": passage_json(hit.passage),
    }


def search_json(question: str, hits: tuple[Hit, ...]) -> Json:
    """The result of ``search``."""
    return {"question": question, "hits": [hit_json(h) for h in hits]}


def origin_json(origin: Origin) -> Json:
    """Where a document comes from, as far as it is known."""
    return {
        "source": origin.source,
        "date": origin.date,
        "licence": origin.licence,
        "version": origin.version,
        "supersedes": list(origin.supersedes),
        "tags": list(origin.tags),
    }


def document_json(document: Document) -> Json:
    """A whole document, as the source viewer needs it."""
    return {
        "id": document.id,
        "title": document.title,
        "text": document.text,
        "sha256": document.sha256,
        "language": document.language,
        "origin": origin_json(document.origin),
        "sections": [{"path": list(s.path), "start": s.span.start, "end": s.span.end} for s in document.sections],
        "pages": [{"number": p.number, "start": p.span.start, "end": p.span.end} for p in document.pages],
    }


def entry_json(entry: DocumentEntry) -> Json:
    """A document as ``documents`` lists it."""
    return {
        "id": entry.id,
        "title": entry.title,
        "sha256": entry.sha256,
        "pages": entry.pages,
        "passages": entry.passages,
        "language": entry.language,
        "indexed_at": entry.indexed_at,
        "origin": origin_json(entry.origin),
    }
