"""An outcome as a log keeps it: the Answer of the contract plus what only a log may hold, and back again."""

from __future__ import annotations

from rag.contract import Json, outcome_json
from rag.guidance import Guidance, Part
from rag.types import Answer, Citation, Claim, Excerpt, Outcome, Provenance, Refusal, Span, Timings, Withheld


def log_outcome(outcome: Outcome) -> Json:
    """The contract's JSON with the model's raw reply and the token counts under ``log``."""
    provenance = outcome.provenance
    log = {"raw": provenance.raw, "tokens_in": provenance.tokens_in, "tokens_out": provenance.tokens_out}
    return outcome_json(outcome) | {"log": log}


def read_outcome(fields: Json) -> Outcome:
    """What :func:`log_outcome` wrote.

    Raises:
        KeyError, TypeError, ValueError: ``fields`` is not such a log.
    """
    log = fields.get("log", {})
    timings = fields["timings_ms"]
    provenance = Provenance(
        backend=fields["backend"],
        index=fields["index"],
        model=fields["model"],
        prompt=fields["prompt"],
        raw=log.get("raw"),
        tokens_in=log.get("tokens_in"),
        tokens_out=log.get("tokens_out"),
        timings=Timings(timings["retrieve"], timings["generate"], timings["verify"], timings["total"]),
    )
    withheld = tuple(Withheld(w["text"], w["reason"]) for w in fields["withheld"])
    # What was logged before there were parts and guidance had none.
    parts = tuple(Part(p["text"], p["status"], tuple(p["claims"]), tuple(p["not_mentioned"])) for p in fields.get("parts", ()))
    suggestions, topics, unknown = (tuple(fields.get(name, ())) for name in ("suggestions", "topics", "not_mentioned"))
    guidance = Guidance(suggestions, topics, unknown, fields.get("card"))
    if fields["status"] == "answered":
        return Answer(
            id=fields["id"],
            question=fields["question"],
            text=fields["answer"],
            claims=tuple(Claim(c["text"], tuple(c["citations"]), c["support"]) for c in fields["claims"]),
            citations=tuple(map(_citation, fields["citations"])),
            confidence=fields["confidence"],
            provenance=provenance,
            standalone_question=fields["standalone_question"],
            withheld=withheld,
            notice=fields["notice"],
            parts=parts,
            guidance=guidance,
        )
    return Refusal(
        id=fields["id"],
        question=fields["question"],
        text=fields["answer"],
        related=tuple(map(_citation, fields["related"])),
        confidence=fields["confidence"],
        provenance=provenance,
        standalone_question=fields["standalone_question"],
        withheld=withheld,
        notice=fields["notice"],
        parts=parts,
        guidance=guidance,
    )


def _citation(fields: Json) -> Citation:
    return Citation(
        id=fields["id"],
        document=fields["document"],
        document_sha256=fields["document_sha256"],
        title=fields["title"],
        section=tuple(fields["section"]),
        page=fields["page"],
        span=Span(fields["start"], fields["end"]),
        quote=fields["quote"],
        highlights=tuple(Span(start, end) for start, end in fields.get("highlights", ())),
        spans=tuple(
            Excerpt(e["document"], Span(e["start"], e["end"]), e["quote"], tuple(e["section"]), e["page"], e.get("recognised"))
            for e in fields.get("spans", ())
        ),
        recognised=fields.get("recognised"),
    )
