"""Every damage that can be found in a published index, and what mends it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from rag.errors import CharterError, IndexDamaged, IndexMissing, IndexUnusable
from rag.index.engines import SearchEngine, open_engine
from rag.index.generation import CURRENT, Generation, current_id, open_generation
from rag.index.manifest import FILES, REMEDY, Recipe
from rag.index.store import StoredDocument
from rag.index.verification import read_manifest, restore_times, verify
from rag.indexing.publish import generations
from rag.knowledge_base import KnowledgeBase
from rag.models.embedder import ModelIdentity
from rag.models.opening import open_embedder
from rag.settings import Settings
from rag.types import Span

ROUNDING = 1e-3
AT_A_TIME = 8192


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong: where (a path inside ``built/``, or a document in one), what, and what mends it."""

    place: str
    message: str
    remedy: str


def check(kb: KnowledgeBase, settings: Settings, identity: ModelIdentity | None = None) -> tuple[Damage, ...]:
    """Verify every generation that is kept: checksums, counts, offsets, hashes, vectors; and the current one's model.

    ``identity`` is the model that questions are asked with; ``None`` is the one that the settings name.

    Raises:
        IndexMissing: nothing was built.
    """
    while True:
        before = _pointer(kb)
        found = tuple(_damages(kb, settings, identity))
        # A publication in the meantime removes generations that were being read; what was seen then says nothing.
        if not found or _pointer(kb) == before:
            return found


def _damages(kb: KnowledgeBase, settings: Settings, identity: ModelIdentity | None) -> Iterator[Damage]:
    current = ""
    try:
        current = current_id(kb)
    except IndexMissing:
        if not kb.built.is_dir() or not generations(kb):
            raise
        yield Damage(CURRENT, "It is missing, though there are generations.", REMEDY)
    except IndexDamaged as error:
        yield Damage(CURRENT, error.message, error.remedy)
    kept = generations(kb) if kb.built.is_dir() else []
    if current and current not in kept:
        yield Damage(CURRENT, f"It names generation {current}, which is not there.", REMEDY)
    engine = open_engine(settings)
    for name in kept:
        yield from _of_generation(kb.built / name, engine)
    if current in kept:
        yield from _of_model(kb.built / current, settings, identity)


def _of_generation(folder: Path, engine: SearchEngine) -> Iterator[Damage]:
    try:
        manifest = read_manifest(folder)
    except IndexUnusable as error:
        yield Damage(f"{folder.name}/manifest.json", error.message, error.remedy)
        return
    damaged = False
    for name in FILES:
        try:
            verify(folder, manifest, name, whole=True)
        except IndexDamaged as error:
            damaged = True
            yield Damage(f"{folder.name}/{name}", error.message, error.remedy)
    if damaged:
        return
    restore_times(folder, manifest)
    try:
        generation = open_generation(folder, manifest.recipe, engine=engine)  # hashed above; a recipe has the engine asked
        yield from _of_words(generation)
        if generation.store.counts() != (manifest.documents, manifest.passages):
            yield Damage(folder.name, "The counts of its store and its manifest do not agree.", REMEDY)
        for stored in generation.store.everything():
            yield from _of_document(folder.name, stored)
        yield from _of_vectors(generation)
    except IndexUnusable as error:
        yield Damage(folder.name, error.message, error.remedy)


def _of_document(generation: str, stored: StoredDocument) -> Iterator[Damage]:
    document = stored.document
    place, text = f"{generation}/{document.id}", document.text
    if hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != document.sha256:
        yield Damage(place, "Its text does not have the hash that citations carry.", REMEDY)
    ranges = {
        "sections": [s.span for s in document.sections],
        "sentences": [*document.sentences],
        "pages": [p.span for p in document.pages],
        "tables": [t.span for t in document.tables],
    }
    for what, spans in ranges.items():
        if not _in_order(spans, len(text)):
            yield Damage(place, f"Its {what} overlap, go backwards or leave the text.", REMEDY)
    if any(a.number > b.number for a, b in pairwise(document.pages)):
        yield Damage(place, "Its page numbers go backwards.", REMEDY)
    for passage in stored.passages:
        if passage.span.of(text) != passage.text:
            yield Damage(place, f"Passage {passage.id} is not the text at its offsets.", REMEDY)
        if any(context.span.of(text) != context.text for context in passage.contexts):
            yield Damage(place, f"Passage {passage.id} has a context that is not the text at its offsets.", REMEDY)
        if not all(passage.span.contains(sentence) for sentence in passage.sentences):
            yield Damage(place, f"Passage {passage.id} has a sentence outside itself.", REMEDY)


def _in_order(spans: list[Span], length: int) -> bool:
    return all(a.end <= b.start for a, b in pairwise(spans)) and (not spans or spans[-1].end <= length)


def _of_vectors(generation: Generation) -> Iterator[Damage]:
    rows = generation.vectors.all()
    norms = [np.linalg.norm(rows[begin : begin + AT_A_TIME], axis=1) for begin in range(0, len(rows), AT_A_TIME)]
    wrong = np.flatnonzero(~(np.abs(np.concatenate(norms) - 1) < ROUNDING))
    if len(wrong):
        yield Damage(generation.id, f"{len(wrong)} vectors do not have unit length, the first in row {wrong[0]}.", REMEDY)


def _of_words(generation: Generation) -> Iterator[Damage]:
    for fault in generation.words.faults():
        yield Damage(generation.id, f"The lexical index has {fault}.", REMEDY)


def _of_model(folder: Path, settings: Settings, identity: ModelIdentity | None) -> Iterator[Damage]:
    """Whether questions would be asked with the model and settings that the index was built with."""
    try:
        wanted = Recipe.of(identity or open_embedder(settings.embedding).identity, settings)
        difference = read_manifest(folder).recipe.difference(wanted)
    except IndexUnusable:
        return  # reported already
    except CharterError as error:
        yield Damage(folder.name, error.message, error.remedy)
        return
    if difference:
        yield Damage(folder.name, f"It was built with {difference}.", REMEDY)


def _pointer(kb: KnowledgeBase) -> bytes:
    try:
        return (kb.built / CURRENT).read_bytes()
    except OSError:
        return b""
