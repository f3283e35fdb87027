"""Search and reading between languages: ``python bench/languages.py XQUAD`` (a folder with en.json, tr.json and ru.json).

With the models of the settings (``CHARTERQA_EMBEDDING_MODEL=multilingual``): every question of the first 24 articles is
searched for among the paragraphs of each language and among those of all three together, and read over its own paragraph.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.index.generation import open_current
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.models.embedder import Embedder
from rag.models.opening import open_embedder, open_reader
from rag.retrieval.retriever import Retriever
from rag.settings import Settings, load_settings

LANGUAGES = ("en", "tr", "ru")
ARTICLES = 24


@dataclass(frozen=True, slots=True)
class Parallel:
    """The paragraphs of one language, and its questions, each with the number of its paragraph and where its answer stands."""

    paragraphs: list[str]
    questions: list[tuple[str, int, tuple[int, int]]]


def read(folder: Path, language: str) -> Parallel:
    """The first articles of one language."""
    found = Parallel([], [])
    for article in json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))["data"][:ARTICLES]:
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                answer = asked["answers"][0]
                span = (answer["answer_start"], answer["answer_start"] + len(answer["text"]))
                found.questions.append((asked["question"], len(found.paragraphs), span))
            found.paragraphs.append(paragraph["context"])
    return found


def retriever(texts: dict[str, list[str]], folder: Path, embedder: Embedder, settings: Settings) -> Retriever:
    """A search over the paragraphs of some languages; the document of paragraph 7 in Turkish is ``tr.jsonl#7``."""
    kb = KnowledgeBase(folder)
    kb.sources.mkdir(parents=True)
    for language, paragraphs in texts.items():
        lines = [json.dumps({"_id": str(n), "title": "", "text": text}) for n, text in enumerate(paragraphs)]
        (kb.sources / f"{language}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build(kb, settings, embedder)
    return Retriever(open_current(kb, embedder.identity, settings), embedder)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xquad", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only every nth question")
    arguments = parser.parse_args()
    settings = load_settings()
    embedder, reader = open_embedder(settings.embedding, threads=settings.threads), open_reader(settings)
    sets = {language: read(arguments.xquad, language) for language in LANGUAGES}
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        among = {
            language: retriever({language: own.paragraphs}, Path(folder) / language, embedder, settings)
            for language, own in sets.items()
        }
        print(
            f"indexing: {sum(len(s.paragraphs) for s in sets.values()) / (time.perf_counter() - began):.1f} passages a second"
        )
        everything = retriever({k: s.paragraphs for k, s in sets.items()}, Path(folder) / "all", embedder, settings)
        for asked, own in sets.items():
            questions = own.questions[:: arguments.every]
            for language, search in among.items():
                ranks = np.array([_rank(search, text, {f"{language}.jsonl#{n}"}) for text, n, _ in questions])
                gain = np.where(ranks <= 10, 1 / np.log2(ranks + 1), 0).mean()
                print(f"{asked} → {language}: R@5 {(ranks <= 5).mean():.3f}, nDCG@10 {gain:.3f}, n {len(ranks)}")
            one = [_rank(everything, text, {f"{k}.jsonl#{n}" for k in LANGUAGES}) == 1 for text, n, _ in questions]
            print(f"{asked} → all three: its paragraph first, in whichever language {np.mean(one):.3f}")
            marked, times = [], []
            for text, n, (start, end) in questions:
                began = time.perf_counter()
                found = reader.answers(text, [own.paragraphs[n]])[0].words()
                times.append(time.perf_counter() - began)
                marked.append(found is not None and found.start < end and start < found.end)
            print(f"{asked}: marked words overlap {np.mean(marked):.3f}; reading one paragraph {np.median(times) * 1e3:.0f} ms")


def _rank(search: Retriever, question: str, wanted: set[str]) -> int:
    found = [hit.passage.document for hit in search.search(question, 10)]
    return next((rank for rank, document in enumerate(found, 1) if document in wanted), 11)


if __name__ == "__main__":
    main()
