"""Whether an outcome keeps the promises that no score can buy back: exact quotes, resolved ids, cited claims."""

from __future__ import annotations

import re

from rag.errors import NotFound
from rag.evaluation.questions.asker import DocumentSource
from rag.types import Answer, Citation, Outcome

MARKER = re.compile(r"\[(\d{1,4})\]")


def faults(outcome: Outcome, library: DocumentSource) -> tuple[str, ...]:
    """Every broken promise in plain words; empty for an outcome that keeps them all.

    Checked: each citation's ``text[start:end] == quote`` in a document that exists and has the stated hash (``related`` of a
    refusal too); ids are unique; each claim is cited by ids that exist; each marker in the text resolves; an
    answer has claims.
    """
    found: list[str] = []
    citations = outcome.citations if isinstance(outcome, Answer) else outcome.related
    for citation in citations:
        found += _quote_faults(citation, library)
    if not isinstance(outcome, Answer):
        return tuple(found)
    ids = [c.id for c in citations]
    if len(set(ids)) != len(ids):
        found.append("two citations have the same id")
    if not outcome.claims:
        found.append("an answer without a claim")
    for claim in outcome.claims:
        if not claim.citations:
            found.append(f"a claim without a citation: “{claim.text[:60]}”")
        found += [f"a claim cites [{n}], which does not exist" for n in claim.citations if n not in ids]
    found += [f"the text shows [{n}], which does not exist" for n in map(int, MARKER.findall(outcome.text)) if n not in ids]
    return tuple(found)


def _quote_faults(citation: Citation, library: DocumentSource) -> list[str]:
    name = f"citation [{citation.id}]"
    try:
        document = library.document(citation.document)
    except NotFound:
        return [f"{name} names a document that does not exist: {citation.document}"]
    found = []
    if not citation.quote:
        found.append(f"{name} quotes nothing")
    if citation.span.of(document.text) != citation.quote:
        found.append(f"{name}: the text at {citation.span.start}–{citation.span.end} is not the quote")
    if citation.document_sha256 != document.sha256:
        found.append(f"{name}: the hash is not that of {citation.document}")
    return found
