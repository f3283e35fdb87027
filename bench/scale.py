"""How search grows from a thousand passages to a million: ``python -m bench.scale --kb KB [--rows 1000 10000 …] [--work DIR]``.

From an indexed knowledge base larger ones are made: a vector is a real one, moved towards a near one and perturbed; a text is
three real sentences. All is written in batches and published as ``charterqa index`` publishes. Each is then opened and searched
in a process of its own, on one thread. A question is a vector as far from the real ones as questions are, and one real
sentence. Milliseconds are wall-clock time and, behind the stroke, time of the processor, which a busy machine does not
lengthen. ``recall@10`` is against a comparison with every vector; ``RSS`` is what the process holds, of which ``anonymous`` is
its own and the rest are pages of mapped files that the system takes back at need.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

import numpy as np
import psutil

from rag.index import code
from rag.index.generation import Generation, open_current
from rag.index.guide import Guide
from rag.index.inverted import build_vectors
from rag.index.lexical import Bm25Index
from rag.index.manifest import GUIDE, LEXICAL, PASSAGES, VECTORS
from rag.index.store import StoredDocument, StoreWriter
from rag.index.vectors import FlatVectors
from rag.indexing import publish
from rag.knowledge_base import KnowledgeBase
from rag.models.embedder import Vectors
from rag.settings import Settings
from rag.types import Document, Passage, Span

BATCH = 10_000
NEIGHBOURS = 10
PERTURBED, ASKED = 0.5, 1.0
"""Length of the random part beside a unit vector: cosines of about .89 and .71 with the real one."""
QUESTIONS, CANDIDATES, SHOWN = 200, 100, 10
COLUMNS = (
    "passages", "built s", "disk GB", "open ms", "RSS MB", "anonymous", "dense p50", "dense p95", "BM25 p95", "all p50",
    "all p95", "every vector", "recall@10",
)  # fmt: skip


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kb", type=Path, required=True, help="an indexed knowledge base of some thousand passages")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 50_000], help="how many passages")
    parser.add_argument("--work", type=Path, help="where the indexes are made; default: a folder that is removed")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measured(KnowledgeBase(arguments.kb))))
        return
    with tempfile.TemporaryDirectory(prefix="charterqa-scale-", dir=arguments.work) as folder:
        print("| " + " | ".join(COLUMNS) + " |\n" + "|---:" * len(COLUMNS) + "|")
        for rows in arguments.rows:
            kb = KnowledgeBase(Path(folder) / str(rows))
            began = perf_counter()
            grow(open_current(KnowledgeBase(arguments.kb), None, Settings()), kb, rows)
            built = perf_counter() - began
            command = [sys.executable, "-m", "bench.scale", "--measure", "--kb", str(kb.root)]
            ran = subprocess.run(command, capture_output=True, text=True, check=True)
            disk = sum(path.stat().st_size for path in kb.built.rglob("*") if path.is_file()) / 1e9
            found = json.loads(ran.stdout) | {"passages": f"{rows:,}", "built s": f"{built:.0f}", "disk GB": f"{disk:.2f}"}
            print("| " + " | ".join(str(found[name]) for name in COLUMNS) + " |", flush=True)
            shutil.rmtree(kb.root)


def grow(base: Generation, kb: KnowledgeBase, rows: int) -> None:
    """Publish an index of ``rows`` passages in ``kb``."""
    sentences = real_sentences(base)
    with publish.writing(kb), publish.workshop(kb, 1) as folder:
        raw = folder / "raw"
        with raw.open("wb") as stream:
            for batch in moved(np.asarray(base.vectors.all()), rows, PERTURBED, seed=1):
                batch.tofile(stream)
        vectors = np.memmap(raw, np.float32, "r", shape=(rows, base.vectors.dimension))
        build_vectors(vectors).write(folder / VECTORS)
        del vectors
        raw.unlink()
        with StoreWriter(folder / PASSAGES) as writer:
            for document in documents(sentences, rows):
                writer.add(document)
        recipe = base.manifest.recipe
        texts = (text for batch in combined(sentences, rows) for text in batch)
        Bm25Index.build(texts, ["en"] * rows, k1=recipe.k1, b=recipe.b).write(folder / LEXICAL)
        (folder / GUIDE).write_bytes(Guide().to_bytes())
        now = datetime.now(UTC).isoformat(timespec="seconds")
        about = publish.About(1, now, code.reading(), recipe, writer.documents, writer.passages)
        publish.publish(kb, folder, about, earlier="")


def moved(real: Vectors, rows: int, length: float, *, seed: int) -> Iterator[Vectors]:
    """``rows`` unit vectors in batches: real ones, moved up to half-way to one of their nearest, with a random part."""
    dice = np.random.default_rng(seed)
    near = np.argsort(-(real @ real.T), axis=1)[:, 1 : NEIGHBOURS + 1]
    for begin in range(0, rows, BATCH):
        many = min(BATCH, rows - begin)
        one = dice.integers(0, len(real), many)
        other = near[one, dice.integers(0, near.shape[1], many)]
        share = (dice.random((many, 1)) / 2).astype(np.float32)
        noise = dice.standard_normal((many, real.shape[1]), dtype=np.float32) * np.float32(length / np.sqrt(real.shape[1]))
        made = (1 - share) * real[one] + share * real[other] + noise
        yield np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def real_sentences(base: Generation) -> list[str]:
    """Every sentence of the real passages."""
    found = (passage.quote(sentence) for passage in base.passages(range(base.size)) for sentence in passage.sentences)
    return [sentence.strip() for sentence in found if len(sentence) < 500]


def combined(sentences: list[str], rows: int, *, seed: int = 2, each: int = 3) -> Iterator[list[str]]:
    """``rows`` texts of ``each`` sentences, in batches; the same ones at every call."""
    dice = np.random.default_rng(seed)
    for begin in range(0, rows, BATCH):
        chosen = dice.integers(0, len(sentences), (min(BATCH, rows - begin), each))
        yield [" ".join(sentences[n] for n in row) for row in chosen.tolist()]


def documents(sentences: list[str], rows: int, *, passages: int = 100) -> Iterator[StoredDocument]:
    """The texts of :func:`combined` as documents of so many passages."""
    for number, batch in enumerate(combined(sentences, rows)):
        for begin in range(0, len(batch), passages):
            part = batch[begin : begin + passages]
            text = "\n".join(part)
            identity, digest = f"grown-{number}-{begin}", hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            made, at = [], 0
            for n, words in enumerate(part):
                span = Span(at, at + len(words))
                made.append(Passage(f"{identity}-{n}", identity, digest, identity, (), None, span, words, (span,)))
                at = span.end + 1
            keys = tuple(passage.id.encode() for passage in made)
            yield StoredDocument(identity, Document(identity, identity, text, digest, language="en"), "", tuple(made), keys)


def measured(kb: KnowledgeBase) -> dict[str, Any]:
    """Open the index of ``kb`` and search it."""
    began = perf_counter()
    generation = open_current(kb, None, Settings())
    opened = perf_counter() - began
    dice = np.random.default_rng(3)
    rows = np.sort(dice.integers(0, generation.size, 2000))
    vectors = np.concatenate(list(moved(generation.vectors_of(rows.tolist()), QUESTIONS, ASKED, seed=4)))
    texts = [passage.text.split(". ")[0] for passage in generation.passages(rows[:QUESTIONS].tolist())]

    def dense(n: int) -> object:
        return generation.dense(vectors[n], CANDIDATES)

    def lexical(n: int) -> object:
        return generation.lexical(texts[n], CANDIDATES)

    def everything(n: int) -> None:
        """As retrieval does: candidates of both sides, both scores of each, the passages that are shown."""
        found = generation.dense(vectors[n], CANDIDATES), generation.lexical(texts[n], CANDIDATES)
        union = sorted({scored.row for side in found for scored in side})
        generation.dense_scores(vectors[n], union)
        generation.lexical_scores(texts[n], union)
        generation.passages([scored.row for scored in found[0][:SHOWN]])

    figures: dict[str, Any] = {"open ms": f"{opened * 1000:.0f}"}
    for name, search in (("dense", dense), ("BM25", lexical), ("all", everything)):
        figures |= quantiles(name, search)
    memory = psutil.Process().memory_info()
    figures |= {"RSS MB": f"{memory.rss / 1e6:.0f}", "anonymous": f"{(memory.rss - memory.shared) / 1e6:.0f}"}
    every = FlatVectors.build(generation.vectors.all())
    began, found = thread_time(), 0
    nearest = [{scored.row for scored in every.search(vector, SHOWN)} for vector in vectors[:50]]
    figures["every vector"] = f"{(thread_time() - began) * 20:.1f}"
    for vector, expected in zip(vectors, nearest, strict=False):
        found += len(expected & {scored.row for scored in generation.dense(vector, SHOWN)})
    return figures | {"recall@10": f"{found / (SHOWN * len(nearest)):.3f}"}


def quantiles(name: str, search: Callable[[int], object]) -> dict[str, str]:
    """The median and the 95th percentile of ``search``, wall clock / processor, in milliseconds; the first tenth warms up."""
    times = []
    for n in range(QUESTIONS):
        began, worked = perf_counter(), thread_time()
        search(n)
        times.append((1000 * (perf_counter() - began), 1000 * (thread_time() - worked)))
    kept = np.array(times[QUESTIONS // 10 :])
    p50, p95 = np.quantile(kept, 0.5, axis=0), np.quantile(kept, 0.95, axis=0)
    return {f"{name} p50": f"{p50[0]:.1f} / {p50[1]:.1f}", f"{name} p95": f"{p95[0]:.1f} / {p95[1]:.1f}"}


if __name__ == "__main__":
    main()
