"""Ask a question of official documents; get an answer proved by exact excerpts, or an honest refusal.

>>> import rag
>>> kb = rag.open("my-library")                                    # doctest: +SKIP
>>> kb.ask("Who signed the charter?").citations[0].quote           # doctest: +SKIP

Names are looked up when they are first used: importing the package loads no model and no heavy library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.api import OpenKnowledgeBase, open
    from rag.errors import CharterError
    from rag.events import CitationReady, ClaimReady, Delta, Event, Finished, Started
    from rag.types import Answer, Citation, Claim, Document, DocumentEntry, Hit, Outcome, Passage, Refusal, Span, Turn

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "CharterError",
    "Checking",
    "Citation",
    "CitationReady",
    "Claim",
    "ClaimReady",
    "Delta",
    "Document",
    "DocumentEntry",
    "Event",
    "Finished",
    "Hit",
    "OpenKnowledgeBase",
    "Outcome",
    "Passage",
    "PassagesFound",
    "Refusal",
    "Span",
    "Started",
    "Turn",
    "__version__",
    "open",
]

_HOMES = {
    "rag.api": ("OpenKnowledgeBase", "open"),
    "rag.errors": ("CharterError",),
    "rag.events": ("Checking", "CitationReady", "ClaimReady", "Delta", "Event", "Finished", "PassagesFound", "Started"),
    "rag.types": (
        *("Answer", "Citation", "Claim", "Document", "DocumentEntry", "Hit", "Outcome", "Passage", "Refusal", "Span", "Turn"),
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'rag' has no attribute '{name}'")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
