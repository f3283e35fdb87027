"""Whether questions can be answered: documents, index, models, back end, and one answer from beginning to end."""

from __future__ import annotations

import contextlib
import time

from rag.guiding.engine import GuidedEngine
from rag.index.engines import open_engine
from rag.index.generation import current_id, open_generation
from rag.indexing.changes import SourceReader
from rag.indexing.check import check
from rag.knowledge_base import KnowledgeBase
from rag.llm.registry import EXTRACTIVE, describe
from rag.localization.counting import counted
from rag.models.folder import find_model
from rag.models.opening import open_reader
from rag.serving.diagnosis.finding import Finding, Findings
from rag.settings import Settings
from rag.types import Answer

NAMED = 5


def index(kb: KnowledgeBase, settings: Settings) -> Findings:
    """Every damage of the index; whether it holds what the sources hold now."""
    damages = check(kb, settings)
    for damage in damages[:NAMED]:
        yield Finding("index", "fail", f"{damage.place}: {damage.message}", damage.remedy)
    if len(damages) > NAMED:
        yield Finding("index", "fail", f"{len(damages) - NAMED} more.", "Run charterqa check.")
    if damages:
        return
    generation = open_generation(kb.built / current_id(kb), engine=open_engine(settings))
    manifest = generation.manifest
    holds = f"{counted(manifest.documents, 'document')}, {counted(manifest.passages, 'passage')}"
    yield Finding("index", "ok", f"{generation.id}: {holds}, whole.")
    with SourceReader(kb, settings.parsing, generation.store) as reader:
        flaws = reader.unchanged()
    if flaws is None:
        yield Finding("sources", "warn", "They have changed since the index was built.", "Run charterqa index.")
    elif flaws:
        remedy = "Run charterqa documents --problems: it names each with its remedy."
        yield Finding("sources", "warn", f"{len(flaws)} of them are not, or not wholly, in the index.", remedy)
    else:
        yield Finding("sources", "ok", f"All of {kb.sources} is in the index.")


def embedding(settings: Settings) -> Findings:
    """The embedding model is there and safe to load."""
    identity = find_model(settings.embedding.model).identity
    yield Finding("model", "ok", f"{identity.name}, {identity.dimension} dimensions, {identity.fingerprint[:12]}.")


def reader(settings: Settings) -> Findings:
    """The reader can be loaded."""
    loaded = open_reader(settings)
    yield Finding("reader", "ok", f"{settings.reader.model or 'the one that is shipped'}, {loaded.fingerprint[:12]}.")


def backend(settings: Settings, *, probe: bool) -> Findings:
    """The configured back end; with ``probe`` its model is asked for a word."""
    state = next(state for state in describe(settings, probe=probe) if state.configured)
    if state.ready:
        asked = "" if probe or state.name == EXTRACTIVE else "; its model was not asked (--probe asks it)"
        yield Finding("back end", "ok", f"{state.name}: {state.detail.rstrip('.')}{asked}.")
    else:
        yield Finding("back end", "fail", f"{state.name}: {state.detail}", "charterqa backends lists all of them.")


def answer(kb: KnowledgeBase, settings: Settings) -> Findings:
    """One of the knowledge base's own questions, asked without a language model."""
    with contextlib.closing(GuidedEngine.open(settings.model_copy(update={"backend": EXTRACTIVE}), kb)) as engine:
        question = engine.examples()[0]
        begun = time.monotonic()
        outcome = engine.ask(question)
        took = f"in {time.monotonic() - begun:.1f} s"
    if isinstance(outcome, Answer):
        yield Finding("answer", "ok", f"“{question}” is answered with {counted(len(outcome.citations), 'excerpt')} {took}.")
    else:
        yield Finding("answer", "ok", f"“{question}” is refused {took}; nearest passages: {len(outcome.related)}.")
