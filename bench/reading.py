"""How long reading and proving take, warm, in ms: ``python bench/reading.py KB QUESTIONS.jsonl``."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from rag.answering.engine import READ_HITS
from rag.answering.proof.prover import Prover
from rag.answering.reading.paragraphs import QuestionReading
from rag.index.generation import open_current
from rag.knowledge_base import KnowledgeBase
from rag.models.onnx_reader import OnnxReader
from rag.models.opening import open_embedder
from rag.retrieval.retriever import Retriever
from rag.settings import Settings


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kb", type=Path)
    parser.add_argument("questions", type=Path)
    arguments = parser.parse_args()
    embedder, reader = open_embedder(Settings().embedding), OnnxReader.load()
    index = open_current(KnowledgeBase(arguments.kb), embedder.identity, Settings())
    retriever, reading, prover = Retriever(index, embedder), QuestionReading(reader, index), Prover(reader, embedder)
    rows = [json.loads(line) for line in arguments.questions.read_text(encoding="utf-8").splitlines()]
    read, proved, tokens = [], [], []
    for row in rows[:80]:
        hits = retriever.search(row["question"])[:READ_HITS]
        began = time.perf_counter()
        reading.read(row["question"], hits)
        read.append(time.perf_counter() - began)
        tokens.append(sum(len(h.passage.text) for h in hits) / 4.3)
        evidence = prover.prepare([h.passage for h in hits])
        for claim in row["evidence"][:1]:
            began = time.perf_counter()
            prover.prove(claim.replace("shall", "must"), (1,), evidence)
            proved.append(time.perf_counter() - began)
    for name, times in (("reading five hits", read[3:]), ("a claim", proved[3:])):
        print(f"{name}: median {np.median(times) * 1e3:.1f}, p95 {np.percentile(times, 95) * 1e3:.1f} ms over {len(times)}")
    print(f"tokens in five hits: about {np.median(tokens):.0f}")


if __name__ == "__main__":
    main()
