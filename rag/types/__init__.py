"""The vocabulary of the whole program. Values only: frozen, comparable, free of behaviour beyond arithmetic on offsets.

Every offset counts Unicode code points in a document's canonical text (see ``rag.corpus.shape.canonical``) and every range is
half-open, so ``text[start:end]`` is the excerpt itself.
"""

from rag.types.documents import (
    Contents,
    Context,
    ContextKind,
    Document,
    DocumentEntry,
    Flaw,
    Loss,
    Origin,
    Page,
    Passage,
    Section,
    Span,
    Table,
    contexts_of,
)
from rag.types.outcomes import (
    DIRECT,
    Answer,
    Citation,
    Claim,
    Excerpt,
    Outcome,
    Provenance,
    Refusal,
    Stretch,
    Timings,
    Withheld,
)
from rag.types.search import UNFILTERED, Filter, Hit, Turn

__all__ = [
    "DIRECT",
    "UNFILTERED",
    "Answer",
    "Citation",
    "Claim",
    "Contents",
    "Context",
    "ContextKind",
    "Document",
    "DocumentEntry",
    "Excerpt",
    "Filter",
    "Flaw",
    "Hit",
    "Loss",
    "Origin",
    "Outcome",
    "Page",
    "Passage",
    "Provenance",
    "Refusal",
    "Section",
    "Span",
    "Stretch",
    "Table",
    "Timings",
    "Turn",
    "Withheld",
    "contexts_of",
]
