"""The corpus of a test set as an indexed knowledge base in a cache, built once for each corpus, model and cut."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from rag.evaluation.questions.squad import CORPUS_FILE
from rag.indexing.build import BuildReport, Progress, build
from rag.knowledge_base import KnowledgeBase
from rag.models.embedder import Embedder
from rag.settings import Settings

SECONDS = 3600.0
"""A test set is one large file that its owner chose; the limit for a single source guards against strangers' files."""


def for_test_sets(settings: Settings) -> Settings:
    """``settings`` with room for a whole corpus in one file."""
    parsing = settings.parsing.model_copy(update={"seconds": SECONDS, "max_bytes": 2**31, "max_characters": 2**31})
    return settings.model_copy(update={"parsing": parsing})


def index_corpus(
    corpus: bytes,
    settings: Settings,
    embedder: Embedder,
    cache: Path,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[KnowledgeBase, BuildReport]:
    """Write ``corpus`` (BEIR JSONL) as the one source of a knowledge base under ``cache`` and bring its index up to date.

    ``settings`` are those of :func:`for_test_sets`; the index is opened with the same.
    """
    identity = "\0".join(
        [hashlib.sha256(corpus).hexdigest(), embedder.identity.fingerprint, settings.passages.model_dump_json()]
    )
    kb = KnowledgeBase(cache / "corpora" / hashlib.sha256(identity.encode()).hexdigest()[:20])
    kb.sources.mkdir(parents=True, exist_ok=True)
    source = kb.sources / CORPUS_FILE
    if not source.is_file() or source.stat().st_size != len(corpus):
        beside = kb.root / f"{CORPUS_FILE}.new"
        beside.write_bytes(corpus)
        beside.replace(source)
    return kb, build(kb, settings, embedder, progress=progress)
